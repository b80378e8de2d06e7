"""What each block of the scene stands for, kept up to date in the background for the panel and the overlay."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import bpy

from rushes.contracts import ObjectClass

from ..logic.blocks import Answer, class_by_shape, class_of, prompt_of
from .scene_walk import named, parents_of, walk

__all__ = ["Known", "answer_of", "classes_now", "counts", "known", "prompt_for", "start", "stop", "wish"]

_CALM = 0.2
_BUDGET = 0.0015
_WISH = 3.0
"""Seconds for which the classes are kept up to date after they were last asked for."""


@dataclass
class Known:
    """What is known: numbers and words, no datablocks."""

    answers: dict[int, Answer] = field(default_factory=dict)
    classes: dict[int, ObjectClass] = field(default_factory=dict)
    prompts: dict[int, str] = field(default_factory=dict)
    counts: Counter[ObjectClass] = field(default_factory=Counter)
    version: int = 0
    scene: int = 0


class _State:
    def __init__(self) -> None:
        self.known = Known()
        self.work: Generator[None, None, Known] | None = None
        self.dirty = True
        self.edited = 0.0
        self.wished = 0.0
        self.checked = 0


_state = _State()


def start() -> None:
    """Listen to edits, undo and ticks."""
    from . import pulse

    global _state
    _state = _State()
    pulse.EDITED.append(_edited)
    pulse.UNDONE.append(_undone)
    pulse.TICKS.append(_tick)


def stop() -> None:
    """Listen no more."""
    from . import pulse

    for heard, function in ((pulse.EDITED, _edited), (pulse.UNDONE, _undone), (pulse.TICKS, _tick)):
        if function in heard:
            heard.remove(function)


def wish() -> None:
    """Somebody shows the classes: keep them up to date for a while. May be called while drawing."""
    _state.wished = time.perf_counter()


def known() -> Known:
    """What is known now; may be a moment old."""
    return _state.known


def counts() -> Counter[ObjectClass]:
    """How many blocks of each class the scene has."""
    return _state.known.counts


def answer_of(obj: Any) -> Answer | None:
    """What an object stands for; None when it does not render or is not known yet."""
    return _state.known.answers.get(obj.session_uid)


def prompt_for(obj: Any) -> str:
    """The prompt fragment that counts for an object, its own or its collection's."""
    return _state.known.prompts.get(obj.session_uid, "")


def classes_now(scene: Any) -> Known:
    """All of them, worked out at once."""
    work = _survey(scene, _state.known.version + 1)
    while True:
        try:
            next(work)
        except StopIteration as finished:
            _state.known, _state.work, _state.dirty = finished.value, None, False
            return _state.known


def dirty() -> None:
    """Something was changed that Blender tells no handler of."""
    _state.work, _state.dirty = None, True


def _edited(depsgraph: Any) -> None:
    dirty()
    _state.edited = time.perf_counter()


def _undone() -> None:
    dirty()


def _tick(now: Any) -> None:
    from .mirror import current_scene, redraw

    begun = time.perf_counter()
    scene = current_scene()
    if scene is not None and _state.checked != scene.session_uid:
        _state.checked = scene.session_uid
        _forget_report()
    if scene is None or begun - _state.wished > _WISH or begun - _state.edited < _CALM:
        return
    if _state.work is None:
        if not _state.dirty and _state.known.scene == scene.session_uid:
            return
        _state.dirty = False
        _state.work = _survey(scene, _state.known.version + 1)
    try:
        while time.perf_counter() < begun + _BUDGET:
            next(_state.work)
    except StopIteration as finished:
        _state.work = None
        if (finished.value.answers, finished.value.prompts) != (_state.known.answers, _state.known.prompts):
            _state.known = finished.value
            redraw()
        _state.known.scene = scene.session_uid
    except ReferenceError:  # something was deleted meanwhile: begin again
        dirty()


def _forget_report() -> None:
    """A report about another scene helps nobody."""
    window = bpy.context.window_manager.rushes
    if window.checked:
        window.findings.clear()
        window.checked = False


def _survey(scene: Any, version: int) -> Generator[None, None, Known]:
    found = yield from walk(scene)
    made = Known(version=version, scene=scene.session_uid)
    sizes: dict[int, tuple[float, float, float]] = {}
    for count, (uid, obj) in enumerate(found.objects.items()):
        data = named(obj.data) if obj.data is not None else None
        own, around = named(obj), found.around(uid)
        answer = class_of(own, data, parents_of(obj), around)
        made.answers[uid], made.prompts[uid] = answer, prompt_of(own, data, around)
        if answer.cls is None:
            sizes[uid] = tuple(obj.dimensions)
        else:
            made.classes[uid] = answer.cls
        if count % 20 == 19:
            yield
    width = 0.0
    for count, obj in enumerate(found.objects.values() if sizes else ()):
        width = max(width, *obj.dimensions[:2])
        if count % 200 == 199:
            yield
    for uid, size in sizes.items():
        made.classes[uid] = class_by_shape(size, width)
    made.counts = Counter(made.classes.values())
    return made
