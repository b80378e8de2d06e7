"""The queue: which job runs next, what is known of each, who waits for news.

Lives in the engine's event loop and is used by that one thread. Every change of state is on disk
before anybody hears of it; progress is kept in memory and written a few times a second.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from rushes.client.ids import new_job_id
from rushes.contracts import JobRequest, JobState, JobStatus, canonical_json
from rushes.engine.estimate import Estimate
from rushes.engine.store import JobStore, check_job_id
from rushes.errors import JobCancelled, ProtocolError, RushesError, SystemFault, WorkerLost

__all__ = ["JobQueue", "Subscription"]

log = logging.getLogger(__name__)

_PROGRESS_WRITE = 0.2
"""Least seconds between two writes of one job's progress."""
_HELD = "Waits until the machine is free again."


class Subscription:
    """News for one listener. Only the newest status of each job is held, so a slow listener costs nothing."""

    def __init__(self) -> None:
        self._news: dict[str, JobStatus] = {}
        self._something = asyncio.Event()

    def put(self, status: JobStatus) -> None:
        """Add news."""
        self._news[status.id] = status
        self._something.set()

    async def take(self) -> list[JobStatus]:
        """What is new; waits until something is."""
        await self._something.wait()
        self._something.clear()
        news, self._news = list(self._news.values()), {}
        return news


