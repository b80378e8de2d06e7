"""A grade realised in another timeline space: a CDL there, and a .cube for what a CDL cannot do.

The wanted change is taken to the space and back by the space's own transforms (see `colour_spaces`), continued
smoothly beyond what the display can show, and checked through OpenColorIO with the files that were written.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import CDL, Grade
from rushes.delivery.colour_cdl import apply_cdl, cdl_transform
from rushes.delivery.colour_cube import Cube, CubeApplier, read_cube
from rushes.delivery.colour_difference import patches
from rushes.delivery.colour_fit import Change, Error, bake, fit_cdl, patch_errors, samples, through
from rushes.delivery.colour_spaces import Colours, Working, ocio

__all__ = ["Realised", "change_in", "intended", "measured", "realise"]

ENOUGH = Error(mean=0.1, worst=0.3)
"""When a CDL alone will do, in CIEDE2000 over the 24 patches."""
_GREYS = 1.0
"""When a table is fine enough, in CIEDE2000 over a grey ramp."""
_SIZES = (33, 65)
_REACH = (-0.1, 2.0)
"""Rec.709 codes within which a grade is continued as it is; beyond, by a slope of 1 in the space."""
_FLOOR = 0.1
"""How far below black a grade's output may go before it is bent to a stop."""


@dataclass(frozen=True, eq=False)
class Realised:
    """A grade in a space."""

    cdl: CDL
    cube: Cube | None
    """Acts after the CDL; None when it is not needed."""
    error: Error
    """Against the intended result, the worse of trilinear and tetrahedral reading, 24 patches."""
    cdl_error: Error
    """Of the CDL alone."""


class _Grade:
    """A grade as a function of Rec.709 codes."""

    def __init__(self, grade: Grade) -> None:
        self.own = Working.of(grade.space, grade.rendering)
        self.cdl = grade.cdl
        self.lut: CubeApplier | None = read_cube(Path(grade.lut)).applier() if grade.lut else None

    def __call__(self, codes: NDArray[np.floating]) -> Colours:
        """Not clipped, but bent to a stop a little below black."""
        inner = np.asarray(apply_cdl(self.own.from_display(codes), self.cdl), np.float32)
        if self.lut is not None:
            inner = self.lut(inner)
        out = self.own.to_display(inner)
        low = np.minimum(out + _FLOOR, 0.0)
        return np.where(out < -_FLOOR, -_FLOOR + _FLOOR * np.tanh(low / _FLOOR), out).astype(np.float32)


def intended(grade: Grade) -> Change:
    """What the grade makes of display-referred Rec.709 codes, clipped to 0..1. InputError for an unusable LUT."""
    wanted = _Grade(grade)
    return lambda codes: np.clip(wanted(codes), 0.0, 1.0)


def change_in(working: Working, wanted: Change) -> Change:
    """A change of Rec.709 codes as a change of codes of `working`, defined for all of them."""
    low, high = (0.0, 1.0) if working.tone_mapped else _REACH

    def change(codes: NDArray[np.floating]) -> NDArray[np.floating]:
        shown = np.clip(working.to_display(codes), low, high)
        return working.from_display(wanted(shown)) + (codes - working.from_display(shown))

    return change


def realise(grade: Grade, working: Working) -> Realised:
    """The grade in `working`. In its own space it is returned as it is. InputError for an unusable LUT."""
    if Working.of(grade.space, grade.rendering) == working:
        return Realised(grade.cdl, read_cube(Path(grade.lut)) if grade.lut else None, Error(0, 0), Error(0, 0))
    wanted = _Grade(grade)
    codes = samples()
    cdl = fit_cdl(working, working.from_display(codes), np.clip(wanted(codes), 0.0, 1.0))
    alone = measured(working, cdl, None, wanted)
    if alone.mean <= ENOUGH.mean and alone.worst <= ENOUGH.worst:
        return Realised(cdl, None, alone, alone)
    change = change_in(working, wanted)
    best: tuple[float, Realised] | None = None
    for size, first in itertools.product(_SIZES, (cdl, CDL())):
        cube = bake(working, change, first, size)
        error = measured(working, first, cube, wanted)
        far = max(error.worst / ENOUGH.worst, _grey_error(working, first, cube, wanted) / _GREYS)
        if best is None or far < best[0]:
            best = far, Realised(first, cube, error, alone)
        if far <= 1.0:
            break
    assert best is not None
    return best[1]


def _grey_error(working: Working, cdl: CDL, cube: Cube, wanted: Change) -> float:
    """Largest CIEDE2000 over 128 greys: lifted blacks are the hardest for a table in a wide space."""
    greys = np.repeat(np.linspace(0.0, 1.0, 128, dtype=np.float32)[:, None], 3, axis=1)
    found = through(working, greys, [cdl_transform(cdl), cube.transform()])
    return patch_errors(found, np.clip(wanted(greys), 0.0, 1.0)).worst


def measured(working: Working, cdl: CDL, cube: Cube | None, wanted: Change) -> Error:
    """CDL and cube through OpenColorIO against the wanted Rec.709 codes, over the 24 patches."""
    chart = patches()
    goal = np.clip(wanted(chart), 0.0, 1.0)
    found = [patch_errors(through(working, chart, steps), goal) for steps in _readings(cdl, cube)]
    return Error(max(e.mean for e in found), max(e.worst for e in found))


def _readings(cdl: CDL, cube: Cube | None) -> Iterator[list[ocio.Transform]]:
    first = cdl_transform(cdl)
    if cube is None:
        yield [first]
        return
    for interpolation in (ocio.INTERP_LINEAR, ocio.INTERP_TETRAHEDRAL):
        yield [first, cube.transform(interpolation)]
