"""Project a take, take it off again, order and light of projected takes."""
# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from typing import Any

from bpy.props import BoolProperty, IntProperty, StringProperty
from bpy.types import Operator

from rushes import projection

from .. import runtime
from ..host import project, takes
from .common import guarded, owner_scene

__all__ = ["CLASSES", "start", "stop"]


class RUSHES_OT_project_take(Operator):
    """Throw the picked take onto the selected objects, or onto all that render when none is selected"""

    bl_idname = "rushes.project_take"
    bl_label = "Project Take"
    bl_options = {"REGISTER"}

    show: BoolProperty(
        name="Show Materials", description="Change 3D Views from Solid to Material Preview", default=True
    )

    @classmethod
    def poll(cls, context: Any) -> bool:
        take = takes.picked_take(context)
        if take is None:
            cls.poll_message_set("Pick a take first (panel Takes)")
            return False
        if "recipe" in take.missing:
            cls.poll_message_set("Its recipe is gone from disk, and with it the camera")
            return False
        if project.waiting(take.id):
            cls.poll_message_set("It is on its way: see the queue")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: self._ask(context))

    def _ask(self, context: Any) -> set[str]:
        now, take, scene = runtime.session(), takes.picked_take(context), owner_scene(context)
        if now is None or take is None:
            return {"CANCELLED"}
        chosen = [o for o in context.selected_objects if o.name in scene.objects and o.type not in _NO_SURFACE]
        project.ask(now, scene, take, chosen or None, self.show)
        return {"FINISHED"}


_NO_SURFACE = ("CAMERA", "LIGHT", "SPEAKER", "ARMATURE", "LATTICE", "LIGHT_PROBE")


class _OfProjected(Operator):
    """Something that is done with a projected take."""

    bl_options = {"REGISTER", "UNDO"}

    take: StringProperty(options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: Any) -> bool:
        if not project.shown_takes(owner_scene(context)):
            cls.poll_message_set("No take is projected in this scene")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        scene = owner_scene(context)
        return guarded(self, lambda: self.work(context, scene))

    def work(self, context: Any, scene: Any) -> set[str]:
        """Do it."""
        raise NotImplementedError


class RUSHES_OT_projection_remove(_OfProjected):
    """Take the take off the blocks; their own materials are as before. The take itself stays"""

    bl_idname = "rushes.projection_remove"
    bl_label = "Remove Projection"

    def work(self, context: Any, scene: Any) -> set[str]:
        """This take, or all when none is named."""
        gone = projection.remove(scene, self.take or None)
        return {"FINISHED"} if gone else {"CANCELLED"}


class RUSHES_OT_projection_remove_all(_OfProjected):
    """Take all takes off the blocks; their own materials are as before. The takes themselves stay"""

    bl_idname = "rushes.projection_remove_all"
    bl_label = "Remove All"

    def invoke(self, context: Any, event: Any) -> set[str]:
        return context.window_manager.invoke_confirm(self, event)

    def work(self, context: Any, scene: Any) -> set[str]:
        """All."""
        projection.remove(scene)
        return {"FINISHED"}


class RUSHES_OT_projection_move(_OfProjected):
    """Change the order of projected takes"""

    bl_idname = "rushes.projection_move"
    bl_label = "Move Projection"

    steps: IntProperty(default=1, options={"SKIP_SAVE"})

    def work(self, context: Any, scene: Any) -> set[str]:
        """Up or down."""
        projection.move(scene, self.take, self.steps)
        return {"FINISHED"}


class RUSHES_OT_projection_lit(_OfProjected):
    """Lit by the scene's lamps, without the shot's own light where that was found; else shown as it was generated"""

    bl_idname = "rushes.projection_lit"
    bl_label = "Lit by the Scene"

    def work(self, context: Any, scene: Any) -> set[str]:
        """Change over."""
        found = {p.take: p for p in project.shown_takes(scene)}.get(self.take)
        projection.set_lit(scene, self.take, found is None or not found.lit)
        return {"FINISHED"}


class RUSHES_OT_projection_over(_OfProjected):
    """Cover the takes below, or blend with them by how well each camera saw the place"""

    bl_idname = "rushes.projection_over"
    bl_label = "Cover Those Below"

    def work(self, context: Any, scene: Any) -> set[str]:
        """Change over."""
        found = {p.take: p for p in project.shown_takes(scene)}.get(self.take)
        projection.set_over(scene, self.take, found is None or not found.over)
        return {"FINISHED"}


class RUSHES_OT_projection_objects(_OfProjected):
    """Select the objects that the take falls on"""

    bl_idname = "rushes.projection_objects"
    bl_label = "Select Its Objects"

    def work(self, context: Any, scene: Any) -> set[str]:
        """Select them and nothing else."""
        for obj in context.view_layer.objects:
            obj.select_set(False)
        for obj in projection.objects_of(scene, self.take):
            if obj.name in context.view_layer.objects:
                obj.select_set(True)
        return {"FINISHED"}


class RUSHES_OT_projection_view(Operator):
    """View transform Standard, no look, exposure 0, gamma 1: takes look as they were generated"""

    bl_idname = "rushes.projection_view"
    bl_label = "Set View Transform to Standard"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: Any) -> set[str]:
        projection.use_standard_view(owner_scene(context))
        return {"FINISHED"}


def start() -> None:
    """Listen to projectors that are ready."""
    now = runtime.session()
    if now is not None:
        project.start(now)


def stop() -> None:
    """Listen no more."""
    project.stop(runtime.session())


CLASSES = (
    RUSHES_OT_project_take,
    RUSHES_OT_projection_remove,
    RUSHES_OT_projection_remove_all,
    RUSHES_OT_projection_move,
    RUSHES_OT_projection_lit,
    RUSHES_OT_projection_over,
    RUSHES_OT_projection_objects,
    RUSHES_OT_projection_view,
)
