"""Evaluations by name: `rushes eval NAME`, and those that `rushes bench` runs.

Each is a function that measures and gives metrics; its module is imported when it runs. What stands
above the jobs (the queue's stress test) is added by the caller.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from rushes.contracts import JobContext, Metric
from rushes.errors import InputError, JobCancelled, RushesError
from rushes.jobs.registry import Services

__all__ = ["BENCH", "EVALUATIONS", "Evaluation", "Measure", "evaluation", "run_evaluations"]

log = logging.getLogger(__name__)

Measure = Callable[[Services, JobContext], Iterable[Metric]]
"""Measures; raises a RushesError when it cannot."""


@dataclass(frozen=True)
class Evaluation:
    """One thing that can be measured."""

    about: str
    """What it measures, for the list."""
    target: str | Measure
    """"module:function", imported when it runs, or the function."""

    def measure(self) -> Measure:
        """The function."""
        if not isinstance(self.target, str):
            return self.target
        module, _, name = self.target.partition(":")
        return cast(Measure, getattr(importlib.import_module(module), name))


EVALUATIONS: Mapping[str, Evaluation] = {
    "passes": Evaluation(
        "Time of passes against a bare Blender render of the same", "rushes.jobs.bench:measure_passes"
    ),
    "generate": Evaluation("Time of a frame, and the network's share of it", "rushes.jobs.bench:measure_generate"),
    "upsample": Evaluation("Bringing a take to HD: time and how close it comes", "rushes.jobs.bench:measure_upsample"),
    "encode": Evaluation("Writing clips: time of a frame", "rushes.jobs.bench:measure_encode"),
    "replay": Evaluation("A take replayed from its recipe, bit for bit", "rushes.jobs.bench:measure_replay"),
    "memory": Evaluation("Peak memory of a short and a ten times longer shot", "rushes.jobs.bench:measure_memory"),
    "live": Evaluation(
        "A clip, a sheet of directions and the live look against the clock", "rushes.jobs.live_bench:measure_live"
    ),
    "projection": Evaluation(
        "Takes thrown back onto their blocks, in Cycles and EEVEE of every Blender there is",
        "rushes.jobs.eval_projection:measure_projection",
    ),
    "clip": Evaluation(
        "Footage denoised, slowed, steadied, cut out and enlarged against plain ways",
        "rushes.jobs.eval_clip:measure_clip",
    ),
    "colour": Evaluation(
        "Grades in every timeline space, shots matched to references", "rushes.jobs.eval_colour:measure_colour"
    ),
    "clip_take": Evaluation(
        "A take finished again at twice the size against its pictures enlarged",
        "rushes.jobs.eval_clip_take:measure_clip_take",
    ),
    "house": Evaluation("Quality of the house model on scenes it never saw", "rushes.jobs.bench:measure_house"),
}
"""The built-in evaluations."""

BENCH: Sequence[str] = ("passes", "generate", "upsample", "encode", "replay", "memory")
"""What `rushes bench` runs, in order."""


def evaluation(name: str, table: Mapping[str, Evaluation] = EVALUATIONS) -> Evaluation:
    """The evaluation; InputError `eval.unknown` with the names there are."""
    if name not in table:
        raise InputError(
            f"There is no evaluation named {name!r}.",
            code="eval.unknown",
            hint="Choose one of: " + ", ".join(table) + ".",
        )
    return table[name]


def run_evaluations(
    names: Sequence[str],
    services: Services,
    context: JobContext,
    table: Mapping[str, Evaluation] = EVALUATIONS,
) -> list[Metric]:
    """All metrics of the named evaluations, in order.

    One that cannot be measured becomes a metric `NAME.failed` that is not ok, with the reason as its note, and
    the others still run. A cancel ends them all. InputError for an unknown name, before any runs.
    """
    from rushes.jobs.bench import shared

    chosen = [(name, evaluation(name, table)) for name in names]
    metrics: list[Metric] = []
    with shared(services):
        for index, (name, entry) in enumerate(chosen):
            context.check()
            context.progress(index / len(chosen), name, entry.about)
            metrics.extend(_measured(name, entry, services, context))
    context.progress(1.0, "done")
    return metrics


def _measured(name: str, entry: Evaluation, services: Services, context: JobContext) -> list[Metric]:
    try:
        return list(entry.measure()(services, context))
    except JobCancelled:
        raise
    except RushesError as exc:
        log.warning("The evaluation %s could not be made: %s", name, exc)
        return [Metric(f"{name}.failed", 1.0, "", None, "== 0", False, str(exc))]
