"""Street furniture, harbour things and whatever else stands outdoors in training scenes. NumPy only, no bpy.

The blockout is what an artist blocks from a few boxes and cylinders; the twin keeps its silhouette and adds the form
that follows from the thing's own extents: cornices, eaves, slats, lattices, treads.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from rushes.blender.inside.synth_furniture import FURNITURE
from rushes.blender.inside.synth_odd import ODD
from rushes.blender.inside.synth_shapes import Family, Mesh, Options, Size3, box, displaced, fit, lathe, plane, sphere

__all__ = ["THINGS"]


def rod(start: Size3, end: Size3, radius: float, sides: int = 6) -> Mesh:
    """A round bar between two points."""
    a, b = np.asarray(start, float), np.asarray(end, float)
    way = b - a
    length = float(np.linalg.norm(way))
    way = way / max(length, 1e-9)
    side = np.cross(way, (0.0, 0.0, 1.0) if abs(way[2]) < 0.9 else (1.0, 0.0, 0.0))
    side /= np.linalg.norm(side)
    verts, faces = lathe([(radius, 0.0), (radius, length)], sides)
    frame = np.stack([side, np.cross(way, side), way])
    return verts @ frame + a, faces


def _tower(s: Size3, o: Options, twin: bool) -> Mesh:
    """A house or tower with a flat roof; the twin has cornice, plinth and, when it is tall, a band over the shops."""
    w, d, h = s
    if not twin or h < 2.2:
        return box(s)
    out = 0.12
    parts = [box(s), box((w + 2 * out, d + 2 * out, 0.24), (0, 0, h - 0.3)), box((w + 0.1, d + 0.1, 0.42))]
    if h > 8.5:
        parts.append(box((w + 0.24, d + 0.24, 0.2), (0, 0, 4.0)))
    return fit(*parts)


def _gable_house(s: Size3, o: Options, twin: bool) -> Mesh:
    """A house: walls and a pitched roof, ridge along y; the twin's roof has eaves, a ridge and a chimney."""
    w, d, h = s
    wall = h * (1 - o.get("roof", 0.35))
    over = 0.22 if twin else 0.0
    drop = over * (h - wall) / (w / 2)
    x, y = w / 2 + over, d / 2 + over
    corners = [(-x, -y, wall - drop), (x, -y, wall - drop), (x, y, wall - drop), (-x, y, wall - drop)]
    roof = np.asarray([*corners, (0, -y, h), (0, y, h)], float)
    faces: list[tuple[int, ...]] = [(0, 1, 4), (2, 3, 5), (1, 2, 5, 4), (3, 0, 4, 5), (3, 2, 1, 0)]
    parts: list[Mesh] = [box((w, d, wall)), (roof, faces)]
    if twin:
        parts.append(box((0.18, 2 * y, 0.1), (0, 0, h - 0.04)))
        parts.append(box((w + 0.1, d + 0.1, 0.42)))
    return fit(*parts)


def _bench(s: Size3, o: Options, twin: bool) -> Mesh:
    w, d, h = s
    seat = 0.52 * h
    legs = [box((0.07 * w, 0.85 * d, seat), (x * 0.4 * w, 0, 0)) for x in (-1, 1)]
    if not twin:
        return fit(*legs, box((w, d, 0.1 * h), (0, 0, seat)), box((w, 0.14 * d, 0.42 * h), (0, -0.43 * d, 0.58 * h)))
    slats = [box((w, 0.27 * d, 0.08 * h), (0, (k - 1) * 0.34 * d, seat)) for k in range(3)]
    backs = [box((w, 0.1 * d, 0.17 * h), (0, -0.43 * d, (0.6 + 0.22 * k) * h)) for k in range(2)]
    posts = [box((0.05 * w, 0.08 * d, 0.42 * h), (x * 0.4 * w, -0.47 * d, 0.56 * h)) for x in (-1, 1)]
    return fit(*legs, *slats, *backs, *posts)


