"""Evaluations by name: one that fails is said, the others run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from rushes.contracts import JobContext, Metric
from rushes.errors import InputError, JobCancelled, ModelError
from rushes.jobs.evals import BENCH, EVALUATIONS, Evaluation, evaluation, run_evaluations
from rushes.jobs.registry import Services
from rushes.testing.contexts import RecordingContext


def good(services: Services, context: JobContext) -> Iterable[Metric]:
    return [Metric("good", 1.0, "s")]


def broken(services: Services, context: JobContext) -> Iterable[Metric]:
    raise ModelError("No weights.", hint="Put them there.")


def cancelled(services: Services, context: JobContext) -> Iterable[Metric]:
    raise JobCancelled("Stop.")


TABLE = {name: Evaluation(name, measure) for name, measure in (("b", broken), ("g", good), ("c", cancelled))}


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return Services(home=tmp_path)


def test_a_failed_one_becomes_a_metric_that_is_not_ok(services: Services) -> None:
    context = RecordingContext()
    metrics = run_evaluations(["b", "g"], services, context, TABLE)
    assert [(m.name, m.ok) for m in metrics] == [("b.failed", False), ("good", True)]
    assert "Put them there." in metrics[0].note
    assert context.stages == ["b", "g", "done"]


def test_a_cancel_ends_all(services: Services) -> None:
    with pytest.raises(JobCancelled):
        run_evaluations(["c", "g"], services, RecordingContext(), TABLE)
    with pytest.raises(JobCancelled):
        run_evaluations(["g"], services, RecordingContext(cancel_after=1), TABLE)


def test_an_unknown_name_is_refused_before_any_runs(services: Services) -> None:
    context = RecordingContext()
    with pytest.raises(InputError, match="'nope'") as caught:
        run_evaluations(["g", "nope"], services, context, TABLE)
    assert "b, g, c" in caught.value.hint
    assert not context.progresses


@pytest.mark.parametrize("name", sorted(EVALUATIONS))
def test_every_builtin_is_there(name: str) -> None:
    assert callable(evaluation(name).measure())


def test_the_bench_is_made_of_evaluations() -> None:
    assert set(BENCH) <= set(EVALUATIONS)
