"""Shots as they are found in a .blend, and the request to render their passes."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from rushes.contracts.brief import Brief
from rushes.contracts.geometry import Matrix4, Size, Vec3
from rushes.contracts.legend import Sun
from rushes.contracts.timing import FrameRange

__all__ = ["PassFile", "PassesManifest", "PassesRequest", "SceneInfo", "Shot"]


@dataclass(frozen=True)
class Shot:
    """A camera and a frame range in a .blend, with a brief."""

    name: str
    camera: str
    """Name of the camera object."""
    range: FrameRange
    brief: Brief = Brief()
    camera_matrix: Matrix4 | None = None
    """Camera to world at the first frame, scale removed; where a model without a scene sun puts its light."""


@dataclass(frozen=True)
class SceneInfo:
    """What a .blend holds, as far as shots are concerned (made by Blender, `rushes shots`)."""

    blend: str
    scene: str
    size: Size
    rate: Fraction
    shots: tuple[Shot, ...]
    cameras: tuple[str, ...]
    sun: Sun | None = None
    blender: str = ""
    """Version of the Blender that read it."""
    libraries: tuple[str, ...] = ()
    """Absolute paths of the .blend files it links, also those linked by linked ones: passes depend on them too."""
    empty_shots: tuple[str, ...] = ()
    """Shots left out of `shots` because no frame of the scene's range falls to them."""
    camera_matrices: dict[str, Matrix4] = field(default_factory=dict)
    """Camera name → camera to world at the scene's first frame, scale removed."""


@dataclass(frozen=True)
class PassesRequest:
    """Everything that affects the pixels of a shot's passes."""

    blend: str
    """Absolute path of the .blend; it is opened on a copy or read-only and never saved."""
    shot: str
    """Shot name as found in the .blend; with `camera` and `range` given, just a label."""
    camera: str | None = None
    range: FrameRange | None = None
    size: Size | None = None
    """None: the scene's resolution with its percentage."""
    sun_direction: Vec3 | None = None
    """Unit vector towards the sun for the `direct` pass; None: the scene's sun, else 45° behind the camera's right."""
    beauty: bool = False
    """Render a cheap beauty picture too."""


@dataclass(frozen=True)
class PassFile:
    """One frame's EXR."""

    frame: int
    name: str
    """File name inside the passes folder, `frames/0001.exr`."""
    sha256: str


@dataclass(frozen=True)
class PassesManifest:
    """manifest.json of a passes folder; written last, so a folder without it is not finished."""

    version: int
    shot: Shot
    scene: str
    size: Size
    rate: Fraction
    blend_sha256: str
    blender: str
    sun_direction: Vec3
    """The direction the `direct` pass was lit from."""
    passes: tuple[str, ...]
    """Subset of: depth, normal, index, motion, direct, beauty."""
    camera_sha256: str
    legend_sha256: str
    files: tuple[PassFile, ...]
    notes: tuple[str, ...] = ()
    """What the artist should know: objects left out, properties guessed."""
