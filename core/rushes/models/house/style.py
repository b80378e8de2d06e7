"""Style: windows, trims, joints, ribs, foliage, clothes and clouds as functions of surface points and object codes.

Every mask is filtered to the pixel, so it neither aliases nor flickers. Own-space coordinates are used throughout:
what is drawn sticks to its object. The colour that comes out is the surface's own; training targets and the model's
inputs share it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rushes.models.house.noise import Array, fbm, hash01
from rushes.models.house.style_facade import facade
from rushes.models.house.style_figure import figure
from rushes.models.house.style_ground import ground
from rushes.models.house.style_interior import floor, room
from rushes.models.house.style_patch import Patch, Style
from rushes.models.house.style_sky import clouds
from rushes.models.house.style_things import fixture, foliage, prop
from rushes.models.house.style_vehicle import vehicle
from rushes.models.house.surface import CLASSES, Surface

__all__ = ["Style", "draw"]

_GROUND, _BUILDING, _PROP, _CHARACTER, _VEGETATION, _VEHICLE, _WATER, _LIGHT, _SKY = range(len(CLASSES))
_SNOW = np.array([0.84, 0.88, 0.93], np.float32)

_PAINT: dict[int, Callable[[Patch], None]] = {
    _GROUND: ground,
    _BUILDING: facade,
    _PROP: prop,
    _CHARACTER: figure,
    _VEGETATION: foliage,
    _VEHICLE: vehicle,
    _LIGHT: fixture,
}
_INSIDE: dict[int, Callable[[Patch], None]] = {_GROUND: floor, _BUILDING: room}


def draw(s: Surface) -> Style:
    """The style of every pixel. The surface's colour hint becomes the painted colour."""
    coarse, fine = _noise(s)
    shape = coarse.shape
    style = Style(
        glass=np.zeros(shape, np.float32),
        lit=np.zeros(shape, np.float32),
        trim=np.zeros(shape, np.float32),
        detail=0.6 * coarse + 0.4 * fine,
        fine=fine,
        coarse=coarse,
        wall=np.zeros((*shape, 4), np.float32),
        part=np.zeros(shape, np.float32),
        color=s.hint.copy(),
    )
    table = _PAINT | _INSIDE if s.frame.place == "interior" else _PAINT
    for cls, paint in table.items():
        where = s.cls == cls
        if np.any(where):
            patch = Patch(s, style, where)
            paint(patch)
            patch.put(style)
    _snow(s, style)
    clouds(s, style)
    style.color = np.clip(style.color, 0.006, 0.92).astype(np.float32)
    s.hint = style.color
    return style


def _noise(s: Surface) -> tuple[Array, Array]:
    """Coarse (about 3 m) and fine (about 0.4 m) noise anchored in each object's own space; its code picks the noise."""
    at = np.flatnonzero(~s.sky)
    cls = s.cls.reshape(-1)[at]
    world = ((cls == _GROUND) | (cls == _WATER))[:, None]
    start = hash01(np.arange(3, dtype=np.int64), 7, 3, s.frame.seed).astype(np.float32) * 61.0
    own = s.local.reshape(-1, 3)[at] + s.code.reshape(-1, 4)[at, :3] * np.float32(43.0)
    p = np.where(world, s.point.reshape(-1, 3)[at] + start, own)
    width = (s.foot / s.facing).reshape(-1)[at]
    coarse, fine = np.zeros(s.sky.size, np.float32), np.zeros(s.sky.size, np.float32)
    coarse[at] = fbm(p * np.float32(0.33), 1, 3, width * np.float32(0.33))
    fine[at] = fbm(p * np.float32(2.6), 7, 2, width * np.float32(2.6))
    return coarse.reshape(s.sky.shape), fine.reshape(s.sky.shape)


def _snow(s: Surface, style: Style) -> None:
    """Snow lies on what looks up: thick in a place of snow, thin where it has begun to fall."""
    place, falls = s.frame.place, s.frame.weather == "snowfall"
    if place == "interior" or not (place == "snow" or falls):
        return
    top = np.clip((s.normal[..., 2] - 0.45) * 4, 0, 1) * ((s.cls != _WATER) & ~s.sky)
    top = top * np.where(s.cls == _CHARACTER, 0.3, 1.0)
    if place != "snow":
        top = top * np.clip(0.72 + 0.5 * style.coarse + 0.3 * style.fine, 0, 1) * np.where(s.cls == _VEHICLE, 0.6, 1.0)
    tone = np.exp(0.1 * style.detail)[..., None]
    style.color += top[..., None] * (_SNOW * tone - style.color)
    style.trim *= 1 - top
    style.glass *= 1 - top
    style.lit *= 1 - top
