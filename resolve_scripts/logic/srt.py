"""SubRip subtitles, read and written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from rushes.contracts.edit import EditSubtitle
from rushes.errors import InputError

__all__ = ["read_srt", "srt_of"]

_TIME = re.compile(r"(\d+):(\d\d):(\d\d)[,.](\d{1,3})\s*-->\s*(\d+):(\d\d):(\d\d)[,.](\d{1,3})")


def read_srt(text: str, rate: Fraction, name: str = "The file") -> tuple[EditSubtitle, ...]:
    """Lines at record frames, counted from the timeline's first; those without a length are left out.

    InputError `subtitles.unreadable` when there is no line at all.
    """
    found: list[EditSubtitle] = []
    for block in re.split(r"\n\s*\n", text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.strip().split("\n")
        at = next((index for index, line in enumerate(lines) if _TIME.search(line)), None)
        if at is None:
            continue
        times = _TIME.search(lines[at])
        assert times is not None
        start, end = _seconds(times.groups()[:4]), _seconds(times.groups()[4:])
        words = "\n".join(lines[at + 1 :]).strip()
        if end > start and words:
            first = int(start * rate + Fraction(1, 2))
            found.append(EditSubtitle(first, max(first + 1, int(end * rate + Fraction(1, 2))), words))
    if not found:
        raise InputError(f"{name} holds no subtitles.", code="subtitles.unreadable", hint="Give an .srt file in UTF-8.")
    return tuple(sorted(found, key=lambda one: one.start))


def _seconds(parts: Sequence[str]) -> Fraction:
    hours, minutes, seconds, thousandths = parts
    return Fraction(int(hours) * 3600 + int(minutes) * 60 + int(seconds)) + Fraction(
        int(thousandths.ljust(3, "0")), 1000
    )


def srt_of(lines: Iterable[EditSubtitle], rate: Fraction) -> str:
    """The text of an .srt file."""
    blocks = [
        f"{number}\n{_time(line.start, rate)} --> {_time(line.end, rate)}\n{line.text}\n"
        for number, line in enumerate(lines, 1)
    ]
    return "\n".join(blocks)


def _time(frame: int, rate: Fraction) -> str:
    thousandths = int(frame / rate * 1000 + Fraction(1, 2))
    seconds, rest = divmod(thousandths, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02},{rest:03}"
