"""Props, rocks, hulls, plants and lamps: told apart by their proportions, varied by their codes. NumPy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rushes.models.house.noise import Array, fbm, hash01, stripe
from rushes.models.house.style_patch import Patch, band, paint_over, pick, tint
from rushes.models.house.surface import lumps

__all__ = ["afloat", "fixture", "foliage", "hull", "prop"]

_BOOKS = tint("7a2f2a", "2f4a5a", "b59a5a", "3f5a44", "8a8478", "4a3a55", "c9b898", "2a2a2e")
_WOODS = tint("8a6540", "6e4d30", "a07a4e", "7a6a55")


def _sides(p: Patch) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Horizontal coordinate of the face, height, and whether the pixel is on a side."""
    across = np.abs(p.normal_local[:, 0]) > np.abs(p.normal_local[:, 1])
    return np.where(across, p.local[:, 1], p.local[:, 0]), p.local[:, 2], np.abs(p.normal_local[:, 2]) < 0.5


def prop(p: Patch) -> None:
    """Planks on crates, ribs on containers, hoops on barrels, strata on rocks, books on shelves, painted metal."""
    u, v, side = _sides(p)
    w = p.blur().astype(np.float32)
    wide, deep = np.maximum(p.extent[:, 0], p.extent[:, 1]), np.minimum(p.extent[:, 0], p.extent[:, 1])
    inside = p.frame.place == "interior"
    boat = afloat(p) & (not inside)
    container = (p.height > 2.1) & (p.height < 3.6) & (wide > 4.0) & (deep < 3.6) & (not inside)
    rough = np.abs(np.abs(p.normal_local).max(-1) - 1.0) > 0.02
    rocky = _lumpy(p) & (not inside)
    round_ = (np.abs(wide / deep - 1) < 0.12) & (p.height > 1.15 * wide) & (p.height < 2.2 * wide) & (wide < 1.3)
    shelf = (p.height > 1.2) & (deep < 0.55) & (wide > 0.6) & inside
    grey = np.ptp(p.hint, axis=-1) < 0.06
    wooden = (
        ~container
        & ~rocky
        & ~boat
        & ~round_
        & (p.height < 2.2)
        & ((p.code[:, 0] > -0.1) & ~grey | inside & (p.code[:, 0] > 0.1))
    )
    p.detail = (0.4 * p.coarse + 0.3 * p.fine).astype(np.float32)
    planks = stripe(v / 0.22, 0.0, 0.1, w / 0.22) * np.clip(1.4 - 1.6 * w / 0.22, 0, 1)
    tone = (hash01(np.floor(v / 0.22).astype(np.int64), p.key, 3, 3) - 0.5) * np.clip(1.4 - 1.6 * w / 0.22, 0, 1)
    edge = np.sort(np.abs(p.unit), -1)[:, 1]
    rim = np.clip((edge - 0.86) / 0.08, 0, 1) * (p.extent.min(-1) > 0.3) * ~rough
    crate = wooden & side & (not inside)
    grain = fbm(np.stack([u * 2.0, v * 14.0, p.code[:, 1] * 9], -1), 33, 2, w * 14.0)
    p.detail = (p.detail + np.where(wooden, 0.5 * grain + 0.9 * tone * crate, 0)).astype(np.float32)
    p.trim = np.where(wooden & (not inside), -0.7 * planks * side * (rim < 0.5) + 0.25 * rim, -0.2 * rim).astype(
        np.float32
    )
    _container(p, container & side, u, v, w)
    _barrel(p, round_ & side, v, w)
    _rock(p, rocky, w)
    _books(p, shelf & side, u, v, w)
    p.shade(0.3)
    dark, pale = np.clip(-p.trim, 0, 1), np.clip(p.trim, 0, 1)
    p.color *= (1 - 0.6 * dark + 0.3 * pale)[:, None]
    if np.any(boat):
        hull(p, boat)
    if inside:
        _cloth(p, side, u, v, w, wooden | shelf)


