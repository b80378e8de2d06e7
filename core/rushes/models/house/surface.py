"""What every pixel of a blockout shows: points, own-space coordinates and style coordinates. NumPy only.

The training targets and the model's inputs both come from here, which is the principle of the house model: each detail
of the picture is a function of something that the model is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import CameraFrame, ObjectClass, Size, Vec3
from rushes.models.house.noise import Array, fbm, hash01

__all__ = ["CLASSES", "HouseFrame", "HouseObject", "Surface", "lumps", "object_code", "own_points", "survey"]

CLASSES = tuple(c.value for c in ObjectClass)
"""Class names in one-hot order; `sky` is the last."""
SKY = CLASSES.index("sky")
_SKY_DEPTH = 1.0e9
_FAR = 4000.0

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class HouseObject:
    """What the model is told about one object."""

    id: int
    """Value in the id pass, from 1."""
    cls: str
    """One of `CLASSES`."""
    color: Vec3
    """Flat colour hint, linear Rec.709, 0 to 1."""
    matrix: NDArray[np.float64]
    """(4, 4) object to world at this frame; any scale is taken out."""
    box: NDArray[np.float64] | None = None
    """(2, 3) bounds in own space, metres; None: guessed from what is visible."""
    seed: int | None = None
    """Seed of this object alone; None: the shot's seed."""
    simple: bool = True
    """A blockout's primitive, which may be drawn with more form than it has; False: drawn as it is."""
    phase: float | None = None
    """Radians of a figure's walk (a stride is 2π); None: it stands."""


@dataclass(frozen=True)
class HouseFrame:
    """One frame of inputs. Row 0 on top, samples at pixel centres."""

    depth: Array
    """(H, W) metres along the view axis, 1e9 or more on the sky."""
    normal: Array
    """(H, W, 3) world space."""
    ids: NDArray[np.integer]
    """(H, W), 0 is sky."""
    direct: Array
    """(H, W) Lambert term times hard cast shadow, 0 to 1."""
    camera: CameraFrame
    objects: Mapping[int, HouseObject]
    """By id; an id without an entry is a grey prop."""
    sun: Vec3
    """Unit vector towards the sun, world space."""
    place: str = "city"
    """Decides the ground's texture; one of the vocabulary's places."""
    seed: int = 0
    weather: str = "clear"
    """One of the vocabulary's weathers: rain and snowfall are drawn from it."""
    time: float = 0.0
    """Seconds since the shot began: only what falls (rain, snow) moves with it."""
    pixel_aspect: tuple[float, float] = (1.0, 1.0)


@dataclass
class Surface:
    """Arrays (H, W) or (H, W, 3), float32, unless said otherwise."""

    frame: HouseFrame
    cls: Ids
    """Class index."""
    sky: NDArray[np.bool_]
    view: Array
    """Unit view direction, world."""
    point: Array
    """World point; on the sky far away along the view."""
    normal: Array
    """World normal, unit; on the sky against the view."""
    facing: Array
    """Cosine between normal and the way to the camera, at least 0.05."""
    foot: Array
    """Width of a pixel on the surface seen frontally, metres."""
    local: Array
    """Own-space point, metres, origin in the middle of the base of the object's box."""
    normal_local: Array
    extent: Array
    """Size of the object's box, metres, at least 0.05."""
    unit: Array
    """Own-space point in the object's box, -1 to 1 per axis."""
    code: Array
    """(H, W, 4) the object's code, -1 to 1."""
    hint: Array
    """Colour hint, linear."""
    salt: Ids
    """Per-object integer for hashing; 0 on the sky."""
    height: Array
    """Extent along z, metres."""
    extra: dict[str, Array] = field(default_factory=dict[str, Array])


def lumps(unit: Array) -> Array:
    """How far foliage and rock stand out at a point of the object's box; (..., 3) → (...), about -1 to 1.

    The waves of `rushes.blender.inside.synth_meshes.lumps`, by which training foliage is displaced.
    """
    x, y, z = unit[..., 0], unit[..., 1], unit[..., 2]
    low = np.sin(3.1 * x + 1.3 * z + 0.4) * np.sin(2.7 * y - 0.9 * x + 1.1) + np.sin(3.7 * z + 2.1 * y + 2.0) * 0.6
    high = np.sin(7.3 * x - 4.1 * z + 0.7) * np.sin(6.7 * y + 5.3 * z + 2.4) + 0.5 * np.sin(
        11.9 * z + 9.1 * x - 7.7 * y
    )
    return (0.42 * low + 0.36 * high).astype(np.float32)


def object_code(seed: int, ident: int) -> Array:
    """Four numbers in [-1, 1) that make one building differ from the next; (4,)."""
    k = np.arange(4, dtype=np.int64)
    return hash01(k, ident, 77, seed) * 2.0 - 1.0


