"""A shot's colour matched to a reference still: fitted CDL, a .cube for the rest, and a sheet to look at."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from rushes.contracts import Grade, GradeResult, JobContext, MatchJob, MatchResult, decode, digest, encode
from rushes.errors import InputError, ProtocolError
from rushes.jobs.grade import writable_grades
from rushes.jobs.registry import Services
from rushes.media.pictures import beside, save_png, to_uint8

if TYPE_CHECKING:
    from rushes.delivery.colour_match import Matched
    from rushes.delivery.colour_spaces import Colours, Working

__all__ = ["match_files", "run"]

_VERSION = 1
_LONGEST = 640
"""Pixels of the pictures that are compared."""
_SHAPE = 1.02
"""Ratio of aspects from which two pictures cannot show the same frame."""
_UNLIKE = 5.0


def run(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """`MatchJob` → `MatchResult`; files in the production's `grades/`. InputError for pictures that cannot be used."""
    job = decode(MatchJob, params)
    folder = writable_grades(job.production)
    context.check()
    context.progress(0.05, "match", "Reading the pictures")
    result = match_files(job, folder, context)
    context.progress(1.0, "done")
    return encode(result)


def match_files(job: MatchJob, folder: Path, context: JobContext | None = None) -> MatchResult:
    """The match as files in `folder`: .cube, .cdl, .grade.json, .png, .json. What is there already is kept."""
    from rushes.delivery.colour_files import stem
    from rushes.delivery.colour_match import match_other, match_same
    from rushes.delivery.colour_pictures import read_picture, scaled
    from rushes.delivery.colour_spaces import Working

    working = Working.of(job.space, job.rendering)
    picture = scaled(read_picture(Path(job.picture), job.picture_frame), _LONGEST)
    reference = scaled(read_picture(Path(job.reference), job.reference_frame), _LONGEST)
    if job.same_scene:
        reference = _same_shape(picture, reference)
    name = f"{_short(job.picture, job.picture_frame)} to {_short(job.reference, job.reference_frame)}"
    base = folder / stem(name, working, _key(picture, reference, working, job.same_scene))
    known = _known(base.with_name(f"{base.name}.json"))
    if known is not None:
        return known
    if context is not None:
        context.check()
        context.progress(0.2, "match", f"Fitting {Path(job.picture).name} to {Path(job.reference).name}")
    fit = match_same if job.same_scene else match_other
    found = fit(working, picture.reshape(-1, 3), reference.reshape(-1, 3))
    grade = _write(base, name, job, working, found)
    sheet = base.with_name(f"{base.name}.png")
    _draw(sheet, name, job, working, found, picture, reference)
    result = MatchResult(
        grade=grade,
        before=round(found.before, 3),
        after_cdl=round(found.after_cdl, 3),
        after=round(found.after, 3),
        sheet=str(sheet),
        notes=_notes(job, found),
    )
    _remember(base.with_name(f"{base.name}.json"), result)
    for note in result.notes if context is not None else ():
        cast(JobContext, context).note(note)
    return result


def _short(path: str, frame: int) -> str:
    return f"{Path(path).stem[:40]}{f' {frame}' if frame else ''}"


def _key(picture: Colours, reference: Colours, working: Working, same: bool) -> str:
    hashes = [hashlib.sha256(np.ascontiguousarray(p).tobytes()).hexdigest() for p in (picture, reference)]
    return digest({"version": _VERSION, "pictures": hashes, "working": working.label, "same": same})


def _same_shape(picture: Colours, reference: Colours) -> Colours:
    import cv2

    height, width = picture.shape[:2]
    ratio = (width / height) / (reference.shape[1] / reference.shape[0])
    if not 1 / _SHAPE <= ratio <= _SHAPE:
        raise InputError(
            "Picture and reference have different shapes, so they cannot be compared pixel by pixel.",
            code="match.shape",
            hint="Export both at the same framing, or match them as different scenes.",
        )
    if (height, width) == reference.shape[:2]:
        return reference
    return np.asarray(cv2.resize(reference, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def _write(base: Path, name: str, job: MatchJob, working: Working, found: Matched) -> GradeResult:
    from rushes.delivery.colour_cdl import write_cdls
    from rushes.delivery.colour_cube import write_cube
    from rushes.delivery.colour_grades import file_stem, save_grade

    lut = base.with_name(f"{base.name}.cube") if found.cube is not None else None
    if lut is not None and found.cube is not None:
        write_cube(lut, found.cube, f"{name} ({working.label})")
    write_cdls(base.with_name(f"{base.name}.cdl"), {file_stem(name): found.cdl}, f"{name}, acts in {working.label}")
    path = str(lut) if lut is not None else None
    about = f"Matched in {working.label}: deltaE {found.before:.1f} to {found.after:.1f}."
    save_grade(base.parent, Grade(name, job.space, found.cdl, path, rendering=job.rendering), about)
    return GradeResult(job.space, found.cdl, path, round(found.error.mean, 4), round(found.error.worst, 4))


def _draw(
    path: Path, name: str, job: MatchJob, working: Working, found: Matched, picture: Colours, reference: Colours
) -> None:
    from rushes.delivery.colour_match import apply_match
    from rushes.delivery.colour_sheet import match_sheet

    what = "mean deltaE 2000, pixel by pixel" if job.same_scene else "mean deltaE 2000 between the crowds of colours"
    matched = apply_match(working, found.cdl, found.cube, picture)
    sheet = match_sheet(
        f"{name}   ·   {working.label}",
        (
            (picture, f"picture   deltaE {found.before:.2f}", what),
            (matched, f"matched   deltaE {found.after:.2f}", f"with the CDL alone {found.after_cdl:.2f}"),
            (reference, "reference", Path(job.reference).name),
        ),
    )
    save_png(path, to_uint8(sheet))


def _notes(job: MatchJob, found: Matched) -> tuple[str, ...]:
    notes: list[str] = []
    if job.same_scene and found.after > _UNLIKE:
        notes.append("The pixels of picture and reference do not belong together; match them as different scenes.")
    if not job.same_scene and found.after > 0.8 * found.before:
        notes.append("The scenes have little in common: the match is held back so that no hue breaks. Trim it by eye.")
    if found.cube is not None and found.cdl.neutral:
        notes.append("The LUT carries the whole match; the CDL is neutral.")
    if found.cube is None:
        notes.append("The CDL alone does it; no LUT is needed.")
    return tuple(notes)


def _remember(path: Path, result: MatchResult) -> None:
    grade = replace(result.grade, lut=Path(result.grade.lut).name if result.grade.lut else None)
    plain = replace(result, grade=grade, sheet=Path(result.sheet).name)
    with beside(path) as draft:
        draft.write_text(json.dumps(encode(plain), indent=1) + "\n", encoding="utf-8")


def _known(path: Path) -> MatchResult | None:
    try:
        found = decode(MatchResult, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ProtocolError):
        return None
    lut = str(path.parent / found.grade.lut) if found.grade.lut else None
    sheet = str(path.parent / found.sheet)
    if not all(Path(file).is_file() for file in (lut, sheet) if file):
        return None
    return replace(found, grade=replace(found.grade, lut=lut), sheet=sheet)