def _lumpy(p: Patch) -> Array:
    """Rocks: low, wide, and seen at normals that boxes do not have. By the object's grey-brown colour and shape."""
    r, g, b = p.hint[:, 0], p.hint[:, 1], p.hint[:, 2]
    dull = (np.ptp(p.hint, axis=-1) < 0.3) & (r >= 0.9 * g) & (g >= 0.8 * b) & (p.height < 1.05 * p.extent.max(-1))
    squat = (p.height < 0.95 * np.maximum(p.extent[:, 0], p.extent[:, 1])) & (p.height > 0.25)
    return dull & squat & np.isin(p.salt, _curved(p))


def _curved(p: Patch) -> NDArray[np.int64]:
    """Objects of which no more than a fifth of the pixels look along an own axis."""
    ids, index = np.unique(p.salt, return_inverse=True)
    straight = (np.abs(p.normal_local).max(-1) > 0.98).astype(np.float64)
    share = np.bincount(index.reshape(-1), straight, len(ids)) / np.bincount(index.reshape(-1), minlength=len(ids))
    return ids[share < 0.2]


def _container(p: Patch, where: Array, u: Array, v: Array, w: Array) -> None:
    if not np.any(where):
        return
    on = where.astype(np.float32)
    ribs = (stripe(u / 0.36, 0.0, 0.5, w / 0.36) - 0.5) * np.clip(1.5 - 1.8 * w / 0.36, 0, 1)
    frame = np.clip(band(v, -1, 0.16, w) + band(v, p.height - 0.16, 99, w), 0, 1)
    p.detail += (on * 1.6 * ribs * (1 - frame)).astype(np.float32)
    p.trim = np.where(where, -0.5 * frame, p.trim).astype(np.float32)
    bar = on * band(v, 0.64 * p.height, 0.8 * p.height, w) * band(u, -1.4, 0.4, w)
    letters = (
        bar * stripe(u / 0.3, 0.15, 0.6, w / 0.3) * (hash01(np.floor(u / 0.3).astype(np.int64), p.key, 1, 4) < 0.8)
    )
    paint_over(p.color, 0.8 * letters, (0.68, 0.66, 0.6))


def _barrel(p: Patch, where: Array, v: Array, w: Array) -> None:
    if not np.any(where):
        return
    at = v / np.maximum(p.height, 0.1) * 3.0
    hoops = stripe(at + 0.06, 0.0, 0.12, w / p.height * 3.0)
    p.trim = np.where(where, -0.6 * hoops, p.trim).astype(np.float32)
    stains = np.clip(fbm(np.stack([p.local[:, 0] * 4, p.local[:, 1] * 4, v * 0.8], -1), 35, 2, w * 4) - 0.2, 0, 1)
    paint_over(p.color, 0.5 * stains * where, tint("5a3522")[0])


def _rock(p: Patch, where: Array, w: Array) -> None:
    if not np.any(where):
        return
    layer = p.local[:, 2] + 0.25 * p.coarse + 0.1 * p.fine + 0.2 * p.local[:, 0] * p.code[:, 0]
    strata = (stripe(layer / 0.32, 0.0, 0.3, w / 0.32) - 0.3) * np.clip(1.5 - 1.7 * w / 0.32, 0, 1)
    crack = np.clip(1 - np.abs(fbm(p.local * np.float32(1.3), 37, 2, w * 1.3)) * 9, 0, 1) * np.clip(1.3 - 6 * w, 0, 1)
    p.detail = np.where(where, 0.7 * p.coarse + 0.7 * p.fine - 0.8 * strata - 0.7 * crack, p.detail).astype(np.float32)
    p.trim = np.where(where, -0.3 * crack, p.trim).astype(np.float32)


