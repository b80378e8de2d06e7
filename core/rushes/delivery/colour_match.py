"""A picture's colour fitted to a reference: pixel by pixel for the same scene, by distributions for another.

Same scene: a CDL fitted to pairs of pixels, then a smooth field for what it leaves (least squares with a price on
bending, so that noise and compression leave no steps). Other scene: lightness by matched quantiles with bounded
slope, the cast of near-neutral colours by zones of lightness, saturation by its spread, each limited, in CIE Lab;
hues are never rotated and black stays black.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import map_coordinates
from scipy.optimize import linear_sum_assignment

from rushes.contracts import CDL
from rushes.delivery.colour_cdl import Doubles, apply_cdl, cdl_transform
from rushes.delivery.colour_cube import Cube
from rushes.delivery.colour_difference import Lab, codes_of, delta_e, display_delta_e, lab_of, open_lab_of, patches
from rushes.delivery.colour_fit import Error, bake, fit_cdl, patch_errors, samples, sensitivity, through
from rushes.delivery.colour_lattice import Fit
from rushes.delivery.colour_realise import change_in, measured
from rushes.delivery.colour_spaces import Colours, Working, ocio

__all__ = ["Matched", "apply_match", "distribution_delta_e", "least_rise", "match_other", "match_same"]

_SEED = 7
_PIXELS, _CDL_PIXELS, _CROWD = 12_000, 3_000, 300
_FIELD, _CUBE = 17, 33
_HOLD, _ROUNDS = 2.0, 400
_BENDS = (300.0, 3_000.0, 30_000.0)
_DIP, _DIP_OTHER = 0.02, 0.05
"""How far, in L*, a ramp of 256 greys may step back: less than an eye can see."""
_FAR = 0.5
"""A cube that misses its own fit by more than this on one patch is made finer."""
_GAIN = 0.15
"""A cube that brings less than this, in CIEDE2000, is left out."""


@dataclass(frozen=True, eq=False)
class Matched:
    """A fitted grade in a timeline space."""

    cdl: CDL
    cube: Cube | None
    """After the CDL; None when it would bring next to nothing."""
    before: float
    """Mean CIEDE2000 between picture and reference."""
    after_cdl: float
    after: float
    error: Error
    """Files against the fit they were made from, over the 24 patches."""


def apply_match(working: Working, cdl: CDL, cube: Cube | None, codes: NDArray[np.floating]) -> Colours:
    """Rec.709 codes (..., 3) through CDL and cube in `working`, clipped to 0..1 as a display does."""
    steps: list[ocio.Transform] = [cdl_transform(cdl)]
    if cube is not None:
        steps.append(cube.transform())
    return np.clip(through(working, np.asarray(codes, np.float32), steps), 0.0, 1.0)


def _some(count: int, most: int) -> NDArray[np.int64]:
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(_SEED).choice(count, most, replace=False))


def match_same(working: Working, picture: Colours, reference: Colours) -> Matched:
    """(N, 3) Rec.709 codes of the same pixels before and as they should be."""
    chosen = _some(len(picture), _PIXELS)
    few = chosen[_some(len(chosen), _CDL_PIXELS)]
    cdl = fit_cdl(working, working.from_display(picture[few]), reference[few])
    field, cube = _smooth(working, cdl, picture[chosen], reference[chosen])
    before, alone, after = (
        float(display_delta_e(found, reference).mean())
        for found in (picture, apply_match(working, cdl, None, picture), apply_match(working, cdl, cube, picture))
    )
    if alone - after < _GAIN:
        return Matched(cdl, None, before, alone, alone, Error(0.0, 0.0))
    chart = patches()
    exact = working.to_display(np.asarray(field(apply_cdl(working.from_display(chart), cdl)), np.float32))
    error = patch_errors(apply_match(working, cdl, cube, chart), np.clip(exact, 0.0, 1.0))
    return Matched(cdl, cube, before, alone, after, error)


def _smooth(working: Working, cdl: CDL, picture: Colours, reference: Colours) -> tuple[_Field, Cube]:
    """The field and its cube, stiffer until a grey ramp rises all the way."""
    axis = np.linspace(0.0, 1.0, _CUBE)
    lattice = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)
    for bend in _BENDS[:-1]:
        field = _Field(working, cdl, picture, reference, bend)
        cube = Cube(field(lattice).astype(np.float32))
        if least_rise(working, cdl, cube) > -_DIP:
            return field, cube
    field = _Field(working, cdl, picture, reference, _BENDS[-1])
    return field, Cube(field(lattice).astype(np.float32))


def least_rise(working: Working, cdl: CDL, cube: Cube | None) -> float:
    """L* gained from one of 256 grey levels to the next, at least; below 0 where a ramp turns back."""
    ramp = np.repeat(np.linspace(0.0, 1.0, 256, dtype=np.float32)[:, None], 3, axis=1)
    return float(np.diff(lab_of(apply_match(working, cdl, cube, ramp))[:, 0]).min())


class _Field:
    """What is added to the codes after the CDL, smooth, and held beyond the colours that were seen."""

    def __init__(self, working: Working, cdl: CDL, picture: Colours, reference: Colours, bend: float) -> None:
        at = apply_cdl(working.from_display(picture), cdl)
        goal = np.asarray(working.from_display(reference), np.float64)
        black, white = (working.from_display(np.full((1, 3), v, np.float32)) for v in (0.0, 1.0))
        self._low = float(min(at.min(), black.min()))
        self._span = float(max(at.max(), white.max())) - self._low
        weight = np.clip(sensitivity(working, goal), 0.3, 20.0)
        fit = Fit(_FIELD, (at - self._low) / self._span, weight)
        missing = np.tile(goal - at, (2, 1))
        self._table = fit.solve(missing, hold=_HOLD, bend=bend, rounds=_ROUNDS)

    def __call__(self, codes: NDArray[np.floating]) -> Doubles:
        given = np.asarray(codes, np.float64)
        place = np.clip((given - self._low) / self._span, 0.0, 1.0).reshape(-1, 3).T * (_FIELD - 1)
        parts = [map_coordinates(self._table[..., c], place, order=3, mode="nearest") for c in range(3)]
        return given + np.stack(parts, axis=-1).reshape(given.shape)


def distribution_delta_e(first: Colours, second: Colours) -> float:
    """Mean CIEDE2000 between two crowds of Rec.709 codes, each colour paired with one of the other crowd.

    The pairing is the cheapest in Lab (earth mover's distance over 300 colours each, chosen with a fixed seed).
    """
    one, two = (
        lab_of(crowd[np.random.default_rng(_SEED).integers(0, len(crowd), _CROWD)]) for crowd in (first, second)
    )
    cost = np.linalg.norm(one[:, None] - two[None], axis=-1)
    rows, columns = linear_sum_assignment(cost)
    return float(delta_e(one[rows], two[columns]).mean())


def match_other(working: Working, picture: Colours, reference: Colours) -> Matched:
    """(N, 3) and (M, 3) Rec.709 codes of two different scenes."""
    wanted = Transport(picture, reference)
    few = picture[_some(len(picture), _CDL_PIXELS)]
    codes = np.concatenate([few, samples()[:138]])
    cdl = fit_cdl(working, working.from_display(codes), np.clip(wanted(codes), 0.0, 1.0))
    cdl, cube = _best_cube(working, cdl, wanted)
    goal = np.clip(wanted(few), 0.0, 1.0)
    left = [float(display_delta_e(apply_match(working, cdl, c, few), goal).mean()) for c in (None, cube)]
    keep = cube if left[0] - left[1] >= _GAIN else None
    before, alone, after = (
        distribution_delta_e(found, reference)
        for found in (picture, apply_match(working, cdl, None, picture), apply_match(working, cdl, keep, picture))
    )
    return Matched(cdl, keep, before, alone, after, measured(working, cdl, keep, wanted))


_QUANTILES = np.array([0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98])
_SLOPE = (0.5, 2.0)
_LIFT = 8.0
"""How far black may be lifted, L*."""
_CAST = 20.0
"""How far a zone's near-neutral colours may be moved, Lab."""
_NEUTRAL = 30.0
"""Chroma at which a colour counts half as much for the cast as a grey."""
_SPREAD = (0.6, 1.5)
_STRONG = 40.0
"""Chroma that gets half of an increase of saturation."""
_MOVE = 24.0
"""How far any lightness may be moved, L*: day stays day."""
_ZONES = np.array([15.0, 45.0, 75.0])


def _best_cube(working: Working, cdl: CDL, wanted: Transport) -> tuple[CDL, Cube]:
    """The first cube that is true and lets a grey ramp rise, else the least bad; the CDL gives way if it must."""
    change = change_in(working, wanted)
    best: tuple[float, CDL, Cube] | None = None
    for first, size in itertools.product((cdl, CDL()), (_CUBE, 2 * _CUBE - 1)):
        cube = bake(working, change, first, size)
        dip = -least_rise(working, first, cube)
        far = max(measured(working, first, cube, wanted).worst / _FAR, dip / _DIP_OTHER)
        if best is None or far < best[0]:
            best = far, first, cube
        if far <= 1.0:
            break
    assert best is not None
    return best[1], best[2]


class Transport:
    """A bounded, smooth change of Rec.709 codes that brings one crowd of colours to another."""

    def __init__(self, picture: Colours, reference: Colours) -> None:
        mine, theirs = lab_of(picture[_some(len(picture), 40_000)]), lab_of(reference[_some(len(reference), 40_000)])
        self._tone = _tone(mine[:, 0], theirs[:, 0])
        self._spread = float(np.clip(_chroma(theirs) / max(_chroma(mine), 1e-3), *_SPREAD))
        casts = [_casts(lab) for lab in (np.column_stack([self._tone(mine[:, 0]), mine[:, 1:]]), theirs)]
        shift = casts[1] - self._spread * casts[0]
        length = np.linalg.norm(shift, axis=1, keepdims=True)
        self._shift: Doubles = shift * np.minimum(1.0, _CAST / np.maximum(length, 1e-6))

    def __call__(self, codes: NDArray[np.floating]) -> Colours:
        """(..., 3) codes → codes, not clipped."""
        lab = open_lab_of(codes)
        light = self._tone(lab[..., 0])
        weights = _zone_weights(light)
        fade = np.clip(light / 30.0, 0.0, 1.0)[..., None]
        chroma = self._scaled(lab[..., 1:]) + fade * (weights @ self._shift)
        return codes_of(np.concatenate([light[..., None], chroma], axis=-1))

    def _scaled(self, chroma: Doubles) -> Doubles:
        """Saturation; what is saturated already gets less of an increase, so that nothing runs into the gamut."""
        if self._spread <= 1.0:
            return self._spread * chroma
        strong = np.linalg.norm(chroma, axis=-1, keepdims=True) / _STRONG
        return chroma * (1.0 + (self._spread - 1.0) / (1.0 + strong**2))


def _tone(mine: Doubles, theirs: Doubles) -> Any:
    """L* → L*, rising, its slope bounded between the quantiles and 1 beyond them."""
    x = np.concatenate([[0.0], np.quantile(mine, _QUANTILES), [100.0]])
    y = np.concatenate([[0.0], np.quantile(theirs, _QUANTILES), [100.0]])
    y = x + _MOVE * np.tanh((y - x) / _MOVE)
    y[0] = np.clip(y[1] - x[1], 0.0, _LIFT)
    keep = np.concatenate([[True], np.diff(x) > 2.0])
    x, y = x[keep], y[keep]
    middle = len(x) // 2
    for k in range(middle + 1, len(x)):
        y[k] = y[k - 1] + np.clip((y[k] - y[k - 1]) / (x[k] - x[k - 1]), *_SLOPE) * (x[k] - x[k - 1])
    for k in range(middle - 1, -1, -1):
        y[k] = y[k + 1] - np.clip((y[k + 1] - y[k]) / (x[k + 1] - x[k]), *_SLOPE) * (x[k + 1] - x[k])
    y[0] = np.clip(y[0], 0.0, min(_LIFT, y[1] - 0.1))
    inner = PchipInterpolator(x, y)

    def curve(light: Doubles) -> Doubles:
        inside = np.clip(light, x[0], x[-1])
        return inner(inside) + (light - inside)

    return curve


def _zone_weights(light: Doubles) -> Doubles:
    """(..., 3) share of shadows, middle and highlights at a lightness; a smooth partition of 1."""
    place = np.clip((light - _ZONES[0]) / (_ZONES[2] - _ZONES[0]), 0.0, 1.0)
    low, high = 1 - np.minimum(place * 2, 1), np.maximum(place * 2 - 1, 0)
    low, high = low * low * (3 - 2 * low), high * high * (3 - 2 * high)
    return np.stack([low, 1 - low - high, high], axis=-1)


def _near_neutral(lab: Lab) -> Doubles:
    return 1.0 / (1.0 + (np.hypot(lab[:, 1], lab[:, 2]) / _NEUTRAL) ** 2)


def _casts(lab: Lab) -> Doubles:
    """(3, 2) mean a*, b* of near-neutral colours by zone; a zone with few pixels takes after the whole."""
    weights = _zone_weights(lab[:, 0]) * _near_neutral(lab)[:, None]
    whole = (weights.sum(axis=1) @ lab[:, 1:]) / max(float(weights.sum()), 1e-9)
    some = 0.05 * float(weights.sum()) + 1e-9
    return (weights.T @ lab[:, 1:] + some * whole) / (weights.sum(axis=0)[:, None] + some)


def _chroma(lab: Lab) -> float:
    """Spread of a*, b* about their near-neutral mean."""
    weight = _near_neutral(lab)
    mean = weight @ lab[:, 1:] / max(float(weight.sum()), 1e-9)
    return float(np.median(np.linalg.norm(lab[:, 1:] - mean, axis=1))) + 2.0
