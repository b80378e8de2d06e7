"""Style coordinates: windows, trims, joints, ribs, foliage and clouds as functions of surface points and object codes.

Every mask is filtered to the pixel, so it neither aliases nor flickers. Own-space coordinates are used throughout:
what is drawn sticks to its object.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rushes.models.house.noise import Array, fbm, hash01, stripe
from rushes.models.house.surface import CLASSES, Surface, lumps, surface_noise

__all__ = ["Style", "draw"]

_GROUND, _BUILDING, _PROP, _CHARACTER, _VEGETATION, _VEHICLE, _WATER, _LIGHT, _SKY = range(len(CLASSES))
_SECTORS = 16


@dataclass
class Style:
    """(H, W) float32 masks in 0..1 unless said otherwise."""

    glass: Array
    """Window panes of buildings, glass bands of vehicles."""
    lit: Array
    """How brightly a pane is lit from inside at night; 0 where dark."""
    trim: Array
    """-1 (joints, doors, dark lines) to 1 (frames, sills, cornices)."""
    detail: Array
    """Albedo modulation, about -1 to 1."""
    fine: Array
    """Fine noise, about -1 to 1; on the sky the stars."""
    coarse: Array
    """Coarse noise, about -1 to 1; on the sky the cloud field."""
    wall: Array
    """(H, W, 4) sine and cosine of window column and storey; 0 where there is no wall."""
    part: Array
    """-1 to 1: which part of a figure or vehicle this is (see `_figure`, `_vehicle`); on the sky the clouds' light."""


def draw(s: Surface) -> Style:
    """The style of every pixel."""
    coarse, fine = surface_noise(s)
    shape = coarse.shape
    zero = np.zeros(shape, np.float32)
    style = Style(
        zero.copy(),
        zero.copy(),
        zero.copy(),
        0.6 * coarse + 0.4 * fine,
        fine,
        coarse,
        np.zeros((*shape, 4), np.float32),
        zero.copy(),
    )
    if np.any(s.cls == _BUILDING):
        _facade(s, style)
    _ground(s, style)
    _foliage(s, style)
    _prop(s, style)
    _figure(s, style)
    _vehicle(s, style)
    _clouds(s, style)
    return style


def _wall_frame(s: Surface) -> tuple[Array, Array, Array]:
    """Coordinate u along the wall (metres from the box's middle), width of a pixel along it, the wall's length or 0."""
    angle = np.arctan2(s.normal_local[..., 1], s.normal_local[..., 0])
    sector = np.round(angle * (_SECTORS / (2 * np.pi))).astype(np.int64) % _SECTORS
    theta = sector * (2 * np.pi / _SECTORS)
    tx, ty = -np.sin(theta), np.cos(theta)
    u = s.local[..., 0] * tx + s.local[..., 1] * ty
    nx, ny = s.normal_local[..., 0], s.normal_local[..., 1]
    # The view along the tangent stretches the pixel; own-space view direction is recovered from world vectors.
    flat = np.maximum(np.hypot(nx, ny), 1e-3)
    wx, wy = s.normal[..., 0], s.normal[..., 1]
    c, sn = (nx * wx + ny * wy) / flat**2, (nx * wy - ny * wx) / flat**2
    world = np.stack([c * tx - sn * ty, sn * tx + c * ty], -1)
    along = np.sum(s.view[..., :2] * world, -1)
    blur = s.foot * np.sqrt(1.0 + (along / s.facing) ** 2)
    length = np.where(sector % 8 == 0, s.extent[..., 1], np.where(sector % 8 == 4, s.extent[..., 0], 0.0))
    s.extra["tangent_x"], s.extra["tangent_y"] = world[..., 0].astype(np.float32), world[..., 1].astype(np.float32)
    return u.astype(np.float32), blur.astype(np.float32), length.astype(np.float32)


