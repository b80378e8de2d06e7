"""Detailed bodies inside simple blocks: people, vehicles and plants as lists of primitives. NumPy only, no bpy.

A body lives in its block's own metric space: the box's centre is x = y = 0, its base z = 0. It is a function of the
block's class, extent and the phase of a walk alone, so that a training mesh and the model's relief agree to the
millimetre. A figure and a vehicle face +y; where the box is wider along y, or longer along x, they are turned.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rushes.blender.vehicles import vehicle_solids

__all__ = [
    "Body",
    "Solid",
    "Vec",
    "conifer_height",
    "conifer_radius",
    "conifer_ring",
    "conifer_tiers",
    "crown_spheres",
    "crown_turn",
    "figure",
    "variety",
    "vehicle",
]

Vec = NDArray[np.float64]
Solid = tuple[Vec, float, float, float]
"""A convex (K, 2) outline in y, z (counter-clockwise seen from +x), the middle's x, and half width at z = 0 and its
slope: half width = a + b z."""


@dataclass(frozen=True)
class Body:
    """A union of primitives."""

    cones: Vec
    """(P, 11): two spheres (x y z, x y z, radius, radius) and their hull, then a stretch of space (x, y, z)."""
    solids: tuple[Solid, ...] = ()
    turned: bool = False
    """Whether the body faces +x instead of +y: own x = body y, own y = -body x."""


def variety(extent: tuple[float, float, float], salt: int) -> float:
    """A number in [0, 1) from an extent in steps of 2 cm: what makes one body differ from the next.

    The steps lie beside round sizes, so that the last bit of a matrix does not decide.
    """
    key = salt * 7919
    for k, e in enumerate(extent):
        key = (key * 31 + math.floor(e * 50 + 0.185) * (k + 3) * 2654435761) & 0xFFFFFFFF
        key ^= key >> 15
        key = (key * 2246822519) & 0xFFFFFFFF
        key ^= key >> 13
    return key / 4294967296.0


def figure(extent: tuple[float, float, float], phase: float | None = None) -> Body | None:
    """A person who stands (phase None) or walks; None where the block cannot be one that stands upright."""
    w, d, h = extent
    turned = d > 1.2 * w
    if turned:
        w, d = d, w
    if h < 0.9 or h > 2.6 or w > 0.75 * h or w < 0.12 * h:
        return None
    rounded = tuple(round(e, 3) for e in (w, d, h))
    return Body(_figure_cones(rounded, None if phase is None else round(phase % (2 * math.pi), 3)), (), turned)


def _swing(top: tuple[float, float, float], angle: float, length: float) -> tuple[float, float, float]:
    """The end of a limb of `length` from `top`, swung forward (+y) by `angle` radians from straight down."""
    return (top[0], top[1] + length * math.sin(angle), top[2] - length * math.cos(angle))


class _Cones:
    """Collects hulls of two spheres."""

    def __init__(self) -> None:
        self.rows: list[list[float]] = []

    def add(self, a: Any, b: Any, ra: float, rb: float, stretch: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> None:
        self.rows.append([*a, *b, ra, rb, *stretch])

    def ball(self, at: tuple[float, float, float], radii: tuple[float, float, float]) -> None:
        self.add(at, at, radii[0], radii[0], (1.0, radii[1] / radii[0], radii[2] / radii[0]))


def _figure_cones(extent: tuple[float, ...], phase: float | None) -> Vec:
    w, d, h = extent
    u = [variety((w, d, h), k) for k in range(6)]
    child = min(max((1.45 - h) / 0.5, 0.0), 1.0)
    head = h * (0.132 + 0.04 * child)
    half = min(0.485 * w, 0.15 * h)
    """Half the width over the arms."""
    reach = 0.48 * d
    build = 0.92 + 0.2 * u[0]
    out = _Cones()
    neck_z = h - head * 1.02
    shoulder_z = neck_z - 0.045 * h
    hip_z = 0.5 * h
    hips = _legs(out, h, half, reach, hip_z, phase, build, u)
    drop = hips[2]
    shift = hips[0]
    _torso(out, h, half, reach, (hip_z, shoulder_z), (shift, drop), build, u)
    _arms(out, h, half, reach, shoulder_z - drop, phase, u)
    _head(out, h, head, neck_z - drop, u, child)
    return np.asarray(out.rows, np.float64)


def _legs(
    out: _Cones, h: float, half: float, reach: float, hip_z: float, phase: float | None, build: float, u: list[float]
) -> tuple[float, float, float]:
    """Both legs; answers how far the hips are shifted aside, forward and how far the body sinks."""
    thigh, shin = 0.245 * h, 0.215 * h
    apart = 0.36 * half
    wide = build * min(half / (0.13 * h), 1.1)
    angles: list[tuple[float, float]] = []
    if phase is None:
        angles = [(0.02, 0.03), (0.16, 0.3)] if u[3] < 0.5 else [(0.16, 0.3), (0.02, 0.03)]
    else:
        most = min(0.46, math.asin(min(0.9, max(0.05, reach - 0.03 * h) / (thigh + shin))))
        for side in (0, 1):
            p = phase + math.pi * side
            angles.append((most * math.sin(p) + 0.06, 0.1 + 0.75 * most / 0.46 * max(0.0, math.cos(p + 0.4)) ** 1.5))
    ankles = [thigh * math.cos(a) + shin * math.cos(a - k) for a, k in angles]
    sink = hip_z - 0.04 * h - max(ankles)
    shift = 0.0 if phase is not None else (0.012 * h if u[3] < 0.5 else -0.012 * h) * -1.0
    for side, (a, k) in zip((-1.0, 1.0), angles, strict=True):
        top = (side * apart + shift, 0.0, hip_z - sink)
        knee = _swing(top, a, thigh)
        spread = (0.1 if phase is None else -0.1) * apart * side
        knee = (knee[0] + spread, knee[1], knee[2])
        ankle = _swing(knee, a - k, shin)
        out.add(top, knee, 0.056 * h * wide, 0.042 * h * wide)
        out.add(knee, ankle, 0.042 * h * wide, 0.03 * h)
        lift = 0.0 if phase is None else max(0.0, k - 0.35) * 0.9
        long = min(0.1 * h, max(0.03 * h, reach - max(0.0, ankle[1]) - 0.02 * h))
        toe_z = max(0.021 * h, ankle[2] - 0.015 * h - long * math.sin(lift))
        heel = (ankle[0], ankle[1] - 0.018 * h, max(ankle[2] - 0.017 * h, 0.027 * h))
        toe = (ankle[0] + side * 0.012 * h, ankle[1] + long, toe_z)
        out.add(heel, toe, 0.027 * h, 0.021 * h)
    return shift, 0.0, sink


def _torso(
    out: _Cones,
    h: float,
    half: float,
    reach: float,
    levels: tuple[float, float],
    moved: tuple[float, float],
    build: float,
    u: list[float],
) -> None:
    """Hips, waist, chest, shoulders, and what is worn: a jacket or a coat."""
    hip_z, shoulder_z = levels[0] - moved[1], levels[1] - moved[1]
    deep = min(0.62, reach / (0.1 * h) * 0.62)
    wide = 0.66 * half
    flat = (1.0, deep, 1.0)
    waist = (moved[0] * 0.4, 0.0, hip_z + 0.11 * h)
    chest = (0.0, 0.0, shoulder_z - 0.075 * h)
    out.add((moved[0], 0.0, hip_z + 0.01 * h), waist, wide * 0.92, wide * 0.86 * build, (1.0, deep * 1.05, 1.0))
    out.add(waist, chest, wide * 0.84 * build, wide * 1.02, flat)
    side = half - 0.05 * h
    out.add((-side, 0.0, shoulder_z - 0.012 * h), (0.0, -0.004 * h, shoulder_z + 0.014 * h), 0.038 * h, 0.042 * h)
    out.add((side, 0.0, shoulder_z - 0.012 * h), (0.0, -0.004 * h, shoulder_z + 0.014 * h), 0.038 * h, 0.042 * h)
    hem = 0.27 * h if u[1] < 0.3 else 0.47 * h if u[1] < 0.75 else None
    if hem is not None:
        long = u[1] < 0.3
        flare = wide * (1.24 if long else 1.08)
        top = (moved[0] * 0.6, 0.0, hip_z + 0.07 * h)
        out.add(top, (moved[0] * 0.5, 0.0, hem + 0.04 * h), wide * 0.94, flare, (1.0, min(0.8, deep * 1.2), 0.6))


def _arms(
    out: _Cones, h: float, half: float, reach: float, shoulder_z: float, phase: float | None, u: list[float]
) -> None:
    upper, lower = 0.165 * h, 0.14 * h
    for n, side in enumerate((-1.0, 1.0)):
        top = (side * (half - 0.034 * h), 0.0, shoulder_z - 0.015 * h)
        if phase is None:
            bent = u[4] < 0.4 and (n == 0) == (u[5] < 0.5)
            swing, flex = (-0.12, 1.5) if bent else (0.03, 0.22)
        else:
            most = min(0.5, reach / (upper + lower))
            swing, flex = -most * math.sin(phase + math.pi * n) - 0.02, 0.4
        elbow = _swing(top, swing, upper)
        elbow = (elbow[0] - side * 0.002 * h, elbow[1], elbow[2])
        wrist = _swing(elbow, swing + flex, lower)
        inward = 0.06 * h if phase is None and flex > 1 else 0.006 * h
        wrist = (wrist[0] - side * inward, min(wrist[1], reach - 0.02 * h), wrist[2])
        out.add(top, elbow, 0.038 * h, 0.032 * h)
        out.add(elbow, wrist, 0.032 * h, 0.025 * h)
        hand = _swing(wrist, swing + flex, 0.035 * h)
        out.add(wrist, (hand[0], min(hand[1], reach - 0.02 * h), hand[2]), 0.021 * h, 0.023 * h, (0.8, 1.0, 1.0))


def _head(out: _Cones, h: float, head: float, neck_z: float, u: list[float], child: float) -> None:
    middle = neck_z + 0.54 * head
    out.add((0, -0.006 * h, neck_z - 0.05 * h), (0, 0, neck_z + 0.25 * head), 0.034 * h, 0.03 * h)
    out.ball((0.0, 0.004 * h, middle), (0.36 * head, 0.43 * head, 0.46 * head))
    out.ball((0.0, 0.02 * h, middle - 0.2 * head), (0.26 * head, 0.3 * head, 0.28 * head))
    style = u[2]
    if style < 0.25:  # a hat: brim and crown
        out.ball((0.0, 0.0, middle + 0.17 * head), (0.6 * head, 0.68 * head, 0.07 * head))
        out.add((0, 0, middle + 0.2 * head), (0, 0, middle + 0.36 * head), 0.37 * head, 0.3 * head, (1, 1.1, 0.6))
    elif style < 0.6:  # short hair
        out.ball((0.0, -0.06 * head, middle + 0.08 * head), (0.39 * head, 0.46 * head, 0.42 * head))
    elif style < 0.85:  # long hair
        out.ball((0.0, -0.07 * head, middle + 0.07 * head), (0.4 * head, 0.45 * head, 0.43 * head))
        out.add(
            (0, -0.16 * head, middle), (0, -0.22 * head, neck_z - 0.02 * h), 0.38 * head, 0.3 * head, (1.0, 0.8, 1.0)
        )
    else:  # a bun or a hood
        out.ball((0.0, -0.06 * head, middle + 0.06 * head), (0.38 * head, 0.44 * head, 0.42 * head))
        out.ball((0.0, -0.42 * head, middle + 0.2 * head), (0.17 * head, 0.17 * head, 0.17 * head))


def vehicle(extent: tuple[float, float, float]) -> Body | None:
    """A car, van, pickup, bus or truck by its proportions; None where the block is none of them."""
    w, d, h = extent
    turned = w > d
    if turned:
        w, d = d, w
    solids = vehicle_solids(round(w, 3), round(d, 3), round(h, 3), variety((w, d, h), 11))
    return None if solids is None else Body(np.zeros((0, 11)), solids, turned)


_LOBES, _TUFTS = 22, 20


@cache
def crown_spheres(boxy: bool) -> Vec:
    """(L, C, 4) spheres (x, y, z, radius) whose union is a leafy crown inside the unit ball, or the unit cube.

    The first of each row is a lobe of foliage; the others are tufts of leaves on it.
    """
    rng = np.random.default_rng(7)
    out = np.zeros((_LOBES, 1 + _TUFTS, 4))
    k = np.arange(_LOBES) + 0.5
    z = np.clip(1 - 2 * k / _LOBES + rng.uniform(-0.1, 0.1, _LOBES), -1, 1)
    way = _ways(z, k * 2.399963 + rng.uniform(-0.35, 0.35, _LOBES))
    radius = rng.uniform(0.22, 0.38, _LOBES)
    radius[-1] = 0.58  # the heart, so that nothing shows through
    if boxy:
        square = way / np.power(np.sum(np.abs(way) ** 8, -1), 1 / 8)[:, None]
        at = np.clip(square, -0.97 + radius[:, None], 0.97 - radius[:, None])
    else:
        at = way * ((0.94 - radius) * rng.uniform(0.88, 1.0, _LOBES))[:, None]
    at[-1] = 0.0
    out[:, 0, :3], out[:, 0, 3] = at, radius
    for lobe in range(_LOBES):
        k = np.arange(_TUFTS) + 0.5
        z = np.clip(1 - 2 * k / _TUFTS + rng.uniform(-0.15, 0.15, _TUFTS), -1, 1)
        small = rng.uniform(0.07, 0.125, _TUFTS)
        tuft = at[lobe] + radius[lobe] * rng.uniform(0.86, 1.04, _TUFTS)[:, None] * _ways(
            z, k * 2.399963 + rng.uniform(0, 6.3) + rng.uniform(-0.3, 0.3)
        )
        room = np.abs(tuft).max(-1) if boxy else np.linalg.norm(tuft, axis=-1)
        tuft *= np.minimum(1.0, (1.0 - small) / np.maximum(room, 1e-6))[:, None]
        out[lobe, 1:, :3], out[lobe, 1:, 3] = tuft, small
    return out


def _ways(z: Any, angle: Any) -> Any:
    flat = np.sqrt(1 - z * z)
    return np.stack([flat * np.cos(angle), flat * np.sin(angle), z], -1)


def crown_turn(extent: tuple[float, float, float]) -> float:
    """Radians by which a crown's leaves are turned about z."""
    return 2 * math.pi * variety(extent, 5)


