"""The engine's process: one a data folder, on the loopback, with a secret.

python -m rushes.engine [--home DIR] [--workers N] ...
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import uvicorn

import rushes
from rushes.client.discovery import EngineRecord
from rushes.client.home import EngineHome
from rushes.client.locks import FileLock
from rushes.contracts import encode
from rushes.engine.app import make_app
from rushes.engine.settings import Settings
from rushes.engine.state import Engine
from rushes.errors import DiskFullError, EngineError, RushesError, disk_full_as_error

__all__ = ["ALREADY_RUNNING", "main", "serve"]

log = logging.getLogger(__name__)

_PUBLISHED_SECONDS = 1.0
"""Between two looks at the files by which clients find the engine."""

ALREADY_RUNNING = 3
"""Exit code when another engine has this data folder."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run an engine until it is asked to stop; gives the exit code."""
    settings = Settings.parse(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        serve(settings)
    except EngineError as exc:
        log.error("%s", exc)
        return ALREADY_RUNNING if exc.code == "engine.running" else 1
    except RushesError as exc:
        log.error("%s", exc)
        return 1
    return 0


def serve(settings: Settings) -> None:
    """Run an engine in this process. EngineError `engine.running` when there is one already."""
    files = settings.files
    with disk_full_as_error(files.folder):
        files.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(files.engine_lock)
    # The short wait covers a client that looks at the lock in this very moment.
    if not lock.acquire(wait=1.0):
        raise EngineError(
            f"An engine already runs for {settings.home}.", code="engine.running", hint="Use that one, or stop it."
        )
    try:
        asyncio.run(_serve(settings))
    finally:
        _unpublish(files)
        lock.release()


class _Server(uvicorn.Server):
    """Tells the engine of a signal at once, so that long polls and event streams end."""

    def __init__(self, config: uvicorn.Config, engine: Engine) -> None:
        super().__init__(config)
        self._engine = engine

    def leave(self) -> None:
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._engine.stop()


async def _serve(settings: Settings) -> None:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", settings.port))
    port = int(bound.getsockname()[1])
    token = secrets.token_urlsafe(32)
    guard, app = make_app(settings, token)
    engine: Engine = app.state.engine
    config = uvicorn.Config(
        guard, log_config=None, access_log=False, lifespan="on", ws="none", timeout_graceful_shutdown=3
    )
    server = _Server(config, engine)
    engine.on_stop = server.leave
    # The server raises the signals it caught again once it has ended; by then there is nothing left to stop.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    running = asyncio.create_task(server.serve(sockets=[bound]))
    while not server.started and not running.done():
        await asyncio.sleep(0.005)
    if server.started:
        record = EngineRecord(pid=os.getpid(), port=port, version=rushes.__version__, started=time.time())
        _publish(settings.files, record, token)
        log.info("engine %s ready on port %d", rushes.__version__, port)
        keeper = asyncio.create_task(_keep_published(settings.files, record, token), name="publisher")
        await running
        keeper.cancel()
    else:
        await running


async def _keep_published(files: EngineHome, record: EngineRecord, token: str) -> None:
    """Write the files anew when somebody cleans them away: without them no client finds this engine."""
    while True:
        await asyncio.sleep(_PUBLISHED_SECONDS)
        if files.token.exists() and files.record.exists():
            continue
        try:
            _publish(files, record, token)
        except (OSError, DiskFullError) as exc:
            log.warning("the engine's files cannot be written again: %s", exc)
        else:
            log.info("the engine's files were gone and were written again")


def _publish(files: EngineHome, record: EngineRecord, token: str) -> None:
    """Token first: who finds the record finds a token that fits."""
    beside = files.token.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with disk_full_as_error(files.folder):
        fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "w", encoding="ascii") as out:
            out.write(token)
        os.replace(beside, files.token)
        _write_beside(files.record, json.dumps(encode(record)))


def _write_beside(target: Path, text: str) -> None:
    beside = target.with_name(target.name + ".new")
    beside.write_text(text, "utf-8")
    os.replace(beside, target)


def _unpublish(files: EngineHome) -> None:
    files.record.unlink(missing_ok=True)
    files.token.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
