"""Runs a measurement in this process, with its progress on the screen and Ctrl-C as a cancel."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from rushes.cli.output import err

if TYPE_CHECKING:
    from types import FrameType

    from rushes.contracts import JobContext

__all__ = ["LocalContext", "run_here"]

T = TypeVar("T")


class LocalContext:
    """`contracts.JobContext` of a job that runs in the command's own process."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._stop = threading.Event()

    def request_stop(self) -> None:
        """Ctrl-C."""
        self._stop.set()

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        """See JobContext."""
        self._show(f"{stage}: {message}" if message else f"{stage} {fraction:.0%}")

    def note(self, text: str) -> None:
        """See JobContext."""
        err().print(text, markup=False, style="yellow")

    def preview(self, png: bytes) -> None:
        """See JobContext; nothing is shown."""

    def should_stop(self) -> bool:
        """See JobContext."""
        return self._stop.is_set()

    def check(self) -> None:
        """See JobContext."""
        from rushes.errors import JobCancelled

        if self._stop.is_set():
            raise JobCancelled("Stopped; nothing was kept of this run.")


def run_here(work: Callable[[JobContext], T]) -> T:
    """`work(context)`; Ctrl-C asks it to stop."""
    from rich.markup import escape

    if err().is_terminal and not err().is_dumb_terminal:
        with err().status("Starting") as status:
            context = LocalContext(lambda text: status.update(escape(text)))
            with _ctrl_c(context):
                return work(context)
    context = LocalContext(lambda text: None)
    with _ctrl_c(context):
        return work(context)


@contextmanager
def _ctrl_c(context: LocalContext) -> Generator[None, None, None]:
    def stop(number: int, frame: FrameType | None) -> None:
        context.request_stop()

    before: Any = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