_TIERS = 8.6
"""How many tiers of branches a conifer has; they grow closer towards the tip."""
_DROOP = 0.12


def _spread(angle: Any, turn: Any) -> Any:
    return _DROOP * (np.sin(5.0 * angle + turn) + 0.7 * np.sin(11.0 * angle - 2.0 * turn))


def conifer_radius(z: Any, angle: Any, turn: Any) -> Any:
    """Radius of a conifer in its unit cone (radius 1 at z = 0, tip at z = 1) at a height and angle; at most 1 - z."""
    rise = _TIERS * (1.0 - np.sqrt(np.clip(1.0 - z, 0.0, 1.0))) + _spread(angle, turn)
    tier = np.floor(rise)
    return conifer_ring(z, tier, rise - tier, angle, turn)


def conifer_ring(z: Any, tier: Any, t: Any, angle: Any, turn: Any) -> Any:
    """Radius on a tier, t from 0 at its hanging edge to 1 under the next one."""
    spikes = np.abs(np.sin(0.5 * (9.0 * angle + 2.4 * tier + turn)))
    twigs = np.abs(np.sin(0.5 * (23.0 * angle + 4.1 * tier - 3.0 * turn)))
    return np.clip(1.0 - z, 0.0, 1.0) * (1.0 - 0.5 * t) * (1.0 - (0.26 * spikes + 0.17 * twigs) * (1.0 - t))


def conifer_height(rise: Any, angle: Any, turn: Any) -> Any:
    """Height at which a conifer has come `rise` tiers up: the inverse of what `conifer_radius` counts."""
    root = 1.0 - (rise - _spread(angle, turn)) / _TIERS
    return np.clip(1.0 - np.clip(root, 0.0, 1.0) ** 2, 0.0, 1.0)


def conifer_tiers(turn: float) -> int:
    """Number of the topmost tier."""
    return math.ceil(_TIERS + 1.7 * _DROOP)
