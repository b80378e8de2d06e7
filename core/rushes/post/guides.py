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

__all__ = ["Full", "Low", "centres", "guides", "low_as_full", "nearest"]

Float = NDArray[np.floating[Any]]
"""float32 in fact; NumPy's stubs lose the width in products."""
_F = np.float32
_MINIMUM_SHARE = _F(1e-3)


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


def nearest(count: int, among: int) -> NDArray[np.intp]:
    """For each of `count` pixel centres, the index of the pixel it falls into among `among` over the same span."""
    return ((2 * np.arange(count) + 1) * among // (2 * count)).astype(np.intp)


def centres(count: int, among: int) -> Float:
    """Where each centre falls within that pixel: -0.5 to 0.5, 0 at the middle."""
    position = (np.arange(count) + 0.5) * (among / count) - 0.5
    return (position - nearest(count, among)).astype(_F)


def _rays(frame: ShotFrame) -> tuple[Float, Float, bool, float]:
    """Camera-space x per column and y per row at depth 1 (or in metres, orthographic), and fx."""
    size = frame.size
    k = frame.camera.intrinsics(size, frame.pixel_aspect)
    x = ((np.arange(size.width) + 0.5 - k.cx) / k.fx).astype(_F)
    y = (-(np.arange(size.height) + 0.5 - k.cy) / k.fy).astype(_F)
    return x, y, k.orthographic, k.fx


def _full_guide(frame: ShotFrame, low: Size) -> Full:
    """Guides of a full-size frame for a picture of size `low`."""
    sky = frame.ids == 0
    rotation = np.array(frame.camera.matrix_world, _F)[:3, :3]
    world = [np.ascontiguousarray(frame.normal[..., i]) for i in range(3)]
    normal = [world[0] * m[0] + world[1] * m[1] + world[2] * m[2] for m in rotation.T]
    # The sky is one surface of its own at the camera, facing it.
    normal[2][sky] = 1.0
    depth = np.where(sky, _F(0), frame.depth)
    x, y, orthographic, fx = _rays(frame)
    spread = _F(1) if orthographic else depth
    plane = (normal[0] * x + normal[1] * y[:, None]) * spread - normal[2] * depth
    footprint = np.maximum(spread, _MINIMUM_SHARE) * _F(frame.size.width / low.width / fx)
    nearness = np.broadcast_to(_F(1) / footprint, depth.shape)
    return Full(frame.ids, (normal[0], normal[1], normal[2]), plane, nearness, frame.direct, depth)


def _average(plane: Float, low: Size) -> Float:
    shrunk = cv2.resize(plane, (low.width, low.height), interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk, _F)


def _low_guide(frame: ShotFrame, full: Full, low: Size) -> Low:
    """Guides of a picture of size `low` made from `frame`, whose full-size guides are `full`."""
    height, width = full.ids.shape
    rows, columns = nearest(low.height, height)[:, None], nearest(low.width, width)[None]
    ids = full.ids[rows, columns]
    up = ids[nearest(height, low.height)][:, nearest(width, low.width)]
    own = (up == full.ids).astype(_F)
    purity = _average(own, low)
    share = _F(1) / np.maximum(purity, _MINIMUM_SHARE)
    normal = [_average(n * own, low) * share for n in full.normal]
    x, y, orthographic, _ = _rays(frame)
    depth = full.depth[rows, columns]
    spread = np.ones_like(depth) if orthographic else depth
    return Low(
        ids=ids,
        normal=(normal[0], normal[1], normal[2]),
        position=(x[columns] * spread, y[rows] * spread, -depth),
        nearness=np.ascontiguousarray(full.nearness[rows, columns]),
        direct=_average(full.direct * own, low) * share,
        purity=purity,
    )


def low_as_full(low: Low) -> Full:
    """The small picture's own pixels as pixels to be made: for filters that stay at the small size."""
    length = np.sqrt(low.normal[0] ** 2 + low.normal[1] ** 2 + low.normal[2] ** 2)
    length = np.maximum(length, _F(1e-6))
    normal = (low.normal[0] / length, low.normal[1] / length, low.normal[2] / length)
    plane = normal[0] * low.position[0] + normal[1] * low.position[1] + normal[2] * low.position[2]
    return Full(low.ids, normal, plane, low.nearness, low.direct, -low.position[2])


def guides(frame: ShotFrame, low: Size) -> tuple[Full, Low]:
    """Both guides of a full-size frame."""
    full = _full_guide(frame, low)
    return full, _low_guide(frame, full, low)
