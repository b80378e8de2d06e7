"""How well a take holds together: each picture against the one before, carried along the motion vectors."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.contracts import Size
from rushes.generators.protocol import Picture
from rushes.media.conditioning import ShotFrame, ShotInputs

__all__ = ["WarpMeter"]


class WarpMeter:
    """Mean absolute difference, in 8-bit levels, where the same object is seen in both pictures.

    Give it the generator's pictures in order; it holds one picture and one frame of passes. 0 is a picture that
    moves exactly with the geometry. A take of one frame has no error.
    """

    def __init__(self, inputs: ShotInputs) -> None:
        self._inputs = inputs
        self._before: tuple[Picture, ShotFrame] | None = None
        self._total = 0.0
        self._pixels = 0

    @property
    def error(self) -> float | None:
        """The mean so far; None before a second picture, or when nothing could be compared."""
        return self._total / self._pixels if self._pixels else None

    def add(self, index: int, picture: Picture) -> None:
        """The picture of frame `index`, (H, W, 3) 0 to 1."""
        frame = self._inputs.frame(index, Size(picture.shape[1], picture.shape[0]))
        if self._before is not None and frame.motion is not None:
            self._compare(picture, frame, frame.motion)
        self._before = (picture, frame)

    def _compare(self, picture: Picture, frame: ShotFrame, motion: NDArray[np.float32]) -> None:
        assert self._before is not None
        earlier, geometry = self._before
        rows, columns = np.indices(frame.ids.shape, dtype=np.float32)
        x, y = columns + motion[..., 0], rows + motion[..., 1]
        inside = (x >= 0) & (y >= 0) & (x <= frame.ids.shape[1] - 1) & (y <= frame.ids.shape[0] - 1)
        ids = cv2.remap(geometry.ids.astype(np.float32), x, y, cv2.INTER_NEAREST, borderValue=-1)
        same = inside & (np.asarray(ids) == frame.ids)
        carried = np.asarray(cv2.remap(earlier, x, y, cv2.INTER_LINEAR))
        self._total += float(np.abs(carried - picture).mean(-1)[same].sum()) * 255.0
        self._pixels += int(same.sum())
