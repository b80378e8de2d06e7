"""A real engine for tests, with the doubles of `rushes.testing.jobs`, that surely ends."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from rushes.client import Client, EngineHome, connect, ensure_engine, read_record
from rushes.client.discovery import engine_holds_lock
from rushes.client.locks import FileLock
from rushes.errors import EngineError

__all__ = ["kill_engine", "running_engine", "stop_engine"]


@contextmanager
def running_engine(home: Path, *options: str, keep_alive: bool = False) -> Generator[Client, None, None]:
    """A client of a fresh engine process in `home`; whatever engine runs there at the end is stopped."""
    try:
        yield ensure_engine(home, options=["--doubles", *options], keep_alive=keep_alive)
    finally:
        stop_engine(home)


def stop_engine(home: Path, patience: float = 8.0) -> None:
    """Stop the engine of `home` in order, or with kill -9 after `patience` seconds. None running: nothing to do."""
    with contextlib.suppress(EngineError):
        connect(home).shutdown()
    lock = FileLock(EngineHome(home).engine_lock)
    if EngineHome(home).folder.exists() and not lock.acquire(wait=patience):
        kill_engine(home)
    lock.release()


def kill_engine(home: Path) -> int:
    """kill -9 for the engine of `home`, and wait until it is gone; gives its pid."""
    record = read_record(home)
    assert record is not None
    # The lock proves that the record is of a living engine, so that no stranger's process is hit.
    assert engine_holds_lock(home)
    os.kill(record.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    while engine_holds_lock(home):
        time.sleep(0.01)
    return record.pid
