"""Plans of procedural training scenes: plain data, drawn from a seed, no Blender.

A plan says where things stand, how large they are (metres), which class they belong to, what moves, and where camera
and sun are. `rushes.blender.inside.synth_render` builds and renders it; `rushes.training.twin` paints it. A plan is
JSON-safe: `to_json` gives the dictionary that the Blender side reads. The same seed always gives the same plan.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace

from rushes.training.synth_camera import choose_camera
from rushes.training.synth_odd_places import odd, oddments, plain
from rushes.training.synth_places import MAKERS, PLACES
from rushes.training.synth_stage import PlanCamera, PlanObject, ScenePlan, Stage

__all__ = [
    "PAIR_OFFSET",
    "PAIR_SECONDS",
    "PLACES",
    "PlanCamera",
    "PlanObject",
    "ScenePlan",
    "clip_plans",
    "pair_plan",
    "plan_scene",
]

PAIR_OFFSET = 500_000
"""What is added to a scene's seed to name its later moment."""
PAIR_SECONDS = 1.0 / 12.0
"""How much later that is."""
CLIP_RATE = 24.0
"""Frames a second of clips."""


def _fill(stage: Stage, place: str) -> None:
    """Put a place on the stage; some scenes are plain or odd, and odd things stray into others."""
    r = stage.rng
    k = r.random()
    if place == "interior":
        MAKERS[place](stage)
    elif k < 0.08:
        plain(stage)
    elif k < 0.16:
        odd(stage)
    else:
        MAKERS[place](stage)
        if k < 0.22:
            oddments(stage, r.randint(1, 3))


def _sun(stage: Stage, low: bool) -> tuple[float, float, float]:
    """Direction towards the sun: mostly from behind the camera or the side, indoors through the windows."""
    r = stage.rng
    elevation = math.radians(r.uniform(4.0, 14.0) if low else r.uniform(24.0, 62.0))
    azimuth = r.gauss(-0.5 * math.pi, 0.9) if r.random() < 0.65 else r.uniform(-math.pi, math.pi)
    if stage.sun_from is not None and r.random() < 0.8:
        azimuth = stage.sun_from
        elevation = math.radians(r.uniform(5.0, 14.0) if low else r.uniform(22.0, 45.0))
    flat = math.cos(elevation)
    return flat * math.cos(azimuth), flat * math.sin(azimuth), math.sin(elevation)


def plan_scene(seed: int) -> ScenePlan:
    """The plan of one training scene.

    Args:
        seed: any non-negative integer; it alone decides the plan.
    """
    r = random.Random(f"rushes-scene-{seed}")
    place = PLACES[seed % len(PLACES)]
    stage = Stage(r)
    _fill(stage, place)
    camera = choose_camera(stage)
    low = r.random() < 0.48
    sun = _sun(stage, low)
    turn = r.choice((0.0, 0.0, r.uniform(-math.pi, math.pi)))
    c, s = math.cos(turn), math.sin(turn)
    sun = (c * sun[0] - s * sun[1], s * sun[0] + c * sun[1], sun[2])
    objects = tuple(o.turned(turn) for o in stage.objects)
    return ScenePlan(seed, place, low, sun, camera.turned(turn), objects, stage.indoor)


def pair_plan(seed: int) -> ScenePlan:
    """The scene of `seed` a twelfth of a second later: camera and movers have moved. Its seed is `PAIR_OFFSET` more."""
    return plan_scene(seed).after(PAIR_SECONDS, seed + PAIR_OFFSET)


def _lively(plan: ScenePlan) -> ScenePlan:
    """A clip needs motion: a camera that stands still tracks aside; the first vehicle drives."""
    camera = plan.camera
    if not any(camera.velocity) and camera.pan == 0.0:
        (x, y, _), (tx, ty, _) = camera.location, camera.target
        far = math.hypot(tx - x, ty - y) or 1.0
        pace = 0.6 if plan.indoor else 1.6
        camera = replace(camera, velocity=(pace * (ty - y) / far, -pace * (tx - x) / far, 0.0))
    objects = list(plan.objects)
    cars = [i for i, o in enumerate(objects) if o.cls == "vehicle"]
    if cars and not any(any(objects[i].velocity) for i in cars):
        o = objects[cars[0]]
        objects[cars[0]] = replace(o, velocity=(-5.0 * math.sin(o.yaw), 5.0 * math.cos(o.yaw)))
    return replace(plan, camera=camera, objects=tuple(objects))


def clip_plans(seed: int, frames: int) -> list[ScenePlan]:
    """The scene as a clip of 24 frames a second: the camera moves, vehicles drive, figures walk.

    The plans' seeds number the frames from `1_000_000 + 1000·seed` on.
    """
    base = _lively(plan_scene(seed))
    return [replace(base.after(k / CLIP_RATE, 1_000_000 + 1000 * seed + k), pair_of=None) for k in range(frames)]
