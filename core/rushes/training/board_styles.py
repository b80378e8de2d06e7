"""Storyboard drawings made from a painted picture and its surfaces: the targets of the board styles.

All that makes a stroke is in the model's inputs: lines, hatching and paper of `rushes.models.house.board`; the tones
come from the painted picture.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from rushes.models.house.board import board
from rushes.models.house.noise import Array
from rushes.models.house.style import Style
from rushes.models.house.surface import Surface

__all__ = ["BOARD_STYLES", "stylize"]

_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_PAPER = np.array([0.965, 0.955, 0.93], np.float32)
_GRAPHITE = np.array([0.16, 0.165, 0.18], np.float32)
_INK = np.array([0.055, 0.055, 0.065], np.float32)


def _c(*rgb: float) -> Array:
    return np.asarray(rgb, np.float32)


def _over(below: Array, share: Array, color: Array) -> Array:
    """A colour laid over a picture by a share (H, W)."""
    s = np.clip(share, 0, 1)[..., None]
    return below + s * (color - below)


def _ramp(x: Array, low: float | Array, high: float | Array) -> Array:
    t = np.clip((x - low) / np.maximum(np.asarray(high, np.float32) - low, 1e-3), 0, 1)
    return t * t * (3 - 2 * t)


def _tones(picture: Array) -> tuple[Array, Array]:
    """The picture without small texture, and its luminance; what a drawing's tones are taken from."""
    small = cv2.bilateralFilter(picture.astype(np.float32), 7, 0.12, 3.0)
    return small, small @ _LUMA


def _pencil(picture: Array, s: Surface, style: Style, marks: Array) -> Array:
    _, tone = _tones(picture)
    line, fine, hatch, grain = (marks[..., k] for k in range(4))
    dark = np.clip(1.0 - 1.12 * np.power(np.maximum(tone, 0), 0.8), 0, 1)
    dark = np.where(s.sky, 0.55 * dark, dark)
    # Strokes widen with the tone; below them lies smeared graphite, which the paper's grain breaks up.
    stroke = _ramp(hatch + 0.25 * grain, 0.7 - 1.25 * dark, 1.35 - 1.25 * dark) * _ramp(dark, 0.08, 0.4)
    smear = np.clip(0.62 * dark**1.4 * (1 + 0.35 * grain), 0, 1)
    out = np.broadcast_to(_PAPER * (1 + 0.018 * grain[..., None]), picture.shape)
    out = _over(out, smear, _GRAPHITE)
    out = _over(out, (0.16 + 0.36 * dark) * stroke * (1 - 0.25 * grain), _GRAPHITE)
    again = np.roll(line, (-2, 2), (0, 1))
    out = _over(out, 0.22 * again * (1 - 0.4 * grain), _GRAPHITE)
    out = _over(out, 0.5 * fine * (1 - 0.35 * grain), _GRAPHITE)
    return _over(out, 0.88 * line * (1 - 0.22 * grain), _GRAPHITE)


def _ink(picture: Array, s: Surface, style: Style, marks: Array) -> Array:
    _, tone = _tones(picture)
    line, fine, hatch, grain = (marks[..., k] for k in range(4))
    tone = np.where(s.sky, 0.25 + 0.8 * tone, tone)
    solid = 1 - _ramp(tone, 0.10, 0.16)
    mid = (1 - _ramp(tone, 0.33, 0.45)) * _ramp(hatch, 0.25, 0.75)
    deep = (1 - _ramp(tone, 0.17, 0.26)) * _ramp(hatch, -0.45, 0.05)
    bold = np.clip(1.35 * cv2.GaussianBlur(line, (0, 0), 0.8), 0, 1)
    out = np.broadcast_to(_c(0.975, 0.97, 0.955) * (1 + 0.008 * grain[..., None]), picture.shape)
    out = _over(out, np.maximum(np.maximum(solid, 0.95 * mid), 0.95 * deep), _INK)
    # In solid blacks what is drawn stays as thin white lines.
    fine = _ramp(fine, 0.15, 0.6)
    out = _over(out, 0.8 * fine * (1 - solid), _INK)
    out = _over(out, 0.75 * np.maximum(fine, 0.8 * _ramp(line, 0.4, 0.9)) * solid, _c(0.9, 0.9, 0.88))
    return _over(out, np.maximum(line, bold) * (1 - solid), _INK)


