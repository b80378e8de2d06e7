"""One grade over a whole cut: as ASC CDL and, where that is not enough, as a .cube, in the editor's timeline space."""

from __future__ import annotations

from dataclasses import replace

from rushes.contracts import (
    EditClip,
    EditTimeline,
    EditTrack,
    Grade,
    GradeJob,
    GradeResult,
    JobContext,
    TimelineSpace,
    TrackKind,
    decode,
    encode,
)
from rushes.contracts.deliver import DeliverJob
from rushes.errors import InputError
from rushes.jobs.registry import Services, use_case
from rushes.library.production import Production

__all__ = ["graded"]


def graded(
    production: Production, job: DeliverJob, timeline: EditTimeline, context: JobContext, services: Services
) -> EditTimeline:
    """The cut with the grade that is asked for on its generated clips; as it is when none is.

    InputError `deliver.grade` for a grade that is not there, `deliver.space` for an unknown space.
    """
    if not job.grade:
        return timeline
    try:
        space = TimelineSpace(job.space)
    except ValueError as exc:
        known = ", ".join(s.value for s in TimelineSpace)
        raise InputError(
            f"There is no timeline space {job.space!r}.", code="deliver.space", hint=f"Say {known}."
        ) from exc
    grade = _find(production, job.grade, context, services)
    params = encode(GradeJob(str(production.root), grade, space))
    found = decode(GradeResult, use_case("grade")(params, context, services))
    for note in found.notes:
        context.note(note)

    def clip(given: EditClip) -> EditClip:
        return replace(given, cdl=found.cdl, lut=found.lut) if given.generated else given

    def track(given: EditTrack) -> EditTrack:
        return replace(given, clips=tuple(map(clip, given.clips))) if given.kind is TrackKind.VIDEO else given

    return replace(timeline, tracks=tuple(map(track, timeline.tracks)))


def _find(production: Production, name: str, context: JobContext, services: Services) -> Grade:
    listed = use_case("grades")({"production": str(production.root)}, context, services)["grades"]
    grades = [decode(Grade, g) for g in listed]
    found = next((g for g in grades if g.name.casefold() == name.casefold()), None)
    if found is None:
        names = ", ".join(g.name for g in grades) or "none"
        raise InputError(f"There is no grade {name!r}.", code="deliver.grade", hint=f"Grades are: {names}.")
    return found
