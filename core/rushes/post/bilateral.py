"""The joint bilateral filter: each pixel is a mean of the small picture's pixels on its own surface.

A neighbour counts as far as it is near (quadratic B-spline), of the same object, pure, on the same plane,
facing the same way and in the same light; a shadow's edge is kept like an object's. Work goes in bands of rows
that fit the cache, on one thread: with NumPy two were no faster, they wait for each other. The bits do not depend
on where it is cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rushes.media.pictures import Picture
from rushes.post.guides import Full, Low, centres, nearest

__all__ = ["Plan", "bilateral", "samples_of", "stripe", "wider"]

Float = NDArray[np.floating[Any]]
"""float32 in fact; NumPy's stubs lose the width in products."""
Index = NDArray[np.intp]
_F = np.float32

_BAND = 48
_GAP = 48
"""Full pixels: shortest stretch of a band that is left out for being plain."""
_CHUNK = 1 << 15
_PLANE_SLACK = _F(0.7)
"""1/x small pixels: distance from the plane at which a neighbour stops counting."""
_LIGHT_SLACK = _F(5.0)
"""1/x: difference of direct light at which a neighbour hardly counts."""
_LIGHT_FLOOR = _F(0.003)
"""Kept where no neighbour is in the same light, so that a nearly right colour beats none."""
_TRUST_FLOOR = _F(1e-3)
_WEIGHT = 10
"""Row of the sample table that holds the weight."""
_WIDE_LIGHT_FLOOR = _F(0.3)
_WIDE_SPREAD = _F(0.35)


def samples_of(picture: Picture, low: Low) -> Float:
    """(11, h, w): colour 3, normal 3, position 3, direct (scaled), weight from trust."""
    trust = low.trust * low.trust
    trust = trust * trust
    weight = trust * trust + _TRUST_FLOOR
    colour = np.moveaxis(picture, 2, 0)
    direct = low.direct * _LIGHT_SLACK
    return np.stack([*colour, *low.normal, *low.position, direct, weight]).astype(_F, copy=False)


@dataclass(frozen=True)
class _Surface:
    """The pixels to be made, for comparing samples (11, ...) with; the constants are folded in once."""

    normal: tuple[Float, ...]
    slope: tuple[Float, ...]
    plane: Float
    direct: Float

    @classmethod
    def of(cls, full: Full, at: Any) -> _Surface:
        """Those of `full` at an index: rows, or pixels."""
        scale = full.nearness[at] * _PLANE_SLACK
        normal = tuple(n[at] for n in full.normal)
        return cls(normal, tuple(n * scale for n in normal), full.plane[at] * scale, full.direct[at] * _LIGHT_SLACK)

    def some(self, which: Index) -> _Surface:
        """Of pixels in a row (N,), those at `which`."""
        normal, slope = (tuple(n[which] for n in v) for v in (self.normal, self.slope))
        return _Surface(normal, slope, self.plane[which], self.direct[which])

    def likeness(self, sample: Float, light_floor: np.float32) -> Float:
        """How far samples lie on the surface and in the light of the pixels to be made."""
        weight = _dot(self.normal, sample[3:6])
        np.maximum(weight, 0, out=weight)
        weight *= weight
        weight *= weight
        part = _dot(self.slope, sample[6:9])
        part -= self.plane
        part *= part
        np.subtract(_F(1), part, out=part)
        np.maximum(part, 0, out=part)
        weight *= part
        np.subtract(self.direct, sample[9], out=part)
        part *= part
        np.subtract(_F(1), part, out=part)
        np.maximum(part, light_floor, out=part)
        part *= part
        weight *= part
        weight *= sample[_WEIGHT]
        return weight


def _dot(vector: tuple[Float, ...], sample: Float) -> Float:
    total = vector[0] * sample[0]
    part = vector[1] * sample[1]
    total += part
    np.multiply(vector[2], sample[2], out=part)
    total += part
    return total


def _spline(at: Float) -> tuple[Float, Float, Float]:
    """Quadratic B-spline weights of the previous, own and next pixel."""
    half = _F(0.5)
    return half * (half - at) ** 2, _F(0.75) - at * at, half * (half + at) ** 2


class Plan:
    """A small picture made ready: indices and kernels to a full size, and its samples spread over the columns."""

    def __init__(self, picture: Picture, low: Low, shape: tuple[int, int]) -> None:
        (height, width), (h, w) = shape, low.ids.shape
        self.low = low
        self.rows = nearest(height, h)
        self.columns = nearest(width, w)
        self.last = h - 1
        self.down_at, self.across_at = centres(height, h), centres(width, w)
        self.down = _spline(self.down_at)
        table = samples_of(picture, low)
        self.even = np.zeros((3, h, width), _F)
        """The picture spread over the columns by the kernel alone: all there is to do where `low.plain`."""
        self.samples: list[Float] = []
        self.ids: list[NDArray[np.int32]] = []
        for step, across in zip((-1, 0, 1), _spline(self.across_at)):
            at = np.clip(self.columns + step, 0, w - 1)
            samples = np.take(table, at, axis=2)
            self.even += samples[:3] * across
            samples[_WEIGHT] *= across
            self.samples.append(samples)
            self.ids.append(np.take(low.ids, at, axis=1))


