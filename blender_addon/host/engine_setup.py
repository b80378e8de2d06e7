"""Setting up the engine, as Blender sees it: one state while the add-on is enabled, looked at by the tick."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from rushes.client import rushes_home

from .. import runtime
from ..logic import engine_choice
from ..logic.engine_setup import EngineSetup, bundled_wheel
from . import production

__all__ = ["online", "pause", "setup", "start", "step", "stop", "wheelhouse"]

_setup: EngineSetup | None = None


def setup() -> EngineSetup | None:
    """The state; None while the add-on is disabled."""
    return _setup


def start() -> None:
    """Called when the add-on is enabled."""
    global _setup
    _setup = EngineSetup(rushes_home(), bundled_wheel(Path(__file__).resolve().parents[1]))


def stop() -> None:
    """Called when it is disabled: a set-up that runs is stopped and leaves nothing half-made."""
    global _setup
    if _setup is not None:
        _setup.cancel()
    _setup = None


def online() -> bool:
    """Whether Blender may use the internet."""
    return bool(bpy.app.online_access)


def wheelhouse(prefs: Any) -> Path | None:
    """The folder of wheels that the artist has chosen."""
    chosen = str(getattr(prefs, "wheelhouse", "") or "").strip()
    return Path(bpy.path.abspath(chosen)) if chosen else None


def step(now: runtime.Session) -> None:
    """Follow a set-up; when one has ended well, connect to the engine. For the tick."""
    if _setup is None:
        return
    prefs = production.preferences()
    news = _setup.step(str(getattr(prefs, "blender", "") or "").strip())
    if "ready" in news:
        _ready(now, prefs)
    if "removed" in news:
        engine_choice.pause("")
        if _setup.trouble is not None:
            now.known.tell(_setup.trouble)
        _connect_anew(now)
    if news:
        now.known.changed.add("engine")
        _redraw_preferences()


def pause(now: runtime.Session, why: str) -> None:
    """Leave this machine's engine alone from now on; ends by itself after a removal."""
    engine_choice.pause(why)
    now.bridge.forget_client()


def _ready(now: runtime.Session, prefs: Any) -> None:
    if prefs is not None and prefs.python:
        prefs.python = ""  # the one that was just set up is wanted
    state = _setup.state if _setup is not None else None
    now.known.tell(state.message if state is not None else "The engine is ready.")
    if now.known.engine.state != "running":
        _connect_anew(now)
    elif now.known.running:
        now.known.tell("The former engine still runs its jobs. The new one takes over when it is started next.")
    else:
        now.bridge.call(lambda client: client.shutdown(), lambda _: _connect_anew(now))


def _connect_anew(now: runtime.Session) -> None:
    now.bridge.forget_client()
    now.bridge.watch.refresh()
    if now.bridge.started or now.bridge.watch.wish.production:
        now.bridge.start()


def _redraw_preferences() -> None:
    manager = bpy.context.window_manager
    for window in manager.windows if manager is not None else ():
        for area in window.screen.areas:
            if area.type == "PREFERENCES":
                area.tag_redraw()
