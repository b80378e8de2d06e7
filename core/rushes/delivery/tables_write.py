"""Metadata of the media as tables: CSV for Resolve's media pool, ALE for everybody else."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rushes.contracts import AI_KEYWORD, ID_KEYS, EditClip, EditMedia, EditTimeline, MediaKind, Timecode, rate_text
from rushes.delivery.otio_write import sequence_name
from rushes.delivery.seen import base_name

__all__ = ["MediaRow", "ale_text", "csv_text", "media_rows"]

_RESOLVE = ("Description", "Comments", "Keywords", "Scene", "Shot", "Take", "Good Take")


@dataclass(frozen=True)
class MediaRow:
    """One file and what is known about it."""

    media: EditMedia
    name: str
    ids: Mapping[str, str]
    metadata: Mapping[str, str]

    @property
    def file(self) -> str:
        """File name as Resolve's media pool shows it."""
        name = base_name(self.media.path)
        if self.media.kind is MediaKind.SEQUENCE:
            return sequence_name(name, self.media.start, self.media.frames)
        return name

    @property
    def times(self) -> tuple[str, str, str]:
        """Start, end (exclusive) and duration as timecodes of the media."""
        first = Timecode(self.media.start, self.media.rate)
        return str(first), str(first + self.media.frames), str(Timecode(self.media.frames, self.media.rate))


def media_rows(timeline: EditTimeline) -> list[MediaRow]:
    """Every file of the cut once, in order of appearance."""
    found: dict[str, MediaRow] = {}
    for clip in (c for t in timeline.tracks for c in t.clips):
        if clip.media is not None and clip.media.path not in found:
            found[clip.media.path] = MediaRow(clip.media, clip.name, _ids(clip), _metadata(clip))
    return list(found.values())


def _ids(clip: EditClip) -> dict[str, str]:
    told = {key: clip.metadata.get(key, "") for key in ID_KEYS.values()}
    return {**told, ID_KEYS["take"]: clip.take, ID_KEYS["shot"]: clip.shot}


def _metadata(clip: EditClip) -> dict[str, str]:
    words = clip.metadata.get("Keywords", "")
    if clip.generated and AI_KEYWORD not in words:
        words = ", ".join(w for w in (AI_KEYWORD, words) if w)
    good = {"Good Take": "true"} if clip.rating.value == "kept" else {}
    return {**clip.metadata, **({"Keywords": words} if words else {}), **good}


def csv_text(rows: Iterable[MediaRow], folder: str) -> str:
    """For File > Import Metadata To > Media Pool; `folder` is where the files will lie."""
    out = io.StringIO()
    writer = csv.writer(out)
    columns = ["File Name", "Clip Directory", "Reel Name", "Start TC", "End TC", "Duration TC", "Frame Rate"]
    writer.writerow([*columns, "Resolution", *_RESOLVE, *ID_KEYS.values()])
    for row in rows:
        size = f"{row.media.size.width}x{row.media.size.height}" if row.media.size else ""
        rate = rate_text(row.media.rate).removesuffix(" fps")
        fixed = [row.file, folder, row.media.reel, *row.times, rate, size]
        writer.writerow(
            [*fixed, *(row.metadata.get(k, "") for k in _RESOLVE), *(row.ids.get(k, "") for k in ID_KEYS.values())]
        )
    return out.getvalue()


def ale_text(rows: Iterable[MediaRow], timeline: EditTimeline) -> str:
    """Avid Log Exchange: tabs, one line a file."""
    height = timeline.size.height
    head = {
        "FIELD_DELIM": "TABS",
        "VIDEO_FORMAT": str(height if height in (720, 1080) else "CUSTOM"),
        "AUDIO_FORMAT": "48khz",
        "FPS": rate_text(timeline.rate).removesuffix(" fps"),
    }
    columns = ["Name", "Tracks", "Start", "End", "Duration", "Tape", "FPS", "Source File", "Scene", "Take"]
    columns += ["Description", "Comments", "Keywords", *ID_KEYS.values()]
    lines = ["Heading", *(f"{k}\t{v}" for k, v in head.items()), "", "Column", "\t".join(columns), "", "Data"]
    for row in rows:
        tracks = "V" if row.media.size else "A1"
        rate = rate_text(row.media.rate).removesuffix(" fps")
        cells = [row.name, tracks, *row.times, row.media.reel, rate, row.file]
        cells += [row.metadata.get(k, "") for k in ("Scene", "Take", "Description", "Comments", "Keywords")]
        cells += [row.ids.get(k, "") for k in ID_KEYS.values()]
        lines.append("\t".join(" ".join(cell.split()) for cell in cells))
    return "\r\n".join([*lines, ""])
