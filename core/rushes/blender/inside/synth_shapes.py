"""Meshes from which training scenes are built: boxes, lathes, spheres, capsules. NumPy only, no bpy.

A mesh is (vertices, faces): (N, 3) float metres with z = 0 at the base, and tuples of vertex indices.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

__all__ = [
    "Family",
    "Mesh",
    "Options",
    "Size3",
    "arc",
    "box",
    "capsule",
    "displaced",
    "fit",
    "join",
    "lathe",
    "lumps",
    "plane",
    "sphere",
]

Mesh = tuple[Any, list[tuple[int, ...]]]
Options = dict[str, float]
Size3 = tuple[float, float, float]
Family = Callable[[Size3, Options, bool], Mesh]
"""Makes the blockout (False) or the detailed twin (True) of a size."""


def lumps(unit: Any) -> Any:
    """How far foliage and rock stand out, about -1 to 1, at points given in the object's own box (-1 to 1 per axis).

    A sum of waves in rising frequency; `rushes.models.house.surface` reads the same function, so that silhouettes and
    inputs agree. Shape (..., 3) → (...).
    """
    x, y, z = unit[..., 0], unit[..., 1], unit[..., 2]
    low = np.sin(3.1 * x + 1.3 * z + 0.4) * np.sin(2.7 * y - 0.9 * x + 1.1) + np.sin(3.7 * z + 2.1 * y + 2.0) * 0.6
    high = np.sin(7.3 * x - 4.1 * z + 0.7) * np.sin(6.7 * y + 5.3 * z + 2.4) + 0.5 * np.sin(
        11.9 * z + 9.1 * x - 7.7 * y
    )
    return 0.42 * low + 0.36 * high


def box(size: Size3, at: Size3 = (0.0, 0.0, 0.0), taper: tuple[float, float] = (1.0, 1.0)) -> Mesh:
    """A box on `at` (centre of its base); the top is scaled by `taper`."""
    sx, sy, sz = size
    verts = [
        (at[0] + x * sx / 2 * (taper[0] if z else 1.0), at[1] + y * sy / 2 * (taper[1] if z else 1.0), at[2] + z * sz)
        for z in (0, 1)
        for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    faces = [(3, 2, 1, 0), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
    return np.asarray(verts, float), [tuple(f) for f in faces]


def lathe(
    profile: Sequence[tuple[float, float]], sides: int, size: Size3 = (1.0, 1.0, 1.0), at: Size3 = (0.0, 0.0, 0.0)
) -> Mesh:
    """A profile of (radius, z) from bottom to top turned about z. Radius 0 makes a pole; open ends are capped."""
    verts: list[tuple[float, float, float]] = []
    rings: list[list[int]] = []
    for radius, z in profile:
        if radius <= 1e-9:
            rings.append([len(verts)])
            verts.append((0.0, 0.0, z))
        else:
            rings.append(list(range(len(verts), len(verts) + sides)))
            for k in range(sides):
                a = 2 * math.pi * (k + 0.5) / sides
                verts.append((radius * math.cos(a), radius * math.sin(a), z))
    faces: list[tuple[int, ...]] = []
    for low, high in itertools.pairwise(rings):
        for k in range(sides):
            j = (k + 1) % sides
            if len(low) == 1 and len(high) > 1:
                faces.append((low[0], high[j], high[k]))
            elif len(high) == 1 and len(low) > 1:
                faces.append((low[k], low[j], high[0]))
            elif len(low) > 1:
                faces.append((low[k], low[j], high[j], high[k]))
    if len(rings[0]) > 1:
        faces.append(tuple(reversed(rings[0])))
    if len(rings[-1]) > 1:
        faces.append(tuple(rings[-1]))
    return np.asarray(verts, float) * np.asarray(size) + np.asarray(at), faces


def arc(n: int, r: float = 0.5) -> list[tuple[float, float]]:
    """Half a circle as a profile of (radius, z) in `n` steps, from z = 0 to 2r."""
    return [(r * math.sin(math.pi * k / n), r - r * math.cos(math.pi * k / n)) for k in range(n + 1)]


def sphere(size: Size3, sides: int = 24, at: Size3 = (0.0, 0.0, 0.0)) -> Mesh:
    """An ellipsoid standing on `at`."""
    return lathe(arc(max(6, sides // 2)), sides, size, at)


def capsule(size: Size3, sides: int = 16, at: Size3 = (0.0, 0.0, 0.0)) -> Mesh:
    """A capsule standing on `at`, caps as high as the mean radius."""
    cap = min(0.25 * (size[0] + size[1]), size[2] / 2)
    low = [(0.5 * math.sin(math.pi * k / 10), cap - cap * math.cos(math.pi * k / 10)) for k in range(6)]
    high = [(0.5 * math.cos(math.pi * k / 10), size[2] - cap + cap * math.sin(math.pi * k / 10)) for k in range(6)]
    return lathe(low + high, sides, (size[0], size[1], 1.0), at)


def join(*parts: Mesh) -> Mesh:
    """Several meshes as one."""
    verts: list[Any] = []
    faces: list[tuple[int, ...]] = []
    count = 0
    for v, f in parts:
        verts.append(v)
        faces += [tuple(i + count for i in face) for face in f]
        count += len(v)
    return np.concatenate(verts), faces


def fit(*parts: Mesh) -> Mesh:
    """Several meshes as one; each is a hair smaller than the one before, so that no faces lie in the same plane."""
    out: list[Mesh] = []
    for k, (verts, faces) in enumerate(parts):
        low, high = verts.min(0), verts.max(0)
        middle, half = 0.5 * (low + high), np.maximum(0.5 * (high - low), 1e-6)
        shrink = 1.0 - np.minimum(0.0012 * (k % 7) / half, 0.2)
        out.append((middle + (verts - middle) * shrink, faces))
    return join(*out)


def displaced(verts: Any, size: Size3, amount: float) -> Any:
    """Vertices of a body standing on z = 0, pushed out of its middle by `lumps` times `amount`."""
    centre = np.array([0.0, 0.0, size[2] / 2])
    unit = (verts - centre) / (np.asarray(size) / 2)
    return centre + (verts - centre) * (1.0 + amount * lumps(unit))[:, None]


def plane(s: Size3) -> Mesh:
    """A rectangle on z = 0, facing up."""
    x, y = s[0] / 2, s[1] / 2
    return np.asarray([(-x, -y, 0), (x, -y, 0), (x, y, 0), (-x, y, 0)], float), [(0, 1, 2, 3)]
