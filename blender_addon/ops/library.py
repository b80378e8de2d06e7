"""Presets and looks: use, save, share."""
# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty
from bpy.types import Operator

from .. import runtime
from ..host import briefs as host
from ..host import library, production, shots
from ..logic import presets
from ..logic.presets import Preset
from .common import guarded, owner_scene

__all__ = ["CLASSES", "start", "stop"]

_KINDS = (("brief", "Preset", "Part of a brief"), ("look", "Look", "Style and model"))
_WHERE = (
    ("own", "Mine", "In this user's library, for all productions"),
    ("production", "Production", "In the production's folder, for everyone who works on it"),
)
_kept: dict[str, list[tuple[str, str, str]]] = {}
"""Blender keeps no reference to dynamic items, so we do."""


def _items(name: str, found: tuple[Preset, ...]) -> list[tuple[str, str, str]]:
    items = [(p.key, p.name, ", ".join([*presets.summary(p), *p.tags])) for p in found]
    if _kept.get(name) != items:
        _kept[name] = items
    return _kept[name]


def _briefs(self: Any, context: Any) -> list[tuple[str, str, str]]:
    return _items("brief", library.shelf().of_kind("brief"))


def _looks(self: Any, context: Any) -> list[tuple[str, str, str]]:
    return _items("look", library.shelf().of_kind("look"))


def _saved(self: Any, context: Any) -> list[tuple[str, str, str]]:
    return _items("saved", tuple(p for p in library.shelf().presets if p.source != "shipped"))


class RUSHES_OT_preset_find(Operator):
    """Search the presets and put one into the brief"""

    bl_idname = "rushes.preset_find"
    bl_label = "Find Preset"
    bl_options = {"UNDO"}
    bl_property = "preset"

    preset: EnumProperty(name="Preset", items=_briefs, options={"SKIP_SAVE"})

    def invoke(self, context: Any, event: Any) -> set[str]:
        context.window_manager.invoke_search_popup(self)
        return {"FINISHED"}

    def execute(self, context: Any) -> set[str]:
        return _use(self, context, self.preset)


class RUSHES_OT_preset_apply(Operator):
    """Put this preset into the shot's brief"""

    bl_idname = "rushes.preset_apply"
    bl_label = "Use Preset"
    bl_options = {"UNDO"}

    key: StringProperty(options={"SKIP_SAVE"})

    @classmethod
    def description(cls, context: Any, properties: Any) -> str:
        """What the preset holds."""
        found = library.shelf().find(properties.key)
        return "\n".join(presets.summary(found)) if found is not None else str(cls.__doc__)

    def execute(self, context: Any) -> set[str]:
        return _use(self, context, self.key)


def _use(operator: Any, context: Any, key: str) -> set[str]:
    scene, shot, found = owner_scene(context), shots.picked(context), library.shelf().find(key)
    if shot is None or found is None:
        operator.report({"WARNING"}, "Pick a shot first." if found else "This preset is gone.")
        return {"CANCELLED"}
    library.apply_preset(scene, host.settings_to_write(scene, shot), found)
    return {"FINISHED"}


class RUSHES_OT_look_pick(Operator):
    """Search the looks and pick one"""

    bl_idname = "rushes.look_pick"
    bl_label = "Choose Look"
    bl_property = "look"

    look: EnumProperty(name="Look", items=_looks, options={"SKIP_SAVE"})

    def invoke(self, context: Any, event: Any) -> set[str]:
        context.window_manager.invoke_search_popup(self)
        return {"FINISHED"}

    def execute(self, context: Any) -> set[str]:
        context.window_manager.rushes.look = self.look
        return {"FINISHED"}


class RUSHES_OT_look_apply(Operator):
    """Use the picked look: its words in the brief, its model and settings in the scene"""

    bl_idname = "rushes.look_apply"
    bl_label = "Apply Look"
    bl_options = {"REGISTER", "UNDO"}

    everywhere: BoolProperty(name="All Shots", description="In the briefs of all shots", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: Any) -> bool:
        if library.shelf().find(context.window_manager.rushes.look) is None:
            cls.poll_message_set("Choose a look first")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        scene, look = owner_scene(context), library.shelf().find(context.window_manager.rushes.look)
        picked = shots.picked(context)
        wanted = shots.scene_shots(scene) if self.everywhere else (picked,) if picked is not None else ()
        if look is None or not wanted:
            self.report({"WARNING"}, "Pick a shot first.")
            return {"CANCELLED"}
        trouble = library.apply_look(scene, look)  # first the model: its words go into the briefs
        for shot in wanted:
            library.apply_preset(scene, host.settings_to_write(scene, shot), look)
        if trouble:
            self.report({"WARNING"}, trouble)
        return {"FINISHED"}


