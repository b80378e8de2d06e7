"""A timeline of Resolve as plain data, read once before anything is planned.

Frames of the timeline are absolute as Resolve gives them (`TimelineState.start` is the first), ends exclusive. Marker
frames count from the start of the timeline or of the item. Source frames are in the media's rate, from its first frame.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

__all__ = ["ItemState", "MarkerState", "MediaState", "TimelineState", "TrackState"]


@dataclass(frozen=True)
class MarkerState:
    """A marker."""

    frame: int
    color: str
    name: str
    note: str
    duration: int = 1
    data: str = ""
    """Its customData."""


@dataclass(frozen=True)
class MediaState:
    """A clip of the media pool."""

    id: str
    name: str
    path: str
    """Of the file; empty for timelines, compound clips, generators."""
    bin: tuple[str, ...] = ()
    """Names of the bins down to it, without Master."""
    kind: str = ""
    """Resolve's "Type": "Video", "Video + Audio", "Audio", "Still", "Timeline", "Subtitle" ..."""
    rate: Fraction | None = None
    frames: int = 0
    """0: Resolve does not say (audio)."""
    ids: dict[str, str] = field(default_factory=dict)
    """Our ids: "take", "shot", "production", "recipe"; empty for foreign media."""


@dataclass(frozen=True)
class ItemState:
    """A clip on a track."""

    id: str
    name: str
    kind: str
    """Of its track: "video", "audio", "subtitle"."""
    track: int
    """From 1."""
    start: int
    end: int
    source: int = 0
    """First shown source frame."""
    media: MediaState | None = None
    """None: title, generator, transition."""
    enabled: bool = True
    takes: int = 0
    """Takes in its take selector; 0: it has none."""
    take: int = 0
    """The selected one, from 1."""
    color: str = ""
    """Clip colour."""
    markers: tuple[MarkerState, ...] = ()

    @property
    def duration(self) -> int:
        """Frames on the timeline."""
        return self.end - self.start

    def shows(self, frame: int) -> bool:
        """Whether it covers a timeline frame."""
        return self.start <= frame < self.end


@dataclass(frozen=True)
class TrackState:
    """A track."""

    kind: str
    index: int
    """From 1."""
    name: str
    locked: bool
    enabled: bool
    items: tuple[ItemState, ...] = ()

    def free(self, start: int, end: int) -> bool:
        """Whether nothing lies between two timeline frames (end exclusive)."""
        return all(item.end <= start or item.start >= end for item in self.items)


@dataclass(frozen=True)
class TimelineState:
    """The open timeline."""

    id: str
    name: str
    rate: Fraction
    drop: bool
    start: int
    """First frame, absolute: 86400 for 01:00:00:00 at 24."""
    end: int
    playhead: int | None
    """Absolute frame; None when Resolve does not say."""
    tracks: tuple[TrackState, ...] = ()
    markers: tuple[MarkerState, ...] = ()
    selected: tuple[str, ...] = ()
    """Ids of the selected items; empty before 21.0.4."""

    def of(self, kind: str) -> tuple[TrackState, ...]:
        """The tracks of one kind, from the first."""
        return tuple(track for track in self.tracks if track.kind == kind)

    def items(self, kind: str = "video") -> tuple[ItemState, ...]:
        """All items of one kind, track by track."""
        return tuple(item for track in self.of(kind) for item in track.items)

    def item(self, id: str) -> ItemState | None:
        """The item with this id."""
        return next((item for track in self.tracks for item in track.items if item.id == id), None)

    def top(self, frame: int) -> ItemState | None:
        """The clip that is seen at a frame: the highest enabled one on an enabled video track."""
        for track in reversed(self.of("video")):
            if track.enabled:
                for item in track.items:
                    if item.enabled and item.media is not None and item.shows(frame):
                        return item
        return None
