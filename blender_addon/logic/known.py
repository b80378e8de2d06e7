"""What the add-on knows of production, jobs and takes: plain data that panels and operators read."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from rushes.contracts import Descriptor, JobState, JobStatus, Picture, ProductionState, TakeRow
from rushes.errors import RushesError

from .bridge import Answer, EngineNews, Event
from .watch import JobNews, PreviewNews, ProductionNews, TakesNews

__all__ = ["Known", "Message", "Pending"]

_JOBS_KEPT = 60
_PICTURES_KEPT = 400
_MESSAGES = 6

Level = Literal["INFO", "WARNING", "ERROR"]


@dataclass(frozen=True)
class Message:
    """Something the artist should read."""

    level: Level
    text: str
    hint: str = ""
    count: int = 1
    when: float = field(default_factory=time.time)


@dataclass(frozen=True)
class Pending:
    """A job that this Blender submitted, and what is to be done with its result."""

    job: str
    scene: str
    """Name of the scene it was asked in; it may be gone by the end."""
    shot: str
    key: str
    """The shot's key in the .blend."""
    place: bool = False
    """Put the take on the timeline."""


class Known:
    """Changed on the main thread only, by `take_in`. `changed` collects what panels must show anew."""

    def __init__(self) -> None:
        self.engine = EngineNews("off")
        self.production: ProductionState | None = None
        self.production_root = ""
        self.production_error: RushesError | None = None
        self.takes: tuple[TakeRow, ...] = ()
        """Of the shot that is picked, oldest first."""
        self.takes_of: tuple[str, ...] = ()
        """Names of the shot under which they are kept."""
        self.jobs: dict[str, JobStatus] = {}
        """The newest last."""
        self.left: dict[str, tuple[float, float]] = {}
        """Job id → (when, seconds left then), eased: the engine's own guess jumps between stages."""
        self.previews: dict[str, Picture] = {}
        """Job id → its newest picture."""
        self.pictures: dict[str, Picture] = {}
        """Path of a picture in the production → the picture, small."""
        self.descriptors: tuple[Descriptor, ...] = ()
        self.pending: dict[str, Pending] = {}
        self.messages: list[Message] = []
        self.changed: set[str] = set()
        """Of: engine, production, takes, jobs, queue (a job came, started or ended), pictures, messages, models."""
        self.hidden: set[str] = set()
        """Ended jobs that the artist has put out of sight."""
        self.on_done: list[Callable[[JobStatus, Pending | None], None]] = []
        """Called once for each job that ends while we look."""

    def take_in(self, event: Event) -> None:
        """Note one event."""
        if isinstance(event, Answer):
            self._answer(event)
        elif isinstance(event, JobNews):
            self._job(event.job)
        elif isinstance(event, PreviewNews):
            self.previews[event.job] = event.picture
            self.changed.add("pictures")
        elif isinstance(event, ProductionNews):
            self.production, self.production_root = event.state, event.root
            if event.error is not None and event.error != self.production_error:
                self.tell(event.error)
            self.production_error = event.error
            self.changed.add("production")
        elif isinstance(event, TakesNews):
            self.takes, self.takes_of = event.takes, event.shots
            self.changed.add("takes")
        else:
            self.engine = event
            self.changed.add("engine")

    def tell(self, what: RushesError | str, hint: str = "", level: Level = "INFO") -> None:
        """Show something to the artist in the panel, newest first; the same thing again is counted."""
        text = what.message if isinstance(what, RushesError) else what
        if isinstance(what, RushesError):
            hint, level = what.hint, "ERROR"
        count = next((m.count + 1 for m in self.messages if m.text == text), 1)
        self.messages = [Message(level, text, hint, count), *(m for m in self.messages if m.text != text)][:_MESSAGES]
        self.changed.add("messages")

    def forget_production(self) -> None:
        """Another .blend or another folder: what was known belongs to the former one."""
        self.production, self.production_error, self.production_root = None, None, ""
        self.takes, self.takes_of = (), ()
        self.jobs.clear()
        self.previews.clear()
        self.pictures.clear()
        self.changed |= {"production", "takes", "jobs", "queue", "pictures"}

    def shown_jobs(self) -> list[JobStatus]:
        """Jobs for the queue, running and queued ones first, then the newest ended ones."""
        jobs = [j for j in self.jobs.values() if j.id not in self.hidden]
        live = sorted((j for j in jobs if not j.state.ended), key=_queue_order)
        ended = sorted((j for j in jobs if j.state.ended), key=lambda j: j.ended or j.created, reverse=True)
        return [*live, *ended[:12]]

    @property
    def running(self) -> bool:
        """Whether a job runs or waits."""
        return any(not j.state.ended for j in self.jobs.values())

    def take(self, take_id: str) -> TakeRow | None:
        """A take of the shot that is picked."""
        return next((t for t in self.takes if t.id == take_id), None)

    def descriptor(self, generator: str) -> Descriptor | None:
        """The model's descriptor; None until the engine has told, or when it is not installed."""
        return next((d for d in self.descriptors if d.id == generator), None)

    def add_picture(self, path: str, picture: Picture) -> None:
        """Remember a picture; the oldest go when there are many."""
        self.pictures[path] = picture
        while len(self.pictures) > _PICTURES_KEPT:
            self.pictures.pop(next(iter(self.pictures)))
        self.changed.add("pictures")

    def _answer(self, event: Answer) -> None:
        if event.error is None:
            if event.done is not None:
                event.done(event.value)
        elif event.failed is not None:
            event.failed(event.error)
        else:
            self.tell(event.error)

    def _job(self, job: JobStatus) -> None:
        before = self.jobs.pop(job.id, None)
        self.jobs[job.id] = job
        self.changed.add("jobs")
        if before is None or before.state is not job.state:
            self.changed.add("queue")
        while len(self.jobs) > _JOBS_KEPT:
            oldest = next((i for i, j in self.jobs.items() if j.state.ended), None)
            if oldest is None:
                break
            self.jobs.pop(oldest)
        if before is not None and job.attempt > before.attempt >= 1:
            self.tell("The engine stopped and was started again; the job goes on.", level="WARNING")
        if not job.state.ended:
            self._ease(job)
            return
        self.left.pop(job.id, None)
        self.previews.pop(job.id, None)
        pending = self.pending.pop(job.id, None)
        if pending is None and (before is None or before.state.ended):
            return  # an old one, told at the start
        self._ended(job)
        for heard in self.on_done:
            heard(job, pending)

    def _ease(self, job: JobStatus) -> None:
        now = time.monotonic()
        if job.seconds_left is None:
            self.left.pop(job.id, None)
            return
        when, left = self.left.get(job.id, (now, job.seconds_left))
        self.left[job.id] = (now, 0.85 * max(0.0, left - (now - when)) + 0.15 * job.seconds_left)

    def seconds_left(self, job_id: str) -> float | None:
        """Time left of a running job, seconds; None while nobody knows."""
        found = self.left.get(job_id)
        return None if found is None else max(0.0, found[1] - (time.monotonic() - found[0]))

    def _ended(self, job: JobStatus) -> None:
        if job.state is JobState.FAILED and job.error is not None:
            self.tell(str(job.error.get("message", "The job failed.")), str(job.error.get("hint", "")), "ERROR")
        for note in job.notes:
            self.tell(note)


def _queue_order(job: JobStatus) -> tuple[Any, ...]:
    return (job.state is not JobState.RUNNING, job.position or 0, job.created)
