"""50 jobs, workers killed with -9 at random moments."""

import sys
from pathlib import Path

import pytest

from rushes.engine.stress import run_stress, stress_metrics


@pytest.mark.skipif(sys.platform == "win32", reason="kills processes the POSIX way")
def test_fifty_jobs_under_kill_9(tmp_path: Path) -> None:
    report = run_stress(tmp_path / "home", jobs=50, workers=2, seed=7)
    assert all(status.state.ended for status in report.jobs)
    assert report.unreasoned == ()
    assert report.half == ()
    assert report.lost == ()
    assert report.killed_running >= 5, "the test must have hit jobs, else it proves nothing"
    assert all(metric.ok for metric in stress_metrics(report))
