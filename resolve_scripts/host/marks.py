"""Markers of ours on clips, and keywords on media."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from resolve_scripts.host.facts import has_keyword
from resolve_scripts.host.session import Session, listed
from resolve_scripts.logic.notes import NewMarker

if TYPE_CHECKING:
    from fusionscript import MediaPoolItem, TimelineItem

__all__ = ["add_keyword", "add_markers", "remove_markers", "video_items"]


def video_items(session: Session) -> dict[str, TimelineItem]:
    """Handles of all clips on video tracks, by id: one walk instead of one for each."""
    timeline = session.timeline()
    found: dict[str, TimelineItem] = {}
    for index in range(timeline.GetTrackCount("video") or 0):
        for item in listed(timeline.GetItemListInTrack("video", index + 1)):
            found[item.GetUniqueId()] = item
    return found


def add_markers(session: Session, markers: Sequence[NewMarker]) -> tuple[int, list[str]]:
    """(how many were made, names of clips that refused one). Each is read back."""
    if not markers:
        return 0, []
    items = video_items(session)
    done, refused = 0, list[str]()
    for one in markers:
        item = items.get(one.item)
        if item is None:
            continue
        made = item.AddMarker(one.frame, cast("Any", one.color), one.name, one.note, 1, one.data)
        if made and item.GetMarkerByCustomData(one.data):
            done += 1
        else:
            refused.append(item.GetName() or one.item)
    return done, refused


def remove_markers(session: Session, ours: Sequence[tuple[str, str]]) -> int:
    """Take markers of ours off clips, by (clip, customData); how many went."""
    items = video_items(session) if ours else {}
    return sum(bool(items[id].DeleteMarkerByCustomData(data)) for id, data in ours if id in items)


def add_keyword(clip: MediaPoolItem, keyword: str) -> bool:
    """Add a keyword to those a clip has; whether it was missing and is there now."""
    if has_keyword(clip, keyword):
        return False
    before = str(clip.GetMetadata("Keywords") or "").strip()
    clip.SetMetadata("Keywords", f"{before}, {keyword}" if before else keyword)
    return has_keyword(clip, keyword)
