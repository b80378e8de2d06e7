"""Removes copies of scenes that nothing needs any more, after a shoot, seldom."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from pathlib import Path

from rushes.contracts import JobStatus
from rushes.errors import RushesError
from rushes.library.production import Production

__all__ = ["Pruner"]

log = logging.getLogger(__name__)


class Pruner:
    """Looks through a production's `scenes/` after a shoot in it, at most once in `every` seconds."""

    def __init__(self, used: Callable[[], Collection[Path]], every: float = 3600.0) -> None:
        """`used` names the .blend files that jobs still need."""
        self._used = used
        self._every = every
        self._last: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def ended(self, status: JobStatus) -> None:
        """A job has ended. Called in the event loop; the work is done in a thread."""
        root = status.request.params.get("production")
        if status.request.kind != "shoot" or not isinstance(root, str):
            return
        now = time.monotonic()
        if now - self._last.get(root, -self._every) < self._every:
            return
        self._last[root] = now
        task = asyncio.create_task(asyncio.to_thread(self._prune, root, frozenset(self._used())), name="pruner")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Wait for what runs."""
        await asyncio.gather(*self._tasks)

    @staticmethod
    def _prune(root: str, used: frozenset[Path]) -> None:
        try:
            gone = Production.open(root, clean=False).prune_scenes(keep=used)
        except (RushesError, OSError) as exc:  # tidying up is no reason to trouble anybody
            log.warning("old copies of scenes in %s stay: %s", root, exc)
            return
        if gone:
            log.info("removed %d old copies of scenes in %s", len(gone), root)
