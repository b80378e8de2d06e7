"""Passes only: a shot's geometry rendered into the production, ready for takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rushes.contracts import FrameRange, JobContext, PassesRequest, Size, decode, encode
from rushes.jobs.registry import Services
from rushes.jobs.shot_passes import find_shot, inspect, obtain_passes, passes_key
from rushes.jobs.stages import Stages
from rushes.library.production import Production

__all__ = ["PassesJob", "run"]


@dataclass(frozen=True)
class PassesJob:
    """Which passes to render."""

    production: str
    """Absolute path of the production folder."""
    blend: str
    """A registered source, or a file inside the production."""
    shot: str
    camera: str | None = None
    range: FrameRange | None = None
    size: Size | None = None
    """None: the scene's."""
    beauty: bool = False
    """A cheap beauty picture too."""


def run(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """Render the passes of a shot, or find them there.

    Gives `folder`, `key`, `reused`, `shot`, `camera`, `range`, `size`, `rate`, `frames`, `passes`, `notes`.
    """
    job = decode(PassesJob, dict(params))
    production = Production.open(job.production)
    stages = Stages(context, {"passes": 1.0})
    inner = stages.stage("passes")
    scene = inspect(production, production.check_source(job.blend), services.passes, inner)
    shot = find_shot(scene.info, job.shot, job.camera, job.range)
    sun = scene.info.sun.direction if scene.info.sun else None
    size = job.size or scene.info.size
    request = PassesRequest(str(scene.blend), shot.name, shot.camera, shot.range, size, sun, job.beauty)
    key = passes_key(scene, request, services.passes)
    inputs, reused = obtain_passes(production, key, request, services.passes, inner)
    manifest = inputs.manifest
    for text in manifest.notes:
        stages.note(text)
    stages.update("passes", 1.0, "Passes were there already" if reused else "")
    return {
        "folder": str(production.passes_folder(key)),
        "key": key,
        "reused": reused,
        "shot": shot.name,
        "camera": shot.camera,
        "range": encode(shot.range),
        "size": encode(manifest.size),
        "rate": encode(manifest.rate),
        "frames": len(manifest.files),
        "passes": list(manifest.passes),
        "notes": list(manifest.notes),
    }
