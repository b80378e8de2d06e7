"""production.json: what a production says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from rushes.contracts import Size, decode
from rushes.errors import ProductionError, ProtocolError
from rushes.library.files import read_json

__all__ = ["VERSION", "ProductionFile", "Source", "read_about"]

VERSION = 1


@dataclass(frozen=True)
class Source:
    """A .blend that jobs of this production may read."""

    path: str
    """Relative to the production (with /) when it lies inside, else absolute."""


@dataclass(frozen=True)
class ProductionFile:
    """production.json."""

    version: int
    id: str
    name: str
    created: str
    """UTC, ISO 8601."""
    rate: Fraction
    """Frames per second of the film."""
    size: Size
    """Size of the finished pictures."""
    sources: tuple[Source, ...] = ()


def read_about(root: Path) -> ProductionFile:
    """production.json of a folder. ProductionError `production.newer` or `production.unreadable`."""
    data = read_json(root / "production.json", "The production")
    if isinstance(data.get("version"), int) and data["version"] > VERSION:
        raise ProductionError(
            f"The production in {root} was made by a newer Rushes.",
            code="production.newer",
            hint="Update Rushes to open it.",
        )
    try:
        return decode(ProductionFile, data)
    except ProtocolError as exc:
        raise ProductionError(
            f"production.json in {root} does not read: {exc.message}",
            code="production.unreadable",
            hint="Bring the file back from a backup; takes are untouched.",
        ) from exc
