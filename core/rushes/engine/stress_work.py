"""What the stress test of the queue works on, and how it is judged afterwards: text files, or whole takes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from rushes.contracts import FrameRange, JobRequest, JobState, JobStatus, ShootRequest, Size, encode
from rushes.errors import RushesError
from rushes.library.production import Production
from rushes.media.video import probe
from rushes.testing.analytic_door import write_blend

__all__ = ["LineFiles", "Takes", "Verdict", "Work"]


@dataclass(frozen=True)
class Verdict:
    """What is wrong on disk after all jobs have ended; empty when all is well."""

    half: tuple[str, ...]
    """Results that are there under their name and not whole."""
    lost: tuple[str, ...]
    """Jobs that were done and whose result is missing."""


class Work(Protocol):
    """Jobs whose results on disk can be judged."""

    def requests(self, count: int) -> list[JobRequest]:
        """`count` jobs, each with an id of its own."""
        ...

    def judge(self, jobs: Sequence[JobStatus]) -> Verdict:
        """Look at the disk."""
        ...


class LineFiles:
    """Each job writes a text file slowly (the double `double.write`): many kills in little time."""

    _LINES = 12

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True)

    def requests(self, count: int) -> list[JobRequest]:
        """See Work."""
        names = [f"stress-{i:04d}" for i in range(count)]
        return [
            JobRequest("double.write", {"file": str(self._file(n)), "lines": self._LINES, "pause": 0.015}, id=n)
            for n in names
        ]

    def judge(self, jobs: Sequence[JobStatus]) -> Verdict:
        """See Work."""
        whole = "".join(f"line {i} of {self._LINES}\n" for i in range(self._LINES))
        files = {path.stem: path.read_text("ascii") for path in self._folder.glob("*.txt")}
        return Verdict(
            half=tuple(name for name, text in files.items() if text != whole),
            lost=tuple(job.id for job in jobs if job.state is JobState.DONE and job.id not in files),
        )

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.txt"


class Takes:
    """Each job shoots a take with the real use case; the scene and the generator are doubles."""

    _FRAMES = FrameRange(1, 4)

    def __init__(self, folder: Path) -> None:
        self._production = Production.create(folder, "Stress", Fraction(24), Size(96, 54))
        self._blend = write_blend(folder.with_name(folder.name + ".blend"))
        self._production.register_source(self._blend)

    def requests(self, count: int) -> list[JobRequest]:
        """See Work."""
        return [self._request(f"stress-{i:04d}", i) for i in range(count)]

    def _request(self, name: str, seed: int) -> JobRequest:
        shoot = ShootRequest(
            production=str(self._production.root),
            blend=str(self._blend),
            shot="010",
            take_id=name,
            seed=seed,
            generator="fake",
            range=self._FRAMES,
        )
        return JobRequest("shoot", encode(shoot), id=name)

    def judge(self, jobs: Sequence[JobStatus]) -> Verdict:
        """See Work. Every take that is listed must be whole, to the last frame of its clip."""
        listed = [take.id for take in self._production.takes()]
        return Verdict(
            half=tuple(name for name in listed if not self._whole(name)),
            lost=tuple(job.id for job in jobs if job.state is JobState.DONE and job.id not in listed),
        )

    def _whole(self, name: str) -> bool:
        folder = self._production.take_folder(name)
        try:
            clip = probe(folder / "clip.mp4")
            hashes = json.loads((folder / "frames.json").read_text("utf-8"))["sha256"]
        except (OSError, ValueError, KeyError, RushesError):
            return False
        pictures = all((folder / picture).stat().st_size > 0 for picture in ("poster.png", "strip.png", "recipe.json"))
        return clip.frames == len(hashes) == len(self._FRAMES) and pictures
