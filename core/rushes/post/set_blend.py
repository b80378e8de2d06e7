"""Keeps a location: where takes thrown onto the set say what a surface looks like, their colours are taken.

Elsewhere the generated picture stays; each object is brought to the takes' colours by as much as it differs from them
where they do reach it, so that a wall does not change its colour at the edge of what they saw.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.contracts import JobContext, PostStep, Size
from rushes.errors import RecipeError
from rushes.media.conditioning import ShotFrame, ShotInputs
from rushes.media.pictures import Bytes, Picture

__all__ = ["NAME", "SetBlend", "SetPictures", "kept_pixels"]

NAME = "set_blend"
_VERSION = 1
_FEATHER = 0.006
"""Part of the picture's width over which the takes' colours begin."""
_DECAY = 0.8
"""What a frame's differences still count one frame later."""
_DOUBT = 0.0002
"""Part of the picture that must be seen of an object before its difference is half believed."""
_F = np.float32


class SetPictures(Protocol):
    """The set as the takes show it, from the camera of the shot."""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over all pictures."""
        ...

    @property
    def takes(self) -> tuple[str, ...]:
        """Ids of the takes."""
        ...

    def picture(self, index: int) -> Bytes:
        """(H, W, 4) 8-bit sRGB; the last channel says where the takes reach. `index` from 0, as in the passes."""
        ...


class SetBlend:
    """A post step; same pictures, same set, same bits."""

    def __init__(self, pictures: SetPictures, feather: float = _FEATHER, first_frame: bool = False) -> None:
        """`first_frame`: the generator was given the first picture of the set to keep."""
        self._pictures = pictures
        self._feather = feather
        self._first_frame = first_frame

    @classmethod
    def from_settings(cls, pictures: SetPictures, version: int, settings: Mapping[str, Any]) -> SetBlend:
        """The step of a recipe. RecipeError `recipe.post` for another version, `recipe.set` for another set."""
        if version != _VERSION or set(settings) != {"set", "takes", "feather", "first_frame"}:
            raise RecipeError(
                f"The recipe keeps the set in a way (version {version}) that this Rushes does not know.",
                code="recipe.post",
                hint="Open it with the Rushes that made it.",
            )
        if settings["set"] != pictures.digest:
            raise RecipeError(
                "The set that the take was made with cannot be had as it was.",
                code="recipe.set",
                hint="Bring the takes and the .blend of that day back, or shoot a new take.",
            )
        return cls(pictures, float(settings["feather"]), bool(settings["first_frame"]))

    @property
    def spec(self) -> PostStep:
        """See PostProcess."""
        settings = {
            "set": self._pictures.digest,
            "takes": list(self._pictures.takes),
            "feather": self._feather,
            "first_frame": self._first_frame,
        }
        return PostStep(NAME, _VERSION, settings)

    def output_size(self, size: Size) -> Size:
        """See PostProcess."""
        return size

    def apply(self, frames: Iterator[Picture], inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
        """See PostProcess."""
        offsets = _Offsets(max((o.id for o in inputs.legend.objects), default=0) + 1)
        for index, frame in enumerate(frames):
            context.check()
            known = self._pictures.picture(min(index, len(inputs) - 1))
            geometry = inputs.frame(min(index, len(inputs) - 1), Size(frame.shape[1], frame.shape[0]))
            yield self._blend(frame, _fitted(known, frame.shape), geometry, offsets)

    def _blend(self, frame: Picture, known: Bytes, geometry: ShotFrame, offsets: _Offsets) -> Picture:
        colour, cover = known[..., :3].astype(_F) / _F(255), known[..., 3]
        whole = cover >= 254
        share = self._share(whole, frame.shape[1])
        change = offsets.learn(colour - frame, whole, geometry.ids)
        moved = np.clip(frame + change, 0, 1)
        return np.asarray(moved + share[..., None] * (colour - moved), _F)

    def _share(self, whole: NDArray[np.bool_], width: int) -> Picture:
        """0 to 1: how far each pixel is inside what the takes reach."""
        soft = max(1.0, self._feather * width)
        away = cv2.distanceTransform(np.pad(whole, 1, mode="edge").astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
        return np.asarray(np.clip(away / _F(soft), 0, 1), _F)


class _Offsets:
    """By how much each object differs from the set where both are known; learns from frame to frame."""

    def __init__(self, count: int) -> None:
        self._sum = np.zeros((count, 3))
        self._weight = np.zeros(count)

    def learn(self, difference: Picture, known: NDArray[np.bool_], ids: NDArray[np.int32]) -> Picture:
        """Take in a frame's differences (H, W, 3); what to add to each pixel of it. The sky (id 0) stays."""
        count = len(self._weight)
        named = np.where((ids >= 0) & (ids < count), ids, 0)
        there = known & (named > 0)
        objects, rest = named[there], difference[there]
        sums = [np.bincount(objects, rest[:, c], count) for c in range(3)]
        self._sum = _DECAY * self._sum + np.stack(sums, axis=1)
        self._weight = _DECAY * self._weight + np.bincount(objects, minlength=count)
        doubt = max(4.0, _DOUBT * ids.size)
        return (self._sum / (self._weight + doubt)[:, None]).astype(_F)[named]


def _fitted(known: Bytes, shape: tuple[int, ...]) -> Bytes:
    """The set's picture at the size of the frame."""
    height, width = shape[:2]
    if known.shape[:2] == (height, width):
        return known
    return np.asarray(cv2.resize(known, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def kept_pixels(known: Bytes, size: Size) -> tuple[Picture, NDArray[np.bool_]]:
    """A picture of the set at the size a model works at, and where it is wholly known."""
    height, width = size.shape
    alpha = known[..., 3:].astype(_F) / _F(255)
    flat = np.concatenate([known[..., :3].astype(_F) / _F(255) * alpha, alpha], axis=2)
    small = np.asarray(cv2.resize(flat, (width, height), interpolation=cv2.INTER_AREA), _F)
    cover = small[..., 3]
    return np.asarray(small[..., :3] / np.maximum(cover, _F(1e-6))[..., None], _F), cover > 0.99
