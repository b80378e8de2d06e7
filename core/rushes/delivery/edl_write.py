"""CMX 3600 edit lists, one for each video track.

Clips link by reel and by `FROM CLIP NAME`. Source timecodes are the media's own. Comments that begin with RUSHES carry
what the format cannot say; other programs leave them alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rushes.contracts import AI_KEYWORD, CDL, ID_KEYS, EditClip, EditTimeline, EditTrack, Timecode, TrackKind
from rushes.contracts import encode as to_plain
from rushes.delivery.seen import base_name
from rushes.delivery.times import record_timecode, shown_frame

__all__ = ["asc_lines", "edl_text", "edl_texts"]

_LOCATOR = {
    "Cyan": "CYAN",
    "Green": "GREEN",
    "Yellow": "YELLOW",
    "Red": "RED",
    "Purple": "MAGENTA",
    "Fuchsia": "MAGENTA",
}


def edl_texts(timeline: EditTimeline) -> dict[str, str]:
    """ "V1" → text of its list, for every video track that has clips."""
    video = [t for t in timeline.tracks if t.kind is TrackKind.VIDEO]
    return {f"V{n}": edl_text(timeline, track, n) for n, track in enumerate(video, 1) if track.clips}


def edl_text(timeline: EditTimeline, track: EditTrack, number: int = 1) -> str:
    """The list of one track. Clips that are switched off are left out."""
    lines = [
        f"TITLE: {_line(timeline.name)} V{number}",
        f"FCM: {'DROP FRAME' if timeline.drop else 'NON-DROP FRAME'}",
        "",
    ]
    about = [  # below the first event: strict readers take no comment before it
        f"* RUSHES.RATE: {to_plain(timeline.rate)}",
        f"* RUSHES.START: {Timecode(timeline.start, timeline.rate, timeline.drop)}",
        f"* RUSHES.TRACK: Video {number}",
    ]
    events = [clip for clip in track.clips if clip.enabled and clip.duration > 0]
    for event, clip in enumerate(events, 1):
        lines += [*_event(timeline, clip, event), *(about if event == 1 else ()), ""]
    return "\n".join(lines)


def _event(timeline: EditTimeline, clip: EditClip, event: int) -> Iterator[str]:
    reel = (clip.media.reel if clip.media else "") or "AX"
    first, last = _source(clip, timeline.rate)
    record = (record_timecode(timeline, clip.record), record_timecode(timeline, clip.end))
    yield f"{event:03}  {reel:<8} V     C        {first} {last} {record[0]} {record[1]}"
    if clip.speed != 1:
        yield f"M2   {reel:<8}       {_speed(clip, timeline.rate)}                {first}"
    name = base_name(clip.media.path) if clip.media and "%" not in clip.media.path else clip.name
    yield f"* FROM CLIP NAME: {_line(name)}"
    if clip.cdl is not None and not clip.cdl.neutral:
        yield from asc_lines(clip.cdl)
    if clip.lut:
        yield f"* LUT: {_line(base_name(clip.lut))}"
    for marker in clip.markers:
        at = record_timecode(timeline, clip.record + marker.frame)
        words = " ".join(text for text in (marker.name, marker.note) if text)
        yield f"* LOC: {at} {_LOCATOR.get(marker.color, 'BLUE'):<7} {_line(words)}"
    yield from _ours(clip)


def _ours(clip: EditClip) -> Iterator[str]:
    if clip.generated:
        yield f"* COMMENT: {AI_KEYWORD}"
    for key, value in ((ID_KEYS["take"], clip.take), (ID_KEYS["shot"], clip.shot)):
        if value:
            yield f"* {key.upper()}: {_line(value)}"
    if clip.media is not None:
        yield f"* RUSHES.SOURCE: {clip.source} {to_plain(clip.media.rate)}"
    if clip.speed != 1:
        yield f"* RUSHES.SPEED: {to_plain(clip.speed)}"


def asc_lines(cdl: CDL) -> Iterator[str]:
    """ASC CDL as ColorTrace reads it from an edit list."""
    triples = "".join("(" + " ".join(f"{v:.6f}" for v in part) + ")" for part in (cdl.slope, cdl.offset, cdl.power))
    yield f"*ASC_SOP {triples}"
    yield f"*ASC_SAT {cdl.saturation:.6f}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _source(clip: EditClip, rate: Fraction) -> tuple[Timecode, Timecode]:
    """In and out on the media's clock. Media of another rate are counted at the timeline's: readers know no other."""
    if clip.media is None:
        return Timecode(clip.source, rate), Timecode(clip.source + clip.duration, rate)
    if clip.media.rate != rate:
        scale = Fraction(max(1, round(rate)), max(1, round(clip.media.rate)))
        first = round((clip.media.start + clip.source) * scale)
        return Timecode(first, rate), Timecode(first + clip.duration, rate)
    if clip.speed == 1:
        first = clip.media.start + clip.source
        return Timecode(first, rate), Timecode(first + clip.duration, rate)
    edges = (clip.source, shown_frame(clip, clip.duration - 1, rate))
    return Timecode(clip.media.start + max(0, min(edges)), rate), Timecode(clip.media.start + max(edges) + 1, rate)


def _speed(clip: EditClip, rate: Fraction) -> str:
    """Frames per second of the motion effect, counted as timecode counts: 12 is half speed at 23.976."""
    value = float(clip.speed * max(1, round(rate)))
    return f"{value:05.1f}" if abs(value * 10 - round(value * 10)) < 1e-9 else f"{value:07.3f}"
