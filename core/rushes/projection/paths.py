"""How a .blend stores the pictures of takes."""

from __future__ import annotations

import os
from pathlib import Path

import bpy

__all__ = ["stored"]


def stored(path: Path) -> str:
    """Relative to the .blend for what lies below its folder, so that both can move together; else absolute."""
    blend = bpy.data.filepath
    if not blend:
        return str(path)
    below = os.path.join(os.path.realpath(os.path.dirname(blend)), "")
    real = os.path.realpath(path)
    return "//" + os.path.relpath(real, below).replace(os.sep, "/") if real.startswith(below) else str(path)
