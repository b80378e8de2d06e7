"""After a shoot the engine looks through saved scenes: seldom, in a thread, and never at those that jobs need."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from rushes.contracts import JobRequest, JobState, JobStatus
from rushes.engine.pruner import Pruner
from rushes.engine.settings import Settings
from rushes.engine.state import Engine
from rushes.library.production import Production


def shot(production: Production, kind: str = "shoot") -> JobStatus:
    return JobStatus("job-1", JobRequest(kind, {"production": str(production.root)}), JobState.DONE, created=1.0)


def old(production: Production, name: str) -> Path:
    path = production.root / "scenes" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"BLENDER")
    os.utime(path, (0, 0))
    return path


def test_after_a_shoot_at_most_once_in_a_while(tmp_path: Path) -> None:
    film = Production.create(tmp_path / "film")

    async def story(every: float) -> list[bool]:
        pruner = Pruner(lambda: {film.root / "scenes" / "used.blend"}, every)
        used, there = old(film, "used.blend"), []
        for kind in ("replay", "shoot", "shoot"):
            free = old(film, "free.blend")
            pruner.ended(shot(film, kind))
            await pruner.close()
            there.append(free.exists())
            assert used.exists()
        return there

    assert asyncio.run(story(3600)) == [True, False, True]
    assert asyncio.run(story(0)) == [True, False, False]


def test_a_production_that_is_gone_troubles_nobody(tmp_path: Path) -> None:
    film = Production.create(tmp_path / "film")
    (film.root / "production.json").unlink()

    async def story() -> None:
        pruner = Pruner(lambda: ())
        pruner.ended(shot(film))
        await pruner.close()

    asyncio.run(story())


def test_the_engine_knows_what_its_jobs_need(tmp_path: Path) -> None:
    film = Production.create(tmp_path / "film")
    needed, free = old(film, "needed.blend"), old(film, "free.blend")

    async def story() -> None:
        engine = Engine(Settings(tmp_path / "home", doubles=True))
        engine.queue.on_end = engine.pruner.ended
        params = {"production": str(film.root), "blend": str(needed)}
        engine.queue.submit(JobRequest("shoot", params, id="job-00000001"))
        done = engine.queue.claim()
        assert done is not None
        engine.queue.submit(JobRequest("shoot", params, id="job-00000002"))
        engine.queue.done(done.id, {})
        await engine.pruner.close()
        engine.store.close()

    asyncio.run(story())
    assert needed.exists()
    assert not free.exists()
