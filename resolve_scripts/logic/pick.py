"""Which clips an action is about."""

from __future__ import annotations

from itertools import pairwise

from resolve_scripts.logic.model import ItemState, TimelineState
from rushes.errors import InputError, ResolveError

__all__ = ["ON", "chosen", "seen_frame", "seen_ranges"]

ON = "playhead, selected, shot (all clips of the shot at the playhead) or all (our clips) [selected, else playhead]"
"""For `Action.options`."""


def chosen(state: TimelineState, on: str = "") -> tuple[ItemState, ...]:
    """The video clips meant by the option "on".

    Raises:
        InputError: `resolve.choice`, `resolve.nothing_here`, `resolve.nothing_selected`.
        ResolveError: `resolve.version` when this Resolve does not tell scripts what is selected.
    """
    if on in ("", "selected"):
        found = tuple(one for one in state.items() if one.id in state.selected and one.media is not None)
        if found:
            return found
        if on == "selected":
            raise InputError(
                "No clip is selected that has a picture.",
                code="resolve.nothing_selected",
                hint="Select clips on the timeline (Resolve tells scripts from 21.0.4 on), or put the playhead on one.",
            )
    if on in ("", "playhead", "shot"):
        here = _under_playhead(state)
        if on != "shot":
            return (here,)
        shot = here.media.ids.get("shot", "") if here.media is not None else ""
        if not shot:
            raise InputError(
                f"{here.name} belongs to no shot of the production.",
                code="resolve.foreign",
                hint="Put the playhead on a take that Rushes placed.",
            )
        return tuple(one for one in ours(state) if one.media is not None and one.media.ids.get("shot") == shot)
    if on == "all":
        found = ours(state)
        if not found:
            raise InputError(
                "No take of the production is on this timeline.",
                code="resolve.nothing_here",
                hint="Place one first: Rushes > Place.",
            )
        return found
    raise InputError(f"{on!r} names no clips.", code="resolve.choice", hint=f"Choose {ON}.")


def ours(state: TimelineState) -> tuple[ItemState, ...]:
    """Video clips whose media Rushes brought in."""
    return tuple(one for one in state.items() if one.media is not None and one.media.ids)


def _under_playhead(state: TimelineState) -> ItemState:
    if state.playhead is None:
        raise ResolveError(
            "Resolve does not say where the playhead is.",
            code="resolve.playhead",
            hint="Open the Edit or the Color page and start the action again.",
        )
    here = state.top(state.playhead)
    if here is None:
        raise InputError(
            "There is no clip under the playhead.",
            code="resolve.nothing_here",
            hint="Put the playhead on a clip that is enabled, on a track that is enabled.",
        )
    return here


def seen_ranges(state: TimelineState) -> tuple[tuple[int, int, ItemState], ...]:
    """What is seen from the first frame to the last: (start, end, clip), absolute, ends exclusive; gaps left out.

    Neighbouring ranges of one clip are one.
    """
    shown = [one for track in state.of("video") if track.enabled for one in track.items if one.enabled and one.media]
    edges = sorted({edge for one in shown for edge in (one.start, one.end)})
    ranges: list[tuple[int, int, ItemState]] = []
    for start, end in pairwise(edges):
        top = state.top(start)
        if top is None:
            continue
        if ranges and ranges[-1][1] == start and ranges[-1][2].id == top.id:
            ranges[-1] = (ranges[-1][0], end, top)
        else:
            ranges.append((start, end, top))
    return tuple(ranges)


def seen_frame(state: TimelineState, item: ItemState) -> int | None:
    """The frame nearest to a clip's middle on which it is seen; None when others cover all of it."""
    middle = item.start + item.duration // 2
    frames = [
        min(max(middle, start), end - 1) for start, end, top in seen_ranges(state) if top.id == item.id and end > start
    ]
    return min(frames, key=lambda frame: abs(frame - middle), default=None)
