"""What blocks stand for."""

from __future__ import annotations

from typing import Any

from bpy.types import Menu, Panel

from rushes.contracts import ObjectClass

from ..host import blocks
from ..logic.blocks import CLASS_ICONS
from . import common
from .common import Sidebar

__all__ = ["CLASSES"]

_SEVERITY = {"error": "CANCEL", "warning": "ERROR", "note": "INFO"}
_MOST = 20


class RUSHES_PT_blocks(Sidebar, Panel):
    """Classes and words of blocks."""

    bl_idname = "RUSHES_PT_blocks"
    bl_label = "Blocks"
    bl_order = 80
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        blocks.wish()
        layout, window = self.layout, context.window_manager.rushes
        _draw_active(layout, context)
        row = layout.row(align=True)
        row.prop(window, "show_classes", icon="OVERLAY", toggle=True)
        row.operator("rushes.block_colors", text="Colour Objects", icon="COLOR")
        _draw_counts(layout)


def _draw_active(layout: Any, context: Any) -> None:
    active = context.active_object
    if active is None:
        layout.label(text="Select a block to say what it stands for.", icon="INFO")
    else:
        answer = blocks.answer_of(active)
        if answer is None:
            layout.label(text=f"{active.name}: not a block that renders", icon="OBJECT_DATA")
        else:
            cls = blocks.known().classes.get(active.session_uid)
            text = cls.value.title() if cls is not None else "?"
            layout.label(text=f"{active.name}: {text}", icon=CLASS_ICONS[cls] if cls is not None else "QUESTION")
            common.hint(layout, context, answer.sentence)
            words = blocks.prompt_for(active)
            if words:
                common.paragraph(layout, context, f"\u201c{words}\u201d", "OUTLINER_OB_FONT")
    _draw_buttons(layout, context)


def _draw_buttons(layout: Any, context: Any) -> None:
    box = layout.column(align=True)
    grid = box.grid_flow(columns=2, even_columns=True, row_major=True, align=True)
    for cls in ObjectClass:
        made = grid.operator("rushes.block_class", text=cls.value.title(), icon=CLASS_ICONS[cls])
        made.cls, made.target = cls.value, "SELECTED"
    row = box.row(align=True)
    made = row.operator("rushes.block_class", text="By Name", icon="X")
    made.cls, made.target = "NONE", "SELECTED"
    row.operator("rushes.block_prompt", text="Words...", icon="GREASEPENCIL").target = "SELECTED"
    collection = context.collection
    if collection is None or collection == context.scene.collection:
        return
    row = layout.row(align=True)
    row.label(text=collection.name, icon="OUTLINER_COLLECTION")
    row.menu("RUSHES_MT_collection_class", text="Class")
    row.operator("rushes.block_prompt", text="", icon="GREASEPENCIL").target = "COLLECTION"


def _draw_counts(layout: Any) -> None:
    counts = blocks.counts()
    if not counts:
        return
    grid = layout.grid_flow(columns=2, even_columns=True, row_major=True, align=True)
    for cls in ObjectClass:
        if counts[cls]:
            text = f"{cls.value.title()}  {counts[cls]}"
            grid.operator("rushes.block_select", text=text, icon=CLASS_ICONS[cls], emboss=False).cls = cls.value


class RUSHES_MT_collection_class(Menu):
    """Classes for the active collection."""

    bl_idname = "RUSHES_MT_collection_class"
    bl_label = "Class of the Collection"

    def draw(self, context: Any) -> None:
        for cls in ObjectClass:
            made = self.layout.operator("rushes.block_class", text=cls.value.title(), icon=CLASS_ICONS[cls])
            made.cls, made.target = cls.value, "COLLECTION"
        made = self.layout.operator("rushes.block_class", text="By Name", icon="X")
        made.cls, made.target = "NONE", "COLLECTION"


class RUSHES_PT_check(Sidebar, Panel):
    """The report of Check My Blocks."""

    bl_idname = "RUSHES_PT_check"
    bl_label = "Check My Blocks"
    bl_parent_id = "RUSHES_PT_blocks"
    bl_order = 81

    def draw(self, context: Any) -> None:
        layout, window = self.layout, context.window_manager.rushes
        layout.operator("rushes.blocks_check", icon="VIEWZOOM")
        if not window.checked:
            common.hint(layout, context, "Looks for what would make takes worse.")
        elif not len(window.findings):
            layout.label(text="Nothing to complain about.", icon="CHECKMARK")
        for index, row in enumerate(window.findings[:_MOST]):
            box = layout.box()
            common.paragraph(box, context, row.text, _SEVERITY.get(row.severity, "INFO"), most=4, inset=2)
            common.hint(box, context, row.hint, most=3, inset=2)
            if row.objects:
                box.operator("rushes.finding_select", icon="RESTRICT_SELECT_OFF").index = index


CLASSES = (RUSHES_MT_collection_class, RUSHES_PT_blocks, RUSHES_PT_check)
