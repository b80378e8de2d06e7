"""Talking to the engine: submit, poll, cancel. Plain blocking calls; use it from any thread."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import Any

from rushes.client.ids import new_job_id
from rushes.client.library import LibraryCalls
from rushes.contracts.codec import decode, encode
from rushes.contracts.generator import Descriptor
from rushes.contracts.job import EngineInfo, JobRequest, JobState, JobStatus
from rushes.contracts.look import LookRequest, LookStatus, LookUpdate
from rushes.errors import EngineError, ProtocolError, from_dict

__all__ = ["Client", "result_of"]

_POLL = 20.0
"""Longest wait of one long poll, seconds."""


def result_of(status: JobStatus) -> dict[str, Any]:
    """The result of a job that ended well; raises the error of one that did not."""
    if status.state is JobState.DONE:
        return status.result or {}
    if status.error is not None:
        raise from_dict(status.error)
    raise ProtocolError(f"Job {status.id} has not ended; it is {status.state.value}.", code="job.running")


class Client(LibraryCalls):
    """One engine, seen through a transport.

    `reconnect` gives a new transport when the old one no longer answers (the engine was started
    again and has another port and token); without it an `EngineUnreachable` goes to the caller.
    Every call may safely be sent twice: jobs are named before they are submitted.
    """

    def info(self, timeout: float = 10.0) -> EngineInfo:
        """What runs there; `timeout` in seconds."""
        return self._get(EngineInfo, "/info", timeout)

    def generators(self) -> tuple[Descriptor, ...]:
        """Descriptors of the generators on this machine; waits for the first worker to be up."""
        return self._get(tuple[Descriptor, ...], "/generators", timeout=70.0)

    def submit(self, request: JobRequest) -> JobStatus:
        """Queue a job and return at once. Submitting the same id again gives the job that is there."""
        if request.id is None:
            request = dataclasses.replace(request, id=new_job_id())
        return decode(JobStatus, self._call("POST", "/jobs", encode(request)))

    def status(self, job_id: str) -> JobStatus:
        """How the job stands now."""
        return self._get(JobStatus, f"/jobs/{job_id}")

    def jobs(self, *, active: bool = False, limit: int = 100) -> tuple[JobStatus, ...]:
        """The newest jobs first; `active` leaves out those that ended."""
        return self._get(tuple[JobStatus, ...], f"/jobs?active={str(active).lower()}&limit={limit}")

    def cancel(self, job_id: str) -> JobStatus:
        """Ask the job to stop. A queued one ends at once, a running one soon."""
        return decode(JobStatus, self._call("POST", f"/jobs/{job_id}/cancel"))

    def preview(self, job_id: str) -> bytes | None:
        """The newest preview as PNG, or None when there is none yet."""
        reply = self._send("GET", f"/jobs/{job_id}/preview", None, 10.0)
        return None if reply.status == 204 else reply.body

    def hold(self, seconds: float) -> EngineInfo:
        """Start no job for `seconds` (at most an hour) and let idle workers give the GPU's memory back.

        What runs goes on. Ends by itself; asking again makes it last longer, never shorter.
        """
        return decode(EngineInfo, self._call("POST", "/hold", {"seconds": seconds}))

    def release(self) -> EngineInfo:
        """End a hold now."""
        return decode(EngineInfo, self._call("POST", "/release"))

    def shutdown(self) -> None:
        """Stop the engine; running jobs go back into the queue for its next start."""
        self._call("POST", "/shutdown")

    def wait(
        self,
        job_id: str,
        on_change: Callable[[JobStatus], None] | None = None,
        timeout: float | None = None,
    ) -> JobStatus:
        """The status in which the job ended.

        `on_change` is called with every newer status, from this thread; what it raises goes through.
        Survives a restart of the engine. EngineError `engine.timeout` after `timeout` seconds: the
        job itself goes on.
        """
        end = None if timeout is None else time.monotonic() + timeout
        after = -1
        while True:
            left = _POLL if end is None else min(_POLL, end - time.monotonic())
            if left <= 0:
                raise EngineError(
                    f"Job {job_id} has not ended within {timeout:g} seconds.",
                    code="engine.timeout",
                    hint="It goes on; ask for it again later.",
                )
            path = f"/jobs/{job_id}?after={after}&wait={left:.3f}"
            status = self._get(JobStatus, path, timeout=left + 10.0)
            if status.sequence != after:
                after = status.sequence
                if on_change is not None:
                    on_change(status)
            if status.state.ended:
                return status

    def run(
        self,
        kind: str,
        params: Mapping[str, Any],
        *,
        priority: int = 0,
        on_change: Callable[[JobStatus], None] | None = None,
    ) -> dict[str, Any]:
        """Submit, wait, and give the result; raises the job's own error."""
        status = self.submit(JobRequest(kind, dict(params), priority=priority))
        return result_of(self.wait(status.id, on_change))

    # -- live looks; `client.look.LiveLook` is the comfortable way

    def start_look(self, request: LookRequest) -> LookStatus:
        """Start a live look. Not to be sent twice: two looks would run."""
        return decode(LookStatus, self._call("POST", "/looks", encode(request)))

    def look_status(self, look_id: str, *, after: int = -1, wait: float = 0.0) -> LookStatus:
        """How a look stands; with `wait` (seconds) as soon as its sequence is another one than `after`."""
        return self._get(LookStatus, f"/looks/{look_id}?after={after}&wait={wait:.3f}", timeout=wait + 10.0)

    def update_look(self, look_id: str, update: LookUpdate) -> LookStatus:
        """Change what is looked at; returns at once."""
        return decode(LookStatus, self._call("POST", f"/looks/{look_id}", encode(update)))

    def look_picture(self, look_id: str, *, after: int = 0, wait: float = 0.0) -> tuple[int, bytes] | None:
        """Number and PNG of the newest picture; None when none came with another number than `after`."""
        reply = self._send("GET", f"/looks/{look_id}/picture?after={after}&wait={wait:.3f}", None, wait + 10.0)
        return None if reply.status == 204 else (int(reply.etag or 0), reply.body)

    def stop_look(self, look_id: str) -> LookStatus:
        """End a look."""
        return decode(LookStatus, self._call("POST", f"/looks/{look_id}/stop", timeout=15.0))

    def look_page(self, look_id: str) -> str:
        """Address of the look's page on this machine; whoever knows it may look and steer."""
        return f"{getattr(self._transport, 'address', '')}/view/{look_id}"
