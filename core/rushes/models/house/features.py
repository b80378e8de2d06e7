"""The model's input channels for one frame. Training and inference call the same `features`. NumPy only."""

from __future__ import annotations

import numpy as np

from rushes.models.house.board import board
from rushes.models.house.mirror import mirrored
from rushes.models.house.noise import Array
from rushes.models.house.practical import emitting, falling, lamp_shine, veil
from rushes.models.house.relief import carve
from rushes.models.house.style import Style, draw
from rushes.models.house.surface import CLASSES, HouseFrame, Surface, rigid, survey

__all__ = ["CHANNELS", "CLASSES", "FEATURE_VERSION", "LAYERS", "features", "stack"]

FEATURE_VERSION = 2
"""Raised whenever the meaning of a channel changes; weights carry the version they were trained with."""

LAYERS = 29
"""How many layers `rushes.models.house.painters` reads off these channels; here, so that asking needs no torch."""

CHANNELS = (
    "log_depth", "inverse_depth",
    "normal_cam_x", "normal_cam_y", "normal_cam_z", "normal_x", "normal_y", "normal_z",
    "lambert", "direct", "hint_r", "hint_g", "hint_b",
    *(f"class_{c}" for c in CLASSES),
    "code_0", "code_1", "code_2", "code_3",
    "glass", "lit", "trim", "detail", "fine", "coarse", "part",
    "wall_sin_u", "wall_cos_u", "wall_sin_v", "wall_cos_v",
    "unit_x", "unit_y", "unit_z", "height", "view_up", "glow", "sun_side",
    "practical", "emit", "veil", "precip", "mirror_x", "mirror_y", "mirror", "line", "line_fine", "hatch", "paper",
)  # fmt: skip
"""Names of the channels in order."""


def srgb(linear: Array) -> Array:
    """Linear light 0..1 to the sRGB curve."""
    x = np.clip(linear, 0.0, 1.0)
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 1e-8) ** (1 / 2.4) - 0.055).astype(np.float32)


def stack(s: Surface, style: Style) -> Array:
    """Channels of a surveyed and styled frame, (H, W, len(CHANNELS)) float32, about -1 to 1."""
    frame = s.frame
    sky = s.sky
    depth = np.clip(frame.depth, 0.1, 1000.0)
    log_depth = np.where(sky, 1.25, np.log10(depth) * 0.5 - 0.5)
    inverse = np.where(sky, -1.0, np.clip(2.0 / np.maximum(frame.depth, 0.1), 0, 2) - 1.0)
    turn, _ = rigid(np.asarray(frame.camera.matrix_world, np.float64))
    solid = (~sky)[..., None]
    camera_normal = (s.normal @ turn.astype(np.float32)) * solid
    sun = np.asarray(frame.sun, np.float32)
    lambert = np.clip(s.normal @ sun, -1, 1) * ~sky
    away = s.view - 2.0 * np.sum(s.view * s.normal, -1, keepdims=True) * s.normal
    glow = np.where(sky, s.view @ sun, away @ sun)
    tangent = np.stack([-s.normal[..., 1], s.normal[..., 0]], -1)
    sun_side = (tangent @ sun[:2]) * ~sky
    hint = (srgb(s.hint) * 2.0 - 1.0) * solid
    one_hot = np.eye(len(CLASSES), dtype=np.float32)[s.cls]
    mirror = mirrored(s, style)
    movable = np.isin(s.cls, [CLASSES.index(c) for c in ("prop", "character", "vegetation", "vehicle")])[..., None]
    height = np.clip(np.log2(np.maximum(s.height, 0.1)) / 4.0, -1, 1.5) * ~sky * ~np.isin(s.cls, [0, 6])
    return _planes(
        log_depth, inverse, camera_normal, s.normal * solid, lambert, np.where(sky, 0, frame.direct) * 2.0 - 1.0,
        hint, one_hot, s.code,
        style.glass, style.lit, style.trim, style.detail, style.fine, style.coarse, style.part,
        style.wall, s.unit * movable,
        height, s.view[..., 2], glow, sun_side,
        lamp_shine(s), emitting(s), np.where(sky, 0, veil(frame)), falling(s),
        mirror.x, mirror.y, mirror.share, board(s, style),
    )  # fmt: skip


def _planes(*parts: Array) -> Array:
    """Images (H, W) and (H, W, K) as one (H, W, channels) float32 that lies plane by plane in memory."""
    out = np.empty((len(CHANNELS), *parts[0].shape), np.float32)
    at = 0
    for part in parts:
        for plane in (part,) if part.ndim == 2 else np.moveaxis(part, -1, 0):
            out[at] = plane
            at += 1
    if at != len(CHANNELS):
        raise AssertionError(f"{at} channels made, {len(CHANNELS)} named")
    return np.moveaxis(out, 0, -1)


def features(frame: HouseFrame) -> Array:
    """Input channels of a frame.

    Returns:
        (H, W, len(CHANNELS)) float32. Pure function of `frame`: the same frame gives the same bits.
    """
    s = survey(carve(frame))
    return stack(s, draw(s))
