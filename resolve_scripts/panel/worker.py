"""One thread for what asks the engine, so that the window never waits. It never calls Resolve."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Task", "Worker"]


@dataclass
class Task:
    """Work that was given to the thread."""

    work: Callable[[], Any]
    ended: threading.Event = field(default_factory=threading.Event)
    value: Any = None
    error: BaseException | None = None

    def result(self) -> Any:
        """What the work gave; raises what it raised."""
        if self.error is not None:
            raise self.error
        return self.value


class Worker:
    """Does tasks one after the other. A daemon: it keeps no program alive."""

    def __init__(self, name: str) -> None:
        self._tasks: queue.Queue[Task | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def ask(self, work: Callable[[], Any]) -> Task:
        """Give it work; returns at once."""
        task = Task(work)
        self._tasks.put(task)
        return task

    def close(self) -> None:
        """Take no more; what runs is left to end by itself."""
        self._tasks.put(None)

    def _work(self) -> None:
        while True:
            task = self._tasks.get()
            if task is None:
                return
            try:
                task.value = task.work()
            except Exception as exc:  # noqa: BLE001 - the thread's edge: raised again where the result is asked for
                task.error = exc
            finally:
                task.ended.set()