class RUSHES_OT_preset_save(Operator):
    """Save this shot's brief as a preset, or its style with the model's settings as a look"""

    bl_idname = "rushes.preset_save"
    bl_label = "Save to Library"

    kind: EnumProperty(items=_KINDS, options={"SKIP_SAVE", "HIDDEN"})
    name: StringProperty(name="Name", options={"SKIP_SAVE"})
    where: EnumProperty(name="Where", items=_WHERE, options={"SKIP_SAVE"})
    replaces: BoolProperty(name="Replace", description="Replace one of this name", options={"SKIP_SAVE"})

    def invoke(self, context: Any, event: Any) -> set[str]:
        title = "Save Look" if self.kind == "look" else "Save Brief as Preset"
        return context.window_manager.invoke_props_dialog(self, width=320, title=title, confirm_text="Save")

    def draw(self, context: Any) -> None:
        self.layout.prop(self, "name")
        row = self.layout.row()
        row.prop(self, "where", expand=True)
        self.layout.prop(self, "replaces")

    def execute(self, context: Any) -> set[str]:
        now, scene = runtime.session(), owner_scene(context)
        preset = _current(context, self.kind, self.name.strip())
        root = production.root_of(scene)
        if now is None or preset is None or (self.where == "production" and not root):
            why = "Make or choose a production first." if preset is not None else "Give it a name, and pick a shot."
            self.report({"WARNING"}, why)
            return {"CANCELLED"}
        folder, replaces = library.folder_of(self.where, root), self.replaces
        _write(now, preset, folder, replaces)
        return {"FINISHED"}


def _current(context: Any, kind: str, name: str) -> Preset | None:
    """The picked shot as a preset or a look; None without a name or a shot."""
    scene, shot = owner_scene(context), shots.picked(context)
    if not name or shot is None:
        return None
    if kind == "look":
        return library.look_of(scene, host.settings_to_write(scene, shot), name)
    return Preset(name, "brief", {}, dict(shots.brief_of(scene, shot).items()))


def _write(now: runtime.Session, preset: Preset, folder: Path, replaces: bool) -> None:
    def done(kept: Preset) -> None:
        now.known.tell(f"{kept.name} was saved to {folder}.")
        library.refresh(now)

    now.bridge.aside(lambda: presets.save_preset(preset, folder, replaces=replaces), done)


class RUSHES_OT_preset_delete(Operator):
    """Delete a saved preset or look; those that came with Rushes stay"""

    bl_idname = "rushes.preset_delete"
    bl_label = "Delete from Library"
    bl_property = "preset"

    preset: EnumProperty(name="Saved", items=_saved, options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: Any) -> bool:
        if not any(p.source != "shipped" for p in library.shelf().presets):
            cls.poll_message_set("Nothing was saved yet")
            return False
        return True

    def invoke(self, context: Any, event: Any) -> set[str]:
        return context.window_manager.invoke_props_dialog(self, width=320, confirm_text="Delete")

    def execute(self, context: Any) -> set[str]:
        now, found = runtime.session(), library.shelf().find(self.preset)
        if now is None or found is None:
            return {"CANCELLED"}
        now.bridge.aside(lambda: presets.delete_preset(found), lambda _: library.refresh(now))
        return {"FINISHED"}


class RUSHES_OT_preset_import(Operator):
    """Take a preset or look from a file into your library"""

    bl_idname = "rushes.preset_import"
    bl_label = "Import Preset"

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def invoke(self, context: Any, event: Any) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: _import(Path(bpy.path.abspath(self.filepath))))


def _import(path: Path) -> set[str]:
    now = runtime.session()
    if now is None:
        return {"CANCELLED"}
    _write(now, presets.read_preset(path), library.folder_of("own"), False)
    return {"FINISHED"}


class RUSHES_OT_preset_export(Operator):
    """Write this shot's brief, or the picked look, to a file for others"""

    bl_idname = "rushes.preset_export"
    bl_label = "Export Preset"

    kind: EnumProperty(items=_KINDS, options={"SKIP_SAVE", "HIDDEN"})
    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def invoke(self, context: Any, event: Any) -> set[str]:
        shot = shots.picked(context)
        name = shot.name if shot is not None else "brief"
        look = library.shelf().find(context.window_manager.rushes.look) if self.kind == "look" else None
        self.filepath = presets.file_name(look.name if look is not None else name, self.kind)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Any) -> set[str]:
        now, path = runtime.session(), Path(bpy.path.abspath(self.filepath))
        name = path.name.partition(".")[0]
        picked = library.shelf().find(context.window_manager.rushes.look) if self.kind == "look" else None
        found = replace(picked, name=name) if picked is not None else _current(context, self.kind, name)
        if now is None or found is None:
            self.report({"WARNING"}, "Give it a name, and pick a shot.")
            return {"CANCELLED"}
        _write(now, found, path.parent, True)
        return {"FINISHED"}


def start() -> None:
    """Read the library."""
    library.start()


def stop() -> None:
    """Let go of it."""
    library.stop()
    _kept.clear()


CLASSES = (
    RUSHES_OT_preset_find,
    RUSHES_OT_preset_apply,
    RUSHES_OT_look_pick,
    RUSHES_OT_look_apply,
    RUSHES_OT_preset_save,
    RUSHES_OT_preset_delete,
    RUSHES_OT_preset_import,
    RUSHES_OT_preset_export,
)
