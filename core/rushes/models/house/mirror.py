"""What water and wet ground mirror of the picture itself: rays marched against the frame's own depth. NumPy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import Size
from rushes.models.house.noise import Array, fbm
from rushes.models.house.style_patch import Style
from rushes.models.house.surface import CLASSES, Surface, rigid

__all__ = ["Mirror", "look_up", "mirrored", "mirroring", "ripples"]

_GROUND, _WATER = CLASSES.index("ground"), CLASSES.index("water")
_STEPS = 18
_FAR = 3000.0
_EDGE = 0.08
_SOLID = 0.55
"""A ray that is behind a thing by more than this share of its depth passes by."""


@dataclass(frozen=True)
class Mirror:
    """Where each mirroring pixel finds its reflection, (H, W) float32."""

    x: Array
    """Picture coordinate -1 (left) to 1 (right)."""
    y: Array
    """Picture coordinate -1 (top) to 1 (bottom)."""
    share: Array
    """1 where the reflection is in the picture, falling to 0 towards its edges; 0 elsewhere."""
    bend: Array
    """(H, W, 3) how far waves bend the normal; 0 where nothing mirrors."""


def ripples(s: Surface, style: Style) -> Array:
    """(H, W, 3) how far waves bend the normal of water; 0 elsewhere. Calmer the farther away."""
    bend = np.zeros((*s.sky.shape, 3), np.float32)
    water = s.cls == _WATER
    if not np.any(water):
        return bend
    p = s.point[water] * np.array([0.55, 0.9, 1.0], np.float32)
    width = (s.foot / s.facing)[water]
    wave = fbm(p, s.frame.seed + 1, 3, width * np.float32(0.7))
    calm = np.clip(1.2 - 1.2 * width, 0.15, 1)
    bend[water, 0] = (0.05 * style.fine[water] + 0.045 * wave) * calm
    bend[water, 1] = (0.05 * style.coarse[water] - 0.04 * wave) * calm
    return bend


def mirroring(s: Surface) -> NDArray[np.bool_]:
    """(H, W) pixels that mirror their surroundings: water, and level ground in the rain."""
    where = s.cls == _WATER
    if s.frame.weather == "rain" and s.frame.place != "interior":
        where = where | ((s.cls == _GROUND) & (s.normal[..., 2] > 0.8))
    return where


def look_up(picture: Array, mirror: Mirror) -> Array:
    """The picture (H, W, C) where `mirror` points, bilinear."""
    h, w = mirror.x.shape
    out = np.zeros((h, w, picture.shape[2]), np.float32)
    at = np.flatnonzero(mirror.share.reshape(-1) > 0)
    if not len(at):
        return out
    x = np.clip((mirror.x.reshape(-1)[at] + 1) * 0.5 * w - 0.5, 0, w - 1.001)
    y = np.clip((mirror.y.reshape(-1)[at] + 1) * 0.5 * h - 0.5, 0, h - 1.001)
    i, j = x.astype(np.int64), y.astype(np.int64)
    fx, fy = (x - i)[:, None].astype(np.float32), (y - j)[:, None].astype(np.float32)
    flat = picture.reshape(-1, picture.shape[2])
    k = j * w + i
    top = flat[k] * (1 - fx) + flat[k + 1] * fx
    low = flat[k + w] * (1 - fx) + flat[k + w + 1] * fx
    out.reshape(-1, picture.shape[2])[at] = top * (1 - fy) + low * fy
    return out


def mirrored(s: Surface, style: Style) -> Mirror:
    """Find the reflections of a frame.

    A level mirror is marched at half the size; waves then bend the ray that ends at the distance found.
    """
    h, w = s.sky.shape
    x, y, share = (np.zeros((h, w), np.float32) for _ in range(3))
    where = mirroring(s)
    if not np.any(where) or h < 4 or w < 4:
        return Mirror(x, y, share, np.zeros((h, w, 3), np.float32))
    bend = ripples(s, style)
    view = _View(s, where)
    reach = np.zeros((h, w), np.float32)
    half = np.zeros((h, w), np.bool_)
    half[::2, ::2] = where[::2, ::2]
    at = np.flatnonzero(half)
    start = view.own(s.point.reshape(-1, 3)[at])
    away = view.turn(_reflect(s.view.reshape(-1, 3)[at], np.array([0.0, 0.0, 1.0], np.float32)))
    step = (s.foot.reshape(-1)[at] * 3.0 + 0.02).astype(np.float32)
    reach.reshape(-1)[at] = view.march(start, away, step)
    reach = np.repeat(np.repeat(reach[::2, ::2], 2, 0), 2, 1)[:h, :w]
    at = np.flatnonzero(where & (reach > 0))
    point, far = view.own(s.point.reshape(-1, 3)[at]), reach.reshape(-1)[at, None]
    level = view.turn(_reflect(s.view.reshape(-1, 3)[at], np.array([0.0, 0.0, 1.0], np.float32)))
    normal = bend.reshape(-1, 3)[at] + np.array([0.0, 0.0, 1.0], np.float32)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    away = _reflect(s.view.reshape(-1, 3)[at], normal)
    away[:, 2] = np.abs(away[:, 2]) + np.float32(1e-3)
    px, py, z = view.project(point + view.turn(away) * far)
    # Where a wave points out of the picture, at water or at something far in front, the calm mirror's ray stands in.
    fair = (np.abs(px) < 1) & (np.abs(py) < 1) & ~view.is_level(px, py)
    fair &= view.sample(px, py) > _SOLID * np.minimum(z, 0.9 * _FAR)
    qx, qy, qz = view.project(point + level * far)
    px, py, z = np.where(fair, px, qx), np.where(fair, py, qy), np.where(fair, z, qz)
    inside = (np.abs(px) < 1) & (np.abs(py) < 1) & (z > 0.05)
    edge = np.clip((1 - np.abs(px)) / _EDGE, 0, 1) * np.clip((1 - np.abs(py)) / _EDGE, 0, 1)
    x.reshape(-1)[at] = np.where(inside, px, 0)
    y.reshape(-1)[at] = np.where(inside, py, 0)
    share.reshape(-1)[at] = np.where(inside, edge, 0)
    return Mirror(x, y, share, bend)


def _reflect(view: Array, normal: Array) -> Array:
    return (view - 2.0 * np.sum(view * normal, -1, keepdims=True) * normal).astype(np.float32)


class _View:
    """A frame's camera and depth, as a marcher needs them. Camera space looks along -z."""

    def __init__(self, s: Surface, level: NDArray[np.bool_]) -> None:
        """`level`: (H, W) pixels that mirror; a mirror does not show itself."""
        frame = s.frame
        h, w = s.sky.shape
        self.h, self.w = h, w
        k = frame.camera.intrinsics(Size(w, h), frame.pixel_aspect)
        self.flat = bool(k.orthographic)
        self.fx, self.fy = np.float32(2 * k.fx / w), np.float32(2 * k.fy / h)
        self.cx, self.cy = np.float32(2 * k.cx / w - 1), np.float32(2 * k.cy / h - 1)
        matrix = np.asarray(frame.camera.matrix_world, np.float64)
        self.axes = rigid(matrix)[0].astype(np.float32)
        self.origin = matrix[:3, 3].astype(np.float32)
        self.depth = np.where(s.sky, np.float32(_FAR), np.minimum(frame.depth, _FAR)).astype(np.float32).reshape(-1)
        self.level = level.reshape(-1)

    def own(self, point: Array) -> Array:
        return (point - self.origin) @ self.axes

    def turn(self, way: Array) -> Array:
        return way @ self.axes

    def project(self, p: Array) -> tuple[Array, Array, Array]:
        """Picture coordinates -1..1 and depth of camera-space points (N, 3)."""
        z = -p[:, 2]
        by = np.float32(1.0) if self.flat else 1.0 / np.maximum(z, np.float32(1e-3))
        return p[:, 0] * by * self.fx + self.cx, -p[:, 1] * by * self.fy + self.cy, z

    def _pixel(self, x: Array, y: Array) -> NDArray[np.int32]:
        i = np.clip((x + 1) * np.float32(0.5 * self.w), 0, self.w - 1).astype(np.int32)
        j = np.clip((y + 1) * np.float32(0.5 * self.h), 0, self.h - 1).astype(np.int32)
        return j * self.w + i

    def sample(self, x: Array, y: Array) -> Array:
        """Depth of the pixel at picture coordinates, clamped to the picture."""
        return self.depth[self._pixel(x, y)]

    def is_level(self, x: Array, y: Array) -> NDArray[np.bool_]:
        """Whether the pixel at picture coordinates mirrors itself."""
        return self.level[self._pixel(x, y)]

    def march(self, start: Array, away: Array, step: Array) -> Array:
        """(N,) metres to the first thing in the picture that a ray passes behind; 0 where it leaves the picture."""
        grow = np.exp(np.log(_FAR / step) / _STEPS).astype(np.float32)
        found = np.zeros(len(start), np.float32)
        alive = np.arange(len(start))
        t = step.copy()
        for n in range(_STEPS + 1):
            a, last = start[alive], t
            t = step[alive] * grow[alive] ** n if n else step[alive]
            px, py, z = self.project(a + away[alive] * t[:, None])
            out = (np.abs(px) > 1) | (np.abs(py) > 1) | (z < 0.05)
            pixel = self._pixel(px, py)
            seen = self.depth[pixel]
            solid = ~out & (z > seen * 1.002) & (seen > _SOLID * z) & (seen < 0.98 * _FAR) & ~self.level[pixel]
            if np.any(solid):
                found[alive[solid]] = self._refine(
                    a[solid], away[alive[solid]], last[solid] if n else 0 * t[solid], t[solid]
                )
            if n == _STEPS:
                sky = ~out & (seen >= 0.98 * _FAR)
                found[alive[sky]] = _FAR
            keep = ~out & ~solid
            alive, t = alive[keep], t[keep]
            if not len(alive):
                break
        return found

    def _refine(self, start: Array, away: Array, low: Array, high: Array) -> Array:
        for _ in range(4):
            mid = 0.5 * (low + high)
            px, py, z = self.project(start + away * mid[:, None])
            pixel = self._pixel(px, py)
            hit = (z > self.depth[pixel] * 1.002) & ~self.level[pixel]
            low, high = np.where(hit, low, mid), np.where(hit, mid, high)
        return 0.5 * (low + high)
