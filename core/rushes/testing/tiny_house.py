"""A double of the house model's weights: the real classes, small, with random weights. Its pictures mean nothing."""

from __future__ import annotations

from pathlib import Path

from rushes.models import placement as _placement

__all__ = ["build_tiny_house"]

_placement.go_offline()


def build_tiny_house(folder: Path, seed: int = 0) -> Path:
    """Write a house model of about 1 MB in its own form to `folder` and return it."""
    import torch
    from transformers.utils import logging

    from rushes.models.house.build import HouseConfig
    from rushes.models.house.pipeline import HouseModelPipeline, save_pipeline

    logging.disable_progress_bar()
    config = HouseConfig(channels=(16, 16, 32), text_width=32, groups=8)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        pipeline = HouseModelPipeline.build(config)
    save_pipeline(pipeline, folder, about={"double": True})
    return folder
