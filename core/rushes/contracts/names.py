"""Names that are safe as file names everywhere, and unique."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable

__all__ = ["safe_name", "unique_names"]

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")
_LONGEST_BYTES = 120


@functools.lru_cache(maxsize=4096)
def safe_name(name: str, fallback: str = "shot") -> str:
    """`name` with what file systems refuse replaced by "_"; letters of all scripts stay."""
    text = unicodedata.normalize("NFC", name)
    text = _FORBIDDEN.sub("_", text).strip(" .")
    while len(text.encode("utf-8")) > _LONGEST_BYTES:
        text = text[:-1].rstrip(" .")
    if not text.strip("_"):
        text = fallback
    return f"{text}_" if _RESERVED.match(text) else text


def unique_names(names: Iterable[str]) -> list[str]:
    """The names in order; a repeated one (also by case alone) gets " 2", " 3" ... appended."""
    taken: set[str] = set()
    result: list[str] = []
    for name in names:
        candidate, count = name, 1
        while candidate.casefold() in taken:
            count += 1
            candidate = f"{name} {count}"
        taken.add(candidate.casefold())
        result.append(candidate)
    return result
