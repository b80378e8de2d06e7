"""Coverage as it was last measured, bakes that are asked for and arrive. On the main thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from rushes.client import new_job_id
from rushes.contracts import FrameRange, JobRequest, JobState, JobStatus, encode
from rushes.contracts.bake import BakeJob, FillJob
from rushes.errors import RushesError
from rushes.projection import projected
from rushes.projection.coverage import Coverage

from ..logic.engine_choice import chosen
from ..logic.known import Pending
from ..runtime import Session
from . import arrivals, production, pulse, save_copy

__all__ = ["ask_bake", "ask_fill", "measured", "note_coverage", "start", "stop", "waiting"]


@dataclass(frozen=True)
class _Wanted:
    scene: str
    fill: bool = False


_wanted: dict[str, _Wanted] = {}
"""Job id → what is to be done with its result."""
_measured: dict[str, Coverage] = {}
"""Scene's name → its coverage."""


def note_coverage(scene: Any, found: Coverage) -> None:
    """Remember figures, for the panel."""
    _measured[scene.name] = found


def measured(scene: Any) -> Coverage | None:
    """Figures of the takes that are projected now; None when there are none. Quick: for drawing."""
    found = _measured.get(scene.name)
    if found is None or set(found.takes) != {p.take for p in projected(scene) if p.strength > 0.0}:
        return None
    return found


def waiting(scene: Any) -> bool:
    """Whether a bake or a fill of this scene is under way."""
    return any(w.scene == scene.name for w in _wanted.values())


def ask_bake(
    now: Session, scene: Any, objects: tuple[str, ...], frames: FrameRange | None, size: int, device: str, fill: bool
) -> None:
    """Have the takes of the scene baked; writes a copy of the scene when it has unsaved changes."""
    root = production.root_of(scene)
    blend = save_copy.blend_for_passes(now, root)
    job = BakeJob(root, blend, objects, size=size, range=frames, device=device)
    _send(now, JobRequest("bake", encode(job), blender=chosen().blender or None, id=new_job_id()), scene, fill, blend)


def ask_fill(now: Session, scene: Any) -> None:
    """Have the gaps of the scene's bake filled."""
    root = production.root_of(scene)
    job = FillJob(root, Path(bpy.path.abspath(scene.rushes.bake)).name)
    _send(now, JobRequest("fill", encode(job), id=new_job_id()), scene, False, "")


def _send(now: Session, job: JobRequest, scene: Any, fill: bool, blend: str) -> None:
    name, root = str(job.id), str(job.params["production"])
    _wanted[name] = _Wanted(scene.name, fill)
    now.known.pending[name] = Pending(name, scene.name, "", "")

    def work(client: Any) -> list[JobStatus]:
        if blend:
            client.register_source(root, blend)
        return [client.submit(job)]

    def failed(error: RushesError) -> None:
        _wanted.pop(name, None)
        now.known.pending.pop(name, None)
        now.known.tell(error)

    now.bridge.call(work, now.bridge.watch.follow, failed)
    now.known.changed.add("jobs")


def _ended(job: JobStatus, pending: Pending | None) -> None:
    from .. import runtime

    wanted, now = _wanted.pop(job.id, None), runtime.session()
    scene = bpy.data.scenes.get(wanted.scene) if wanted is not None else None
    if wanted is None or scene is None or now is None or job.state is not JobState.DONE:
        return
    result = job.result or {}
    scene.rushes.bake = str(result.get("folder", ""))
    scene.rushes.bake_filled = job.request.kind == "fill"
    arrivals.push_undo("Bake Takes")
    if wanted.fill:
        try:
            ask_fill(now, scene)
        except RushesError as exc:
            now.known.tell(exc)
        return
    now.known.tell("The bake is ready.", "Use Bake in the panel Projection shows it.")


def start(now: Session) -> None:
    """Listen to jobs that end."""
    now.known.on_done.append(_ended)
    pulse.TICKS.append(_step)


def stop(now: Session | None) -> None:
    """Listen no more, and forget."""
    _wanted.clear()
    _measured.clear()
    if _step in pulse.TICKS:
        pulse.TICKS.remove(_step)
    if now is not None and _ended in now.known.on_done:
        now.known.on_done.remove(_ended)


def _step(now: Session) -> None:
    if _ended not in now.known.on_done:  # the session is another one than at the start
        now.known.on_done.append(_ended)
