"""Cuts as Resolve writes them: OTIO, FCP7 XML, EDL, FCPXML, tables. What a format loses is left out (export.*)."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import quote

import opentimelineio as otio

from rushes.contracts.timecode import Timecode
from rushes.testing.resolve.read_otio import COLORS
from rushes.testing.resolve.state import ItemState, MarkerState, MediaState, TimelineState

__all__ = ["edl_text", "fcpxml_text", "otio_text", "table_text", "xml_text"]

_OTIO_COLORS = {name: code for code, name in COLORS.items()}


def _clips(timeline: TimelineState, kind: str) -> Iterator[tuple[int, list[ItemState]]]:
    """Of each track: clips, generators and titles."""
    for number, track in enumerate(timeline.tracks[kind], 1):
        yield number, [item for item in track.items if item.kind != "transition"]


def _over(timeline: TimelineState, kind: str, number: int, cut: int) -> ItemState | None:
    """The transition over a cut."""
    for item in timeline.tracks[kind][number - 1].items:
        if item.kind == "transition" and item.start <= cut <= item.end:
            return item
    return None


def otio_text(timeline: TimelineState) -> str:
    """With markers and speeds; without clip colours."""
    made: Any = otio.schema.Timeline(timeline.name, metadata={"Resolve_OTIO": {"Resolve OTIO Meta Version": "1.0"}})
    made.global_start_time = _time(timeline.start, timeline.rate)
    for frame, marker in sorted(timeline.markers.items()):
        made.tracks.markers.append(_otio_marker(marker, Fraction(frame), timeline.rate))
    for kind in ("video", "audio"):
        for number, items in _clips(timeline, kind):
            track: Any = otio.schema.Track(f"{kind.title()} {number}", kind=kind.title())
            track.metadata["Resolve_OTIO"] = {"Locked": timeline.tracks[kind][number - 1].locked}
            track.enabled = timeline.tracks[kind][number - 1].enabled
            at = timeline.start
            for item in items:
                if item.start > at:
                    track.append(otio.schema.Gap(source_range=_range(Fraction(0), item.start - at, timeline.rate)))
                _otio_transition(track, _over(timeline, kind, number, item.start), item.start, timeline.rate)
                track.append(_otio_clip(item, timeline))
                at = item.end
                if not any(each.start == at for each in items):
                    _otio_transition(track, _over(timeline, kind, number, at), at, timeline.rate)
            made.tracks.append(track)
    return str(made.to_json_string(indent=4))


def _time(frames: int | Fraction, rate: Fraction) -> Any:
    return otio.opentime.RationalTime(float(frames), float(rate))


def _range(start: Fraction, frames: int, rate: Fraction) -> Any:
    return otio.opentime.TimeRange(_time(start, rate), _time(frames, rate))


def _otio_transition(track: Any, over: ItemState | None, cut: int, rate: Fraction) -> None:
    if over is not None:
        before, after = _time(cut - over.start, rate), _time(over.end - cut, rate)
        track.append(otio.schema.Transition(over.name, "SMPTE_Dissolve", before, after))


def _otio_clip(item: ItemState, timeline: TimelineState) -> Any:
    media = item.media
    rate = media.rate if media else timeline.rate
    first = Fraction((media.start if media else 0) + item.source)
    span = otio.opentime.TimeRange(_time(first, rate), _time(item.duration, timeline.rate))
    made: Any = otio.schema.Clip(item.name, source_range=span)
    reference: Any = otio.schema.MissingReference(item.name)
    if media is not None:
        reference = otio.schema.ExternalReference(media.path, _range(Fraction(media.start), media.frames, rate))
        reference.name = media.name
    made.set_media_references({"DEFAULT_MEDIA": reference}, "DEFAULT_MEDIA")
    made.enabled = item.enabled
    if item.link:
        made.metadata["Resolve_OTIO"] = {"Link Group ID": int(item.link.split("-")[0], 16)}
    if item.speed != 1:
        made.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(item.speed)))
    for frame, marker in sorted(item.markers.items()):
        made.markers.append(_otio_marker(marker, first + Fraction(frame) * rate / timeline.rate, rate))
    return made


def _otio_marker(marker: MarkerState, at: Fraction, rate: Fraction) -> Any:
    made: Any = otio.schema.Marker(marker.name, _range(at, max(1, int(marker.duration)), rate))
    made.color = _OTIO_COLORS.get(marker.color, "BLUE")
    made.metadata["Resolve_OTIO"] = {"Keywords": [], "Note": marker.note}
    return made


def _add(parent: ET.Element, tag: str, text: object | None = None, **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, tag, attributes)
    if text is not None:
        made.text = str(text)
    return made


def _add_rate(parent: ET.Element, rate: Fraction) -> None:
    made = _add(parent, "rate")
    _add(made, "timebase", round(rate))
    _add(made, "ntsc", "TRUE" if rate.denominator == 1001 else "FALSE")


def _add_timecode(parent: ET.Element, frame: int, rate: Fraction, drop: bool) -> None:
    made = _add(parent, "timecode")
    _add(made, "string", Timecode(frame, rate, drop))
    _add(made, "frame", frame)
    _add(made, "displayformat", "DF" if drop else "NDF")
    _add_rate(made, rate)


def xml_text(timeline: TimelineState) -> str:
    """xmeml 5: tracks, cuts, speeds as time remaps; no markers, no colours."""
    top = ET.Element("xmeml", version="5")
    sequence = _add(top, "sequence")
    _add(sequence, "name", f"{timeline.name} (Resolve)")
    _add(sequence, "duration", timeline.end - timeline.start)
    _add_rate(sequence, timeline.rate)
    _add(sequence, "in", -1)
    _add(sequence, "out", -1)
    _add_timecode(sequence, timeline.start, timeline.rate, timeline.drop)
    media = _add(sequence, "media")
    files: dict[str, str] = {}
    for kind in ("video", "audio"):
        section = _add(media, kind)
        for number, items in _clips(timeline, kind):
            track = _add(section, "track")
            for item in items:
                before, after = (_over(timeline, kind, number, cut) for cut in (item.start, item.end))
                if before is not None:
                    _xml_transition(track, before, timeline)
                _xml_clip(track, item, timeline, kind, files, (before, after))
                if after is not None and not any(each.start == item.end for each in items):
                    _xml_transition(track, after, timeline)
            _add(track, "enabled", "TRUE" if timeline.tracks[kind][number - 1].enabled else "FALSE")
            _add(track, "locked", "TRUE" if timeline.tracks[kind][number - 1].locked else "FALSE")
        if kind == "video":
            shape = _add(_add(section, "format"), "samplecharacteristics")
            _add(shape, "width", timeline.size[0])
            _add(shape, "height", timeline.size[1])
            _add_rate(shape, timeline.rate)
    ET.indent(top, "    ")
    body = ET.tostring(top, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n{body}\n'


def _xml_transition(track: ET.Element, over: ItemState, timeline: TimelineState) -> None:
    made = _add(track, "transitionitem")
    _add(made, "start", over.start - timeline.start)
    _add(made, "end", over.end - timeline.start)
    _add(made, "alignment", "center")
    _add_rate(made, timeline.rate)
    effect = _add(made, "effect")
    _add(effect, "name", "Cross Dissolve")
    _add(effect, "effecttype", "transition")


def _xml_clip(
    track: ET.Element,
    item: ItemState,
    timeline: TimelineState,
    kind: str,
    files: dict[str, str],
    under: tuple[ItemState | None, ItemState | None],
) -> None:
    """An edge under a transition is -1, and in and out reach as far as the transition does."""
    media = item.media
    made = _add(track, "generatoritem" if item.kind != "clip" else "clipitem", id=f"{item.name} {item.uid[:8]}")
    _add(made, "name", item.name)
    _add(made, "duration", media.frames if media else item.duration)
    _add_rate(made, media.rate if media else timeline.rate)
    _add(made, "start", item.start - timeline.start if under[0] is None else -1)
    _add(made, "end", item.end - timeline.start if under[1] is None else -1)
    _add(made, "enabled", "TRUE" if item.enabled else "FALSE")
    scale = media.rate / timeline.rate if media else Fraction(1)
    shown = max(1, round(item.duration * scale))
    early = round((item.start - under[0].start) * scale) if under[0] else 0
    late = round((under[1].end - item.end) * scale) if under[1] else 0
    # Of a retimed clip they count in its slowed or hurried time (Apple, Final Cut Pro XML Interchange Format).
    first = round(item.source / abs(item.speed)) if item.speed else item.source
    _add(made, "in", first - early)
    _add(made, "out", first + shown + late)
    if media is not None:
        _xml_file(made, media, kind, files)
    if item.speed != 1:
        effect = _add(_add(made, "filter"), "effect")
        _add(effect, "name", "Time Remap")
        _add(effect, "effectid", "timeremap")
        speed = _add(effect, "parameter")
        _add(speed, "parameterid", "speed")
        _add(speed, "value", float(item.speed * 100))


def _xml_file(clip: ET.Element, media: MediaState, kind: str, files: dict[str, str]) -> None:
    known = files.get(media.uid)
    if known is not None:
        _add(clip, "file", id=known)
        return
    files[media.uid] = f"{media.name} {len(files) + 1}"
    made = _add(clip, "file", id=files[media.uid])
    _add(made, "duration", media.frames)
    _add_rate(made, media.rate)
    _add(made, "name", media.name)
    _add(made, "pathurl", f"file://localhost{quote(media.path)}")
    _add_timecode(made, media.start, media.rate, False)
    found = _add(made, "media")
    if media.kind != "audio":
        shape = _add(_add(found, "video"), "samplecharacteristics")
        _add(shape, "width", media.size[0] if media.size else 0)
        _add(shape, "height", media.size[1] if media.size else 0)
    if media.audio_channels:
        _add(_add(found, "audio"), "channelcount", media.audio_channels)


def edl_text(timeline: TimelineState, *, cdl: bool = False, missing: bool = False) -> str:
    """Rules export.edl, export.edl-cdl: first picture and first sound track; `missing` lists offline clips only."""
    lines = [f"TITLE: {timeline.name}", f"FCM: {'DROP FRAME' if timeline.drop else 'NON-DROP FRAME'}", ""]
    number = 0
    for kind, letter in (("video", "V"), ("audio", "A")):
        for item in next(_clips(timeline, kind), (1, []))[1]:
            offline = item.media is None or not Path((item.media.files or (item.media.path,))[0]).exists()
            if (missing and not offline) or not item.enabled:
                continue
            number += 1
            lines += [*_event(timeline, item, letter, number), *(_asc(item) if cdl and kind == "video" else ()), ""]
    return "\n".join(lines)


def _event(timeline: TimelineState, item: ItemState, letter: str, number: int) -> Iterator[str]:
    """Media of another rate are counted at the timeline's."""
    media = item.media
    rate, drop = timeline.rate, timeline.drop
    scale = Fraction(round(rate), round(media.rate)) if media else Fraction(1)
    first = round(((media.start if media else 0) + item.source) * scale)
    length = max(1, round(item.duration * abs(item.speed)))
    if item.speed < 0:
        first -= length - 1
    ends = [Timecode(frame, rate, drop) for frame in (first, first + length, item.start, item.end)]
    yield f"{number:03}  {'AX':<8} {letter:<5} C        " + " ".join(str(each) for each in ends)
    if item.speed != 1:
        yield f"M2   {'AX':<8} {float(item.speed * rate):07.1f}                {ends[0]}"
    yield f"* FROM CLIP NAME: {media.name if media else item.name}"


