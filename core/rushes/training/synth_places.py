"""What stands in a city, a harbour, a village, a desert, a forest and in snow: the places of training scenes."""

from __future__ import annotations

import math

from rushes.training.synth_stage import Stage

__all__ = ["MAKERS", "PLACES", "plain"]

PLACES = ("city", "harbour", "village", "desert", "forest", "snow")


def _person(s: Stage, xs: tuple[float, float], ys: tuple[float, float], n: int) -> None:
    r = s.rng
    for _ in range(n):
        at = s.spot(0.4, xs, ys)
        if at:
            h = r.uniform(1.5, 1.95)
            w = h * r.uniform(0.27, 0.36)
            s.add(
                "person",
                "character",
                "cloth",
                (w, w * r.uniform(0.7, 1.0), h),
                *at,
                yaw=r.uniform(-3.2, 3.2),
                form=r.randrange(4),
            )


def _vehicles(s: Stage, xs: tuple[float, float], ys: tuple[float, float], n: int, along: float) -> None:
    r = s.rng
    for _ in range(n):
        truck = r.random() < 0.25
        size = (
            (r.uniform(2.2, 2.5), r.uniform(5.5, 8.5), r.uniform(2.6, 3.3))
            if truck
            else (r.uniform(1.7, 1.95), r.uniform(3.8, 4.8), r.uniform(1.4, 1.7))
        )
        at = s.spot(0.5 * size[1], xs, ys)
        if at:
            yaw = (
                along + r.choice((0.0, math.pi)) + (r.uniform(-0.1, 0.1) if r.random() < 0.7 else r.uniform(-1.5, 1.5))
            )
            s.add("truck" if truck else "car", "vehicle", "car", size, *at, yaw=yaw, form=r.randrange(3))


def _trees(s: Stage, xs: tuple[float, float], ys: tuple[float, float], n: int, conifer: float) -> None:
    r = s.rng
    for _ in range(n):
        h = r.uniform(3.5, 9.0)
        at = s.spot(h * 0.2, xs, ys)
        if at is None:
            continue
        if r.random() < conifer:
            w = h * r.uniform(0.32, 0.5)
            s.add("cylinder", "vegetation", "trunk", (h * 0.06, h * 0.06, h * 0.25), *at, solid=False, sides=8)
            s.add("conifer", "vegetation", "crown", (w, w, h * 0.85), *at, z=h * 0.15, yaw=r.uniform(0, 3))
        else:
            w = h * r.uniform(0.45, 0.8)
            c = h * r.uniform(0.5, 0.7)
            s.add("cylinder", "vegetation", "trunk", (h * 0.07, h * 0.07, h - 0.7 * c), *at, solid=False, sides=8)
            s.add("crown", "vegetation", "crown", (w, w * r.uniform(0.85, 1.1), c), *at, z=h - c, yaw=r.uniform(0, 3))


def _bushes(s: Stage, xs: tuple[float, float], ys: tuple[float, float], n: int) -> None:
    r = s.rng
    for _ in range(n):
        w = r.uniform(0.6, 2.2)
        at = s.spot(w * 0.5, xs, ys)
        if at:
            s.add(
                "crown",
                "vegetation",
                "crown",
                (w, w * r.uniform(0.8, 1.2), w * r.uniform(0.5, 0.9)),
                *at,
                z=-0.1,
                yaw=r.uniform(0, 3),
                solid=False,
            )


def _props(s: Stage, xs: tuple[float, float], ys: tuple[float, float], n: int) -> None:
    r = s.rng
    for _ in range(n):
        w = r.uniform(0.35, 1.6)
        at = s.spot(w * 0.7, xs, ys)
        if at is None:
            continue
        yaw = r.uniform(-1.6, 1.6)
        kind = r.choice(("box", "box", "crate", "barrel", "sphere", "cone", "cylinder", "stack"))
        if kind == "stack":
            s.add("box", "prop", "crate", (w, w, w), *at, yaw=yaw)
            s.add(
                "box",
                "prop",
                "crate",
                (w * 0.8, w * 0.8, w * 0.8),
                at[0],
                at[1],
                z=w,
                yaw=yaw + r.uniform(-0.5, 0.5),
                solid=False,
            )
        elif kind == "barrel":
            s.add("cylinder", "prop", "prop", (0.6, 0.6, 0.9), *at, sides=20)
        elif kind == "crate":
            s.add("box", "prop", "crate", (w, w, w), *at, yaw=yaw)
        else:
            s.add(
                kind,
                "prop",
                "prop",
                (
                    w,
                    w * r.uniform(0.6, 1.5) if kind == "box" else w,
                    w * r.uniform(0.6, 1.8) if kind != "sphere" else w,
                ),
                *at,
                yaw=yaw,
                sides=r.choice((12, 24, 32)),
                smooth=r.randrange(2),
            )


