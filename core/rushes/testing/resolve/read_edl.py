"""CMX 3600 as Resolve takes it: one picture and one sound track, linked to the pool (rule import.edl-tracks)."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

from rushes.contracts.timecode import Timecode
from rushes.errors import RushesError
from rushes.testing.resolve.cut import Cut, Piece

__all__ = ["read_edl"]

_TC = r"(\d\d[:;.]\d\d[:;.]\d\d[:;.]\d\d)"
_EVENT = re.compile(rf"^\s*\d+\s+(\S+)\s+(\S+)\s+(C|D|W\d+|K\w*)\s+(?:\d+\s+)?{_TC}\s+{_TC}\s+{_TC}\s+{_TC}\s*$")
_MOTION = re.compile(rf"^\s*M2\s+(\S+)\s+(-?\d+(?:\.\d+)?)\s+{_TC}")
_NAME = re.compile(r"^\*\s*FROM CLIP NAME:\s*(.*\S)")


def read_edl(path: Path, rate: Fraction) -> Cut | None:
    """An EDL says no rate: the project's is taken. None when there is no event, or a timecode is none at this rate."""
    text = path.read_text("utf-8", "replace")
    drop = "FCM: DROP FRAME" in text
    title = re.search(r"^TITLE:\s*(.*\S)", text, re.MULTILINE)
    found: list[tuple[Piece, int]] = []
    try:
        for line in text.splitlines():
            _line(line, rate, drop, found)
    except RushesError:
        return None
    if not found:
        return None
    start = min(record for _, record in found)
    cut = Cut(title[1] if title else path.stem, rate, start, drop)
    for piece, record in found:
        piece.record = record - start
        cut.pieces.append(piece)
    return cut


def _line(line: str, rate: Fraction, drop: bool, found: list[tuple[Piece, int]]) -> None:
    event = _EVENT.match(line)
    if event:
        reel, channels = event[1], event[2].upper()
        first, last, record, end = (_frame(event[group], rate, drop) for group in (4, 5, 6, 7))
        if reel.upper() == "BL" or end <= record:
            return
        kinds = (["video"] if channels in ("V", "B", "AA/V", "A/V") else []) + (
            ["audio"] if channels != "V" and channels[0] in "AB" else []
        )
        for kind in kinds:
            piece = Piece(kind, 1, 0, end - record, reel, first=Fraction(first), rate=rate, reel=reel)
            piece.source = Fraction(last - 1)
            found.append((piece, record))
        return
    motion, name = _MOTION.match(line), _NAME.match(line)
    for piece, _ in found[-1:]:
        if motion:
            piece.speed = Fraction(motion[2]).limit_denominator(1000) / round(rate)
            if piece.speed < 0:  # rule import.reverse
                piece.first = piece.source
        if name:
            piece.name = name[1]


def _frame(text: str, rate: Fraction, drop: bool) -> int:
    digits = re.sub(r"[;.]", ":", text)
    return Timecode.parse(f"{digits[:8]};{digits[9:]}" if drop else digits, rate).frame
