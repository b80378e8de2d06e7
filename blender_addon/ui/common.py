"""What panels share: where they are, and how a picture is shown."""

from __future__ import annotations

__all__ = ["Sidebar"]


class Sidebar:
    """A panel in the 3D View's sidebar, tab Rushes. `bl_order`: production 0, shots 10, brief 20, look 30, model 40,
    queue 50, takes 60, directions 70, blocks 80."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Rushes"
