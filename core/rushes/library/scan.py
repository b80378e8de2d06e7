"""Takes as they lie on disk: a quick look at all of them, and reading one."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rushes.contracts import FrameRange, Take, decode
from rushes.errors import ProductionError, ProtocolError
from rushes.library.files import read_json

__all__ = ["TakeFacts", "folders", "read_facts", "read_take", "revision", "scan", "stamp"]

Found = dict[str, str]
"""Take folder (relative, with /) → stamp of its take.json."""


@dataclass(frozen=True)
class TakeFacts:
    """What lists show of a take's recipe and measures."""

    camera: str = ""
    range: FrameRange | None = None
    warp_error: float | None = None


def stamp(path: Path | str) -> str:
    """Another one whenever the file was written again. OSError when it is not there."""
    about = os.stat(path, follow_symlinks=False)
    return f"{about.st_mtime_ns}-{about.st_size}-{about.st_ino}"


def scan(root: Path) -> Found:
    """All whole takes of a production. Staging folders and links are not takes."""
    found: Found = {}
    base = str(root)
    for shot in folders(root / "shots"):
        for take in folders(os.path.join(shot, "takes")):
            try:
                about = stamp(os.path.join(take, "take.json"))
            except OSError:
                continue  # being staged or moved away right now
            found[take[len(base) + 1 :].replace(os.sep, "/")] = about
    return found


def revision(root: Path, found: Found) -> str:
    """Names what `scan` found, and the production.json of this moment."""
    about = hashlib.sha256(stamp(root / "production.json").encode("ascii"))
    for folder in sorted(found):
        about.update(f"\n{folder} {found[folder]}".encode("utf-8", "surrogateescape"))
    return about.hexdigest()[:32]


def folders(parent: Path | str, hidden: bool = False) -> list[str]:
    """Folders in `parent`, those that begin with a dot or the others; no links. None when it is not there."""
    try:
        with os.scandir(parent) as entries:
            return sorted(e.path for e in entries if e.name.startswith(".") == hidden and _is_folder(e))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def read_take(folder: Path) -> Take:
    """take.json of a folder; ProductionError `production.unreadable` when it is damaged."""
    data: Mapping[str, Any] = read_json(folder / "take.json", "The take")
    try:
        return decode(Take, data)
    except ProtocolError as exc:
        raise ProductionError(
            f"The take in {folder} does not read: {exc.message}",
            code="production.unreadable",
            hint="It may come from a newer Rushes.",
        ) from exc


def read_facts(folder: Path, take: Take) -> TakeFacts:
    """Facts of the take in `folder`; what cannot be read is left empty."""
    recipe = _optional(folder / take.files.recipe)
    measured = _optional(folder / "measures.json").get("warp_error")
    try:
        frames = decode(FrameRange, recipe["range"]) if "range" in recipe else None
    except ProtocolError:
        frames = None
    error = float(measured) if isinstance(measured, (int, float)) else None
    return TakeFacts(str(recipe.get("camera") or ""), frames, error)


def _optional(path: Path) -> dict[str, Any]:
    try:
        return read_json(path, "The file")
    except (OSError, ProductionError):
        return {}
