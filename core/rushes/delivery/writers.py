"""The files of a delivery: what each is called, what it is for, what it needs and how it is written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rushes.contracts import CDL, EditClip, EditTimeline
from rushes.delivery.colour_cdl import write_cdls
from rushes.delivery.edl_write import edl_texts
from rushes.delivery.fcp7_write import fcp7_text
from rushes.delivery.otio_write import otio_text
from rushes.delivery.plain import Picker, plain_rate, plain_speed
from rushes.delivery.tables_write import ale_text, csv_text, media_rows
from rushes.delivery.words_write import marker_edl_text, srt_text
from rushes.media.pictures import beside

__all__ = ["WRITERS", "Job", "Writer", "luts"]


@dataclass(frozen=True)
class Job:
    """What a writer is given."""

    timeline: EditTimeline
    """With media as they lie on the editor's machine; clips that the writer cannot say are plain already."""
    folder: Path
    """Where to write."""
    stem: str
    """Base of file names."""
    media_folder: str
    """Folder of the media on the editor's machine."""


Write = Callable[[Job], tuple[Path, ...]]


@dataclass(frozen=True)
class Writer:
    """One kind of file. `write` gives the paths it made; none when there is nothing to say."""

    name: str
    purpose: str
    """One line for the how-to."""
    write: Write
    needs_plain: Picker | None = None
    """Clips that must be rendered before; None: it can say them all."""


def _save(path: Path, text: str) -> tuple[Path, ...]:
    if not text:
        return ()
    with beside(path) as draft:
        draft.write_bytes(text.encode("utf-8"))
    return (path,)


def _otio(job: Job) -> tuple[Path, ...]:
    return _save(job.folder / f"{job.stem}.otio", otio_text(job.timeline))


def _fcp7(job: Job) -> tuple[Path, ...]:
    return _save(job.folder / f"{job.stem}.xml", fcp7_text(job.timeline))


def _edl(job: Job) -> tuple[Path, ...]:
    made: tuple[Path, ...] = ()
    for track, text in edl_texts(job.timeline).items():
        made += _save(job.folder / f"{job.stem}_{track}.edl", text.replace("\n", "\r\n"))
    return made


def _markers(job: Job) -> tuple[Path, ...]:
    return _save(job.folder / f"{job.stem}_markers.edl", marker_edl_text(job.timeline))


def _srt(job: Job) -> tuple[Path, ...]:
    return _save(job.folder / f"{job.stem}.srt", srt_text(job.timeline))


def _csv(job: Job) -> tuple[Path, ...]:
    return _save(job.folder / f"{job.stem}_metadata.csv", csv_text(media_rows(job.timeline), job.media_folder))


def _ale(job: Job) -> tuple[Path, ...]:
    return _save(job.folder / f"{job.stem}.ale", ale_text(media_rows(job.timeline), job.timeline))


def _graded(timeline: EditTimeline) -> list[EditClip]:
    return [c for t in timeline.tracks for c in t.clips if c.cdl is not None and not c.cdl.neutral]


def _cdl(job: Job) -> tuple[Path, ...]:
    """One .ccc of all clips, and a .cdl for each."""
    grades: dict[str, CDL] = {}
    for clip in _graded(job.timeline):
        assert clip.cdl is not None
        name, count = clip.name, 2
        while grades.get(name, clip.cdl) != clip.cdl:  # the same take, graded otherwise
            name, count = f"{clip.name}_{count}", count + 1
        grades[name] = clip.cdl
    if not grades:
        return ()
    made = [job.folder / f"{job.stem}.ccc"]
    write_cdls(made[0], grades)
    for name, cdl in grades.items():
        made.append(job.folder / "cdl" / f"{name}.cdl")
        write_cdls(made[-1], {name: cdl})
    return tuple(made)


def luts(timeline: EditTimeline) -> tuple[str, ...]:
    """Paths of the .cube files that clips carry, each once."""
    return tuple(dict.fromkeys(c.lut for t in timeline.tracks for c in t.clips if c.lut))


def _lut(job: Job) -> tuple[Path, ...]:
    made: list[Path] = []
    for source in luts(job.timeline):
        made.append(job.folder / "luts" / Path(source).name)
        with beside(made[-1]) as draft:
            shutil.copyfile(source, draft)
    return tuple(made)


WRITERS: tuple[Writer, ...] = (
    Writer("otio", "the cut for Resolve 18.5 and later: tracks, markers, speeds, our notes", _otio),
    Writer("fcp7", "the cut for Resolve of any version, Premiere, Media Composer: it relinks best", _fcp7, plain_speed),
    Writer(
        "edl", "the cut, a list a video track: the last resort, and what ColorTrace reads CDLs from", _edl, plain_rate
    ),
    Writer("markers", "markers for a timeline that is there already", _markers),
    Writer("srt", "subtitles", _srt),
    Writer("csv", "description, keywords, scene, shot and take for the clips in the media pool", _csv),
    Writer("ale", "the same for other programs", _ale),
    Writer("cdl", "primary grades, all in one .ccc and each in a .cdl", _cdl),
    Writer("lut", "looks that a CDL cannot say", _lut),
)
"""All of them, in the order of the how-to."""
