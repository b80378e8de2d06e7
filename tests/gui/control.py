"""Runs inside the tested Blender: tells where things are on the screen and what the add-on knows.

It is loaded by `blender --python control.py` and polled by files in $RUSHES_GUI_CHANNEL: `ask.json` holds
`{"id", "what", "words"}`, the answer appears as `answer.json`. It only looks; the mouse and the keys do the work.
Standard library and bpy only.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

CHANNEL = Path(os.environ["RUSHES_GUI_CHANNEL"])
EXTENSION = "bl_ext.user_default.rushes"
_last = ""


def regions(_: dict[str, Any]) -> list[dict[str, Any]]:
    """Every region on the screen; x, y of its top left corner in pixels from the window's top left."""
    found: list[dict[str, Any]] = []
    for number, window in enumerate(bpy.context.window_manager.windows):
        for area in window.screen.areas:
            for region in area.regions:
                if region.width > 1 and region.height > 1:
                    top = window.height - region.y - region.height
                    found.append(
                        {
                            "window": number,
                            "area": area.ui_type,
                            "region": region.type,
                            "x": region.x,
                            "y": top,
                            "width": region.width,
                            "height": region.height,
                            "tab": getattr(region, "active_panel_category", "") if region.type == "UI" else "",
                        }
                    )
    return found


def button(words: dict[str, Any]) -> dict[str, str]:
    """What is under the mouse in the region at x, y: the operator call or the property that its button has."""
    manager = bpy.context.window_manager
    for window in manager.windows:
        y = window.height - words["y"]
        for area in window.screen.areas:
            for region in area.regions:
                inside_x = region.x <= words["x"] < region.x + region.width
                if inside_x and region.y <= y < region.y + region.height and region.type != "WINDOW":
                    with bpy.context.temp_override(window=window, area=area, region=region):
                        return {"operator": _copied("operator"), "property": _copied("property")}
    return {"operator": "", "property": ""}


def _copied(kind: str) -> str:
    manager = bpy.context.window_manager
    manager.clipboard = ""
    if kind == "operator":
        if not bpy.ops.ui.copy_python_command_button.poll():
            return ""
        bpy.ops.ui.copy_python_command_button()
    else:
        if not bpy.ops.ui.copy_data_path_button.poll():
            return ""
        bpy.ops.ui.copy_data_path_button(full_path=True)
    return manager.clipboard


def value(words: dict[str, Any]) -> Any:
    """The value of a Python expression over bpy, the extension's runtime and its session."""
    runtime = sys.modules.get(f"{EXTENSION}.runtime")
    names: dict[str, Any] = {"bpy": bpy, "runtime": runtime, "context": bpy.context, "strips": _strips}
    names["session"] = runtime.session() if runtime is not None else None
    return eval(words["expression"], names)


def _strips(scene: Any) -> list[Any]:
    """The strips of a scene, whatever this Blender calls them."""
    editor = scene.sequence_editor
    return list(editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all)


def panels(words: dict[str, Any]) -> dict[str, str]:
    """The extension's panels in a space's sidebar, without sub-panels: id → title."""
    found = [c for c in _classes() if issubclass(c, bpy.types.Panel) and getattr(c, "bl_region_type", "") == "UI"]
    found = [c for c in found if c.bl_space_type == words["space"] and not getattr(c, "bl_parent_id", "")]
    for cls in found:
        _note_draws(cls)
    found.sort(key=lambda c: getattr(c, "bl_order", 0))
    return {c.bl_idname: c.bl_label for c in found}


def drawn(_: dict[str, Any]) -> list[str]:
    """The panels among them that are open now."""
    _drawn.clear()
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            area.tag_redraw()
    bpy.ops.wm.redraw_timer(type="DRAW_WIN_SWAP", iterations=1)
    return sorted(_drawn)


_drawn: set[str] = set()
_noted: set[Any] = set()


def _classes() -> tuple[Any, ...]:
    return sys.modules[f"{EXTENSION}.registration"].classes()


def _note_draws(cls: Any) -> None:
    """Only an open panel draws its content."""
    if cls in _noted:
        return
    own = cls.draw

    def draw(self: Any, context: Any) -> None:
        _drawn.add(cls.bl_idname)
        own(self, context)

    _noted.add(cls)
    cls.draw = draw


def setting(words: dict[str, Any]) -> None:
    """What an artist has set before the test begins (the window's layout): runs a statement."""
    exec(words["statement"], {"bpy": bpy})


ANSWERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "regions": regions,
    "button": button,
    "value": value,
    "panels": panels,
    "drawn": drawn,
    "setting": setting,
}


def poll() -> float:
    """Answer one question, if there is one; the seconds until the next look."""
    global _last
    try:
        asked = json.loads((CHANNEL / "ask.json").read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return 0.02
    if asked["id"] == _last:
        return 0.02
    _last = asked["id"]
    try:
        said: dict[str, Any] = {"id": _last, "value": ANSWERS[asked["what"]](asked["words"])}
        text = json.dumps(said, default=str)
    except Exception:  # the timer's edge; the test shows it
        logging.exception("A question could not be answered")
        text = json.dumps({"id": _last, "error": traceback.format_exc()})
    (CHANNEL / "answer.tmp").write_text(text, "utf-8")
    (CHANNEL / "answer.tmp").replace(CHANNEL / "answer.json")
    return 0.01


bpy.context.preferences.view.show_splash = False
bpy.app.timers.register(poll, first_interval=0.5, persistent=True)
