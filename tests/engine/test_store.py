"""The index can always be made again; the folders are the truth."""

import dataclasses
import sqlite3
from pathlib import Path

import pytest

from rushes.client import EngineHome
from rushes.contracts import JobRequest, JobState, JobStatus
from rushes.engine.store import JobStore, reindex


def status(number: int, state: JobState = JobState.DONE) -> JobStatus:
    request = JobRequest("double.echo", {"n": number}, id=f"job-{number:08}")
    ended = 2000.0 + number if state.ended else None
    return JobStatus(f"job-{number:08}", request, state, created=1000.0 + number, ended=ended)


@pytest.fixture
def files(tmp_path: Path) -> EngineHome:
    store = JobStore(EngineHome(tmp_path))
    for number in range(5):
        store.save(status(number))
    store.close()
    return EngineHome(tmp_path)


def newest(files: EngineHome, active: bool = False) -> list[str]:
    store = JobStore(files)
    found = store.newest(active=active, limit=10)
    store.close()
    return found


def test_newest_first_and_what_was_saved_is_read(files: EngineHome) -> None:
    assert newest(files) == [f"job-{n:08}" for n in (4, 3, 2, 1, 0)]
    store = JobStore(files)
    assert store.load("job-00000003") == status(3)
    assert store.load("job-00000009") is None
    store.close()


def test_a_missing_index_is_made_again(files: EngineHome) -> None:
    before = newest(files)
    for path in files.folder.glob("index.sqlite*"):
        path.unlink()
    assert newest(files) == before


def test_a_broken_index_is_made_again(files: EngineHome) -> None:
    before = newest(files)
    for path in files.folder.glob("index.sqlite*"):
        path.unlink()
    files.index.write_bytes(b"this is no database" * 100)
    assert newest(files) == before


def test_reindex_follows_the_folders(files: EngineHome) -> None:
    (files.jobs / "job-00000002" / "job.json").unlink()
    (files.jobs / "job-00000003" / "job.json").write_text("{ torn", "utf-8")
    (files.jobs / "not a job").mkdir()
    assert reindex(files.home) == 3
    assert newest(files) == ["job-00000004", "job-00000001", "job-00000000"]


def test_an_index_that_was_left_behind_is_set_right(files: EngineHome) -> None:
    store = JobStore(files)
    queued = status(7, JobState.QUEUED)
    store.save(queued)
    store.save(status(8, JobState.RUNNING))
    # An engine killed between job.json and the index: the folder is newer than the row, or has none.
    store.save(dataclasses.replace(status(8), sequence=9), durable=False)
    store._index.execute("DELETE FROM jobs WHERE id = ?", (queued.id,))
    store._index.commit()
    assert store.unfinished() == [queued]
    assert store.newest(active=True, limit=10) == [queued.id]
    assert store.last_created() == 1008.0
    store.close()


def test_an_index_that_cannot_be_written_holds_nothing_up(files: EngineHome) -> None:
    store = JobStore(files)
    other = sqlite3.connect(files.index)
    store._index.execute("PRAGMA busy_timeout = 10")
    other.execute("BEGIN IMMEDIATE")
    store.save(status(9))
    assert store.load("job-00000009") == status(9), "the folder is the truth"
    assert store.newest(active=False, limit=1) == ["job-00000004"]
    other.rollback()
    other.close()
    store.catch_up()
    assert store.newest(active=False, limit=1) == ["job-00000009"]
    store.close()


def test_the_schema_is_numbered_and_made_once(files: EngineHome) -> None:
    connection = sqlite3.connect(files.index)
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    newest(files)  # opening again runs no migration twice
