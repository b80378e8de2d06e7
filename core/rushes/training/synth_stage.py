"""Plain data of training scenes' plans, and the stage on which a plan's objects are put."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

__all__ = ["STRIDE", "PlanCamera", "PlanObject", "ScenePlan", "Span", "Stage"]

Span = tuple[float, float]
"""Lowest and highest value of a draw, metres."""

STRIDE = 1.5
"""Metres that a figure walks while its `phase` advances by 2π."""


@dataclass(frozen=True)
class PlanObject:
    """One object of a plan."""

    kind: str
    """Mesh family: see `rushes.blender.inside.synth_meshes.build`."""
    cls: str
    """Object class, one of `rushes.models.house.features.CLASSES`."""
    tint: str
    """What it is made of; `rushes.models.house.palette` draws a colour for it."""
    size: tuple[float, float, float]
    """Extent along its own x, y, z in metres."""
    location: tuple[float, float, float]
    """World position of the centre of its base."""
    yaw: float = 0.0
    """Rotation about world z in radians."""
    centred: bool = False
    """Whether the origin lies in the middle of the body instead of its base."""
    options: dict[str, float] = field(default_factory=dict[str, float])
    """Further numbers that the mesh family understands; `phase` is a figure's walk in radians."""
    velocity: tuple[float, float] = (0.0, 0.0)
    """World x, y in metres a second."""
    simple: bool = True
    """A blockout's primitive that may be drawn with more form than it has; False: drawn as it is."""

    def after(self, seconds: float) -> PlanObject:
        """The object where it is some time later; walking figures move their limbs."""
        speed = math.hypot(*self.velocity)
        if speed == 0.0 or seconds == 0.0:
            return self
        x, y, z = self.location
        options = dict(self.options)
        if "phase" in options:
            options["phase"] = (options["phase"] + 2 * math.pi * speed * seconds / STRIDE) % (2 * math.pi)
        at = (x + self.velocity[0] * seconds, y + self.velocity[1] * seconds, z)
        return replace(self, location=at, options=options)

    def turned(self, angle: float) -> PlanObject:
        """The object with the world turned about z by `angle`."""
        x, y, z = self.location
        return replace(
            self,
            location=(*_turn(x, y, angle), z),
            yaw=self.yaw + angle,
            velocity=_turn(*self.velocity, angle),
        )


