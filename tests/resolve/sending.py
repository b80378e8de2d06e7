"""A cut from which clips are sent, and a DOUBLE of the engine's job "clip"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from resolve_scripts.actions import bring_back, send
from resolve_scripts.logic.sent import SentState
from resolve_scripts.sent import SentNotes
from rushes.contracts import Size, decode, encode
from rushes.contracts.clip import ClipJob, ClipResult, Treatment
from rushes.contracts.edit import ID_KEYS
from rushes.errors import RushesError
from rushes.testing.resolve.desk import movie
from rushes.testing.resolve.profiles import Profile
from rushes.testing.resolve.state import ItemState, MediaState
from tests.resolve.conftest import Suite

SEND, BACK = send.ACTION, bring_back.ACTION


class Engine:
    """DOUBLE of the job "clip": a movie of the frames that are due."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.jobs: list[ClipJob] = []
        self.fail: RushesError | None = None
        self.made_take = ""

    def __call__(self, params: Mapping[str, Any]) -> dict[str, Any]:
        job = decode(ClipJob, dict(params))
        self.jobs.append(job)
        if self.fail is not None:
            raise self.fail
        frames, head = job.frames, job.head
        if job.treatment is Treatment.INTERPOLATE:
            factor = int(job.settings.get("factor", "2"))
            frames, head = frames * factor, head * factor
        if job.treatment is Treatment.EXTEND:
            before, after = (int(job.settings.get(name, "0")) for name in ("before", "after"))
            frames, head = frames + before + after, head + before
        path = self.folder / "returns" / job.id / f"{job.name}_{job.treatment.value}_{job.id}.mov"
        movie(path, frames, job.rate, job.timecode)
        result = ClipResult(
            job.id,
            str(path),
            job.rate,
            frames,
            head,
            Size(32, 18),
            self.made_take if job.treatment is Treatment.ANOTHER else "",
            job.treatment not in (Treatment.DENOISE, Treatment.STABILISE),
        )
        return encode(result)


def made_film(suite: Callable[..., Suite], which: Profile | str = "21.0.4-studio", **more: Any) -> Suite:
    """At 20: 24 frames of a take of 48, from its frame 10 on. At 60: 30 frames of footage of 60, from frame 15 on."""
    film: Suite = suite(which, size=(32, 18), **more)
    folder = Path(film.desk.production)
    film.sim.timeline("Edit", video=2)
    rate = film.desk.info.rate
    film.desk.add_take("SH010", "t1", 48)
    take = film.sim.import_media(movie(folder / "editorial" / "SH010" / "SH010_T01_t1.mov", 48, rate, start=101))
    take.third_party |= {ID_KEYS["take"]: "t1", ID_KEYS["shot"]: "SH010", ID_KEYS["production"]: "prod-1"}
    footage = film.sim.import_media(movie(folder.parent / "camera" / "A001.mov", 60, rate, start=1000))
    film.sim.add_clip(take, at=20, frames=24, source=10)
    film.sim.add_clip(footage, at=60, frames=30, source=15)
    film.desk.answers["clip"] = Engine(folder)
    film.sim.playhead(25)
    return film


def engine(film: Suite) -> Engine:
    found = film.desk.answers["clip"]
    assert isinstance(found, Engine)
    return found


def items(film: Suite) -> list[ItemState]:
    timeline = film.sim.project.timeline
    assert timeline is not None
    return list(timeline.items("video"))


def states(film: Suite) -> list[SentState]:
    return [one.state for one in SentNotes(Path(film.desk.home)).all()]


def in_bin(film: Suite, path: str) -> list[MediaState]:
    return film.sim.bin(path).clips


def footage(film: Suite) -> Path:
    return Path(film.desk.production).parent / "camera" / "A001.mov"


def shades(path: Path) -> list[float]:
    """Mean level of every frame of a movie of 8 bit."""
    from rushes.media.pictures import to_uint8
    from rushes.media.video import read_video

    return [float(to_uint8(frame).mean()) for frame in read_video(path)]


class Killed(BaseException):
    """As if Resolve had been killed."""
