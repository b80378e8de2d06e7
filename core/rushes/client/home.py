"""Where Rushes keeps its own data on this machine."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

__all__ = ["EngineHome", "read_json", "rushes_home"]


def rushes_home() -> Path:
    """$RUSHES_HOME, else the platform's folder for application data. The folder may not exist yet."""
    given = os.environ.get("RUSHES_HOME")
    if given:
        return Path(given).expanduser().absolute()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return (Path(base) if base else Path.home() / "AppData" / "Local") / "Rushes"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Rushes"
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "rushes"


@dataclass(frozen=True)
class EngineHome:
    """The engine's files inside the data folder."""

    home: Path

    @property
    def folder(self) -> Path:
        """Everything of the engine."""
        return self.home / "engine"

    @property
    def record(self) -> Path:
        """engine.json: pid, port, version, started. There while an engine runs, or after it was killed."""
        return self.folder / "engine.json"

    @property
    def token(self) -> Path:
        """The secret of the running engine, readable by its user alone."""
        return self.folder / "token"

    @property
    def engine_lock(self) -> Path:
        """Locked for as long as an engine lives."""
        return self.folder / "engine.lock"

    @property
    def launch_lock(self) -> Path:
        """Locked while a client starts an engine."""
        return self.folder / "launch.lock"

    @property
    def log(self) -> Path:
        """What the engine says."""
        return self.folder / "engine.log"

    @property
    def worker_logs(self) -> Path:
        """What the workers and the libraries in them say."""
        return self.folder / "logs"

    @property
    def jobs(self) -> Path:
        """One folder a job; the truth about it."""
        return self.folder / "jobs"

    @property
    def index(self) -> Path:
        """SQLite index of the jobs; can be made again from the folders."""
        return self.folder / "index.sqlite"


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object, or an empty one when the file is missing or torn."""
    try:
        data: Any = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", data) if isinstance(data, dict) else {}
