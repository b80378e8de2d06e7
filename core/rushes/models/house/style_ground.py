"""Ground by place: asphalt and slabs, roads with markings, earth and grass, sand, leaves, snow. NumPy only."""

from __future__ import annotations

import numpy as np

from rushes.models.house.noise import Array, fbm, hash01, stripe
from rushes.models.house.style_patch import Patch, band, paint_over, tint

__all__ = ["ground", "slabs"]

_GRASS = tint("66743a")[0]
_EARTH = tint("7a6448")[0]
_LEAF = tint("8a5a2e", "6f4a2a", "97803f", "55503a")


def slabs(
    x: Array, y: Array, size: tuple[float, float], gap: float, blur: Array, key: Array | int
) -> tuple[Array, Array]:
    """Joints (0..1) and a tone per slab (-1..1) of a running bond; both fade before they alias."""
    row = np.floor(y / size[1])
    along = x / size[0] + 0.5 * row
    joint = np.maximum(
        stripe(y / size[1], 0.0, gap / size[1], blur / size[1]), stripe(along, 0.0, gap / size[0], blur / size[0])
    )
    tone = hash01(np.floor(along).astype(np.int64), row.astype(np.int64), np.asarray(key, np.int64), 11) * 2 - 1
    near = np.clip(1.4 - 1.4 * blur / min(size), 0, 1)
    return joint * near, tone * near


def ground(p: Patch) -> None:
    """Paint the ground of the frame's place; slopes and sides keep plain noise."""
    place = p.frame.place
    level = p.normal[:, 2] > 0.5
    flat = (p.normal[:, 2] > 0.9).astype(np.float32)
    x, y, blur = p.point[:, 0], p.point[:, 1], p.blur().astype(np.float32)
    c, f = p.coarse, p.fine
    trim, strength = np.zeros_like(c), 0.34
    narrow = np.minimum(p.extent[:, 0], p.extent[:, 1])
    paved = (narrow < 4.2) & (place in ("city", "harbour"))
    if place == "harbour":
        joint, tone = slabs(x, y, (2.4, 1.5), 0.06, blur, p.frame.seed)
        rust = np.clip(fbm(p.point * np.float32(0.8), 41, 2, blur * 0.8) - 0.35, 0, 1)
        detail, trim = 0.3 * c + 0.25 * f + 0.4 * tone - 0.5 * rust, -0.8 * joint
    elif place == "desert":
        wave = np.sin(2 * np.pi * (0.9 * x + 0.35 * y + 1.1 * c) / 0.75) * np.clip(1.5 - 2.2 * blur / 0.75, 0, 1)
        detail = 0.55 * c + 0.45 * wave + 0.1 * f
    elif place == "snow":
        drift = np.sin(2 * np.pi * (0.3 * x + 0.8 * y + 1.6 * c) / 3.2) * np.clip(1.5 - 2.2 * blur / 3.2, 0, 1)
        detail, strength = 0.5 * c + 0.12 * f + 0.3 * drift, 0.12
    elif place == "forest":
        detail = 0.75 * c + 0.6 * f
        _litter(p, blur, level)
    elif place == "village":
        detail = 0.7 * c + 0.45 * f
        grass = np.clip(2.2 * c + 0.9 * f + 0.1, 0, 1) * level
        paint_over(p.color, 0.55 * grass, 0.35 * p.hint + 0.65 * _GRASS)
        path = np.clip(1.0 - 3.0 * np.abs(c + 0.35) - 0.4 * f, 0, 1) * level
        paint_over(p.color, 0.5 * path, _EARTH)
    else:
        crack = np.clip(1.0 - np.abs(fbm(p.point * np.float32(0.55), 43, 3, blur * 0.55)) * 16, 0, 1)
        crack = crack * np.clip(1.3 - 9 * blur, 0, 1)
        patch = _patches(p, x, y, blur)
        detail, trim = 0.45 * c + 0.3 * f - 0.5 * patch, -0.45 * crack
    if np.any(paved):
        joint, tone = slabs(p.local[:, 0], p.local[:, 1], (0.9, 0.6), 0.022, blur, p.key)
        detail = np.where(paved, 0.3 * c + 0.25 * f + 0.35 * tone, detail)
        edge = band(0.5 * narrow - _across(p), -1.0, 0.16, blur) * (narrow > 1.0)
        trim = np.where(paved, -0.8 * joint + 0.5 * edge * (joint < 0.3), trim)
    p.detail = np.where(level, detail, 0.5 * c + 0.4 * f).astype(np.float32)
    p.trim = (trim * flat).astype(np.float32)
    p.shade(strength)
    pale, dark = np.clip(p.trim, 0, 1), np.clip(-p.trim, 0, 1)
    p.color *= (1 - 0.6 * dark + 0.5 * pale)[:, None]
    if place in ("city", "harbour"):
        _markings(p, flat)


