"""Where each pixel's point was and will be: from Blender's vectors, and from the cameras where those say nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import CameraFrame, Legend, Matrix4, Size

__all__ = ["camera_points", "from_vectors", "project", "rigid_motion", "sky_motion"]

Float = NDArray[np.float32]
Double = NDArray[np.float64]

_FAR = 1.0e6
"""Pixels; where a point behind the camera is said to be: outside every picture."""


def from_vectors(vectors: Float, step: int) -> Float:
    """(H, W, 4) motion, y down, from Blender's Vector pass (y up, one scene frame), scaled to `step` frames."""
    return vectors * np.array([step, -step, -step, step], np.float32)


def _matrix(rows: Matrix4) -> Double:
    return np.array(rows, np.float64)


def pixel_centres(size: Size) -> tuple[Double, Double]:
    """(1, W) and (H, 1) coordinates of pixel centres."""
    across = np.arange(size.width, dtype=np.float64)[None, :] + 0.5
    return across, np.arange(size.height, dtype=np.float64)[:, None] + 0.5


def camera_points(depth: Float, camera: CameraFrame, aspect: tuple[float, float]) -> Double:
    """(H, W, 3) camera-space points (looking along -Z) under the pixel centres."""
    size = Size(depth.shape[1], depth.shape[0])
    lens = camera.intrinsics(size, aspect)
    u, v = pixel_centres(size)
    z = depth.astype(np.float64)
    across, up = (u - lens.cx) / lens.fx, (lens.cy - v) / lens.fy
    if lens.orthographic:
        return np.stack([np.broadcast_to(across, z.shape), np.broadcast_to(up, z.shape), -z], -1)
    return np.stack([across * z, up * z, -z], -1)


def project(points: Double, camera: CameraFrame, size: Size, aspect: tuple[float, float]) -> tuple[Double, Double]:
    """Pixel coordinates (y down) of world points (..., 3), stacked (..., 2), and their depth (...)."""
    inverse = np.linalg.inv(_matrix(camera.matrix_world))
    local = points @ inverse[:3, :3].T + inverse[:3, 3]
    return _to_pixels(local, camera, size, aspect), -local[..., 2]


def _to_pixels(local: Double, camera: CameraFrame, size: Size, aspect: tuple[float, float]) -> Double:
    lens = camera.intrinsics(size, aspect)
    depth = -local[..., 2]
    if lens.orthographic:
        scale = np.ones_like(depth)
    else:
        with np.errstate(divide="ignore"):
            scale = np.where(depth > 1e-9, 1.0 / np.maximum(depth, 1e-9), np.nan)
    pixels = np.stack([lens.cx + lens.fx * local[..., 0] * scale, lens.cy - lens.fy * local[..., 1] * scale], -1)
    return np.nan_to_num(np.clip(pixels, -_FAR, _FAR), nan=_FAR)


def sky_motion(
    index: int, cameras: Sequence[CameraFrame], size: Size, aspect: tuple[float, float], where: NDArray[np.bool_]
) -> Float:
    """(N, 4) motion of infinitely far points under the N pixels of the mask `where` (H, W), row by row.

    At the shot's ends the camera is taken to turn on as it did.
    """
    camera = cameras[index]
    rows, columns = np.nonzero(where)
    result = np.zeros((len(rows), 4), np.float32)
    if camera.type == "ORTHO" or len(cameras) < 2:
        return result
    lens = camera.intrinsics(size, aspect)
    here = np.stack([columns + 0.5, rows + 0.5], -1)
    rays = np.stack([(here[:, 0] - lens.cx) / lens.fx, (lens.cy - here[:, 1]) / lens.fy, np.full(len(rows), -1.0)], -1)
    turn = _matrix(camera.matrix_world)[:3, :3]
    for part, other in ((0, index - 1), (2, index + 1)):
        if 0 <= other < len(cameras):
            there = cameras[other]
            towards = _matrix(there.matrix_world)[:3, :3].T @ turn
        else:  # beyond an end: the neighbour's turn, reversed
            there = camera
            mirror = cameras[2 * index - other]
            towards = turn.T @ _matrix(mirror.matrix_world)[:3, :3]
        result[:, part : part + 2] = _to_pixels(rays @ towards.T, there, size, aspect) - here
    return result


def rigid_motion(
    index: int,
    depth: Float,
    ids: NDArray[np.int32],
    cameras: Sequence[CameraFrame],
    legend: Legend,
    aspect: tuple[float, float],
) -> tuple[Float, NDArray[np.bool_]]:
    """Motion (H, W, 4) of everything that keeps its shape, from depth and matrices, and where it holds (H, W, 2).

    Used when more than one scene frame lies between rendered ones, for Blender's vectors speak of one.
    It does not hold for deforming objects, the sky, nor beyond the shot's ends.
    """
    size = Size(depth.shape[1], depth.shape[0])
    here = np.stack(np.broadcast_arrays(*pixel_centres(size)), -1)
    matrix = _matrix(cameras[index].matrix_world)
    world = camera_points(depth, cameras[index], aspect) @ matrix[:3, :3].T + matrix[:3, 3]
    solid = (ids > 0) & ~np.isin(ids, [o.id for o in legend.objects if o.deforms])
    result = np.zeros((*size.shape, 4), np.float32)
    holds = np.zeros((*size.shape, 2), np.bool_)
    for side, other in enumerate((index - 1, index + 1)):
        if not 0 <= other < len(cameras):
            continue
        moved = world.copy()
        for thing in legend.objects:
            mask = (ids == thing.id) if thing.moves and not thing.deforms else None
            if mask is not None and mask.any():
                carry = _matrix(thing.matrix(other)) @ np.linalg.inv(_matrix(thing.matrix(index)))
                moved[mask] = world[mask] @ carry[:3, :3].T + carry[:3, 3]
        pixels, _ = project(moved, cameras[other], size, aspect)
        result[..., 2 * side : 2 * side + 2] = pixels - here
        holds[..., side] = solid
    return result, holds
