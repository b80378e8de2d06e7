"""Takes as media that an editor's program can tell apart.

editorial/<shot>/SH010_T03_a1b2c3.mov              the clip, with timecode and reel name; pictures not encoded again
editorial/<shot>/SH010_T03_a1b2c3/….0101.png ...   kept frames, under a name of their own
editorial/<shot>/numbers.json                      take numbers

All of it can be made again from the takes. What is there already and whole is kept.
"""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rushes.client.locks import FileLock
from rushes.contracts import (
    AI_KEYWORD,
    EditMedia,
    EditorialJob,
    EditorialMedia,
    FrameRange,
    JobContext,
    MediaKind,
    Rating,
    Take,
    TakeRow,
    Timecode,
    decode,
    encode,
)
from rushes.errors import InputError, ProductionError, disk_full_as_error
from rushes.jobs.registry import Services
from rushes.library.files import link_or_copy
from rushes.library.numbers import editorial_folder, take_numbers
from rushes.library.production import Production
from rushes.media.remux import remux
from rushes.media.video import VideoInfo, probe

__all__ = ["LONGEST_NAME", "editorial_lock", "editorial_media", "run", "take_name"]

LONGEST_NAME = 32
"""Characters of a reel name that EDLs carry safely."""
_TAIL = 6


def run(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """Params: EditorialJob. Gives `{"media": [EditorialMedia, ...]}` in the order of the takes asked for, kept takes
    by shot and time when none are named.

    ProductionError: `production.take` for an unknown take, `editorial.clip` for a take whose clip is gone or broken,
    `editorial.folder` where nothing can be written.
    """
    job = decode(EditorialJob, dict(params))
    production = Production.open(job.production)
    made = editorial_media(production, job.takes, context, sequences=job.sequences)
    return {"media": [encode(m) for m in made]}


def editorial_media(
    production: Production, takes: Sequence[str], context: JobContext, *, sequences: bool = True
) -> tuple[EditorialMedia, ...]:
    """See `run`; `takes` empty: all that are kept."""
    rows = _rows(production, takes)
    made: list[EditorialMedia] = []
    if not rows:
        return ()
    found = {take.id: take for take in production.takes()}
    with editorial_lock(production, context):
        numbers = take_numbers(production, dict.fromkeys(row.shot for row in rows))
        names = {row.id: take_name(row.shot, numbers[row.id], row.id) for row in rows}
        for index, row in enumerate(rows):
            context.check()
            context.progress(index / len(rows), "editorial", f"{names[row.id]}, {index + 1} of {len(rows)}")
            media = _media(production, row, names[row.id], sequences, context)
            made.append(_described(production, row, found.get(row.id), names[row.id], numbers[row.id], media))
        context.progress(1.0, "editorial")
    return tuple(made)


def take_name(shot: str, number: int, take_id: str) -> str:
    """ "SH010_T03_a1b2c3": letters A-Z a-z 0-9 and _ alone, at most `LONGEST_NAME`; unique by the end of the id."""
    plain = unicodedata.normalize("NFKD", shot).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_") or "shot"
    tail = re.sub(r"[^A-Za-z0-9]", "", take_id)[-_TAIL:]
    ending = f"_T{number:02}_{tail}"
    return plain[: LONGEST_NAME - len(ending)] + ending


def _rows(production: Production, takes: Sequence[str]) -> list[TakeRow]:
    if takes:
        found = {row.id: row for row in production.rows()}
        return [found[take] if take in found else production.row(take) for take in dict.fromkeys(takes)]
    kept = [row for row in production.rows() if row.rating is Rating.KEPT]
    return sorted(kept, key=lambda row: (row.shot, row.created, row.id))


@contextmanager
def editorial_lock(production: Production, context: JobContext | None = None) -> Generator[None, None, None]:
    """One job at a time numbers takes and makes editorial media of a production; none when it is read-only.

    ProductionError `editorial.folder` for what the disk refuses, DiskFullError when there is no room.
    """
    folder = production.root / "editorial"
    if context is None and not production.info().writable:
        yield
        return
    try:
        with disk_full_as_error(folder):
            folder.mkdir(exist_ok=True)
            lock = FileLock(folder / ".lock")
            while not lock.acquire(wait=0.2):
                if context is not None:
                    context.check()
            try:
                yield
            finally:
                lock.release()
    except OSError as exc:
        raise _no_folder(folder, exc) from exc


def _no_folder(folder: Path, exc: OSError) -> ProductionError:
    return ProductionError(
        f"Media for the editor cannot be written to {folder}: {exc.strerror}.",
        code="editorial.folder",
        hint="May you write to the production? The takes are untouched.",
    )


def _media(production: Production, row: TakeRow, name: str, sequences: bool, context: JobContext) -> EditMedia:
    movie = editorial_folder(production, row.shot) / f"{name}.mov"
    movie.parent.mkdir(parents=True, exist_ok=True)
    start = Timecode(max(0, row.range.start) if row.range else 0, row.rate)
    info = _movie(row, movie, start, name, context)
    frames = _sequence(row, movie.with_suffix(""), start.frame, context) if sequences and row.pictures else None
    if frames is not None:
        return EditMedia(
            str(frames), MediaKind.SEQUENCE, row.rate, start.frame, row.frame_count, row.size, name, proxy=str(movie)
        )
    count = info.frames or row.frame_count
    return EditMedia(str(movie), MediaKind.MOVIE, info.rate, start.frame, count, info.size, name)


def _described(
    production: Production, row: TakeRow, take: Take | None, name: str, number: int, media: EditMedia
) -> EditorialMedia:
    return EditorialMedia(
        take=row.id,
        shot=row.shot,
        media=media,
        name=name,
        number=number,
        rating=row.rating,
        notes=row.notes,
        created=row.created,
        recipe_hash=row.recipe_hash,
        metadata=_metadata(production, row, number, take),
    )


def _movie(row: TakeRow, movie: Path, start: Timecode, reel: str, context: JobContext) -> VideoInfo:
    """The clip with timecode; the one that is there when it is whole and starts where it should."""
    if movie.is_file():
        try:
            found = probe(movie)
        except InputError:
            context.note(f"{movie.name} was damaged and is made again.")
        else:
            if found.timecode == str(start) and found.frames == row.frame_count:
                return found
    if "clip" in row.missing:
        raise _no_clip(row, "is gone")
    try:
        remux(Path(row.clip), movie, start, reel, check=context.check)
        return probe(movie)
    except InputError as exc:
        raise _no_clip(row, "cannot be read") from exc


def _no_clip(row: TakeRow, what: str) -> ProductionError:
    return ProductionError(
        f"The clip of take {row.id} of shot {row.shot} {what}: {row.clip}.",
        code="editorial.clip",
        hint="Bring it back from a backup, replay the take, or reject it and keep another.",
        details={"take": row.id, "path": row.clip},
    )


def _sequence(row: TakeRow, folder: Path, start: int, context: JobContext) -> Path | None:
    """The kept frames, numbered by `start`; None (and a note) when not all of them are there."""
    frames = row.range or FrameRange(start, start + row.frame_count - 1)
    assert row.pictures is not None
    sources = [Path(row.pictures) / f"{frame:04d}.png" for frame in frames.frames]
    pattern = folder / f"{folder.name}.%04d.png"
    targets = [folder / f"{folder.name}.{start + k:04d}.png" for k in range(len(sources))]
    if folder.is_dir() and sorted(os.listdir(folder)) == sorted(t.name for t in targets):
        return pattern
    if len(sources) != row.frame_count or not all(s.is_file() for s in sources):
        context.note(f"Take {row.id} of {row.shot} lacks some of its kept frames; it is given as a movie alone.")
        return None
    staging = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        for source, target in zip(sources, targets):
            context.check()
            link_or_copy(source, staging / target.name)
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return pattern


def _metadata(production: Production, row: TakeRow, number: int, take: Take | None) -> dict[str, str]:
    """What Resolve's metadata panel shows."""
    style = [word.strip() for word in re.split(r"[,;]", row.brief.style) if word.strip()]
    generated = take is None or take.ai_generated
    keywords: dict[str, None] = dict.fromkeys([*([AI_KEYWORD] if generated else []), *style])
    found = {
        "Description": row.brief.text(),
        "Comments": row.notes,
        "Scene": _scene(row.shot) or production.name,
        "Shot": row.shot,
        "Take": str(number),
        "Keywords": ", ".join(keywords),
    }
    return {name: text for name, text in found.items() if text}


def _scene(shot: str) -> str:
    """ "SQ010" of "SQ010_SH020"; empty when the shot's name has no such head."""
    found = re.fullmatch(r"(.*[^_\-/ .])[_\-/ .]+[A-Za-z]*\d+[A-Za-z]?", shot)
    return found[1] if found else ""
