"""Exact rates and SMPTE timecode.

A rate is a `Fraction` of frames per second everywhere. 23.976 is a way of writing 24000/1001, and is brought back to
the exact fraction here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from rushes.contracts.timing import rate_text
from rushes.errors import InputError

__all__ = ["COMMON_RATES", "Timecode", "parse_rate"]

COMMON_RATES: tuple[Fraction, ...] = (
    *(Fraction(n) for n in (6, 8, 10, 12, 15, 16, 18, 24, 25, 30, 48, 50, 60, 72, 90, 96, 100, 120, 144, 240)),
    *(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120, 240)),
)
"""Rates that editors know; approximate values are snapped to these."""

_TEXT = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(?:/\s*(\d+(?:\.\d+)?)\s*)?(?:fps)?\s*$")
_TIMECODE = re.compile(r"^(\d{2}):([0-5]\d):([0-5]\d)([:;.])(\d{2,3})$")


def _bad_rate(value: object) -> InputError:
    return InputError(f"{value!r} is not a frame rate.", code="time.rate", hint="Write it as 24, 23.976 or 24000/1001.")


def _snap(rate: Fraction, slack: Fraction) -> Fraction:
    nearest = min(COMMON_RATES, key=lambda known: abs(known - rate))
    return nearest if abs(nearest - rate) <= slack else rate


def parse_rate(text: str | float | Fraction) -> Fraction:
    """Frames per second from "24", "23.976", "23.98" (→ 24000/1001), "24000/1001", 23.976, an int or a Fraction.

    InputError (`time.rate`) for anything else, for zero and for more than 1000.
    """
    if isinstance(text, (int, Fraction)):
        rate = Fraction(text)
    else:
        found = _TEXT.match(text if isinstance(text, str) else f"{text:.4f}")
        if not found or (found[2] and not float(found[2])):
            raise _bad_rate(text)
        rate = Fraction(found[1]) / Fraction(found[2] or 1)
        if not found[2] and "." in found[1]:
            # 23.98 is off by 0.004; the closest distinct pair, 23.976 and 24, is 0.024 apart.
            rate = _snap(rate, Fraction(5, 1000))
    if not 0 < rate <= 1000:
        raise _bad_rate(text)
    return rate


@dataclass(frozen=True, order=False)
class Timecode:
    """A position on an editor's clock: a count of frames at a rate. Wraps at 24 hours when written.

    Drop-frame (written with a semicolon) skips numbers, not frames, so that 29.97 and 59.94 stay with the
    clock on the wall.
    """

    frame: int
    """Frames since 00:00:00:00; not negative."""
    rate: Fraction
    drop: bool = False

    def __post_init__(self) -> None:
        if self.frame < 0:
            raise InputError("A timecode cannot be before 00:00:00:00.", code="time.negative", hint="Start later.")
        if self.drop and self.rate not in (Fraction(30000, 1001), Fraction(60000, 1001)):
            raise InputError(
                f"Drop-frame timecode does not exist at {rate_text(self.rate)}.",
                code="time.drop",
                hint="Use it at 29.97 or 59.94, or write the timecode with colons only.",
            )

    @property
    def nominal(self) -> int:
        """Frame numbers per second of timecode: 24 at 23.976."""
        return max(1, round(self.rate))

    @property
    def seconds(self) -> Fraction:
        """Real time since zero."""
        return self.frame / self.rate

    @classmethod
    def parse(cls, text: str, rate: Fraction) -> Timecode:
        """From "01:00:00:00", or "01:00:00;02" (drop-frame). InputError (`time.timecode`) when it is not one,
        or names a frame that drop-frame skips."""
        found = _TIMECODE.match(text.strip())
        if not found:
            raise _bad_timecode(text)
        hours, minutes, seconds, frames = (int(found[i]) for i in (1, 2, 3, 5))
        drop = found[4] in ";."
        base = cls(0, rate, drop)
        skipped = base._skipped
        if hours > 23 or frames >= base.nominal or (drop and minutes % 10 and not seconds and frames < skipped):
            raise _bad_timecode(text)
        whole = hours * 60 + minutes
        count = (whole * 60 + seconds) * base.nominal + frames
        return cls(count - skipped * (whole - whole // 10), rate, drop)

    @property
    def _skipped(self) -> int:
        """Numbers left out at the start of nine minutes in ten."""
        return self.nominal // 15 if self.drop else 0

    def __str__(self) -> str:
        number = self.frame
        if self.drop:
            minute = self.nominal * 60 - self._skipped
            ten = minute * 10 + self._skipped
            tens, rest = divmod(number, ten)
            number += self._skipped * 9 * tens
            if rest >= self.nominal * 60:
                number += self._skipped * ((rest - self.nominal * 60) // minute + 1)
        seconds, frames = divmod(number, self.nominal)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        mark = ";" if self.drop else ":"
        width = 3 if self.nominal > 100 else 2
        return f"{hours % 24:02}:{minutes:02}:{seconds:02}{mark}{frames:0{width}}"

    def __add__(self, frames: int) -> Timecode:
        """Later by a number of frames (earlier when negative)."""
        return Timecode(self.frame + frames, self.rate, self.drop)

    def __sub__(self, other: Timecode) -> int:
        """Frames between two timecodes of the same rate."""
        if other.rate != self.rate:
            raise InputError(
                "These timecodes have different rates.", code="time.rate", hint="Bring them to one rate first."
            )
        return self.frame - other.frame


def _bad_timecode(text: str) -> InputError:
    return InputError(
        f"{text!r} is not a timecode at this rate.",
        code="time.timecode",
        hint="Write it as 01:00:00:00, or 01:00:00;00 for drop-frame.",
    )
