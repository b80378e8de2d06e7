"""What a projector is: a take with the camera that saw it and what that camera saw first, frame by frame.

A projector's folder, beside the take's clip (`projector/`; `projector_30-1/` at a rate of 30):

    projector.json      ProjectorData; written last
    color/0001.png      8-bit sRGB, one file for each scene frame of the shot, 0001 the first
    depth/0001.exr      planar depth in metres, one float channel; 1e10 where nothing was hit
    albedo/0001.png     8-bit sRGB, the picture without the shot's own light; only when it could be found

Each row of files has one more at either end, 0000 and count + 1: Blender holds these before and after the shot. Their
depth is -1, so that nothing is seen there.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from rushes.contracts.camera import CameraFrame
from rushes.contracts.geometry import Size
from rushes.contracts.timing import FrameRange

__all__ = ["ProjectorAlbedo", "ProjectorData", "ProjectorFrame", "ProjectorJob", "ProjectorLens"]


@dataclass(frozen=True)
class ProjectorJob:
    """Params of the job "projector"."""

    production: str
    """Absolute path of the production folder."""
    take: str
    """Its id."""
    rate: Fraction | None = None
    """Frames per second of the scene it is for, when that was re-timed; None: the scene as it was shot."""


@dataclass(frozen=True)
class ProjectorLens:
    """A pinhole in parts of the picture, y down: `x = cx + fx·X/depth`, `y = cy - fy·Y/depth` for a camera-space point
    (X, Y, -depth), 0 to 1 inside the frame. Orthographic: without the division, fx and fy per metre."""

    fx: float
    fy: float
    cx: float
    cy: float

    @classmethod
    def of(cls, camera: CameraFrame, size: Size, pixel_aspect: tuple[float, float]) -> ProjectorLens:
        """The lens of a camera for pictures of this size."""
        found = camera.intrinsics(size, pixel_aspect)
        width, height = float(size.width), float(size.height)
        return cls(found.fx / width, found.fy / height, found.cx / width, found.cy / height)


@dataclass(frozen=True)
class ProjectorFrame:
    """The projector at one scene frame."""

    frame: int
    """Scene frame."""
    camera: CameraFrame
    """As it stood when the picture shown here was made; `camera.frame` is that frame (another one where it is held)."""
    lens: ProjectorLens


@dataclass(frozen=True)
class ProjectorAlbedo:
    """How the shot's light was taken out of the pictures: picture = albedo · (1 + gain · direct) / (1 + gain)."""

    gain: tuple[float, float, float]
    """Light of the sun over all other light, linear, per channel."""
    sure: float
    """0 to 1: how well lit and shaded sides of the same surfaces agree."""


@dataclass(frozen=True)
class ProjectorData:
    """projector.json."""

    version: int
    take: str
    shot: str
    camera: str
    """Name of the camera object."""
    size: Size
    pixel_aspect: tuple[float, float]
    range: FrameRange
    """The shot's, as it was rendered."""
    first: int
    """Scene frame of the first file."""
    count: int
    """Scene frames, one after another."""
    rate: Fraction
    """Frames per second of these."""
    orthographic: bool
    frames: tuple[ProjectorFrame, ...]
    """`count` of them."""
    albedo: ProjectorAlbedo | None = None
    """None: it could not be found; there is no folder `albedo`."""
