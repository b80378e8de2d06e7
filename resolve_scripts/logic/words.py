"""Numbers in sentences."""

from __future__ import annotations

__all__ = ["count"]


def count(number: int, thing: str, several: str = "") -> str:
    """ "1 take", "2 takes"."""
    return f"{number} {thing}" if number == 1 else f"{number} {several or thing + 's'}"
