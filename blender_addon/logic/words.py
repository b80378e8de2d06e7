"""Sentences for narrow panels."""

from __future__ import annotations

import textwrap
from functools import lru_cache

__all__ = ["bytes_text", "seconds_text", "wrapped"]


@lru_cache(maxsize=256)
def wrapped(text: str, columns: int, most: int = 0) -> tuple[tuple[str, ...], bool]:
    """(lines, cut): the text in lines of at most `columns` characters; with `most` only so many, and whether more
    were cut off (the last one then ends in "…"). Line breaks in the text stay."""
    columns = max(columns, 8)
    lines = [part for line in text.splitlines() for part in textwrap.wrap(line, columns) or [""]]
    while lines and not lines[-1]:
        lines.pop()
    if not most or len(lines) <= most:
        return tuple(lines), False
    return (*lines[: most - 1], lines[most - 1][: columns - 1].rstrip(" ,.;:") + "…"), True


def bytes_text(size: float) -> str:
    """ "5.2 GB", "870 MB"."""
    if size >= 1e9:
        return f"{size / 1e9:.1f} GB"
    return f"{max(1, round(size / 1e6))} MB" if size else "0 MB"


def seconds_text(seconds: float) -> str:
    """ "2.0 s", "1 min 05 s"."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60:02d} s"
