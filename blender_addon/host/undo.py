"""Undo steps for what is done outside of an operator: Ctrl Z takes back exactly that, and saving is offered."""

from __future__ import annotations

import bpy

__all__ = ["push"]


def push(message: str) -> None:
    """Make an undo step of what was just changed; nothing where Blender has no undo."""
    manager = bpy.context.window_manager
    window = manager.windows[0] if manager is not None and len(manager.windows) else None
    with bpy.context.temp_override(**({"window": window} if window is not None else {})):
        if bpy.ops.ed.undo_push.poll():
            bpy.ops.ed.undo_push(message=message)
