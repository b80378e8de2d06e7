"""What artists do with takes: rate, replay, compare, reveal, trash."""

from __future__ import annotations

__all__ = ["CLASSES"]

CLASSES: tuple[type, ...] = ()
