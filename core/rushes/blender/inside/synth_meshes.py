"""Meshes of training scenes: each family as a blockout and as its detailed twin. NumPy only, no bpy.

A mesh is (vertices, faces): (N, 3) float metres with z = 0 at the base, and tuples of vertex indices. The twin differs
from the blockout only by functions of the object's own coordinates, so that a network can learn the difference.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

__all__ = ["Mesh", "build", "lumps"]

Mesh = tuple[Any, list[tuple[int, ...]]]
Options = dict[str, float]
Size3 = tuple[float, float, float]


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


def _arc(n: int, r: float = 0.5) -> list[tuple[float, float]]:
    return [(r * math.sin(math.pi * k / n), r - r * math.cos(math.pi * k / n)) for k in range(n + 1)]


def sphere(size: Size3, sides: int = 24, at: Size3 = (0.0, 0.0, 0.0)) -> Mesh:
    """An ellipsoid standing on `at`."""
    return lathe(_arc(max(6, sides // 2)), sides, size, at)


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


def _crown(s: Size3, o: Options, twin: bool) -> Mesh:
    if not twin:
        return sphere(s, 16)
    verts, faces = sphere(s, 40)
    return _displaced(verts, s, 0.17), faces


def _rock(s: Size3, o: Options, twin: bool) -> Mesh:
    verts, faces = sphere(s, 24 if twin else 10)
    return (_displaced(verts, s, 0.12) if twin else verts), faces


def _displaced(verts: Any, size: Size3, amount: float) -> Any:
    centre = np.array([0.0, 0.0, size[2] / 2])
    unit = (verts - centre) / (np.asarray(size) / 2)
    return centre + (verts - centre) * (1.0 + amount * lumps(unit))[:, None]


def _conifer(s: Size3, o: Options, twin: bool) -> Mesh:
    if not twin:
        return lathe([(0.5, 0.0), (0.0, 1.0)], 16, s)
    tiers = [
        lathe([(0.5 * (1 - 0.2 * k), 0.19 * k), (0.5 * (1 - 0.2 * k) * 0.25, 0.19 * k + 0.24 if k < 4 else 1.0)], 18, s)
        for k in range(5)
    ]
    verts, faces = join(*tiers)
    unit = (verts - np.array([0, 0, s[2] / 2])) / (np.asarray(s) / 2)
    push = 1.0 + 0.1 * lumps(unit)
    verts = verts * np.stack([push, push, np.ones_like(push)], -1)
    return verts, faces


def _person(s: Size3, o: Options, twin: bool) -> Mesh:
    w, d, h = s
    if twin:
        legs = [
            lathe([(0.36, 0.0), (0.5, 1.0)], 10, (w * 0.36, d * 0.42, h * 0.48), (side * w * 0.2, 0.0, 0.0))
            for side in (-1, 1)
        ]
        arms = [
            lathe(
                [(0.0, 0.0), (0.5, 0.06), (0.5, 0.94), (0.0, 1.0)],
                8,
                (w * 0.2, d * 0.34, h * 0.4),
                (side * w * 0.4, 0.0, h * 0.42),
            )
            for side in (-1, 1)
        ]
        torso = lathe(
            [(0.42, 0.0), (0.46, 0.35), (0.5, 0.8), (0.3, 0.97), (0.16, 1.0)],
            14,
            (w * 0.76, d * 0.66, h * 0.4),
            (0.0, 0.0, h * 0.44),
        )
        neck = lathe([(0.5, 0.0), (0.5, 1.0)], 8, (w * 0.2, d * 0.26, h * 0.06), (0.0, 0.0, h * 0.82))
        head = sphere((w * 0.36, d * 0.52, h * 0.145), 14, (0.0, 0.0, h * 0.855))
        return join(*legs, *arms, torso, neck, head)
    form = int(o.get("form", 0))
    if form == 0:
        return capsule(s)
    if form == 1:
        return join(
            lathe([(0.5, 0.0), (0.5, 1.0)], 16, (w * 0.9, d * 0.9, h * 0.85)),
            sphere((w * 0.5, d * 0.6, h * 0.15), 14, (0, 0, h * 0.85)),
        )
    if form == 2:
        return join(
            lathe([(0.5, 0.0), (0.3, 1.0)], 16, (w, d, h * 0.85)),
            sphere((w * 0.5, d * 0.6, h * 0.16), 14, (0, 0, h * 0.84)),
        )
    return box((w * 0.8, d * 0.7, h))


def _wheels(w: float, d: float, r: float, at: Sequence[float]) -> list[Mesh]:
    out: list[Mesh] = []
    for y in at:
        for side in (-1, 1):
            verts, faces = lathe([(0.5, 0.0), (0.5, 1.0)], 16, (2 * r, 2 * r, 0.22))
            turned = np.stack([verts[:, 2] - 0.11 + side * (w / 2 - 0.12), verts[:, 1] + y * d, verts[:, 0] + r], -1)
            out.append((turned, faces))
    return out


def _car(s: Size3, o: Options, twin: bool) -> Mesh:
    w, d, h = s
    form = int(o.get("form", 0))
    if twin:
        body = box((w * 0.98, d, h * 0.44), (0, 0, h * 0.16), (0.96, 0.98))
        cabin = box((w * 0.92, d * 0.56, h * 0.4), (0, -0.03 * d, h * 0.6), (0.78, 0.66))
        return join(body, cabin, *_wheels(w, d, h * 0.21, (-0.31, 0.31)))
    if form == 0:
        return box(s)
    return join(
        box((w, d, h * 0.6)),
        box((w * 0.92, d * 0.55, h * 0.4), (0, -0.03 * d, h * 0.6), (0.85, 0.75) if form == 2 else (1.0, 1.0)),
    )


def _truck(s: Size3, o: Options, twin: bool) -> Mesh:
    w, d, h = s
    if twin:
        cab = box((w * 0.96, d * 0.24, h * 0.72), (0, d * 0.38, h * 0.15), (0.94, 0.8))
        cargo = box((w, d * 0.7, h * 0.78), (0, -d * 0.13, h * 0.22))
        return join(cab, cargo, *_wheels(w, d, min(0.5, h * 0.17), (-0.38, -0.2, 0.34)))
    if int(o.get("form", 0)) == 0:
        return box(s)
    return join(box((w, d * 0.72, h), (0, -d * 0.14, 0)), box((w, d * 0.28, h * 0.85), (0, d * 0.36, 0)))


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
        return _plane(s)
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


def _plane(s: Size3) -> Mesh:
    x, y = s[0] / 2, s[1] / 2
    return np.asarray([(-x, -y, 0), (x, -y, 0), (x, y, 0), (-x, y, 0)], float), [(0, 1, 2, 3)]


def _box(s: Size3, o: Options, twin: bool) -> Mesh:
    return box(s)


def _sphere(s: Size3, o: Options, twin: bool) -> Mesh:
    return sphere(s, int(o.get("sides", 24)))


_FAMILIES: dict[str, Callable[[Size3, Options, bool], Mesh]] = {
    "boat": _boat,
    "box": _box,
    "car": _car,
    "cone": _cone,
    "conifer": _conifer,
    "crane": _crane,
    "crown": _crown,
    "cylinder": _cylinder,
    "gable": _gable,
    "lamp": _lamp,
    "person": _person,
    "rock": _rock,
    "sphere": _sphere,
    "terrain": _terrain,
    "truck": _truck,
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
    if kind in ("sphere", "cylinder", "cone", "terrain"):
        return bool(options.get("smooth", 1.0 if kind == "terrain" else 0.0))
    return False
