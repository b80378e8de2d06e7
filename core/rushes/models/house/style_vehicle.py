"""Vehicles: cars, vans, buses, trucks and boats, told apart by the proportions of their box. NumPy only.

What is painted fits the bodies of `rushes.blender.vehicles`: the front is at own +y, or +x where the box is longer so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rushes.models.house.noise import Array, stripe
from rushes.models.house.style_patch import Patch, band, paint_over
from rushes.models.house.style_things import afloat, hull

__all__ = ["vehicle"]


@dataclass
class _Car:
    """Coordinates (metres) and proportions per pixel."""

    x: Array
    y: Array
    z: Array
    w: Array
    wide: Array
    length: Array
    h: Array
    small: Array
    truck: Array
    bus: Array
    side: Array
    """1 on the long sides."""
    ends: Array
    """1 on front and back."""
    up: Array


def vehicle(p: Patch) -> None:
    """Glass bands, wheels (part below 0), lights (part above 0: front 1, rear 0.5), seams and bumpers."""
    c = _measure(p)
    p.detail = (0.15 * p.coarse).astype(np.float32)
    p.shade(0.25)
    seams = _livery(p, c)
    glass = _glass(c)
    wheel, rim, hub, arch = _wheels(c)
    h = c.h
    low = band(c.z, -1, np.where(c.small, 0.17, 0.12) * h, c.w)
    bumper = c.ends * band(c.z, 0.17 * h, 0.3 * h, c.w)
    grille = c.ends * (c.y > 0) * band(c.z, 0.33 * h, 0.46 * h, c.w) * band(np.abs(c.x), -1, 0.24 * c.wide, c.w)
    bars = stripe(c.z / 0.06, 0.0, 0.4, c.w / 0.06) * np.clip(1.4 - 1.5 * c.w / 0.06, 0, 1)
    plate = c.ends * band(np.abs(c.x), -1, 0.25, c.w) * band(c.z, 0.2 * h, 0.2 * h + 0.11, c.w)
    off = np.abs(c.z - np.where(c.small, 0.42, 0.3) * h)
    lamp = c.ends * band(off, -1, 0.06 * np.minimum(h, 1.8), c.w)
    lamp = lamp * band(np.abs(c.x), 0.28 * c.wide, 0.47 * c.wide, c.w)
    p.color *= np.clip(1 - 0.5 * arch * c.small, 0.05, 1)[:, None]
    paint_over(p.color, 0.75 * bumper, (0.07, 0.07, 0.075))
    paint_over(p.color, grille, np.outer(0.03 + 0.2 * bars, np.ones(3)))
    paint_over(p.color, plate, (0.6, 0.6, 0.55))
    paint_over(p.color, np.clip(low * (1 - wheel), 0, 1), (0.03, 0.03, 0.032))
    paint_over(p.color, wheel, (0.018, 0.018, 0.02))
    paint_over(p.color, rim * (1 - 0.6 * hub), (0.32, 0.33, 0.35))
    paint_over(p.color, lamp * (c.y < 0), (0.35, 0.02, 0.015))
    paint_over(p.color, lamp * (c.y > 0), (0.6, 0.6, 0.58))
    dark = np.maximum(0.8 * low, wheel) * (1 - 0.7 * rim)
    lights = lamp * np.where(c.y > 0, 1.0, 0.5)
    p.glass = (glass * (1 - wheel)).astype(np.float32)
    p.part = np.where(lights > 0.1, lights, -dark).astype(np.float32)
    p.trim = np.clip(0.6 * rim - 0.6 * np.clip(seams + grille + 0.5 * bumper, 0, 1), -1, 1).astype(np.float32)
    floats = afloat(p)
    if np.any(floats):
        _boat(p, floats)


def _measure(p: Patch) -> _Car:
    along = p.extent[:, 1] >= p.extent[:, 0]
    length, wide = np.maximum(p.extent[:, 1], p.extent[:, 0]), np.minimum(p.extent[:, 1], p.extent[:, 0])
    h = np.maximum(p.height, 0.2)
    heavy = (length > 2.0 * wide) & (h > 2.15)
    bus = heavy & (length > 8.6)
    up = np.abs(p.normal_local[:, 2])
    side = (np.where(along, np.abs(p.normal_local[:, 0]), np.abs(p.normal_local[:, 1])) > 0.6).astype(np.float32)
    return _Car(
        x=np.where(along, p.local[:, 0], p.local[:, 1]),
        y=np.where(along, p.local[:, 1], p.local[:, 0]),
        z=p.local[:, 2],
        w=np.maximum(p.blur(), 0.004).astype(np.float32),
        wide=wide,
        length=length,
        h=h,
        small=~heavy,
        truck=heavy & ~bus,
        bus=bus,
        side=side,
        ends=((side < 0.5) & (up < 0.85)).astype(np.float32),
        up=up,
    )


def _wheels(c: _Car) -> tuple[Array, Array, Array, Array]:
    """Tyre, rim, the rim's inner ring and the arch round it."""
    e = 0.5 * c.length
    r = np.where(
        c.small,
        np.minimum(np.minimum(0.23 * c.h, 0.36), 0.085 * c.length),
        np.minimum(0.168 * c.h, 0.52),
    )
    cab = e - np.minimum(0.27 * c.length, 2.1)
    front = np.where(c.small, 0.62 * e, np.where(c.bus, np.where(c.length < 11, 0.6, 0.62) * e, 0.55 * cab + 0.45 * e))
    rear = np.where(c.small, -0.6 * e, np.where(c.bus, np.where(c.length < 11, -0.5, -0.62) * e, -0.72 * e))
    rear = np.where(c.truck & (c.length >= 7), -0.76 * e, rear)
    third = np.where(c.truck, rear + 2.35 * r, -0.42 * e)
    third = np.where((c.truck & (c.length >= 7)) | (c.bus & (c.length >= 11)), third, rear)
    away = np.minimum(np.minimum(np.abs(c.y - front), np.abs(c.y - rear)), np.abs(c.y - third))
    ring = np.hypot(away, c.z - r)
    outer = (np.abs(c.x) > 0.34 * c.wide).astype(np.float32)
    tyre = band(ring, -1, 1.03 * r, c.w) * outer
    rim = band(ring, -1, 0.58 * r, c.w) * outer * c.side
    hub = band(ring, 0.2 * r, 0.46 * r, c.w) * c.side
    return tyre, rim, hub, band(ring, r, 1.25 * r, c.w) * c.side


