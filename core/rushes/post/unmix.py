"""Takes out of a small picture's pixels what does not belong to their own object.

A small pixel mixes what lies in its footprint, and a soft picture lets things bleed into their neighbours. Both show
at full size: as halos, and as pale thin things. The passes say what lies where, so the mixing can be undone: a first
guess of each object's colours is mixed as the picture was, and the difference corrects the guess.

How a picture was mixed differs: a renderer averages over the footprint, a network repeats what it saw at the
pixel's centre, and both may be soft. `Unmixer` finds out from the pictures.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.media.pictures import Picture
from rushes.post.bilateral import bilateral
from rushes.post.guides import Low, blurred_share, low_as_full

__all__ = ["Unmixer"]

Float = NDArray[np.floating[Any]]
_F = np.float32
_DECAY = 0.8
_LEAST = 0.4
"""Smallest own share that is divided by."""
_BLUR_SCALE = 0.85
"""From bleeding as measured to a blur's outer weight."""
_MOST_BLUR = 0.24
_SAMPLED, _AVERAGED = 0.17, 0.67
"""What is measured where footprints are sampled at their centres, and where they are averaged."""
_HELD = 0.02
"""Squared colour differences believed beforehand to show neither."""


class Unmixer:
    """Watches the small pictures of a clip, in order, and undoes their mixing."""

    def __init__(self) -> None:
        self._bleed, self._shares = np.zeros(2), np.zeros(2)

    @property
    def blur(self) -> float:
        """0 to 0.24: the part of a neighbour's colour (along a row or column) found in a pixel so far."""
        return float(np.clip(self._bleed[0] / (self._bleed[1] + _HELD) * _BLUR_SCALE, 0, _MOST_BLUR))

    @property
    def averaged(self) -> float:
        """0 to 1: how far footprints are averaged (1) and not sampled at their centres (0)."""
        seen = self._shares[0] / (self._shares[1] + _HELD)
        return float(np.clip((seen - _SAMPLED) / (_AVERAGED - _SAMPLED), 0, 1))

    def clean(self, picture: Picture, low: Low, sharpen: float) -> Picture:
        """The small picture (h, w, 3) with each pixel in its own object's colour alone.

        `sharpen` (0 to 1): undo beforehand what the interpolation will soften inside surfaces.
        """
        smooth = _smooth(picture, low)
        other, near = _others(smooth, low)
        self._watch(np.asarray(picture - smooth, _F), other, near, low)
        blur = self.blur
        own = 1 - (1 - low.purity) * _F(self.averaged)
        share = np.maximum(blurred_share(low.ids, own, blur), _F(_LEAST))[..., None]
        made = np.asarray(smooth + (picture - _mixed(smooth, other, near, own, blur)) / share, _F)
        smooth = _smooth(made, low)
        other, near = _others(smooth, low)
        made = smooth + (picture - _mixed(smooth, other, near, own, blur)) / share
        gain = (low.trust**8)[..., None] * _F(sharpen)
        return np.asarray(made + gain * (made - smooth), _F)

    def _watch(self, rest: Float, other: Float, near: Float, low: Low) -> None:
        beside = near > 0.02
        pure = (beside & (low.purity > 0.98))[..., None]
        mixed = (beside & (low.purity > 0.3) & (low.purity < 0.95))[..., None]
        self._bleed = _DECAY * self._bleed + _fit(rest, other, pure)
        explained = other * _F(2 * self.blur / _BLUR_SCALE)
        inside = other / np.maximum(near, _F(1e-3))[..., None] * (1 - low.purity)[..., None]
        self._shares = _DECAY * self._shares + _fit(rest - explained, inside, mixed)


def _fit(seen: Float, expected: Float, where: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Sums of seen × expected and of expected² where asked: their ratio is how much of it is seen."""
    kept = np.where(where, expected, 0).astype(np.float64)
    return np.array([(seen * kept).sum(), (kept * kept).sum()])


def _smooth(picture: Picture, low: Low) -> Float:
    """A guess of each pixel's own colour, mostly from pixels that are purely its object."""
    planes, _ = bilateral(picture, low_as_full(low), low)
    return np.ascontiguousarray(np.moveaxis(planes, 0, 2))


def _others(smooth: Float, low: Low) -> tuple[Float, Float]:
    """What a blur by [1, 2, 1] / 4 brings in from other objects: the difference (h, w, 3) and its weight (h, w)."""
    h, w = low.ids.shape
    ids, colours = np.pad(low.ids, 1, mode="edge"), np.pad(smooth, ((1, 1), (1, 1), (0, 0)), mode="edge")
    bring, near = np.zeros_like(smooth), np.zeros((h, w), _F)
    for dy in range(3):
        for dx in range(3):
            if dy == dx == 1:
                continue
            part = np.s_[dy : dy + h, dx : dx + w]
            weight = (ids[part] != low.ids) * _F((2 - abs(dy - 1)) * (2 - abs(dx - 1)) / 16)
            near += weight
            bring += weight[..., None] * colours[part]
    return bring - near[..., None] * smooth, near


def _mixed(smooth: Float, other: Float, near: Float, own: Float, blur: float) -> Float:
    """The guess as the picture would show it: averaged in (nearly) linear light, then blurred."""
    beyond = smooth + other / np.maximum(near, _F(1e-3))[..., None]
    own = own[..., None]
    mix = np.sqrt(np.maximum(smooth * smooth * own + beyond * beyond * (1 - own), 0))
    mix = np.where(smooth < 0, smooth, mix)
    kernel = np.array([blur, 1 - 2 * blur, blur], _F)
    return np.asarray(cv2.sepFilter2D(mix, -1, kernel, kernel, borderType=cv2.BORDER_REPLICATE), _F)
