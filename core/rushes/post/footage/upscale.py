"""Footage brought to a larger size: by Lanczos resampling, which keeps the detail there is and invents none."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from rushes.contracts import JobContext, Size
from rushes.errors import InputError, SizeError
from rushes.media.pictures import Picture
from rushes.post.footage.protocol import FrameForFrame, Source

__all__ = ["Enlarge", "Upscale", "lanczos"]

Enlarge = Callable[[Picture], Picture]
"""Makes a picture `scale` times as large on each side."""

_F = np.float32
_LARGEST = 8192
_SCALES = (2, 4)


def lanczos(picture: Picture, size: Size) -> Picture:
    """(H, W, 3) at `size`, without the overshoot that rings around hard edges: values stay within those of the
    pixels around."""
    shape = (size.width, size.height)
    big = cv2.resize(picture, shape, interpolation=cv2.INTER_LANCZOS4)
    if size.width < picture.shape[1]:
        return np.clip(cv2.resize(picture, shape, interpolation=cv2.INTER_AREA), 0, 1).astype(_F)
    around = np.ones((3, 3), np.uint8)
    low = cv2.resize(cv2.erode(picture, around), shape, interpolation=cv2.INTER_LINEAR)
    high = cv2.resize(cv2.dilate(picture, around), shape, interpolation=cv2.INTER_LINEAR)
    return np.clip(np.clip(big, low, high), 0, 1).astype(_F)


class Upscale(FrameForFrame):
    """`scale` 2 or 4. `enlarge` None: Lanczos; else a model's, called `name` in the notes."""

    def __init__(self, scale: int = 2, enlarge: Enlarge | None = None, name: str = "Lanczos") -> None:
        if scale not in _SCALES:
            raise InputError(f"Upscaling by {scale} is not made.", code="clip.scale", hint="Choose 2 or 4.")
        self.scale = scale
        self._enlarge = enlarge
        self._name = name

    @property
    def notes(self) -> tuple[str, ...]:
        """See Filter."""
        if self._enlarge is None:
            return ("Upscaled by Lanczos resampling: sharp, but with no detail that was not there.",)
        return (f"Upscaled by the model {self._name}, which invents detail.",)

    def output_size(self, size: Size) -> Size:
        """`scale` times as large. SizeError beyond 8192 pixels a side."""
        made = Size(size.width * self.scale, size.height * self.scale)
        if max(made.width, made.height) > _LARGEST:
            raise SizeError(
                f"{self.scale} times {size} is {made}, more than {_LARGEST} pixels a side.",
                code="clip.scale",
                hint="Upscale by less.",
            )
        return made

    def apply(self, source: Source, context: JobContext) -> Iterator[Picture]:
        """See Filter."""
        size = self.output_size(source.size)
        for done, picture in enumerate(source, 1):
            context.check()
            yield lanczos(picture, size) if self._enlarge is None else self._enlarge(picture)
            context.progress(done / len(source), "upscale", f"Frame {done} of {len(source)}")
