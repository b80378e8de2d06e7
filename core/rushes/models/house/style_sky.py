"""Clouds and stars: functions of the view direction and the shot's seed. NumPy only."""

from __future__ import annotations

import numpy as np

from rushes.models.house.noise import Array, fbm, hash01
from rushes.models.house.style_patch import Style
from rushes.models.house.surface import Surface

__all__ = ["clouds"]


def clouds(s: Surface, style: Style) -> None:
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
    field = fbm(q, seed + 61, 4, blur)
    toward = fbm(q + np.array([*(0.16 * way), 0.0], np.float32), seed + 61, 2, blur)
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
