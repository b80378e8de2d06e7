"""Markers, flags and colours: the same on timelines, items and pool items."""

# ruff: noqa: N802, N803 (names of the foreign API)

from __future__ import annotations

from typing import Any

from rushes.testing.resolve.base import ApiObject, api
from rushes.testing.resolve.names import CLIP_COLORS, MARKER_COLORS
from rushes.testing.resolve.state import MarkerState

__all__ = ["Colored", "InOut", "Marked", "is_number"]


def is_number(value: Any) -> bool:
    """An int or float, and no bool."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Marked(ApiObject):
    """Markers (rules marker.occupied, marker.echo, palette.two)."""

    @property
    def _markers(self) -> dict[float, MarkerState]:
        return self._state.markers

    @api(write=True)
    def AddMarker(
        self, frameId: float, color: str, name: str, note: str, duration: float, customData: str | None = None
    ) -> Any:
        """False for an occupied frame, a colour of the other palette, or a duration below 1."""
        if not is_number(frameId) or not is_number(duration) or not all(isinstance(each, str) for each in (name, note)):
            self._misuse("AddMarker: frame and duration are numbers, name and note text")
            return False
        if color not in MARKER_COLORS or duration < 1 or float(frameId) in self._markers:
            return False
        custom = "" if customData is None else customData
        if not isinstance(custom, str):
            self._misuse("AddMarker: customData is text")
            return False
        self._markers[float(frameId)] = MarkerState(color, name, note, float(duration), custom)
        return True

    @api()
    def GetMarkers(self) -> Any:
        """{frame: {color, duration, note, name, customData}}, {} when there are none."""
        return {frame: _info(marker) for frame, marker in sorted(self._markers.items())}

    @api()
    def GetMarkerByCustomData(self, customData: str) -> Any:
        """{frame: marker} of the first with it; {} when there is none."""
        for frame, marker in sorted(self._markers.items()):
            if customData and marker.custom == customData:
                return {frame: _info(marker)}
        return {}

    @api(write=True)
    def UpdateMarkerCustomData(self, frameId: float, customData: str) -> Any:
        """False where there is no marker."""
        marker = self._markers.get(float(frameId)) if is_number(frameId) else None
        if marker is None or not isinstance(customData, str):
            return False
        marker.custom = customData
        return True

    @api(fail="")
    def GetMarkerCustomData(self, frameId: float) -> Any:
        """Text; "" where there is none."""
        marker = self._markers.get(float(frameId)) if is_number(frameId) else None
        return marker.custom if marker else ""

    @api(write=True)
    def DeleteMarkersByColor(self, color: str) -> Any:
        """ "All" takes all."""
        found = [frame for frame, marker in self._markers.items() if color in ("All", marker.color)]
        for frame in found:
            del self._markers[frame]
        return bool(found)

    @api(write=True)
    def DeleteMarkerAtFrame(self, frameNum: float) -> Any:
        """False where there is none."""
        return is_number(frameNum) and self._markers.pop(float(frameNum), None) is not None

    @api(write=True)
    def DeleteMarkerByCustomData(self, customData: str) -> Any:
        """Deletes the first with it."""
        for frame, marker in sorted(self._markers.items()):
            if customData and marker.custom == customData:
                del self._markers[frame]
                return True
        return False


def _info(marker: MarkerState) -> dict[str, Any]:
    return {
        "color": marker.color,
        "duration": marker.duration,
        "note": marker.note,
        "name": marker.name,
        "customData": marker.custom,
    }


class Colored(ApiObject):
    """Flags and the clip colour (rules palette.two, palette.generator)."""

    @api(write=True)
    def AddFlag(self, color: str) -> Any:
        """False for a name outside the marker palette."""
        if color not in MARKER_COLORS:
            return False
        if color not in self._state.flags:
            self._state.flags.append(color)
        return True

    @api()
    def GetFlagList(self) -> Any:
        """Colours, in the order they were set."""
        return list(self._state.flags)

    @api()
    def GetFlags(self) -> Any:
        """{1: colour, …}."""
        return dict(enumerate(self._state.flags, 1))

    @api(write=True)
    def ClearFlags(self, color: str) -> Any:
        """ "All" clears all; False when there was none."""
        before = len(self._state.flags)
        self._state.flags[:] = [each for each in self._state.flags if color not in ("All", each)]
        return len(self._state.flags) < before

    @api(fail="")
    def GetClipColor(self) -> Any:
        """ "" when none is set."""
        return self._state.color

    @api(write=True)
    def SetClipColor(self, colorName: str) -> Any:
        """False for a name outside the clip palette; on a generator True and not stored."""
        if colorName not in CLIP_COLORS:
            return False
        if getattr(self._state, "kind", "clip") not in ("generator", "title"):
            self._state.color = colorName
        return True

    @api(write=True)
    def ClearClipColor(self) -> Any:
        """Always works."""
        self._state.color = ""
        return True


_KINDS = {"video": ("video",), "audio": ("audio",), "all": ("video", "audio")}


class InOut(ApiObject):
    """In and out marks (rule frames.absolute): of a timeline relative to its start, of media in source frames."""

    @api("19.1")
    def GetMarkInOut(self) -> Any:
        """{"video": {"in", "out"}, "audio": …}; a key that is not set is missing."""
        return {kind: {"in": first, "out": last} for kind, (first, last) in self._state.marks.items()}

    @api("19.1", write=True)
    def SetMarkInOut(self, mark_in: int, mark_out: int, type: str = "all") -> Any:
        """False when out comes before in, or for another kind of mark."""
        if type not in _KINDS or not is_number(mark_in) or not is_number(mark_out) or not 0 <= mark_in <= mark_out:
            return False
        for kind in _KINDS[type]:
            self._state.marks[kind] = (int(mark_in), int(mark_out))
        return True

    @api("19.1", write=True)
    def ClearMarkInOut(self, type: str = "all") -> Any:
        """False for another kind of mark."""
        if type not in _KINDS:
            return False
        for kind in _KINDS[type]:
            self._state.marks.pop(kind, None)
        return True
