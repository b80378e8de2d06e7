"""A test double for a shot's passes: boxes and spheres, ray-cast exactly in NumPy.

No Blender and no disk: `street()` gives `ShotInputs` of a small street with a moving camera, a car that
drives, thin poles, cast shadows, exact motion vectors and a legend. `AnalyticShot.picture` shades it, so a
test has a full-size "true" picture to compare with. Everything is a function of size and frame count.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import CameraFrame, Legend, LegendObject, Matrix4, ObjectClass, Size, Sun, Vec3
from rushes.media.conditioning import SKY_DEPTH, ShotFrame, at_size
from rushes.media.pictures import Picture, linear_to_srgb

__all__ = ["AnalyticShot", "Solid", "look_at", "place", "street"]

Float = NDArray[Any]
"""float32 throughout; NumPy's stubs lose the width in products."""
_SUN: Vec3 = (0.48, -0.6, 0.64)


@dataclass(frozen=True)
class Solid:
    """A box or an ellipsoid of half extents `half`, metres, at `matrices` (no scale; one, or one per frame)."""

    name: str
    kind: Literal["box", "ball"]
    half: Vec3
    matrices: tuple[Matrix4, ...]
    object_class: ObjectClass = ObjectClass.PROP
    color: Vec3 = (0.5, 0.5, 0.5)

    def matrix(self, index: int) -> Float:
        """(4, 4) object to world at a frame."""
        return np.array(self.matrices[index if len(self.matrices) > 1 else 0], np.float32)


def place(x: float, y: float, z: float, turn: float = 0.0) -> Matrix4:
    """Matrix at a point, turned about the vertical axis by `turn` radians."""
    c, s = math.cos(turn), math.sin(turn)
    return ((c, -s, 0.0, x), (s, c, 0.0, y), (0.0, 0.0, 1.0, z), (0.0, 0.0, 0.0, 1.0))


def look_at(eye: Vec3, target: Vec3) -> Matrix4:
    """Camera-to-world matrix of a camera at `eye` that looks at `target`, world Z up."""
    back = np.subtract(eye, target)
    back = back / np.linalg.norm(back)
    right = np.cross((0.0, 0.0, 1.0), back)
    right = right / np.linalg.norm(right)
    up = np.cross(back, right)
    rows = [(float(right[i]), float(up[i]), float(back[i]), float(eye[i])) for i in range(3)]
    return (rows[0], rows[1], rows[2], (0.0, 0.0, 0.0, 1.0))


