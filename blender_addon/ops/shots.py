"""Shots: make one from the current view or camera, go to one."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import StringProperty
from bpy.types import Operator

from ..host import mirror, shots
from .common import owner_scene

__all__ = ["CLASSES"]


class RUSHES_OT_shot_add(Operator):
    """Add a shot at the current frame: a marker bound to the scene's camera"""

    bl_idname = "rushes.shot_add"
    bl_label = "Add Shot"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        scene = owner_scene(context)
        if scene is None or scene.camera is None:
            cls.poll_message_set("Set the scene's camera first")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        scene = owner_scene(context)
        names = {m.name for m in scene.timeline_markers}
        number = next(n for n in range(10, 100000, 10) if f"{n:03d}" not in names)
        marker = scene.timeline_markers.new(f"{number:03d}", frame=scene.frame_current)
        marker.camera = scene.camera
        mirror.stale(["shots"])
        return {"FINISHED"}


class RUSHES_OT_shot_go(Operator):
    """Go to the shot: its first frame, seen through its camera"""

    bl_idname = "rushes.shot_go"
    bl_label = "Go to Shot"
    bl_options = {"REGISTER", "UNDO"}

    shot: StringProperty(options={"SKIP_SAVE"})  # pyright: ignore[reportInvalidTypeForm]

    def execute(self, context: Any) -> set[str]:
        scene = owner_scene(context)
        found = next((s for s in shots.scene_shots(scene) if s.name == self.shot), None)
        if found is None:
            self.report({"WARNING"}, f"There is no shot {self.shot} any more.")
            return {"CANCELLED"}
        scene.camera = scene.objects.get(found.camera)
        scene.frame_set(found.first)
        for area in context.screen.areas if context.screen else ():
            if area.type == "VIEW_3D":
                area.spaces.active.region_3d.view_perspective = "CAMERA"
        return {"FINISHED"}


class RUSHES_OT_shot_brief(Operator):
    """Write a brief for this shot"""

    bl_idname = "rushes.shot_brief"
    bl_label = "Write Brief"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: Any) -> set[str]:
        found = shots.picked(context)
        if found is None:
            return {"CANCELLED"}
        shots.ensure_settings(owner_scene(context), found)
        bpy.context.window_manager.rushes.shot_index = context.window_manager.rushes.shot_index
        return {"FINISHED"}


CLASSES = (RUSHES_OT_shot_add, RUSHES_OT_shot_go, RUSHES_OT_shot_brief)
