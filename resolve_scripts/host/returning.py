"""Puts what came back from the engine into the media pool and onto the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolve_scripts.host.placing import Placement, add_track, drop_track, place
from resolve_scripts.host.pool import find_media, imported
from resolve_scripts.host.read import read_timeline, timeline_item
from resolve_scripts.host.session import Session
from resolve_scripts.logic.bins import TOP, shot_bins
from resolve_scripts.logic.bring_back import Return
from resolve_scripts.logic.frames import frames_shown
from resolve_scripts.logic.model import TimelineState
from resolve_scripts.logic.placing import free_name, is_ours
from resolve_scripts.logic.sent import SentNote
from rushes.contracts.clip import ClipResult
from rushes.contracts.edit import AI_KEYWORD, EditMedia, MediaKind
from rushes.contracts.library import ProductionInfo
from rushes.errors import ResolveError

if TYPE_CHECKING:
    from fusionscript import MediaPoolItem, TimelineItem

__all__ = ["add_take", "import_return", "put_above"]

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
    clip = find_media(session, path=result.path) or imported(session, media, bins, ids, about)
    if note.input_space and clip.GetClipProperty("Input Color Space") != note.input_space:
        clip.SetClipProperty("Input Color Space", note.input_space)
    return clip.GetUniqueId()


def add_take(session: Session, note: SentNote, plan: Return, media: str) -> bool:
    """Add what came back to the clip's take selector and select it: False when Resolve refuses; the clip is as it was.

    A take that is there already is selected.
    """
    item = _item(session, note)
    clip = _clip(session, media)
    lies = (item.GetStart(), item.GetDuration())
    before, had = int(item.GetSelectedTakeIndex() or 0), int(item.GetTakesCount() or 0)
    index = _take_of(item, media)
    if index == before and index:
        return True
    added = not index
    if added:
        item.AddTake(clip, plan.source, plan.source + plan.frames)
        index = _take_of(item, media)
    if index and item.SelectTakeByIndex(index):
        now = _item(session, note)
        shown = now.GetMediaPoolItem()
        if (now.GetStart(), now.GetDuration()) == lies and shown is not None and shown.GetUniqueId() == media:
            return True
    if added:
        _drop_take(item, index, before, had)
    return False


def _take_of(item: TimelineItem, media: str) -> int:
    """Number of the take that shows a clip of the media pool; 0: none."""
    for index in range(1, int(item.GetTakesCount() or 0) + 1):
        take = item.GetTakeByIndex(index)
        clip: MediaPoolItem | None = take["mediaPoolItem"] if take else None
        if clip is not None and clip.GetUniqueId() == media:
            return index
    return 0


def _drop_take(item: TimelineItem, index: int, before: int, had: int) -> None:
    """A refused take may leave a selector of one behind."""
    item.SelectTakeByIndex(before or 1)
    if index:
        item.DeleteTakeByIndex(index)
    if not had and item.GetTakesCount() == 1:
        item.FinalizeTake()


def put_above(session: Session, note: SentNote, plan: Return, media: str) -> str | None:
    """Place it on a free track of ours above the clip, a new one where there is none: the track's name; None when it
    lies there already. ResolveError `resolve.append`, `resolve.track`; the timeline is as it was then."""
    state = read_timeline(session)
    clip = next((one.media for one in state.items() if one.media and one.media.id == media), None)
    if clip is not None and any(
        one.media is not None and one.media.id == media and one.start == plan.record for one in state.items()
    ):
        return None
    length = max(1, frames_shown(plan.frames, note.job.rate if note.job else state.rate, state.rate))
    index = _free_above(state, plan, length)
    made = index is None
    if index is None:
        index = add_track(session, "video", free_name((track.name for track in state.of("video")), _TRACK))
    try:
        place(session, [Placement(media, index, plan.record, plan.source, plan.frames, name=note.name)])
    except ResolveError:
        if made:
            drop_track(session, "video", index)
        raise
    return session.timeline().GetTrackName("video", index)


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
