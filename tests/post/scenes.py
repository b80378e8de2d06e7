"""A street at two sizes, its true pictures, and quality figures."""

from __future__ import annotations

import functools

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.contracts import Size
from rushes.media.conditioning import ShotFrame
from rushes.media.pictures import Picture
from rushes.testing.analytic_shot import AnalyticShot, street

FULL = Size(480, 270)
LOW = Size(96, 54)
Mask = NDArray[np.bool_]


@functools.cache
def shot(frames: int = 4) -> AnalyticShot:
    """Passes at FULL."""
    return street(FULL, frames)


@functools.cache
def truth(index: int, size: Size) -> Picture:
    """What a renderer with a pixel filter would show, from 2×2 samples a full-size pixel."""
    fine = street(Size(FULL.width * 2, FULL.height * 2), 4)
    return np.clip(fine.picture(index, size), 0, 1)


def flat(frame: ShotFrame, seed: int = 5) -> Picture:
    """Every object in one colour of its own."""
    table = np.random.default_rng(seed).uniform(0.1, 0.9, (64, 3)).astype(np.float32)
    return table[frame.ids]


def resize(picture: Picture, how: int) -> Picture:
    return np.asarray(cv2.resize(picture, (FULL.width, FULL.height), interpolation=how), np.float32)


def psnr(a: Picture, b: Picture, where: Mask | None = None) -> float:
    """Decibels between pictures of 0 to 1."""
    error = (np.clip(a, 0, 1) - b) ** 2
    return float(-10 * np.log10((error if where is None else error[where]).mean()))


def edges(labels: NDArray[np.int32]) -> Mask:
    """Pixels with another label beside them."""
    out = np.zeros(labels.shape, bool)
    for axis in (0, 1):
        a, b = [slice(None)] * 2, [slice(None)] * 2
        a[axis], b[axis] = slice(1, None), slice(None, -1)
        differs = labels[tuple(a)] != labels[tuple(b)]
        out[tuple(a)] |= differs
        out[tuple(b)] |= differs
    return out


def grown(mask: Mask, by: int) -> Mask:
    """The mask and everything within `by` pixels of it."""
    kernel = np.ones((2 * by + 1, 2 * by + 1), np.uint8)
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel)) > 0
