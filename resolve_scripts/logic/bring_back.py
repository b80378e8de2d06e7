"""Where a clip that comes back goes: into the clip it came from, above it, or no further than its bin."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from resolve_scripts.logic.frames import frames_shown, source_frames
from resolve_scripts.logic.model import ItemState, TimelineState
from resolve_scripts.logic.pick import seen_ranges
from resolve_scripts.logic.send import OWN_PLACE
from resolve_scripts.logic.sent import Back, SentNote, Way
from rushes.contracts.clip import ClipResult, Treatment

__all__ = ["Return", "hides", "place_above", "plan_return"]


@dataclass(frozen=True)
class Return:
    """What to do with it."""

    back: Back | None
    """None: it stays in the bin."""
    source: int = 0
    """First frame of it that is shown."""
    frames: int = 0
    record: int = 0
    """Absolute timeline frame, for a track above."""
    track: int = 0
    """It goes above this one."""
    why: str = ""
    """For the editor, when it stays in the bin."""


def plan_return(note: SentNote, result: ClipResult, state: TimelineState | None) -> Return:
    """The place of a result on the timeline as it is now; `state` None: the timeline is gone."""
    if state is None:
        return Return(None, why=f"the timeline {note.timeline_name} is gone")
    item = state.item(note.item)
    if item is None:
        return Return(None, why="the clip is no longer on the timeline")
    track = next(one for one in state.of("video") if one.index == item.track)
    if note.back is Back.ABOVE or note.treatment in OWN_PLACE:
        return place_above(note, result, state, item)
    if track.locked:
        return Return(None, why=f"video track {track.index} is locked; unlock it and run Bring Back again")
    shift = _shift(note, item)
    if shift is None:
        return Return(None, why="the clip shows something else now")
    assert note.job is not None
    count = _count(note, item, result.rate, state.rate)
    source = result.head + shift
    if source < 0 or source + count > result.frames:
        return Return(None, why="the clip was trimmed beyond the handles it was sent with")
    return Return(Back.TAKE, source, count, item.start, item.track)


def place_above(note: SentNote, result: ClipResult, state: TimelineState, item: ItemState) -> Return:
    """On a track above the clip as it lies now, with the frames that were added before it before it."""
    if (item.source, item.duration) != (note.source, note.duration):
        return Return(None, why="the clip was trimmed or retimed since it was sent")
    if note.treatment is Treatment.EXTEND:
        before = max(0, min(_setting(note, "before", 0), result.head))
        source = result.head - before
        count = min(before + note.count + _setting(note, "after", 0), result.frames - source)
    elif note.treatment is Treatment.INTERPOLATE:
        before, source = 0, result.head
        tail = note.job.tail * _setting(note, "factor", 2) if note.job is not None else 0
        count = max(1, result.frames - source - tail)
    else:
        before, source, count = 0, result.head, min(note.count, result.frames - result.head)
    record = item.start - frames_shown(before, result.rate, state.rate)
    if record < state.start:
        missing = source_frames(state.start - record, result.rate, state.rate)
        source, count, record = source + missing, count - missing, state.start
    return Return(Back.ABOVE, source, count, record, item.track)


def hides(state: TimelineState, item: str, start: int, end: int) -> bool:
    """Whether something on top between two frames would hide more of the cut than one clip."""
    return any(top.id != item and first < end and last > start for first, last, top in seen_ranges(state))


def _shift(note: SentNote, item: ItemState) -> int | None:
    """Frames (of what was sent) that the clip begins later now; None when it shows other media."""
    if note.way is Way.SEEN or (item.source, item.duration) == (note.source, note.duration):
        return 0
    if item.media is None or item.media.id != note.media:
        # Another take of the selector: its frames are counted otherwise, but the cut may be as it was.
        return 0 if item.duration == note.duration and item.start == note.start else None
    assert note.job is not None
    exact = (item.source - note.source) * note.job.rate / note.media_rate
    return int(exact) if exact.denominator == 1 else None


def _count(note: SentNote, item: ItemState, rate: Fraction, timeline: Fraction) -> int:
    if item.duration == note.duration:
        return note.count
    return source_frames(item.duration, rate, timeline)


def _setting(note: SentNote, name: str, default: int) -> int:
    text = note.settings.get(name, "")
    return int(text) if text.isdecimal() else default
