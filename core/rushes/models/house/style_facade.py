"""Facades and roofs: a style of building picked by place and code, drawn on the walls of its block. NumPy only.

Masks are products of stripes that are filtered to the pixel. Coordinates: u along the wall, v up from the ground,
metres; a in window columns, b in storeys.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rushes.models.house.noise import Array, fbm, hash01, stripe
from rushes.models.house.style_patch import Patch, band, paint_over, pick, tint

__all__ = ["facade", "wall_frame"]

_SECTORS = 16
(
    _TENEMENT, _STUCCO, _STONE, _RIBBON, _CURTAIN, _BALCONY, _SHED, _WAREHOUSE, _COTTAGE, _FRAMED, _ADOBE, _LOG,
    _CHURCH, _BARE,
) = range(14)  # fmt: skip
_BY_PLACE: dict[str, tuple[int, ...]] = {
    "city": (_TENEMENT, _STUCCO, _STONE, _RIBBON, _CURTAIN, _BALCONY, _TENEMENT, _STUCCO),
    "harbour": (_SHED, _WAREHOUSE, _SHED, _WAREHOUSE, _RIBBON),
    "village": (_COTTAGE, _FRAMED, _COTTAGE, _STONE),
    "desert": (_ADOBE,),
    "forest": (_LOG, _LOG, _COTTAGE),
    "snow": (_LOG, _COTTAGE, _FRAMED),
}
_NAMES = (
    "bay", "storey", "wide", "tall", "sill", "frame", "ledge", "shutter", "balcony", "band", "brick", "block", "rib",
    "log", "beam", "arch", "shop", "gate", "panes", "cornice", "blank",
)  # fmt: skip
_TABLE = np.array(
    [
        # bay  st  wide tall sill frame ledge shut balc band brick block rib log beam arch shop gate panes corn blank
        [2.3, 3.3, 0.44, 0.56, 0.22, 0.08, 1.0, 0.0, 0.0, 0.5, 1, 0.0, 0, 0, 0, 0.0, 1, 0, 2, 1.0, 0.03],
        [2.8, 3.2, 0.36, 0.54, 0.24, 0.10, 0.7, 0.8, 0.2, 0.3, 0, 0.0, 0, 0, 0, 0.0, 1, 0, 2, 0.8, 0.08],
        [2.6, 3.8, 0.40, 0.60, 0.20, 0.16, 1.0, 0.0, 0.1, 1.0, 0, 1.0, 0, 0, 0, 0.6, 1, 0, 2, 1.0, 0.0],
        [3.6, 3.3, 0.94, 0.48, 0.30, 0.05, 0.0, 0.0, 0.0, 0.0, 0, 0.3, 0, 0, 0, 0.0, 1, 0, 3, 0.3, 0.0],
        [1.6, 3.6, 0.93, 0.86, 0.08, 0.03, 0.0, 0.0, 0.0, 0.0, 0, 0.0, 0, 0, 0, 0.0, 1, 0, 1, 0.2, 0.0],
        [3.3, 3.0, 0.52, 0.72, 0.06, 0.06, 0.0, 0.0, 1.0, 0.2, 0, 0.0, 0, 0, 0, 0.0, 1, 0, 2, 0.5, 0.12],
        [4.6, 4.5, 0.46, 0.20, 0.66, 0.05, 0.0, 0.0, 0.0, 0.0, 0, 0.0, 1, 0, 0, 0.0, 0, 1, 4, 0.2, 0.25],
        [3.4, 4.0, 0.42, 0.46, 0.28, 0.08, 1.0, 0.0, 0.0, 0.3, 1, 0.0, 0, 0, 0, 1.0, 0, 1, 4, 0.8, 0.05],
        [2.8, 2.8, 0.30, 0.40, 0.34, 0.09, 0.6, 1.0, 0.0, 0.0, 0, 0.0, 0, 0, 0, 0.0, 0, 0, 2, 0.3, 0.25],
        [2.2, 2.7, 0.40, 0.40, 0.34, 0.08, 0.0, 0.3, 0.0, 0.0, 0, 0.0, 0, 0, 1, 0.0, 0, 0, 2, 0.2, 0.2],
        [3.2, 3.0, 0.20, 0.30, 0.42, 0.06, 0.0, 0.2, 0.0, 0.0, 0, 0.0, 0, 0, 0, 0.3, 0, 0, 1, 0.5, 0.45],
        [2.9, 2.7, 0.30, 0.36, 0.36, 0.11, 0.0, 0.5, 0.0, 0.0, 0, 0.0, 0, 1, 0, 0.0, 0, 0, 2, 0.0, 0.3],
        [2.8, 7.0, 0.26, 0.62, 0.22, 0.12, 1.0, 0.0, 0.0, 0.4, 0, 0.8, 0, 0, 0, 1.0, 0, 0, 2, 0.8, 0.0],
        [99., 99., 0.00, 0.00, 0.50, 0.00, 0.0, 0.0, 0.0, 0.0, 0, 0.0, 0, 0, 0, 0.0, 0, 0, 1, 0.0, 1.0],
    ],
    np.float32,
)  # fmt: skip
_SHUTTERS = tint("3c5a48", "4a6a7c", "6e3f32", "5a5348", "8a9a8c", "2f3f55")
_DOORS = tint("5a3a28", "2f4a40", "6e2a26", "33425a", "4a4542", "7a5a3a")
_AWNINGS = tint("8a2f2a", "2f5a4a", "c9a24a", "33507a", "d8d0c0", "5a3550")
_SIGNS = tint("2a2c30", "7a2a26", "24443c", "2c3c5c", "c9b27a", "50483e")
_TILES = tint("94503c", "a65f44", "5d4a44", "55585f", "6e4438", "474b52")
_STONE_COLOR = tint("c8bfae")[0]


@dataclass
class _Wall:
    """The grid of a wall, (N,) each."""

    u: Array
    v: Array
    a: Array
    b: Array
    wu: Array
    wv: Array
    wa: Array
    wb: Array
    bay: Array
    storey: Array
    rows: Array
    floor: Array
    column: Array
    level: Array
    upper: Array
    cell: Array
    """A draw in 0..1 per window; -1 where a door leaves no room for one."""
    door: Array
    """Columns with the house's door."""
    gate: Array
    """Columns with a gate."""
    style: Array
    look: dict[str, Array]


