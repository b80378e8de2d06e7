"""A bake: takes frozen into textures of their objects, on disk.

`bakes/<key>/` in the production:

    bake.json               BakeData; written last
    <object>/uv.npy         (L, 2) float32, one a corner; only where Rushes unwrapped it
    <object>/frames/0001.png   8-bit sRGB with straight alpha: what takes reach; 0001 is the first frame
    <object>/filled/0001.png   the same with what no take reaches filled in (job "fill")
    <object>/mask.png, own.png, place.npy   where the texture is used, the own material, places; for the fill
"""

from __future__ import annotations

from dataclasses import dataclass

from rushes.contracts.timing import FrameRange

__all__ = ["BAKE_VERSION", "BakeData", "BakeJob", "BakedObject", "FillJob"]

BAKE_VERSION = 1


@dataclass(frozen=True)
class BakeJob:
    """Params of the job "bake"."""

    production: str
    """Absolute path of the production folder."""
    blend: str
    """A registered source, or a file inside the production; with the takes projected, or name `takes`."""
    objects: tuple[str, ...] = ()
    """Names; empty: all that takes fall on."""
    takes: tuple[str, ...] = ()
    """Takes to bake, the top one first; those that the file does not project are projected. Empty: as in the file."""
    size: int = 1024
    """Side of each object's texture, pixels, 16 to 8192."""
    range: FrameRange | None = None
    """Frames; one frame: a still. None: all that the takes show."""
    margin: int = 8
    """Pixels that colours go on beyond the islands, 0 to 64."""
    samples: int = 4
    """Samples a pixel, 1 to 64."""
    device: str = "cpu"
    """cpu, or gpu where there is one."""


@dataclass(frozen=True)
class FillJob:
    """Params of the job "fill"."""

    production: str
    bake: str
    """Name of the bake's folder in `bakes/`."""


@dataclass(frozen=True)
class BakedObject:
    """One object's texture."""

    name: str
    """Of the object in the .blend."""
    folder: str
    """In the bake's folder."""
    uv: str
    """Name of the UV map."""
    unwrapped: bool
    """Rushes made the UV map; it lies in uv.npy."""
    corners: int
    """Of the object's own mesh, to know it again."""


@dataclass(frozen=True)
class BakeData:
    """bake.json."""

    version: int
    takes: tuple[str, ...]
    """The top one first."""
    lit: bool
    """True: colours without the shot's own light, to be lit by the scene."""
    size: int
    first: int
    """Scene frame of 0001.png."""
    count: int
    objects: tuple[BakedObject, ...]
    notes: tuple[str, ...] = ()
