"""Figures: shoes, trousers or a skirt, coat, collar, hands, face and hair by height and radius. NumPy only.

What is painted fits the bodies of `rushes.blender.bodies`, which face own +y, or +x where the box is wider along y; it
looks right on a plain block as well.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from rushes.blender.bodies import variety
from rushes.models.house.noise import Array, stripe
from rushes.models.house.style_patch import Patch, paint_over, pick, tint

__all__ = ["figure"]

_SKIN = np.array([[0.55, 0.32, 0.22], [0.38, 0.20, 0.13], [0.20, 0.105, 0.07]], np.float32)
_HAIR = tint("2a221d", "1c1815", "4a3423", "8a6a40", "8a8682", "5a2f1f")
_LEGS = tint("2f3440", "3a3a3c", "55503f", "2a3a55", "6a6255", "1f2024")
_SHOES = tint("1a1816", "3a2a1e", "55504a")
_SHIRTS = tint("e4e0d8", "9a2f2a", "33383f", "c9b88a")


def figure(p: Patch) -> None:
    """Paint a person; `part` runs from shoes -1 by trousers -0.5, coat 0 and skin 0.5 to hair 1."""
    turned = p.extent[:, 1] > 1.2 * p.extent[:, 0]
    wide = np.where(turned, p.extent[:, 1], p.extent[:, 0])
    h = np.maximum(p.height, 0.2)
    x = np.where(turned, -p.local[:, 1], p.local[:, 0])
    ahead = np.where(turned, p.local[:, 0], p.local[:, 1]) / h
    z = p.local[:, 2] / h
    soft = np.maximum(p.foot / h, 0.006)
    x = x / h

    def above(edge: Array | float) -> Array:
        return np.clip((z - edge) / soft + 0.5, 0, 1)

    c = p.code
    hem, hat, hand_y, hand_z = _cut(p, x < 0)
    # Arms hang outside the trunk: sleeves down to the hands, whatever the hem is.
    half = np.minimum(0.485 * wide / h, 0.15)
    out = np.clip((np.abs(x) - half + 0.064) / 0.012, 0, 1)
    away = np.hypot(ahead - hand_y, z - hand_z)
    hand = np.clip((0.038 - away) / soft + 0.5, 0, 1) * np.maximum(out, np.abs(hand_y) > 0.11)
    coat = np.maximum(above(hem), out * above(0.45) * (hand_z < 0.54))
    neck = above(0.845)
    crown = above(np.where(hat, 0.945, 0.965))
    back = np.clip((-ahead + 0.008) / np.maximum(0.01, soft), 0, 1)
    hair = np.clip(crown + above(0.88) * back, 0, 1)
    shoe = 1 - above(0.05)
    part = -1.0 + 0.5 * (1 - shoe) + 0.5 * coat + 0.5 * neck
    p.part = np.where(hand > 0.5, 0.5, part + 0.5 * hair * neck).astype(np.float32)
    fold = stripe(x * 9.0 + 0.5 * p.coarse, 0.0, 0.3, np.full_like(z, 0.3)) - 0.3
    p.detail = (0.3 * p.coarse + 0.25 * p.fine - 0.5 * fold * (z < 0.84)).astype(np.float32)
    gain = np.exp(0.3 * p.detail)[:, None]
    skin = _SKIN[np.clip(((c[:, 1] + 1) * 1.5).astype(np.int64), 0, 2)]
    legs = np.where(c[:, :1] > 0.55, 0.4 * p.hint + 0.02, pick(p.key, 61, _LEGS))
    bare = (hem < 0.4) & (c[:, 0] > -0.2)
    color = np.where(bare[:, None], skin, legs) * gain
    paint_over(color, shoe, pick(p.key, 62, _SHOES))
    paint_over(color, coat, p.hint * gain)
    front = ahead > 0.02
    line = np.clip(1 - np.abs(x) / np.maximum(0.006, soft), 0, 1) * front * (c[:, 2] < 0.3) * (z < 0.8)
    belt = np.clip(1 - np.abs(z - 0.575) / np.maximum(0.012, soft), 0, 1) * (c[:, 3] > 0.1) * (1 - out)
    seams = np.clip(line + belt, 0, 1) * coat * (1 - hand)
    color *= (1 - 0.5 * seams)[:, None]
    shirt = above(0.70) * (1 - neck) * np.clip(1.2 - np.abs(x) * 26 - (0.84 - z) * 5, 0, 1) * front
    paint_over(color, shirt * (c[:, 0] < 0.6), pick(p.key, 63, _SHIRTS))
    collar = np.clip(1 - np.abs(z - 0.835) / np.maximum(0.016, soft), 0, 1) * (1 - neck)
    color *= (1 - 0.4 * collar)[:, None]
    paint_over(color, neck, skin)
    paint_over(color, hand, skin)
    _face(color, x, z, ahead, soft, neck)
    paint_over(color, hair * neck, pick(p.key, 64, _HAIR))
    paint_over(color, crown * hat, 0.45 * p.hint + 0.015)
    p.color = color.astype(np.float32)
    p.trim = (-0.5 * np.clip(seams + collar, 0, 1)).astype(np.float32)


def _face(color: Array, x: Array, z: Array, ahead: Array, soft: Array, neck: Array) -> None:
    """Shade under brows and mouth, so that a face has a direction."""
    face = np.clip((ahead - 0.02) * 60, 0, 1) * neck
    eyes = np.clip(1 - np.abs(z - 0.925) / np.maximum(0.007, soft), 0, 1) * np.clip(
        2 - np.abs(np.abs(x) - 0.018) * 150, 0, 1
    )
    mouth = np.clip(1 - np.abs(z - 0.888) / np.maximum(0.005, soft), 0, 1) * np.clip(2 - np.abs(x) * 100, 0, 1)
    color *= (1 - face * np.clip(0.55 * eyes + 0.3 * mouth, 0, 0.6))[:, None]


def _cut(p: Patch, left: NDArray[np.bool_]) -> tuple[Array, NDArray[np.bool_], Array, Array]:
    """Height of the coat's hem, whether there is a hat, where this side's hand is (ahead, up): as the body has them.

    All in shares of the height.
    """
    hem, hat = np.full_like(p.height, 0.5), np.zeros(p.height.shape, np.bool_)
    hand = np.zeros_like(p.height), np.zeros_like(p.height)
    for ident in np.unique(p.salt).tolist():
        some = p.salt == ident
        w, d, h = (float(e) for e in p.extent[int(np.argmax(some))])
        body = (d, w, h) if d > 1.2 * w else (w, d, h)
        draw = variety(body, 1)
        hem[some] = 0.27 if draw < 0.3 else 0.47 if draw < 0.75 else 0.535
        hat[some] = variety(body, 2) < 0.25
        thing = p.frame.objects.get(int(ident))
        phase = None if thing is None else thing.phase
        for n in (0, 1):
            swing, flex = _arm(body, phase, n)
            at = some & (left if n == 0 else ~left)
            hand[0][at] = 0.165 * math.sin(swing) + 0.16 * math.sin(swing + flex)
            hand[1][at] = 0.785 - 0.165 * math.cos(swing) - 0.16 * math.cos(swing + flex)
    return hem, hat, *hand


def _arm(body: tuple[float, float, float], phase: float | None, n: int) -> tuple[float, float]:
    """Angles of the upper arm and the elbow, radians, as `rushes.blender.bodies` swings them."""
    if phase is not None:
        most = min(0.5, 0.48 * body[1] / (0.305 * body[2]))
        return -most * math.sin(phase + math.pi * n) - 0.02, 0.4
    bent = variety(body, 4) < 0.4 and (n == 0) == (variety(body, 5) < 0.5)
    return (-0.12, 1.5) if bent else (0.03, 0.22)