def bilateral(picture: Picture, full: Full, low: Low) -> tuple[Float, Float]:
    """The picture at the guides' full size, from a 3×3 neighbourhood of its small pixels.

    Returns planes (3, H, W) and their total weight (H, W), at most about 1: small where little fits, 0 where
    nothing does (the colour is 0 there).
    """
    height, width = full.ids.shape
    plan = Plan(picture, low, (height, width))
    return stripe(plan, full, slice(0, height))


def stripe(plan: Plan, full: Full, rows: slice) -> tuple[Float, Float]:
    """`bilateral` for some rows of the full size, whose guides are `full`."""
    count, width = full.ids.shape
    out = np.empty((3, count, width), _F)
    total = np.empty((count, width), _F)
    for top in range(0, count, _BAND):
        part = slice(top, min(count, top + _BAND))
        _band(plan, full, part, slice(rows.start + part.start, rows.start + part.stop), out, total)
    return out, total


def _band(plan: Plan, full: Full, band: slice, rows: slice, out: Float, total: Float) -> None:
    """First all pixels as if nothing but the kernel counted, then those again where more does."""
    lines = plan.rows[rows]
    made, weights = out[:, band], total[band]
    made[...] = 0
    for step in (-1, 0, 1):
        near = plan.down[step + 1][rows][:, None]
        made += near * plan.even[:, np.clip(lines + step, 0, plan.last)]
    weights[...] = 1
    busy = np.any(~plan.low.plain[lines[0] : lines[-1] + 1], axis=0)
    for run in _runs(np.take(busy, plan.columns)):
        colour, weight = _guided(plan, full, band, rows, run)
        rest = ~plan.low.plain[lines][:, plan.columns[run]]
        np.copyto(made[..., run], colour, where=rest)
        np.copyto(weights[:, run], weight, where=rest)


def _runs(wanted: NDArray[np.bool_]) -> list[slice]:
    """Columns that are wanted, in pieces; short gaps are not worth a cut."""
    at = np.flatnonzero(wanted)
    if not len(at):
        return []
    cuts = np.flatnonzero(np.diff(at) > _GAP)
    first, last = np.append(at[0], at[cuts + 1]), np.append(at[cuts], at[-1])
    return [slice(int(a), int(b) + 1) for a, b in zip(first, last)]


def _guided(plan: Plan, full: Full, band: slice, rows: slice, run: slice) -> tuple[Float, Float]:
    """Colours (3, ...) and weights of a band's columns, each sample weighed by its likeness."""
    ids, surface = full.ids[band, run], _Surface.of(full, (band, run))
    colour = np.zeros((3, *ids.shape), _F)
    weights = np.zeros(ids.shape, _F)
    part = np.empty(ids.shape, _F)
    for step in (-1, 0, 1):
        lines = np.clip(plan.rows[rows] + step, 0, plan.last)
        near = plan.down[step + 1][rows][:, None]
        for samples, sample_ids in zip(plan.samples, plan.ids):
            sample = samples[:, lines, run]
            weight = surface.likeness(sample, _LIGHT_FLOOR)
            weight *= near
            weight *= sample_ids[lines, run] == ids
            weights += weight
            for channel in range(3):
                np.multiply(weight, sample[channel], out=part)
                colour[channel] += part
    colour /= np.maximum(weights, _F(1e-12))
    return colour, weights


def wider(table: Float, plan: Plan, full: Full, rows: slice, pixels: Index) -> tuple[Float, Float]:
    """A mean of samples (`samples_of` another picture of the plan's guides) over 5×5 small pixels that minds the
    light little, for some pixels (flat indices into `full`, which holds `rows`; N of them).

    Made for pictures that the light has been taken out of. Returns weighted sums (3, N) and weights (N,).
    """
    colour, weights = np.zeros((3, len(pixels)), _F), np.zeros(len(pixels), _F)
    for start in range(0, len(pixels), _CHUNK):
        part = slice(start, start + _CHUNK)
        _gather(table, plan, full, rows, pixels[part], colour[:, part], weights[part])
    return colour, weights


def _gather(table: Float, plan: Plan, full: Full, rows: slice, pixels: Index, colour: Float, weights: Float) -> None:
    h, w = plan.low.ids.shape
    y, x = np.divmod(pixels, full.ids.shape[1])
    row, column = plan.rows[rows][y], plan.columns[x]
    down, across = plan.down_at[rows][y], plan.across_at[x]
    ids, low_ids = full.ids[y, x], plan.low.ids.reshape(-1)
    surface, table = _Surface.of(full, (y, x)), table.reshape(len(table), -1)
    falls = [np.exp(-_WIDE_SPREAD * (dx - across) ** 2) for dx in range(-2, 3)]
    for dy in range(-2, 3):
        line, high = np.clip(row + dy, 0, h - 1) * w, np.exp(-_WIDE_SPREAD * (dy - down) ** 2)
        for dx in range(-2, 3):
            at = line + np.clip(column + dx, 0, w - 1)
            same = np.flatnonzero(np.take(low_ids, at) == ids)
            if not len(same):
                continue
            sample = np.take(table, at[same], axis=1)
            weight = surface.some(same).likeness(sample, _WIDE_LIGHT_FLOOR)
            weight *= high[same] * falls[dx + 2][same]
            weights[same] += weight
            colour[:, same] += weight * sample[:3]
