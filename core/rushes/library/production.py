"""A production: the folder that holds one film's work and moves as one piece.

production.json                     id, name, rate, size, registered .blend files
shots/<shot>/takes/<id>/take.json   the truth about a take, beside its clip and recipe
shots/<shot>/sheet.png              contact sheet
scenes/*.blend                      copies of scenes that clients shoot from
passes/<key>/                       render passes, shared by takes; can be made again
sets/<key>/                         pictures of a kept set; can be made again
returns/<id>/                       clips of an editor's timeline that were treated and went back
projections/, bakes/                takes seen from another camera, and frozen into textures
.trash/<id>/                        takes put aside
index.sqlite                        an index over the takes; can be made again
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rushes.contracts import ProductionState, Rating, Take, TakeRow, encode
from rushes.errors import ProductionError, disk_full_as_error
from rushes.library.files import host_tag, write_json
from rushes.library.ids import check_id
from rushes.library.place import STAGING, Place
from rushes.library.rows import judged_takes, shot_takes, take_row
from rushes.library.scan import read_facts, read_take, revision, scan, stamp

__all__ = ["Production"]

_log = logging.getLogger(__name__)


class Production(Place):
    """One production on disk. Safe for several processes at once; nothing is held open between calls."""

    # What there is

    def state(self, known: str = "") -> ProductionState | None:
        """What there is now; None when its revision is still `known`, which is found out without the index."""
        found = scan(self._root)
        now = revision(self._root, found)
        if now == known:
            return None
        with self._synced(found) as db:
            rated = self._index.ratings(db)
            judged = judged_takes(rated)
            documents = self._index.documents(db, list(judged.values()))
        origins = {take: json.loads(document).get("origin", {}) for take, document in documents}
        return ProductionState(self.info(), now, shot_takes(rated, judged, origins))

    def shots(self) -> tuple[str, ...]:
        """Names of shots that have takes, in alphabetical order."""
        return tuple(sorted({t.shot for t in self.takes()}))

    def reindex(self) -> int:
        """Throw the index away and build it from the files; how many takes it holds."""
        self._index.rebuild()
        return len(self.takes())

    # Takes

    def takes(self, shot: str | None = None) -> tuple[Take, ...]:
        """Whole takes, oldest first; of one shot when named."""
        with self._synced() as db:
            rows = self._index.select(db, "shot = ?", (shot,)) if shot is not None else self._index.select(db)
        return tuple(take for take, _, _ in rows)

    def rows(self, shots: Sequence[str] = ()) -> tuple[TakeRow, ...]:
        """Takes of these shots as lists show them, oldest first; of all shots when none is named."""
        with self._synced() as db:
            if shots:
                rows = self._index.select(db, f"shot IN ({','.join('?' * len(shots))})", tuple(shots))
            else:
                rows = self._index.select(db)
        return tuple(take_row(self._root, *row) for row in rows)

    def row(self, take_id: str) -> TakeRow:
        """One take as lists show it; ProductionError `production.take` when there is none."""
        check_id(take_id)
        with self._synced() as db:
            rows = self._index.select(db, "id = ?", (take_id,))
        if not rows:
            raise _no_take(take_id)
        return take_row(self._root, *rows[0])

    def find_take(self, take_id: str) -> Take | None:
        """The take with exactly this id, or None."""
        check_id(take_id)
        with self._synced() as db:
            rows = self._index.select(db, "id = ?", (take_id,))
        return rows[0][0] if rows else None

    def match_take(self, text: str) -> Take:
        """The one take whose id is, begins or ends with `text`. ProductionError `production.take` when none or many."""
        takes = self.takes()
        exact = [t for t in takes if t.id == text]
        close = exact or [t for t in takes if text and (t.id.startswith(text) or t.id.endswith(text))]
        if len(close) == 1:
            return close[0]
        if not close:
            raise _no_take(text)
        listed = ", ".join(t.id for t in close[:5])
        raise ProductionError(
            f"{len(close)} takes fit {text!r}: {listed}.", code="production.take", hint="Give more of the id."
        )

    def take_folder(self, take_id: str) -> Path:
        """Absolute folder of a take; ProductionError `production.take` when there is none."""
        check_id(take_id)
        with self._synced() as db:
            rows = self._index.select(db, "id = ?", (take_id,))
        if not rows:
            raise _no_take(take_id)
        return self._inside(self._root / rows[0][1])

    @contextmanager
    def stage_take(self, shot: str, take_id: str) -> Generator[Path, None, None]:
        """A folder to build a take in, renamed to its place when the block ends well and take.json is in it.

        When the block raises, the folder is removed. ProductionError `production.take_exists` when a take with
        this id is there already, at the start or by the end.
        """
        home = self._inside(self.shot_folder(shot) / "takes")
        target = home / check_id(take_id)
        staging = home / f"{STAGING}{take_id}-{host_tag()}-{os.getpid()}"
        if target.exists():
            raise _take_exists(take_id)
        try:
            with disk_full_as_error(target):
                home.mkdir(parents=True, exist_ok=True)
                self._inside(home)
                shutil.rmtree(staging, ignore_errors=True)
                staging.mkdir()
                yield staging
            if not (staging / "take.json").is_file():
                raise ProductionError(
                    f"The take {take_id} was not finished; nothing was kept.",
                    code="production.unfinished",
                    hint="Shoot it again.",
                )
            try:
                os.rename(staging, target)
            except OSError as exc:
                if target.exists():
                    raise _take_exists(take_id) from exc
                raise
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def rate_take(self, take_id: str, rating: Rating | None = None, notes: str | None = None) -> Take:
        """Change a take's rating, notes or both (None leaves them); the changed take."""
        self._must_write()
        folder = self.take_folder(take_id)
        with self._index.writing() as db:
            take = read_take(folder)
            take = replace(
                take,
                rating=take.rating if rating is None else rating,
                notes=take.notes if notes is None else notes,
            )
            write_json(folder / "take.json", encode(take))
            self._index.put(db, take, self._relative(folder), stamp(folder / "take.json"), read_facts(folder, take))
        return take

    def trash(self, take_id: str) -> Path:
        """Move a take to .trash; its folder there. Nothing is deleted."""
        self._must_write()
        folder = self.take_folder(take_id)
        with self._index.writing() as db:
            bin_ = self._inside(self._root / ".trash")
            bin_.mkdir(exist_ok=True)
            target = _free_name(bin_, take_id)
            _move(folder, target)
            self._index.drop(db, self._relative(folder))
        return target

    def restore(self, take_id: str) -> Take:
        """Bring a take back from .trash. ProductionError when it is not there, or its place is taken."""
        self._must_write()
        folder = self._inside(self._root / ".trash" / check_id(take_id))
        if not (folder / "take.json").is_file():
            raise _no_take(take_id, " in the trash")
        take = read_take(folder)
        home = self._inside(self.shot_folder(take.shot) / "takes")
        home.mkdir(parents=True, exist_ok=True)
        with self._index.writing():
            if (home / take.id).exists():
                raise _take_exists(take.id)
            _move(folder, home / take.id)
        return take

    def in_trash(self, take_id: str) -> bool:
        """Whether a take with this id can be restored."""
        return (self._root / ".trash" / check_id(take_id) / "take.json").is_file()

    # Within

    @contextmanager
    def _synced(self, found: dict[str, str] | None = None) -> Generator[sqlite3.Connection, None, None]:
        """A connection to an index that agrees with the files at this moment, or when they were `found`."""
        with self._index.reading() as db:
            current = self._index.stamps(db) == (scan(self._root) if found is None else found)
            if not current and not self._writable:
                self._catch_up(db)
                current = True
            if current:
                yield db
                return
        with self._index.writing() as db:
            self._catch_up(db)
            yield db

    def _catch_up(self, db: sqlite3.Connection) -> None:
        found = scan(self._root)  # again, now that no other process can write
        known = self._index.stamps(db)
        for folder, about in known.items():
            if found.get(folder) != about:
                self._index.drop(db, folder)
        for folder, about in found.items():
            if known.get(folder) != about:
                self._put(db, folder, about)

    def _put(self, db: sqlite3.Connection, folder: str, about: str) -> None:
        home = self._root / folder
        try:
            take = read_take(home)
        except ProductionError as exc:
            _log.warning("A take is left out: %s", exc)
            return
        if take.id != home.name:
            _log.warning("The copy in %s is left out: it says it is the take %s.", folder, take.id)
            return
        self._index.put(db, take, folder, about, read_facts(home, take))


def _free_name(folder: Path, name: str) -> Path:
    target = folder / name
    count = 2
    while target.exists():
        target = folder / f"{name}-{count}"
        count += 1
    return target


def _no_take(take_id: str, where: str = "") -> ProductionError:
    return ProductionError(
        f"There is no take {take_id!r}{where}.", code="production.take", hint="`rushes takes list` shows them."
    )


def _take_exists(take_id: str) -> ProductionError:
    return ProductionError(
        f"There is a take {take_id} already; it was left as it is.",
        code="production.take_exists",
        hint="Takes are never overwritten; shoot under a new id.",
    )


def _move(folder: Path, target: Path) -> None:
    try:
        os.rename(folder, target)
    except PermissionError as exc:  # Windows, while a program plays the clip
        raise ProductionError(
            f"The take in {folder} cannot be moved; another program uses it, or the folder is protected.",
            code="production.busy",
            hint="Close what shows its clip and try again; nothing was changed.",
        ) from exc