def _lamps(s: Stage, x: float, ys: tuple[float, float], step: float) -> None:
    y = ys[0]
    h = s.rng.uniform(4.0, 6.5)
    while y < ys[1]:
        s.add(
            "lamp", "prop", "metal", (0.5, 1.0, h), x, y, yaw=math.copysign(math.pi / 2, x), solid=False, centred=False
        )
        y += step


def _building(s: Stage, x: float, y: float, w: float, d: float, h: float, yaw: float, tint: str = "wall") -> None:
    """A tower, a block, a stacked block or a round tower."""
    r = s.rng
    k = r.random()
    if k < 0.12:
        w = min(w, d)
        s.add("cylinder", "building", tint, (w, w, h), x, y, yaw=yaw, sides=32, smooth=r.randrange(2))
    elif k < 0.3 and h > 7:
        s.add("box", "building", tint, (w, d, h * 0.6), x, y, yaw=yaw)
        s.add(
            "box",
            "building",
            tint,
            (w * r.uniform(0.5, 0.85), d * r.uniform(0.5, 0.85), h * 0.4),
            x,
            y,
            z=h * 0.6,
            yaw=yaw,
            solid=False,
        )
    else:
        s.add("box", "building", tint, (w, d, h), x, y, yaw=yaw)
    if r.random() < 0.25 and k >= 0.3:
        s.add(
            "box", "prop", "metal", (w * 0.25, d * 0.2, 1.4), x + r.uniform(-0.2, 0.2) * w, y, z=h, yaw=yaw, solid=False
        )


def _ground(s: Stage, tint: str, hills: float, sunk: float = 0.0) -> None:
    s.add(
        "terrain",
        "ground",
        tint,
        (600.0, 600.0, 1.0),
        0.0,
        0.0,
        z=-sunk,
        solid=False,
        centred=False,
        hills=hills,
        salt=s.rng.randrange(1000),
    )


def _city(s: Stage) -> None:
    r = s.rng
    _ground(s, "asphalt", r.choice((0.0, 0.0, 12.0)))
    half = r.uniform(5.0, 11.0)
    if r.random() < 0.7:
        for side in (-1, 1):
            y = r.uniform(-14, -6)
            s.add(
                "box",
                "ground",
                "pavement",
                (half * 0.35, 170.0, 0.16),
                side * half * 0.86,
                60.0,
                solid=False,
                centred=False,
            )
            while y < 110:
                w, d, h = (
                    r.uniform(8, 14),
                    r.uniform(8, 18),
                    r.uniform(6, 16) * (1 if r.random() < 0.7 else r.uniform(1.5, 3)),
                )
                if r.random() < 0.88:
                    _building(s, side * (half + w / 2), y + d / 2, w, d, h, 0.0)
                y += d + r.choice((0.0, 0.0, 0.3, 4.0))
        if r.random() < 0.6:
            _lamps(s, half * 0.72, (4.0, 60.0), r.uniform(12, 18))
        if r.random() < 0.4:
            _building(s, r.uniform(-4, 4), 112, 26, 16, r.uniform(15, 45), 0.0)
    else:
        for _ in range(r.randint(5, 14)):
            w, d = r.uniform(5, 14), r.uniform(5, 14)
            at = s.spot(0.5 * math.hypot(w, d), (-45, 45), (10, 90))
            if at:
                _building(s, *at, w, d, r.uniform(5, 28), r.choice((0.0, 0.0, r.uniform(-0.8, 0.8))))
    road = (-half * 0.6, half * 0.6)
    _vehicles(s, road, (4, 45), r.randint(0, 5), 0.0)
    _person(s, (-half, half), (2, 26), r.randint(0, 5))
    _props(s, (-half, half), (2, 22), r.randint(0, 4))
    if r.random() < 0.4:
        _trees(s, (-half, half), (6, 60), r.randint(1, 5), 0.1)


