"""What two pictures, or a picture and its geometry, are held against: plain functions of arrays, no model, no disk.

Pictures are (H, W, 3) uint8 sRGB. Everything here has a known answer on analytic pictures; the tests give them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Bytes",
    "Mask",
    "detail",
    "detail_ratio",
    "difference",
    "edge_score",
    "flicker",
    "frechet",
    "geometry_edges",
    "luma",
    "picture_edges",
    "psnr",
    "ssim",
    "warp_error",
]

Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Float = NDArray[np.float32]
Double = NDArray[np.float64]

_CANNY = (40.0, 110.0)
"""Lower and upper threshold of the gradient of luma, 8-bit levels a pixel times 4 (Sobel)."""
_BEND = math.cos(math.radians(25.0))
_STEP = 0.08
"""Relative jump of inverse depth that is an edge; inverse depth is linear over a plane."""


def luma(picture: Bytes) -> Float:
    """(H, W) Rec.709 luma, 0 to 255."""
    return picture.astype(np.float32) @ np.array([0.2126, 0.7152, 0.0722], np.float32)


def psnr(made: Bytes, wanted: Bytes) -> float:
    """Peak signal to noise in dB over 8-bit values; 100 for equal pictures."""
    error = float(np.mean((made.astype(np.float64) - wanted.astype(np.float64)) ** 2))
    return 100.0 if error < 1e-6 else 10.0 * math.log10(255.0**2 / error)


def ssim(made: Bytes, wanted: Bytes) -> float:
    """Structural similarity, mean over colours: Gaussian window 11 wide (sigma 1.5), K 0.01 and 0.03, borders left out.

    Wang, Bovik, Sheikh, Simoncelli: "Image quality assessment: from error visibility to structural similarity", 2004.
    """
    a, b = made.astype(np.float64), wanted.astype(np.float64)

    def blur(x: Double) -> Double:
        return np.asarray(cv2.GaussianBlur(x, (11, 11), 1.5), np.float64)

    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2
    both = blur(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    score = ((2 * mean_a * mean_b + c1) * (2 * both + c2)) / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))
    return float(score[5:-5, 5:-5].mean())


def difference(a: Bytes, b: Bytes, where: Mask | None = None) -> float:
    """Mean absolute difference in 8-bit levels, over the pixels `where`; 0 where there are none."""
    off = np.abs(a.astype(np.float32) - b.astype(np.float32))
    if where is None:
        return float(off.mean())
    return float(off[where].mean()) if where.any() else 0.0


def picture_edges(picture: Bytes) -> Mask:
    """(H, W) edges of a picture: Canny on luma, fixed thresholds."""
    gray = np.clip(np.round(luma(picture)), 0, 255).astype(np.uint8)
    return cv2.Canny(gray, _CANNY[0], _CANNY[1], L2gradient=True) > 0


def geometry_edges(depth: NDArray[Any], normal: NDArray[Any], ids: NDArray[Any]) -> Mask:
    """(H, W) where another object begins, the surface bends by 25° or the depth jumps; one pixel wide.

    Args:
        depth: (H, W) metres, huge on the sky.
        normal: (H, W, 3) unit.
        ids: (H, W), 0 is sky.
    """
    disparity = 1.0 / np.clip(depth.astype(np.float64), 0.05, 1e9)
    across = _edges_across(disparity, normal, ids)
    down = _edges_across(disparity.T, normal.swapaxes(0, 1), ids.T).T
    return across | down


def _edges_across(disparity: Double, normal: NDArray[Any], ids: NDArray[Any]) -> Mask:
    """Edges between a pixel and its right neighbour, marked on the pixel."""
    edges = np.zeros(ids.shape, np.bool_)
    solid = (ids[:, :-1] > 0) & (ids[:, 1:] > 0)
    bent = np.sum(normal[:, :-1] * normal[:, 1:], -1) < _BEND
    edges[:, :-1] = (ids[:, :-1] != ids[:, 1:]) | (solid & bent)
    bow = np.abs(np.diff(disparity, 2, axis=1)) > _STEP * disparity[:, 1:-1]
    edges[:, 1:-1] |= bow & (ids[:, 1:-1] > 0)
    return edges


def edge_score(found: Mask, wanted: Mask, tolerance: int) -> float:
    """F-score of edges: the harmonic mean of the share of `found` near `wanted` and of `wanted` near `found`.

    Args:
        tolerance: pixels (in both directions) that count as near.
    """
    if not wanted.any() or not found.any():
        return float(not wanted.any() and not found.any())
    kernel = np.ones((2 * tolerance + 1, 2 * tolerance + 1), np.uint8)

    def near(edges: Mask) -> Mask:
        return np.asarray(cv2.dilate(edges.astype(np.uint8), kernel)) > 0

    precision, recall = float(near(wanted)[found].mean()), float(near(found)[wanted].mean())
    return 0.0 if precision + recall == 0 else 2 * precision * recall / (precision + recall)


def detail(picture: Bytes) -> float:
    """High-frequency energy: mean square of the two finest bands of the Laplacian pyramid of luma, 8-bit levels²."""
    level = luma(picture)
    energy = 0.0
    for _ in range(2):
        h, w = level.shape
        level = level[: h // 2 * 2, : w // 2 * 2]
        small = cv2.pyrDown(level)
        band = level - cv2.pyrUp(small, dstsize=(level.shape[1], level.shape[0]))
        energy += float(np.mean(band.astype(np.float64) ** 2))
        level = np.asarray(small, np.float32)
    return energy


def detail_ratio(made: Sequence[Bytes], wanted: Sequence[Bytes]) -> float:
    """Geometric mean over pictures of the high-frequency energy against the wanted picture's; 1 is right."""
    logs = [math.log((detail(a) + 0.05) / (detail(b) + 0.05)) for a, b in zip(made, wanted, strict=True)]
    return math.exp(float(np.mean(logs)))


