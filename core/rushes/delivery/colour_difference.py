"""Colour difference as the eye has it: CIE Lab of what a Rec.709 display shows, and CIEDE2000.

Also the 24 patches of a ColorChecker as display-referred Rec.709.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from rushes.delivery.colour_spaces import Colours

__all__ = [
    "PATCHES",
    "Lab",
    "codes_of",
    "delta_e",
    "display_delta_e",
    "lab_of",
    "open_lab_of",
    "patch_names",
    "patches",
]

Lab = NDArray[np.float64]
"""(..., 3) CIE L*, a*, b*, D65, white = display white."""

PATCHES: tuple[tuple[str, float, float, float], ...] = (
    ("dark skin", 37.54, 14.37, 14.92),
    ("light skin", 64.66, 19.27, 17.50),
    ("blue sky", 49.32, -3.82, -22.54),
    ("foliage", 43.46, -12.74, 22.72),
    ("blue flower", 54.94, 9.61, -24.79),
    ("bluish green", 70.48, -32.26, -0.37),
    ("orange", 62.73, 35.83, 56.50),
    ("purplish blue", 39.43, 10.75, -45.17),
    ("moderate red", 50.57, 48.64, 16.67),
    ("purple", 30.10, 22.54, -20.87),
    ("yellow green", 71.77, -24.13, 58.19),
    ("orange yellow", 71.51, 18.24, 67.37),
    ("blue", 28.37, 15.42, -49.80),
    ("green", 54.38, -39.72, 32.27),
    ("red", 42.43, 51.05, 28.62),
    ("yellow", 81.80, 2.67, 80.41),
    ("magenta", 50.63, 51.28, -14.12),
    ("cyan", 49.57, -29.71, -28.32),
    ("white 9.5", 95.19, -1.03, 2.93),
    ("neutral 8", 81.29, -0.57, 0.44),
    ("neutral 6.5", 66.89, -0.75, -0.06),
    ("neutral 5", 50.76, -0.13, 0.14),
    ("neutral 3.5", 35.63, -0.46, -0.48),
    ("black 2", 20.64, 0.07, -0.46),
)
"""Name, then L*, a*, b* under D50: X-Rite's values for charts made since November 2014."""

# BT.709 primaries, D65 (ITU-R BT.709-6), rows X, Y, Z.
_TO_XYZ = np.array(
    [[0.4123908, 0.3575843, 0.1804808], [0.2126390, 0.7151687, 0.0721923], [0.0193308, 0.1191948, 0.9505322]]
)
_D65 = _TO_XYZ.sum(axis=1)
_D50 = np.array([0.96422, 1.0, 0.82521])
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_EPSILON, _KAPPA = 216 / 24389, 24389 / 27


def lab_of(codes: NDArray[np.floating]) -> Lab:
    """Lab of (..., 3) Rec.709 gamma 2.4 codes as a display shows them, clipped to 0..1."""
    return open_lab_of(np.clip(np.asarray(codes, np.float64), 0.0, 1.0))


def open_lab_of(codes: NDArray[np.floating]) -> Lab:
    """The same without clipping: the formulas are continued below black and above white."""
    given = np.asarray(codes, np.float64)
    xyz = (np.sign(given) * np.abs(given) ** 2.4) @ _TO_XYZ.T / _D65
    f = np.where(xyz > _EPSILON, np.cbrt(xyz), (_KAPPA * xyz + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


def _light(f: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(f**3 > _EPSILON, f**3, (116 * f - 16) / _KAPPA)


def _spread(lab: Lab) -> NDArray[np.float64]:
    fy = (lab[..., 0] + 16) / 116
    return np.stack([fy + lab[..., 1] / 500, fy, fy - lab[..., 2] / 200], axis=-1)


def codes_of(lab: Lab) -> Colours:
    """The (..., 3) Rec.709 gamma 2.4 codes of Lab colours, beyond 0..1 outside the gamut."""
    light = (_light(_spread(lab)) * _D65) @ np.linalg.inv(_TO_XYZ).T
    return (np.sign(light) * np.abs(light) ** (1 / 2.4)).astype(np.float32)


def patch_names() -> tuple[str, ...]:
    """Names of the 24 patches, in the chart's order."""
    return tuple(patch[0] for patch in PATCHES)


@functools.cache
def _patches() -> Colours:
    lab = np.array([patch[1:] for patch in PATCHES], np.float64)
    xyz = _light(_spread(lab)) * _D50
    gain = np.diag((_BRADFORD @ _D65) / (_BRADFORD @ _D50))
    adapted = xyz @ (np.linalg.inv(_BRADFORD) @ gain @ _BRADFORD).T
    light = adapted @ np.linalg.inv(_TO_XYZ).T
    return (np.clip(light, 0.0, 1.0) ** (1 / 2.4)).astype(np.float32)


def patches() -> Colours:
    """(24, 3) Rec.709 gamma 2.4 codes of the patches, Bradford-adapted to D65, cyan clipped to the gamut."""
    return _patches().copy()


def display_delta_e(first: NDArray[np.floating], second: NDArray[np.floating]) -> NDArray[np.float64]:
    """CIEDE2000 between two sets of (..., 3) Rec.709 codes as a display shows them."""
    return delta_e(lab_of(first), lab_of(second))


def delta_e(first: Lab, second: Lab) -> NDArray[np.float64]:
    """CIEDE2000 with weights of 1; Sharma, Wu and Dalal 2005, equations 2 to 22."""
    l1, a1, b1 = np.moveaxis(np.asarray(first, np.float64), -1, 0)
    l2, a2, b2 = np.moveaxis(np.asarray(second, np.float64), -1, 0)
    mean7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    g = 0.5 * (1 - np.sqrt(mean7 / (mean7 + 25.0**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    grey = c1 * c2 == 0
    turn = np.where(grey, 0.0, (h2 - h1 + 180) % 360 - 180)
    delta_h = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    far = np.abs(h1 - h2) > 180
    mean_h = np.where(grey, h1 + h2, np.where(far, (h1 + h2 + 360) / 2 % 360, (h1 + h2) / 2))
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    angle = np.radians(mean_h)
    t = 1 - 0.17 * np.cos(angle - np.radians(30)) + 0.24 * np.cos(2 * angle)
    t += 0.32 * np.cos(3 * angle + np.radians(6)) - 0.20 * np.cos(4 * angle - np.radians(63))
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    bend = np.radians(60 * np.exp(-(((mean_h - 275) / 25) ** 2)))
    r_t = -2 * np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7)) * np.sin(bend)
    x, y, z = (l2 - l1) / s_l, (c2 - c1) / s_c, delta_h / s_h
    return np.sqrt(np.maximum(x * x + y * y + z * z + r_t * y * z, 0.0))
