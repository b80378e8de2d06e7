"""A look's grade for a timeline: CDL and LUT in the timeline's own space, and the list of grades."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rushes.contracts import GradeJob, JobContext, decode, encode
from rushes.errors import ProductionError
from rushes.jobs.registry import Services
from rushes.library.production import Production

__all__ = ["list_grades", "run", "writable_grades"]


def run(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """`GradeJob` → `GradeResult`; files in the production's `grades/`. InputError for an unusable LUT.

    OpenColorIO and SciPy are loaded here, in the worker, and nowhere before.
    """
    from rushes.delivery.colour_files import grade_files

    job = decode(GradeJob, params)
    folder = writable_grades(job.production)
    context.check()
    context.progress(0.1, "grade", f"{job.grade.name} for {job.space.value}")
    result = grade_files(job.grade, job.space, folder, job.rendering)
    for note in result.notes:
        context.note(note)
    context.progress(1.0, "done")
    return encode(result)


def writable_grades(production: str) -> Path:
    """`grades/` of the production; ProductionError when there is none, or it cannot be written to."""
    opened = Production.open(Path(production))
    if not opened.info().writable:
        raise ProductionError(
            f"{opened.root} can be read but not written to, so no grade was made.",
            code="production.read_only",
            hint="Ask for write access to the folder, or work on a copy.",
        )
    return opened.root / "grades"


def list_grades(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """`{"production": folder or ""}` → `{"grades": [Grade, ...], "about": {name: line}}`, LUT paths absolute."""
    from rushes.delivery.colour_grades import grades

    given = str(params.get("production") or "")
    root = Production.open(Path(given)).root if given else None
    found = grades(root)
    context.progress(1.0, "done")
    return {"grades": [encode(n.grade) for n in found], "about": {n.grade.name: n.about for n in found}}
