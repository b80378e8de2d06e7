"""Deferred shading of the detailed twin: from surfaces and light transport to linear radiance."""

from __future__ import annotations

import numpy as np

from rushes.models.house.mirror import look_up, mirrored, mirroring, ripples
from rushes.models.house.noise import Array
from rushes.models.house.practical import emitting, veil
from rushes.models.house.style import Style
from rushes.models.house.surface import CLASSES, Surface
from rushes.training.look import Light, haze_color, sky_radiance
from rushes.training.twin_surface import albedo

__all__ = ["shade"]

_GROUND, _BUILDING, _PROP, _CHARACTER, _VEGETATION, _VEHICLE, _WATER, _LIGHT, _SKY = range(len(CLASSES))
_LAMP = np.array([1.0, 0.66, 0.34], np.float32)
_HEAD = np.array([3.2, 2.3, 1.25], np.float32)
_ROUGH = 0.13
"""Slope of the waves: grazing water does not become a sheet of sky."""


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
    out = _panes(s, style, light, out, arriving)
    out = _bodies(s, style, light, out)
    out = _glowing(s, style, light, out)
    haze = veil(s.frame)[..., None] ** np.float32(light.haze)
    far = haze_color(light, s.view, s.frame.sun)
    if s.frame.place == "interior":
        haze = haze ** np.float32(0.15)
    out = out * haze + far * (1 - haze)
    out = np.where(s.sky[..., None], _sky(s, style, light, far), out).astype(np.float32)
    return _mirrors(s, style, light, out, arriving, haze)


def _arriving(s: Surface, light: Light, transport: Array) -> Array:
    """Light that reaches every surface, (H, W, 3)."""
    sun = np.clip(transport[..., :1], 0, 1.6)
    sky = np.clip(transport[..., 1:2], 0, 1.4)
    lamps = np.clip(transport[..., 2:3], 0, 4.0)
    if s.frame.place == "interior":
        burning = 0.30 + light.lamps
        soft = 0.018 + 0.03 * np.clip(s.normal[..., 2:3], -0.3, 1)
        return light.sun * sun + light.dome * (sky + soft) * 1.3 + _LAMP * (burning * (0.8 * lamps + 0.012))
    return light.sun * sun + light.dome * sky**1.2 + _LAMP * (light.lamps * 0.75 * lamps)


def _sky(s: Surface, style: Style, light: Light, far: Array) -> Array:
    sky = sky_radiance(light, s.view, s.frame.sun, (style.coarse, style.part, style.fine))
    if light.haze > 0.2:
        thick = min(1.0, 0.25 + light.haze)
        up = np.clip(s.view[..., 2:3], 0, 1)
        share = thick * (np.exp(-up * 2.5) * 0.85 + 0.1)
        sky = sky * (1 - share) + far * share
    return sky


def _seen_sky(s: Surface, light: Light, normal: Array) -> tuple[Array, Array]:
    """Sky seen in a smooth surface, (H, W, 3), and the cosine of the view, (H, W, 1)."""
    cos = np.clip(-np.sum(s.view * normal, -1, keepdims=True), 0.02, 1)
    away = s.view + 2.0 * cos * normal
    level = s.normal[..., 2] > 0.5
    away[..., 2] = np.where(level, np.abs(away[..., 2]) + 0.02, away[..., 2])
    sky = sky_radiance(light, away, s.frame.sun, None)
    down = np.clip(-away[..., 2:3] * 3, 0, 1)
    return sky * (1 - down) + 0.35 * light.dome * down, cos


def _panes(s: Surface, style: Style, light: Light, out: Array, arriving: Array) -> Array:
    """Windows mirror the sky or shine from inside."""
    if not np.any(style.glass > 0):
        return out
    glass = style.glass[..., None]
    sky, cos = _seen_sky(s, light, s.normal)
    fresnel = 0.03 + 0.97 * (1 - cos) ** 5
    pane = 0.03 * arriving + sky * np.clip(0.14 + fresnel, 0, 0.9)
    warm = np.where(
        s.code[..., 3:4] > 0, np.array([1.55, 0.84, 0.32], np.float32), np.array([1.40, 1.0, 0.58], np.float32)
    )
    lit = style.lit[..., None] * light.lamps
    if s.frame.place == "interior":
        pane = pane * 0.5 + 0.9 * light.horizon
    pane = pane * (1 - 0.5 * np.clip(lit, 0, 1)) + lit * warm
    return out * (1 - glass) + pane * glass


def _bodies(s: Surface, style: Style, light: Light, out: Array) -> Array:
    """Car paint and lamps of cars."""
    car = s.cls == _VEHICLE
    if not np.any(car):
        return out
    sky, cos = _seen_sky(s, light, s.normal)
    fresnel = 0.03 + 0.97 * (1 - cos) ** 5
    smooth = (1 - style.glass[..., None]) * (style.part[..., None] > -0.3) * car[..., None]
    out = out + sky * smooth * np.clip(fresnel * 0.6 + 0.04, 0, 0.45)
    lamp = np.clip(style.part * 1.6, 0, 1)[..., None] * car[..., None]
    color = np.where(
        style.part[..., None] > 0.7, np.array([3.0, 2.6, 2.0], np.float32), np.array([2.2, 0.07, 0.03], np.float32)
    )
    return out * (1 - 0.7 * lamp) + color * lamp * (0.15 + light.lamps)


def _glowing(s: Surface, style: Style, light: Light, out: Array) -> Array:
    """The heads of lamps."""
    head = emitting(s)[..., None]
    inside = s.frame.place == "interior"
    burning = light.lamps + (0.45 if inside else 0.0)
    return out * (1 - 0.6 * head) + head * (_HEAD * burning + 0.25 * light.dome) * (0.8 if inside else 1.0)


def _mirrors(s: Surface, style: Style, light: Light, out: Array, arriving: Array, haze: Array) -> Array:
    """Water and wet ground mirror the picture itself, and the sky where that ends."""
    where = mirroring(s)
    if not np.any(where):
        return out
    found = mirrored(s, style)
    bend = ripples(s, style)
    normal = s.normal + bend
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-6)
    sky, cos = _seen_sky(s, light, normal)
    share = found.share[..., None]
    around = look_up(out, found) * share + sky * (1 - share)
    water = (s.cls == _WATER)[..., None]
    rough = 0.02 + 0.98 * (1 - cos) ** (5 * np.exp(-2.69 * _ROUGH)) / (1 + 22.7 * _ROUGH**1.5)
    half = np.asarray(s.frame.sun, np.float32) - s.view
    half /= np.maximum(np.linalg.norm(half, axis=-1, keepdims=True), 1e-6)
    glint = np.clip(np.sum(half * normal, -1, keepdims=True), 0, 1) ** 420
    deep = albedo(s, style, light) * 0.42 * arriving + 0.02 * light.dome
    sea = deep * (1 - rough) + around * rough * 1.12 + light.sun * glint * 2.2
    sea = sea * haze + haze_color(light, s.view, s.frame.sun) * (1 - haze)
    if light.wet > 0:
        puddle = np.clip(0.55 + 1.3 * style.coarse, 0.18, 1)[..., None]
        flat = np.clip((s.normal[..., 2:3] - 0.8) * 8, 0, 1)
        polish = np.clip((0.03 + 0.97 * (1 - cos) ** 4) * 0.9 + 0.10, 0, 0.75) * puddle * flat * haze
        street = out * (1 - 0.7 * polish) + around * polish
    else:
        street = out
    return np.where(where[..., None], np.where(water, sea, street), out).astype(np.float32)
