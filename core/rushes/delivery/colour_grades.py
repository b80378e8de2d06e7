"""Grades by name: those that come with Rushes and those of a production, as files beside their LUTs.

A `NAME.grade.json` holds a `Grade` whose `lut` and `drx` are named relative to it, so that a production can move.
OpenColorIO is not loaded here: listing is quick.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from rushes.contracts import Grade, decode, encode
from rushes.contracts.names import safe_name
from rushes.errors import InputError, ProtocolError
from rushes.media.pictures import beside
from rushes.models.store import shipped_folders

__all__ = ["FOLDER", "SUFFIX", "NamedGrade", "file_stem", "find_grade", "grades", "read_grade", "save_grade"]

FOLDER = "grades"
"""Of a production, and of the shipped assets."""
SUFFIX = ".grade.json"
_FILES = ("lut", "drx")


@dataclass(frozen=True)
class NamedGrade:
    """A grade and where it stands."""

    grade: Grade
    path: Path
    about: str
    """One line for the list."""
    shipped: bool
    """True: came with Rushes."""


def file_stem(name: str) -> str:
    """A grade's name as the start of file names: lower case, "_" for spaces."""
    return safe_name("_".join(name.lower().split()), "grade")


def read_grade(path: Path, *, shipped: bool = False) -> NamedGrade:
    """A .grade.json; InputError `grade.file` when it is damaged or not one."""
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(data, dict) or cast("dict[str, Any]", data).get("kind") != "grade":
            raise ValueError("it is not a grade")
        fields = cast("dict[str, Any]", data)["grade"]
        grade = decode(Grade, fields)
    except (OSError, ValueError, KeyError, ProtocolError, InputError) as exc:
        raise InputError(
            f"The grade {path} cannot be read: {exc}",
            code="grade.file",
            hint="Bring the file back from a backup, or remove it.",
            details={"path": str(path)},
        ) from exc
    near = {name: str(path.parent / getattr(grade, name)) for name in _FILES if getattr(grade, name)}
    about = str(cast("dict[str, Any]", data).get("about", ""))
    return NamedGrade(replace(grade, **near), path, about, shipped)


def save_grade(folder: Path, grade: Grade, about: str = "") -> Path:
    """Write `<folder>/<name>.grade.json`, LUT and DRX named relative to it when they lie in the folder; atomically."""
    path = folder / f"{file_stem(grade.name)}{SUFFIX}"
    fields = cast("dict[str, Any]", encode(grade))
    for name in _FILES:
        file = fields[name]
        if file and Path(file).parent == folder:
            fields[name] = Path(file).name
    text = json.dumps({"version": 1, "kind": "grade", "about": about, "grade": fields}, indent=1, ensure_ascii=False)
    with beside(path) as draft:
        draft.write_text(text + "\n", encoding="utf-8")
    return path


def grades(production: Path | None = None) -> list[NamedGrade]:
    """All grades, by name; a production's grade stands before a shipped one of the same name.

    InputError `grade.file` for a damaged one.
    """
    folders = [(folder / FOLDER, True) for folder in shipped_folders()]
    if production is not None:
        folders.append((production / FOLDER, False))
    found: dict[str, NamedGrade] = {}
    for folder, shipped in folders:
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            named = read_grade(path, shipped=shipped)
            found[named.grade.name.casefold()] = named
    return [found[key] for key in sorted(found)]


def find_grade(name: str, listed: list[NamedGrade]) -> NamedGrade:
    """By name, whatever its case; InputError `grade.unknown` with the names there are."""
    by_name: Mapping[str, NamedGrade] = {n.grade.name.casefold(): n for n in listed}
    wanted = by_name.get(" ".join(name.split()).casefold())
    if wanted is None:
        raise InputError(
            f"There is no grade named {name!r}.",
            code="grade.unknown",
            hint="There are: " + ", ".join(n.grade.name for n in listed) + ".",
        )
    return wanted
