"""Loads the house model's pipeline from a folder: safetensors only, no network, no foreign code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rushes.errors import DependencyError, ModelError
from rushes.models.house.features import CHANNELS, FEATURE_VERSION, LAYERS
from rushes.models.placement import Placement, mixed
from rushes.models.store import refuse_pickles

if TYPE_CHECKING:
    from rushes.models.house.pipeline import HouseModelPipeline

__all__ = ["check_version", "load_house"]


def check_version(folder: Path) -> None:
    """ModelError `model.version` when the weights expect other inputs than this Rushes makes."""
    try:
        note: dict[str, Any] = json.loads((folder / "rushes.json").read_text("utf-8"))
    except (OSError, ValueError) as exc:
        raise ModelError(
            f"{folder} is not a house model: its rushes.json is missing or unreadable.",
            code="model.missing",
            hint="Copy the whole folder of the model there again.",
            details={"folder": str(folder)},
        ) from exc
    expected = (FEATURE_VERSION, LAYERS, CHANNELS)
    if (note.get("feature_version"), note.get("layers"), tuple(note.get("channels", ()))) != expected:
        raise ModelError(
            f"The house model in {folder} was trained for another version of Rushes.",
            code="model.version",
            hint="Use the weights that came with this Rushes, or train it again: rushes train house.",
            details={"folder": str(folder), "expected": FEATURE_VERSION, "found": note.get("feature_version")},
        )


def load_house(folder: Path, placement: Placement) -> HouseModelPipeline:
    """The pipeline on its device, ready to run.

    Raises:
        ModelError: `model.missing`, `model.version`, `model.pickle`, `model.unreadable`.
        DependencyError: torch, diffusers or transformers are not installed.
    """
    check_version(folder)
    refuse_pickles(folder)
    try:
        import diffusers
        import torch
        import transformers

        from rushes.models.house.pipeline import HouseModelPipeline
    except ModuleNotFoundError as exc:
        raise DependencyError(
            f"The house model needs {exc.name}, which is not installed.",
            code="dependency.missing",
            hint='Install Rushes with its engine: pip install "rushes[engine]".',
        ) from exc
    diffusers.utils.logging.disable_progress_bar()
    transformers.utils.logging.disable_progress_bar()
    try:
        pipe: Any = HouseModelPipeline.from_pretrained(
            str(folder), dtype=torch.float32, local_files_only=True, use_safetensors=True
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as exc:
        raise ModelError(
            f"The house model in {folder} cannot be read: {str(exc).splitlines()[0] if str(exc) else 'unknown'}.",
            code="model.unreadable",
            hint="A file is damaged; copy the model's folder there again.",
            details={"folder": str(folder)},
        ) from exc
    pipe.to(placement.device)
    pipe.mixed = mixed(placement)
    _settle(pipe)
    pipe.unet.eval()
    pipe.text_encoder.eval()
    return pipe


def _settle(pipe: Any) -> None:
    """Move weights from the mapped file, where they start at odd addresses, to memory of their own: kernels, and so the
    last bits of a picture, depend on alignment. Convolutions get the layout that CPUs are quick in."""
    import torch

    for module in (pipe.unet, pipe.text_encoder):
        for parameter in module.parameters():
            layout = torch.channels_last if parameter.dim() == 4 else torch.contiguous_format
            parameter.data = parameter.data.clone(memory_format=layout)
