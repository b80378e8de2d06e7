"""Take numbers as a slate shows them: counted within a shot, from 1, and never given twice.

They are kept in `editorial/<shot>/numbers.json`, so that a take keeps its number when others are put into the trash,
brought back or removed for good. A take without one gets the next, by time of making.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rushes.contracts import Take
from rushes.errors import ProductionError
from rushes.library.files import read_json, write_json
from rushes.library.ids import folder_name
from rushes.library.production import Production
from rushes.library.scan import folders, read_take

__all__ = ["editorial_folder", "take_numbers", "trashed_takes"]


def editorial_folder(production: Production, shot: str) -> Path:
    """Absolute folder of a shot's media for editors; it may not exist yet."""
    return production.inside(Path("editorial") / folder_name(shot))


def take_numbers(production: Production, shots: Iterable[str]) -> dict[str, int]:
    """Take id → number, for all takes of these shots, those in the trash too. New ones are written down if they can.

    The caller holds the production's editorial lock. ProductionError when a list is damaged.
    """
    by_shot: dict[str, list[Take]] = {}
    for take in (*production.takes(), *trashed_takes(production).values()):
        by_shot.setdefault(take.shot, []).append(take)
    found: dict[str, int] = {}
    for shot in shots:
        path = editorial_folder(production, shot) / "numbers.json"
        known = _read(path)
        numbers = _numbered(known, by_shot.get(shot, ()))
        if numbers != known and production.info().writable:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_json(path, {"version": 1, "numbers": numbers})
        found.update(numbers)
    return found


def _numbered(known: Mapping[str, int], takes: Iterable[Take]) -> dict[str, int]:
    numbers = dict(known)
    for take in sorted(takes, key=lambda t: (t.created, t.id)):
        if take.id not in numbers:
            numbers[take.id] = max(numbers.values(), default=0) + 1
    return numbers


def _read(path: Path) -> dict[str, int]:
    if not path.is_file():
        return {}
    found: Any = read_json(path, "The list of take numbers").get("numbers", {})
    return {str(k): int(v) for k, v in found.items()}


def trashed_takes(production: Production) -> dict[Path, Take]:
    """Folder → take, of those in the trash that can be read."""
    found: dict[Path, Take] = {}
    for folder in folders(production.root / ".trash"):
        if not os.path.isfile(os.path.join(folder, "take.json")):
            continue
        try:
            found[Path(folder)] = read_take(Path(folder))
        except ProductionError:
            continue  # nobody can have met what cannot be read
    return found
