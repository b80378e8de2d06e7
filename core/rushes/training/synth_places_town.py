"""City, harbour and village of training scenes."""

from __future__ import annotations

import math

from rushes.training import synth_furnish as put
from rushes.training.synth_stage import Stage

__all__ = ["city", "harbour", "village"]


def city(s: Stage) -> None:
    """A street between facades, or a loose field of blocks."""
    r = s.rng
    put.ground(s, "asphalt", r.choice((0.0, 0.0, 12.0)))
    half = r.uniform(5.0, 11.0)
    if r.random() < 0.72:
        _street(s, half)
    else:
        for _ in range(r.randint(5, 14)):
            w, d = r.uniform(5, 14), r.uniform(5, 14)
            at = s.spot(0.5 * math.hypot(w, d), (-45, 45), (10, 90))
            if at:
                put.building(s, *at, w, d, r.uniform(5, 28), r.choice((0.0, 0.0, r.uniform(-0.8, 0.8))))
        put.vehicles(s, (-6, 6), (5, 45), r.randint(0, 4), 0.0)
        put.trees(s, (-12, 12), (6, 60), r.randint(0, 6), 0.1)
        put.people(s, (-half, half), (2, 26), r.randint(0, 5))
        if r.random() < 0.5:
            put.row_of_lamps(s, half * 0.8, (4.0, 50.0), r.uniform(10, 16))
    put.cones(s, (-half, half), (3, 26), r.randint(0, 4))
    put.props(s, (-half, half), (2, 22), r.randint(0, 3))


def _street(s: Stage, half: float) -> None:
    """Kerbs, facades, shops, lamps, parked and driving cars, trees in rows, people on the pavements."""
    r = s.rng
    walk = half * 0.28
    kerb = half - walk
    rows = r.random() < 0.35
    for side in (-1, 1):
        size = (walk + 0.05, 190.0, 0.16)
        s.add("pavement", "ground", "pavement", size, side * (half - walk / 2), 60.0, solid=False, centred=False)
        _facades(s, side, half)
        edge = side * (kerb + 0.5)
        if rows:
            step = r.uniform(7, 12)
            for k in range(7):
                if s.free(edge, 5 + k * step, 0.5):
                    put.tree(s, edge, 5 + k * step, r.uniform(4.5, 7.0), "leafy", z=0.16)
        if r.random() < 0.55:
            put.row_of_lamps(s, edge, (3.0, 60.0), r.uniform(10, 17), z=0.16)
        _parked(s, side * (kerb - 1.15))
        inner, outer = sorted((side * (kerb + 0.8), side * (half - 0.5)))
        put.people(s, (inner, outer), (2, 26), r.randint(0, 3), z=0.16)
        put.cones(s, (inner, outer), (3, 26), r.randint(0, 3))
    for side in (-1, 1):
        if kerb > 4.6 and r.random() < 0.6:
            for _ in range(r.randint(1, 2)):
                y = r.uniform(4, 45)
                if s.free(side * 1.7, y, 2.2):
                    put.vehicle(s, side * 1.7, y, 0.0 if side > 0 else math.pi, speed=r.uniform(4, 13))
    for side in (-1, 1):
        for _ in range(r.randint(4, 9)):
            w, d = r.uniform(9, 18), r.uniform(9, 20)
            at = s.spot(0.5 * math.hypot(w, d), (side * (half + 22) - 6, side * (half + 40) + 6), (-15, 110))
            if at:
                put.building(s, *at, w, d, r.uniform(6, 30), 0.0)
    if r.random() < 0.4:
        put.building(s, r.uniform(-4, 4), 112, 26, 16, r.uniform(15, 45), 0.0)
    if r.random() < 0.3:
        s.add("bus_stop", "prop", "metal", (3.6, 1.4, 2.5), half - 1.4, r.uniform(7, 18), z=0.16, yaw=math.pi / 2)
    if r.random() < 0.3:
        for side in (-1, 1):
            at = (side * (kerb + 0.3), r.uniform(12, 26))
            s.add("traffic", "prop", "metal", (0.34, 0.3, 3.3), *at, z=0.16, yaw=math.pi, solid=False)
    put.people(s, (-kerb + 2.4, kerb - 2.4), (3, 20), r.randint(0, 2))


