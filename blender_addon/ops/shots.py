"""Shots: make one, go to one, generate all that are due."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import StringProperty
from bpy.types import Operator

from .. import runtime
from ..host import mirror, shots, snapshot
from ..logic import requests
from .common import guarded, owner_scene, ready
from .generate import submit_takes

__all__ = ["CLASSES", "due"]


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
        if any(m.camera is not None and m.frame == scene.frame_current for m in scene.timeline_markers):
            self.report({"WARNING"}, "A shot begins at this frame already: go to another frame first.")
            return {"CANCELLED"}
        names = {m.name for m in scene.timeline_markers}
        number = next(n for n in range(10, 100000, 10) if f"{n:03d}" not in names)
        marker = scene.timeline_markers.new(f"{number:03d}", frame=scene.frame_current)
        marker.camera = scene.camera
        mirror.stale(["shots"])
        _pick(context, scene, marker.name)
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
        _pick(context, scene, found.name)
        scene.camera = scene.objects.get(found.camera)
        scene.frame_set(found.first)
        for area in context.screen.areas if context.screen else ():
            if area.type == "VIEW_3D":
                area.spaces.active.region_3d.view_perspective = "CAMERA"
        return {"FINISHED"}


def _pick(context: Any, scene: Any, name: str) -> None:
    """Make this the picked line of the list; the list itself follows with the next tick."""
    index = next((i for i, s in enumerate(shots.scene_shots(scene)) if s.name == name), -1)
    window = context.window_manager.rushes
    if index >= 0 and window.shot_index != index:
        window.shot_index = index


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


class RUSHES_OT_generate_due(Operator):
    """A take of every shot that has none, or that has changed since its take"""

    bl_idname = "rushes.generate_due"
    bl_label = "Generate Missing and Stale"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        if not ready(cls, context, shot=True):
            return False
        if not due(context.window_manager.rushes.shots):
            cls.poll_message_set("Every shot has a take that is up to date, or one on its way")
            return False
        return True

    def invoke(self, context: Any, event: Any) -> set[str]:
        rows = due(context.window_manager.rushes.shots)
        missing = sum(1 for r in rows if r.badge == "none")
        plural = "s" if len(rows) != 1 else ""
        return context.window_manager.invoke_confirm(
            self,
            event,
            title=f"Generate {len(rows)} take{plural}?",
            message=f"{missing} without a take, {len(rows) - missing} changed since. They wait in the queue.",
            confirm_text="Generate",
        )

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: _generate_due(context))


def due(rows: Any) -> list[Any]:
    """Lines of the shots that want a take: of markers, or the first camera's when there is no marker."""
    marked = [r for r in rows if r.marker] or list(rows)[:1]
    return [r for r in marked if r.badge in ("none", "stale")]


def _generate_due(context: Any) -> set[str]:
    now, scene = runtime.session(), owner_scene(context)
    if now is None:
        return {"CANCELLED"}
    names = {r.name for r in due(context.window_manager.rushes.shots)}
    wanted = [s for s in shots.scene_shots(scene) if s.name in names]
    for shot in wanted:  # before the scene is copied, so that one copy serves them all
        shots.ensure_settings(scene, shot)
    for shot in wanted:
        settings = shots.ensure_settings(scene, shot)
        plan = snapshot.plan_of(now, scene, shot)
        chosen = requests.seeds(settings.seed, 1, settings.lock_seed)
        submit_takes(now, scene, settings, requests.shoot_requests(plan, chosen), place=scene.rushes.place)
    return {"FINISHED"}


CLASSES = (RUSHES_OT_shot_add, RUSHES_OT_shot_go, RUSHES_OT_shot_brief, RUSHES_OT_generate_due)
