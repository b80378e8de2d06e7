"""Noise that is a pure function of a point and a seed, and filtered stripes. NumPy, the same on every machine.

Integer hashing in uint32 wraps around by design; nothing here keeps state.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "fbm", "hash01", "stripe", "value_noise"]

Array = NDArray[Any]
"""float32 throughout; NumPy's stubs lose the width in products."""


def _word(value: NDArray[np.int64] | NDArray[np.uint32] | int) -> NDArray[np.uint32]:
    """Low 32 bits, as an array of at least one dimension: array arithmetic wraps without a warning."""
    return (np.atleast_1d(np.asarray(value)) & 0xFFFFFFFF).astype(np.uint32)


def _mix(h: NDArray[np.uint32]) -> Array:
    h = (h ^ (h >> np.uint32(15))) * np.uint32(2246822519)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(1274126177)
    return ((h ^ (h >> np.uint32(16))) >> np.uint32(8)).astype(np.float32) * np.float32(1.0 / (1 << 24))


def hash01(x: NDArray[np.int64], y: NDArray[np.int64] | int, z: NDArray[np.int64] | int, seed: int) -> Array:
    """A number in [0, 1) per lattice point; arrays of int64 broadcast against each other."""
    h = _word(x) * np.uint32(374761393) + _word(y) * np.uint32(668265263) + _word(z) * np.uint32(1440662683)
    h = h + np.uint32((seed * 3266489917) & 0xFFFFFFFF)
    return _mix(h)


_SIDE = 64
_AXES = np.arange(_SIDE, dtype=np.int64)
_TABLE = (
    hash01(_AXES[:, None, None], _AXES[None, :, None], _AXES[None, None, :], 1013).reshape(-1) * np.float32(2.0) - 1.0
).astype(np.float32)
"""Random numbers of a lattice that repeats every 64 cells, z the fastest."""


def value_noise(point: Array, seed: int) -> Array:
    """Smooth noise of points (..., 3) in lattice units, -1 to 1; repeats every 64 units."""
    start = (seed * 7919 & 63, seed * 104729 >> 3 & 63, seed * 611953 >> 6 & 63)
    parts = [_split(point[..., k], start[k]) for k in range(3)]
    (x0, x1, fx), (y0, y1, fy), (z0, z1, fz) = parts
    x0, x1, y0, y1 = x0 << 12, x1 << 12, y0 << 6, y1 << 6

    def row(x: Array, y: Array) -> Array:
        at = x + y
        a = _TABLE.take(at + z0, mode="wrap")
        b = _TABLE.take(at + z1, mode="wrap")
        b -= a
        b *= fz
        b += a
        return b

    low, high = row(x0, y0), row(x1, y0)
    low += (row(x0, y1) - low) * fy
    high += (row(x1, y1) - high) * fy
    high -= low
    high *= fx
    high += low
    return high


def _split(x: Array, start: int) -> tuple[Array, Array, Array]:
    """Lattice cell, the next one, and the smoothed way between them."""
    x = np.ascontiguousarray(x, np.float32)
    cell = np.floor(x)
    f = x - cell
    f *= f * (np.float32(3.0) - np.float32(2.0) * f)
    i = cell.astype(np.int64)
    i += start
    i &= _SIDE - 1
    return i, (i + 1) & (_SIDE - 1), f


def fbm(point: Array, seed: int, octaves: int, foot: Array | None = None) -> Array:
    """Sum of octaves of `value_noise`, about -1 to 1.

    Args:
        point: (..., 3) in units of the largest lattice cell.
        seed: picks the noise.
        octaves: how many, each twice as fine and half as strong.
        foot: width of a pixel in the units of `point`; octaves finer than two pixels fade out, so nothing flickers.
    """
    total = np.zeros(point.shape[:-1], np.float32)
    weight = 0.0
    for k in range(octaves):
        scale, gain = 2.0**k, 0.55**k
        weight += gain
        if foot is None:
            total += np.float32(gain) * value_noise(point * np.float32(scale) + np.float32(17.3 * k), seed + 101 * k)
            continue
        share = np.clip(np.float32(1.6) - foot * np.float32(2.4 * scale), 0.0, 1.0)
        at = np.flatnonzero(share.reshape(-1) > 0)
        if at.size > 0.8 * share.size:
            layer = value_noise(point * np.float32(scale) + np.float32(17.3 * k), seed + 101 * k)
            total += np.float32(gain) * layer * share
        elif at.size:
            some = point.reshape(-1, 3).take(at, axis=0)
            layer = value_noise(some * np.float32(scale) + np.float32(17.3 * k), seed + 101 * k)
            total.reshape(-1)[at] += np.float32(gain) * layer * share.reshape(-1).take(at)
    return total * np.float32(1.5 / weight)


def stripe(x: Array, start: Array | float, width: Array | float, blur: Array) -> Array:
    """Share of a pixel covered by stripes [start, start + width) of period 1.

    Args:
        x: coordinate in periods.
        start: where the stripe begins in its period, 0 to 1.
        width: its width, 0 to 1.
        blur: width of the pixel in periods; the stripes are box-filtered over it, exactly.
    """
    half = np.maximum(blur, 1e-4) * 0.5

    def covered(t: Array) -> Array:
        t = t - start
        whole = np.floor(t)
        return whole * width + np.minimum(t - whole, width)

    return ((covered(x + half) - covered(x - half)) / (2.0 * half)).astype(np.float32)
