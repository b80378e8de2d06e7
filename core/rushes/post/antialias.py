"""Smooth steps along geometry edges: morphological antialiasing on labels, not on colours.

Passes are sampled once a pixel, so an edge that follows them exactly is a staircase. Where two labels meet,
the length of each step tells where the true edge runs; the pixels along it are mixed by the area it cuts
(Reshetov, "Morphological Antialiasing", 2009). Nothing farther than one pixel from an edge is touched.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rushes.media.conditioning import ShotFrame
from rushes.media.pictures import Picture

__all__ = ["antialias", "surface_labels"]

Float = NDArray[np.floating[Any]]
"""float32 in fact; NumPy's stubs lose the width in products."""
Labels = NDArray[np.int32]
_Pixels = NDArray[np.intp]
_F = np.float32
_STRIPE = 120
"""Rows that are labelled at a time."""
_LONGEST = 64
"""Longest step that still counts as a slanted edge's; longer ones are taken as straight."""


def surface_labels(frame: ShotFrame) -> NDArray[np.int32]:
    """(H, W): differs where the object, the main direction of its surface, or light and shade differ; 0 on the sky."""
    labels = np.empty(frame.ids.shape, np.int32)
    for top in range(0, len(labels), _STRIPE):
        part = slice(top, top + _STRIPE)
        x, y, z = (np.abs(frame.normal[part, :, i]) for i in range(3))
        axis = np.where(x >= y, np.where(x >= z, 0, 2), np.where(y >= z, 1, 2)).astype(np.int32)
        lit = (frame.direct[part] > 0.02).astype(np.int32)
        labels[part] = frame.ids[part] * np.int32(8) + axis * np.int32(2) + lit
    return labels


def antialias(picture: Picture, labels: Labels) -> None:
    """Smooth the steps between labels (H, W) in a picture (H, W, 3), in place."""
    changes: list[tuple[Picture, _Pixels, _Pixels, Picture]] = []
    for view, steps in ((picture, _steps(labels)), (picture.swapaxes(0, 1), _steps(labels.T))):
        for rows, others, columns, part in steps:
            change = np.asarray(part[:, None] * (view[others, columns] - view[rows, columns]), _F)
            changes.append((view, rows, columns, change))
    # All is read off the untouched picture; a pixel occurs once in each list, so adding by index loses nothing.
    for view, rows, columns, change in changes:
        view[rows, columns] += change


def _steps(labels: Labels) -> list[tuple[_Pixels, _Pixels, _Pixels, Float]]:
    """Pixels (rows, columns) along edges between a row and the next, the row mixed into each, and how much of it;
    labels may be turned, so that rows are columns."""
    width = labels.shape[1]
    y, x = np.nonzero(labels[:-1] != labels[1:])
    if not len(y):
        return []
    # A step is a run of edge pixels in one row that no crossing edge interrupts.
    left = np.maximum(x - 1, 0)
    upper = labels[y, left] != labels[y, x]
    lower = labels[y + 1, left] != labels[y + 1, x]
    joined = np.zeros(len(y), bool)
    joined[1:] = (y[1:] == y[:-1]) & (x[1:] == x[:-1] + 1)
    starts = ~joined | upper | lower
    first = np.flatnonzero(starts)
    run = np.cumsum(starts) - 1
    length = np.diff(np.append(first, len(y)))
    end = first + length - 1
    right = np.minimum(x[end] + 1, width - 1)
    up_right = labels[y[end], right] != labels[y[end], x[end]]
    low_right = labels[y[end] + 1, right] != labels[y[end] + 1, x[end]]
    # +0.5: the edge climbs into the upper row at this end; -0.5: into the lower; 0: it does neither, or both.
    tilt_left = (upper[first].astype(_F) - lower[first]) * _F(0.5)
    tilt_right = (up_right.astype(_F) - low_right) * _F(0.5)
    position = np.arange(len(y)) - first[run] + _F(0.5)
    span = length[run].astype(_F)
    half = position / span
    tilt = np.where(half <= 0.5, tilt_left[run] * (1 - 2 * half), tilt_right[run] * (2 * half - 1)).astype(_F)
    tilt[span > _LONGEST] = 0
    found: list[tuple[_Pixels, _Pixels, _Pixels, Float]] = []
    for hit, row, other in ((tilt > 0, y, y + 1), (tilt < 0, y + 1, y)):
        found.append((row[hit], other[hit], x[hit], np.abs(tilt[hit])))
    return found
