"""One progress bar over several stages of a job, also when frames stream through all of them at once."""

from __future__ import annotations

import time
from collections.abc import Mapping

from rushes.contracts import JobContext

__all__ = ["StageContext", "Stages"]


class Stages:
    """Shares of the whole for each stage, by weight. The overall fraction never goes back; the stage that is
    shown is the first that is not done, so that it does not flicker while frames stream through several.

    `seconds` holds the time spent in each stage as told by `spent`.
    """

    def __init__(self, context: JobContext, weights: Mapping[str, float]) -> None:
        total = sum(weights.values())
        self._context = context
        self._weights = {name: weight / total for name, weight in weights.items()}
        self._done = dict.fromkeys(weights, 0.0)
        self._message = self._shown = ""
        self._told: set[str] = set()
        self.seconds = dict.fromkeys(weights, 0.0)

    @property
    def context(self) -> JobContext:
        """The job's own context."""
        return self._context

    def note(self, text: str) -> None:
        """Tell the artist, each thing once however many stages say it."""
        if text not in self._told:
            self._told.add(text)
            self._context.note(text)

    def stage(self, name: str) -> StageContext:
        """A context in which 0 to 1 means this stage alone."""
        return StageContext(self, name)

    def update(self, name: str, fraction: float, message: str = "") -> None:
        """This stage has come to `fraction` (0 to 1)."""
        self._done[name] = max(self._done[name], min(1.0, fraction))
        overall = sum(self._weights[n] * f for n, f in self._done.items())
        shown = next((n for n, f in self._done.items() if f < 1.0), name)
        if shown != self._shown:
            self._shown, self._message = shown, ""
        if shown == name and message:
            self._message = message
        self._context.progress(min(1.0, overall), shown, self._message)

    def spent(self, name: str, since: float) -> float:
        """Add the time since `since` (`time.perf_counter`) to a stage; the time now."""
        now = time.perf_counter()
        self.seconds[name] += now - since
        return now


class StageContext:
    """JobContext of one stage: what it reports becomes its share of the whole job."""

    def __init__(self, stages: Stages, name: str) -> None:
        self._stages = stages
        self._name = name

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        """Report 0 to 1 over this stage; the stage's own name is shown, whatever `stage` says."""
        self._stages.update(self._name, fraction, message)

    def note(self, text: str) -> None:
        """See JobContext."""
        self._stages.note(text)

    def preview(self, png: bytes) -> None:
        """See JobContext."""
        self._stages.context.preview(png)

    def should_stop(self) -> bool:
        """See JobContext."""
        return self._stages.context.should_stop()

    def check(self) -> None:
        """See JobContext."""
        self._stages.context.check()
