"""A clip from an editor's timeline is treated and comes back as a file that replaces it frame for frame.

The treatments are in modules of their own: of takes (`clip_takes`), of any footage by filters (`clip_filters`), of
footage by generators (`clip_generate`).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, cast

from rushes.contracts import JobContext, decode, encode
from rushes.contracts.clip import ClipJob, Treatment
from rushes.contracts.timecode import Timecode
from rushes.errors import InputError
from rushes.jobs.clip_return import Outcome, Returns
from rushes.jobs.clip_work import Work
from rushes.jobs.registry import Services
from rushes.library.production import Production

__all__ = ["run"]

Treat = Callable[[Work], Outcome]

_OF_FOOTAGE: Mapping[Treatment, str] = {
    Treatment.RESTYLE: "clip_generate:restyle",
    Treatment.UPSCALE: "clip_filters:upscale",
    Treatment.DENOISE: "clip_filters:denoise",
    Treatment.STABILISE: "clip_filters:stabilise",
    Treatment.INTERPOLATE: "clip_filters:interpolate",
    Treatment.MATTE: "clip_filters:matte",
    Treatment.EXTEND: "clip_generate:extend",
}
_OF_TAKES: Mapping[Treatment, str] = {
    Treatment.ANOTHER: "clip_takes:another",
    Treatment.RESTYLE: "clip_takes:restyle",
    Treatment.EXTEND: "clip_takes:extend",
    Treatment.UPSCALE: "clip_takes:upscale",
    Treatment.MATTE: "clip_matte:matte",
}
"""Where a take's recipe gives more than its pictures."""


def run(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """Treat the clip of a ClipJob; gives a ClipResult. What came back for the same job before is the result.

    Raises what the media, the take, the settings, the generator and the disk have to say; then nothing is left of the
    return (a take that was finished by then stays in the library).
    """
    job = decode(ClipJob, dict(params))
    Timecode(job.timecode, job.rate, job.drop)  # a drop-frame timecode that cannot be is refused before any work
    production = Production.open(job.production)
    returns = Returns(production, job)
    found = returns.found()
    if found is None:
        context.progress(0.0, job.treatment.value, "Looking at the clip")
        outcome = _treatment(job)(Work(job, production, context, services))
        with closing(cast("Any", outcome.pictures)):  # a generator lets go of its files and processes
            found = returns.write(outcome, context)
    context.progress(1.0, job.treatment.value)
    return encode(found)


def _treatment(job: ClipJob) -> Treat:
    where = _OF_TAKES.get(job.treatment) if job.take else None
    where = where or _OF_FOOTAGE.get(job.treatment)
    if where is None:
        raise InputError(
            "Another take can be made of a take only; this clip is footage.",
            code="clip.no_take",
            hint="Use restyle to have it made anew from what it shows.",
        )
    module, _, name = where.partition(":")
    return cast(Treat, getattr(importlib.import_module(f"rushes.jobs.{module}"), name))
