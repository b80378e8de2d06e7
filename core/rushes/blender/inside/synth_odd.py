"""Shapes nobody designed for the house model: lumps, curved walls, arches, hulls, domes, cables. NumPy only, no bpy.

Blockout and twin are the same: what the model has never been told about is to be drawn as it is.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rushes.blender.inside.synth_shapes import Family, Mesh, Options, Size3, box, join, lathe, sphere

__all__ = ["ODD", "rolling"]


def _lump(s: Size3, o: Options, twin: bool) -> Mesh:
    """A smooth organic body: a ball pushed about by a few waves."""
    verts, faces = sphere(s, 32)
    salt = o.get("salt", 0.0)
    unit = (verts - np.array([0, 0, s[2] / 2])) / (np.asarray(s) / 2)
    x, y, z = unit.T
    wave = np.sin(2.3 * x + salt) * np.cos(1.9 * y - salt) + 0.6 * np.sin(3.1 * z + 2 * x + 2 * salt)
    push = 0.8 + 0.17 * wave
    return (verts - np.array([0, 0, s[2] / 2])) * push[:, None] + np.array([0, 0, s[2] / 2]), faces


def _ring(s: Size3, angles: tuple[float, float], height: float, thick: float, n: int) -> Mesh:
    """A wall along an arc about z, outer radii half of the size."""
    a = np.linspace(*angles, n)
    outer = np.stack([0.5 * s[0] * np.cos(a), 0.5 * s[1] * np.sin(a)], -1)
    inner = outer * (1 - thick)
    rows = [
        np.concatenate([p, np.full((n, 1), z)], -1)
        for p, z in ((outer, 0.0), (outer, height), (inner, height), (inner, 0.0))
    ]
    verts = np.concatenate(rows)
    faces: list[tuple[int, ...]] = []
    for k in range(n - 1):
        for r in range(4):
            q = (r + 1) % 4
            faces.append((r * n + k, r * n + k + 1, q * n + k + 1, q * n + k))
    faces += [(0, n, 2 * n, 3 * n), (4 * n - 1, 3 * n - 1, 2 * n - 1, n - 1)]
    return verts, faces


def _curved_wall(s: Size3, o: Options, twin: bool) -> Mesh:
    span = o.get("span", 1.6)
    verts, faces = _ring(s, (math.pi / 2 - span / 2, math.pi / 2 + span / 2), s[2], o.get("thick", 0.1), 25)
    return verts, faces


def _arch(s: Size3, o: Options, twin: bool) -> Mesh:
    """An arch in the xz plane, as deep as y."""
    w, d, h = s
    leg = max(0.1, h - w / 2)
    n = 17
    a = np.linspace(0, math.pi, n)
    outer = [(w / 2, 0.0), *((w / 2 * math.cos(t), leg + (h - leg) * math.sin(t)) for t in a), (-w / 2, 0.0)]
    k = 0.72
    inner = [(k * x, max(0.0, leg + k * (z - leg)) if z > 0 else 0.0) for x, z in outer]
    m = len(outer)
    verts = [(x, y, z) for y in (-d / 2, d / 2) for x, z in (*outer, *inner)]
    faces: list[tuple[int, ...]] = []
    for i in range(m - 1):
        faces.append((i, i + 1, 2 * m + i + 1, 2 * m + i))
        faces.append((m + i + 1, m + i, 3 * m + i, 3 * m + i + 1))
        faces.append((i + 1, i, m + i, m + i + 1))
        faces.append((2 * m + i, 2 * m + i + 1, 3 * m + i + 1, 3 * m + i))
    faces += [(0, 2 * m, 3 * m, m), (m - 1, 2 * m - 1, 4 * m - 1, 3 * m - 1)]
    return np.asarray(verts, float), faces


def _dome(s: Size3, o: Options, twin: bool) -> Mesh:
    profile = [(0.5 * math.cos(math.pi / 2 * k / 10), math.sin(math.pi / 2 * k / 10)) for k in range(10)]
    return lathe([*profile, (0.0, 1.0)], 32, s)


def _shard(s: Size3, o: Options, twin: bool) -> Mesh:
    """A crooked prism: convex, no two faces parallel."""
    rng = np.random.default_rng(int(o.get("salt", 0.0)))
    n = int(rng.integers(4, 8))
    a = np.sort(rng.uniform(0, 2 * math.pi, n) * 0.35 + np.arange(n) * 2 * math.pi / n * 0.65)
    low = np.stack([0.5 * np.cos(a), 0.5 * np.sin(a), np.zeros(n)], -1)
    high = low * rng.uniform(0.35, 0.95) + np.array([*rng.uniform(-0.12, 0.12, 2), 1.0])
    high[:, 2] += 0.15 * (high[:, :2] @ rng.uniform(-1, 1, 2)) - 0.1
    verts = np.concatenate([low, high]) * np.asarray(s)
    faces: list[tuple[int, ...]] = [tuple(reversed(range(n))), tuple(range(n, 2 * n))]
    faces += [(k, (k + 1) % n, n + (k + 1) % n, n + k) for k in range(n)]
    return verts, faces


def _dent(s: Size3, o: Options, twin: bool) -> Mesh:
    """A concave block: an L, a U or a cross of boxes."""
    w, d, h = s
    form = int(o.get("salt", 0.0)) % 3
    if form == 0:
        return join(box((w, 0.35 * d, h), (0, -0.325 * d, 0)), box((0.35 * w, d, 0.6 * h), (-0.325 * w, 0, 0)))
    if form == 1:
        sides = [box((0.25 * w, d, h), (x * 0.375 * w, 0, 0)) for x in (-1, 1)]
        return join(*sides, box((w, d, 0.3 * h)))
    return join(box((w, 0.34 * d, h)), box((0.34 * w, d, 0.7 * h)))


def _steps(s: Size3, o: Options, twin: bool) -> Mesh:
    """Stairs rising along +y; the twin's treads stand out."""
    w, d, h = s
    n = max(3, round(h / 0.19))
    boxes = [box((w, d * (n - k) / n, h / n), (0, d * k / n / 2, h * k / n)) for k in range(n)]
    if twin:
        lip = min(0.03, 0.2 * d / n)
        boxes += [box((w, 2 * lip, 0.04), (0, -d / 2 + d * k / n, h * (k + 1) / n - 0.04)) for k in range(n)]
    return join(*boxes)


