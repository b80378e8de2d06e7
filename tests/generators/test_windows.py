"""Windows over long shots: where they lie and how they join."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rushes.generators.windows import Window, cross_fade, match_colors, plan_windows


def test_a_short_shot_is_one_window() -> None:
    assert plan_windows(17, 81, 5, 4) == (Window(0, 17, 0),)


@given(st.integers(0, 200), st.integers(2, 25), st.integers(0, 3), st.sampled_from([1, 4, 8]))
def test_windows_cover_all_frames(total: int, longest: int, overlap: int, multiple: int) -> None:
    overlap = min(overlap, longest - 1)
    frames, window, shared = (v * multiple + 1 for v in (total, longest, overlap))
    plan = plan_windows(frames, window, shared, multiple)
    assert plan[0].start == 0
    assert plan[-1].end == frames
    assert all(w.length <= window and (w.length - 1) % multiple == 0 for w in plan)
    for before, after in itertools.pairwise(plan):
        assert before.end - after.start == shared == after.shared
    lengths = [w.length for w in plan]
    assert max(lengths) - min(lengths) <= multiple


@pytest.mark.parametrize("bad", [(18, 81, 5), (17, 80, 5), (170, 81, 4)])
def test_illegal_lengths_are_refused(bad: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="multiple of 4 plus 1"):
        plan_windows(*bad, 4)


def test_an_overlap_as_long_as_the_window_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing new"):
        plan_windows(33, 9, 9, 4)


def test_the_fade_goes_over_evenly() -> None:
    before = [np.zeros((1, 1, 3), np.float32)] * 3
    after = [np.ones((1, 1, 3), np.float32)] * 3
    assert [float(f[0, 0, 0]) for f in cross_fade(before, after)] == [0.25, 0.5, 0.75]


def test_drifted_colours_come_back() -> None:
    rng = np.random.default_rng(1)
    true = [rng.uniform(0.2, 0.8, (16, 16, 3)).astype(np.float32) for _ in range(2)]
    drifted = [np.asarray(f * np.float32(0.9) + np.float32(0.04), np.float32) for f in true]
    match = match_colors(true, drifted)
    assert np.abs(match.apply(drifted[0]) - true[0]).max() < 1e-4


def test_a_flat_window_is_moved_not_stretched() -> None:
    flat = [np.full((4, 4, 3), 0.5, np.float32)]
    match = match_colors([np.full((4, 4, 3), 0.3, np.float32)], flat)
    assert np.allclose(match.gain, 1.0)
    assert np.allclose(match.apply(flat[0]), 0.3, atol=1e-6)
