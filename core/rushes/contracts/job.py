"""Jobs: what a client submits, polls and cancels."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

__all__ = ["EngineInfo", "JobContext", "JobRequest", "JobState", "JobStatus"]


class JobState(str, Enum):
    """A job goes queued → running → one of the three ends."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """True for the three ends."""
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True)
class JobRequest:
    """A job to queue."""

    kind: str
    """Name of a use case in `rushes.jobs`: "passes", "shoot", "replay"."""
    params: dict[str, Any]
    """The use case's own request, encoded with `contracts.codec.encode`."""
    priority: int = 0
    """Higher runs first; equal priorities run in order of arrival."""
    retries: int = 2
    """How often a lost worker's job is tried again."""
    blender: str | None = None
    """The client's own Blender, which reads its files for sure; None: the engine's."""
    id: str | None = None
    """Chosen by the client to make submitting idempotent; None: the engine names it."""


@dataclass(frozen=True)
class JobStatus:
    """job.json, and the answer to every poll."""

    id: str
    request: JobRequest
    state: JobState
    created: float
    """Unix time, seconds."""
    started: float | None = None
    ended: float | None = None
    sequence: int = 0
    """Grows with every change; a long poll asks for what is newer."""
    attempt: int = 0
    progress: float = 0.0
    """0 to 1."""
    stage: str = ""
    """"passes", "generate", "upsample", "encode" ..."""
    message: str = ""
    seconds_left: float | None = None
    preview: str | None = None
    """File name of the newest preview picture in the job's folder."""
    cancel_requested: bool = False
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    """`RushesError.to_dict()`."""
    position: int | None = None
    """Place in the queue while queued, from 1."""
    notes: tuple[str, ...] = ()
    """What the artist should know: negotiated sizes, unknown words."""


@dataclass(frozen=True)
class EngineInfo:
    """GET /info."""

    version: str
    pid: int
    workers: int
    home: str
    started: float
    generators: tuple[str, ...] = field(default=())
    held: float = 0.0
    """Seconds for which no job will be started; 0: jobs start as they come."""


class JobContext(Protocol):
    """What a running job may say and ask. Implementations are safe to call from the job's thread."""

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        """Report 0 to 1 over the whole job."""
        ...

    def note(self, text: str) -> None:
        """Tell the artist something once."""
        ...

    def preview(self, png: bytes) -> None:
        """Show the newest picture."""
        ...

    def should_stop(self) -> bool:
        """True once a cancel was asked for."""
        ...

    def check(self) -> None:
        """Raise JobCancelled once a cancel was asked for."""
        ...
