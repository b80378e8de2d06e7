"""Presets and looks: use, save, share."""

from __future__ import annotations

__all__ = ["CLASSES"]

CLASSES: tuple[type, ...] = ()
