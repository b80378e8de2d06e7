"""A cut as Resolve understood it from a file, and how it becomes a timeline: what it finds, what stays offline."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from rushes.testing.resolve.facts import import_file, import_sequence
from rushes.testing.resolve.names import parse_rate_setting, rate_setting
from rushes.testing.resolve.placing import add_track, insert, register_timeline
from rushes.testing.resolve.state import (
    FolderState,
    ItemState,
    MarkerState,
    MediaState,
    ProjectState,
    TimelineState,
    new_id,
)

__all__ = ["Cut", "Finder", "Piece", "build"]

_NUMBERED = re.compile(r"\[(\d+)-(\d+)\]")


@dataclass
class Piece:
    """A clip as the file tells it."""

    kind: str
    """video, audio."""
    track: int
    """From 1."""
    record: int
    """Frames from the start of the timeline."""
    duration: int
    name: str
    path: str = ""
    """Of the media; "" when the file gives no path."""
    first: Fraction | None = None
    """First shown frame on the media's own timecode, in frames of `rate`; None: `source` says it."""
    source: Fraction = Fraction(0)
    """First shown frame from the media's first one, in frames of `rate`."""
    rate: Fraction = Fraction(24)
    speed: Fraction = Fraction(1)
    enabled: bool = True
    offline: bool = False
    """The file's shape keeps the media from being found."""
    reel: str = ""
    markers: dict[int, MarkerState] = field(default_factory=dict)


@dataclass
class Cut:
    """A timeline as the file tells it."""

    name: str
    rate: Fraction
    start: int
    """Absolute frame of its first."""
    drop: bool = False
    size: tuple[int, int] | None = None
    pieces: list[Piece] = field(default_factory=list)
    tracks: dict[str, int] = field(default_factory=lambda: {"video": 1, "audio": 1})
    markers: dict[int, MarkerState] = field(default_factory=dict)


@dataclass
class Finder:
    """How media are looked for."""

    project: ProjectState
    imports: bool = True
    """Bring files in that are not in the pool."""
    by_name: bool = True
    """Where the path leads nowhere, take what has the name."""
    folders: Iterable[FolderState] = ()
    search: Path | None = None
    """A folder on disk to look in by name."""

    def find(self, piece: Piece) -> MediaState | None:
        """The pool item of a piece; None: offline."""
        if piece.offline:
            return None
        pool = [each for folder in self.folders for deep in folder.walk() for each in deep.clips]
        pool = pool or list(self.project.media())
        if piece.path:
            for media in pool:
                if media.path == piece.path and _there(media):
                    return media
            if self.imports and (found := self._bring(Path(piece.path))):
                return found
        if not self.by_name:
            return None
        name = Path(piece.path).name or piece.name
        for media in pool:
            if media.kind != "timeline" and _there(media) and _called(media, name, piece.reel):
                return media
        if self.imports and self.search is not None:
            return next((m for each in sorted(self.search.rglob(name)) if (m := self._bring(each))), None)
        return None

    def _bring(self, path: Path) -> MediaState | None:
        rate = _project_rate(self.project)
        numbers = _NUMBERED.search(path.name)
        if numbers:
            pattern = path.with_name(_NUMBERED.sub(f"%0{len(numbers[1])}d", path.name))
            found = import_sequence(str(pattern), int(numbers[1]), int(numbers[2]), rate)
        else:
            found = import_file(path, rate)
        if found is not None:
            self.project.folder.clips.append(found)
        return found


def _called(media: MediaState, name: str, reel: str) -> bool:
    """By name, or by reel: without other settings a clip's reel is its file's name."""
    return media.name == name or (bool(reel) and Path(media.name).stem.upper() == reel.upper())


def _there(media: MediaState) -> bool:
    files = media.files or (media.path,)
    return Path(files[0]).exists()


def _project_rate(project: ProjectState) -> Fraction:
    parsed = parse_rate_setting(str(project.settings["timelineFrameRate"]))
    assert parsed is not None
    return parsed[0]


def build(project: ProjectState, cut: Cut, finder: Finder) -> TimelineState:
    """The timeline, in the project and current. A piece over another on its track is left out."""
    size = cut.size or (
        int(project.settings["timelineResolutionWidth"]),
        int(project.settings["timelineResolutionHeight"]),
    )
    timeline = TimelineState(cut.name, cut.rate, cut.start, cut.drop, size, playhead=cut.start)
    setting = rate_setting(cut.rate, cut.drop)
    if setting != str(project.settings["timelineFrameRate"]):
        timeline.settings |= {"useCustomSettings": "1", "timelineFrameRate": setting}
    for kind, count in cut.tracks.items():
        for _ in range(count):
            add_track(timeline, kind)
    for piece in cut.pieces:
        _place(timeline, piece, finder.find(piece))
    timeline.markers = {float(frame): marker for frame, marker in cut.markers.items()}
    _link(timeline)
    register_timeline(project, timeline)
    return timeline


def _place(timeline: TimelineState, piece: Piece, media: MediaState | None) -> None:
    start = timeline.start + piece.record
    while len(timeline.tracks[piece.kind]) < piece.track:
        add_track(timeline, piece.kind)
    track = timeline.tracks[piece.kind][piece.track - 1]
    if piece.duration < 1 or any(each.start < start + piece.duration and each.end > start for each in track.items):
        return
    source, shown = 0, 0
    if media is not None:
        source = _source(piece, media)
        shown = math.ceil(piece.duration * abs(piece.speed) * media.rate / timeline.rate)
        if media.kind == "still":
            source, shown = 0, 1
        elif source < 0 or source >= media.frames:
            media, source, shown = None, 0, 0  # what the file asks for is not in the media
        else:
            shown = min(shown, media.frames - source if piece.speed >= 0 else source + 1)
    name = media.name if media else piece.name
    item = ItemState(name, media, start, piece.duration, source, shown, audio=piece.kind == "audio")
    item.speed, item.enabled = piece.speed, piece.enabled
    item.markers = {float(frame): marker for frame, marker in piece.markers.items()}
    insert(track, item)


def _source(piece: Piece, media: MediaState) -> int:
    """First shown source frame, of the media's own count."""
    if piece.first is not None:
        return math.floor(piece.first * media.rate / piece.rate + Fraction(1, 1000)) - media.start
    return math.floor(piece.source * media.rate / piece.rate + Fraction(1, 1000))


def _link(timeline: TimelineState) -> None:
    """Picture and sound of one media that lie together are linked."""
    for item in timeline.items("video"):
        for sound in timeline.items("audio"):
            if item.media is not None and sound.media is item.media and sound.start == item.start:
                item.link = sound.link = item.link or new_id()
