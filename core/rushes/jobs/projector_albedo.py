"""Takes a shot's own light out of its pictures.

The model: picture = albedo · (1 + gain · direct) / (1 + gain), linear, `direct` being the pass of that name (0 to 1).
`gain` is found where a shadow's edge or a change of direct light crosses one flat surface: there the albedo is the same
on both sides, so the ratio of the colours is the ratio of the light.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import ProjectorAlbedo
from rushes.media.conditioning import ShotFrame
from rushes.media.pictures import Bytes, linear_to_srgb, srgb_to_linear, to_float, to_uint8

__all__ = ["LightFit", "without_light"]

Float = NDArray[np.floating[Any]]
_REACH = 4
"""Pixels between the two sides: pictures are soft at a shadow's edge."""
_STEP = 0.25
"""Least change of direct light between them."""
_PAIRS = 400
"""Pairs that are needed to be half as sure as can be."""
_MOST = 20000
"""Pairs taken from a frame, at most."""
_GAIN = (0.02, 12.0)
_SURE = 0.2
"""Below this it counts as not found."""


class LightFit:
    """Collects pairs over a few frames."""

    def __init__(self) -> None:
        self._gains: list[Float] = []

    def look(self, picture: Bytes, frame: ShotFrame) -> None:
        """Take in one picture and the passes of its frame, both of one size."""
        linear = srgb_to_linear(to_float(picture)) + np.float32(0.002)
        for axis in (0, 1):
            self._gains.append(_pairs(linear, frame, axis))

    def result(self) -> ProjectorAlbedo | None:
        """What was found; None when it is less sure than a fifth."""
        gains = np.concatenate(self._gains) if self._gains else np.zeros((0, 3))
        if len(gains) < 50:
            return None
        middle = np.median(gains, axis=0)
        spread = float(np.median(np.abs(gains - middle)) / max(0.2, float(middle.mean())))
        sure = len(gains) / (len(gains) + _PAIRS) * max(0.0, 1.0 - spread)
        if sure < _SURE or float(middle.mean()) <= _GAIN[0]:
            return None
        red, green, blue = (float(np.clip(g, *_GAIN)) for g in middle)
        return ProjectorAlbedo((red, green, blue), round(sure, 3))


def _pairs(linear: Float, frame: ShotFrame, axis: int) -> Float:
    """(n, 3) gains from pixels `_REACH` apart on one flat surface whose direct light differs."""
    before, after = [slice(None)] * 2, [slice(None)] * 2
    before[axis], after[axis] = slice(None, -_REACH), slice(_REACH, None)
    one, two = tuple(before), tuple(after)
    flat = (frame.ids[one] == frame.ids[two]) & (frame.ids[one] != 0)
    flat &= np.einsum("hwc,hwc->hw", frame.normal[one], frame.normal[two]) > 0.995
    light_a, light_b = frame.direct[one], frame.direct[two]
    flat &= np.abs(light_a - light_b) > _STEP
    rows, columns = np.nonzero(flat)
    if len(rows) > _MOST:
        keep = np.linspace(0, len(rows) - 1, _MOST).astype(int)
        rows, columns = rows[keep], columns[keep]
    at = (rows, columns)
    a, b = linear[one][at], linear[two][at]
    bright_a = (light_a[at] > light_b[at])[:, None]
    lit, shade = np.where(bright_a, a, b), np.where(bright_a, b, a)
    high, low = np.maximum(light_a[at], light_b[at])[:, None], np.minimum(light_a[at], light_b[at])[:, None]
    ratio = lit / shade
    # ratio = (1 + g·high) / (1 + g·low), solved for g; a ratio beyond high/low has no solution and counts as the most
    below = high - ratio * low
    gain = np.where(below > 1e-3, (ratio - 1) / np.maximum(below, 1e-3), _GAIN[1])
    usable = (lit < 0.95).all(-1) & (shade > 0.004).all(-1)
    return np.clip(gain, 0.0, _GAIN[1])[usable].astype(np.float64)


def without_light(picture: Bytes, direct: Float, gain: tuple[float, float, float]) -> Bytes:
    """The picture as it would be if all of it stood in full sun: (H, W, 3) uint8 of the same size."""
    g = np.array(gain, np.float32)
    linear = srgb_to_linear(to_float(picture))
    light = (1 + g * np.asarray(direct, np.float32)[..., None]) / (1 + g)
    plain = np.clip(linear / light, 0.0, 1.0).astype(np.float32)
    return to_uint8(linear_to_srgb(plain))
