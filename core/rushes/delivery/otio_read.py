"""OpenTimelineIO as Resolve, Premiere and we write it → SeenCut."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import opentimelineio as otio
from opentimelineio.exceptions import OTIOError

from rushes.contracts import CDL, ID_KEYS, EditMarker, Size, Timecode, TrackKind, decode, parse_rate
from rushes.contracts.edit import OTIO_COLORS
from rushes.delivery.otio_write import NAMESPACE
from rushes.delivery.seen import SeenClip, SeenCut, nested_note, path_from_url
from rushes.errors import InputError, ProtocolError

__all__ = ["read_otio"]


def read_otio(text: str, name: str = "") -> SeenCut:
    """A cut from the text of an .otio. InputError `cut.unreadable` when it is none, or its numbers are impossible."""
    try:
        found: Any = otio.adapters.read_from_string(text, "otio_json")
    except (OTIOError, ValueError, KeyError, TypeError) as exc:
        raise _bad(name, str(exc)) from exc
    try:
        return _cut(_timeline(found, name), name)
    except InputError as exc:
        raise exc if exc.code == "cut.unreadable" else _bad(name, exc.message.rstrip(".")) from exc
    except _Broken as exc:
        raise _bad(name, str(exc)) from exc
    except (OTIOError, ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as exc:
        raise _bad(name, "a number in it is missing or wrong") from exc


class _Broken(ValueError):
    """What is impossible in the cut, in words."""


def _cut(timeline: Any, name: str) -> SeenCut:
    start = timeline.global_start_time
    about = _plain(timeline.metadata.get(NAMESPACE))
    rate = _rate(about.get("rate")) or (parse_rate(float(start.rate)) if start else _track_rate(timeline))
    first = _whole(start, rate) if start else 0
    clips: list[SeenClip] = []
    notes: list[str] = []
    for kind, tracks in (
        (TrackKind.VIDEO, timeline.video_tracks()),
        (TrackKind.AUDIO, timeline.audio_tracks()),
    ):
        for number, track in enumerate(tracks, 1):
            clips += _Track(f"{kind.value.capitalize()} {number}", kind, rate, notes).clips(track)
    return SeenCut(
        name=str(timeline.name or name),
        rate=rate,
        start=first,
        drop=bool(about.get("drop")),
        clips=tuple(clips),
        size=Size(int(about["width"]), int(about["height"])) if {"width", "height"} <= set(about) else None,
        markers=tuple(_timeline_marker(m, rate, first) for m in timeline.tracks.markers),
        notes=tuple(dict.fromkeys(notes)),
    )


def _bad(name: str, why: str) -> InputError:
    return InputError(
        f"{name or 'The file'} cannot be read as OpenTimelineIO: {why.splitlines()[0] if why else 'it is empty'}.",
        code="cut.unreadable",
        hint="Export the timeline again: File, Export, Timeline, OTIO.",
    )


def _timeline(found: Any, name: str) -> Any:
    if isinstance(found, otio.schema.SerializableCollection):
        found = next((child for child in found if isinstance(child, otio.schema.Timeline)), found)
    if not isinstance(found, otio.schema.Timeline):
        raise _bad(name, "there is no timeline in it")
    return found


def _plain(value: Any) -> dict[str, Any]:
    return {str(k): v for k, v in value.items()} if hasattr(value, "items") else {}


def _rate(value: Any) -> Fraction | None:
    return parse_rate(str(value)) if value else None


def _track_rate(timeline: Any) -> Fraction:
    for clip in timeline.find_clips():
        if clip.source_range is not None:
            return parse_rate(float(clip.source_range.duration.rate))
    return Fraction(24)


def _exact(time: Any, rate: Fraction) -> Fraction:
    """A time in frames of `rate`, exactly."""
    value = Fraction(time.value).limit_denominator(1_000_000)
    own = parse_rate(float(time.rate))
    return value if own == rate else value * rate / own


def _whole(time: Any, rate: Fraction) -> int:
    return round(_exact(time, rate))


class _Track:
    """One track; record frames are sums of exact lengths, so that rounding does not pile up."""

    def __init__(self, name: str, kind: TrackKind, rate: Fraction, notes: list[str]) -> None:
        self.name, self.kind, self.rate, self.notes = name, kind, rate, notes

    def clips(self, track: Any) -> list[SeenClip]:
        """All clips of the track; transitions are told and left out."""
        found: list[SeenClip] = []
        at = Fraction(0)
        for item in track:
            if isinstance(item, otio.schema.Transition):
                self.notes.append(f"A transition on {self.name} is read as a cut.")
                continue
            length = self.length(item)
            record, end = round(at), round(at + length)
            at += length
            if isinstance(item, otio.schema.Clip):
                found.append(self.clip(item, record, end - record, bool(track.enabled)))
            elif not isinstance(item, otio.schema.Gap):
                self.notes.append(nested_note(str(item.name), self.name))
                found.append(SeenClip(item.name, self.name, self.kind, record, end - record, generator=True))
        return found

    def length(self, item: Any) -> Fraction:
        """In frames of the timeline. _Broken where the file does not say it."""
        try:
            length = _exact(item.trimmed_range().duration, self.rate)
        except OTIOError as exc:
            raise _Broken(f"{item.name or 'a clip'} on {self.name} has no length") from exc
        if length < 0:
            raise _Broken(f"{item.name or 'a clip'} on {self.name} has a length below zero")
        return length

    def clip(self, clip: Any, record: int, duration: int, shown: bool) -> SeenClip:
        """One event."""
        reference = clip.media_reference
        available = getattr(reference, "available_range", None)
        about = _plain(getattr(reference, "metadata", {}).get(NAMESPACE)) if reference else {}
        span = clip.trimmed_range()
        rate = _rate(about.get("rate")) or parse_rate(float((available or span).start_time.rate))
        start = _exact(available.start_time, rate) if available else Fraction(0)
        ours = _plain(clip.metadata.get(NAMESPACE))
        url = getattr(reference, "target_url", "") or ""
        speed = self.speed(clip, ours)
        source = _exact(span.start_time, rate) - start if available else None
        frames = _whole(available.duration, rate) if available else None
        if source is not None and frames is not None and speed < 0:
            source = _turned(source, frames, math.ceil((duration - 1) * -speed * rate / self.rate))
        return SeenClip(
            name=str(clip.name or getattr(reference, "name", "") or ""),
            track=self.name,
            kind=self.kind,
            record=record,
            duration=duration,
            source=source,
            timecode=None if available else Timecode(max(0, _whole(span.start_time, rate)), rate),
            rate=rate,
            speed=speed,
            enabled=bool(clip.enabled) and shown,
            path=path_from_url(str(url)),
            reel=str(about.get("reel", "")),
            ids=_texts(ours),
            media_start=round(start) if available else None,
            media_frames=frames,
            markers=tuple(_marker(m, self.rate, span.start_time) for m in clip.markers),
            generator=isinstance(reference, otio.schema.GeneratorReference),
        )

    def speed(self, clip: Any, ours: dict[str, Any]) -> Fraction:
        """Of real time; a freeze frame is 0."""
        found = Fraction(1)
        for effect in clip.effects:
            if isinstance(effect, otio.schema.LinearTimeWarp):
                found *= Fraction(effect.time_scalar).limit_denominator(10_000)
            elif isinstance(effect, otio.schema.TimeEffect):
                self.notes.append(f"{clip.name} has a speed that changes; it is read as constant.")
        exact = Fraction(str(ours["speed"])) if "speed" in ours else found
        return exact if abs(exact - found) < Fraction(1, 1000) else found


def _turned(source: Fraction, frames: int, passed: int) -> Fraction:
    """First shown frame of what plays backwards. We write it as the start of the range; programs that reverse a range
    in its place keep the range's first frame there, which shows by its leaving no media to play."""
    return source + passed if source < passed and source + passed < frames else source