def _facades(s: Stage, side: int, half: float) -> None:
    r = s.rng
    y = r.uniform(-18, -8)
    while y < 110:
        w, d = r.uniform(8, 14), r.uniform(8, 18)
        h = r.uniform(6, 16) * (1 if r.random() < 0.7 else r.uniform(1.5, 3))
        if r.random() < 0.9:
            put.building(s, side * (half + w / 2), y + d / 2, w, d, h, 0.0)
            if h > 8.5 and r.random() < 0.3 and 0 < y < 40:
                size = (d * 0.7, 1.3, 0.7)
                at = (side * (half - 0.6), y + d / 2)
                s.add("awning", "prop", "prop", size, *at, z=2.7, yaw=side * math.pi / 2, solid=False)
        y += d + r.choice((0.0, 0.0, 0.3, 4.0))


def _parked(s: Stage, x: float) -> None:
    r = s.rng
    if r.random() < 0.35:
        return
    y = r.uniform(2, 10)
    yaw = r.choice((0.0, math.pi))
    while y < 55:
        if r.random() < 0.6 and s.free(x, y, 2.4):
            put.vehicle(s, x, y, yaw + r.uniform(-0.03, 0.03))
        y += r.uniform(6.5, 12)


def harbour(s: Stage) -> None:
    """Quay and water: sheds, cranes, containers and bollards on one side, ships and boats on the other."""
    r = s.rng
    put.ground(s, "seabed", 0.0, sunk=6.0)
    s.add("box", "water", "water", (900.0, 900.0, 2.0), 0.0, 0.0, z=-3.4, solid=False, centred=False)
    edge, land = r.uniform(-3.0, 10.0), r.choice((-1, 1))
    rim = -land * edge
    sea = -land
    at = (land * 60.0 + rim, 80.0)
    s.add("box", "ground", "quay", (120.0, 260.0, 5.0), *at, z=-5.0, solid=False, centred=False)
    s.look = float(sea) if r.random() < 0.7 else 0.0
    _ashore(s, rim, land)
    _afloat(s, rim, sea)


def _band(rim: float, land: int, low: float, high: float) -> tuple[float, float]:
    a, b = sorted((rim + land * low, rim + land * high))
    return a, b


def _ashore(s: Stage, rim: float, land: int) -> None:
    r = s.rng
    near = _band(rim, land, 3, 15)
    for _ in range(r.randint(2, 6)):
        w, d, h = r.uniform(9, 16), r.uniform(14, 30), r.uniform(5, 9)
        at = s.spot(0.45 * math.hypot(w, d), _band(rim, land, 12, 45), (14, 110))
        if at:
            kind = r.choice(("gable_house", "tower"))
            yaw = r.choice((0.0, math.pi / 2))
            s.add(kind, "building", "shed", (w, d, h), *at, yaw=yaw, roof=r.uniform(0.2, 0.35))
    for _ in range(r.randint(0, 3)):
        at = s.spot(5, _band(rim, land, 4, 14), (12, 70))
        if at and r.random() < 0.5:
            size = (10.0, 14.0, r.uniform(16, 24))
            s.add("crane", "prop", "crane", size, *at, yaw=math.pi / 2 * land, centred=False)
        elif at:
            size = (4.0, r.uniform(18, 30), r.uniform(16, 28))
            s.add("jib", "prop", "crane", size, *at, yaw=r.uniform(-3, 3), centred=False, solid=False)
            s.discs.append((*at, 1.6))
    for _ in range(r.randint(0, 9)):
        at = s.spot(3, near, (6, 50))
        if at:
            yaw = r.choice((0.0, math.pi / 2)) + r.uniform(-0.05, 0.05)
            for level in range(r.choice((1, 1, 2, 3))):
                size = (2.44, 6.06, 2.6)
                s.add("container", "prop", "container", size, *at, z=2.6 * level, yaw=yaw, solid=level == 0)
    for k in range(r.randint(3, 9)):
        s.add("bollard", "prop", "metal", (0.5, 0.5, 0.6), rim + land * 0.7, 1.5 + 6 * k)
    if r.random() < 0.3:
        y = r.uniform(3, 12)
        s.add("railing", "prop", "metal", (0.07, r.uniform(8, 24), 1.1), rim + land * 0.3, y + 8, solid=False)
    put.people(s, near, (2, 22), r.randint(0, 4))
    put.vehicles(s, near, (6, 40), r.randint(0, 2), 0.0)
    put.props(s, near, (2, 20), r.randint(0, 6))
    if r.random() < 0.6:
        put.row_of_lamps(s, rim + land * 2.2, (4.0, 60.0), r.uniform(11, 18))


