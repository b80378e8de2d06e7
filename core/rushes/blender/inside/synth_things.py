"""Furniture, street furniture and other things of training scenes. NumPy only, no bpy."""

from __future__ import annotations

from rushes.blender.inside.synth_shapes import Family

__all__ = ["THINGS"]

THINGS: dict[str, Family] = {}
"""Families by name."""
