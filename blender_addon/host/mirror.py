"""Fills the lists that panels show from what is known, a little in each tick; and asks for redraws."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import bpy

from ..runtime import Session
from . import engine_setup, fingerprint, images, lists, models, production, shots
from .lists import quiet, watch_picked

__all__ = [
    "ask_models",
    "current_scene",
    "file_moved",
    "free_memory",
    "new_file",
    "quiet",
    "redraw",
    "stale",
    "step",
    "take_memory_back",
    "watch_picked",
]

_HOLD_SECONDS = 120.0
_LOOK_SECONDS = 0.5
_seen: tuple[float, Any] = (0.0, None)
"""(when, shots) of the last look at the scene."""


def current_scene() -> Any | None:
    """The scene that panels are about: of the first window, or the context's."""
    manager = bpy.context.window_manager
    window = manager.windows[0] if manager is not None and len(manager.windows) else None
    scene = window.scene if window is not None else bpy.context.scene
    owner = production.owner_of(scene)
    return owner if owner is not None else scene


def step(now: Session, budget: float) -> bool:
    """Bring lists up to date for about `budget` seconds; True when something was done."""
    manager, scene = bpy.context.window_manager, current_scene()
    if manager is None or scene is None or not hasattr(manager, "rushes"):
        return False
    engine_setup.step(now)
    changed = now.known.changed
    for news, followers in _FOLLOWS.items():
        if news in changed:
            now.stale_lists |= followers
    dirty = bool(changed)
    if "engine" in changed and now.known.engine.state == "running" and not now.known.descriptors:
        ask_models(now)
    if "models" in changed:
        models.sync_strengths(scene.rushes)
    changed.clear()
    end = time.perf_counter() + budget
    _look_at_shots(now, scene)
    if fingerprint.step(scene, end):
        now.stale_lists.add("shots")
        dirty = True
    dirty |= lists.step(now, scene, manager.rushes, end)
    dirty |= images.step(now, end)
    if dirty:
        redraw()
    return dirty


def _look_at_shots(now: Session, scene: Any) -> None:
    """Blender does not tell of renamed, moved and deleted markers: look for it, twice a second."""
    global _seen
    moment = time.monotonic()
    if moment - _seen[0] < _LOOK_SECONDS:
        return
    found = (scene.name, shots.scene_shots(scene))
    if found != _seen[1]:
        now.stale_lists |= {"shots", "takes"}
        watch_picked(now, scene)
    _seen = (moment, found)


def redraw() -> None:
    """Ask the areas that have our panels to draw again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in {"VIEW_3D", "SEQUENCE_EDITOR"}:
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()


def new_file(now: Session) -> None:
    """A file was loaded: find its production, start over with the lists."""
    now.stale_lists |= {"shots", "takes", "jobs"}
    fingerprint.forget()
    lists.forget()
    scene = current_scene()
    if scene is not None:
        production.find_again(now, scene)
        watch_picked(now, scene)


def file_moved(now: Session) -> None:
    """The file was saved, maybe elsewhere."""
    scene = current_scene()
    if scene is not None:
        production.note_place(scene)


def free_memory(now: Session) -> None:
    """Blender renders: the engine's idle workers give the GPU's memory back. Asked again while the render goes on."""
    moment = time.monotonic()
    if moment - now.held_at < _HOLD_SECONDS / 2 or not now.bridge.started:
        return
    if production.preferences_say("free_memory"):
        now.held_at = moment
        now.bridge.call(lambda client: client.hold(_HOLD_SECONDS), failed=_ignore)


def take_memory_back(now: Session) -> None:
    """Blender has rendered: the queue goes on."""
    if now.held_at > float("-inf"):
        now.held_at = float("-inf")
        now.bridge.call(lambda client: client.release(), failed=_ignore)


def _ignore(error: Exception) -> None:
    """The render matters more; a hold ends by itself."""


def ask_models(now: Session) -> None:
    """Ask for the models on this machine; the first worker must be up for it."""

    def done(found: Any) -> None:
        now.known.descriptors = tuple(found)
        now.known.changed.add("models")

    now.bridge.call(lambda client: client.generators(), done, lane="slow")


_FOLLOWS: dict[str, set[str]] = {
    "production": {"shots", "takes"},
    "takes": {"takes"},
    "jobs": {"jobs"},
    "queue": {"shots"},
}


def stale(names: Iterable[str]) -> None:
    """Fill these lists anew with the next tick."""
    from .. import runtime

    now = runtime.session()
    if now is not None:
        now.stale_lists |= set(names)
