"""Leaves Resolve as it was: page, bin, timeline, playhead, track locks, render format and mode."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from resolve_scripts.host.session import Session, listed

if TYPE_CHECKING:
    from fusionscript import Folder, Timeline

__all__ = ["kept"]

_log = logging.getLogger(__name__)
_LOCKABLE = ("video", "audio", "subtitle")


@dataclass(frozen=True)
class _Before:
    page: str
    folder: str
    timeline: str
    playhead: str
    locks: dict[tuple[str, int], bool]
    format: dict[str, str]
    mode: int | None


@contextmanager
def kept(session: Session) -> Generator[None, None, None]:
    """Run a block and put back what the editor had in front, whether it ends well or not.

    ResolveError `resolve.modal` before anything is done when Resolve shows a dialog.
    """
    before = _remember(session)
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
        page=page,
        folder=folder.GetUniqueId() if folder is not None else "",
        timeline=timeline.GetUniqueId() if timeline is not None else "",
        playhead=(timeline.GetCurrentTimecode() or "") if timeline is not None else "",
        locks=_locks(timeline) if timeline is not None else {},
        format=dict(rendering or {}),
        mode=project.GetCurrentRenderMode(),
    )


def _restore(session: Session, before: _Before) -> None:
    """Each part on its own: one that cannot be put back does not keep the others from it."""
    project = session.project()
    now = cast("dict[str, str] | None", project.GetCurrentRenderFormatAndCodec())
    if before.format.get("format") and dict(now or {}) != before.format:
        _say(project.SetCurrentRenderFormatAndCodec(before.format["format"], before.format.get("codec", "")), "format")
    if before.mode is not None and project.GetCurrentRenderMode() != before.mode:
        _say(project.SetCurrentRenderMode(cast("Any", before.mode)), "render mode")
    timeline = _find_timeline(session, before.timeline)
    if timeline is not None:
        current = project.GetCurrentTimeline()
        if current is None or current.GetUniqueId() != before.timeline:
            _say(project.SetCurrentTimeline(timeline), "timeline")
        for (kind, index), locked in before.locks.items():
            if bool(timeline.GetIsTrackLocked(cast("Any", kind), index)) != locked:
                _say(timeline.SetTrackLock(cast("Any", kind), index, locked), "track lock")
    folder = _find_folder(session, before.folder)
    open_now = session.pool().GetCurrentFolder()
    if folder is not None and (open_now is None or open_now.GetUniqueId() != before.folder):
        _say(session.pool().SetCurrentFolder(folder), "bin")
    if session.resolve.GetCurrentPage() != before.page:
        _say(session.resolve.OpenPage(cast("Any", before.page)), "page")
    if timeline is not None and before.playhead and timeline.GetCurrentTimecode() != before.playhead:
        _say(timeline.SetCurrentTimecode(before.playhead), "playhead")


def _locks(timeline: Timeline) -> dict[tuple[str, int], bool]:
    return {
        (kind, index + 1): bool(timeline.GetIsTrackLocked(kind, index + 1))
        for kind in _LOCKABLE
        for index in range(timeline.GetTrackCount(kind) or 0)
    }


def _find_timeline(session: Session, id: str) -> Timeline | None:
    current = session.project().GetCurrentTimeline()
    if current is not None and current.GetUniqueId() == id:
        return current
    return next((one for one in session.timelines() if one.GetUniqueId() == id), None) if id else None


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
