"""Looks: style and model as one thing."""

from __future__ import annotations

from typing import Any

from bpy.types import Menu, Panel

from ..host import library
from ..logic import presets
from . import common
from .common import Sidebar

__all__ = ["CLASSES"]


class RUSHES_MT_looks(Menu):
    """The library's doors for looks."""

    bl_idname = "RUSHES_MT_looks"
    bl_label = "Looks"

    def draw(self, context: Any) -> None:
        layout = self.layout
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator("rushes.preset_save", text="Save Look...", icon="FILE_TICK").kind = "look"
        layout.operator("rushes.preset_delete", text="Delete...", icon="TRASH")
        layout.operator("rushes.preset_import", text="Import...", icon="IMPORT")
        layout.operator("rushes.preset_export", text="Export Look...", icon="EXPORT").kind = "look"


class RUSHES_PT_look(Sidebar, Panel):
    """A look: picked, shown, used."""

    bl_idname = "RUSHES_PT_look"
    bl_label = "Look"
    bl_order = 30
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        layout = self.layout
        look = library.shelf().find(context.window_manager.rushes.look)
        bar = layout.row(align=True)
        bar.operator("rushes.look_pick", text=look.name if look is not None else "Choose Look", icon="VIEWZOOM")
        bar.menu("RUSHES_MT_looks", text="", icon="DOWNARROW_HLT")
        if look is None:
            row = layout.row()
            row.active = False
            row.label(text="A look is style, model and settings")
            return
        box = layout.box().column(align=True)
        for line in presets.summary(look):
            common.paragraph(box, context, line, most=2, inset=4)
        row = layout.row(align=True)
        row.operator("rushes.look_apply", text="To Shot").everywhere = False
        row.operator("rushes.look_apply", text="To All Shots").everywhere = True


CLASSES = (RUSHES_MT_looks, RUSHES_PT_look)
