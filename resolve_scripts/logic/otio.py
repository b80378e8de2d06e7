"""OpenTimelineIO as we and Resolve write it → EditTimeline, with the standard library alone.

What the file says under "rushes" goes before what the format itself says: exact rates, speeds, ids, marker colours.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from urllib.parse import unquote, urlsplit

from resolve_scripts.logic.paths import PICTURES
from rushes.contracts.codec import decode
from rushes.contracts.edit import (
    AI_KEYWORD,
    ID_KEYS,
    OTIO_COLORS,
    EditClip,
    EditMarker,
    EditMedia,
    EditSubtitle,
    EditTimeline,
    EditTrack,
    MediaKind,
    TrackKind,
)
from rushes.contracts.geometry import Size
from rushes.contracts.timecode import parse_rate
from rushes.errors import InputError, ProtocolError

__all__ = ["Cut", "read_otio"]

_SEQUENCE = re.compile(r"\[(\d+)-(\d+)\]")
_SOUNDS = {".wav", ".mp3", ".aac", ".flac", ".aif", ".aiff", ".m4a"}


@dataclass(frozen=True)
class Cut:
    """What was read."""

    timeline: EditTimeline
    notes: tuple[str, ...] = ()
    """What could not be."""


def read_otio(text: str, name: str = "The file", folder: str = "") -> Cut:
    """A cut from the text of an .otio.

    Args:
        name: of the file, for messages.
        folder: relative paths count from there.

    Raises:
        InputError: `cut.unreadable`.
    """
    try:
        found = json.loads(text)
        timeline = _timeline(found)
        if timeline is None:
            raise ValueError("there is no timeline in it")
        return _Reader(folder).read(timeline, name)
    except InputError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError, ProtocolError) as exc:
        raise InputError(
            f"{name} cannot be read as OpenTimelineIO: {exc}.",
            code="cut.unreadable",
            hint="Export it again: File > Export > Timeline, OTIO; or deliver it again.",
        ) from exc


def _schema(value: Mapping[str, Any]) -> str:
    return str(value.get("OTIO_SCHEMA", "")).partition(".")[0]


def _timeline(found: Any) -> Mapping[str, Any] | None:
    if not isinstance(found, dict):
        return None
    if _schema(found) == "Timeline":
        return found
    inside = (_timeline(child) for child in found.get("children", []) or [])
    return next((one for one in inside if one is not None), None)


def _ours(value: Mapping[str, Any] | None) -> dict[str, Any]:
    about = (value or {}).get("metadata") or {}
    ours = about.get("rushes") or {}
    return ours if isinstance(ours, dict) else {}


def _rate(value: object) -> Fraction:
    """From "24000/1001" or a float of it."""
    return parse_rate(value if isinstance(value, str) else float(str(value)))


def _exact(time: Mapping[str, Any], rate: Fraction) -> Fraction:
    """A RationalTime in frames of `rate`."""
    value = Fraction(time["value"]).limit_denominator(1_000_000)
    own = _rate(time["rate"])
    return value if own == rate else value * rate / own


@dataclass
class _Reader:
    folder: str
    rate: Fraction = Fraction(24)
    notes: list[str] = field(default_factory=list)

    def read(self, timeline: Mapping[str, Any], name: str) -> Cut:
        """The whole file."""
        about, start = _ours(timeline), timeline.get("global_start_time")
        stack = timeline["tracks"]
        self.rate = _rate(about.get("rate") or (start["rate"] if start else self._first_rate(stack)))
        first = round(_exact(start, self.rate)) if start else 0
        tracks = [self.track(one) for one in stack.get("children", []) if _schema(one) == "Track"]
        made = EditTimeline(
            name=str(timeline.get("name") or os.path.splitext(name)[0]),
            rate=self.rate,
            size=Size(int(about.get("width", 1920)), int(about.get("height", 1080))),
            start=first,
            drop=bool(about.get("drop")),
            tracks=tuple(sorted(tracks, key=lambda one: one.kind is TrackKind.AUDIO)),
            markers=tuple(self.timeline_marker(one, first) for one in stack.get("markers", []) or []),
            subtitles=tuple(decode(EditSubtitle, one) for one in about.get("subtitles", [])),
        )
        return Cut(made, tuple(dict.fromkeys(self.notes)))

    def _first_rate(self, stack: Mapping[str, Any]) -> object:
        for track in stack.get("children", []):
            for item in track.get("children", []):
                if item.get("source_range"):
                    return item["source_range"]["duration"]["rate"]
        raise ValueError("it names no frame rate")

    def track(self, track: Mapping[str, Any]) -> EditTrack:
        """Record frames are sums of exact lengths, so that rounding does not pile up."""
        kind = TrackKind.AUDIO if str(track.get("kind", "")).casefold() == "audio" else TrackKind.VIDEO
        name = str(_ours(track).get("name") or track.get("name") or kind.value.title())
        clips: list[EditClip] = []
        at = Fraction(0)
        for item in track.get("children", []):
            schema = _schema(item)
            if schema == "Transition":
                self.notes.append(f"A transition on {name} becomes a cut.")
                continue
            length = _exact(self._span(item)["duration"], self.rate)
            record, end = round(at), round(at + length)
            at += length
            if schema == "Clip" and end > record:
                clips.append(self.clip(item, record, end - record))
            elif schema not in ("Gap", "Clip"):
                self.notes.append(f"{item.get('name') or 'A nested timeline'} on {name} is left out: it is nested.")
        return EditTrack(kind, name, tuple(clips), track.get("enabled", True) is not False)

    def _span(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        span = item.get("source_range") or (self._reference(item) or {}).get("available_range")
        if not span:
            raise ValueError(f"{item.get('name') or 'a clip'} has no length")
        return span

    def _reference(self, clip: Mapping[str, Any]) -> Mapping[str, Any] | None:
        many = clip.get("media_references")
        if many:
            return many.get(clip.get("active_media_reference_key", "DEFAULT_MEDIA"))
        return clip.get("media_reference")

    def clip(self, clip: Mapping[str, Any], record: int, duration: int) -> EditClip:
        """One event."""
        media = self.media(self._reference(clip))
        rate = media.rate if media else self.rate
        start = self._span(clip)["start_time"]
        ours = _ours(clip)
        theirs = (clip.get("metadata") or {}).get("Resolve_OTIO") or {}
        told = theirs.get("Metadata") if isinstance(theirs, dict) else None
        return EditClip(
            name=str(clip.get("name") or (os.path.basename(media.path) if media else "Clip")),
            record=record,
            duration=duration,
            media=media,
            source=max(0, round(_exact(start, rate)) - (media.start if media else 0)),
            speed=self.speed(clip, ours),
            take=str(ours.get(ID_KEYS["take"], "")),
            shot=str(ours.get(ID_KEYS["shot"], "")),
            generated=ours.get("generated") == AI_KEYWORD,
            enabled=clip.get("enabled", True) is not False,
            markers=tuple(self.marker(one, start) for one in clip.get("markers", []) or []),
            metadata={str(key): str(text) for key, text in told.items()} if isinstance(told, dict) else {},
        )

    def speed(self, clip: Mapping[str, Any], ours: Mapping[str, Any]) -> Fraction:
        """Of real time."""
        found = Fraction(1)
        for effect in clip.get("effects", []) or []:
            if _schema(effect) in ("LinearTimeWarp", "FreezeFrame"):
                found *= Fraction(effect.get("time_scalar", 0.0)).limit_denominator(10_000)
            elif _schema(effect) == "TimeEffect":
                self.notes.append(f"{clip.get('name')} has a speed that changes; it is read as constant.")
        exact = Fraction(str(ours["speed"])) if "speed" in ours else found
        return exact if abs(exact - found) < Fraction(1, 1000) else found

    def media(self, reference: Mapping[str, Any] | None) -> EditMedia | None:
        """The file; None when the clip is offline."""
        if not reference or _schema(reference) not in ("ExternalReference", "ImageSequenceReference"):
            return None
        about = _ours(reference)
        available = reference.get("available_range")
        if _schema(reference) == "ImageSequenceReference":
            path = self._sequence(reference)
        else:
            path = self._path(str(reference.get("target_url") or ""))
        if not available or not path:
            return None
        rate = _rate(about.get("rate") or available["start_time"]["rate"])
        numbers = _SEQUENCE.search(path)
        start, frames = round(_exact(available["start_time"], rate)), round(_exact(available["duration"], rate))
        if numbers:
            path = path[: numbers.start()] + f"%0{len(numbers[1])}d" + path[numbers.end() :]
            start, frames = int(numbers[1]), int(numbers[2]) - int(numbers[1]) + 1
        return EditMedia(path, _kind(about.get("kind"), path), rate, start, frames, reel=str(about.get("reel", "")))

    def _path(self, url: str) -> str:
        """A path of this machine from a bare path or a file: URL."""
        parts = urlsplit(url)
        path = url
        if parts.scheme == "file":
            path = unquote(parts.path)
            if re.match(r"^/[A-Za-z]:/", path):
                path = path[1:]
            elif parts.netloc not in ("", "localhost"):
                path = f"//{parts.netloc}{path}"
        absolute = os.path.isabs(path) or re.match(r"^(?:[A-Za-z]:[\\/]|\\\\)", path)
        return path if absolute or not path else os.path.normpath(os.path.join(self.folder, path))

    def _sequence(self, reference: Mapping[str, Any]) -> str:
        base = self._path(str(reference.get("target_url_base") or ""))
        digits = int(reference.get("frame_zero_padding") or 1)
        name = f"{reference.get('name_prefix', '')}%0{digits}d{reference.get('name_suffix', '')}"
        return os.path.join(base, name)

    def _words(self, marker: Mapping[str, Any]) -> tuple[str, str, str, dict[str, str]]:
        ours = _ours(marker)
        theirs = (marker.get("metadata") or {}).get("Resolve_OTIO") or {}
        note = str(theirs.get("Note") or ours.get("note") or marker.get("comment") or "")
        color = str(ours.get("color") or OTIO_COLORS.get(str(marker.get("color") or "").upper(), "Blue"))
        data = ours.get("data") or {}
        return str(marker.get("name", "")), note, color, {str(k): str(v) for k, v in data.items()}

    def timeline_marker(self, marker: Mapping[str, Any], first: int) -> EditMarker:
        """Counted from the first frame by the standard; some programs count from the start timecode."""
        at = round(_exact(marker["marked_range"]["start_time"], self.rate))
        name, note, color, data = self._words(marker)
        length = max(1, round(_exact(marker["marked_range"]["duration"], self.rate)))
        return EditMarker(at - first if first and at >= first else at, name, note, color, length, data)

    def marker(self, marker: Mapping[str, Any], first: Mapping[str, Any]) -> EditMarker:
        """On a clip: from its first shown frame, in frames of the timeline."""
        span = marker["marked_range"]
        at = max(Fraction(0), _exact(span["start_time"], self.rate) - _exact(first, self.rate))
        name, note, color, data = self._words(marker)
        return EditMarker(round(at), name, note, color, max(1, round(_exact(span["duration"], self.rate))), data)


def _kind(told: object, path: str) -> MediaKind:
    if told in {kind.value for kind in MediaKind}:
        return MediaKind(str(told))
    suffix = os.path.splitext(path)[1].lower()
    if re.search(r"%0?\d*d", path):
        return MediaKind.SEQUENCE
    if suffix in _SOUNDS:
        return MediaKind.AUDIO
    return MediaKind.STILL if suffix in PICTURES else MediaKind.MOVIE
