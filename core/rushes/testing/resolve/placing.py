"""Where things land on tracks: the rules of AppendToTimeline, and the ways of the user's hand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rushes.testing.resolve.profiles import Quirks
from rushes.testing.resolve.state import ItemState, MediaState, ProjectState, TimelineState, TrackState, new_id

__all__ = [
    "Append",
    "Placed",
    "add_track",
    "append",
    "append_cues",
    "is_free",
    "place",
    "register_timeline",
    "timeline_frames",
]

STILL_FRAMES = 150
"""Rule append.still."""
_TRACK_NAMES = {"video": "Video", "audio": "Audio", "subtitle": "Subtitle"}


@dataclass(frozen=True)
class Append:
    """One clip info, its keys read."""

    media: MediaState
    start: int | None = None
    end: int | None = None
    kind: int | None = None
    """1 video only, 2 sound only."""
    track: int | None = None
    record: int | None = None


@dataclass
class Placed:
    """What an append did: `items` as the script gets them (None, or an item without an id, for what failed)."""

    items: list[ItemState | None]
    failed: bool = False
    locked: bool = False


def timeline_frames(frames: int, media: Fraction, timeline: Fraction) -> int:
    """Source frames as timeline frames, rounded down (rule append.floor)."""
    return math.floor(Fraction(frames) * timeline / media)


def add_track(timeline: TimelineState, kind: str, subtype: str = "", index: int | None = None) -> TrackState:
    """A new track on top, or at `index` from 1."""
    tracks = timeline.tracks[kind]
    track = TrackState(
        kind, f"{_TRACK_NAMES[kind]} {len(tracks) + 1}", subtype or ("stereo" if kind == "audio" else "")
    )
    tracks.insert(len(tracks) if index is None else index - 1, track)
    return track


def register_timeline(project: ProjectState, timeline: TimelineState) -> None:
    """Into the project and the current bin; it becomes the current one (rule timeline.current)."""
    project.timelines.append(timeline)
    project.timeline = timeline
    project.folder.clips.append(
        MediaState(
            timeline.name, "", "timeline", timeline.rate, 0, timeline.start, timeline.size, timeline=timeline.uid
        )
    )


def is_free(track: TrackState, start: int, end: int) -> bool:
    """Whether nothing but transitions lies between two frames."""
    return all(item.kind == "transition" or item.end <= start or item.start >= end for item in track.items)


def insert(track: TrackState, item: ItemState) -> None:
    """Keep the items by start."""
    track.items.append(item)
    track.items.sort(key=lambda each: (each.start, each.kind == "transition"))


def place(
    timeline: TimelineState,
    media: MediaState | None,
    start: int,
    frames: int | None,
    source: int,
    kind: str,
    track_kind: str,
    index: int,
    name: str | None,
) -> ItemState:
    """The user's hand: exact, tracks are made as needed. ValueError where something lies already."""
    while len(timeline.tracks[track_kind]) < index:
        add_track(timeline, track_kind)
    track = timeline.tracks[track_kind][index - 1]
    if frames is None:
        frames = timeline_frames(media.frames - source, media.rate, timeline.rate) if media else 48
    if kind != "transition" and not is_free(track, start, start + frames):
        raise ValueError(f"{track.name} is taken at {start}")
    shown = math.ceil(frames * media.rate / timeline.rate) if media else 0
    item = ItemState(
        name or (media.name if media else kind.title()),
        media,
        start,
        frames,
        source,
        min(shown, media.frames - source) if media else 0,
        kind,
        audio=track_kind == "audio",
    )
    insert(track, item)
    return item


def append(timeline: TimelineState, one: Append, quirks: Quirks) -> Placed:
    """One clip info onto the timeline; `quirks` decide what reports disagree on."""
    span = _span(one, quirks)
    if span is None:
        return Placed([None], failed=True)
    first, count = span
    duration = STILL_FRAMES if one.media.kind == "still" else timeline_frames(count, one.media.rate, timeline.rate)
    if duration < 1:
        return Placed([None], failed=True)
    video = one.kind != 2 and one.media.kind != "audio"
    audio = one.kind != 1 and one.media.audio_channels > 0
    if not video and not audio:
        return Placed([None], failed=True)
    start = timeline.end if one.record is None else one.record
    result = Placed([])
    link = new_id() if video and audio else ""
    for kind in [name for name, wanted in (("video", video), ("audio", audio)) if wanted]:
        half = ItemState(one.media.name, one.media, start, duration, first, count, audio=kind == "audio", link=link)
        _land(timeline, half, kind, one, quirks, result, second=kind == "audio" and video)
        if result.locked:
            break
    return result


def _land(
    timeline: TimelineState, item: ItemState, kind: str, one: Append, quirks: Quirks, result: Placed, *, second: bool
) -> None:
    returned = not second or quirks.append_returns_audio
    tracks = timeline.tracks[kind]
    if (kind == "audio" and one.track is None) or (second and len(tracks) < (one.track or 1)):
        track = _free_audio(timeline, item)
    else:
        index = one.track or 1
        track = tracks[index - 1] if 1 <= index <= len(tracks) else None
    if track is None:  # rule append.no-track
        result.failed = True
        result.items += [None] if returned else []
    elif track.locked:  # rule append.locked
        result.failed = True
        result.locked = not second
    elif item.start < timeline.start or not is_free(track, item.start, item.end):
        result.failed = True
        if returned and quirks.overlap_null_item:
            ghost = ItemState(item.name, item.media, item.start, item.duration, uid="")
            result.items.append(ghost)
    else:
        insert(track, item)
        result.items += [item] if returned else []


def _free_audio(timeline: TimelineState, item: ItemState) -> TrackState:
    """The next audio track with room, a new one if none has (rule append.audio-track)."""
    for track in timeline.tracks["audio"]:
        if not track.locked and is_free(track, item.start, item.end):
            return track
    return add_track(timeline, "audio")


def _span(one: Append, quirks: Quirks) -> tuple[int, int] | None:
    """(first source frame, how many), or None when Resolve appends nothing (rules append.exclusive-end,
    append.eof-strict, append.inclusive-end, append.marks)."""
    total = one.media.frames
    if one.start is None and one.end is None:
        first, last = one.media.marks.get("audio" if one.kind == 2 else "video", (0, total - 1))
        return (first, last - first + 1) if total > 0 else None
    start = one.start or 0
    end = total if one.end is None else one.end
    if one.media.kind == "still":
        return 0, 1
    if quirks.inclusive_end:
        end += one.end is not None
    elif quirks.eof_strict and one.end == total:
        return None
    if start < 0 or end > total or end <= start:
        return None
    return start, end - start


def append_cues(timeline: TimelineState, media: MediaState) -> Placed:
    """A subtitle file onto the first subtitle track, after what is there (rule subtitle.append)."""
    tracks = timeline.tracks["subtitle"]
    if not tracks:
        return Placed([None], failed=True)
    track = tracks[0]
    if track.locked:
        return Placed([], failed=True, locked=True)
    offset = max((item.end for item in track.items), default=timeline.start)
    placed: list[ItemState | None] = []
    for begin, end, text in media.cues:
        first, last = (math.floor(seconds * timeline.rate + Fraction(1, 2)) for seconds in (begin, end))
        item = ItemState(text, media, offset + first, max(1, last - first), kind="subtitle")
        insert(track, item)
        placed.append(item)
    return Placed(placed[:1])


def whole(value: Any) -> int | None:
    """A frame number that a script passed; None for what is no whole number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value):
        return None
    return int(value)
