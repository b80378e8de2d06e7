"""Blocks for the demo scene: meshes as plain lists, no Blender.

Every mesh stands on z = 0 with its origin in the middle of its base, long side along +Y, and is built at its real
size, so objects keep scale 1 and their own coordinates are metres.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

__all__ = [
    "Mesh",
    "Point",
    "barrel",
    "boat",
    "box",
    "car",
    "cone",
    "crown",
    "cylinder",
    "figure",
    "gable",
    "gantry",
    "hills",
    "jib",
    "join",
    "lamp",
    "move",
    "planks",
    "skiff",
    "sloop",
    "truck",
]

Point = tuple[float, float, float]
Mesh = tuple[list[Point], list[tuple[int, ...]]]

_BOX = [(3, 2, 1, 0), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]


def join(*parts: Mesh) -> Mesh:
    """Several meshes as one."""
    points: list[Point] = []
    faces: list[tuple[int, ...]] = []
    for verts, polygons in parts:
        faces += [tuple(i + len(points) for i in polygon) for polygon in polygons]
        points += verts
    return points, faces


def move(mesh: Mesh, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Mesh:
    """The mesh shifted."""
    return [(a + x, b + y, c + z) for a, b, c in mesh[0]], mesh[1]


def box(w: float, d: float, h: float, at: Point = (0.0, 0.0, 0.0), taper: float = 1.0) -> Mesh:
    """A box; `taper` scales its top."""
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    points = [
        (at[0] + x * w / 2 * (taper if z else 1), at[1] + y * d / 2 * (taper if z else 1), at[2] + z * h)
        for z in (0, 1)
        for x, y in corners
    ]
    return points, list(_BOX)


def beam(a: Point, b: Point, thick: float) -> Mesh:
    """A square beam between two points of one YZ plane."""
    length = math.dist(a, b)
    ny, nz = -(b[2] - a[2]) / length * thick / 2, (b[1] - a[1]) / length * thick / 2
    half = thick / 2
    ring = ((-half, -1), (half, -1), (half, 1), (-half, 1))
    points = [(p[0] + x, p[1] + s * ny, p[2] + s * nz) for p in (a, b) for x, s in ring]
    return points, list(_BOX)


def lathe(profile: Sequence[tuple[float, float]], sides: int) -> Mesh:
    """A profile of (radius, z) from bottom to top turned about Z; open ends are capped, radius 0 is a pole."""
    points: list[Point] = []
    rings: list[list[int]] = []
    for radius, z in profile:
        count = sides if radius > 0 else 1
        rings.append(list(range(len(points), len(points) + count)))
        turn = [2 * math.pi * (k + 0.5) / sides for k in range(count)]
        points += [(radius * math.cos(a), radius * math.sin(a), z) for a in turn]
    faces: list[tuple[int, ...]] = []
    for low, high in itertools.pairwise(rings):
        for k in range(sides):
            j = (k + 1) % sides
            if len(low) == 1:
                faces.append((low[0], high[j], high[k]))
            elif len(high) == 1:
                faces.append((low[k], low[j], high[0]))
            else:
                faces.append((low[k], low[j], high[j], high[k]))
    if len(rings[0]) > 1:
        faces.append(tuple(reversed(rings[0])))
    if len(rings[-1]) > 1:
        faces.append(tuple(rings[-1]))
    return points, faces


def cylinder(diameter: float, h: float, sides: int = 24) -> Mesh:
    return lathe([(diameter / 2, 0.0), (diameter / 2, h)], sides)


def cone(diameter: float, h: float, sides: int = 16) -> Mesh:
    return lathe([(diameter / 2, 0.0), (0.0, h)], sides)


def crown(w: float, h: float, sides: int = 16) -> Mesh:
    """An ellipsoid: a tree's crown, a head, a buoy."""
    steps = max(6, sides // 2)
    arc = [
        (w / 2 * math.sin(math.pi * k / steps), h / 2 - h / 2 * math.cos(math.pi * k / steps)) for k in range(steps + 1)
    ]
    arc[0], arc[-1] = (0.0, 0.0), (0.0, h)
    return lathe(arc, sides)


def barrel() -> Mesh:
    return cylinder(0.6, 0.9, 20)


def gable(w: float, d: float, h: float, roof: float = 0.35) -> Mesh:
    """Walls and a pitched roof in one mesh; the ridge runs along Y."""
    wall, x, y = h * (1 - roof), w / 2, d / 2
    points = [(a * x, b * y, z) for z in (0.0, wall) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    points += [(0.0, -y, h), (0.0, y, h)]
    faces = [(3, 2, 1, 0), (0, 1, 5, 8, 4), (1, 2, 6, 5), (2, 3, 7, 9, 6), (3, 0, 4, 7), (5, 6, 9, 8), (7, 4, 8, 9)]
    return points, faces


def figure(h: float, form: int) -> Mesh:
    """A standing figure: 0 a capsule, 1 a column with a head, 2 a cone with a head."""
    w = 0.31 * h
    if form == 0:
        cap = w / 2
        low = [(cap * math.sin(math.pi * k / 10), cap - cap * math.cos(math.pi * k / 10)) for k in range(6)]
        high = [(r, h - z) for r, z in reversed(low)]
        return lathe([(0.0, 0.0), *low[1:], *high[:-1], (0.0, h)], 16)
    top = 0.45 if form == 1 else 0.3
    body = lathe([(w * (0.45 if form == 1 else 0.5), 0.0), (w * top, h * 0.85)], 16)
    return join(body, move(crown(w * 0.52, h * 0.16, 14), z=h * 0.84))


def car(w: float, d: float, h: float) -> Mesh:
    """A body and a cabin; the nose points along +Y."""
    return join(box(w, d, h * 0.6), box(w * 0.92, d * 0.55, h * 0.4, (0, -0.04 * d, h * 0.6), 0.82))


def truck(w: float, d: float, h: float) -> Mesh:
    """A cargo box and a cab."""
    return join(box(w, d * 0.7, h, (0, -d * 0.15, 0)), box(w * 0.96, d * 0.27, h * 0.82, (0, d * 0.36, 0), 0.9))


def _hull(w: float, d: float, deck: float) -> Mesh:
    outline = ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.2), (0.3, 0.4), (0.0, 0.5), (-0.3, 0.4), (-0.5, 0.2))
    n = len(outline)
    points = [(x * w * 0.8, y * d * 0.93, 0.0) for x, y in outline]
    points += [(x * w, y * d, deck * (1.0 + 0.7 * max(0.0, y - 0.1))) for x, y in outline]
    faces: list[tuple[int, ...]] = [tuple(reversed(range(n)))]
    faces += [(k, (k + 1) % n, n + (k + 1) % n, n + k) for k in range(n)]
    # The deck bends up towards the bow: two flat pieces instead of one polygon that is not planar.
    faces += [(n, n + 1, n + 2, n + 6), (n + 6, n + 2, n + 3, n + 5), (n + 5, n + 3, n + 4)]
    return points, faces


