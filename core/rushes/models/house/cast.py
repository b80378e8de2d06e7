"""Where rays meet bodies: hulls of two spheres, convex extrusions, crowns of leaves and conifers. NumPy only.

Every function takes rays as origins and directions (N, 3) float32 in the body's space and gives, for each ray, the
parameter t of the first hit in front of the origin (infinite: none) and the normal there (N, 3), unit or zero.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rushes.blender.bodies import Body, Solid, conifer_radius
from rushes.models.house.noise import Array

__all__ = ["cast_body", "cast_conifers", "cast_spheres"]

_CHUNK = 16_384
"""Rays at once."""
_NONE = np.float32(np.inf)


def _dot(a: Array, b: Array) -> Array:
    return np.einsum("...i,...i->...", a, b)


def cast_body(body: Body, origin: Array, way: Array) -> tuple[Array, Array]:
    """First hits of a figure or vehicle."""
    if body.turned:
        origin, way = _facing(origin), _facing(way)
    t = np.full(len(way), _NONE, np.float32)
    normal = np.zeros((len(way), 3), np.float32)
    cones = body.cones.astype(np.float32)
    for start in range(0, len(way), _CHUNK):
        part = slice(start, start + _CHUNK)
        if len(cones):
            t[part], normal[part] = _cones(cones, origin[part], way[part])
        if body.solids:
            t[part], normal[part] = _solids(body.solids, origin[part], way[part])
    if body.turned:
        normal = np.stack([normal[:, 1], -normal[:, 0], normal[:, 2]], -1)
    return t, normal


def _facing(v: Array) -> Array:
    return np.stack([-v[:, 1], v[:, 0], v[:, 2]], -1)


def _near(middle: Array, radius: Array, origin: Array, way: Array) -> Array:
    """(P, N) whether a ray passes each of P balls at all."""
    square = _dot(way, way)
    b = middle @ way.T - _dot(origin, way)
    away = _dot(middle, middle)[:, None] - 2 * (middle @ origin.T) + _dot(origin, origin)
    return away * square - b * b < (radius * radius)[:, None] * square


def _cones(cones: Array, origin: Array, way: Array) -> tuple[Array, Array]:
    """Hulls of two spheres, each in a stretched space: only pairs of a ray and a hull that come near are worked out."""
    a, b, ra, rb, stretch = cones[:, 0:3], cones[:, 3:6], cones[:, 6], cones[:, 7], cones[:, 8:11]
    widest = np.maximum(ra, rb) * stretch.max(-1)
    reach = 0.5 * np.sqrt(_dot(b - a, b - a)) + widest
    one, ray = np.nonzero(_near(0.5 * (a + b), reach, origin, way))
    t = np.full((len(cones), len(way)), _NONE, np.float32)
    t[one, ray] = _hull_hits(cones[one], origin[ray], way[ray])
    best = np.argmin(t, 0)
    far = t[best, np.arange(len(way))]
    met = np.isfinite(far)
    normal = np.zeros((len(way), 3), np.float32)
    normal[met] = _hull_normals(cones[best[met]], origin[met] + far[met, None] * way[met])
    return far, normal


def _hull_hits(cones: Array, origin: Array, way: Array) -> Array:
    """One hull a ray, (N, 11), to its parameter; the quadratic is Inigo Quilez'."""
    stretch = cones[:, 8:11]
    a, b = cones[:, 0:3] / stretch, cones[:, 3:6] / stretch
    ra, rb = cones[:, 6], cones[:, 7]
    ro, rd = origin / stretch, way / stretch
    size = np.sqrt(_dot(rd, rd))
    rd = rd / size[:, None]
    ba, oa, ob = b - a, ro - a, ro - b
    rr = ra - rb
    m0, m1, m2, m3 = _dot(ba, ba), _dot(ba, oa), _dot(ba, rd), _dot(rd, oa)
    m5, m6, m7 = _dot(oa, oa), _dot(rd, ob), _dot(ob, ob)
    d2 = m0 - rr * rr
    k2 = d2 - m2 * m2
    k1 = d2 * m3 - m1 * m2 + m2 * rr * ra
    k0 = d2 * m5 - m1 * m1 + 2 * m1 * rr * ra - m0 * ra * ra
    under = k1 * k1 - k0 * k2
    side = (-np.sqrt(np.maximum(under, 0)) - k1) / np.where(k2 > 1e-12, k2, np.float32(1))
    y = m1 - ra * rr + side * m2
    on_side = (under >= 0) & (y > 0) & (y < d2) & (k2 > 1e-12)
    h1, h2 = m3 * m3 - m5 + ra * ra, m6 * m6 - m7 + rb * rb
    t1 = np.where(h1 > 0, -m3 - np.sqrt(np.maximum(h1, 0)), _NONE)
    t2 = np.where(h2 > 0, -m6 - np.sqrt(np.maximum(h2, 0)), _NONE)
    t = np.where(on_side, side, np.minimum(t1, t2))
    return np.where(t > 0, t, _NONE) / size


