"""The pixels of one class, taken out of a frame, painted, and put back: what the style modules work on. NumPy only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import Vec3
from rushes.models.house.noise import Array, hash01
from rushes.models.house.surface import HouseFrame, Surface

__all__ = ["Patch", "Style", "band", "paint_over", "pick", "tint"]


@dataclass
class Style:
    """(H, W) float32 masks in 0..1 unless said otherwise."""

    glass: Array
    """Window panes of buildings, glass bands of vehicles."""
    lit: Array
    """How brightly a pane is lit from inside at night; 0 where dark."""
    trim: Array
    """-1 (joints, doors, dark lines) to 1 (frames, sills, cornices)."""
    detail: Array
    """Albedo modulation, about -1 to 1."""
    fine: Array
    """Fine noise, about -1 to 1; on the sky the stars."""
    coarse: Array
    """Coarse noise, about -1 to 1; on the sky the cloud field."""
    wall: Array
    """(H, W, 4) sine and cosine of window column and storey; 0 where there is no wall."""
    part: Array
    """-1 to 1: which part of a figure or vehicle this is; on the sky the clouds' light."""
    color: Array
    """(H, W, 3) albedo, linear Rec.709: the artist's or the palette's colour with everything painted on it."""


class Patch:
    """N pixels of one class. What they know, taken when asked for; then what is painted on them.

    Arrays are float32 and (N,), vectors (N, 3) and codes (N, 4).
    """

    def __init__(self, s: Surface, style: Style, where: NDArray[np.bool_]) -> None:
        self._s, self._at = s, np.flatnonzero(where)
        self.frame: HouseFrame = s.frame
        self.fine, self.coarse = self._take(style.fine), self._take(style.coarse)
        zero = np.zeros_like(self.fine)
        self.glass, self.lit, self.trim, self.part = zero, zero.copy(), zero.copy(), zero.copy()
        self.detail: Array = self._take(style.detail)
        self.color: Array = self._take(style.color)
        """(N, 3)"""
        self.wall: Array | None = None
        """(N, 4) where there are walls."""

    def _take(self, a: Array) -> Array:
        return a.reshape(-1, *a.shape[2:]).take(self._at, axis=0)

    @cached_property
    def view(self) -> Array:
        return self._take(self._s.view)

    @cached_property
    def point(self) -> Array:
        return self._take(self._s.point)

    @cached_property
    def normal(self) -> Array:
        return self._take(self._s.normal)

    @cached_property
    def facing(self) -> Array:
        return self._take(self._s.facing)

    @cached_property
    def foot(self) -> Array:
        return self._take(self._s.foot)

    @cached_property
    def local(self) -> Array:
        return self._take(self._s.local)

    @cached_property
    def normal_local(self) -> Array:
        return self._take(self._s.normal_local)

    @cached_property
    def extent(self) -> Array:
        return self._take(self._s.extent)

    @cached_property
    def unit(self) -> Array:
        return self._take(self._s.unit)

    @cached_property
    def code(self) -> Array:
        return self._take(self._s.code)

    @cached_property
    def hint(self) -> Array:
        return self._take(self._s.hint)

    @cached_property
    def salt(self) -> NDArray[np.int64]:
        return self._take(self._s.salt)

    @cached_property
    def height(self) -> Array:
        return self._take(self._s.height)

    @cached_property
    def key(self) -> NDArray[np.int64]:
        """An integer per object and seed, for hashing."""
        a, b = np.floor((self.code[:, 1] + 1.0) * 40000.0), np.floor((self.code[:, 3] + 1.0) * 3000.0)
        return a.astype(np.int64) + 131 * b.astype(np.int64)

    def put(self, style: Style) -> None:
        """Give what was painted back to the frame."""
        for name in ("glass", "lit", "trim", "detail", "part"):
            getattr(style, name).reshape(-1)[self._at] = getattr(self, name)
        style.color.reshape(-1, 3)[self._at] = self.color
        if self.wall is not None:
            style.wall.reshape(-1, 4)[self._at] = self.wall

    def blur_up(self) -> Array:
        """Width of a pixel along the vertical of a wall, metres."""
        return self.foot * np.sqrt(1.0 + (self.view[:, 2] / self.facing) ** 2)

    def blur_along(self) -> Array:
        """Width of a pixel along the horizontal tangent of a wall, metres."""
        flat = np.maximum(np.hypot(self.normal[:, 0], self.normal[:, 1]), 1e-3)
        along = (self.view[:, 1] * self.normal[:, 0] - self.view[:, 0] * self.normal[:, 1]) / flat
        return self.foot * np.sqrt(1.0 + (along / self.facing) ** 2)

    def blur(self) -> Array:
        """Width of a pixel in its worst direction, metres."""
        return self.foot / self.facing

    def shade(self, strength: float | Array) -> None:
        """Let the noise of `detail` lighten and darken the colour."""
        self.color *= np.exp(np.float32(1.0) * strength * self.detail)[:, None]


def band(x: Array, start: Array | float, end: Array | float, blur: Array) -> Array:
    """Share of a pixel of width `blur` around x that lies between start and end."""
    width = np.maximum(blur, np.float32(1e-4))
    half = 0.5 * width
    return np.clip((np.minimum(x + half, end) - np.maximum(x - half, start)) / width, 0.0, 1.0)


def paint_over(color: Array, share: Array, over: Array | Vec3) -> None:
    """Mix a colour (3,) or colours (N, 3) into `color` in place, by a share (N,) of each pixel."""
    s = np.asarray(share, np.float32)[:, None]
    color += s * (np.asarray(over, np.float32) - color)


def pick(key: NDArray[np.int64], salt: int, table: Array) -> Array:
    """A row of `table` (K, ...) per key, drawn by hashing."""
    draw = hash01(key, salt, 19, 5)
    return table[np.minimum((draw * len(table)).astype(np.int64), len(table) - 1)]


def tint(*codes: str) -> Array:
    """sRGB hex codes as linear colours, (K, 3)."""
    x = np.array([[int(c[i : i + 2], 16) / 255 for i in (0, 2, 4)] for c in codes], np.float64)
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4).astype(np.float32)
