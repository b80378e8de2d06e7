"""What blocks stand for: assign, show, check."""

from __future__ import annotations

__all__ = ["CLASSES"]

CLASSES: tuple[type, ...] = ()
