"""Readers that are none of ours: FCP7 XML walked by Apple's rules, and what OpenTimelineIO and pycmx say."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from urllib.parse import unquote, urlsplit

import opentimelineio as otio
import pycmx

from rushes.contracts import Timecode

from .melt import exact


@dataclass(frozen=True)
class Event:
    """What every reader must agree on."""

    record: int
    duration: int
    source: int
    """From the media's first frame."""
    media_start: int
    file: str
    enabled: bool = True


def walk_xmeml(text: str) -> tuple[dict[str, Any], list[list[Event]]]:
    """(facts of the sequence, video tracks). Apple: "start" and "end" count in sequence frames, "in" in frames of the
    clip's rate from the file's first frame; an empty element with an id stands for the first with that id."""
    top = ET.fromstring(text)
    assert top.tag == "xmeml"
    assert text.startswith("<?xml")
    assert "<!DOCTYPE xmeml>" in text
    sequence = top.find("sequence")
    assert sequence is not None
    full = {f.attrib["id"]: f for f in top.iter("file") if len(f)}
    sample = sequence.find("media/video/format/samplecharacteristics")
    assert sample is not None
    timecode = sequence.find("timecode")
    assert timecode is not None
    facts = {
        "rate": _rate(sequence),
        "format": _rate(sample),
        "size": (_int(sample, "width"), _int(sample, "height")),
        "start": _int(timecode, "frame"),
        "string": timecode.findtext("string"),
        "drop": timecode.findtext("displayformat") == "DF",
        "duration": _int(sequence, "duration"),
        "markers": [(m.findtext("name"), _int(m, "in"), _int(m, "out")) for m in sequence.findall("marker")],
    }
    tracks: list[list[Event]] = []
    for track in sequence.findall("media/video/track"):
        events: list[Event] = []
        for item in track.findall("clipitem"):
            file = full[item.find("file").attrib["id"]]  # type: ignore[union-attr]  # a missing one is a failure
            assert _rate(item) == _rate(file)
            url = urlsplit(file.findtext("pathurl") or "")
            assert (url.scheme, url.netloc) == ("file", "localhost")
            start, end = _int(item, "start"), _int(item, "end")
            source = _int(item, "in")
            assert 0 <= source < _int(item, "out") <= _int(file, "duration")
            on = item.findtext("enabled") == "TRUE"
            events.append(Event(start, end - start, source, _int(file, "timecode/frame"), unquote(url.path), on))
        tracks.append(events)
    return facts, tracks


def _int(element: ET.Element, path: str) -> int:
    return int(element.findtext(path) or "")


def _rate(element: ET.Element) -> Fraction:
    base = Fraction(_int(element, "rate/timebase"))
    return base * 1000 / 1001 if element.findtext("rate/ntsc") == "TRUE" else base


def by_otio(timeline: Any, rate: Fraction, media_start: dict[str, int] | None = None) -> list[list[Event]]:
    """Events of the video tracks, as OpenTimelineIO's own arithmetic places them."""
    tracks: list[list[Event]] = []
    for track in timeline.video_tracks():
        events: list[Event] = []
        for clip in track.find_clips():
            span = clip.range_in_parent()
            first = clip.source_range.start_time
            available = clip.media_reference.available_range
            start = available.start_time.value if available else (media_start or {})[clip.name]
            file = getattr(clip.media_reference, "target_url", "") or clip.name
            record, length = _frames(span.start_time, rate), _frames(span.duration, rate)
            source = round(first.value - start)
            events.append(Event(record, length, source, round(start), file, bool(clip.enabled)))
        tracks.append(events)
    return tracks


def _frames(time: Any, rate: Fraction) -> int:
    value = Fraction(time.value).limit_denominator(100_000) * rate / exact(time.rate)
    assert abs(value - round(value)) < Fraction(1, 1000), time
    return round(value)


def by_pycmx(text: str, rate: Fraction, start: int, drop: bool) -> list[tuple[int, int, str, str, str, str]]:
    """(record, duration, source in, reel, clip name, channel) of each event."""
    import io

    found: list[tuple[int, int, str, str, str, str]] = []
    for event in pycmx.parse_cmx3600(io.StringIO(text)).events:
        for edit in event.edits:
            first, last = (Timecode.parse(t, rate).frame for t in (edit.record_in, edit.record_out))
            assert (";" in edit.record_in) == drop
            channel = "V" if edit.channels.video else ""
            found.append((first - start, last - first, edit.source_in, edit.source, edit.clip_name or "", channel))
    return found


def parse_otio_edl(text: str, rate: Fraction) -> Any:
    return otio.adapters.read_from_string(text, "cmx_3600", rate=float(rate))
