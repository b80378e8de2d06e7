"""What guides an upsample: a frame's passes at full size, and the same surfaces as the small picture saw them.

The small picture's pixel q was made from the sample at its centre, so it belongs to the object found there
(`Low.ids`). Its footprint may hold other objects too; `Low.purity` is the share that is its own, and its
normal and direct light are averaged over that share only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.contracts import Size
from rushes.media.conditioning import ShotFrame

__all__ = [
    "Full",
    "Low",
    "Rows",
    "blurred_share",
    "centres",
    "full_guide",
    "guides",
    "low_as_full",
    "low_guide",
    "nearest",
]

Float = NDArray[np.floating[Any]]
"""float32 in fact; NumPy's stubs lose the width in products."""
_F = np.float32
_MINIMUM_SHARE = _F(1e-3)
_USUAL_BLUR = 0.1
_ALL, _FLAT, _LIGHT = 0.9995, 0.05, 0.01
"""Share (or cosine), small pixels, direct light: differences up to which a neighbourhood is plain."""
_STRIPE = 120
"""Rows that are averaged at a time; the bits do not depend on it."""


@dataclass(frozen=True)
class Full:
    """Guides of the pixels to be made, as planes of (H, W); camera space, metres."""

    ids: NDArray[np.int32]
    normal: tuple[Float, Float, Float]
    plane: Float
    """Normal · position: with the normal, the plane that the pixel lies on."""
    nearness: Float
    """1 / the size of a small pixel on the surface, 1/metres."""
    direct: Float
    depth: Float
    """metres; 0 on the sky."""


@dataclass(frozen=True)
class Low:
    """Guides of the small picture's pixels, as planes of (h, w)."""

    ids: NDArray[np.int32]
    normal: tuple[Float, Float, Float]
    """Averaged: shorter than 1 where the surface bends within the pixel."""
    position: tuple[Float, Float, Float]
    nearness: Float
    direct: Float
    purity: Float
    """0 to 1, share of the footprint that belongs to `ids`."""
    trust: Float
    """The same of a footprint a little blurred, as most pictures are: lower beside other objects too."""
    plain: NDArray[np.bool_]
    """Where all 3×3 pixels are one flat surface of one object in one light: nothing is to be told apart."""


def nearest(count: int, among: int) -> NDArray[np.intp]:
    """For each of `count` pixel centres, the index of the pixel it falls into among `among` over the same span."""
    return ((2 * np.arange(count) + 1) * among // (2 * count)).astype(np.intp)


def centres(count: int, among: int) -> Float:
    """Where each centre falls within that pixel: -0.5 to 0.5, 0 at the middle."""
    position = (np.arange(count) + 0.5) * (among / count) - 0.5
    return (position - nearest(count, among)).astype(_F)


class Rows:
    """A small plane (h, w) or picture (h, w, 3) brought to a full size by plain linear interpolation, some rows at a
    time."""

    def __init__(self, plane: Float, size: tuple[int, int]) -> None:
        height, width = size
        self._wide = np.asarray(cv2.resize(plane, (width, len(plane)), interpolation=cv2.INTER_LINEAR), _F)
        at = np.clip((np.arange(height) + 0.5) * (len(plane) / height) - 0.5, 0, len(plane) - 1)
        self._first = np.minimum(at.astype(np.intp), max(0, len(plane) - 2))
        self._share = (at - self._first).astype(_F).reshape(-1, *(1,) * (plane.ndim - 1))

    def at(self, rows: slice) -> Float:
        """Those rows of the full size."""
        first = self._wide[self._first[rows]]
        second = self._wide[np.minimum(self._first[rows] + 1, len(self._wide) - 1)]
        return first + self._share[rows] * (second - first)


def _rays(frame: ShotFrame) -> tuple[Float, Float, bool, float]:
    """Camera-space x per column and y per row at depth 1 (or in metres, orthographic), and fx."""
    size = frame.size
    k = frame.camera.intrinsics(size, frame.pixel_aspect)
    x = ((np.arange(size.width) + 0.5 - k.cx) / k.fx).astype(_F)
    y = (-(np.arange(size.height) + 0.5 - k.cy) / k.fy).astype(_F)
    return x, y, k.orthographic, k.fx


def full_guide(frame: ShotFrame, low: Size, rows: slice = slice(None)) -> Full:
    """Guides of some rows of a full-size frame for a picture of size `low`."""
    ids, depth, normals = frame.ids[rows], frame.depth[rows], frame.normal[rows]
    sky = ids == 0
    rotation = np.array(frame.camera.matrix_world, _F)[:3, :3]
    world = [np.ascontiguousarray(normals[..., i]) for i in range(3)]
    normal = [world[0] * m[0] + world[1] * m[1] + world[2] * m[2] for m in rotation.T]
    # The sky is one surface of its own at the camera, facing it.
    normal[2][sky] = 1.0
    depth = np.where(sky, _F(0), depth)
    x, y, orthographic, _ = _rays(frame)
    spread = _F(1) if orthographic else depth
    plane = (normal[0] * x + normal[1] * y[rows, None]) * spread - normal[2] * depth
    nearness = np.broadcast_to(_nearness(frame, low, spread), depth.shape)
    return Full(ids, (normal[0], normal[1], normal[2]), plane, nearness, frame.direct[rows], depth)


def _nearness(frame: ShotFrame, low: Size, spread: Any) -> Any:
    fx = frame.camera.intrinsics(frame.size, frame.pixel_aspect).fx
    return _F(1) / (np.maximum(spread, _MINIMUM_SHARE) * _F(frame.size.width / low.width / fx))


def _average(plane: Float, size: tuple[int, int]) -> Float:
    height, width = size
    return np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA), _F)


