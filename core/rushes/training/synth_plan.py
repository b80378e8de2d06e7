"""Plans of procedural training scenes: plain data, drawn from a seed, no Blender.

A plan says where things stand, how large they are (metres), which class they belong to and where camera and sun are.
`rushes.blender.inside.synth_render` builds and renders it; `rushes.training.twin` paints it. A plan is JSON-safe:
`to_json` gives the dictionary that the Blender side reads. The same seed always gives the same plan.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace

from rushes.training.synth_places import MAKERS, PLACES, plain
from rushes.training.synth_stage import PlanCamera, PlanObject, ScenePlan, Stage

__all__ = ["PLACES", "PlanCamera", "PlanObject", "ScenePlan", "clip_plans", "plan_scene"]

_LENSES = (18.0, 24.0, 28.0, 35.0, 35.0, 50.0, 50.0, 85.0)


def _camera(s: Stage) -> PlanCamera:
    """Eye level mostly; also low, raised and aerial. Stays clear of everything solid."""
    r = s.rng
    k = r.random()
    lens = r.choice(_LENSES)
    for _ in range(40):
        x, y = r.uniform(-3.5, 3.5), r.uniform(-6.0, 3.0)
        if s.free(x, y, 0.8):
            break
    else:
        x, y = 0.0, -12.0
    if k < 0.6:
        z, tz = r.uniform(1.4, 1.9), r.uniform(0.6, 3.2)
    elif k < 0.72:
        z, tz = r.uniform(0.35, 0.9), r.uniform(0.6, 4.5)
    elif k < 0.88:
        z, tz = r.uniform(3.0, 11.0), r.uniform(0.0, 4.0)
    else:
        z, tz, y = r.uniform(18.0, 55.0), r.uniform(0.0, 4.0), y - r.uniform(5, 30)
    people = [o for o in s.objects if o.cls in ("character", "vehicle") and 2 < o.location[1] < 16]
    if people and r.random() < 0.4:
        hero = r.choice(people)
        return PlanCamera((x, y, z), (hero.location[0] + r.uniform(-1, 1), hero.location[1], min(tz, 1.8)), lens)
    far = r.uniform(12, 30) if k < 0.88 else r.uniform(35, 90)
    side = r.uniform(-0.55, 0.55) + 0.45 * s.look
    return PlanCamera((x, y, z), (x + side * far, y + far, tz if k < 0.88 else 0.0), lens)


def _turned(o: PlanObject, angle: float) -> PlanObject:
    c, s = math.cos(angle), math.sin(angle)
    x, y, z = o.location
    return PlanObject(
        o.kind, o.cls, o.tint, o.size, (c * x - s * y, s * x + c * y, z), o.yaw + angle, o.centred, o.options
    )


def plan_scene(seed: int) -> ScenePlan:
    """The plan of one training scene.

    Args:
        seed: any non-negative integer; it alone decides the plan.
    """
    r = random.Random(f"rushes-scene-{seed}")
    place = PLACES[seed % len(PLACES)]
    stage = Stage(r)
    maker = plain if r.random() < 0.12 else MAKERS[place]
    maker(stage)
    camera = _camera(stage)
    low = r.random() < 0.48
    elevation = math.radians(r.uniform(4.0, 14.0) if low else r.uniform(24.0, 62.0))
    # Mostly from behind the camera or the side, so that what is seen is lit; every direction occurs.
    azimuth = r.gauss(-0.5 * math.pi, 0.9) if r.random() < 0.65 else r.uniform(-math.pi, math.pi)
    turn = r.choice((0.0, 0.0, r.uniform(-math.pi, math.pi)))
    sun_angle = azimuth + turn
    sun = (math.cos(elevation) * math.cos(sun_angle), math.cos(elevation) * math.sin(sun_angle), math.sin(elevation))
    c, sn = math.cos(turn), math.sin(turn)

    def spin(p: tuple[float, float, float]) -> tuple[float, float, float]:
        return (c * p[0] - sn * p[1], sn * p[0] + c * p[1], p[2])

    view = PlanCamera(spin(camera.location), spin(camera.target), camera.lens)
    return ScenePlan(seed, place, low, sun, view, tuple(_turned(o, turn) for o in stage.objects))


def clip_plans(seed: int, frames: int) -> list[ScenePlan]:
    """The same scene seen by a camera that walks 2.2 m aside and 1.2 m forward over `frames` frames.

    The plans' seeds number the frames from `1_000_000 + 1000·seed` on; every other part is the scene's own.
    """
    base = plan_scene(seed)
    (x, y, z), (tx, ty, _) = base.camera.location, base.camera.target
    length = math.hypot(tx - x, ty - y) or 1.0
    dx, dy = (tx - x) / length, (ty - y) / length
    out: list[ScenePlan] = []
    for k in range(frames):
        t = k / max(1, frames - 1)
        aside, ahead = 2.2 * (t - 0.5), 1.2 * t
        move = (dy * aside + dx * ahead, -dx * aside + dy * ahead)
        camera = replace(base.camera, location=(x + move[0], y + move[1], z))
        out.append(replace(base, seed=1_000_000 + 1000 * seed + k, camera=camera))
    return out
