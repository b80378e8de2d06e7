"""Fingerprints of a shot as the scene has it now, worked out little by little.

Four of them: camera (lens, place, moves, range, rate, size), geometry in view, brief, look. They are made of what the
scene is defined by (settings, keys, modifiers), never of what a frame happens to show: no frame is ever set.

In view is what a shot's camera may see at up to nine frames of its range, with a margin for shadows. Places come from
plain curves and parents. What cannot be told that way counts as in view: armatures, shape keys, physics, particles,
geometry nodes, drivers, and constraints on things that move. With such a camera everything is in view.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import bpy

from ..logic.freshness import short
from ..logic.shots import FoundShot
from .survey import Survey

__all__ = ["CLASSES", "forget", "in_view", "prints", "prints_now", "start", "step", "stop", "working"]

CLASSES: tuple[type, ...] = ()
_CALM = 0.25
"""Seconds without an edit before work begins: while something is dragged, nothing is worked out."""
_PULSE = 0.35
"""Seconds between looks at the settings that Blender tells no handler of."""

_Work = Generator[None, None, bool]


class _State:
    def __init__(self) -> None:
        self.survey = Survey()
        self.work: _Work | None = None
        self.scene = 0
        self.wanted = True
        self.edited = 0.0
        self.looked = 0.0
        self.signature: object = None


_state = _State()


def start() -> None:
    """Listen to edits and undo."""
    from . import pulse

    forget()
    pulse.EDITED.append(_edited)
    pulse.UNDONE.append(_undone)


def stop() -> None:
    """Listen no more."""
    from . import pulse

    for heard, function in ((pulse.EDITED, _edited), (pulse.UNDONE, _undone)):
        if function in heard:
            heard.remove(function)
    forget()


def working() -> bool:
    """True while something is left to be worked out."""
    return _state.work is not None or _state.wanted


def step(scene: Any, end: float) -> bool:
    """Work until `end` (perf_counter); True when a shot's fingerprints have become another."""
    now = time.perf_counter()
    _follow(scene)
    if now - _state.looked > _PULSE:
        _state.looked = now
        signature = _state.survey.signature(scene)
        if signature != _state.signature:
            _state.signature, _state.wanted, _state.work = signature, True, None
    if not working() or now - _state.edited < _CALM:
        return False
    return _work(scene, end)


def _work(scene: Any, end: float | None, only: str = "") -> bool:
    if _state.work is None:
        _state.wanted = False
        _state.work = _state.survey.run(scene, only)
    try:
        while end is None or time.perf_counter() < end:
            next(_state.work)
    except StopIteration as finished:
        _state.work = None
        return bool(finished.value)
    except ReferenceError:  # something was deleted meanwhile: begin again
        _state.work, _state.wanted = None, True
    return False


def prints(scene: Any, shot: FoundShot) -> dict[str, str]:
    """What is known now of "camera", "geometry", "brief", "look"; quick. Things not worked out yet are left out."""
    return {key: short(value) for key, value in _state.survey.prints.get(shot.name, {}).items()}


def in_view(shot: FoundShot) -> int:
    """How many objects the shot's camera may see; -1 while that is not known."""
    return _state.survey.in_view.get(shot.name, -1)


def prints_now(scene: Any, shot: FoundShot) -> dict[str, str]:
    """All four, worked out at once: for a take that is about to be made. The look is left out while the model is not
    known (the engine is not up yet)."""
    bpy.context.view_layer.update()
    _follow(scene)
    while True:
        _state.work = None
        _work(scene, None, shot.name)
        if not _state.wanted:
            _state.wanted = True  # the other shots follow little by little
            return prints(scene, shot)


def forget() -> None:
    """Another file."""
    global _state
    _state = _State()


def _follow(scene: Any) -> None:
    if _state.scene != scene.session_uid:
        forget()
        _state.scene = scene.session_uid


def _edited(depsgraph: Any) -> None:
    uids: set[int] = set()
    for update in depsgraph.updates:
        item = update.id.original
        uids.add(item.session_uid)
        if isinstance(item, bpy.types.Object) and update.is_updated_geometry and item.data is not None:
            uids.add(item.data.session_uid)
    if not uids:
        return
    _state.survey.mark(uids)
    _state.work, _state.wanted, _state.edited = None, True, time.perf_counter()


def _undone() -> None:
    """Anything may be as it was before; what is known stays shown until it is worked out anew."""
    _state.survey.mark_all()
    _state.work, _state.wanted = None, True
