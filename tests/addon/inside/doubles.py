"""Doubles of the engine, as the add-on's background threads see it. No process, no network, no disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from rushes.contracts import (
    Brief,
    Conditioning,
    Descriptor,
    EngineInfo,
    ExplorationRow,
    FrameRange,
    FrameRule,
    JobRequest,
    JobState,
    JobStatus,
    Picture,
    ProductionInfo,
    ProductionState,
    Rating,
    ShotTakes,
    Size,
    SizeRule,
    TakeRow,
    VocabularyField,
)
from rushes.errors import EngineError, EngineUnreachable, ProductionError, ProtocolError, RushesError

__all__ = ["DESCRIPTOR", "FakeClient", "no_engine", "picture"]

DESCRIPTOR = Descriptor(
    id="house",
    name="House (a double for tests)",
    family="house",
    licence="GPL-3.0-or-later",
    sizes=SizeRule(multiple=16, native=Size(256, 144), max_pixels=256 * 256),
    frames=FrameRule(multiple=4, offset=1, maximum=481),
    rates=(),
    conditionings=(
        Conditioning("depth", required=True),
        Conditioning("normal", strength=(0.0, 1.0)),
        Conditioning("color", strength=(0.0, 2.0), default=0.5),
    ),
    vocabulary=(
        VocabularyField("time_of_day", ("day", "dusk", "night"), "day"),
        VocabularyField("style", ("cinematic", "ink"), "cinematic"),
        VocabularyField("mood", ()),
    ),
    steps=(4, 12, 50),
    memory_mb=900,
    limits="It is a double for tests: it makes nothing.",
)


def picture(width: int = 16, height: int = 9) -> Picture:
    """A grey picture."""
    return Picture(width, height, bytes((128, 128, 128, 255)) * (width * height))


def no_engine() -> Any:
    """A `connect` on a machine without an engine."""
    raise EngineError(
        "The engine is not installed.", code="engine.not_installed", hint="Install it in the preferences."
    )


class FakeClient:
    """A double of `rushes.client.Client`. Jobs move only when a test says so."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.calls: list[str] = []
        """Names of the calls that came, in order."""
        self.submitted: list[JobRequest] = []
        self.productions: dict[str, ProductionInfo] = {}
        self.takes_by_root: dict[str, dict[str, TakeRow]] = {}
        self.trash: dict[str, TakeRow] = {}
        self.job_list: dict[str, JobStatus] = {}
        self.descriptors: tuple[Descriptor, ...] = (DESCRIPTOR,)
        self.explored: list[ExplorationRow] = []
        self.trouble: RushesError | None = None
        """Every call raises this while it is set."""
        self.held = 0.0
        self._revision = 0

    # -- for tests

    def add_production(self, root: str, name: str = "Film", *, writable: bool = True) -> ProductionInfo:
        """A production in `root`, at 24 fps and 1280x720."""
        with self.lock:
            info = ProductionInfo(root, f"id of {name}", name, Fraction(24), Size(1280, 720), (), writable)
            self.productions[root] = info
            self.takes_by_root.setdefault(root, {})
            self._revision += 1
            return info

    def add_take(self, root: str, shot: str, **fields: Any) -> TakeRow:
        """A take of `shot`; `fields` replaces what it says."""
        with self.lock:
            number = len(self.takes_by_root[root]) + len(self.trash) + 1
            take = _take(root, shot, fields.pop("id", f"take-{number:05d}"), number)
            take = replace(take, **fields)
            self.takes_by_root[root][take.id] = take
            self._revision += 1
            return take

    def move(self, job_id: str, state: JobState = JobState.RUNNING, **fields: Any) -> JobStatus:
        """Change a job: its state, and what else is named."""
        with self.lock:
            job = self.job_list[job_id]
            at = {"started": job.started or job.created + 1.0}
            if state.ended:
                at["ended"] = job.created + 10.0
            moved = replace(job, state=state, sequence=job.sequence + 1, position=None, **{**at, **fields})
            self.job_list[job_id] = moved
            return moved

    def finish(self, job_id: str, **fields: Any) -> JobStatus:
        """End a job well; a shoot gets the take it asked for, with its range and origin."""
        with self.lock:
            params = self.job_list[job_id].request.params
            result: dict[str, Any] = {}
            if "take_id" in params:
                named = {"id": params["take_id"], "seed": params["seed"], "origin": dict(params.get("origin") or {})}
                if params.get("range"):
                    asked = params["range"]
                    frames = FrameRange(asked["start"], asked["end"], asked.get("step", 1))
                    named |= {"range": frames, "frame_count": len(frames)}
                take = self.add_take(params["production"], params["shot"], **{**named, **fields})
                result = {"take": take.id, "shot": take.shot, "folder": take.folder}
            return self.move(job_id, JobState.DONE, progress=1.0, result=result)

    def fail(self, job_id: str, error: RushesError) -> JobStatus:
        """End a job badly."""
        return self.move(job_id, JobState.FAILED, error=error.to_dict())

    # -- the client's calls

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.trouble is not None:
            raise self.trouble

    def info(self, timeout: float = 10.0) -> EngineInfo:
        self._called("info")
        return EngineInfo("0", 1, 1, "/home/double", 0.0, tuple(d.id for d in self.descriptors), self.held)

    def generators(self) -> tuple[Descriptor, ...]:
        self._called("generators")
        return self.descriptors

    def submit(self, request: JobRequest) -> JobStatus:
        self._called("submit")
        with self.lock:
            job_id = request.id or f"job-{len(self.job_list) + 1:04d}"
            if job_id not in self.job_list:
                self.submitted.append(request)
                position = 1 + sum(1 for j in self.job_list.values() if j.state is JobState.QUEUED)
                created = 1_700_000_000.0 + len(self.job_list)
                named = replace(request, id=job_id)
                self.job_list[job_id] = JobStatus(job_id, named, JobState.QUEUED, created, position=position)
            return self.job_list[job_id]

    def status(self, job_id: str) -> JobStatus:
        self._called("status")
        if job_id not in self.job_list:
            raise ProtocolError(f"There is no job {job_id}.", code="job.unknown")
        return self.job_list[job_id]

    def jobs(self, *, active: bool = False, limit: int = 100) -> tuple[JobStatus, ...]:
        self._called("jobs")
        with self.lock:
            newest = [j for j in reversed(self.job_list.values()) if not (active and j.state.ended)]
            return tuple(newest[:limit])

    def cancel(self, job_id: str) -> JobStatus:
        self._called("cancel")
        job = self.status(job_id)
        if job.state is JobState.QUEUED:
            return self.move(job_id, JobState.CANCELLED)
        return job if job.state.ended else self.move(job_id, job.state, cancel_requested=True)

    def job_picture(self, job_id: str, side: int) -> Picture | None:
        self._called("job_picture")
        return picture() if self.status(job_id).preview else None

    def production(self, root: Any, known: str = "") -> ProductionState | None:
        self._called("production")
        with self.lock:
            state = self._state(str(root))
            return None if known == state.revision else state

    def create_production(self, root: Any, name: str, rate: Fraction, size: Size) -> ProductionState:
        self._called("create_production")
        if str(root) in self.productions:
            raise ProductionError("There is a production already.", code="production.exists")
        info = self.add_production(str(root), name)
        self.productions[str(root)] = replace(info, rate=rate, size=size)
        return self._state(str(root))

    def register_source(self, root: Any, blend: Any) -> ProductionState:
        self._called("register_source")
        info = self._info(root)
        self.productions[info.root] = replace(info, sources=(*info.sources, str(blend)))
        self._revision += 1
        return self._state(info.root)

    def takes(self, root: Any, shots: Sequence[str] = ()) -> tuple[TakeRow, ...]:
        self._called("takes")
        with self.lock:
            rows = self.takes_by_root[self._info(root).root].values()
            return tuple(t for t in rows if not shots or t.shot in shots)

    def rate_take(self, root: Any, take: str, rating: Rating | None = None, notes: str | None = None) -> TakeRow:
        self._called("rate_take")
        row = self._row(root, take)
        row = replace(row, rating=row.rating if rating is None else rating, notes=row.notes if notes is None else notes)
        return self._keep(root, row)

    def trash_take(self, root: Any, take: str) -> None:
        self._called("trash_take")
        self.trash[take] = self._row(root, take)
        del self.takes_by_root[str(root)][take]
        self._revision += 1

    def restore_take(self, root: Any, take: str) -> TakeRow:
        self._called("restore_take")
        return self._keep(root, self.trash.pop(take))

    def recipe(self, root: Any, take: str) -> dict[str, Any]:
        self._called("recipe")
        row = self._row(root, take)
        return {"shot": row.shot, "seed": row.seed, "generator": row.generator}

    def explorations(self, root: Any, shot: str) -> tuple[ExplorationRow, ...]:
        self._called("explorations")
        self._info(root)
        return tuple(row for row in self.explored if row.shot == shot)

    def picture(self, root: Any, path: Any, side: int) -> Picture | None:
        self._called("picture")
        self._info(root)
        return picture()

    def hold(self, seconds: float) -> EngineInfo:
        self._called("hold")
        self.held = max(self.held, seconds)
        return self.info()

    def release(self) -> EngineInfo:
        self._called("release")
        self.held = 0.0
        return self.info()

    def shutdown(self) -> None:
        self._called("shutdown")
        self.trouble = EngineUnreachable("The engine has ended.", code="engine.none")

    def _info(self, root: Any) -> ProductionInfo:
        if str(root) not in self.productions:
            raise ProductionError(
                f"{root} holds no production.", code="production.missing", hint="Choose another folder."
            )
        return self.productions[str(root)]

    def _row(self, root: Any, take: str) -> TakeRow:
        row = self.takes_by_root[self._info(root).root].get(take)
        if row is None:
            raise ProductionError(f"There is no take {take}.", code="production.no_take")
        return row

    def _keep(self, root: Any, row: TakeRow) -> TakeRow:
        with self.lock:
            self.takes_by_root[str(root)][row.id] = row
            self._revision += 1
            return row

    def _state(self, root: str) -> ProductionState:
        by_shot: dict[str, list[TakeRow]] = {}
        for take in self.takes_by_root[self._info(root).root].values():
            by_shot.setdefault(take.shot, []).append(take)
        shots = tuple(_of_shot(shot, rows) for shot, rows in sorted(by_shot.items()))
        return ProductionState(self.productions[root], str(self._revision), shots)


