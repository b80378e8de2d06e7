"""What the takes reach of the set, and a camera for what they do not."""
# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import bpy
from bpy.props import BoolProperty
from bpy.types import Operator

from rushes.errors import InputError, RushesError
from rushes.projection.coverage import coverage_steps
from rushes.projection.coverage_view import coverage_shown, hide_coverage, show_coverage
from rushes.projection.suggest import SUGGESTED, place_camera, suggest_steps

from .. import runtime
from ..host import project, projection_more, shots, snapshot, takes
from ..logic import requests
from . import generate
from .common import guarded, owner_scene, ready

__all__ = ["CLASSES"]


def _projected(cls: Any, context: Any) -> bool:
    if not project.shown_takes(owner_scene(context)):
        cls.poll_message_set("Project a take first")
        return False
    return True


class _Stepped(Operator):
    """Work in slices with a progress number at the pointer; Esc ends it, and nothing has changed then."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        return _projected(cls, context)

    def steps(self, context: Any) -> Generator[float, None, Any]:
        """The work: gives 0 to 1."""
        raise NotImplementedError

    def done(self, context: Any, found: Any) -> set[str]:
        """Use its result."""
        raise NotImplementedError

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: self._at_once(context))

    def _at_once(self, context: Any) -> set[str]:
        work = self.steps(context)
        while True:
            try:
                next(work)
            except StopIteration as end:
                return self.done(context, end.value)

    def invoke(self, context: Any, event: Any) -> set[str]:
        if bpy.app.background:
            return self.execute(context)
        self._work = self.steps(context)
        manager = context.window_manager
        self._timer = manager.event_timer_add(0.01, window=context.window)
        manager.progress_begin(0, 100)
        manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: Any, event: Any) -> set[str]:
        if event.type == "ESC":
            return self._end(context, {"CANCELLED"})
        if event.type != "TIMER":
            return {"RUNNING_MODAL"}
        try:
            context.window_manager.progress_update(round(100 * next(self._work)))
        except StopIteration as end:
            found = end.value
            return self._end(context, guarded(self, lambda: self.done(context, found)))
        except RushesError as exc:
            error = exc
            return self._end(context, guarded(self, lambda: _again(error)))
        return {"RUNNING_MODAL"}

    def _end(self, context: Any, answer: set[str]) -> set[str]:
        self._work.close()
        context.window_manager.event_timer_remove(self._timer)
        context.window_manager.progress_end()
        return answer

    def cancel(self, context: Any) -> None:
        """Blender ends it, with a file that is opened for instance."""
        self._end(context, {"CANCELLED"})


def _again(error: RushesError) -> set[str]:
    raise error


class RUSHES_OT_coverage_measure(_Stepped):
    """How much of the selected objects, or of all that takes fall on, no take reaches, one does, several do"""

    bl_idname = "rushes.coverage_measure"
    bl_label = "Measure Coverage"

    def steps(self, context: Any) -> Generator[float, None, Any]:
        """A frame at a time."""
        return coverage_steps(owner_scene(context), _selected(context))

    def done(self, context: Any, found: Any) -> set[str]:
        """Into the panel."""
        projection_more.note_coverage(owner_scene(context), found)
        self.report({"INFO"}, f"Takes reach {found.covered:.0%} of {found.area:.0f} m²")
        return {"FINISHED"}


class RUSHES_OT_coverage_show(Operator):
    """Show on the set what the takes reach: green one take, blue several, red none; again shows the takes"""

    bl_idname = "rushes.coverage_show"
    bl_label = "Show Coverage"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        return _projected(cls, context)

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: self._switch(owner_scene(context)))

    def _switch(self, scene: Any) -> set[str]:
        if coverage_shown(scene):
            hide_coverage(scene)
        else:
            show_coverage(scene)
        return {"FINISHED"}


class RUSHES_OT_camera_suggest(_Stepped):
    """Make a camera that sees most of what no take reaches"""

    bl_idname = "rushes.camera_suggest"
    bl_label = "Suggest Camera"

    marker: BoolProperty(
        name="As a Shot", description="Bind it to a marker at the current frame, so that it is a shot", default=False
    )

    def steps(self, context: Any) -> Generator[float, None, Any]:
        """In slices."""
        return suggest_steps(owner_scene(context), _selected(context))

    def done(self, context: Any, found: Any) -> set[str]:
        """The camera, selected."""
        scene = owner_scene(context)
        camera = place_camera(scene, found, scene.frame_current if self.marker else None)
        for obj in context.selected_objects:
            obj.select_set(False)
        if camera.name in context.view_layer.objects:
            camera.select_set(True)
            context.view_layer.objects.active = camera
        self.report({"INFO"}, f"{camera.name} would add {found.gain:.0%} to the {found.covered:.0%} that takes reach")
        return {"FINISHED"}


class RUSHES_OT_shoot_suggested(Operator):
    """Make a take from the suggested camera, with seed, brief and frames of the take that is projected on top"""

    bl_idname = "rushes.shoot_suggested"
    bl_label = "Generate from It"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        if not ready(cls, context) or not _projected(cls, context):
            return False
        if _suggested(context) is None:
            cls.poll_message_set("Suggest a camera first")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: self._shoot(context))

    def _shoot(self, context: Any) -> set[str]:
        now, scene, camera = runtime.session(), owner_scene(context), _suggested(context)
        like = _like(context, scene)
        found = next((s for s in shots.scene_shots(scene) if camera is not None and s.camera == camera.name), None)
        if now is None or found is None:
            return {"CANCELLED"}
        settings = shots.ensure_settings(scene, found)
        frames = like.range or found.range
        plan = replace(snapshot.plan_of(now, scene, found), brief=like.brief, generator=like.generator)
        wanted = requests.shoot_requests(plan, (like.seed,), frames)
        generate.submit_takes(now, scene, settings, wanted, place=False)
        self.report({"INFO"}, f"A take like seed {like.seed} of {like.shot} is on its way; project it when it is there")
        return {"FINISHED"}


def _like(context: Any, scene: Any) -> Any:
    """The take to be like: the topmost projected one that is known, else the picked one."""
    now = runtime.session()
    known = [now.known.take(p.take) for p in project.shown_takes(scene)] if now is not None else []
    found = next((t for t in known if t is not None), None) or takes.picked_take(context)
    if found is None:
        raise InputError(
            "Which take should it be like?", code="suggest.take", hint="Pick the projected take in the panel Takes."
        )
    return found


def _suggested(context: Any) -> Any:
    """The selected camera that was suggested, else the newest one."""
    cameras = [o for o in owner_scene(context).objects if o.type == "CAMERA" and o.name.startswith(SUGGESTED)]
    chosen = [c for c in cameras if c == context.object]
    return (chosen or sorted(cameras, key=lambda c: c.name) or [None])[-1]


def _selected(context: Any) -> list[Any] | None:
    """Selected objects with surfaces; None for all that takes fall on."""
    found = [o for o in context.selected_objects if o.type in ("MESH", "CURVE", "SURFACE", "META", "FONT", "EMPTY")]
    return found or None


CLASSES = (
    RUSHES_OT_coverage_measure,
    RUSHES_OT_coverage_show,
    RUSHES_OT_camera_suggest,
    RUSHES_OT_shoot_suggested,
)
