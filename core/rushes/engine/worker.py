"""A worker: a process of its own that runs one job at a time and keeps models loaded between them.

The engine talks to it in JSON lines: `run`, `cancel`, `rest`, `quit` come in on standard input; `hello`,
`generators`, `progress`, `note`, `preview`, `end` go out on what was standard output. Prints of
libraries cannot disturb that: file descriptor 1 leads to the log. When the engine is gone the input
ends, and the worker takes its own process group (a Blender it started) down with it.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import errno
import json
import logging
import os
import queue
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from rushes.client.locks import FileLock
from rushes.contracts import JobStatus, decode, encode
from rushes.engine.store import PREVIEW, SCRATCH
from rushes.errors import DiskFullError, JobCancelled, JobFailed, RushesError, SystemFault, WorkerLost
from rushes.jobs.registry import USE_CASES, Entry, Services, use_case

__all__ = ["Channel", "WorkerContext", "as_error", "follow_parent", "main", "own_channel", "run_job"]

log = logging.getLogger(__name__)

_LEASE_WAIT = 30.0
"""Seconds that a worker of a killed engine gets to leave a job's folder."""
_PROGRESS_EVERY = 0.05
"""Least seconds between two reports of the same stage."""


class Channel:
    """The way out: one JSON object a line, from any thread."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._lock = threading.Lock()

    def send(self, event: str, **data: Any) -> None:
        """Write one line. When the engine is gone this does nothing: the input's end says so."""
        line = json.dumps({"event": event, **data}).encode("utf-8") + b"\n"
        with self._lock, contextlib.suppress(BrokenPipeError):
            self._out.write(line)
            self._out.flush()


class WorkerContext:
    """`contracts.JobContext` inside a worker."""

    def __init__(self, job_id: str, folder: Path, channel: Channel) -> None:
        self._job = job_id
        self._folder = folder
        self._channel = channel
        self._stop = threading.Event()
        self._last: tuple[float, str, str] = (0.0, "", "")

    def request_stop(self) -> None:
        """Somebody asked for a cancel."""
        self._stop.set()

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        """Report 0 to 1; reports that follow each other too fast are left out, a new stage or message never is."""
        now = time.monotonic()
        at, old_stage, old_message = self._last
        if (stage, message) == (old_stage, old_message) and now - at < _PROGRESS_EVERY:
            return
        self._last = (now, stage, message)
        self._channel.send("progress", job=self._job, fraction=float(fraction), stage=stage, message=message)

    def note(self, text: str) -> None:
        """Tell the artist something once."""
        self._channel.send("note", job=self._job, text=text)

    def preview(self, png: bytes) -> None:
        """Show the newest picture (the bytes of a PNG file). One that cannot be written is left out."""
        beside = self._folder / (PREVIEW + ".new")
        try:
            beside.write_bytes(png)
            os.replace(beside, self._folder / PREVIEW)
        except OSError as exc:  # no reason to end a job: a full disk meets the take itself soon enough
            log.warning("no preview: %s", exc)
            return
        self._channel.send("preview", job=self._job, name=PREVIEW)

    def should_stop(self) -> bool:
        """True once a cancel was asked for."""
        return self._stop.is_set()

    def check(self) -> None:
        """Raise JobCancelled once a cancel was asked for."""
        if self._stop.is_set():
            raise JobCancelled("The job was cancelled.")


def as_error(exc: Exception, error_log: Path) -> RushesError:
    """What a job broke with, in words for the artist; an error that nobody foresaw is written to `error_log`."""
    if isinstance(exc, RushesError):
        return exc
    kind = type(exc).__name__
    text = "".join(traceback.format_exception(exc))
    with contextlib.suppress(OSError):
        error_log.write_text(text, "utf-8")
    log.error("job failed: %s", text)
    if isinstance(exc, OSError) and exc.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(
            f"The disk is full; {exc.filename or 'a file'} was not written.",
            hint="Free some space and run the job again; finished takes are untouched.",
        )
    if isinstance(exc, MemoryError) or kind == "OutOfMemoryError":  # torch's own, which is not imported here
        return SystemFault(
            "There was not enough memory for this job.",
            code="memory",
            hint="Choose a smaller size or a smaller model, or close other programs.",
        )
    return JobFailed(
        f"Something broke that should not: {kind}: {exc}",
        code="job.unforeseen",
        hint=f"The details are in {error_log}. Please send that file with a report.",
        details={"log": str(error_log)},
    )