def _hull_normals(cones: Array, spot: Array) -> Array:
    """Normals at points on hulls: away from the axis, or from the middle of the sphere that the point lies on."""
    stretch = cones[:, 8:11]
    a, b, spot = cones[:, 0:3] / stretch, cones[:, 3:6] / stretch, spot / stretch
    ba, rr = b - a, cones[:, 6] - cones[:, 7]
    d2 = _dot(ba, ba) - rr * rr
    y = _dot(ba, spot - a) - cones[:, 6] * rr
    share = np.clip(np.where(d2 > 1e-12, y / np.maximum(d2, np.float32(1e-12)), 0), 0, 1)
    return _unit((spot - a - share[:, None] * ba) / stretch)


def _unit(v: Array) -> Array:
    return v / np.maximum(np.sqrt(_dot(v, v)), np.float32(1e-9))[..., None]


def _planes(solid: Solid) -> Array:
    """(K + 2, 4) planes n·p <= d of an extrusion."""
    outline, x, half, slope = solid
    ahead = np.roll(outline, -1, 0) - outline
    flat = np.stack([ahead[:, 1], -ahead[:, 0]], -1)  # outwards, for outlines that run counter-clockwise
    flat = flat / np.linalg.norm(flat, axis=-1, keepdims=True)
    out = np.zeros((len(outline) + 2, 4), np.float32)
    out[:-2, 1:3], out[:-2, 3] = flat, np.sum(flat * outline, -1)
    out[-2:] = [[side, 0.0, -slope, half + side * x] for side in (-1.0, 1.0)]
    return out


def _ball(solid: Solid) -> list[float]:
    """Middle and radius of a ball round an extrusion."""
    outline, x, half, slope = solid
    middle = 0.5 * (outline.min(0) + outline.max(0))
    wide = half + slope * outline[:, 1]
    return [x, *middle, float(np.sqrt(np.max(np.sum((outline - middle) ** 2, -1) + wide**2)))]


def _solids(solids: Sequence[Solid], origin: Array, way: Array) -> tuple[Array, Array]:
    """Convex extrusions."""
    balls = np.asarray([_ball(s) for s in solids], np.float32)
    near = _near(balls[:, :3], balls[:, 3], origin, way)
    t = np.full(len(way), _NONE, np.float32)
    normal = np.zeros((len(way), 3), np.float32)
    for solid, touched in zip(solids, near, strict=True):
        rays = np.flatnonzero(touched)
        if not len(rays):
            continue
        planes = _planes(solid)
        slope = planes[:, :3] @ way[rays].T
        cut = (planes[:, 3:] - planes[:, :3] @ origin[rays].T) / np.where(np.abs(slope) > 1e-9, slope, np.float32(1e-9))
        enter = np.where(slope < 0, cut, -_NONE)
        plane = np.argmax(enter, 0)
        first = enter[plane, np.arange(len(rays))]
        last = np.where(slope >= 0, cut, _NONE).min(0)
        better = (first < last) & (first > 0) & (first < t[rays])
        t[rays[better]] = first[better]
        normal[rays[better]] = planes[plane[better], :3]
    return t, _unit(normal)


def cast_spheres(lobes: Array, origin: Array, way: Array) -> tuple[Array, Array]:
    """A union of spheres (L, C, 4), x, y, z, radius: only the rows that a ray comes near are worked out."""
    t = np.full(len(way), _NONE, np.float32)
    normal = np.zeros((len(way), 3), np.float32)
    middle = lobes[:, 0, :3].astype(np.float32)
    out = np.linalg.norm(lobes[..., :3] - lobes[:, :1, :3], axis=-1) + lobes[..., 3]
    reach, small = out.max(1).astype(np.float32), lobes.astype(np.float32)
    for start in range(0, len(way), _CHUNK):
        ro, rd = origin[start : start + _CHUNK], way[start : start + _CHUNK]
        square, along = _dot(rd, rd), _dot(ro, rd)
        best, at = t[start : start + _CHUNK], normal[start : start + _CHUNK]
        near_by = _near(middle, reach, ro, rd)
        soonest = (middle @ rd.T - along) / square - reach[:, None] / np.sqrt(square)
        for number in np.argsort(soonest.mean(1)).tolist():
            row = small[number]
            rays = np.flatnonzero(near_by[number] & (soonest[number] < best))
            if not len(rays):
                continue
            o, d = ro[rays], rd[rays]
            b = row[:, :3] @ d.T - along[rays]
            c = (_dot(row[:, :3], row[:, :3]) - row[:, 3] ** 2)[:, None] - 2 * (row[:, :3] @ o.T) + _dot(o, o)
            under = b * b - square[rays] * c
            near = np.where(under > 0, b - np.sqrt(np.maximum(under, 0)), _NONE)
            which = np.argmin(near, 0)
            found = near[which, np.arange(len(rays))] / square[rays]
            better = (found < best[rays]) & (found > 0)
            hit = rays[better]
            best[hit] = found[better]
            at[hit] = o[better] + found[better, None] * d[better] - row[which[better], :3]
    return t, _unit(normal)


