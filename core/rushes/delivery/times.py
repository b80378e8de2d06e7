"""Which source frame a timeline shows, and rates and timecodes as each format writes them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from rushes.contracts import EditClip, EditTimeline, Timecode

__all__ = ["Rate", "record_timecode", "shown_frame", "source_end", "source_span", "step"]


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


def step(clip: EditClip, rate: Fraction) -> Fraction:
    """Source frames that pass with one frame of a timeline at `rate`; negative when it plays backwards."""
    return clip.speed * (clip.media.rate if clip.media else rate) / rate


def shown_frame(clip: EditClip, offset: int, rate: Fraction) -> int:
    """The source frame (from the media's first) that is on screen `offset` frames into the clip."""
    return clip.source + math.floor(offset * step(clip, rate))


def source_span(clip: EditClip, rate: Fraction) -> Fraction:
    """Length of the shown piece in source frames; not negative, not always whole."""
    return abs(clip.duration * step(clip, rate))


def source_end(clip: EditClip, rate: Fraction) -> int:
    """Source frame after the last one that is shown (before the first one when it plays backwards: its place)."""
    if clip.duration < 1:
        return clip.source
    return max(clip.source, shown_frame(clip, clip.duration - 1, rate)) + 1


def record_timecode(timeline: EditTimeline, frame: int) -> Timecode:
    """Timecode of a record frame."""
    return Timecode(timeline.start + frame, timeline.rate, timeline.drop)
