"""What an editor made of our takes: which were used, how they were trimmed and retimed, what is not ours."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from rushes.contracts import AI_KEYWORD, Timecode, TrackKind
from rushes.delivery.match import Match, Matcher
from rushes.delivery.seen import SeenClip, SeenCut

__all__ = ["ConformReport", "ConformRow", "Exists", "beyond", "conform", "generated_share", "shown_range"]

Exists = Callable[[str], bool]


@dataclass(frozen=True)
class ConformRow:
    """One clip of the cut."""

    track: str
    timecode: str
    """Record in."""
    record: int
    duration: int
    name: str
    take: str = ""
    """Id; empty when the clip is not one of our takes."""
    shot: str = ""
    take_name: str = ""
    matched: str = ""
    """By "id", "file", "reel" or "name"."""
    first: int | None = None
    """First and last shown source frame, from the media's first; None where it cannot be told."""
    last: int | None = None
    head: int | None = None
    """Frames left before and after: handles."""
    tail: int | None = None
    speed: Fraction = Fraction(1)
    generated: bool = False
    enabled: bool = True
    problems: tuple[str, ...] = ()
    """ "unknown", "missing", "short", "trashed", "conflict"."""
    words: tuple[str, ...] = ()
    """The same for people."""


@dataclass(frozen=True)
class ConformReport:
    """A whole cut."""

    name: str
    rate: Fraction
    start: str
    """Timecode."""
    duration: int
    rows: tuple[ConformRow, ...]
    used: tuple[str, ...]
    """Takes that can be seen, in order of appearance."""
    unused: tuple[str, ...]
    """Kept takes that are nowhere in the cut."""
    generated_frames: int
    picture_frames: int
    changes: tuple[str, ...] = ()
    """Against another cut, in words."""
    notes: tuple[str, ...] = field(default=())

    @property
    def share(self) -> float:
        """Part of the picture that is generated, 0 to 1."""
        return self.generated_frames / self.picture_frames if self.picture_frames else 0.0


def conform(cut: SeenCut, matcher: Matcher, exists: Exists) -> ConformReport:
    """Match a cut with the takes of a production; `exists` says whether a file is on this machine."""
    rows = tuple(_row(cut, clip, matcher, exists) for clip in cut.clips)
    used = tuple(dict.fromkeys(r.take for r in rows if r.take and r.enabled and "trashed" not in r.problems))
    unused = tuple(t.take for t in matcher.takes.values() if t.rating == "kept" and not t.gone and t.take not in used)
    generated, picture = generated_share(cut, rows)
    return ConformReport(
        name=cut.name,
        rate=cut.rate,
        start=str(Timecode(cut.start, cut.rate, cut.drop)),
        duration=max((c.record + c.duration for c in cut.clips), default=0),
        rows=rows,
        used=used,
        unused=unused,
        generated_frames=generated,
        picture_frames=picture,
        notes=cut.notes,
    )


def _row(cut: SeenCut, clip: SeenClip, matcher: Matcher, exists: Exists) -> ConformRow:
    match = matcher.find(clip)
    known = match.known if match else None
    first, last = shown_range(clip, match, cut.rate)
    frames = known.frames if known else clip.media_frames
    problems, words = _problems(clip, match, exists, first, last, frames)
    several = [t.name for t in matcher.by_short(clip)] if match is None else []
    if several:
        words = (f"its reel is cut to 8 letters and may mean {' or '.join(several)}", *words[1:])
    inside = first is not None and last is not None and frames is not None
    return ConformRow(
        track=clip.track,
        timecode=str(Timecode(cut.start + clip.record, cut.rate, cut.drop)),
        record=clip.record,
        duration=clip.duration,
        name=clip.name,
        take=known.take if known else "",
        shot=known.shot if known else "",
        take_name=known.name if known else "",
        matched=match.how if match else "",
        first=first,
        last=last,
        head=max(0, min(first, last)) if inside and first is not None and last is not None else None,
        tail=max(0, (frames or 0) - 1 - max(first or 0, last or 0)) if inside else None,
        speed=clip.speed,
        generated=known.generated if known else AI_KEYWORD in clip.ids.get("Keywords", ""),
        enabled=clip.enabled,
        problems=problems,
        words=words,
    )


def shown_range(clip: SeenClip, match: Match | None, rate: Fraction) -> tuple[int | None, int | None]:
    """First and last source frame at the media's own rate, from its first frame."""
    own = match.known.rate if match else clip.rate
    if own is None:
        return None, None
    first = _first(clip, match, own)
    if first is None:
        return None, None
    step = clip.speed * own / rate
    return first, first + math.floor(max(0, clip.duration - 1) * step)


def _first(clip: SeenClip, match: Match | None, own: Fraction) -> int | None:
    if clip.source is not None:
        source = math.floor(clip.source * own / (clip.rate or own))
        known = match.known if match else None
        if known and source >= known.frames and 0 <= source - known.start < known.frames:
            return source - known.start  # on the media's clock, though the file says that it starts at zero
        return source
    if clip.timecode is None or match is None:
        return None
    scale = Fraction(max(1, round(own)), clip.timecode.nominal)
    return round(clip.timecode.frame * scale) - match.known.start


def _problems(
    clip: SeenClip, match: Match | None, exists: Exists, first: int | None, last: int | None, frames: int | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found: list[tuple[str, str]] = []
    if match is None and not clip.generator:
        found.append(("unknown", "not from this production"))
        if clip.path and not exists(clip.path):
            found.append(("missing", f"its file is not on this machine: {clip.path}"))
    if match is not None:
        if match.known.gone:
            found.append(("trashed", "the take is in the trash"))
        elif match.known.paths and not any(exists(p) for p in match.known.paths):
            found.append(("missing", "the take's clip is gone"))
        if match.conflict:
            found.append(("conflict", match.conflict))
    over = beyond(first, last, frames)
    if over:
        found.append(("short", f"{over} frames beyond its media"))
    return tuple(p for p, _ in found), tuple(w for _, w in found)


def beyond(first: int | None, last: int | None, frames: int | None) -> int:
    """Source frames that are asked for and that the media do not have; 0 where it cannot be told."""
    if first is None or last is None or frames is None:
        return 0
    return max(0, -min(first, last)) + max(0, max(first, last) - frames + 1)


def generated_share(cut: SeenCut, rows: Iterable[ConformRow]) -> tuple[int, int]:
    """(frames whose topmost picture is generated, frames with a picture)."""
    seen = [(c, r) for c, r in zip(cut.clips, rows) if c.kind is TrackKind.VIDEO and c.enabled and c.duration > 0]
    edges = sorted({e for c, _ in seen for e in (c.record, c.record + c.duration)})
    generated = picture = 0
    for start, end in pairwise(edges):
        shown = [(c, r) for c, r in seen if c.record <= start and c.record + c.duration >= end]
        if shown:
            top = max(shown, key=lambda pair: _number(pair[0].track))
            picture += end - start
            generated += (end - start) * top[1].generated
    return generated, picture


def _number(track: str) -> int:
    digits = "".join(ch for ch in track if ch.isdigit())
    return int(digits or 0)
