"""How much of a set the projected takes reach: figures by ray casting."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rushes.contracts import ProjectorData, ProjectorFrame
from rushes.errors import InputError
from rushes.projection.build import Projected, projected, read_projector
from rushes.projection.names import property_of
from rushes.projection.surface import Points, Rays, Surface, spread, surface_now

__all__ = [
    "Coverage",
    "Eye",
    "ObjectCoverage",
    "coverage",
    "coverage_steps",
    "Moment",
    "Throws",
    "moments",
]

_GRAZING = 0.0005
_SPREAD = 6000
"""Points over the set in each frame."""
_NEAR_AIR = 0.02
"""Part of the set's diagonal that must be free before a surface for it to count as one that can be seen."""


@dataclass(frozen=True)
class ObjectCoverage:
    """One object's surface; the parts add up to 1."""

    name: str
    area: float
    """Square metres that a camera could see, mean over the frames."""
    none: float
    """Part that no take reaches."""
    one: float
    more: float
    """Part that two takes or more reach."""


@dataclass(frozen=True)
class Coverage:
    """Surface reached by takes, mean over the frames looked at."""

    frames: tuple[int, ...]
    takes: tuple[str, ...]
    area: float
    """Square metres that a camera could see."""
    none: float
    one: float
    more: float
    objects: tuple[ObjectCoverage, ...]
    """The least covered area first."""

    @property
    def covered(self) -> float:
        """Part that any take reaches."""
        return self.one + self.more


@dataclass(frozen=True)
class Eye:
    """A camera at one moment: where it stands and what falls into its frame."""

    place: Any
    """(3,) metres."""
    turn: Any
    """(3, 3): columns are its right, up and back."""
    focal: tuple[float, float]
    """In parts of the picture; orthographic: per metre."""
    centre: tuple[float, float]
    """y down."""
    near: float
    orthographic: bool = False

    @classmethod
    def of(cls, data: ProjectorData, at: ProjectorFrame) -> Eye:
        """A take's projector at one of its frames."""
        matrix = np.array(at.camera.matrix_world, np.float64).reshape(4, 4)
        turn = matrix[:3, :3] / np.maximum(np.linalg.norm(matrix[:3, :3], axis=0), 1e-12)
        lens = at.lens
        return cls(matrix[:3, 3], turn, (lens.fx, lens.fy), (lens.cx, lens.cy), at.camera.clip_start, data.orthographic)

    def before(self, points: Points) -> tuple[Any, Any]:
        """((N,) in its frame and not edge-on, (N,) cosine between face and way to the camera)."""
        local = (points.places - self.place) @ self.turn
        depth = -local[:, 2]
        far = np.ones_like(depth) if self.orthographic else np.maximum(depth, 1e-9)
        x = self.centre[0] + self.focal[0] * local[:, 0] / far
        y = self.centre[1] - self.focal[1] * local[:, 1] / far
        inside = (x > 0.0) & (x < 1.0) & (y > 0.0) & (y < 1.0) & (depth > self.near)
        way = np.broadcast_to(self.turn[:, 2], points.places.shape) if self.orthographic else self.place - points.places
        length = np.maximum(np.linalg.norm(way, axis=1), 1e-12)
        facing = (
            np.abs((way * points.normals).sum(1)) / length
        )  # whatever is open has two sides; what is shut hides one
        return inside & (facing > _GRAZING), facing

    def origins(self, points: Points) -> Any:
        """(N, 3) where the rays to the points begin."""
        if not self.orthographic:
            return np.broadcast_to(self.place, points.places.shape)
        depth = (points.places - self.place) @ self.turn[:, 2]
        return points.places - depth[:, None] * self.turn[:, 2]

    def sees(self, points: Points, rays: Rays) -> Any:
        """(N,) whether it sees them."""
        found, _ = self.before(points)
        at = np.flatnonzero(found)
        some = points.of(at)
        found[at] = rays.clear(self.origins(some), some.places)
        return found


class Throws:
    """The takes of a scene, and when and where they stand."""

    def __init__(self, scene: Any, takes: Iterable[str] | None = None) -> None:
        wanted = None if takes is None else set(takes)
        self.all: list[tuple[Projected, ProjectorData]] = [
            (p, read_projector(p.folder))
            for p in projected(scene)
            if (wanted is None or p.take in wanted) and p.strength > 0.0
        ]

    def names(self) -> tuple[str, ...]:
        return tuple(p.take for p, _ in self.all)

    def properties(self) -> list[str]:
        return [property_of(p.take) for p, _ in self.all]

    def frames(self, count: int, present: int) -> tuple[int, ...]:
        """`count` frames spread over those that the takes show; the present one without any take."""
        if not self.all:
            return (present,)
        first = min(d.first for _, d in self.all)
        last = max(d.first + d.count - 1 for _, d in self.all)
        number = max(1, min(count, last - first + 1))
        if number == 1:
            return (min(max(present, first), last),)
        return tuple(sorted({round(first + (last - first) * i / (number - 1)) for i in range(number)}))

    def eyes(self, frame: int) -> list[tuple[str, Eye]]:
        """(property, camera) of the takes that show at this frame."""
        found: list[tuple[str, Eye]] = []
        for one, data in self.all:
            index = frame - data.first
            if _holds(one):
                index = min(max(index, 0), data.count - 1)
            if 0 <= index < data.count:
                found.append((property_of(one.take), Eye.of(data, data.frames[index])))
        return found


