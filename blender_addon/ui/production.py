"""Production, engine and messages."""

from __future__ import annotations

import os
from typing import Any

import bpy
from bpy.types import Panel

from rushes.contracts import ProductionInfo
from rushes.contracts.timing import rate_text

from .. import runtime
from ..host import engine_setup, production, shots
from ..logic.known import Message
from ..ops.common import owner_scene
from . import common
from .common import Sidebar

__all__ = ["CLASSES", "draw_set_up"]

_LEVELS = {"INFO": "INFO", "WARNING": "ERROR", "ERROR": "CANCEL"}
_MESSAGES = 3
"""Shown at once; more are counted."""


class RUSHES_PT_production(Sidebar, Panel):
    """The production, the engine, and what the artist should know."""

    bl_idname = "RUSHES_PT_production"
    bl_label = "Production"
    bl_order = 0

    def draw(self, context: Any) -> None:
        scene, now = owner_scene(context), runtime.session()
        if now is None or scene is None:
            self.layout.label(text="Rushes is not running")
            return
        common.way_back(self.layout, context)
        root = production.root_of(scene)
        if not root:
            _none(self.layout, context)
        elif now.known.production_error is not None and now.known.production_root == root:
            _lost(self.layout, context, now, root)
        else:
            _there(self.layout, context, now, scene, root)
        _engine(self.layout, context, now)
        _messages(self.layout, context, now)


def _none(layout: Any, context: Any) -> None:
    common.paragraph(layout, context, "Takes are kept in a production: a folder that holds this film's work.")
    row = layout.row(align=True)
    row.scale_y = 1.3
    row.operator("rushes.production_new", text="New", icon="ADD")
    row.operator("rushes.production_choose", text="Choose", icon="FILEBROWSER")
    if not bpy.data.filepath:
        layout.operator("rushes.demo_open", icon="WORLD")


def _lost(layout: Any, context: Any, now: runtime.Session, root: str) -> None:
    error = now.known.production_error
    box = layout.box()
    common.paragraph(box, context, "The production cannot be read", "ERROR", alert=True, inset=3)
    common.paragraph(box, context, root, most=2, inset=3)
    if error is not None:
        common.hint(box, context, f"{error.message} {error.hint}", inset=3)
    row = layout.row(align=True)
    row.operator("rushes.production_choose", text="Find Folder...", icon="FILEBROWSER")
    row.operator("rushes.production_new", text="New", icon="ADD")


def _there(layout: Any, context: Any, now: runtime.Session, scene: Any, root: str) -> None:
    state = now.known.production
    info = state.info if state is not None and now.known.production_root == root else None
    row = layout.row(align=True)
    row.label(text=info.name if info is not None else os.path.basename(root), icon="OUTLINER_COLLECTION")
    row.operator("rushes.production_reveal", text="", icon="FOLDER_REDIRECT")
    row.operator("rushes.production_choose", text="", icon="FILEBROWSER")
    folder = layout.column()
    folder.active = False
    common.paragraph(folder, context, root, most=2)
    if info is None:
        return
    if not info.writable:
        text = "The folder is read-only: takes can be looked at, but not made, rated or deleted."
        common.paragraph(layout, context, text, "ERROR", alert=True)
    _differs(layout, context, scene, info)


def _differs(layout: Any, context: Any, scene: Any, info: ProductionInfo) -> None:
    rate, size = shots.scene_rate(scene), shots.scene_size(scene)
    words: list[str] = []
    if rate != info.rate:
        words.append(f"The scene runs at {rate_text(rate)}, the production at {rate_text(info.rate)}.")
    if size != info.size:
        words.append(f"The scene is {size}, the production {info.size}.")
    if words:
        common.paragraph(layout, context, " ".join(words), "ERROR", most=4)
        layout.operator("rushes.production_match", text="Match Production")


def _engine(layout: Any, context: Any, now: runtime.Session) -> None:
    layout.separator(factor=0.5)
    if draw_set_up(layout, context, inset=3):
        return
    news = now.known.engine
    if news.state == "running":
        layout.label(text="Engine ready", icon="CHECKMARK")
    elif news.state == "starting":
        layout.label(text="Engine is starting...", icon="SORTTIME")
    elif news.state == "off":
        layout.label(text="Engine starts when needed", icon="RADIOBUT_OFF")
    else:
        _engine_trouble(layout, context, news.state, news.message, news.hint)


def _engine_trouble(layout: Any, context: Any, state: str, text: str, said: str) -> None:
    missing = state == "missing"
    title = "The engine is not installed" if missing else "The engine does not answer"
    box = layout.box()
    common.paragraph(box, context, title, "ERROR", alert=True, inset=3)
    if common.paragraph(box, context, text, "BLANK1", inset=3) | common.hint(box, context, said, inset=3):
        common.more(box, text, said)
    row = box.row(align=True)
    if missing:
        row.operator("rushes.engine_setup_show", text="Set Up Engine", icon="IMPORT")
    row.operator("rushes.engine_connect", text="Try Again", icon="FILE_REFRESH")
    if not missing:
        row.operator("rushes.log_show", text="Show Log", icon="TEXT")


def draw_set_up(layout: Any, context: Any, inset: int = 0) -> bool:
    """The set-up that runs, with its bar; False when none does. For the sidebar and the preferences."""
    found = engine_setup.setup()
    if found is None:
        return False
    if found.removing:
        layout.label(text="The engine is being removed...", icon="SORTTIME")
        return True
    state = found.state
    if state is None or not state.running:
        return False
    box = layout.box()
    row = box.row(align=True)
    row.label(text="Setting up the engine", icon="IMPORT")
    row.operator("rushes.engine_install_cancel", text="", icon="X")
    box.progress(factor=state.fraction, text=f"{state.fraction:.0%}")
    common.paragraph(box, context, state.message, most=2, inset=inset)
    detail = box.column()
    detail.active = False
    common.paragraph(detail, context, state.detail or " ", most=1, inset=inset)
    return True


def _messages(layout: Any, context: Any, now: runtime.Session) -> None:
    found = now.known.messages
    if not found:
        return
    box = layout.box()
    row = box.row()
    row.label(text="Messages" if len(found) <= _MESSAGES else f"Messages ({len(found)})")
    row.operator("rushes.messages_clear", text="", icon="X", emboss=False)
    for message in found[:_MESSAGES]:
        _message(box, context, message)


def _message(layout: Any, context: Any, message: Message) -> None:
    text = f"{message.text} ({message.count} times)" if message.count > 1 else message.text
    alert = message.level == "ERROR"
    cut = common.paragraph(layout, context, text, _LEVELS.get(message.level, "INFO"), alert=alert, inset=3)
    if message.hint:
        cut = common.hint(layout, context, message.hint, inset=3) or cut
    if cut:
        common.more(layout, message.text, message.hint)


CLASSES = (RUSHES_PT_production,)
