"""FCP7 XML as Resolve, Premiere and we write it → SeenCut."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from fractions import Fraction
from urllib.parse import unquote

from rushes.contracts import EditMarker, Size, Timecode, TrackKind
from rushes.delivery.seen import SeenClip, SeenCut, nested_note, path_from_url
from rushes.delivery.times import Rate
from rushes.errors import InputError

__all__ = ["read_fcp7"]

_ITEMS = ("clipitem", "generatoritem")


def read_fcp7(data: bytes, name: str = "") -> SeenCut:
    """The first sequence of an xmeml. InputError `cut.unreadable` when it is none."""
    if b"<!ENTITY" in data:
        raise _bad(name, "it defines entities, which no editing program does")
    try:
        top = ET.fromstring(data)
    except ET.ParseError as exc:
        raise _bad(name, str(exc)) from exc
    if top.tag != "xmeml":
        hint = "it is an FCPXML" if top.tag == "fcpxml" else f"it begins with <{top.tag}>"
        raise _bad(name, hint)
    sequences = [*top.findall("./sequence"), *top.findall(".//children/sequence")]
    if not sequences:
        raise _bad(name, "there is no sequence in it")
    try:
        return _Reader(top, sequences[0], len(sequences)).cut()
    except _Broken as exc:
        raise _bad(name, str(exc)) from exc
    except (TypeError, ValueError, AttributeError) as exc:
        raise _bad(name, "a number in it is missing or wrong") from exc


class _Broken(ValueError):
    """What is impossible in the cut, in words."""


def _bad(name: str, why: str) -> InputError:
    return InputError(
        f"{name or 'The file'} cannot be read as FCP7 XML: {why}.",
        code="cut.unreadable",
        hint="Export the timeline again: in Resolve File, Export, Timeline, FCP 7 XML.",
    )


def _text(element: ET.Element | None, path: str) -> str:
    found = element.find(path) if element is not None else None
    return (found.text or "").strip() if found is not None else ""


def _number(element: ET.Element, path: str, default: int = 0) -> int:
    text = _text(element, path)
    return int(float(text)) if text else default


def _true(text: str) -> bool:
    return text.upper() != "FALSE"


def _own_rate(element: ET.Element | None) -> Fraction | None:
    base = _text(element, "./rate/timebase")
    if not base:
        return None
    return Rate(int(float(base)), _text(element, "./rate/ntsc").upper() == "TRUE").exact


class _Reader:
    def __init__(self, top: ET.Element, sequence: ET.Element, count: int) -> None:
        self.sequence = sequence
        self.rate = _own_rate(sequence) or Fraction(24)
        self.files: dict[str, ET.Element] = {}
        """Descriptions of files: the first element with an id that says something."""
        for file in top.iter("file"):
            if len(file) and file.get("id"):
                self.files.setdefault(file.get("id", ""), file)
        self.notes: list[str] = []
        if count > 1:
            self.notes.append(f"The file holds {count} timelines; the first is read.")

    def cut(self) -> SeenCut:
        """See read_fcp7."""
        clips: list[SeenClip] = []
        media = self.sequence.find("./media")
        for kind in TrackKind:
            number = 0
            for track in media.findall(f"./{kind.value}/track") if media is not None else ():
                if kind is TrackKind.AUDIO and track.get("currentExplodedTrackIndex", "0") != "0":
                    continue  # the other half of a stereo pair
                number += 1
                clips += self.track(track, f"{kind.value.capitalize()} {number}", kind)
        timecode = self.sequence.find("./timecode")
        drop = _text(timecode, "./displayformat").upper() == "DF"
        return SeenCut(
            name=_text(self.sequence, "./name"),
            rate=self.rate,
            start=self.frame_of(timecode, self.rate, drop),
            drop=drop and self.rate in (Fraction(30000, 1001), Fraction(60000, 1001)),
            clips=tuple(clips),
            size=self.size(),
            markers=tuple(self.markers(self.sequence, 0, Fraction(1))),
            notes=tuple(dict.fromkeys(self.notes)),
        )

    def size(self) -> Size | None:
        """Of the sequence."""
        found = self.sequence.find("./media/video/format/samplecharacteristics")
        if found is None or not _text(found, "./width") or not _text(found, "./height"):
            return None
        return Size(_number(found, "./width"), _number(found, "./height"))

    def frame_of(self, timecode: ET.Element | None, rate: Fraction, drop: bool) -> int:
        """Count of frames of a timecode element."""
        if timecode is None:
            return 0
        if _text(timecode, "./frame"):
            return _number(timecode, "./frame")
        text = _text(timecode, "./string")
        return Timecode.parse(text[:8] + (";" if drop else ":") + text[9:], rate).frame if text else 0

    def track(self, track: ET.Element, name: str, kind: TrackKind) -> Iterator[SeenClip]:
        """Events of a track, edges under transitions worked out."""
        shown = _true(_text(track, "./enabled"))
        items = [e for e in track if e.tag in (*_ITEMS, "transitionitem")]
        for place, item in enumerate(items):
            if item.tag == "transitionitem":
                self.notes.append(f"A transition on {name} is read as a cut.")
                continue
            before = items[place - 1] if place else None
            after = items[place + 1] if place + 1 < len(items) else None
            start, end = _number(item, "./start"), _number(item, "./end")
            late = 0
            if start == -1 and before is not None and before.tag == "transitionitem":
                start = _cut_point(before)
                late = start - _number(before, "./start")
            if end == -1 and after is not None and after.tag == "transitionitem":
                end = _cut_point(after)
            if not 0 <= start <= end:
                raise _Broken(f"{_text(item, './name') or 'a clip'} on {name} begins or ends nowhere")
            yield self.clip(item, name, kind, start, end - start, late, shown)

    def clip(
        self, item: ET.Element, track: str, kind: TrackKind, record: int, duration: int, late: int, shown: bool
    ) -> SeenClip:
        """One event; `late` frames of it lie under the transition before."""
        given = item.find("./file")
        file = self.files.get(given.get("id", ""), given) if given is not None else None
        clip_rate = _own_rate(item) or self.rate
        rate = _own_rate(file) or clip_rate
        path = path_from_url(_text(file, "./pathurl"))
        frames = _number(file, "./duration") if file is not None and _text(file, "./duration") else None
        if item.find("./sequence") is not None:
            self.notes.append(nested_note(_text(item, "./name"), track))
        speed = self.speed(item)
        counted = Fraction(_number(item, "./in"))
        source = counted * rate / clip_rate
        if speed not in (0, 1):
            self.notes.append(f"{_text(item, './name')} is retimed; FCP7 XML is vague about which frame comes first.")
            counted *= abs(speed)
            source = counted * rate / clip_rate
            if speed < 0 and frames:
                source = frames - 1 - source
        source += late * speed * rate / self.rate
        return SeenClip(
            name=_text(item, "./name") or _text(file, "./name"),
            track=track,
            kind=kind,
            record=record,
            duration=duration,
            source=source,
            rate=rate,
            speed=speed,
            enabled=_true(_text(item, "./enabled")) and shown,
            path=path,
            reel=_text(file, "./timecode/reel/name"),
            ids=_ids(item),
            media_start=self.frame_of(file.find("./timecode"), rate, False) if file is not None else None,
            media_frames=frames,
            markers=tuple(self.markers(item, _number(item, "./in"), self.rate / clip_rate)),
            generator=item.tag == "generatoritem" or item.find("./sequence") is not None,
        )

    def speed(self, item: ET.Element) -> Fraction:
        """Of real time, from the filter "Time Remap"."""
        for effect in item.findall("./filter/effect"):
            if _text(effect, "./effectid").lower() != "timeremap":
                continue
            values = {_text(p, "./parameterid").lower(): _text(p, "./value") for p in effect.findall("./parameter")}
            if values.get("variablespeed", "0") not in ("0", ""):
                self.notes.append(f"{_text(item, './name')} has a speed that changes; it is read as constant.")
            found = Fraction(values.get("speed") or "100") / 100
            return -abs(found) if values.get("reverse", "").upper() == "TRUE" else found
        return Fraction(1)

    def markers(self, element: ET.Element, first: int, step: Fraction) -> Iterator[EditMarker]:
        """Markers of an element, `step` timeline frames to one of its own."""
        for marker in element.findall("./marker"):
            start, end = _number(marker, "./in"), _number(marker, "./out", -1)
            length = max(1, round((end - start) * step)) if end > start else 1
            at = max(0, round((start - first) * step))
            yield EditMarker(at, _text(marker, "./name"), _text(marker, "./comment"), duration=length)


def _cut_point(transition: ET.Element) -> int:
    start, end = _number(transition, "./start"), _number(transition, "./end")
    where = _text(transition, "./alignment")
    if where.startswith("start"):
        return start
    return end if where.startswith("end") else (start + end) // 2


def _ids(item: ET.Element) -> dict[str, str]:
    """What we wrote into the comments."""
    found: dict[str, str] = {}
    for word in _text(item, "./comments/mastercomment2").split():
        key, sign, value = word.partition("=")
        if sign and key.startswith("rushes."):
            found[key] = unquote(value)
    keywords = _text(item, "./comments/mastercomment1")
    if keywords:
        found["Keywords"] = keywords
    return found