def boat(w: float, d: float, h: float) -> Mesh:
    """A working boat: hull, wheelhouse, mast; the bow points along +Y."""
    deck = h * 0.42
    house = box(w * 0.58, d * 0.26, h * 0.38, (0, -d * 0.18, deck), 0.92)
    mast = box(w * 0.07, w * 0.07, h * 0.58, (0, -d * 0.02, deck))
    return join(
        _hull(w, d, deck), house, mast, beam((0, -d * 0.02, deck + h * 0.12), (0, d * 0.26, deck + h * 0.42), w * 0.05)
    )


def skiff(w: float, d: float, h: float) -> Mesh:
    """An open boat with a bench."""
    return join(_hull(w, d, h), box(w * 0.5, d * 0.1, h * 0.4, (0, -d * 0.1, h)))


def sloop(w: float, d: float, h: float) -> Mesh:
    """A sailing boat with its sails stowed."""
    deck = h * 0.13
    cabin = box(w * 0.5, d * 0.34, h * 0.06, (0, -d * 0.02, deck), 0.85)
    mast = box(0.2, 0.2, h - deck, (0, d * 0.1, deck))
    return join(_hull(w, d, deck), cabin, mast, box(0.22, d * 0.46, 0.28, (0, -d * 0.14, deck + h * 0.14)))