def _books(p: Patch, where: Array, u: Array, v: Array, w: Array) -> None:
    """Rows of books between boards."""
    if not np.any(where):
        return
    on = where.astype(np.float32)
    boards = stripe(v / 0.36, 0.0, 0.1, w / 0.36)
    row = np.floor(v / 0.36).astype(np.int64)
    book = np.floor(u / 0.055).astype(np.int64)
    near = np.clip(1.5 - 1.6 * w / 0.055, 0, 1)
    draw = hash01(book, row, p.key, 4)
    group = hash01(book // 6, row, p.key, 5)
    tall = band(v / 0.36 - row, 0.1, 0.62 + 0.25 * draw, w / 0.36)
    backs = _BOOKS[np.minimum((draw * 8).astype(np.int64), 7)] * near[:, None] + (1 - near)[:, None] * _BOOKS.mean(0)
    filled = on * (group < 0.8) * (np.abs(u) < 0.5 * np.maximum(p.extent[:, 0], p.extent[:, 1]) - 0.05)
    paint_over(p.color, on * (1 - boards) * 0.85, p.hint * 0.25)
    paint_over(p.color, filled * tall * (1 - boards), backs)
    gaps = filled * tall * stripe(u / 0.055, 0.0, 0.14, w / 0.055) * near
    p.trim = np.where(where, 0.4 * boards - 0.6 * gaps, p.trim).astype(np.float32)


def _cloth(p: Patch, side: Array, u: Array, v: Array, w: Array, wooden: Array) -> None:
    """Upholstery: seams of cushions and a woven check on what is neither wood nor tall; drawers on wooden cases."""
    wide, deep = np.maximum(p.extent[:, 0], p.extent[:, 1]), np.minimum(p.extent[:, 0], p.extent[:, 1])
    soft = ~wooden & (p.height < 1.2) & (wide > 0.5) & (deep > 0.35)
    seam = np.maximum(stripe(u / 0.65 + 0.5, 0.0, 0.03, w / 0.65), 0.6 * band(np.abs(v - 0.42), -1, 0.012, w)) * soft
    case = wooden & side & (p.height > 0.5) & (p.height < 1.3) & (deep > 0.3)
    joint = np.maximum(stripe(v / 0.27, 0.0, 0.05, w / 0.27), stripe(u / 0.6 + 0.5, 0.0, 0.025, w / 0.6)) * case
    knob = case * stripe(u / 0.6 + 0.5, 0.46, 0.1, w / 0.6) * stripe(v / 0.27, 0.45, 0.16, w / 0.27)
    p.color *= (1 - 0.45 * np.clip(seam + joint, 0, 1))[:, None].astype(np.float32)
    paint_over(p.color, 0.8 * knob, (0.35, 0.28, 0.16))
    p.trim += (0.6 * knob - 0.6 * np.clip(seam + joint, 0, 1)).astype(np.float32)


def afloat(p: Patch) -> NDArray[np.bool_]:
    """Boats and ships: long, and with their keel below the ground of the scene."""
    wide, deep = np.maximum(p.extent[:, 0], p.extent[:, 1]), np.minimum(p.extent[:, 0], p.extent[:, 1])
    keel = p.point[:, 2] - p.local[:, 2]
    return (wide > 1.8 * deep) & (wide > 2.5) & (wide > 1.6 * p.height) & (deep > 0.9) & (keel < -0.25)


def hull(p: Patch, where: Array) -> None:
    """A boat: bottom paint below the waterline, a stripe, planking, portholes, a pale deck."""
    u, v, side = _sides(p)
    w = p.blur().astype(np.float32)
    on = (where & side).astype(np.float32)
    h = np.maximum(p.height, 0.3)
    line = np.minimum(0.3 * h, 2.8)
    bottom = on * band(v, -9, line, w)
    mark = on * band(v, line, line + np.minimum(0.09 * h, 0.5), w)
    planks = stripe(v / 0.2, 0.0, 0.12, w / 0.2) * np.clip(1.4 - 1.6 * w / 0.2, 0, 1) * on
    paint_over(p.color, bottom, pick(p.key, 51, tint("6e2a22", "2a2d33", "244a44")))
    paint_over(p.color, mark, (0.66, 0.64, 0.58))
    rail = on * band(v, 0.92 * h, 99, w)
    paint_over(p.color, rail, tint("5a3d26")[0])
    big = h > 1.6
    radius = np.hypot(u / 1.3 - np.floor(u / 1.3) - 0.5, (v - 0.68 * h) / 1.3) * 1.3
    port = on * big * band(radius, -1, 0.15, w)
    ring = on * big * band(radius, 0.15, 0.21, w)
    paint_over(p.color, ring, (0.5, 0.45, 0.3))
    p.color *= (1 - 0.35 * planks)[:, None].astype(np.float32)
    p.glass = np.maximum(p.glass, port * where).astype(np.float32)
    p.lit = np.where(where, 0.6 * port, p.lit).astype(np.float32)
    p.trim = np.where(where, np.clip(mark + ring - 0.5 * planks - 0.4 * bottom - 0.4 * rail, -1, 1), p.trim).astype(
        np.float32
    )
    deck = where & ~side & (p.normal_local[:, 2] > 0.5)
    boards = stripe(p.local[:, 0] / 0.16, 0.0, 0.14, w / 0.16) * np.clip(1.4 - 1.6 * w / 0.16, 0, 1)
    wood = pick(p.key, 52, _WOODS) * (1 - 0.4 * boards)[:, None]
    p.color = np.where(deck[:, None], wood * np.exp(0.25 * p.detail)[:, None], p.color).astype(np.float32)


def foliage(p: Patch) -> None:
    """Leaves, lighter at the tips; bark on stems."""
    slim = np.maximum(p.extent[:, 0], p.extent[:, 1]) < 0.25 * p.height
    w = p.blur().astype(np.float32)
    leaf = fbm(p.local * np.float32(5.5) + p.code[:, :3] * 20, 39, 2, w * 5.5)
    crown = 0.7 * lumps(p.unit) + 0.5 * p.fine + 0.6 * leaf
    bark = (
        stripe(
            np.arctan2(p.local[:, 1], p.local[:, 0]) * 2.2 + 0.6 * p.coarse,
            0.0,
            0.4,
            w * 2.2 / np.maximum(p.extent[:, 0], 0.1),
        )
        - 0.4
    )
    p.detail = np.where(slim, 0.7 * p.fine + 0.6 * bark, crown).astype(np.float32)
    p.shade(0.6)
    tip = np.clip(p.detail, 0, 1) * ~slim
    p.color *= 1 + tip[:, None] * np.array([0.35, 0.22, -0.15], np.float32)
    warm = np.clip(p.code[:, 2] - 0.35, 0, 1) * ~slim
    p.color *= 1 + warm[:, None] * np.array([0.5, 0.05, -0.2], np.float32)


def fixture(p: Patch) -> None:
    """A lamp: a metal pole with a foot and rings, a pale head (all of it when it is small)."""
    w = p.blur().astype(np.float32)
    v, h = p.local[:, 2], p.height
    head = np.where(h < 0.6, 1.0, band(v, 0.78 * h, 2 * h, w)).astype(np.float32)
    foot = band(v, -1, 0.08 * h, w) + band(v, 0.74 * h, 0.78 * h, w)
    p.detail = (0.2 * p.coarse + 0.2 * p.fine).astype(np.float32)
    p.shade(0.25)
    p.color *= (1 - 0.5 * np.clip(foot, 0, 1) * (1 - head))[:, None].astype(np.float32)
    paint_over(p.color, head, 0.25 * p.hint + np.array([0.58, 0.54, 0.44], np.float32))
    cage = head * stripe(
        np.arctan2(p.local[:, 1], p.local[:, 0]) / np.pi * 3, 0.0, 0.12, w * 3 / np.maximum(p.extent[:, 0], 0.05)
    )
    p.trim = (-0.5 * np.clip(foot + cage, 0, 1) + 0.4 * head).astype(np.float32)
