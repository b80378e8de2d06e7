"""Setting up this machine's engine, and what is known of it: plain state that panels read and threads fill."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import rushes
from rushes.client import connect
from rushes.client.discovery import engine_holds_lock
from rushes.client.install import (
    EngineInstaller,
    FoundEngine,
    InstallState,
    find_engines,
    installed_engine,
    remove_engine,
)
from rushes.client.install_build import NEEDED_CUDA, NEEDED_PLAIN
from rushes.errors import EngineError, EngineUnreachable, RushesError

__all__ = [
    "NEED_TEXT",
    "EngineSetup",
    "Installer",
    "Survey",
    "bundled_wheel",
    "devices_trouble",
    "older",
    "program_version",
]

NEED_TEXT = f"{NEEDED_PLAIN / 1e9:.0f} GB of disk space, {NEEDED_CUDA / 1e9:.0f} GB with an NVIDIA graphics card"
_STOPS_WITHIN = 12.0
"""Seconds that a running engine gets to end before it is removed."""
_CALM = 0.3
"""Seconds until questions that are on their way have come back, so that none of them starts the engine again."""
_PATIENCE = 30.0
"""Seconds that a Blender may take to say its version."""


class Installer(Protocol):
    """What is used of EngineInstaller."""

    @property
    def state(self) -> InstallState: ...
    def start(self) -> None: ...
    def repair(self) -> None: ...
    def cancel(self) -> None: ...


@dataclass(frozen=True)
class Survey:
    """What is on this machine, as it was when looked at."""

    installed: FoundEngine | None = None
    size: int = 0
    """Bytes of the engine we set up."""
    others: tuple[FoundEngine, ...] = ()
    """Engines that somebody else made: a checkout's, a named one."""
    blender: tuple[int, int] = (0, 0)
    """Version of the Blender for passes; (0, 0) when none is named or it does not say."""
    blender_path: str = ""

    @property
    def outdated(self) -> bool:
        """The engine we set up is of another version than this add-on."""
        return self.installed is not None and self.installed.version != rushes.__version__