def _harbour(s: Stage) -> None:
    r = s.rng
    _ground(s, "seabed", 0.0, sunk=6.0)
    s.add("box", "water", "water", (900.0, 900.0, 2.0), 0.0, 0.0, z=-3.4, solid=False, centred=False)
    edge = r.uniform(-3.0, 10.0)
    land = r.choice((-1, 1))
    s.add(
        "box",
        "ground",
        "quay",
        (120.0, 260.0, 5.0),
        land * 60.0 + edge * -land,
        80.0,
        z=-5.0,
        solid=False,
        centred=False,
    )
    inland = (edge * -land + land * 3, edge * -land + land * 40)
    xs = (min(inland), max(inland))
    near = (min(inland[0], inland[0] + land * 12), max(inland[0], inland[0] + land * 12))
    for _ in range(r.randint(2, 6)):
        w, d, h = r.uniform(9, 16), r.uniform(14, 30), r.uniform(5, 9)
        at = s.spot(0.45 * math.hypot(w, d), (xs[0], xs[1]), (14, 110))
        if at:
            s.add(
                r.choice(("gable", "box")),
                "building",
                "shed",
                (w, d, h),
                *at,
                yaw=r.choice((0.0, math.pi / 2)),
                roof=r.uniform(0.2, 0.35),
            )
    for _ in range(r.randint(0, 3)):
        at = s.spot(5, near, (10, 70))
        if at:
            s.add("crane", "prop", "crane", (10.0, 14.0, r.uniform(16, 24)), *at, yaw=math.pi / 2 * land, centred=False)
    for _ in range(r.randint(0, 9)):
        at = s.spot(3, near, (6, 50))
        if at:
            yaw = r.choice((0.0, math.pi / 2)) + r.uniform(-0.05, 0.05)
            for level in range(r.choice((1, 1, 2, 3))):
                s.add("box", "prop", "container", (2.44, 6.06, 2.6), *at, z=2.6 * level, yaw=yaw, solid=level == 0)
    sea = -land
    s.look = float(sea) if r.random() < 0.7 else 0.0
    for _ in range(r.randint(1, 5)):
        size = r.uniform(5, 18)
        x = edge * sea + sea * r.uniform(4, 30)
        y = r.uniform(4, 90)
        if s.free(x, y, size * 0.4):
            s.add(
                "boat",
                "vehicle",
                "boat",
                (size * 0.3, size, size * 0.3),
                x,
                y,
                z=-1.9,
                yaw=r.choice((0.0, math.pi, r.uniform(-3, 3))),
                form=r.randrange(2),
            )
    if r.random() < 0.5:
        s.add(
            "box",
            "ground",
            "planks",
            (30.0, 3.0, 0.4),
            edge * sea + sea * 15,
            r.uniform(12, 40),
            z=-0.6,
            solid=False,
            centred=False,
        )
    if r.random() < 0.5:
        for _ in range(r.randint(2, 6)):
            s.add(
                "box",
                "building",
                "wall",
                (r.uniform(10, 30), r.uniform(10, 20), r.uniform(6, 22)),
                r.uniform(-140, 140),
                r.uniform(190, 240),
                z=-1.0,
                solid=False,
            )
    _person(s, near, (2, 22), r.randint(0, 4))
    _vehicles(s, near, (6, 40), r.randint(0, 2), 0.0)
    _props(s, near, (2, 20), r.randint(0, 6))
    if r.random() < 0.5:
        _lamps(s, inland[0], (4.0, 60.0), 16.0)


def _village(s: Stage) -> None:
    r = s.rng
    _ground(s, r.choice(("grass", "earth", "paving")), r.choice((6.0, 14.0, 25.0)))
    for _ in range(r.randint(4, 12)):
        w, d, h = r.uniform(5, 9), r.uniform(6, 12), r.uniform(4.5, 9)
        at = s.spot(0.55 * math.hypot(w, d), (-26, 26), (8, 60))
        if at and not (abs(at[0]) < 4 and at[1] < 20):
            s.add(
                r.choice(("gable", "gable", "box")),
                "building",
                "house",
                (w, d, h),
                *at,
                yaw=r.choice((0.0, math.pi / 2, r.uniform(-0.7, 0.7))),
                roof=r.uniform(0.3, 0.5),
            )
    if r.random() < 0.35:
        at = s.spot(4, (-15, 15), (25, 60))
        if at:
            s.add("box", "building", "house", (4.5, 4.5, 14.0), *at)
            s.add("cone", "building", "roof", (6.4, 6.4, 6.0), *at, z=14.0, sides=4, solid=False, yaw=math.pi / 4)
    s.add("box", "ground", "earth", (r.uniform(3, 5), 160.0, 0.06), r.uniform(-1, 1), 70.0, solid=False, centred=False)
    _trees(s, (-30, 30), (4, 70), r.randint(2, 14), 0.2)
    _bushes(s, (-14, 14), (3, 30), r.randint(0, 6))
    _person(s, (-5, 5), (2, 20), r.randint(0, 4))
    _props(s, (-6, 6), (2, 16), r.randint(0, 4))
    _vehicles(s, (-3, 3), (6, 40), r.randint(0, 2), 0.0)
    if r.random() < 0.3:
        s.add(
            "box",
            "water",
            "water",
            (r.uniform(8, 30), r.uniform(8, 30), 0.08),
            r.uniform(-12, 12),
            r.uniform(15, 40),
            solid=False,
            centred=False,
        )


