"""Timeline."""

# ruff: noqa: N802, N803 (names of the foreign API)

from __future__ import annotations

import copy
from typing import Any

from rushes.contracts.timecode import Timecode
from rushes.errors import InputError
from rushes.testing.resolve.base import api, handle
from rushes.testing.resolve.colour import ColourTimeline
from rushes.testing.resolve.fusion import FusionTimeline
from rushes.testing.resolve.gallery import GalleryTimeline
from rushes.testing.resolve.interchange import InterchangeTimeline
from rushes.testing.resolve.marking import InOut, Marked
from rushes.testing.resolve.names import parse_rate_setting, typed_settings
from rushes.testing.resolve.placing import add_track, insert, is_free, register_timeline
from rushes.testing.resolve.state import ItemState, TimelineState, TrackState, new_id
from rushes.testing.resolve.tail import TimelineTail

__all__ = ["Timeline"]

_TIMECODE_PAGES = ("cut", "edit", "color", "fairlight", "deliver")


@handle(TimelineState)
class Timeline(Marked, InOut, ColourTimeline, GalleryTimeline, InterchangeTimeline, FusionTimeline, TimelineTail):
    """A timeline."""

    _scope = "timeline"
    _state: TimelineState

    @api()
    def GetName(self) -> Any:
        """Name."""
        return self._state.name

    @api(write=True)
    def SetName(self, timelineName: str) -> Any:
        """False for a name that is taken (rule timeline.name-taken)."""
        if not isinstance(timelineName, str) or not timelineName or self._taken(timelineName):
            return False
        self._state.name = timelineName
        return True

    def _taken(self, name: str) -> bool:
        return any(each.name == name for each in self._project.timelines)

    @api()
    def GetUniqueId(self) -> Any:
        """Unique id."""
        return self._state.uid

    @api("19.1")
    def GetMediaPoolItem(self) -> Any:
        """The pool item that stands for it."""
        return self._wrap(next((clip for clip in self._project.media() if clip.timeline == self._state.uid), None))

    @api()
    def GetStartFrame(self) -> Any:
        """Absolute (rule frames.absolute)."""
        return self._state.start

    @api()
    def GetEndFrame(self) -> Any:
        """Absolute, exclusive."""
        return self._state.end

    @api()
    def GetStartTimecode(self) -> Any:
        """ "01:00:00:00" in nominal frames (rule frames.nominal), with a semicolon when drop-frame."""
        return str(self._timecode(self._state.start))

    @api(write=True)
    def SetStartTimecode(self, timecode: str) -> Any:
        """Everything on it moves along."""
        frame = self._frame(timecode)
        if frame is None:
            return False
        by = frame - self._state.start
        self._state.start = frame
        self._state.playhead += by
        for item in self._state.items():
            item.start += by
        return True

    def _timecode(self, frame: int) -> Timecode:
        return Timecode(frame, self._state.rate, self._state.drop)

    def _frame(self, text: Any) -> int | None:
        """Frame of a timecode in this timeline's own counting; None for anything else."""
        if not isinstance(text, str) or (";" in text) != self._state.drop:
            return None
        try:
            return Timecode.parse(text, self._state.rate).frame
        except InputError:
            return None

    # Tracks.

    def _track(self, kind: Any, index: Any) -> TrackState | None:
        tracks = self._state.tracks.get(kind, []) if isinstance(kind, str) else []
        whole = isinstance(index, int) and not isinstance(index, bool)
        return tracks[index - 1] if whole and 1 <= index <= len(tracks) else None

    @api(fail=0)
    def GetTrackCount(self, trackType: str) -> Any:
        """Number of tracks of "video", "audio" or "subtitle"; 0 for other words."""
        return len(self._state.tracks.get(trackType, []))

    @api(write=True)
    def AddTrack(self, trackType: str, subTrackType: str | dict[str, Any] | None = None) -> Any:
        """On top, or at {"index": …}, which moves the tracks from there up."""
        if trackType not in self._state.tracks:
            return False
        index = None
        subtype = "mono" if trackType == "audio" else ""
        if isinstance(subTrackType, dict):
            subtype = str(subTrackType.get("audioType", subTrackType.get("audiotype", subtype)))
            index = subTrackType.get("index")
            if index is not None and not 1 <= index <= len(self._state.tracks[trackType]):
                index = None
        elif subTrackType is not None:
            subtype = subTrackType
        add_track(self._state, trackType, subtype, index)
        return True

    @api(write=True)
    def DeleteTrack(self, trackType: str, trackIndex: int) -> Any:
        """With all that is on it; False for a locked one."""
        track = self._track(trackType, trackIndex)
        if track is None or track.locked:
            return False
        self._state.tracks[trackType].remove(track)
        for item in track.items:
            item.alive = False
        return True

    @api(fail="")
    def GetTrackSubType(self, trackType: str, trackIndex: int) -> Any:
        """Audio layout; "" for pictures."""
        track = self._track(trackType, trackIndex)
        return track.subtype if track else ""

    @api(fail="")
    def GetTrackName(self, trackType: str, trackIndex: int) -> Any:
        """ "" for a track that is not there."""
        track = self._track(trackType, trackIndex)
        return track.name if track else ""

    @api(write=True)
    def SetTrackName(self, trackType: str, trackIndex: int, name: str) -> Any:
        """False for a track that is not there."""
        return self._set(trackType, trackIndex, "name", name, str)

    @api(write=True)
    def SetTrackEnable(self, trackType: str, trackIndex: int, Bool: bool) -> Any:
        """False for a track that is not there."""
        return self._set(trackType, trackIndex, "enabled", Bool, bool)

    @api(fail=False)
    def GetIsTrackEnabled(self, trackType: str, trackIndex: int) -> Any:
        """False for a track that is not there."""
        track = self._track(trackType, trackIndex)
        return track is not None and track.enabled

    @api(write=True)
    def SetTrackLock(self, trackType: str, trackIndex: int, Bool: bool) -> Any:
        """False for a track that is not there."""
        return self._set(trackType, trackIndex, "locked", Bool, bool)

    @api(fail=False)
    def GetIsTrackLocked(self, trackType: str, trackIndex: int) -> Any:
        """False for a track that is not there."""
        track = self._track(trackType, trackIndex)
        return track is not None and track.locked

    def _set(self, kind: str, index: int, field: str, value: Any, accepted: type) -> bool:
        track = self._track(kind, index)
        if track is None or not isinstance(value, accepted):
            return False
        setattr(track, field, value)
        return True

    # Items.

    @api()
    def GetItemListInTrack(self, trackType: str, index: int) -> Any:
        """Items by start, transitions among them; None for a track that is not there."""
        track = self._track(trackType, index)
        return None if track is None else [self._wrap(item) for item in track.items]

    @api()
    def GetItemsInTrack(self, trackType: str, index: int) -> Any:
        """{1: item, …}."""
        track = self._track(trackType, index)
        return {} if track is None else dict(enumerate((self._wrap(item) for item in track.items), 1))

    @api(write=True, pages=("edit",))
    def DeleteClips(self, timelineItems: list[Any], Bool: bool = False) -> Any:
        """On the edit page (rule delete.page); linked sound stays (delete.linked); rippling moves all that follows."""
        items = [self._state_of(each, ItemState) for each in timelineItems] if isinstance(timelineItems, list) else []
        tracks = [self._holding(item) for item in items]
        if not items or any(track is None or track.locked for track in tracks):
            return False
        if self._app.profile.quirks.delete_refused_once and not self._app.extra.get("deleted"):
            self._app.extra["deleted"] = True
            return False
        for item, track in zip(items, tracks):
            assert track is not None
            if not any(each is item for each in track.items):
                continue
            track.items[:] = [each for each in track.items if each is not item]
            item.alive = False
            if Bool:
                self._ripple(item)
        return True

    def _holding(self, item: ItemState | None) -> TrackState | None:
        found = self._state.find(item) if item is not None else None
        return self._state.tracks[found[0]][found[1] - 1] if found else None

    def _ripple(self, gone: ItemState) -> None:
        """Rule delete.ripple."""
        for tracks in self._state.tracks.values():
            for track in tracks:
                for item in track.items if not track.locked else []:
                    if item.start >= gone.end:
                        item.start -= gone.duration

    @api(write=True)
    def SetClipsLinked(self, timelineItems: list[Any], Bool: bool) -> Any:
        """Give them one link, or none."""
        items = [self._state_of(each, ItemState) for each in timelineItems] if isinstance(timelineItems, list) else []
        if not items or None in items or not isinstance(Bool, bool):
            return False
        link = new_id() if Bool else ""
        for item in items:
            item.link = link
        return True

    @api("21.0.4")
    def GetSelectedClips(self) -> Any:
        """What the user selected, linked sound with it."""
        links = {item.link for item in self._state.items() if item.uid in self._state.selected and item.link}
        return [
            self._wrap(item)
            for item in self._state.items()
            if item.uid in self._state.selected or (item.link and item.link in links)
        ]

    @api()
    def GetCurrentVideoItem(self) -> Any:
        """On the color page the top one at the playhead, elsewhere the selected track's (rule playhead.item)."""
        if self._project.timeline is not self._state:
            return None
        tracks = list(enumerate(self._state.tracks["video"], 1))
        if self._app.page != "color":
            tracks = [(index, track) for index, track in tracks if index == self._state.target]
        for _, track in reversed(tracks):
            for item in track.items if track.enabled else []:
                if item.kind != "transition" and item.enabled and item.start <= self._state.playhead < item.end:
                    return self._wrap(item)
        return None

    # Playhead.

    @api(fail="", pages=_TIMECODE_PAGES)
    def GetCurrentTimecode(self) -> Any:
        """Absolute; "" on pages without one (rule playhead.pages), or when it is not open (playhead.current)."""
        current = self._project.timeline is self._state
        return str(self._timecode(self._state.playhead)) if current else ""

    @api(write=True, pages=_TIMECODE_PAGES)
    def SetCurrentTimecode(self, timecode: str) -> Any:
        """False below the start (rule playhead.below-start), or in another counting than the timeline's."""
        frame = self._frame(timecode)
        if frame is None or frame < self._state.start or self._project.timeline is not self._state:
            return False
        self._state.playhead = frame
        return True

    # Settings.

    @api(fail="")
    def GetSetting(self, settingName: str | None = None) -> Any:
        """As Project.GetSetting, with the timeline's own where it has some."""
        drop_as_float = self._app.profile.quirks.drop_rate_as_float
        values = typed_settings(self._project.settings | self._state.settings, drop_as_float=drop_as_float)
        return values if settingName is None else values.get(settingName, "")

    @api(write=True)
    def SetSetting(self, settingName: str, settingValue: str) -> Any:
        """False until useCustomSettings is "1" (rule setting.timeline); the rate is fixed."""
        if not isinstance(settingValue, str) or settingName not in self._project.settings:
            return False
        own = self._state.settings.get("useCustomSettings") == "1"
        if settingName != "useCustomSettings" and not own:
            return False
        if settingName == "timelineFrameRate":
            return self._set_rate(settingValue)
        if settingName in ("timelinePlaybackFrameRate", "timelineDropFrameTimecode"):
            return False
        self._state.settings[settingName] = settingValue
        if settingName in ("timelineResolutionWidth", "timelineResolutionHeight") and settingValue.isdigit():
            width, height = self._state.size
            wide = settingName.endswith("Width")
            self._state.size = (int(settingValue), height) if wide else (width, int(settingValue))
        return True

    def _set_rate(self, value: str) -> bool:
        """From 21.1, while it is empty (rule setting.timeline)."""
        parsed = parse_rate_setting(value)
        if parsed is None or not self._app.profile.has("21.1") or any(True for _ in self._state.items()):
            return False
        clock = self._timecode(self._state.start)
        self._state.rate, self._state.drop = parsed
        self._state.settings["timelineFrameRate"] = value
        text = str(clock).replace(";", ":")
        self._state.start = Timecode.parse(text[:8] + (";" if parsed[1] else ":") + "00", parsed[0]).frame
        self._state.playhead = self._state.start
        return True

    # Whole timelines and things put at the playhead.

    @api()
    def DuplicateTimeline(self, timelineName: str | None = None) -> Any:
        """It becomes the current one; None for a name that is taken."""
        name = timelineName or f"{self._state.name} copy"
        if not isinstance(name, str) or self._app.page_null or self._taken(name):
            return None
        # Media are shared, not copied.
        shared: dict[int, Any] = {id(media): media for media in self._project.media()}
        shared |= {id(item.media): item.media for item in self._state.items() if item.media}
        twin = copy.deepcopy(self._state, shared)
        twin.name, twin.uid = name, new_id()
        for item in twin.items():
            item.uid = new_id()
        register_timeline(self._project, twin)
        return self._wrap(twin)

    @api()
    def InsertGeneratorIntoTimeline(self, generatorName: str) -> Any:
        """At the playhead on the selected track; None where something lies or the track is locked."""
        return self._insert(generatorName, "generator")

    @api()
    def InsertFusionGeneratorIntoTimeline(self, generatorName: str) -> Any:
        """As InsertGeneratorIntoTimeline."""
        return self._insert(generatorName, "generator")

    @api()
    def InsertOFXGeneratorIntoTimeline(self, generatorName: str) -> Any:
        """As InsertGeneratorIntoTimeline."""
        return self._insert(generatorName, "generator")

    @api()
    def InsertFusionCompositionIntoTimeline(self) -> Any:
        """As InsertGeneratorIntoTimeline."""
        return self._insert("Fusion Composition", "generator")

    @api()
    def InsertTitleIntoTimeline(self, titleName: str) -> Any:
        """As InsertGeneratorIntoTimeline."""
        return self._insert(titleName, "title")

    @api()
    def InsertFusionTitleIntoTimeline(self, titleName: str) -> Any:
        """As InsertGeneratorIntoTimeline."""
        return self._insert(titleName, "title")

    def _insert(self, name: Any, kind: str) -> Any:
        state = self._state
        length = round(5 * state.rate)
        track = self._track("video", state.target)
        refused = self._app.page_null or self._app.page != "edit" or not isinstance(name, str)
        if refused or track is None or track.locked or not is_free(track, state.playhead, state.playhead + length):
            return None
        item = ItemState(name, None, state.playhead, length, kind=kind)
        insert(track, item)
        state.playhead = item.end
        return self._wrap(item)
