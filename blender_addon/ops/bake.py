"""Projected takes into textures, their gaps filled; textures in place of projecting, and back."""
# pyright: reportInvalidTypeForm=false

from __future__ import annotations

import os
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty
from bpy.types import Operator

from rushes.contracts import FrameRange
from rushes.projection import objects_of
from rushes.projection.baked import baked, drop_bake, use_bake

from .. import runtime
from ..host import project, projection_more
from .common import guarded, owner_scene, ready

__all__ = ["CLASSES", "start", "stop"]


class RUSHES_OT_bake_takes(Operator):
    """Freeze the projected takes into textures of their objects: of the selected ones, or of all. Blender stays free"""

    bl_idname = "rushes.bake_takes"
    bl_label = "Bake Takes"
    bl_options = {"REGISTER"}

    frames: EnumProperty(
        name="Frames",
        items=(
            ("ALL", "All Frames", "Every frame that the takes show, as an image sequence"),
            ("STILL", "This Frame", "The current frame, as a still"),
        ),
    )
    size: EnumProperty(
        name="Texture",
        description="Side of each object's texture, pixels",
        items=tuple((str(s), f"{s} px", "") for s in (512, 1024, 2048, 4096)),
        default="1024",
    )
    fill: BoolProperty(name="Fill Gaps", description="Then fill what no take reaches", default=True)
    device: EnumProperty(
        name="On",
        items=(("cpu", "Processor", ""), ("gpu", "GPU", "Where Cycles can use one; else the processor")),
    )

    @classmethod
    def poll(cls, context: Any) -> bool:
        if not ready(cls, context):
            return False
        scene = owner_scene(context)
        if not project.shown_takes(scene):
            cls.poll_message_set("Project a take first")
            return False
        if projection_more.waiting(scene):
            cls.poll_message_set("A bake is under way: see the queue")
            return False
        return True

    def invoke(self, context: Any, event: Any) -> set[str]:
        return context.window_manager.invoke_props_dialog(self)

    def draw(self, context: Any) -> None:
        layout = self.layout
        layout.use_property_split = True
        for name in ("frames", "size", "fill", "device"):
            layout.prop(self, name)

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: self._ask(context))

    def _ask(self, context: Any) -> set[str]:
        now, scene = runtime.session(), owner_scene(context)
        if now is None:
            return {"CANCELLED"}
        fallen = {o for p in project.shown_takes(scene) for o in objects_of(scene, p.take)}
        names = tuple(sorted(o.name for o in context.selected_objects if o in fallen))
        frame = scene.frame_current
        span = FrameRange(frame, frame) if self.frames == "STILL" else None
        projection_more.ask_bake(now, scene, names, span, int(self.size), self.device, self.fill)
        return {"FINISHED"}


class RUSHES_OT_bake_fill(Operator):
    """Fill what no take reaches, in the textures of the bake"""

    bl_idname = "rushes.bake_fill"
    bl_label = "Fill Gaps"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        return ready(cls, context) and _has_bake(cls, context) and not projection_more.waiting(owner_scene(context))

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: self._ask(context))

    def _ask(self, context: Any) -> set[str]:
        now = runtime.session()
        if now is None:
            return {"CANCELLED"}
        projection_more.ask_fill(now, owner_scene(context))
        return {"FINISHED"}


class RUSHES_OT_bake_use(Operator):
    """Show the bake's textures in place of projecting; materials can be put back as they were"""

    bl_idname = "rushes.bake_use"
    bl_label = "Use Bake"
    bl_options = {"REGISTER", "UNDO"}

    filled: BoolProperty(name="Filled", description="The textures without gaps", default=True)

    @classmethod
    def poll(cls, context: Any) -> bool:
        return _has_bake(cls, context)

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: self._use(owner_scene(context)))

    def _use(self, scene: Any) -> set[str]:
        folder = bpy.path.abspath(scene.rushes.bake)
        report = use_bake(scene, os.path.normpath(folder), filled=self.filled and scene.rushes.bake_filled)
        now = runtime.session()
        if now is not None:
            for text in report.left_out:
                now.known.tell(text, level="WARNING")
        self.report({"INFO"}, f"{report.objects} objects show the bake")
        return {"FINISHED"} if report.objects else {"CANCELLED"}


class RUSHES_OT_bake_drop(Operator):
    """Put materials and UV maps back as they were before the bake was used; its textures stay on disk"""

    bl_idname = "rushes.bake_drop"
    bl_label = "Back to Projection"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        if not baked(owner_scene(context)):
            cls.poll_message_set("No bake is shown in this scene")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        drop_bake(owner_scene(context))
        return {"FINISHED"}


def _has_bake(cls: Any, context: Any) -> bool:
    if not owner_scene(context).rushes.bake:
        cls.poll_message_set("Bake the takes first")
        return False
    return True


def start() -> None:
    """Listen to bakes that are ready."""
    now = runtime.session()
    if now is not None:
        projection_more.start(now)


def stop() -> None:
    """Listen no more."""
    projection_more.stop(runtime.session())


CLASSES = (RUSHES_OT_bake_takes, RUSHES_OT_bake_fill, RUSHES_OT_bake_use, RUSHES_OT_bake_drop)
