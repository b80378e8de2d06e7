"""Preferences: the engine, Blender for passes, the default folder of productions."""
# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty
from bpy.types import AddonPreferences

from . import runtime
from .logic.engine_choice import EngineChoice, choose
from .logic.engine_setup import devices_trouble

__all__ = ["CLASSES", "apply", "start"]


def _changed(self: Any, context: Any) -> None:
    apply(self)


def _blender_changed(self: Any, context: Any) -> None:
    from .host import engine_setup

    found = engine_setup.setup()
    if found is not None:
        found.wants_look = True  # for its version
    apply(self)


class RushesPreferences(AddonPreferences):
    """Kept by Blender with its own preferences."""

    bl_idname = __package__ or "rushes"

    where: EnumProperty(
        name="Engine",
        items=(
            ("LOCAL", "This Machine", "The engine is installed here and starts by itself"),
            ("REMOTE", "Another Machine", "An engine reached through a tunnel; it must see the same folders"),
        ),
        update=_changed,
    )
    python: StringProperty(
        name="Engine's Python",
        description="Leave empty to use the installed engine",
        subtype="FILE_PATH",
        update=_changed,
    )
    wheelhouse: StringProperty(
        name="Folder of Wheels",
        description="For a machine without internet: a folder with the wheels of everything the engine needs",
        subtype="DIR_PATH",
    )
    address: StringProperty(name="Address", description='As "127.0.0.1:8123"', update=_changed)
    token: StringProperty(name="Token", description="Of the remote engine", subtype="PASSWORD", update=_changed)
    blender: StringProperty(
        name="Blender for Passes",
        description="Leave empty to use this Blender",
        subtype="FILE_PATH",
        update=_blender_changed,
    )
    devices: StringProperty(
        name="GPUs", description='Which ones the engine uses, as "0,1"; empty: all', update=_changed
    )
    production_folder: StringProperty(
        name="Productions", description="Where new productions are offered", subtype="DIR_PATH"
    )
    free_memory: BoolProperty(
        name="Free GPU Memory While Rendering",
        description="When Blender renders, the engine starts nothing new and gives its GPU memory back",
        default=True,
    )

    def draw(self, context: Any) -> None:
        from .ui import preferences

        preferences.draw(self, self.layout, context)


def apply(found: Any) -> None:
    """Take over the engine part; a running session connects anew when it changed."""
    from .host.blender_program import passes_blender

    remote = found.where == "REMOTE"
    changed = choose(
        EngineChoice(
            remote=found.address.strip() if remote else "",
            token=found.token if remote else "",
            python=_path(found.python),
            blender=_path(found.blender) or ("" if remote else passes_blender()),
            devices="" if devices_trouble(found.devices) else found.devices.replace(" ", ""),
        )
    )
    now = runtime.session()
    if changed and now is not None and now.bridge.started:
        now.bridge.forget_client()


def _path(text: str) -> str:
    return bpy.path.abspath(text.strip()) if text.strip() else ""


def start() -> None:
    """Read the preferences when the add-on is enabled."""
    from .host.production import preferences

    found = preferences()
    if found is not None:
        apply(found)


CLASSES = (RushesPreferences,)