def _holds(one: Projected) -> bool:
    """Whether the take stays before and after its shot."""
    node = one.group.nodes.get("Color")
    return node is not None and (node.image.source == "FILE" or node.image_user.frame_offset == 1)


@dataclass(frozen=True)
class Moment:
    """The set at one frame, and how many takes reach each point."""

    frame: int
    surface: Surface
    points: Points
    rays: Rays
    reached: Any
    """(N,) number of takes."""


def moments(
    scene: Any, objects: Iterable[Any] | None, throws: Throws, frames: Sequence[int], count: int = _SPREAD
) -> Generator[Moment, None, None]:
    """The set at each frame; the scene goes there and comes back."""
    names = None if objects is None else {o.name for o in objects}
    present = (scene.frame_current, scene.frame_subframe)
    try:
        for frame in frames:
            scene.frame_set(frame)
            surface = surface_now(scene, throws.properties())
            kept = _subject(surface, names)
            points = spread(surface, kept, count)
            rays = Rays(surface)
            reached = np.zeros(len(points), np.int64)
            for name, eye in throws.eyes(frame):
                reached += eye.sees(points, rays) & surface.chosen[name][points.triangle]
            air = np.ones(len(points), bool)
            bare = np.flatnonzero(reached == 0)
            air[bare] = rays.free(points.of(bare), _NEAR_AIR * surface.size())
            yield Moment(frame, surface, points.of(air), rays, reached[air])
    finally:
        scene.frame_set(present[0], subframe=present[1])


def _subject(surface: Surface, names: set[str] | None) -> Any:
    """(T,) what the figures are about: the named objects, else those that a take falls on, else all."""
    if names is not None:
        wanted = np.array([n in names for n in surface.names], bool)
        return wanted[surface.owner] if len(wanted) else np.zeros(0, bool)
    found = np.zeros(len(surface.corners), bool)
    for chosen in surface.chosen.values():
        found |= chosen
    return found if found.any() else np.ones(len(surface.corners), bool)


def coverage(
    scene: Any,
    objects: Iterable[Any] | None = None,
    takes: Iterable[str] | None = None,
    frames: int = 5,
    count: int = _SPREAD,
) -> Coverage:
    """How much of the objects (None: those that takes fall on) the takes (None: all) reach.

    `frames`: how many to look at, spread over those that the takes show; `count`: points over the set in each.
    Surfaces that no camera could see, such as the underside of a block on the ground, do not count. InputError
    `coverage.nothing` when the objects have no surface.
    """
    work = coverage_steps(scene, objects, takes, frames, count)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def coverage_steps(
    scene: Any,
    objects: Iterable[Any] | None = None,
    takes: Iterable[str] | None = None,
    frames: int = 5,
    count: int = _SPREAD,
) -> Generator[float, None, Coverage]:
    """`coverage` a frame at a time: gives 0 to 1, returns the Coverage. Close it to give up."""
    throws = Throws(scene, takes)
    at = throws.frames(frames, scene.frame_current)
    sums: dict[str, Any] = {}
    work = moments(scene, objects, throws, at, count)
    try:
        for done, moment in enumerate(work, start=1):
            _add(sums, moment)
            yield done / len(at)
    finally:
        work.close()
    parts = tuple(sorted((_part(n, s / len(at)) for n, s in sums.items()), key=lambda p: -p.none * p.area))
    area = sum(p.area for p in parts)
    if area <= 0.0:
        raise InputError(
            "There is no surface to measure.",
            code="coverage.nothing",
            hint="Select meshes, or project a take onto the blocks first.",
        )
    none, one, more = (sum(getattr(p, key) * p.area for p in parts) / area for key in ("none", "one", "more"))
    return Coverage(at, throws.names(), area, none, one, more, parts)


def _add(sums: dict[str, Any], moment: Moment) -> None:
    owner = moment.surface.owner[moment.points.triangle]
    for index in np.unique(owner):
        own = owner == index
        area, reached = moment.points.area[own], moment.reached[own]
        row = np.array([area[reached == 0].sum(), area[reached == 1].sum(), area[reached > 1].sum()])
        name = moment.surface.names[index]
        sums[name] = sums.get(name, np.zeros(3)) + row


def _part(name: str, row: Any) -> ObjectCoverage:
    area = float(row.sum())
    none, one, more = (float(v) / max(area, 1e-20) for v in row)
    return ObjectCoverage(name, area, none, one, more)
