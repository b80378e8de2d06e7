"""Scenes that the kit's places would not make: a beginner's first boxes, things nobody designed, empty views."""

from __future__ import annotations

import math

from rushes.training import synth_furnish as put
from rushes.training.synth_stage import PlanCamera, Stage

__all__ = ["odd", "oddments", "plain"]

_TINTS = ("asphalt", "grass", "sand", "paving", "snow", "earth")


def plain(s: Stage) -> None:
    """What a beginner blocks: a plane and few boxes, or a wall right in front of the camera."""
    r = s.rng
    put.ground(s, r.choice(_TINTS), 0.0)
    for _ in range(r.randint(1, 4)):
        at = s.spot(4, (-12, 12), (5, 30))
        if at:
            size = (r.uniform(3, 10), r.uniform(3, 10), r.uniform(3, 14))
            s.add("tower", "building", "wall", size, *at, yaw=r.choice((0.0, r.uniform(-0.7, 0.7))))
    put.props(s, (-4, 4), (2, 12), r.randint(1, 5))
    put.people(s, (-3, 3), (2, 10), r.randint(0, 3))
    put.vehicles(s, (-5, 5), (5, 18), r.randint(0, 1), r.uniform(-1, 1))


def oddments(s: Stage, n: int) -> None:
    """Objects nobody designed, of any class."""
    r = s.rng
    for _ in range(n):
        kind = r.choice(
            ("lump", "lump", "curved_wall", "arch", "shard", "dent", "dome", "steps", "cable", "pole", "drum")
        )
        w = r.choice((0.5, 1.5, 4.0, 9.0)) * r.uniform(0.7, 1.4)
        at = s.spot(0.6 * w, (-14, 14), (4 + 0.6 * w, 34))
        if at is None:
            continue
        cls, tint = r.choice((("prop", "prop"), ("prop", "rock"), ("building", "wall"), ("vegetation", "crown")))
        yaw, salt = r.uniform(-3, 3), float(r.randrange(100))
        if kind in ("curved_wall", "arch", "dome", "steps"):
            cls, tint = "building", r.choice(("wall", "adobe", "plaster"))
        _oddment(s, kind, cls, tint, w, at, yaw, salt)


def _oddment(
    s: Stage, kind: str, cls: str, tint: str, w: float, at: tuple[float, float], yaw: float, salt: float
) -> None:
    r = s.rng
    tall = w * r.uniform(0.5, 1.6)
    if kind == "cable":
        s.add("cable", "prop", "metal", (0.05, 14.0, 1.2), *at, z=4.0, yaw=yaw, solid=False)
        for k in (-7, 7):
            pole = (at[0] - k * math.sin(yaw), at[1] + k * math.cos(yaw))
            s.add("cylinder", "prop", "metal", (0.14, 0.14, 5.4), *pole, sides=8, centred=False)
    elif kind == "pole":
        s.add("cylinder", "prop", "metal", (0.07, 0.07, r.uniform(2, 7)), *at, sides=8)
    elif kind == "drum":
        s.add("cylinder", "building", "wall", (w, w, tall), *at, sides=48, smooth=1)
    elif kind == "steps":
        s.add("steps", cls, tint, (w, w, 0.5 * w), *at, yaw=yaw, centred=False)
    elif kind == "arch":
        s.add("arch", cls, tint, (w, 0.3 * w, tall), *at, yaw=yaw)
    elif kind == "curved_wall":
        more = {"span": r.uniform(0.8, 4.5), "thick": r.uniform(0.03, 0.2)}
        s.add("curved_wall", cls, tint, (2 * w, 2 * w, 0.5 * tall + 1), at[0], at[1] + w, yaw=yaw, solid=False, **more)
    else:
        size = (w, w * r.uniform(0.5, 1.5), tall)
        s.add(kind, cls, tint, size, *at, z=0.0, yaw=yaw, salt=salt, simple=False)


def odd(s: Stage) -> None:
    """A scene of odd things: rolling land or a plane, lumps and walls; now and then a view of the sky alone."""
    r = s.rng
    tint = r.choice(_TINTS)
    k = r.random()
    if k < 0.45:
        put.hills(s, tint, r.uniform(1, 7), r.uniform(30, 80), r.uniform(9, 16))
    else:
        put.ground(s, tint, r.choice((0.0, 20.0)))
    if k > 0.93:
        s.camera = PlanCamera((0.0, 0.0, r.uniform(2, 20)), (3.0, 20.0, r.uniform(12, 40)), r.uniform(18, 50))
    oddments(s, r.randint(1, 7))
    put.people(s, (-4, 4), (3, 14), r.randint(0, 3))
    if r.random() < 0.3:
        put.trees(s, (-20, 20), (6, 50), r.randint(2, 10), 0.3, 0.3)
