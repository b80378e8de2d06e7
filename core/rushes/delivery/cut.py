"""A cut out of selects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction

from rushes.contracts import (
    AI_KEYWORD,
    ID_KEYS,
    EditClip,
    EditMarker,
    EditorialMedia,
    EditTimeline,
    EditTrack,
    Size,
    TrackKind,
)

__all__ = ["Arrangement", "Frame", "cut_selects", "marker_of", "select_clip"]


class Arrangement(str, Enum):
    """Where selects stand."""

    JOINED = "joined"
    """One after the other."""
    SCENE = "scene"
    """At their frames in the .blend; what overlaps goes on tracks above."""


@dataclass(frozen=True)
class Frame:
    """What a timeline is, without clips."""

    name: str
    rate: Fraction
    size: Size
    start: int = 0
    drop: bool = False


def cut_selects(
    selects: Sequence[EditorialMedia], frame: Frame, arrangement: Arrangement = Arrangement.JOINED
) -> EditTimeline:
    """One take a shot, in order of their scene frames, then of their names."""
    ordered = sorted(selects, key=lambda s: (s.media.start / s.media.rate, s.shot, s.name))
    tracks: list[list[EditClip]] = [[]]
    first = min((s.media.start / s.media.rate for s in ordered), default=Fraction(0))
    at = 0
    for select in ordered:
        clip = select_clip(select, frame.rate)
        if arrangement is Arrangement.SCENE:
            at = round((select.media.start / select.media.rate - first) * frame.rate)
            clip = replace(clip, record=at)
            free = next((t for t in tracks if not t or t[-1].end <= at), None)
            if free is None:
                tracks.append(free := [])
            free.append(clip)
        else:
            tracks[0].append(replace(clip, record=at))
            at += clip.duration
    made = tuple(EditTrack(TrackKind.VIDEO, f"Video {n}", tuple(clips)) for n, clips in enumerate(tracks, 1))
    return EditTimeline(frame.name, frame.rate, frame.size, frame.start, frame.drop, made)


def select_clip(select: EditorialMedia, rate: Fraction) -> EditClip:
    """The whole take as a clip at record frame 0."""
    generated = AI_KEYWORD in select.metadata.get("Keywords", "")
    duration = max(1, int(select.media.frames * rate / select.media.rate))
    return EditClip(
        name=select.name,
        record=0,
        duration=duration,
        media=select.media,
        take=select.take,
        shot=select.shot,
        generated=generated,
        rating=select.rating,
        markers=(marker_of(select),) if generated else (),
        metadata={**select.metadata, ID_KEYS["recipe"]: select.recipe_hash},
    )


def marker_of(select: EditorialMedia) -> EditMarker:
    """The mark of generated origin, with what an editor wants to know of the take."""
    words = [f"{select.shot}, take {select.number}", select.metadata.get("Description", ""), select.notes]
    data = {ID_KEYS["take"]: select.take, ID_KEYS["shot"]: select.shot}
    return EditMarker(0, AI_KEYWORD, " · ".join(w for w in words if w), "Lavender", data=data)
