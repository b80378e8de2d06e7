"""The one timer and the handlers: when the add-on may do something on the main thread, and when it must not."""

from __future__ import annotations

import logging
import time
from typing import Any

import bpy
from bpy.app.handlers import persistent

from .. import runtime
from . import fingerprint, mirror, shots

__all__ = ["start", "stop", "tick"]

_log = logging.getLogger(__name__)
_BUSY, _IDLE, _YIELD = 0.1, 0.4, 0.5
"""Seconds between two ticks: while something goes on, when nothing does, and while Blender is at work itself."""
_BUDGET = 0.002
"""Seconds one tick may take for events, and again for lists."""


def start() -> None:
    """Register the timer and the handlers."""
    for name, function in _HANDLERS:
        getattr(bpy.app.handlers, name).append(function)
    bpy.app.timers.register(_timer, first_interval=0.2, persistent=True)


def stop() -> None:
    """Take them off again."""
    if bpy.app.timers.is_registered(_timer):
        bpy.app.timers.unregister(_timer)
    for name, function in _HANDLERS:
        handlers = getattr(bpy.app.handlers, name)
        if function in handlers:
            handlers.remove(function)


def _timer() -> float | None:
    now = runtime.session()
    if now is None:
        return None
    begun = time.perf_counter()
    try:
        wait = tick(now)
    except Exception:  # noqa: BLE001  the timer's edge: an error here would end the timer, and with it every take that comes back
        _log.exception("The timer had trouble")
        wait = 2.0
    now.tick_times.append(time.perf_counter() - begun)
    return wait


def tick(now: runtime.Session) -> float:
    """Take in what the background has to say and show it; seconds until the next time.

    Does nothing while Blender renders, saves or plays: everything waits in the bridge.
    """
    if now.rendering:
        mirror.free_memory(now)
    if now.saving or now.rendering or bpy.app.is_job_running("RENDER") or _playing():
        return _YIELD
    count = now.drain(_BUDGET)
    shown = mirror.step(now, _BUDGET)
    for heard in TICKS:
        heard(now)
    busy = bool(count or shown or now.stale_lists or now.known.running or fingerprint.working())
    return _BUSY if busy or now.bridge.state.state == "starting" else _IDLE


def _playing() -> bool:
    manager = bpy.context.window_manager
    return manager is not None and any(w.screen.is_animation_playing for w in manager.windows if w.screen)


# -- handlers; Blender keeps the persistent ones over a file load


@persistent
def _load_pre(*_: Any) -> None:
    now = runtime.session()
    if now is not None:
        now.known.changed.clear()
        now.stale_lists.clear()


@persistent
def _load_post(*_: Any) -> None:
    now = runtime.session()
    if now is None:
        return
    now.rendering = now.saving = False
    now.edits += 1
    now.known.pending = {i: p for i, p in now.known.pending.items() if p.scene in bpy.data.scenes}
    mirror.new_file(now)


@persistent
def _save_pre(*_: Any) -> None:
    now = runtime.session()
    if now is not None:
        now.saving = True
        shots.write_briefs()


@persistent
def _save_post(*_: Any) -> None:
    now = runtime.session()
    if now is not None:
        now.saving = False
        mirror.file_moved(now)


@persistent
def _undone(*_: Any) -> None:
    now = runtime.session()
    if now is not None:
        now.edits += 1
        now.stale_lists |= {"shots", "takes"}
        for heard in UNDONE:
            heard()


@persistent
def _edited(scene: Any, depsgraph: Any) -> None:
    now = runtime.session()
    if now is None or now.rendering:
        return
    now.edits += 1
    if any(isinstance(u.id, bpy.types.Scene) for u in depsgraph.updates):
        now.stale_lists.add("shots")
    for heard in EDITED:
        heard(depsgraph)


TICKS: list[Any] = []
"""Called with the session in each tick that may do something; must be quick."""
EDITED: list[Any] = []
"""Called with the depsgraph after every change; must be quick."""
UNDONE: list[Any] = []
"""Called after an undo and a redo; must be quick."""


@persistent
def _render_begins(*_: Any) -> None:
    now = runtime.session()
    if now is not None:
        now.rendering = True
        mirror.free_memory(now)


@persistent
def _render_ends(*_: Any) -> None:
    now = runtime.session()
    if now is not None:
        now.rendering = False
        mirror.take_memory_back(now)


_HANDLERS: tuple[tuple[str, Any], ...] = (
    ("load_pre", _load_pre),
    ("load_post", _load_post),
    ("save_pre", _save_pre),
    ("save_post", _save_post),
    ("save_post_fail", _save_post),
    ("undo_post", _undone),
    ("redo_post", _undone),
    ("depsgraph_update_post", _edited),
    ("render_init", _render_begins),
    ("render_complete", _render_ends),
    ("render_cancel", _render_ends),
)
