"""Six blockouts (and a lens) that the training kit never makes, as plain meshes: how the model takes what it never saw.

Each is a function that returns a `Blockout`; the meshes are NumPy only. `write_blockout` puts one into the file that
`rushes.blender.inside.eval_render.render_meshes` reads.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import CameraFrame, Matrix4, Vec3
from rushes.models.house.surface import HouseFrame, HouseObject
from rushes.training.twin import RenderedScene

__all__ = ["UNSEEN", "Blockout", "Thing", "frame_of", "write_blockout"]

Points = NDArray[np.float64]
Faces = NDArray[np.int64]

_SUN: Vec3 = (-0.5, -0.55, 0.67)


@dataclass(frozen=True)
class Thing:
    """One object: a mesh about its own location."""

    cls: str
    color: Vec3
    """Linear Rec.709."""
    verts: Points
    """(N, 3) metres"""
    faces: Faces
    """(M, 4), the last -1 for a triangle"""
    location: Vec3 = (0.0, 0.0, 0.0)
    smooth: bool = False
    simple: bool = False


@dataclass(frozen=True)
class Blockout:
    """A scene that an artist might bring."""

    name: str
    place: str
    camera: tuple[Vec3, Vec3, float]
    """Location, target, lens in mm."""
    things: list[Thing]
    words: dict[str, str] = field(default_factory=dict[str, str])
    """Hour, weather and mood where they are not day, clear, neutral."""
    sun: Vec3 = _SUN


def _grid(points: Points, *, around: bool = False, over: bool = False) -> tuple[Points, Faces]:
    """Quads over a grid of points (A, B, 3), closed `around` the first axis and `over` the second."""
    a, b = points.shape[:2]
    i, j = np.meshgrid(np.arange(a if around else a - 1), np.arange(b if over else b - 1), indexing="ij")

    def at(i: Faces, j: Faces) -> Faces:
        return (i % a) * b + j % b

    faces = np.stack([at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)], -1).reshape(-1, 4)
    return points.reshape(-1, 3), faces


def _box(size: Vec3, at: Vec3 = (0.0, 0.0, 0.0), yaw: float = 0.0) -> tuple[Points, Faces]:
    """A box standing on `at`."""
    corners = np.array([(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0.0, 1.0)]) * size
    c, s = math.cos(yaw), math.sin(yaw)
    turned = corners @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]) + at
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return turned, np.array(faces, np.int64)


def _joined(parts: Sequence[tuple[Points, Faces]]) -> tuple[Points, Faces]:
    """Several meshes as one."""
    verts: list[Points] = []
    faces: list[Faces] = []
    count = 0
    for points, quads in parts:
        verts.append(points)
        faces.append(np.where(quads < 0, -1, quads + count))
        count += len(points)
    return np.concatenate(verts), np.concatenate(faces)


def _ellipsoid(at: Vec3, radii: Vec3, n: int = 16) -> tuple[Points, Faces]:
    around, up = np.meshgrid(
        np.linspace(0, 2 * np.pi, 2 * n, endpoint=False), np.linspace(-1.55, 1.55, n), indexing="ij"
    )
    ball = np.stack([np.cos(around) * np.cos(up), np.sin(around) * np.cos(up), np.sin(up)], -1)
    return _grid(ball * radii + at, around=True)


def _limb(a: Vec3, b: Vec3, start: float, end: float, n: int = 14) -> tuple[Points, Faces]:
    """A tapered, rounded limb between two joints."""
    first, last = np.array(a), np.array(b)
    way = (last - first) / np.linalg.norm(last - first)
    side = np.cross(way, (0.0, 1.0, 0.0) if abs(way[1]) < 0.9 else (1.0, 0.0, 0.0))
    side /= np.linalg.norm(side)
    other = np.cross(way, side)
    t = np.linspace(-1, 1, n)
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    length = np.linalg.norm(last - first) / 2
    radius = (start + (end - start) * (t + 1) / 2) * np.sqrt(np.maximum(1 - np.abs(t) ** 8, 0.02))
    ring = np.cos(angle)[:, None, None] * side + np.sin(angle)[:, None, None] * other
    axis = (first + last) / 2 + way * (t * (length + 0.5 * (start + end) / 2))[None, :, None]
    return _grid(ring * radius[None, :, None] + axis, around=True)


def _plane(half: float, color: Vec3, cls: str = "ground") -> Thing:
    verts = np.array([(-half, -half, 0), (half, -half, 0), (half, half, 0), (-half, half, 0)], np.float64)
    return Thing(cls, color, verts, np.array([[0, 1, 2, 3]]))


def _figure(at: Vec3, height: float = 1.75) -> Thing:
    """A walking mannequin of about 5,000 vertices."""
    k = height / 1.75
    joints: list[tuple[Vec3, Vec3, float, float]] = [
        ((0.1, 0, 0.92), (0.12, 0.22, 0.5), 0.09, 0.065), ((0.12, 0.22, 0.5), (0.12, 0.08, 0.08), 0.06, 0.045),
        ((-0.1, 0, 0.92), (-0.12, -0.12, 0.48), 0.09, 0.065), ((-0.12, -0.12, 0.48), (-0.12, -0.42, 0.14), 0.06, 0.045),
        ((0.21, 0, 1.42), (0.27, -0.16, 1.14), 0.055, 0.045), ((0.27, -0.16, 1.14), (0.24, 0.04, 0.94), 0.042, 0.034),
        ((-0.21, 0, 1.42), (-0.27, 0.12, 1.14), 0.055, 0.045), ((-0.27, 0.12, 1.14), (-0.2, 0.34, 1.02), 0.042, 0.034),
        ((0, 0, 1.4), (0, 0.01, 1.56), 0.06, 0.055), ((0.12, 0.04, 0.05), (0.12, 0.24, 0.04), 0.045, 0.035),
        ((-0.12, -0.42, 0.12), (-0.12, -0.26, 0.04), 0.045, 0.035),
    ]  # fmt: skip
    parts = [_limb(a, b, r, s) for a, b, r, s in joints]
    parts += [_ellipsoid((0, 0.02, 1.64), (0.085, 0.1, 0.12)), _ellipsoid((0, 0, 1.22), (0.2, 0.12, 0.29))]
    parts.append(_ellipsoid((0, 0, 0.95), (0.17, 0.12, 0.14)))
    verts, faces = _joined(parts)
    return Thing("character", (0.12, 0.2, 0.36), verts * k, faces, at, smooth=True)


def _organic() -> Blockout:
    """A smooth torus knot, as a sculptor's piece on a square."""
    t, s = np.linspace(0, 2 * np.pi, 180, endpoint=False), np.linspace(0, 2 * np.pi, 18, endpoint=False)

    def curve(u: Points) -> Points:
        r = 2.0 + 0.9 * np.cos(3 * u)
        return np.stack([r * np.cos(2 * u), 0.8 * np.sin(3 * u), r * np.sin(2 * u)], -1)

    centre, way = curve(t), curve(t + 1e-3) - curve(t - 1e-3)
    way /= np.linalg.norm(way, axis=-1, keepdims=True)
    side = np.cross(way, (0.0, 1.0, 0.0))
    side /= np.linalg.norm(side, axis=-1, keepdims=True)
    ring = np.cos(s)[:, None] * side[:, None, :] + np.sin(s)[:, None] * np.cross(way, side)[:, None, :]
    thick = 0.42 + 0.12 * np.sin(5 * t)
    knot = _grid(centre[:, None, :] + thick[:, None, None] * ring, around=True, over=True)
    plinth = _box((3.0, 1.6, 1.0))
    things = [
        _plane(80, (0.3, 0.29, 0.27)),
        Thing("prop", (0.55, 0.24, 0.1), *knot, location=(0, 9, 4.2), smooth=True),
        Thing("prop", (0.5, 0.48, 0.45), *plinth, location=(0, 9, 0)),
        _figure((2.6, 7.5, 0)),
    ]
    return Blockout("organic sculpture", "city", ((0.6, -4.0, 1.7), (0.3, 9, 3.2), 35.0), things)


