"""A lock between workers that a cancel can interrupt."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from rushes.client.locks import FileLock
from rushes.contracts import JobContext

__all__ = ["locked", "locked_folder"]


@contextmanager
def locked(path: Path, context: JobContext) -> Generator[None, None, None]:
    """Hold the lock file for a block; JobCancelled when a cancel comes while another holds it."""
    lock = FileLock(path)
    while not lock.acquire(wait=0.2):
        context.check()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def locked_folder(folder: Path, context: JobContext) -> Generator[None, None, None]:
    """Hold the lock of a folder that is to be made: a hidden file beside it."""
    folder.parent.mkdir(exist_ok=True)
    with locked(folder.parent / f".{folder.name[:24]}.lock", context):
        yield
