"""What colour an object would have where the small picture holds no sample of it.

The legend says each object's flat colour. How the generator lit such colours is fitted per frame over all
objects (flat colour, times direct light, haze by depth, a constant), and each object's own difference from that
is learned as frames go by. So a wire that fell between two small pixels keeps its colour, and keeps it over time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import Legend
from rushes.media.pictures import Picture, linear_to_srgb, srgb_to_linear
from rushes.post.guides import Full, Low

__all__ = ["ObjectColours"]

Float = NDArray[np.floating[Any]]
"""float32 in fact; NumPy's stubs lose the width in products."""
_F = np.float32
_DECAY = 0.8
"""What a frame's own samples still count one frame later."""
_DOUBT = 8.0
"""Pure samples needed before an object's own colour counts as much as the legend's."""
_RIDGE = 1e-3
_PRIOR = np.array([0.4, 1.0, 0.0, 0.0])
"""Plain daylight: some sky light, full sun, no haze."""


class ObjectColours:
    """Learns from frame to frame; one for each clip, fed in order."""

    def __init__(self, legend: Legend) -> None:
        count = max((o.id for o in legend.objects), default=0) + 1
        self._flat = np.zeros((count, 3), _F)
        for entry in legend.objects:
            self._flat[entry.id] = entry.color
        self._sum = np.zeros((count, 3))
        self._weight = np.zeros(count)
        self._fit = np.tile(_PRIOR, (3, 1))
        self._haze = 1.0

    def learn(self, picture: Picture, low: Low) -> None:
        """Take in the next small picture and its guides."""
        ids = self._known(low.ids.reshape(-1))
        depth, direct = -low.position[2].reshape(-1), low.direct.reshape(-1)
        purity = low.purity.reshape(-1).astype(np.float64)
        solid = ids > 0
        if solid.any():
            self._haze = max(1e-3, float(np.median(depth[solid])))
            linear = srgb_to_linear(picture).reshape(-1, 3)[solid].astype(np.float64)
            self._fit = self._solve(ids[solid], direct[solid], depth[solid], linear, purity[solid] ** 2)
        rest = picture.reshape(-1, 3) - self._lit(ids, direct, depth)
        weight = purity**4
        count = len(self._flat)
        sums = [np.bincount(ids, weight * rest[:, c], count) for c in range(3)]
        self._sum = _DECAY * self._sum + np.stack(sums, axis=1)
        self._weight = _DECAY * self._weight + np.bincount(ids, weight, count)

    def colours(self, full: Full, pixels: NDArray[np.intp]) -> Float:
        """(3, N) sRGB colours for some pixels (flat indices) of the frame learned last."""
        ids = self._known(full.ids.reshape(-1)[pixels])
        direct, depth = full.direct.reshape(-1)[pixels], full.depth.reshape(-1)[pixels]
        own = (self._sum / (self._weight + _DOUBT)[:, None]).astype(_F)
        return np.ascontiguousarray(np.clip(self._lit(ids, direct, depth) + own[ids], 0, 1).T)

    def _known(self, ids: NDArray[np.int32]) -> NDArray[np.int32]:
        # An id that the legend lacks is taken as sky: no colour of its own.
        return np.where((ids >= 0) & (ids < len(self._flat)), ids, 0).astype(np.int32)

    def _features(self, flat: Float, direct: Float, depth: Float) -> tuple[Float, ...]:
        return flat, flat * direct, np.ones_like(flat), depth / (depth + _F(self._haze))

    def _lit(self, ids: NDArray[np.int32], direct: Float, depth: Float) -> Float:
        """(N, 3) the legend's colours as this frame lights them, sRGB."""
        flat = self._flat[ids]
        fit = self._fit.astype(_F)
        linear = np.empty_like(flat)
        for channel in range(3):
            parts = self._features(flat[:, channel], direct, depth)
            linear[:, channel] = sum(p * fit[channel, i] for i, p in enumerate(parts))
        return linear_to_srgb(np.clip(linear, 0, 1))

    def _solve(
        self,
        ids: NDArray[np.int32],
        direct: Float,
        depth: Float,
        linear: NDArray[np.float64],
        weight: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Ridge regression per channel, by plain sums: a BLAS product may round differently per thread count."""
        total = float(weight.sum()) + 1e-9
        fits: list[NDArray[Any]] = []
        for channel in range(3):
            parts = [p.astype(np.float64) for p in self._features(self._flat[ids, channel], direct, depth)]
            left = np.array([[float((weight * p * q).sum()) for q in parts] for p in parts])
            right = np.array([float((weight * p * linear[:, channel]).sum()) for p in parts])
            ridge = _RIDGE * total
            fits.append(np.linalg.solve(left + ridge * np.eye(4), right + ridge * _PRIOR))
        return np.stack(fits)
