"""Setting up the engine for people who never open a terminal. Standard library only; nothing starts by itself.

    installer = EngineInstaller(rushes_home(), wheel)
    installer.start()                     # returns at once
    installer.state                       # stage, fraction, words; ask as often as you like
    installer.cancel()

The engine is built in a new folder, `<home>/engines/<version>-<id>/`, tested there, and only then put to use: the
former one serves until that moment. What fails, is cancelled or is killed leaves nothing behind but downloads.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rushes.client.install_build import Build, InstallPlan
from rushes.client.install_found import (
    EngineFolders,
    FoundEngine,
    drop,
    find_engines,
    installed_engine,
    remove_engine,
    sweep,
)
from rushes.client.install_run import Runner, cancelled
from rushes.client.locks import FileLock
from rushes.errors import DependencyError, DiskFullError, EngineError, RushesError, disk_full_as_error

__all__ = [
    "EngineInstaller",
    "FoundEngine",
    "InstallState",
    "find_engines",
    "installed_engine",
    "remove_engine",
]


@dataclass(frozen=True)
class InstallState:
    """How setting up stands."""

    stage: str = ""
    """"check", "tools", "environment", "packages", "test", "switch", "done"; empty before the first start."""
    fraction: float = 0.0
    """0 to 1; never goes back within one try."""
    message: str = ""
    """What happens, for the artist."""
    detail: str = ""
    """The same, closer: which package, how much is left."""
    log: str = ""
    """Path of the whole log."""
    error: dict[str, Any] | None = None
    """RushesError.to_dict() when it ended without an engine. Codes: disk.full, engine.home, install.busy,
    install.cancelled, install.failed, install.offline, install.path, install.python."""
    running: bool = False
    done: bool = False
    """True when the engine is ready."""
    device: str = ""
    """Once done: "cuda", "mps" or "cpu", what the engine generates with."""


class EngineInstaller:
    """Builds the engine's environment, in a thread of its own.

    `wheel` is the whole Rushes wheel; `wheelhouse` a folder with the wheels of everything it needs, for machines
    without internet (its constraints.txt replaces ours). `uv` and `python` are paths that replace the search
    (uv "": do without it). `torch_backend` is uv's word for the graphics card; "" leaves torch's own choice.
    """

    def __init__(
        self,
        home: Path,
        wheel: Path,
        *,
        wheelhouse: Path | None = None,
        uv: str | None = None,
        python: str | None = None,
        torch_backend: str = "auto",
        extra: str = "engine",
    ) -> None:
        self._folders = EngineFolders(home.absolute())
        self._plan = InstallPlan(wheel.absolute(), wheelhouse, uv, python, torch_backend, extra)
        self._state = InstallState(log=str(self._folders.log))
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._runner = Runner(self._folders.log)

    @property
    def state(self) -> InstallState:
        """How it stands now. Never waits."""
        return self._state

    def start(self) -> None:
        """Begin; does nothing while it runs. After a failure it goes on with what is downloaded."""
        self._begin(fresh=False)

    def repair(self) -> None:
        """Build a new engine from new downloads and put it in the place of the one in use."""
        self._begin(fresh=True)

    def cancel(self) -> None:
        """Stop; returns at once. The engine in use stays."""
        self._runner.stop()

    def wait(self, timeout: float | None = None) -> InstallState:
        """The state when it ended, or after `timeout` seconds."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return self._state

    def _begin(self, *, fresh: bool) -> None:
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self._runner = Runner(self._folders.log)
            self._state = InstallState("check", 0.0, "Checking this machine", log=self._state.log, running=True)
            self._thread = threading.Thread(
                target=self._work, args=(self._runner, fresh), name="rushes-install", daemon=True
            )
            self._thread.start()

    def _work(self, runner: Runner, fresh: bool) -> None:
        try:
            device = self._locked(runner, fresh)
        except RushesError as exc:
            self._end(exc)
        except OSError as exc:
            self._end(_unexpected(exc, self._folders))
        else:
            words = _READY.get(device, _READY["cpu"])
            self._state = dataclasses.replace(
                self._state,
                stage="done",
                fraction=1.0,
                message=words,
                detail="",
                running=False,
                done=True,
                device=device,
            )
        finally:
            if self._state.running:  # a fault of ours; its trace goes where the host shows traces of threads
                self._end(DependencyError("Setting up the engine broke off.", code="install.failed"))

    def _locked(self, runner: Runner, fresh: bool) -> str:
        _make(self._folders.folder)
        lock = FileLock(self._folders.lock)
        if not lock.acquire():
            raise EngineError(
                "Another program is setting up the engine.",
                code="install.busy",
                hint="Wait until it is ready; it will serve this program too.",
            )
        try:
            sweep(self._folders.home)
            if fresh and self._plan.wheelhouse is None:
                drop(self._folders.cache)
            _new_log(self._folders.log)
            with disk_full_as_error(self._folders.folder):
                return Build(self._folders, self._plan, runner, self._report).run()
        finally:
            lock.release()

    def _report(self, stage: str, fraction: float, message: str, detail: str) -> None:
        self._state = dataclasses.replace(
            self._state, stage=stage, fraction=max(self._state.fraction, fraction), message=message, detail=detail
        )

    def _end(self, exc: RushesError) -> None:
        if self._runner.stopped:
            exc = cancelled()
        self._state = dataclasses.replace(
            self._state, message=exc.message, detail="", error=exc.to_dict(), running=False
        )


_READY = {
    "cuda": "The engine is ready and uses your graphics card.",
    "mps": "The engine is ready and uses your Mac's graphics.",
    "cpu": "The engine is ready. It found no graphics card it can use, so takes will come slowly.",
}


def _make(folder: Path) -> None:
    try:
        with disk_full_as_error(folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe = folder / f".probe-{time.monotonic_ns()}"
            probe.touch()
            probe.unlink()
    except DiskFullError:
        raise
    except OSError as exc:
        raise EngineError(
            f"{folder} cannot be written to.",
            code="engine.home",
            hint="Set RUSHES_HOME to a folder that you may write to.",
            details={"path": str(folder)},
        ) from exc


def _new_log(path: Path) -> None:
    if path.exists():
        path.replace(path.with_suffix(".log.1"))
    path.write_text(time.strftime("Setting up the Rushes engine, %Y-%m-%d %H:%M:%S\n"), "utf-8")


def _unexpected(exc: OSError, folders: EngineFolders) -> RushesError:
    return DependencyError(
        f"The engine could not be set up: {exc.strerror or exc}.",
        code="install.failed",
        hint=f"Check {folders.folder}; the whole log is {folders.log}.",
        details={"path": str(exc.filename or ""), "log": str(folders.log)},
    )
