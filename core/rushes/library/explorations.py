"""Explorations in a production: one frame of a shot in many directions, `shots/<shot>/explore/<id>/`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rushes.contracts import ExplorationCell, ExplorationRow, Size, decode
from rushes.errors import InputError, ProductionError, ProtocolError
from rushes.library.files import read_json
from rushes.library.production import Production
from rushes.library.scan import folders

__all__ = ["Cell", "Exploration", "find_exploration", "list_explorations", "read_exploration"]

_log = logging.getLogger(__name__)
_ABOUT = "explore.json"


@dataclass(frozen=True)
class Cell:
    """One direction that was made."""

    number: int
    seed: int
    brief: dict[str, str]
    """Fields that override the shot's brief in the .blend; with the seed all that a take needs."""
    words: dict[str, str]
    picture: str
    """File name."""


@dataclass(frozen=True)
class Exploration:
    """explore.json."""

    version: int
    id: str
    shot: str
    camera: str
    frame: int
    created: str
    generator: str
    model: str
    """Hash of its weights."""
    blend: str
    """As the production names it."""
    size: Size
    strengths: dict[str, float]
    use_scene_sun: bool
    cells: tuple[Cell, ...]


def read_exploration(folder: Path) -> Exploration:
    """explore.json of a folder. ProductionError `production.unreadable` when it is damaged or gone."""
    try:
        return decode(Exploration, read_json(folder / _ABOUT, "The exploration"))
    except (OSError, ProtocolError) as exc:
        raise ProductionError(
            f"The exploration in {folder} does not read: {exc}",
            code="production.unreadable",
            hint="Make a new one; takes are untouched.",
        ) from exc


def find_exploration(production: Production, shot: str | None = None, number: int = 1) -> tuple[Path, Exploration]:
    """The newest exploration of the shot (of any, when None) that has a cell `number`, and its folder.

    InputError `explore.none` when there is none.
    """
    homes = [production.shot_folder(shot)] if shot is not None else folders(production.root / "shots")
    sheets = [Path(folder) for home in homes for folder in folders(Path(home) / "explore")]
    for folder in sorted(sheets, key=lambda path: path.name, reverse=True):
        if not (folder / _ABOUT).is_file():
            continue
        found = read_exploration(folder)
        if any(c.number == number for c in found.cells):
            return folder, found
    which = f" of {shot}" if shot is not None else ""
    raise InputError(
        f"There is no sheet{which} with a direction {number}.",
        code="explore.none",
        hint="Make one first: rushes explore FILE.blend.",
    )


def list_explorations(production: Production, shot: str) -> tuple[ExplorationRow, ...]:
    """The shot's explorations, oldest first; one that is damaged is left out."""
    return tuple(sorted(_rows(production, shot), key=lambda row: (row.created, row.id)))


def _rows(production: Production, shot: str) -> Iterator[ExplorationRow]:
    for name in folders(production.shot_folder(shot) / "explore"):
        folder = Path(name)
        try:
            found = read_exploration(folder)
        except ProductionError as exc:
            _log.warning("An exploration is left out: %s", exc)
            continue
        cells = (ExplorationCell(c.number, c.seed, c.brief, c.words, str(folder / c.picture)) for c in found.cells)
        yield ExplorationRow(
            id=found.id,
            shot=found.shot,
            camera=found.camera,
            frame=found.frame,
            created=found.created,
            generator=found.generator,
            folder=name,
            sheet=str(folder / "sheet.png"),
            cells=tuple(cells),
        )
