"""Puts what came back from the engine into the media pool and onto the timeline."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from resolve_scripts.host.grading import grade_mark
from resolve_scripts.host.placing import Placement, add_track, drop_track, place
from resolve_scripts.host.pool import Bins, find_media, import_into, write_ids
from resolve_scripts.host.read import read_timeline, timeline_item
from resolve_scripts.host.session import Session
from resolve_scripts.host.takes import add, entries, select
from resolve_scripts.logic.bins import TOP, shot_bins
from resolve_scripts.logic.bring_back import Return, hides
from resolve_scripts.logic.frames import frames_shown
from resolve_scripts.logic.model import TimelineState
from resolve_scripts.logic.placing import free_name, is_ours
from resolve_scripts.logic.sent import SentNote
from rushes.contracts.clip import ClipResult, Treatment
from rushes.contracts.edit import AI_KEYWORD, EditMedia, MediaKind
from rushes.contracts.library import ProductionInfo
from rushes.errors import ResolveError

if TYPE_CHECKING:
    from fusionscript import MediaPoolItem, TimelineItem

__all__ = ["add_take", "import_return", "put_above"]

_log = logging.getLogger(__name__)
_TRACK = "Rushes"
RETURN_KEY = "rushes.return"
"""Third-party metadata: id of the job it came from."""
TAKE_KEY = "rushes.return_take"
"""Third-party metadata: id of the take it was cut from."""


def import_return(session: Session, note: SentNote, result: ClipResult, info: ProductionInfo) -> str:
    """Unique id in the media pool; the file is imported once. ResolveError `resolve.import`."""
    assert note.job is not None
    media = EditMedia(result.path, MediaKind.MOVIE, result.rate, note.job.timecode, result.frames, result.size)
    bins = shot_bins(info.name, note.shot) if note.shot else (TOP, info.name, "Returns")
    ids = {"shot": note.shot, "production": info.id, RETURN_KEY: note.id}
    if result.take:
        # Not as its take: the file holds the cut with handles, its frames are not counted as the take's.
        ids[TAKE_KEY] = result.take
    about = {"Description": f"{note.treatment.value} of {note.name}"}
    if note.shot:
        about["Shot"] = note.shot
    if result.notes:
        about["Comments"] = " ".join(result.notes)
    if result.generated or note.generated:
        about["Keywords"] = AI_KEYWORD
    clip = find_media(session, path=result.path)
    if clip is None:
        clip = _import(session, media, bins)
        write_ids(clip, ids, about)
    if note.input_space and clip.GetClipProperty("Input Color Space") != note.input_space:
        clip.SetClipProperty("Input Color Space", note.input_space)
    return clip.GetUniqueId()


def _import(session: Session, media: EditMedia, names: tuple[str, ...]) -> MediaPoolItem:
    """Into a bin; one that was made for it is gone again when Resolve refuses."""
    bins = Bins(session)
    try:
        (clip,) = import_into(bins, names, [media])
        if clip is None:
            raise ResolveError(
                f"Resolve did not import {media.path}.",
                code="resolve.import",
                hint="Can this Resolve play it? Run Bring Back again.",
            )
    except ResolveError:
        bins.drop_empty()
        raise
    return clip


def add_take(session: Session, note: SentNote, plan: Return, media: str) -> tuple[bool, bool]:
    """Have the clip show what came back, as a take of its selector: (done, whether the clip kept its grade).

    Where Resolve refuses, the clip is as it was. A take that is there already is selected.
    """
    item = _item(session, note)
    clip = _clip(session, media)
    grade = grade_mark(item)
    held = next((one.index for one in entries(item) if one.media_id == media), 0)
    try:
        if not held:
            add(item, clip, plan.source, plan.source + plan.frames)
        elif held != item.GetSelectedTakeIndex():
            select(item, held)
    except ResolveError as exc:
        _log.info("%s", exc)
        return False, True
    return True, grade_mark(_item(session, note)) == grade


def put_above(session: Session, note: SentNote, plan: Return, media: str) -> tuple[str, bool] | None:
    """Place it on a free track of ours above the clip, a new one where there is none.

    A matte, and what would hide more of the cut than the clip itself, is switched off.

    Returns:
        (name of the track, whether it is switched on); None when it lies there already.

    Raises:
        ResolveError: `resolve.append`, `resolve.track`; the timeline is as it was then.
    """
    state = read_timeline(session)
    if any(one.media is not None and (one.media.id, one.start) == (media, plan.record) for one in state.items()):
        return None
    length = max(1, frames_shown(plan.frames, note.job.rate if note.job else state.rate, state.rate))
    index = _free_above(state, plan, length)
    made = index is None
    if index is None:
        index = add_track(session, "video", free_name((track.name for track in state.of("video")), _TRACK))
    try:
        (placed,) = place(session, [Placement(media, index, plan.record, plan.source, plan.frames, name=note.name)])
    except ResolveError:
        if made:
            drop_track(session, "video", index)
        raise
    off = note.treatment is Treatment.MATTE or hides(state, note.item, placed.start, placed.end)
    item = timeline_item(session, placed.item) if off else None
    shown = not (item is not None and item.SetClipEnabled(False))
    return session.timeline().GetTrackName("video", index), shown


def _free_above(state: TimelineState, plan: Return, length: int) -> int | None:
    for track in state.of("video"):
        usable = track.index > plan.track and is_ours(track.name, _TRACK) and track.enabled and not track.locked
        if usable and track.free(plan.record, plan.record + length):
            return track.index
    return None


def _item(session: Session, note: SentNote) -> TimelineItem:
    item = timeline_item(session, note.item)
    if item is None:
        raise ResolveError(
            f"{note.name} is no longer on the timeline.", code="resolve.stale", hint="Run Bring Back again."
        )
    return item


def _clip(session: Session, media: str) -> MediaPoolItem:
    found = next((clip for _, clip in session.clips() if clip.GetUniqueId() == media), None)
    if found is None:
        raise ResolveError(
            "What came back is no longer in the media pool.", code="resolve.import", hint="Run Bring Back again."
        )
    return found
