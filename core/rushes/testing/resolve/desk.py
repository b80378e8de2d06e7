"""DOUBLES of the desk: what actions need besides Resolve, without an engine.

`FakeDesk` keeps takes in memory and answers the job "editorial" with small files made on the spot; `ProductionDesk`
runs real jobs, in process, on a real production. Both record progress and can be cancelled or "unreachable".
"""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from rushes.contracts import (
    AI_KEYWORD,
    Brief,
    EditMedia,
    EditorialJob,
    EditorialMedia,
    FrameRange,
    MediaKind,
    Rating,
    Size,
    Timecode,
    decode,
    encode,
)
from rushes.contracts.job import JobRequest, JobState, JobStatus
from rushes.contracts.library import ProductionInfo, ProductionState, TakeRow
from rushes.errors import EngineUnreachable, ProductionError, RushesError
from rushes.jobs.editorial import take_name
from rushes.jobs.registry import Services, use_case
from rushes.library.production import Production
from rushes.library.rows import judged_takes, shot_takes
from rushes.media.pictures import save_png
from rushes.media.video import VideoWriter
from rushes.testing.contexts import RecordingContext

__all__ = ["Answer", "FakeDesk", "ProductionDesk", "movie"]

Answer = Callable[[Mapping[str, Any]], dict[str, Any]]
_SIZE = Size(32, 18)


