"""TimelineItem."""

# ruff: noqa: N802, N803 (names of the foreign API)

from __future__ import annotations

from fractions import Fraction
from typing import Any

from rushes.testing.resolve.base import api, handle
from rushes.testing.resolve.colour import ColourItem
from rushes.testing.resolve.fusion import FusionItem
from rushes.testing.resolve.marking import Colored, Marked, is_number
from rushes.testing.resolve.names import IN_HEIGHTS, IN_WIDTHS, PROPERTY_RANGES
from rushes.testing.resolve.state import ItemState, MediaState, TakeState, TimelineState, VersionState
from rushes.testing.resolve.tail import TimelineItemTail

__all__ = ["TimelineItem"]


@handle(ItemState)
class TimelineItem(Marked, Colored, ColourItem, FusionItem, TimelineItemTail):
    """Something on a track. Nothing here moves or trims it (rule surface.no-edit)."""

    _scope = "timeline"
    _state: ItemState

    @property
    def _timeline(self) -> TimelineState:
        owner = self._owner(self._state)
        if owner is not None:
            return owner
        # An item that never landed still answers; its frames are those of the timeline it was meant for.
        assert self._project.timeline is not None
        return self._project.timeline

    @property
    def _rates_agree(self) -> bool:
        media = self._state.media
        return media is None or media.rate == self._timeline.rate

    @api()
    def GetName(self) -> Any:
        """Name; of a subtitle its text."""
        return self._state.name

    @api("20.2", write=True)
    def SetName(self, name: str) -> Any:
        """Since 20.2."""
        if not isinstance(name, str) or not name or self._locked:
            return False
        self._state.name = name
        return True

    @property
    def _locked(self) -> bool:
        timeline = self._owner(self._state)
        found = timeline.find(self._state) if timeline else None
        return bool(timeline and found and timeline.tracks[found[0]][found[1] - 1].locked)

    @api()
    def GetUniqueId(self) -> Any:
        """Unique id; "" when the append did not take (rule append.overlap)."""
        return self._state.uid

    @api()
    def GetStart(self, subframe_precision: bool = False) -> Any:
        """Absolute timeline frame (rule frames.absolute)."""
        return self._number(self._state.start, subframe_precision)

    @api()
    def GetEnd(self, subframe_precision: bool = False) -> Any:
        """Absolute timeline frame after the last (rule frames.end-exclusive)."""
        return self._number(self._state.end, subframe_precision)

    @api()
    def GetDuration(self, subframe_precision: bool = False) -> Any:
        """Timeline frames."""
        return self._number(self._state.duration, subframe_precision)

    def _number(self, value: int, subframe: Any) -> int | float:
        return float(value) if subframe else value

    @api()
    def GetLeftOffset(self, subframe_precision: bool = False) -> Any:
        """Source frames before the first shown one."""
        return self._number(self._state.source, subframe_precision)

    @api()
    def GetRightOffset(self, subframe_precision: bool = False) -> Any:
        """Source frames after the last shown one."""
        media = self._state.media
        rest = media.frames - self._state.source - self._state.source_frames if media else 0
        return self._number(max(0, rest), subframe_precision)

    @api("19.0")
    def GetSourceStartFrame(self) -> Any:
        """First shown frame at the media's rate (quirk source_frames_off_by_one)."""
        off = self._app.profile.quirks.source_frames_off_by_one and not self._rates_agree
        return self._state.source + int(off)

    @api("19.0")
    def GetSourceEndFrame(self) -> Any:
        """Exclusive where the rates agree, else inclusive (rule source.end)."""
        return self._state.source + self._state.source_frames - int(not self._rates_agree)

    @api("19.0")
    def GetSourceStartTime(self) -> Any:
        """Seconds, counted from the media's timecode."""
        return self._seconds(self._state.source)

    @api("19.0")
    def GetSourceEndTime(self) -> Any:
        """Seconds, counted from the media's timecode."""
        return self._seconds(self._state.source + self._state.source_frames)

    def _seconds(self, frame: int) -> float:
        media = self._state.media
        return float((media.start + frame) / media.rate) if media else 0.0

    @api()
    def GetMediaPoolItem(self) -> Any:
        """The clip under it; None for generators, titles and transitions."""
        return self._wrap(self._state.media)

    @api("19.0")
    def GetTrackTypeAndIndex(self) -> Any:
        """["video", 1]."""
        found = self._timeline.find(self._state)
        return list(found) if found else None

    @api()
    def GetLinkedItems(self) -> Any:
        """Others with the same link."""
        link = self._state.link
        return [
            self._wrap(each)
            for each in self._timeline.items()
            if link and each.link == link and each is not self._state
        ]

    @api(write=True)
    def SetProperty(self, propertyKey: str, propertyValue: Any) -> Any:
        """Clipped to the range (rule property.range); False for an unknown key or a value of another kind."""
        if propertyKey not in PROPERTY_RANGES or self._state.kind in ("transition", "subtitle") or self._state.audio:
            return False
        default, least, most = PROPERTY_RANGES[propertyKey]
        if isinstance(default, bool):
            if propertyValue not in (True, False, 0, 1):
                return False
            self._state.properties[propertyKey] = bool(propertyValue)
            return True
        if not is_number(propertyValue) or least is None or most is None:
            return False
        side = self._timeline.size[0 if propertyKey in IN_WIDTHS else 1]
        scale = side if propertyKey in IN_WIDTHS | IN_HEIGHTS else 1
        value = max(least * scale, min(most * scale, propertyValue))
        value = round(value) if isinstance(default, int) else float(value)
        self._state.properties[propertyKey] = value
        other = {"ZoomX": "ZoomY", "ZoomY": "ZoomX"}.get(propertyKey)
        if other and self._state.properties.get("ZoomGang", True):
            self._state.properties[other] = value
        return True

    @api()
    def GetProperty(self, propertyKey: str | None = None) -> Any:
        """A value, or all as a dict; {} for a transition."""
        if self._state.kind == "transition":
            return {} if propertyKey is None else None
        values = {key: self._state.properties.get(key, facts[0]) for key, facts in PROPERTY_RANGES.items()}
        return values if propertyKey is None else values.get(propertyKey)

    @api(write=True)
    def SetClipEnabled(self, Bool: bool) -> Any:
        """False on a locked track."""
        if self._locked or Bool not in (True, False):
            return False
        self._state.enabled = bool(Bool)
        return True

    @api()
    def GetClipEnabled(self) -> Any:
        """Whether it shows."""
        return self._state.enabled

    @api(write=True)
    def AddTake(self, mediaPoolItem: Any, startFrame: int | None = None, endFrame: int | None = None) -> Any:
        """The item's own media is refused and yet makes a selector of one (rule take.same-media)."""
        state = self._state
        media: MediaState | None = self._state_of(mediaPoolItem, MediaState)
        if media is None or state.kind != "clip" or state.media is None or self._locked:
            return False
        first = 0 if startFrame is None else startFrame
        end = media.frames if endFrame is None else endFrame
        if not is_number(first) or not is_number(end) or not 0 <= first < end <= media.frames:
            return False
        if not state.takes:
            state.takes.append(TakeState(state.media, state.source, state.source + state.source_frames))
            state.take = 1
        if any(take.media is media for take in state.takes):
            return False
        state.takes.append(TakeState(media, int(first), int(end)))
        return True

    @api(fail=0)
    def GetTakesCount(self) -> Any:
        """0: not a take selector."""
        return len(self._state.takes)

    @api(fail=0)
    def GetSelectedTakeIndex(self) -> Any:
        """From 1; 0: not a take selector."""
        return self._state.take

    @api()
    def GetTakeByIndex(self, idx: int) -> Any:
        """{startFrame, endFrame, mediaPoolItem}; None outside."""
        if not is_number(idx) or not 1 <= idx <= len(self._state.takes):
            return None
        take = self._state.takes[int(idx) - 1]
        return {"startFrame": take.start, "endFrame": take.end, "mediaPoolItem": self._wrap(take.media)}

    @api(write=True)
    def SelectTakeByIndex(self, idx: int) -> Any:
        """The media changes; place and length stay (rule take.select)."""
        state = self._state
        if not is_number(idx) or not 1 <= idx <= len(state.takes) or self._locked:
            return False
        take = state.takes[int(idx) - 1]
        if int(idx) != state.take and not self._app.profile.quirks.take_keeps_grade:
            state.takes[state.take - 1].grades = (state.versions, state.version)
            state.versions, state.version = take.grades or ([VersionState()], 0)
            take.grades = None
        state.take, state.media, state.source = int(idx), take.media, take.start
        wanted = -(-state.duration * take.media.rate // self._timeline.rate)
        state.source_frames = min(int(wanted), take.end - take.start)
        state.name = take.media.name
        return True

    @api(write=True)
    def DeleteTakeByIndex(self, idx: int) -> Any:
        """Refused for the selected one."""
        state = self._state
        if not is_number(idx) or not 1 <= idx <= len(state.takes) or int(idx) == state.take or self._locked:
            return False
        del state.takes[int(idx) - 1]
        state.take -= int(idx) < state.take
        return True

    @api(write=True)
    def FinalizeTake(self) -> Any:
        """Keeps the selected take's media and ends the selector."""
        if not self._state.takes or self._locked:
            return False
        self._state.takes.clear()
        self._state.take = 0
        return True

    @api("21.1", fail="")
    def GetType(self) -> Any:
        """What it is; the words are assumed."""
        return self._state.kind

    @api("21.1", write=True)
    def SetSpeed(self, speed: float) -> Any:
        """Speed in percent. Its arguments are published nowhere: refused unless the profile's quirk says otherwise."""
        if not self._app.profile.quirks.speed_in_percent or not is_number(speed) or self._locked:
            return self._unmodelled(False)
        self._state.speed = Fraction(speed) / 100
        return True
