"""The joint bilateral filter: each pixel is a mean of the small picture's pixels on its own surface.

A neighbour counts as far as it is near (quadratic B-spline), of the same object, pure, on the same plane,
facing the same way and in the same light; a shadow's edge is kept like an object's. Work goes in bands of rows
that fit the cache, on one thread: with NumPy two were no faster, they wait for each other. The bits do not depend
on where it is cut.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rushes.media.pictures import Picture
from rushes.post.guides import Full, Low, centres, nearest

__all__ = ["bilateral", "wider"]

Float = NDArray[np.floating[Any]]
"""float32 in fact; NumPy's stubs lose the width in products."""
Index = NDArray[np.intp]
_F = np.float32

_BAND = 48
_CHUNK = 1 << 15
_PLANE_SLACK = _F(0.7)
"""1/x small pixels: distance from the plane at which a neighbour stops counting."""
_LIGHT_SLACK = _F(5.0)
"""1/x: difference of direct light at which a neighbour hardly counts."""
_LIGHT_FLOOR = _F(0.003)
"""Kept where no neighbour is in the same light, so that a nearly right colour beats none."""
_PURITY_FLOOR = _F(1e-3)
_WIDE_LIGHT_FLOOR = _F(0.3)
_WIDE_SPREAD = _F(0.35)


def _table(picture: Picture, low: Low) -> Float:
    """(11, h, w): colour 3, normal 3, position 3, direct, weight from purity."""
    purity = low.purity * low.purity
    purity = purity * purity
    weight = purity * purity + _PURITY_FLOOR
    colour = np.moveaxis(picture, 2, 0)
    return np.stack([*colour, *low.normal, *low.position, low.direct, weight]).astype(_F, copy=False)


def _likeness(
    sample: Float, normal: tuple[Float, ...], plane: Float, nearness: Float, direct: Float, light_floor: np.float32
) -> Float:
    """How far samples (11, ...) lie on the surface and in the light of the pixels to be made."""
    weight = normal[0] * sample[3]
    weight += normal[1] * sample[4]
    weight += normal[2] * sample[5]
    np.maximum(weight, 0, out=weight)
    weight *= weight
    weight *= weight
    part = normal[0] * sample[6]
    part += normal[1] * sample[7]
    part += normal[2] * sample[8]
    part -= plane
    part *= nearness
    part *= _PLANE_SLACK
    part *= part
    np.subtract(_F(1), part, out=part)
    np.maximum(part, 0, out=part)
    weight *= part
    np.subtract(direct, sample[9], out=part)
    part *= _LIGHT_SLACK
    part *= part
    np.subtract(_F(1), part, out=part)
    np.maximum(part, light_floor, out=part)
    part *= part
    weight *= part
    weight *= sample[10]
    return weight


def _spline(at: Float) -> tuple[Float, Float, Float]:
    """Quadratic B-spline weights of the previous, own and next pixel."""
    half = _F(0.5)
    return half * (half - at) ** 2, _F(0.75) - at * at, half * (half + at) ** 2


class _Plan:
    """Indices and kernels from one size to another, and the samples spread out over the columns."""

    def __init__(self, picture: Picture, low: Low, shape: tuple[int, int]) -> None:
        (height, width), (h, w) = shape, low.ids.shape
        self.rows = nearest(height, h)
        self.last = h - 1
        self.down = _spline(centres(height, h))
        self.across = _spline(centres(width, w))
        table = _table(picture, low)
        columns = nearest(width, w)
        self.samples: list[Float] = []
        self.ids: list[NDArray[np.int32]] = []
        for step in (-1, 0, 1):
            at = np.clip(columns + step, 0, w - 1)
            self.samples.append(np.ascontiguousarray(table[:, :, at]))
            self.ids.append(np.ascontiguousarray(low.ids[:, at]))


def bilateral(picture: Picture, full: Full, low: Low) -> tuple[Float, Float]:
    """The picture at the guides' full size, from a 3×3 neighbourhood of its small pixels.

    Returns planes (3, H, W) and their total weight (H, W), at most about 1: small where little fits, 0 where
    nothing does (the colour is 0 there).
    """
    height, width = full.ids.shape
    plan = _Plan(picture, low, (height, width))
    out = np.empty((3, height, width), _F)
    total = np.empty((height, width), _F)
    for top in range(0, height, _BAND):
        _band(plan, full, slice(top, min(height, top + _BAND)), out, total)
    return out, total


def _band(plan: _Plan, full: Full, band: slice, out: Float, total: Float) -> None:
    ids, plane, nearness = full.ids[band], full.plane[band], full.nearness[band]
    direct, normal = full.direct[band], tuple(n[band] for n in full.normal)
    colour = np.zeros((3, *ids.shape), _F)
    weights = np.zeros(ids.shape, _F)
    for step in (-1, 0, 1):
        rows = np.clip(plan.rows[band] + step, 0, plan.last)
        near = plan.down[step + 1][band][:, None]
        for samples, sample_ids, across in zip(plan.samples, plan.ids, plan.across):
            sample = samples[:, rows]
            weight = _likeness(sample, normal, plane, nearness, direct, _LIGHT_FLOOR)
            weight *= near
            weight *= across
            weight *= sample_ids[rows] == ids
            weights += weight
            for channel in range(3):
                colour[channel] += weight * sample[channel]
    total[band] = weights
    out[:, band] = colour / np.maximum(weights, _F(1e-12))


def wider(picture: Picture, full: Full, low: Low, pixels: Index) -> tuple[Float, Float]:
    """A mean over 5×5 small pixels that minds the light little, for some pixels (flat indices, N of them).

    Made for `picture`s that the light has been taken out of. Returns weighted sums (3, N) and weights (N,).
    """
    table = _table(picture, low).reshape(11, -1)
    colour, weights = np.zeros((3, len(pixels)), _F), np.zeros(len(pixels), _F)

    for start in range(0, len(pixels), _CHUNK):
        part = slice(start, start + _CHUNK)
        _gather(table, full, low, pixels[part], colour[:, part], weights[part])
    return colour, weights


def _gather(table: Float, full: Full, low: Low, pixels: Index, colour: Float, weights: Float) -> None:
    (height, width), (h, w) = full.ids.shape, low.ids.shape
    y, x = np.divmod(pixels, width)
    row, column = nearest(height, h)[y], nearest(width, w)[x]
    down, across = centres(height, h)[y], centres(width, w)[x]
    ids, low_ids = full.ids[y, x], low.ids.reshape(-1)
    normal = tuple(n[y, x] for n in full.normal)
    plane, nearness, direct = full.plane[y, x], full.nearness[y, x], full.direct[y, x]
    for dy in range(-2, 3):
        line, high = np.clip(row + dy, 0, h - 1) * w, (dy - down) ** 2
        for dx in range(-2, 3):
            at = line + np.clip(column + dx, 0, w - 1)
            sample = np.take(table, at, axis=1)
            weight = _likeness(sample, normal, plane, nearness, direct, _WIDE_LIGHT_FLOOR)
            weight *= np.exp(-_WIDE_SPREAD * (high + (dx - across) ** 2))
            weight *= np.take(low_ids, at) == ids
            weights += weight
            for channel in range(3):
                colour[channel] += weight * sample[channel]
