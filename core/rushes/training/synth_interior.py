"""Rooms of training scenes: walls with openings, furniture, lamps, figures, and a camera inside."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rushes.training import synth_furnish as put
from rushes.training.synth_stage import PlanCamera, Stage

__all__ = ["interior"]

THICK = 0.2


@dataclass(frozen=True)
class _Room:
    """Inside measures: x from -w/2 to w/2, y from 0 to d, height h."""

    w: float
    d: float
    h: float


def interior(s: Stage) -> None:
    """A living room, bedroom, kitchen, office, hall, corridor, store or church, seen from inside."""
    r = s.rng
    s.indoor = True
    kind = r.choice((_living, _living, _bedroom, _kitchen, _office, _hall, _corridor, _store, _church))
    kind(s)


def _shell(s: Stage, room: _Room, *, holes: dict[str, tuple[int, float, float, float]], tint: str, floor: str) -> None:
    """Floor, ceiling and four walls. `holes`: side → (number, share of the length, sill, head)."""
    r = s.rng
    w, d, h = room.w, room.d, room.h
    s.add("plane", "ground", r.choice(("grass", "asphalt", "earth")), (400.0, 400.0, 0.1), 0, 0, z=-0.16, solid=False)
    s.add("box", "ground", floor, (w + 0.4, d + 0.4, 0.14), 0, d / 2, z=-0.14, solid=False, centred=False)
    s.add("box", "building", "plaster", (w + 0.4, d + 0.4, 0.15), 0, d / 2, z=h, solid=False)
    sides = {
        "left": (d, -(w + THICK) / 2, d / 2, math.pi / 2),
        "right": (d, (w + THICK) / 2, d / 2, -math.pi / 2),
        "back": (w + 2 * THICK, 0.0, d + THICK / 2, 0.0),
        "front": (w + 2 * THICK, 0.0, -THICK / 2, 0.0),
    }
    for side, (long, x, y, yaw) in sides.items():
        n, share, sill, head = holes.get(side, (0, 0.0, 0.0, 0.0))
        if n < 0:
            continue
        more = {"holes": n, "share": share, "sill": sill, "head": min(head, h - 0.1), "bars": float(sill > 0.05)}
        s.add("wall", "building", tint, (long, THICK, h), x, y, yaw=yaw, solid=False, centred=False, **more)
    _outside(s, room)


def _outside(s: Stage, room: _Room) -> None:
    """Something to see through the windows."""
    r = s.rng
    away = max(room.w, room.d) + 6
    for _ in range(r.randint(0, 6)):
        a, far = r.uniform(-math.pi, math.pi), r.uniform(1.0, 3.0) * away
        at = (far * math.cos(a), room.d / 2 + far * math.sin(a))
        if r.random() < 0.5:
            put.tree(s, *at, r.uniform(4, 9), r.choice(("leafy", "conifer")))
        else:
            s.add("tower", "building", "wall", (r.uniform(6, 12), r.uniform(6, 12), r.uniform(5, 16)), *at)


def _windows(
    s: Stage, room: _Room, *, low: float = 0.9, high: float = 2.3
) -> dict[str, tuple[int, float, float, float]]:
    """Openings on one to three sides; s.sun_from is set so that the sun comes in."""
    r = s.rng
    sides = r.sample(("left", "right", "back"), r.choice((1, 2, 2, 3)))
    sill = r.choice((0.0, low, low, 0.5 * low))
    head = min(high * r.uniform(0.95, 1.1), room.h - 0.25)
    out = {
        side: (
            max(1, round((room.w if side == "back" else room.d) / r.uniform(1.8, 3.2))),
            r.uniform(0.4, 0.7),
            sill,
            head,
        )
        for side in sides
    }
    first = sides[0]
    base = {"left": math.pi, "right": 0.0, "back": math.pi / 2}[first]
    s.sun_from = base + r.uniform(-0.8, 0.8)
    k = r.random()
    if k < 0.35:
        out["front"] = (-1, 0.0, 0.0, 0.0)
    elif k < 0.6:
        out["front"] = (max(1, round(room.w / 2.5)), 0.6, sill, head)
    return out


def _at_wall(
    s: Stage,
    room: _Room,
    side: str,
    along: float,
    kind: str,
    cls: str,
    tint: str,
    size: tuple[float, float, float],
    **more: float,
) -> tuple[float, float] | None:
    """Put a thing with its back to a wall; None when the spot is taken."""
    off = size[1] / 2 + 0.04
    x, y, yaw = {
        "left": (-room.w / 2 + off, along, -math.pi / 2),
        "right": (room.w / 2 - off, along, math.pi / 2),
        "back": (along, room.d - off, math.pi),
    }[side]
    if not s.free(x, y, 0.4 * size[0]):
        return None
    s.add(kind, cls, tint, size, x, y, yaw=yaw, **more)
    return x, y


def _pendants(s: Stage, room: _Room, n: int, size: float) -> None:
    r = s.rng
    low = max(1.95, 0.6 * room.h)
    drop = r.uniform(low, max(low, min(room.h - 0.55, 0.75 * room.h)))
    for k in range(n):
        y = room.d * (k + 0.75) / (n + 0.5)
        h = min(0.5, size * 0.7, room.h - drop - 0.04)
        s.add("pendant", "light", "shade", (size, size, h), 0.0, y, z=drop, solid=False, centred=False)
        cord = room.h - drop - h
        s.add("cylinder", "prop", "metal", (0.04, 0.04, cord), 0.0, y, z=drop + h, solid=False, centred=False, sides=6)


def _floor_lamp(s: Stage, room: _Room) -> None:
    r = s.rng
    side = r.choice((-1, 1))
    x, y = side * (room.w / 2 - 0.4), r.uniform(0.45, 0.92) * room.d
    if s.free(x, y, 0.3):
        s.add("floor_lamp", "light", "shade", (0.45, 0.45, r.uniform(1.5, 1.8)), x, y, centred=False)


def _table_lamp(s: Stage, x: float, y: float, z: float) -> None:
    h = s.rng.uniform(0.35, 0.6)
    s.add("table_lamp", "light", "shade", (0.3, 0.3, h), x, y, z=z, solid=False, centred=False)


def _pictures(s: Stage, room: _Room, n: int) -> None:
    r = s.rng
    for _ in range(n):
        size = (r.uniform(0.5, 1.3), 0.05, r.uniform(0.4, 0.9))
        x = r.uniform(-0.35, 0.35) * room.w
        s.add("picture", "prop", "prop", size, x, room.d - 0.03, z=1.35, yaw=math.pi, solid=False)


def _look(s: Stage, room: _Room, *, low: float = 14.0, high: float = 35.0) -> None:
    """Cameras in the near part of the room that look down it, at a figure or a thing."""
    r = s.rng
    door = (
        r.random() < 0.12
        and room.d > 5
        and not any(0.1 < o.location[1] / room.d < 0.32 for o in s.objects if o.cls == "prop")
    )
    if door:
        more = {"holes": 1, "share": r.uniform(0.3, 0.5), "sill": 0.0, "head": min(2.2, room.h - 0.2), "bars": 0.0}
        size = (room.w, 0.14, room.h)
        s.add("wall", "building", "plaster", size, 0.0, 0.27 * room.d, solid=False, centred=False, **more)

    def view(s: Stage) -> PlanCamera:
        x, y = r.uniform(-0.4, 0.4) * room.w, r.uniform(0.05, 0.12 if door else 0.3) * room.d
        x *= 0.3 if door else 1.0
        z = r.choice((r.uniform(1.35, 1.7), r.uniform(0.8, 1.2), min(room.h - 0.35, r.uniform(1.9, 2.6))))
        heroes = [o for o in s.objects if o.cls in ("character", "prop", "light") and o.location[1] > y + 1.6]
        people = [o for o in heroes if o.cls == "character"]
        heroes = people if people and r.random() < 0.6 else heroes
        lens = r.uniform(low, high)
        if not heroes or r.random() < 0.15:
            return PlanCamera((x, y, z), (r.uniform(-0.3, 0.3) * room.w, 0.9 * room.d, r.uniform(0.7, 1.6)), lens)
        hero = r.choice(heroes)
        high_ = min(hero.location[2] + 0.6 * hero.size[2], 2.0)
        return PlanCamera((x, y, z), (hero.location[0] + r.uniform(-0.4, 0.4), hero.location[1], high_), lens)

    s.views = view


def _living(s: Stage) -> None:
    r = s.rng
    room = _Room(r.uniform(4.2, 8.5), r.uniform(4.5, 9.5), r.uniform(2.5, 3.6))
    _shell(s, room, holes=_windows(s, room), tint="plaster", floor=r.choice(("planks", "tiles", "carpet")))
    side, other = r.choice((("left", "right"), ("right", "left")))
    mid = 0.55 * room.d
    sofa = _at_wall(
        s, room, side, mid + r.uniform(-0.6, 0.6), "sofa", "prop", "fabric", (r.uniform(1.6, 2.4), 0.9, 0.85)
    )
    if sofa and r.random() < 0.7:
        x = sofa[0] * 0.25
        s.add("table", "prop", "timber", (0.7, 1.2, 0.42), x, sofa[1])
        if r.random() < 0.35:
            _table_lamp(s, x, sofa[1], 0.42)
    _at_wall(
        s,
        room,
        other,
        mid + r.uniform(-0.5, 0.5),
        "shelf",
        "prop",
        "timber",
        (r.uniform(1.0, 2.2), 0.35, r.uniform(1.7, 2.3)),
    )
    if r.random() < 0.4:
        _at_wall(s, room, "back", r.uniform(-0.15, 0.15) * room.w, "fireplace", "building", "wall", (1.6, 0.5, room.h))
    elif r.random() < 0.6:
        _dining(s, r.uniform(-0.1, 0.1) * room.w, 0.74 * room.d)
    _at_wall(s, room, "back", 0.34 * room.w * r.choice((-1, 1)), "cupboard", "prop", "timber", (1.0, 0.45, 0.9))
    _finish(s, room, pendant=0.6)


def _dining(s: Stage, x: float, y: float) -> None:
    r = s.rng
    size = (r.uniform(0.8, 1.0), r.uniform(1.3, 2.2), 0.75)
    if not s.free(x, y, 1.0):
        return
    s.add("table", "prop", "timber", size, x, y)
    for side in (-1, 1):
        for k in range(2 if size[1] > 1.6 else 1):
            at = (x + side * (size[0] / 2 + 0.22), y + (k - 0.5 * (size[1] > 1.6)) * 0.75)
            yaw = side * math.pi / 2 + r.uniform(-0.2, 0.2)
            s.add("chair", "prop", "timber", (0.45, 0.45, 0.92), *at, yaw=yaw, solid=False)
    if r.random() < 0.5:
        _table_lamp(s, x, y, 0.75)


def _finish(s: Stage, room: _Room, *, pendant: float) -> None:
    """Lamps, pictures, figures, loose things and the camera."""
    r = s.rng
    if r.random() < pendant:
        _pendants(s, room, 1 if room.d < 6 else 2, r.uniform(0.35, 0.7))
    if r.random() < 0.55:
        _floor_lamp(s, room)
    if not any(o.cls == "light" for o in s.objects) and r.random() < 0.9:
        _pendants(s, room, 1, r.uniform(0.35, 0.6))
    plain = not any(
        o.kind == "fireplace" or (o.kind == "wall" and abs(o.yaw) < 1 and o.location[1] > 1 and o.options["holes"])
        for o in s.objects
    )
    _pictures(s, room, r.choice((0, 1, 2)) if plain else 0)
    inside = (-0.36 * room.w, 0.36 * room.w)
    put.people(s, inside, (0.35 * room.d, 0.9 * room.d), r.choice((0, 1, 1, 2)), walking=0.25)
    for _ in range(r.choice((0, 0, 1, 3))):
        at = s.spot(0.4, inside, (0.3 * room.d, 0.9 * room.d))
        if at:
            w = r.uniform(0.25, 0.6)
            s.add(
                r.choice(("box", "sphere", "cylinder")), "prop", "prop", (w, w, w), *at, yaw=r.uniform(-1, 1), sides=20
            )
    _look(s, room)


def _bedroom(s: Stage) -> None:
    r = s.rng
    room = _Room(r.uniform(3.4, 5.5), r.uniform(3.8, 6.0), r.uniform(2.4, 3.0))
    _shell(s, room, holes=_windows(s, room), tint="plaster", floor=r.choice(("planks", "carpet")))
    wide = r.uniform(1.2, 1.9)
    x = r.uniform(-0.2, 0.2) * room.w
    s.add("bed", "prop", "fabric", (wide, 2.1, 1.0), x, room.d - 1.1, yaw=math.pi)
    for side in (-1, 1):
        at = x + side * (wide / 2 + 0.32)
        if abs(at) < room.w / 2 - 0.25:
            s.add("cupboard", "prop", "timber", (0.45, 0.4, 0.5), at, room.d - 0.25, yaw=math.pi, solid=False)
            if r.random() < 0.6:
                _table_lamp(s, at, room.d - 0.25, 0.5)
    _at_wall(s, room, r.choice(("left", "right")), 0.45 * room.d, "cupboard", "prop", "timber", (1.6, 0.6, 2.0))
    _finish(s, room, pendant=0.4)


def _kitchen(s: Stage) -> None:
    r = s.rng
    room = _Room(r.uniform(3.6, 6.0), r.uniform(4.0, 7.0), r.uniform(2.4, 3.0))
    _shell(s, room, holes=_windows(s, room, low=1.05), tint="plaster", floor=r.choice(("tiles", "planks")))
    long = min(room.d - 1.8, 3.6)
    side = r.choice(("left", "right"))
    y = room.d - 0.1 - long / 2
    at = _at_wall(s, room, side, y, "cupboard", "prop", "timber", (long, 0.6, 0.9))
    if at and r.random() < 0.7:
        _at_top(s, room, side, y, long)
    _at_wall(
        s, room, "back", 0.3 * room.w * (1 if side == "left" else -1), "cupboard", "prop", "metal", (0.7, 0.65, 1.9)
    )
    _dining(s, 0.1 * room.w * (1 if side == "left" else -1), 0.62 * room.d)
    _finish(s, room, pendant=0.8)


def _at_top(s: Stage, room: _Room, side: str, y: float, long: float) -> None:
    """Wall cupboards over a counter."""
    sign = -1 if side == "left" else 1
    size = (long * 0.8, 0.35, 0.7)
    yaw = sign * math.pi / 2
    s.add("cupboard", "prop", "timber", size, sign * (room.w / 2 - 0.2), y, z=1.45, yaw=yaw, solid=False)


def _office(s: Stage) -> None:
    r = s.rng
    room = _Room(r.uniform(6, 12), r.uniform(8, 16), r.uniform(2.6, 3.4))
    _shell(s, room, holes=_windows(s, room, low=0.8), tint="plaster", floor=r.choice(("carpet", "tiles")))
    cols, rows = max(1, int(room.w // 2.8)), max(1, int((room.d - 3) // 2.6))
    for i in range(cols):
        for j in range(rows):
            x, y = (i + 0.5 - cols / 2) * 2.7, 3.2 + j * 2.6
            if r.random() < 0.2 or y > room.d - 1:
                continue
            s.add("table", "prop", "timber", (1.5, 0.75, 0.74), x, y)
            s.add("box", "prop", "metal", (0.6, 0.05, 0.36), x, y + 0.15, z=0.82, solid=False)
            s.add("chair", "prop", "fabric", (0.5, 0.5, 0.95), x, y - 0.62, yaw=r.uniform(-0.6, 0.6), solid=False)
            if r.random() < 0.25:
                _table_lamp(s, x + 0.55, y, 0.74)
    _at_wall(s, room, r.choice(("left", "right")), 0.6 * room.d, "shelf", "prop", "metal", (1.8, 0.4, 1.9))
    _finish(s, room, pendant=0.7)


def _hall(s: Stage) -> None:
    """A hall with stairs."""
    r = s.rng
    room = _Room(r.uniform(6, 10), r.uniform(8, 13), r.uniform(3.8, 6.5))
    holes = _windows(s, room, low=1.0, high=3.4)
    _shell(s, room, holes=holes, tint="plaster", floor=r.choice(("tiles", "planks")))
    side = r.choice((-1, 1))
    run = min(room.d * 0.55, 5.0)
    rise = min(room.h - 0.6, run * 0.62)
    w = r.uniform(1.3, 2.2)
    s.add(
        "steps",
        "building",
        "plaster",
        (w, run, rise),
        side * (room.w / 2 - w / 2),
        room.d - run / 2 - 0.02,
        centred=False,
    )
    if r.random() < 0.6:
        put_at = _at_wall(s, room, "back", -side * 0.2 * room.w, "cupboard", "prop", "timber", (1.4, 0.45, 0.9))
        if put_at and r.random() < 0.6:
            _table_lamp(s, put_at[0], put_at[1], 0.9)
    for x in (-0.25, 0.25):
        if r.random() < 0.4 and s.free(x * room.w, 0.5 * room.d, 0.4):
            s.add("cylinder", "building", "plaster", (0.45, 0.45, room.h), x * room.w, 0.5 * room.d, sides=24, smooth=1)
    _finish(s, room, pendant=0.8)


def _corridor(s: Stage) -> None:
    r = s.rng
    room = _Room(r.uniform(1.8, 3.2), r.uniform(10, 22), r.uniform(2.4, 3.2))
    n = max(2, round(room.d / 4))
    holes = {r.choice(("left", "right")): (n, r.uniform(0.25, 0.5), r.choice((0.0, 0.9)), 2.15)}
    if r.random() < 0.6:
        holes["back"] = (1, 0.4, 0.0, 2.15)
    s.sun_from = (math.pi if "left" in holes else 0.0) + r.uniform(-0.6, 0.6)
    _shell(s, room, holes=holes, tint="plaster", floor=r.choice(("carpet", "tiles", "planks")))
    blind = "right" if "left" in holes else "left"
    for k in range(n):
        if r.random() < 0.7:
            size = (0.95, 0.06, 2.1)
            sign = -1 if blind == "left" else 1
            at = (sign * (room.w / 2 - 0.03), (k + 0.5) * room.d / n)
            s.add("cupboard", "prop", "timber", size, *at, yaw=sign * math.pi / 2, solid=False)
    _pendants(s, room, max(2, round(room.d / 4)), 0.32)
    put.people(s, (-0.25 * room.w, 0.25 * room.w), (3, room.d - 1), r.choice((0, 1, 2)))
    _look(s, room, high=50.0)


def _store(s: Stage) -> None:
    """A warehouse: racks, crates, a vehicle, lamps under the roof."""
    r = s.rng
    room = _Room(r.uniform(12, 22), r.uniform(18, 36), r.uniform(5.5, 8.5))
    holes = _windows(s, room, low=3.2, high=5.0)
    if r.random() < 0.6:
        holes["back"] = (1, 0.4, 0.0, 4.4)
    _shell(s, room, holes=holes, tint="shed", floor="quay")
    for x in (-0.36, -0.12, 0.12, 0.36):
        if r.random() < 0.55:
            long = r.uniform(5.5, 0.5 * room.d)
            y = r.uniform(6, max(6.5, room.d - long / 2 - 1)) if long < 10 else 0.6 * room.d
            s.add("rack", "prop", "crate", (1.3, long, r.uniform(2.6, 4.4)), x * room.w, y)
    put.props(s, (-0.4 * room.w, 0.4 * room.w), (3, 0.8 * room.d), r.randint(3, 9))
    if r.random() < 0.4:
        put.vehicles(s, (-0.2 * room.w, 0.2 * room.w), (7, 0.7 * room.d), 1, 0.0, driving=0.4)
    put.people(s, (-0.3 * room.w, 0.3 * room.w), (3, 0.7 * room.d), r.randint(0, 4))
    _pendants(s, room, r.randint(2, 4), 0.6)
    _look(s, room)


def _church(s: Stage) -> None:
    """A nave: columns, pews, an altar, high windows."""
    r = s.rng
    room = _Room(r.uniform(9, 14), r.uniform(20, 34), r.uniform(7.5, 12))
    n = round(room.d / 4)
    high = (n, 0.38, 2.4, room.h - 1.8)
    holes = {"left": high, "right": high}
    if r.random() < 0.5:
        holes["back"] = (1, 0.3, 3.0, room.h - 1.0)
    s.sun_from = r.choice((0.0, math.pi)) + r.uniform(-0.7, 0.7)
    _shell(s, room, holes=holes, tint=r.choice(("plaster", "wall")), floor=r.choice(("tiles", "paving")))
    for side in (-1, 1):
        for k in range(n - 1):
            t = 0.7
            at = (side * 0.29 * room.w, (k + 1) * room.d / n)
            s.add("cylinder", "building", "plaster", (t, t, room.h), *at, sides=24, smooth=1, centred=False)
        for k in range(int((room.d - 9) / 1.1)):
            size = (0.21 * room.w, 0.5, 0.95)
            s.add("pew", "prop", "timber", size, side * 0.14 * room.w, 4.0 + 1.1 * k, solid=False, yaw=0.0)
    s.add("steps", "building", "tiles", (0.5 * room.w, 1.2, 0.4), 0, room.d - 3.6, centred=False)
    s.add("box", "prop", "timber", (2.2, 0.9, 1.0), 0, room.d - 2.2, z=0.0)
    for x in (-0.7, 0.7):
        _table_lamp(s, x, room.d - 2.2, 1.0)
    _pendants(s, room, r.randint(1, 4), 0.5)
    put.people(s, (-0.8, 0.8), (3, room.d - 4), r.choice((0, 1, 2, 3)))
    _look(s, room)
