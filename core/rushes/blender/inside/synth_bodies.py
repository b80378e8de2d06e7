"""Figures, vehicles and plants of training scenes: as an artist blocks them, and their detailed twins.

The twins are meshes of `rushes.blender.bodies`, by which the model's relief carves blocks at inference. NumPy only.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from rushes.blender import bodies
from rushes.blender.inside.synth_shapes import Family, Mesh, Options, Size3, arc, box, capsule, join, lathe, sphere

__all__ = ["BODIES", "body_mesh", "conifer_mesh", "crown_mesh"]


def body_mesh(body: bodies.Body) -> Mesh:
    """The union of a body's primitives; they stay separate shells that grow into each other."""
    parts = [_hull(row) for row in body.cones] + [_extrusion(solid) for solid in body.solids]
    verts, faces = join(*parts)
    if body.turned:
        verts = np.stack([verts[:, 1], -verts[:, 0], verts[:, 2]], -1)
    return verts, faces


def _hull(row: Any, sides: int = 14, arc: int = 5) -> Mesh:
    """Two spheres and their hull: rings round the axis, the lower ones on the first sphere."""
    stretch = row[8:11]
    a, b, ra, rb = row[0:3] / stretch, row[3:6] / stretch, row[6], row[7]
    span = float(np.linalg.norm(b - a))
    axis = (b - a) / span if span > 1e-9 else np.array([0.0, 0.0, 1.0])
    seam = math.asin(max(-1.0, min(1.0, (ra - rb) / span))) if span > 1e-9 else 0.0
    side = np.cross(axis, [1.0, 0.0, 0.0] if abs(axis[0]) < 0.8 else [0.0, 1.0, 0.0])
    side /= np.linalg.norm(side)
    other = np.cross(axis, side)
    tilts = [(a, ra, t) for t in np.linspace(-math.pi / 2, seam, arc + 1)]
    tilts += [(b, rb, t) for t in np.linspace(seam, math.pi / 2, arc + 1)][0 if span > 1e-9 else 1 :]
    turn = 2 * math.pi * np.arange(sides) / sides
    round_ = np.cos(turn)[:, None] * side + np.sin(turn)[:, None] * other
    rings = [at + r * (math.sin(t) * axis + math.cos(t) * round_) for at, r, t in tilts[1:-1]]
    low, high = a - ra * axis, b + rb * axis
    verts = np.concatenate([low[None], *rings, high[None]]) * stretch
    return verts, _ring_faces(len(rings), sides)


def _ring_faces(rings: int, sides: int) -> list[tuple[int, ...]]:
    """Faces of a pole, rings and a pole."""
    faces: list[tuple[int, ...]] = []
    top = 1 + rings * sides
    for k in range(sides):
        j = (k + 1) % sides
        faces.append((0, 1 + j, 1 + k))
        faces += [
            (1 + r * sides + k, 1 + r * sides + j, 1 + (r + 1) * sides + j, 1 + (r + 1) * sides + k)
            for r in range(rings - 1)
        ]
        faces.append((top - sides + k, top - sides + j, top))
    return faces


def _extrusion(solid: bodies.Solid) -> Mesh:
    outline, x, half, slope = solid
    n = len(outline)
    width = half + slope * outline[:, 1]
    near = np.stack([x + width, outline[:, 0], outline[:, 1]], -1)
    far = np.stack([x - width, outline[:, 0], outline[:, 1]], -1)
    faces: list[tuple[int, ...]] = [tuple(range(n)), tuple(reversed(range(n, 2 * n)))]
    faces += [(k, n + k, n + (k + 1) % n, (k + 1) % n) for k in range(n)]
    return np.concatenate([near, far]), faces


@cache
def _unit_crown(boxy: bool) -> Mesh:
    balls: list[Mesh] = []
    for row in bodies.crown_spheres(boxy).tolist():
        for k, (x, y, z, r) in enumerate(row):
            if k and np.linalg.norm([x, y, z]) < (0.5 if boxy else 0.66):
                continue  # deep inside, nobody sees it
            size = (2 * r, 2 * r, 2 * r)
            balls.append(lathe(arc(4), 6, size, (x, y, z - r)) if k else sphere(size, 12, (x, y, z - r)))
    return join(*balls)


def crown_mesh(extent: Size3, *, boxy: bool = False) -> Mesh:
    """A leafy crown that fills a box standing on z = 0."""
    verts, faces = _unit_crown(boxy)
    turn = bodies.crown_turn(extent)
    if boxy:
        turn = round(turn / (0.5 * math.pi)) * 0.5 * math.pi
    c, s = math.cos(turn), math.sin(turn)
    x, y = c * verts[:, 0] - s * verts[:, 1], s * verts[:, 0] + c * verts[:, 1]
    return np.stack([x, y, verts[:, 2] + 1.0], -1) * (0.5 * np.asarray(extent)), faces


