"""Starting the engine when none runs."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import rushes
from rushes.client.client import Client
from rushes.client.discovery import discover, engine_holds_lock
from rushes.client.home import EngineHome, rushes_home
from rushes.client.install_found import checkout_python, installed_engine
from rushes.client.locks import FileLock
from rushes.errors import AuthError, DependencyError, EngineError, EngineUnreachable, disk_full_as_error

__all__ = ["connect", "engine_python", "ensure_engine", "start_engine"]

_LOG_LIMIT = 4 * 1024 * 1024


def connect(home: Path | None = None) -> Client:
    """A client of the engine that runs; it finds the engine again after a restart.

    EngineUnreachable when none runs.
    """
    where = (home or rushes_home()).absolute()
    return Client(discover(where), reconnect=lambda: discover(where))


def ensure_engine(
    home: Path | None = None,
    *,
    python: str | None = None,
    options: Sequence[str] = (),
    timeout: float = 30.0,
    keep_alive: bool = True,
) -> Client:
    """A client of the running engine, which is started when there is none.

    Safe when several programs call it at once: one engine results. `options` are passed to a newly
    started engine ("--workers", "2"). With `keep_alive` the client also starts a new engine when
    this one dies under it; else it only looks for one. EngineError `engine.start` with the end of
    the log when the engine does not come up within `timeout` seconds.
    """
    where = (home or rushes_home()).absolute()

    def again() -> Any:
        return _ensure(where, python, options, timeout) if keep_alive else discover(where)

    return Client(_ensure(where, python, options, timeout), reconnect=again)


def _ensure(home: Path, python: str | None, options: Sequence[str], timeout: float) -> Any:
    try:
        return discover(home)
    except (EngineUnreachable, AuthError):
        pass  # none runs, or it is just starting or stopping
    files = EngineHome(home)
    _make_folder(files.folder)
    end = time.monotonic() + timeout
    lock = FileLock(files.launch_lock)
    if not lock.acquire(wait=timeout):
        raise EngineError("Another program has been starting the engine for too long.", code="engine.start")
    try:
        child: subprocess.Popen[bytes] | None = None
        while time.monotonic() < end:
            try:
                return discover(home)
            except (EngineUnreachable, AuthError):
                pass  # asked again until the time is up
            if child is None and not engine_holds_lock(home):
                child = start_engine(home, python=python, options=options)
            elif child is not None and child.poll() is not None and not engine_holds_lock(home):
                break
            time.sleep(0.03)
        raise _did_not_start(files, child)
    finally:
        lock.release()


def start_engine(home: Path, *, python: str | None = None, options: Sequence[str] = ()) -> subprocess.Popen[bytes]:
    """Start an engine that outlives this process; returns before it is ready."""
    files = EngineHome(home.absolute())
    _make_folder(files.folder)
    chosen = python or engine_python(files.home)
    command = [chosen, "-m", "rushes.engine", "--home", str(files.home), *options]
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    with disk_full_as_error(files.log), _open_log(files.log) as log:
        try:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=files.folder,
                env=_environment(chosen),
                start_new_session=True,
                creationflags=flags,
            )
        except OSError as exc:
            raise DependencyError(
                f"The engine's Python does not start: {command[0]}",
                code="engine.python",
                hint="Set RUSHES_ENGINE_PYTHON to the Python in which Rushes is installed.",
            ) from exc
    # Collected when it ends, so that it is not left as a zombie of a long-lived host.
    threading.Thread(target=child.wait, name="rushes-engine-reaper", daemon=True).start()
    return child


def engine_python(home: Path | None = None) -> str:
    """The Python that the engine runs in.

    $RUSHES_ENGINE_PYTHON, else this one when it has the engine's packages, else the environment that
    `make setup` built beside the sources, else the engine that was set up in `home`. DependencyError
    `engine.python` when there is none.
    """
    given = os.environ.get("RUSHES_ENGINE_PYTHON")
    if given:
        return given
    if sys.executable and all(importlib.util.find_spec(name) for name in ("uvicorn", "fastapi", "torch")):
        return sys.executable
    beside = checkout_python()
    if beside is not None:
        return str(beside)
    ours = installed_engine(home or rushes_home())
    if ours is not None and not ours.problem:
        return ours.python
    raise DependencyError(
        "The Rushes engine is not set up on this machine." if ours is None else ours.problem,
        code="engine.python",
        hint="Set it up in the preferences of the Rushes extension, or with: pip install 'rushes[engine]'. "
        "RUSHES_ENGINE_PYTHON names a Python that has it.",
    )


def _source_root() -> Path:
    return Path(rushes.__file__).resolve().parent.parent


def _environment(python: str) -> Mapping[str, str]:
    """This process's, for an engine in `python`.

    Our own sources go first when they are that Python's: a checkout's, or this very Python's. The folder that a
    host unpacked us into holds other extensions' packages for the host's Python, and must never get there; nor must
    the client alone, as Resolve's scripts have it, which would hide the engine that is installed.
    """
    env = dict(os.environ)
    root = _source_root()
    env.pop("PYTHONHOME", None)  # a host's own Python must not leak into the engine's
    whole = (root / "rushes" / "engine").is_dir()
    if whole and (_same(python, sys.executable) or _same(python, checkout_python())):
        env["PYTHONPATH"] = os.pathsep.join([str(root), *filter(None, [env.get("PYTHONPATH")])])
    else:
        env.pop("PYTHONPATH", None)  # meant for the Python we run in
    env["PYTHONUNBUFFERED"] = "1"
    return env


def _same(python: str, other: str | Path | None) -> bool:
    """Links are not followed: an environment's Python is a link to the one it was made from."""
    return bool(other) and os.path.abspath(shutil.which(python) or python) == os.path.abspath(str(other))


def _make_folder(folder: Path) -> None:
    try:
        with disk_full_as_error(folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (PermissionError, FileExistsError, NotADirectoryError) as exc:
        raise EngineError(
            f"{folder} cannot be made.",
            code="engine.home",
            hint="Set RUSHES_HOME to a folder that you may write to.",
        ) from exc


def _open_log(path: Path) -> Any:
    if path.exists() and path.stat().st_size > _LOG_LIMIT:
        os.replace(path, path.with_suffix(".log.1"))
    return path.open("ab")


def _did_not_start(files: EngineHome, child: subprocess.Popen[bytes] | None) -> EngineError:
    try:
        lines = files.log.read_text("utf-8", "replace").splitlines()[-12:]
    except OSError:
        lines = []
    why = "is not ready in time" if child is None or child.poll() is None else f"ended with code {child.returncode}"
    return EngineError(
        f"The engine {why}. Its last words:\n" + "\n".join(lines),
        code="engine.start",
        hint=f"The whole log is {files.log}. `rushes doctor` checks the installation.",
    )
