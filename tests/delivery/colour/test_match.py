"""Matches: regraded pairs on pixels that the fit never saw; other scenes without broken ramps, hues or blacks."""

from __future__ import annotations

import numpy as np
import pytest

from rushes.contracts import TimelineSpace
from rushes.delivery.colour_difference import display_delta_e, lab_of, patches
from rushes.delivery.colour_match import (
    Transport,
    apply_match,
    distribution_delta_e,
    least_rise,
    match_other,
    match_same,
)
from rushes.delivery.colour_spaces import Colours, Working
from rushes.jobs.eval_colour_pairs import REGRADES, Pair, pairs, synthetic_pictures

PAIRS = {pair.name.split(", ")[1]: pair for pair in pairs(synthetic_pictures())}
CASES = [
    ("contrast", "davinci_intermediate"),
    ("warm", "rec709"),
    ("film", "acescct"),
    ("bleach", "davinci_intermediate"),
]


@pytest.mark.parametrize(("regrade", "space"), CASES)
def test_a_regraded_picture_is_matched(regrade: str, space: str) -> None:
    pair: Pair = PAIRS[regrade]
    working = Working(TimelineSpace(space))
    found = match_same(working, pair.picture[~pair.held], pair.reference[~pair.held])
    seen, wanted = pair.picture[pair.held], pair.reference[pair.held]
    before, alone, after = (
        float(display_delta_e(codes, wanted).mean())
        for codes in (
            seen,
            apply_match(working, found.cdl, None, seen),
            apply_match(working, found.cdl, found.cube, seen),
        )
    )
    assert before > 4
    assert after < 2.0
    assert after <= alone + 0.01
    assert found.before == pytest.approx(before, rel=0.1)
    assert found.after == pytest.approx(after, abs=0.2)
    assert least_rise(working, found.cdl, found.cube) > -0.15


def test_a_picture_that_fits_already_is_left_alone() -> None:
    picture = synthetic_pictures()["patches"].reshape(-1, 3)
    found = match_same(Working(TimelineSpace.ACESCCT), picture, picture)
    assert found.cube is None
    assert found.after < 0.3


@pytest.fixture(scope="module")
def scenes() -> tuple[Colours, Colours]:
    """A picture, and another one with a warm grade."""
    made = synthetic_pictures()
    warm = REGRADES["warm"](made["sweep"].reshape(-1, 3).astype(np.float64) * 0.7 + 0.1)
    return made["patches"].reshape(-1, 3), np.clip(warm, 0, 1).astype(np.float32)


@pytest.mark.parametrize("space", ["rec709", "davinci_intermediate"])
def test_another_scene_is_approached_and_nothing_breaks(scenes: tuple[Colours, Colours], space: str) -> None:
    working = Working(TimelineSpace(space))
    found = match_other(working, *scenes)
    assert found.after < 0.9 * found.before
    assert least_rise(working, found.cdl, found.cube) > -0.15
    assert found.error.worst < 1.0
    black = lab_of(apply_match(working, found.cdl, found.cube, np.zeros((1, 3), np.float32)))[0]
    assert black[0] < 12
    assert np.hypot(black[1], black[2]) < 12
    assert distribution_delta_e(*scenes) == pytest.approx(found.before)


def test_guard_rails_hold_for_scenes_with_nothing_in_common() -> None:
    """A black picture against a red one: hues keep their order, tones rise, nothing is thrown across the room."""
    chance = np.random.default_rng(0)
    dark = chance.normal(0.05, 0.02, (5000, 3)).clip(0, 1).astype(np.float32)
    red = (chance.normal(0.5, 0.1, (5000, 3)) * [1.6, 0.2, 0.1]).clip(0, 1).astype(np.float32)
    for one, two in ((dark, red), (red, dark)):
        change = Transport(one, two)
        ramp = np.repeat(np.linspace(0, 1, 400, dtype=np.float32)[:, None], 3, axis=1)
        assert np.diff(lab_of(change(ramp))[:, 0]).min() >= -1e-6
        moved = lab_of(np.clip(change(patches()), 0, 1)) - lab_of(patches())
        assert np.abs(moved[:, 0]).max() < 40
        assert np.hypot(moved[:, 1], moved[:, 2]).max() < 60
        assert np.isfinite(moved).all()


def test_one_flat_colour_is_no_reason_to_fail() -> None:
    flat = np.full((4000, 3), 0.4, np.float32)
    picture = synthetic_pictures()["sweep"].reshape(-1, 3)[::40]
    working = Working(TimelineSpace.REC709)
    for found in (
        match_other(working, picture, flat),
        match_other(working, flat, picture),
        match_same(working, flat, flat),
    ):
        assert np.isfinite([found.before, found.after, found.after_cdl]).all()
