"""What a storyboard artist would draw: lines, hatching and the paper's grain, read off a frame's surfaces. NumPy only.

Lines follow silhouettes and creases; hatching sticks to the surfaces; the paper stays on the screen. Pictures of twice
the size give the same drawing when told their `scale`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from rushes.models.house.noise import Array, hash01
from rushes.models.house.style_patch import Style
from rushes.models.house.surface import CLASSES, Surface

__all__ = ["board", "fine_lines", "hatching", "lines", "paper"]

_GROUND = CLASSES.index("ground")
_SPACING = 3.2
"""Least distance of hatch strokes in pixels of the model's picture."""
_SECTOR = np.float32(np.pi / 8)


def board(s: Surface, style: Style, scale: int = 1) -> Array:
    """The four drawing channels, (H, W, 4) float32: line, line_fine (0..1), hatch, paper (-1..1).

    Args:
        s: surveyed surfaces.
        style: their style.
        scale: pixels of this frame per pixel of the model's picture.
    """
    line = lines(s, scale)
    h, w = line.shape
    return np.stack([line, fine_lines(style, line), hatching(s, scale), paper(h, w, scale)], -1)


def lines(s: Surface, scale: int = 1) -> Array:
    """Silhouettes and creases, 0..1, mostly on the nearer side of an edge; bolder on what is near."""
    depth = np.minimum(s.frame.depth, 2000.0).astype(np.float32)
    inverse = np.where(s.sky, np.float32(0.0), 1.0 / np.maximum(depth, 0.1)).astype(np.float32)
    out = np.zeros_like(inverse)
    for axis in (0, 1):
        a, b = _halves(inverse, axis)
        size = np.maximum(np.maximum(a, b), 1e-6)
        # On a plane 1/depth is linear in the picture: only a step that its neighbours do not make is an edge.
        step = np.abs(b - a)
        quiet = np.minimum(_shift(step, axis, 1), _shift(step, axis, -1))
        jump = np.clip(((step - 1.5 * quiet) / size - 0.05 * scale**-0.5) * 9, 0, 1)
        ids_a, ids_b = _halves(s.salt, axis)
        n_a, n_b = _halves(s.normal, axis)
        crease = np.clip((0.93 - np.sum(n_a * n_b, -1)) * 4, 0, 1) * (a > 0) * (b > 0)
        apart = (ids_a != ids_b).astype(np.float32)
        cls_a, cls_b = _halves(s.cls, axis)
        flat = (cls_a == _GROUND) & (cls_b == _GROUND)
        edge = np.maximum(np.maximum(jump, 0.6 * crease), apart * np.where(flat, 0.3 * crease + 0.12, 0.75))
        near_a = a >= b
        first, second = [_span(axis, k) for k in (0, 1)]
        out[first] = np.maximum(out[first], edge * np.where(near_a, 1.0, 0.35))
        out[second] = np.maximum(out[second], edge * np.where(near_a, 0.35, 1.0))
    near = np.clip((inverse - 0.1) * 4, 0, 0.8)
    for _ in range(scale):
        out = np.maximum(out, (near if scale == 1 else 0.35 + 0.65 * near) * _spread(out))
    return out.astype(np.float32)


def fine_lines(style: Style, line: Array) -> Array:
    """Edges of what is painted on the surfaces (windows, joints, parts), 0..1, where no bold line runs."""
    out = np.zeros_like(line)
    for field, gain in ((style.glass, 0.8), (style.trim, 0.6), (style.part, 0.9)):
        for axis in (0, 1):
            a, b = _halves(field, axis)
            edge = np.abs(b - a) * np.float32(gain)
            first = _span(axis, 0)
            out[first] = np.maximum(out[first], edge)
    return (np.clip(out * 1.2 - 0.06, 0, 1) * (1 - line)).astype(np.float32)


def hatching(s: Surface, scale: int = 1) -> Array:
    """Strokes as a wave, -1..1: across walls at a slant, along floors; two spacings cross-fade, so nothing beats."""
    n, p = s.normal_local, s.local
    sector = np.round(np.arctan2(n[..., 1], n[..., 0]) / _SECTOR) * _SECTOR
    u = p[..., 1] * np.cos(sector) - p[..., 0] * np.sin(sector)
    t = np.where(np.abs(n[..., 2]) > 0.7, 0.83 * p[..., 0] + 0.55 * p[..., 1], 0.72 * u + 0.69 * p[..., 2])
    t = np.where(s.sky, 3.0 * s.view[..., 0] + 4.0 * s.view[..., 2], t).astype(np.float32)
    wide = np.hypot(_slope(t, 0), _slope(t, 1)) * scale
    level = np.log2(np.maximum(wide * np.float32(_SPACING), 1e-5))
    low = np.floor(level)
    fade = (level - low).astype(np.float32)
    period = np.exp2(low + 1).astype(np.float32)
    turn = np.float32(2 * np.pi)
    wave = (1 - fade) * np.sin(turn * t / period) + fade * np.sin(turn * t / (2 * period))
    return np.clip(wave * (1 + 0.8 * fade * (1 - fade)), -1, 1).astype(np.float32)


@lru_cache(maxsize=8)
def paper(height: int, width: int, scale: int = 1) -> Array:
    """Grain of drawing paper, (H, W), -1..1: the same at every frame."""
    h, w = -(-height // scale), -(-width // scale)
    y, x = np.meshgrid(np.arange(h, dtype=np.int64), np.arange(w, dtype=np.int64), indexing="ij")
    grain = hash01(x, y, 1, 91) - 0.5
    soft = _blur(_blur(hash01(x, y, 2, 91) - 0.5))
    out = np.clip(1.1 * grain + 3.2 * soft, -1, 1).astype(np.float32)
    out = out.repeat(scale, 0).repeat(scale, 1)[:height, :width]
    out.setflags(write=False)
    return out


def _span(axis: int, part: int) -> tuple[slice, ...]:
    pieces = (slice(None, -1), slice(1, None))[part]
    return (pieces, slice(None)) if axis == 0 else (slice(None), pieces)


def _halves(a: Array, axis: int) -> tuple[Array, Array]:
    """Every pixel and its next along an axis."""
    return a[_span(axis, 0)], a[_span(axis, 1)]


def _shift(a: Array, axis: int, by: int) -> Array:
    """Moved by one along an axis, the border repeated."""
    out = a.copy()
    first, second = _span(axis, 0), _span(axis, 1)
    if by > 0:
        out[second] = a[first]
    else:
        out[first] = a[second]
    return out


def _slope(t: Array, axis: int) -> Array:
    """Change per pixel, the smaller one of both sides: edges do not count."""
    a, b = _halves(t, axis)
    step = np.abs(b - a)
    pad = [(1, 1), (0, 0)] if axis == 0 else [(0, 0), (1, 1)]
    wide = np.pad(step, pad, mode="edge")
    return np.minimum(*_halves(wide, axis))


def _spread(a: Array) -> Array:
    out = a
    for axis in (0, 1):
        out = np.maximum(out, np.maximum(_shift(a, axis, 1), _shift(a, axis, -1)))
    return out


def _blur(a: Array) -> Array:
    for axis in (0, 1):
        a = 0.5 * a + 0.25 * (np.roll(a, 1, axis) + np.roll(a, -1, axis))
    return a
