"""Follows jobs to their ends with progress bars. Ctrl-C cancels them and waits until they have stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rushes.cli.output import err

if TYPE_CHECKING:
    from rushes.client import Client
    from rushes.contracts import JobStatus

__all__ = ["Followed", "follow", "result_or_raise"]

_GRACE = 20.0
"""Seconds that cancelled jobs get to stop before we stop looking."""


@dataclass
class Followed:
    """A job on the screen."""

    label: str
    job: str
    status: JobStatus | None = None
    error: BaseException | None = None
    """Why it could not be followed to its end."""
    told: int = 0
    shown: tuple[str, str] = ("", "")
    thread: threading.Thread | None = field(default=None, repr=False)

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.error is not None or (self.status is not None and self.status.state.ended)


def follow(client: Client, jobs: Sequence[Followed]) -> bool:
    """Wait for all jobs, in any order; True when Ctrl-C asked them to stop."""
    screen = _Bars() if err().is_terminal and not err().is_dumb_terminal else _Lines()
    for job in jobs:
        job.thread = threading.Thread(target=_watch, args=(client, job), daemon=True)
        job.thread.start()
    stopped = False
    with screen:
        try:
            _until_ended(jobs, screen)
        except KeyboardInterrupt:
            stopped = True
            _cancel(client, jobs, screen)
    return stopped


def _watch(client: Client, job: Followed) -> None:
    from rushes.errors import RushesError

    def changed(status: JobStatus) -> None:
        job.status = status

    try:
        job.status = client.wait(job.job, changed)
    except RushesError as exc:
        job.error = exc


def _until_ended(jobs: Sequence[Followed], screen: _Screen, seconds: float = float("inf")) -> None:
    end = time.monotonic() + seconds
    while True:
        for job in jobs:
            screen.show(job)
        if all(job.ended for job in jobs) or time.monotonic() > end:
            return
        time.sleep(0.1)


def _cancel(client: Client, jobs: Sequence[Followed], screen: _Screen) -> None:
    from rushes.errors import RushesError

    err().print("Stopping; a take that is not finished is not kept. (Ctrl-C again: stop waiting for it.)")
    try:
        for job in jobs:
            if not job.ended:
                try:
                    client.cancel(job.job)
                except RushesError as exc:
                    job.error = exc
        _until_ended(jobs, screen, _GRACE)
    except KeyboardInterrupt:
        return


def result_or_raise(job: Followed) -> dict[str, Any]:
    """The job's result; raises what it ended with."""
    from rushes.client import result_of
    from rushes.errors import JobCancelled

    if job.error is not None:
        raise job.error
    if job.status is None:
        raise JobCancelled(f"{job.label} was left before it began.")
    return result_of(job.status)


class _Screen:
    """Shows jobs as they change."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def __enter__(self) -> _Screen:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def show(self, job: Followed) -> None:
        """Bring the screen up to date with one job."""
        raise NotImplementedError

    def tell(self, job: Followed) -> None:
        """Print notes that have not been printed yet; six variants with the same note say it once."""
        notes = job.status.notes if job.status else ()
        for text in notes[job.told :]:
            if text not in self._said:
                self._said.add(text)
                err().print(f"{job.label}: {text}", markup=False, style="yellow")
        job.told = len(notes)


class _Lines(_Screen):
    """For logs and dumb terminals: a line for each new stage."""

    def show(self, job: Followed) -> None:
        """See _Screen."""
        if job.status is None:
            return
        self.tell(job)
        now = (job.status.state.value, job.status.stage)
        if now != job.shown:
            job.shown = now
            what = job.status.stage if job.status.state.value == "running" else job.status.state.value
            if what:
                err().print(f"{job.label}: {what} ({job.status.progress:.0%})", markup=False)


class _Bars(_Screen):
    """For terminals: a bar for each job with stage and time left; those that wait share a line."""

    def __init__(self) -> None:
        super().__init__()
        from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn

        narrow = err().width < 70
        columns: list[Any] = [SpinnerColumn("line"), TextColumn("{task.description}", markup=False)]
        columns += [BarColumn(bar_width=10 if narrow else 28), TaskProgressColumn()]
        columns += [TextColumn("{task.fields[left]}")]
        if not narrow:
            columns += [TextColumn("{task.fields[stage]}", style="dim", markup=False)]
        self._progress = Progress(*columns, console=err(), refresh_per_second=5)
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> _Screen:
        self._progress.__enter__()
        return self

    def __exit__(self, *details: Any) -> None:
        self._progress.__exit__(*details)

    def show(self, job: Followed) -> None:
        """See _Screen."""
        status = job.status
        if status is None or (status.state.value == "queued" and job.job not in self._tasks):
            return
        self.tell(job)
        if job.job not in self._tasks:
            self._tasks[job.job] = self._progress.add_task(job.label, total=1.0, left="", stage="")
        stage = f"{status.stage}: {status.message}" if status.message else status.stage
        done = status.state.ended
        self._progress.update(
            self._tasks[job.job],
            completed=1.0 if status.state.value == "done" else status.progress,
            left="" if done or status.seconds_left is None else _clock(status.seconds_left),
            stage=status.state.value if done else stage,
        )


def _clock(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole // 60}:{whole % 60:02d} left"
