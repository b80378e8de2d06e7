"""Which engines are on this machine: the one we set up, a checkout's, the one that was named.

An engine we set up lives in its own folder, `<home>/engines/<version>-<id>/`. It counts only when that folder
holds ready.json and `<home>/engines/current.json` names it: a half-made one is never used.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import rushes
from rushes.client.discovery import engine_holds_lock
from rushes.client.home import read_json
from rushes.client.locks import FileLock
from rushes.errors import EngineError

__all__ = [
    "EngineFolders",
    "FoundEngine",
    "checkout_python",
    "find_engines",
    "installed_engine",
    "python_inside",
    "remove_engine",
    "sweep",
]

_ASK = (
    "import json, importlib.util as u, sys, rushes; "
    "print(json.dumps([rushes.__version__, [m for m in ('uvicorn', 'fastapi', 'torch') if not u.find_spec(m)]]))"
)
_PATIENCE = 30.0
"""Seconds an engine's Python may take to say its version."""


@dataclass(frozen=True)
class FoundEngine:
    """An engine that is there, or should be."""

    python: str
    """Path of the Python it runs in."""
    version: str
    """Version of Rushes in it; empty when unknown."""
    origin: str
    """"named" by RUSHES_ENGINE_PYTHON, "own" (this Python), "checkout" or "installed" by us."""
    problem: str = ""
    """Why it cannot be used, in a sentence; empty when it can."""

    @property
    def fits(self) -> bool:
        """True when it can be used and is of this client's version."""
        return not self.problem and self.version == rushes.__version__


@dataclass(frozen=True)
class EngineFolders:
    """Where the engines we set up are, inside the data folder."""

    home: Path

    @property
    def folder(self) -> Path:
        """All of them."""
        return self.home / "engines"

    @property
    def current(self) -> Path:
        """current.json names the one in use."""
        return self.folder / "current.json"

    @property
    def cache(self) -> Path:
        """Downloads; they stay after a failure, so that the next try goes on from there."""
        return self.folder / "cache"

    @property
    def pythons(self) -> Path:
        """Pythons that uv had to fetch."""
        return self.folder / "pythons"

    @property
    def lock(self) -> Path:
        """Held while an engine is set up or removed."""
        return self.folder / "install.lock"

    @property
    def log(self) -> Path:
        """Everything that was said while setting up; of the last try."""
        return self.folder / "install.log"


def python_inside(environment: Path) -> Path:
    """Path of the Python in a virtual environment."""
    return environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def current_folder(home: Path) -> Path | None:
    """The folder of the engine that was set up last, when it is whole."""
    folders = EngineFolders(home)
    name = str(read_json(folders.current).get("folder", ""))
    if not name or Path(name).name != name:
        return None
    folder = folders.folder / name
    return folder if (folder / "ready.json").is_file() else None


def installed_engine(home: Path) -> FoundEngine | None:
    """The engine we set up, or None. Quick: reads two small files and starts nothing."""
    folder = current_folder(home)
    if folder is None:
        return None
    python = python_inside(folder)
    version = str(read_json(folder / "ready.json").get("version", ""))
    return FoundEngine(str(python), version, "installed", "" if python.exists() else _gone())


def checkout_python() -> Path | None:
    """The Python that `make setup` made beside the sources; None when this is not a checkout."""
    root = Path(rushes.__file__).resolve().parents[2]
    python = python_inside(root / ".venvs" / "engine")
    return python if (root / "pyproject.toml").is_file() and python.exists() else None


def find_engines(home: Path, environment: Mapping[str, str] | None = None) -> tuple[FoundEngine, ...]:
    """Every engine on this machine, the one that would be used first. Each is asked for its version: takes seconds.

    `environment` replaces os.environ when RUSHES_ENGINE_PYTHON is looked up.
    """
    places: dict[str, str] = {}
    named = (os.environ if environment is None else environment).get("RUSHES_ENGINE_PYTHON")
    if named:
        places[named] = "named"
    beside = checkout_python()
    if beside is not None:
        places.setdefault(str(beside), "checkout")
    ours = installed_engine(home)
    if ours is not None:
        places.setdefault(ours.python, "installed")
    return tuple(_ask(python, origin) for python, origin in places.items())


def _gone() -> str:
    return "Its Python is gone; an update may have taken it away. Set the engine up again."


def _ask(python: str, origin: str) -> FoundEngine:
    hidden = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP")
    env = {k: v for k, v in os.environ.items() if k not in hidden}
    flags = subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0
    try:
        done = subprocess.run(
            [python, "-c", _ASK],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            env=env,
            cwd=Path(python).parent if Path(python).parent.is_dir() else None,
            creationflags=flags,
        )
    except subprocess.TimeoutExpired:
        return FoundEngine(python, "", origin, "Its Python does not answer.")
    except OSError:
        return FoundEngine(python, "", origin, _gone() if origin == "installed" else f"There is no Python at {python}.")
    try:
        version, missing = json.loads(done.stdout.decode("utf-8", "replace").strip().splitlines()[-1])
    except (ValueError, IndexError):
        return FoundEngine(python, "", origin, "Rushes is not installed in this Python.")
    if missing:
        return FoundEngine(python, str(version), origin, f"Parts of the engine are missing: {', '.join(missing)}.")
    return FoundEngine(python, str(version), origin)


def remove_engine(home: Path) -> None:
    """Take away what was set up, downloads included. Takes, models and settings stay.

    EngineError `install.in_use` while an engine runs, `install.busy` while one is set up.
    """
    folders = EngineFolders(home)
    if not folders.folder.is_dir():
        return
    if engine_holds_lock(home):
        raise EngineError("The engine is running.", code="install.in_use", hint="Stop it first, then remove it.")
    lock = FileLock(folders.lock)
    if not lock.acquire():
        raise EngineError("The engine is being set up.", code="install.busy", hint="Cancel that first.")
    try:
        with suppress(FileNotFoundError):
            folders.current.unlink()  # first, so that a removal that stops half-way leaves nothing in use
        sweep(home)
        for folder in (folders.cache, folders.pythons):
            drop(folder)
    finally:
        lock.release()


def sweep(home: Path) -> None:
    """Remove half-made engines, and former ones unless an engine runs that may be one of them."""
    folders = EngineFolders(home)
    kept = {folders.cache, folders.pythons, current_folder(home)}
    busy = engine_holds_lock(home)
    for folder in [p for p in folders.folder.glob("*") if p.is_dir() and p not in kept]:
        if busy and (folder / "ready.json").is_file():
            continue  # the next start comes back to it
        drop(folder)


def drop(folder: Path) -> None:
    """Remove a folder; what is still open (Windows) stays for the next time, without its ready.json."""
    with suppress(OSError):
        (folder / "ready.json").unlink()
    shutil.rmtree(folder, ignore_errors=True)
