"""Stills and frames of clips as display-referred Rec.709, for matching and for looking at grades."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.delivery.colour_spaces import Colours
from rushes.errors import InputError
from rushes.media.exr import read_channels
from rushes.media.video import probe, read_video

__all__ = ["STILLS", "read_picture", "scaled"]

STILLS = (".png", ".tif", ".tiff", ".jpg", ".jpeg", ".exr")


def read_picture(path: Path, frame: int = 0) -> Colours:
    """(H, W, 3) float32 Rec.709 codes: a still, 8 or 16 bits, as it was exported, or frame `frame` (from 0) of a clip.

    An EXR is taken as linear light with BT.709 primaries and encoded with gamma 2.4. InputError
    `grade.picture` for what is missing or cannot be read, `grade.frame` when the clip is shorter.
    """
    if not path.is_file():
        raise _unreadable(path, "it is not there")
    suffix = path.suffix.lower()
    if suffix == ".exr":
        return _exr(path)
    return _still(path) if suffix in STILLS else _frame(path, frame)


def _unreadable(path: Path, why: str) -> InputError:
    return InputError(
        f"The picture {path.name} cannot be used: {why}.",
        code="grade.picture",
        hint="Give a PNG, TIFF, JPEG or EXR still, or a clip.",
        details={"path": str(path)},
    )


def _still(path: Path) -> Colours:
    data = np.fromfile(path, np.uint8)
    try:
        found: Any = cv2.imdecode(data, cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH) if data.size else None
    except cv2.error as exc:
        raise _unreadable(path, "it is damaged") from exc
    if found is None:
        raise _unreadable(path, "it is damaged or of another kind")
    pixels: NDArray[Any] = cv2.cvtColor(found, cv2.COLOR_BGR2RGB)
    if pixels.dtype == np.float32:  # a float TIFF holds codes, too
        return np.clip(np.nan_to_num(pixels), 0.0, 1.0)
    return pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)


def _exr(path: Path) -> Colours:
    channels = read_channels(path)
    names = {name.rpartition(".")[2]: name for name in channels}
    if not {"R", "G", "B"} <= set(names):
        raise _unreadable(path, "it has no R, G and B")
    light = np.nan_to_num(np.stack([channels[names[c]] for c in "RGB"], axis=-1))
    return (np.clip(light, 0.0, 1.0) ** np.float32(1 / 2.4)).astype(np.float32)


def _frame(path: Path, frame: int) -> Colours:
    found = next(itertools.islice(read_video(path), frame, None), None)
    if found is None:
        raise InputError(
            f"{path.name} has {probe(path).frames} frames, there is no frame {frame}.",
            code="grade.frame",
            hint="Frames are counted from 0.",
        )
    return found.astype(np.float32) / np.float32(255.0)


def scaled(picture: Colours, longest: int) -> Colours:
    """No side longer than `longest` pixels, averaged over areas; a smaller picture stays as it is."""
    height, width = picture.shape[:2]
    part = longest / max(height, width)
    if part >= 1.0:
        return picture
    size = max(1, round(width * part)), max(1, round(height * part))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)
