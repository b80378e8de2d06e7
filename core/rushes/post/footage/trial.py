"""Synthetic footage whose truth is known at any moment: what filters are measured and tested on.

A textured backdrop under a slow pan, an oval and a slab that cross it on their own ways, covering and uncovering it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np

from rushes.contracts import Size
from rushes.media.pictures import Picture

__all__ = ["Rolled", "Scene", "Shake", "noisy", "psnr"]

_F = np.float32


@dataclass(frozen=True)
class Rolled:
    """A `Source` made frame by frame."""

    size: Size
    frames: int
    make: Callable[[int], Picture]
    rate: Fraction = Fraction(24)

    def __len__(self) -> int:
        return self.frames

    def __iter__(self) -> Iterator[Picture]:
        for index in range(self.frames):
            yield self.make(index)


@dataclass(frozen=True)
class Shake:
    """How a hand-held camera is off, per frame: pixels and radians; the last entries are held."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    turn: tuple[float, ...]

    @classmethod
    def by_chance(cls, frames: int, seed: int, amount: float = 5.0) -> Shake:
        """Jitter of `amount` pixels on a slow drift."""
        rng = np.random.default_rng(seed)
        drift = np.cumsum(rng.normal(0, amount / 8, (2, frames)), axis=1)
        x, y = rng.normal(0, amount, (2, frames)) + drift
        return cls(tuple(x.tolist()), tuple(y.tolist()), tuple(rng.normal(0, amount / 400, frames).tolist()))

    def matrix(self, index: int, size: Size) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """(2, 3): where a point of the steady picture lies in the shaken one."""
        at = min(index, len(self.x) - 1)
        found = cv2.getRotationMatrix2D((size.width / 2, size.height / 2), float(np.degrees(self.turn[at])), 1.0)
        found[:, 2] += (self.x[at], self.y[at])
        return np.asarray(found, np.float64)


class Scene:
    """Pictures at any moment `t`, in frames; fractions are moments between frames. `seed` makes another place."""

    def __init__(self, size: Size, seed: int = 0, speed: float = 1.0, shake: Shake | None = None) -> None:
        self.size = size
        self.speed = speed
        self.shake = shake
        rng = np.random.default_rng(seed)
        self._margin = max(size.width, size.height) // 2
        canvas = (size.height + 2 * self._margin, size.width + 2 * self._margin)
        self._back = _texture(canvas, rng)
        self._oval = np.clip(_texture(size.shape, rng) * (1.2, 0.8, 0.5), 0, 1).astype(_F)
        self._slab = np.clip(_texture(size.shape, rng) * (0.5, 0.8, 1.3), 0, 1).astype(_F)
        self._turn = float(rng.uniform(0, 6))

    def frame(self, t: float) -> Picture:
        """(H, W, 3) at moment `t`."""
        picture = self._backdrop(t)
        for texture, mask, moved in self._things(t):
            inside = mask[..., None]
            picture = picture * (1 - inside) + self._moved(texture, moved) * inside
        return self._shaken(np.clip(picture, 0, 1).astype(_F), t)

    def mask(self, t: float) -> Picture:
        """(H, W, 3) coverage of the two moving things at moment `t`."""
        out = np.zeros(self.size.shape, _F)
        for _, mask, _ in self._things(t):
            out = out * (1 - mask) + mask
        return self._shaken(np.repeat(out[..., None], 3, axis=2), t)

    def rolled(self, frames: int) -> Rolled:
        """The first `frames` as a source."""
        return Rolled(self.size, frames, self.frame)

    def _backdrop(self, t: float) -> Picture:
        angle = 0.002 * self.speed * t
        matrix = cv2.getRotationMatrix2D((self._back.shape[1] / 2, self._back.shape[0] / 2), np.degrees(angle), 1.0)
        matrix[:, 2] -= (self._margin + 1.7 * self.speed * t, self._margin + 0.6 * self.speed * t)
        return np.asarray(
            cv2.warpAffine(
                self._back,
                matrix,
                (self.size.width, self.size.height),
                flags=cv2.INTER_CUBIC,
                borderMode=cv2.BORDER_REFLECT,
            ),
            _F,
        )

    def _things(self, t: float) -> list[tuple[Picture, Picture, tuple[float, float]]]:
        width, height, pace = self.size.width, self.size.height, self.speed * self.size.width / 320
        y, x = np.mgrid[0:height, 0:width].astype(_F)
        oval = (0.3 * width + 3.1 * pace * t, (0.45 + 0.1 * np.sin(0.15 * t + self._turn)) * height)
        slab = (0.75 * width - 2.3 * pace * t, 0.62 * height)
        a, b = 0.11 * width, 0.2 * height
        reach = (np.hypot((x - oval[0]) / a, (y - oval[1]) / b) - 1) * min(a, b)
        box = np.maximum(np.abs(x - slab[0]) - 0.06 * width, np.abs(y - slab[1]) - 0.3 * height)
        return [
            (self._slab, np.clip(0.5 - box, 0, 1).astype(_F), (slab[0] - 0.75 * width, 0.0)),
            (
                self._oval,
                np.clip(0.5 - reach, 0, 1).astype(_F),
                (oval[0] - 0.3 * width, float(oval[1] - 0.45 * height)),
            ),
        ]

    def _moved(self, texture: Picture, by: tuple[float, float]) -> Picture:
        matrix = np.array([[1, 0, by[0]], [0, 1, by[1]]], np.float64)
        size = (self.size.width, self.size.height)
        moved = cv2.warpAffine(texture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
        return np.asarray(moved, _F)

    def _shaken(self, picture: Picture, t: float) -> Picture:
        if self.shake is None:
            return picture
        matrix = self.shake.matrix(int(t), self.size)
        size = (self.size.width, self.size.height)
        out = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
        return np.clip(out, 0, 1).astype(_F)


def _texture(shape: tuple[int, int], rng: np.random.Generator) -> Picture:
    """Cloudy colours with detail down to two pixels."""
    out = np.zeros((*shape, 3), _F)
    for octave, weight in ((48, 0.9), (16, 0.5), (6, 0.3), (2.5, 0.2)):
        small = (max(2, int(shape[1] / octave)), max(2, int(shape[0] / octave)))
        noise = rng.normal(0, 1, (small[1], small[0], 3)).astype(_F)
        grey = noise.mean(axis=2, keepdims=True)
        out += _F(weight) * cv2.resize(noise * 0.4 + grey, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.clip(0.45 + 0.17 * out, 0.02, 0.98).astype(_F)


def noisy(source: Scene, frames: int, *, grain: float = 0.0, flicker: float = 0.0, seed: int = 0) -> Rolled:
    """The scene with grain (standard deviation) and brightness that flickers by `flicker`, differently left and
    right."""
    rng = np.random.default_rng(seed)
    gains = 1 + rng.normal(0, flicker, (frames, 2))
    ramp = np.linspace(0, 1, source.size.width, dtype=_F)[None, :, None]

    def make(index: int) -> Picture:
        gain = gains[index, 0] * (1 - ramp) + gains[index, 1] * ramp
        chance = np.random.default_rng((seed, index))
        grain_now = chance.normal(0, grain, (*source.size.shape, 3)) if grain else 0.0
        return np.clip(source.frame(index) * gain + grain_now, 0, 1).astype(_F)

    return Rolled(source.size, frames, make)


def psnr(picture: Picture, truth: Picture) -> float:
    """Peak signal to noise in dB; 99 for equal pictures."""
    error = float(np.mean((picture.astype(np.float64) - truth) ** 2))
    return 99.0 if error < 1e-10 else -10.0 * float(np.log10(error))
