"""Where the camera of a training scene stands, what it looks at, and how it moves."""

from __future__ import annotations

import math
from dataclasses import replace

from rushes.training.synth_sight import Bodies
from rushes.training.synth_stage import PlanCamera, PlanObject, Stage

__all__ = ["choose_camera"]

_LENSES = (18.0, 24.0, 28.0, 35.0, 35.0, 50.0, 50.0, 85.0)
_STARS = ("character", "vehicle", "building", "prop", "vegetation")


def choose_camera(s: Stage) -> PlanCamera:
    """A camera clear of everything solid, with a subject mostly, that moves or not: the best of a few draws."""
    r = s.rng
    view = s.camera
    if view is None:
        draw = s.views or _outdoors
        bodies = Bodies(s.objects)
        views = [draw(s) for _ in range(10)]
        chosen = max(range(len(views)), key=lambda k: bodies.score(views[k]))
        view = views[chosen]
    if r.random() < 0.1:
        view = replace(view, roll=r.uniform(-0.14, 0.14))
    if r.random() < 0.12:
        view = replace(view, shift=(r.uniform(-0.12, 0.12), r.uniform(-0.08, 0.12)))
    return _moving(s, view)


def _outdoors(s: Stage) -> PlanCamera:
    r = s.rng
    k = r.random()
    if k < 0.11:
        return _aerial(s)
    if k < 0.17:
        return _tele(s)
    return _eye(s, r.choice(_LENSES) if k < 0.93 else r.uniform(12.0, 15.0))


def _stand(s: Stage, clear: float) -> tuple[float, float]:
    r = s.rng
    for _ in range(60):
        x, y = r.uniform(-3.5, 3.5), r.uniform(-6.0, 3.0)
        if s.free(x, y, clear):
            return x, y
    return 0.0, -12.0


def _stars(s: Stage, x: float, y: float, low: float, high: float) -> list[PlanObject]:
    """What may be the subject: not ground or water, between two distances, in front, seen by nobody's trunk."""
    out: list[PlanObject] = []
    for o in s.objects:
        dx, dy = o.location[0] - x, o.location[1] - y
        if o.cls in _STARS and dy > 0.5 * abs(dx) and low < math.hypot(dx, dy) < high and max(o.size) < 60:
            out.append(o)
    return out


def _eye(s: Stage, lens: float) -> PlanCamera:
    """Eye level mostly; also low and raised."""
    r = s.rng
    k = r.random()
    x, y = _stand(s, 1.0)
    z = r.uniform(1.4, 1.9) if k < 0.68 else r.uniform(0.35, 0.9) if k < 0.8 else r.uniform(3.0, 11.0)
    reach = max(1.0, lens / 35.0)
    first = [o for o in _stars(s, x, y, 2.5 * reach, 14 * reach) if o.cls in ("character", "vehicle")]
    rest = _stars(s, x, y, 4 * reach, 32 * reach)
    draw = r.random()
    if first and draw < 0.5:
        hero = r.choice(first)
        target = (
            hero.location[0] + r.uniform(-1, 1),
            hero.location[1],
            hero.location[2] + 0.6 * min(hero.size[2], 2.2),
        )
        return PlanCamera((x, y, z), target, lens)
    if rest and draw < 0.85 and s.look == 0.0:
        hero = r.choice(rest)
        far = math.hypot(hero.location[0] - x, hero.location[1] - y)
        high = hero.location[2] + min(0.6 * hero.size[2], 0.16 * far + 1.2)
        return PlanCamera((x, y, z), (hero.location[0] + r.uniform(-2, 2), hero.location[1], high), lens)
    far = r.uniform(12, 30)
    side = r.uniform(-0.5, 0.5) + 0.45 * s.look
    return PlanCamera((x, y, z), (x + side * far, y + far, r.uniform(0.6, 4.0)), lens)


def _aerial(s: Stage) -> PlanCamera:
    """From 14 to 150 m, looking 20 to 90 degrees down, so that what stands in the middle fills the frame."""
    r = s.rng
    town = sum(o.cls == "building" for o in s.objects) > 14
    z = r.uniform(14, 45) if not town or r.random() < 0.6 else r.uniform(45, 150)
    down = math.radians(r.uniform(20, 60) if r.random() < 0.75 else r.uniform(60, 89))
    aim = (r.uniform(-5, 5), r.uniform(10, 26))
    back = z / math.tan(down)
    a = r.uniform(-0.6, 0.6)
    at = (aim[0] - back * math.sin(a), aim[1] - back * math.cos(a))
    far = z / math.sin(down)
    return PlanCamera((*at, z), (*aim, 0.0), min(85.0, 36.0 * far / r.uniform(26, 60 if town else 40)))


def _tele(s: Stage) -> PlanCamera:
    """A long lens on something far away."""
    r = s.rng
    x, y = _stand(s, 1.0)
    rest = _stars(s, x, y, 18, 80)
    lens = r.uniform(100, 200)
    if not rest:
        return PlanCamera((x, y, 1.7), (x + r.uniform(-8, 8), y + 45, 2.0), lens)
    hero = r.choice(rest)
    high = hero.location[2] + 0.5 * min(hero.size[2], 6.0)
    return PlanCamera((x, y, r.uniform(1.5, 4.0)), (hero.location[0], hero.location[1], high), lens)


def _moving(s: Stage, view: PlanCamera) -> PlanCamera:
    """Dolly, track, crane, pan, or still; slow enough not to walk into things within a second."""
    r = s.rng
    kind = r.choice(("still", "dolly", "track", "crane", "pan", "walk"))
    x, y, z = view.location
    dx, dy = view.target[0] - x, view.target[1] - y
    far = math.hypot(dx, dy) or 1.0
    dx, dy = dx / far, dy / far
    fast = (0.5 if s.indoor else 1.5) * max(1.0, z / 5.0)
    v = r.uniform(0.3, 1.0) * fast * r.choice((-1, 1))
    if kind == "dolly":
        return replace(view, velocity=(v * dx, v * dy, 0.0))
    if kind == "track":
        return replace(view, velocity=(-v * dy, v * dx, 0.0))
    if kind == "crane":
        return replace(view, velocity=(0.0, 0.0, abs(0.6 * v)))
    if kind == "pan":
        return replace(view, pan=r.uniform(0.06, 0.35) * r.choice((-1, 1)) * min(1.0, 35.0 / view.lens))
    if kind == "walk":
        return replace(view, velocity=(0.8 * v * dx - 0.5 * v * dy, 0.8 * v * dy + 0.5 * v * dx, 0.0), pan=0.05)
    return view
