"""Frame ranges and exact rates."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from rushes.errors import SceneError

__all__ = ["FrameRange", "rate_text"]


@dataclass(frozen=True)
class FrameRange:
    """Inclusive range of scene frames; `step` 2 means every second frame is rendered."""

    start: int
    end: int
    step: int = 1

    def __post_init__(self) -> None:
        if self.end < self.start or self.step < 1:
            raise SceneError(
                f"The frame range {self.start} to {self.end} (step {self.step}) is empty.",
                code="scene.range",
                hint="Set the end at or after the start and the step to 1 or more.",
            )

    @property
    def frames(self) -> tuple[int, ...]:
        """The scene frames, in order."""
        return tuple(range(self.start, self.end + 1, self.step))

    def __len__(self) -> int:
        return (self.end - self.start) // self.step + 1

    def duration(self, rate: Fraction) -> Fraction:
        """Seconds at `rate` frames per second; each rendered frame is held for `step` frames."""
        return Fraction(len(self) * self.step) / rate

    def playback_rate(self, rate: Fraction) -> Fraction:
        """Frames per second of the rendered frames, so that duration stays true with a step."""
        return rate / self.step

    @classmethod
    def parse(cls, text: str) -> FrameRange:
        """ "1-48" or "1-48x2"; SceneError otherwise."""
        body, _, step = text.partition("x")
        head, dash, tail = body[1:].partition("-")
        try:
            start = int(body[0] + head)
            return cls(start, int(tail) if dash else start, int(step) if step else 1)
        except (ValueError, IndexError) as exc:
            raise SceneError(
                f"{text!r} is not a frame range.", code="scene.range", hint="Write it as 1-48 or 1-48x2."
            ) from exc


def rate_text(rate: Fraction) -> str:
    """Rate for people: "24 fps", "23.976 fps"."""
    if rate.denominator == 1:
        return f"{rate.numerator} fps"
    return f"{float(rate):.3f}".rstrip("0").rstrip(".") + " fps"
