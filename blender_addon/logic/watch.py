"""What the background looks at while Blender is open: jobs, the production, takes of the shots on show.

Only news becomes events, so that the main thread has little to do.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from rushes.client import Client
from rushes.contracts import JobState, JobStatus, Picture, ProductionState, TakeRow
from rushes.errors import InputError, ProtocolError, RushesError

__all__ = ["JobNews", "PreviewNews", "ProductionNews", "TakesNews", "Watch", "WatchEvent", "Wish"]

_BUSY, _IDLE, _TROUBLE = 0.3, 1.5, 3.0
"""Seconds between two looks."""
_RECENT = 40
"""Ended jobs shown when Blender opens."""


@dataclass(frozen=True)
class Wish:
    """What the main thread wants to know about."""

    production: str = ""
    """Folder; empty: none."""
    shots: tuple[str, ...] = ()
    """Names under which the takes on show are kept."""
    preview_side: int = 256


@dataclass(frozen=True)
class JobNews:
    """A job of this production that is new or changed."""

    job: JobStatus


@dataclass(frozen=True)
class PreviewNews:
    """The newest picture of a running job."""

    job: str
    picture: Picture


@dataclass(frozen=True)
class ProductionNews:
    """The production as it is now; None with an error when it cannot be read."""

    root: str
    state: ProductionState | None
    error: RushesError | None = None


@dataclass(frozen=True)
class TakesNews:
    """Takes of the shots that were wished for."""

    root: str
    shots: tuple[str, ...]
    takes: tuple[TakeRow, ...]


WatchEvent = JobNews | PreviewNews | ProductionNews | TakesNews


class Watch:
    """The watching thread's memory. `want`, `wake` and `refresh` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._eager = threading.Event()
        self._looked = float("-inf")
        self._wish = Wish()
        self._known: dict[str, JobStatus] = {}
        self._revision = ""
        self._shown: tuple[str, tuple[str, ...], str] = ("", (), "")
        self._previews: dict[str, int] = {}
        self._first = True
        self._pause = _IDLE
        self._broken = ""

    @property
    def wish(self) -> Wish:
        """What is looked at now."""
        return self._wish

    def want(self, wish: Wish) -> None:
        """Look at this from now on, at once when it is something else than before."""
        with self._lock:
            if wish == self._wish:
                return
            if wish.production != self._wish.production:
                self._revision, self._first, self._broken = "", True, ""
                self._shown = ("", (), "")
                self._known.clear()
                self._previews.clear()
            self._wish = wish
        self.wake()

    def refresh(self) -> None:
        """Tell everything again with the next look."""
        with self._lock:
            self._revision, self._first, self._broken = "", True, ""
            self._shown = ("", (), "")
            self._known.clear()
        self.wake()

    def follow(self, jobs: Iterable[JobStatus]) -> None:
        """Follow jobs just submitted: one may end before the next look, which asks for what runs."""
        with self._lock:
            for job in jobs:
                self._known.setdefault(job.id, replace(job, sequence=-1))
        self._wake.set()

    def wake(self) -> None:
        """Look now, at all of it."""
        self._eager.set()
        self._wake.set()

    def slow_down(self) -> None:
        """Something is wrong: look less often until it is right again."""
        self._pause = _TROUBLE

    def pause(self) -> None:
        """Wait for the next look, or for a wake."""
        self._wake.wait(self._pause)
        self._wake.clear()

    def look(self, client: Client) -> list[WatchEvent]:
        """Ask the engine; what is new. Engine errors go through, those of the production become events."""
        with self._lock:
            wish, first = self._wish, self._first
            self._first = False
        events: list[WatchEvent] = []
        running = self._jobs(client, wish, first, events)
        if wish.production and self._due(events):
            self._production(client, wish, events)
        self._pause = _BUSY if running else _IDLE
        return events

    def _due(self, events: list[WatchEvent]) -> bool:
        """A large production costs the engine some 50 ms a look: not with every word of a running job."""
        now = time.monotonic()
        ended = any(isinstance(e, JobNews) and e.job.state.ended for e in events)
        if not (ended or self._eager.is_set() or now - self._looked >= _IDLE):
            return False
        self._eager.clear()
        self._looked = now
        return True

    def _jobs(self, client: Client, wish: Wish, first: bool, events: list[WatchEvent]) -> bool:
        listed = client.jobs(active=not first, limit=_RECENT if first else 200)
        seen = {j.id for j in listed}
        with self._lock:
            gone = [i for i, j in self._known.items() if not j.state.ended and i not in seen]
        listed = (*listed, *self._each(client, gone))
        fresh = [j for j in listed if _ours(j, wish) and self._is_news(j)]
        with self._lock:
            for job in sorted(fresh, key=lambda j: j.created):
                self._known[job.id] = job
                events.append(JobNews(job))
            known = list(self._known.values())
        self._preview(client, wish, known, events)
        return any(not j.state.ended for j in known)

    def _each(self, client: Client, ids: Iterable[str]) -> list[JobStatus]:
        found: list[JobStatus] = []
        for job_id in ids:
            try:
                found.append(client.status(job_id))
            except ProtocolError:  # the engine has forgotten it
                self._known.pop(job_id, None)
        return found

    def _is_news(self, job: JobStatus) -> bool:
        known = self._known.get(job.id)
        return known is None or known.sequence != job.sequence or known.position != job.position

    def _preview(self, client: Client, wish: Wish, known: list[JobStatus], events: list[WatchEvent]) -> None:
        for job in known:
            if job.state is not JobState.RUNNING or job.preview is None:
                continue
            if self._previews.get(job.id) == job.sequence:
                continue
            self._previews[job.id] = job.sequence
            picture = client.job_picture(job.id, wish.preview_side)
            if picture is not None:
                events.append(PreviewNews(job.id, picture))
            return  # one a look is enough

    def _production(self, client: Client, wish: Wish, events: list[WatchEvent]) -> None:
        try:
            state = client.production(wish.production, self._revision)
            if state is not None:
                self._revision = state.revision
                events.append(ProductionNews(wish.production, state))
            shown = (wish.production, wish.shots, self._revision)
            if wish.shots and shown != self._shown:
                takes = client.takes(wish.production, wish.shots)
                self._shown = shown
                events.append(TakesNews(wish.production, wish.shots, takes))
            self._broken = ""
        except (InputError, ProtocolError) as exc:
            if self._broken != exc.code:
                self._broken = exc.code
                self._revision = ""
                events.append(ProductionNews(wish.production, None, exc))


def _ours(job: JobStatus, wish: Wish) -> bool:
    return not wish.production or job.request.params.get("production") == wish.production
