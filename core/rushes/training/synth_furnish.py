"""What stands in many places: figures, vehicles, trees, props, lamps, houses; put on the stage where one says."""

from __future__ import annotations

import math

from rushes.blender.inside.synth_odd import rolling
from rushes.training.synth_stage import Span, Stage

__all__ = [
    "building",
    "bushes",
    "cones",
    "figure",
    "ground",
    "hills",
    "house",
    "lamp_post",
    "people",
    "props",
    "rocks",
    "row_of_lamps",
    "tree",
    "trees",
    "vehicle",
    "vehicles",
]


def figure(s: Stage, x: float, y: float, yaw: float, *, z: float = 0.0, walks: bool = False) -> None:
    """One person, as an artist blocks it; a walking one goes along its own y."""
    r = s.rng
    h = r.uniform(1.5, 1.95)
    w = h * r.uniform(0.27, 0.36)
    more = {"phase": r.uniform(0.0, 2 * math.pi), "speed": r.uniform(0.9, 1.7)} if walks else {}
    size = (w, w * r.uniform(0.7, 1.0), h)
    s.add("person", "character", "cloth", size, x, y, z=z, yaw=yaw, form=r.randrange(4), **more)


def people(s: Stage, xs: Span, ys: Span, n: int, *, z: float = 0.0, walking: float = 0.5) -> None:
    """Figures here and there, now and then in pairs; a share of them walks."""
    r = s.rng
    for _ in range(n):
        at = s.spot(0.4, xs, ys)
        if at is None:
            continue
        yaw = r.uniform(-math.pi, math.pi)
        walks = r.random() < walking
        figure(s, *at, yaw, z=z, walks=walks)
        if r.random() < 0.25 and s.free(at[0] + 0.75, at[1], 0.3):
            facing = yaw if walks else yaw + math.pi + r.uniform(-0.5, 0.5)
            figure(s, at[0] + 0.8, at[1] + r.uniform(-0.2, 0.2), facing, z=z, walks=walks)


def vehicle(s: Stage, x: float, y: float, yaw: float, *, speed: float = 0.0, z: float = 0.0) -> None:
    """A car, van, bus or truck."""
    r = s.rng
    k = r.random()
    if k < 0.72:
        kind, size = "car", (r.uniform(1.7, 1.95), r.uniform(3.8, 4.8), r.uniform(1.4, 1.7))
    elif k < 0.9:
        kind, size = "truck", (r.uniform(2.2, 2.5), r.uniform(5.5, 8.5), r.uniform(2.6, 3.3))
    else:
        kind, size = "truck", (r.uniform(2.4, 2.6), r.uniform(9.0, 12.0), r.uniform(2.9, 3.3))
    s.add(kind, "vehicle", "car", size, x, y, z=z, yaw=yaw, form=r.randrange(3), speed=speed)


def vehicles(s: Stage, xs: Span, ys: Span, n: int, along: float, *, driving: float = 0.3) -> None:
    """Vehicles anywhere in a field, roughly along a direction."""
    r = s.rng
    for _ in range(n):
        at = s.spot(2.6, xs, ys)
        if at:
            drift = r.uniform(-0.1, 0.1) if r.random() < 0.7 else r.uniform(-1.5, 1.5)
            yaw = along + r.choice((0.0, math.pi)) + drift
            vehicle(s, *at, yaw, speed=r.uniform(3.0, 12.0) if r.random() < driving else 0.0)


def tree(s: Stage, x: float, y: float, h: float, kind: str, *, z: float = 0.0) -> None:
    """A tree of height `h`: "leafy", "conifer" or "bare"."""
    r = s.rng
    if kind == "conifer":
        w = h * r.uniform(0.32, 0.5)
        trunk = (h * 0.06, h * 0.06, h * 0.25)
        s.add("cylinder", "vegetation", "trunk", trunk, x, y, z=z, solid=False, sides=8)
        s.add("conifer", "vegetation", "crown", (w, w, h * 0.85), x, y, z=z + h * 0.15, yaw=r.uniform(0, 3))
    elif kind == "bare":
        w = h * r.uniform(0.5, 0.8)
        salt = r.uniform(0, 6)
        s.add("bare", "vegetation", "trunk", (w, w, h), x, y, z=z, yaw=0.0, salt=salt, simple=False, solid=False)
        s.discs.append((x, y, 0.5))
    else:
        w = h * r.uniform(0.45, 0.8)
        c = h * r.uniform(0.5, 0.7)
        trunk = (h * 0.07, h * 0.07, h - 0.7 * c)
        s.add("cylinder", "vegetation", "trunk", trunk, x, y, z=z, solid=False, sides=8)
        size = (w, w * r.uniform(0.85, 1.1), c)
        s.add("crown", "vegetation", "crown", size, x, y, z=z + h - c, yaw=r.uniform(0, 3))


