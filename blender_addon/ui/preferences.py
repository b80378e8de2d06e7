"""The preferences as Blender shows them: the engine first, then folders."""

from __future__ import annotations

from typing import Any

import bpy

from ..host import engine_setup, resolve_menu
from ..logic.engine_setup import NEED_TEXT, EngineSetup, Survey, devices_trouble, older
from ..logic.words import bytes_text, wrapped
from .common import columns
from .production import draw_set_up

__all__ = ["draw"]


def draw(prefs: Any, layout: Any, context: Any) -> None:
    """The engine first, then folders."""
    layout.use_property_split = True
    layout.use_property_decorate = False
    found = engine_setup.setup()
    if found is not None and found.survey is None:
        found.wants_look = True  # the tick looks; a draw never does
    layout.row().prop(prefs, "where", expand=True)
    if prefs.where == "REMOTE":
        layout.prop(prefs, "address")
        layout.prop(prefs, "token")
    elif found is not None:
        _local(prefs, layout, context, found)
    if found is not None:
        _test(layout, found)
    layout.separator()
    _passes(prefs, layout, found)
    layout.prop(prefs, "production_folder")
    layout.prop(prefs, "free_memory")
    _resolve(layout)


def _say(layout: Any, text: str, icon: str = "NONE", *, alert: bool = False) -> None:
    column = layout.column(align=True)
    column.alert = alert
    for number, line in enumerate(wrapped(text, max(40, columns(bpy.context, True) - 5))[0]):
        column.label(text=line, icon=icon if number == 0 else ("NONE" if icon == "NONE" else "BLANK1"))


def _local(prefs: Any, layout: Any, context: Any, found: EngineSetup) -> None:
    if not draw_set_up(layout, context):
        _failed(layout, found)
        if found.survey is None:
            layout.label(text="Looking for engines on this machine...", icon="SORTTIME")
        else:
            _installed(prefs, layout, found, found.survey)
            _others(prefs, layout, found.survey)
    layout.prop(prefs, "python")
    layout.prop(prefs, "devices")
    trouble = devices_trouble(prefs.devices)
    if trouble:
        _say(layout, trouble, "ERROR", alert=True)


def _failed(layout: Any, found: EngineSetup) -> None:
    """How the last try ended, when it did not end well."""
    state = found.state
    error = state.error if state is not None else None
    if found.trouble is not None:
        error = found.trouble.to_dict()
    if error is None:
        return
    box = layout.box()
    row = box.row()
    row.label(text="The engine was not removed" if found.trouble is not None else "The engine was not set up")
    row.operator("rushes.engine_install_dismiss", text="", icon="X", emboss=False)
    _say(box, str(error.get("message", "")), "ERROR", alert=True)
    if error.get("hint"):
        _say(box, str(error["hint"]), "BLANK1")
    row = box.row(align=True)
    row.operator("rushes.log_show", text="Show Log", icon="TEXT").path = found.log
    row.operator("rushes.copy_details", text="Copy Details", icon="COPYDOWN").text = "\n".join(
        str(error.get(key, "")) for key in ("code", "message", "hint", "details")
    )


def _installed(prefs: Any, layout: Any, found: EngineSetup, survey: Survey) -> None:
    box = layout.box()
    ours = survey.installed
    if ours is None:
        _offer(prefs, box, found, survey)
        return
    row = box.row()
    row.label(text=f"Engine {ours.version or 'of unknown version'}, {bytes_text(survey.size)}", icon="CHECKMARK")
    _say(box, ours.python, "BLANK1")
    if ours.problem:
        _say(box, ours.problem, "ERROR", alert=True)
    elif survey.outdated:
        _say(box, "It is of another version than this add-on.", "ERROR", alert=True)
    row = box.row(align=True)
    if survey.outdated and not ours.problem:
        row.operator("rushes.engine_install", text="Update Engine", icon="IMPORT")
    row.operator("rushes.engine_install", text="Repair", icon="FILE_REFRESH").fresh = True
    row.operator("rushes.engine_remove", icon="TRASH")
    _way(prefs, box, found)


def _offer(prefs: Any, layout: Any, found: EngineSetup, survey: Survey) -> None:
    usable = any(not other.problem for other in survey.others)
    text = "Rushes has not set up an engine here." if usable else "There is no engine on this machine yet."
    _say(layout, f"{text} It needs {NEED_TEXT}.", "INFO")
    row = layout.row()
    row.scale_y = 1.3
    row.operator("rushes.engine_install", text="Set Up Engine", icon="IMPORT")
    _way(prefs, layout, found)


def _way(prefs: Any, layout: Any, found: EngineSetup) -> None:
    """Where the engine comes from: the internet, when that is allowed, or a folder."""
    if found.wheel is None:
        _say(layout, "This add-on runs from its sources; `make setup` beside them makes the engine.", "INFO")
        return
    if not engine_setup.online() and not prefs.wheelhouse:
        _say(layout, "Blender may not use the internet. Allow it, or choose a folder of wheels.", "INTERNET_OFFLINE")
        button = layout.operator("screen.userpref_show", text="Allow Online Access...", icon="PREFERENCES")
        button.section = "SYSTEM"
    layout.prop(prefs, "wheelhouse")


def _others(prefs: Any, layout: Any, survey: Survey) -> None:
    origins = {"named": "named by RUSHES_ENGINE_PYTHON", "checkout": "of the sources beside", "own": "this Python's"}
    for other in survey.others:
        row = layout.row()
        row.label(
            text=f"Engine {other.version} ({origins.get(other.origin, other.origin)})".replace("  ", " "),
            icon="ERROR" if other.problem else "PLUGIN",
        )
        part = row.row()
        if prefs.python == other.python:
            part.label(text="in use")
        else:
            part.enabled = not other.problem
            part.operator("rushes.engine_use", text="Use").python = other.python
        if other.problem:
            _say(layout, other.problem, "BLANK1")


def _test(layout: Any, found: EngineSetup) -> None:
    row = layout.row()
    row.operator("rushes.engine_test", text="Asking the engine..." if found.testing else "Test Engine", icon="PLAY")
    if found.answer is not None:
        words, said, well = found.answer
        _say(layout, words, "CHECKMARK" if well else "ERROR", alert=not well)
        if said:
            _say(layout, said, "BLANK1")


def _passes(prefs: Any, layout: Any, found: EngineSetup | None) -> None:
    layout.prop(prefs, "blender")
    survey = found.survey if found is not None else None
    named = prefs.blender.strip()
    if not named or survey is None or survey.blender_path != named:
        return
    version = survey.blender
    if version == (0, 0):
        _say(layout, "This program does not say that it is a Blender.", "ERROR", alert=True)
    elif older(version, bpy.app.version[:2]):
        text = f"Blender {version[0]}.{version[1]} is older than this one and may not open what it saves."
        _say(layout, text, "ERROR", alert=True)


def _resolve(layout: Any) -> None:
    """DaVinci Resolve on this machine."""
    found = resolve_menu.menu()
    if found is None:
        return
    layout.separator()
    box = layout.box()
    row = box.row()
    if found.version:
        row.label(text=f"In DaVinci Resolve's menu, version {found.version}", icon="CHECKMARK")
        row.operator("rushes.resolve_install", text="Update" if found.outdated else "Repair", icon="FILE_REFRESH")
        row.operator("rushes.resolve_remove", icon="TRASH")
    else:
        row.label(text="DaVinci Resolve", icon="SEQUENCE")
        row.operator("rushes.resolve_install", icon="IMPORT")
    for text in (found.answer, *found.notes):
        if text:
            _say(box, text, "INFO")