def _take(root: str, shot: str, take_id: str, number: int) -> TakeRow:
    folder = f"{root}/takes/{shot}/{take_id}"
    return TakeRow(
        id=take_id,
        shot=shot,
        created=f"2026-01-01T00:{number // 60 % 60:02d}:{number % 60:02d}Z",
        seed=number,
        rating=Rating.UNDECIDED,
        notes="",
        generator="house",
        frame_count=24,
        rate=Fraction(24),
        size=Size(1280, 720),
        brief=Brief(mood="warm"),
        recipe_hash=f"{number:064x}",
        camera="Camera",
        range=FrameRange(1, 24),
        folder=folder,
        clip=f"{folder}/clip.mp4",
        poster=f"{folder}/poster.png",
        pictures=f"{folder}/pictures",
        seconds=12.5,
        warp_error=1.5,
    )


def _of_shot(shot: str, rows: Sequence[TakeRow]) -> ShotTakes:
    def newest(fits: Callable[[TakeRow], bool]) -> TakeRow | None:
        return next((t for t in reversed(rows) if fits(t)), None)

    judged = newest(lambda t: t.rating is Rating.KEPT) or newest(lambda t: t.rating is not Rating.REJECTED)
    kept = sum(1 for t in rows if t.rating is Rating.KEPT)
    return ShotTakes(shot, len(rows), kept, rows[-1].id, judged.id if judged else "", judged.origin if judged else {})