def trees(s: Stage, xs: Span, ys: Span, n: int, conifer: float, bare: float = 0.0) -> None:
    """Trees in a field; shares of conifers and of bare ones among the rest."""
    r = s.rng
    for _ in range(n):
        h = r.uniform(3.5, 11.0)
        at = s.spot(h * 0.2, xs, ys)
        if at:
            kind = "conifer" if r.random() < conifer else "bare" if r.random() < bare else "leafy"
            tree(s, *at, h, kind)


def bushes(s: Stage, xs: Span, ys: Span, n: int) -> None:
    """Low round bushes."""
    r = s.rng
    for _ in range(n):
        w = r.uniform(0.6, 2.2)
        at = s.spot(w * 0.5, xs, ys)
        if at:
            size = (w, w * r.uniform(0.8, 1.2), w * r.uniform(0.5, 0.9))
            s.add("crown", "vegetation", "crown", size, *at, z=-0.1, yaw=r.uniform(0, 3), solid=False)


def rocks(s: Stage, xs: Span, ys: Span, n: int, largest: float = 5.0) -> None:
    """Rocks, half of them in the ground."""
    r = s.rng
    for _ in range(n):
        w = r.uniform(0.5, 1.0) * r.choice((1.0, 2.0, largest))
        at = s.spot(w * 0.6, xs, ys)
        if at:
            size = (w, w * r.uniform(0.7, 1.3), w * r.uniform(0.4, 0.9))
            s.add("rock", "prop", "rock", size, *at, z=-0.15 * w, yaw=r.uniform(0, 3))


def props(s: Stage, xs: Span, ys: Span, n: int) -> None:
    """Crates, barrels, cones, balls and plain boxes."""
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
                (0.8 * w, 0.8 * w, 0.8 * w),
                *at,
                z=w,
                yaw=yaw + r.uniform(-0.5, 0.5),
                solid=False,
            )
        elif kind == "barrel":
            s.add("cylinder", "prop", "prop", (0.6, 0.6, 0.9), *at, sides=20)
        elif kind == "crate":
            s.add("box", "prop", "crate", (w, w, w), *at, yaw=yaw)
        else:
            deep = w * r.uniform(0.6, 1.5) if kind == "box" else w
            tall = w * r.uniform(0.6, 1.8) if kind != "sphere" else w
            more = {"sides": r.choice((12, 24, 32)), "smooth": r.randrange(2)}
            s.add(kind, "prop", "prop", (w, deep, tall), *at, yaw=yaw, **more)


def cones(s: Stage, xs: Span, ys: Span, n: int) -> None:
    """Street furniture: benches, bins, hydrants, signs, bollards."""
    r = s.rng
    for _ in range(n):
        at = s.spot(0.6, xs, ys)
        if at is None:
            continue
        yaw = r.choice((0.0, math.pi / 2, math.pi, -math.pi / 2))
        kind = r.choice(("bench", "bench", "bin", "hydrant", "sign", "bollard", "cone"))
        size = {
            "bench": (r.uniform(1.4, 2.0), 0.6, 0.85),
            "bin": (0.5, 0.5, r.uniform(0.8, 1.1)),
            "hydrant": (0.38, 0.38, 0.75),
            "sign": (r.uniform(0.5, 0.8), 0.05, r.uniform(2.2, 2.9)),
            "bollard": (0.22, 0.22, 0.95),
            "cone": (0.4, 0.4, 0.7),
        }[kind]
        tint = "crate" if kind == "bench" else "prop" if kind in ("sign", "hydrant", "cone") else "metal"
        s.add(kind, "prop", tint, size, *at, yaw=yaw, round=float(r.randrange(2)), sides=16)


