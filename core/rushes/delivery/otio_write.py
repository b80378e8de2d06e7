"""OpenTimelineIO as DaVinci Resolve takes it.

Resolve reads a file only in the shape it writes itself: Clip.2 with a map of media references and the key of the active
one, a bare path as target_url, available_range at the media's own timecode, source_range counted from the same clock, a
global_start_time, tracks called "Video 1". A speed is a LinearTimeWarp, and source_range.duration is then the length on
the timeline (field reports on Resolve 19 to 21).
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from rushes.contracts import (
    AI_KEYWORD,
    ID_KEYS,
    EditClip,
    EditMarker,
    EditMedia,
    EditTimeline,
    EditTrack,
    MediaKind,
    TrackKind,
)
from rushes.contracts import encode as to_plain
from rushes.delivery.seen import base_name

__all__ = ["NAMESPACE", "otio_text", "sequence_name", "to_otio"]

NAMESPACE = "rushes"
"""Key of our metadata."""
_REFERENCE = "DEFAULT_MEDIA"
_COLORS = {
    "Red": "RED",
    "Pink": "PINK",
    "Rose": "PINK",
    "Sand": "ORANGE",
    "Cocoa": "ORANGE",
    "Yellow": "YELLOW",
    "Lemon": "YELLOW",
    "Green": "GREEN",
    "Mint": "GREEN",
    "Cyan": "CYAN",
    "Sky": "CYAN",
    "Blue": "BLUE",
    "Purple": "PURPLE",
    "Lavender": "PURPLE",
    "Fuchsia": "MAGENTA",
    "Cream": "WHITE",
}
"""OTIO knows fewer; Resolve's own name goes into the metadata."""


def otio_text(timeline: EditTimeline) -> str:
    """The file's text, JSON."""
    return str(to_otio(timeline).to_json_string(indent=2))


def to_otio(timeline: EditTimeline) -> Any:
    """An `otio.schema.Timeline`; nothing is shared with `timeline`."""
    about = {NAMESPACE: _about(timeline), "Resolve_OTIO": {"Resolve OTIO Meta Version": "1.0"}}
    made: Any = otio.schema.Timeline(name=timeline.name, metadata=about)
    made.global_start_time = _time(timeline.start, timeline.rate)
    made.tracks.name = timeline.name
    made.tracks.markers.extend(_marker(m, 0, timeline.rate) for m in timeline.markers)
    count = dict.fromkeys(TrackKind, 0)
    for track in timeline.tracks:
        count[track.kind] += 1
        kind = otio.schema.TrackKind.Video if track.kind is TrackKind.VIDEO else otio.schema.TrackKind.Audio
        name = f"{track.kind.value.capitalize()} {count[track.kind]}"
        made_track = otio.schema.Track(name=name, kind=kind, metadata=_track_about(track))
        made_track.enabled = track.enabled
        at = 0
        for clip in track.clips:
            if clip.record > at:
                made_track.append(_gap(clip.record - at, timeline.rate))
            made_track.append(_clip(clip, timeline.rate))
            at = clip.end
        made.tracks.append(made_track)
    return made


def _track_about(track: EditTrack) -> dict[str, Any]:
    found: dict[str, Any] = {"Locked": False}
    if track.kind is TrackKind.AUDIO:
        found["Audio Type"] = "Stereo"
    return {NAMESPACE: {"name": track.name}, "Resolve_OTIO": found}


def _about(timeline: EditTimeline) -> dict[str, Any]:
    return {
        "drop": timeline.drop,
        "rate": to_plain(timeline.rate),
        "width": timeline.size.width,
        "height": timeline.size.height,
        "subtitles": [to_plain(s) for s in timeline.subtitles],
    }


def _time(frames: int | Fraction, rate: Fraction) -> Any:
    return otio.opentime.RationalTime(float(frames), float(rate))


def _range(start: int, frames: int | Fraction, rate: Fraction) -> Any:
    return otio.opentime.TimeRange(_time(start, rate), _time(frames, rate))


def _gap(frames: int, rate: Fraction) -> Any:
    return otio.schema.Gap(source_range=_range(0, frames, rate))


def _clip(clip: EditClip, rate: Fraction) -> Any:
    media_rate = clip.media.rate if clip.media else rate
    start = (clip.media.start if clip.media else 0) + clip.source
    # The start on the media's clock, the length on the timeline's: whole numbers both, and right for readers that go
    # by seconds as well as for those that look at the numbers alone.
    span = otio.opentime.TimeRange(_time(start, media_rate), _time(clip.duration, rate))
    made: Any = otio.schema.Clip(name=clip.name, source_range=span)
    reference = _reference(clip.media) if clip.media else otio.schema.MissingReference(name=clip.name)
    made.set_media_references({_REFERENCE: reference}, _REFERENCE)
    made.enabled = clip.enabled
    made.metadata[NAMESPACE] = _ids(clip)
    if clip.metadata:
        made.metadata["Resolve_OTIO"] = {"Metadata": dict(clip.metadata)}
    if clip.speed != 1:
        made.effects.append(otio.schema.LinearTimeWarp(name="", time_scalar=float(clip.speed)))
        made.metadata[NAMESPACE]["speed"] = to_plain(clip.speed)
    made.markers.extend(_marker(m, start, media_rate, step=media_rate / rate) for m in clip.markers)
    return made


def _ids(clip: EditClip) -> dict[str, Any]:
    found: dict[str, Any] = {**clip.metadata}
    found.update({k: v for k, v in {ID_KEYS["take"]: clip.take, ID_KEYS["shot"]: clip.shot}.items() if v})
    if clip.generated:
        found["generated"] = AI_KEYWORD
    if clip.cdl is not None:
        found["cdl"] = to_plain(clip.cdl)
        # The key under which OTIO's own adapters carry a CDL.
        found["cdl_sop"] = {k: list(getattr(clip.cdl, k)) for k in ("slope", "offset", "power")}
    if clip.lut:
        found["lut"] = base_name(clip.lut)
    return found


def _reference(media: EditMedia) -> Any:
    target = media.path
    if media.kind is MediaKind.SEQUENCE:
        target = sequence_name(target, media.start, media.frames)
    made: Any = otio.schema.ExternalReference(
        target_url=target, available_range=_range(media.start, media.frames, media.rate)
    )
    made.name = base_name(target)
    made.metadata[NAMESPACE] = {"reel": media.reel, "rate": to_plain(media.rate), "kind": media.kind.value}
    return made


def sequence_name(pattern: str, start: int, frames: int) -> str:
    """ "a.[0101-0124].png" of "a.%04d.png": how Resolve names a sequence in a path."""

    def numbers(found: re.Match[str]) -> str:
        width = int(found[1] or 1)
        return f"[{start:0{width}d}-{start + frames - 1:0{width}d}]"

    return re.sub(r"%0?(\d*)d", numbers, pattern, count=1)


def _marker(marker: EditMarker, start: int, rate: Fraction, step: Fraction = Fraction(1)) -> Any:
    span = otio.opentime.TimeRange(_time(start + marker.frame * step, rate), _time(marker.duration * step, rate))
    made: Any = otio.schema.Marker(name=marker.name, marked_range=span, color=_COLORS.get(marker.color, "BLUE"))
    made.metadata["Resolve_OTIO"] = {"Keywords": [], "Note": marker.note}
    made.metadata[NAMESPACE] = {"color": marker.color, "note": marker.note, "data": dict(marker.data)}
    return made
