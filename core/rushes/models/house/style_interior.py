"""Rooms: walls with paper, panels or tiles, skirting, cornice; floors of parquet, planks, tiles, carpet. NumPy only."""

from __future__ import annotations

import numpy as np

from rushes.models.house.noise import hash01, stripe
from rushes.models.house.style_facade import wall_frame
from rushes.models.house.style_ground import slabs
from rushes.models.house.style_patch import Patch, band, paint_over, pick, tint

__all__ = ["floor", "room"]

_PAINTED, _STRIPED, _PANELLED, _TILED, _PAPERED = range(5)
_WOOD = tint("7a5234", "5f3f28", "946a42", "4a3426")
_TRIM = tint("e6e0d2", "d8cfc0", "5a4030", "efece6")


def room(p: Patch) -> None:
    """Paint walls and ceiling; what is not as tall as a wall gets plaster alone."""
    up = p.normal_local[:, 2]
    wall = (np.abs(up) < 0.4).astype(np.float32) * (p.height > 1.6)
    u, _, _ = wall_frame(p)
    v = p.local[:, 2]
    wu, wv = p.blur_along().astype(np.float32), p.blur_up().astype(np.float32)
    kind = pick(p.key, 41, np.array([_PAINTED, _STRIPED, _PANELLED, _PAINTED, _TILED, _PAPERED], np.int64))
    white = pick(p.key, 42, _TRIM)
    p.detail = (0.25 * p.coarse + 0.12 * p.fine).astype(np.float32)
    p.shade(0.18)
    period = 0.22 + 0.1 * p.code[:, 0]
    lines = stripe(u / period, 0.0, 0.5, wu / period) * np.clip(1.5 - 1.7 * wu / period, 0, 1)
    p.color *= (1 - 0.22 * wall * (kind == _STRIPED) * lines)[:, None].astype(np.float32)
    if np.any(kind == _PAPERED):
        size = 0.42 + 0.12 * p.code[:, 0]
        row = np.floor(v / size)
        du, dv = u / size + 0.5 * row, v / size
        du, dv = du - np.floor(du) - 0.5, dv - row - 0.5
        radius = np.hypot(du, dv * 0.8) * (1 + 0.35 * np.cos(4 * np.arctan2(dv, du)))
        bloom = band(radius, -1.0, 0.3, np.maximum(wu, wv) / size) - 0.6 * band(
            radius, -1, 0.12, np.maximum(wu, wv) / size
        )
        bloom = bloom * np.clip(1.5 - 1.7 * np.maximum(wu, wv) / size, 0, 1) * wall * (kind == _PAPERED)
        paint_over(p.color, 0.35 * bloom, white)
    dado = 1.0 + 0.15 * p.code[:, 2]
    low = wall * band(v, -1.0, dado, wv)
    panelled = low * (kind == _PANELLED)
    if np.any(panelled > 0):
        paint_over(p.color, panelled, np.where((p.code[:, 1] > 0)[:, None], pick(p.key, 43, _WOOD), white))
        field = stripe(u / 0.7, 0.14, 0.72, wu / 0.7) * band(v, 0.24, dado - 0.14, wv)
        inner = stripe(u / 0.7, 0.18, 0.64, wu / 0.7) * band(v, 0.28, dado - 0.18, wv)
        groove = np.clip(field - inner, 0, 1) * panelled
        p.color *= (1 - 0.45 * groove)[:, None]
        p.trim -= (0.7 * groove).astype(np.float32)
    tiled = wall * band(v, -1.0, 1.7, wv) * (kind == _TILED)
    if np.any(tiled > 0):
        joint = np.maximum(stripe(u / 0.2, 0.0, 0.07, wu / 0.2), stripe(v / 0.2, 0.0, 0.07, wv / 0.2))
        joint = joint * np.clip(1.5 - 1.6 * np.maximum(wu, wv) / 0.2, 0, 1)
        paint_over(p.color, tiled, 0.25 * p.hint + 0.55)
        p.color *= (1 - 0.35 * tiled * joint)[:, None]
        p.trim -= (0.6 * tiled * joint).astype(np.float32)
    rail = wall * band(v, dado, dado + 0.07, wv) * ((kind == _PANELLED) | (kind == _STRIPED))
    skirt = wall * band(v, -1.0, 0.13, wv)
    crown = wall * band(v, p.height - 0.11, p.height + 1, wv) * (p.height < 5.0)
    seam = wall * (band(v, 0.13, 0.16, wv) + band(v, p.height - 0.14, p.height - 0.11, wv) * (p.height < 5.0))
    paint_over(p.color, np.clip(rail + skirt + crown, 0, 1), white)
    p.color *= (1 - 0.35 * np.clip(seam, 0, 1))[:, None]
    p.trim += (0.8 * np.clip(rail + skirt + crown, 0, 1) - 0.6 * seam).astype(np.float32)
    ceiling = up < -0.6
    p.color = np.where(ceiling[:, None], 0.3 * p.color + 0.52, p.color).astype(np.float32)


def floor(p: Patch) -> None:
    """Parquet, planks, tiles or carpet by the object's code, one for the whole floor."""
    up = (p.normal[:, 2] > 0.8).astype(np.float32)
    x, y, w = p.local[:, 0], p.local[:, 1], p.blur().astype(np.float32)
    kind = pick(p.key, 45, np.array([0, 1, 2, 3, 1], np.int64))
    herring = np.where((np.floor(x / 0.6) + np.floor(y / 0.6)) % 2 > 0, x, y)
    other = np.where((np.floor(x / 0.6) + np.floor(y / 0.6)) % 2 > 0, y, x)
    block, block_tone = slabs(herring, other, (0.6, 0.12), 0.008, w, p.key)
    plank, plank_tone = slabs(x, y, (1.8, 0.16), 0.01, w, p.key)
    tile = np.maximum(stripe(x / 0.4, 0, 0.03, w / 0.4), stripe(y / 0.4, 0, 0.03, w / 0.4)) * np.clip(
        1.5 - 1.6 * w / 0.4, 0, 1
    )
    near = np.clip(1.5 - 1.6 * w / 0.4, 0, 1)
    check = ((np.floor(x / 0.4) + np.floor(y / 0.4)) % 2 * 2 - 1) * near * (p.code[:, 2] > 0)
    grain = hash01(np.floor(y / 0.03).astype(np.int64), np.floor(x / 0.9).astype(np.int64), p.key, 2) - 0.5
    grain = grain * np.clip(1.4 - 1.6 * w / 0.03, 0, 1)
    # A woven border runs round a carpet.
    away = np.minimum(0.5 * p.extent[:, 0] - np.abs(x), 0.5 * p.extent[:, 1] - np.abs(y))
    border = band(away, 0.12, 0.24, w) * (kind == 3) * (np.maximum(p.extent[:, 0], p.extent[:, 1]) < 6)
    joint = np.select([kind == 0, kind == 1, kind == 2], [block, plank, tile], 0.0)
    tone = np.select([kind == 0, kind == 1, kind == 2], [block_tone, plank_tone, 0.9 * check], 0.0)
    detail = 0.2 * p.coarse + np.where(kind == 3, 0.5, 0.2) * p.fine + 0.6 * tone + 0.4 * grain * (kind < 2)
    p.detail = (detail * up).astype(np.float32)
    p.trim = ((0.6 * border - 0.7 * joint) * up).astype(np.float32)
    p.shade(0.36)
    p.color *= (1 - 0.5 * joint * up)[:, None].astype(np.float32)
    paint_over(p.color, 0.6 * border * up, 0.4 * p.hint + 0.4)
