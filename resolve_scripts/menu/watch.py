"""Says so when Resolve has not answered for a while: most often a dialog is open behind another window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

__all__ = ["Watch"]


class Watch:
    """`with Watch(20, say) as watch:`; `say()` is called once when nothing calls `watch.pet()` for so many seconds.

    It runs on a thread of its own, makes no call to Resolve and stops nothing.
    """

    def __init__(self, seconds: float, say: Callable[[], None]) -> None:
        self._seconds = seconds
        self._say = say
        self._alive = threading.Event()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._work, name="rushes-watch", daemon=True)

    def pet(self) -> None:
        """Something was answered."""
        self._alive.set()

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._alive.set()
        self._thread.join(5)

    def _work(self) -> None:
        while not self._end.is_set():
            if not self._alive.wait(self._seconds):
                self._say()
                self._alive.wait()
            self._alive.clear()