def _texts(ours: dict[str, Any]) -> dict[str, str]:
    found = {k: str(v) for k, v in ours.items() if isinstance(v, str)}
    if "cdl" in ours:
        try:
            found["cdl"] = _cdl_text(ours["cdl"])
        except ProtocolError:
            found.pop("cdl", None)
    return found


def _cdl_text(value: Any) -> str:
    from rushes.contracts import canonical_json

    plain = {k: (float(v) if k == "saturation" else [float(x) for x in v]) for k, v in _plain(value).items()}
    return canonical_json(decode(CDL, plain))


def _marker_parts(marker: Any) -> tuple[str, str, str, dict[str, str]]:
    ours = _plain(marker.metadata.get(NAMESPACE))
    theirs = _plain(marker.metadata.get("Resolve_OTIO"))
    note = str(theirs.get("Note") or ours.get("note") or getattr(marker, "comment", "") or "")
    color = str(ours.get("color") or OTIO_COLORS.get(str(marker.color or "").upper(), "Blue"))
    data = {k: str(v) for k, v in _plain(ours.get("data")).items() if k in ID_KEYS.values()}
    return str(marker.name), note, color, data


def _timeline_marker(marker: Any, rate: Fraction, start: int) -> EditMarker:
    """Counted from the first frame by the standard; some programs count from the start timecode."""
    at = _whole(marker.marked_range.start_time, rate)
    name, note, color, data = _marker_parts(marker)
    length = max(1, _whole(marker.marked_range.duration, rate))
    return EditMarker(at - start if start and at >= start else at, name, note, color, length, data)


def _marker(marker: Any, rate: Fraction, first: Any) -> EditMarker:
    name, note, color, data = _marker_parts(marker)
    span = marker.marked_range
    at = _exact(span.start_time, rate) - _exact(first, rate)
    return EditMarker(max(0, round(at)), name, note, color, max(1, _whole(span.duration, rate)), data)
