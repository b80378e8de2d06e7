"""Figures: shoes, trousers or a skirt, coat, collar, hands, face and hair by height and radius in the own box. NumPy only."""

from __future__ import annotations

import numpy as np

from rushes.models.house.noise import Array, stripe
from rushes.models.house.style_patch import Patch, paint_over, pick, tint

__all__ = ["figure"]

_SKIN = np.array([[0.55, 0.32, 0.22], [0.38, 0.20, 0.13], [0.20, 0.105, 0.07]], np.float32)
_HAIR = tint("2a221d", "1c1815", "4a3423", "8a6a40", "8a8682", "5a2f1f")
_LEGS = tint("2f3440", "3a3a3c", "55503f", "2a3a55", "6a6255", "1f2024")


def figure(p: Patch) -> None:
    """Paint a person; `part` runs from shoes -1 by trousers -0.5, coat 0 and skin 0.5 to hair 1."""
    z = 0.5 * (p.unit[:, 2] + 1.0)
    soft = np.maximum(p.foot / np.maximum(p.height, 0.2), 0.006)

    def above(edge: Array | float) -> Array:
        return np.clip((z - edge) / soft + 0.5, 0, 1)

    c = p.code
    tall = p.height / np.maximum(np.maximum(p.extent[:, 0], p.extent[:, 1]), 0.1)
    dressed = c[:, 2] > 0.45
    hem = np.where(dressed, 0.27, np.where(c[:, 2] > -0.2, 0.40, 0.50)).astype(np.float32)
    # Arms hang outside the trunk: sleeves down to the hands, whatever the hem is.
    out = np.clip((np.abs(p.unit[:, 0]) - 0.62) / 0.08, 0, 1) * (tall < 6)
    hand = out * np.clip((0.455 - z) / soft + 0.5, 0, 1) * above(0.385)
    coat = np.maximum(above(hem), out * above(0.40))
    neck = above(0.845)
    hair = above(0.955) + (1 - above(0.955)) * above(0.875) * np.clip(-p.unit[:, 1] * 4 + 0.25, 0, 1)
    shoe = 1 - above(0.05)
    part = -1.0 + 0.5 * (1 - shoe) + 0.5 * coat + 0.5 * neck
    p.part = np.where(hand > 0.5, 0.5, part + 0.5 * hair).astype(np.float32)
    fold = stripe(p.unit[:, 0] * 2.2 + 0.5 * p.coarse, 0.0, 0.3, np.full_like(z, 0.3)) - 0.3
    p.detail = (0.3 * p.coarse + 0.25 * p.fine - 0.5 * fold * (z < 0.84)).astype(np.float32)
    gain = np.exp(0.3 * p.detail)[:, None]
    legs = np.where((c[:, :1] > 0.55), 0.4 * p.hint + 0.02, pick(p.key, 61, _LEGS))
    bare = dressed & (c[:, 0] > -0.2)
    skin = _SKIN[np.clip(((c[:, 1] + 1) * 1.5).astype(np.int64), 0, 2)]
    legs = np.where(bare[:, None], skin, legs)
    color = legs * gain
    paint_over(color, shoe, pick(p.key, 62, tint("1a1816", "3a2a1e", "55504a")))
    paint_over(color, coat, p.hint * gain)
    line = (
        np.clip(1 - np.abs(p.unit[:, 0]) / np.maximum(0.07, 2 * p.foot / p.extent[:, 0]), 0, 1)
        * (p.unit[:, 1] > 0.2)
        * (c[:, 2] <= 0.45)
    )
    belt = np.clip(1 - np.abs(z - 0.585) / np.maximum(0.018, soft), 0, 1) * (c[:, 3] > 0.1) * (1 - out)
    shirt = (
        above(0.70) * (1 - neck) * np.clip(1.2 - np.abs(p.unit[:, 0]) * 5 - (0.84 - z) * 4, 0, 1) * (p.unit[:, 1] > 0.1)
    )
    color *= (1 - 0.5 * np.clip(line * coat * (z < 0.8) + belt * coat, 0, 1))[:, None]
    paint_over(color, shirt * (c[:, 0] < 0.6), pick(p.key, 63, tint("e4e0d8", "9a2f2a", "33383f", "c9b88a")))
    collar = np.clip(1 - np.abs(z - 0.835) / np.maximum(0.02, soft), 0, 1)
    color *= (1 - 0.4 * collar * (1 - neck))[:, None]
    paint_over(color, neck, skin)
    paint_over(color, hand, skin)
    face = np.clip((p.unit[:, 1] - 0.25) * 4, 0, 1) * neck
    eyes = (
        face
        * np.clip(1 - np.abs(z - 0.925) / np.maximum(0.008, soft), 0, 1)
        * np.clip(1.4 - np.abs(np.abs(p.unit[:, 0]) - 0.12) / 0.07, 0, 1)
    )
    color *= (1 - 0.5 * eyes)[:, None]
    hat = (c[:, 3] < -0.62) & (z > 0.93)
    paint_over(color, np.clip(hair, 0, 1), pick(p.key, 64, _HAIR))
    color = np.where(hat[:, None], 0.5 * p.hint + 0.02, color)
    p.color = color.astype(np.float32)
    p.trim = (-0.5 * np.clip(line * coat * (z < 0.8) + belt * coat + collar * (1 - neck), 0, 1)).astype(np.float32)
