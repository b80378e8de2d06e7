"""Reads what stands in a photograph of the window (with tesseract, inside the room)."""

from __future__ import annotations

import csv
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from gui.room import Room

__all__ = ["Word", "find_text", "read_text"]

_ENLARGE = 3


@dataclass(frozen=True)
class Word:
    """A word on the screen: its middle in pixels and the number of its line."""

    text: str
    x: int
    y: int
    line: tuple[int, int, int]


def read_text(room: Room, picture: Path) -> list[Word]:
    """All words of a picture, top to bottom. Reading is not perfect: match loosely."""
    source, large = room.home / "read.png", room.home / "read_large.png"
    shutil.copyfile(picture, source)
    black_on_white = ["-colorspace", "Gray", "-resize", f"{_ENLARGE * 100}%", "-threshold", "52%", "-negate"]
    room.run("convert", room.inside(source), *black_on_white, room.inside(large))
    said = room.run("tesseract", room.inside(large), "-", "--psm", "11", "tsv", environment={"OMP_THREAD_LIMIT": "1"})
    return [w for w in map(_word, csv.DictReader(said.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)) if w]


def _word(row: dict[str, str]) -> Word | None:
    text = (row.get("text") or "").strip()
    if not text or float(row["conf"]) < 0:
        return None
    x = (int(row["left"]) + int(row["width"]) / 2) / _ENLARGE
    y = (int(row["top"]) + int(row["height"]) / 2) / _ENLARGE
    return Word(text, round(x), round(y), (int(row["block_num"]), int(row["par_num"]), int(row["line_num"])))


def find_text(words: list[Word], pattern: str, *, last: bool = False) -> Word | None:
    """The first line (or the last) in which the pattern stands (any case); x, y in the middle of its first word."""
    lines: dict[tuple[int, int, int], list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    for line in sorted(lines.values(), key=lambda words: words[0].y, reverse=last):
        text = " ".join(w.text for w in line)
        match = re.search(pattern, text, re.IGNORECASE)
        if match:
            position = 0
            for word in line:
                position += len(word.text) + 1
                if position > match.start():
                    return Word(text, word.x, word.y, word.line)
    return None