def _cable(s: Size3, o: Options, twin: bool) -> Mesh:
    """A thin line along y that sags from both ends, which hang at the top."""
    w, d, h = s
    n = 17
    t = np.linspace(-1, 1, n)
    z = h * t * t
    ring = [(math.cos(a), math.sin(a)) for a in np.arange(5) * 2 * math.pi / 5]
    verts = [(w / 2 * c, y * d / 2, k + w / 2 * sn) for y, k in zip(t, z, strict=True) for c, sn in ring]
    faces: list[tuple[int, ...]] = []
    for i in range(n - 1):
        for j in range(5):
            q = (j + 1) % 5
            faces.append((5 * i + j, 5 * i + q, 5 * i + 5 + q, 5 * i + 5 + j))
    return np.asarray(verts, float), faces


def rolling(x: Any, y: Any, o: Options) -> Any:
    """Height of rolling land at x, y: flat near the origin, waves `wave` m long, `amount` m high, longer far out."""
    salt, k = o.get("salt", 0.0), 2 * math.pi / o.get("wave", 40.0)
    far = np.hypot(x, y)
    z = np.sin(k * x + salt) * np.cos(0.7 * k * y - salt) + 0.5 * np.sin(0.43 * k * (x + y) + 2 * salt) + 0.6
    slow = np.sin(0.021 * x + salt) * np.cos(0.017 * y - salt) + 0.6
    near = np.clip((far - o.get("flat", 5.0)) / 18.0, 0, 1)
    wide = np.clip((far - 90.0) / 120.0, 0, 1)
    return o.get("amount", 3.0) * (z * (1 - wide) + 2.5 * slow * wide) * near * near * (3 - 2 * near)


def _hills(s: Size3, o: Options, twin: bool) -> Mesh:
    """Smooth rolling land all around, see `rolling`."""
    n = 120
    t = np.linspace(-1, 1, n)
    axis = np.sign(t) * np.abs(t) ** 1.8 * s[0] / 2
    x, y = np.meshgrid(axis, axis, indexing="ij")
    z = rolling(x, y, o)
    faces: list[tuple[int, ...]] = [
        (i * n + j, (i + 1) * n + j, (i + 1) * n + j + 1, i * n + j + 1) for i in range(n - 1) for j in range(n - 1)
    ]
    return np.stack([x, y, z], -1).reshape(-1, 3), faces


ODD: dict[str, Family] = {
    "arch": _arch,
    "cable": _cable,
    "curved_wall": _curved_wall,
    "dent": _dent,
    "dome": _dome,
    "hills": _hills,
    "lump": _lump,
    "shard": _shard,
    "steps": _steps,
}
"""Families by name."""
