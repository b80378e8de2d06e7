"""The clock of the looks, on doubles."""

from __future__ import annotations

from typing import Any

import pytest

from rushes.jobs import live_bench
from rushes.jobs.bench import BenchSettings
from rushes.jobs.evals import EVALUATIONS
from rushes.testing.contexts import RecordingContext
from rushes.testing.looks import AnalyticView


def test_all_figures_are_measured(studio: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_bench, "_SECONDS", 0.4)
    BenchSettings(blend=studio.blend, generator="fake", frames=3).put(studio.services)
    studio.services.cache[live_bench.LIVE_DOOR] = AnalyticView
    metrics = {m.name: m for m in EVALUATIONS["live"].measure()(studio.services, RecordingContext())}
    assert metrics["look.pictures_per_second"].value > 0
    assert metrics["look.pictures_per_second"].bar == ">= 4"
    assert metrics["look.latency_without_passes"].value > 0
    assert metrics["explore.seconds"].bar == "<= 8"
    assert "3 frames" in metrics["live.clip_seconds"].note
