"""Copies of scenes that clients saved into a production, `scenes/*.blend`, to shoot from while the artist goes on."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import cast

from rushes.errors import ProductionError
from rushes.library.files import read_json
from rushes.library.scan import folders

__all__ = ["SCENES", "prune"]

_log = logging.getLogger(__name__)

SCENES = "scenes"
"""Folder inside the production."""
_DAY = 86400.0


def prune(root: Path, days: float, keep: Collection[Path]) -> tuple[Path, ...]:
    """Remove copies that are older than `days` and that nothing needs; those that were removed.

    Needed are those in `keep` (absolute) and those that a take, also one in the trash, or an exploration names.
    Nothing is removed when one of these cannot be read.
    """
    limit = time.time() - days * _DAY
    old = [path.resolve() for path in (root / SCENES).glob("*.blend") if path.is_file() and not path.is_symlink()]
    old = [path for path in old if path.stat().st_mtime < limit and path.parent == root / SCENES]
    if not old:
        return ()
    try:
        needed = {path.resolve() for path in keep} | set(_named(root))
    except ProductionError as exc:
        _log.warning("Old copies of scenes are kept: %s", exc)
        return ()
    gone = tuple(path for path in old if path not in needed)
    for path in gone:
        path.unlink(missing_ok=True)
    _forget(root, {path.relative_to(root).as_posix() for path in gone})
    return gone


def _forget(root: Path, names: Collection[str]) -> None:
    """Remove the summaries (see `jobs.shot_passes`) of scenes that are gone."""
    for summary in (root / ".cache").glob("scene-*.json"):
        try:
            about = read_json(summary, "The scene's summary").get("info")
        except (OSError, ProductionError):
            continue  # it is only a memory; whoever needs it makes it again
        if isinstance(about, dict) and cast("dict[str, object]", about).get("blend") in names:
            summary.unlink(missing_ok=True)


def _named(root: Path) -> Iterable[Path]:
    for record in _records(root):
        try:
            blend = read_json(record, "The file").get("blend")
        except FileNotFoundError:
            continue
        if isinstance(blend, str):
            yield (root / blend).resolve()


def _records(root: Path) -> Iterable[Path]:
    for shot in folders(root / "shots"):
        for take in (*folders(Path(shot) / "takes"), *folders(Path(shot) / "takes", hidden=True)):
            yield Path(take) / "source.json"
        for sheet in folders(Path(shot) / "explore"):
            yield Path(sheet) / "explore.json"
    for take in folders(root / ".trash"):
        yield Path(take) / "source.json"
