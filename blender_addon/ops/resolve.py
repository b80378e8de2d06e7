"""Put Rushes into DaVinci Resolve's menu, and take it out again."""

from __future__ import annotations

from typing import Any

from bpy.types import Operator

from ..host import production, resolve_menu
from ..host.resolve_menu import start, stop
from .common import guarded, owner_scene

__all__ = ["CLASSES", "start", "stop"]


class RUSHES_OT_resolve_install(Operator):
    """Put Rushes into the Scripts menu of DaVinci Resolve on this machine, or repair it there"""

    bl_idname = "rushes.resolve_install"
    bl_label = "Add to Resolve's Menu"

    @classmethod
    def poll(cls, context: Any) -> bool:
        if resolve_menu.menu() is None:
            cls.poll_message_set("This add-on runs from its sources: run `rushes resolve install` there")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: _put(context))


def _put(context: Any) -> set[str]:
    found = resolve_menu.menu()
    if found is None:
        return {"CANCELLED"}
    scene = owner_scene(context)
    resolve_menu.put(found, production.root_of(scene) if scene is not None else "")
    return {"FINISHED"}


class RUSHES_OT_resolve_remove(Operator):
    """Take Rushes out of Resolve's menu. Takes, grades and notes stay"""

    bl_idname = "rushes.resolve_remove"
    bl_label = "Remove"

    @classmethod
    def poll(cls, context: Any) -> bool:
        found = resolve_menu.menu()
        return found is not None and bool(found.version)

    def execute(self, context: Any) -> set[str]:
        return guarded(self, _remove)


def _remove() -> set[str]:
    found = resolve_menu.menu()
    if found is None:
        return {"CANCELLED"}
    found.remove()
    return {"FINISHED"}


CLASSES = (RUSHES_OT_resolve_install, RUSHES_OT_resolve_remove)
