"""Generate still, generate clip, explore: snapshot, plan, submit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bpy.types import Operator

from rushes.contracts import FrameRange, JobRequest, JobStatus, ShootRequest

from .. import runtime
from ..host import shots, snapshot, undo
from ..logic import requests
from ..logic.engine_choice import chosen
from ..logic.known import Pending
from ..logic.requests import Plan
from ..logic.shots import FoundShot
from .common import guarded, owner_scene, ready

__all__ = ["CLASSES", "submit", "submit_takes"]


class RUSHES_OT_generate_clip(Operator):
    """Make takes of the shot, over all its frames. Blender stays free meanwhile"""

    bl_idname = "rushes.generate_clip"
    bl_label = "Generate Clip"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        return ready(cls, context, shot=True)

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: _generate(context, still=False))


class RUSHES_OT_generate_still(Operator):
    """Make takes of the current frame alone: quick, to judge a look"""

    bl_idname = "rushes.generate_still"
    bl_label = "Generate Still"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        return ready(cls, context, shot=True)

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: _generate(context, still=True))


class RUSHES_OT_explore(Operator):
    """One frame of the shot in many visual directions, on a sheet to choose from"""

    bl_idname = "rushes.explore"
    bl_label = "Explore"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        return ready(cls, context, shot=True)

    def execute(self, context: Any) -> set[str]:
        return guarded(self, lambda: _explore(context))


def _generate(context: Any, still: bool) -> set[str]:
    now, scene = _session(), owner_scene(context)
    shot = snapshot.shot_to_work_on(context, scene)
    settings = _settings(scene, shot)
    plan = snapshot.plan_of(now, scene, shot)
    numbers = requests.seeds(settings.seed, scene.rushes.variants, settings.lock_seed)
    frame = min(max(scene.frame_current, shot.first), shot.last)
    wanted = requests.shoot_requests(plan, numbers, FrameRange(frame, frame) if still else None)
    submit_takes(now, scene, settings, wanted, place=scene.rushes.place and not still)
    return {"FINISHED"}


def _explore(context: Any) -> set[str]:
    now, scene = _session(), owner_scene(context)
    shot = snapshot.shot_to_work_on(context, scene)
    settings = _settings(scene, shot)
    plan = snapshot.plan_of(now, scene, shot)
    frame = min(max(scene.frame_current, shot.first), shot.last)
    job = requests.explore_job(plan, frame, scene.rushes.directions, settings.seed, chosen().blender)
    submit(now, plan, [job], [Pending(str(job.id), scene.name, shot.name, settings.key)])
    return {"FINISHED"}


def _settings(scene: Any, shot: FoundShot) -> Any:
    """The shot's settings; making them is a change of the file, so that saving is offered."""
    known = shots.settings_of(scene, shot)
    if known is not None:
        return known
    made = shots.ensure_settings(scene, shot)
    undo.push("Shot Settings")
    return made


def submit_takes(now: runtime.Session, scene: Any, settings: Any, wanted: Sequence[ShootRequest], place: bool) -> None:
    """Queue takes, and remember what is to be done with them."""
    jobs = [requests.shoot_job(r, chosen().blender) for r in wanted]
    pending = [Pending(str(j.id), scene.name, r.shot, settings.key, place) for j, r in zip(jobs, wanted)]
    first = wanted[0]
    _send(now, first.production, first.blend, jobs, pending)


def submit(now: runtime.Session, plan: Plan, jobs: Sequence[JobRequest], pending: Sequence[Pending]) -> None:
    """Queue jobs of a plan."""
    _send(now, plan.production, plan.blend, jobs, pending)


def _send(now: runtime.Session, root: str, blend: str, jobs: Sequence[JobRequest], pending: Sequence[Pending]) -> None:
    for waiting in pending:
        now.known.pending[waiting.job] = waiting

    def work(client: Any) -> list[JobStatus]:
        client.register_source(root, blend)
        return [client.submit(job) for job in jobs]

    def failed(error: Any) -> None:
        for waiting in pending:
            now.known.pending.pop(waiting.job, None)
        now.known.tell(error)

    now.bridge.call(work, now.bridge.watch.follow, failed)
    now.known.changed.add("jobs")


def _session() -> runtime.Session:
    now = runtime.session()
    assert now is not None  # operators are registered while a session is there
    return now


CLASSES = (RUSHES_OT_generate_clip, RUSHES_OT_generate_still, RUSHES_OT_explore)
