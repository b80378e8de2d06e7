"""A true picture of any passes at any size: shaded from the passes themselves, so that it is known.

Flat colours, sky light, sun with its cast shadows, a pattern fixed to the surfaces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.contracts import CameraFrame, Legend, Size, Vec3
from rushes.media.conditioning import ShotFrame, ShotInputs
from rushes.media.pictures import Picture, linear_to_srgb

__all__ = ["At", "shaded", "soft_sample"]

Float = NDArray[np.floating[Any]]


def shaded(frame: ShotFrame, legend: Legend, size: Size) -> Picture:
    """A picture of the frame at `size` (no larger than the frame), averaged in linear light; sRGB, 0 to 1."""
    table = np.zeros((max((o.id for o in legend.objects), default=0) + 1, 3), np.float32)
    for entry in legend.objects:
        table[entry.id] = entry.color
    known = np.where((frame.ids >= 0) & (frame.ids < len(table)), frame.ids, 0)
    pattern = _pattern(frame)[..., None]
    sky_light = (0.3 + 0.12 * frame.normal[..., 2:]) * np.array([0.95, 1.0, 1.15], np.float32)
    sun = frame.direct[..., None] * np.array([1.3, 1.15, 0.95], np.float32)
    rows = np.linspace(0.35, 0.75, frame.size.height, dtype=np.float32)[:, None, None]
    sky = rows * np.array([0.75, 0.9, 1.1], np.float32)
    linear = np.where(frame.sky[..., None], sky, table[known] * pattern * (sky_light + sun)).astype(np.float32)
    small = cv2.resize(linear, (size.width, size.height), interpolation=cv2.INTER_AREA)
    return np.clip(linear_to_srgb(np.asarray(small, np.float32)), 0, 1)


def _pattern(frame: ShotFrame) -> Float:
    """(H, W) 0.7 to 1.1, soft patches of about a metre and a half, fixed in the world."""
    k = frame.camera.intrinsics(frame.size, frame.pixel_aspect)
    depth = np.where(frame.sky, np.float32(0), frame.depth)
    spread = np.ones_like(depth) if k.orthographic else depth
    x = ((np.arange(frame.size.width) + 0.5 - k.cx) / k.fx).astype(np.float32) * spread
    y = -((np.arange(frame.size.height) + 0.5 - k.cy) / k.fy).astype(np.float32)[:, None] * spread
    m = np.array(frame.camera.matrix_world, np.float32)
    world = [x * m[i, 0] + y * m[i, 1] - depth * m[i, 2] + m[i, 3] for i in range(3)]
    waves = np.sin(world[0] * 2.1) * np.sin(world[1] * 1.9) + np.sin(world[2] * 1.7)
    return 0.9 + 0.1 * waves


def soft_sample(picture: Picture, size: Size, blur: float) -> Picture:
    """What a network makes of a picture at a smaller `size`: the value at each pixel's centre, softened by a Gaussian
    of `blur` small pixels."""
    height, width = picture.shape[:2]
    rows = (2 * np.arange(size.height) + 1) * height // (2 * size.height)
    columns = (2 * np.arange(size.width) + 1) * width // (2 * size.width)
    sampled = np.ascontiguousarray(picture[rows][:, columns])
    return np.asarray(cv2.GaussianBlur(sampled, (0, 0), blur), np.float32)


@dataclass(frozen=True)
class At:
    """A shot's passes with another full size. For the comparison only."""

    inner: ShotInputs
    size: Size

    @property
    def legend(self) -> Legend:
        return self.inner.legend

    @property
    def cameras(self) -> Sequence[CameraFrame]:
        return self.inner.cameras

    @property
    def rate(self) -> Fraction:
        return self.inner.rate

    @property
    def sun_direction(self) -> Vec3:
        return self.inner.sun_direction

    @property
    def depth_range(self) -> tuple[float, float]:
        return self.inner.depth_range

    def __len__(self) -> int:
        return len(self.inner)

    def frame(self, index: int, size: Size | None = None) -> ShotFrame:
        return self.inner.frame(index, size or self.size)
