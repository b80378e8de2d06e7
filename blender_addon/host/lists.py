"""The lists that panels show, filled a few lines in each tick.

A filling keeps plain data between ticks and never a reference into Blender's; lines that show the right thing already
are not touched. Large files have hundreds of shots, and a shot may have hundreds of takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import bpy

from rushes.contracts import ShotTakes, TakeRow

from ..logic import freshness, rows
from ..logic.shots import FoundShot, badge_of, names_of
from ..runtime import Session
from . import fingerprint, production, shots

__all__ = ["Line", "forget", "names_for", "picked", "quiet", "set_quietly", "step", "watch_picked"]

Line = dict[str, Any]
"""Property → value of one line."""

_Plan = tuple[int, Iterator[Line], Callable[[Any], None]]
"""How many lines, the lines, and what is to be done with the window's properties at the end."""

_at_work: dict[str, tuple[int, Iterator[Line], Callable[[Any], None]]] = {}
"""List → (lines done, lines to come, what comes at the end)."""
_shown: dict[str, list[Line]] = {}
"""List → what its lines show."""
_shots_filled = False
"""The next tick looks which shot's takes are wanted now."""


def step(now: Session, scene: Any, window: Any, end: float) -> bool:
    """Fill until `end` (perf_counter); True when lines were looked at. At least one line is filled."""
    global _shots_filled
    if _shots_filled:
        _shots_filled = False
        watch_picked(now, scene)
        return True
    done = False
    for name, plan in _PLANS.items():
        if name not in _at_work and name in now.stale_lists:
            if done and time.perf_counter() > end:
                return True
            now.stale_lists.discard(name)
            count, lines, finish = plan(now, scene, window)
            _resize(name, getattr(window, name), count)
            _at_work[name] = (0, lines, finish)
        if name in _at_work:
            done = True
            _go_on(name, window, end)
    return done


def _go_on(name: str, window: Any, end: float) -> None:
    index, lines, finish = _at_work[name]
    collection, shown = getattr(window, name), _shown.setdefault(name, [])
    if len(collection) < index or len(shown) != len(collection):  # another file
        _at_work.pop(name)
        return
    for line in lines:
        if index >= len(collection):
            break
        if shown[index] != line or name == "takes":  # the artist writes into takes
            _write(collection[index], line)
            shown[index] = line
        index += 1
        if time.perf_counter() > end:
            _at_work[name] = (index, lines, finish)
            return
    _at_work.pop(name)
    finish(window)
    if name == "shots":
        global _shots_filled
        _shots_filled = True


def forget() -> None:
    """Another file: nothing is known of what lists show."""
    _at_work.clear()
    _shown.clear()


def _resize(name: str, collection: Any, length: int) -> None:
    shown = _shown.setdefault(name, [])
    if len(shown) != len(collection):
        shown[:] = [{} for _ in range(len(collection))]
    while len(collection) > length:
        collection.remove(len(collection) - 1)
        shown.pop()
    while len(collection) < length:
        collection.add()
        shown.append({})


def _write(row: Any, line: Line) -> None:
    for name, value in line.items():
        if getattr(row, name) != value:
            set_quietly(row, name, value)


# -- what the lists hold


def _plan_shots(now: Session, scene: Any, window: Any) -> _Plan:
    found = shots.scene_shots(scene)
    kept = shots.settings_map(scene, found)
    for shot in found:
        if shot.name in kept:
            shots.keep_in_step(kept[shot.name], shot)
    names = {s.name: names_for(kept.get(s.name), s) for s in found}
    keys = {name: settings.key for name, settings in kept.items()}
    state = now.known.production
    made = {s.shot: s for s in state.shots} if state is not None else {}
    running = rows.running_by_shot(now.known.jobs.values())

    def finish(window: Any) -> None:
        if window.shot_index >= len(found) and found:
            set_quietly(window, "shot_index", len(found) - 1)

    lines = (_shot_line(s, keys.get(s.name, ""), names[s.name], made, running) for s in found)
    return len(found), lines, finish


