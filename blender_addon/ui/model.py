"""The model, what it heeds, and what it will make of this scene."""

from __future__ import annotations

__all__ = ["CLASSES"]

CLASSES: tuple[type, ...] = ()
