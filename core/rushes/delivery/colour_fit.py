"""Fitting: the CDL that comes nearest to a wanted change of colours, and the cube for what it leaves over."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from rushes.contracts import CDL
from rushes.delivery.colour_cdl import Doubles, apply_cdl, rounded, undo_cdl
from rushes.delivery.colour_cube import Cube
from rushes.delivery.colour_difference import display_delta_e, lab_of, patches
from rushes.delivery.colour_lattice import fitted
from rushes.delivery.colour_spaces import Colours, Working, apply, ocio, processor

__all__ = ["Change", "Error", "bake", "fit_cdl", "patch_errors", "samples", "sensitivity", "through"]

Change = Callable[[NDArray[np.floating]], NDArray[np.floating]]
"""(..., 3) codes of a space → (..., 3) codes of the same space."""

# Slope, offset, power, saturation. Narrow enough that the CDL can be undone well, which the cube after it needs.
_LOW = np.array([0.5] * 3 + [-0.25] * 3 + [0.6] * 3 + [0.6])
_HIGH = np.array([2.0] * 3 + [0.25] * 3 + [1.8] * 3 + [1.6])
_NEUTRAL = np.array([1.0] * 3 + [0.0] * 3 + [1.0] * 3 + [1.0])
_PULL = 4.0
"""Cost, in Lab, of moving a number of the CDL by 1: it keeps numbers that hardly matter where they were."""
_STEP = 1e-3  # of the numeric derivative: the spaces are computed in float32


@dataclass(frozen=True)
class Error:
    """CIEDE2000 over a set of colours."""

    mean: float
    worst: float


def samples(side: int = 7) -> Colours:
    """(N, 3) Rec.709 codes that a fit looks at: 24 patches (three times), a grey ramp, a grid over the gamut."""
    chart = patches()
    ramp = np.repeat(np.linspace(0.0, 1.0, 33, dtype=np.float32)[:, None], 3, axis=1)
    axis = np.linspace(0.02, 0.98, side, dtype=np.float32)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    return np.concatenate([chart, chart, chart, ramp, ramp, grid])


def _cdl(values: NDArray[np.floating]) -> CDL:
    v = [float(x) for x in values]
    return rounded(CDL((v[0], v[1], v[2]), (v[3], v[4], v[5]), (v[6], v[7], v[8]), v[9]))


def fit_cdl(working: Working, before: NDArray[np.floating], wanted: NDArray[np.floating]) -> CDL:
    """The CDL in `working` that takes (N, 3) codes of it `before` nearest to the Rec.709 codes `wanted`.

    Least squares of Lab on the display, soft-L1 so that a few colours which no CDL reaches do not bend the rest,
    within bounds in which the CDL can be undone (Levenberg-Marquardt in a trust region, scipy).
    """
    target = lab_of(wanted)

    def residual(values: NDArray[np.float64]) -> NDArray[np.float64]:
        graded = apply_cdl(before, CDL(tuple(values[0:3]), tuple(values[3:6]), tuple(values[6:9]), values[9]))
        far = _soft_lab(working.to_display(graded)) - target
        return np.concatenate([far.ravel(), _PULL * (values - _NEUTRAL)])

    found = least_squares(
        residual,
        _NEUTRAL,
        bounds=(_LOW, _HIGH),
        loss="soft_l1",
        f_scale=3.0,
        diff_step=_STEP,
        max_nfev=80,
        tr_solver="lsmr",
    )
    return _cdl(found.x)


def _soft_lab(codes: Colours) -> Doubles:
    """Lab, with what the display clips pulled back instead of lost, so that the fit sees a slope there."""
    inside = np.clip(codes, 0.0, 1.0)
    beyond = np.clip(np.asarray(codes, np.float64) - inside, -0.5, 0.5)
    return lab_of(inside) + 20.0 * beyond


def bake(working: Working, change: Change, cdl: CDL, size: int) -> Cube:
    """The cube over 0..1 that, after `cdl`, makes the whole of `change` of codes of `working`.

    Sampled from the change, then fitted to it inside the display's gamut, where the eye will see it.
    """
    axis = np.linspace(0.0, 1.0, size)
    lattice = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)
    table = change(undo_cdl(lattice, cdl))
    codes, count = gamut_samples()
    before = working.from_display(codes)
    wanted = change(before)  # not clipped: the display does that, and the table has no corner to follow
    weight = count * np.clip(sensitivity(working, wanted), 0.3, 20.0)
    return Cube(fitted(table, apply_cdl(before, cdl), wanted, weight, hold=_HOLD))


_HOLD = 10.0
_NEAR, _AROUND, _CHART = 0.005, 40, 12.0


@functools.cache
def _gamut_samples() -> tuple[Colours, Doubles]:
    axis = np.linspace(0.0, 1.0, 33)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    chance = np.random.default_rng(24)
    inside, faces = chance.random((10_000, 3)), chance.random((20_000, 3))
    faces[np.arange(len(faces)), chance.integers(0, 3, len(faces))] = chance.integers(0, 2, len(faces))
    chart = np.repeat(patches(), _AROUND, axis=0)
    chart = np.clip(chart + chance.normal(0.0, _NEAR, chart.shape), 0.0, 1.0)
    greys = np.repeat(np.linspace(0.0, 1.0, 512)[:, None], 3, axis=1)
    greys = np.concatenate([greys, np.clip(greys + chance.normal(0.0, 2 * _NEAR, greys.shape), 0.0, 1.0)])
    codes = np.concatenate([grid, inside, faces, chart, greys]).astype(np.float32)
    count = np.ones(len(codes))
    count[-len(chart) - len(greys) :] = _CHART
    return codes, count


def gamut_samples() -> tuple[Colours, Doubles]:
    """(N, 3) Rec.709 codes all over the gamut and its faces, close around the 24 patches, which stand for the
    colours that pictures are made of, and of greys; (N,) how much each counts."""
    return _gamut_samples()


def sensitivity(working: Working, codes: NDArray[np.floating]) -> Doubles:
    """(N,) hundreds of Lab units that the display moves by when (N, 3) codes of `working` move by 1."""
    step = 0.004
    lab = lab_of(working.to_display(codes))
    total = np.zeros(len(codes))
    for channel in np.eye(3, dtype=np.float32):
        moved = lab_of(working.to_display(codes + step * channel))
        total += ((moved - lab) ** 2).sum(axis=-1)
    return np.sqrt(total) / step / 100


def patch_errors(first: NDArray[np.floating], second: NDArray[np.floating]) -> Error:
    """Between two sets of Rec.709 codes."""
    found = display_delta_e(first, second)
    return Error(float(found.mean()), float(found.max()))


def through(working: Working, codes: Colours, steps: list[ocio.Transform]) -> Colours:
    """Rec.709 codes → `working` → the OpenColorIO transforms → Rec.709 codes."""
    out = working.from_display(codes)
    for step in steps:
        out = apply(processor(step), out)
    return working.to_display(out)
