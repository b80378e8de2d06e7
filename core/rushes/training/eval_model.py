"""The house model as it is measured: a frame and a look in, a picture and the time it took out."""

from __future__ import annotations

import time
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from rushes.models.house.features import features
from rushes.models.house.load import load_house
from rushes.models.house.pipeline import HouseModelPipeline
from rushes.models.house.surface import HouseFrame
from rushes.models.house.vocabulary import DEFAULTS, FIELDS
from rushes.models.placement import choose, deterministic
from rushes.training.eval_measures import Bytes
from rushes.training.twin import RenderedScene, Variant, blockout_frame

__all__ = ["EvalModel", "look_of", "prompt_of", "tokens_of"]

_NAMES = {"time_of_day": "hour"}


def look_of(variant: Variant, **changes: Any) -> Variant:
    """The variant with other words: hour, weather, mood, place, style, seed."""
    known = {f.name for f in fields(variant)}
    return replace(variant, **{name: value for name, value in changes.items() if name in known})


def tokens_of(variant: Variant) -> dict[str, str]:
    """Field of the vocabulary → the variant's word."""
    return {name: str(getattr(variant, _NAMES.get(name, name), DEFAULTS[name])) for name in FIELDS}


def prompt_of(variant: Variant) -> str:
    """What the text encoder gets."""
    return " ".join(tokens_of(variant).values())


class EvalModel:
    """A pipeline, and what its frames cost."""

    def __init__(self, folder: Path) -> None:
        """Load it. ModelError when it is missing, torn or of another version."""
        began = time.perf_counter()
        self.placement = choose()
        self.pipeline: HouseModelPipeline = load_house(folder, self.placement)
        self.seconds_load = time.perf_counter() - began
        self.seconds_features: list[float] = []
        self.seconds_network: list[float] = []

    def paint(self, scene: RenderedScene, variant: Variant) -> Bytes:
        """The model's picture of a scene's blockout, (H, W, 3)."""
        return self.paint_frame(blockout_frame(scene, variant), variant)

    def paint_frame(self, frame: HouseFrame, variant: Variant) -> Bytes:
        """The model's picture of a frame; of the variant the prompt's words count."""
        began = time.perf_counter()
        given = torch.from_numpy(np.asarray(features(frame), np.float32)).permute(2, 0, 1)[None]
        middle = time.perf_counter()
        with deterministic(self.placement):
            made = self.pipeline(given, prompt_of(variant), num_inference_steps=1)
        picture = (made[0].permute(1, 2, 0).cpu().numpy() * 255).round().astype(np.uint8)
        self.seconds_features.append(middle - began)
        self.seconds_network.append(time.perf_counter() - middle)
        return np.ascontiguousarray(picture)
