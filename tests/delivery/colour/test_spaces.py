"""Timeline spaces against published values, there and back; one LUT never answers for another."""

from __future__ import annotations

import numpy as np
import pytest

from rushes.contracts import Rendering, TimelineSpace
from rushes.delivery.colour_cube import Cube
from rushes.delivery.colour_difference import display_delta_e
from rushes.delivery.colour_spaces import REC709, Working, apply, processor

SPACES = [
    REC709,
    Working(TimelineSpace.DAVINCI),
    Working(TimelineSpace.ACESCCT),
    Working(TimelineSpace.ACESCCT, Rendering.ACES_2),
]


@pytest.mark.parametrize(
    ("space", "grey", "white"), [("davinci_intermediate", 0.336043, 0.513837), ("acescct", 0.413588, 0.554795)]
)
def test_grey_and_white_are_where_their_white_papers_put_them(space: str, grey: float, white: float) -> None:
    codes = np.array([[0.18 ** (1 / 2.4)] * 3, [1.0] * 3], np.float32)
    found = Working(TimelineSpace(space)).from_display(codes)
    assert found == pytest.approx(np.array([[grey] * 3, [white] * 3]), abs=2e-5)


@pytest.mark.parametrize("working", SPACES, ids=lambda w: w.label)
def test_what_goes_in_comes_back(working: Working) -> None:
    codes = np.random.default_rng(0).random((2000, 3)).astype(np.float32)
    back = working.to_display(working.from_display(codes))
    assert display_delta_e(codes, back).max() < 0.02


@pytest.mark.parametrize("working", SPACES[:3], ids=lambda w: w.label)
def test_beyond_white_and_below_black_nothing_is_clipped(working: Working) -> None:
    codes = np.array([[1.8, 1.4, 1.2], [-0.05, 0.3, 0.9]], np.float32)
    assert working.to_display(working.from_display(codes)) == pytest.approx(codes, abs=2e-3)


def test_a_rendering_means_something_in_acescct_alone() -> None:
    assert Working.of(TimelineSpace.DAVINCI, Rendering.ACES_2) == Working(TimelineSpace.DAVINCI)
    assert Working.of(TimelineSpace.REC709, Rendering.ACES_1) == REC709
    assert Working.of(TimelineSpace.ACESCCT, Rendering.ACES_1).tone_mapped
    white = np.ones((1, 3), np.float32)
    one, two = (Working.of(TimelineSpace.ACESCCT, r).from_display(white) for r in (None, Rendering.ACES_2))
    assert two.min() > one.max() + 0.2  # the inverse tone map puts display white far above diffuse white


def test_tables_of_one_size_and_one_range_are_told_apart() -> None:
    chance = np.random.default_rng(1)
    first, second = (chance.random((5, 5, 5, 3)).astype(np.float32) for _ in range(2))
    for table in (first, second):
        table[0, 0, 0], table[4, 4, 4] = 0.0, 1.0
    at = np.full((1, 3), 0.5, np.float32)
    found = [apply(processor(Cube(t).transform()), at)[0] for t in (first, second)]
    assert found[0] == pytest.approx(first[2, 2, 2], abs=1e-5)
    assert found[1] == pytest.approx(second[2, 2, 2], abs=1e-5)
