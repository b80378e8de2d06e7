"""Takes on the blocks: which, how strong, in what order, lit by what."""

from __future__ import annotations

from typing import Any

from bpy.types import Panel

from rushes import projection

from .. import runtime
from ..host import project, takes
from ..logic.rows import take_label
from ..ops.common import owner_scene
from . import common
from .common import Sidebar

__all__ = ["CLASSES"]


class RUSHES_PT_projection(Sidebar, Panel):
    """The picked take onto blocks, and those that are on them."""

    bl_idname = "RUSHES_PT_projection"
    bl_label = "Projection"
    bl_order = 65
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        scene = owner_scene(context)
        if scene is None or runtime.session() is None:
            return
        shown = project.shown_takes(scene)
        _ask(self.layout, context, scene)
        for place, found in enumerate(shown):
            _take(self.layout, found, place, len(shown))
        if shown:
            _below(self.layout, context, scene, len(shown))


def _ask(layout: Any, context: Any, scene: Any) -> None:
    column = layout.column(align=True)
    count = len(context.selected_objects)
    column.operator("rushes.project_take", icon="MOD_UVPROJECT")
    row = column.row(align=True)
    row.prop(scene.rushes, "project_lit", toggle=True)
    row.prop(scene.rushes, "project_hold", toggle=True)
    if takes.picked_take(context) is None:
        common.hint(layout, context, "Pick a take in the panel Takes; it is thrown onto the blocks by its own camera.")
    else:
        common.hint(layout, context, f"Onto {count} selected objects" if count else "Onto all that renders")


def _take(layout: Any, found: projection.Projected, place: int, count: int) -> None:
    box = layout.box()
    row = box.row(align=True)
    row.label(text=_name(found), icon="CAMERA_DATA")
    for steps, icon, possible in ((-1, "TRIA_UP", place > 0), (1, "TRIA_DOWN", place < count - 1)):
        arrow = row.row(align=True)
        arrow.enabled = possible
        button = arrow.operator("rushes.projection_move", text="", icon=icon)
        button.take, button.steps = found.take, steps
    row.operator("rushes.projection_objects", text="", icon="RESTRICT_SELECT_OFF").take = found.take
    row.operator("rushes.projection_remove", text="", icon="X").take = found.take
    slider = found.group.nodes.get("Strength")
    if slider is not None:
        box.prop(slider.inputs[0], "default_value", text="Strength", slider=True)
    row = box.row(align=True)
    row.operator("rushes.projection_lit", text="Lit", depress=found.lit, icon="LIGHT").take = found.take
    over = row.row(align=True)
    over.enabled = place < count - 1
    over.operator("rushes.projection_over", text="Covers", depress=found.over, icon="MOD_OPACITY").take = found.take
    if found.lit and not found.has_albedo:
        row = box.row()
        row.active = False
        row.label(text="Its own light is still in it", icon="INFO")


def _name(found: projection.Projected) -> str:
    now = runtime.session()
    take = now.known.take(found.take) if now is not None else None
    return f"{found.shot}  {take_label(take)}" if take is not None else f"{found.shot}  {found.take[-6:]}"


def _below(layout: Any, context: Any, scene: Any, count: int) -> None:
    note = projection.colour_note(scene)
    if note:
        common.paragraph(layout, context, note, "ERROR", most=4)
        layout.operator("rushes.projection_view", text="Set to Standard", icon="COLOR")
    layout.prop(scene.rushes, "keep_set")
    if count > 1:
        layout.operator("rushes.projection_remove_all", icon="X")


CLASSES = (RUSHES_PT_projection,)
