"""Where a production is, seen from a .blend: found again after folders have moved."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

__all__ = ["Beside", "beside", "default_folder", "find_production", "production_id"]

Beside = str
"""Path from the .blend's folder to the production, with /; empty when there is none."""
_ABOUT = "production.json"
_NEAR = 200
"""Folders looked into near the .blend."""


def production_id(folder: Path) -> str | None:
    """The id in a folder's production.json; None when it is no production or cannot be read."""
    try:
        data: Any = json.loads((folder / _ABOUT).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    found = cast("dict[str, Any]", data).get("id") if isinstance(data, dict) else None
    return str(found) if found else None


def beside(production: str, blend: str) -> Beside:
    """How the production lies to the .blend; empty on another drive, or for a file never saved."""
    if not production or not blend:
        return ""
    try:
        return Path(os.path.relpath(production, os.path.dirname(blend))).as_posix()
    except ValueError:
        return ""


def find_production(stored: str, beside_: Beside, wanted_id: str, blend: str, others: Iterable[str] = ()) -> str | None:
    """The folder of the production with this id: where it was, where it lies from the .blend now, or near by.

    `others` are folders whose children are looked at too (the default folder of the preferences). None: ask the artist.
    A handful of small files is read.
    """
    candidates: list[Path] = []
    if blend and beside_:
        candidates.append(Path(os.path.normpath(os.path.join(os.path.dirname(blend), beside_))))
    if stored:
        candidates.append(Path(stored))
    if blend:
        candidates.extend(Path(blend).parents)
    for folder in candidates:
        if _is(folder, wanted_id):
            return str(folder)
    near = [Path(blend).parent, Path(blend).parent.parent] if blend else []
    for parent in [*near, *(Path(o) for o in others if o)]:
        for child in _children(parent):
            if _is(child, wanted_id):
                return str(child)
    return None


def _is(folder: Path, wanted: str) -> bool:
    found = production_id(folder)
    return found is not None and (not wanted or found == wanted)


def _children(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            names = [e.path for _, e in zip(range(_NEAR), entries) if e.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    return [Path(n) for n in sorted(names)]


def default_folder(blend: str, default: str) -> str:
    """Where a new production is offered: in the default folder, else beside the .blend; named after it."""
    stem = Path(blend).stem if blend else "untitled"
    parent = default or (os.path.dirname(blend) if blend else os.path.expanduser("~"))
    return os.path.join(parent, f"{stem}_production")