def low_guide(frame: ShotFrame, low: Size) -> Low:
    """Guides of a picture of size `low` made from a full-size frame. Reads it in stripes: little memory is taken."""
    height, width = frame.ids.shape
    rows, columns = nearest(low.height, height)[:, None], nearest(low.width, width)[None]
    ids = frame.ids[rows, columns]
    purity, normals, direct = _own_averages(frame, ids)
    sky = ids == 0
    m = np.array(frame.camera.matrix_world, _F)[:3, :3]
    normal = [normals[..., 0] * t[0] + normals[..., 1] * t[1] + normals[..., 2] * t[2] for t in m.T]
    normal[2][sky] = 1.0
    x, y, orthographic, _ = _rays(frame)
    depth = np.where(sky, _F(0), frame.depth[rows, columns])
    spread = np.ones_like(depth) if orthographic else depth
    position = (x[columns] * spread, y[rows] * spread, -depth)
    nearness = _nearness(frame, low, spread)
    trust = blurred_share(ids, purity, _USUAL_BLUR)
    return Low(
        ids=ids,
        normal=(normal[0], normal[1], normal[2]),
        position=position,
        nearness=nearness,
        direct=direct,
        purity=purity,
        trust=trust,
        plain=(trust > _ALL) & _even(normal, position, nearness, direct),
    )


def _even(
    normal: list[Float], position: tuple[Float, Float, Float], nearness: Float, direct: Float
) -> NDArray[np.bool_]:
    """Where the 3×3 pixels lie on one plane, face one way, and are in one light."""
    h, w = direct.shape
    wide = [np.pad(p, 1, mode="edge") for p in (*normal, *position, direct)]
    even = np.ones((h, w), bool)
    for dy in range(3):
        for dx in range(3):
            n0, n1, n2, x, y, z, light = (p[dy : dy + h, dx : dx + w] for p in wide)
            facing = normal[0] * n0 + normal[1] * n1 + normal[2] * n2
            away = normal[0] * (x - position[0]) + normal[1] * (y - position[1]) + normal[2] * (z - position[2])
            even &= (facing > _ALL) & (np.abs(away) * nearness < _FLAT) & (np.abs(light - direct) < _LIGHT)
    return even


def _own_averages(frame: ShotFrame, ids: NDArray[np.int32]) -> tuple[Float, Float, Float]:
    """For each small pixel with the object `ids`: its share of the footprint, and world normal and direct light
    averaged over that share. First along the rows, stripe by stripe, then down the columns."""
    (height, width), (h, w) = frame.ids.shape, ids.shape
    up, across = nearest(height, h), nearest(width, w)
    own, light, facing = (np.empty((height, w, *more), _F) for more in ((), (), (3,)))
    for top in range(0, height, _STRIPE):
        part = slice(top, min(height, top + _STRIPE))
        mine = (ids[up[part]][:, across] == frame.ids[part]).astype(_F)
        size = (mine.shape[0], w)
        own[part] = _average(mine, size)
        light[part] = _average(frame.direct[part] * mine, size)
        facing[part] = _average(frame.normal[part] * mine[..., None], size)
    purity = _average(own, (h, w))
    share = _F(1) / np.maximum(purity, _MINIMUM_SHARE)
    return purity, _average(facing, (h, w)) * share[..., None], _average(light, (h, w)) * share


def blurred_share(ids: NDArray[np.int32], share: Float, amount: float) -> Float:
    """Per small pixel the share (h, w) of its own object after a blur by [amount, 1 - 2 · amount, amount] both ways."""
    (h, w), kernel = ids.shape, (_F(amount), _F(1 - 2 * amount), _F(amount))
    wide_ids, wide = np.pad(ids, 1, mode="edge"), np.pad(share, 1, mode="edge")
    total = np.zeros((h, w), _F)
    for dy, down in enumerate(kernel):
        for dx, across in enumerate(kernel):
            part = np.s_[dy : dy + h, dx : dx + w]
            total += down * across * wide[part] * (wide_ids[part] == ids)
    return total


def low_as_full(low: Low) -> Full:
    """The small picture's own pixels as pixels to be made: for filters that stay at the small size."""
    length = np.sqrt(low.normal[0] ** 2 + low.normal[1] ** 2 + low.normal[2] ** 2)
    length = np.maximum(length, _F(1e-6))
    normal = (low.normal[0] / length, low.normal[1] / length, low.normal[2] / length)
    plane = normal[0] * low.position[0] + normal[1] * low.position[1] + normal[2] * low.position[2]
    return Full(low.ids, normal, plane, low.nearness, low.direct, -low.position[2])


def guides(frame: ShotFrame, low: Size) -> tuple[Full, Low]:
    """Both guides of a full-size frame."""
    return full_guide(frame, low), low_guide(frame, low)
