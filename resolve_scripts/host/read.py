"""Reads Resolve into plain data."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from resolve_scripts.host.session import Session, has, listed
from resolve_scripts.logic.frames import playhead_frame, rate_of_setting, rate_or_none
from resolve_scripts.logic.model import ItemState, MarkerState, MediaState, TimelineState, TrackState
from rushes.contracts.edit import ID_KEYS
from rushes.errors import InputError

if TYPE_CHECKING:
    from fusionscript import MediaPoolItem, Timeline, TimelineItem

__all__ = ["markers_of", "project_rate", "read_item", "read_media", "read_timeline", "timeline_item", "timeline_rate"]

_KINDS = ("video", "audio", "subtitle")


def project_rate(session: Session) -> tuple[Fraction, bool]:
    """(rate, drop-frame) of the project."""
    return rate_of_setting(session.project().GetSetting("timelineFrameRate"))


def read_timeline(session: Session) -> TimelineState:
    """The open timeline with all its tracks, items and markers. ResolveError when there is none."""
    timeline = session.timeline()
    rate, drop = timeline_rate(session, timeline)
    media: dict[str, MediaState] = {}
    tracks = [
        _track(timeline, kind, index + 1, media)
        for kind in _KINDS
        for index in range(timeline.GetTrackCount(kind) or 0)
    ]
    chosen = listed(timeline.GetSelectedClips()) if has(timeline, "GetSelectedClips") else []
    return TimelineState(
        id=timeline.GetUniqueId(),
        name=timeline.GetName(),
        rate=rate,
        drop=drop,
        start=timeline.GetStartFrame(),
        end=timeline.GetEndFrame(),
        playhead=_playhead(timeline, rate),
        tracks=tuple(tracks),
        markers=markers_of(timeline.GetMarkers()),
        selected=tuple(item.GetUniqueId() for item in chosen),
    )


def timeline_item(session: Session, id: str) -> TimelineItem | None:
    """A live handle of an item of the open timeline, found by its id."""
    timeline = session.timeline()
    for kind in _KINDS:
        for index in range(timeline.GetTrackCount(kind) or 0):
            for item in listed(timeline.GetItemListInTrack(kind, index + 1)):
                if item.GetUniqueId() == id:
                    return item
    return None


def read_item(item: TimelineItem, kind: str, track: int, known: dict[str, MediaState] | None = None) -> ItemState:
    """One item. `known`: media that was read already, by id."""
    source = item.GetMediaPoolItem()
    media = None if source is None else _media_once(source, {} if known is None else known)
    return ItemState(
        id=item.GetUniqueId() or "",
        name=item.GetName() or "",
        kind=kind,
        track=track,
        start=int(item.GetStart() or 0),
        end=int(item.GetEnd() or 0),
        source=int(item.GetSourceStartFrame() or 0) if media is not None and kind == "video" else 0,
        media=media,
        enabled=item.GetClipEnabled() is not False,
        takes=int(item.GetTakesCount() or 0) if kind == "video" else 0,
        take=int(item.GetSelectedTakeIndex() or 0) if kind == "video" else 0,
        color=item.GetClipColor() or "",
        markers=markers_of(item.GetMarkers()),
    )


def read_media(clip: MediaPoolItem, bin: tuple[str, ...] = ()) -> MediaState:
    """A clip of the media pool."""
    facts = clip.GetClipProperty()
    told: Mapping[str, Any] = facts if isinstance(facts, dict) else {}
    frames = str(told.get("Frames", "") or "")
    return MediaState(
        id=clip.GetUniqueId() or "",
        name=clip.GetName() or "",
        path=str(told.get("File Path", "") or ""),
        bin=bin,
        kind=str(told.get("Type", "") or ""),
        rate=rate_or_none(told.get("FPS")),
        frames=int(frames) if frames.isdigit() else 0,
        ids=_ids(clip),
    )


def markers_of(found: Mapping[float, Any] | None) -> tuple[MarkerState, ...]:
    """Resolve's dict of markers, in order."""
    rows = [
        MarkerState(
            frame=int(frame),
            color=str(one.get("color", "")),
            name=str(one.get("name", "")),
            note=str(one.get("note", "")),
            duration=int(one.get("duration", 1) or 1),
            data=str(one.get("customData", "") or ""),
        )
        for frame, one in (found or {}).items()
    ]
    return tuple(sorted(rows, key=lambda marker: marker.frame))


def timeline_rate(session: Session, timeline: Timeline) -> tuple[Fraction, bool]:
    """(rate, drop-frame) of a timeline: its own setting, else the project's."""
    own = timeline.GetSetting("timelineFrameRate")
    return rate_of_setting(own) if own else project_rate(session)


def _playhead(timeline: Timeline, rate: Fraction) -> int | None:
    text = timeline.GetCurrentTimecode()
    if not text:
        return None
    try:
        return playhead_frame(text, rate)
    except InputError:
        return None


def _track(timeline: Timeline, kind: Any, index: int, media: dict[str, MediaState]) -> TrackState:
    items = [read_item(one, kind, index, media) for one in listed(timeline.GetItemListInTrack(kind, index))]
    return TrackState(
        kind=kind,
        index=index,
        name=timeline.GetTrackName(kind, index) or "",
        locked=bool(timeline.GetIsTrackLocked(kind, index)),
        enabled=timeline.GetIsTrackEnabled(kind, index) is not False,
        items=tuple(items),
    )


def _media_once(clip: MediaPoolItem, known: dict[str, MediaState]) -> MediaState:
    id = clip.GetUniqueId() or ""
    if id not in known:
        known[id] = read_media(clip)
    return known[id]


def _ids(clip: MediaPoolItem) -> dict[str, str]:
    told = clip.GetThirdPartyMetadata()
    if not isinstance(told, dict):
        return {}
    return {name: str(told[key]) for name, key in ID_KEYS.items() if told.get(key)}
