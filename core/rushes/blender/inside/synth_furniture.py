"""Rooms and what stands in them: walls with openings, tables, seats, shelves, lamps. NumPy only, no bpy."""

from __future__ import annotations

from rushes.blender.inside.synth_shapes import Family, Mesh, Options, Size3, box, fit, join, lathe

__all__ = ["FURNITURE"]


def _wall(s: Size3, o: Options, twin: bool) -> Mesh:
    """A wall along x, thin along y, with `holes` openings of equal width from `sill` to `head` (metres).

    `share` is the openings' part of the length. The twin has a skirting board and bars in the openings.
    """
    w, d, h = s
    n, share = int(o.get("holes", 0.0)), o.get("share", 0.4)
    sill, head = o.get("sill", 0.9), min(o.get("head", 2.2), h - 0.05)
    skirting = [box((w, d + 0.04, 0.12))] if twin and (n == 0 or sill > 0.15) else []
    if n == 0:
        return join(box(s), *skirting)
    wide, pier = w * share / n, w * (1 - share) / (n + 1)
    parts: list[Mesh] = [box((w, d, h - head), (0, 0, head)), *skirting]
    if sill > 0.01:
        parts.append(box((w, d, sill)))
    for k in range(n + 1):
        parts.append(box((pier, d, head - sill), (-w / 2 + pier / 2 + k * (pier + wide), 0, sill)))
    if twin and o.get("bars", 1.0) > 0.5:
        for k in range(n):
            x = -w / 2 + pier + wide / 2 + k * (pier + wide)
            parts.append(box((0.06, 0.06, head - sill), (x, 0, sill)))
            parts.append(box((wide, 0.06, 0.06), (x, 0, sill + 0.62 * (head - sill))))
            parts.append(box((wide, d + 0.1, 0.05), (x, 0, sill - 0.02)))
    return join(*parts)


def _table(s: Size3, o: Options, twin: bool) -> Mesh:
    w, d, h = s
    t = 0.07
    legs = [box((t, t, h - 0.05), (x * (w / 2 - t), y * (d / 2 - t), 0)) for x in (-1, 1) for y in (-1, 1)]
    top = box((w, d, 0.06), (0, 0, h - 0.06))
    apron = [box((w - 3 * t, 0.03, 0.1), (0, y * (d / 2 - t), h - 0.16)) for y in (-1, 1)]
    return fit(top, *legs, *apron) if twin else fit(top, *legs)


def _chair(s: Size3, o: Options, twin: bool) -> Mesh:
    """A chair, its back at -y."""
    w, d, h = s
    t, seat = 0.05, 0.47 * h
    legs = [box((t, t, seat), (x * (w - t) / 2, y * (d - t) / 2, 0)) for x in (-1, 1) for y in (-1, 1)]
    pad = box((w, d, 0.06), (0, 0, seat))
    if not twin:
        return fit(*legs, pad, box((w, t, h - seat), (0, -(d - t) / 2, seat)))
    posts = [box((t, t, h - seat), (x * (w - t) / 2, -(d - t) / 2, seat)) for x in (-1, 1)]
    rungs = [box((w, 0.6 * t, 0.13 * h), (0, -(d - t) / 2, seat + k * (h - seat))) for k in (0.32, 0.72)]
    return fit(*legs, pad, *posts, *rungs)


def _sofa(s: Size3, o: Options, twin: bool) -> Mesh:
    w, d, h = s
    arm, seat = 0.1 * w, 0.48 * h
    frame = [
        box((w, 0.24 * d, h), (0, -0.38 * d, 0)),
        *(box((arm, d, 0.7 * h), (x * (w - arm) / 2, 0, 0)) for x in (-1, 1)),
    ]
    if not twin:
        return fit(*frame, box((w, d, seat)))
    n = 2 if w < 1.9 else 3
    wide = (w - 2 * arm) / n
    pads = [
        box((0.97 * wide, 0.74 * d, 0.4 * seat), ((k + 0.5 - n / 2) * wide, 0.12 * d, 0.6 * seat), (0.95, 0.95))
        for k in range(n)
    ]
    backs = [
        box((0.94 * wide, 0.14 * d, 0.42 * h), ((k + 0.5 - n / 2) * wide, -0.22 * d, seat), (0.92, 0.6))
        for k in range(n)
    ]
    return fit(*frame, box((w, 0.96 * d, 0.6 * seat)), *pads, *backs)


