"""Seconds left."""

import pytest

from rushes.engine.estimate import Estimate


def test_steady_progress_is_told_exactly() -> None:
    estimate = Estimate(100.0)
    assert estimate.update(100.0, 0.0) is None
    for step in range(1, 10):
        left = estimate.update(100.0 + step, step / 10)
        assert left == pytest.approx(10.0 - step)


def test_one_slow_step_does_not_make_it_jump() -> None:
    estimate = Estimate(0.0)
    left = None
    for step in range(1, 40):
        left = estimate.update(step * 0.5, step / 100)
    assert left is not None
    slow = estimate.update(39 * 0.5 + 5.0, 0.40)  # ten times slower than the steps before
    assert slow is not None
    assert left < slow < 3 * left


def test_no_progress_makes_it_longer_and_the_end_is_zero() -> None:
    estimate = Estimate(0.0)
    first = estimate.update(1.0, 0.5)
    later = estimate.update(3.0, 0.5)
    assert first is not None
    assert later is not None
    assert later > first
    assert estimate.update(4.0, 1.0) == 0.0