def _facade(s: Surface, style: Style) -> None:
    """Windows in rows, a ground floor with shop fronts, cornice, plinth and storey bands; tiles on pitched roofs."""
    building = s.cls == _BUILDING
    # Roof slabs, signs and posts are part of a building, but nobody lives in them.
    housed = (s.height > 2.0) & (np.minimum(s.extent[..., 0], s.extent[..., 1]) > 1.2)
    wall = building & (np.abs(s.normal_local[..., 2]) < 0.4) & housed
    u, blur_u, length = _wall_frame(s)
    v = s.local[..., 2]
    blur_v = s.foot * np.sqrt(1.0 + (s.view[..., 2] / s.facing) ** 2)
    c = s.code
    high = s.height > 8.5
    floor = np.where(high, 4.1, 0.25).astype(np.float32)
    storey = 3.1 + 0.4 * c[..., 1]
    rows = np.maximum(np.round((s.height - floor - 0.5) / storey), 1.0)
    storey = np.maximum((s.height - floor - 0.5) / rows, 0.6)
    bay = 2.7 + 0.9 * c[..., 0]
    cols = np.maximum(np.round(length / bay), 1.0)
    bay = np.where(length > 0, np.maximum(length / cols, 0.6), bay)
    a = np.where(length > 0, (u + 0.5 * length) / bay, u / bay)
    b = (v - floor) / storey
    wa, wb = blur_u / bay, blur_v / storey
    ribbon = c[..., 2] > 0.5
    width = np.where(ribbon, 0.9, 0.42 + 0.12 * c[..., 2])
    tall = np.where(ribbon, 0.5, 0.5 + 0.08 * c[..., 3])
    up = b > 0
    inside = np.clip((rows - b) / np.maximum(wb, 1e-3), 0, 1) * np.clip(b / np.maximum(wb, 1e-3), 0, 1)
    pane = stripe(a, 0.5 - width / 2, width, wa) * stripe(b, 0.27, tall, wb) * inside
    rim_a, rim_b = 0.11 / bay, 0.1 / storey
    frame = (
        stripe(a, 0.5 - width / 2 - rim_a, width + 2 * rim_a, wa)
        * stripe(b, 0.27 - rim_b, tall + 2 * rim_b, wb)
        * inside
    )
    mullion = stripe(a, 0.5 - 0.03 / bay, 0.06 / bay, wa) * pane * (~ribbon)
    # Ground floor of tall houses: wide panes, every third bay a door.
    door = hash01(np.floor(a).astype(np.int64), s.salt, 5, s.frame.seed) < 0.3
    ground_b = v / floor
    shop = (
        stripe(a, 0.12, 0.76, wa)
        * stripe(ground_b, np.where(door, 0.0, 0.16), np.where(door, 0.62, 0.5), blur_v / floor)
        * (~up)
        * high
        * (v > 0)
    )
    band = np.clip(1.0 - np.abs(v - floor) / np.maximum(0.22, blur_v), 0, 1) * high
    cornice = np.clip((v - (s.height - 0.42)) / np.maximum(0.08, blur_v), 0, 1)
    plinth = np.clip((0.45 - v) / np.maximum(0.08, blur_v), 0, 1)
    glass = np.clip(pane - mullion + shop * (1.0 - 0.75 * door), 0, 1)
    trim = np.clip(frame - pane + mullion, 0, 1) * 0.9 + 0.6 * band + 0.7 * cornice - 0.5 * plinth - 0.7 * shop * door
    brick = (c[..., 1] > 0.0) * np.clip(1.4 - 6.0 * blur_v / 0.3, 0, 1)
    course = stripe(v / 0.3, 0.0, 0.14, blur_v / 0.3) + 0.6 * stripe(
        u / 0.6 + 0.5 * np.floor(v / 0.3), 0.0, 0.06, blur_u / 0.6
    )
    streak = fbm(np.stack([u * 1.1, v * 0.12, c[..., 0] * 9], -1), s.frame.seed + 31, 2, blur_u)
    column = np.floor(a).astype(np.int64)
    level = np.where(up, np.floor(b), -1).astype(np.int64)
    chance = hash01(column, level + 64 * s.salt, 3, s.frame.seed)
    share = 0.42 + 0.22 * c[..., 3]
    lit = np.where(chance < share, 0.55 + 0.45 * chance / np.maximum(share, 1e-3), 0.0) + np.where(up, 0.0, 0.35)
    detail = 0.45 * style.coarse + 0.2 * style.fine + 0.45 * streak - 0.8 * brick * course
    style.glass = np.where(wall, glass, style.glass).astype(np.float32)
    style.trim = np.where(wall, np.clip(trim, -1, 1), style.trim).astype(np.float32)
    style.lit = np.where(wall, np.clip(lit, 0, 1) * glass, 0).astype(np.float32)
    style.detail = np.where(wall, detail, style.detail).astype(np.float32)
    angles = np.stack([np.sin(2 * np.pi * a), np.cos(2 * np.pi * a), np.sin(2 * np.pi * b), np.cos(2 * np.pi * b)], -1)
    fade = np.clip(1.3 - 1.3 * np.stack([wa, wa, wb, wb], -1), 0, 1)
    style.wall = (angles * fade * wall[..., None]).astype(np.float32)
    pitched = building & (s.normal_local[..., 2] >= 0.4) & (s.normal_local[..., 2] < 0.95)
    tiles = stripe(v / 0.42, 0.0, 0.3, blur_v / 0.42) * np.clip(1.3 - blur_v / 0.42, 0, 1)
    style.detail = np.where(pitched, 0.4 * style.coarse + 0.5 * style.fine - 0.7 * tiles, style.detail).astype(
        np.float32
    )