def _glass(c: _Car) -> Array:
    """Panes by height band, with posts between; trucks have them in the cab alone."""
    e = 0.5 * c.length
    van = c.small & ((c.h > 1.78) | (c.h > 0.44 * c.length))
    low = np.where(van, 0.56, np.where(c.small, 0.63, np.where(c.bus, 0.46, 0.5))) * c.h
    high = np.where(c.small, 0.93, np.where(c.bus, 0.84, 0.82)) * c.h
    pane = band(c.z, low, high, c.w) * (c.up < 0.93)
    cell = np.abs(c.y / 1.3 - np.floor(c.y / 1.3) - 0.5) * 1.3
    posts = np.where(
        c.small,
        band(np.abs(np.abs(c.y + 0.06 * e) - 0.26 * e), -1, 0.04, c.w),
        band(0.65 - cell, -1, 0.06, c.w),
    )
    glass = pane * (1 - posts * c.side)
    cab = e - np.minimum(0.27 * c.length, 2.1)
    glass = glass * np.where(c.truck & (c.y < cab + 0.12), 0.0, 1.0)
    # A van's load has no windows; boxy vehicles end in a thin post at each corner.
    glass = glass * np.where(van & (c.length > 4.6) & (c.y < 0.1 * e) & (c.side > 0.5), 0.0, 1.0)
    return glass * (1 - 0.85 * c.side * band(e - np.abs(c.y), -1, 0.09, c.w) * ~c.small)


def _livery(p: Patch, c: _Car) -> Array:
    """Seams of doors, belt line, handles, a truck's box, a bus's stripe; answers the dark lines."""
    e, h = 0.5 * c.length, c.h
    door = np.where(c.small, np.abs(np.abs(c.y + 0.06 * e) - 0.36 * e), np.abs(np.abs(c.y) - 0.72 * e))
    seam = (band(door, -1, 0.014, c.w) + band(np.abs(c.y + 0.04 * e), -1, 0.014, c.w) * c.small) * c.side
    seam = seam * band(c.z, 0.2 * h, np.where(c.small, 0.6, 0.5) * h, c.w)
    belt = band(np.abs(c.z - 0.57 * h), -1, 0.012, c.w) * c.side * c.small
    handle = band(np.abs(c.z - 0.53 * h), -1, 0.018, c.w) * c.side * c.small
    handle = handle * band(np.abs(np.abs(c.y + 0.06 * e) - 0.24 * e), -1, 0.08, c.w)
    cab = e - np.minimum(0.27 * c.length, 2.1)
    cargo = c.truck & (c.y < cab - 0.02) & (c.z > 0.3 * h)
    paint_over(p.color, 0.75 * cargo * (p.code[:, 0] > -0.2), 0.2 * p.hint + 0.4)
    stripe_ = c.bus * band(c.z, 0.3 * h, 0.43 * h, c.w) * (c.up < 0.85)
    paint_over(p.color, 0.85 * stripe_ * (p.code[:, 0] > -0.3), (0.62, 0.6, 0.55))
    sign = cargo * c.side * band(c.z, 0.5 * h, 0.78 * h, c.w) * band(np.abs(c.y + 0.2 * e), -1, 0.42 * e, c.w)
    paint_over(p.color, 0.8 * sign * (p.code[:, 1] > 0), 0.9 * p.hint)
    ribs = stripe(c.y / 0.5, 0.0, 0.06, c.w / 0.5) * cargo * c.side
    dark = np.clip(seam + 0.3 * belt + 0.4 * ribs, 0, 1)
    p.color *= (1 - 0.75 * dark)[:, None]
    paint_over(p.color, 0.75 * handle, (0.07, 0.07, 0.075))
    return dark


def _boat(p: Patch, where: Array) -> None:
    keep = p.color.copy()
    p.color = np.where(where[:, None], p.hint, p.color).astype(np.float32)
    p.part = np.where(where, 0.0, p.part).astype(np.float32)
    p.glass = np.where(where, 0.0, p.glass).astype(np.float32)
    hull(p, where)
    p.color = np.where(where[:, None], p.color, keep).astype(np.float32)