def frechet(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Squared Fréchet distance of two sets of feature vectors (N, D) and (M, D), taken as Gaussians."""
    x, y = np.asarray(a, np.float64), np.asarray(b, np.float64)
    gap = float(np.sum((x.mean(0) - y.mean(0)) ** 2))
    cov_x, cov_y = np.atleast_2d(np.cov(x, rowvar=False)), np.atleast_2d(np.cov(y, rowvar=False))
    values, vectors = np.linalg.eigh(cov_x)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ cov_y @ root), 0)).sum()
    return max(0.0, gap + float(np.trace(cov_x) + np.trace(cov_y) - 2 * cross))


def _carry(picture: NDArray[Any], motion: Float) -> Float:
    """`picture` seen at (x + motion), bilinear."""
    h, w = motion.shape[:2]
    x, y = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    carried = cv2.remap(
        picture.astype(np.float32),
        x + motion[..., 0],
        y + motion[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(carried, np.float32)


def warp_error(before: Bytes, after: Bytes, motion: Float, valid: Mask) -> float:
    """Mean difference in 8-bit levels between a frame and the frame before it, carried along.

    Args:
        motion: (H, W, 2) pixels, y down: this point was at (x + m0, y + m1) in `before`.
        valid: (H, W) points that were visible before.
    """
    off = np.abs(_carry(before, motion) - after.astype(np.float32))
    return float(off[valid].mean()) if valid.any() else 0.0


def flicker(frames: Sequence[Bytes], motions: Sequence[Float], valid: Mask) -> float:
    """What surface points do from frame to frame that no smooth change explains, 8-bit levels of luma.

    The points of one frame are followed through all; of their luma over time the second difference's root mean square
    is taken, divided by √6: for independent noise that is the noise's own deviation, for a steady change it is 0.

    Args:
        frames: at least 3, in order.
        motions: per frame (H, W, 2), where the followed frame's pixel lies in that frame, relative to itself.
        valid: (H, W) points of the followed frame that are visible in every frame.
    """
    if not valid.any():
        return 0.0
    stack = np.stack([_carry(luma(f), m)[valid] for f, m in zip(frames, motions, strict=True)])
    return float(np.sqrt(np.mean(np.diff(stack.astype(np.float64), 2, axis=0) ** 2) / 6.0))