def wall_frame(p: Patch) -> tuple[Array, Array, Array]:
    """Coordinate along the wall (metres from the box's middle), its unit sector (−) and the wall's length or 0."""
    angle = np.arctan2(p.normal_local[:, 1], p.normal_local[:, 0])
    sector = np.round(angle * np.float32(_SECTORS / (2 * np.pi))).astype(np.int64) % _SECTORS
    theta = sector.astype(np.float32) * np.float32(2 * np.pi / _SECTORS)
    u = p.local[:, 1] * np.cos(theta) - p.local[:, 0] * np.sin(theta)
    length = np.where(sector % 8 == 0, p.extent[:, 1], np.where(sector % 8 == 4, p.extent[:, 0], 0.0))
    return u.astype(np.float32), sector, length.astype(np.float32)


def facade(p: Patch) -> None:
    """Walls, flat roofs and pitched roofs."""
    up = p.normal_local[:, 2]
    # Roof slabs, chimneys, signs and posts are part of a building, but nobody lives in them.
    housed = (p.height > 2.0) & (np.minimum(p.extent[:, 0], p.extent[:, 1]) > 1.6)
    walls = np.abs(up) < 0.4
    grid = _grid(p, housed)
    _texture(p, grid, walls)
    _windows(p, grid, walls & housed)
    _ground_floor(p, grid, walls & housed)
    _roof(p, (up >= 0.4) & (up < 0.95), up >= 0.95, housed)


