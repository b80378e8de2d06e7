"""A grade's files for one timeline space: CDL, LUT and what is known of them, named by what they were made from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from rushes.contracts import Grade, GradeResult, Rendering, TimelineSpace, decode, digest, encode
from rushes.delivery.colour_cdl import write_cdls
from rushes.delivery.colour_cube import write_cube
from rushes.delivery.colour_grades import file_stem
from rushes.delivery.colour_realise import Realised, realise
from rushes.delivery.colour_spaces import Working
from rushes.errors import ProtocolError
from rushes.media.pictures import beside

__all__ = ["FAR", "VERSION", "content_key", "grade_files", "read_result", "stem", "write_result"]

VERSION = 1
"""Changes whenever the same grade would give other files."""
FAR = 0.5
"""CIEDE2000 on the worst patch from which a result carries a warning."""


def stem(name: str, working: Working, key: str) -> str:
    """`name.space.key`; the rendering stands in it where it is not colorimetric."""
    rendering = f".{working.rendering.value}" if working.tone_mapped else ""
    return f"{file_stem(name)}.{working.space.value}{rendering}.{key[:10]}"


def content_key(grade: Grade, working: Working) -> str:
    """Hash of all that decides the files: the grade, the bytes of its LUT, the space. FileNotFoundError is left
    to the reader of the LUT, which says it in words."""
    lut = Path(grade.lut) if grade.lut else None
    content = hashlib.sha256(lut.read_bytes()).hexdigest() if lut is not None and lut.is_file() else ""
    plain = replace(grade, lut=content or None, drx=None)
    return digest({"version": VERSION, "grade": encode(plain), "working": working.label})


def read_result(path: Path) -> GradeResult | None:
    """A result written earlier, when it is whole and its LUT is there."""
    try:
        data = cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
        found = decode(GradeResult, data)
    except (OSError, ValueError, ProtocolError):
        return None
    lut = str(path.parent / found.lut) if found.lut else None
    return None if lut and not Path(lut).is_file() else replace(found, lut=lut)


def write_result(path: Path, result: GradeResult) -> None:
    """Write it with its LUT named relative to it; atomically."""
    plain = replace(result, lut=Path(result.lut).name if result.lut else None)
    with beside(path) as draft:
        draft.write_text(json.dumps(encode(plain), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def grade_files(grade: Grade, space: TimelineSpace, folder: Path, rendering: Rendering | None = None) -> GradeResult:
    """Realise the grade in the space; its .cdl, .cube (when there is one) and .json lie in `folder` afterwards.

    The same grade gives the same files; what is there already is kept. InputError for an unusable LUT.
    """
    working = Working.of(space, rendering)
    base = stem(grade.name, working, content_key(grade, working))
    about = folder / f"{base}.json"
    known = read_result(about)
    if known is not None:
        return known
    made = realise(grade, working)
    lut = folder / f"{base}.cube"
    if made.cube is not None:
        write_cube(lut, made.cube, f"{grade.name} ({working.label})")
    write_cdls(folder / f"{base}.cdl", {file_stem(grade.name): made.cdl}, f"{grade.name}, acts in {working.label}")
    result = GradeResult(
        space=space,
        cdl=made.cdl,
        lut=str(lut) if made.cube is not None else None,
        delta_e=round(made.error.mean, 4),
        worst=round(made.error.worst, 4),
        notes=_notes(working, made),
    )
    write_result(about, result)
    return result


def _notes(working: Working, made: Realised) -> tuple[str, ...]:
    notes: list[str] = []
    if made.error.worst > FAR:
        reason = " The ACES 1.x output transform does not reach every Rec.709 colour." if working.tone_mapped else ""
        notes.append(f"One patch of the ColorChecker is off by deltaE {made.error.worst:.2f}.{reason}")
    if made.cube is not None and made.cdl_error.mean > 0 and made.cdl.neutral:
        notes.append("The LUT carries the whole grade; the CDL is neutral.")
    elif made.cube is not None and made.cdl_error.mean > 0:
        notes.append(f"With the CDL alone the mean deltaE is {made.cdl_error.mean:.2f}.")
    return tuple(notes)
