"""`rushes eval resolve` measures what it says, and fails when an action does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from resolve_scripts.actions import place
from resolve_scripts.actions.base import Desk, Outcome
from resolve_scripts.host.session import Session
from rushes.testing.contexts import RecordingContext
from rushes.testing.resolve import measure
from rushes.testing.resolve.fuzz import FuzzReport


def test_calls_are_counted(tmp_path: Path) -> None:
    few, more = (measure.pull_calls(tmp_path / str(n), n, 5) for n in (10, 20))
    assert 10 * 3 <= more - few <= 10 * 6


@pytest.mark.parametrize("case", [("29.97 DF", "01", "25"), ("24", "00", "same")])
def test_a_frame_late_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: tuple[str, str, str]) -> None:
    assert measure.placed_right(tmp_path / "right", *case)
    run = place.run

    def late(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
        outcome = run(session, desk, options)
        for item in _state(session).items("video"):
            item.source += int(item.media is not None)
        return outcome

    monkeypatch.setattr(place, "run", late)
    assert not measure.placed_right(tmp_path / "late", *case)


def _state(session: Session) -> Any:
    handle: Any = session.timeline()
    return handle._state  # what the double keeps behind the handle


def test_a_sequence_that_did_not_hold_is_a_figure_that_does_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(measure, "SEQUENCES", 20)
    monkeypatch.setattr(measure, "run_sequences", lambda *_, **__: FuzzReport(20, 80, failures=["seed 7: moved"]))
    found = {one.name: one for one in measure._fuzz(tmp_path, RecordingContext())}
    assert not found["resolve.fuzz.failures"].ok
    assert "seed 7" in found["resolve.fuzz.failures"].note
    assert found["resolve.fuzz.sequences"].value == 20


def test_a_grade_that_is_not_set_is_far_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    idle = lambda session, desk, options: Outcome("nothing")  # noqa: E731 (a double of the action)
    monkeypatch.setattr(measure.grade, "ACTIONS", (type("Action", (), {"run": staticmethod(idle)}),))
    assert min(measure.grade_errors(tmp_path, {}).values()) > 2


def test_the_command_finds_the_scripts_from_any_folder(tmp_path: Path) -> None:
    code = "from rushes.cli.common import find_resolve_scripts as f; f(); import rushes.testing.resolve.measure"
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
