"""Every difference between the Blender versions we support (4.2 LTS to 5.2 LTS) is answered here, and nowhere else."""

from __future__ import annotations

import bpy

__all__ = ["VERSION"]

VERSION: tuple[int, int] = bpy.app.version[:2]
"""Of the running Blender."""
