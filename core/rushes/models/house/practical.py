"""Lamps, fog distance and falling rain and snow, as the pixels of a frame know them. NumPy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rushes.models.house.noise import Array, hash01
from rushes.models.house.surface import CLASSES, HouseFrame, Surface, own_points, rigid

__all__ = ["FOG", "emitting", "falling", "fog_distance", "lamp_points", "lamp_shine", "veil"]

FOG = 42.0
"""Metres at which fog lets a share 1/e of the light through, for an eye-level camera with a normal lens."""

_LIGHT = CLASSES.index("light")
_MOST = 16
_HEAD = 0.22
_RAIN = (1.6, 3.0, 6.0, 12.0, 24.0)
_SNOW = (1.1, 1.9, 3.2, 5.5, 9.5, 16.0)


def lamp_points(frame: HouseFrame) -> NDArray[np.float64]:
    """(M, 4) x, y, z in world metres and intensity of a frame's lamps, nearest to the camera first, at most 16.

    A lamp shines from the middle of its box's top, 8 % of the height below; its intensity is such that the irradiance
    straight below, on z = 0, is 1.
    """
    found: list[tuple[float, float, float, float]] = []
    for ident, thing in frame.objects.items():
        if thing.cls != "light":
            continue
        matrix = np.asarray(thing.matrix, np.float64)
        rotation, scale = rigid(matrix)
        box = thing.box
        if box is None:
            here = (frame.ids == ident) & (frame.depth < 1e9)
            if not np.any(here):
                continue
            own = own_points(frame.depth, here, frame.camera, frame.pixel_aspect, matrix)
            box = np.stack([own.min(0), own.max(0)])
        low, high = np.minimum(box[0] * scale, box[1] * scale), np.maximum(box[0] * scale, box[1] * scale)
        middle = 0.5 * (low + high)
        x, y, z = matrix[:3, 3] + rotation @ np.array([middle[0], middle[1], high[2] - 0.08 * (high[2] - low[2])])
        found.append((float(x), float(y), float(z), float(np.clip(z, 0.8, 8.0)) ** 2))
    eye = np.asarray(frame.camera.matrix_world, np.float64)[:3, 3]
    found.sort(key=lambda lamp: float(np.linalg.norm(np.array(lamp[:3]) - eye)))
    return np.array(found[:_MOST], np.float64).reshape(-1, 4)


def lamp_shine(s: Surface) -> Array:
    """(H, W) light from all lamps, unshadowed, 0 to 1."""
    total = np.zeros(s.sky.shape, np.float32)
    for x, y, z, strength in lamp_points(s.frame).tolist():
        way = np.array([x, y, z], np.float32) - s.point
        square = np.einsum("hwc,hwc->hw", way, way) + np.float32(0.02)
        cos = np.einsum("hwc,hwc->hw", way, s.normal)
        total += np.float32(strength) * np.maximum(cos, 0) / (square * np.sqrt(square))
    return (np.minimum(total, 1.0) * ~s.sky).astype(np.float32)


def emitting(s: Surface) -> Array:
    """(H, W) 1 on the glowing part of lamps: the top of tall ones, all of small ones."""
    lamp = s.cls == _LIGHT
    return (lamp & ((s.unit[..., 2] > 1.0 - 2.0 * _HEAD) | (s.height < 0.6))).astype(np.float32)


def fog_distance(frame: HouseFrame) -> float:
    """Metres at which fog has swallowed all but 1/e: farther for high cameras and long lenses, so a picture stays."""
    high = float(np.clip(frame.camera.matrix_world[2][3] / 5.0, 1.0, 8.0))
    lens = 1.0 if frame.camera.type == "ORTHO" else float(np.clip(frame.camera.lens / 35.0, 1.0, 4.0))
    return FOG * high * lens


def veil(frame: HouseFrame) -> Array:
    """(H, W) share of light that comes through fog, 1 near to 0 far."""
    return np.exp(-np.minimum(frame.depth, 1.0e5) / np.float32(fog_distance(frame))).astype(np.float32)


def falling(s: Surface, step: int = 1) -> Array:
    """(H, W) rain streaks or snowflakes between camera and surfaces, 0 to 1; 0 in other weathers.

    Layers of drops on cylinders around the camera: they keep their place when the camera turns and fall with time.
    Inside a room only what is seen through openings. Of every `step`-th row and column only, (H / step, W / step).
    """
    frame = s.frame
    rain = frame.weather == "rain"
    last = step - 1
    view = 0.5 * (s.view[::step, ::step] + s.view[last::step, last::step])
    depth = frame.depth[::step, ::step]
    total = np.zeros(depth.shape, np.float32)
    if not rain and frame.weather != "snowfall":
        return total
    flat = np.maximum(np.hypot(view[..., 0], view[..., 1]), np.float32(1e-3))
    around = np.arctan2(view[..., 1], view[..., 0]).astype(np.float32)
    rise = np.arctan2(view[..., 2], flat).astype(np.float32)
    pixel = _pixel_angle(view)
    wind = float(hash01(np.zeros(1, np.int64), 3, 5, frame.seed)[0]) - 0.5
    for k, distance in enumerate(_RAIN if rain else _SNOW):
        layer = (_streaks if rain else _flakes)(around, rise, flat, distance, k, frame, wind, pixel)
        total = np.maximum(total, layer * (depth > distance))
    if frame.place == "interior":
        total = total * s.sky[::step, ::step]
    return total.astype(np.float32)


def _pixel_angle(view: Array) -> np.float32:
    h, w = view.shape[:2]
    gap = float(np.linalg.norm(view[h // 2, w // 2] - view[h // 2, w // 2 - 1]))
    return np.float32(np.clip(gap, 5e-4, 0.03))


def _cells(x: Array, turns: int) -> tuple[Array, NDArray[np.int64]]:
    """Place in the cell (0..1) and number of the cell of a coordinate in radians, `turns` cells around."""
    at = x * np.float32(turns / (2 * np.pi))
    low = np.floor(at)
    return at - low, np.mod(low.astype(np.int64), turns)


def _streaks(
    around: Array, rise: Array, flat: Array, distance: float, k: int, frame: HouseFrame, wind: float, pixel: np.float32
) -> Array:
    """Thin slanted lines, one in most columns."""
    turns = round(2 * np.pi / (0.035 * (1.6 / distance) ** 0.35))
    fx, column = _cells(around + np.float32(0.30 * wind) * rise, turns)
    width = max(0.010 / distance, 0.8 * float(pixel)) * turns / (2 * np.pi)
    jitter = hash01(column, k, 1, frame.seed).astype(np.float32)
    long = 0.34 / distance**0.6
    drop = (rise + np.float32(9.0 * frame.time / distance)) / np.float32(long * 2.2) + jitter * 7.0
    row = np.floor(drop)
    fy = (drop - row).astype(np.float32)
    which = hash01(column, row.astype(np.int64), k + 11, frame.seed).astype(np.float32)
    centre = 0.2 + 0.6 * hash01(column, row.astype(np.int64), k + 31, frame.seed).astype(np.float32)
    across = np.clip(1.0 - np.abs(fx - centre) * flat / np.float32(width), 0, 1)
    along = np.clip(fy * 4.0, 0, 1) * np.clip((0.45 - fy) * 9.0, 0, 1)
    faint = min(1.0, 0.010 / distance / (0.8 * float(pixel))) ** 0.35
    return across * along * (which < 0.55) * np.float32((0.55 + 0.45 * faint) * (0.95, 0.85, 0.75, 0.6, 0.45)[k])


def _flakes(
    around: Array, rise: Array, flat: Array, distance: float, k: int, frame: HouseFrame, wind: float, pixel: np.float32
) -> Array:
    """Soft dots that sway as they sink."""
    turns = round(2 * np.pi / max(0.34 / distance**0.85, 0.028))
    step = np.float32(2 * np.pi / turns)
    sway = 0.25 * np.sin(1.7 * frame.time + 2.1 * k) / distance + 0.5 * wind * frame.time / distance
    fx, column = _cells(around + np.float32(sway), turns)
    drop = (rise + np.float32(1.3 * frame.time / distance)) / step + np.float32(0.37 * k)
    row = np.floor(drop)
    fy = (drop - row).astype(np.float32)
    line = row.astype(np.int64)
    cx = 0.25 + 0.5 * hash01(column, line, k + 41, frame.seed).astype(np.float32)
    cy = 0.25 + 0.5 * hash01(column, line, k + 61, frame.seed).astype(np.float32)
    size = hash01(column, line, k + 81, frame.seed).astype(np.float32)
    radius = np.float32(max(0.011 / distance, 0.75 * float(pixel)) / step) * (0.7 + 0.6 * size)
    off = np.hypot((fx - cx) * flat, fy - cy)
    return np.clip(1.5 * (1.0 - off / radius), 0, 1) * (size > 0.3) * np.float32((0.6, 0.8, 1, 1, 0.85, 0.65)[k])
