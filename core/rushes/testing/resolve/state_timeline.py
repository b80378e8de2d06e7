"""The state of timelines and of what lies on them: part of `rushes.testing.resolve.state`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

__all__ = [
    "ItemState",
    "MarkerState",
    "MediaState",
    "NodeState",
    "TakeState",
    "TimelineState",
    "TrackState",
    "VersionState",
    "new_id",
]

_numbers = itertools.count(1)


def new_id() -> str:
    """A unique id in Resolve's shape; the same sequence in every process."""
    return f"{next(_numbers):08x}-51d0-4b1e-8a4e-000000000000"


@dataclass(eq=False)
class MarkerState:
    """A marker; its frame is the key it is kept under."""

    color: str
    name: str
    note: str
    duration: float
    custom: str = ""


@dataclass(eq=False)
class NodeState:
    """A corrector of a node graph."""

    cdl: dict[str, str] | None = None
    """As SetCDL got it, without NodeIndex."""
    lut: str = ""
    """Relative to the master LUT folder, forward slashes."""
    enabled: bool = True
    label: str = ""
    drx: str = ""
    """Path of the .drx the node came from."""
    tools: list[str] = field(default_factory=list)
    cache: int | None = None
    keyframes: dict[int, dict[str, str]] = field(default_factory=dict)
    """Absolute timeline frame → CDL, held until the next; set in the interface."""


@dataclass(eq=False)
class VersionState:
    """A grade version of an item: a node graph with a name."""

    name: str = "Version 1"
    kind: int = 0
    """0 local, 1 remote."""
    nodes: list[NodeState] = field(default_factory=lambda: [NodeState()])


@dataclass(eq=False)
class MediaState:
    """A media pool item: facts of the file and what the user wrote on it."""

    name: str
    path: str
    """Resolve's spelling; a sequence is "/…/f_[1001-1100].png"."""
    kind: str
    """movie, sequence, still, audio, subtitle, timeline, generator."""
    rate: Fraction
    frames: int
    start: int = 0
    """Start timecode as a count of frames."""
    size: tuple[int, int] | None = None
    codec: str = ""
    audio_channels: int = 0
    files: tuple[str, ...] = ()
    """The real files, in order; a movie has one."""
    uid: str = field(default_factory=new_id)
    metadata: dict[str, str] = field(default_factory=dict)
    third_party: dict[str, str] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    """What SetClipProperty stored."""
    markers: dict[float, MarkerState] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    color: str = ""
    proxy: str = ""
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)
    """ "video"/"audio" → (in, out)."""
    cues: list[tuple[Fraction, Fraction, str]] = field(default_factory=list)
    """Subtitles: from, to in seconds, text."""
    timeline: str = ""
    """Id of the timeline that this pool item stands for."""
    offline: bool = False
    """The file was not found."""
    alive: bool = True


@dataclass(eq=False)
class TakeState:
    """One entry of a take selector."""

    media: MediaState
    start: int
    """First source frame."""
    end: int
    """Exclusive."""
    grades: tuple[list[VersionState], int] | None = None
    """(versions, active) of a take that is not shown, where grades go with the takes."""


@dataclass(eq=False)
class ItemState:
    """Something on a track."""

    name: str
    media: MediaState | None
    start: int
    duration: int
    """In timeline frames."""
    source: int = 0
    """First shown source frame, at the media's rate."""
    source_frames: int = 0
    """How many source frames are shown."""
    kind: str = "clip"
    """clip, generator, title, transition, subtitle."""
    audio: bool = False
    speed: Fraction = Fraction(1)
    uid: str = field(default_factory=new_id)
    enabled: bool = True
    color: str = ""
    flags: list[str] = field(default_factory=list)
    markers: dict[float, MarkerState] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    takes: list[TakeState] = field(default_factory=list)
    take: int = 0
    """Selected, from 1; 0: not a take selector."""
    versions: list[VersionState] = field(default_factory=lambda: [VersionState()])
    version: int = 0
    """Index of the active one in `versions`."""
    group: str = ""
    """Name of the colour group."""
    link: str = ""
    """Items with the same link move together in the interface."""
    comps: list[str] = field(default_factory=list)
    provisional: bool = False
    """From an append that partly failed: gone at the next save."""
    alive: bool = True

    @property
    def end(self) -> int:
        """Exclusive."""
        return self.start + self.duration

    @property
    def grade(self) -> VersionState:
        """The active version."""
        return self.versions[self.version]


@dataclass(eq=False)
class TrackState:
    """A track of a timeline."""

    kind: str
    """video, audio, subtitle."""
    name: str
    subtype: str = ""
    enabled: bool = True
    locked: bool = False
    items: list[ItemState] = field(default_factory=list)
    """By start."""


@dataclass(eq=False)
class TimelineState:
    """A timeline."""

    name: str
    rate: Fraction
    start: int
    drop: bool = False
    size: tuple[int, int] = (1920, 1080)
    uid: str = field(default_factory=new_id)
    tracks: dict[str, list[TrackState]] = field(default_factory=lambda: {"video": [], "audio": [], "subtitle": []})
    markers: dict[float, MarkerState] = field(default_factory=dict)
    """By offset from the start."""
    playhead: int = 0
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)
    """ "video"/"audio" → (in, out), relative to the start."""
    settings: dict[str, str] = field(default_factory=dict)
    target: int = 1
    """Video track that is selected in the interface."""
    selected: list[str] = field(default_factory=list)
    """Ids of the items selected in the interface."""
    nodes: list[NodeState] = field(default_factory=list)
    """The timeline's own node graph."""
    alive: bool = True

    def items(self, kind: str | None = None) -> Iterator[ItemState]:
        """All items, of one kind of track if given, track by track."""
        for name, tracks in self.tracks.items():
            if kind in (None, name):
                for track in tracks:
                    yield from track.items

    def find(self, item: ItemState) -> tuple[str, int] | None:
        """(kind of track, index from 1) of an item."""
        for kind, tracks in self.tracks.items():
            for index, track in enumerate(tracks, 1):
                if any(each is item for each in track.items):
                    return kind, index
        return None

    @property
    def end(self) -> int:
        """Absolute frame after the last item; `start` when empty."""
        return max((item.end for item in self.items()), default=self.start)
