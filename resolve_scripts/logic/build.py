"""A cut as steps in Resolve: rate, tracks, pieces of media, markers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from resolve_scripts.logic.frames import source_frames
from resolve_scripts.logic.paths import shown_path
from resolve_scripts.logic.placing import fit
from rushes.contracts.codec import canonical_json
from rushes.contracts.edit import (
    ID_KEYS,
    EditClip,
    EditMarker,
    EditMedia,
    EditTimeline,
    EditTrack,
    MediaKind,
    TrackKind,
)
from rushes.contracts.timing import rate_text
from rushes.errors import InputError

__all__ = [
    "BuildPlan",
    "Step",
    "custom_data",
    "cut_digest",
    "media_of",
    "percent",
    "plan_build",
    "rendered",
    "wrong_rate",
]

Kind = Literal["video", "audio"]


@dataclass(frozen=True)
class Step:
    """A clip to be placed."""

    kind: Kind
    track: int
    """From 1."""
    clip: EditClip
    media: EditMedia
    frames: int
    """Source frames."""
    shown: int
    """Timeline frames it will fill."""


@dataclass(frozen=True)
class BuildPlan:
    """What is made, in this order."""

    video: tuple[str, ...]
    """Names of tracks, from the first; never empty."""
    audio: tuple[str, ...]
    hidden: tuple[tuple[Kind, int], ...]
    """Tracks that are switched off at the end."""
    steps: tuple[Step, ...]
    notes: tuple[str, ...]


def rendered(timeline: EditTimeline, find: Callable[[EditClip], EditMedia | None]) -> EditTimeline:
    """The cut with rendered media in place of retimed clips, where `find` has some."""

    def plain(clip: EditClip) -> EditClip:
        media = find(clip) if clip.speed != 1 and clip.media is not None else None
        return clip if media is None else replace(clip, media=media, source=0, speed=Fraction(1))

    def track(given: EditTrack) -> EditTrack:
        return replace(given, clips=tuple(plain(clip) for clip in given.clips))

    return replace(timeline, tracks=tuple(track(one) for one in timeline.tracks))


def media_of(timeline: EditTimeline) -> dict[str, tuple[EditMedia, EditClip]]:
    """Each file of the cut once, with the first clip that shows it; by its path in Resolve."""
    found: dict[str, tuple[EditMedia, EditClip]] = {}
    for track in timeline.tracks:
        for clip in track.clips:
            if clip.media is not None:
                found.setdefault(shown_path(clip.media), (clip.media, clip))
    return found


def plan_build(timeline: EditTimeline, available: Callable[[EditMedia], tuple[Fraction, int] | None]) -> BuildPlan:
    """Tracks and clips; what cannot be shown is left out and told.

    Args:
        available: (rate, frames) of a file as Resolve sees it; frames 0 where it does not say; None when it is missing.

    Raises:
        InputError: `resolve.media_missing` when no clip can be shown.
    """
    notes: list[str] = []
    steps: list[Step] = []
    names: dict[Kind, list[str]] = {"video": [], "audio": []}
    hidden: list[tuple[Kind, int]] = []
    for track in timeline.tracks:
        kind: Kind = "video" if track.kind is TrackKind.VIDEO else "audio"
        names[kind].append(track.name)
        if not track.enabled:
            hidden.append((kind, len(names[kind])))
        for clip in track.clips:
            step = _step(timeline, kind, len(names[kind]), clip, available, notes)
            steps += [step] if step is not None else []
    if not steps and any(track.clips for track in timeline.tracks):
        raise InputError(
            f"None of the media of {timeline.name} is here.",
            code="resolve.media_missing",
            hint=" ".join(notes[:3]) or "Bring the files back, or deliver the cut again.",
        )
    return BuildPlan(
        tuple(names["video"]) or ("Video 1",), tuple(names["audio"]), tuple(hidden), tuple(steps), tuple(notes)
    )


def _step(
    timeline: EditTimeline,
    kind: Kind,
    track: int,
    clip: EditClip,
    available: Callable[[EditMedia], tuple[Fraction, int] | None],
    notes: list[str],
) -> Step | None:
    facts = available(clip.media) if clip.media is not None else None
    if clip.media is None or facts is None:
        where = f": {shown_path(clip.media)} is not there" if clip.media is not None else ", it has no media"
        notes.append(f"{clip.name} is left out{where}.")
        return None
    if clip.media.kind is MediaKind.STILL:
        notes.append(f"{clip.name} is left out: Resolve gives stills its own length. Deliver it as a movie.")
        return None
    rate, total = facts
    # Sound counts in the timeline's frames once it is in Resolve.
    source = int(clip.source * rate / clip.media.rate) if kind == "audio" else clip.source
    if clip.speed < 0:  # it is shown forwards, so that it ends where it would have begun
        source = max(0, source + 1 - source_frames(clip.duration, rate, timeline.rate))
    fitted = fit(clip.duration, max(0, (total or clip.media.frames) - source), rate, timeline.rate)
    if fitted.shown < 1:
        notes.append(f"{clip.name} is left out: its media ends before it begins.")
        return None
    if fitted.short:
        notes.append(f"{clip.name} is {fitted.short} frames shorter than in the cut.")
    return Step(kind, track, replace(clip, source=source), clip.media, fitted.frames, fitted.shown)


def percent(speed: Fraction) -> str:
    """ "50 %"."""
    return f"{float(speed) * 100:.2f}".rstrip("0").rstrip(".") + " %"


def custom_data(marker: EditMarker) -> str:
    """What goes with a marker of ours; empty when it says nothing."""
    short = {key: name for name, key in ID_KEYS.items()}
    data = {short.get(key, key): text for key, text in marker.data.items()}
    return json.dumps({"rushes": data}, ensure_ascii=False, sort_keys=True) if data else ""


def cut_digest(timeline: EditTimeline) -> str:
    """Names a cut: the same file gives the same."""
    return hashlib.sha256(canonical_json(timeline).encode("utf-8")).hexdigest()[:32]


def wrong_rate(timeline: EditTimeline, project: Fraction) -> InputError:
    """The error for a cut of another rate than the project's, which can no longer be changed."""
    return InputError(
        f"The cut {timeline.name} runs at {rate_text(timeline.rate)}, this project at {rate_text(project)}; a project "
        "with media or timelines in it keeps its rate.",
        code="resolve.rate",
        hint=f"Deliver the selects at {rate_text(project)} (rushes deliver resolve --fps), or open a new project.",
    )