def rigid(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rotation (3, 3) and scale (3,) of a matrix; axes without length become unit axes."""
    scale = np.linalg.norm(matrix[:3, :3], axis=0)
    axes = matrix[:3, :3] / np.where(scale > 1e-9, scale, 1.0)
    return np.where(scale > 1e-9, axes, np.eye(3)), np.where(scale > 1e-9, scale, 1.0)


def own_points(
    depth: Array,
    where: NDArray[np.bool_],
    camera: CameraFrame,
    pixel_aspect: tuple[float, float],
    matrix: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Points (N, 3) of the pixels `where`, in the own coordinates of an object with `matrix`, scale undone."""
    _, point, _ = _rays(depth, camera, pixel_aspect)
    rotation, scale = rigid(matrix)
    return (point[where].astype(np.float64) - matrix[:3, 3]) @ rotation / scale


def _rays(depth: Array, camera: CameraFrame, pixel_aspect: tuple[float, float]) -> tuple[Array, Array, Array]:
    """Unit view direction, point and frontal pixel width for every pixel."""
    h, w = depth.shape
    k = camera.intrinsics(Size(w, h), pixel_aspect)
    matrix = np.asarray(camera.matrix_world, np.float64)
    turn, _ = rigid(matrix)
    x = ((np.arange(w) + 0.5 - k.cx) / k.fx)[None, :].repeat(h, 0)
    y = (-(np.arange(h) + 0.5 - k.cy) / k.fy)[:, None].repeat(w, 1)
    z = np.minimum(depth, _FAR).astype(np.float64)
    one = np.ones_like(z)
    if k.orthographic:
        ray = np.stack([0 * one, 0 * one, -one], -1)
        spot = np.stack([x, y, -z], -1)
        foot = one / k.fx
    else:
        ray = np.stack([x, y, -one], -1)
        spot = ray * z[..., None]
        foot = z / k.fx
    view = ray @ turn.T
    view /= np.linalg.norm(view, axis=-1, keepdims=True)
    point = spot @ turn.T + matrix[:3, 3]
    return view.astype(np.float32), point.astype(np.float32), foot.astype(np.float32)


def survey(frame: HouseFrame) -> Surface:
    """Everything the pixels of a frame know about where they are."""
    view, point, foot = _rays(frame.depth, frame.camera, frame.pixel_aspect)
    sky = (frame.ids == 0) | (frame.depth >= _SKY_DEPTH)
    ids = np.where(sky, 0, frame.ids).astype(np.int64)
    present = np.flatnonzero(np.bincount(ids.ravel()))
    row_of = np.zeros(int(present[-1]) + 1, np.int64)
    row_of[present] = np.arange(len(present))
    index = row_of[ids]
    n = len(present)
    turn = np.tile(np.eye(3, dtype=np.float32), (n, 1, 1))
    origin, extent = np.zeros((n, 3), np.float32), np.ones((n, 3), np.float32)
    code, hint = np.zeros((n, 4), np.float32), np.full((n, 3), 0.5, np.float32)
    cls = np.full(n, SKY, np.int64)
    for row, ident in enumerate(present.tolist()):
        if ident == 0:
            continue
        thing = frame.objects.get(ident) or HouseObject(ident, "prop", (0.5, 0.5, 0.5), np.eye(4))
        rotation, scale = rigid(thing.matrix)
        box = _box(thing, rotation, scale, point[index == row])
        base = np.array([0.5 * (box[0, 0] + box[1, 0]), 0.5 * (box[0, 1] + box[1, 1]), box[0, 2]])
        turn[row] = rotation
        origin[row] = thing.matrix[:3, 3] + rotation @ base
        extent[row] = np.maximum(box[1] - box[0], 0.05)
        code[row] = object_code(frame.seed if thing.seed is None else thing.seed, ident)
        hint[row] = np.clip(thing.color, 0.0, 1.0)
        cls[row] = CLASSES.index(thing.cls)
    normal = np.where(sky[..., None], -view, frame.normal).astype(np.float32)
    local = np.einsum("hwji,hwj->hwi", turn[index], point - origin[index]).astype(np.float32)
    normal_local = np.einsum("hwji,hwj->hwi", turn[index], normal).astype(np.float32)
    size = extent[index]
    unit = local / (0.5 * size)
    unit[..., 2] -= 1.0
    facing = np.maximum(-np.sum(view * normal, -1), 0.05).astype(np.float32)
    return Surface(
        frame=frame,
        cls=cls[index],
        sky=sky,
        view=view,
        point=point,
        normal=normal,
        facing=facing,
        foot=foot,
        local=local,
        normal_local=normal_local,
        extent=size,
        unit=np.clip(unit, -1.5, 1.5),
        code=code[index],
        hint=hint[index],
        salt=ids,
        height=size[..., 2],
    )


def _box(
    thing: HouseObject, rotation: NDArray[np.float64], scale: NDArray[np.float64], points: Array
) -> NDArray[np.float64]:
    if thing.box is not None:
        a, b = thing.box[0] * scale, thing.box[1] * scale
        return np.stack([np.minimum(a, b), np.maximum(a, b)])
    own = (points - thing.matrix[:3, 3]) @ rotation
    return np.stack([own.min(0), own.max(0)]).astype(np.float64)


def surface_noise(s: Surface, octaves: int = 3) -> tuple[Array, Array]:
    """Coarse (about 3 m) and fine (about 0.4 m) noise anchored in each object's own space."""
    here = ~s.sky
    world = np.isin(s.cls[here], (CLASSES.index("ground"), CLASSES.index("water")))[..., None]
    salt = (s.salt[here] % 97).astype(np.float32)[..., None] * np.float32(3.7)
    p = np.where(world, s.point[here], s.local[here] + salt)
    width = (s.foot / s.facing)[here]
    coarse, fine = np.zeros(s.sky.shape, np.float32), np.zeros(s.sky.shape, np.float32)
    coarse[here] = fbm(p * np.float32(0.33), s.frame.seed + 1, octaves, width * np.float32(0.33))
    fine[here] = fbm(p * np.float32(2.6), s.frame.seed + 7, octaves, width * np.float32(2.6))
    return coarse, fine
