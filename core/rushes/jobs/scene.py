"""What a .blend holds: its shots with their briefs, its cameras. Nothing is rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rushes.contracts import JobContext, decode, encode
from rushes.jobs.registry import Services
from rushes.jobs.shot_passes import all_shots, inspect
from rushes.library.production import Production

__all__ = ["SceneJob", "run"]


@dataclass(frozen=True)
class SceneJob:
    """Which .blend to look into."""

    blend: str
    """Absolute path; a source of the production when one is given."""
    production: str | None = None
    """Where the answer is remembered until the .blend changes."""


def run(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """The encoded SceneInfo. Raises BlendError, BlenderError, and SceneError when there is no shot in it."""
    job = decode(SceneJob, dict(params))
    context.progress(0.0, "scene", "Looking into the scene")
    if job.production is None:
        info = services.passes.inspect(Path(job.blend), context)
    else:
        production = Production.open(job.production)
        info = inspect(production, production.check_source(job.blend), services.passes, context).info
    all_shots(info)
    context.progress(1.0, "scene")
    return encode(info)
