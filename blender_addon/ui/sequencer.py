"""Rushes in the Sequencer: the shot of the active strip and its takes."""

from __future__ import annotations

from typing import Any

from bpy.types import Panel

from .. import runtime
from ..host import edit_scene
from ..ops.common import owner_scene
from . import common

__all__ = ["CLASSES"]

_OVER = ("done", "failed", "cancelled")


class _SequencerSidebar:
    """A panel in the Sequencer's sidebar, tab Rushes; in the strips' view and in the preview alike."""

    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Rushes"


class RUSHES_PT_sequencer_shot(_SequencerSidebar, Panel):
    """The shot and its takes."""

    bl_idname = "RUSHES_PT_sequencer_shot"
    bl_label = "Shot"
    bl_order = 0

    def draw(self, context: Any) -> None:
        layout, window = self.layout, context.window_manager.rushes
        if runtime.session() is None:
            return
        strip = edit_scene.active_strip(context)
        picked = window.shots[window.shot_index] if 0 <= window.shot_index < len(window.shots) else None
        if strip is not None:
            shot = str(strip["rushes_shot"])
            layout.label(text=shot, icon="SEQUENCE")
            if strip.mute and "rushes_take" in strip:
                layout.operator("rushes.take_swap", icon="FILE_REFRESH")
            if picked is None or picked.name != shot:
                layout.operator("rushes.strip_pick", icon="EYEDROPPER")
                return
        elif picked is not None:
            layout.label(text=picked.name, icon="CAMERA_DATA")
        else:
            common.hint(layout, context, "Make a shot in the 3D View: bind a camera to a marker.")
            return
        _takes(layout, context, window)


def _takes(layout: Any, context: Any, window: Any) -> None:
    """The takes of the picked shot, and what can be done with the picked one."""
    if not len(window.takes):
        common.hint(layout, context, "No take of this shot yet. Generate Clip makes one.")
    else:
        layout.template_list("RUSHES_UL_takes", "sequencer", window, "takes", window, "take_index", rows=3)
        if 0 <= window.take_index < len(window.takes):
            take = window.takes[window.take_index]
            layout.row(align=True).prop(take, "rating", expand=True)
            column = layout.column(align=True)
            placing = column.operator("rushes.take_place", icon="SEQ_SEQUENCER")
            placing.take, placing.still = take.name, take.still
            column.operator("rushes.take_background", icon="CAMERA_DATA").take = take.name
    layout.operator(
        "rushes.generate_clip", text="Generate Another" if len(window.takes) else "Generate Clip", icon="ADD"
    )


class RUSHES_PT_sequencer_cut(_SequencerSidebar, Panel):
    """The whole cut."""

    bl_idname = "RUSHES_PT_sequencer_cut"
    bl_label = "Cut"
    bl_order = 10

    def draw(self, context: Any) -> None:
        scene, layout = owner_scene(context), self.layout
        if scene is None or runtime.session() is None:
            return
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.operator("rushes.takes_place_all", icon="SEQ_SEQUENCER")
        layout.operator("rushes.edit_open", icon="SCENE_DATA")
        common.way_back(layout, context)
        layout.prop(scene.rushes, "edit_scene", text="Edit")
        layout.prop(scene.rushes, "alternatives", text="Former")
        layout.prop(scene.rushes, "place", text="Auto Place")
        _progress(layout, context.window_manager.rushes.jobs)


def _progress(layout: Any, jobs: Any) -> None:
    """One line for the queue: what runs, and how many wait."""
    live = [j for j in jobs if j.state not in _OVER]
    if not live:
        return
    job = live[0]
    more = f" (+{len(live) - 1})" if len(live) > 1 else ""
    layout.separator()
    layout.progress(factor=job.progress, text=f"{job.stage}{more}")


CLASSES = (RUSHES_PT_sequencer_shot, RUSHES_PT_sequencer_cut)