def _ground(s: Surface, style: Style) -> None:
    ground = s.cls == _GROUND
    if not np.any(ground):
        return
    x, y = s.point[..., 0], s.point[..., 1]
    blur = s.foot / s.facing
    place, c, f = s.frame.place, style.coarse, style.fine
    trim = np.zeros_like(c)

    def slabs(size: float, gap: float) -> tuple[Array, Array]:
        row = np.floor(y / size)
        joint = np.maximum(
            stripe(y / size, 0.0, gap / size, blur / size), stripe(x / size + 0.5 * row, 0.0, gap / size, blur / size)
        )
        tone = hash01(np.floor(x / size + 0.5 * row).astype(np.int64), row.astype(np.int64), 11, s.frame.seed) * 2 - 1
        near = np.clip(1.4 - 1.4 * blur / size, 0, 1)
        return joint * near, tone * near

    if place == "harbour":
        joint, tone = slabs(1.8, 0.07)
        detail, trim = 0.3 * c + 0.25 * f + 0.4 * tone, -0.9 * joint
    elif place == "desert":
        wave = np.sin(2 * np.pi * (0.9 * x + 0.35 * y + 1.1 * c) / 0.75) * np.clip(1.5 - 2.2 * blur / 0.75, 0, 1)
        detail = 0.55 * c + 0.45 * wave + 0.1 * f
    elif place == "snow":
        detail = 0.5 * c + 0.12 * f
    elif place == "forest":
        detail = 0.75 * c + 0.6 * f
    elif place == "village":
        detail = 0.7 * c + 0.45 * f
    else:
        joint, tone = slabs(3.6, 0.06)
        detail, trim = 0.5 * c + 0.3 * f + 0.12 * tone, -0.5 * joint
    style.detail = np.where(ground & (s.normal[..., 2] > 0.5), detail, style.detail).astype(np.float32)
    style.trim = np.where(ground & (s.normal[..., 2] > 0.9), trim, style.trim).astype(np.float32)


def _foliage(s: Surface, style: Style) -> None:
    plant = s.cls == _VEGETATION
    if np.any(plant):
        leaf = 0.75 * lumps(s.unit) + 0.7 * style.fine
        slim = s.extent[..., 0] < 0.25 * s.height
        style.detail = np.where(plant, np.where(slim, 0.8 * style.fine, leaf), style.detail).astype(np.float32)


def _prop(s: Surface, style: Style) -> None:
    """Planks on crates, ribs on containers, darker edges: chosen by size and code."""
    prop = s.cls == _PROP
    if not np.any(prop):
        return
    u = np.where(np.abs(s.normal_local[..., 0]) > np.abs(s.normal_local[..., 1]), s.local[..., 1], s.local[..., 0])
    v = s.local[..., 2]
    blur = s.foot / s.facing
    side = np.abs(s.normal_local[..., 2]) < 0.5
    large = (s.height > 2.2) & (s.extent[..., 1] > 4.0)
    ribs = (stripe(u / 0.5, 0.0, 0.45, blur / 0.5) - 0.45) * np.clip(1.5 - 2 * blur / 0.5, 0, 1) * side
    planks = stripe(v / 0.24, 0.0, 0.14, blur / 0.24) * np.clip(1.4 - 1.6 * blur / 0.24, 0, 1) * side
    wooden = (s.code[..., 0] > -0.1) & (s.height < 2.2)
    edge = np.max(np.sort(np.abs(s.unit), -1)[..., :2], -1)
    rim = np.clip((edge - 0.86) / 0.1, 0, 1) * (s.extent.min(-1) > 0.3)
    style.detail = np.where(
        prop,
        0.35 * style.coarse + 0.3 * style.fine - 0.7 * np.where(wooden, planks, 0) + np.where(large, 1.1 * ribs, 0),
        style.detail,
    ).astype(np.float32)
    style.trim = np.where(prop, np.where(wooden | large, -0.35 * rim, 0.0), style.trim).astype(np.float32)


