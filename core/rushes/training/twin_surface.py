"""Surface colour of the detailed twin; `rushes.models.house.paint_surface` reads the same off the model's inputs."""

from __future__ import annotations

import numpy as np

from rushes.models.house.noise import Array
from rushes.models.house.style import Style
from rushes.models.house.surface import CLASSES, Surface
from rushes.training.look import Light

__all__ = ["albedo"]

_GROUND, _BUILDING, _PROP, _CHARACTER, _VEGETATION, _VEHICLE, _WATER, _LIGHT, _SKY = range(len(CLASSES))
_SKIN = np.array([[0.55, 0.32, 0.22], [0.38, 0.20, 0.13], [0.20, 0.105, 0.07]], np.float32)


def albedo(s: Surface, style: Style, light: Light) -> Array:
    """Surface colour (H, W, 3) linear, before glass and water."""
    place = s.frame.place
    k = np.where(s.cls == _GROUND, 0.34, np.where(s.cls == _VEGETATION, 0.62, 0.24))
    if place == "snow":
        k = np.where(s.cls == _GROUND, 0.10, k)
    gain = np.exp(k * style.detail)
    color = s.hint * gain[..., None]
    pale = np.clip(style.trim, 0, 1)[..., None]
    dark = np.clip(-style.trim, 0, 1)[..., None]
    color = color * (1 - pale) + (0.45 * s.hint + 0.36) * pale
    color = color * (1 - 0.62 * dark)
    green = (s.cls == _VEGETATION) & (s.extent[..., 0] > 0.25 * s.height)
    tip = np.clip(style.detail, 0, 1)[..., None] * green[..., None]
    color = color * (1 + tip * np.array([0.35, 0.22, -0.15], np.float32))
    roof = (s.cls == _BUILDING) & (s.normal_local[..., 2] >= 0.4)
    pitched = roof & (s.normal_local[..., 2] < 0.95)
    clay = np.where(
        s.code[..., 3:4] > 0, np.array([0.30, 0.095, 0.05], np.float32), np.array([0.10, 0.10, 0.115], np.float32)
    )
    color = np.where(pitched[..., None], clay * gain[..., None], color)
    flat = 0.45 * s.hint + 0.05
    color = np.where((roof & ~pitched)[..., None], flat * gain[..., None], color)
    if place == "snow":
        top = np.clip((s.normal[..., 2] - 0.45) * 4, 0, 1) * (s.cls != _CHARACTER) * (s.cls != _WATER)
        color = color * (1 - top[..., None]) + np.array([0.84, 0.88, 0.93], np.float32) * top[..., None]
    color = np.where((s.cls == _CHARACTER)[..., None], _person(s, style), color)
    tyre = np.clip(-style.part, 0, 1)[..., None] * (s.cls == _VEHICLE)[..., None]
    color = color * (1 - tyre) + 0.022 * tyre
    return np.clip(color * (1 - 0.45 * light.wet * np.clip(s.normal[..., 2:3] + 0.3, 0, 1)), 0.008, 0.92).astype(
        np.float32
    )


def _person(s: Surface, style: Style) -> Array:
    """Clothes, skin and hair from the part channel."""
    c = s.code
    gain = np.exp(0.3 * style.detail)[..., None]
    coat = s.hint * gain
    trousers = np.where(c[..., 0:1] > 0, np.array([0.045, 0.055, 0.09], np.float32), 0.35 * s.hint + 0.03) * gain
    skin = _SKIN[np.clip(((c[..., 1] + 1) * 1.5).astype(np.int64), 0, 2)]
    hair = np.where(
        c[..., 3:4] > 0.4, np.array([0.22, 0.12, 0.05], np.float32), np.array([0.03, 0.022, 0.018], np.float32)
    )
    stops = [np.full_like(coat, 0.03), trousers, coat, skin, hair]
    x = np.clip((style.part + 1.0) * 2.0, 0, 4)
    low = np.minimum(np.floor(x), 3).astype(np.int64)
    f = (x - low)[..., None]
    table = np.stack(stops)
    a = np.take_along_axis(table, low[None, ..., None], 0)[0]
    b = np.take_along_axis(table, low[None, ..., None] + 1, 0)[0]
    return a * (1 - f) + b * f