def _grid(p: Patch, housed: Array) -> _Wall:
    kinds = np.array(_BY_PLACE.get(p.frame.place, _BY_PLACE["city"]), np.int64)
    style = pick(p.key, 3, kinds)
    widest = np.maximum(p.extent[:, 0], p.extent[:, 1])
    tower = (p.height > 1.7 * widest) & (p.height < 28) & (widest < 8.5) & (p.frame.place != "desert")
    style = np.where(tower, _CHURCH, style)
    style = np.where(housed, style, _BARE)
    row = _TABLE[style]
    look = {name: row[:, k] for k, name in enumerate(_NAMES)}
    c = p.code
    u, _, length = wall_frame(p)
    v = p.local[:, 2]
    wu, wv = p.blur_along().astype(np.float32), p.blur_up().astype(np.float32)
    shop = (look["shop"] > 0) & (p.height > 7.0)
    floor = np.where(shop, 4.0 + 0.3 * c[:, 1], 0.2).astype(np.float32)
    storey = look["storey"] * (1 + 0.13 * c[:, 1])
    rows = np.maximum(np.round((p.height - floor - 0.4) / storey), 1.0)
    storey = np.maximum((p.height - floor - 0.4) / rows, 0.6)
    bay = look["bay"] * (1 + 0.24 * c[:, 0])
    bay = np.where(length > 0, np.maximum(length / np.maximum(np.round(length / bay), 1.0), 0.6), bay)
    a = (np.where(length > 0, u + 0.5 * length, u) / bay).astype(np.float32)
    b = ((v - floor) / storey).astype(np.float32)
    column, level = np.floor(a).astype(np.int64), np.where(b > 0, np.floor(b), -1).astype(np.int64)
    cell = hash01(column, level, p.key, 3)
    middle = np.round(0.5 * widest / bay * (1 + 0.4 * c[:, 2])).astype(np.int64)
    door = (column == middle) & (floor < 1) & (look["gate"] < 0.5) & (look["bay"] < 50)
    gate = (look["gate"] > 0) & (hash01(column, p.key, 5, 7) < 0.4)
    cell = np.where((door | gate) & (v < np.maximum(floor + storey, 2.6)), -1.0, cell)
    f = np.float32
    return _Wall(
        u, v, a, b, wu, wv, (wu / bay).astype(f), (wv / storey).astype(f), bay.astype(f), storey.astype(f), rows, floor,
        column, level, b > 0, cell, door, gate, style, look,
    )  # fmt: skip


def _choose(where: Array, yes: float, no: float) -> Array:
    return np.where(where, np.float32(yes), np.float32(no))


def _texture(p: Patch, g: _Wall, walls: Array) -> None:
    """Bricks, stone blocks, ribs, logs and beams; weather streaks."""
    look, on = g.look, walls.astype(np.float32)
    streak = fbm(np.stack([g.u * 1.1, g.v * 0.12, p.code[:, 0] * 9], -1), 31, 2, g.wu)
    p.detail = np.where(walls, 0.4 * p.coarse + 0.2 * p.fine + 0.45 * streak, p.detail).astype(np.float32)
    dark = np.zeros_like(g.u)
    tone = np.zeros_like(g.u)

    def courses(size: float, length: float, gap: float, share: Array) -> None:
        some = share * on > 0
        if not np.any(some):
            return
        u, v, wu, wv = g.u[some], g.v[some], g.wu[some], g.wv[some]
        row = np.floor(v / size)
        joint = np.maximum(
            stripe(v / size, 0.0, gap / size, wv / size),
            stripe(u / length + 0.5 * row + 0.25, 0.0, gap / length, wu / length),
        )
        near = np.clip(1.5 - 1.7 * wv / size, 0, 1) * share[some]
        dark[some] += joint * near
        brick = (
            hash01(np.floor(u / length + 0.5 * row + 0.25).astype(np.int64), row.astype(np.int64), p.key[some], 8) - 0.5
        )
        tone[some] += brick * near * np.clip(1.5 - 1.7 * wu / length, 0, 1)

    courses(0.16, 0.42, 0.026, look["brick"])
    courses(0.62, 1.25, 0.045, look["block"])
    courses(0.30, 6e4, 0.06, look["log"])
    log = look["log"] * on
    if np.any(log > 0):
        near = np.clip(1.4 - 1.6 * g.wv / 0.3, 0, 1)
        tone += log * near * (0.5 - 1.6 * (g.v / 0.3 - np.floor(g.v / 0.3) - 0.5) ** 2 * 2)
    rib = look["rib"] * on
    if np.any(rib > 0):
        tone += rib * (stripe(g.u / 0.45, 0.0, 0.5, g.wu / 0.45) - 0.5) * np.clip(1.5 - 1.8 * g.wu / 0.45, 0, 1)
        dark += 0.5 * rib * stripe(g.v / 3.0, 0.0, 0.02, g.wv / 3.0)
    p.trim = np.where(walls, -0.55 * np.clip(dark, 0, 1), p.trim).astype(np.float32)
    p.shade(0.26 * np.where(walls, 1.0, 1.0))
    p.color *= np.exp(0.55 * tone - 0.55 * dark)[:, None].astype(np.float32)
    beam = look["beam"] * on
    if np.any(beam > 0):
        cross = np.abs(g.a - np.floor(g.a) - 0.5) - np.abs(g.b - np.floor(g.b) - 0.5)
        lines = np.maximum.reduce(
            [
                stripe(g.a + 0.03, 0.0, 0.07, g.wa),
                stripe(g.b + 0.03, 0.0, 0.08, g.wb),
                np.clip(1.0 - np.abs(cross) / (0.05 + 0.7 * (g.wa + g.wb)), 0, 1) * (g.cell > 0.82),
            ]
        )
        paint_over(p.color, 0.92 * beam * lines, tint("3a2a20")[0])
        p.trim -= 0.6 * beam * lines