def _bed(s: Size3, o: Options, twin: bool) -> Mesh:
    """A bed, its head at -y."""
    w, d, h = s
    board = box((w, 0.08, h), (0, -d / 2 + 0.04, 0))
    if not twin:
        return fit(board, box((w, d, 0.5 * h)), box((0.8 * w, 0.16 * d, 0.14 * h), (0, -0.38 * d, 0.5 * h)))
    base = box((w, d, 0.28 * h))
    mattress = box((0.96 * w, 0.97 * d, 0.22 * h), (0, 0, 0.28 * h), (0.97, 0.98))
    cover = box((w, 0.66 * d, 0.16 * h), (0, 0.16 * d, 0.36 * h), (0.96, 0.98))
    pillows = [box((0.38 * w, 0.16 * d, 0.14 * h), (x * 0.22 * w, -0.38 * d, 0.5 * h), (0.85, 0.7)) for x in (-1, 1)]
    return fit(board, base, mattress, cover, *pillows)


def _shelf(s: Size3, o: Options, twin: bool) -> Mesh:
    """A bookcase, its back at -y: the twin is open in front, with books in its rows."""
    w, d, h = s
    if not twin:
        return box(s)
    t = 0.04
    rows = max(2, round(h / 0.38))
    step = (h - t) / rows
    parts = [box((w, t, h), (0, -(d - t) / 2, 0))]
    parts += [box((t, d, h), (x * (w - t) / 2, 0, 0)) for x in (-1, 1)]
    parts += [box((w, d, t), (0, 0, k * step)) for k in range(rows + 1)]
    n = max(3, round((w - 2 * t) / 0.16))
    wide = (w - 2 * t) / n
    for r in range(rows):
        for k in range(n):
            tall = step * (0.55 + 0.1 * ((3 * k + 5 * r) % 4))
            parts.append(box((0.92 * wide, 0.75 * d, tall), ((k + 0.5 - n / 2) * wide, -0.06 * d, r * step + t)))
    return fit(*parts)


def _cupboard(s: Size3, o: Options, twin: bool) -> Mesh:
    """A chest, counter or wardrobe: the twin has doors, a top and a plinth; front at +y."""
    w, d, h = s
    if not twin:
        return box(s)
    n = max(1, round(w / 0.6))
    wide = w / n
    body = box((w - 0.02, d - 0.05, h - 0.03), (0, -0.025, 0))
    doors = [box((wide - 0.03, 0.03, h - 0.17), ((k + 0.5 - n / 2) * wide, d / 2 - 0.035, 0.1)) for k in range(n)]
    return fit(body, box((w, d, 0.04), (0, 0, h - 0.04)), *doors)


def _fireplace(s: Size3, o: Options, twin: bool) -> Mesh:
    """A mantel with an opening, its wall at -y, and the chimney breast above."""
    w, d, h = s
    low = min(1.15, 0.5 * h)
    sides = [box((0.24 * w, d, low), (x * 0.38 * w, 0, 0)) for x in (-1, 1)]
    breast = box((0.86 * w, 0.7 * d, h - low), (0, -0.15 * d, low))
    parts = [*sides, box((w, d, 0.3 * low), (0, 0, 0.7 * low)), breast, box((w, 0.2 * d, low), (0, -0.4 * d, 0))]
    return fit(*parts, box((1.08 * w, 1.1 * d, 0.07), (0, 0.05 * d, low))) if twin else fit(*parts)


def _table_lamp(s: Size3, o: Options, twin: bool) -> Mesh:
    w, _, h = s
    shade = 0.4 * h
    stem = lathe([(0.5, 0.0), (0.5, 1.0)], 10, (0.3 * w, 0.3 * w, 0.62 * h))
    if not twin:
        return fit(stem, lathe([(0.5, 0.0), (0.5, 1.0)], 16, (w, w, shade), (0, 0, h - shade)))
    foot = lathe([(0.5, 0.0), (0.5, 0.05), (0.14, 0.1), (0.12, 1.0)], 14, (0.5 * w, 0.5 * w, 0.62 * h))
    return fit(foot, lathe([(0.5, 0.0), (0.34, 1.0)], 18, (w, w, shade), (0, 0, h - shade)))


