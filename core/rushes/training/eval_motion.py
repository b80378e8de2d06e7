"""Where the points of one training scene were in another: exact, from depth, cameras and object matrices.

A moving vehicle is followed by its matrices. Walking figures change their shape: their pixels are never valid. The
twin's own passes are used where a scene has them (twice the size, then brought down), else the blockout's.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.training.eval_measures import Mask
from rushes.training.twin import RenderedScene

__all__ = ["motion_between", "visible_points"]

Float = NDArray[np.float32]
Double = NDArray[np.float64]


def _passes(scene: RenderedScene) -> tuple[Double, NDArray[np.int64], int]:
    """Depth, ids and how much larger than the picture they are."""
    suffix = "2" if "z2" in scene.arrays else ""
    depth = np.minimum(np.asarray(scene.arrays["z" + suffix], np.float64), 1e4)
    return depth, np.asarray(scene.arrays["ids" + suffix]).astype(np.int64), 2 if suffix else 1


def _lens(scene: RenderedScene, width: int, height: int) -> tuple[float, float, float]:
    """Focal length and principal point in pixels: a 36 mm sensor fitted to the width, as `CameraFrame.intrinsics`."""
    shift = np.asarray(scene.arrays.get("shift", np.zeros(2)), np.float64)
    focal = float(np.asarray(scene.arrays["lens"])) * width / 36.0
    return focal, width / 2 - float(shift[0]) * width, height / 2 + float(shift[1]) * width


def _world(scene: RenderedScene, depth: Double) -> Double:
    h, w = depth.shape
    focal, cx, cy = _lens(scene, w, h)
    x, y = np.meshgrid(np.arange(w) + 0.5, np.arange(h) + 0.5)
    local = np.stack([(x - cx) / focal * depth, -(y - cy) / focal * depth, -depth], -1)
    camera = np.asarray(scene.arrays["camera"], np.float64)
    return local @ camera[:3, :3].T + camera[:3, 3]


def _moved(points: Double, ids: NDArray[np.int64], now: RenderedScene, then: RenderedScene) -> Double:
    """The points of objects that moved, where they were then."""
    here, there = (np.asarray(s.arrays["matrices"], np.float64) for s in (now, then))
    out = points.copy()
    for index in range(min(len(here), len(there))):
        if np.array_equal(here[index], there[index]):
            continue
        mask = ids == index + 1
        if mask.any():
            carry = there[index] @ np.linalg.inv(here[index])
            out[mask] = points[mask] @ carry[:3, :3].T + carry[:3, 3]
    return out


def _deforms(scene: RenderedScene, ids: NDArray[np.int64]) -> Mask:
    figures = [i + 1 for i, o in enumerate(scene.plan["objects"]) if o["cls"] == "character"]
    return np.isin(ids, figures)


def _away_from_outlines(ids: NDArray[np.int64]) -> Mask:
    """Where all neighbours belong to the same object: a pixel that two share moves with neither."""
    kernel, values = np.ones((3, 3), np.uint8), ids.astype(np.float32)
    return np.asarray(cv2.dilate(values, kernel) == cv2.erode(values, kernel))


def motion_between(then: RenderedScene, now: RenderedScene) -> tuple[Float, Mask]:
    """Where the points of `now` were in `then`.

    Returns:
        (H, W, 2) float32 pixels of the picture, y down: a point was at (x + m0, y + m1). And (H, W) bool: the point was
        visible then and is a rigid surface, with a pixel to spare.
    """
    depth, ids, scale = _passes(now)
    seen_depth, seen_ids, _ = _passes(then)
    h, w = depth.shape
    focal, cx, cy = _lens(then, w, h)
    inverse = np.linalg.inv(np.asarray(then.arrays["camera"], np.float64))
    local = _moved(_world(now, depth), ids, now, then) @ inverse[:3, :3].T + inverse[:3, 3]
    far = np.maximum(-local[..., 2], 1e-3)
    u, v = cx + focal * local[..., 0] / far, cy - focal * local[..., 1] / far
    x, y = np.meshgrid(np.arange(w) + 0.5, np.arange(h) + 0.5)
    inside = (u > 1) & (u < w - 1) & (v > 1) & (v < h - 1)
    column, row = np.clip(u, 0, w - 1).astype(int), np.clip(v, 0, h - 1).astype(int)
    same = (seen_ids[row, column] == ids) & (np.abs(seen_depth[row, column] - far) < 0.02 * far + 0.05)
    valid = inside & same & (ids > 0) & ~_deforms(now, ids) & _away_from_outlines(ids)
    valid = np.asarray(cv2.erode(valid.astype(np.uint8), np.ones((3, 3), np.uint8))) > 0
    motion = np.stack([u - x, v - y], -1) / scale
    return _down(motion, scale, np.mean), np.asarray(_down(valid, scale, np.all), np.bool_)


def _down(values: NDArray[Any], scale: int, how: Any) -> NDArray[Any]:
    h, w = values.shape[:2]
    blocks = values.reshape(h // scale, scale, w // scale, scale, *values.shape[2:])
    found = how(blocks, axis=(1, 3))
    return found if found.dtype == np.bool_ else found.astype(np.float32)


def visible_points(scenes: list[RenderedScene], followed: int) -> tuple[list[Float], Mask]:
    """Per frame where the followed frame's pixels lie in it, and which are visible in all of them."""
    motions: list[Float] = []
    valid: Mask | None = None
    for scene in scenes:
        motion, seen = motion_between(scene, scenes[followed])
        motions.append(motion)
        valid = seen if valid is None else valid & seen
    assert valid is not None
    return motions, valid
