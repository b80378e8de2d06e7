"""Meshes of training scenes: each family as a blockout and as its detailed twin. NumPy only, no bpy.

A mesh is (vertices, faces): (N, 3) float metres with z = 0 at the base, and tuples of vertex indices. The twin differs
from the blockout only by functions of the object's own coordinates, so that a network can learn the difference.
"""

from __future__ import annotations

import math

import numpy as np

from rushes.blender.inside.synth_bodies import BODIES
from rushes.blender.inside.synth_shapes import (
    Family,
    Mesh,
    Options,
    Size3,
    box,
    displaced,
    join,
    lathe,
    lumps,
    plane,
    sphere,
)
from rushes.blender.inside.synth_things import THINGS

__all__ = ["Mesh", "build", "lumps", "smooth_by_default"]


def _cylinder(s: Size3, o: Options, twin: bool) -> Mesh:
    return lathe([(0.5, 0.0), (0.5, 1.0)], int(o.get("sides", 24)), s)


def _cone(s: Size3, o: Options, twin: bool) -> Mesh:
    return lathe([(0.5, 0.0), (0.0, 1.0)], int(o.get("sides", 24)), s)


def _gable(s: Size3, o: Options, twin: bool) -> Mesh:
    """A house: walls and a pitched roof in one mesh, ridge along y; the twin's roof has eaves."""
    w, d, h = s
    wall = h * (1 - o.get("roof", 0.35))
    over = 0.22 if twin else 0.0
    drop = over * (h - wall) / (w / 2)
    x, y = w / 2 + over, d / 2 + over
    roof = np.asarray(
        [(-x, -y, wall - drop), (x, -y, wall - drop), (x, y, wall - drop), (-x, y, wall - drop), (0, -y, h), (0, y, h)],
        float,
    )
    faces: list[tuple[int, ...]] = [(0, 1, 4), (2, 3, 5), (1, 2, 5, 4), (3, 0, 4, 5), (3, 2, 1, 0)]
    return join(box((w, d, wall)), (roof, faces))


def _rock(s: Size3, o: Options, twin: bool) -> Mesh:
    verts, faces = sphere(s, 24 if twin else 10)
    return (displaced(verts, s, 0.12) if twin else verts), faces


def _boat(s: Size3, o: Options, twin: bool) -> Mesh:
    w, d, h = s
    deck = h * 0.45
    outline = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.2), (0.28, 0.4), (0.0, 0.5), (-0.28, 0.4), (-0.5, 0.2)]
    flare = 0.72 if twin else 1.0
    verts = [(x * w * flare, y * d * (0.9 if twin else 1.0), 0.0) for x, y in outline] + [
        (x * w, y * d, deck * (1.25 if twin and y > 0.3 else 1.0)) for x, y in outline
    ]
    n = len(outline)
    faces: list[tuple[int, ...]] = [tuple(reversed(range(n))), tuple(range(n, 2 * n))]
    faces += [(k, (k + 1) % n, n + (k + 1) % n, n + k) for k in range(n)]
    hull: Mesh = (np.asarray(verts, float), faces)
    if not twin and int(o.get("form", 0)) == 0:
        hull = box((w, d, deck))
    cabin = box((w * 0.6, d * 0.28, h * 0.38), (0, -d * 0.16, deck), (0.92, 0.85) if twin else (1, 1))
    mast = box((w * 0.06, w * 0.06, h * 0.55), (0, -d * 0.1, deck + h * 0.38))
    return join(hull, cabin, mast) if twin else join(hull, cabin)


def _crane(s: Size3, o: Options, twin: bool) -> Mesh:
    w, d, h = s
    t = w * (0.07 if twin else 0.09)
    legs = [box((t, t, h * 0.8), (x * w * 0.45, y * d * 0.2, 0)) for x in (-1, 1) for y in (-1, 1)]
    beams = [box((w, t, t), (0, y * d * 0.2, h * 0.5)) for y in (-1, 1)] + [
        box((t, d * 0.45, t), (x * w * 0.45, 0, h * 0.78)) for x in (-1, 1)
    ]
    boom = box((w * 0.22, d * 1.7, h * 0.07), (0, d * 0.3, h * 0.8))
    house = box((w * 0.4, d * 0.3, h * 0.12), (0, -d * 0.25, h * 0.87))
    tip = box((t, t, h * 0.2), (0, 0, h * 0.8))
    return join(*legs, *beams, boom, house, tip)


def _lamp(s: Size3, o: Options, twin: bool) -> Mesh:
    h = s[2]
    pole = lathe([(0.09, 0.0), (0.055, 1.0)], 8, (1, 1, h))
    arm = box((0.07, 1.0, 0.07), (0, 0.45, h - 0.1))
    head = box((0.26, 0.55, 0.16), (0, 0.95, h - 0.2))
    return join(pole, arm, head)


def _terrain(s: Size3, o: Options, twin: bool) -> Mesh:
    """Flat around the origin, hills of height `hills` further out."""
    hills, salt, n = o.get("hills", 0.0), o.get("salt", 0.0), 72
    if hills <= 0:
        return plane(s)
    t = np.linspace(-1, 1, n)
    axis = np.sign(t) * np.abs(t) ** 1.6 * s[0] / 2
    x, y = np.meshgrid(axis, axis, indexing="ij")
    far = np.clip((np.hypot(x, y) - 55.0) / 170.0, 0, 1)
    k = 2 * math.pi / 190.0
    wave = (
        np.sin(k * x + salt) * np.cos(0.8 * k * y - 1.7 * salt)
        + 0.5 * np.sin(2.3 * k * x - 1.9 * k * y + 3 * salt)
        + 0.22 * np.sin(5.1 * k * y + salt)
        + 0.8
    )
    z = np.maximum(wave, -0.2) * hills * far * far * (3 - 2 * far)
    verts = np.stack([x, y, z], -1).reshape(-1, 3)
    faces: list[tuple[int, ...]] = [
        (i * n + j, (i + 1) * n + j, (i + 1) * n + j + 1, i * n + j + 1) for i in range(n - 1) for j in range(n - 1)
    ]
    return verts, faces


def _box(s: Size3, o: Options, twin: bool) -> Mesh:
    return box(s)


def _sphere(s: Size3, o: Options, twin: bool) -> Mesh:
    return sphere(s, int(o.get("sides", 24)))


_FAMILIES: dict[str, Family] = {
    "boat": _boat,
    "box": _box,
    "cone": _cone,
    "crane": _crane,
    "cylinder": _cylinder,
    "gable": _gable,
    "lamp": _lamp,
    "rock": _rock,
    "sphere": _sphere,
    "terrain": _terrain,
    **BODIES,
    **THINGS,
}


def build(kind: str, size: Size3, options: Options, *, twin: bool) -> Mesh:
    """The mesh of a family, base at z = 0.

    Args:
        kind: family name; KeyError when there is none of that name.
        size: extent in metres along own x, y, z.
        options: further numbers of the family.
        twin: the detailed twin instead of the blockout.
    """
    return _FAMILIES[kind](size, options, twin)


def smooth_by_default(kind: str, options: Options, *, twin: bool) -> bool:
    """Whether a family is shaded smooth."""
    if kind in ("crown", "person"):
        return twin or kind == "person"
    if kind in ("sphere", "cylinder", "cone"):
        return bool(options.get("smooth", 0.0))
    return kind in ("terrain", "hills", "lump", "dome", "drift", "curved_wall")