def _afloat(s: Stage, rim: float, sea: int) -> None:
    r = s.rng
    if r.random() < 0.4:
        d = r.uniform(35, 80)
        size = (d * 0.17, d, d * 0.28)
        y = r.uniform(20, 70)
        s.add("ship", "prop", "boat", size, rim + sea * (0.6 * size[0] + 1.5), y, z=-2.6, yaw=r.choice((0.0, math.pi)))
    for _ in range(r.randint(1, 5)):
        d = r.uniform(5, 16)
        x, y = rim + sea * r.uniform(4, 32), r.uniform(4, 90)
        if s.free(x, y, d * 0.5):
            kind, cls = r.choice((("boat", "vehicle"), ("ship", "prop"), ("boat", "prop")))
            speed = r.uniform(1, 5) if r.random() < 0.35 else 0.0
            yaw = r.choice((0.0, math.pi, r.uniform(-3, 3)))
            more = {"form": r.randrange(2), "speed": speed, "simple": False}
            s.add(kind, cls, "boat", (d * 0.3, d, d * 0.32), x, y, z=-1.9, yaw=yaw, **more)
    if r.random() < 0.5:
        size = (30.0, 3.0, 0.4)
        at = (rim + sea * 15, r.uniform(12, 40))
        s.add("box", "ground", "planks", size, *at, z=-0.6, solid=False, centred=False)
        for k in range(8):
            post = (at[0] + (k - 3.5) * 4, at[1] - 1.4)
            s.add("cylinder", "prop", "crate", (0.3, 0.3, 3.2), *post, z=-2.4, solid=False, sides=10)
    if r.random() < 0.5:
        for _ in range(r.randint(2, 6)):
            size = (r.uniform(10, 30), r.uniform(10, 20), r.uniform(6, 22))
            at = (r.uniform(-140, 140), r.uniform(190, 240))
            s.add("tower", "building", "wall", size, *at, z=-1.0, solid=False)


def village(s: Stage) -> None:
    """Gabled houses along a lane, a church, fences, a well, gardens."""
    r = s.rng
    put.ground(s, r.choice(("grass", "earth", "paving")), r.choice((6.0, 14.0, 25.0)))
    lane = r.uniform(3, 5)
    s.add("box", "ground", "earth", (lane, 160.0, 0.06), r.uniform(-1, 1), 70.0, solid=False, centred=False)
    for _ in range(r.randint(4, 12)):
        _homestead(s)
    if r.random() < 0.4:
        _church(s)
    if r.random() < 0.3:
        at = s.spot(1.2, (-6, 6), (5, 18))
        if at:
            s.add("well", "prop", "rock", (1.6, 1.6, 2.4), *at)
    put.trees(s, (-30, 30), (4, 70), r.randint(2, 14), 0.2, 0.15)
    put.bushes(s, (-14, 14), (3, 30), r.randint(0, 6))
    put.people(s, (-5, 5), (2, 20), r.randint(0, 4))
    put.props(s, (-6, 6), (2, 16), r.randint(0, 4))
    put.vehicles(s, (-3, 3), (6, 40), r.randint(0, 2), 0.0)
    if r.random() < 0.4:
        put.row_of_lamps(s, 0.5 * lane + 0.8, (4.0, 40.0), r.uniform(9, 15))
    if r.random() < 0.3:
        size = (r.uniform(8, 30), r.uniform(8, 30), 0.08)
        s.add("box", "water", "water", size, r.uniform(-12, 12), r.uniform(15, 40), solid=False, centred=False)


def _homestead(s: Stage) -> None:
    """A house at the lane, sometimes with a fence before it."""
    r = s.rng
    w, d, h = r.uniform(5, 9), r.uniform(6, 12), r.uniform(4.5, 9)
    at = s.spot(0.55 * math.hypot(w, d), (-26, 26), (8, 60))
    if at is None or (abs(at[0]) < 0.6 * w + 3 and at[1] < 30):
        return
    yaw = r.choice((0.0, math.pi / 2, r.uniform(-0.7, 0.7)))
    if r.random() < 0.75:
        put.house(s, *at, w, d, h, yaw, "house", r.uniform(0.3, 0.5))
    else:
        s.add("tower", "building", "house", (w, d, h), *at, yaw=yaw)
    side = math.copysign(1, at[0])
    x = side * max(3.4, abs(at[0]) - w * 0.5 - 3)
    if r.random() < 0.5 and s.free(x, at[1], 1.0):
        s.add("fence", "prop", "crate", (0.08, d + 3, r.uniform(0.8, 1.3)), x, at[1], solid=False)


def _church(s: Stage) -> None:
    r = s.rng
    at = s.spot(7, (-16, 16), (24, 60))
    if at:
        x, y = at
        h = r.uniform(13, 18)
        s.add("tower", "building", "house", (4.5, 4.5, h), x, y)
        s.add("cone", "building", "roof", (6.4, 6.4, 6.5), x, y, z=h, sides=4, solid=False)
        put.house(s, x, y + 9.5, 8, 14, 9, 0.0, "house", 0.45)