def run_job(
    status: JobStatus, folder: Path, context: WorkerContext, services: Services, table: Mapping[str, Entry]
) -> dict[str, Any]:
    """Run one job and give the fields of its `end` event. Holds the folder's lease meanwhile."""
    lease = FileLock(folder / "lease")
    scratch = folder / SCRATCH
    try:
        if not lease.acquire(wait=_LEASE_WAIT):
            raise WorkerLost("A former worker still holds this job.", hint="Stop the engine and start it again.")
        context.check()
        _own_scratch(scratch)
        services.asked = status.request.blender
        result = use_case(status.request.kind, table)(status.request.params, context, services)
        return {"state": "done", "result": encode(result)}
    except JobCancelled:
        return {"state": "cancelled"}
    except Exception as exc:  # noqa: BLE001 - the worker's edge: whatever a job does, the worker lives on
        error = as_error(exc, folder / "error.log")
        # After a CUDA fault every later call in this process fails too; the engine starts a fresh worker.
        return {"state": "failed", "error": error.to_dict(), "leave": "CUDA error" in str(exc)}
    finally:
        tempfile.tempdir = None
        shutil.rmtree(scratch, ignore_errors=True)
        lease.release()


def _own_scratch(folder: Path) -> None:
    """Temporary files go into the job's folder, where what a kill -9 leaves is found and removed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    tempfile.tempdir = str(folder)


class _Inbox:
    """Reads orders in a thread, so that a cancel arrives while a job computes."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.context: WorkerContext | None = None
        self.job = ""
        self._lock = threading.Lock()
        self._cancelled: set[str] = set()

    def start(self) -> None:
        threading.Thread(target=self._read, name="inbox", daemon=True).start()

    def begin(self, job_id: str, context: WorkerContext | None) -> None:
        """From now on cancels for `job_id` go to `context`."""
        with self._lock:
            self.job, self.context = job_id, context
            if context is not None and job_id in self._cancelled:
                context.request_stop()
            self._cancelled.discard(job_id)

    def _read(self) -> None:
        for line in self._source:
            order: dict[str, Any] = json.loads(line)
            if order["op"] == "cancel":
                with self._lock:
                    if self.context is not None and order["job"] == self.job:
                        self.context.request_stop()
                    else:
                        self._cancelled.add(order["job"])
            else:
                self.orders.put(order)
                if order["op"] == "quit":
                    return
        _die_with_children()


def _die_with_children(*_: object) -> None:
    """End at once, with everything that this worker started. Half-written files lie under names nobody reads."""
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def follow_parent(parent: int) -> None:
    """End with the engine. On Linux the kernel tells us when the engine dies, should the end of input be missed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the engine's to handle
    signal.signal(signal.SIGTERM, _die_with_children)
    if sys.platform == "linux":
        set_death_signal = 1  # PR_SET_PDEATHSIG, <linux/prctl.h>
        ctypes.CDLL(None, use_errno=True).prctl(set_death_signal, signal.SIGTERM)
        if os.getppid() != parent:
            _die_with_children()


def own_channel() -> Channel:
    """Keep standard output for ourselves and send everybody else's prints to the log."""
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return Channel(out)


def _table(doubles: bool) -> Mapping[str, Entry]:
    if not doubles:
        return USE_CASES
    from rushes.testing.jobs import DOUBLES

    return {**USE_CASES, **DOUBLES}


def _describe(services: Services, channel: Channel) -> None:
    """Tell the engine which generators there are; it does not import them itself."""
    try:
        described = [encode(d) for d in services.generators.descriptors()]
        channel.send("generators", descriptors=described)
    except Exception as exc:  # the worker's edge: a broken plug-in must not stop other jobs
        log.exception("the generators cannot be listed")
        channel.send("generators", descriptors=[], error=f"{type(exc).__name__}: {exc}")


def _rest(services: Services) -> bool:
    """Free what is loaded; False when only the end of this process can."""
    try:
        services.rest()
    except Exception:  # the worker's edge: a plug-in that cannot unload
        log.exception("what is loaded cannot be let go")
        return False
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the engine that started this process until it says `quit` or goes away."""
    parser = argparse.ArgumentParser(prog="rushes.engine.worker")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--blender", default=None)
    parser.add_argument("--doubles", action="store_true")
    parser.add_argument("--describe", action="store_true", help="say which generators there are")
    options = parser.parse_args(arguments)
    channel = own_channel()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    follow_parent(options.parent)
    inbox = _Inbox(sys.stdin.buffer)
    inbox.start()
    channel.send("hello", pid=os.getpid())
    services = Services(home=options.home, blender=options.blender)
    if options.doubles:
        from rushes.testing.studio import furnish

        furnish(services)
    table = _table(options.doubles)
    if options.describe:
        _describe(services, channel)
    while True:
        order = inbox.orders.get()
        if order["op"] == "quit":
            return 0
        if order["op"] == "rest" and not _rest(services):
            return 1
        if order["op"] != "run":
            continue
        status = decode(JobStatus, order["job"])
        folder = Path(order["folder"])
        context = WorkerContext(status.id, folder, channel)
        inbox.begin(status.id, context)
        end = run_job(status, folder, context, services, table)
        inbox.begin("", None)
        leave = bool(end.pop("leave", False))
        channel.send("end", job=status.id, **end)
        if leave:
            return 0


if __name__ == "__main__":
    sys.exit(main())
