"""The demo production: two takes of each shot of a scene, contact sheets, a reel of the best takes, and a take thrown
back onto the scene.

All takes go through the engine, as those of an artist do. Of the takes of a shot the one with the lower warp
error is kept (the one that holds together better when carried along the geometry); the others stay undecided.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from rushes.client.ids import new_take_id
from rushes.contracts import FrameRange, JobRequest, Rating, SceneInfo, ShootRequest, Shot, Size, decode, encode
from rushes.errors import disk_full_as_error
from rushes.jobs.demo_projection import project_take
from rushes.jobs.sheets import make_sheet
from rushes.library.production import Production
from rushes.media.pictures import Bytes
from rushes.media.sheet import slate
from rushes.media.video import reel

__all__ = ["Ask", "DemoSettings", "RunJobs", "better", "make_demo"]


@dataclass(frozen=True)
class Ask:
    """One job, with what to call it on the screen."""

    label: str
    request: JobRequest


RunJobs = Callable[[Sequence[Ask]], list[dict[str, Any]]]
"""Runs jobs through the engine and gives their results in order; raises the first error."""


@dataclass(frozen=True)
class DemoSettings:
    """What the demo makes."""

    generator: str = "house"
    takes: int = 2
    """Takes of each shot; seeds 1, 2, ..."""
    frames: int = 24
    """Each shot is made from its start to this length, or to its end; 0: whole."""
    model_size: Size | None = None
    """Size the model works at; None: its own."""


def make_demo(blend: Path, out: Path, run_jobs: RunJobs, settings: DemoSettings | None = None) -> dict[str, Any]:
    """Make the demo in the folder `out`; the summary, which is also written to `out/summary.json`.

    The production is `out/production`; one that is there already is used again, passes and all, and its
    earlier takes stay. The summary speaks of the takes of this run.
    """
    given = settings or DemoSettings()
    out = out.expanduser().absolute()
    production, info = _production(blend, out, run_jobs)
    asks = [
        Ask(f"{shot.name} take {n}", _shoot(production, shot, n, given))
        for shot in info.shots
        for n in range(1, given.takes + 1)
    ]
    results = run_jobs(asks)
    best: list[dict[str, Any]] = []
    for shot in info.shots:
        chosen = better([r for r in results if r["shot"] == shot.name])
        production.rate_take(chosen["take"], Rating.KEPT)
        best.append(chosen)
    sheets = [make_sheet(production, shot.name) for shot in info.shots]
    summary = {
        "version": 1,
        "production": str(production.root),
        "takes": [_entry(r, r in best) for r in results],
        "sheets": [str(s) for s in sheets if s is not None],
        "reel": str(_reel(production, best, info.shots, out)),
        "projected": _projected(production, best[0]["take"], out, run_jobs),
    }
    _write(out / "summary.json", summary)
    return summary


def _projected(production: Production, take_id: str, out: Path, run_jobs: RunJobs) -> dict[str, str]:
    take = production.find_take(take_id)
    assert take is not None
    blend = production.sources()[0]
    return project_take(production, take, blend, out, lambda label, request: run_jobs([Ask(label, request)])[0])


def better(takes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The result with the lowest warp error; the first of equals, and of those without one."""
    return min(takes, key=lambda r: float("inf") if r.get("warp_error") is None else r["warp_error"])


def _production(blend: Path, out: Path, run_jobs: RunJobs) -> tuple[Production, SceneInfo]:
    """The demo's production with the scene inside it, so that it moves as one piece."""
    root = out / "production"
    if (root / "production.json").is_file():
        production = Production.open(root)
        scene = _place(blend, production)
        return production, _look(production, scene, run_jobs)
    # Rate and size are the scene's, which is known only after it was looked into.
    info = decode(SceneInfo, run_jobs([Ask(blend.name, JobRequest("scene", {"blend": str(blend)}))])[0])
    production = Production.create(root, "Demo", info.rate, info.size)
    scene = _place(blend, production)
    return production, _look(production, scene, run_jobs)


def _place(blend: Path, production: Production) -> Path:
    scene = production.root / "scenes" / blend.name
    if not scene.is_file() or scene.read_bytes() != blend.read_bytes():
        scene.parent.mkdir(exist_ok=True)
        with disk_full_as_error(scene):
            beside = scene.with_name(f".{scene.name}.{os.getpid()}")
            shutil.copyfile(blend, beside)
            os.replace(beside, scene)
    return production.register_source(scene)


def _look(production: Production, scene: Path, run_jobs: RunJobs) -> SceneInfo:
    params = {"blend": str(scene), "production": str(production.root)}
    return decode(SceneInfo, run_jobs([Ask(scene.name, JobRequest("scene", params))])[0])


def _shoot(production: Production, shot: Shot, seed: int, settings: DemoSettings) -> JobRequest:
    request = ShootRequest(
        production=str(production.root),
        blend=str(production.sources()[0]),
        shot=shot.name,
        take_id=new_take_id(),
        seed=seed,
        generator=settings.generator,
        range=_clipped(shot.range, settings.frames),
        model_size=settings.model_size,
    )
    return JobRequest("shoot", encode(request), id=request.take_id)


def _clipped(frames: FrameRange, length: int) -> FrameRange:
    if not length or len(frames) <= length:
        return frames
    return FrameRange(frames.start, frames.start + (length - 1) * frames.step, frames.step)


def _entry(result: Mapping[str, Any], kept: bool) -> dict[str, Any]:
    return {
        "id": result["take"],
        "shot": result["shot"],
        "file": result["files"]["clip"],
        "poster": result["files"]["poster"],
        "strip": result["files"]["strip"],
        "seed": result["seed"],
        "recipe_hash": result["recipe_hash"],
        "frames": result["frames"],
        "seconds": result["seconds"],
        "timings": result["timings"],
        "warp_error": result["warp_error"],
        "kept": kept,
        "messages": result["messages"],
    }


def _reel(production: Production, best: Sequence[Mapping[str, Any]], shots: Sequence[Shot], out: Path) -> Path:
    """The kept takes one after another, each with a slate."""
    slates: list[Bytes | None] = []
    for result, shot in zip(best, shots):
        lines = [f"take {result['take']}   seed {result['seed']}", shot.brief.subject, shot.brief.lighting]
        slates.append(slate(production.size, shot.name, [line for line in lines if line]))
    metadata = {
        "title": f"{production.name}: reel",
        "comment": "AI-generated video, made with Rushes.",
        "ai_generated": "true",
    }
    target = out / "reel.mp4"
    clips = [Path(str(r["files"]["clip"])) for r in best]
    reel(clips, target, rate=production.rate, slates=slates, slate_seconds=Fraction(1), metadata=metadata)
    return target


def _write(path: Path, value: Mapping[str, Any]) -> None:
    with disk_full_as_error(path):
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(beside, path)
