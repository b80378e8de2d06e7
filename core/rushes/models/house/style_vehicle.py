"""Vehicles: cars, vans, buses, trucks and boats, told apart by the proportions of their box. NumPy only.

The front is at own +y.
"""

from __future__ import annotations

import numpy as np

from rushes.models.house.noise import Array, stripe
from rushes.models.house.style_patch import Patch, band, paint_over
from rushes.models.house.style_things import hull

__all__ = ["vehicle"]


def vehicle(p: Patch) -> None:
    """Glass bands, wheels (part below 0), lights (part above 0: front 1, rear 0.5), seams and bumpers."""
    z = p.local[:, 2]
    length, h = np.maximum(p.extent[:, 1], p.extent[:, 0]), np.maximum(p.height, 0.2)
    lengthwise = p.extent[:, 1] >= p.extent[:, 0]
    y = np.where(lengthwise, p.local[:, 1], p.local[:, 0])
    x = np.where(lengthwise, p.local[:, 0], p.local[:, 1])
    wide = np.minimum(p.extent[:, 1], p.extent[:, 0])
    w = np.maximum(p.blur(), 0.004).astype(np.float32)
    boat = p.frame.place in ("harbour",) and bool(np.any(length > 0))
    afloat = (length > 2.6 * wide) & (h < 0.55 * wide * 2) & (length > 3) & (h < 0.34 * length) & boat & _wet(p)
    bus = (length > 7.5) & (h > 2.5)
    truck = (h > 2.1) & (length > 4.9) & ~bus
    small = ~bus & ~truck
    up = np.abs(p.normal_local[:, 2])
    side = (np.where(lengthwise, np.abs(p.normal_local[:, 0]), np.abs(p.normal_local[:, 1])) > 0.6).astype(np.float32)
    ends = ((side < 0.5) & (up < 0.85)).astype(np.float32)
    wheel_r = np.where(small, 0.215 * h, 0.16 * h)
    axle = np.where(small, 0.31, 0.34) * length
    ring = np.hypot(np.abs(y) - axle, z - wheel_r)
    wheel = band(ring, -1, wheel_r, w) * (np.abs(x) > 0.30 * wide)
    rim = band(ring, -1, 0.58 * wheel_r, w) * (np.abs(x) > 0.30 * wide) * side
    hub = band(ring, 0.2 * wheel_r, 0.46 * wheel_r, w) * side
    arch = band(ring, wheel_r, 1.22 * wheel_r, w) * side
    low = band(z, -1, np.where(small, 0.2, 0.14) * h, w)
    glass_low, glass_high = np.where(small, 0.6, np.where(bus, 0.48, 0.52)) * h, np.where(small, 0.89, 0.84) * h
    pane = band(z, glass_low, glass_high, w)
    cab = np.where(truck, (y > 0.30 * length) * 1.0, 1.0)
    post_y = np.where(
        small,
        np.abs(np.abs(y + 0.03 * length) - 0.12 * length),
        np.abs(y / 1.25 - np.floor(y / 1.25) - 0.5) * 1.25 - 0.0,
    )
    posts = (
        np.where(
            small,
            band(post_y, -1, 0.045, w),
            band(0.625 - np.abs(y / 1.25 - np.floor(y / 1.25) - 0.5) * 1.25, -1, 0.06, w),
        )
        * side
    )
    glass = pane * (up < 0.92) * cab * (1 - posts)
    glass = glass * np.where(truck & (y < -0.3 * length), 0.0, 1.0)
    # Boxy vehicles end in a thin roof post at each corner.
    glass = glass * (1 - 0.8 * side * band(0.5 * length - np.abs(y), -1, 0.1, w))
    seam_at = np.where(small, np.abs(np.abs(y) - 0.2 * length), np.abs(np.abs(y) - 0.36 * length))
    seam = (
        (band(seam_at, -1, 0.014, w) + band(np.abs(y) * small, -1, 0.014, w) * small)
        * side
        * band(z, 0.22 * h, glass_low, w)
    )
    belt = band(np.abs(z - 0.56 * h), -1, 0.015, w) * side * small
    handle = (
        band(np.abs(z - 0.53 * h), -1, 0.018, w) * band(np.abs(np.abs(y) - 0.15 * length), -1, 0.08, w) * side * small
    )
    bumper = ends * band(z, 0.17 * h, 0.3 * h, w)
    grille = ends * (y > 0) * band(z, 0.33 * h, 0.46 * h, w) * band(np.abs(x), -1, 0.24 * wide, w)
    bars = stripe(z / 0.06, 0.0, 0.4, w / 0.06) * np.clip(1.4 - 1.5 * w / 0.06, 0, 1)
    plate = ends * band(np.abs(x), -1, 0.25, w) * band(z, 0.2 * h, 0.2 * h + 0.11, w)
    lamp_z = np.where(small, 0.43, 0.28) * h
    lamp = (
        ends * band(np.abs(z - lamp_z), -1, 0.06 * np.minimum(h, 1.8), w) * band(np.abs(x), 0.28 * wide, 0.47 * wide, w)
    )
    lights = lamp * np.where(y > 0, 1.0, 0.5)
    p.detail = (0.15 * p.coarse).astype(np.float32)
    p.shade(0.25)
    ribs = stripe(y / 0.5, 0.0, 0.06, w / 0.5) * truck * (y < 0.28 * length) * side * (z > 0.3 * h)
    gap = truck * side * band(np.abs(y - 0.29 * length), -1, 0.06, w)
    cargo = truck * (y < 0.28 * length) * (z > 0.28 * h)
    paint_over(p.color, 0.75 * cargo * (p.code[:, 0] > -0.2), 0.2 * p.hint + 0.4)
    band_two = bus * band(z, 0.3 * h, 0.44 * h, w) * (up < 0.85)
    paint_over(p.color, 0.85 * band_two * (p.code[:, 0] > -0.3), (0.62, 0.6, 0.55))
    p.color *= (1 - 0.75 * np.clip(seam + gap, 0, 1) - 0.2 * belt - 0.35 * ribs - 0.55 * arch * small)[:, None].clip(
        0.05
    )
    paint_over(p.color, 0.75 * np.clip(bumper + handle, 0, 1), (0.07, 0.07, 0.075))
    paint_over(p.color, grille, np.outer(0.03 + 0.2 * bars, np.ones(3)))
    paint_over(p.color, plate, (0.6, 0.6, 0.55))
    paint_over(p.color, np.clip(low * (1 - wheel), 0, 1), (0.03, 0.03, 0.032))
    paint_over(p.color, wheel, (0.018, 0.018, 0.02))
    paint_over(p.color, rim * (1 - 0.6 * hub), (0.32, 0.33, 0.35))
    paint_over(p.color, lamp * (y < 0), (0.35, 0.02, 0.015))
    paint_over(p.color, lamp * (y > 0), (0.6, 0.6, 0.58))
    dark = np.maximum(0.8 * low, wheel) * (1 - 0.7 * rim)
    p.glass = (glass * (1 - wheel)).astype(np.float32)
    p.part = np.where(lights > 0.1, lights, -dark).astype(np.float32)
    p.trim = np.clip(0.5 * belt + 0.6 * rim - 0.6 * np.clip(seam + gap + grille + 0.5 * bumper, 0, 1), -1, 1).astype(
        np.float32
    )
    if np.any(afloat):
        _boat(p, afloat)


def _wet(p: Patch) -> Array:
    """Boats stand with their base at or below the quay's level."""
    base = p.point[:, 2] - p.local[:, 2]
    return base < -0.15


def _boat(p: Patch, where: Array) -> None:
    keep = p.color.copy()
    p.color = np.where(where[:, None], p.hint, p.color).astype(np.float32)
    p.part = np.where(where, 0.0, p.part).astype(np.float32)
    p.glass = np.where(where, 0.0, p.glass).astype(np.float32)
    hull(p, where)
    p.color = np.where(where[:, None], p.color, keep).astype(np.float32)
