"""The take selector of a clip on the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

from resolve_scripts.logic.frames import rate_or_none
from rushes.contracts.edit import ID_KEYS
from rushes.errors import ResolveError

if TYPE_CHECKING:
    from fusionscript import MediaPoolItem, TimelineItem

__all__ = ["TakeEntry", "add", "entries", "select"]


@dataclass(frozen=True)
class TakeEntry:
    """One take of a selector."""

    index: int
    """From 1."""
    media_id: str
    name: str
    take: str
    """Id of our take; empty for foreign media."""
    frames: int
    """Source frames it has to show."""
    rate: Fraction | None
    """Of its media; None where Resolve does not say."""


def entries(item: TimelineItem) -> list[TakeEntry]:
    """All takes of its selector; empty when it has none."""
    found: list[TakeEntry] = []
    for index in range(1, int(item.GetTakesCount() or 0) + 1):
        told = cast("Mapping[str, Any] | None", item.GetTakeByIndex(index))
        clip: MediaPoolItem | None = told.get("mediaPoolItem") if told else None
        if told and clip is not None:
            frames = int(told.get("endFrame", 0)) - int(told.get("startFrame", 0))
            take = str(clip.GetThirdPartyMetadata(ID_KEYS["take"]) or "")
            rate = rate_or_none(clip.GetClipProperty("FPS"))
            found.append(TakeEntry(index, clip.GetUniqueId(), clip.GetName() or "", take, frames, rate))
    return found


def add(item: TimelineItem, clip: MediaPoolItem, first: int, end: int) -> int:
    """Add a take and select it; its index. As it was before when that fails: ResolveError `resolve.take`.

    Args:
        first, end: source frames, end exclusive.
    """
    before = int(item.GetTakesCount() or 0)
    chosen = int(item.GetSelectedTakeIndex() or 0)
    id = clip.GetUniqueId()
    # Asked for media it shows already Resolve answers False and makes a selector of one all the same, so the answer is
    # not looked at: what the selector holds is.
    index = 0
    for span in ((), (first, end)) if (first, end) == (0, _frames(clip)) else ((first, end), (first, end - 1)):
        item.AddTake(clip, *span)
        index = next((one.index for one in entries(item) if one.media_id == id), 0)
        if index:
            break
    if not index or int(item.GetTakesCount() or 0) != max(before, 1) + 1:
        _undo(item, before, chosen, 0)
        raise _refused(item, "Resolve did not add the take to its take selector")
    try:
        select(item, index)
    except ResolveError:
        _undo(item, before, chosen, index)
        raise
    return index


def _frames(clip: MediaPoolItem) -> int:
    told = str(clip.GetClipProperty("Frames") or "")
    return int(told) if told.isdigit() else 0


def _undo(item: TimelineItem, before: int, chosen: int, added: int) -> None:
    if int(item.GetSelectedTakeIndex() or 0) != max(1, chosen) and item.GetTakesCount():
        item.SelectTakeByIndex(max(1, chosen))
    if added:
        item.DeleteTakeByIndex(added)
    if before == 0 and item.GetTakesCount() == 1:
        item.FinalizeTake()


def select(item: TimelineItem, index: int) -> None:
    """Show a take; its place on the timeline stays. As it was before when that fails: ResolveError `resolve.take`."""
    chosen = int(item.GetSelectedTakeIndex() or 0)
    place = item.GetStart(), item.GetEnd()
    wanted = next((one for one in entries(item) if one.index == index), None)
    if wanted is not None and item.SelectTakeByIndex(index):
        shown = item.GetMediaPoolItem()
        same = (item.GetStart(), item.GetEnd()) == place
        if same and shown is not None and shown.GetUniqueId() == wanted.media_id:
            return
    if chosen and int(item.GetSelectedTakeIndex() or 0) != chosen:
        item.SelectTakeByIndex(chosen)
    raise _refused(item, f"Resolve did not show take {index}")


def _refused(item: TimelineItem, what: str) -> ResolveError:
    return ResolveError(
        f"{item.GetName() or 'The clip'}: {what}.",
        code="resolve.take",
        hint="Is its track unlocked? The clip is as it was.",
    )
