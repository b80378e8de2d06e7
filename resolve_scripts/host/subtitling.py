"""Subtitle files onto the open timeline."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from resolve_scripts.host.placing import add_track, drop_track
from resolve_scripts.host.pool import Bins, pool_clips
from resolve_scripts.host.session import Session, listed
from resolve_scripts.logic.paths import native, same_file
from rushes.contracts.edit import EditSubtitle
from rushes.errors import ResolveError

if TYPE_CHECKING:
    from fusionscript import MediaPoolItem, Timeline

__all__ = ["Subtitled", "put_subtitles"]

TRACK = "Rushes subtitles"
_SETTLE = 0.5
"""Seconds to wait after an append: Resolve was seen to crash on subtitles that come one right after the other."""


@dataclass(frozen=True)
class Subtitled:
    """How it went."""

    placed: int = 0
    there: bool = False
    """They lay there already."""
    in_bin: str = ""
    """They could only be put into this bin; why is in `why`."""
    why: str = ""


def put_subtitles(
    session: Session, path: str, lines: Sequence[EditSubtitle], bin: Sequence[str], settle: float = _SETTLE
) -> Subtitled:
    """Lay an .srt on the first subtitle track, if nothing lies there; else leave it in the bin.

    Resolve appends subtitles to the first track, after what is there, wherever they are told to go. So a track that has
    some is never appended to, and what does not lie where it should is taken off again.

    Args:
        lines: of the file, at the timeline's rate.

    Raises:
        ResolveError: `resolve.import` when Resolve does not take the file, `resolve.locked`.
    """
    timeline = session.timeline()
    id = timeline.GetUniqueId()
    if _same(timeline, lines):
        return Subtitled(there=True)
    if timeline.GetTrackCount("subtitle") and timeline.GetIsTrackLocked("subtitle", 1):
        raise ResolveError(
            "The first subtitle track is locked.", code="resolve.locked", hint="Unlock it, then start the action again."
        )
    clip = _imported(session, path, bin)
    where = "/".join(bin)
    if any(listed(timeline.GetItemListInTrack("subtitle", index)) for index in _tracks(timeline)):
        return Subtitled(in_bin=where, why="The timeline has subtitles already")
    made = not timeline.GetTrackCount("subtitle")
    if made:
        add_track(session, "subtitle", TRACK)
    session.pool().AppendToTimeline(cast("Any", [{"mediaPoolItem": clip}]))
    time.sleep(settle)
    if session.open_timeline(id) is None:
        return Subtitled(in_bin=where, why="The timeline is gone")
    timeline = session.timeline()
    if _same(timeline, lines):
        return Subtitled(placed=len(lines))
    _take_off(session, timeline)
    if made:
        drop_track(session, "subtitle", 1)
    return Subtitled(in_bin=where, why="Resolve did not lay them where they belong")


def _tracks(timeline: Timeline) -> range:
    return range(1, (timeline.GetTrackCount("subtitle") or 0) + 1)


def _same(timeline: Timeline, lines: Sequence[EditSubtitle]) -> bool:
    """Whether one of the subtitle tracks holds just these lines at their frames, give or take the one of rounding."""
    start = timeline.GetStartFrame()
    for index in _tracks(timeline):
        items = listed(timeline.GetItemListInTrack("subtitle", index))
        if len(items) == len(lines) and items:
            starts = [int(item.GetStart() or 0) - start for item in items]
            if all(abs(at - line.start) <= 1 for at, line in zip(starts, lines)):
                return True
    return False


def _take_off(session: Session, timeline: Timeline) -> None:
    """All of the subtitle tracks: they were empty before."""
    items = [item for index in _tracks(timeline) for item in listed(timeline.GetItemListInTrack("subtitle", index))]
    if items:
        if session.resolve.GetCurrentPage() != "edit":
            session.resolve.OpenPage("edit")
        if not timeline.DeleteClips(items, False):
            timeline.DeleteClips(items, False)  # the first deletion of a session may be refused


def _imported(session: Session, path: str, bin: Sequence[str]) -> MediaPoolItem:
    found = next((one.handle for one in pool_clips(session) if same_file(one.path, path)), None)
    if found is not None:
        return found
    bins = Bins(session)
    bins.open(bin)
    answer = listed(bins.pool.ImportMedia([native(path)]))
    if not answer:
        bins.drop_empty()
        raise ResolveError(
            f"Resolve did not import {path}.", code="resolve.import", hint="Is it an .srt file in UTF-8?"
        )
    return answer[0]
