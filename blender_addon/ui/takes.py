"""Takes of the shot that is picked: watched, judged, compared."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.types import Menu, Panel, UIList

from rushes.contracts import TakeRow

from .. import runtime
from ..host import asked, images, takes
from ..logic import compare
from ..logic.rows import take_label
from . import common
from .common import Sidebar

__all__ = ["CLASSES", "draw_list", "draw_rating", "has_operator"]


class RUSHES_UL_takes(UIList):
    """The takes, the newest first."""

    bl_idname = "RUSHES_UL_takes"

    def draw_item(
        self, context: Any, layout: Any, data: Any, item: Any, icon: int, active: Any, property_: str, *rest: Any
    ) -> None:
        now = runtime.session()
        take = now.known.take(item.name) if now is not None else None
        row = layout.row(align=True)
        picture = images.thumbnail(take.poster) if take is not None and "poster" not in take.missing else 0
        text = row.row(align=True)
        text.active = item.rating != "rejected"
        if picture:
            text.label(text=item.label, icon_value=picture)
        else:
            text.label(text=item.label, icon="IMAGE_DATA" if item.still else "FILE_MOVIE")
        marks = row.row(align=True)
        marks.alignment = "RIGHT"
        if item.used:
            marks.label(text="", icon="SEQ_SEQUENCER")
        if item.stale:
            marks.label(text="", icon="FILE_REFRESH")
        if item.missing:
            marks.label(text="", icon="ERROR")
        draw_rating(row, item)

    def filter_items(self, context: Any, data: Any, name: str) -> tuple[list[int], list[int]]:
        rows = getattr(data, name)
        if not self.filter_name:
            return [], []
        wanted = self.filter_name.casefold()
        shown = self.bitflag_filter_item
        return [shown if wanted in f"{r.label} {r.notes} {r.rating}".casefold() else 0 for r in rows], []


class RUSHES_MT_take(Menu):
    """What else can be done with the take."""

    bl_idname = "RUSHES_MT_take"
    bl_label = "Take"

    def draw(self, context: Any) -> None:
        layout = self.layout
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator("rushes.take_replay", icon="FILE_REFRESH")
        layout.operator("rushes.take_texture", icon="TEXTURE")
        layout.operator("rushes.take_keep_only", icon="CHECKMARK")
        layout.separator()
        layout.operator("rushes.take_reveal", icon="FILE_FOLDER")
        layout.operator("rushes.take_trash", icon="TRASH")
        layout.operator("rushes.take_restore", icon="RECOVER_LAST")


class RUSHES_PT_takes(Sidebar, Panel):
    """Takes of the shot."""

    bl_idname = "RUSHES_PT_takes"
    bl_label = "Takes"
    bl_order = 60

    def draw(self, context: Any) -> None:
        layout, window = self.layout, context.window_manager.rushes
        take = takes.picked_take(context)
        if not len(window.takes):
            row = layout.row()
            row.active = False
            now = runtime.session()
            hidden = now is not None and bool(now.known.takes)
            row.label(text="All takes are rejected" if hidden else "No take yet: generate one")
            if hidden:
                layout.prop(window, "show_rejected", text="Show Rejected")
            _restore(layout)
            return
        draw_list(layout, window)
        if take is None or not 0 <= window.take_index < len(window.takes):
            return
        row = window.takes[window.take_index]
        _picture(layout, context, take)
        _judge(layout, row)
        _place(layout, take)
        _trouble(layout, context, row, take)
        _restore(layout)


class RUSHES_PT_take_about(Sidebar, Panel):
    """What is known of the take."""

    bl_idname = "RUSHES_PT_take_about"
    bl_label = "About This Take"
    bl_parent_id = "RUSHES_PT_takes"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        return takes.picked_take(context) is not None

    def draw(self, context: Any) -> None:
        layout, take = self.layout, takes.picked_take(context)
        if take is None:
            return
        row = layout.row(align=True)
        row.operator("rushes.take_seed", text=f"Use Seed {take.seed}")
        row.operator("rushes.take_brief")
        for what, text in compare.take_facts(take).items():
            if text and what not in ("Seed", "Rating"):
                _fact(layout, context, what, text)
        for message in take.messages:
            common.paragraph(layout, context, message, "INFO", most=3)


class RUSHES_PT_take_compare(Sidebar, Panel):
    """Two takes side by side."""

    bl_idname = "RUSHES_PT_take_compare"
    bl_label = "Compare"
    bl_parent_id = "RUSHES_PT_takes"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        return takes.picked_take(context) is not None

    def draw(self, context: Any) -> None:
        layout, second, now = self.layout, takes.picked_take(context), runtime.session()
        first = now.known.take(context.window_manager.rushes.compare) if now is not None else None
        if second is None:
            return
        if first is None:
            layout.operator("rushes.take_compare", text="Mark This Take", icon="BOOKMARKS").take = second.id
            return
        bar = layout.row(align=True)
        bar.label(text=f"With {take_label(first)}")
        bar.operator("rushes.take_compare", text="", icon="X").take = ""
        if first.id == second.id:
            row = layout.row()
            row.active = False
            row.label(text="Now pick another take")
            return
        pair = layout.row(align=True)
        for take in (first, second):
            common.picture(pair.column(), context, images.thumbnail(take.poster), share=0.5)
        found = compare.differences(first, second, (asked.recipe_of(first.id), asked.recipe_of(second.id)))
        table = layout.column(align=True)
        for line in found:
            cells = table.split(factor=0.3)
            cells.label(text=line.what)
            rest = cells.split(factor=0.5)
            rest.label(text=line.first)
            rest.label(text=line.second)
        if not found:
            layout.label(text="They differ in nothing that is known")


def draw_list(layout: Any, window: Any, rows: int = 4) -> None:
    """The list of takes with its switch for rejected ones."""
    layout.template_list("RUSHES_UL_takes", "", window, "takes", window, "take_index", rows=rows)
    layout.prop(window, "show_rejected", text="Show Rejected")


def draw_rating(layout: Any, row: Any) -> None:
    """Undecided, kept, rejected as three icons."""
    layout.row(align=True).prop(row, "rating", expand=True, icon_only=True)


def has_operator(name: str) -> bool:
    """Whether another part of the add-on has brought this operator."""
    module, _, function = name.partition(".")
    return hasattr(bpy.types, f"{module.upper()}_OT_{function}")


def _picture(layout: Any, context: Any, take: TakeRow) -> None:
    icon = images.thumbnail(take.poster) if "poster" not in take.missing else 0
    common.picture(layout, context, icon, share=0.9)
    bar = layout.row(align=True)
    bar.operator("rushes.take_play", icon="PLAY", text="Play" if take.frame_count > 1 else "View")
    bar.operator("rushes.take_compare", icon="BOOKMARKS", text="Mark").take = take.id
    bar.menu("RUSHES_MT_take", text="", icon="DOWNARROW_HLT")


def _judge(layout: Any, row: Any) -> None:
    layout.row(align=True).prop(row, "rating", expand=True)
    layout.prop(row, "notes", text="", icon="GREASEPENCIL")


def _place(layout: Any, take: TakeRow) -> None:
    column = layout.column(align=True)
    column.enabled = not ("clip" in take.missing and (take.pictures is None or "pictures" in take.missing))
    if has_operator("rushes.take_place"):
        column.operator("rushes.take_place", text="Place on Timeline", icon="SEQ_SEQUENCER")
    if has_operator("rushes.take_background"):
        column.operator("rushes.take_background", text="Camera Background", icon="CAMERA_DATA")


def _trouble(layout: Any, context: Any, row: Any, take: TakeRow) -> None:
    if row.missing:
        common.paragraph(layout, context, f"Gone from disk: {row.missing}.", "ERROR", alert=True)
    if row.stale:
        common.paragraph(layout, context, f"Changed since: {row.stale}.", "FILE_REFRESH")
    steady = compare.steadiness(take.warp_error, take.frame_count)
    if steady and steady != "Not measured":
        layout.label(text=steady)


def _restore(layout: Any) -> None:
    found = takes.last_trashed()
    if found is not None:
        layout.operator("rushes.take_restore", text="Restore from Trash", icon="RECOVER_LAST")


def _fact(layout: Any, context: Any, what: str, text: str) -> None:
    """A name and a value; a long one goes below its name."""
    short = len(text) <= common.columns(context) * 0.55
    split = layout.split(factor=0.36) if short else layout.column(align=True)
    name = split.row()
    name.active = False
    name.label(text=what)
    if short:
        split.label(text=text)
    else:
        common.paragraph(split, context, text, most=4)


CLASSES = (RUSHES_UL_takes, RUSHES_MT_take, RUSHES_PT_takes, RUSHES_PT_take_about, RUSHES_PT_take_compare)
