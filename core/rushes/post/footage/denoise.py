"""Grain and flicker out of footage: a mean over neighbours that are moved into place first.

Each neighbour (two on either side) is carried along its flow, brought to the picture's own brightness, and counts
where it agrees with the picture within the grain. Brightness is evened out over the same five pictures; a fade, even
in its steps, passes as it is. Nothing is mixed across a cut.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.contracts import JobContext
from rushes.errors import InputError
from rushes.media.pictures import Picture
from rushes.post.footage.flow import Pairs, Seen, carried
from rushes.post.footage.protocol import FrameForFrame, Source, with_neighbours

__all__ = ["Denoise", "grain_of"]

_REACH = 2
_F = np.float32
_DARK = _F(0.02)
"""Added before brightness is compared: black says nothing of a gain."""
_LAPLACE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


class Denoise(FrameForFrame):
    """`strength` 0 to 1: how much neighbours count, and how much disagreement is taken for grain. `flicker`: even
    brightness out too."""

    def __init__(self, strength: float = 0.6, *, flicker: bool = True) -> None:
        if not 0 <= strength <= 1:
            raise InputError(
                f"Denoise cannot work at a strength of {strength:g}.", code="clip.strength", hint="Give 0 to 1."
            )
        self.strength = strength
        self.flicker = flicker
        self._grain: list[float] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """See Filter."""
        if not self._grain:
            return ()
        return (f"Grain of {float(np.median(self._grain)) * 255:.1f} levels of 255 was found.",)

    def apply(self, source: Source, context: JobContext) -> Iterator[Picture]:
        """See Filter."""
        pairs = Pairs(reach=_REACH)
        seen = (Seen.of(i, p, calm=True) for i, p in enumerate(source))
        for done, (window, middle) in enumerate(with_neighbours(seen, _REACH), 1):
            context.check()
            yield self._clean(window, middle, pairs) if self.strength else window[middle].picture
            context.progress(done / len(source), "denoise", f"Frame {done} of {len(source)}")

    def _clean(self, window: list[Seen], middle: int, pairs: Pairs) -> Picture:
        centre = window[middle]
        here, own = centre.picture, _soft(centre.picture)
        around = [window[i] for i in _same_scene(window, middle, pairs)]
        grain = grain_of(here)
        total = np.ones(here.shape[:2], _F)
        sums = here.copy()
        gains: dict[int, NDArray[np.float32]] = {}
        for other in sorted(around, key=lambda s: abs(s.number - centre.number)):
            flow, trust = pairs.flow(centre, other)
            moved = carried(other.picture, flow, sharp=True)
            gain = gains[other.number - centre.number] = _gain(own, _soft(moved), trust)
            moved *= gain[..., None]
            if abs(other.number - centre.number) == 1:
                grain = min(grain, _difference(here, moved))
            weight = self._agreement(own, _soft(moved), grain) * trust
            sums += moved * weight[..., None]
            total += weight
        self._grain.append(grain)
        made = self._filled(sums / total[..., None], here, total, grain)
        if self.flicker:
            made = made * self._light(gains, here.shape[:2])[..., None]
        return np.clip(made, 0, 1).astype(_F)

    def _agreement(self, own: Picture, moved: Picture, grain: float) -> NDArray[np.float32]:
        """(H, W) 0 to `strength`-dependent top: 1 where both show the same but for the grain."""
        off = own - moved
        apart = (off[..., 0] ** 2 + off[..., 1] ** 2 + off[..., 2] ** 2) / _F(3)
        allowed = (grain * (0.45 + 0.9 * self.strength) + 0.003) ** 2
        return np.asarray(np.exp(-np.maximum(apart / allowed - 0.5, 0)) * min(1.0, 2 * self.strength), _F)

    def _filled(self, made: Picture, here: Picture, total: NDArray[np.float32], grain: float) -> Picture:
        """Where no neighbour helps (uncovered background), the picture is smoothed in itself, gently."""
        alone = np.clip(1.8 - total, 0, 1) * _F(self.strength)
        if grain < 0.002 or not alone.any():
            return made
        calm = cv2.bilateralFilter(here, 5, 2.5 * grain, 1.5)
        return np.asarray(made + (calm - made) * alone[..., None], _F)

    def _light(self, gains: dict[int, NDArray[np.float32]], shape: tuple[int, int]) -> NDArray[np.float32]:
        """What evens the brightness out. Only pairs on both sides count: one side alone would bend a fade."""
        total, count = np.zeros(shape, _F), 1.0
        for step in range(1, _REACH + 1):
            if step in gains and -step in gains:
                total -= np.log(gains[step] * gains[-step])
                count += 2.0
        return np.asarray(np.exp(total / _F(count) * _F(min(1.0, 1.6 * self.strength))), _F)


def _same_scene(window: list[Seen], middle: int, pairs: Pairs) -> list[int]:
    """Positions of neighbours with no cut between."""
    found: list[int] = []
    for step in (-1, 1):
        index = middle + step
        while 0 <= index < len(window) and not pairs.cut(window[index - step], window[index]):
            found.append(index)
            index += step
    return found


def _soft(picture: Picture) -> Picture:
    return np.asarray(cv2.blur(picture, (3, 3)), _F)


def _gain(own: Picture, moved: Picture, trust: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H, W) what `moved` is to be multiplied with to be as bright as `own`, smooth over a tenth of the picture."""
    height, width = trust.shape
    small = (max(4, width // 8), max(4, height // 8))
    luma = np.array((0.2126, 0.7152, 0.0722), _F)

    def spread(values: NDArray[np.float32]) -> NDArray[np.float32]:
        reduced = cv2.resize(values * trust, small, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.GaussianBlur(reduced, (0, 0), max(1.0, small[0] / 10)), _F)

    floor = _DARK * spread(np.ones_like(trust)) + _F(1e-4)
    ratio = (spread(own @ luma) + floor) / (spread(moved @ luma) + floor)
    return np.asarray(cv2.resize(np.clip(ratio, 0.5, 2.0), (width, height), interpolation=cv2.INTER_LINEAR), _F)


def grain_of(picture: Picture) -> float:
    """Standard deviation of the grain, from its calmest parts (Immerkær, "Fast noise variance estimation", 1996)."""
    luma = (picture[..., 0] + picture[..., 1] + picture[..., 2]) / _F(3)
    rough = np.square(cv2.filter2D(luma, cv2.CV_32F, _LAPLACE))[1:-1, 1:-1]
    side = max(8, min(rough.shape) // 12)
    blocks = cv2.resize(
        rough, (max(1, rough.shape[1] // side), max(1, rough.shape[0] // side)), None, 0, 0, cv2.INTER_AREA
    )
    # Three channels were averaged: grain that differs between them is sqrt(3) larger in each.
    return float(np.sqrt(np.percentile(blocks, 15))) / 6.0 * 3**0.5


def _difference(here: Picture, moved: Picture) -> float:
    """Grain as two pictures of the same thing show it."""
    return float(np.median(np.abs(here[::3, ::3] - moved[::3, ::3]))) * 1.4826 / 2**0.5
