"""The shots and the buttons that generate."""

from __future__ import annotations

from typing import Any

from bpy.types import Panel, UIList

from .common import Sidebar

__all__ = ["CLASSES"]


class RUSHES_UL_shots(UIList):
    """The shots."""

    def draw_item(
        self, context: Any, layout: Any, data: Any, item: Any, icon: int, active: Any, property_: str, *rest: Any
    ) -> None:
        layout.label(text=item.name, icon="CAMERA_DATA")
        layout.label(text=f"{item.first}-{item.last}")
        layout.label(text=item.badge)


class RUSHES_PT_shots(Sidebar, Panel):
    """The shots."""

    bl_idname = "RUSHES_PT_shots"
    bl_label = "Shots"

    def draw(self, context: Any) -> None:
        window = context.window_manager.rushes
        self.layout.template_list("RUSHES_UL_shots", "", window, "shots", window, "shot_index", rows=3)
        self.layout.operator("rushes.generate_still")
        self.layout.operator("rushes.generate_clip")


CLASSES = (RUSHES_UL_shots, RUSHES_PT_shots)
