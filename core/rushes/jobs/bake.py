"""Takes frozen into textures: a Blender in the background bakes, frame by frame; what is there already is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rushes.blender.launcher import find_blender, run_inside
from rushes.contracts import JobContext, ProjectorJob, decode, digest, encode
from rushes.contracts.bake import BAKE_VERSION, BakeData, BakeJob
from rushes.errors import InputError, disk_full_as_error
from rushes.jobs import projector
from rushes.jobs.locking import locked
from rushes.jobs.registry import Services
from rushes.jobs.stages import Stages
from rushes.library.files import file_sha256
from rushes.library.production import Production

__all__ = ["FOLDER", "run"]

FOLDER = "bakes"
_INSIDE = "rushes.blender.inside.bake_run"
_LIMITS = {"size": (16, 8192), "margin": (0, 64), "samples": (1, 64)}


def run(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """Bake (params: BakeJob) into `bakes/<key>` of the production; the same request of the same .blend goes on where it
    was stopped.

    Gives `folder`, `bake` (its name), `first`, `count`, `objects` (names), `takes`, `notes`. InputError `bake.takes`,
    `bake.objects`, `bake.setting`; errors of the job "projector" for takes that are named.
    """
    job = decode(BakeJob, dict(params))
    _check(job)
    production = Production.open(job.production)
    blend = production.check_source(job.blend)
    stages = Stages(context, {"takes": 0.1 if job.takes else 0.001, "bake": 1.0})
    projectors = _projectors(job, stages, services)
    key = _key(job, file_sha256(blend, context.check))
    folder = production.root / FOLDER / key
    with disk_full_as_error(folder):
        folder.mkdir(parents=True, exist_ok=True)
    asked = {"job": encode(replace(job, blend=str(blend))), "out": str(folder), "projectors": projectors}
    with locked(folder.parent / f".{key}.lock", context):
        command = find_blender(services.asked or services.blender)
        made = decode(BakeData, run_inside(_INSIDE, asked, blender=command, context=stages.stage("bake")))
    stages.update("bake", 1.0)
    return {
        "folder": str(folder),
        "bake": key,
        "first": made.first,
        "count": made.count,
        "objects": [o.name for o in made.objects],
        "takes": list(made.takes),
        "notes": list(made.notes),
    }


def _check(job: BakeJob) -> None:
    for name, (least, most) in _LIMITS.items():
        if not least <= getattr(job, name) <= most:
            raise InputError(
                f"A {name} of {getattr(job, name)} cannot be.",
                code="bake.setting",
                hint=f"Give one from {least} to {most}.",
            )
    if job.device not in ("cpu", "gpu"):
        raise InputError(f"There is no device {job.device!r}.", code="bake.setting", hint="Give cpu or gpu.")
    if job.range is not None and job.range.step != 1:
        raise InputError(
            f"A bake goes frame by frame, not in steps of {job.range.step}.",
            code="bake.setting",
            hint="Give a range without a step.",
        )


def _projectors(job: BakeJob, stages: Stages, services: Services) -> list[str]:
    """Folders of the named takes, made now where they are missing."""
    found: list[str] = []
    for number, take in enumerate(job.takes, start=1):
        params = encode(ProjectorJob(job.production, take))
        part = _Part(stages.stage("takes"), number - 1, len(job.takes))
        found.append(str(projector.run(params, part, services)["folder"]))
    stages.update("takes", 1.0)
    return found


class _Part:
    """JobContext of one of several takes."""

    def __init__(self, context: JobContext, done: int, total: int) -> None:
        self._context, self._done, self._total = context, done, total

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        """See JobContext."""
        self._context.progress((self._done + fraction) / self._total, stage, message)

    def note(self, text: str) -> None:
        """See JobContext."""
        self._context.note(text)

    def preview(self, png: bytes) -> None:
        """See JobContext."""
        self._context.preview(png)

    def should_stop(self) -> bool:
        """See JobContext."""
        return self._context.should_stop()

    def check(self) -> None:
        """See JobContext."""
        self._context.check()


def _key(job: BakeJob, sha256: str) -> str:
    """What would give other pixels gives another folder."""
    span = None if job.range is None else [job.range.start, job.range.end]
    told = [sha256, list(job.objects), list(job.takes), job.size, span, job.margin, job.samples]
    return digest([BAKE_VERSION, *told])[:20]