def gantry(span: float, depth: float, h: float) -> Mesh:
    """The portal of a quay crane: four legs, sills and a deck. `span` runs along X."""
    t = 0.75
    x, y = span / 2 - t / 2, depth / 2 - t / 2
    legs = [box(t, t, h, (a * x, b * y, 0)) for a in (-1, 1) for b in (-1, 1)]
    # Thinner and shorter than the legs, so that no two faces lie in one plane.
    sills = [box(t * 0.7, depth - t, t * 0.8, (a * x, 0, h * 0.42)) for a in (-1, 1)]
    return join(*legs, *sills, box(span + 0.4, depth + 0.4, 1.0, (0, 0, h)))


def jib(reach: float, rise: float) -> Mesh:
    """The slewing part of a crane: tower, house, counterweight, jib and its stay; it reaches along +Y."""
    tower = box(2.2, 2.2, 5.0)
    house = box(3.6, 6.0, 3.2, (0, -1.6, 5.0))
    weight = box(3.2, 1.8, 2.0, (0, -5.3, 4.6))
    foot, tip, head = (0.0, 1.2, 6.4), (0.0, reach, rise), (0.0, -0.4, 14.0)
    arms = [move(beam(foot, tip, 0.55), x=x) for x in (-0.75, 0.75)]
    steps = (0.12, 0.3, 0.48, 0.66, 0.84, 1.0)
    rungs = [
        box(2.0, 0.3, 0.3, (0, foot[1] + (tip[1] - foot[1]) * k, foot[2] + (tip[2] - foot[2]) * k - 0.15))
        for k in steps
    ]
    mast = [move(beam((0, -0.4, 8.0), head, 0.5), x=x) for x in (-0.75, 0.75)]
    stay = beam(head, (0.0, reach - 1.0, rise), 0.24)
    return join(
        tower, house, weight, *arms, *rungs, *mast, box(2.0, 0.6, 0.5, head), stay, beam(head, (0, -5.6, 6.4), 0.24)
    )


def lamp(h: float) -> Mesh:
    """A lamp post; the arm reaches along +Y."""
    return join(
        lathe([(0.1, 0.0), (0.07, h)], 8),
        box(0.09, 1.2, 0.09, (0, 0.55, h - 0.12)),
        box(0.3, 0.6, 0.18, (0, 1.0, h - 0.26)),
    )


def planks(w: float, d: float) -> Mesh:
    """A pier's deck on piles."""
    count = max(2, round(d / 5))
    piles = [
        move(cylinder(0.4, 4.0, 10), x * (w / 2 - 0.3), -d / 2 + 0.6 + (d - 1.2) * k / (count - 1), -4.0)
        for k in range(count)
        for x in (-1, 1)
    ]
    return join(box(w, d, 0.4), *piles)


def hills(w: float, d: float, bumps: Iterable[tuple[float, float, float, float]], cells: tuple[int, int]) -> Mesh:
    """Ground that rises: `bumps` are (x, y, radius, height); the rim stays at z = 0."""
    nx, ny = cells
    bumps = list(bumps)
    points: list[Point] = []
    for j in range(ny + 1):
        for i in range(nx + 1):
            x, y = w * (i / nx - 0.5), d * (j / ny - 0.5)
            rim = min(1.0, 5 * min(i / nx, 1 - i / nx), 5 * min(j / ny, 1 - j / ny))
            z = sum(h * math.exp(-((x - a) ** 2 + (y - b) ** 2) / (r * r)) for a, b, r, h in bumps)
            points.append((x, y, rim * z))
    row = nx + 1
    faces = [
        (j * row + i, j * row + i + 1, (j + 1) * row + i + 1, (j + 1) * row + i) for j in range(ny) for i in range(nx)
    ]
    return points, faces
