"""How close an upsampled picture comes to a known true one, where an eye looks: silhouettes, thin things, motion.

All figures are taken in sRGB values of 0 to 1, on pictures, true pictures and passes of one size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.media.conditioning import ShotFrame
from rushes.media.pictures import Picture

__all__ = ["Silhouettes", "decibels", "mean_rise", "near_edges", "silhouettes", "thin_contrast", "warp_error"]

Float = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]
Ids = NDArray[np.int32]

_REACH = 8
"""Pixels looked at on each side of a silhouette."""
_HALO = (2, 6)
"""The band beside a silhouette, pixels (first, last), in which a halo is looked for."""
_CONTRAST = 0.08
"""Least difference (RGB distance) across a silhouette that is looked at."""
_WIDEST = 3
"""Pixels up to which something is thin."""
_GREY = np.array([0.2126, 0.7152, 0.0722], np.float32)


@dataclass(frozen=True)
class Silhouettes:
    """What was found along the silhouettes of one picture."""

    profile: NDArray[np.float64]
    """(2 · 8,) mean rise from 0 to 1 across a silhouette, by the true picture's own levels far from it."""
    true_profile: NDArray[np.float64]
    """The same of the true picture."""
    halo: float
    """Mean over places of |mean error in the band| along the contrast, as a share of the contrast."""
    count: int
    """Places looked at."""


def decibels(made: Picture, real: Picture, where: Mask | None = None) -> float:
    """PSNR; inside a mask when that has any pixels."""
    error = (np.clip(made, 0, 1) - real) ** 2
    inside = error[where] if where is not None and where.any() else error
    return float(-10 * np.log10(inside.mean() + 1e-12))


def near_edges(ids: Ids) -> Mask:
    """(H, W) True within 3 pixels of where ids change."""
    rim = np.zeros(ids.shape, np.uint8)
    rim[:, 1:] |= ids[:, 1:] != ids[:, :-1]
    rim[1:] |= ids[1:] != ids[:-1]
    return np.asarray(cv2.dilate(rim, np.ones((7, 7), np.uint8))) > 0


def silhouettes(made: Picture, real: Picture, ids: Ids) -> Silhouettes | None:
    """Profiles across straight-on silhouettes with one object on each side; None where there are too few."""
    parts = [
        _across(made, real, ids),
        _across(made.swapaxes(0, 1), real.swapaxes(0, 1), ids.T),
    ]
    rise, true_rise, halo = (np.concatenate([p[i] for p in parts]) for i in range(3))
    if len(halo) < 20:
        return None
    return Silhouettes(rise.mean(axis=0), true_rise.mean(axis=0), float(halo.mean()), len(halo))


def _across(made: Picture, real: Picture, ids: Ids) -> tuple[Float, Float, Float]:
    """Along rows: profiles (N, 16), true profiles (N, 16), and each one's halo (N,), both sides."""
    y, x = np.nonzero(ids[:, 1:] != ids[:, :-1])
    inside = (x >= _REACH - 1) & (x < ids.shape[1] - _REACH)
    y, x = y[inside], x[inside]
    steps = np.arange(-_REACH + 1, _REACH + 1)
    at = x[:, None] + steps
    along = ids[y[:, None], at]
    clean = (along[:, :_REACH] == along[:, :1]).all(1) & (along[:, _REACH:] == along[:, -1:]).all(1)
    y, at = y[clean, None], at[clean]
    mine, true = np.asarray(made[y, at], np.float64), np.asarray(real[y, at], np.float64)
    low, high = true[:, :4].mean(1), true[:, -4:].mean(1)
    way = high - low
    square = (way * way).sum(1)
    # Without much detail of its own on either side, or the profile says nothing about the edge.
    busy = np.abs(true[:, :7] - low[:, None]).max((1, 2)) + np.abs(true[:, -7:] - high[:, None]).max((1, 2))
    clear = (square > _CONTRAST**2) & (busy < 0.25 * np.sqrt(square))
    mine, true, low, way, square = mine[clear], true[clear], low[clear], way[clear], square[clear]

    def rise(values: Float) -> Float:
        return ((values - low[:, None]) * way[:, None]).sum(2) / square[:, None]

    rises, true_rises = rise(mine), rise(true)
    error = rises - true_rises
    first, last = _HALO
    left = error[:, _REACH - last : _REACH - first + 1].mean(1)
    right = error[:, _REACH + first - 1 : _REACH + last].mean(1)
    return rises, true_rises, (np.abs(left) + np.abs(right)) / 2