def cast_conifers(turn: Array, origin: Array, way: Array, steps: int = 20) -> tuple[Array, Array]:
    """Conifers in their unit cones, each ray with the `turn` of its tree; `conifer_radius` says where they end."""
    enter, leave = _unit_cone(origin, way)
    t = np.full(len(way), _NONE, np.float32)
    normal = np.zeros((len(way), 3), np.float32)
    seen = np.flatnonzero(enter < leave)
    if not len(seen):
        return t, normal
    ro, rd, near = origin[seen], way[seen], enter[seen]
    step = (leave[seen] - near) / steps
    share = np.arange(steps + 1, dtype=np.float32)
    spots = ro[:, None] + (near[:, None] + share * step[:, None])[..., None] * rd[:, None]
    inside = _depth(spots, turn[seen, None]) > 0
    met = inside.any(1)
    k = np.argmax(inside, 1).astype(np.float32)
    low, high = near + np.maximum(k - 1, 0) * step, near + k * step
    for _ in range(5):
        middle = 0.5 * (low + high)
        deep = _depth(ro + middle[:, None] * rd, turn[seen]) > 0
        low, high = np.where(deep, low, middle), np.where(deep, middle, high)
    t[seen] = np.where(met, high, _NONE)
    spot = ro + high[:, None] * rd
    e = np.float32(0.012)
    slope = [
        _depth(spot - np.eye(3, dtype=np.float32)[k] * e, turn[seen])
        - _depth(spot + np.eye(3, dtype=np.float32)[k] * e, turn[seen])
        for k in range(3)
    ]
    normal[seen] = _unit(np.stack(slope, -1))
    return t, normal


def _depth(p: Array, turn: Array) -> Array:
    """How far a point lies inside a conifer, measured across; negative outside."""
    inside = conifer_radius(p[..., 2], np.arctan2(p[..., 1], p[..., 0]), turn) - np.hypot(p[..., 0], p[..., 1])
    return np.where((p[..., 2] < 0) | (p[..., 2] > 1), -1.0, inside)


def _unit_cone(ro: Array, rd: Array) -> tuple[Array, Array]:
    """Where rays enter and leave the cone with radius 1 at z = 0 and its tip at z = 1; (inf, -inf) for a miss."""
    q = 1 - ro[:, 2]
    a = rd[:, 0] ** 2 + rd[:, 1] ** 2 - rd[:, 2] ** 2
    b = ro[:, 0] * rd[:, 0] + ro[:, 1] * rd[:, 1] + q * rd[:, 2]
    c = ro[:, 0] ** 2 + ro[:, 1] ** 2 - q * q
    a = np.where(np.abs(a) > 1e-9, a, np.float32(1e-9))
    under = b * b - a * c
    root = np.sqrt(np.maximum(under, 0))
    found = np.stack([(-b - root) / a, (-b + root) / a], -1)
    z = ro[:, 2:3] + found * rd[:, 2:3]
    floor = np.where(np.abs(rd[:, 2]) > 1e-9, -ro[:, 2] / np.where(np.abs(rd[:, 2]) > 1e-9, rd[:, 2], 1), _NONE)
    on_floor = np.hypot(ro[:, 0] + floor * rd[:, 0], ro[:, 1] + floor * rd[:, 1]) <= 1 if len(ro) else floor > 0
    good = (z >= 0) & (z <= 1) & (under > 0)[:, None]
    spots = np.concatenate([np.where(good, found, np.nan), np.where(on_floor, floor, np.nan)[:, None]], -1)
    some = np.isfinite(spots).sum(-1) >= 2
    filled = np.where(some[:, None], spots, 0.0)
    first = np.where(some, np.fmin.reduce(filled, -1), _NONE)
    last = np.where(some, np.fmax.reduce(filled, -1), -_NONE)
    return np.maximum(first, 0).astype(np.float32), last.astype(np.float32)
