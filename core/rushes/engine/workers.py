"""The worker processes: started, fed, watched, replaced."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, BinaryIO

import rushes
from rushes.contracts import JobStatus, encode
from rushes.engine.queue import JobQueue
from rushes.engine.settings import Settings
from rushes.engine.store import SCRATCH, JobStore
from rushes.errors import JobCancelled, ProtocolError, from_dict

__all__ = ["WorkerPool"]

log = logging.getLogger(__name__)

_LINE_LIMIT = 32 * 1024 * 1024
_LOG_LIMIT = 4 * 1024 * 1024
_LONGEST_DELAY = 30.0
_FAILURES = 3
"""Starts in a row that fail before the waiting jobs say so."""


class WorkerPool:
    """One slot a device; a slot always has a worker, or is about to start one."""

    def __init__(self, settings: Settings, queue: JobQueue, store: JobStore) -> None:
        self.described = asyncio.Event()
        """Set once a worker has said which generators there are."""
        self.descriptors: list[Any] = []
        """Their descriptors, encoded."""
        self._queue = queue
        self._slots = [_Slot(self, i, d, settings, queue, store) for i, d in enumerate(settings.devices())]
        self._tasks: list[asyncio.Task[None]] = []
        queue.on_cancel = self._cancel

    def start(self) -> None:
        """Start the workers; returns before they are up."""
        self._tasks = [asyncio.create_task(slot.serve(), name=f"worker-{slot.index}") for slot in self._slots]

    async def stop(self) -> None:
        """End all workers. Jobs that run go back into the queue."""
        for slot in self._slots:
            slot.stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def view(self) -> list[dict[str, Any]]:
        """The slots: index, device, pid, job."""
        return [slot.view() for slot in self._slots]

    def rest(self) -> None:
        """Have idle workers give their memory back."""
        for slot in self._slots:
            slot.rest()

    def _cancel(self, job_id: str) -> None:
        for slot in self._slots:
            slot.cancel(job_id)


class _Slot:
    def __init__(
        self, pool: WorkerPool, index: int, device: str | None, settings: Settings, queue: JobQueue, store: JobStore
    ) -> None:
        self.index = index
        self.stopping = False
        self._pool = pool
        self._device = device
        self._settings = settings
        self._queue = queue
        self._store = store
        self._log = settings.files.worker_logs / f"worker-{index}.log"
        self._process: asyncio.subprocess.Process | None = None
        self._job: str | None = None
        self._ended: asyncio.Event = asyncio.Event()
        self._up: asyncio.Event = asyncio.Event()

    def view(self) -> dict[str, Any]:
        pid = self._process.pid if self._process is not None else None
        return {"index": self.index, "device": self._device, "pid": pid, "job": self._job}

    async def serve(self) -> None:
        """Keep a worker alive. One that dies early again and again is started after longer and longer waits."""
        delay = self._settings.restart_delay
        failures = 0
        while not self.stopping:
            born = time.monotonic()
            try:
                await self._one_life()
            except OSError as exc:
                log.error("worker %d cannot be started: %s", self.index, exc)
            delay = self._settings.restart_delay if self._up.is_set() else min(_LONGEST_DELAY, delay * 2)
            failures = 0 if self._up.is_set() else failures + 1
            if failures >= _FAILURES:
                self._queue.trouble(f"No worker can start; the reason is in {self._log}.")
            if time.monotonic() - born < _LONGEST_DELAY:
                await asyncio.sleep(delay)

    async def _one_life(self) -> None:
        self._up.clear()
        process = await self._spawn()
        self._process = process
        reading = asyncio.create_task(self._read(process))
        leaving = asyncio.create_task(process.wait())
        # Who cannot be heard any more (its pipe is closed, a line without end) is of no use.
        reading.add_done_callback(lambda _: _kill_group(process))
        try:
            while not leaving.done():
                job = self._queue.claim() if self._up.is_set() else None
                if job is not None:
                    await self._run(job, process, leaving)
                    if self._queue.held:
                        self.rest()
                else:
                    await _first(leaving, (self._queue.work if self._up.is_set() else self._up).wait())
            await self._drain(reading)
            self._lose_job(process.returncode)
        finally:
            await self._end_process(process, reading, leaving)

    async def _spawn(self) -> asyncio.subprocess.Process:
        command = [sys.executable, "-m", "rushes.engine.worker", "--home", str(self._settings.home)]
        command += ["--parent", str(os.getpid())]
        if self._settings.blender:
            command += ["--blender", self._settings.blender]
        if self._settings.doubles:
            command.append("--doubles")
        if not self._pool.described.is_set():  # a replaced worker goes to work at once
            command.append("--describe")
        with _open_log(self._log) as out:
            return await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=out,
                env=self._environment(),
                limit=_LINE_LIMIT,
                start_new_session=True,  # a group of its own, so that its Blender can be ended with it
            )

    def _environment(self) -> dict[str, str]:
        env = dict(os.environ)
        root = str(Path(rushes.__file__).resolve().parent.parent)
        env["PYTHONPATH"] = os.pathsep.join([root, *filter(None, [env.get("PYTHONPATH")])])
        env["RUSHES_HOME"] = str(self._settings.home)
        env["PYTHONUNBUFFERED"] = "1"
        if self._device is not None:
            env["CUDA_VISIBLE_DEVICES"] = self._device
        return env

    async def _run(self, job: JobStatus, process: asyncio.subprocess.Process, leaving: asyncio.Task[int]) -> None:
        self._job = job.id
        self._ended.clear()
        await self._send(process, op="run", job=encode(job), folder=str(self._store.folder(job.id)))
        await _first(leaving, self._ended.wait())

    async def _send(self, process: asyncio.subprocess.Process, **order: Any) -> None:
        if process.stdin is None:
            return
        # A worker that just died is noticed by its exit; the order is lost with it and the job is not.
        with contextlib.suppress(ConnectionError):
            process.stdin.write(json.dumps(order).encode("utf-8") + b"\n")
            await process.stdin.drain()

    def cancel(self, job_id: str) -> None:
        """Ask the worker that runs the job to stop, and end it when it does not."""
        if self._job == job_id and self._process is not None:
            _in_background(self._cancel(job_id, self._process))

    def rest(self) -> None:
        """Tell the worker, unless it has a job, to let loaded models go."""
        if self._job is None and self._process is not None and self._up.is_set():
            _in_background(self._send(self._process, op="rest"))

    async def _cancel(self, job_id: str, process: asyncio.subprocess.Process) -> None:
        await self._send(process, op="cancel", job=job_id)
        await asyncio.sleep(self._settings.cancel_grace)
        if self._job == job_id and self._process is process and not self.stopping:
            log.warning("job %s did not stop; its worker is ended", job_id)
            _kill_group(process)

    # -- what it says

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while True:
            line = await process.stdout.readline()
            if not line.endswith(b"\n"):  # the end, or the torso of a line that its writer did not finish
                return
            try:
                self._hear(json.loads(line))
            except (ValueError, KeyError, TypeError, ProtocolError) as exc:
                log.error("worker %d said something that makes no sense (%s)", self.index, exc)

    def _hear(self, said: dict[str, Any]) -> None:
        event, queue = said["event"], self._queue
        if event == "hello":
            self._up.set()
        elif event == "generators":
            self._pool.descriptors = said["descriptors"]
            self._pool.described.set()
        elif said["job"] != self._job or self._job is None:
            log.warning("worker %d spoke of %s, which it does not run", self.index, said["job"])
        elif event == "progress":
            queue.progress(self._job, said["fraction"], said["stage"], said["message"])
        elif event == "note":
            queue.note(self._job, said["text"])
        elif event == "preview":
            queue.preview(self._job, said["name"])
        elif event == "end":
            self._finish(self._job, said)

    def _finish(self, job_id: str, said: dict[str, Any]) -> None:
        self._job = None
        if said["state"] == "done":
            self._queue.done(job_id, said["result"])
        elif said["state"] == "cancelled":
            self._queue.failed(job_id, JobCancelled("The job was cancelled."))
        else:
            self._queue.failed(job_id, from_dict(said["error"]))
        self._ended.set()

    # -- its end

    def _lose_job(self, code: int | None) -> None:
        if self._job is not None:
            job, self._job = self._job, None
            shutil.rmtree(self._store.folder(job) / SCRATCH, ignore_errors=True)
            self._queue.lost(job, _reason(code))

    async def _drain(self, reading: asyncio.Task[None]) -> None:
        """Hear the last words: a job that ended just before its worker died has ended."""
        await asyncio.wait([reading], timeout=2.0)

    async def _end_process(
        self, process: asyncio.subprocess.Process, reading: asyncio.Task[None], leaving: asyncio.Task[int]
    ) -> None:
        if self.stopping and self._job is not None:
            job, self._job = self._job, None
            self._queue.release(job)
        _kill_group(process)
        reading.cancel()
        await asyncio.gather(reading, leaving, return_exceptions=True)
        if process.stdin is not None:
            process.stdin.close()
        self._process = None


_background: set[asyncio.Task[None]] = set()


def _in_background(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)
    _background.add(task)
    task.add_done_callback(_background.discard)


async def _first(running: asyncio.Task[int], other: Any) -> None:
    """Wait until the process left or `other` happened."""
    task = asyncio.ensure_future(other)
    try:
        await asyncio.wait({running, task}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        task.cancel()


def _kill_group(process: asyncio.subprocess.Process) -> None:
    """End the worker and what it started; its group may outlive it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _reason(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        more = " (out of memory, or ended from outside)" if -code == 9 else ""
        return f"its worker was ended by {name}{more}"
    return f"its worker ended with code {code}"


def _open_log(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _LOG_LIMIT:
        os.replace(path, path.with_suffix(".log.1"))
    return path.open("ab")
