"""Upscaling models that the user brings: any single-picture architecture that spandrel knows.

They lie in the folder `upscale` of a models folder (`$RUSHES_HOME/models/upscale/`), one file each.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rushes.errors import ModelError
from rushes.models.placement import Placement, choose, deterministic
from rushes.models.store import ModelStore

__all__ = ["FOLDER", "Upscaler", "find_upscaler", "upscaler_files"]

FOLDER = "upscale"
_ENDINGS = (".safetensors", ".pth", ".pt")
_TILE = 384
"""Pixels a side that go through the model at once."""
_MARGIN = 24
"""Pixels around a tile that are looked at too, so that no seam shows."""


def upscaler_files(store: ModelStore) -> tuple[Path, ...]:
    """All there are, by name; the first of a name counts."""
    found: dict[str, Path] = {}
    for folder in store.folders:
        for path in sorted((folder / FOLDER).glob("*")):
            if path.suffix in _ENDINGS and path.is_file():
                found.setdefault(path.stem, path)
    return tuple(found[name] for name in sorted(found))


def find_upscaler(store: ModelStore, name: str) -> Path:
    """The file called `name`. ModelError `model.missing` says where it belongs."""
    files = upscaler_files(store)
    for path in files:
        if name in (path.stem, path.name):
            return path
    known = ", ".join(p.stem for p in files)
    raise ModelError(
        f"There is no upscaling model {name!r}.",
        code="model.missing",
        hint=f"Put its file into {store.home / 'models' / FOLDER}." + (f" There are: {known}." if known else ""),
    )


@dataclass(frozen=True)
class Upscaler:
    """A loaded model."""

    name: str
    scale: int
    sha256: str
    _model: Any
    _placement: Placement

    @classmethod
    def load(cls, path: Path, store: ModelStore, device: str | None = None) -> Upscaler:
        """ModelError `model.unreadable` when it cannot be read, `model.kind` when it does not enlarge colour
        pictures. Pickles are read as weights only: no code in them runs."""
        try:
            from spandrel import ImageModelDescriptor, ModelLoader, UnsupportedModelError
        except ImportError as exc:
            raise ModelError(
                "Upscaling models need the package spandrel, which is not installed.",
                code="model.unreadable",
                hint="Run `rushes doctor` to see how to install the engine again, or leave the model out: Lanczos "
                "needs none.",
            ) from exc
        placement = choose(device)
        try:
            found: Any = ModelLoader(device="cpu").load_from_state_dict(_weights(path))
        except (UnsupportedModelError, ValueError, RuntimeError, KeyError, OSError) as exc:
            raise _unreadable(path, exc) from exc
        scale = int(found.scale)
        colour = int(found.input_channels) == 3 and int(found.output_channels) == 3
        if not isinstance(found, ImageModelDescriptor) or scale < 2 or not colour:
            raise ModelError(
                f"{path.name} does not enlarge colour pictures.",
                code="model.kind",
                hint="Choose a model made for super-resolution, times 2 or 4.",
            )
        found.to(placement.device).eval()
        return cls(path.stem, scale, store.sha256(path), found, placement)

    def enlarge(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """(H·scale, W·scale, 3) of an (H, W, 3) picture, 0 to 1; in tiles, so that memory does not grow."""
        height, width = picture.shape[:2]
        out = np.empty((height * self.scale, width * self.scale, 3), np.float32)
        for top in range(0, height, _TILE):
            for left in range(0, width, _TILE):
                self._tile(picture, out, top, left)
        return np.clip(out, 0, 1)

    def _tile(self, picture: NDArray[np.float32], out: NDArray[np.float32], top: int, left: int) -> None:
        height, width = picture.shape[:2]
        rows = max(0, top - _MARGIN), min(height, top + _TILE + _MARGIN)
        columns = max(0, left - _MARGIN), min(width, left + _TILE + _MARGIN)
        made = self._run(picture[rows[0] : rows[1], columns[0] : columns[1]])
        bottom, right = min(height, top + _TILE), min(width, left + _TILE)
        s = self.scale
        out[top * s : bottom * s, left * s : right * s] = made[
            (top - rows[0]) * s : (bottom - rows[0]) * s, (left - columns[0]) * s : (right - columns[0]) * s
        ]

    def _run(self, tile: NDArray[np.float32]) -> NDArray[np.float32]:
        import torch

        given = torch.from_numpy(np.ascontiguousarray(tile)).permute(2, 0, 1)[None].to(self._placement.device)
        try:
            with torch.inference_mode(), deterministic(self._placement):
                made = self._model(given)
        except torch.OutOfMemoryError as exc:
            raise ModelError(
                f"The upscaling model {self.name} does not fit into the memory of {self._placement.device}.",
                code="model.memory",
                hint="Close what else uses the device, or upscale without a model.",
            ) from exc
        return np.asarray(made[0].permute(1, 2, 0).float().cpu().numpy(), np.float32)


def _weights(path: Path) -> Any:
    if path.suffix == ".safetensors":
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            return load_file(path)
        except SafetensorError as exc:
            raise _unreadable(path, exc) from exc
    import pickle

    import torch

    try:
        found: Any = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as exc:
        raise ModelError(
            f"{path.name} holds more than weights; it was not opened.",
            code="model.pickle",
            hint="Get the model as .safetensors.",
        ) from exc
    for key in ("params_ema", "params", "state_dict"):
        if isinstance(found, dict) and key in found:
            return found[key]
    return found


def _unreadable(path: Path, exc: Exception) -> ModelError:
    return ModelError(
        f"The upscaling model {path.name} cannot be read: {type(exc).__name__}.",
        code="model.unreadable",
        hint="Copy it again; it must be an architecture that spandrel knows.",
    )
