"""Where takes go: placeholders on the timeline, and the piece of a take that fills one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from resolve_scripts.logic.frames import frames_shown
from resolve_scripts.logic.model import ItemState, TimelineState
from resolve_scripts.logic.placing import fit
from rushes.contracts.edit import ID_KEYS
from rushes.errors import InputError

__all__ = [
    "Piece",
    "Placeholder",
    "Spot",
    "our_data",
    "piece",
    "placed_already",
    "placeholder_at",
    "placeholders",
    "shot_of",
]


@dataclass(frozen=True)
class Placeholder:
    """Where a shot belongs: a marker, or a clip, title or solid that is called like it."""

    shot: str
    start: int
    """Absolute timeline frame."""
    end: int | None
    """Exclusive; None: a marker on a single frame, the take is as long as it is."""
    track: int = 0
    """Its track; 0: a marker."""
    frame: int | None = None
    """Scene frame that belongs to `start`; None: the first of the take."""

    def covers(self, frame: int) -> bool:
        """Whether a timeline frame lies on it."""
        return self.start <= frame < (self.start + 1 if self.end is None else self.end)


@dataclass(frozen=True)
class Spot:
    """A take and where it shall lie."""

    take: str
    shot: str
    record: int
    """Absolute timeline frame."""
    length: int | None = None
    """Timeline frames; None: the whole take."""
    frame: int | None = None
    """Scene frame at `record`; None: the first of the take."""
    above: int = 0
    """Higher than this track."""


@dataclass(frozen=True)
class Piece:
    """The part of a take that fills a spot."""

    record: int
    source: int
    """First source frame."""
    frames: int
    """Source frames."""
    end: int
    """Absolute timeline frame after its last."""
    short: int
    """Timeline frames of the spot that it leaves open at the end; of a whole take, those that are cut off."""
    by_rate: bool
    """It is short because the rates differ; else because the take is."""


def our_data(custom: str) -> dict[str, Any]:
    """What is ours in a marker's customData; empty for others' data."""
    try:
        told = json.loads(custom) if custom.lstrip().startswith("{") else {}
    except ValueError:
        return {}
    ours = told.get("rushes") if isinstance(told, dict) else None
    if isinstance(ours, dict):
        return {str(key): value for key, value in ours.items()}
    short = {key: name for name, key in ID_KEYS.items()}
    return {short[key]: value for key, value in told.items() if key in short} if isinstance(told, dict) else {}


def placeholders(state: TimelineState, shots: Iterable[str]) -> tuple[Placeholder, ...]:
    """All placeholders of these shots, by start.

    A marker with a length goes before a clip, a clip before a marker on a single frame. Neighbouring clips of one shot
    (its panels) are one placeholder.
    """
    known = {name.casefold(): name for name in shots}
    marked = _markers(state, known)
    clips = _clips(state, known)
    long = [one for one in marked if one.end is not None]
    found = list(long)
    for clip in clips:
        if not any(one.shot == clip.shot and _overlap(one, clip) for one in long):
            found.append(clip)
    for one in marked:
        if one.end is None and not any(other.shot == one.shot for other in found):
            found.append(one)
    return tuple(sorted(found, key=lambda one: (one.start, one.shot)))


def _overlap(one: Placeholder, other: Placeholder) -> bool:
    return one.start < (other.end or other.start + 1) and other.start < (one.end or one.start + 1)


def _markers(state: TimelineState, known: dict[str, str]) -> list[Placeholder]:
    found: list[Placeholder] = []
    for marker in state.markers:
        data = our_data(marker.data)
        if "take" in data or "note" in data:
            continue  # a note on a take, or the label of one
        shot = known.get(str(data.get("shot", marker.name)).strip().casefold())
        if shot is not None:
            start = state.start + marker.frame
            end = start + marker.duration if marker.duration > 1 else None
            found.append(Placeholder(shot, start, end, frame=_number(data.get("frame"))))
    return found


def _number(value: object) -> int | None:
    text = str(value)
    return int(text) if text.lstrip("-").isdigit() else None


def _clips(state: TimelineState, known: dict[str, str]) -> list[Placeholder]:
    found: list[Placeholder] = []
    for track in state.of("video"):
        for item in track.items:
            if item.media is not None and item.media.ids.get("take"):
                continue  # a take that lies there holds no place for another
            shot = shot_of(item, known.values())
            if shot is None:
                continue
            before = found[-1] if found else None
            if before and (before.shot, before.end, before.track) == (shot, item.start, track.index):
                found[-1] = replace(before, end=item.end)
            else:
                found.append(Placeholder(shot, item.start, item.end, track.index))
    return found


def shot_of(item: ItemState, shots: Iterable[str]) -> str | None:
    """The shot that a clip, title or solid belongs to: by id, else by its name or that of its media."""
    known = {name.casefold(): name for name in shots}
    ids = item.media.ids if item.media is not None else {}
    if ids.get("shot", "").casefold() in known:
        return known[ids["shot"].casefold()]
    names = [item.name, *([item.media.name] if item.media is not None else [])]
    for name in names:
        folded = name.strip().casefold()
        fits = [key for key in known if re.match(rf"{re.escape(key)}(?![^\W_])", folded)]
        if fits:
            return known[max(fits, key=len)]
    return None


def placeholder_at(found: Sequence[Placeholder], frame: int) -> Placeholder | None:
    """The one at a timeline frame; the shortest where several are."""
    here = [one for one in found if one.covers(frame)]
    return min(here, key=lambda one: (one.end or one.start + 1) - one.start, default=None)


def piece(spot: Spot, frames: int, first: int | None, media: Fraction, timeline: Fraction) -> Piece:
    """The part of a take that fills a spot.

    Args:
        frames: of the take.
        first: scene frame of its first; None when it is not known.
        media, timeline: rates.

    Raises:
        InputError: `resolve.range` when the take shows nothing of what belongs there.
    """
    offset = spot.frame - first if spot.frame is not None and first is not None else 0
    # A take that begins later than the placeholder leaves its head open.
    late = frames_shown(max(0, -offset), media, timeline)
    source, record = max(0, offset), spot.record + late
    available = frames - source
    length = None if spot.length is None else spot.length - late
    if available < 1 or (length is not None and length < 1):
        raise InputError(
            f"The take of {spot.shot} has none of the frames that belong to its placeholder.",
            code="resolve.range",
            hint="Shoot it with the range of the placeholder.",
        )
    if length is None:
        shown = frames_shown(available, media, timeline)
        # Resolve rounds down: of 24 frames at 24 a timeline at 23.976 shows 23.
        cut = int(available * timeline / media - shown >= Fraction(1, 2))
        return Piece(record, source, available, record + shown, cut, bool(cut))
    fitted = fit(length, available, media, timeline)
    return Piece(record, source, fitted.frames, record + fitted.shown, fitted.short, fitted.frames < available)


def placed_already(state: TimelineState, take: str, record: int) -> ItemState | None:
    """A clip that shows the take and begins there."""
    for item in state.items():
        if item.start == record and item.media is not None and item.media.ids.get("take") == take:
            return item
    return None
