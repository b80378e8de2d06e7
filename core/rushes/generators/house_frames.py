"""A shot's passes as the house model wants them: objects with colours, bounds, walks, and bodies where blocks stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import CameraFrame, Legend, LegendObject, Size, Vec3
from rushes.generators.house_walk import Course, courses
from rushes.media.conditioning import ShotFrame, ShotInputs
from rushes.models.house.palette import default_color, is_untouched
from rushes.models.house.relief import carve
from rushes.models.house.surface import HouseFrame, HouseObject, own_points
from rushes.models.house.vocabulary import DEFAULTS

__all__ = ["Box", "CarvedInputs", "ShotPlan", "frame_inputs", "guess_boxes"]

_GUESSES = 5
"""Frames looked at to guess the bounds of objects whose legend has none."""
_FEW_POINTS = 800
"""A mesh of at most so many vertices may be a primitive that stands for something."""

Box = NDArray[np.float64]


@dataclass(frozen=True)
class ShotPlan:
    """What stays the same over a shot."""

    boxes: Mapping[int, Box]
    """Bounds of objects whose legend has none: see `guess_boxes`."""
    courses: Mapping[int, Course]
    """Ways of what moves: see `rushes.generators.house_walk.courses`."""
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    """The brief as the model understands it, field → word."""
    prompt: str = ""
    seed: int = 0
    keep_colors: float = 1.0
    """0: the model's palette, 1: the artist's colours."""
    object_seeds: Mapping[int, int] = field(default_factory=dict[int, int])

    @classmethod
    def surveyed(cls, inputs: ShotInputs, size: Size) -> ShotPlan:
        """What the passes say, whatever the brief; frames will be asked for at `size`."""
        return cls(guess_boxes(inputs, size), courses(inputs.legend, inputs.rate))


def frame_inputs(frame: ShotFrame, inputs: ShotInputs, plan: ShotPlan) -> HouseFrame:
    """One frame of passes as the house model wants it."""
    place = plan.values.get("place", DEFAULTS["place"])
    return HouseFrame(
        depth=frame.depth,
        normal=frame.normal,
        ids=frame.ids,
        direct=frame.direct,
        camera=frame.camera,
        objects={o.id: _thing(o, frame.index, place, plan) for o in inputs.legend.objects},
        sun=inputs.sun_direction,
        place=place,
        seed=plan.seed,
        weather=plan.values.get("weather", DEFAULTS["weather"]),
        time=float(frame.index / inputs.rate),
        pixel_aspect=frame.pixel_aspect,
    )


def _thing(o: LegendObject, index: int, place: str, plan: ShotPlan) -> HouseObject:
    thing = HouseObject(
        id=o.id,
        cls=o.object_class.value,
        color=_color(o, place, plan),
        matrix=np.asarray(o.matrix(index), np.float64),
        box=plan.boxes.get(o.id) if o.bounds is None else np.asarray(o.bounds, np.float64),
        seed=plan.object_seeds.get(o.id),
        simple=_simple(o),
    )
    course = plan.courses.get(o.id)
    return thing if course is None else course.steered(thing, index)


def _simple(thing: LegendObject) -> bool:
    """Whether an object may be a primitive that stands for something. A modelled or deforming one is never carved."""
    if thing.deforms or thing.holdout:
        return False
    return thing.points <= _FEW_POINTS if thing.points is not None else thing.object_class.value == "vegetation"


def _color(thing: LegendObject, place: str, plan: ShotPlan) -> Vec3:
    """The artist's colour; the palette's where the block was left as Blender makes it."""
    keep = 0.0 if is_untouched(thing.color) else plan.keep_colors
    if keep >= 1.0:
        return thing.color
    seed = plan.object_seeds.get(thing.id, plan.seed)
    drawn = default_color(thing.object_class.value, place, seed, thing.id)
    r, g, b = (keep * a + (1.0 - keep) * d for a, d in zip(thing.color, drawn, strict=True))
    return (r, g, b)


def guess_boxes(inputs: ShotInputs, size: Size) -> dict[int, Box]:
    """Bounds in own space (before scale) of objects whose legend has none, from what a few frames show of them."""
    missing: Sequence[LegendObject] = [o for o in inputs.legend.objects if o.bounds is None]
    found: dict[int, Box] = {}
    if not missing:
        return found
    for index in np.unique(np.linspace(0, len(inputs) - 1, _GUESSES).round().astype(int)).tolist():
        frame = inputs.frame(index, size)
        for thing in missing:
            seen = frame.ids == thing.id
            if not seen.any():
                continue
            own = own_points(frame.depth, seen, frame.camera, frame.pixel_aspect, np.asarray(thing.matrix(index)))
            box = np.stack([own.min(0), own.max(0)])
            if thing.id in found:
                box = np.stack([np.minimum(found[thing.id][0], box[0]), np.maximum(found[thing.id][1], box[1])])
            found[thing.id] = box
    return found


class CarvedInputs:
    """A shot's passes with bodies where simple blocks stand, so that what is finished later sees what was drawn.

    Depth, normals, ids and direct light are carved at the size asked for; motion stays the block's.
    """

    def __init__(self, inputs: ShotInputs, plan: ShotPlan) -> None:
        self._inputs = inputs
        self._plan = plan

    @property
    def legend(self) -> Legend:
        return self._inputs.legend

    @property
    def cameras(self) -> Sequence[CameraFrame]:
        return self._inputs.cameras

    @property
    def size(self) -> Size:
        return self._inputs.size

    @property
    def rate(self) -> Fraction:
        return self._inputs.rate

    @property
    def sun_direction(self) -> Vec3:
        return self._inputs.sun_direction

    @property
    def depth_range(self) -> tuple[float, float]:
        return self._inputs.depth_range

    def __len__(self) -> int:
        return len(self._inputs)

    def frame(self, index: int, size: Size | None = None) -> ShotFrame:
        """As `ShotInputs.frame`, carved."""
        frame = self._inputs.frame(index, size)
        house = frame_inputs(frame, self._inputs, self._plan)
        made = carve(house)
        if made is house:
            return frame
        return replace(
            frame, depth=made.depth, normal=made.normal, ids=made.ids.astype(frame.ids.dtype), direct=made.direct
        )
