"""Does a picture show the light of the `direct` pass at all?

Under clouds, in fog or at night a generator paints no cast shadows, though the pass has them. Where a shadow's
edge crosses a flat surface, the small picture says how much brighter the lit side is; that decides how much the
pass may steer the colours.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rushes.media.pictures import Picture
from rushes.post.guides import Low

__all__ = ["LightSense"]

Float = NDArray[np.floating[Any]]
_DECAY = 0.8
_NONE, _CLEAR = 0.04, 0.16
"""Brightness (sRGB) a unit of direct light adds: taken as no light at all; as a light to follow fully."""
_PRIOR = (0.1, 0.5)
"""(brightness × light, light²) believed before anything is seen: a light worth following, held lightly."""


class LightSense:
    """Watches the small pictures of a clip, in order."""

    def __init__(self) -> None:
        self._seen, self._given = 0.0, 0.0

    def follow(self, picture: Picture, low: Low) -> np.float32:
        """0 to 1 for the next picture: how far its colours follow the direct light."""
        brightness = picture @ np.array([0.2126, 0.7152, 0.0722], np.float32)
        self._seen *= _DECAY
        self._given *= _DECAY
        for axis in (0, 1):
            seen, given = _edges(brightness, low, axis)
            self._seen += seen
            self._given += given
        slope = (self._seen + _PRIOR[0]) / (self._given + _PRIOR[1])
        return np.float32(np.clip((slope - _NONE) / (_CLEAR - _NONE), 0, 1))


def _edges(brightness: Float, low: Low, axis: int) -> tuple[float, float]:
    """Sums of brightness × light and of light² over neighbours on one flat surface, one of them in shadow."""

    def sides(plane: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        after, before = [slice(None)] * 2, [slice(None)] * 2
        after[axis], before[axis] = slice(1, None), slice(None, -1)
        return plane[tuple(after)], plane[tuple(before)]

    (id_a, id_b), (pure_a, pure_b) = sides(low.ids), sides(low.purity)
    facing = sum(a * b for a, b in (sides(n) for n in low.normal))
    light_a, light_b = sides(low.direct)
    step = light_a - light_b
    flat = (id_a == id_b) & (np.minimum(pure_a, pure_b) > 0.9) & (facing > 0.98) & (np.abs(step) > 0.15)
    bright_a, bright_b = sides(brightness)
    light = np.where(flat, step, 0).astype(np.float64)
    return float(((bright_a - bright_b) * light).sum()), float((light * light).sum())