def _desert(s: Stage) -> None:
    r = s.rng
    _ground(s, "sand", r.choice((5.0, 15.0, 30.0)))
    for _ in range(r.randint(0, 7)):
        w, d, h = r.uniform(4, 10), r.uniform(4, 10), r.uniform(3, 8)
        at = s.spot(0.55 * math.hypot(w, d), (-26, 26), (9, 60))
        if at:
            _building(s, *at, w, d, h, r.choice((0.0, r.uniform(-0.8, 0.8))), "adobe")
            if r.random() < 0.3:
                s.add(
                    "sphere",
                    "building",
                    "adobe",
                    (w * 0.8, w * 0.8, w * 0.7),
                    *at,
                    z=h - w * 0.3,
                    sides=24,
                    smooth=1,
                    solid=False,
                )
    for _ in range(r.randint(0, 7)):
        w = r.uniform(0.6, 5)
        at = s.spot(w * 0.6, (-25, 25), (4, 60))
        if at:
            s.add(
                "rock",
                "prop",
                "rock",
                (w, w * r.uniform(0.7, 1.3), w * r.uniform(0.4, 0.9)),
                *at,
                z=-0.15 * w,
                yaw=r.uniform(0, 3),
            )
    _trees(s, (-22, 22), (6, 45), r.randint(0, 4), 0.0)
    _bushes(s, (-14, 14), (3, 25), r.randint(0, 5))
    _person(s, (-5, 5), (2, 22), r.randint(0, 4))
    _props(s, (-6, 6), (2, 18), r.randint(0, 4))
    _vehicles(s, (-8, 8), (6, 30), r.randint(0, 2), r.uniform(-1, 1))


def _forest(s: Stage) -> None:
    r = s.rng
    _ground(s, r.choice(("grass", "moss", "earth")), r.choice((5.0, 12.0, 30.0)))
    _trees(s, (-28, 28), (3, 80), r.randint(12, 40), r.choice((0.0, 0.5, 1.0)))
    _bushes(s, (-14, 14), (3, 30), r.randint(2, 10))
    for _ in range(r.randint(0, 5)):
        w = r.uniform(0.5, 3)
        at = s.spot(w * 0.6, (-15, 15), (3, 40))
        if at:
            s.add("rock", "prop", "rock", (w, w * r.uniform(0.7, 1.3), w * r.uniform(0.4, 0.9)), *at, z=-0.15 * w)
    if r.random() < 0.5:
        at = s.spot(4.5, (-12, 12), (12, 35))
        if at:
            s.add("gable", "building", "timber", (6.0, 7.5, 5.5), *at, yaw=r.uniform(-0.8, 0.8), roof=0.45)
    if r.random() < 0.3:
        s.add(
            "box",
            "water",
            "water",
            (r.uniform(10, 40), r.uniform(8, 30), 0.08),
            r.uniform(-10, 10),
            r.uniform(12, 40),
            solid=False,
            centred=False,
        )
    _person(s, (-5, 5), (2, 20), r.randint(0, 4))
    _props(s, (-5, 5), (2, 14), r.randint(0, 3))


def _snow(s: Stage) -> None:
    r = s.rng
    _ground(s, "snow", r.choice((6.0, 15.0, 40.0)))
    for _ in range(r.randint(0, 7)):
        w, d, h = r.uniform(5, 9), r.uniform(5, 10), r.uniform(4, 8)
        at = s.spot(0.55 * math.hypot(w, d), (-24, 24), (9, 55))
        if at:
            s.add(
                r.choice(("gable", "box")),
                "building",
                r.choice(("timber", "house")),
                (w, d, h),
                *at,
                yaw=r.choice((0.0, r.uniform(-0.8, 0.8))),
                roof=r.uniform(0.35, 0.55),
            )
    _trees(s, (-28, 28), (5, 70), r.randint(2, 22), 0.8)
    _person(s, (-5, 5), (2, 20), r.randint(0, 4))
    _props(s, (-6, 6), (2, 18), r.randint(0, 4))
    _vehicles(s, (-6, 6), (6, 30), r.randint(0, 2), r.uniform(-1, 1))


def plain(s: Stage) -> None:
    """What a beginner blocks: a plane and few boxes, or a wall right in front of the camera."""
    r = s.rng
    _ground(s, r.choice(("asphalt", "grass", "sand", "paving")), 0.0)
    for _ in range(r.randint(1, 4)):
        at = s.spot(4, (-12, 12), (5, 30))
        if at:
            s.add(
                "box",
                "building",
                "wall",
                (r.uniform(3, 10), r.uniform(3, 10), r.uniform(3, 14)),
                *at,
                yaw=r.choice((0.0, r.uniform(-0.7, 0.7))),
            )
    _props(s, (-4, 4), (2, 12), r.randint(1, 5))
    _person(s, (-3, 3), (2, 10), r.randint(0, 3))
    _vehicles(s, (-5, 5), (5, 18), r.randint(0, 1), r.uniform(-1, 1))


MAKERS = {"city": _city, "harbour": _harbour, "village": _village, "desert": _desert, "forest": _forest, "snow": _snow}
