"""Turns passes into what models take: depth images, camera-space normals, class masks, edges, optical flow.

All pictures have row 0 at the top and samples at pixel centres, as `ShotFrame` has.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.contracts import Legend, ObjectClass, Size
from rushes.media.conditioning import SKY_DEPTH, ShotFrame, ShotInputs

__all__ = [
    "CLASSES",
    "Flow",
    "camera_normals",
    "class_one_hot",
    "depth_image",
    "depth_percentiles",
    "edges",
    "optical_flow",
    "warp",
]

Float = NDArray[np.float32]
Bool = NDArray[np.bool_]

CLASSES: tuple[ObjectClass, ...] = tuple(ObjectClass)
"""Channel order of `class_one_hot`."""

_BINS = 4096
_LOG_SPAN = (-3.0, 9.0)
"""log10 of metres that the depth histogram spans."""


def depth_percentiles(
    inputs: ShotInputs, low: float = 1.0, high: float = 99.0, size: Size | None = None
) -> tuple[float, float]:
    """Depths (metres) below which `low` and `high` per cent of all pixels of the whole shot lie, sky left out.

    Steadier than `ShotInputs.depth_range` when a stray thing stands right before the lens. Streams over the frames;
    `size` reads them smaller. A shot of sky alone gives `depth_range`.
    """
    counts = np.zeros(_BINS, np.int64)
    for index in range(len(inputs)):
        depth = inputs.frame(index, size).depth
        logs = np.log10(np.maximum(depth[depth < SKY_DEPTH], 10.0 ** _LOG_SPAN[0]))
        counts += np.histogram(logs, _BINS, _LOG_SPAN)[0]
    total = int(counts.sum())
    if total == 0:
        return inputs.depth_range
    marks = np.linspace(*_LOG_SPAN, _BINS + 1)
    reached = np.cumsum(counts) / total * 100.0
    first = int(np.searchsorted(reached, low, side="left"))
    last = int(np.searchsorted(reached, high, side="left"))
    return float(10.0 ** marks[min(first, _BINS - 1)]), float(10.0 ** marks[min(last, _BINS - 1) + 1])


def depth_image(
    frame: ShotFrame, depth_range: tuple[float, float], *, mode: Literal["inverse", "linear"] = "inverse"
) -> Float:
    """(H, W) 0 to 1: 1 at the near end of `depth_range`, 0 at the far end and on the sky.

    `depth_range` is one pair for the whole shot, so that brightness means the same distance in every
    frame. "inverse" is linear in 1/depth, as depth estimators draw it; "linear" in depth.
    """
    near, far = depth_range
    near, far = max(near, 1e-6), max(far, near * (1.0 + 1e-6), 1e-6)
    depth = np.clip(frame.depth.astype(np.float64), near, far)
    curve = np.reciprocal if mode == "inverse" else np.negative
    image = (curve(depth) - curve(far)) / (curve(near) - curve(far))
    image[frame.depth >= SKY_DEPTH] = 0.0
    return image.astype(np.float32)


def camera_normals(frame: ShotFrame) -> Float:
    """(H, W, 3) unit normals in camera space: x right, y up, z towards the camera; 0 on the sky."""
    turn = np.array(frame.camera.matrix_world, np.float32)[:3, :3]
    return frame.normal @ turn


def class_one_hot(frame: ShotFrame, legend: Legend) -> Float:
    """(H, W, 8) 0 or 1 in the order of `CLASSES`. Holdouts, and ids the legend does not know, have no class."""
    table = np.zeros((int(frame.ids.max(initial=0)) + 1, len(CLASSES)), np.float32)
    table[0, CLASSES.index(ObjectClass.SKY)] = 1.0
    for thing in legend.objects:
        if thing.id < len(table) and not thing.holdout:
            table[thing.id, CLASSES.index(thing.object_class)] = 1.0
    return table[frame.ids]


def edges(frame: ShotFrame, *, crease_degrees: float = 25.0, step: float = 0.04) -> Bool:
    """(H, W) True on the pixel before an edge, to the right or below.

    An edge is where the id changes, where normals differ by more than `crease_degrees`, or where depth
    jumps: 1/depth is linear over a plane in the picture, so its second difference, compared with 1/depth
    itself, tells a jump from a slant (`step` is the share that counts as one).
    """
    found = np.zeros(frame.ids.shape, np.bool_)
    limit = np.cos(np.radians(crease_degrees))
    inverse = (1.0 / np.maximum(frame.depth, 1e-6)).astype(np.float64)
    for axis in (0, 1):
        here, there = _pair(axis)
        differs = frame.ids[here] != frame.ids[there]
        both = (frame.ids[here] > 0) & (frame.ids[there] > 0)
        crease = both & ((frame.normal[here] * frame.normal[there]).sum(-1) < limit)
        found[here] |= differs | crease | (both & _jumps(inverse, axis, step))
    return found


def _pair(axis: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    whole, first, last = slice(None), slice(None, -1), slice(1, None)
    return ((first, whole), (last, whole)) if axis == 0 else ((whole, first), (whole, last))


def _jumps(inverse: NDArray[np.float64], axis: int, step: float) -> Bool:
    """Between neighbours along `axis`: does 1/depth step away from both slopes beside it?"""
    slope = np.diff(inverse, axis=axis)
    here, there = _pair(axis)
    before = np.zeros_like(slope)
    after = np.zeros_like(slope)
    before[there] = slope[here]
    after[here] = slope[there]
    off = np.minimum(np.abs(slope - before), np.abs(slope - after))
    return off > step * np.maximum(inverse[here], inverse[there])


class Flow:
    """Optical flow from one frame to a neighbour.

    `vectors` is (H, W, 2) pixels, y down: the point at (x, y) is at (x + v0, y + v1) in the neighbour.
    `occluded` is (H, W): True where that point cannot be seen there (hidden, or outside the picture).
    """

    def __init__(self, vectors: Float, occluded: Bool) -> None:
        self.vectors = vectors
        self.occluded = occluded


def optical_flow(
    inputs: ShotInputs, index: int, direction: Literal[1, -1], size: Size | None = None, *, tolerance: float = 0.75
) -> Flow:
    """Flow from frame `index` to frame `index + direction`, with its occlusion.

    A point is taken for seen when the neighbour shows the same object there, and the neighbour's own flow leads back
    to within `tolerance` pixels (and 5 % of the way). IndexError at the shot's ends; ValueError without a motion pass.
    """
    here = inputs.frame(index, size)
    there = inputs.frame(index + direction, size)
    if here.motion is None or there.motion is None:
        raise ValueError("these passes have no motion")
    vectors = here.motion[..., 2:4] if direction == 1 else here.motion[..., 0:2]
    back = there.motion[..., 0:2] if direction == 1 else there.motion[..., 2:4]
    height, width = here.ids.shape
    columns = np.floor(np.arange(width)[None, :] + 0.5 + vectors[..., 0])
    rows = np.floor(np.arange(height)[:, None] + 0.5 + vectors[..., 1])
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    x = np.clip(columns, 0, width - 1).astype(np.intp)
    y = np.clip(rows, 0, height - 1).astype(np.intp)
    same = here.ids == there.ids[y, x]
    around = np.linalg.norm(vectors + back[y, x], axis=-1)
    returns = around <= tolerance + 0.05 * np.linalg.norm(vectors, axis=-1)
    return Flow(vectors, ~(inside & same & returns))


def warp(picture: Float, flow: Flow) -> Float:
    """The neighbour's `picture` (H, W, C) drawn where this frame's points are; bilinear, edges repeated.

    Meaningless where `flow.occluded`.
    """
    height, width = flow.occluded.shape
    across = np.arange(width, dtype=np.float32)[None, :] + flow.vectors[..., 0]
    down = np.arange(height, dtype=np.float32)[:, None] + flow.vectors[..., 1]
    warped = cv2.remap(picture, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.float32).reshape(picture.shape)
