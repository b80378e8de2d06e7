"""What colour an object would have where the small picture holds no sample of it.

The legend says each object's flat colour. How the generator lit such colours is fitted per frame over all
objects (flat colour, times direct light, haze by depth, a constant), and each object's own difference from that
is learned as frames go by. So a wire that fell between two small pixels keeps its colour, and keeps it over time.
Where a generator goes its own way with colours, the fit explains little and is trusted little.
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
_SPREAD = 0.015
"""Mean square difference of objects from the fit, sRGB, at which the fit is half believed."""
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
        self.trust = 1.0
        """0 to 1: how well the fit explains the objects of the last frame."""

    def learn(self, picture: Picture, low: Low) -> Picture:
        """Take in the next small picture and its guides; returns what the fit leaves unexplained of it."""
        ids = self._known(low.ids.reshape(-1))
        depth, direct = -low.position[2].reshape(-1), low.direct.reshape(-1)
        purity = low.purity.reshape(-1).astype(np.float64)
        solid = ids > 0
        if solid.any():
            self._haze = max(1e-3, float(np.median(depth[solid])))
            linear = srgb_to_linear(picture).reshape(-1, 3)[solid].astype(np.float64)
            self._fit = self._solve(ids[solid], direct[solid], depth[solid], linear, purity[solid] ** 2)
        pixels, weight = picture.reshape(-1, 3), purity**4
        self.trust = 1.0
        self.trust = self._believable(ids, pixels - self._lit(ids, direct, depth), weight)
        rest = pixels - self._lit(ids, direct, depth)
        sums, weights = self._by_object(ids, rest, weight)
        self._sum = _DECAY * self._sum + sums
        self._weight = _DECAY * self._weight + weights
        return np.asarray(rest.reshape(picture.shape), _F)

    def _by_object(
        self, ids: NDArray[np.int32], values: Float, weight: NDArray[np.float64]
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Weighted sums (count, 3) and weights (count,) per object."""
        count = len(self._flat)
        sums = [np.bincount(ids, weight * values[:, c], count) for c in range(3)]
        return np.stack(sums, axis=1), np.bincount(ids, weight, count)

    def _believable(self, ids: NDArray[np.int32], rest: Float, weight: NDArray[np.float64]) -> float:
        sums, weights = self._by_object(ids, rest, weight)
        seen = weights > 0.5
        seen[0] = False
        if not seen.any():
            return 1.0
        square = ((sums[seen] / weights[seen, None]) ** 2).mean(axis=1)
        # Large objects do not drown the small ones.
        share = np.minimum(weights[seen], 50.0)
        return float(_SPREAD / (_SPREAD + (square * share).sum() / share.sum()))

    def expected(self, full: Full, pixels: NDArray[np.intp]) -> tuple[Float, Float]:
        """For some pixels (flat indices) of the frame learned last: what the fit says, and what their object
        adds to it; both (3, N) sRGB."""
        ids = self._known(full.ids.reshape(-1)[pixels])
        direct, depth = full.direct.reshape(-1)[pixels], full.depth.reshape(-1)[pixels]
        own = self._sum / (self._weight + _DOUBT * self.trust)[:, None].clip(1e-9)
        return self._lit(ids, direct, depth).T, own.astype(_F)[ids].T

    def _known(self, ids: NDArray[np.int32]) -> NDArray[np.int32]:
        # An id that the legend lacks is taken as sky: no colour of its own.
        return np.where((ids >= 0) & (ids < len(self._flat)), ids, 0).astype(np.int32)

    def _features(self, flat: Float, direct: Float, depth: Float) -> tuple[Float, ...]:
        return flat, flat * direct, np.ones_like(flat), depth / (depth + _F(self._haze))

    def _lit(self, ids: NDArray[np.int32], direct: Float, depth: Float) -> Float:
        """(N, 3) the legend's colours as this frame lights them, sRGB, as far as that is believed."""
        flat = self._flat[ids]
        fit = self._fit.astype(_F)
        linear = np.empty_like(flat)
        for channel in range(3):
            parts = self._features(flat[:, channel], direct, depth)
            linear[:, channel] = sum(p * fit[channel, i] for i, p in enumerate(parts))
        return linear_to_srgb(np.clip(linear, 0, 1)) * _F(self.trust)

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
