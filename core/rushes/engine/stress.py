"""The queue under kill -9: many jobs, workers killed at random moments, nothing lost and nothing half.

Uses the doubles of `rushes.testing`: what is measured is the engine, not the pictures.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import statistics
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from rushes.client import Client, discover
from rushes.contracts import JobRequest, JobState, JobStatus, Metric
from rushes.errors import EngineError
from rushes.testing.engine import running_engine

__all__ = ["StressReport", "queue_metrics", "run_stress", "start_metrics", "stress_metrics"]

_LINES = 12


@dataclass(frozen=True)
class StressReport:
    """What came of it."""

    jobs: tuple[JobStatus, ...]
    """In the order of submitting, as they ended."""
    kills: int
    """Workers killed."""
    killed_running: int
    """Of these, how many had a job."""
    half: tuple[str, ...]
    """Jobs whose file is there under its name and not whole."""
    lost: tuple[str, ...]
    """Jobs that were done and whose file is missing."""
    unreasoned: tuple[str, ...]
    """Jobs that neither are done nor failed with a reason."""
    seconds: float


@dataclass
class _Killer:
    """Kills a random worker at random moments until it is told to stop."""

    home: Path
    chance: random.Random
    pause: tuple[float, float]
    stop: threading.Event = field(default_factory=threading.Event)
    kills: int = 0
    killed_running: int = 0

    def run(self) -> None:
        while not self.stop.wait(self.chance.uniform(*self.pause)):
            with contextlib.suppress(EngineError, ProcessLookupError):
                rows = json.loads(discover(self.home).request("GET", "/workers").body)
                alive = [row for row in rows if row["pid"] is not None]
                if not alive:
                    continue
                row = self.chance.choice(alive)
                os.kill(row["pid"], getattr(signal, "SIGKILL", signal.SIGTERM))
                self.kills += 1
                self.killed_running += row["job"] is not None


def run_stress(
    home: Path, *, jobs: int = 50, workers: int = 2, seed: int = 1, pause: tuple[float, float] = (0.25, 0.9)
) -> StressReport:
    """Run `jobs` short jobs on a fresh engine in `home` (an empty folder) while workers are killed.

    `pause`: least and longest time between two kills, seconds. Every fifth job may not be tried again, so
    that failing with a reason is seen too.
    """
    start = time.monotonic()
    out = home / "out"
    out.mkdir(parents=True)
    chance = random.Random(seed)
    with running_engine(home, "--workers", str(workers)) as client:
        client.generators()  # the first worker is up
        killer = _Killer(home, chance, pause)
        thread = threading.Thread(target=killer.run, name="killer", daemon=True)
        thread.start()
        try:
            ended = _run_all(client, out, jobs)
        finally:
            killer.stop.set()
            thread.join()
    return StressReport(
        jobs=ended,
        kills=killer.kills,
        killed_running=killer.killed_running,
        half=tuple(s.id for s in ended if _is_half(_file(out, s))),
        lost=tuple(s.id for s in ended if s.state is JobState.DONE and not _file(out, s).exists()),
        unreasoned=tuple(s.id for s in ended if not _has_reason(s)),
        seconds=time.monotonic() - start,
    )


def _run_all(client: Client, out: Path, count: int) -> tuple[JobStatus, ...]:
    names = [f"stress-{i:04d}" for i in range(count)]
    for i, name in enumerate(names):
        params = {"file": str(out / f"{name}.txt"), "lines": _LINES, "pause": 0.015}
        client.submit(JobRequest("double.write", params, retries=0 if i % 5 == 4 else 3, id=name))
    return tuple(client.wait(name, timeout=120.0) for name in names)


def _file(out: Path, status: JobStatus) -> Path:
    return out / f"{status.id}.txt"


def _is_half(file: Path) -> bool:
    if not file.exists():
        return False
    whole = "".join(f"line {i} of {_LINES}\n" for i in range(_LINES))
    return file.read_text("ascii") != whole


def _has_reason(status: JobStatus) -> bool:
    if status.state is JobState.DONE:
        return True
    return status.state is JobState.FAILED and bool((status.error or {}).get("message"))


def stress_metrics(report: StressReport) -> tuple[Metric, ...]:
    """The report as figures for `rushes eval queue`."""
    done = sum(s.state is JobState.DONE for s in report.jobs)
    failed = sum(s.state is JobState.FAILED for s in report.jobs)
    count = float(len(report.jobs))
    return (
        Metric.judged("queue.jobs_ended", float(done + failed), "jobs", compare="==", limit=count),
        Metric.judged("queue.done", float(done), "jobs", note=f"{failed} failed with a reason"),
        Metric.judged("queue.without_reason", float(len(report.unreasoned)), "jobs", compare="==", limit=0),
        Metric.judged("queue.half_results", float(len(report.half)), "files", compare="==", limit=0),
        Metric.judged("queue.done_but_lost", float(len(report.lost)), "files", compare="==", limit=0),
        Metric.judged(
            "queue.workers_killed",
            float(report.kills),
            "kills",
            compare=">=",
            limit=10,
            note=f"{report.killed_running} of them with a job",
        ),
        Metric.judged("queue.seconds", report.seconds, "s"),
    )


def queue_metrics(*, jobs: int = 50, seed: int = 1) -> tuple[Metric, ...]:
    """Run the stress in a folder of its own and give its figures, and those of starting an engine."""
    with tempfile.TemporaryDirectory(prefix="rushes-queue-") as folder:
        report = run_stress(Path(folder) / "stress", jobs=jobs, seed=seed)
        return (*stress_metrics(report), *start_metrics(Path(folder) / "start"))


def start_metrics(home: Path, *, tries: int = 3) -> tuple[Metric, ...]:
    """Seconds from nothing to an engine that answers: median of `tries` starts in `home`."""
    seconds: list[float] = []
    for _ in range(tries):
        start = time.perf_counter()
        with running_engine(home) as client:
            client.info()
            seconds.append(time.perf_counter() - start)
    note = f"median of {tries}; slowest {max(seconds):.2f} s"
    return (Metric.judged("engine.ready", statistics.median(seconds), "s", compare="<=", limit=2.0, note=note),)