def conifer_mesh(extent: Size3, sides: int = 92, levels: int = 3) -> Mesh:
    """A conifer with drooping tiers that fills a cone standing on z = 0."""
    turn = bodies.crown_turn(extent)
    angle = 2 * math.pi * np.arange(sides) / sides
    rings: list[Any] = []
    for tier in range(bodies.conifer_tiers(turn) + 1):
        for t in np.linspace(0.0, 0.999, levels):
            z = bodies.conifer_height(tier + t, angle, turn)
            radius = bodies.conifer_ring(z, tier, t, angle, turn)
            rings.append(np.stack([radius * np.cos(angle), radius * np.sin(angle), z], -1))
    low, high = np.zeros((1, 3)), np.array([[0.0, 0.0, 1.0]])
    verts = np.concatenate([low, *rings, high]) * np.array([0.5 * extent[0], 0.5 * extent[1], extent[2]])
    return verts, _ring_faces(len(rings), sides)


def _in_box_of(block: Mesh) -> tuple[Size3, Any]:
    """Extent of a blockout's box and the centre of its base."""
    low, high = block[0].min(0), block[0].max(0)
    x, y, z = (float(v) for v in high - low)
    return (x, y, z), np.array([0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1]), low[2]])


def _fitted(block: Mesh, made: Mesh) -> Mesh:
    return made[0] + _in_box_of(block)[1], made[1]


def _crown(s: Size3, o: Options, twin: bool) -> Mesh:
    form = int(o.get("form", 0))
    block = box(s) if form == 2 else sphere(s, 10 if form == 1 else 16)
    return _fitted(block, crown_mesh(_in_box_of(block)[0], boxy=form == 2)) if twin else block


def _conifer(s: Size3, o: Options, twin: bool) -> Mesh:
    block = lathe([(0.5, 0.0), (0.0, 1.0)], 8 if int(o.get("form", 0)) else 16, s)
    return _fitted(block, conifer_mesh(_in_box_of(block)[0])) if twin else block


def _person(s: Size3, o: Options, twin: bool) -> Mesh:
    block = _person_block(s, int(o.get("form", 0)))
    if not twin:
        return block
    body = bodies.figure(_in_box_of(block)[0], o.get("phase"))
    return block if body is None else _fitted(block, body_mesh(body))


def _person_block(s: Size3, form: int) -> Mesh:
    w, d, h = s
    if form == 0:
        return capsule(s)
    if form == 1:
        body = lathe([(0.5, 0.0), (0.5, 1.0)], 16, (w * 0.9, d * 0.9, h * 0.85))
        return join(body, sphere((w * 0.5, d * 0.6, h * 0.15), 14, (0, 0, h * 0.85)))
    if form == 2:
        body = lathe([(0.5, 0.0), (0.3, 1.0)], 16, (w, d, h * 0.85))
        return join(body, sphere((w * 0.5, d * 0.6, h * 0.16), 14, (0, 0, h * 0.84)))
    return box((w * 0.8, d * 0.7, h))


def _vehicle(block: Mesh, twin: bool) -> Mesh:
    if not twin:
        return block
    body = bodies.vehicle(_in_box_of(block)[0])
    return block if body is None else _fitted(block, body_mesh(body))


def _car(s: Size3, o: Options, twin: bool) -> Mesh:
    w, d, h = s
    form = int(o.get("form", 0))
    if form == 0:
        return _vehicle(box(s), twin)
    taper = (0.85, 0.75) if form == 2 else (1.0, 1.0)
    return _vehicle(
        join(box((w, d, h * 0.6)), box((w * 0.92, d * 0.55, h * 0.4), (0, -0.03 * d, h * 0.6), taper)), twin
    )


def _truck(s: Size3, o: Options, twin: bool) -> Mesh:
    w, d, h = s
    if int(o.get("form", 0)) == 0:
        return _vehicle(box(s), twin)
    cab = box((w, d * 0.28, h * 0.85), (0, d * 0.36, 0))
    return _vehicle(join(box((w, d * 0.72, h), (0, -d * 0.14, 0)), cab), twin)


def _bus(s: Size3, o: Options, twin: bool) -> Mesh:
    return _vehicle(box(s), twin)


BODIES: dict[str, Family] = {
    "bus": _bus,
    "bush": _crown,
    "car": _car,
    "conifer": _conifer,
    "crown": _crown,
    "person": _person,
    "truck": _truck,
}
"""Families by name."""