def _hills() -> Blockout:
    """Smooth terrain with a lake's shore: one mesh, no boxes anywhere."""
    x, y = np.meshgrid(np.linspace(-160, 160, 150), np.linspace(-20, 300, 150), indexing="ij")
    far = np.clip(np.hypot(x, y) / 70, 0, 1)
    z = 9 * far * (np.sin(x / 31) * np.cos(y / 37 + 0.6) + 0.5 * np.sin(x / 13 + y / 19)) + 0.0011 * (y - 20) ** 2
    things = [
        Thing("ground", (0.14, 0.2, 0.06), *_grid(np.stack([x, y, z - 1.0], -1)), smooth=True),
        _plane(300, (0.03, 0.07, 0.09), "water"),
        _figure((-1.5, 8.0, -0.4)),
    ]
    things[1] = Thing("water", (0.03, 0.07, 0.09), things[1].verts, things[1].faces, (0, 60, -1.2))
    return Blockout(
        "smooth hills", "forest", ((0, 0, 2.4), (4, 60, 4.5), 28.0), things, {"hour": "dusk"}, (0.9, 0.35, 0.16)
    )


def _stairs() -> Blockout:
    """A spiral staircase about a column, in a bare hall."""
    steps = [
        _box((2.2, 0.75, 0.16), (1.55 * math.cos(0.32 * k), 1.55 * math.sin(0.32 * k), 0.2 * k), 0.32 * k)
        for k in range(34)
    ]
    around = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    column = np.stack([np.cos(around)[:, None] * [0.45, 0.45], np.sin(around)[:, None] * [0.45, 0.45]], -1)
    tall = np.concatenate([column, np.broadcast_to(np.array([0.0, 7.5])[None, :, None], (24, 2, 1))], -1)
    wall = _box((14, 0.4, 8.5))
    things = [
        _plane(20, (0.28, 0.22, 0.16)),
        Thing("building", (0.5, 0.46, 0.4), *_joined(steps), location=(0, 8, 0)),
        Thing("building", (0.55, 0.52, 0.47), *_grid(tall, around=True), location=(0, 8, 0), smooth=True),
        Thing("building", (0.62, 0.55, 0.44), *wall, location=(0, 13, 0)),
        Thing("building", (0.62, 0.55, 0.44), *_box((0.4, 26, 8.5)), location=(-7, 4, 0)),
        _figure((2.9, 6.0, 0)),
    ]
    return Blockout("spiral staircase", "interior", ((1.2, -2.5, 1.6), (0.2, 8, 3.0), 24.0), things)


