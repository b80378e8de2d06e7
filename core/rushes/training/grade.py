"""From light to a picture: exposure, bloom, tone curve and mood grade of the training pictures."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.models.house.noise import Array

__all__ = ["bloom", "develop", "exposure"]

_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def exposure(linear: Array, solid: NDArray[np.bool_], aim: float, most: float) -> float:
    """Gain that brings the picture's surfaces to a middle grey, between 1/2 and `most`.

    Args:
        linear: (H, W, 3) radiance.
        solid: (H, W) pixels that count.
        aim: geometric mean to reach.
        most: largest gain.
    """
    if not np.any(solid):
        return 1.0
    grey = (linear[::4, ::4] @ _LUMA)[solid[::4, ::4]]
    if not len(grey):
        return 1.0
    mean = float(np.exp(np.mean(np.log(np.clip(grey, 0.004, 4.0)))))
    return float(np.clip(aim / mean, 0.5, most))


def bloom(linear: Array, amount: float = 1.0) -> Array:
    """Add what spills over from bright spots, narrow and wide."""
    h, w = linear.shape[:2]
    small = cv2.resize(linear, (w // 4, h // 4), interpolation=cv2.INTER_AREA)
    spill = np.clip(small - 1.0, 0, 6)
    if not np.any(spill > 0):
        return linear
    glow = 0.5 * cv2.GaussianBlur(spill, (0, 0), w / 4 / 90) + 0.30 * cv2.GaussianBlur(spill, (0, 0), w / 4 / 22)
    wide = cv2.resize(np.ascontiguousarray(glow, np.float32), (w, h), interpolation=cv2.INTER_LINEAR)
    return (linear + np.float32(amount) * wide).astype(np.float32)


def develop(linear: Array, mood: str) -> Array:
    """Tone curve, mood grade and sRGB encoding: linear radiance (..., 3) to display 0..1."""
    x = np.maximum(linear, 0) * np.float32(0.88)
    if mood == "noir":
        x = x @ _LUMA
        x = (np.array([1.0, 1.0, 1.03], np.float32) * x[..., None]).astype(np.float32)
    x = np.clip((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0, 1)
    if mood == "warm":
        x = x * np.array([1.10, 0.99, 0.76], np.float32) + np.array([0.012, 0.005, 0.0], np.float32)
    elif mood == "cold":
        grey = (x @ _LUMA)[..., None]
        x = (0.70 * x + 0.30 * grey) * np.array([0.80, 1.0, 1.22], np.float32)
    elif mood == "noir":
        x = 0.45 * x + 0.55 * x * x * (3 - 2 * x)
    elif mood == "dreamlike":
        grey = (x @ _LUMA)[..., None]
        x = 0.82 * (0.85 * x + 0.15 * grey) * np.array([1.06, 0.95, 1.08], np.float32)
        x = x + np.array([0.085, 0.055, 0.095], np.float32)
    x = np.clip(x, 0, 1)
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 1e-8) ** (1 / 2.4) - 0.055).astype(np.float32)
