"""The light of the training pictures: colour script by hour and weather, and the sky.

All colours are linear Rec.709 unless said otherwise; radiance 1 is a white wall in the day's key light.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rushes.contracts import Vec3
from rushes.models.house.noise import Array
from rushes.models.house.practical import FOG
from rushes.training.grade import develop

__all__ = ["Light", "develop", "haze_color", "light_for", "sky_radiance"]


@dataclass(frozen=True)
class Light:
    """One hour in one weather."""

    sun: Array
    """(3,) irradiance of the sun over π."""
    dome: Array
    """(3,) irradiance of the sky dome over π."""
    zenith: Array
    horizon: Array
    glow: Array
    """Colour of the sky around the sun."""
    cloud: Array
    """Lit side of the clouds."""
    cloud_dark: Array
    cover: float
    """Share of sky under cloud, 0..1."""
    haze: float
    """Power of `rushes.models.house.practical.veil`: 1 is fog, 0 no haze at all."""
    lamps: float
    """How bright lamps and lit windows are."""
    wet: float
    stars: float
    falls: float
    """How bright falling rain or snow looks, display 0..1."""


def _c(*rgb: float) -> Array:
    return np.asarray(rgb, np.float32)


_HOURS: dict[str, dict[str, Array]] = {
    "day": {
        "sun": _c(1.55, 1.36, 1.08),
        "dome": _c(0.24, 0.35, 0.54),
        "zenith": _c(0.055, 0.19, 0.56),
        "horizon": _c(0.46, 0.66, 0.86),
        "glow": _c(1.0, 0.92, 0.75),
        "cloud": _c(1.15, 1.12, 1.08),
        "cloud_dark": _c(0.46, 0.56, 0.70),
    },
    "dawn": {
        "sun": _c(1.20, 0.66, 0.50),
        "dome": _c(0.24, 0.30, 0.54),
        "zenith": _c(0.10, 0.23, 0.52),
        "horizon": _c(0.80, 0.46, 0.48),
        "glow": _c(1.15, 0.66, 0.50),
        "cloud": _c(1.0, 0.60, 0.62),
        "cloud_dark": _c(0.28, 0.30, 0.52),
    },
    "dusk": {
        "sun": _c(2.0, 0.74, 0.20),
        "dome": _c(0.17, 0.19, 0.40),
        "zenith": _c(0.04, 0.07, 0.25),
        "horizon": _c(1.05, 0.40, 0.12),
        "glow": _c(1.9, 0.66, 0.12),
        "cloud": _c(1.45, 0.50, 0.20),
        "cloud_dark": _c(0.17, 0.11, 0.24),
    },
    "night": {
        "sun": _c(0.16, 0.25, 0.43),
        "dome": _c(0.040, 0.072, 0.170),
        "zenith": _c(0.007, 0.017, 0.060),
        "horizon": _c(0.040, 0.068, 0.160),
        "glow": _c(0.09, 0.13, 0.20),
        "cloud": _c(0.085, 0.115, 0.20),
        "cloud_dark": _c(0.018, 0.030, 0.072),
    },
}
_LAMPS = {"day": 0.0, "dawn": 0.35, "dusk": 0.85, "night": 1.35}
_LAMPS_GLOOM = 0.22
_FALLS = {"day": 0.62, "dawn": 0.52, "dusk": 0.42, "night": 0.32}
_HAZE = {"clear": FOG / 1400, "overcast": FOG / 600, "fog": 1.0, "rain": FOG / 170, "snowfall": FOG / 90}
_TINT = {
    "overcast": _c(0.97, 1.0, 1.05),
    "fog": _c(1.0, 1.0, 1.02),
    "rain": _c(0.86, 0.98, 1.12),
    "snowfall": _c(0.93, 1.0, 1.13),
}
_CAST = {
    "day": _c(1.0, 1.0, 1.0),
    "dawn": _c(0.90, 1.0, 1.12),
    "dusk": _c(1.0, 0.86, 0.74),
    "night": _c(0.95, 1.0, 1.0),
}
"""What the hour does to the grey of clouds and fog."""


def light_for(hour: str, weather: str) -> Light:
    """The light of an hour ("day", "dawn", "dusk", "night") in a weather.

    The weather is "clear", "overcast", "fog", "rain" or "snowfall".
    """
    h = _HOURS[hour]
    lamps, stars = _LAMPS[hour], 1.0 if hour == "night" else 0.0
    if weather == "clear":
        haze = _HAZE["clear"] * (2.5 if hour == "dawn" else 1.0)
        return Light(**h, cover=0.45, haze=haze, lamps=lamps, wet=0.0, stars=stars, falls=0.0)
    grey = 0.55 * h["horizon"] + 0.45 * h["zenith"]
    keep = {"overcast": 0.45, "fog": 0.6, "rain": 0.42, "snowfall": 0.4}[weather]
    if hour == "night":
        keep = 0.8
    grey = ((1 - keep) * float(grey @ _c(0.2126, 0.7152, 0.0722)) + keep * grey) * _TINT[weather]
    grey = grey * _CAST[hour]
    gain = {"overcast": 1.05, "fog": 1.15, "rain": 0.70, "snowfall": 1.05}[weather]
    if hour == "night":
        gain *= 3.0 if weather == "fog" else 1.3
    dim = {"overcast": 0.14, "fog": 0.22, "rain": 0.07, "snowfall": 0.10}[weather]
    dome = (0.45 * float(np.mean(h["dome"])) + 0.55 * h["dome"]) * 1.15 + 0.20 * h["sun"]
    dome = dome * _TINT[weather] * np.sqrt(_CAST[hour]) * min(1.2 * gain, 1.3)
    pale = (grey * gain).astype(np.float32)
    soft = weather in ("fog", "snowfall")
    return Light(
        sun=h["sun"] * dim,
        dome=dome.astype(np.float32),
        zenith=pale * (0.85 if soft else 0.7),
        horizon=pale * (1.1 if soft else 1.15),
        glow=h["glow"] * (0.30 if weather == "fog" else 0.10),
        cloud=pale * 1.35,
        cloud_dark=pale * (0.85 if soft else 0.5),
        cover=0.6 if soft else 0.95,
        haze=_HAZE[weather],
        lamps=lamps + _LAMPS_GLOOM,
        wet=1.0 if weather == "rain" else 0.0,
        stars=0.0,
        falls=_FALLS[hour] * {"rain": 0.45, "snowfall": 1.0}.get(weather, 0.0),
    )


def _smooth(a: float, b: float, x: Array) -> Array:
    t = np.clip((x - a) / (b - a), 0, 1)
    return t * t * (3 - 2 * t)


def haze_color(light: Light, view: Array, sun: Vec3) -> Array:
    """Colour that distance fades to, along unit view directions (..., 3)."""
    toward = np.clip(view @ np.asarray(sun, np.float32), 0, 1)[..., None]
    square = toward * toward
    return light.horizon * 0.9 + light.glow * (0.28 * square * square + 0.25 * square**12)


def sky_radiance(light: Light, view: Array, sun: Vec3, clouds: tuple[Array, Array, Array] | None) -> Array:
    """Radiance of the sky along unit view directions.

    Args:
        light: hour and weather.
        view: (..., 3).
        sun: unit vector towards the sun.
        clouds: cloud field (-1..1), its light towards the sun (-1..1), stars (0..1), each (...); None: gradient only.
    """
    up = view[..., 2:3]
    t = np.clip(up, 0, 1) ** 0.5
    toward = np.clip(view @ np.asarray(sun, np.float32), 0, 1)[..., None]
    low = np.exp(-np.clip(up, 0, 1) * 7.0)
    sky = light.horizon * (1 - t) + light.zenith * t
    sky = sky + light.glow * (
        0.35 * toward**6 * (0.35 + low) + 0.5 * toward**40 + 2.5 * _smooth(0.9990, 0.9996, toward)
    )
    sky = sky * np.where(up < 0, np.clip(1 + 1.2 * up, 0.35, 1), 1)
    if clouds is None:
        return sky.astype(np.float32)
    field, lit, stars = (c[..., None] for c in clouds)
    sky = sky + light.stars * stars * np.clip(up * 4, 0, 1) * 0.9
    edge = 0.62 - 1.05 * light.cover
    body = _smooth(edge, edge + 0.42, field) * np.clip(up * 9 + 0.1, 0, 1)
    shade = np.clip(0.5 + 0.95 * lit - 0.22 * _smooth(edge, edge + 0.9, field), 0, 1)
    tone = light.cloud_dark + (light.cloud - light.cloud_dark) * shade
    tone = tone + light.glow * (0.55 * toward**8 * (1 - 0.6 * body))
    alpha = body * (0.9 if light.cover < 0.9 else 0.8)
    fade = np.exp(-np.clip(up, 0, 1) * 12.0) * 0.7
    tone = tone * (1 - fade) + haze_color(light, view, sun) * fade
    return (sky * (1 - alpha) + tone * alpha).astype(np.float32)
