"""A shot's geometry as arrays: what generators, post and training look at.

`passes.read` makes these from EXR files; generators and post steps only see this protocol,
so they never depend on how passes are stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import CameraFrame, Legend, Size, Vec3

__all__ = ["SKY_DEPTH", "ShotFrame", "ShotInputs", "at_size"]

SKY_DEPTH = 1.0e9
"""Depth at and beyond which a pixel is sky."""

Float = NDArray[np.float32]


@dataclass(frozen=True)
class ShotFrame:
    """One frame of passes at one size. Row 0 is the top of the picture; samples sit at pixel centres."""

    index: int
    """Position in the shot, from 0."""
    camera: CameraFrame
    pixel_aspect: tuple[float, float]
    depth: Float
    """(H, W) metres along the view axis; SKY_DEPTH or more where nothing was hit."""
    normal: Float
    """(H, W, 3) world space, unit length; 0 where nothing was hit."""
    ids: NDArray[np.int32]
    """(H, W) legend ids; 0 is sky."""
    direct: Float
    """(H, W) 0 to 1: Lambert term times hard cast shadow of the sun; 0 in shade and on the sky."""
    motion: Float | None
    """(H, W, 4) pixels, y down: this point was at (x + m0, y + m1) in the previous rendered frame and
    will be at (x + m2, y + m3) in the next. Already filled for the sky from the camera's rotation."""
    beauty: Float | None = None
    """(H, W, 3) linear Rec.709, when rendered."""

    @property
    def size(self) -> Size:
        """Pixels."""
        return Size(self.depth.shape[1], self.depth.shape[0])

    @property
    def sky(self) -> NDArray[np.bool_]:
        """(H, W) True where nothing was hit."""
        return self.ids == 0


def at_size(frame: ShotFrame, size: Size) -> ShotFrame:
    """The frame at another size: every pass takes the sample nearest to the new pixel's centre, so ids and
    depths are never mixed; motion is scaled to the new pixels. A size of another shape squeezes the picture; the
    pixel's aspect takes that up, so that the camera stays true."""
    height, width = frame.depth.shape
    if (width, height) == (size.width, size.height):
        return frame
    rows = ((2 * np.arange(size.height) + 1) * height // (2 * size.height))[:, None]
    columns = ((2 * np.arange(size.width) + 1) * width // (2 * size.width))[None, :]
    ratio = (size.width / width, size.height / height)
    motion = None
    if frame.motion is not None:
        motion = frame.motion[rows, columns] * np.array(ratio * 2, np.float32)
    return replace(
        frame,
        pixel_aspect=_squeezed(frame.pixel_aspect, ratio),
        depth=frame.depth[rows, columns],
        normal=frame.normal[rows, columns],
        ids=frame.ids[rows, columns],
        direct=frame.direct[rows, columns],
        motion=motion,
        beauty=None if frame.beauty is None else frame.beauty[rows, columns],
    )


def _squeezed(aspect: tuple[float, float], ratio: tuple[float, float]) -> tuple[float, float]:
    across, down = ratio
    return aspect if abs(across - down) < 1e-9 else (aspect[0] * down / across, aspect[1])


class ShotInputs(Protocol):
    """A shot's passes, frame by frame, at any size; reads from disk on demand."""

    @property
    def legend(self) -> Legend: ...

    @property
    def cameras(self) -> Sequence[CameraFrame]: ...

    @property
    def size(self) -> Size:
        """Full size of the passes on disk."""
        ...

    @property
    def rate(self) -> Fraction: ...

    @property
    def sun_direction(self) -> Vec3:
        """Unit vector towards the light of the `direct` pass, world space."""
        ...

    @property
    def depth_range(self) -> tuple[float, float]:
        """Nearest and farthest depth over the whole shot, sky left out, metres."""
        ...

    def __len__(self) -> int: ...

    def frame(self, index: int, size: Size | None = None) -> ShotFrame:
        """Frame at `size` (None: full). Smaller sizes take the sample nearest to each pixel's centre,
        so ids and depths are never mixed; motion is scaled to the new pixels."""
        ...
