"""Jobs on disk: one folder a job is the truth, a SQLite index beside them is a convenience.

<home>/engine/jobs/<id>/job.json      JobStatus, replaced in one rename at each change
                        preview.png   newest preview
                        error.log     traceback of a failure that was not foreseen
                        tmp/          temporary files while the job runs
                        lease         locked by the worker that runs it
<home>/engine/index.sqlite            made again from the folders whenever it is missing or broken
"""

from __future__ import annotations

import json
import logging
import os
import re
import sqlite3
from collections.abc import Collection, Iterator
from importlib import resources
from pathlib import Path

from rushes.client.home import EngineHome
from rushes.contracts import JobState, JobStatus, decode, encode
from rushes.errors import ProtocolError, RushesError, SystemFault, disk_full_as_error

__all__ = ["PREVIEW", "SCRATCH", "JobStore", "check_job_id", "reindex"]

log = logging.getLogger(__name__)

PREVIEW = "preview.png"
"""File name of the newest preview in a job's folder."""
SCRATCH = "tmp"
"""Folder of temporary files in a job's folder; gone when the job has ended."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]{7,63}")


def check_job_id(job_id: str) -> str:
    """The id itself when it is one; it names a folder, so nothing else may pass. ProtocolError `job.id`."""
    if not _ID.fullmatch(job_id):
        raise ProtocolError(
            "That is not the name of a job.",
            code="job.id",
            hint="Use 8 to 64 of the characters a-z, 0-9 and -.",
        )
    return job_id


class JobStore:
    """Reads and writes job folders and keeps the index in step. Used by one thread of the engine."""

    def __init__(self, files: EngineHome) -> None:
        self._jobs = files.jobs
        self._index_path = files.index
        with disk_full_as_error(self._jobs):
            self._jobs.mkdir(parents=True, exist_ok=True)
        self._behind: set[str] = set()
        self._index = self._open_index()

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    def folder(self, job_id: str) -> Path:
        """The job's folder."""
        return self._jobs / check_job_id(job_id)

    # -- the truth

    def save(self, status: JobStatus, *, durable: bool = True) -> None:
        """Replace job.json in one step, then the index row.

        `durable` waits for the disk; without it (progress) the change may be lost with the power.
        DiskFullError or SystemFault `engine.disk` leave the old job.json as it was.
        """
        try:
            self._write(status, durable)
        except OSError as exc:
            raise SystemFault(
                f"{self.folder(status.id)} cannot be written ({exc.strerror}).",
                code="engine.disk",
                hint="Is the disk there, and may you write to it?",
            ) from exc
        if durable:
            self._behind.add(status.id)
            self.catch_up()

    def _write(self, status: JobStatus, durable: bool) -> None:
        folder = self.folder(status.id)
        target = folder / "job.json"
        beside = folder / "job.json.new"
        with disk_full_as_error(target):
            folder.mkdir(exist_ok=True)
            with beside.open("w", encoding="utf-8") as out:
                json.dump(encode(status), out, indent=1)
                if durable:
                    out.flush()
                    os.fsync(out.fileno())
            os.replace(beside, target)

    def load(self, job_id: str) -> JobStatus | None:
        """The job as its folder has it; None when there is no such job. ProtocolError when it is unreadable."""
        try:
            data = json.loads((self.folder(job_id) / "job.json").read_text("utf-8"))
        except FileNotFoundError:
            return None
        except ValueError as exc:
            raise ProtocolError(f"job.json of {job_id} is not readable.", code="job.broken") from exc
        return decode(JobStatus, data)

    def all(self) -> Iterator[JobStatus]:
        """Every readable job on disk; unreadable ones are logged and left as they are."""
        return self._read(skip=frozenset())

    def _read(self, skip: Collection[str]) -> Iterator[JobStatus]:
        for folder in sorted(self._jobs.iterdir()):
            if folder.name in skip or not _ID.fullmatch(folder.name):
                continue
            try:
                status = self.load(folder.name)
            except RushesError as exc:
                log.warning("job %s left out: %s", folder.name, exc)
                continue
            if status is not None:
                yield status

    def unfinished(self) -> list[JobStatus]:
        """Jobs that have not ended, oldest first, read from their folders.

        The index only says which folders need no look: it is written after the folder, so it can be
        behind (an engine killed between the two) but never ahead. Such rows are set right here.
        """
        ended = {row[0] for row in self._index.execute("SELECT id FROM jobs WHERE ended IS NOT NULL")}
        found: list[JobStatus] = []
        for status in self._read(skip=ended):
            self._put(status)
            if not status.state.ended:
                found.append(status)
        self._index.commit()
        return sorted(found, key=lambda s: s.created)

    # -- the index

    def last_created(self) -> float:
        """When the newest job came (Unix time); 0 when there is none."""
        return float(self._index.execute("SELECT max(created) FROM jobs").fetchone()[0] or 0.0)

    def catch_up(self) -> None:
        """Bring the index up to the folders where it is behind. A full disk or a lock leaves it behind for now."""
        try:
            for job_id in list(self._behind):
                status = self.load(job_id)
                if status is not None:
                    self._put(status)
            self._index.commit()
            self._behind.clear()
        except sqlite3.Error as exc:
            log.warning("the index is behind: %s", exc)
            self._index.rollback()

    def newest(self, *, active: bool, limit: int) -> list[str]:
        """Ids, newest first."""
        live = (JobState.QUEUED.value, JobState.RUNNING.value)
        where = "WHERE state IN (?, ?)" if active else ""
        rows = self._index.execute(
            f"SELECT id FROM jobs {where} ORDER BY created DESC LIMIT ?",
            ((*live, limit) if active else (limit,)),
        )
        return [row[0] for row in rows]

    def reindex(self) -> int:
        """Make the index again from the folders; gives the number of jobs."""
        self._index.execute("DELETE FROM jobs")
        count = 0
        for status in self.all():
            self._put(status)
            count += 1
        self._index.commit()
        return count

    def _put(self, s: JobStatus) -> None:
        self._index.execute(
            "INSERT OR REPLACE INTO jobs (id, kind, state, priority, created, ended) VALUES (?, ?, ?, ?, ?, ?)",
            (s.id, s.request.kind, s.state.value, s.request.priority, s.created, s.ended),
        )

    def _open_index(self) -> sqlite3.Connection:
        fresh = not self._index_path.exists()
        try:
            connection = _connect(self._index_path)
            steps = _migrate(connection)
        except sqlite3.DatabaseError as exc:
            log.warning("the index is broken and is made again: %s", exc)
            for suffix in ("", "-wal", "-shm"):
                self._index_path.with_name(self._index_path.name + suffix).unlink(missing_ok=True)
            fresh = True
            try:
                connection = _connect(self._index_path)
                steps = _migrate(connection)
            except sqlite3.Error as again:
                raise SystemFault(
                    f"{self._index_path} cannot be made: {again}.",
                    code="engine.index",
                    hint="Is there room on the disk, and may you write to it?",
                ) from again
        self._index = connection
        if fresh or steps:
            log.info("index made from %d job folders", self.reindex())
        return connection


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=2.0)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection) -> int:
    """Run the numbered SQL files that this database has not seen; gives how many."""
    have = int(connection.execute("PRAGMA user_version").fetchone()[0])
    steps = 0
    folder = resources.files("rushes.engine") / "migrations"
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        number = entry.name.partition("_")[0]
        if not entry.name.endswith(".sql") or int(number) <= have:
            continue
        connection.executescript(f"BEGIN;\n{entry.read_text('utf-8')}\nPRAGMA user_version = {int(number)};\nCOMMIT;")
        steps += 1
    return steps


def reindex(home: Path) -> int:
    """Make the engine's index again from the job folders; also while an engine runs. Gives the number of jobs."""
    store = JobStore(EngineHome(home))
    try:
        return store.reindex()
    finally:
        store.close()