def _marker(picture: Array, s: Surface, style: Style, marks: Array) -> Array:
    color, tone = _tones(picture)
    line, fine, hatch, grain = (marks[..., k] for k in range(4))
    level = np.power(np.clip(tone, 0, 1), 0.8)
    bands = np.zeros_like(level)
    for edge in (0.2, 0.38, 0.56, 0.74):
        bands += _ramp(level, edge - 0.02, edge + 0.02)
    flat = (0.17 + bands * 0.2)[..., None]
    hue = color / np.maximum(tone, 0.04)[..., None]
    warm = _ramp(hue[..., 0] - hue[..., 2], -0.25, 0.25)[..., None]
    grey = flat * (_c(0.93, 0.99, 1.07) + warm * (_c(1.06, 1.0, 0.92) - _c(0.93, 0.99, 1.07)))
    own = flat * np.clip(1 + 0.9 * (hue - 1), 0.25, 2.0)
    out = 0.45 * grey + 0.55 * own
    # Strokes overlap where the pen comes back; paper shows in the lights.
    out = out * (1 - 0.05 * _ramp(hatch, 0.2, 0.8)[..., None] * (bands < 3.5)[..., None])
    out = _over(np.clip(out, 0, 1), 0.85 * _ramp(level, 0.86, 0.92), _PAPER)
    out = out * (1 + 0.012 * grain[..., None])
    out = _over(out, 0.55 * fine, _c(0.17, 0.17, 0.19))
    return _over(out, 0.92 * np.maximum(line, 0.9 * cv2.GaussianBlur(line, (0, 0), 0.7)), _c(0.1, 0.1, 0.115))


def _watercolour(picture: Array, s: Surface, style: Style, marks: Array) -> Array:
    line, fine, _, grain = (marks[..., k] for k in range(4))
    wash = cv2.bilateralFilter(picture.astype(np.float32), 11, 0.2, 5.0)
    wash = 0.65 * wash + 0.35 * cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 3.0)
    tone = (wash @ _LUMA)[..., None]
    wash = np.clip(0.10 + 0.95 * (tone + 1.55 * (wash - tone)), 0, 1)
    # Pigment on paper: the more of it, the darker and the more the grain and the water's edges show.
    density = -np.log(np.clip(wash, 0.03, 1)) * 0.78
    edge = cv2.GaussianBlur(line, (0, 0), 2.2)
    rim = np.clip(1.6 * edge - 0.9 * line, 0, 1)
    thin = 1 / (1 + 0.35 * density @ _LUMA)
    pool = 1 + thin * (0.24 * np.where(s.sky, 0.3 * style.coarse, style.coarse) + 0.12 * grain + 0.8 * rim)
    out = _PAPER * np.exp(-density * pool[..., None])
    out = out * (1 + 0.025 * grain[..., None])
    out = _over(out, 0.22 * fine, _c(0.3, 0.27, 0.26))
    return _over(out, 0.5 * line * (1 - 0.3 * grain), _c(0.24, 0.22, 0.23))


BOARD_STYLES: dict[str, Callable[[Array, Surface, Style, Array], Array]] = {
    "pencil": _pencil,
    "ink": _ink,
    "marker": _marker,
    "watercolour": _watercolour,
}
"""How each board style is drawn."""


def stylize(picture: Array, surface: Surface, style: Style, name: str, seed: int) -> Array:
    """Redraw a painted picture in a board style.

    Args:
        picture: (H, W, 3) float32 display-referred, 0 to 1, twice the size of the model's picture.
        surface: the surfaces it shows.
        style: their style.
        name: a token of the vocabulary's styles; "cinematic" leaves the picture as it is.
        seed: of the shot. The strokes are anchored to surfaces and paper, so no seed moves them.

    Returns:
        (H, W, 3) float32, 0 to 1.

    Raises:
        KeyError: no such style.
    """
    del seed
    if name == "cinematic":
        return picture
    marks = board(surface, style, 2)
    return np.clip(BOARD_STYLES[name](picture, surface, style, marks), 0, 1).astype(np.float32)
