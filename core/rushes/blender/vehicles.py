"""Outlines of cars, vans, pickups, buses and trucks inside a block of given size. NumPy only, no bpy."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["vehicle_solids"]

Solid = tuple[NDArray[np.float64], float, float, float]
_WHEEL_SIDES = 16


@cache
def vehicle_solids(w: float, length: float, h: float, chance: float) -> tuple[Solid, ...] | None:
    """Convex pieces of a vehicle `w` wide, `length` long (front +y) and `h` high (metres); None if it is none."""
    if not (1.1 <= w <= 2.9 and 1.9 * h < length * 2.0 and 2.4 <= length <= 15.0 and 1.0 <= h <= 4.2):
        return None
    if length > 2.0 * w and h > 2.15:
        return _bus(w, length, h) if length > 8.6 or chance < 0.0 else _truck(w, length, h)
    if length < 1.6 * w:
        return None
    return _car(w, length, h, chance)


def _solid(points: list[tuple[float, float]], half: float, slope: float = 0.0, x: float = 0.0) -> Solid:
    return np.asarray(points, np.float64), x, half, slope


def _wheels(w: float, radius: float, ys: tuple[float, ...], wide: float) -> list[Solid]:
    out: list[Solid] = []
    turn = [2 * math.pi * (k + 0.5) / _WHEEL_SIDES for k in range(_WHEEL_SIDES)]
    for y in ys:
        ring = [(y + radius * math.cos(a), radius + radius * math.sin(a)) for a in turn]
        for side in (-1.0, 1.0):
            out.append(_solid(ring, wide / 2, 0.0, side * (0.5 * w - wide / 2)))
    return out


def _skirt(
    w: float, low: float, high: float, ends: tuple[float, float], wheels: tuple[float, ...], gap: float
) -> list[Solid]:
    """The lower body from one end to the other, with openings round the wheels and a dark core behind them."""
    out: list[Solid] = []
    start = ends[0]
    for y in sorted(wheels):
        if y - gap - start > 0.02:
            slant = 0.35 * gap
            out.append(_solid([(start, low), (y - gap, low), (y - gap + slant, high), (start, high)], 0.49 * w))
        start = y + gap
    slant = 0.35 * gap
    out.append(_solid([(start, low), (ends[1], low), (ends[1], high), (start - slant, high)], 0.49 * w))
    for k in range(1, len(out)):  # pieces between two wheels lean over both openings
        outline = out[k][0]
        outline[3, 0] = outline[0, 0] - slant
    out.append(
        _solid([(ends[0] * 0.96, low), (ends[1] * 0.96, low), (ends[1] * 0.96, high), (ends[0] * 0.96, high)], 0.34 * w)
    )
    return out


def _car(w: float, length: float, h: float, chance: float) -> tuple[Solid, ...]:
    e = 0.5 * length
    r = min(0.2 * h, 0.36, 0.08 * length)
    front, rear = 0.62 * e, -0.6 * e
    belt, low, arch = 0.58 * h, 0.13 * h, min(2.15 * r, 0.43 * h)
    kind = "van" if h > 1.78 or h > 0.44 * length else "pickup" if length > 4.95 and h > 1.6 else "car"
    parts = _skirt(w, low, arch, (-0.985 * e, 0.985 * e), (rear, front), 1.22 * r)
    if kind == "van":
        cabin = [(-e, arch), (0.74 * e, arch), (0.74 * e, 0.55 * h), (0.42 * e, 0.97 * h), (0.3 * e, h)]
        parts.append(_solid([*cabin, (-0.96 * e, h), (-e, 0.9 * h)], 0.51 * w, -0.055 * w / h))
        hood = [(0.4 * e, arch), (e, arch), (e, 0.47 * h), (0.95 * e, 0.52 * h), (0.72 * e, 0.58 * h)]
        parts.append(_solid([*hood, (0.4 * e, 0.6 * h)], 0.51 * w, -0.055 * w / h))
    elif kind == "pickup":
        parts.append(
            _solid(
                [(-e, arch), (e, arch), (e, 0.5 * h), (0.95 * e, 0.57 * h), (0.3 * e, 0.62 * h), (-e, 0.6 * h)],
                0.5 * w,
                -0.01,
            )
        )
        parts.append(
            _solid(
                [
                    (-0.22 * e, 0.58 * h),
                    (0.42 * e, 0.58 * h),
                    (0.14 * e, 0.985 * h),
                    (0.02 * e, h),
                    (-0.12 * e, h),
                    (-0.18 * e, 0.97 * h),
                ],
                0.66 * w,
                -0.26 * w / h,
            )
        )
    else:
        hatch = length < 4.25 if chance < 0.5 else length < 4.0
        parts.append(
            _solid(
                [
                    (-e, arch),
                    (e, arch),
                    (e, 0.47 * h),
                    (0.95 * e, 0.53 * h),
                    (0.36 * e, belt + 0.03 * h),
                    (-0.72 * e, belt + 0.05 * h),
                    (-0.97 * e, 0.58 * h),
                    (-e, 0.5 * h),
                ],
                0.505 * w,
                -0.03 * w / h,
            )
        )
        if hatch:
            cabin = [
                (-0.93 * e, belt),
                (0.42 * e, belt),
                (0.06 * e, 0.965 * h),
                (-0.06 * e, h),
                (-0.62 * e, 0.985 * h),
                (-0.72 * e, 0.94 * h),
            ]
        else:
            cabin = [
                (-0.72 * e, belt),
                (0.42 * e, belt),
                (0.08 * e, 0.965 * h),
                (-0.06 * e, h),
                (-0.3 * e, 0.985 * h),
                (-0.4 * e, 0.95 * h),
            ]
        parts.append(_solid(cabin, 0.67 * w, -0.3 * w / h))
    return (*parts, *_wheels(w, r, (rear, front), 0.13 * w))


def _bus(w: float, length: float, h: float) -> tuple[Solid, ...]:
    e = 0.5 * length
    r = min(0.165 * h, 0.52)
    wheels = (-0.5 * e, 0.6 * e) if length < 11 else (-0.62 * e, -0.42 * e, 0.62 * e)
    arch = 2.2 * r
    parts = _skirt(w, 0.09 * h, arch, (-0.99 * e, 0.99 * e), wheels, 1.25 * r)
    parts.append(
        _solid(
            [
                (-e, arch),
                (e, arch),
                (e, 0.5 * h),
                (0.955 * e, 0.96 * h),
                (0.93 * e, 0.985 * h),
                (-0.98 * e, 0.985 * h),
                (-e, 0.95 * h),
            ],
            0.502 * w,
            -0.015 * w / h,
        )
    )
    parts.append(_solid([(-0.7 * e, 0.98 * h), (-0.1 * e, 0.98 * h), (-0.13 * e, h), (-0.67 * e, h)], 0.36 * w))
    return (*parts, *_wheels(w, r, wheels, 0.12 * w))


def _truck(w: float, length: float, h: float) -> tuple[Solid, ...]:
    e = 0.5 * length
    r = min(0.17 * h, 0.52)
    cab = e - min(0.27 * length, 2.1)
    wheels = (
        (-0.72 * e, cab + 0.45 * (e - cab)) if length < 7 else (-0.76 * e, -0.76 * e + 2.35 * r, cab + 0.45 * (e - cab))
    )
    deck = 2.25 * r
    parts = [
        _solid([(-e, deck), (cab - 0.03 * length, deck), (cab - 0.03 * length, h), (-e, h)], 0.498 * w),
        _solid([(-0.97 * e, 1.2 * r), (cab, 1.2 * r), (cab, deck), (-0.97 * e, deck)], 0.3 * w),
        _solid(
            [
                (cab, 1.95 * r),
                (e, 1.95 * r),
                (e, 0.42 * h),
                (e - 0.03 * length, 0.8 * h),
                (e - 0.06 * length, 0.86 * h),
                (cab, 0.9 * h),
            ],
            0.495 * w,
            -0.03 * w / h,
        ),
        _solid([(cab + 0.02 * length, 0.85 * r), (e, 0.85 * r), (e, 2 * r), (cab + 0.02 * length, 2 * r)], 0.33 * w),
        _solid([(e - 0.05 * length, 0.7 * r), (e, 0.7 * r), (e, 2 * r), (e - 0.05 * length, 2 * r)], 0.49 * w),
    ]
    return (*parts, *_wheels(w, r, wheels, 0.12 * w))
