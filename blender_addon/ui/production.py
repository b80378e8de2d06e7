"""Production, engine and messages."""

from __future__ import annotations

from typing import Any

from bpy.types import Panel

from .. import runtime
from ..ops.common import owner_scene
from .common import Sidebar

__all__ = ["CLASSES"]


class RUSHES_PT_production(Sidebar, Panel):
    """The production."""

    bl_idname = "RUSHES_PT_production"
    bl_label = "Production"

    def draw(self, context: Any) -> None:
        scene, now = owner_scene(context), runtime.session()
        if now is None:
            return
        self.layout.prop(scene.rushes, "production", text="")
        row = self.layout.row(align=True)
        row.operator("rushes.production_new")
        row.operator("rushes.production_choose")


CLASSES = (RUSHES_PT_production,)