def _asc(item: ItemState) -> Iterator[str]:
    cdl = item.grade.nodes[0].cdl if item.grade.nodes else None
    if cdl is not None:
        yield "*ASC_SOP " + "".join(f"({cdl[key]})" for key in ("Slope", "Offset", "Power"))
        yield f"*ASC_SAT {cdl['Saturation']}"


def fcpxml_text(timeline: TimelineState, version: str) -> str:
    """The first picture track as a spine, the others connected to it."""
    top = ET.Element("fcpxml", version=version)
    resources = _add(top, "resources")
    _add(resources, "format", id="r0", frameDuration=_seconds(Fraction(1), timeline.rate))
    ids: dict[str, str] = {}
    for item in timeline.items():
        media = item.media
        if media is not None and media.uid not in ids:
            ids[media.uid] = f"r{len(ids) + 1}"
            length = _seconds(Fraction(media.frames), media.rate)
            asset = _add(resources, "asset", id=ids[media.uid], name=media.name, duration=length)
            asset.set("start", _seconds(Fraction(media.start), media.rate))
            _add(asset, "media-rep", kind="original-media", src=f"file://{quote(media.path)}")
    event = _add(_add(top, "library"), "event", name=timeline.name)
    sequence = _add(_add(event, "project", name=timeline.name), "sequence", format="r0")
    sequence.set("tcStart", _seconds(Fraction(timeline.start), timeline.rate))
    sequence.set("tcFormat", "DF" if timeline.drop else "NDF")
    spine = _add(sequence, "spine")
    for kind in ("video", "audio"):
        for number, items in _clips(timeline, kind):
            for item in items:
                clip = _add(spine, "asset-clip", name=item.name, ref=ids.get(item.media.uid if item.media else "", ""))
                clip.set("lane", str(number - 1 if kind == "video" else -number))
                clip.set("offset", _seconds(Fraction(item.start), timeline.rate))
                clip.set("duration", _seconds(Fraction(item.duration), timeline.rate))
    ET.indent(top, "    ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n{ET.tostring(top, encoding="unicode")}\n'


def _seconds(frames: Fraction, rate: Fraction) -> str:
    value = frames / rate
    return f"{value.numerator}/{value.denominator}s"


def table_text(timeline: TimelineState, separator: str) -> str:
    """Events of all tracks, one a line."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    writer.writerow(["#", "Name", "Track", "Record In", "Record Out", "Record Duration", "Source In", "Source File"])
    number = 0
    for kind in ("video", "audio"):
        for track, items in _clips(timeline, kind):
            for item in items:
                number += 1
                ends = [Timecode(frame, timeline.rate, timeline.drop) for frame in (item.start, item.end)]
                path = re.sub(r"\[.*\]", "", item.media.path) if item.media else ""
                place = f"{kind[0].upper()}{track}"
                writer.writerow([number, item.name, place, *ends, item.duration, item.source, path])
    return out.getvalue()
