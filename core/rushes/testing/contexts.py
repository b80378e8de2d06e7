"""Job contexts for tests and for code that runs outside the engine. Doubles: no queue stands behind them."""

from __future__ import annotations

from rushes.errors import JobCancelled

__all__ = ["RecordingContext"]


class RecordingContext:
    """A double of JobContext that keeps what it was told.

    `cancel_after`: the n-th call of `check` (from 1) raises JobCancelled, and every one after it.
    """

    def __init__(self, cancel_after: int | None = None) -> None:
        self.cancel_after = cancel_after
        self.cancelled = False
        self.checks = 0
        self.progresses: list[tuple[float, str, str]] = []
        self.notes: list[str] = []
        self.previews: list[bytes] = []

    @property
    def fractions(self) -> list[float]:
        """All progress fractions, in order."""
        return [p[0] for p in self.progresses]

    @property
    def stages(self) -> list[str]:
        """Stage names, each once, in order of appearance."""
        return list(dict.fromkeys(p[1] for p in self.progresses))

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        self.progresses.append((fraction, stage, message))

    def note(self, text: str) -> None:
        self.notes.append(text)

    def preview(self, png: bytes) -> None:
        self.previews.append(png)

    def should_stop(self) -> bool:
        return self.cancelled or (self.cancel_after is not None and self.checks >= self.cancel_after)

    def cancel(self) -> None:
        """Ask for the cancel now."""
        self.cancelled = True

    def check(self) -> None:
        self.checks += 1
        if self.should_stop():
            raise JobCancelled("The job was cancelled.", hint="Nothing was lost; start it again when you like.")
