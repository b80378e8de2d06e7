"""The SQLite index of a production: WAL, numbered migrations, rebuilt from the files whenever it is lost.

Its write lock is also the lock between processes for edits of `take.json` and `production.json`.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from rushes.contracts import Take, decode, encode
from rushes.errors import DiskFullError, ProductionError
from rushes.library.scan import Found, TakeFacts

__all__ = ["Index"]

_log = logging.getLogger(__name__)
_PATIENCE = 30.0
"""Seconds to wait for another process."""
_MIGRATIONS = Path(__file__).with_name("migrations")


class Index:
    """Rows over the takes of one production. Connections are short-lived, so the folder can be moved at any time."""

    def __init__(self, path: Path, *, keep: bool = True) -> None:
        """`keep` False: nothing is written, and every connection begins empty."""
        self._path = path
        self._keep = keep

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection, None, None]:
        """A connection for queries."""
        with self._translated(), closing(self._connect()) as db:
            yield db

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection, None, None]:
        """A connection that holds the production's lock; committed when the block ends well."""
        with self._translated(), closing(self._connect()) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def rebuild(self) -> None:
        """Throw the index away and make an empty one."""
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        with self.reading():
            pass

    @staticmethod
    def stamps(db: sqlite3.Connection) -> Found:
        """What the index believes is on disk."""
        return dict(db.execute("SELECT folder, stamp FROM takes").fetchall())

    @staticmethod
    def put(db: sqlite3.Connection, take: Take, folder: str, stamp: str, facts: TakeFacts) -> None:
        """Insert or replace one take."""
        document = json.dumps(encode(take), ensure_ascii=False)
        row = (folder, take.id, take.shot, take.created, take.rating.value, stamp, document, json.dumps(encode(facts)))
        db.execute("INSERT OR REPLACE INTO takes VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    @staticmethod
    def drop(db: sqlite3.Connection, folder: str) -> None:
        """Forget the take in this folder."""
        db.execute("DELETE FROM takes WHERE folder = ?", (folder,))

    @staticmethod
    def select(
        db: sqlite3.Connection, where: str = "1", values: tuple[str, ...] = ()
    ) -> list[tuple[Take, str, TakeFacts]]:
        """(take, folder, facts), oldest first. `where` is ours, never a request's."""
        rows = db.execute(f"SELECT document, folder, facts FROM takes WHERE {where} ORDER BY created, id", values)
        return [
            (decode(Take, json.loads(document)), folder, decode(TakeFacts, json.loads(facts)))
            for document, folder, facts in rows.fetchall()
        ]

    @staticmethod
    def ratings(db: sqlite3.Connection) -> list[tuple[str, str, str]]:
        """(shot, id, rating) of all takes, oldest first."""
        return db.execute("SELECT shot, id, rating FROM takes ORDER BY created, id").fetchall()

    @staticmethod
    def documents(db: sqlite3.Connection, ids: Sequence[str]) -> list[tuple[str, str]]:
        """(id, take.json as text) of these takes."""
        found: list[tuple[str, str]] = []
        for start in range(0, len(ids), 500):  # SQLite takes 999 values at most
            some = ids[start : start + 500]
            found += db.execute(f"SELECT id, document FROM takes WHERE id IN ({','.join('?' * len(some))})", some)
        return found

    def _connect(self) -> sqlite3.Connection:
        try:
            return self._open()
        except sqlite3.OperationalError:
            raise  # locked, read-only or full: the file itself is well
        except sqlite3.DatabaseError:
            _log.warning("The index %s is damaged; it is built again from the takes.", self._path)
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            return self._open()

    def _open(self) -> sqlite3.Connection:
        """Two processes that make the index at the same moment: SQLite refuses one of them the journal at once, without
        the wait that all its other calls have."""
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                return self._open_once()
            except sqlite3.OperationalError as exc:
                if "locked" not in str(exc) or time.monotonic() > end:
                    raise
            time.sleep(0.01)

    def _open_once(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path if self._keep else ":memory:", timeout=_PATIENCE, isolation_level=None)
        try:
            if db.execute("PRAGMA user_version").fetchone()[0] != _newest():
                db.execute("PRAGMA journal_mode=WAL")
                _migrate(db)
            db.execute("PRAGMA synchronous=NORMAL")
        except BaseException:
            db.close()
            raise
        return db

    @contextmanager
    def _translated(self) -> Generator[None, None, None]:
        try:
            yield
        except sqlite3.OperationalError as exc:
            if "full" in str(exc):
                raise DiskFullError(
                    "The disk is full; the production's index was not written.",
                    hint="Free some space; takes and ratings are untouched.",
                ) from exc
            raise ProductionError(
                f"The production's index cannot be used: {exc}.",
                code="production.index",
                hint="Check that the folder can be written; `rushes reindex` builds the index again.",
            ) from exc


def _scripts() -> list[Path]:
    return sorted(_MIGRATIONS.glob("[0-9]*.sql"))


def _newest() -> int:
    return max((int(p.name.split("_")[0]) for p in _scripts()), default=0)


def _migrate(db: sqlite3.Connection) -> None:
    """Bring the tables to the newest form; an index of a newer Rushes is emptied, since it can be built again."""
    db.execute("BEGIN IMMEDIATE")
    try:
        have = db.execute("PRAGMA user_version").fetchone()[0]
        if have > _newest():
            for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                db.execute(f'DROP TABLE "{name}"')
            have = 0
        for script in _scripts():
            number = int(script.name.split("_")[0])
            if number > have:
                for statement in _statements(script.read_text(encoding="utf-8")):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {number}")
        if have > _newest():
            db.execute(f"PRAGMA user_version = {_newest()}")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _statements(script: str) -> list[str]:
    """The statements of a migration; sqlite3's executescript would commit our transaction."""
    found: list[str] = []
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending)
            pending = ""
    return found
