"""The bench of the self-check: a bin and a timeline of its own in the open project, gone again at the end."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from resolve_scripts.host.session import Session, listed
from resolve_scripts.selfcheck.media import png, subtitles, tone
from rushes.errors import ResolveError

__all__ = ["FRAMES", "NAME", "Bench", "bench"]

_log = logging.getLogger("rushes.resolve")
NAME = "Rushes Self-Check"
FRAMES = 24
"""Of each test sequence; its files are numbered from 1001."""
_FIRST = 1001


@dataclass
class Bench:
    """What probes work on. Handles are fetched anew: a deleted timeline makes old ones go stale."""

    session: Session
    folder: Path
    """Of the test files."""
    name: str
    """Of our bin and our timeline: not taken in this project."""
    left: list[str] = field(default_factory=list)
    """What could not be taken away again."""
    bin_id: str = ""
    timeline_id: str = ""
    clip_id: str = ""

    @property
    def resolve(self) -> Any:
        """As Any: probes make calls that no type checker would let pass."""
        return self.session.resolve

    @property
    def project(self) -> Any:
        """The open project."""
        return self.session.project()

    @property
    def pool(self) -> Any:
        """Its media pool."""
        return self.session.pool()

    @property
    def bin(self) -> Any:
        """Our bin."""
        for folder in listed(self.session.root().GetSubFolderList()):
            if folder.GetUniqueId() == self.bin_id:
                return folder
        raise ResolveError("The bin of the self-check is gone.", code="resolve.selfcheck")

    @property
    def timeline(self) -> Any:
        """Our timeline, made the current one again if need be."""
        current: Any = self.project.GetCurrentTimeline()
        if current is None or current.GetUniqueId() != self.timeline_id:
            current = next((one for one in self.session.timelines() if one.GetUniqueId() == self.timeline_id), None)
            if current is None:
                raise ResolveError("The timeline of the self-check is gone.", code="resolve.selfcheck")
            self.project.SetCurrentTimeline(current)
        return current

    @property
    def start(self) -> int:
        """First frame of our timeline."""
        return int(self.timeline.GetStartFrame())

    def enter(self) -> None:
        """Make our bin the current one."""
        self.pool.SetCurrentFolder(self.bin)

    def sequence(self, name: str, grey: int = 128) -> Any:
        """A new clip of `FRAMES` pictures in our bin; None when Resolve did not take it."""
        for number in range(_FIRST, _FIRST + FRAMES):
            png(self.folder / name / f"{name}_{number}.png", grey)
        self.enter()
        pattern = str(self.folder / name / f"{name}_%04d.png")
        made = self.pool.ImportMedia([{"FilePath": pattern, "StartIndex": _FIRST, "EndIndex": _FIRST + FRAMES - 1}])
        return next(iter(listed(made)), None)

    @property
    def clip(self) -> Any:
        """A sequence that probes share. ResolveError when Resolve did not take it."""
        if not self.clip_id:
            made = self.sequence("shared")
            self.clip_id = made.GetUniqueId() if made is not None else ""
        for clip in listed(self.bin.GetClipList()):
            if clip.GetUniqueId() == self.clip_id:
                return clip
        raise ResolveError("The test pictures were not imported.", code="resolve.selfcheck")

    def file(self, path: Path) -> Any:
        """A file as a new clip in our bin."""
        self.enter()
        return next(iter(listed(self.pool.ImportMedia([str(path)]))), None)

    def still(self) -> Any:
        """One picture."""
        return self.file(png(self.folder / "still" / "still.png", 90))

    def sound(self) -> Any:
        """A second of silence."""
        return self.file(tone(self.folder / "sound.wav"))

    def words(self) -> Any:
        """Two subtitles."""
        return self.file(subtitles(self.folder / "words.srt"))

    def track(self) -> int:
        """Index of a new, empty video track."""
        self.timeline.AddTrack("video")
        return int(self.timeline.GetTrackCount("video"))

    def append(self, clip: Any, track: int, at: int = 0, **more: Any) -> Any:
        """AppendToTimeline of one clip, `at` frames from the start; Resolve's own answer."""
        info = {"mediaPoolItem": clip, "mediaType": 1, "trackIndex": track, "recordFrame": self.start + at, **more}
        return self.pool.AppendToTimeline([info])

    def placed(self, at: int = 0) -> Any:
        """A timeline item of 10 frames on a track of its own. ResolveError when Resolve did not place it."""
        item = next(iter(listed(self.append(self.clip, self.track(), at, startFrame=0, endFrame=10))), None)
        if item is None or not item.GetUniqueId():
            raise ResolveError("The test clip was not placed.", code="resolve.selfcheck")
        return item

    def items(self, track: int, kind: str = "video") -> list[Any]:
        """What lies on a track."""
        return listed(self.timeline.GetItemListInTrack(kind, track))


@contextmanager
def bench(session: Session) -> Generator[Bench, None, None]:
    """Set up, and take everything away again, whatever happened. ResolveError when nothing can be made."""
    with tempfile.TemporaryDirectory(prefix="rushes-selfcheck-", ignore_cleanup_errors=True) as folder:
        made = Bench(session, Path(folder), _free_name(session))
        try:
            _set_up(made)
            yield made
        finally:
            _take_away(made)


def _free_name(session: Session) -> str:
    taken = {one.GetName() for one in session.timelines()}
    taken |= {one.GetName() for one in listed(session.root().GetSubFolderList())}
    return next(name for n in range(1, 1000) if (name := f"{NAME} {n}" if n > 1 else NAME) not in taken)


def _set_up(made: Bench) -> None:
    folder = made.pool.AddSubFolder(made.session.root(), made.name)
    if folder is None:
        raise ResolveError("No bin could be made.", code="resolve.selfcheck", hint="Is this project read-only?")
    made.bin_id = folder.GetUniqueId()
    made.enter()
    timeline = made.pool.CreateEmptyTimeline(made.name)
    if timeline is None:
        raise ResolveError("No timeline could be made.", code="resolve.selfcheck", hint="Is this project read-only?")
    made.timeline_id = timeline.GetUniqueId()
    made.project.SetCurrentTimeline(timeline)


def _take_away(made: Bench) -> None:
    made.resolve.OpenPage("edit")
    ours = [one for one in made.session.timelines() if one.GetUniqueId() == made.timeline_id]
    if ours and not made.pool.DeleteTimelines(ours):
        made.left.append(f"the timeline {made.name}")
    folders = [one for one in listed(made.session.root().GetSubFolderList()) if one.GetUniqueId() == made.bin_id]
    if folders:
        made.pool.SetCurrentFolder(made.session.root())
    if folders and not made.pool.DeleteFolders(folders):
        made.left.append(f"the bin {made.name}")
    for what in made.left:
        _log.warning("%s could not be removed", what)
