"""A cut as plain data: what delivery writes, conform reads and Resolve builds.

Frames are integers. Record frames count from the timeline's first frame (0), at the timeline's rate. Source frames
count from the media's first frame (0), at the media's rate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from rushes.contracts.geometry import Size
from rushes.contracts.grade import CDL
from rushes.contracts.take import Rating
from rushes.errors import InputError

__all__ = [
    "AI_KEYWORD",
    "ID_KEYS",
    "OTIO_COLORS",
    "EditClip",
    "EditMarker",
    "EditMedia",
    "EditSubtitle",
    "EditTimeline",
    "EditTrack",
    "EditorialJob",
    "EditorialMedia",
    "MediaKind",
    "TrackKind",
]

AI_KEYWORD = "AI-generated"
"""Keyword and marker name on everything of generated origin."""
ID_KEYS = {"take": "rushes.take", "shot": "rushes.shot", "production": "rushes.production", "recipe": "rushes.recipe"}
"""Names of our ids in third-party metadata, OTIO metadata, CSV and customData."""
OTIO_COLORS = {
    "RED": "Red",
    "PINK": "Pink",
    "ORANGE": "Sand",
    "YELLOW": "Yellow",
    "GREEN": "Green",
    "CYAN": "Cyan",
    "BLUE": "Blue",
    "PURPLE": "Purple",
    "MAGENTA": "Fuchsia",
    "WHITE": "Cream",
    "BLACK": "Cocoa",
}
"""Colour of an OTIO marker → the nearest of Resolve's."""


class MediaKind(str, Enum):
    """What a media file is."""

    MOVIE = "movie"
    SEQUENCE = "sequence"
    AUDIO = "audio"
    STILL = "still"


class TrackKind(str, Enum):
    """What a track holds."""

    VIDEO = "video"
    AUDIO = "audio"


@dataclass(frozen=True)
class EditMedia:
    """A file on disk, or an image sequence."""

    path: str
    """Absolute. A sequence is written with %04d (any width): "/…/SH010_a1b2.%04d.png"."""
    kind: MediaKind
    rate: Fraction
    start: int
    """Its own start timecode as a count of frames; for sequences also the number of the first file."""
    frames: int
    """How many; for audio its length in frames of `rate`, rounded up."""
    size: Size | None = None
    """None: audio."""
    reel: str = ""
    """Unique name that EDLs link by, at most 32 characters A-Z a-z 0-9 _."""
    audio_channels: int = 0
    proxy: str | None = None
    """Absolute path of a lighter movie of the same frames."""


@dataclass(frozen=True)
class EditMarker:
    """A marker: on a timeline at a record frame, on a clip at a frame from its first shown one."""

    frame: int
    name: str
    note: str = ""
    color: str = "Blue"
    """One of Resolve's marker colours: Blue Cyan Green Yellow Red Pink Purple Fuchsia Rose Lavender Sky Mint Lemon Sand
    Cocoa Cream."""
    duration: int = 1
    data: dict[str, str] = field(default_factory=dict)
    """Machine-readable, ours: see `ID_KEYS`."""


@dataclass(frozen=True)
class EditSubtitle:
    """One line of dialogue or narration on the timeline."""

    start: int
    """Record frame."""
    end: int
    """Exclusive."""
    text: str


@dataclass(frozen=True)
class EditClip:
    """A piece of media on a track."""

    name: str
    record: int
    """Record frame of its first picture."""
    duration: int
    """Frames on the timeline, at the timeline's rate."""
    media: EditMedia | None
    """None: offline; a conform report names it."""
    source: int = 0
    """First shown source frame."""
    speed: Fraction = Fraction(1)
    """Of real time; negative plays backwards. 1 with a source rate that differs from the timeline's keeps time true."""
    take: str = ""
    """Id of the take, empty for foreign media."""
    shot: str = ""
    generated: bool = False
    """True for anything of AI-generated origin."""
    enabled: bool = True
    rating: Rating = Rating.UNDECIDED
    cdl: CDL | None = None
    lut: str | None = None
    """Absolute path of a .cube that goes with `cdl`."""
    markers: tuple[EditMarker, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)
    """Resolve's metadata names: Description, Comments, Scene, Shot, Take, Keywords."""

    @property
    def end(self) -> int:
        """Record frame after its last."""
        return self.record + self.duration


@dataclass(frozen=True)
class EditTrack:
    """Clips in order of record frame, none over another; gaps are what is between."""

    kind: TrackKind
    name: str
    clips: tuple[EditClip, ...] = ()
    enabled: bool = True

    def __post_init__(self) -> None:
        for before, after in zip(self.clips, self.clips[1:]):
            if after.record < before.end:
                raise InputError(
                    f"On track {self.name} the clip {after.name} begins before {before.name} ends.",
                    code="edit.overlap",
                    hint="Move one of them to a later frame or to another track.",
                )


@dataclass(frozen=True)
class EditTimeline:
    """A cut."""

    name: str
    rate: Fraction
    size: Size
    start: int = 0
    """Start timecode as a count of frames at `rate` (86400 for 01:00:00:00 at 24)."""
    drop: bool = False
    """Drop-frame timecode, at 29.97 and 59.94."""
    tracks: tuple[EditTrack, ...] = ()
    """Video tracks from the bottom up, then audio tracks from the top down."""
    markers: tuple[EditMarker, ...] = ()
    subtitles: tuple[EditSubtitle, ...] = ()

    @property
    def duration(self) -> int:
        """Frames up to the end of the last clip."""
        return max((clip.end for track in self.tracks for clip in track.clips), default=0)


@dataclass(frozen=True)
class EditorialJob:
    """Params of the job "editorial": takes as media that an editor's program can tell apart.

    Each gets a file of its own in `<production>/editorial/<shot>/`, with a unique name and embedded timecode.
    """

    production: str
    """Absolute path of the production folder."""
    takes: tuple[str, ...]
    """Ids; empty: all that are kept."""
    sequences: bool = True
    """Where PNG frames were kept, give them as a sequence with the movie as its proxy."""


@dataclass(frozen=True)
class EditorialMedia:
    """One take as media; the result of the job "editorial" is `{"media": [EditorialMedia, ...]}`."""

    take: str
    shot: str
    media: EditMedia
    name: str
    """Clip name: shot, a take number that counts up by shot, and the end of the id: "SH010_T03_a1b2c3"."""
    number: int
    """Of the take within its shot, from 1 by time of making."""
    rating: Rating
    notes: str
    created: str
    recipe_hash: str
    metadata: dict[str, str] = field(default_factory=dict)
    """Resolve's metadata names → text: Description, Comments, Scene, Shot, Take, Keywords (with `AI_KEYWORD`)."""
