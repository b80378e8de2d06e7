"""What is sent to the engine when the artist presses a button."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rushes.client import new_job_id, new_take_id
from rushes.contracts import Brief, FrameRange, JobRequest, ShootRequest, Size, encode

from .shots import FoundShot

__all__ = ["Plan", "explore_job", "new_explore_id", "seeds", "shoot_job", "shoot_requests"]

_MOST = 2**31 - 1


@dataclass(frozen=True)
class Plan:
    """What is asked for, with nothing of Blender in it."""

    production: str
    blend: str
    shot: FoundShot
    brief: Brief
    generator: str
    steps: int | None = None
    strengths: Mapping[str, float] = field(default_factory=dict)
    model_size: Size | None = None
    keep_frames: bool = True
    use_scene_sun: bool = True
    origin: Mapping[str, str] = field(default_factory=dict)
    set_takes: tuple[str, ...] = ()
    """Takes whose location stays, the one that lies on top last."""


def seeds(first: int, count: int, locked: bool) -> tuple[int, ...]:
    """Seeds for `count` takes: from `first` on when locked, else by chance."""
    if locked:
        return tuple((first + i) % _MOST for i in range(count))
    return tuple(secrets.randbelow(_MOST) for _ in range(count))


def shoot_requests(plan: Plan, takes: Sequence[int], frames: FrameRange | None = None) -> tuple[ShootRequest, ...]:
    """One request a seed; `frames` other than the shot's for a still. The whole brief goes along: what the panel shows
    is what is made, whatever the file says."""
    return tuple(
        ShootRequest(
            production=plan.production,
            blend=plan.blend,
            shot=plan.shot.name,
            take_id=new_take_id(),
            seed=seed,
            generator=plan.generator,
            brief={name: getattr(plan.brief, name) for name in Brief.fields()},
            steps=plan.steps,
            strengths=dict(plan.strengths),
            model_size=plan.model_size,
            range=frames or plan.shot.range,
            camera=plan.shot.camera,
            keep_frames=plan.keep_frames,
            use_scene_sun=plan.use_scene_sun,
            origin=dict(plan.origin),
            set_takes=plan.set_takes,
        )
        for seed in takes
    )


def shoot_job(request: ShootRequest, blender: str = "") -> JobRequest:
    """The job that makes a take. It has a name from the start, so that asking twice makes one take.

    `blender` is the program that renders the passes; empty: the engine's own.
    """
    return JobRequest("shoot", encode(request), blender=blender or None, id=new_job_id())


def new_explore_id() -> str:
    """Names a sheet of directions."""
    return new_take_id()


def explore_job(plan: Plan, frame: int, count: int, seed: int, blender: str = "") -> JobRequest:
    """The job that makes a sheet of directions of one frame."""
    params = {
        "production": plan.production,
        "blend": plan.blend,
        "explore_id": new_explore_id(),
        "shot": plan.shot.name,
        "camera": plan.shot.camera,
        "count": count,
        "frame": frame,
        "seed": seed,
        "generator": plan.generator,
        "brief": {name: getattr(plan.brief, name) for name in Brief.fields()},
        "strengths": dict(plan.strengths),
        "use_scene_sun": plan.use_scene_sun,
    }
    return JobRequest("explore", params, blender=blender or None, id=new_job_id())
