"""The running Resolve: which one it is, and its handles, fetched anew for every operation.

Nothing is cached: a handle goes stale when a project is loaded or a timeline is deleted, and then answers None to
everything. What is missing or refused becomes a `ResolveError` with words for the editor.
"""

from __future__ import annotations

import importlib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from rushes.errors import ResolveError

if TYPE_CHECKING:
    from fusionscript import Folder, MediaPool, MediaPoolItem, Project, Resolve, Timeline

__all__ = ["MINIMUM", "Session", "has", "listed", "open_session"]

MINIMUM = (19, 1, 0)
"""The oldest Resolve whose calls we use."""

T = TypeVar("T")


def has(thing: object, name: str) -> bool:
    """Whether Resolve's object has the method; `hasattr` is True for every name there."""
    return name in dir(thing)


def listed(value: list[T] | None) -> list[T]:
    """A list from a call that gives a list, None, or a list with None in it."""
    return [one for one in value or [] if one is not None]


@dataclass(frozen=True)
class Session:
    """Resolve as the script found it."""

    resolve: Resolve
    version: tuple[int, int, int]
    studio: bool
    fusion: Any = None
    """None where scripts are started from outside without it."""
    bmd: Any = None
    _held: list[str] = field(default_factory=list, compare=False, repr=False)
    """Ids of the project that an action works in, while it does."""

    @property
    def label(self) -> str:
        """For people: "DaVinci Resolve Studio 21.0.4"."""
        return f"DaVinci Resolve {'Studio ' if self.studio else ''}{'.'.join(map(str, self.version))}"

    def check(self) -> str:
        """The open page. ResolveError `resolve.modal` while a dialog or the Project Manager is in front."""
        page = cast("str | None", self.resolve.GetCurrentPage())
        if not page:
            raise ResolveError(
                "Resolve is waiting: a dialog or the Project Manager is open.",
                code="resolve.modal",
                hint="Close it, then start the action again. Nothing was changed.",
            )
        return page

    def project(self) -> Project:
        """The open project. ResolveError `resolve.no_project`, `resolve.other_project` within `holding`."""
        manager = cast("Any", self.resolve.GetProjectManager())
        project = cast("Project | None", manager.GetCurrentProject()) if manager is not None else None
        id = project.GetUniqueId() if project is not None else ""
        if project is None or not id:
            raise ResolveError("No project is open.", code="resolve.no_project", hint="Open a project first.")
        if self._held and self._held[-1] != id:
            raise ResolveError(
                "Another project was opened while the action ran, so it stopped.",
                code="resolve.other_project",
                hint="Open the first project again and start the action once more. This one was not touched.",
            )
        return project

    @contextmanager
    def holding(self, project: str) -> Generator[None, None, None]:
        """While the block runs, a project that the editor opens instead of this one (id) is refused."""
        self._held.append(project)
        try:
            yield
        finally:
            self._held.pop()

    def pool(self) -> MediaPool:
        """The project's media pool."""
        pool = self.project().GetMediaPool()
        if pool is None:
            raise _stale()
        return pool

    def root(self) -> Folder:
        """The bin at the top of the media pool ("Master")."""
        root = self.pool().GetRootFolder()
        if root is None:
            raise _stale()
        return root

    def timeline(self) -> Timeline:
        """The open timeline. ResolveError `resolve.no_timeline`."""
        timeline = self.project().GetCurrentTimeline()
        if timeline is None:
            raise ResolveError("No timeline is open.", code="resolve.no_timeline", hint="Open or make one first.")
        if not timeline.GetUniqueId():
            raise _stale()
        return timeline

    def open_timeline(self, id: str) -> Timeline | None:
        """Make a timeline the open one; None when it is gone. ResolveError `resolve.timeline` when Resolve refuses."""
        project = self.project()
        now = project.GetCurrentTimeline()
        if now is not None and now.GetUniqueId() == id:
            return now
        found = next((one for one in self.timelines() if one.GetUniqueId() == id), None)
        if found is not None and not project.SetCurrentTimeline(found):
            raise ResolveError(
                f"Resolve did not open the timeline {found.GetName()}.",
                code="resolve.timeline",
                hint="Open it by hand.",
            )
        return found

    def timelines(self) -> list[Timeline]:
        """All timelines of the project."""
        project = self.project()
        found = [project.GetTimelineByIndex(i + 1) for i in range(project.GetTimelineCount() or 0)]
        return [one for one in found if one is not None]

    def clips(self) -> list[tuple[Folder, MediaPoolItem]]:
        """Every clip of the media pool with its bin."""
        found: list[tuple[Folder, MediaPoolItem]] = []
        waiting = [self.root()]
        while waiting:
            folder = waiting.pop(0)
            found += [(folder, clip) for clip in listed(folder.GetClipList())]
            waiting += listed(folder.GetSubFolderList())
        return found

    def require(self, what: str, *, since: tuple[int, int, int] = MINIMUM, studio: bool = False) -> None:
        """ResolveError `resolve.studio` or `resolve.version` when this Resolve cannot do `what`."""
        if studio and not self.studio:
            raise ResolveError(
                f"{what} needs DaVinci Resolve Studio.",
                code="resolve.studio",
                hint="In the free edition use the files of `rushes deliver resolve`.",
            )
        if self.version < since:
            wanted = ".".join(map(str, since[:2] if not since[2] else since))
            raise ResolveError(
                f"{what} needs Resolve {wanted} or later; this is {self.label}.",
                code="resolve.version",
                hint="Update Resolve, or use the files of `rushes deliver resolve`.",
            )


def open_session(given: Mapping[str, Any]) -> Session:
    """The Resolve that started the script.

    Args:
        given: globals of the launcher: Resolve puts `resolve`, `fusion` or `fu`, and `bmd` there.

    Raises:
        ResolveError: `resolve.not_running`, `resolve.version`.
    """
    bmd = given.get("bmd")
    resolve = given.get("resolve")
    if resolve is None and bmd is not None:
        resolve = bmd.scriptapp("Resolve")
    if resolve is None:
        resolve = _from_module()
    if resolve is None:
        raise ResolveError(
            "DaVinci Resolve does not answer.",
            code="resolve.not_running",
            hint="Start it, and set Preferences > System > General > External scripting using to Local (Studio).",
        )
    numbers = [n for n in cast("list[Any]", resolve.GetVersion() or []) if isinstance(n, int)][:3]
    major, minor, patch = [*numbers, 0, 0, 0][:3]
    studio = "studio" in str(resolve.GetProductName() or "").lower()
    fusion = given.get("fusion") or given.get("fu") or (resolve.Fusion() if has(resolve, "Fusion") else None)
    session = Session(resolve, (major, minor, patch), studio, fusion, bmd)
    session.require("Rushes")
    return session


def _from_module() -> Any:
    """Resolve's own module, for scripts started from outside; None where it is not installed."""
    try:
        script = importlib.import_module("DaVinciResolveScript")
    except ImportError:
        return None
    return script.scriptapp("Resolve")


def _stale() -> ResolveError:
    return ResolveError(
        "Resolve no longer answers for this project.",
        code="resolve.stale",
        hint="Open the project again, then start the action once more. Nothing was changed.",
    )