def _figure(s: Surface, style: Style) -> None:
    """Parts of a person by height: shoes -1, trousers -0.5, coat 0, skin 0.5, hair 1."""
    person = s.cls == _CHARACTER
    if not np.any(person):
        return
    z = 0.5 * (s.unit[..., 2] + 1.0)
    blur = s.foot / np.maximum(s.height, 0.2)

    def above(edge: float) -> Array:
        return np.clip((z - edge) / np.maximum(blur, 0.01) + 0.5, 0, 1)

    coat = np.where(s.code[..., 2] > 0.3, 0.28, 0.47).astype(np.float32)
    part = (
        -1.0 + 0.5 * above(0.055) + 0.5 * np.clip((z - coat) / np.maximum(blur, 0.01) + 0.5, 0, 1) + 0.5 * above(0.855)
    )
    hair = above(0.955) + (1 - above(0.955)) * above(0.88) * np.clip(-s.unit[..., 1] * 4 + 0.3, 0, 1)
    style.part = np.where(person, part + 0.5 * hair, style.part).astype(np.float32)
    style.detail = np.where(person, 0.25 * style.coarse + 0.2 * style.fine, style.detail).astype(np.float32)


def _vehicle(s: Surface, style: Style) -> None:
    """Glass band, dark lower body (part -1 to 0) and lights (part above 0: front 1, rear 0.5)."""
    car = s.cls == _VEHICLE
    if not np.any(car):
        return
    z = 0.5 * (s.unit[..., 2] + 1.0)
    blur = np.maximum(s.foot / np.maximum(s.height, 0.2), 0.01)
    y = s.unit[..., 1]
    low = np.clip((0.2 - z) / blur + 0.5, 0, 1)
    wheel = np.clip(
        (0.215 - np.hypot((np.abs(y) - 0.62) * 0.5 * s.extent[..., 1] / s.height, z - 0.21)) / blur + 0.5, 0, 1
    )
    band = np.clip((z - 0.62) / blur + 0.5, 0, 1) * np.clip((0.9 - z) / blur + 0.5, 0, 1)
    post = np.clip((np.abs(np.abs(y + 0.06) - 0.26) - 0.03) * s.extent[..., 1] * 0.5 / np.maximum(s.foot, 0.02), 0, 1)
    sides = np.abs(s.normal_local[..., 2]) < 0.85
    lamp = np.clip(1.0 - np.abs(z - 0.42) / np.maximum(0.07, blur), 0, 1) * (np.abs(s.unit[..., 0]) > 0.5) * sides
    lights = lamp * ((y > 0.93) * 1.0 + (y < -0.93) * 0.5)
    style.glass = np.where(car, band * sides * post, style.glass).astype(np.float32)
    style.part = np.where(car, np.where(lights > 0.1, lights, -np.maximum(0.8 * low, wheel)), style.part).astype(
        np.float32
    )
    style.detail = np.where(car, 0.12 * style.coarse, style.detail).astype(np.float32)
    seam = stripe((y + 1) * 0.5 * s.extent[..., 1] / 1.3, 0.0, 0.03, s.foot / s.facing / 1.3)
    style.trim = np.where(car, -0.5 * seam * sides * (z < 0.6), style.trim).astype(np.float32)


def _clouds(s: Surface, style: Style) -> None:
    """Cloud field (coarse), its light towards the sun (part) and stars (fine) on a plane far above."""
    if not np.any(s.sky):
        return
    d = s.view[s.sky]
    seed = s.frame.seed
    rise = np.maximum(d[..., 2], 0.0) + np.float32(0.14)
    p = np.stack([d[..., 0] / rise * 1.1, d[..., 1] / rise * 1.1, np.full_like(rise, 0.37 * (seed % 251))], -1).astype(
        np.float32
    )
    blur = (np.float32(2.2 / s.sky.shape[1]) / rise**2).astype(np.float32)
    warp = fbm(p * np.float32(0.7), seed + 51, 2, blur)
    q = p + np.float32(0.35) * warp[..., None]
    sun = np.asarray(s.frame.sun, np.float32)
    way = sun[:2] / max(float(np.hypot(sun[0], sun[1])), 1e-3)
    field = fbm(q, seed + 61, 5, blur)
    toward = fbm(q + np.array([*(0.16 * way), 0.0], np.float32), seed + 61, 3, blur)
    style.coarse[s.sky] = np.clip(field, -1, 1)
    style.part[s.sky] = np.clip((field - toward) * 2.0, -1, 1)
    style.fine[s.sky] = _stars(d, seed)
    style.detail[s.sky] = 0
    style.trim[s.sky] = 0


def _stars(view: Array, seed: int) -> Array:
    """Round dots in a lattice of directions; one cell in 150 holds a star."""
    grid = view * np.float32(110.0)
    cell = np.floor(grid)
    i = cell.astype(np.int64)
    chance = hash01(i[..., 0], i[..., 1], i[..., 2], seed + 71)
    off = np.linalg.norm(grid - cell - np.float32(0.5), axis=-1)
    return (np.clip((chance - 0.988) / 0.012, 0, 1) * np.clip(1.0 - off / 0.42, 0, 1)).astype(np.float32)
