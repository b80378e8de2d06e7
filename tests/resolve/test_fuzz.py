"""Random sequences of our actions on random films: see `rushes.testing.resolve.fuzz` for what must hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from rushes.testing.resolve.fuzz import FuzzReport, run_sequences
from tests.resolve.world import fuzz_actions


def _told(report: FuzzReport) -> str:
    return "\n".join(report.failures)


@pytest.mark.parametrize("block", [0, 1, *(pytest.param(each, marks=pytest.mark.slow) for each in (2, 3, 4, 5))])
def test_no_sequence_of_actions_harms_the_cut(tmp_path: Path, block: int) -> None:
    report = run_sequences(range(block * 10, block * 10 + 10), fuzz_actions, tmp_path)
    assert not report.failures, _told(report)
    assert report.sequences == 10
