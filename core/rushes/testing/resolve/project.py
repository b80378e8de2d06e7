"""Project."""

# ruff: noqa: N802, N803 (names of the foreign API)

from __future__ import annotations

from pathlib import Path
from typing import Any

from rushes.testing.resolve.base import api, handle
from rushes.testing.resolve.colour import ColourProject
from rushes.testing.resolve.facts import import_file
from rushes.testing.resolve.gallery import GalleryProject
from rushes.testing.resolve.names import parse_rate_setting, typed_settings
from rushes.testing.resolve.placing import Append, append
from rushes.testing.resolve.pool import PoolState, project_rate
from rushes.testing.resolve.render import RenderProject
from rushes.testing.resolve.state import ProjectState, TimelineState
from rushes.testing.resolve.tail import ProjectTail

__all__ = ["Project"]

_RATES = ("timelineFrameRate", "timelineDropFrameTimecode")


@handle(ProjectState)
class Project(ColourProject, GalleryProject, RenderProject, ProjectTail):
    """The open project."""

    _state: ProjectState

    @api()
    def GetMediaPool(self) -> Any:
        """The media pool."""
        return self._wrap(PoolState(self._state))

    @api(fail=0)
    def GetTimelineCount(self) -> Any:
        """Number of timelines."""
        return len(self._state.timelines)

    @api()
    def GetTimelineByIndex(self, idx: int) -> Any:
        """From 1; None outside."""
        whole = isinstance(idx, int) and not isinstance(idx, bool)
        return self._wrap(self._state.timelines[idx - 1]) if whole and 1 <= idx <= len(self._state.timelines) else None

    @api()
    def GetCurrentTimeline(self) -> Any:
        """None when there is none."""
        return self._wrap(self._state.timeline)

    @api(write=True)
    def SetCurrentTimeline(self, timeline: Any) -> Any:
        """False for no timeline of this project."""
        found = self._state_of(timeline, TimelineState)
        if found is None or found not in self._state.timelines:
            return False
        self._state.timeline = found
        return True

    @api()
    def GetName(self) -> Any:
        """Name."""
        return self._state.name

    @api(write=True)
    def SetName(self, projectName: str) -> Any:
        """False for a name that is taken."""
        taken = any(each.name == projectName for each in self._app.projects)
        if not isinstance(projectName, str) or not projectName or taken:
            return False
        self._state.name = projectName
        return True

    @api()
    def GetUniqueId(self) -> Any:
        """Unique id."""
        return self._state.uid

    @api(fail="")
    def GetSetting(self, settingName: str | None = None) -> Any:
        """Text; the rate a float, superScale an int (rule rate.float); "" for an unknown name; all without one."""
        values = self._settings()
        return values if settingName is None else values.get(settingName, "")

    def _settings(self) -> dict[str, Any]:
        drop_as_float = self._app.profile.quirks.drop_rate_as_float
        return typed_settings(self._state.settings, drop_as_float=drop_as_float)

    @api(write=True)
    def SetSetting(self, settingName: str, settingValue: str) -> Any:
        """Text only; False for an unknown name; the rate only in an empty project (rule rate.fixed)."""
        if not isinstance(settingValue, str):
            self._misuse(f"SetSetting({settingName!r}) takes text, got {settingValue!r}")
            return False
        if settingName not in self._state.settings or settingName == "timelinePlaybackFrameRate":
            return False
        if settingName in _RATES:
            return self._set_rate(settingName, settingValue)
        self._state.settings[settingName] = int(settingValue) if settingName == "superScale" else settingValue
        return True

    def _set_rate(self, name: str, value: str) -> bool:
        if self._state.timelines or next(self._state.media(), None) is not None:
            return False
        settings = self._state.settings
        if name == "timelineDropFrameTimecode":
            value = str(settings["timelineFrameRate"]).removesuffix(" DF") + (" DF" if value == "1" else "")
        if parse_rate_setting(value) is None:
            return False
        settings["timelineFrameRate"] = value
        settings["timelineDropFrameTimecode"] = "1" if value.endswith(" DF") else "0"
        return True

    @api("21.1")
    def GetSettings(self) -> Any:
        """All settings."""
        return self._settings()

    @api("19.1", write=True)
    def InsertAudioToCurrentTrackAtPlayhead(
        self, mediaPath: str, startOffsetInSamples: int, durationInSamples: int
    ) -> Any:
        """Sound on the first audio track at the playhead, on the Fairlight page; False where something lies."""
        timeline = self._state.timeline
        media = import_file(Path(mediaPath), project_rate(self._state)[0]) if isinstance(mediaPath, str) else None
        if timeline is None or media is None or not media.audio_channels or self._app.page != "fairlight":
            return False
        placed = append(timeline, Append(media, kind=2, track=1, record=timeline.playhead), self._app.profile.quirks)
        return not placed.failed
