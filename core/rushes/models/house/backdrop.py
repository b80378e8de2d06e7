"""What a gap in a carved block shows: the surface behind, continued from the nearest pixels of it. NumPy only."""

from __future__ import annotations

from collections.abc import Callable
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
    """A frame before carving, the rays of its pixels, and which pixels (H, W) belong to carved blocks."""

    frame: HouseFrame
    rays: Callable[[Ids], tuple[NDArray[np.float64], NDArray[np.float64]]]
    """Flat pixel numbers → origins and directions (N, 3) of their rays; depth is the parameter."""
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
    w = sources.shape[1]
    row, column = np.divmod(gaps, w)
    rows, place = np.unique(row, return_inverse=True)
    left, right = _along(sources[rows], place, column)
    columns, place = np.unique(column, return_inverse=True)
    up, low = _along(sources[:, columns].T, place, row)
    out: list[tuple[Ids, NDArray[np.float64]]] = []
    for found, weight in zip((left, right), _FURTHER[:2], strict=True):
        out.append((np.where(found >= 0, row * w + found, -1), np.abs(column - found) * weight))
    for found, weight in zip((up, low), _FURTHER[2:], strict=True):
        out.append((np.where(found >= 0, found * w + column, -1), np.abs(row - found) * weight))
    return out


def _along(lines: NDArray[np.bool_], line: Ids, at: Ids) -> tuple[Ids, Ids]:
    """The last True before and the first after a position on its line; -1 where there is none."""
    length = lines.shape[1]
    where = np.arange(length, dtype=np.int32)
    before = np.maximum.accumulate(np.where(lines, where, np.int32(-1)), 1)[line, at]
    after = np.minimum.accumulate(np.where(lines, where, np.int32(length))[:, ::-1], 1)[:, ::-1][line, at]
    return before.astype(np.int64), np.where(after < length, after, -1).astype(np.int64)


def _continued(back: Background, gaps: Ids, source: Ids) -> NDArray[np.float64]:
    """Depth at which the rays of `gaps` meet the planes seen at `source`; infinite on the sky, NaN for a miss."""
    frame = back.frame
    far = frame.depth.ravel()[source].astype(np.float64)
    sky = (frame.ids.ravel()[source] == 0) | (far >= _SKY_DEPTH)
    t = np.where(sky, np.inf, np.nan)
    land = np.flatnonzero(~sky)
    if not len(land):
        return t
    gaps, source, far = gaps[land], source[land], far[land]
    origin, way = back.rays(gaps)
    from_, towards = back.rays(source)
    n = frame.normal.reshape(-1, 3)[source].astype(np.float64)
    slope = np.einsum("ij,ij->i", n, way)
    gap = np.einsum("ij,ij->i", n, from_ + far[:, None] * towards - origin)
    met = gap / np.where(np.abs(slope) > 1e-6, slope, np.nan)
    block = frame.depth.ravel()[gaps].astype(np.float64)
    good = (met > block * 0.995) & (met < np.maximum(far * 10.0, 4.0))
    good[good] = _within(frame, source[good], origin[good] + met[good, None] * way[good])
    t[land] = np.where(good, met, np.nan)
    return t


def _within(frame: HouseFrame, source: Ids, point: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether points that continue the surfaces seen at `source` still lie in those objects' boxes."""
    ids = frame.ids.ravel()[source]
    out = np.ones(len(source), bool)
    for ident in np.unique(ids).tolist():
        thing = frame.objects.get(ident)
        if thing is None or thing.box is None:
            continue
        here = ids == ident
        turn, scale = rigid(thing.matrix)
        box = np.sort(thing.box * scale, 0)
        own = (point[here] - thing.matrix[:3, 3]) @ turn
        slack = 0.02 + 0.02 * (box[1] - box[0])
        out[here] = np.all((own > box[0] - slack) & (own < box[1] + slack), -1)
    return out