def _shot_line(shot: FoundShot, key: str, names: tuple[str, ...], made: dict[str, ShotTakes], running: Any) -> Line:
    takes = tuple(made[n] for n in names if n in made)
    changed = freshness.changed(takes, fingerprint.prints(None, shot)) if takes else ()
    badge = badge_of(takes, changed, sum(running.get(n, 0) for n in names))
    return {
        "name": shot.name,
        "key": key,
        "camera": shot.camera,
        "first": shot.first,
        "last": shot.last,
        "marker": shot.marker,
        "badge": badge.kind,
        "count": badge.count,
        "kept": badge.kept,
        "reason": badge.reason,
    }


def _plan_takes(now: Session, scene: Any, window: Any) -> _Plan:
    found = shots.scene_shots(scene)
    shot = picked(found, window)
    settings = shots.settings_map(scene, found).get(shot.name) if shot is not None else None
    used = settings.take if settings is not None else ""
    prints = fingerprint.prints(None, shot) if shot is not None else {}
    shown = [t for t in reversed(now.known.takes) if window.show_rejected or t.rating.value != "rejected"]
    chosen = window.takes[window.take_index].name if 0 <= window.take_index < len(window.takes) else ""
    index = next((i for i, t in enumerate(shown) if t.id == chosen), 0)
    if window.take_index == 0:
        index = 0  # who looks at the newest take sees the one that has just come

    def finish(window: Any) -> None:
        if index != window.take_index:
            set_quietly(window, "take_index", index)

    return len(shown), (_take_line(t, used, prints) for t in shown), finish


def _take_line(take: TakeRow, used: str, prints: dict[str, str]) -> Line:
    return {
        "name": take.id,
        "label": rows.take_label(take),
        "rating": take.rating.value,
        "notes": take.notes,
        "used": take.id == used,
        "still": take.frame_count == 1,
        "missing": ", ".join(take.missing),
        "stale": ", ".join(freshness.differences(take.origin, prints)),
    }


def _plan_jobs(now: Session, scene: Any, window: Any) -> _Plan:
    shown = now.known.shown_jobs()
    lines = (rows.job_row(job, now.known.seconds_left(job.id)) for job in shown)
    return len(shown), lines, lambda window: None


_PLANS: dict[str, Callable[[Session, Any, Any], _Plan]] = {
    "shots": _plan_shots,
    "takes": _plan_takes,
    "jobs": _plan_jobs,
}


def picked(found: tuple[FoundShot, ...], window: Any) -> FoundShot | None:
    """The shot that the list has picked, of those there are; the first one while the list is empty."""
    if 0 <= window.shot_index < len(window.shots):
        name = window.shots[window.shot_index].name
        return next((s for s in found if s.name == name), None)
    return found[0] if found else None


def watch_picked(now: Session, scene: Any) -> None:
    """Watch the takes of the shot that is picked."""
    names: tuple[str, ...] = ()
    found = shots.scene_shots(scene)
    shot = picked(found, bpy.context.window_manager.rushes)
    if shot is not None:
        names = names_for(shots.settings_map(scene, found).get(shot.name), shot)
    now.want(production.root_of(scene), names)


def names_for(settings: Any | None, shot: FoundShot) -> tuple[str, ...]:
    """Names under which a shot's takes may be."""
    if settings is None:
        return (shot.name,)
    return tuple(dict.fromkeys([shot.name, *names_of(settings.name, settings.aliases)]))


_quiet = False


def set_quietly(row: Any, name: str, value: Any) -> None:
    """Set a property without its own update doing anything: it is not the artist's doing."""
    global _quiet
    _quiet = True
    try:
        setattr(row, name, value)
    finally:
        _quiet = False


def quiet() -> bool:
    """True while lists are filled."""
    return _quiet