def _floor_lamp(s: Size3, o: Options, twin: bool) -> Mesh:
    w, _, h = s
    shade = 0.22 * h
    pole = lathe([(0.5, 0.0), (0.5, 1.0)], 8, (0.05, 0.05, h - 0.5 * shade))
    foot = lathe([(0.5, 0.0), (0.5, 1.0)], 14, (0.7 * w, 0.7 * w, 0.04))
    top = 0.34 if twin else 0.5
    return fit(pole, foot, lathe([(0.5, 0.0), (top, 1.0)], 18, (w, w, shade), (0, 0, h - shade)))


def _pendant(s: Size3, o: Options, twin: bool) -> Mesh:
    """A ceiling lamp: one body, lower than 0.6 m, so that all of it shines."""
    if not twin:
        return lathe([(0.5, 0.0), (0.5, 1.0)], 16, s)
    return lathe([(0.5, 0.0), (0.44, 0.35), (0.14, 0.9), (0.0, 1.0)], 18, s)


def _pew(s: Size3, o: Options, twin: bool) -> Mesh:
    """A church bench, its back at -y."""
    w, d, h = s
    ends = [box((0.06, d, 0.9 * h), (x * (w - 0.06) / 2, 0, 0)) for x in (-1, 1)]
    parts = [box((w, 0.8 * d, 0.06), (0, 0.05 * d, 0.45 * h)), box((w, 0.08, h), (0, -d / 2 + 0.04, 0))]
    return fit(*ends, *parts, box((w, 0.14, 0.05), (0, -d / 2 + 0.06, h - 0.05))) if twin else fit(*parts, *ends)


def _rack(s: Size3, o: Options, twin: bool) -> Mesh:
    """A store's rack along y: posts and three decks with cartons."""
    w, d, h = s
    n = max(1, round(d / 2.6))
    posts = [
        box((0.09, 0.09, h), (x * (w / 2 - 0.05), (k / n - 0.5) * (d - 0.1), 0)) for x in (-1, 1) for k in range(n + 1)
    ]
    decks = [box((w, d, 0.09), (0, 0, z * h)) for z in (0.06, 0.38, 0.7)]
    load = [
        box((0.8 * w, 0.85 * d / n, 0.2 * h), (0, (k + 0.5 - n / 2) * d / n, z * h + 0.09))
        for k in range(n)
        for z in (0.06, 0.38, 0.7)
    ]
    if not twin:
        return fit(*posts, *decks, *load)
    straps = [
        box((0.83 * w, 0.06, 0.2 * h), (0, (k + 0.5 - n / 2) * d / n, z * h + 0.09))
        for k in range(n)
        for z in (0.06, 0.38, 0.7)
    ]
    return fit(*posts, *decks, *load, *straps)


def _picture(s: Size3, o: Options, twin: bool) -> Mesh:
    """A frame on a wall, thin along y, wall at -y."""
    w, d, h = s
    if not twin:
        return box(s)
    t = 0.06
    bars = [box((w, d, t), (0, 0, z)) for z in (0, h - t)] + [box((t, d, h), (x * (w - t) / 2, 0, 0)) for x in (-1, 1)]
    return fit(box((w - t, 0.5 * d, h - t), (0, -0.25 * d, t / 2)), *bars)


FURNITURE: dict[str, Family] = {
    "bed": _bed,
    "chair": _chair,
    "cupboard": _cupboard,
    "fireplace": _fireplace,
    "floor_lamp": _floor_lamp,
    "pendant": _pendant,
    "pew": _pew,
    "picture": _picture,
    "rack": _rack,
    "shelf": _shelf,
    "sofa": _sofa,
    "table": _table,
    "table_lamp": _table_lamp,
    "wall": _wall,
}
"""Families by name."""
