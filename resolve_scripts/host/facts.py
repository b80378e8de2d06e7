"""What is asked of a single clip beyond what the timeline's reading gives."""

from __future__ import annotations

import os
import re
from fractions import Fraction
from typing import TYPE_CHECKING

from resolve_scripts.host.read import timeline_item
from resolve_scripts.host.session import Session
from resolve_scripts.logic.model import ItemState, TimelineState
from resolve_scripts.logic.send import ItemFacts, pattern
from rushes.contracts.edit import AI_KEYWORD
from rushes.contracts.timecode import Timecode
from rushes.errors import InputError, ResolveError

if TYPE_CHECKING:
    from fusionscript import MediaPoolItem

__all__ = ["has_keyword", "item_facts", "timeline_size"]


def item_facts(session: Session, item: ItemState, state: TimelineState) -> ItemFacts:
    """ResolveError `resolve.stale` when the clip is gone."""
    handle = timeline_item(session, item.id)
    if handle is None:
        raise ResolveError(
            f"{item.name} is no longer on the timeline.", code="resolve.stale", hint="Start the action again."
        )
    clip = handle.GetMediaPoolItem()
    start, drop = _media_start(clip, (item.media.rate if item.media else None) or state.rate)
    path, number = pattern(item.media.path) if item.media else ("", 0)
    first = re.sub(r"%0(\d+)d", lambda found: f"{number:0{int(found[1])}d}", path)
    return ItemFacts(
        source_end=int(handle.GetSourceEndFrame() or 0),
        comps=int(handle.GetFusionCompCount() or 0),
        media_start=start,
        media_drop=drop,
        on_disk=bool(path) and os.path.isfile(first),
        generated=bool(item.media and item.media.ids.get("take")) or (clip is not None and has_keyword(clip)),
    )


def timeline_size(session: Session) -> tuple[int, int]:
    """Pixels of the open timeline, else of the project."""
    timeline, project = session.timeline(), session.project()
    sides = ("timelineResolutionWidth", "timelineResolutionHeight")
    told = [str(timeline.GetSetting(side) or project.GetSetting(side) or "") for side in sides]
    width, height = (int(float(text)) if text.replace(".", "", 1).isdigit() else 0 for text in told)
    return (width, height) if width and height else (1920, 1080)


def has_keyword(clip: MediaPoolItem, keyword: str = AI_KEYWORD) -> bool:
    """Whether a clip of the media pool has the keyword."""
    told = str(clip.GetMetadata("Keywords") or "")
    return keyword.casefold() in {one.strip().casefold() for one in re.split(r"[,;]", told)}


def _media_start(clip: MediaPoolItem | None, rate: Fraction) -> tuple[int, bool]:
    """(start timecode as a count of frames, drop-frame); 0 where there is none."""
    told = str(clip.GetClipProperty("Start TC") or "") if clip is not None else ""
    if not told:
        return 0, False
    try:
        found = Timecode.parse(told, rate)
    except InputError:
        return 0, False
    return found.frame, found.drop
