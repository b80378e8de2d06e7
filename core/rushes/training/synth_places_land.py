"""Desert, forest and snow of training scenes."""

from __future__ import annotations

import math

from rushes.training import synth_furnish as put
from rushes.training.synth_stage import Stage

__all__ = ["desert", "forest", "snow"]


def desert(s: Stage) -> None:
    """Dunes, adobe houses with domes, rocks, tents and cacti."""
    r = s.rng
    if r.random() < 0.5:
        _dunes(s, "sand", r.uniform(1.5, 6.0))
    else:
        put.ground(s, "sand", r.choice((5.0, 15.0, 30.0)))
    for _ in range(r.choice((0, 0, 2, 4, 7))):
        w, d, h = r.uniform(4, 10), r.uniform(4, 10), r.uniform(3, 8)
        at = s.spot(0.55 * math.hypot(w, d), (-26, 26), (9, 60))
        if at is None:
            continue
        put.building(s, *at, w, d, h, r.choice((0.0, r.uniform(-0.8, 0.8))), "adobe")
        if r.random() < 0.3:
            c = min(w, d) * 0.8
            s.add("dome", "building", "adobe", (c, c, c * 0.5), *at, z=h, solid=False)
    for _ in range(r.choice((0, 0, 1, 3))):
        at = s.spot(2.5, (-12, 12), (6, 30))
        if at:
            size = (r.uniform(2.2, 4.0), r.uniform(3, 5), r.uniform(1.7, 2.6))
            s.add("tent", "prop", r.choice(("prop", "crate")), size, *at, yaw=r.uniform(-3, 3))
    for _ in range(r.choice((0, 0, 3, 8))):
        at = s.spot(0.9, (-20, 20), (5, 45))
        if at:
            h = r.uniform(1.5, 4.5)
            s.add("cactus", "vegetation", "crown", (0.55 * h, 0.17 * h, h), *at, yaw=r.uniform(-3, 3), simple=False)
    put.rocks(s, (-25, 25), (4, 60), r.randint(0, 7))
    if r.random() < 0.15:
        at = s.spot(6, (-12, 12), (16, 40))
        if at:
            size = (r.uniform(7, 14), r.uniform(2, 4), r.uniform(5, 9))
            s.add("arch", "building", "adobe", size, *at, yaw=r.uniform(-0.6, 0.6))
    put.trees(s, (-22, 22), (6, 45), r.randint(0, 3), 0.0, 0.3)
    put.bushes(s, (-14, 14), (3, 25), r.randint(0, 5))
    put.people(s, (-5, 5), (2, 22), r.randint(0, 4))
    put.props(s, (-6, 6), (2, 18), r.randint(0, 4))
    put.vehicles(s, (-8, 8), (6, 30), r.randint(0, 2), r.uniform(-1, 1))


def _dunes(s: Stage, tint: str, amount: float) -> None:
    r = s.rng
    put.hills(s, tint, amount, r.uniform(30, 80), r.uniform(9, 24))


def forest(s: Stage) -> None:
    """Trees near and far, rocks, logs, a stream, a cabin."""
    r = s.rng
    put.ground(s, r.choice(("grass", "moss", "earth")), r.choice((5.0, 12.0, 30.0)))
    if r.random() < 0.35:
        if r.random() < 0.5:
            size = (r.uniform(3, 8), 160.0, 0.08)
            at, yaw = (r.uniform(-8, 8), 60.0), r.uniform(-0.5, 0.5)
        else:
            size = (r.uniform(10, 40), r.uniform(8, 30), 0.08)
            at, yaw = (r.uniform(-10, 10), r.uniform(12, 40)), 0.0
        s.add("box", "water", "water", size, *at, yaw=yaw, solid=False, centred=False)
    if r.random() < 0.5:
        at = s.spot(4.5, (-12, 12), (12, 35))
        if at:
            put.house(s, *at, 6.0, 7.5, 5.5, r.uniform(-0.8, 0.8), "timber", 0.45)
            if r.random() < 0.5:
                put.lamp_post(s, at[0] - 4.6, at[1] - 5.2, 2.6, 0.0, 0)
    near, conifer, bare = r.random() < 0.5, r.choice((0.0, 0.5, 1.0)), r.choice((0.0, 0.1, 0.6))
    put.trees(s, (-28, 28), (3, 80), r.randint(12, 36), conifer, bare)
    if near:
        put.trees(s, (-7, 7), (3, 14), r.randint(1, 4), conifer, bare)
    put.bushes(s, (-14, 14), (3, 30), r.randint(2, 10))
    put.rocks(s, (-15, 15), (3, 40), r.randint(0, 5), 3.0)
    for _ in range(r.randint(0, 3)):
        at = s.spot(1.6, (-9, 9), (3, 22))
        if at:
            w = r.uniform(0.3, 0.7)
            s.add("log", "prop", "trunk", (w, r.uniform(2, 5), w), *at, yaw=r.uniform(-3, 3))
    put.people(s, (-5, 5), (2, 20), r.randint(0, 4))
    put.props(s, (-5, 5), (2, 14), r.randint(0, 2))


def snow(s: Stage) -> None:
    """Cabins, conifers and bare trees, drifts, hills."""
    r = s.rng
    if r.random() < 0.35:
        _dunes(s, "snow", r.uniform(1.0, 4.0))
    else:
        put.ground(s, "snow", r.choice((6.0, 15.0, 40.0)))
    for _ in range(r.randint(0, 7)):
        w, d, h = r.uniform(5, 9), r.uniform(5, 10), r.uniform(4, 8)
        at = s.spot(0.55 * math.hypot(w, d), (-24, 24), (9, 55))
        if at is None:
            continue
        tint, yaw = r.choice(("timber", "house")), r.choice((0.0, r.uniform(-0.8, 0.8)))
        if r.random() < 0.75:
            put.house(s, *at, w, d, h, yaw, tint, r.uniform(0.35, 0.55))
        else:
            s.add("tower", "building", tint, (w, d, h), *at, yaw=yaw)
    for _ in range(r.randint(0, 5)):
        size = (r.uniform(3, 9), r.uniform(2, 6), r.uniform(0.3, 1.1))
        at = (r.uniform(-14, 14), r.uniform(5, 35))
        s.add("drift", "ground", "snow", size, *at, yaw=r.uniform(-3, 3), solid=False, centred=False)
    put.trees(s, (-28, 28), (5, 70), r.randint(2, 22), 0.75, 0.7)
    put.rocks(s, (-18, 18), (5, 45), r.randint(0, 3), 4.0)
    put.people(s, (-5, 5), (2, 20), r.randint(0, 4))
    put.props(s, (-6, 6), (2, 18), r.randint(0, 3))
    put.vehicles(s, (-6, 6), (6, 30), r.randint(0, 2), r.uniform(-1, 1))
    if r.random() < 0.35:
        put.row_of_lamps(s, r.choice((-1, 1)) * r.uniform(2.5, 5), (5.0, 40.0), r.uniform(9, 14))