class JobQueue:
    """All live jobs in memory, all jobs on disk."""

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._live: dict[str, JobStatus] = {}
        self._estimates: dict[str, Estimate] = {}
        self._written: dict[str, float] = {}
        self._unsaved: dict[str, JobStatus] = {}
        self._waiters: dict[str, list[asyncio.Future[None]]] = {}
        self._subscriptions: set[Subscription] = set()
        self._last_created = 0.0
        self.work = asyncio.Event()
        """Set when there may be something to claim."""
        self.on_cancel: Callable[[str], None] = lambda job_id: None
        """Called when a running job should stop."""
        self.on_end: Callable[[JobStatus], None] = lambda status: None
        """Called when a job has ended."""
        self._hold_ends: asyncio.TimerHandle | None = None

    # -- questions

    @property
    def busy(self) -> bool:
        """True while a job is queued or running."""
        return bool(self._live)

    @property
    def held(self) -> float:
        """Seconds for which no job will be started; 0: jobs start as they come."""
        if self._hold_ends is None:
            return 0.0
        return max(0.001, self._hold_ends.when() - asyncio.get_running_loop().time())

    def live(self) -> tuple[JobStatus, ...]:
        """Jobs that are queued or running."""
        return tuple(self._live.values())

    def get(self, job_id: str) -> JobStatus:
        """The job now. ProtocolError `job.unknown`."""
        found = self._live.get(check_job_id(job_id)) or self._unsaved.get(job_id) or self._store.load(job_id)
        if found is None:
            raise ProtocolError(
                f"There is no job {job_id}.", code="job.unknown", hint="List the jobs with: rushes jobs"
            )
        return found

    def list(self, *, active: bool, limit: int) -> list[JobStatus]:
        """Newest first."""
        found: list[JobStatus] = []
        for job_id in self._store.newest(active=active, limit=limit):
            try:
                found.append(self.get(job_id))
            except ProtocolError as exc:  # its folder was removed or broken by hand
                log.warning("job %s left out: %s", job_id, exc)
        return found

    async def news(self, job_id: str, after: int, wait: float) -> JobStatus:
        """The job as soon as its sequence is not `after` any more, or after `wait` seconds as it is."""
        status = self.get(job_id)
        end = time.monotonic() + wait
        while status.sequence == after and not status.state.ended:
            left = end - time.monotonic()
            if left <= 0:
                break
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.setdefault(job_id, []).append(waiter)
            await asyncio.wait([waiter], timeout=left)
            self._forget_waiter(job_id, waiter)
            status = self.get(job_id)
        return status

    def _forget_waiter(self, job_id: str, waiter: asyncio.Future[None]) -> None:
        left = [w for w in self._waiters.get(job_id, []) if w is not waiter]
        if left:
            self._waiters[job_id] = left
        else:
            self._waiters.pop(job_id, None)

    def subscribe(self) -> Subscription:
        """News of every job from now on, after the live ones as they are."""
        subscription = Subscription()
        for status in self._live.values():
            subscription.put(status)
        self._subscriptions.add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Stop the news."""
        self._subscriptions.discard(subscription)

    # -- coming and going

    def submit(self, request: JobRequest) -> JobStatus:
        """Queue a job. The same request with the same id gives the job that is there; another one is refused."""
        job_id = check_job_id(request.id) if request.id is not None else new_job_id()
        request = dataclasses.replace(request, id=job_id)
        known = self._live.get(job_id) or self._store.load(job_id)
        if known is not None:
            if canonical_json(known.request) != canonical_json(request):
                raise ProtocolError(f"Another job is already called {job_id}.", code="job.exists")
            return known
        # Never two at the same instant, so that "order of arrival" has one meaning, also after a restart.
        self._last_created = max(time.time(), self._last_created + 1e-6)
        message = _HELD if self._hold_ends else ""
        status = JobStatus(job_id, request, JobState.QUEUED, created=self._last_created, sequence=1, message=message)
        self._store.save(status)  # a full disk refuses the job here
        self._live[job_id] = status
        self._publish(status)
        self._reorder()
        return self._live[job_id]

    def claim(self) -> JobStatus | None:
        """The next job, now running; None when nothing waits or the queue is held."""
        waiting = [] if self._hold_ends else self._waiting()
        if not waiting:
            self.work.clear()
            return None
        job = waiting[0]
        self._estimates[job.id] = Estimate(time.monotonic())
        job = self._change(
            job.id,
            state=JobState.RUNNING,
            started=time.time(),
            attempt=job.attempt + 1,
            position=None,
            progress=0.0,
            stage="",
            message="",
            seconds_left=None,
        )
        self._reorder()
        return job

    def hold(self, seconds: float) -> None:
        """Start nothing for so long; what runs goes on. A hold that lasts longer already stays."""
        if seconds > self.held:
            if self._hold_ends is not None:
                self._hold_ends.cancel()
            self._hold_ends = asyncio.get_running_loop().call_later(seconds, self.let_go)
        self.trouble(_HELD)

    def let_go(self) -> None:
        """End a hold."""
        if self._hold_ends is not None:
            self._hold_ends.cancel()
            self._hold_ends = None
            for status in self._waiting():
                if status.message == _HELD:
                    self._change(status.id, durable=False, message="")
            self.work.set()

    def cancel(self, job_id: str) -> JobStatus:
        """Queued: ends now. Running: is asked to stop. Ended: stays as it is."""
        status = self.get(job_id)
        if status.state.ended or status.cancel_requested:
            return status
        if status.state is JobState.QUEUED:
            return self._cancelled(job_id)
        status = self._change(job_id, cancel_requested=True)
        self.on_cancel(job_id)
        return status

    def recover(self) -> None:
        """Take up the jobs that a former engine left queued or running."""
        unfinished = self._store.unfinished()
        self._last_created = self._store.last_created()
        for status in unfinished:
            self._live[status.id] = status
            if status.state is JobState.RUNNING:
                self.lost(status.id, "the engine was killed while it ran")
            elif status.cancel_requested:
                self._cancelled(status.id)
        self._reorder()

    def release(self, job_id: str) -> None:
        """Put a running job back because the engine stops in order; the try does not count."""
        status = self._live[job_id]
        if status.cancel_requested:
            self._cancelled(job_id)
            return
        message = "Interrupted; it starts again with the engine."
        self._change(
            job_id, state=JobState.QUEUED, attempt=max(0, status.attempt - 1), message=message, seconds_left=None
        )

    # -- what workers report

    def progress(self, job_id: str, fraction: float, stage: str, message: str) -> None:
        """Newer progress of a running job."""
        status = self._live[job_id]
        fraction = min(1.0, max(status.progress, fraction))
        left = self._estimates[job_id].update(time.monotonic(), fraction)
        self._change(job_id, durable=False, progress=fraction, stage=stage, message=message, seconds_left=left)

    def note(self, job_id: str, text: str) -> None:
        """Something the artist should know; the same words are said once."""
        status = self._live[job_id]
        if text not in status.notes:
            self._change(job_id, notes=(*status.notes, text))

    def preview(self, job_id: str, name: str) -> None:
        """A newer preview lies in the job's folder."""
        self._change(job_id, durable=False, preview=name)

    def done(self, job_id: str, result: Mapping[str, Any]) -> None:
        """The job ended well."""
        self._end(job_id, JobState.DONE, result=dict(result), progress=1.0, message="")

    def failed(self, job_id: str, error: RushesError) -> None:
        """The job ended badly, or because it was asked to."""
        if isinstance(error, JobCancelled):
            self._cancelled(job_id)
        else:
            self._end(job_id, JobState.FAILED, error=error.to_dict())

    def lost(self, job_id: str, reason: str) -> None:
        """The job's process is gone: queue it again, or fail it when its tries are used up."""
        status = self._live[job_id]
        if status.cancel_requested:
            self._cancelled(job_id)
            return
        tries = status.request.retries + 1
        if status.attempt < tries:
            log.warning("job %s: %s; try %d of %d", job_id, reason, status.attempt + 1, tries)
            message = f"Starting again: {reason}."
            self._change(job_id, state=JobState.QUEUED, message=message, seconds_left=None)
            self._reorder()
            return
        self.failed(
            job_id,
            WorkerLost(
                f"The job was tried {_times(status.attempt)}; {reason}.",
                hint="If it ran out of memory, make the shot smaller or close other programs, then start it again.",
                details={"attempts": status.attempt, "reason": reason},
            ),
        )

    def trouble(self, text: str) -> None:
        """Say to all who wait why nothing goes on."""
        for status in self._waiting():
            if status.message != text:
                self._change(status.id, durable=False, message=text)

    # -- keeping

    def flush(self) -> None:
        """Write what could not be written before (full disk). Called now and then."""
        for status in list(self._unsaved.values()):
            self._persist(status, durable=True)
        self._store.catch_up()

    def _cancelled(self, job_id: str) -> JobStatus:
        error = JobCancelled("The job was cancelled.").to_dict()
        return self._end(job_id, JobState.CANCELLED, error=error, cancel_requested=True)

    def _end(self, job_id: str, state: JobState, **changes: Any) -> JobStatus:
        status = self._change(job_id, state=state, ended=time.time(), seconds_left=None, position=None, **changes)
        del self._live[job_id]
        self._estimates.pop(job_id, None)
        self._written.pop(job_id, None)
        self._reorder()
        self.on_end(status)
        return status

    def _change(self, job_id: str, *, durable: bool = True, **changes: Any) -> JobStatus:
        old = self._live[job_id]
        status = dataclasses.replace(old, sequence=old.sequence + 1, **changes)
        now = time.monotonic()
        if durable or now - self._written.get(job_id, 0.0) >= _PROGRESS_WRITE:
            self._written[job_id] = now
            self._persist(status, durable=durable)
        self._live[job_id] = status
        self._publish(status)
        return status

    def _persist(self, status: JobStatus, *, durable: bool) -> None:
        try:
            self._store.save(status, durable=durable)
            self._unsaved.pop(status.id, None)
        except SystemFault as exc:  # also DiskFullError
            # Memory stays right and `flush` tries again; the job itself meets the same disk and says so.
            if status.id not in self._unsaved:
                log.error("job %s not written: %s", status.id, exc)
            self._unsaved[status.id] = status

    def _waiting(self) -> list[JobStatus]:
        queued = (s for s in self._live.values() if s.state is JobState.QUEUED)
        return sorted(queued, key=lambda s: (-s.request.priority, s.created))

    def _reorder(self) -> None:
        """Tell queued jobs their new places and wake the workers."""
        waiting = self._waiting()
        for place, status in enumerate(waiting, 1):
            if status.position != place:
                moved = dataclasses.replace(status, position=place, sequence=status.sequence + 1)
                self._live[status.id] = moved
                self._publish(moved)
        if waiting:
            self.work.set()

    def _publish(self, status: JobStatus) -> None:
        for waiter in self._waiters.get(status.id, []):
            if not waiter.done():
                waiter.set_result(None)
        for subscription in self._subscriptions:
            subscription.put(status)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
