"""Takes onto the timeline and behind the camera."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, FloatProperty, StringProperty
from bpy.types import Operator

from rushes.contracts import TakeRow
from rushes.errors import ProductionError, SceneError

from .. import compat, runtime
from ..host import arrivals, backgrounds, edit_scene, mirror, production, shots
from ..host.takes import picked_take
from ..logic.strips import best_take
from .common import guarded, owner_scene, ready

__all__ = ["CLASSES", "start", "stop"]


def _has_take(cls: Any, context: Any) -> bool:
    if picked_take(context) is None:
        cls.poll_message_set("Pick a take in the list first")
        return False
    return True


def _named(context: Any, take_id: str) -> TakeRow:
    """The take with this id, else the picked one. ProductionError `take.none`."""
    now = runtime.session()
    found = now.known.take(take_id) if now is not None and take_id else picked_take(context)
    if found is None:
        raise ProductionError("There is no such take in the list.", code="take.none", hint="Pick a take in the list.")
    return found


class RUSHES_OT_take_place(Operator):
    """Show this take at its shot in the edit scene's sequencer; the strip of the former take keeps its in and out"""

    bl_idname = "rushes.take_place"
    bl_label = "Place on Timeline"
    bl_options = {"REGISTER", "UNDO"}

    take: StringProperty(options={"SKIP_SAVE", "HIDDEN"})  # pyright: ignore[reportInvalidTypeForm]
    still: BoolProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Still", description="Place a still too, for the length of its shot", options={"SKIP_SAVE"}
    )

    @classmethod
    def poll(cls, context: Any) -> bool:
        return _has_take(cls, context)

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: self._place(context))

    def _place(self, context: Any) -> set[str]:
        for note in edit_scene.put(owner_scene(context), _named(context, self.take), self.still):
            self.report({"WARNING"}, note)
        return {"FINISHED"}


class RUSHES_OT_takes_place_all(Operator):
    """Show a take at every shot: the newest kept one, else the newest that is not rejected"""

    bl_idname = "rushes.takes_place_all"
    bl_label = "Place All Shots"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        return ready(cls, context)

    def execute(self, context: Any) -> set[str]:
        now, scene = runtime.session(), owner_scene(context)
        assert now is not None  # poll
        names = [n for s in shots.scene_shots(scene) for n in edit_scene.shot_of_take(scene, s.name)[1]]
        if not names:
            self.report({"WARNING"}, "The scene has no shots.")
            return {"CANCELLED"}
        owner = scene.name
        arrivals.fetch(now, production.root_of(scene), names, lambda takes: _place_all(owner, takes))
        return {"FINISHED"}


def _place_all(owner: str, takes: tuple[TakeRow, ...]) -> None:
    """For each shot its best take; a shot that cannot be placed does not keep the others from it."""
    now, scene = runtime.session(), bpy.data.scenes.get(owner)
    if now is None or scene is None:
        return
    placed = 0
    for shot in shots.scene_shots(scene):
        names = edit_scene.shot_of_take(scene, shot.name)[1]
        take = best_take(takes, names)
        if take is None:
            continue
        try:
            for note in edit_scene.put(scene, take):
                now.known.tell(note, level="WARNING")
            placed += 1
        except (SceneError, ProductionError) as exc:
            now.known.tell(exc)
    if placed:
        arrivals.push_undo("Place All Shots")
    now.known.tell(f"{placed} shots are on the timeline." if placed != 1 else "1 shot is on the timeline.")


class RUSHES_OT_take_swap(Operator):
    """Put the take of the active, muted strip in use; the one that was in use takes its place"""

    bl_idname = "rushes.take_swap"
    bl_label = "Use This Take"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        strip = edit_scene.active_strip(context)
        if strip is None or "rushes_take" not in strip or not strip.mute:
            cls.poll_message_set("Pick the muted strip of a former take first")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: self._swap(context))

    def _swap(self, context: Any) -> set[str]:
        edit, strip = compat.sequencer_scene(context), edit_scene.active_strip(context)
        if edit is None or strip is None:
            return {"CANCELLED"}
        scene = production.owner_of(edit) or edit
        for note in edit_scene.swap(scene, edit, strip.name):
            self.report({"WARNING"}, note)
        return {"FINISHED"}


