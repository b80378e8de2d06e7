"""A double of DaVinci Resolve's scripting API, for tests. Not Resolve: it plays the habits listed in `rules`.

`Simulator` is the application and the user in front of it. What a test sets up here the user does: it counts no call.
"""

from __future__ import annotations

import threading
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

from rushes.contracts.timecode import Timecode, parse_rate
from rushes.testing.resolve import fusion as _fusion
from rushes.testing.resolve import objects as _objects
from rushes.testing.resolve.base import ApiObject, constants
from rushes.testing.resolve.facts import import_file, import_sequence
from rushes.testing.resolve.grading import make_lut_folder
from rushes.testing.resolve.names import CONSTANTS, default_settings, parse_rate_setting
from rushes.testing.resolve.profiles import PROFILES, Profile
from rushes.testing.resolve.snapshots import snapshot, visible_markers
from rushes.testing.resolve.state import (
    App,
    FolderState,
    ItemState,
    MarkerState,
    MediaState,
    ProjectState,
    TimelineState,
    TrackState,
    new_id,
)

__all__ = ["Simulator"]

constants(CONSTANTS)


class Simulator:
    """One running Resolve. It starts with an untitled project at 24 and no timeline, on the edit page."""

    def __init__(self, profile: Profile | str, folder: Path) -> None:
        self.profile = PROFILES[profile] if isinstance(profile, str) else profile
        folder.mkdir(parents=True, exist_ok=True)
        self.app = App(self.profile, folder)
        make_lut_folder(self.app)
        self.new_project(name="Untitled Project")

    # What scripts get.

    @property
    def resolve(self) -> Any:
        """The `resolve` of a menu script; None where no Python runs (rule edition.free-211)."""
        return _objects.Resolve(self.app, self.app) if self.profile.scripting else None

    @property
    def fusion(self) -> Any:
        """The `fusion` of a menu script."""
        return _fusion.Fusion(self.app) if self.profile.scripting else None

    @property
    def bmd(self) -> Any:
        """The `bmd` of a menu script."""
        return _fusion.Bmd(self.app) if self.profile.scripting else None

    def globals(self) -> dict[str, Any]:
        """Names that a menu script finds; `__file__` is not among them."""
        if not self.profile.scripting:
            return {}
        fusion = self.fusion
        return {"resolve": self.resolve, "fusion": fusion, "fu": fusion, "bmd": self.bmd}

    def scriptapp(self, name: str) -> Any:
        """`DaVinciResolveScript.scriptapp` of a process outside; None in the free edition (rule edition.external)."""
        return self.resolve if name == "Resolve" and self.profile.studio else None

    # What the user does.

    def new_project(
        self, rate: str = "24", name: str = "Film", size: tuple[int, int] = (1920, 1080), **settings: Any
    ) -> ProjectState:
        """A new, open, empty project; `rate` as in the settings: "23.976", "29.97 DF"."""
        if parse_rate_setting(rate) is None:
            raise ValueError(f"Resolve has no rate {rate}")
        project = ProjectState(name, settings=default_settings(rate, size) | settings)
        self.app.projects.append(project)
        self.app.project = project
        self.app.project_generation += 1
        return project

    def no_project(self) -> None:
        """Close the project; only the Project Manager is open."""
        self.app.project = None
        self.app.project_generation += 1
        self.app.manager_only = True

    def reload_project(self) -> None:
        """Close and open the same project: every handle goes stale (rule handle.stale)."""
        self.app.project_generation += 1

    @property
    def project(self) -> ProjectState:
        """The open one."""
        assert self.app.project is not None
        return self.app.project

    def timeline(
        self,
        name: str = "Edit",
        rate: str | None = None,
        start_tc: str | None = None,
        *,
        video: int = 1,
        audio: int = 1,
        subtitle: int = 0,
    ) -> TimelineState:
        """A new current timeline; `rate` as in the settings, the project's if None; starts at 01:00:00:00."""
        parsed = parse_rate_setting(rate or _project_rate(self.project))
        assert parsed is not None
        fps, drop = parsed
        start = Timecode.parse(start_tc or ("01:00:00;00" if drop else "01:00:00:00"), fps).frame
        width, height = (int(self.project.settings[f"timelineResolution{side}"]) for side in ("Width", "Height"))
        timeline = TimelineState(name, fps, start, drop, (width, height), playhead=start)
        if rate is not None and rate != _project_rate(self.project):
            timeline.settings |= {"useCustomSettings": "1", "timelineFrameRate": rate}
        for kind, count in (("video", video), ("audio", audio), ("subtitle", subtitle)):
            for _ in range(count):
                _objects.add_track(timeline, kind)
        _objects.register_timeline(self.project, timeline)
        return timeline

    def bin(self, path: str) -> FolderState:
        """A bin by path below the root ("SQ010/SH020"), made where it is missing."""
        folder = self.project.root
        for name in filter(None, path.split("/")):
            found = next((each for each in folder.folders if each.name == name), None)
            if found is None:
                found = FolderState(name)
                folder.folders.append(found)
            folder = found
        return folder

    def add_media(
        self,
        name: str = "A001.mov",
        *,
        frames: int = 240,
        rate: str | Fraction | None = None,
        start: int = 0,
        size: tuple[int, int] | None = (1920, 1080),
        kind: str = "movie",
        audio_channels: int = 0,
        folder: str = "",
    ) -> MediaState:
        """A pool item whose file does not exist: quick, for tests that show no pictures. Else `import_media`."""
        fps = self._rate(rate)
        path = str(self.app.folder / "media" / name)
        media = MediaState(name, path, kind, fps, frames, start, size, "H.264", audio_channels, files=(path,))
        self.bin(folder).clips.append(media)
        return media

    def import_media(self, path: Path, *, folder: str = "") -> MediaState:
        """A real file into a bin. ValueError when it cannot be read."""
        parsed = parse_rate_setting(_project_rate(self.project))
        assert parsed is not None
        found = import_file(path, parsed[0])
        if found is None:
            raise ValueError(f"{path} is no media")
        self.bin(folder).clips.append(found)
        return found

    def import_sequence(self, pattern: str, first: int, last: int, *, folder: str = "") -> MediaState:
        """A real image sequence ("/…/f_%04d.png") into a bin. ValueError when a frame is missing."""
        parsed = parse_rate_setting(_project_rate(self.project))
        assert parsed is not None
        found = import_sequence(pattern, first, last, parsed[0])
        if found is None:
            raise ValueError(f"{pattern} is not whole")
        self.bin(folder).clips.append(found)
        return found

    def add_clip(
        self,
        media: MediaState | None = None,
        *,
        at: int = 0,
        frames: int | None = None,
        source: int = 0,
        track: int = 1,
        kind: str = "clip",
        track_kind: str = "video",
        with_audio: bool = False,
        name: str | None = None,
        timeline: TimelineState | None = None,
    ) -> ItemState:
        """A clip (or generator, title, transition) at `at` frames from the timeline's start; tracks are made as needed.

        `frames` are timeline frames, all that is left of the media if None. ValueError where something lies already.
        """
        timeline = timeline or self.project.timeline
        if timeline is None:
            raise ValueError("make a timeline first")
        if media is None and kind == "clip":
            media = self.add_media(name or "A001.mov", rate=timeline.rate, frames=source + (frames or 240))
        item = _objects.place(timeline, media, timeline.start + at, frames, source, kind, track_kind, track, name)
        if with_audio:
            sound = _objects.place(timeline, media, item.start, item.duration, source, kind, "audio", track, name)
            item.link = sound.link = new_id()
        return item

    def offline(self, media: MediaState) -> None:
        """The file is not found any more."""
        media.offline = True

    def add_marker(
        self, frame: float, color: str = "Blue", name: str = "", note: str = "", on: Any = None
    ) -> MarkerState:
        """A marker on the current timeline, `frame` from its start, or on an item or pool item (`on`)."""
        marker = MarkerState(color, name, note, 1.0)
        target = on or self.project.timeline
        assert target is not None
        target.markers[float(frame)] = marker
        return marker

    def lock(self, kind: str, index: int, *, locked: bool = True) -> TrackState:
        """Lock a track of the current timeline."""
        assert self.project.timeline is not None
        track = self.project.timeline.tracks[kind][index - 1]
        track.locked = locked
        return track

    def playhead(self, offset: int) -> None:
        """Put the playhead `offset` frames after the timeline's start."""
        assert self.project.timeline is not None
        self.project.timeline.playhead = self.project.timeline.start + offset

    def select(self, *items: ItemState) -> None:
        """Select items of the current timeline."""
        assert self.project.timeline is not None
        self.project.timeline.selected = [item.uid for item in items]

    def open_modal(self, text: str = "Project Settings") -> None:
        """A dialog comes up (rule page.null)."""
        self.app.modal = text

    def dismiss_modal(self) -> None:
        """Close the dialog and the Project Manager."""
        self.app.modal = None
        self.app.manager_only = self.app.project is None

    def refuse(self, method: str, times: int = 1) -> None:
        """Make the next calls of a method ("MediaPool.AppendToTimeline") be refused without a reason."""
        self.app.refusals[method] += times

    # What a test looks at.

    def handle(self, state: Any) -> Any:
        """A handle of a piece of state, as a script would hold it."""
        return ApiObject(self.app, self.app)._wrap(state)

    def snapshot(self) -> dict[str, Any]:
        """All that the user owns and sees, as plain data, to compare before and after."""
        return snapshot(self.app)

    def visible_markers(self, timeline: TimelineState | None = None) -> dict[float, MarkerState]:
        """Markers that show on a timeline (rule marker.echo)."""
        timeline = timeline or self.project.timeline
        assert timeline is not None
        return visible_markers(timeline)

    @property
    def counts(self) -> Counter[str]:
        """Calls by name since the start, or since `forget_calls`."""
        return self.app.counts

    @property
    def calls(self) -> int:
        """Calls in all."""
        return self.app.counts.total()

    def forget_calls(self) -> None:
        """Begin to count anew."""
        self.app.counts.clear()
        self.app.log.clear()

    def run_loop(self, *, active: bool = True) -> None:
        """The caller's thread enters or leaves RunLoop (rule thread.deadlock)."""
        self.app.loop_thread = threading.get_ident() if active else None

    def _rate(self, rate: str | Fraction | None) -> Fraction:
        if rate is None:
            parsed = parse_rate_setting(_project_rate(self.project))
            assert parsed is not None
            return parsed[0]
        return parse_rate(rate)


def _project_rate(project: ProjectState) -> str:
    return str(project.settings["timelineFrameRate"])