@functools.cache
def _movie_bytes(frames: int, rate: Fraction, start: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.mp4"
        with VideoWriter(path, _SIZE, rate, timecode=Timecode(start, rate), crf=40, preset="ultrafast") as writer:
            for index in range(frames):
                writer.write(np.full((_SIZE.height, _SIZE.width, 3), (index * 7) % 255, np.uint8))
        return path.read_bytes()


def movie(path: Path, frames: int = 24, rate: Fraction = Fraction(24), start: int = 0) -> Path:
    """A real movie of 32x18, each frame a grey of its own; with embedded timecode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_movie_bytes(frames, rate, start))
    return path


class _Desk:
    """What both have."""

    def __init__(self, home: Path, answers: Mapping[str, Answer] | None = None) -> None:
        self.answers = dict(answers or {})
        """Kind of job → what answers it instead of the real one."""
        self.asked: list[tuple[str, dict[str, Any]]] = []
        """Jobs that were asked for, in order."""
        self.told: list[tuple[float, str]] = []
        """Progress."""
        self.cancelled = False
        self.unreachable = False
        """True: the engine is not running."""
        self.held = False
        """True: jobs that are submitted stay queued until `finish`."""
        self.jobs: dict[str, JobStatus] = {}
        self.services = Services(home=home / "rushes")
        self._home = home

    @property
    def home(self) -> str:
        self._home.mkdir(parents=True, exist_ok=True)
        return str(self._home)

    def progress(self, fraction: float, text: str) -> None:
        assert 0 <= fraction <= 1
        self.told.append((fraction, text))

    def run(self, kind: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self._reach()
        self.asked.append((kind, dict(params)))
        return self._work(kind, params)

    def _work(self, kind: str, params: Mapping[str, Any]) -> dict[str, Any]:
        if kind in self.answers:
            return self.answers[kind](params)
        return use_case(kind)(params, RecordingContext(), self.services)

    def submit(self, request: JobRequest) -> JobStatus:
        self._reach()
        id = request.id or f"job-{len(self.jobs) + 1}"
        if id not in self.jobs:
            self.asked.append((request.kind, dict(request.params)))
            self.jobs[id] = JobStatus(id, replace(request, id=id), JobState.QUEUED, created=0.0)
            if not self.held:
                self.finish(id)
        return self.jobs[id]

    def finish(self, id: str) -> JobStatus:
        """Do a job that is held."""
        job = self.jobs[id]
        try:
            result = self._work(job.request.kind, job.request.params)
            job = replace(job, state=JobState.DONE, progress=1.0, result=result)
        except RushesError as exc:
            job = replace(job, state=JobState.FAILED, error=exc.to_dict())
        self.jobs[id] = job
        return job

    def status(self, job: str) -> JobStatus:
        self._reach()
        return self.jobs[job]

    def _reach(self) -> None:
        if self.unreachable:
            raise EngineUnreachable("The Rushes engine does not answer.", hint="Start it with `rushes engine`.")


class FakeDesk(_Desk):
    """DOUBLE: a production in memory; `folder` is its folder on disk."""

    def __init__(
        self,
        folder: Path,
        name: str = "Film",
        rate: Fraction = Fraction(24),
        answers: Mapping[str, Answer] | None = None,
    ) -> None:
        super().__init__(folder.parent / f"{folder.name}-desk", answers)
        folder.mkdir(parents=True, exist_ok=True)
        self.info = ProductionInfo(str(folder), "prod-1", name, rate, _SIZE, (), True)
        self.rows: dict[str, TakeRow] = {}
        self.lost: set[str] = set()
        """Takes whose clip is gone."""

    @property
    def production(self) -> str:
        return self.info.root

    def add_take(
        self,
        shot: str,
        take: str,
        frames: int = 24,
        *,
        rate: Fraction | None = None,
        rating: Rating = Rating.KEPT,
        notes: str = "",
        start: int = 101,
        pictures: bool = False,
    ) -> TakeRow:
        """A take of `frames` from scene frame `start`; `pictures`: given as a sequence with a movie as its proxy."""
        folder = Path(self.info.root) / "shots" / shot / "takes" / take
        row = TakeRow(
            id=take,
            shot=shot,
            created=f"2026-11-21T10:00:{len(self.rows):02d}Z",
            seed=7,
            rating=rating,
            notes=notes,
            generator="fake",
            frame_count=frames,
            rate=rate or self.info.rate,
            size=_SIZE,
            brief=Brief(subject="a boat", style="ink"),
            recipe_hash=f"hash-{take}",
            camera="Camera",
            range=FrameRange(start, start + frames - 1),
            folder=str(folder),
            clip=str(folder / "clip.mp4"),
            poster=str(folder / "poster.png"),
            pictures=str(folder / "frames") if pictures else None,
            seconds=1.0,
            warp_error=None,
        )
        self.rows[take] = row
        return row

    def trash(self, take: str) -> None:
        """As if the artist had put it into the trash."""
        del self.rows[take]

    def state(self) -> ProductionState:
        self._reach()
        rated = [(row.shot, row.id, row.rating.value) for row in self.rows.values()]
        return ProductionState(self.info, str(hash(tuple(rated))), shot_takes(rated, judged_takes(rated), {}))

    def takes(self, shots: tuple[str, ...] = ()) -> tuple[TakeRow, ...]:
        self._reach()
        return tuple(row for row in self.rows.values() if not shots or row.shot in shots)

    def rate_take(self, take: str, rating: Rating | None = None, notes: str | None = None) -> TakeRow:
        self._reach()
        if take not in self.rows:
            raise ProductionError(f"There is no take {take}.", code="production.take")
        row = self.rows[take]
        row = replace(row, rating=rating or row.rating, notes=row.notes if notes is None else notes)
        self.rows[take] = row
        return row

    def _work(self, kind: str, params: Mapping[str, Any]) -> dict[str, Any]:
        if kind == "editorial" and kind not in self.answers:
            job = decode(EditorialJob, dict(params))
            kept = [row.id for row in self.rows.values() if row.rating is Rating.KEPT]
            return {"media": [encode(self.media(take)) for take in job.takes or kept]}
        return super()._work(kind, params)

    def media(self, take: str) -> EditorialMedia:
        """A take as the job "editorial" gives it, its files made now."""
        row = self.rows[take]
        if take in self.lost:
            raise ProductionError(
                f"The clip of take {take} is gone.", code="editorial.clip", hint="Replay it.", details={"take": take}
            )
        siblings = [one.id for one in self.rows.values() if one.shot == row.shot]
        number = siblings.index(take) + 1
        name = take_name(row.shot, number, take)
        start = row.range.start if row.range else 0
        path = Path(self.info.root) / "editorial" / row.shot / f"{name}.mov"
        if not path.is_file():
            movie(path, row.frame_count, row.rate, start)
        media = EditMedia(str(path), MediaKind.MOVIE, row.rate, start, row.frame_count, _SIZE, name)
        if row.pictures:
            pattern = self._sequence(path.with_suffix(""), start, row.frame_count)
            media = replace(media, path=str(pattern), kind=MediaKind.SEQUENCE, proxy=str(path))
        about = {"Shot": row.shot, "Take": str(number), "Description": row.brief.text(), "Keywords": AI_KEYWORD}
        if row.notes:
            about["Comments"] = row.notes
        return EditorialMedia(
            take, row.shot, media, name, number, row.rating, row.notes, row.created, row.recipe_hash, about
        )

    def _sequence(self, folder: Path, start: int, frames: int) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        first = folder / f"{folder.name}.{start:04d}.png"
        if not first.is_file():
            save_png(first, np.zeros((_SIZE.height, _SIZE.width, 3), np.uint8))
            for number in range(start + 1, start + frames):
                os.link(first, folder / f"{folder.name}.{number:04d}.png")
        return folder / f"{folder.name}.%04d.png"

    def moved(self, folder: Path) -> None:
        """As if the production had been moved to another folder."""
        shutil.move(self.info.root, folder)
        old, new = self.info.root, str(folder)
        self.info = replace(self.info, root=new)
        self.rows = {
            take: replace(
                row,
                folder=row.folder.replace(old, new),
                clip=row.clip.replace(old, new),
                poster=row.poster.replace(old, new),
                pictures=row.pictures.replace(old, new) if row.pictures else None,
            )
            for take, row in self.rows.items()
        }


class ProductionDesk(_Desk):
    """DOUBLE: no engine, but a real production and real jobs."""

    def __init__(self, production: Production, answers: Mapping[str, Answer] | None = None) -> None:
        super().__init__(production.root.parent / f"{production.root.name}-desk", answers)
        self._production = production

    @property
    def production(self) -> str:
        return str(self._production.root)

    def state(self) -> ProductionState:
        self._reach()
        state = self._production.state()
        assert state is not None
        return state

    def takes(self, shots: tuple[str, ...] = ()) -> tuple[TakeRow, ...]:
        self._reach()
        return self._production.rows(shots)

    def rate_take(self, take: str, rating: Rating | None = None, notes: str | None = None) -> TakeRow:
        self._reach()
        self._production.rate_take(take, rating, notes)
        return self._production.row(take)