def _windows(p: Patch, g: _Wall, walls: Array) -> None:
    """Windows in rows with frames, sills, lintels, arches, shutters and balconies; cornice and storey bands."""
    look, c, on = g.look, p.code, walls.astype(np.float32)
    wide = look["wide"] * (1 + _choose(look["wide"] < 0.8, 0.2, 0.02) * c[:, 2])
    tall = look["tall"] * (1 + _choose(look["tall"] < 0.8, 0.12, 0.02) * c[:, 3])
    low = np.minimum(look["sill"], 0.95 - tall)
    # A window near the wall's top would be cut by the cornice: rows end below it.
    within = band(g.b, 0.0, g.rows, g.wb) * on * (g.cell >= np.maximum(look["blank"], 0))
    left, right = 0.5 - wide / 2, 0.5 + wide / 2
    at = g.a - np.floor(g.a)
    rise = np.clip(1 - ((at - 0.5) / np.maximum(wide / 2, 0.02)) ** 2, 0, 1)
    top = low + tall - look["arch"] * (1 - np.sqrt(rise)) * 0.5 * wide * g.bay / g.storey
    in_b = g.b - np.floor(g.b)
    pane = stripe(g.a, left, wide, g.wa) * band(in_b, low, top, g.wb) * within
    fa, fb = look["frame"] / g.bay, look["frame"] / g.storey
    outer = stripe(g.a, left - fa, wide + 2 * fa, g.wa) * band(in_b, low - fb, top + fb, g.wb) * within
    ledge = look["ledge"] * within * stripe(g.a, left - 1.9 * fa, wide + 3.8 * fa, g.wa)
    sill = ledge * band(in_b, low - fb - 0.13 / g.storey, low - 0.3 * fb, g.wb)
    lintel = ledge * band(in_b, top + 0.3 * fb, top + fb + 0.16 / g.storey, g.wb) * (look["arch"] < 0.5)
    under = ledge * band(in_b, low - fb - 0.3 / g.storey, low - fb - 0.13 / g.storey, g.wb)
    bars = np.maximum(look["panes"], 1.0)
    span = (at - left) / np.maximum(wide, 0.02) * bars
    bar = stripe(span + 0.5 * 0.07 * bars, 0.0, 0.07 * bars, g.wa / np.maximum(wide, 0.02) * bars)
    cross = stripe(
        (in_b - low) / np.maximum(tall, 0.02) * _choose(bars > 2, 3.0, 1.55) + 0.02,
        0.0,
        0.06,
        g.wb / np.maximum(tall, 0.02) * 1.55,
    )
    mullion = np.maximum(bar, cross) * pane
    pale = np.where(c[:, :1] > -0.4, 0.35 * p.hint + 0.62 * _STONE_COLOR, np.array([0.06, 0.06, 0.065], np.float32))
    rim = np.clip(outer - pane, 0, 1)
    paint_over(p.color, 0.45 * under, p.hint * 0.35)
    paint_over(p.color, np.clip(rim + sill + lintel, 0, 1), pale)
    paint_over(p.color, mullion, pale * 0.9)
    glass = np.clip(pane - mullion, 0, 1)
    shutter = (look["shutter"] > 0) & (pick(p.key, 11, np.linspace(0, 1, 32, dtype=np.float32)) < look["shutter"])
    if np.any(shutter):
        sa = 0.42 * wide
        leafs = stripe(g.a, left - fa - sa, sa, g.wa) + stripe(g.a, right + fa, sa, g.wa)
        leafs = np.clip(leafs, 0, 1) * band(in_b, low, low + tall, g.wb) * within * shutter
        slats = stripe(g.v / 0.13, 0.0, 0.35, g.wv / 0.13) * np.clip(1.5 - 1.7 * g.wv / 0.13, 0, 1)
        paint_over(p.color, leafs, pick(p.key, 12, _SHUTTERS) * (1 - 0.4 * slats)[:, None])
        closed = shutter * (hash01(g.column, g.level, p.key, 17) < 0.16) * pane
        paint_over(p.color, closed, pick(p.key, 12, _SHUTTERS) * (1 - 0.4 * slats)[:, None])
        glass = glass * (1 - closed)
        p.trim -= 0.3 * leafs * slats
    _balconies(p, g, in_b, on, glass)
    edge = band(g.v, g.floor - 0.2, g.floor + 0.15, g.wv) * (g.floor > 1) * on
    bands = look["band"] * stripe(g.b + 0.03, 0.0, 0.07, g.wb) * g.upper * on
    crown = look["cornice"] * band(g.v, p.height - 0.5, p.height, g.wv) * on
    shadow = look["cornice"] * band(g.v, p.height - 0.8, p.height - 0.5, g.wv) * on
    plinth = band(g.v, -1.0, 0.4, g.wv) * on * (look["log"] < 0.5)
    paint_over(p.color, np.clip(0.8 * edge + 0.55 * bands + 0.85 * crown, 0, 1), pale)
    p.color *= (1 - 0.4 * shadow - 0.4 * plinth)[:, None]
    p.trim += (
        np.clip(rim + mullion + sill + lintel, 0, 1) * 0.9 + 0.5 * edge + 0.4 * bands + 0.7 * crown - 0.5 * plinth
    ).astype(np.float32)
    share = 0.40 + 0.22 * c[:, 3]
    chance = hash01(g.column, g.level, p.key, 29)
    p.glass = np.where(walls, np.clip(glass, 0, 1), p.glass).astype(np.float32)
    p.lit = (p.glass * np.where(chance < share, 0.5 + 0.5 * chance / np.maximum(share, 1e-3), 0.0)).astype(np.float32)
    wave = np.float32(2 * np.pi) * np.stack([g.a, g.b], -1)
    fade = np.clip(1.3 - 1.3 * np.stack([g.wa, g.wa, g.wb, g.wb], -1), 0, 1)
    circle = np.stack([np.sin(wave[:, 0]), np.cos(wave[:, 0]), np.sin(wave[:, 1]), np.cos(wave[:, 1])], -1)
    p.wall = (circle * fade * on[:, None]).astype(np.float32)


