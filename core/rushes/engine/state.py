"""The running engine: what the routes share."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

import rushes
from rushes.contracts import EngineInfo, JobRequest, JobStatus, decode
from rushes.engine.guard import Tickets
from rushes.engine.looks import Looks
from rushes.engine.pictures import PictureCache
from rushes.engine.pruner import Pruner
from rushes.engine.queue import JobQueue
from rushes.engine.settings import Settings
from rushes.engine.store import JobStore
from rushes.engine.workers import WorkerPool
from rushes.errors import EngineUnreachable, InputError, ProtocolError
from rushes.jobs.registry import USE_CASES, Entry

__all__ = ["Engine"]

log = logging.getLogger(__name__)

T = TypeVar("T")


class Engine:
    """Store, queue and workers of one engine process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.started = time.time()
        self.store = JobStore(settings.files)
        self.queue = JobQueue(self.store)
        self.pool = WorkerPool(settings, self.queue, self.store)
        self.looks = Looks(settings)
        self.pictures = PictureCache()
        self.pruner = Pruner(self._used_blends)
        self.tickets = Tickets()
        self.stopping = asyncio.Event()
        self.on_stop: Callable[[], None] = lambda: None
        """Called once when somebody asks the engine to stop."""
        self.last_seen: Callable[[], float] = time.monotonic
        """Monotonic time of the last request."""
        self._busy_until = time.monotonic()
        self._table = _job_table(settings.doubles)
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take up old jobs and start the workers."""
        self.queue.on_end = self.pruner.ended
        self.queue.recover()
        self.pool.start()
        self._keeper = asyncio.create_task(self._keep(), name="keeper")

    async def close(self) -> None:
        """Stop the workers and let go of the files."""
        self.stopping.set()
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        self.queue.let_go()
        await self.looks.close()
        await self.pool.stop()
        await self.pruner.close()
        self.queue.flush()
        self.store.close()

    def stop(self) -> None:
        """Ask for the end."""
        if not self.stopping.is_set():
            self.stopping.set()
            self.on_stop()

    def info(self) -> EngineInfo:
        """GET /info."""
        return EngineInfo(
            version=rushes.__version__,
            pid=os.getpid(),
            workers=len(self.pool.view()),
            home=str(self.settings.home),
            started=self.started,
            generators=tuple(str(d["id"]) for d in self.pool.descriptors),
            held=round(self.queue.held, 3),
        )

    def hold(self, seconds: float) -> None:
        """Start nothing for so long and free what idle workers hold."""
        self.queue.hold(seconds)
        self.pool.rest()

    def submit(self, request: JobRequest) -> JobStatus:
        """Check what can be checked without a worker, then queue. InputError or ProtocolError otherwise."""
        if self.stopping.is_set():
            raise EngineUnreachable("The engine is stopping.", hint="Try again in a moment.")
        entry = self._table.get(request.kind)
        if entry is None:
            known = ", ".join(sorted(self._table))
            raise ProtocolError(
                f"There is no job called {request.kind!r}.", code="job.kind", hint=f"Known jobs: {known}."
            )
        if not 0 <= request.retries <= 10:
            raise InputError("A job is tried again 0 to 10 times.", code="job.retries")
        if request.blender is not None and not Path(request.blender).stem.lower().startswith("blender"):
            raise InputError(
                f"{request.blender} is not a Blender.",
                code="job.blender",
                hint="Name the Blender program itself, or leave it out.",
            )
        if entry.params is not None:
            decode(entry.params, request.params, f"{request.kind}.params")
        return self.queue.submit(request)

    async def until_stop(self, waiting: Coroutine[Any, Any, T], instead: Callable[..., T], *arguments: Any) -> T:
        """What `waiting` gives, or `instead(*arguments)` when the engine stops first."""
        task = asyncio.ensure_future(waiting)
        stop = asyncio.ensure_future(self.stopping.wait())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else instead(*arguments)
        finally:
            task.cancel()
            stop.cancel()

    def _used_blends(self) -> set[Path]:
        """Scenes that jobs or looks still need."""
        named = {str(job.request.params.get("blend", "")) for job in self.queue.live()}
        return {Path(name) for name in named | {look.request.blend for look in self.looks.list()} if name}

    async def _keep(self) -> None:
        """Write what a full disk refused; end when nobody has needed the engine for long."""
        limit = self.settings.idle_exit
        while True:
            await asyncio.sleep(1.0)
            self.queue.flush()
            await self.looks.keep()
            if self.queue.busy or self.looks.busy:
                self._busy_until = time.monotonic()
            if limit and time.monotonic() - max(self.last_seen(), self._busy_until) > limit:
                log.info("nobody has asked for anything for %.0f s; ending", limit)
                self.stop()
                return


def _job_table(doubles: bool) -> Mapping[str, Entry]:
    if not doubles:
        return USE_CASES
    from rushes.testing.jobs import DOUBLES

    return {**USE_CASES, **DOUBLES}