@dataclass(frozen=True)
class PlanCamera:
    """Where the camera stands, where it looks, how it moves, and its lens (mm, 36 mm sensor)."""

    location: tuple[float, float, float]
    target: tuple[float, float, float]
    lens: float
    roll: float = 0.0
    """Dutch angle about the view axis, radians."""
    shift: tuple[float, float] = (0.0, 0.0)
    """Sensor shift as Blender gives it, shares of the wider side."""
    velocity: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Metres a second, world; dolly, tracking or crane. The target moves along."""
    pan: float = 0.0
    """Radians a second that the view turns about world z."""

    def after(self, seconds: float) -> PlanCamera:
        """The camera some time later."""
        vx, vy, vz = (v * seconds for v in self.velocity)
        x, y, z = self.location
        dx, dy = _turn(self.target[0] - x, self.target[1] - y, self.pan * seconds)
        moved = (x + vx, y + vy, z + vz)
        return replace(self, location=moved, target=(moved[0] + dx, moved[1] + dy, self.target[2] + vz))

    def turned(self, angle: float) -> PlanCamera:
        """The camera with the world turned about z by `angle`."""
        x, y, z = self.location
        tx, ty, tz = self.target
        vx, vy, vz = self.velocity
        return replace(
            self,
            location=(*_turn(x, y, angle), z),
            target=(*_turn(tx, ty, angle), tz),
            velocity=(*_turn(vx, vy, angle), vz),
        )


@dataclass(frozen=True)
class ScenePlan:
    """A whole scene: objects, camera, direction towards the sun, place and the family of hours it can show."""

    seed: int
    place: str
    low_sun: bool
    """True for dawn and dusk, False for day and night (the moon)."""
    sun: tuple[float, float, float]
    camera: PlanCamera
    objects: tuple[PlanObject, ...]
    indoor: bool = False
    """Whether the camera stands under a roof: light then needs more bounces."""
    time: float = 0.0
    """Seconds since the scene's first frame."""
    pair_of: int | None = None
    """Seed of the scene whose later moment this is."""

    def after(self, seconds: float, seed: int) -> ScenePlan:
        """The scene some time later: camera and movers have moved; it takes the name `seed`."""
        return replace(
            self,
            seed=seed,
            camera=self.camera.after(seconds),
            objects=tuple(o.after(seconds) for o in self.objects),
            time=self.time + seconds,
            pair_of=self.seed,
        )

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON-safe data for the Blender side."""
        return asdict(self)


def _turn(x: float, y: float, angle: float) -> tuple[float, float]:
    c, s = math.cos(angle), math.sin(angle)
    return c * x - s * y, s * x + c * y


class Stage:
    """Collects objects; keeps footprints so that things do not grow into each other or into the camera."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.objects: list[PlanObject] = []
        self.discs: list[tuple[float, float, float]] = []
        self.look = 0.0
        """Side (-1, 0, 1) that the camera likes to look to."""
        self.camera: PlanCamera | None = None
        """A camera that the place itself has set; None: the usual ways."""
        self.indoor = False
        self.views: Callable[[Stage], PlanCamera] | None = None
        """How the place draws a camera; None: the usual ways."""
        self.height: Callable[[float, float], float] | None = None
        """Height of the land at x, y; None: flat."""
        self.sun_from: float | None = None
        """Azimuth from which the sun comes in through the windows."""

    def free(self, x: float, y: float, radius: float) -> bool:
        """Whether a disc touches nothing solid."""
        return all(math.hypot(x - a, y - b) > radius + r for a, b, r in self.discs)

    def add(
        self, kind: str, cls: str, tint: str, size: tuple[float, float, float], x: float, y: float, **more: Any
    ) -> None:
        """Put an object at x, y; `z`, `yaw`, `centred`, `solid`, `speed`, `simple` and mesh options may follow.

        `speed` is along the object's own y axis, m/s.
        """
        z = float(more.pop("z", 0.0))
        if self.height is not None and cls not in ("ground", "water"):
            z += self.height(x, y)
        yaw = float(more.pop("yaw", 0.0))
        speed = float(more.pop("speed", 0.0))
        simple = bool(more.pop("simple", True))
        if more.pop("solid", True):
            self._stand(size, x, y, yaw)
        centred = bool(more.pop("centred", self.rng.random() < 0.4))
        options = {k: float(v) for k, v in more.items()}
        velocity = (-math.sin(yaw) * speed, math.cos(yaw) * speed) if speed else (0.0, 0.0)
        self.objects.append(PlanObject(kind, cls, tint, size, (x, y, z), yaw, centred, options, velocity, simple))

    def _stand(self, size: tuple[float, float, float], x: float, y: float, yaw: float) -> None:
        """Remember a footprint: one disc, or a row of them along a long body."""
        long, short = max(size[0], size[1]), min(size[0], size[1])
        if long < 1.6 * short:
            self.discs.append((x, y, 0.5 * math.hypot(size[0], size[1]) * 0.85))
            return
        n = min(24, math.ceil(long / max(short, 0.3)))
        for k in range(n):
            off = ((k + 0.5) / n - 0.5) * long
            dx, dy = _turn(off, 0.0, yaw) if size[0] > size[1] else _turn(0.0, off, yaw)
            self.discs.append((x + dx, y + dy, 0.5 * math.hypot(short, long / n)))

    def spot(self, radius: float, xs: Span, ys: Span) -> tuple[float, float] | None:
        """A free position for a disc of this radius, or None after 12 tries."""
        for _ in range(12):
            x, y = self.rng.uniform(*xs), self.rng.uniform(*ys)
            if self.free(x, y, radius):
                return x, y
        return None