class EngineSetup:
    """One for as long as the add-on is enabled. All calls are for the main thread, and none of them waits."""

    def __init__(
        self,
        home: Path,
        wheel: Path | None,
        make: Callable[[Path | None], Installer] | None = None,
    ) -> None:
        self.home = home
        self.wheel = wheel
        self._make = make or self._installer
        self._running: Installer | None = None
        self._told = InstallState()
        self._survey: Survey | None = None
        self._looking: threading.Thread | None = None
        self._removing: threading.Thread | None = None
        self._look_again = False
        self._changed = False
        self.wants_look = False
        """Set while drawing: the next step looks."""
        self.trouble: RushesError | None = None
        """Why the engine could not be removed."""
        self.answer: tuple[str, str, bool] | None = None
        """(sentence, hint, well) of the last test."""
        self.testing = False

    # -- what panels read

    @property
    def state(self) -> InstallState | None:
        """Of the set-up that runs or ran last; None when there was none."""
        return self._running.state if self._running is not None else None

    @property
    def survey(self) -> Survey | None:
        """What is on this machine; None until it was looked at."""
        return self._survey

    @property
    def installing(self) -> bool:
        """Whether a set-up runs."""
        state = self.state
        return state is not None and state.running

    @property
    def removing(self) -> bool:
        """Whether the engine is being removed."""
        return self._removing is not None and self._removing.is_alive()

    @property
    def log(self) -> str:
        """Path of the set-up's log; it may not exist."""
        return str(self.home / "engines" / "install.log")

    # -- what operators do

    def begin(self, wheelhouse: Path | None = None, *, fresh: bool = False) -> None:
        """Set up the engine; `fresh` for a repair. EngineError `install.no_wheel` in a checkout."""
        if self.installing or self.removing:
            return
        if self.wheel is None and self._make == self._installer:
            raise EngineError(
                "This add-on runs from its sources and has no package to install.",
                code="install.no_wheel",
                hint="Run `make setup` beside the sources, or install the extension's zip.",
            )
        self.trouble, self._told = None, InstallState()
        self._running = self._make(wheelhouse)
        if fresh:
            self._running.repair()
        else:
            self._running.start()

    def cancel(self) -> None:
        """Stop setting up; the engine in use stays."""
        if self._running is not None:
            self._running.cancel()

    def dismiss(self) -> None:
        """Put the end of the last try out of sight."""
        if not self.installing:
            self._running, self.trouble = None, None

    def remove(self) -> None:
        """Stop this machine's engine and take it away, in the background."""
        if self.installing or self.removing:
            return
        self.trouble, self._running = None, None
        self._removing = threading.Thread(target=self._remove, name="rushes-remove", daemon=True)
        self._removing.start()

    def look(self, blender: str = "") -> None:
        """Find out in the background what is on this machine; `blender` is the program named for passes."""
        self.wants_look = False
        if self._looking is not None and self._looking.is_alive():
            self._look_again = True
            return
        self._look_again = False
        self._looking = threading.Thread(target=self._look, args=(blender,), name="rushes-look", daemon=True)
        self._looking.start()

    def step(self, blender: str = "") -> set[str]:
        """What has happened since: "changed" (draw again), "ready" (a set-up ended well), "removed". For the tick."""
        news: set[str] = set()
        state = self.state
        if state is not None and state != self._told:
            news.add("changed")
            if state.done and not self._told.done:
                news.add("ready")
            if not state.running:
                self.wants_look = True
            self._told = state
        if self._removing is not None and not self._removing.is_alive():
            self._removing = None
            self.wants_look = True
            news |= {"changed", "removed"}
        if self._changed:
            self._changed = False
            news.add("changed")
        if self.wants_look or self._look_again:
            self.look(blender)
        return news

    # -- within threads

    def _installer(self, wheelhouse: Path | None) -> Installer:
        assert self.wheel is not None
        return EngineInstaller(self.home, self.wheel, wheelhouse=wheelhouse)

    def _look(self, blender: str) -> None:
        ours = installed_engine(self.home)
        size = _size(Path(ours.python).parents[1]) if ours is not None else 0
        others = tuple(f for f in find_engines(self.home) if f.origin != "installed")
        version = program_version(blender) if blender else (0, 0)
        self._survey = Survey(ours, size, others, version, blender)
        self._changed = True

    def _remove(self) -> None:
        for tries_left in (2, 1, 0):
            time.sleep(_CALM)
            try:
                self._stop_engine()
                remove_engine(self.home)
            except RushesError as exc:
                if exc.code == "install.in_use" and tries_left:
                    continue  # somebody has just started it again
                self.trouble = exc
            return

    def _stop_engine(self) -> None:
        try:
            connect(self.home).shutdown()
        except EngineUnreachable:
            return  # none runs
        end = time.monotonic() + _STOPS_WITHIN
        while engine_holds_lock(self.home) and time.monotonic() < end:
            time.sleep(0.1)


def bundled_wheel(package: Path) -> Path | None:
    """The wheel that the extension brings along; None in a checkout."""
    found = sorted((package / "wheels").glob("rushes-*.whl"))
    return found[-1] if found else None


def program_version(path: str) -> tuple[int, int]:
    """Version that a Blender program says; (0, 0) when it does not. Starts it: takes a second."""
    flags: Any = subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0
    command = [path, "--version"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            creationflags=flags,
        )
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    match = re.search(rb"Blender (\d+)\.(\d+)", done.stdout)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def older(named: tuple[int, int], running: tuple[int, int]) -> bool:
    """A Blender may not open what a newer one has saved."""
    return (0, 0) < named < running


def devices_trouble(text: str) -> str:
    """What is wrong with the preferences' GPUs; empty when nothing is."""
    parts = [p.strip() for p in text.split(",")] if text.strip() else []
    if any(not p.isdecimal() for p in parts):
        return 'Write GPUs as numbers with commas, as "0,1"; empty means all.'
    return "A GPU is named twice." if len(set(parts)) != len(parts) else ""


def _size(folder: Path) -> int:
    total = 0
    for place, _, files in os.walk(folder):
        for name in files:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
            except OSError:
                continue  # went while we looked
    return total