def mean_rise(profile: NDArray[np.float64]) -> float:
    """Pixels that a mean profile takes from 10 % to 90 % of the way between its own levels 4 to 6 pixels out: how soft
    the edge is, whatever halo is beside it."""
    first, last = profile[2:5].mean(), profile[-5:-2].mean()
    at = np.arange(len(profile), dtype=np.float64)
    steps = np.maximum.accumulate((profile - first) / max(last - first, 1e-6)) + 1e-6 * at
    ten, ninety = np.interp([0.1, 0.9], steps, at)
    return float(ninety - ten)


def thin_contrast(made: Picture, real: Picture, ids: Ids) -> tuple[float, float] | None:
    """Of things 1 to 3 pixels wide: the share of their true contrast to both sides that is kept (1: all of it, more:
    exaggerated), and the error of that contrast relative to it. None where there are none."""
    pairs = [
        _thin(made, real, ids),
        _thin(made.swapaxes(0, 1), real.swapaxes(0, 1), ids.T),
    ]
    mine, true = (np.concatenate([p[i] for p in pairs]) for i in range(2))
    square = float((true * true).sum())
    if len(true) < 20 or square < 1e-3:
        return None
    return float((mine * true).sum()) / square, float(np.sqrt(((mine - true) ** 2).sum() / square))


def _thin(made: Picture, real: Picture, ids: Ids) -> tuple[Float, Float]:
    """Along rows: contrasts (N, 3) of thin runs, made and true."""
    mine: list[Float] = []
    true: list[Float] = []
    for width in range(1, _WIDEST + 1):
        first = ids[:, 3 : -3 - width + 1]
        run = np.ones(first.shape, bool)
        for i in range(1, width):
            run &= ids[:, 3 + i : ids.shape[1] - 3 - width + 1 + i] == first
        before = [ids[:, i : i + first.shape[1]] for i in range(3)]
        after = [ids[:, 3 + width + i : 3 + width + i + first.shape[1]] for i in range(3)]
        # One thing on each side, three pixels of it, and no sliver of what runs along the row.
        for side in (before, after):
            run &= (side[0] == side[1]) & (side[1] == side[2]) & (side[0] != first)
        y, x = np.nonzero(run & (first != 0))
        for picture, out in ((made, mine), (real, true)):
            own = [picture[y, x + 3 + i] for i in range(width)]
            sides = [picture[y, x + i] for i in (0, 1, width + 4, width + 5)]
            out.append(np.stack(own).mean(0, np.float64) - np.stack(sides).mean(0, np.float64))
    return np.concatenate(mine), np.concatenate(true)


def warp_error(before: Picture, after: Picture, earlier: ShotFrame, later: ShotFrame) -> float:
    """Root mean square difference of a picture from the one before it carried along the exact motion, where the same
    surface is seen in both; in 8-bit levels."""
    if later.motion is None:
        return 0.0
    height, width = later.ids.shape
    x = np.arange(width, dtype=np.float32) + later.motion[..., 0]
    y = np.arange(height, dtype=np.float32)[:, None] + later.motion[..., 1]
    ids = cv2.remap(earlier.ids.astype(np.float32), x, y, cv2.INTER_NEAREST, borderValue=-1)
    carried = np.asarray(cv2.remap(before, x, y, cv2.INTER_LINEAR))
    same = (ids == later.ids) & (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    if not same.any():
        return 0.0
    return float(np.sqrt(((carried - after)[same] ** 2).mean()) * 255)
