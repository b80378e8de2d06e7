"""Deferred shading of the detailed twin: from surfaces and light transport to linear radiance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rushes.models.house.mirror import look_up, mirrored, mirroring
from rushes.models.house.noise import Array
from rushes.models.house.practical import emitting, veil
from rushes.models.house.style import Style
from rushes.models.house.surface import CLASSES, Surface
from rushes.training.look import Light, haze_color, sky_radiance
from rushes.training.twin_surface import albedo

__all__ = ["shade"]

_GROUND, _BUILDING, _PROP, _CHARACTER, _VEGETATION, _VEHICLE, _WATER, _LIGHT, _SKY = range(len(CLASSES))
Pixels = NDArray[np.bool_]

_LAMP = np.array([1.0, 0.66, 0.34], np.float32)
_HEAD = np.array([3.2, 2.3, 1.25], np.float32)
_GRAZING = (3.5, 0.48)
"""Exponent and share of the mirror term on rough water: at grazing angles it does not become a sheet of sky."""


def shade(s: Surface, style: Style, light: Light, transport: Array) -> Array:
    """Linear radiance (H, W, 3) of every pixel.

    Args:
        s: the twin's surfaces.
        style: what is painted on them.
        light: hour and weather.
        transport: (H, W, 3) irradiance over π from a white sun, a white sky and the lamps.
    """
    arriving = _arriving(s, light, transport)
    out = albedo(s, style, light) * arriving
    _panes(s, style, light, out, arriving)
    _bodies(s, style, light, out)
    _glowing(s, light, out)
    haze = veil(s.frame)[..., None] ** np.float32(light.haze)
    far = haze_color(light, s.view, s.frame.sun)
    if s.frame.place == "interior":
        haze = haze ** np.float32(0.15)
    out = out * haze + far * (1 - haze)
    out = np.asarray(out, np.float32)
    if np.any(s.sky):
        out[s.sky] = _sky(s, style, light, far[s.sky])
    _mirrors(s, style, light, out, arriving, haze, far)
    return out


def _arriving(s: Surface, light: Light, transport: Array) -> Array:
    """Light that reaches every surface, (H, W, 3)."""
    sun = np.clip(transport[..., :1], 0, 1.6)
    sky = np.clip(transport[..., 1:2], 0, 1.4)
    lamps = np.clip(transport[..., 2:3], 0, 4.0)
    if s.frame.place == "interior":
        burning = _burning(light)
        soft = 0.018 + 0.03 * np.clip(s.normal[..., 2:3], -0.3, 1)
        return light.sun * sun + light.dome * (sky + soft) * 1.3 + _LAMP * (burning * (0.8 * lamps + 0.012))
    return light.sun * sun + light.dome * sky**1.2 + _LAMP * (light.lamps * 0.75 * lamps)


def _burning(light: Light) -> float:
    """How bright the lamps of a room are: hardly by day, when the sky lights it."""
    return 0.05 + 0.8 * light.lamps


def _sky(s: Surface, style: Style, light: Light, far: Array) -> Array:
    """Radiance of the N sky pixels."""
    at = s.sky
    sky = sky_radiance(light, s.view[at], s.frame.sun, (style.coarse[at], style.part[at], style.fine[at]))
    if light.haze > 0.2:
        thick = min(1.0, 0.25 + light.haze)
        up = np.clip(s.view[at][:, 2:3], 0, 1)
        share = thick * (np.exp(-up * 2.5) * 0.85 + 0.1)
        sky = sky * (1 - share) + far * share
    return sky


def _seen_sky(s: Surface, light: Light, where: Pixels, normal: Array) -> tuple[Array, Array]:
    """Sky seen in N smooth pixels with normals (N, 3): radiance (N, 3) and the cosine of the view (N, 1)."""
    view = s.view[where]
    cos = np.clip(-np.sum(view * normal, -1, keepdims=True), 0.02, 1)
    away = view + 2.0 * cos * normal
    away[:, 2] = np.where(normal[:, 2] > 0.5, np.abs(away[:, 2]) + 0.02, away[:, 2])
    sky = sky_radiance(light, away, s.frame.sun, None)
    down = np.clip(-away[:, 2:3] * 3, 0, 1)
    return sky * (1 - down) + 0.35 * light.dome * down, cos


def _panes(s: Surface, style: Style, light: Light, out: Array, arriving: Array) -> None:
    """Windows mirror the sky or shine from inside; changes `out`."""
    where = style.glass > 0
    if not np.any(where):
        return
    glass = style.glass[where][:, None]
    sky, cos = _seen_sky(s, light, where, s.normal[where])
    fresnel = 0.03 + 0.97 * (1 - cos) ** 5
    pane = 0.03 * arriving[where] + sky * np.clip(0.14 + fresnel, 0, 0.9)
    warm = np.where(
        s.code[where][:, 3:4] > 0, np.array([1.00, 0.50, 0.17], np.float32), np.array([0.86, 0.58, 0.31], np.float32)
    )
    lit = style.lit[where][:, None] * light.lamps
    if s.frame.place == "interior":
        pane = pane * 0.5 + 0.9 * light.horizon
    pane = pane * (1 - 0.5 * np.clip(lit, 0, 1)) + lit * warm
    out[where] = out[where] * (1 - glass) + pane * glass


def _bodies(s: Surface, style: Style, light: Light, out: Array) -> None:
    """Car paint and lamps of cars; changes `out`."""
    car = s.cls == _VEHICLE
    if not np.any(car):
        return
    sky, cos = _seen_sky(s, light, car, s.normal[car])
    part = style.part[car][:, None]
    fresnel = 0.03 + 0.97 * (1 - cos) ** 5
    smooth = (1 - style.glass[car][:, None]) * (part > -0.3)
    shown = out[car] + sky * smooth * np.clip(fresnel * 0.6 + 0.04, 0, 0.45)
    lamp = np.clip(part * 1.6, 0, 1)
    color = np.where(part > 0.7, np.array([3.0, 2.6, 2.0], np.float32), np.array([2.2, 0.07, 0.03], np.float32))
    out[car] = shown * (1 - 0.7 * lamp) + color * lamp * (0.15 + light.lamps)


def _glowing(s: Surface, light: Light, out: Array) -> None:
    """The heads of lamps; changes `out`."""
    head = emitting(s) > 0
    if not np.any(head):
        return
    inside = s.frame.place == "interior"
    burning = _burning(light) + 0.3 if inside else light.lamps
    out[head] = 0.4 * out[head] + (_HEAD * burning + 0.25 * light.dome) * (0.8 if inside else 1.0)


def _mirrors(s: Surface, style: Style, light: Light, out: Array, arriving: Array, haze: Array, far: Array) -> None:
    """Water and wet ground mirror the picture itself, and the sky where that ends; changes `out`."""
    where = mirroring(s)
    if not np.any(where):
        return
    found = mirrored(s, style)
    normal = s.normal[where] + found.bend[where]
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-6)
    sky, cos = _seen_sky(s, light, where, normal)
    share = found.share[where][:, None]
    around = look_up(out, found)[where] * share + sky * (1 - share)
    own, came, air = out[where], arriving[where], haze[where]
    water = (s.cls[where] == _WATER)[:, None]
    rough = 0.02 + 0.98 * (1 - cos) ** _GRAZING[0] * _GRAZING[1]
    half = np.asarray(s.frame.sun, np.float32) - s.view[where]
    half /= np.maximum(np.linalg.norm(half, axis=-1, keepdims=True), 1e-6)
    glint = np.clip(np.sum(half * normal, -1, keepdims=True), 0, 1) ** np.float32(600)
    glint = glint * np.clip(came[:, :1] / np.maximum(light.sun[:1] + light.dome[:1], 1e-3), 0, 1)
    deep = style.color[where] * 0.42 * came + 0.02 * light.dome
    sea = deep * (1 - rough) + around * rough * 1.12 + light.sun * glint * 0.8
    sea = sea * air + far[where] * (1 - air)
    if light.wet > 0:
        puddle = np.clip(0.55 + 1.3 * style.coarse[where][:, None], 0.18, 1)
        flat = np.clip((s.normal[where][:, 2:3] - 0.8) * 8, 0, 1)
        polish = np.clip((0.03 + 0.97 * (1 - cos) ** 4) * 0.9 + 0.10, 0, 0.75) * puddle * flat * air
        own = own * (1 - 0.7 * polish) + around * polish * (0.55 + 0.45 * share)
    out[where] = np.where(water, sea, own)
