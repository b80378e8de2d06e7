"""The queue under kill -9: many jobs, workers killed at random moments, nothing lost and nothing half.

Scenes and generator are doubles of `rushes.testing`: what is measured is the engine, not the pictures.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import random
import signal
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rushes.client import Client, discover
from rushes.contracts import JobRequest, JobState, JobStatus, Metric
from rushes.engine.stress_work import LineFiles, Takes, Work
from rushes.errors import EngineError
from rushes.testing.engine import running_engine

__all__ = ["TAKE_PAUSE", "StressReport", "queue_metrics", "run_stress", "start_metrics", "stress_metrics"]


TAKE_PAUSE = (0.8, 2.5)
"""Time between two kills for takes, seconds: a new worker needs about one to load what it shoots with."""


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
    """Results that are there under their name and not whole."""
    lost: tuple[str, ...]
    """Jobs that were done and whose result is missing."""
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
    home: Path,
    work: Work,
    *,
    jobs: int = 50,
    workers: int = 2,
    seed: int = 1,
    pause: tuple[float, float] = (0.25, 0.9),
) -> StressReport:
    """Run `jobs` short jobs on a fresh engine in `home` (an empty folder) while workers are killed.

    `pause`: least and longest time between two kills, seconds. Every fifth job may not be tried again, so
    that failing with a reason is seen too.
    """
    start = time.monotonic()
    with running_engine(home, "--workers", str(workers)) as client:
        client.generators()  # the first worker is up
        killer = _Killer(home, random.Random(seed), pause)
        thread = threading.Thread(target=killer.run, name="killer", daemon=True)
        thread.start()
        try:
            ended = _run_all(client, work.requests(jobs))
        finally:
            killer.stop.set()
            thread.join()
    verdict = work.judge(ended)
    return StressReport(
        jobs=ended,
        kills=killer.kills,
        killed_running=killer.killed_running,
        half=verdict.half,
        lost=verdict.lost,
        unreasoned=tuple(s.id for s in ended if not _has_reason(s)),
        seconds=time.monotonic() - start,
    )


def _run_all(client: Client, requests: Sequence[JobRequest]) -> tuple[JobStatus, ...]:
    for i, request in enumerate(requests):
        client.submit(dataclasses.replace(request, retries=0 if i % 5 == 4 else 3))
    return tuple(client.wait(str(request.id), timeout=240.0) for request in requests)


def _has_reason(status: JobStatus) -> bool:
    if status.state is JobState.DONE:
        return True
    return status.state is JobState.FAILED and bool((status.error or {}).get("message"))


def stress_metrics(report: StressReport, name: str = "queue") -> tuple[Metric, ...]:
    """The report as figures for `rushes eval queue`; `name` begins their names."""
    done = sum(s.state is JobState.DONE for s in report.jobs)
    failed = sum(s.state is JobState.FAILED for s in report.jobs)
    count = float(len(report.jobs))
    return (
        Metric.judged(f"{name}.jobs_ended", float(done + failed), "jobs", compare="==", limit=count),
        Metric.judged(f"{name}.done", float(done), "jobs", note=f"{failed} failed with a reason"),
        Metric.judged(f"{name}.without_reason", float(len(report.unreasoned)), "jobs", compare="==", limit=0),
        Metric.judged(f"{name}.half_results", float(len(report.half)), "results", compare="==", limit=0),
        Metric.judged(f"{name}.done_but_lost", float(len(report.lost)), "results", compare="==", limit=0),
        Metric.judged(
            f"{name}.workers_killed",
            float(report.kills),
            "kills",
            compare=">=",
            limit=10,
            note=f"{report.killed_running} of them with a job",
        ),
        Metric.judged(f"{name}.seconds", report.seconds, "s"),
    )


def queue_metrics(*, jobs: int = 50, seed: int = 1) -> tuple[Metric, ...]:
    """Run the stress in a folder of its own, with files and with takes; their figures and those of starting."""
    with tempfile.TemporaryDirectory(prefix="rushes-queue-") as name:
        folder = Path(name)
        files = run_stress(folder / "files-home", LineFiles(folder / "files"), jobs=jobs, seed=seed)
        takes = run_stress(folder / "takes-home", Takes(folder / "takes"), jobs=jobs, seed=seed, pause=TAKE_PAUSE)
        return (
            *stress_metrics(files, "queue"),
            *stress_metrics(takes, "queue.takes"),
            *start_metrics(folder / "start"),
        )


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