class AnalyticShot:
    """`ShotInputs` over solids. Double for `passes.read.DiskPasses`; the newest full frames are remembered."""

    def __init__(
        self, solids: Sequence[Solid], cameras: Sequence[CameraFrame], size: Size, rate: Fraction = Fraction(24)
    ) -> None:
        self.solids = tuple(solids)
        self.cameras: Sequence[CameraFrame] = tuple(cameras)
        self.size = size
        self.rate = rate
        norm = math.sqrt(sum(v * v for v in _SUN))
        self.sun_direction: Vec3 = (_SUN[0] / norm, _SUN[1] / norm, _SUN[2] / norm)
        objects = tuple(
            LegendObject(
                i + 1,
                s.name,
                "Set",
                s.object_class,
                "",
                s.color,
                s.matrices,
                bounds=((-s.half[0], -s.half[1], -s.half[2]), s.half),
            )
            for i, s in enumerate(self.solids)
        )
        self.legend = Legend(objects, Sun(self.sun_direction, (1.0, 0.95, 0.9), 3.0))
        self._cached = functools.lru_cache(maxsize=4)(self._render)

    def __len__(self) -> int:
        return len(self.cameras)

    @property
    def depth_range(self) -> tuple[float, float]:
        """Nearest and farthest depth, metres, from small frames over the whole shot."""
        return self._depth_range

    @functools.cached_property
    def _depth_range(self) -> tuple[float, float]:
        small = Size(max(16, self.size.width // 4), max(9, self.size.height // 4))
        depths = [self._render(i, small).depth for i in range(len(self))]
        seen = np.concatenate([d[d < SKY_DEPTH] for d in depths])
        return float(seen.min()), float(seen.max())

    def frame(self, index: int, size: Size | None = None) -> ShotFrame:
        """See `ShotInputs.frame`."""
        return at_size(self._cached(index, self.size), size or self.size)

    def _directions(self, camera: CameraFrame, size: Size) -> tuple[Float, Float]:
        """(3, N) world rays of length 1 along the view axis, and (3,) their origin."""
        k = camera.intrinsics(size)
        u, v = np.meshgrid(np.arange(size.width) + 0.5, np.arange(size.height) + 0.5)
        local = np.stack([(u - k.cx) / k.fx, -(v - k.cy) / k.fy, -np.ones_like(u)]).reshape(3, -1)
        m = np.array(camera.matrix_world)
        return (m[:3, :3] @ local).astype(np.float32), m[:3, 3].astype(np.float32)

    def _render(self, index: int, size: Size) -> ShotFrame:
        camera = self.cameras[index]
        rays, eye = self._directions(camera, size)
        depth, ids, normal = self._cast(eye[:, None], rays, index)
        hit = ids > 0
        points = eye[:, None] + rays * np.where(hit, depth, 1.0).astype(np.float32)
        sun = np.array(self.sun_direction, np.float32)
        lambert = np.maximum(0.0, sun @ normal)
        lit = np.zeros_like(depth)
        facing = hit & (lambert > 0)
        start = points[:, facing] + normal[:, facing] * np.float32(2e-3)
        _, blocker, _ = self._cast(start, np.broadcast_to(sun[:, None], start.shape), index)
        lit[facing] = lambert[facing] * (blocker == 0)
        shape = size.shape
        return ShotFrame(
            index=index,
            camera=camera,
            pixel_aspect=(1.0, 1.0),
            depth=np.where(hit, depth, np.float32(SKY_DEPTH)).reshape(shape),
            normal=np.ascontiguousarray(normal.T).reshape(*shape, 3),
            ids=ids.reshape(shape),
            direct=lit.astype(np.float32).reshape(shape),
            motion=self._motion(index, size, points, rays, ids).reshape(*shape, 4),
        )

    def _cast(self, origin: Float, rays: Float, index: int) -> tuple[Float, NDArray[np.int32], Float]:
        count = rays.shape[1]
        depth = np.full(count, np.float32(np.inf))
        ids = np.zeros(count, np.int32)
        normal = np.zeros((3, count), np.float32)
        for number, solid in enumerate(self.solids, 1):
            m = solid.matrix(index)
            half = np.array(solid.half, np.float32)[:, None]
            local_o = (m[:3, :3].T @ (origin - m[:3, 3:])) / half
            local_d = (m[:3, :3].T @ rays) / half
            near = _box(local_o, local_d) if solid.kind == "box" else _ball(local_o, local_d)
            won = near < depth
            depth[won] = near[won]
            ids[won] = number
            at = (local_o if local_o.shape[1] == 1 else local_o[:, won]) + local_d[:, won] * near[won]
            normal[:, won] = m[:3, :3] @ (_box_normal(at) if solid.kind == "box" else _unit(at / half))
        return depth, ids, normal

    def _motion(self, index: int, size: Size, points: Float, rays: Float, ids: NDArray[np.int32]) -> Float:
        out = np.zeros((points.shape[1], 4), np.float32)
        here = _project(self.cameras[index], size, points, rays, ids)
        for column, other in ((0, index - 1), (2, index + 1)):
            if not 0 <= other < len(self):
                continue
            moved = points.copy()
            for number, solid in enumerate(self.solids, 1):
                if len(solid.matrices) > 1:
                    own = ids == number
                    step = solid.matrix(other) @ np.linalg.inv(solid.matrix(index))
                    moved[:, own] = step[:3, :3] @ points[:, own] + step[:3, 3:]
            out[:, column : column + 2] = (_project(self.cameras[other], size, moved, rays, ids) - here).T
        return out

    def picture(self, index: int, size: Size | None = None, *, texture: bool = True) -> Picture:
        """A full-size shaded picture of the frame: own colours, sky light, sun, facades, clouds; sRGB 0 to 1.

        A smaller `size` is the area average in linear light, as a renderer's pixel filter would give it.
        """
        frame = self._cached(index, self.size)
        rays, eye = self._directions(frame.camera, self.size)
        points = eye[:, None] + rays * np.minimum(frame.depth, 1e4).reshape(-1)
        colors = np.array([(0.0, 0.0, 0.0), *(s.color for s in self.solids)], np.float32)
        albedo = colors[frame.ids.reshape(-1)].T
        if texture:
            albedo = albedo * self._pattern(points, frame, index)
        ambient = 0.28 + 0.14 * frame.normal[..., 2].reshape(-1)
        light = np.stack([ambient, ambient * 1.05, ambient * 1.2])
        sun = np.array([[1.25], [1.1], [0.9]], np.float32) * frame.direct.reshape(-1)
        linear = np.where(frame.sky.reshape(-1), _sky(rays), albedo * (light + sun)).T.reshape(*self.size.shape, 3)
        linear = linear.astype(np.float32)
        if size is not None and size != self.size:
            linear = _area(linear, size)
        return linear_to_srgb(linear)

    def _pattern(self, points: Float, frame: ShotFrame, index: int) -> Float:
        """Windows on buildings and soft blotches elsewhere, fixed to each solid's own space."""
        out = np.ones(points.shape[1], np.float32)
        ids, flat = frame.ids.reshape(-1), np.abs(frame.normal[..., 2]).reshape(-1) < 0.5
        for number, solid in enumerate(self.solids, 1):
            own = np.flatnonzero(ids == number)
            m = solid.matrix(index)
            x, y, z = m[:3, :3].T @ (points[:, own] - m[:3, 3:])
            if solid.object_class is ObjectClass.BUILDING:
                wave = np.sin((x + y) * 2.1) * np.sin(z * 1.7)
                out[own] = np.where(flat[own], 0.72 + 0.4 * np.clip(wave * 3 + 0.4, 0, 1), 0.9)
            else:
                out[own] = 1.0 + 0.12 * np.sin(x * 1.3 + 0.4 * y) * np.sin(y * 1.1 - 0.3 * x)
        return out


def _box(origin: Float, rays: Float) -> Float:
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 1.0 / rays
        a, b = (-1.0 - origin) * inverse, (1.0 - origin) * inverse
    near = np.minimum(a, b).max(axis=0)
    far = np.maximum(a, b).min(axis=0)
    return np.where((far >= near) & (near > 1e-4), near, np.float32(np.inf)).astype(np.float32)


def _ball(origin: Float, rays: Float) -> Float:
    a = (rays * rays).sum(axis=0)
    b = (origin * rays).sum(axis=0)
    root = b * b - a * ((origin * origin).sum(axis=0) - 1.0)
    near = (-b - np.sqrt(np.maximum(root, 0.0))) / a
    return np.where((root > 0) & (near > 1e-4), near, np.float32(np.inf)).astype(np.float32)


def _box_normal(at: Float) -> Float:
    axis = np.abs(at).argmax(axis=0)
    out = np.zeros_like(at)
    columns = np.arange(at.shape[1])
    out[axis, columns] = np.sign(at[axis, columns])
    return out


def _unit(vectors: Float) -> Float:
    return vectors / np.maximum(np.sqrt((vectors * vectors).sum(axis=0)), 1e-12)


def _project(camera: CameraFrame, size: Size, points: Float, rays: Float, ids: NDArray[np.int32]) -> Float:
    """(2, N) pixel positions; the sky is projected by its direction alone."""
    k = camera.intrinsics(size)
    m = np.array(camera.matrix_world, np.float64)
    offset = np.where(ids > 0, points - m[:3, 3:].astype(np.float32), rays)
    x, y, z = m[:3, :3].T @ offset
    ahead = np.maximum(-z, 1e-6)
    return np.stack([k.cx + k.fx * x / ahead, k.cy - k.fy * y / ahead]).astype(np.float32)


def _sky(rays: Float) -> Float:
    x, y, z = _unit(rays)
    height = np.clip(z * 2.0, 0.0, 1.0)
    cloud = np.clip(np.sin(x * 9 + 2 * y) * np.sin(y * 7 - z * 11) - 0.2, 0, 1) * 0.35
    low, high = np.array([[0.75], [0.78], [0.8]]), np.array([[0.18], [0.32], [0.62]])
    return (low * (1 - height) + high * height + cloud).astype(np.float32)


def _area(picture: Float, size: Size) -> Float:
    import cv2

    return np.asarray(cv2.resize(picture, (size.width, size.height), interpolation=cv2.INTER_AREA), np.float32)


def street(size: Size | None = None, frames: int = 8, *, rate: Fraction = Fraction(24)) -> AnalyticShot:
    """A street with three buildings, a driving car, figures, trees and thin poles; the camera dollies forward.

    `size` is 320×180 unless given.
    """
    drive = tuple(place(1.5, 9.0 + 0.25 * i, 0.7) for i in range(frames))
    building, prop = ObjectClass.BUILDING, ObjectClass.PROP
    solids = [
        Solid("Ground", "box", (120.0, 120.0, 0.5), (place(0, 60, -0.5),), ObjectClass.GROUND, (0.22, 0.21, 0.2)),
        Solid("House left", "box", (4.0, 6.0, 5.0), (place(-9, 16, 5.0, 0.1),), building, (0.55, 0.3, 0.2)),
        Solid("House right", "box", (3.5, 5.0, 7.0), (place(9, 20, 7.0, -0.15),), building, (0.6, 0.55, 0.42)),
        Solid("Tower", "box", (3.0, 3.0, 14.0), (place(-3, 44, 14.0, 0.5),), building, (0.3, 0.38, 0.5)),
        Solid("Car", "box", (0.9, 2.1, 0.7), drive, ObjectClass.VEHICLE, (0.7, 0.06, 0.05)),
        Solid("Crown", "ball", (1.8, 1.8, 2.0), (place(5.0, 11, 4.2),), ObjectClass.VEGETATION, (0.1, 0.28, 0.07)),
        Solid("Trunk", "box", (0.18, 0.18, 1.3), (place(5.0, 11, 1.2),), ObjectClass.VEGETATION, (0.2, 0.12, 0.07)),
        Solid("Figure", "ball", (0.3, 0.3, 0.9), (place(-2.2, 8.5, 0.9),), ObjectClass.CHARACTER, (0.08, 0.2, 0.6)),
        Solid("Lamp post", "box", (0.035, 0.035, 2.6), (place(-3.6, 11, 2.6),), prop, (0.05, 0.05, 0.06)),
        Solid("Sign post", "box", (0.03, 0.03, 1.4), (place(3.0, 9, 1.4),), prop, (0.8, 0.75, 0.1)),
        Solid("Wire", "box", (5.0, 0.02, 0.02), (place(0.0, 13, 5.2),), prop, (0.03, 0.03, 0.03)),
        Solid("Lantern", "ball", (0.3, 0.3, 0.3), (place(-3.6, 11, 5.3),), prop, (0.9, 0.85, 0.6)),
    ]
    cameras: list[CameraFrame] = []
    for i in range(frames):
        matrix = look_at((0.4 + 0.02 * i, 0.12 * i, 1.7), (0.0 - 0.05 * i, 20.0, 2.6))
        cameras.append(
            CameraFrame(i + 1, matrix, "PERSP", 28.0, 6.0, 36.0, 24.0, "AUTO", 0.0, 0.0, 0.1, 1000.0)  # full-frame
        )
    return AnalyticShot(solids, cameras, size or Size(320, 180), rate)