def _mannequin() -> Blockout:
    """Figures of many vertices, close up: drawn as they are, not as a block."""
    things = [
        _plane(80, (0.45, 0.33, 0.2)),
        _figure((-0.45, 3.4, 0), 1.8),
        _figure((0.75, 4.6, 0), 1.68),
        Thing("building", (0.5, 0.36, 0.22), *_box((9, 6, 4.5)), location=(-5, 16, 0), simple=True),
        Thing("building", (0.6, 0.45, 0.28), *_box((7, 6, 3.6)), location=(6, 19, 0), simple=True),
    ]
    return Blockout("mannequins", "desert", ((0, 0, 1.5), (0.1, 4, 1.05), 40.0), things)


def _arcade() -> Blockout:
    """A dome over a ring of arches."""
    around, up = np.meshgrid(np.linspace(0, 2 * np.pi, 48, endpoint=False), np.linspace(0, 1.5, 14), indexing="ij")
    dome = np.stack([6 * np.cos(around) * np.cos(up), 6 * np.sin(around) * np.cos(up), 6.6 + 5 * np.sin(up)], -1)
    parts: list[tuple[Points, Faces]] = []
    for k in range(12):
        turn = 2 * math.pi * (k + 0.5) / 12
        for side in (-1, 1):
            angle = turn + side * 0.22
            parts.append(_box((0.55, 0.5, 3.6), (5.8 * math.cos(angle), 5.8 * math.sin(angle), 0), angle))
        t = np.linspace(0, np.pi, 14)
        narrow, wide = turn + 0.18 * np.cos(t), turn + math.pi / 12 * np.cos(t)
        inner = np.stack([np.cos(narrow), np.sin(narrow), 3.6 + 1.0 * np.sin(t)], -1)
        outer = np.stack([np.cos(wide), np.sin(wide), np.where(np.sin(t) > 0.01, 6.6, 3.6)], -1)
        rings = [inner * (r, r, 1) for r in (5.5, 6.1)] + [outer * (r, r, 1) for r in (6.1, 5.5)]
        parts.append(_grid(np.stack(rings), around=True))
    things = [
        _plane(80, (0.75, 0.55, 0.33)),
        Thing("building", (0.7, 0.52, 0.33), *_joined(parts), location=(0, 16, 0)),
        Thing("building", (0.18, 0.36, 0.36), *_grid(dome, over=False, around=True), location=(0, 16, 0), smooth=True),
        _figure((-2.2, 7.0, 0)),
    ]
    return Blockout("dome and arches", "desert", ((2.0, -1.5, 1.7), (0, 16, 4.6), 26.0), things)


