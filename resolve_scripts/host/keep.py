"""Leaves Resolve as it was: page, bin, timeline, playhead, in and out, track locks, render format and mode."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from resolve_scripts.host.session import Session, listed
from rushes.errors import ResolveError

if TYPE_CHECKING:
    from fusionscript import Folder, Project, Timeline

__all__ = ["kept"]

_log = logging.getLogger(__name__)
_LOCKABLE = ("video", "audio", "subtitle")


@dataclass(frozen=True)
class _Before:
    project: str
    page: str
    folder: str
    timeline: str
    playhead: str
    marks: dict[str, dict[str, int]]
    """Kind of track → "in" and "out", from the timeline's start."""
    locks: dict[tuple[str, int], bool]
    format: dict[str, str]
    mode: int | None


@contextmanager
def kept(session: Session) -> Generator[None, None, None]:
    """Run a block and put back what the editor had in front, whether it ends well or not.

    ResolveError `resolve.modal` before anything is done when Resolve shows a dialog.
    """
    before = _remember(session)
    with session.holding(before.project):
        try:
            yield
        finally:
            _restore(session, before)


def _remember(session: Session) -> _Before:
    page = session.check()
    project = session.project()
    folder = session.pool().GetCurrentFolder()
    timeline = project.GetCurrentTimeline()
    rendering = cast("dict[str, str] | None", project.GetCurrentRenderFormatAndCodec())
    return _Before(
        project=project.GetUniqueId(),
        page=page,
        folder=folder.GetUniqueId() if folder is not None else "",
        timeline=timeline.GetUniqueId() if timeline is not None else "",
        playhead=(timeline.GetCurrentTimecode() or "") if timeline is not None else "",
        marks=_marks(timeline) if timeline is not None else {},
        locks=_locks(timeline) if timeline is not None else {},
        format=dict(rendering or {}),
        mode=project.GetCurrentRenderMode(),
    )


def _restore(session: Session, before: _Before) -> None:
    """Each part on its own: one that cannot be put back neither keeps the others from it nor hides why the action
    failed. In a project that was opened meanwhile nothing is touched."""
    try:
        project = session.project()
    except ResolveError as exc:
        _log.warning("Nothing was put back: %s", exc.message)
        return
    for part in (_render, _timeline, _folder, _page, _playhead):
        _each(part, session, project, before)


_Part = Callable[[Session, "Project", _Before], None]


def _each(part: _Part, session: Session, project: Project, before: _Before) -> None:
    try:
        part(session, project, before)
    except Exception:  # noqa: BLE001 - a handle that went stale answers with anything; the action's own error counts
        _log.warning("Resolve did not put the %s back", part.__name__.strip("_"), exc_info=True)


def _render(session: Session, project: Project, before: _Before) -> None:
    now = cast("dict[str, str] | None", project.GetCurrentRenderFormatAndCodec())
    if before.format.get("format") and dict(now or {}) != before.format:
        _say(project.SetCurrentRenderFormatAndCodec(before.format["format"], before.format.get("codec", "")), "format")
    if before.mode is not None and project.GetCurrentRenderMode() != before.mode:
        _say(project.SetCurrentRenderMode(cast("Any", before.mode)), "render mode")


def _timeline(session: Session, project: Project, before: _Before) -> None:
    timeline = session.open_timeline(before.timeline) if before.timeline else None
    if timeline is None:
        return
    for (kind, index), locked in before.locks.items():
        if bool(timeline.GetIsTrackLocked(cast("Any", kind), index)) != locked:
            _say(timeline.SetTrackLock(cast("Any", kind), index, locked), "track lock")
    now = _marks(timeline)
    for kind in ("video", "audio"):
        was = before.marks.get(kind, {})
        if was == now.get(kind, {}):
            continue
        if "in" in was and "out" in was:
            _say(timeline.SetMarkInOut(was["in"], was["out"], kind), "in and out")
        elif not was:
            _say(timeline.ClearMarkInOut(kind), "in and out")


def _folder(session: Session, project: Project, before: _Before) -> None:
    pool = session.pool()
    open_now = pool.GetCurrentFolder()
    if open_now is not None and open_now.GetUniqueId() == before.folder:
        return
    folder = _find_folder(session, before.folder)
    if folder is not None:
        _say(pool.SetCurrentFolder(folder), "bin")


def _page(session: Session, project: Project, before: _Before) -> None:
    if session.resolve.GetCurrentPage() != before.page:
        _say(session.resolve.OpenPage(cast("Any", before.page)), "page")


def _playhead(session: Session, project: Project, before: _Before) -> None:
    timeline = project.GetCurrentTimeline()
    if timeline is None or timeline.GetUniqueId() != before.timeline:
        return
    if before.playhead and timeline.GetCurrentTimecode() != before.playhead:
        _say(timeline.SetCurrentTimecode(before.playhead), "playhead")


def _marks(timeline: Timeline) -> dict[str, dict[str, int]]:
    told: Any = timeline.GetMarkInOut()
    if not isinstance(told, dict):
        return {}
    known = cast("dict[str, dict[str, int] | None]", told)
    return {str(kind): dict(marks) for kind, marks in known.items() if marks}


def _locks(timeline: Timeline) -> dict[tuple[str, int], bool]:
    return {
        (kind, index + 1): bool(timeline.GetIsTrackLocked(kind, index + 1))
        for kind in _LOCKABLE
        for index in range(timeline.GetTrackCount(kind) or 0)
    }


def _find_folder(session: Session, id: str) -> Folder | None:
    waiting = [session.root()] if id else []
    while waiting:
        folder = waiting.pop(0)
        if folder.GetUniqueId() == id:
            return folder
        waiting += listed(folder.GetSubFolderList())
    return None


def _say(done: object, what: str) -> None:
    if not done:
        _log.warning("Resolve did not put the %s back", what)