def _bin(s: Size3, o: Options, twin: bool) -> Mesh:
    w, _, h = s
    if not twin:
        return lathe([(0.5, 0.0), (0.5, 1.0)], 20, s)
    lid = [(0.42, 0.0), (0.44, 0.86 * h / w), (0.5, 0.86 * h / w), (0.5, 0.93 * h / w), (0.36, h / w), (0.0, h / w)]
    return lathe(lid, 20, (w, w, w))


def _hydrant(s: Size3, o: Options, twin: bool) -> Mesh:
    w, _, h = s
    body = lathe([(0.36, 0.0), (0.36, 1.0)], 14, (w, w, h))
    arm = box((w, 0.3 * w, 0.16 * h), (0, 0, 0.58 * h))
    if not twin:
        return fit(body, arm)
    profile = [(0.5, 0), (0.5, 0.07), (0.33, 0.09), (0.33, 0.74), (0.42, 0.76), (0.42, 0.82), (0.3, 0.92), (0.0, 1.0)]
    return fit(lathe(profile, 14, (w, w, h)), arm)


def _sign(s: Size3, o: Options, twin: bool) -> Mesh:
    """A post with a board; `round` makes a disc of it."""
    w, d, h = s
    post = lathe([(0.5, 0.0), (0.5, 1.0)], 8, (0.08, 0.08, h))
    if o.get("round", 0.0) > 0.5:
        verts, faces = lathe([(0.5, 0.0), (0.5, 1.0)], 20, (w, w, d))
        turned = np.stack([verts[:, 0], verts[:, 2] - d / 2, verts[:, 1] + h - w / 2], -1)
        return fit(post, (turned, faces))
    return fit(post, box((w, d, 0.6 * w), (0, 0, h - 0.62 * w)))


def _traffic(s: Size3, o: Options, twin: bool) -> Mesh:
    w, d, h = s
    post = lathe([(0.5, 0.0), (0.5, 1.0)], 8, (0.13, 0.13, h))
    head = box((w, d, 0.9), (0, 0, h - 0.95))
    if not twin:
        return fit(post, head)
    hoods = [box((0.8 * w, 0.16, 0.05), (0, 0.5 * d + 0.08, h - 0.95 + 0.28 * (k + 1))) for k in range(3)]
    return fit(post, head, *hoods)


def _bus_stop(s: Size3, o: Options, twin: bool) -> Mesh:
    w, d, h = s
    posts = [box((0.09, 0.09, h), (x * (w / 2 - 0.08), -d / 2 + 0.08, 0)) for x in (-1, 1)]
    roof = box((w, d, 0.14), (0, 0, h - 0.14))
    seat = box((0.7 * w, 0.4, 0.08), (0, -0.25 * d, 0.45))
    back = box((0.94 * w, 0.05, 0.72 * h), (0, -d / 2 + 0.08, 0.15 * h))
    if not twin:
        return fit(*posts, roof, seat, back)
    bars = [box((0.05, 0.09, 0.8 * h), (x * 0.3 * w, -d / 2 + 0.08, 0.1 * h)) for x in (-1, 0, 1)]
    return fit(*posts, roof, seat, back, *bars, box((w + 0.06, d + 0.06, 0.06), (0, 0, h - 0.06)))


