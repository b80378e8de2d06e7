"""Make a production, choose one, open its folder."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, StringProperty
from bpy.types import Operator

from rushes.contracts import ProductionState
from rushes.errors import InputError

from .. import runtime
from ..host import mirror, production, shots, undo
from ..logic import place
from .common import guarded, owner_scene

__all__ = ["CLASSES"]


class RUSHES_OT_production_new(Operator):
    """Make a production: the folder that holds this film's takes"""

    bl_idname = "rushes.production_new"
    bl_label = "New Production"
    bl_options = {"REGISTER"}

    directory: StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE"})  # pyright: ignore[reportInvalidTypeForm]

    def invoke(self, context: Any, event: Any) -> set[str]:
        parent = str(getattr(production.preferences(), "production_folder", "") or "")
        self.directory = place.default_folder(bpy.data.filepath, bpy.path.abspath(parent) if parent else "")
        return context.window_manager.invoke_props_dialog(self, width=480, title="New Production")

    def draw(self, context: Any) -> None:
        self.layout.label(text="Takes, passes and sheets of this film go there:")
        self.layout.prop(self, "directory", text="")

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: _make(self.directory, owner_scene(context)))


def _make(directory: str, scene: Any) -> set[str]:
    now = runtime.session()
    if now is None:
        return {"CANCELLED"}
    if not directory.strip():
        raise InputError("A production needs a folder.", code="production.path", hint="Choose one.")
    root = os.path.realpath(bpy.path.abspath(directory))
    name = scene.name
    rate, size = shots.scene_rate(scene), shots.scene_size(scene)
    title = os.path.basename(root.rstrip("/\\"))
    if place.production_id(Path(root)) is not None:  # there is one: use it
        production.adopt(scene, root, place.production_id(Path(root)) or "")
        undo.push("Choose Production")
        return {"FINISHED"}

    def done(state: ProductionState) -> None:
        found = bpy.data.scenes.get(name)
        if found is not None:
            production.adopt(found, state.info.root, state.info.id)
            undo.push("New Production")
            mirror.watch_picked(now, found)

    now.bridge.call(lambda client: client.create_production(root, title, rate, size), done)
    return {"FINISHED"}


class RUSHES_OT_production_choose(Operator):
    """Choose the folder of a production that is there already"""

    bl_idname = "rushes.production_choose"
    bl_label = "Choose Production"
    bl_options = {"REGISTER"}

    directory: StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE"})  # pyright: ignore[reportInvalidTypeForm]
    filter_folder: BoolProperty(default=True, options={"HIDDEN"})  # pyright: ignore[reportInvalidTypeForm]

    def invoke(self, context: Any, event: Any) -> set[str]:
        offered = str(getattr(production.preferences(), "production_folder", "") or "")
        near = bpy.path.abspath(offered) if offered else os.path.dirname(bpy.data.filepath)
        if near:
            self.directory = os.path.join(near, "")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: _choose(self.directory, owner_scene(context)))


def _choose(directory: str, scene: Any) -> set[str]:
    root = os.path.realpath(bpy.path.abspath(directory))
    inside = next((f for f in (Path(root), *list(Path(root).parents)[:3]) if place.production_id(f)), None)
    if inside is None:
        raise InputError(
            f"There is no production in {root}.",
            code="production.missing",
            hint="Choose the folder that holds production.json, or make a new production.",
        )
    production.adopt(scene, str(inside), place.production_id(inside) or "")
    undo.push("Choose Production")
    return {"FINISHED"}


class RUSHES_OT_production_match(Operator):
    """Give the scene the production's rate and size"""

    bl_idname = "rushes.production_match"
    bl_label = "Match Production"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        now = runtime.session()
        return now is not None and now.known.production is not None

    def execute(self, context: Any) -> set[str]:
        now, scene = runtime.session(), owner_scene(context)
        if now is None or now.known.production is None:
            return {"CANCELLED"}
        info, render = now.known.production.info, scene.render
        render.fps = max(1, math.ceil(info.rate))
        render.fps_base = float(render.fps / info.rate)
        render.resolution_x, render.resolution_y = info.size.width, info.size.height
        render.resolution_percentage = 100
        mirror.stale(["shots"])
        return {"FINISHED"}


class RUSHES_OT_production_reveal(Operator):
    """Open the production's folder"""

    bl_idname = "rushes.production_reveal"
    bl_label = "Open Folder"

    @classmethod
    def poll(cls, context: Any) -> bool:
        return bool(owner_scene(context).rushes.production)

    def execute(self, context: Any) -> set[str]:
        bpy.ops.wm.path_open(filepath=production.root_of(owner_scene(context)))
        return {"FINISHED"}


CLASSES = (
    RUSHES_OT_production_new,
    RUSHES_OT_production_choose,
    RUSHES_OT_production_match,
    RUSHES_OT_production_reveal,
)