def lamp_post(s: Stage, x: float, y: float, h: float, yaw: float, form: int, *, z: float = 0.0) -> None:
    """A lantern on a post (form 0), or a post with an arm along its y and a lamp head below it."""
    if form == 0:
        s.add("lantern", "light", "metal", (0.46, 0.46, h), x, y, z=z, yaw=yaw, solid=False, centred=False)
        return
    s.add("arm_post", "prop", "metal", (0.2, 1.3, h), x, y, z=z, yaw=yaw, solid=False, centred=False)
    tip = (x - 1.2 * math.sin(yaw), y + 1.2 * math.cos(yaw))
    s.add("lamp_head", "light", "metal", (0.3, 0.7, 0.2), *tip, z=z + h - 0.28, yaw=yaw, solid=False, centred=False)


def row_of_lamps(s: Stage, x: float, ys: Span, step: float, *, z: float = 0.0) -> None:
    """Street lamps along y whose arms reach over the street at x = 0."""
    form = s.rng.randrange(2)
    h = s.rng.uniform(3.2, 4.5) if form == 0 else s.rng.uniform(4.5, 6.5)
    y = ys[0]
    while y < ys[1]:
        if s.free(x, y, 0.2):
            lamp_post(s, x, y, h, math.copysign(math.pi / 2, x), form, z=z)
            s.discs.append((x, y, 0.3))
        y += step


def building(s: Stage, x: float, y: float, w: float, d: float, h: float, yaw: float, tint: str = "wall") -> None:
    """A block, a stacked block or a round tower."""
    r = s.rng
    k = r.random()
    if k < 0.1:
        w = min(w, d)
        s.add("cylinder", "building", tint, (w, w, h), x, y, yaw=yaw, sides=32, smooth=r.randrange(2))
    elif k < 0.28 and h > 7:
        s.add("tower", "building", tint, (w, d, h * 0.6), x, y, yaw=yaw)
        upper = (w * r.uniform(0.5, 0.85), d * r.uniform(0.5, 0.85), h * 0.4)
        s.add("tower", "building", tint, upper, x, y, z=h * 0.6, yaw=yaw, solid=False)
    else:
        s.add("tower", "building", tint, (w, d, h), x, y, yaw=yaw)
    if r.random() < 0.25 and k >= 0.3:
        top = (w * 0.25, d * 0.2, 1.4)
        s.add("box", "prop", "metal", top, x + r.uniform(-0.2, 0.2) * w, y, z=h, yaw=yaw, solid=False)


def house(s: Stage, x: float, y: float, w: float, d: float, h: float, yaw: float, tint: str, roof: float) -> None:
    """A gabled house; often with a chimney that the artist blocked too."""
    r = s.rng
    s.add("gable_house", "building", tint, (w, d, h), x, y, yaw=yaw, roof=roof)
    if r.random() < 0.45:
        off, side = r.uniform(-0.3, 0.3) * d, 0.18 * w
        at = (x + side * math.cos(yaw) - off * math.sin(yaw), y + side * math.sin(yaw) + off * math.cos(yaw))
        s.add("box", "building", "wall", (0.7, 0.7, 0.45 * h), *at, z=0.68 * h, yaw=yaw, solid=False)


def ground(s: Stage, tint: str, hills: float, sunk: float = 0.0) -> None:
    """The ground all around, flat near the middle."""
    more = {"hills": hills, "salt": s.rng.randrange(1000)}
    s.add("terrain", "ground", tint, (600.0, 600.0, 1.0), 0, 0, z=-sunk, solid=False, centred=False, **more)


def hills(s: Stage, tint: str, amount: float, wave: float, flat: float) -> None:
    """Rolling land; whatever is added later stands on it."""
    more = {"amount": amount, "wave": wave, "salt": s.rng.uniform(0, 6), "flat": flat}
    s.add("hills", "ground", tint, (700.0, 700.0, 1.0), 0, 0, solid=False, centred=False, **more)
    s.height = lambda x, y: float(rolling(x, y, more))
