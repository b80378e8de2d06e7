"""Subtitles and markers as files."""

from __future__ import annotations

from fractions import Fraction

import pysubs2

from rushes.contracts import EditMarker, EditTimeline, Timecode

__all__ = ["all_markers", "marker_edl_text", "srt_text"]


def srt_text(timeline: EditTimeline) -> str:
    """Subtitles as SubRip, counted from the timeline's first frame; empty when there are none."""
    file = pysubs2.SSAFile()
    for line in timeline.subtitles:
        start, end = (_milliseconds(frame, timeline.rate) for frame in (line.start, line.end))
        text = line.text.replace("\r\n", "\n").replace("\n", r"\N")
        file.append(pysubs2.SSAEvent(start=start, end=max(end, start + 1), text=text))
    return file.to_string("srt") if timeline.subtitles else ""


def _milliseconds(frame: int, rate: Fraction) -> int:
    return round(frame / rate * 1000)


def all_markers(timeline: EditTimeline) -> list[EditMarker]:
    """Markers of the timeline and of its clips, at record frames, one to a frame: Resolve takes no second one."""
    found = {m.frame: m for m in timeline.markers}
    for track in timeline.tracks:
        for clip in track.clips:
            for marker in clip.markers:
                at = clip.record + marker.frame
                if clip.enabled and marker.frame < clip.duration and at not in found:
                    found[at] = EditMarker(at, marker.name, marker.note, marker.color, marker.duration, marker.data)
    return [found[at] for at in sorted(found)]


def marker_edl_text(timeline: EditTimeline) -> str:
    """Markers in the form of Resolve's Timelines > Import > Timeline Markers from EDL; empty when there are none."""
    markers = all_markers(timeline)
    if not markers:
        return ""
    lines = [f"TITLE: {_clean(timeline.name)}", f"FCM: {'DROP FRAME' if timeline.drop else 'NON-DROP FRAME'}", ""]
    for number, marker in enumerate(markers, 1):
        first = Timecode(timeline.start + marker.frame, timeline.rate, timeline.drop)
        times = f"{first} {first + 1}"
        lines.append(f"{number:03}  001      V     C        {times} {times}  ")
        note = f"{_clean(marker.note)} " if marker.note else " "
        lines += [f"{note}|C:ResolveColor{marker.color} |M:{_clean(marker.name)} |D:{marker.duration}", ""]
    return "\r\n".join(lines)


def _clean(text: str) -> str:
    """On one line, without the sign that parts the fields."""
    return " ".join(text.replace("|", "/").split())
