"""Takes that come back by themselves: a job of ours ends, its take goes onto the timeline, as one step of undo."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import bpy

from rushes.contracts import JobState, JobStatus, TakeRow
from rushes.errors import RushesError

from ..logic.known import Pending
from ..runtime import Session
from . import edit_scene, pulse, undo

__all__ = ["ended", "fetch", "in_the_midst", "push_undo", "start", "stop"]

_BUSY = ("TRANSFORM_", "SEQUENCER_")
"""Operators in whose midst no strip is changed."""
_waiting: deque[Callable[[], None]] = deque()


def start(now: Session) -> None:
    """Listen to jobs that end."""
    now.known.on_done.append(_ended)
    pulse.TICKS.append(_step)


def stop(now: Session | None) -> None:
    """Listen no more."""
    _waiting.clear()
    if _step in pulse.TICKS:
        pulse.TICKS.remove(_step)
    if now is not None and _ended in now.known.on_done:
        now.known.on_done.remove(_ended)


def fetch(now: Session, root: str, shots: Sequence[str], then: Callable[[tuple[TakeRow, ...]], None]) -> None:
    """Ask for the takes of shots, then do something with them on the main thread when nothing is in the way.

    An error of ours in `then` is told.
    """

    def done(takes: Any) -> None:
        _waiting.append(lambda: _told(now, lambda: then(tuple(takes))))

    now.bridge.call(lambda client: client.takes(root, list(shots)), done)


def push_undo(text: str) -> None:
    """Make what was done a step of its own, which Ctrl Z takes back. In edit and paint modes Blender's steps hold
    only the edited data; then the strip belongs to the step in which the mode is left."""
    if bpy.context.mode.startswith(("EDIT", "SCULPT", "PAINT")):
        return
    undo.push(text)


def _ended(job: JobStatus, pending: Pending | None) -> None:
    from .. import runtime

    now = runtime.session()
    if now is not None:
        ended(now, job, pending)


def ended(now: Session, job: JobStatus, pending: Pending | None) -> None:
    """A job has ended; what it made is brought to the timeline when it was asked for with that."""
    if pending is None or not pending.place or job.request.kind != "shoot" or job.state is not JobState.DONE:
        return
    result = job.result or {}
    take, shot = str(result.get("take", "")), str(result.get("shot", pending.shot))
    root = str(job.request.params.get("production", now.bridge.watch.wish.production))
    fetch(now, root, (shot,), lambda takes: _bring(now, pending, take, takes))


def _bring(now: Session, pending: Pending, take_id: str, takes: tuple[TakeRow, ...]) -> None:
    take = next((t for t in takes if t.id == take_id), None)
    if take is None:
        return  # trashed in the meantime
    scene = _scene(pending)
    if scene is None:
        now.known.tell(
            f"The scene {pending.scene} is gone, so the new take of {pending.shot} was not placed.",
            "It is kept in the production.",
            "WARNING",
        )
        return
    for note in edit_scene.put(scene, take):
        now.known.tell(note, level="WARNING")
    _waiting.appendleft(lambda: push_undo(f"Place Take of {take.shot}"))  # its cost in a tick of its own


def _scene(pending: Pending) -> Any | None:
    """The scene it was asked in, also after a new name."""
    scene = bpy.data.scenes.get(pending.scene)
    if scene is not None:
        return scene
    return next((s for s in bpy.data.scenes if any(k.key == pending.key for k in s.rushes.shots)), None)


def _step(now: Session) -> None:
    if _ended not in now.known.on_done:  # the session is another one than at the start
        now.known.on_done.append(_ended)
    if _waiting and not in_the_midst():
        _waiting.popleft()()


def in_the_midst() -> bool:
    """Whether the artist drags something right now."""
    manager = bpy.context.window_manager
    windows = manager.windows if manager is not None else ()
    return any(o.bl_idname.startswith(_BUSY) for w in windows for o in w.modal_operators)


def _told(now: Session, work: Callable[[], None]) -> None:
    try:
        work()
    except RushesError as exc:
        now.known.tell(exc)