def _aerial() -> Blockout:
    """Two hundred blocks from above."""
    rng = np.random.default_rng(4)
    things = [_plane(400, (0.09, 0.09, 0.1))]
    for k in range(200):
        i, j = k % 20 - 10, k // 20
        size = (
            float(rng.uniform(8, 15)),
            float(rng.uniform(8, 15)),
            float(rng.uniform(5, 12) + 40 * rng.random() ** 4),
        )
        shade = float(rng.uniform(0.2, 0.5))
        color = (shade * 1.05, shade * float(rng.uniform(0.8, 1)), shade * float(rng.uniform(0.65, 0.95)))
        at = (18.0 * i + float(rng.uniform(-1, 1)), 20.0 * j + 20, 0.0)
        things.append(Thing("building", color, *_box(size), location=at, simple=True))
    return Blockout("aerial, 200 blocks", "city", ((-10, -70, 95), (0, 60, 0), 30.0), things)


def _wide() -> Blockout:
    """A street corner through a 10 mm lens."""
    blocks: list[tuple[Vec3, Vec3, Vec3]] = [
        ((9, 14, 13), (-8.5, 9, 0), (0.42, 0.2, 0.14)), ((9, 10, 9), (-8.5, 23, 0), (0.5, 0.44, 0.36)),
        ((9, 12, 17), (8.5, 8, 0), (0.3, 0.32, 0.36)), ((12, 10, 11), (9, 21, 0), (0.55, 0.42, 0.28)),
        ((30, 10, 14), (0, 42, 0), (0.4, 0.36, 0.32)),
    ]  # fmt: skip
    things = [_plane(120, (0.1, 0.1, 0.11))]
    things += [Thing("building", color, *_box(size), location=at, simple=True) for size, at, color in blocks]
    things.append(Thing("vehicle", (0.45, 0.05, 0.04), *_box((1.9, 4.4, 1.5)), location=(-1.9, 6, 0), simple=True))
    things.append(Thing("character", (0.1, 0.2, 0.4), *_box((0.5, 0.4, 1.75)), location=(1.2, 4.0, 0), simple=True))
    return Blockout("10 mm lens", "city", ((0, 0, 1.6), (0.4, 10, 2.6), 10.0), things, {"weather": "overcast"})


UNSEEN: tuple[Callable[[], Blockout], ...] = (_organic, _hills, _stairs, _mannequin, _arcade, _aerial, _wide)
"""What the sheet of unseen blockouts shows, in order."""


def write_blockout(blockout: Blockout, path: Path) -> Path:
    """Write the file that `eval_render.render_meshes` reads; returns it."""
    location, target, lens = blockout.camera
    plan: dict[str, Any] = {
        "seed": 0,
        "place": blockout.place,
        "sun": list(np.array(blockout.sun) / np.linalg.norm(blockout.sun)),
        "camera": {"location": list(location), "target": list(target), "lens": lens},
        "objects": [{"cls": t.cls, "location": list(t.location), "smooth": t.smooth} for t in blockout.things],
    }
    arrays: dict[str, Any] = {}
    for i, thing in enumerate(blockout.things):
        arrays |= {f"verts_{i}": thing.verts, f"faces_{i}": thing.faces}
    with path.open("wb") as stream:
        np.savez(stream, plan=np.array(json.dumps(plan)), **arrays)
    return path


def frame_of(scene: RenderedScene, blockout: Blockout, seed: int = 3) -> HouseFrame:
    """The rendered blockout as the model gets it."""
    a = scene.arrays
    rows: Matrix4 = tuple(tuple(float(x) for x in row) for row in a["camera"])  # pyright: ignore[reportAssignmentType]
    camera = CameraFrame(
        frame=1, matrix_world=rows, type="PERSP", lens=float(a["lens"]), ortho_scale=6.0, sensor_width=36.0,
        sensor_height=24.0, sensor_fit="AUTO", shift_x=0.0, shift_y=0.0, clip_start=0.05, clip_end=2000.0,
    )  # fmt: skip
    things = {
        i + 1: HouseObject(i + 1, t.cls, t.color, a["matrices"][i], a["boxes"][i], simple=t.simple)
        for i, t in enumerate(blockout.things)
    }
    sun: Vec3 = tuple(scene.plan["sun"])
    return HouseFrame(
        depth=a["z"].astype(np.float32), normal=a["normal"].astype(np.float32) / 32000, ids=a["ids"].astype(np.int32),
        direct=a["direct"].astype(np.float32) / 255, camera=camera, objects=things, sun=sun, place=blockout.place,
        seed=seed, weather=blockout.words.get("weather", "clear"),
    )  # fmt: skip