def _awning(s: Size3, o: Options, twin: bool) -> Mesh:
    """A slanted roof over a shop, its wall side at -y."""
    w, d, h = s
    x, y = w / 2, d / 2
    t = 0.06
    verts = [
        (sx * x, sy * y, (h if sy < 0 else 0.3 * h) + k)
        for k in (0.0, -t)
        for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    faces: list[tuple[int, ...]] = [(0, 1, 2, 3), (7, 6, 5, 4), (0, 4, 5, 1), (1, 5, 6, 2), (2, 6, 7, 3), (3, 7, 4, 0)]
    sheet: Mesh = (np.asarray(verts, float), faces)
    return fit(sheet, box((w, 0.05, 0.3 * h), (0, y - 0.025, 0.0))) if twin else sheet


def _railing(s: Size3, o: Options, twin: bool) -> Mesh:
    """Posts and rails along y; the twin has thin bars between."""
    w, d, h = s
    n = max(1, round(d / 2.0))
    posts = [box((w, w, h), (0, (k / n - 0.5) * (d - w), 0)) for k in range(n + 1)]
    rails = [box((0.7 * w, d, 0.7 * w), (0, 0, z * h - 0.7 * w)) for z in (1.0, 0.55)]
    return fit(*posts, *rails)


def _fence(s: Size3, o: Options, twin: bool) -> Mesh:
    """Pickets along y: the blockout is a thin board, the twin has gaps narrower than the pickets."""
    w, d, h = s
    if not twin:
        return box(s)
    n = max(2, round(d / 0.17))
    step = d / n
    pickets = [box((0.5 * w, 0.72 * step, h), (0.25 * w, (k + 0.5) * step - d / 2, 0)) for k in range(n)]
    rails = [box((0.5 * w, d, 0.1), (-0.25 * w, 0, z * h)) for z in (0.2, 0.72)]
    return fit(*pickets, *rails)


def _well(s: Size3, o: Options, twin: bool) -> Mesh:
    w, _, h = s
    ring = lathe([(0.5, 0.0), (0.5, 0.4 * h / w), (0.4, 0.4 * h / w), (0.4, 0.1 * h / w)], 20, (w, w, w))
    posts = [box((0.1, 0.1, 0.85 * h), (x * 0.42 * w, 0, 0)) for x in (-1, 1)]
    lid = lathe([(0.62, 0.0), (0.0, 1.0)], 4, (w, w, 0.25 * h), (0, 0, 0.75 * h))
    return fit(ring, *posts, lid)


def _tent(s: Size3, o: Options, twin: bool) -> Mesh:
    """A ridge tent along y; the twin's cloth sags between ridge and ground."""
    w, d, h = s
    n = 7 if twin else 2
    t = np.linspace(0, 1, n)
    sag = 0.12 * h * np.sin(np.pi * t) if twin else np.zeros(n)
    verts: list[tuple[float, float, float]] = []
    for y in (-d / 2, d / 2):
        verts += [(-w / 2 * (1 - a), y, h * a - b) for a, b in zip(t, sag, strict=True)]
        verts += [(w / 2 * (1 - a), y, h * a - b) for a, b in zip(t[::-1][1:], sag[::-1][1:], strict=True)]
    m = 2 * n - 1
    faces: list[tuple[int, ...]] = [(k, k + 1, m + k + 1, m + k) for k in range(m - 1)]
    faces += [tuple(reversed(range(m))), tuple(range(m, 2 * m))]
    return np.asarray(verts, float), [tuple(reversed(f)) for f in faces]


def _cactus(s: Size3, o: Options, twin: bool) -> Mesh:
    w, _, h = s
    sides, t = (18 if twin else 10), 0.3 * w
    stem = lathe([(0.5, 0.0), (0.5, 0.92), (0.3, 0.98), (0.0, 1.0)], sides, (t, t, h))
    arms: list[Mesh] = []
    for x, low, high in ((-1, 0.36, 0.74), (1, 0.48, 0.86)):
        arms.append(rod((0, 0, low * h), (x * 0.38 * w, 0, low * h + 0.04 * h), 0.36 * t, sides))
        arms.append(
            lathe(
                [(0.5, 0.0), (0.5, 0.9), (0.0, 1.0)],
                sides,
                (0.75 * t, 0.75 * t, (high - low) * h),
                (x * 0.38 * w, 0, low * h),
            )
        )
    return fit(stem, *arms)


def _bare(s: Size3, o: Options, twin: bool) -> Mesh:
    """A tree without leaves: trunk and boughs; the twin's boughs fork once more."""
    w, _, h = s
    t = 0.045 * h
    parts = [lathe([(0.5, 0.0), (0.3, 1.0)], 8, (2 * t, 2 * t, 0.62 * h))]
    for k in range(7):
        a = 2.399 * k + o.get("salt", 0.0)
        z = (0.34 + 0.045 * k) * h
        reach = w * (0.5 - 0.03 * k)
        end = (reach * math.cos(a), reach * math.sin(a), min(h, z + 0.34 * h + 0.02 * h * k))
        parts.append(rod((0, 0, z), end, 0.3 * t, 6))
        if twin:
            mid = tuple(0.5 * (p + q) for p, q in zip((0, 0, z), end, strict=True))
            for turn in (-0.7, 0.7):
                tip = (
                    mid[0] + 0.3 * reach * math.cos(a + turn),
                    mid[1] + 0.3 * reach * math.sin(a + turn),
                    min(h, mid[2] + 0.16 * h),
                )
                parts.append(rod((mid[0], mid[1], mid[2]), tip, 0.14 * t, 5))
    return fit(*parts)


def _log(s: Size3, o: Options, twin: bool) -> Mesh:
    """A trunk lying along y."""
    w, d, h = s
    profile = [(0.5, 0.0), (0.5, 1.0)] if not twin else [(0.5, 0.0), (0.5, 0.3), (0.47, 0.5), (0.49, 0.8), (0.44, 1.0)]
    verts, faces = lathe(profile, 14 if twin else 10, (w, h, d))
    return np.stack([verts[:, 0], verts[:, 2] - d / 2, verts[:, 1] + h / 2], -1), [tuple(reversed(f)) for f in faces]


def _drift(s: Size3, o: Options, twin: bool) -> Mesh:
    """A low mound."""
    n = 25 if twin else 11
    t = np.linspace(-1, 1, n)
    x, y = np.meshgrid(t, t, indexing="ij")
    r = np.clip(1 - np.hypot(x, y), 0, 1)
    z = s[2] * r * r * (3 - 2 * r) * (1 + (0.1 * np.sin(5 * x + 3 * y) if twin else 0.0))
    verts = np.stack([x * s[0] / 2, y * s[1] / 2, z - 0.02], -1).reshape(-1, 3)
    faces: list[tuple[int, ...]] = [
        (i * n + j, (i + 1) * n + j, (i + 1) * n + j + 1, i * n + j + 1) for i in range(n - 1) for j in range(n - 1)
    ]
    return verts, faces


def _lantern(s: Size3, o: Options, twin: bool) -> Mesh:
    """A street lamp whose lantern sits on the post: the top 22 % shine."""
    w, _, h = s
    head = 0.22 * h
    if not twin:
        return fit(lathe([(0.5, 0.0), (0.5, 1.0)], 10, (0.16, 0.16, 0.8 * h)), box((w, w, head), (0, 0, h - head)))
    foot = lathe([(0.5, 0.0), (0.5, 0.08), (0.3, 0.1), (0.2, 0.16), (0.16, 1.0)], 12, (0.36, 0.36, 0.8 * h))
    lamp = lathe([(0.3, 0.0), (0.5, 0.75), (0.54, 0.76), (0.12, 0.98), (0.0, 1.0)], 8, (w, w, head), (0, 0, h - head))
    return fit(foot, lamp)


def _lamp_head(s: Size3, o: Options, twin: bool) -> Mesh:
    w, d, h = s
    return box(s) if not twin else fit(box((w, d, 0.6 * h), (0, 0, 0.4 * h)), box((0.85 * w, 0.85 * d, 0.4 * h)))


def _arm_post(s: Size3, o: Options, twin: bool) -> Mesh:
    """The post of a street lamp with an arm along +y, without its head."""
    _, d, h = s
    return fit(lathe([(0.5, 0.0), (0.32, 1.0)], 8, (0.18, 0.18, h)), box((0.08, d, 0.08), (0, 0.5 * d, h - 0.1)))


def _ship(s: Size3, o: Options, twin: bool) -> Mesh:
    """A freighter or a fishing boat: hull with a bow, house aft; the twin has rails, decks, funnel and masts."""
    w, d, h = s
    deck = 0.42 * h
    outline = [
        (-0.42, -0.5),
        (0.42, -0.5),
        (0.5, -0.3),
        (0.5, 0.2),
        (0.3, 0.4),
        (0.0, 0.5),
        (-0.3, 0.4),
        (-0.5, 0.2),
        (-0.5, -0.3),
    ]
    flare = 0.8 if twin else 0.9
    rise = [1.25 if y > 0.35 else 1.0 for _, y in outline] if twin else [1.0] * len(outline)
    verts = [(x * w * flare, y * d * 0.95, 0.0) for x, y in outline]
    verts += [(x * w, y * d, deck * k) for (x, y), k in zip(outline, rise, strict=True)]
    n = len(outline)
    faces: list[tuple[int, ...]] = [tuple(reversed(range(n))), tuple(range(n, 2 * n))]
    faces += [(k, (k + 1) % n, n + (k + 1) % n, n + k) for k in range(n)]
    hull: Mesh = (np.asarray(verts, float), faces)
    house = box((0.72 * w, 0.2 * d, 0.34 * h), (0, -0.3 * d, deck))
    bridge = box((0.8 * w, 0.12 * d, 0.12 * h), (0, -0.28 * d, deck + 0.34 * h))
    mast = box((0.03 * w, 0.03 * w, 0.12 * h), (0, -0.3 * d, 0.88 * h))
    funnel = lathe([(0.5, 0.0), (0.45, 1.0)], 12, (0.22 * w, 0.3 * w, 0.2 * h), (0, -0.38 * d, deck + 0.3 * h))
    if not twin:
        return fit(hull, house, bridge, mast)
    decks = [box((0.76 * w, 0.21 * d, 0.02 * h), (0, -0.3 * d, deck + k * 0.115 * h)) for k in (1, 2, 3)]
    hatch = [box((0.5 * w, 0.1 * d, 0.05 * h), (0, y * d, deck)) for y in (-0.1, 0.06, 0.22)]
    strake = [box((0.03 * w, 0.5 * d, 0.05 * h), (x * 0.5 * w, -0.05 * d, deck - 0.03 * h)) for x in (-1, 1)]
    return fit(hull, house, bridge, mast, funnel, *decks, *hatch, *strake)


def _jib(s: Size3, o: Options, twin: bool) -> Mesh:
    """A tower crane: mast and jib along y; the twin's are lattices."""
    w, d, h = s
    t = min(0.1 * h, 0.4 * w, 1.6)
    cab = box((1.3 * t, 1.6 * t, 1.2 * t), (0, 0, 0.8 * h))
    counter = box((t, t, 1.2 * t), (0, -0.28 * d, 0.8 * h))
    tie = rod((0, 0, h), (0, 0.55 * d, 0.88 * h), 0.05)
    if not twin:
        return fit(box((t, t, 0.9 * h)), box((0.8 * t, d, 0.7 * t), (0, 0.2 * d, 0.86 * h)), cab, counter, tie)
    out = [cab, counter, tie]
    out += [box((0.16 * t, 0.16 * t, 0.9 * h), (x * 0.42 * t, y * 0.42 * t, 0)) for x in (-1, 1) for y in (-1, 1)]
    steps = max(4, round(0.9 * h / (1.3 * t)))
    for k in range(steps):
        a, b = 0.9 * h * k / steps, 0.9 * h * (k + 1) / steps
        for u, v in itertools.pairwise([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]):
            out.append(rod((u[0] * 0.42 * t, u[1] * 0.42 * t, a), (v[0] * 0.42 * t, v[1] * 0.42 * t, b), 0.05 * t, 4))
    out += [box((0.14 * t, d, 0.14 * t), (x * 0.33 * t, 0.2 * d, 0.86 * h)) for x in (-1, 1)]
    out.append(box((0.14 * t, d, 0.14 * t), (0, 0.2 * d, 0.86 * h + 0.6 * t)))
    steps = max(4, round(d / (1.3 * t)))
    for k in range(steps):
        y = -0.3 * d + d * k / steps
        for x in (-1, 1):
            out.append(rod((x * 0.33 * t, y, 0.86 * h), (0, y + 0.5 * d / steps, 0.86 * h + 0.65 * t), 0.05 * t, 4))
            out.append(
                rod((0, y + 0.5 * d / steps, 0.86 * h + 0.65 * t), (x * 0.33 * t, y + d / steps, 0.86 * h), 0.05 * t, 4)
            )
    return fit(*out)


def _bollard(s: Size3, o: Options, twin: bool) -> Mesh:
    if not twin:
        return lathe([(0.5, 0.0), (0.5, 1.0)], 16, s)
    return lathe([(0.5, 0.0), (0.5, 0.1), (0.36, 0.16), (0.34, 0.7), (0.5, 0.8), (0.5, 0.94), (0.4, 1.0)], 16, s)


def _container(s: Size3, o: Options, twin: bool) -> Mesh:
    """The twin's sides are set back behind a frame."""
    w, d, h = s
    if not twin:
        return box(s)
    t = 0.14
    posts = [box((t, t, h), (x * (w - t) / 2, y * (d - t) / 2, 0)) for x in (-1, 1) for y in (-1, 1)]
    rails = [box((t, d, t), (x * (w - t) / 2, 0, z)) for x in (-1, 1) for z in (0, h - t)]
    ends = [box((w, t, t), (0, y * (d - t) / 2, z)) for y in (-1, 1) for z in (0, h - t)]
    return fit(box((w - 0.09, d - 0.09, h - 0.04), (0, 0, 0.02)), *posts, *rails, *ends)


def _pavement(s: Size3, o: Options, twin: bool) -> Mesh:
    """A raised pavement along y; the twin's kerb stands out a little."""
    w, d, h = s
    return box(s) if not twin else fit(box((w - 0.04, d - 0.04, h)), box((w, d, 0.8 * h)))


def _plane(s: Size3, o: Options, twin: bool) -> Mesh:
    return plane(s)


def _boulder(s: Size3, o: Options, twin: bool) -> Mesh:
    verts, faces = sphere(s, 24 if twin else 10)
    return (displaced(verts, s, 0.12) if twin else verts), faces


def _statue(s: Size3, o: Options, twin: bool) -> Mesh:
    """A plinth with an obelisk."""
    w, d, h = s
    base = (
        box((w, d, 0.3 * h))
        if not twin
        else fit(box((w, d, 0.06 * h)), box((0.86 * w, 0.86 * d, 0.3 * h)), box((w, d, 0.04 * h), (0, 0, 0.27 * h)))
    )
    return fit(base, box((0.5 * w, 0.5 * d, 0.7 * h), (0, 0, 0.3 * h), (0.4, 0.4)))


THINGS: dict[str, Family] = {
    "arm_post": _arm_post,
    "awning": _awning,
    "bare": _bare,
    "bench": _bench,
    "bin": _bin,
    "bollard": _bollard,
    "boulder": _boulder,
    "bus_stop": _bus_stop,
    "cactus": _cactus,
    "container": _container,
    "drift": _drift,
    "fence": _fence,
    "gable_house": _gable_house,
    "hydrant": _hydrant,
    "jib": _jib,
    "lamp_head": _lamp_head,
    "lantern": _lantern,
    "log": _log,
    "pavement": _pavement,
    "plane": _plane,
    "railing": _railing,
    "ship": _ship,
    "sign": _sign,
    "statue": _statue,
    "tent": _tent,
    "tower": _tower,
    "traffic": _traffic,
    "well": _well,
    **FURNITURE,
    **ODD,
}
"""Families by name."""
