"""The desk of an action in use: the engine behind it, the production of the open project, progress and cancel."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import rushes
from resolve_scripts.store import Store, read_json
from rushes.client import Client, connect, ensure_engine, result_of, rushes_home
from rushes.client.install import find_engines
from rushes.contracts.job import JobRequest, JobStatus
from rushes.contracts.library import ProductionState, TakeRow
from rushes.contracts.take import Rating
from rushes.errors import (
    DependencyError,
    EngineError,
    EngineUnreachable,
    InputError,
    JobCancelled,
    ProductionError,
    RushesError,
)

__all__ = ["EngineDesk", "find_client", "is_production"]

_log = logging.getLogger(__name__)
T = TypeVar("T")

_STEP = 0.5
"""Longest wait of one question about a job, seconds: so long may a cancel take to be noticed."""
_SILENCE = 900.0
"""A short job that has not moved for so long (seconds) is left to itself."""
_STOPPING = 30.0
"""Seconds a cancelled job gets to stop."""
_CHOOSE = "Start Rushes > Choose Production, or run: rushes resolve production FOLDER"


def is_production(folder: str) -> bool:
    """Whether a folder holds a production."""
    return bool(folder) and (Path(folder) / "production.json").is_file()


def find_client(home: Path | None = None) -> Client:
    """A client of the engine, which is started when none runs.

    Resolve's own Python never runs it: the engine's is the one that RUSHES_ENGINE_PYTHON names, that Blender's
    preferences set up, or that ran `rushes resolve install`.

    Raises:
        DependencyError: `engine.missing`.
        EngineError: the engine does not start.
    """
    where = home or rushes_home()
    try:
        return connect(where)
    except EngineUnreachable:
        pass  # none runs yet
    return ensure_engine(where, python=engine_python(where))


def engine_python(home: Path) -> str:
    """The engine's Python. DependencyError `engine.missing` when there is none."""
    found = find_engines(home)
    noted = str(read_json(Store(home / "resolve").installed).get("engine_python") or "")
    usable = [one.python for one in found if not one.problem]
    if usable:
        return usable[0]
    if noted and Path(noted).is_file():
        return noted
    raise DependencyError(
        found[0].problem if found else "Rushes' engine is not installed on this machine.",
        code="engine.missing",
        hint="Install it from the preferences of Rushes in Blender, or with: pip install 'rushes[engine]'. Takes that "
        "were delivered as files can be imported without it.",
    )


def _direct(work: Callable[[], T]) -> T:
    return work()


class EngineDesk:
    """`actions.base.Desk` over the engine.

    `wait` does one piece of engine work and gives its result; the panel passes one that works on another thread and
    keeps the window alive meanwhile. `report` gets progress, `stop` says whether the editor asked to stop.
    """

    def __init__(
        self,
        project: str,
        *,
        store: Store | None = None,
        client: Callable[[], Client] = find_client,
        report: Callable[[float, str], None] | None = None,
        stop: Callable[[], bool] | None = None,
        wait: Callable[[Callable[[], Any]], Any] = _direct,
        silence: float = _SILENCE,
    ) -> None:
        self.project = project
        self.store = store or Store.default()
        self.client = client
        """Finds the engine."""
        self._client: Client | None = None
        self._report = report
        self._stop = stop
        self._wait = wait
        self._silence = silence

    @property
    def production(self) -> str:
        """Absolute folder. InputError `resolve.no_production`, ProductionError `resolve.production_moved`."""
        settings = self.store.settings()
        folder = settings.projects.get(self.project) or settings.default
        if not folder:
            raise InputError(
                "This Resolve project does not know yet which production it belongs to.",
                code="resolve.no_production",
                hint=_CHOOSE,
            )
        if not is_production(folder):
            raise ProductionError(
                f"The production of this Resolve project is no longer at {folder}.",
                code="resolve.production_moved",
                hint=f"Is its disk connected? If it was moved: {_CHOOSE}",
                details={"path": folder},
            )
        if self.project not in settings.projects:
            self.store.bind(self.project, folder)
        return folder

    @property
    def home(self) -> str:
        """Folder of notes for this Resolve project."""
        return str(self.store.notes(self.project))

    @property
    def cancelled(self) -> bool:
        """True once the editor asked to stop."""
        return self._stop is not None and self._stop()

    def progress(self, fraction: float, text: str) -> None:
        """0 to 1, and what happens."""
        if self._report is not None:
            self._report(min(1.0, max(0.0, fraction)), text)

    def run(self, kind: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """See Desk. JobCancelled when the editor stopped it, EngineError `engine.busy` when nothing moves."""
        status = self.submit(JobRequest(kind, dict(params)))
        moved = time.monotonic()
        stopping = 0.0
        while not status.state.ended:
            status, changed = self._wait(lambda job=status: self._next(job))
            now = time.monotonic()
            if changed:
                moved = now
                self.progress(status.progress, _words(status))
            if self.cancelled and not stopping:
                stopping = now
                self._wait(lambda job=status.id: self._engine().cancel(job))
            if stopping and now - stopping > _STOPPING and not status.state.ended:
                raise JobCancelled("Stopped. The engine is still ending its work; nothing in Resolve was changed.")
            if not stopping and now - moved > self._silence:
                raise EngineError(
                    f"The engine has not moved on for {self._silence / 60:.0f} minutes.",
                    code="engine.busy",
                    hint="It may be busy with other work: see `rushes jobs list`. Start the action again later.",
                    details={"job": status.id},
                )
        return result_of(status)

    def submit(self, request: JobRequest) -> JobStatus:
        """See Desk. EngineError `engine.version` when the engine is too old to know the job."""
        try:
            return self._wait(lambda: self._engine().submit(request))
        except RushesError as exc:
            if exc.code != "job.kind":
                raise
            raise EngineError(
                "The engine that runs is of another version than these scripts.",
                code="engine.version",
                hint="Update it in Blender's preferences of Rushes, or with pip; stop it with `rushes engine stop`; "
                "then run `rushes resolve install`.",
            ) from exc

    def status(self, job: str) -> JobStatus:
        """See Desk."""
        return self._wait(lambda: self._engine().status(job))

    def state(self) -> ProductionState:
        """See Desk."""
        root = self.production
        found = self._wait(lambda: self._engine().production(root))
        assert found is not None, "asked without a known revision, the engine always answers"
        return found

    def takes(self, shots: tuple[str, ...] = ()) -> tuple[TakeRow, ...]:
        """See Desk."""
        root = self.production
        return self._wait(lambda: self._engine().takes(root, shots))

    def rate_take(self, take: str, rating: Rating | None = None, notes: str | None = None) -> TakeRow:
        """See Desk."""
        root = self.production
        return self._wait(lambda: self._engine().rate_take(root, take, rating, notes))

    def _next(self, status: JobStatus) -> tuple[JobStatus, bool]:
        """(how the job stands now, whether that is news); waits a moment for news."""
        engine = self._engine()
        try:
            now = engine.wait(status.id, timeout=_STEP)
        except EngineError as exc:
            if exc.code != "engine.timeout":
                raise
            now = engine.status(status.id)
        return now, now.sequence != status.sequence

    def _engine(self) -> Client:
        if self._client is None:
            self._client = self.client()
            version = self._client.info().version
            if version != rushes.__version__:
                _log.warning("The engine is version %s, these scripts are %s", version, rushes.__version__)
        return self._client


def _words(status: JobStatus) -> str:
    if status.position is not None and not status.state.ended:
        return f"Waiting for the engine, place {status.position} in the queue"
    if status.message:
        return status.message
    return f"The engine is at work: {status.stage}" if status.stage else "The engine is at work"
