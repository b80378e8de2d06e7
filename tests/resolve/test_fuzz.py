"""Random sequences of our actions on random films: see `rushes.testing.resolve.fuzz` for what must hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolve_scripts.actions.registry import builtin_registry
from rushes.testing.resolve import Simulator
from rushes.testing.resolve.fuzz import FuzzReport, run_sequences
from rushes.testing.resolve.invariants import left_behind
from rushes.testing.resolve.world import fuzz_actions, make_desk, run_entry


def _told(report: FuzzReport) -> str:
    return "\n".join(report.failures)


@pytest.mark.parametrize("block", [0, 1, *(pytest.param(each, marks=pytest.mark.slow) for each in (2, 3, 4, 5))])
def test_no_sequence_of_actions_harms_the_cut(tmp_path: Path, block: int) -> None:
    report = run_sequences(range(block * 10, block * 10 + 10), fuzz_actions, tmp_path)
    assert not report.failures, _told(report)
    assert report.sequences == 10


def test_a_bin_whose_takes_were_refused_does_not_stay(tmp_path: Path) -> None:
    """Found by a random sequence: of two shots one was refused, and its new bin stayed empty."""
    sim = Simulator("21.0.4-studio", tmp_path / "resolve")
    sim.new_project("24", "Film", (64, 36))
    desk = make_desk(tmp_path)
    for shot, take in (("SH010", "aaaa00000001"), ("SH020", "bbbb00000001")):
        desk.add_take(shot, take, 2)
    before = sim.snapshot()
    sim.refuse("MediaPool.ImportMedia")
    assert run_entry(builtin_registry().get("pull_selects"), desk, sim, {}) == 1
    assert left_behind(before, sim.snapshot()) == []
    assert run_entry(builtin_registry().get("pull_selects"), desk, sim, {}) == 1
