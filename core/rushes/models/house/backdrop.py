"""What a gap in a carved block shows: the surface behind, continued from the nearest pixels of it. NumPy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rushes.models.house.noise import Array
from rushes.models.house.surface import HouseFrame, rigid

__all__ = ["Background", "fill"]

_SKY_DEPTH = 1.0e9
_SCENERY = ("ground", "building", "water", "sky", "prop")
_FURTHER = (1.0, 1.0, 1.15, 2.5)
"""How much a step to the left, right, up and down counts when the nearest pixel is sought."""

_LAST = 1.0e6
"""Added for the sky: it shows only where no surface goes on."""

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Background:
    """A frame before carving, its rays (N, 3) by pixel, and which pixels (H, W) belong to carved blocks."""

    frame: HouseFrame
    origin: NDArray[np.float64]
    way: NDArray[np.float64]
    carved: NDArray[np.bool_]


def fill(back: Background, gaps: Ids, depth: Array, normal: Array, direct: Array, ids: NDArray[np.integer]) -> None:
    """Write the surface behind into flat G-buffers at the pixels `gaps`; a gap with nothing behind stays as it is."""
    left = gaps
    for sources, open_sky in _sources(back):
        if not len(left):
            return
        source, t = _best(back, left, sources)
        good = (source >= 0) & (open_sky | np.isfinite(t))
        at, from_ = left[good], source[good]
        sky = ~np.isfinite(t[good])
        depth[at] = np.where(sky, back.frame.depth.ravel()[from_], t[good])
        normal[at] = back.frame.normal.reshape(-1, 3)[from_]
        direct[at] = back.frame.direct.ravel()[from_]
        ids[at] = back.frame.ids.ravel()[from_]
        left = left[~good]
    _despeckle(gaps, depth, normal, direct, ids, back.carved.shape)


def _despeckle(
    gaps: Ids,
    depth: Array,
    normal: Array,
    direct: Array,
    ids: NDArray[np.integer],
    shape: tuple[int, ...],
) -> None:
    """Take lines one pixel wide, which a nearest pixel's whim draws, out of what was filled."""
    h, w = shape
    row, column = np.divmod(gaps, w)
    for step, inside in ((w, (row > 0) & (row < h - 1)), (1, (column > 0) & (column < w - 1))):
        at = gaps[inside]
        before, after = ids[at - step], ids[at + step]
        at = at[(before == after) & (before != ids[at])]
        for plane in (depth, normal, direct, ids):
            plane[at] = plane[at - step]


def _sources(back: Background) -> list[tuple[NDArray[np.bool_], bool]]:
    """Pixels to continue from, and whether the sky counts: whatever is nearest first, then large scenery."""
    free = ~back.carved
    ids = back.frame.ids
    most = int(ids.max()) + 1
    scenic = np.ones(most, bool)
    for thing in back.frame.objects.values():
        if thing.id < most:
            scenic[thing.id] = thing.cls in _SCENERY and (thing.box is None or _wide(thing.box, thing.matrix) > 2.5)
    return [(free, False), (free & scenic[np.maximum(ids, 0)], True), (free, True)]


def _wide(box: NDArray[np.float64], matrix: NDArray[np.float64]) -> float:
    _, scale = rigid(matrix)
    return float(np.sort(np.abs(box[1] - box[0]) * scale)[1])


def _best(back: Background, gaps: Ids, sources: NDArray[np.bool_]) -> tuple[Ids, NDArray[np.float64]]:
    """For each gap the pixel to continue from (-1: none) and the depth there (infinite: sky)."""
    best = np.full(len(gaps), -1, np.int64)
    depth = np.full(len(gaps), np.inf)
    cost = np.full(len(gaps), np.inf)
    for source, steps in _nearest(sources, gaps):
        there = source >= 0
        t = np.full(len(gaps), np.nan)
        t[there] = _continued(back, gaps[there], source[there])
        steps = np.where(np.isinf(t), steps + _LAST, steps)
        better = there & ~np.isnan(t) & (steps < cost)
        best[better], depth[better], cost[better] = source[better], t[better], steps[better]
    return best, depth


def _nearest(sources: NDArray[np.bool_], gaps: Ids) -> list[tuple[Ids, NDArray[np.float64]]]:
    """Nearest source left, right, above and below each gap, flat (-1: none), and the weighted distance."""
    h, w = sources.shape
    row, column = np.divmod(gaps, w)
    across = np.where(sources, np.arange(w), -1)
    left = np.maximum.accumulate(across, 1)[row, column]
    mirror = np.maximum.accumulate(across[:, ::-1] >= 0, 1)
    right_from = np.minimum.accumulate(np.where(sources, np.arange(w), w)[:, ::-1], 1)[:, ::-1]
    right = np.where(mirror[:, ::-1][row, column], right_from[row, column], -1)
    down = np.where(sources, np.arange(h)[:, None], -1)
    up = np.maximum.accumulate(down, 0)[row, column]
    low_from = np.minimum.accumulate(np.where(sources, np.arange(h)[:, None], h)[::-1], 0)[::-1]
    low = np.where(low_from[row, column] < h, low_from[row, column], -1)
    out: list[tuple[Ids, NDArray[np.float64]]] = []
    for found, weight in zip((left, right), _FURTHER[:2], strict=True):
        out.append((np.where(found >= 0, row * w + found, -1), np.abs(column - found) * weight))
    for found, weight in zip((up, low), _FURTHER[2:], strict=True):
        out.append((np.where(found >= 0, found * w + column, -1), np.abs(row - found) * weight))
    return out


def _continued(back: Background, gaps: Ids, source: Ids) -> NDArray[np.float64]:
    """Depth at which the rays of `gaps` meet the planes seen at `source`; infinite on the sky, NaN for a miss."""
    frame = back.frame
    far = frame.depth.ravel()[source].astype(np.float64)
    sky = (frame.ids.ravel()[source] == 0) | (far >= _SKY_DEPTH)
    n = frame.normal.reshape(-1, 3)[source].astype(np.float64)
    point = back.origin[source] + np.where(sky, 1.0, far)[:, None] * back.way[source]
    slope = np.einsum("ij,ij->i", n, back.way[gaps])
    gap = np.einsum("ij,ij->i", n, point - back.origin[gaps])
    t = gap / np.where(np.abs(slope) > 1e-6, slope, np.nan)
    block = frame.depth.ravel()[gaps].astype(np.float64)
    good = (t > block * 0.995) & (t < np.maximum(far * 10.0, 4.0)) & _within(frame, source, back, gaps, t)
    return np.where(sky, np.inf, np.where(good, t, np.nan))


def _within(frame: HouseFrame, source: Ids, back: Background, gaps: Ids, t: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether the continued points still lie in the box of the object they continue."""
    ids = frame.ids.ravel()[source]
    out = np.ones(len(source), bool)
    for ident in np.unique(ids).tolist():
        thing = frame.objects.get(ident)
        if thing is None or thing.box is None:
            continue
        here = (ids == ident) & np.isfinite(t)
        turn, scale = rigid(thing.matrix)
        box = np.sort(thing.box * scale, 0)
        point = back.origin[gaps[here]] + t[here, None] * back.way[gaps[here]]
        own = (point - thing.matrix[:3, 3]) @ turn
        slack = 0.02 + 0.02 * (box[1] - box[0])
        out[here] = np.all((own > box[0] - slack) & (own < box[1] + slack), -1)
    return out
