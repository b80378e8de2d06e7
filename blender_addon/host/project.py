"""Takes onto blocks: asked of the engine, built here when its files are ready, as one step of undo."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

import bpy

from rushes import projection
from rushes.contracts import JobState, JobStatus, TakeRow
from rushes.errors import InputError, RushesError

from ..logic.engine_choice import chosen
from ..logic.known import Pending
from ..logic.project import Wanted, left_out_text, projector_job
from ..runtime import Session
from . import arrivals, pulse

__all__ = ["ask", "build", "shown_takes", "start", "stop", "waiting"]

_wanted: dict[str, Wanted] = {}
"""Job id → what is to be done with its result."""
_ready: deque[tuple[str, Wanted]] = deque()
"""Projectors' folders that wait for a moment in which nothing is in the way."""


def start(now: Session) -> None:
    """Listen to jobs that end."""
    now.known.on_done.append(_ended)
    pulse.TICKS.append(_step)


def stop(now: Session | None) -> None:
    """Listen no more."""
    _wanted.clear()
    _ready.clear()
    if _step in pulse.TICKS:
        pulse.TICKS.remove(_step)
    if now is not None and _ended in now.known.on_done:
        now.known.on_done.remove(_ended)


def waiting(take: str) -> bool:
    """Whether a take is on its way."""
    return any(w.take == take for w in _wanted.values()) or any(w.take == take for _, w in _ready)


def ask(now: Session, scene: Any, take: TakeRow, objects: Sequence[Any] | None, show: bool = True) -> None:
    """Have the take's projector made, then build. InputError `projection.take` for one that is on its way already."""
    if waiting(take.id):
        raise InputError("This take is on its way already.", code="projection.waiting", hint="See the queue.")
    settings = scene.rushes
    names = None if objects is None else tuple(o.name_full for o in objects)
    wanted = Wanted(scene.name, take.id, names, settings.project_lit, settings.project_hold, show)
    job = projector_job(now.bridge.watch.wish.production, take.id, chosen().blender)
    name = str(job.id)
    _wanted[name] = wanted
    now.known.pending[name] = Pending(name, scene.name, take.shot, "")

    def failed(error: RushesError) -> None:
        _wanted.pop(name, None)
        now.known.pending.pop(name, None)
        now.known.tell(error)

    now.bridge.call(lambda client: [client.submit(job)], now.bridge.watch.follow, failed)
    now.known.changed.add("jobs")


def _ended(job: JobStatus, pending: Pending | None) -> None:
    wanted = _wanted.pop(job.id, None)
    if wanted is not None and job.state is JobState.DONE:
        _ready.append((str((job.result or {}).get("folder", "")), wanted))


def _step(now: Session) -> None:
    if _ended not in now.known.on_done:  # the session is another one than at the start
        now.known.on_done.append(_ended)
    if not _ready or bpy.context.mode != "OBJECT" or arrivals.in_the_midst():
        return
    folder, wanted = _ready.popleft()
    try:
        build(now, folder, wanted)
    except RushesError as exc:
        now.known.tell(exc)


def build(now: Session, folder: str, wanted: Wanted) -> None:
    """Throw a projector's take onto the objects. Done in one go: an undo in the midst of it would break it."""
    scene = bpy.data.scenes.get(wanted.scene)
    if scene is None:
        raise InputError(f"The scene {wanted.scene} is gone; the take was not projected.", code="projection.scene")
    objects: list[Any] | None = None
    if wanted.objects is not None:
        objects = [o for o in scene.objects if o.name_full in wanted.objects]
        gone = left_out_text(len(wanted.objects) - len(objects))
        if gone:
            now.known.tell(gone, level="WARNING")
    options = projection.Options(lit=wanted.lit, hold=wanted.hold)
    report = projection.project(scene, folder, objects, options)
    for text in report.left_out:
        now.known.tell(text, level="WARNING")
    note = projection.colour_note(scene)
    if note:
        now.known.tell(note, "Set it in the panel Projection.")
    if wanted.show:
        _show_materials()
    arrivals.push_undo("Project Take")


def _show_materials() -> None:
    """3D Views that show plain solids change to Material Preview."""
    manager = bpy.context.window_manager
    for window in manager.windows if manager is not None else ():
        for area in window.screen.areas if window.screen is not None else ():
            space = area.spaces.active
            if area.type == "VIEW_3D" and space.shading.type in ("WIREFRAME", "SOLID"):
                space.shading.type = "MATERIAL"


def shown_takes(scene: Any) -> tuple[projection.Projected, ...]:
    """The takes of a scene, the top one first. Quick: for drawing."""
    return projection.projected(scene) if scene is not None else ()
