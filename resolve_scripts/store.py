"""What Rushes notes down for Resolve on this machine, in `<rushes home>/resolve`."""

from __future__ import annotations

import json
import os
import re
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from rushes.client.home import read_json, rushes_home
from rushes.client.locks import FileLock
from rushes.errors import EngineError, disk_full_as_error

__all__ = ["Settings", "Store", "make_folder", "read_json", "write_json"]


@dataclass(frozen=True)
class Settings:
    """settings.json."""

    projects: dict[str, str] = field(default_factory=dict)
    """Unique id of a Resolve project → absolute folder of its production."""
    last: str = ""
    """The production chosen last; where a folder dialog opens."""
    default: str = ""
    """Production of projects that have chosen none, as `rushes resolve production` sets it; empty: they must choose."""


@dataclass(frozen=True)
class Store:
    """The files, by name. Nothing is made before it is written to."""

    root: Path

    @classmethod
    def default(cls) -> Store:
        """Of this user."""
        return cls(rushes_home() / "resolve")

    @property
    def settings_file(self) -> Path:
        """Which Resolve project belongs to which production."""
        return self.root / "settings.json"

    @property
    def installed(self) -> Path:
        """What `rushes resolve install` wrote, so that it can be taken away again."""
        return self.root / "installed.json"

    @property
    def seen(self) -> Path:
        """The last time Resolve started one of our scripts: when, which Resolve, which Python."""
        return self.root / "seen.json"

    @property
    def log(self) -> Path:
        """log.txt: what the scripts did, and traces of errors."""
        return self.root / "log.txt"

    @property
    def reports(self) -> Path:
        """Reports of the self-check."""
        return self.root / "self_check"

    def ask_stop(self) -> None:
        """Ask the running action to stop."""
        make_folder(self.root)
        (self.root / "stop").touch()

    def stop_asked(self, since: float) -> bool:
        """Whether somebody asked for it after a Unix time; clocks of file systems are a little behind."""
        try:
            return (self.root / "stop").stat().st_mtime >= since - 0.05
        except OSError:
            return False

    def lock(self, name: str) -> FileLock:
        """A lock that is free again when its holder dies: "action", "panel"."""
        return FileLock(self.root / f"{name}.lock")

    def notes(self, project: str) -> Path:
        """Folder of what actions note down for a Resolve project; made when it is missing."""
        folder = self.root / "projects" / (re.sub(r"[^A-Za-z0-9._-]", "_", project) or "none")
        make_folder(folder)
        return folder

    def settings(self) -> Settings:
        """As they are; a torn or missing file counts as empty."""
        data = read_json(self.settings_file)
        projects: Any = data.get("projects")
        known = cast("dict[str, Any]", projects) if isinstance(projects, dict) else {}
        return Settings(
            {str(key): str(value) for key, value in known.items()},
            str(data.get("last") or ""),
            str(data.get("default") or ""),
        )

    def bind(self, project: str, production: str) -> None:
        """Remember the production of a Resolve project."""
        with self._changing():
            now = self._before_change()
            self._save(replace(now, projects={**now.projects, project: production}, last=production))

    def set_default(self, production: str) -> None:
        """The production of projects that have chosen none."""
        with self._changing():
            self._save(replace(self._before_change(), default=production, last=production))

    def _before_change(self) -> Settings:
        """As they are; a file that does not read is put aside, so that writing anew loses nothing."""
        if self.settings_file.exists() and not read_json(self.settings_file):
            os.replace(self.settings_file, self.settings_file.with_name("settings.unreadable.json"))
        return self.settings()

    def _changing(self) -> FileLock:
        make_folder(self.root)
        return self.lock("settings")

    def _save(self, settings: Settings) -> None:
        data = {"projects": settings.projects, "last": settings.last, "default": settings.default}
        write_json(self.settings_file, data)


def make_folder(folder: Path) -> None:
    """Make a folder of ours. EngineError `engine.home`, DiskFullError."""
    try:
        with disk_full_as_error(folder):
            folder.mkdir(parents=True, exist_ok=True)
    except (PermissionError, FileExistsError, NotADirectoryError) as exc:
        raise EngineError(
            f"{folder} cannot be made.",
            code="engine.home",
            hint="Set RUSHES_HOME to a folder that you may write to.",
        ) from exc


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Write a JSON object in one step: the file is the old or the new one, never half of either. DiskFullError."""
    make_folder(path.parent)
    with disk_full_as_error(path):
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with open(handle, "w", encoding="utf-8") as file:
                json.dump(data, file, indent=1, ensure_ascii=False)
            os.replace(name, path)
        finally:
            Path(name).unlink(missing_ok=True)
