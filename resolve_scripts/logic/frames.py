"""Rates, timecode and frames as Resolve writes them."""

from __future__ import annotations

from fractions import Fraction

from rushes.contracts.timecode import Timecode, parse_rate
from rushes.errors import InputError

__all__ = [
    "frames_shown",
    "playhead_frame",
    "rate_of_setting",
    "rate_or_none",
    "rate_setting",
    "source_frames",
    "timecode_text",
]


def rate_of_setting(value: object) -> tuple[Fraction, bool]:
    """(rate, drop-frame) of a rate setting or an FPS property: 24.0, "23.976", "29.97 DF".

    InputError `time.rate` for anything else.
    """
    text = str(value).strip()
    drop = text.upper().endswith("DF")
    body = text[:-2].strip() if drop else text
    try:
        number = float(body)
    except ValueError as exc:
        raise InputError(f"{text!r} is not a frame rate.", code="time.rate", hint="Set the project's rate.") from exc
    return parse_rate(number), drop


def rate_or_none(value: object) -> Fraction | None:
    """As `rate_of_setting`; None where Resolve says nothing or what is no rate."""
    try:
        return rate_of_setting(value)[0] if value not in (None, "") else None
    except InputError:
        return None


def rate_setting(rate: Fraction, drop: bool) -> str:
    """As Resolve's settings say it: "23.976", "29.97 DF"."""
    text = str(rate.numerator) if rate.denominator == 1 else f"{float(rate):.3f}".rstrip("0")
    return f"{text} DF" if drop else text


def playhead_frame(timecode: str, rate: Fraction) -> int:
    """Absolute timeline frame of a timecode that Resolve gives. InputError `time.timecode`."""
    return Timecode.parse(timecode, rate).frame


def timecode_text(frame: int, rate: Fraction, drop: bool) -> str:
    """The timecode of an absolute timeline frame."""
    return str(Timecode(frame, rate, drop))


def frames_shown(frames: int, media: Fraction, timeline: Fraction) -> int:
    """Timeline frames that so many source frames fill at true time, rounded down as Resolve does."""
    return int(frames * timeline / media)


def source_frames(frames: int, media: Fraction, timeline: Fraction) -> int:
    """Source frames that fill so many timeline frames at true time, rounded up."""
    return -int(-frames * media // timeline)
