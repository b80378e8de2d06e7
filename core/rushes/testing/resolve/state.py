"""The state of the double: what a real Resolve would hold in memory, as plain mutable data.

Frames on a timeline (items, playhead) are absolute: they count from 00:00:00:00, so the first frame of a timeline that
starts at 01:00:00:00 is 86400 at 24. Source frames count from the media's first frame.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from rushes.testing.resolve.profiles import Profile

__all__ = [
    "AlbumState",
    "App",
    "Call",
    "ColorGroupState",
    "FolderState",
    "ItemState",
    "MarkerState",
    "MediaState",
    "NodeState",
    "ProjectState",
    "RenderJobState",
    "RenderState",
    "StillState",
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


@dataclass(eq=False)
class FolderState:
    """A bin."""

    name: str
    uid: str = field(default_factory=new_id)
    folders: list[FolderState] = field(default_factory=list)
    clips: list[MediaState] = field(default_factory=list)
    alive: bool = True

    def walk(self) -> Iterator[FolderState]:
        """This bin and all below it."""
        yield self
        for folder in self.folders:
            yield from folder.walk()


@dataclass(eq=False)
class ColorGroupState:
    """A colour group with its two graphs."""

    name: str
    uid: str = field(default_factory=new_id)
    pre: list[NodeState] = field(default_factory=lambda: [NodeState()])
    post: list[NodeState] = field(default_factory=lambda: [NodeState()])
    alive: bool = True


@dataclass(eq=False)
class StillState:
    """A still of the gallery."""

    label: str = ""
    path: str = ""
    """A real picture, where one was written."""
    nodes: list[NodeState] = field(default_factory=list)
    uid: str = field(default_factory=new_id)
    extra: dict[str, Any] = field(default_factory=dict)
    alive: bool = True


@dataclass(eq=False)
class AlbumState:
    """An album of the gallery."""

    name: str
    stills: list[StillState] = field(default_factory=list)
    power: bool = False
    uid: str = field(default_factory=new_id)
    alive: bool = True


@dataclass(eq=False)
class RenderJobState:
    """A job of the Deliver queue."""

    uid: str
    timeline: TimelineState
    settings: dict[str, Any]
    format: str
    codec: str
    mode: int
    status: str = "Ready"
    percent: int = 0
    error: str = ""
    files: list[str] = field(default_factory=list)


@dataclass(eq=False)
class RenderState:
    """What the Deliver page holds; it sticks from run to run."""

    format: str = "mov"
    codec: str = "H264"
    mode: int = 1
    settings: dict[str, Any] = field(default_factory=dict)
    jobs: list[RenderJobState] = field(default_factory=list)
    warm: bool = False
    """Codecs were listed in this session."""
    preset: str = ""
    rendering: bool = False


@dataclass(eq=False)
class ProjectState:
    """A project."""

    name: str
    uid: str = field(default_factory=new_id)
    settings: dict[str, Any] = field(default_factory=dict)
    root: FolderState = field(default_factory=lambda: FolderState("Master"))
    folder: FolderState = field(init=False)
    """The current bin."""
    timelines: list[TimelineState] = field(default_factory=list)
    timeline: TimelineState | None = None
    """The current one."""
    selected: list[MediaState] = field(default_factory=list)
    groups: list[ColorGroupState] = field(default_factory=list)
    albums: list[AlbumState] = field(default_factory=lambda: [AlbumState("Stills 1")])
    album: int = 0
    render: RenderState = field(default_factory=RenderState)
    alive: bool = True

    def __post_init__(self) -> None:
        self.folder = self.root

    def save(self) -> None:
        """Items of an append that failed in part are gone (rule append.vanish)."""
        for timeline in self.timelines:
            for tracks in timeline.tracks.values():
                for track in tracks:
                    for item in track.items:
                        item.alive = not item.provisional
                    track.items[:] = [item for item in track.items if not item.provisional]

    def media(self) -> Iterator[MediaState]:
        """Every pool item."""
        for folder in self.root.walk():
            yield from folder.clips


@dataclass(frozen=True)
class Call:
    """One call of a script."""

    name: str
    """ "Timeline.AddMarker"."""
    args: tuple[Any, ...]
    thread: int


@dataclass(eq=False)
class App:
    """The application, shared by all handles."""

    profile: Profile
    folder: Path
    """Room on disk for what the double writes."""
    projects: list[ProjectState] = field(default_factory=list)
    project: ProjectState | None = None
    page: str = "edit"
    modal: str | None = None
    """Text of the dialog that is up; "purchase" for the one a Studio call raises in the free edition."""
    manager_only: bool = False
    """Only the Project Manager window is open."""
    project_generation: int = 0
    """Handles of an earlier one are stale."""
    timeline_generation: int = 0
    lut_folder: Path = field(init=False)
    luts: set[str] = field(default_factory=set)
    """LUTs known since the last RefreshLUTList, relative, forward slashes."""
    loop_thread: int | None = None
    """Thread whose RunLoop is active."""
    deadlocked: bool = False
    log: list[Call] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=lambda: Counter[str]())
    misuse: list[str] = field(default_factory=list)
    """Calls with a wrong number or kind of arguments: a real Resolve answers them with nothing at all."""
    unmodelled: list[str] = field(default_factory=list)
    """Calls to methods whose effect the double does not play."""
    absent: list[str] = field(default_factory=list)
    """Names that scripts read and this version does not have."""
    refusals: Counter[str] = field(default_factory=lambda: Counter[str]())
    """Name of method → how often it is still to be refused without reason; set by tests, and by `Simulator.refuse`."""
    layouts: list[str] = field(default_factory=list)
    quitting: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lut_folder = self.folder / "LUT"

    @property
    def page_null(self) -> bool:
        """Whether a dialog or the Project Manager keeps scripts out."""
        return self.modal is not None or self.manager_only
