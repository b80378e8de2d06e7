"""What the engine tells a host of a production: shots, takes, explorations and pictures, with absolute paths."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from fractions import Fraction

from rushes.contracts.brief import Brief
from rushes.contracts.geometry import Size
from rushes.contracts.take import Rating
from rushes.contracts.timing import FrameRange
from rushes.errors import ProtocolError

__all__ = [
    "ExplorationCell",
    "ExplorationRow",
    "Picture",
    "ProductionInfo",
    "ProductionState",
    "ShotTakes",
    "TakeRow",
]

_SIDES = struct.Struct("<II")


@dataclass(frozen=True)
class ProductionInfo:
    """What a production is."""

    root: str
    """Absolute folder."""
    id: str
    """Stays the same when the folder is moved."""
    name: str
    rate: Fraction
    """Frames per second of the film."""
    size: Size
    """Pixels of the finished picture."""
    sources: tuple[str, ...]
    """Registered .blend files, absolute; they may be gone."""
    writable: bool
    """False: takes can be looked at, but none can be made, rated or trashed."""


@dataclass(frozen=True)
class ShotTakes:
    """How many takes a shot has, and the one it is judged by."""

    shot: str
    count: int
    kept: int
    newest: str
    """Id of the newest take."""
    judged: str
    """Id of the newest kept take, else of the newest that is not rejected; empty when there is none."""
    origin: dict[str, str]
    """That take's origin."""


@dataclass(frozen=True)
class ProductionState:
    """A production and its shots at one moment."""

    info: ProductionInfo
    revision: str
    """Another one as soon as a take is added, rated, trashed or edited, whoever did it."""
    shots: tuple[ShotTakes, ...]
    """Those that have takes, by name."""


@dataclass(frozen=True)
class TakeRow:
    """A take as a list shows it."""

    id: str
    shot: str
    created: str
    """UTC, ISO 8601."""
    seed: int
    rating: Rating
    notes: str
    generator: str
    frame_count: int
    rate: Fraction
    """Frames per second of the clip."""
    size: Size
    brief: Brief
    recipe_hash: str
    camera: str
    """Name of the camera object; empty when the recipe is gone."""
    range: FrameRange | None
    """Scene frames; None when the recipe is gone."""
    folder: str
    """Absolute, as all paths here."""
    clip: str
    poster: str
    pictures: str | None
    """Folder of PNG frames, named by scene frame; None when none were kept."""
    seconds: float
    """Wall time it took to make."""
    warp_error: float | None
    """Levels of 255; None when it could not be measured."""
    origin: dict[str, str] = field(default_factory=dict)
    """What the client that asked for the take wrote into its request."""
    messages: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Those of "clip", "poster", "pictures", "recipe" that should be on disk and are gone."""
    projector: str | None = None
    """Folder of its projector (see `contracts.projection`); None when none was made."""


@dataclass(frozen=True)
class ExplorationCell:
    """One direction of an exploration."""

    number: int
    """From 1."""
    seed: int
    brief: dict[str, str]
    """Fields that override the shot's brief in the .blend; with the seed all that a take needs."""
    words: dict[str, str]
    """Aspect → word, as the generator read them."""
    picture: str
    """Absolute path of its PNG."""


@dataclass(frozen=True)
class ExplorationRow:
    """One frame of a shot in many visual directions."""

    id: str
    shot: str
    camera: str
    frame: int
    """Scene frame."""
    created: str
    """UTC, ISO 8601."""
    generator: str
    folder: str
    sheet: str
    """Absolute path of the sheet of all pictures."""
    cells: tuple[ExplorationCell, ...]


@dataclass(frozen=True)
class Picture:
    """A small picture, ready to be shown: 8-bit sRGB RGBA, straight alpha."""

    width: int
    height: int
    rgba: bytes
    """`width · height · 4` bytes, rows from the bottom up (Blender's order)."""

    def packed(self) -> bytes:
        """For the wire: width and height as little-endian uint32, then the pixels."""
        return _SIDES.pack(self.width, self.height) + self.rgba

    @classmethod
    def unpacked(cls, data: bytes) -> Picture:
        """What `packed` made; ProtocolError `engine.picture` for anything else."""
        if len(data) >= _SIDES.size:
            width, height = _SIDES.unpack_from(data)
            if width and height and len(data) == _SIDES.size + width * height * 4:
                return cls(width, height, data[_SIDES.size :])
        raise ProtocolError("The engine's picture is not whole.", code="engine.picture", hint="Ask for it again.")