def _balconies(p: Patch, g: _Wall, in_b: Array, on: Array, glass: Array) -> None:
    """A slab, a railing with bars and the shadow that it would cast; takes glass away where it is in front."""
    drawn = (hash01(g.column, p.key, 5, 3) < 0.8 * g.look["balcony"]) & (g.level >= 0) & (g.cell >= g.look["blank"])
    if not np.any(drawn):
        return
    share = drawn * on * stripe(g.a, 0.08, 0.84, g.wa)
    slab = share * band(in_b, 0.0, 0.14 / g.storey, g.wb)
    rail = share * band(in_b, 0.98 / g.storey, 1.06 / g.storey, g.wb)
    bars = share * band(in_b, 0.14 / g.storey, 1.0 / g.storey, g.wb) * stripe(g.u / 0.16, 0.0, 0.3, g.wu / 0.16)
    solid = p.code[:, 0] > 0.35
    bars = np.where(solid, share * band(in_b, 0.14 / g.storey, 1.0 / g.storey, g.wb), bars)
    shade = drawn * on * stripe(g.a, 0.1, 0.84, g.wa) * band(in_b, 0.8, 1.0, g.wb)
    p.color *= (1 - 0.45 * shade)[:, None]
    front = np.clip(slab + rail + bars, 0, 1)
    metal = np.where(solid[:, None], 0.8 * p.hint + 0.1, np.array([0.03, 0.032, 0.035], np.float32))
    paint_over(p.color, np.clip(rail + bars, 0, 1), metal)
    paint_over(p.color, slab, _STONE_COLOR)
    glass *= 1 - front
    p.trim += (0.7 * slab - 0.6 * np.clip(rail + bars, 0, 1)).astype(np.float32)


