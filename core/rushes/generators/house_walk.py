"""Which way figures and vehicles face, and how far a walk has come, from where a shot's legend has them. NumPy only."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import Legend, LegendObject
from rushes.models.house.surface import HouseObject, rigid

__all__ = ["STRIDE", "Course", "courses"]

STRIDE = 1.5
"""Metres on the ground in which a walking figure takes its two steps."""
_STANDS = 0.25
"""Metres a second, on average, below which a figure stands."""
_SMOOTH = 0.3
"""Seconds over which the direction of a way is taken."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Course:
    """The way of one object over a shot."""

    phases: Floats | None
    """(frames,) radians of a walk; None: it does not walk."""
    turns: Floats
    """(frames,) radians about own z by which the object is turned so that it faces +y on its way."""

    def steered(self, thing: HouseObject, index: int) -> HouseObject:
        """The object facing where it goes, its limbs where the walk has come to; what the artist sees stays."""
        turn = float(self.turns[min(index, len(self.turns) - 1)])
        phase = None if self.phases is None else float(self.phases[min(index, len(self.phases) - 1)])
        return replace(_turned(thing, turn), phase=phase)


def courses(legend: Legend, rate: Fraction) -> dict[int, Course]:
    """Ways of the figures and vehicles that move, and of vehicles that lie across their own axes, by id."""
    found: dict[int, Course] = {}
    for thing in legend.objects:
        kind = thing.object_class.value
        if kind == "character" and thing.moves and not thing.deforms:
            walk = _walk(thing, float(rate))
            if walk is not None:
                found[thing.id] = walk
        elif kind == "vehicle" and not thing.deforms:
            drive = _drive(thing)
            if drive is not None:
                found[thing.id] = drive
    return found


def _spots(thing: LegendObject) -> Floats:
    """(frames, 3) where the object's origin is."""
    return np.asarray(thing.matrices, np.float64)[:, :3, 3]


def _walk(thing: LegendObject, rate: float) -> Course | None:
    spots = _spots(thing)
    steps = np.hypot(*np.diff(spots[:, :2], axis=0).T)
    if steps.sum() * rate / max(len(steps), 1) < _STANDS:
        return None
    phases = np.concatenate([[0.0], np.cumsum(steps)]) * (2 * math.pi / STRIDE)
    reach = max(1, round(_SMOOTH * rate / 2))
    late, early = (
        np.minimum(np.arange(len(spots)) + reach, len(spots) - 1),
        np.maximum(np.arange(len(spots)) - reach, 0),
    )
    turns = np.zeros(len(spots))
    last: float | None = None
    for index, way in enumerate(spots[late] - spots[early]):
        if math.hypot(way[0], way[1]) > 0.02:
            last = _own_angle(thing, index, way)
        turns[index] = math.nan if last is None else last
    return Course(phases, np.where(np.isnan(turns), turns[np.argmax(~np.isnan(turns))], turns))


def _own_angle(thing: LegendObject, index: int, way: Floats) -> float:
    """Radians from own +y to a world direction, about own z."""
    turn, _ = rigid(np.asarray(thing.matrix(index), np.float64))
    own = way @ turn
    return math.atan2(-own[0], own[1])


def _drive(thing: LegendObject) -> Course | None:
    """Quarter turns only: the long side is the vehicle's length, and its front is where it goes."""
    if thing.bounds is None:
        return None
    _, scale = rigid(np.asarray(thing.matrix(0), np.float64))
    size = np.abs(np.subtract(thing.bounds[1], thing.bounds[0])) * scale
    lies_across = size[0] > 1.2 * size[1]
    angle = -0.5 * math.pi if lies_across else 0.0
    if thing.moves:
        spots = _spots(thing)
        ahead = [turn_of @ (-math.sin(angle), math.cos(angle), 0.0) for turn_of in _axes(thing)]
        gone = float(np.sum(np.diff(spots, axis=0) * np.asarray(ahead)[:-1]))
        if gone < -0.05:
            angle += math.pi
    return Course(None, np.full(len(thing.matrices), angle)) if angle else None


def _axes(thing: LegendObject) -> list[Floats]:
    return [rigid(np.asarray(m, np.float64))[0] for m in thing.matrices]


def _turned(thing: HouseObject, angle: float) -> HouseObject:
    """The same thing told with axes turned by `angle` about own z; its scale is taken into its box."""
    turn, scale = rigid(thing.matrix)
    c, s = math.cos(angle), math.sin(angle)
    spin = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    matrix = thing.matrix.copy()
    box = thing.box
    if box is not None:
        low, high = np.sort(box * scale, 0)
        middle, half = 0.5 * (low + high), 0.5 * (high - low)
        quarter = abs(math.sin(2 * angle)) < 1e-3
        if quarter:
            half = np.abs(spin.T) @ half
        middle = spin.T @ middle
        box = np.stack([middle - half, middle + half])
    matrix[:3, :3] = turn @ spin
    return replace(thing, matrix=matrix, box=box)
