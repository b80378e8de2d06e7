"""Below the panel Projection: what the takes reach, and their bake."""

from __future__ import annotations

from typing import Any

from bpy.types import Panel

from rushes.projection.baked import baked
from rushes.projection.coverage_view import coverage_shown

from ..host import project, projection_more
from ..ops.common import owner_scene
from . import common
from .common import Sidebar

__all__ = ["CLASSES"]

_LISTED = 5


class RUSHES_PT_coverage(Sidebar, Panel):
    """Which surfaces the takes reach."""

    bl_idname = "RUSHES_PT_coverage"
    bl_label = "Coverage"
    bl_parent_id = "RUSHES_PT_projection"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        return bool(project.shown_takes(owner_scene(context)))

    def draw(self, context: Any) -> None:
        layout, scene = self.layout, owner_scene(context)
        shown = coverage_shown(scene)
        text = "Show Takes" if shown else "Show Coverage"
        layout.operator("rushes.coverage_show", text=text, icon="HIDE_OFF", depress=shown)
        if shown:
            common.hint(layout, context, "Green: one take. Blue: several. Red: none.")
        layout.operator("rushes.coverage_measure", text="Measure", icon="DRIVER_DISTANCE")
        found = projection_more.measured(scene)
        if found is not None:
            _figures(layout, found)
        column = layout.column(align=True)
        column.operator("rushes.camera_suggest", icon="OUTLINER_OB_CAMERA").marker = False
        column.operator("rushes.shoot_suggested", icon="RENDER_ANIMATION")


def _figures(layout: Any, found: Any) -> None:
    box = layout.box().column(align=True)
    _line(box, f"All, {found.area:.0f} m²", found.none, found.more)
    for part in found.objects[:_LISTED]:
        if part.none > 0.005:
            _line(box, part.name, part.none, part.more)
    row = box.row()
    row.active = False
    row.label(text=f"Mean of {len(found.frames)} frames, least covered first")


def _line(layout: Any, name: str, none: float, more: float) -> None:
    split = layout.split(factor=0.5)
    split.label(text=name)
    split.label(text=f"{1.0 - none:.0%} seen, {more:.0%} twice")


class RUSHES_PT_bake(Sidebar, Panel):
    """Takes frozen into textures."""

    bl_idname = "RUSHES_PT_bake"
    bl_label = "Bake"
    bl_parent_id = "RUSHES_PT_projection"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: Any) -> None:
        layout, scene = self.layout, owner_scene(context)
        settings = scene.rushes
        layout.operator("rushes.bake_takes", icon="RENDER_STILL")
        if projection_more.waiting(scene):
            common.hint(layout, context, "Under way: see the queue")
        if not settings.bake:
            common.hint(layout, context, "Freezes the takes into textures, for renders elsewhere and for painting on.")
            return
        if not settings.bake_filled:
            layout.operator("rushes.bake_fill", icon="BRUSH_DATA")
        row = layout.row(align=True)
        if settings.bake_filled:
            row.operator("rushes.bake_use", text="Use, Filled", icon="TEXTURE").filled = True
            row.operator("rushes.bake_use", text="With Gaps").filled = False
        else:
            row.operator("rushes.bake_use", icon="TEXTURE").filled = False
        if baked(scene):
            layout.operator("rushes.bake_drop", icon="LOOP_BACK")


CLASSES = (RUSHES_PT_coverage, RUSHES_PT_bake)
