"""Fills the lists that panels show from what is known, a little in each tick; and asks for redraws."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import bpy

from rushes.contracts import JobStatus, TakeRow

from ..logic import freshness, rows
from ..logic.shots import FoundShot, badge_of, names_of, takes_of
from ..runtime import Session
from . import engine_setup, fingerprint, images, models, production, shots

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
    for news, lists in _FOLLOWS.items():
        if news in changed:
            now.stale_lists |= lists
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
    for name, fill in _FILLS.items():
        if name in now.stale_lists and time.perf_counter() < end:
            now.stale_lists.discard(name)
            fill(now, scene, manager.rushes)
            dirty = True
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


def watch_picked(now: Session, scene: Any) -> None:
    """Watch the takes of the shot that is picked."""
    names: tuple[str, ...] = ()
    shot = _picked(scene)
    if shot is not None:
        names = _names(shots.settings_of(scene, shot), shot)
    root = production.root_of(scene)
    now.want(root, names)


def _picked(scene: Any) -> FoundShot | None:
    window = bpy.context.window_manager.rushes
    found = shots.scene_shots(scene)
    if 0 <= window.shot_index < len(window.shots):
        name = window.shots[window.shot_index].name
        return next((s for s in found if s.name == name), None)
    return found[0] if found else None


def _names(settings: Any | None, shot: FoundShot) -> tuple[str, ...]:
    if settings is None:
        return (shot.name,)
    return tuple(dict.fromkeys([shot.name, *names_of(settings.name, settings.aliases)]))


# -- lists


def _fill_shots(now: Session, scene: Any, window: Any) -> None:
    found = shots.scene_shots(scene)
    running = rows.running_by_shot(now.known.jobs.values())
    kept = shots.settings_map(scene, found)
    _resize(window.shots, len(found))
    for row, shot in zip(window.shots, found):
        settings = kept.get(shot.name)
        if settings is not None:
            shots.keep_in_step(settings, shot)
        names = _names(settings, shot)
        made = takes_of(now.known.production, names)
        changed = freshness.changed(made, fingerprint.prints(scene, shot)) if made else ()
        badge = badge_of(made, changed, sum(running.get(n, 0) for n in names))
        _put(row, "name", shot.name)
        _put(row, "key", settings.key if settings is not None else "")
        _put(row, "camera", shot.camera)
        _put(row, "first", shot.first)
        _put(row, "last", shot.last)
        _put(row, "marker", shot.marker)
        _put(row, "badge", badge.kind)
        _put(row, "count", badge.count)
        _put(row, "kept", badge.kept)
        _put(row, "reason", badge.reason)
    if window.shot_index >= len(found) and found:
        _put_quietly(window, "shot_index", len(found) - 1)
    watch_picked(now, scene)


def _fill_takes(now: Session, scene: Any, window: Any) -> None:
    shot = _picked(scene)
    settings = shots.settings_of(scene, shot) if shot is not None else None
    shown = [t for t in reversed(now.known.takes) if window.show_rejected or t.rating.value != "rejected"]
    picked = window.takes[window.take_index].name if 0 <= window.take_index < len(window.takes) else ""
    _resize(window.takes, len(shown))
    for row, take in zip(window.takes, shown):
        _fill_take(row, take, settings, scene, shot)
    index = next((i for i, t in enumerate(shown) if t.id == picked), 0)
    if index != window.take_index:
        _put_quietly(window, "take_index", index)


def _fill_take(row: Any, take: TakeRow, settings: Any, scene: Any, shot: FoundShot | None) -> None:
    _put(row, "name", take.id)
    _put(row, "label", rows.take_label(take))
    _put_quietly(row, "rating", take.rating.value)
    _put_quietly(row, "notes", take.notes)
    _put(row, "used", settings is not None and settings.take == take.id)
    _put(row, "still", take.frame_count == 1)
    _put(row, "missing", ", ".join(take.missing))
    changed = freshness.differences(take.origin, fingerprint.prints(scene, shot)) if shot is not None else ()
    _put(row, "stale", ", ".join(changed))


def _fill_jobs(now: Session, scene: Any, window: Any) -> None:
    shown: list[JobStatus] = now.known.shown_jobs()
    _resize(window.jobs, len(shown))
    for row, job in zip(window.jobs, shown):
        for name, value in rows.job_row(job, now.known.seconds_left(job.id)).items():
            _put(row, name, value)


_FILLS: dict[str, Callable[[Session, Any, Any], None]] = {
    "shots": _fill_shots,
    "takes": _fill_takes,
    "jobs": _fill_jobs,
}
_FOLLOWS: dict[str, set[str]] = {
    "production": {"shots", "takes"},
    "takes": {"takes"},
    "jobs": {"jobs", "shots"},
}


def _resize(collection: Any, length: int) -> None:
    while len(collection) > length:
        collection.remove(len(collection) - 1)
    while len(collection) < length:
        collection.add()


def _put(row: Any, name: str, value: Any) -> None:
    """Set a property when it differs: an assignment marks the file as changed and costs a redraw."""
    if getattr(row, name) != value:
        setattr(row, name, value)


_quiet = False


def _put_quietly(row: Any, name: str, value: Any) -> None:
    """As `_put`, without the property's own update doing anything."""
    global _quiet
    _quiet = True
    try:
        _put(row, name, value)
    finally:
        _quiet = False


def quiet() -> bool:
    """True while lists are filled: then a property's update is not the artist's doing."""
    return _quiet


def stale(names: Iterable[str]) -> None:
    """Fill these lists anew with the next tick."""
    from .. import runtime

    now = runtime.session()
    if now is not None:
        now.stale_lists |= set(names)