class RUSHES_OT_strip_pick(Operator):
    """Show the shot of the active strip in the lists, and its take"""

    bl_idname = "rushes.strip_pick"
    bl_label = "Show Its Takes"

    def execute(self, context: Any) -> set[str]:
        strip, window = edit_scene.active_strip(context), context.window_manager.rushes
        return guarded(self, lambda: self._pick(context, strip, window))

    def _pick(self, context: Any, strip: Any, window: Any) -> set[str]:
        if strip is None:
            return {"CANCELLED"}
        found, _ = edit_scene.shot_of_take(owner_scene(context), strip["rushes_shot"])
        window.shot_index = next((i for i, row in enumerate(window.shots) if row.name == found.name), window.shot_index)
        wanted = strip.get("rushes_take", "")
        window.take_index = next((i for i, row in enumerate(window.takes) if row.name == wanted), 0)
        mirror.redraw()
        return {"FINISHED"}


class RUSHES_OT_take_background(Operator):
    """Show this take in the shot's camera, frame by frame with the scene, to match against"""

    bl_idname = "rushes.take_background"
    bl_label = "Camera Background"
    bl_options = {"REGISTER", "UNDO"}

    take: StringProperty(options={"SKIP_SAVE", "HIDDEN"})  # pyright: ignore[reportInvalidTypeForm]
    opacity: FloatProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="Opacity", description="How much of the take shows", subtype="FACTOR", min=0.0, max=1.0, default=0.5
    )
    front: BoolProperty(  # pyright: ignore[reportInvalidTypeForm]
        name="In Front", description="Over the scene's objects; else behind them", default=True
    )

    @classmethod
    def poll(cls, context: Any) -> bool:
        return _has_take(cls, context)

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: self._show(context))

    def _show(self, context: Any) -> set[str]:
        scene, take = owner_scene(context), _named(context, self.take)
        found, names = edit_scene.shot_of_take(scene, take.shot)
        camera = scene.objects[found.camera]
        backgrounds.show(scene, camera, take, names, self.opacity, self.front)
        mirror.redraw()
        return {"FINISHED"}


class RUSHES_OT_background_remove(Operator):
    """Take our pictures out of the shot's camera; your own background images stay"""

    bl_idname = "rushes.background_remove"
    bl_label = "Remove Background"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        camera = _camera(context)
        if camera is None or not backgrounds.of_shot(camera):
            cls.poll_message_set("The shot's camera has no take behind it")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        backgrounds.remove(_camera(context))
        mirror.redraw()
        return {"FINISHED"}


def _camera(context: Any) -> Any | None:
    """Of the picked shot, else the scene's."""
    scene, window = owner_scene(context), context.window_manager.rushes
    index = window.shot_index
    name = window.shots[index].camera if 0 <= index < len(window.shots) else ""
    found = scene.objects.get(name) or scene.camera
    return found if found is not None and found.type == "CAMERA" else None


class RUSHES_OT_edit_open(Operator):
    """Show the edit scene in a Sequencer: the workspace Video Editing when there is one, else this editor"""

    bl_idname = "rushes.edit_open"
    bl_label = "Open Edit"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        if context.window is None:
            cls.poll_message_set("Blender has no window")
            return False
        return owner_scene(context) is not None

    def execute(self, context: Any) -> set[str]:
        edit = edit_scene.ensure(owner_scene(context))
        workspace = bpy.data.workspaces.get("Video Editing")
        if workspace is not None:
            context.window.workspace = workspace
            compat.open_edit(context.window, workspace, edit)
            return {"FINISHED"}
        if context.area is None:
            self.report({"ERROR"}, "Open an editor first.")
            return {"CANCELLED"}
        context.area.type = "SEQUENCE_EDITOR"
        compat.open_edit(context.window, context.workspace, edit)
        return {"FINISHED"}


class RUSHES_OT_edit_leave(Operator):
    """Back from the edit scene to the 3D scene whose takes it cuts"""

    bl_idname = "rushes.edit_leave"
    bl_label = "Back to the 3D Scene"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        return context.window is not None and production.owner_of(context.window.scene) is not None

    def execute(self, context: Any) -> set[str]:
        context.window.scene = production.owner_of(context.window.scene)
        return {"FINISHED"}


def start() -> None:
    """Listen to takes that are done."""
    now = runtime.session()
    if now is not None:
        arrivals.start(now)


def stop() -> None:
    """Listen no more."""
    arrivals.stop(runtime.session())


CLASSES = (
    RUSHES_OT_take_place,
    RUSHES_OT_takes_place_all,
    RUSHES_OT_take_swap,
    RUSHES_OT_strip_pick,
    RUSHES_OT_take_background,
    RUSHES_OT_background_remove,
    RUSHES_OT_edit_open,
    RUSHES_OT_edit_leave,
)
