"""Where clips may go, and how many source frames fill a length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from resolve_scripts.logic.frames import frames_shown, source_frames
from resolve_scripts.logic.model import ItemState, TimelineState, TrackState

__all__ = ["Fit", "fit", "free_index", "free_name", "is_ours", "with_clip"]


@dataclass(frozen=True)
class Fit:
    """A piece of a clip that fills a length on the timeline."""

    frames: int
    """Source frames."""
    shown: int
    """Timeline frames that Resolve makes of them, rounded down."""
    short: int
    """Timeline frames that are missing; never less than 0."""


def fit(length: int, available: int, media: Fraction, timeline: Fraction) -> Fit:
    """The fewest source frames that fill `length` timeline frames, never more than fit; at most `available`.

    Where the rates differ not every length can be had: at 60 a clip of 24 comes in steps of two and three frames. Then
    the clip ends before the length does, so that it never reaches over what follows.
    """
    wanted = source_frames(length, media, timeline)
    if frames_shown(wanted, media, timeline) > length:
        wanted -= 1
    frames = max(0, min(wanted, available))
    shown = frames_shown(frames, media, timeline)
    return Fit(frames, shown, max(0, length - shown))


def is_ours(name: str, ours: str) -> bool:
    """Whether a track's name is "Rushes", "Rushes 2" ..."""
    head, _, number = name.partition(f"{ours} ")
    return name == ours or (not head and number.isdigit())


def free_index(
    state: TimelineState, spans: Sequence[tuple[int, int]], name: str, kind: str = "video", above: int = 0
) -> int | None:
    """Index from 1 of a track of ours that is shown, unlocked, above track `above`, and free between all these frames.

    None when there is none.
    """
    for track in state.of(kind):
        usable = is_ours(track.name, name) and track.enabled and not track.locked and track.index > above
        if usable and all(track.free(start, end) for start, end in spans):
            return track.index
    return None


def free_name(taken: Iterable[str], name: str) -> str:
    """`name`, or "name 2", "name 3" ... when it is taken, in whatever case."""
    known = {one.casefold() for one in taken}
    if name.casefold() not in known:
        return name
    number = 2
    while f"{name} {number}".casefold() in known:
        number += 1
    return f"{name} {number}"


def with_clip(state: TimelineState, index: int, start: int, end: int, name: str, kind: str = "video") -> TimelineState:
    """The state with a clip put on a track, which is new when it is one more than there were."""
    item = ItemState("", name, kind, index, start, end)
    tracks = list(state.tracks)
    for place, track in enumerate(tracks):
        if (track.kind, track.index) == (kind, index):
            tracks[place] = replace(track, items=(*track.items, item))
            break
    else:
        tracks.append(TrackState(kind, index, name, locked=False, enabled=True, items=(item,)))
    return replace(state, tracks=tuple(tracks))
