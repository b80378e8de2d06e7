"""The light of the training pictures: colour script by hour and weather, sky, fog, tone curve and mood grade.

All colours are linear Rec.709 unless said otherwise; radiance 1 is a white wall in the day's key light.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import Vec3
from rushes.models.house.noise import Array

__all__ = ["Light", "develop", "light_for", "sky_radiance"]


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
    """Fog density per metre."""
    lamps: float
    """How bright lit windows are."""
    wet: float
    stars: float


def _c(*rgb: float) -> Array:
    return np.asarray(rgb, np.float32)


_HOURS: dict[str, dict[str, Array]] = {
    "day": {
        "sun": _c(1.30, 1.16, 0.96),
        "dome": _c(0.26, 0.35, 0.50),
        "zenith": _c(0.07, 0.20, 0.52),
        "horizon": _c(0.42, 0.58, 0.76),
        "glow": _c(0.9, 0.85, 0.7),
        "cloud": _c(1.05, 1.03, 1.0),
        "cloud_dark": _c(0.42, 0.50, 0.62),
    },
    "dawn": {
        "sun": _c(1.35, 0.80, 0.56),
        "dome": _c(0.30, 0.29, 0.42),
        "zenith": _c(0.13, 0.20, 0.42),
        "horizon": _c(0.86, 0.56, 0.50),
        "glow": _c(1.25, 0.72, 0.46),
        "cloud": _c(1.1, 0.74, 0.66),
        "cloud_dark": _c(0.40, 0.34, 0.48),
    },
    "dusk": {
        "sun": _c(1.60, 0.66, 0.24),
        "dome": _c(0.22, 0.25, 0.44),
        "zenith": _c(0.05, 0.09, 0.26),
        "horizon": _c(0.88, 0.40, 0.20),
        "glow": _c(1.7, 0.66, 0.18),
        "cloud": _c(1.25, 0.55, 0.28),
        "cloud_dark": _c(0.20, 0.15, 0.27),
    },
    "night": {
        "sun": _c(0.20, 0.27, 0.42),
        "dome": _c(0.065, 0.095, 0.19),
        "zenith": _c(0.010, 0.020, 0.058),
        "horizon": _c(0.052, 0.075, 0.15),
        "glow": _c(0.10, 0.13, 0.19),
        "cloud": _c(0.10, 0.12, 0.19),
        "cloud_dark": _c(0.026, 0.036, 0.07),
    },
}
_LAMPS = {"day": 0.0, "dawn": 0.35, "dusk": 0.9, "night": 1.5}


def light_for(hour: str, weather: str) -> Light:
    """The light of an hour ("day", "dawn", "dusk", "night") in a weather ("clear", "overcast", "fog", "rain")."""
    h = _HOURS[hour]
    lamps, stars = _LAMPS[hour], 1.0 if hour == "night" else 0.0
    if weather == "clear":
        return Light(**h, cover=0.5, haze=1 / 900, lamps=lamps, wet=0.0, stars=stars)
    veil = 0.55 * h["horizon"] + 0.45 * h["zenith"]
    veil = 0.62 * float(veil @ _c(0.2126, 0.7152, 0.0722)) + 0.38 * veil
    gain = {"overcast": 1.15, "fog": 1.25, "rain": 0.82}[weather] * (1.3 if hour == "night" else 1.0)
    dim = {"overcast": 0.12, "fog": 0.16, "rain": 0.06}[weather]
    dome = (0.5 * float(np.mean(h["dome"])) + 0.5 * h["dome"]) * gain + 0.22 * h["sun"] * gain
    thick = {"overcast": 0.95, "fog": 0.6, "rain": 1.0}[weather]
    haze = {"overcast": 1 / 420, "fog": 1 / 42, "rain": 1 / 120}[weather]
    pale = veil * gain * (1.25 if weather == "fog" else 1.0)
    foggy = weather == "fog"
    return Light(
        sun=h["sun"] * dim,
        dome=dome.astype(np.float32),
        zenith=pale * 0.8,
        horizon=pale * 1.15,
        glow=h["glow"] * (0.18 if foggy else 0.12),
        cloud=pale * 1.3,
        cloud_dark=pale * (0.85 if foggy else 0.55),
        cover=thick,
        haze=haze,
        lamps=max(lamps, 0.25),
        wet=1.0 if weather == "rain" else 0.0,
        stars=0.0,
    )


def _smooth(a: float, b: float, x: Array) -> Array:
    t = np.clip((x - a) / (b - a), 0, 1)
    return t * t * (3 - 2 * t)


def haze_color(light: Light, view: Array, sun: Vec3) -> Array:
    """Colour that distance fades to, along unit view directions (..., 3)."""
    toward = np.clip(view @ np.asarray(sun, np.float32), 0, 1)[..., None]
    return light.horizon * 0.92 + light.glow * (0.28 * toward**4 + 0.25 * toward**24)


def sky_radiance(light: Light, view: Array, sun: Vec3, clouds: tuple[Array, Array, Array] | None) -> Array:
    """Radiance of the sky along unit view directions.

    Args:
        view: (..., 3).
        sun: unit vector towards the sun.
        clouds: cloud field (-1..1), its light towards the sun (-1..1), stars (0..1), each (...); None: gradient only.
    """
    up = view[..., 2:3]
    t = np.clip(up, 0, 1) ** 0.55
    toward = np.clip(view @ np.asarray(sun, np.float32), 0, 1)[..., None]
    low = np.exp(-np.clip(up, 0, 1) * 7.0)
    sky = light.horizon * (1 - t) + light.zenith * t
    sky = sky + light.glow * (
        0.35 * toward**6 * (0.35 + low) + 0.5 * toward**40 + 2.5 * _smooth(0.9992, 0.9997, toward)
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
    alpha = body * (0.9 if light.cover < 0.9 else 0.75)
    fade = np.exp(-np.clip(up, 0, 1) * 12.0) * 0.7
    tone = tone * (1 - fade) + haze_color(light, view, sun) * fade
    return (sky * (1 - alpha) + tone * alpha).astype(np.float32)


def develop(linear: Array, mood: str) -> Array:
    """Tone curve, mood grade and sRGB encoding: linear radiance (H, W, 3) to display 0..1."""
    x = np.maximum(linear, 0) * 0.88
    x = np.clip((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0, 1)
    grey = x @ _c(0.2126, 0.7152, 0.0722)
    grey3 = grey[..., None]
    if mood == "warm":
        x = x * _c(1.08, 1.0, 0.80) + 0.012 * _c(1.0, 0.5, 0.0)
    elif mood == "cold":
        x = (0.75 * x + 0.25 * grey3) * _c(0.86, 1.0, 1.16)
    elif mood == "noir":
        x = 0.06 * x + 0.94 * grey3
        x = x * x * (3 - 2 * x) * 1.02
    elif mood == "dreamlike":
        x = 0.80 * (0.8 * x + 0.2 * grey3) * _c(1.04, 0.97, 1.06) + _c(0.075, 0.055, 0.085)
    x = np.clip(x, 0, 1)
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 1e-8) ** (1 / 2.4) - 0.055).astype(np.float32)


def bloom(linear: Array, blur: NDArray[np.float32]) -> Array:
    """Add what spills over from bright spots; `blur` is the blurred excess."""
    return (linear + 0.55 * blur).astype(np.float32)
