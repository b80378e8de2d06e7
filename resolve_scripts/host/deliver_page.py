"""Renders a range of the open timeline by the Deliver page, and leaves its queue, format and mode as they were.

Deliver's other settings (folder, name, size, range) cannot be read back. They are kept as a render preset for the time
of the render; where Resolve makes none, the range is set to the whole timeline and the name cleared, so that nobody
renders ours by mistake. Sound is left as it is.
"""

from __future__ import annotations

import glob
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from resolve_scripts.host.session import Session
from rushes.errors import JobCancelled, ResolveError, disk_full_as_error

if TYPE_CHECKING:
    from fusionscript import Project

__all__ = ["PRESET", "Range", "render_range"]

_log = logging.getLogger(__name__)
PRESET = "Rushes keeps your settings"
"""Name of the render preset that is there while a clip is rendered."""
_CODECS = ("ProRes422HQ", "DNxHRHQ", "DNxHR_HQ", "ProRes422", "H265", "H264")
"""Ids, the best first; the first that this Resolve lists is used."""
_POLL = 0.2
"""Seconds."""
_HALT = 15.0
"""Seconds to wait for a render to stop."""
_STALL = 1800.0
"""Seconds without progress after which a render is given up."""


@dataclass(frozen=True)
class Range:
    """What is rendered."""

    first: int
    """Absolute timeline frame."""
    last: int
    """Inclusive."""
    rate: Fraction
    size: tuple[int, int]
    """Pixels; even numbers."""


def render_range(
    session: Session,
    what: Range,
    folder: Path,
    name: str,
    progress: Callable[[float, str], None],
    cancelled: Callable[[], bool],
    noted: Callable[[str], None] = lambda job: None,
) -> Path:
    """Render the open timeline; gives the movie's path. `noted` gets the job's id before it runs.

    Raises:
        ResolveError: `resolve.render`; nothing of it stays in the queue.
        JobCancelled: it was stopped; what was written is removed.
    """
    project = session.project()
    if project.IsRenderingInProgress():
        raise ResolveError(
            "Resolve is rendering.", code="resolve.render", hint="Wait until it is done, then send the clip again."
        )
    _make(folder)
    session.resolve.OpenPage("deliver")
    format_before = cast("dict[str, str]", project.GetCurrentRenderFormatAndCodec() or {})
    mode_before = project.GetCurrentRenderMode()
    job = ""
    preset = PRESET if project.SaveAsNewRenderPreset(PRESET) else ""
    try:
        _format(project)
        project.SetCurrentRenderMode(1)
        _settings(project, what, folder, name)
        job = project.AddRenderJob() or ""
        if job:
            noted(job)
        if not job or not project.StartRendering([job], False):
            raise _refused("Resolve took no render job")
        _wait(session, job, progress, cancelled)
        return _written(folder, name)
    except JobCancelled:
        for path in _files(folder, name):
            path.unlink(missing_ok=True)
        raise
    finally:
        _leave(session.project(), job, preset, format_before, mode_before)


def _make(folder: Path) -> None:
    try:
        with disk_full_as_error(folder):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise ResolveError(
            f"{folder} cannot be made: {exc.strerror}.",
            code="resolve.render",
            hint="The picture of the clip goes there on its way: allow yourself to write into the production.",
        ) from exc


def _format(project: Project) -> None:
    """The list of codecs is asked for first: a cold Deliver page refuses a format otherwise."""
    listed = set((project.GetRenderCodecs("mov") or {}).values())
    for codec in (one for one in _CODECS if one in listed):
        for _ in range(2):
            if project.SetCurrentRenderFormatAndCodec("mov", codec):
                return
    raise _refused("Resolve offers no codec for QuickTime that we can use")


def _settings(project: Project, what: Range, folder: Path, name: str) -> None:
    """One bad key refuses all, so what is good to have is left out in turn."""
    needed: dict[str, Any] = {
        "SelectAllFrames": False,
        "MarkIn": what.first,
        "MarkOut": what.last,
        "TargetDir": str(folder),
        "CustomName": name,
        "ExportVideo": True,
    }
    size = {"FormatWidth": what.size[0] // 2 * 2, "FormatHeight": what.size[1] // 2 * 2}
    rate = {"FrameRate": round(float(what.rate), 3)}
    for more in ({**size, **rate}, size, {}):
        if project.SetRenderSettings(cast("Any", needed | more)):
            return
    raise _refused("Resolve took none of the render settings")


def _wait(session: Session, job: str, progress: Callable[[float, str], None], cancelled: Callable[[], bool]) -> None:
    """The status is in the interface's language: only the percentage and the error are read."""
    moved, last = time.monotonic(), -1
    while True:
        project = session.project()
        status = project.GetRenderJobStatus(job)
        if not isinstance(status, dict):
            raise _refused(f"Resolve says: {status}" if status else "Resolve lost the render job")
        if status.get("Error"):
            raise _refused(f"Resolve says: {status['Error']}")
        percent = int(status.get("CompletionPercentage", 0) or 0)
        if percent != last:
            moved, last = time.monotonic(), percent
            progress(min(1.0, percent / 100), f"Rendering, {percent} %")
        if cancelled():
            _halt(project)
            raise JobCancelled("Stopped; the clip was not sent.")
        if not project.IsRenderingInProgress():
            # Between the two questions it may have ended.
            final = project.GetRenderJobStatus(job)
            if isinstance(final, dict) and final.get("Error"):
                raise _refused(f"Resolve says: {final['Error']}")
            if isinstance(final, dict) and int(final.get("CompletionPercentage", 0) or 0) >= 100:
                return
            raise JobCancelled("The render was stopped in Resolve; the clip was not sent.")
        if time.monotonic() - moved > _STALL:
            _halt(project)
            raise _refused("the render does not move on")
        time.sleep(_POLL)


def _halt(project: Project) -> None:
    """Stop, and wait until it has: a job that still runs cannot be deleted, nor its timeline."""
    project.StopRendering()
    end = time.monotonic() + _HALT
    while project.IsRenderingInProgress() and time.monotonic() < end:
        time.sleep(_POLL)


def _files(folder: Path, name: str) -> list[Path]:
    """Deliver adds to the name."""
    return [one for one in map(Path, glob.glob(f"{glob.escape(str(folder / name))}*")) if one.suffix.lower() == ".mov"]


def _written(folder: Path, name: str) -> Path:
    found = [one for one in _files(folder, name) if one.stat().st_size]
    if not found:
        raise _refused(f"there is no movie in {folder}")
    return max(found, key=lambda one: one.stat().st_mtime)


def _leave(project: Project, job: str, preset: str, format_before: dict[str, str], mode_before: Any) -> None:
    if job and not project.DeleteRenderJob(job):
        _log.warning("The render job %s stays in the queue", job)
    project.SetRenderSettings(cast("Any", {"SelectAllFrames": True, "CustomName": ""}))
    if preset:
        if not project.LoadRenderPreset(preset):
            _log.warning("Resolve did not put the settings of the Deliver page back")
        project.DeleteRenderPreset(preset)
    if format_before.get("format"):
        project.SetCurrentRenderFormatAndCodec(format_before["format"], format_before.get("codec", ""))
    if mode_before is not None:
        project.SetCurrentRenderMode(mode_before)


def _refused(why: str) -> ResolveError:
    return ResolveError(
        f"The clip was not rendered: {why}.",
        code="resolve.render",
        hint="Try a render of your own on the Deliver page; then send the clip again.",
    )
