"""Sheets of directions: use one, shoot one."""

from __future__ import annotations

__all__ = ["CLASSES"]

CLASSES: tuple[type, ...] = ()
