"""Plain data of training scenes' plans, and the stage on which a plan's objects are put."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from typing import Any

__all__ = ["PlanCamera", "PlanObject", "ScenePlan", "Stage"]


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
    """Further numbers that the mesh family understands."""


@dataclass(frozen=True)
class PlanCamera:
    """Where the camera stands, where it looks, and its lens (mm, 36 mm sensor)."""

    location: tuple[float, float, float]
    target: tuple[float, float, float]
    lens: float


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

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON-safe data for the Blender side."""
        return {
            "seed": self.seed,
            "place": self.place,
            "low_sun": self.low_sun,
            "sun": list(self.sun),
            "camera": {
                "location": list(self.camera.location),
                "target": list(self.camera.target),
                "lens": self.camera.lens,
            },
            "objects": [
                {
                    "kind": o.kind,
                    "cls": o.cls,
                    "tint": o.tint,
                    "size": list(o.size),
                    "location": list(o.location),
                    "yaw": o.yaw,
                    "centred": o.centred,
                    "options": o.options,
                }
                for o in self.objects
            ],
        }


class Stage:
    """Collects objects; keeps footprints so that things do not grow into each other or into the camera."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.objects: list[PlanObject] = []
        self.discs: list[tuple[float, float, float]] = []
        self.look = 0.0
        """Side (-1, 0, 1) that the camera likes to look to."""

    def free(self, x: float, y: float, radius: float) -> bool:
        return all(math.hypot(x - a, y - b) > radius + r for a, b, r in self.discs)

    def add(
        self, kind: str, cls: str, tint: str, size: tuple[float, float, float], x: float, y: float, **more: Any
    ) -> None:
        """Put an object at x, y; `z`, `yaw`, `centred`, `solid` and mesh options may follow."""
        z = float(more.pop("z", 0.0))
        yaw = float(more.pop("yaw", 0.0))
        if more.pop("solid", True):
            self.discs.append((x, y, 0.5 * math.hypot(size[0], size[1]) * 0.85))
        centred = bool(more.pop("centred", self.rng.random() < 0.4))
        options = {k: float(v) for k, v in more.items()}
        self.objects.append(PlanObject(kind, cls, tint, size, (x, y, z), yaw, centred, options))

    def spot(self, radius: float, xs: tuple[float, float], ys: tuple[float, float]) -> tuple[float, float] | None:
        """A free position for a disc of this radius, or None after 12 tries."""
        for _ in range(12):
            x, y = self.rng.uniform(*xs), self.rng.uniform(*ys)
            if self.free(x, y, radius):
                return x, y
        return None
