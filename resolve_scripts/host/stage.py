"""Shows one clip alone for a render: on a timeline made for it, or by switching other tracks off.

What is to be undone is noted first, so that after a kill the next action undoes it.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from resolve_scripts.host.deliver_page import PRESET
from resolve_scripts.host.placing import Placement, place
from resolve_scripts.host.session import Session, listed
from resolve_scripts.logic.model import ItemState, TimelineState
from resolve_scripts.logic.send import SendPlan
from resolve_scripts.store import read_json, write_json
from rushes.errors import ResolveError

if TYPE_CHECKING:
    from fusionscript import Timeline

__all__ = ["alone_as_seen", "alone_on_own_timeline", "note_job", "open_timeline", "recover", "undo_file"]

_log = logging.getLogger(__name__)
_NAME = "Rushes Send"


def undo_file(home: str) -> Path:
    """What a killed render leaves to be undone, in a desk's folder of notes."""
    return Path(home) / "undo.json"


def open_timeline(session: Session, id: str) -> Timeline | None:
    """Make a timeline the open one; None when it is gone. ResolveError when Resolve refuses."""
    return session.open_timeline(id)


@contextmanager
def alone_on_own_timeline(
    session: Session, undo: Path, id: str, item: ItemState, plan: SendPlan
) -> Generator[tuple[int, int], None, None]:
    """A new timeline that holds the clip's own picture with its handles; gives (first, last) absolute frame.

    It is deleted afterwards, and the timeline that was open is opened again. ResolveError.
    """
    assert item.media is not None
    before = session.timeline().GetUniqueId()
    name = f"{_NAME} {id}"
    write_json(undo, {"scratch": name, "open": before})
    try:
        made = session.pool().CreateEmptyTimeline(name)
        if made is None or open_timeline(session, made.GetUniqueId()) is None:
            raise ResolveError(
                "Resolve made no timeline to render the clip from.",
                code="resolve.timeline",
                hint="Can the project be written to? Nothing was changed.",
            )
        first = made.GetStartFrame()
        media_rate = item.media.rate
        same = media_rate == plan.rate
        frames = plan.frames if same else None
        source = item.source - plan.head if same else item.source
        total = item.media.frames
        if not same and media_rate is not None and total:
            frames = min(total - source, -int(-plan.count * media_rate // plan.rate) + 1)
        placed = place(session, [Placement(item.media.id, 1, first, source, frames, name=item.name)])[0]
        yield first, min(placed.end, first + plan.frames) - 1
    finally:
        recover(session, undo)


@contextmanager
def alone_as_seen(
    session: Session, undo: Path, state: TimelineState, item: ItemState
) -> Generator[tuple[int, int], None, None]:
    """The other video tracks off; gives (first, last) absolute frame. They are as they were afterwards.

    ResolveError when the clip does not show: it or its track is off.
    """
    own = next(track for track in state.of("video") if track.index == item.track)
    if not own.enabled or not item.enabled:
        raise ResolveError(
            f"{item.name} is switched off.", code="resolve.render", hint="Enable it and its track, then send it again."
        )
    off = [track.index for track in state.of("video") if track.index != item.track and track.enabled]
    write_json(undo, {"timeline": state.id, "tracks": off})
    try:
        for index in off:
            if not session.timeline().SetTrackEnable("video", index, False):
                raise ResolveError(
                    f"Video track {index} could not be switched off for the render.",
                    code="resolve.render",
                    hint="Send the clip again; the tracks are as they were.",
                )
        yield item.start, item.end - 1
    finally:
        recover(session, undo)


def note_job(undo: Path, job: str) -> None:
    """Note a job of the render queue down, to be taken out."""
    write_json(undo, {**read_json(undo), "job": job})


def _jobs(session: Session) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", listed(cast("Any", session.project().GetRenderJobList())))


def recover(session: Session, undo: Path) -> tuple[str, ...]:
    """Undo what a render, or one that was killed, left: its job, its timeline, tracks switched off. Says what was done.

    While Resolve renders nothing is done; the next action tries again.
    """
    noted = read_json(undo)
    if not noted or session.project().IsRenderingInProgress():
        return ()
    said: list[str] = []
    session.project().DeleteRenderPreset(PRESET)  # of a render that was killed; False where there is none
    job = str(noted.get("job") or "")
    if job and any(job in one.values() for one in _jobs(session)) and session.project().DeleteRenderJob(job):
        said.append("The job of a render that was broken off is out of the queue.")
    scratch = str(noted.get("scratch") or "")
    if scratch.startswith(_NAME):
        gone = [one for one in session.timelines() if one.GetName() == scratch]
        before = str(noted.get("open") or "")
        if gone and before:
            open_timeline(session, before)
        if gone and session.pool().DeleteTimelines(gone):
            said.append(f"The timeline {scratch} of a render was removed.")
        elif gone:
            _log.warning("The timeline %s stays", scratch)
            return ()
    tracks = noted.get("tracks")
    timeline = next((one for one in session.timelines() if one.GetUniqueId() == noted.get("timeline")), None)
    if isinstance(tracks, list) and timeline is not None:
        for index in tracks:
            if not timeline.SetTrackEnable("video", int(index), True):
                _log.warning("Video track %s could not be switched on again", index)
                return ()
        said.append("Video tracks that were off for a render are on again.")
    undo.unlink(missing_ok=True)
    return tuple(said)
