"""The state of the double: what a real Resolve would hold in memory, as plain mutable data.

Frames on a timeline (items, playhead) are absolute: they count from 00:00:00:00, so the first frame of a timeline that
starts at 01:00:00:00 is 86400 at 24. Source frames count from the media's first frame.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rushes.testing.resolve.profiles import Profile
from rushes.testing.resolve.state_timeline import (
    ItemState,
    MarkerState,
    MediaState,
    NodeState,
    TakeState,
    TimelineState,
    TrackState,
    VersionState,
    new_id,
)

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