def _across(p: Patch) -> Array:
    """Distance from the middle line of the ground's box along its shorter side."""
    return np.where(p.extent[:, 0] < p.extent[:, 1], np.abs(p.local[:, 0]), np.abs(p.local[:, 1]))


def _patches(p: Patch, x: Array, y: Array, blur: Array) -> Array:
    """Mended rectangles in asphalt."""
    i, j = np.floor(x / 5.3).astype(np.int64), np.floor(y / 4.1).astype(np.int64)
    has = hash01(i, j, 3, p.frame.seed) < 0.16
    return has * stripe(x / 5.3, 0.2, 0.45, blur / 5.3) * stripe(y / 4.1, 0.15, 0.5, blur / 4.1)


def _litter(p: Patch, blur: Array, level: Array) -> None:
    """Moss in patches and single leaves."""
    moss = np.clip(1.8 * p.coarse + 0.6 * p.fine, 0, 1) * level
    paint_over(p.color, 0.6 * moss, tint("4f5e2c")[0])
    earth = np.clip(-1.6 * p.coarse - 0.5 * p.fine - 0.1, 0, 1) * level
    paint_over(p.color, 0.6 * earth, tint("54422e")[0])
    near = np.clip(1.4 - 5.5 * blur, 0, 1) * level
    some = near > 0
    if not np.any(some):
        return
    x, y, w = p.point[some, 0] / 0.34, p.point[some, 1] / 0.34, blur[some] / 0.34
    i, j = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    draw = hash01(i, j, 5, p.frame.seed)
    dx, dy = x - i - 0.3 - 0.4 * draw, y - j - 0.7 + 0.4 * draw
    leaf = np.clip((0.2 - np.hypot(dx, 1.7 * dy)) / np.maximum(w, 0.03) + 0.5, 0, 1) * (draw < 0.6) * near[some]
    kind = np.minimum((draw * 6.6).astype(np.int64), 3)
    part = p.color[some]
    paint_over(part, 0.85 * leaf, _LEAF[kind])
    p.color[some] = part


def _markings(p: Patch, flat: Array) -> None:
    """Dashes in the middle and lines at the edges of ground that is shaped like a road."""
    short = np.minimum(p.extent[:, 0], p.extent[:, 1])
    long = np.maximum(p.extent[:, 0], p.extent[:, 1])
    road = (short >= 5.0) & (short <= 14.0) & (long > 3.0 * short)
    if not np.any(road):
        return
    along_y = p.extent[:, 1] > p.extent[:, 0]
    t = np.where(along_y, p.local[:, 1], p.local[:, 0])
    d = np.where(along_y, p.local[:, 0], p.local[:, 1])
    wd, wt = _axis_blur(p, along_y)
    on = road * flat * np.clip(0.85 + 0.35 * p.fine + 0.2 * p.coarse, 0, 1)
    dash = band(d, -0.07, 0.07, wd) * stripe(t / 6.0, 0.0, 0.5, wt / 6.0)
    edge = band(np.abs(d), 0.5 * short - 0.42, 0.5 * short - 0.3, wd)
    paint_over(p.color, np.clip(dash + edge, 0, 1) * on, (0.62, 0.61, 0.56))
    p.trim += (np.clip(dash + edge, 0, 1) * on).astype(np.float32)


def _axis_blur(p: Patch, along_y: Array) -> tuple[Array, Array]:
    """Width of a pixel across and along a road, metres."""
    wide = np.zeros_like(p.foot), np.zeros_like(p.foot)
    for ident in np.unique(p.salt).tolist():
        some = p.salt == ident
        thing = p.frame.objects.get(int(ident))
        axes = np.eye(3) if thing is None else thing.matrix[:3, :3]
        axes = axes / np.maximum(np.linalg.norm(axes, axis=0), 1e-9)
        y_long = bool(along_y[some][0])
        for out, axis in zip(wide, (axes[:, 0], axes[:, 1]) if y_long else (axes[:, 1], axes[:, 0]), strict=True):
            slant = p.view[some] @ axis.astype(np.float32) / p.facing[some]
            out[some] = p.foot[some] * np.sqrt(1 + slant**2)
    return wide
