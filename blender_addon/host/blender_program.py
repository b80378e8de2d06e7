"""This Blender's own program, for passes in the background."""

from __future__ import annotations

import bpy

__all__ = ["passes_blender"]


def passes_blender() -> str:
    """Path of the running Blender; empty when it is a Python module (then the engine looks for one)."""
    path = str(bpy.app.binary_path or "")
    return path if path and not getattr(bpy.app, "module", False) else ""