def _ground_floor(p: Patch, g: _Wall, walls: Array) -> None:
    """Shop fronts with signs and awnings, house doors with steps, gates of sheds."""
    on = walls.astype(np.float32)
    shop = on * (g.floor > 1)
    draw = hash01(g.column, p.key, 5, 7)
    at_door = draw < 0.3
    v, f = g.v, g.floor
    if np.any(shop > 0):
        sort = hash01(g.column // 2, p.key, 6, 7)
        top = np.where(at_door, 2.5, 0.68 * f)
        window = shop * stripe(g.a, 0.1, 0.8, g.wa) * band(v, np.where(at_door, 0.0, 0.55), top, g.wv)
        wood = pick(p.key, 21, _DOORS)
        front = shop * band(v, 0.0, 0.84 * f, g.wv) * stripe(g.a, 0.03, 0.94, g.wa) * (sort < 0.72)
        paint_over(p.color, 0.9 * front, wood)
        split = stripe(g.a * 2, 0.96, 0.08, g.wa * 2) * window
        leaf = window * at_door * (band(v, 0, 0.9, g.wv) + 0.0)
        sign = shop * band(v, 0.74 * f, 0.93 * f, g.wv) * (sort < 0.6)
        paint_over(p.color, sign, pick(p.key + g.column // 2, 22, _SIGNS))
        letters = hash01(np.floor(g.u / 0.22).astype(np.int64), p.key, 8, 2) > 0.35
        text = sign * letters * band(v, 0.79 * f, 0.88 * f, g.wv) * stripe(g.u / 0.22, 0.1, 0.7, g.wu / 0.22)
        text = text * np.clip(1.4 - 1.5 * g.wu / 0.22, 0, 1) * stripe(g.a / 2, 0.12, 0.76, g.wa / 2)
        paint_over(p.color, 0.85 * text, (0.75, 0.7, 0.58))
        awning = shop * band(v, 0.55 * f, 0.73 * f, g.wv) * (sort < 0.34) * ~at_door
        hem = shop * band(v, 0.47 * f, 0.55 * f, g.wv) * (sort < 0.34) * ~at_door
        stripes = stripe(g.u / 0.5, 0.0, 0.5, g.wu / 0.5)[:, None]
        cloth = pick(p.key + g.column // 2, 23, _AWNINGS)
        paint_over(p.color, awning, cloth * (1 - stripes) + (0.55 * cloth + 0.36) * stripes)
        glass = np.clip(window - split - 0.85 * leaf, 0, 1) * (1 - awning)
        p.color *= (1 - 0.5 * hem)[:, None]
        p.glass = np.where(shop > 0, np.maximum(np.where(g.upper, p.glass, 0), glass * ~g.upper), p.glass).astype(
            np.float32
        )
        open_late = 0.35 + 0.5 * (hash01(g.column // 2, p.key, 9, 7) < 0.6)
        p.lit = np.where((shop > 0) & ~g.upper, p.glass * open_late, p.lit).astype(np.float32)
        p.trim += (0.4 * awning - 0.5 * sign - 0.5 * leaf + 0.6 * split).astype(np.float32)
    gate = on * g.gate
    if np.any(gate > 0):
        tall = np.minimum(3.6, 0.72 * p.height)
        door = gate * stripe(g.a, 0.12, 0.76, g.wa) * band(v, 0.0, tall, g.wv)
        planks = stripe(v / 0.35, 0.0, 0.1, g.wv / 0.35) * np.clip(1.5 - 1.7 * g.wv / 0.35, 0, 1)
        _door(p, door, pick(p.key, 24, _DOORS) * (1 - 0.4 * planks)[:, None])
    house = on * g.door
    if np.any(house > 0):
        half = 0.55 / g.bay
        leaf = house * stripe(g.a, 0.5 - half, 2 * half, g.wa) * band(v, 0.15, 2.25, g.wv)
        case = house * stripe(g.a, 0.5 - 1.3 * half, 2.6 * half, g.wa) * band(v, 0.15, 2.4, g.wv)
        step = house * stripe(g.a, 0.5 - 1.7 * half, 3.4 * half, g.wa) * band(v, 0.0, 0.15, g.wv)
        clear = house * band(v, -1, 2.4, g.wv)
        p.glass *= (1 - clear).astype(np.float32)
        p.lit *= (1 - clear).astype(np.float32)
        paint_over(p.color, np.clip(case - leaf + step, 0, 1), _STONE_COLOR)
        field = stripe(v / 0.95 - 0.2, 0.12, 0.7, g.wv / 0.95) * stripe((g.a - 0.5) / half, 0.15, 0.7, g.wa / half)
        _door(p, leaf, pick(p.key, 24, _DOORS) * (0.75 + 0.35 * field)[:, None])
    vigas = on * (g.style == _ADOBE) * band(v, p.height - 0.75, p.height - 0.55, g.wv)
    if np.any(vigas > 0):
        ends = vigas * stripe(g.u / 0.8, 0.4, 0.2, g.wu / 0.8)
        paint_over(p.color, ends, tint("4a3020")[0])
        p.trim -= (0.5 * ends).astype(np.float32)


def _door(p: Patch, share: Array, color: Array) -> None:
    paint_over(p.color, share, color)
    p.glass *= (1 - share).astype(np.float32)
    p.lit *= (1 - share).astype(np.float32)
    p.trim = (p.trim * (1 - share) - 0.55 * share).astype(np.float32)


def _roof(p: Patch, pitched: Array, flat: Array, housed: Array) -> None:
    """Tiles or slates on slopes, gravel, seams and vents on flat roofs."""
    if np.any(pitched):
        v, w = p.local[:, 2], p.blur_up().astype(np.float32)
        u, _, _ = wall_frame(p)
        wu = p.blur_along().astype(np.float32)
        size = np.where(p.code[:, 3] > 0, 0.3, 0.2).astype(np.float32)
        row = np.floor(v / size)
        joint = stripe(v / size, 0.0, 0.22, w / size) * np.clip(1.4 - 1.5 * w / size, 0, 1)
        ends = stripe(u / 0.34 + 0.5 * row, 0.0, 0.12, wu / 0.34) * np.clip(1.4 - 1.5 * wu / 0.34, 0, 1)
        tone = hash01(np.floor(u / 0.34 + 0.5 * row).astype(np.int64), row.astype(np.int64), p.key, 4) - 0.5
        tone = tone * np.clip(1.4 - 1.5 * np.maximum(w / size, wu / 0.34), 0, 1)
        detail = 0.5 * p.coarse + 0.4 * p.fine + 0.7 * tone - 0.7 * joint - 0.4 * ends
        base = pick(p.key, 31, _TILES)
        if p.frame.place in ("forest", "snow"):
            base = 0.5 * base + 0.5 * tint("55483c")[0]
        color = base * np.exp(0.45 * detail)[:, None]
        p.color = np.where(pitched[:, None], color, p.color).astype(np.float32)
        p.detail = np.where(pitched, detail, p.detail).astype(np.float32)
        p.trim = np.where(pitched, -0.45 * np.clip(joint + 0.5 * ends, 0, 1), p.trim).astype(np.float32)
    big = flat & housed
    if np.any(flat):
        w = p.blur()
        x, y = p.local[:, 0], p.local[:, 1]
        seam = np.maximum(stripe(x / 1.1, 0.0, 0.05, w / 1.1), 0.0) * np.clip(1.4 - 1.6 * w / 1.1, 0, 1)
        away = np.minimum(0.5 * p.extent[:, 0] - np.abs(x), 0.5 * p.extent[:, 1] - np.abs(y))
        kerb = band(away, -1.0, 0.35, w) * big
        cx, cy = np.floor(x / 3.1).astype(np.int64), np.floor(y / 3.1).astype(np.int64)
        has = (hash01(cx, cy, p.key, 6) < 0.22) & big & (away > 1.2)
        box = np.maximum(np.abs(x / 3.1 - cx - 0.5), np.abs(y / 3.1 - cy - 0.5)) * 3.1
        vent = has * band(box, -1.0, 0.55, w)
        tar = np.array([0.085, 0.083, 0.08], np.float32) + 0.25 * p.hint
        adobe = p.frame.place == "desert"
        color = (0.8 * p.hint if adobe else tar) * np.exp(0.3 * p.detail - 0.3 * seam)[:, None]
        color = color + kerb[:, None] * (0.5 * p.hint + 0.1 - color)
        color = color + vent[:, None] * (np.array([0.34, 0.35, 0.36], np.float32) - color)
        p.color = np.where(big[:, None], color, p.color).astype(np.float32)
        p.trim = np.where(big, 0.4 * kerb + 0.5 * vent - 0.3 * seam, p.trim).astype(np.float32)
