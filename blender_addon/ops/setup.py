"""Set up the engine from Blender: install, update, repair, remove, test."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, StringProperty
from bpy.types import Operator

from rushes.errors import RushesError

from .. import runtime
from ..host import engine_setup, production
from ..host.engine_setup import start, stop
from ..logic.engine_setup import EngineSetup
from .common import guarded

__all__ = ["CLASSES", "start", "stop"]

_PACKAGE = (__package__ or "").rpartition(".")[0]


def _setup(cls: Any) -> EngineSetup | None:
    """For polls: the state when nothing is under way. Says why not."""
    found = engine_setup.setup()
    if found is None:
        return None
    if found.installing or found.removing:
        cls.poll_message_set("The engine is being set up or removed")
        return None
    return found


class RUSHES_OT_engine_install(Operator):
    """Set up the engine on this machine: it is downloaded, tested and then put to use. Blender stays free meanwhile"""

    bl_idname = "rushes.engine_install"
    bl_label = "Set Up Engine"

    fresh: BoolProperty(options={"SKIP_SAVE", "HIDDEN"})  # pyright: ignore[reportInvalidTypeForm]

    @classmethod
    def poll(cls, context: Any) -> bool:
        found = _setup(cls)
        if found is None:
            return False
        if found.wheel is None:
            cls.poll_message_set("This add-on runs from its sources: run `make setup` there, or install its zip")
            return False
        if not engine_setup.online() and engine_setup.wheelhouse(production.preferences()) is None:
            cls.poll_message_set("Allow Online Access (Preferences, System), or choose a folder of wheels")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: _install(self.fresh))


def _install(fresh: bool) -> set[str]:
    found = engine_setup.setup()
    if found is None:
        return {"CANCELLED"}
    found.begin(engine_setup.wheelhouse(production.preferences()), fresh=fresh)
    return {"FINISHED"}


class RUSHES_OT_engine_install_cancel(Operator):
    """Stop setting up; nothing half-made stays, what is downloaded is kept for the next try"""

    bl_idname = "rushes.engine_install_cancel"
    bl_label = "Cancel"

    def execute(self, context: Any) -> set[str]:
        found = engine_setup.setup()
        if found is not None:
            found.cancel()
        return {"FINISHED"}


class RUSHES_OT_engine_install_dismiss(Operator):
    """Put this away"""

    bl_idname = "rushes.engine_install_dismiss"
    bl_label = "Close"

    def execute(self, context: Any) -> set[str]:
        found = engine_setup.setup()
        if found is not None:
            found.dismiss()
        return {"FINISHED"}


class RUSHES_OT_engine_remove(Operator):
    """Take the engine off this machine, downloads included. Takes, models and settings stay"""

    bl_idname = "rushes.engine_remove"
    bl_label = "Remove"

    @classmethod
    def poll(cls, context: Any) -> bool:
        return _setup(cls) is not None

    def invoke(self, context: Any, event: Any) -> set[str]:
        return context.window_manager.invoke_confirm(
            self,
            event,
            title="Remove the engine?",
            message="Jobs that run go back into the queue. Takes and models stay.",
            confirm_text="Remove",
            icon="WARNING",
        )

    def execute(self, context: Any) -> set[str]:
        found, now = engine_setup.setup(), runtime.session()
        if found is None or now is None:
            return {"CANCELLED"}
        engine_setup.pause(now, "The engine is being removed.")
        found.remove()
        return {"FINISHED"}


class RUSHES_OT_engine_use(Operator):
    """Use this engine, which is on this machine already"""

    bl_idname = "rushes.engine_use"
    bl_label = "Use"

    python: StringProperty(options={"SKIP_SAVE", "HIDDEN"})  # pyright: ignore[reportInvalidTypeForm]

    def execute(self, context: Any) -> set[str]:
        prefs = production.preferences()
        if prefs is None:
            return {"CANCELLED"}
        prefs.where, prefs.python = "LOCAL", self.python
        return {"FINISHED"}


class RUSHES_OT_engine_test(Operator):
    """Ask the engine for its models; starts it when it does not run"""

    bl_idname = "rushes.engine_test"
    bl_label = "Test Engine"

    @classmethod
    def poll(cls, context: Any) -> bool:
        found = _setup(cls)
        return found is not None and not found.testing

    def execute(self, context: Any) -> set[str]:
        found, now = engine_setup.setup(), runtime.session()
        if found is None or now is None:
            return {"CANCELLED"}
        _test(found, now)
        return {"FINISHED"}


def _test(found: EngineSetup, now: runtime.Session) -> None:
    found.testing, found.answer = True, None

    def done(answer: Any) -> None:
        info, models = answer
        names = ", ".join(m.name for m in models) or "none"
        words = f"Engine {info.version} answers. Models: {names}."
        _answered(found, now, words, "", True)

    def failed(error: RushesError) -> None:
        _answered(found, now, error.message, error.hint, False)

    now.bridge.forget_client()  # what is set now is tested, not what was connected before
    now.bridge.call(lambda client: (client.info(), client.generators()), done, failed, lane="slow")


def _answered(found: EngineSetup, now: runtime.Session, words: str, hint: str, well: bool) -> None:
    found.testing, found.answer = False, (words, hint, well)
    found.wants_look = True
    now.known.changed.add("engine")
    now.bridge.watch.refresh()


class RUSHES_OT_engine_setup_show(Operator):
    """Open the preferences of Rushes, where the engine is set up"""

    bl_idname = "rushes.engine_setup_show"
    bl_label = "Set Up Engine"

    def execute(self, context: Any) -> set[str]:
        found = engine_setup.setup()
        if found is not None:
            found.wants_look = True
        bpy.ops.preferences.addon_show(module=_PACKAGE)
        return {"FINISHED"}


CLASSES = (
    RUSHES_OT_engine_install,
    RUSHES_OT_engine_install_cancel,
    RUSHES_OT_engine_install_dismiss,
    RUSHES_OT_engine_remove,
    RUSHES_OT_engine_use,
    RUSHES_OT_engine_test,
    RUSHES_OT_engine_setup_show,
)
