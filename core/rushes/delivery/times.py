"""Which source frame a timeline shows, and rates and timecodes as each format writes them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from rushes.contracts import EditClip, EditTimeline, Timecode, rate_text
from rushes.errors import InputError

__all__ = [
    "RESOLVE_RATES",
    "Rate",
    "check_timeline_rate",
    "record_timecode",
    "shown_frame",
    "source_end",
    "step",
]


@dataclass(frozen=True)
class Rate:
    """A rate as `timebase` and `ntsc` of an xmeml: 30 and True for 29.97."""

    timebase: int
    ntsc: bool

    @classmethod
    def of(cls, rate: Fraction) -> Rate:
        """The nearest that can be written; exact for whole rates and those over 1001."""
        return cls(max(1, round(rate)), rate.denominator == 1001)

    @property
    def exact(self) -> Fraction:
        """Frames per second."""
        return Fraction(self.timebase * 1000, 1001) if self.ntsc else Fraction(self.timebase)


RESOLVE_RATES: tuple[Fraction, ...] = (
    *(Fraction(n) for n in (16, 18, 24, 25, 30, 48, 50, 60, 72, 90, 96, 100, 120)),
    *(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120)),
)
"""Rates that a timeline of DaVinci Resolve can have."""


def check_timeline_rate(rate: Fraction) -> None:
    """InputError `deliver.rate`, with a rate that would do, where Resolve has no timeline at this one."""
    if rate in RESOLVE_RATES:
        return
    whole = [r for r in RESOLVE_RATES if (r / rate).denominator == 1]
    other = min(whole) if whole else min(RESOLVE_RATES, key=lambda r: abs(r - rate))
    number = rate_text(other).removesuffix(" fps")
    raise InputError(
        f"DaVinci Resolve has no timeline at {rate_text(rate)}.",
        code="deliver.rate",
        hint=f"Deliver with --fps {number}: the takes keep their own rate, and their time.",
    )


def step(clip: EditClip, rate: Fraction) -> Fraction:
    """Source frames that pass with one frame of a timeline at `rate`; negative when it plays backwards."""
    return clip.speed * (clip.media.rate if clip.media else rate) / rate


def shown_frame(clip: EditClip, offset: int, rate: Fraction) -> int:
    """The source frame (from the media's first) that is on screen `offset` frames into the clip."""
    return clip.source + math.floor(offset * step(clip, rate))


def source_end(clip: EditClip, rate: Fraction) -> int:
    """Source frame after the last one that is shown (before the first one when it plays backwards: its place)."""
    if clip.duration < 1:
        return clip.source
    return max(clip.source, shown_frame(clip, clip.duration - 1, rate)) + 1


def record_timecode(timeline: EditTimeline, frame: int) -> Timecode:
    """Timecode of a record frame."""
    return Timecode(timeline.start + frame, timeline.rate, timeline.drop)
