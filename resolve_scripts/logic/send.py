"""How a clip is sent: which frames of what, and where the result will go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from resolve_scripts.logic.frames import source_frames
from resolve_scripts.logic.model import ItemState, TimelineState
from resolve_scripts.logic.paths import PICTURES
from resolve_scripts.logic.sent import Back, Way
from rushes.contracts.clip import Treatment
from rushes.errors import InputError

__all__ = ["HANDLES", "OWN_PLACE", "ItemFacts", "SendPlan", "default_name", "parse_settings", "pattern", "plan_send"]

HANDLES = 12
OWN_PLACE = (Treatment.INTERPOLATE, Treatment.EXTEND, Treatment.MATTE)
"""Treatments whose result cannot stand for the clip: another number of frames, or no picture to be seen."""
_OF_RECIPES = (Treatment.ANOTHER, Treatment.RESTYLE, Treatment.EXTEND)
"""Made from a take's recipe, whatever is done to the clip on the timeline."""
_NUMBERS = re.compile(r"\[(\d+)-(\d+)\]")


@dataclass(frozen=True)
class ItemFacts:
    """What else must be known of the clip."""

    source_end: int
    """Source frame after the last shown one, as Resolve says it; one more or less means nothing."""
    comps: int = 0
    """Fusion compositions on it."""
    media_start: int = 0
    """Start timecode of the media as a count of frames."""
    media_drop: bool = False
    on_disk: bool = True
    """Whether the media's file is there for the engine."""
    generated: bool = False
    """Whether it is known to be of generated origin."""


@dataclass(frozen=True)
class SendPlan:
    """What is sent."""

    way: Way
    back: Back
    rate: Fraction
    """Of what is sent."""
    first: int
    """First frame of the media, handle included; 0 where it is rendered."""
    head: int
    count: int
    """Frames of the cut."""
    tail: int
    timecode: int
    """Start timecode of what comes back."""
    drop: bool
    notes: tuple[str, ...] = ()

    @property
    def frames(self) -> int:
        """All that are sent."""
        return self.head + self.count + self.tail


def plan_send(
    state: TimelineState,
    item: ItemState,
    facts: ItemFacts,
    treatment: Treatment,
    *,
    handles: int = HANDLES,
    seen: bool = False,
    project_rate: Fraction | None = None,
) -> SendPlan:
    """The way of one clip.

    A take of ours goes as the file it is: its grade and transform stay on the clip, where the result takes its place.
    Other footage is rendered from a timeline of its own, which gives its picture without grade and transform, and real
    handles. What such a timeline cannot show (a retime, a Fusion composition, another rate), or what the editor wants
    as it is seen, is rendered as it is seen and comes back on a track above.

    Raises:
        InputError: `resolve.foreign` where only a take will do, `resolve.no_picture`, `resolve.media`.
    """
    media = item.media
    if media is None or media.kind in ("Audio", "Subtitle"):
        raise InputError(
            f"{item.name} has no picture of its own to send.",
            code="resolve.no_picture",
            hint="Titles and generators are rendered by hand: Deliver page, then send the file.",
        )
    take = media.ids.get("take", "")
    if treatment is Treatment.ANOTHER and not take:
        raise InputError(
            f"{item.name} is not a take of the production, so there is no recipe for another.",
            code="resolve.foreign",
            hint="Send it with treatment=restyle, or put the playhead on a take.",
        )
    rate = media.rate or state.rate
    retimed = _retimed(item, facts, rate, state.rate)
    recipe = bool(take) and treatment in _OF_RECIPES
    if media.ids and not seen and (recipe or not (retimed or facts.comps)):
        if not facts.on_disk and not recipe:
            raise InputError(
                f"The file of {item.name} is not at {media.path}.",
                code="resolve.media",
                hint="Is its disk connected? Relink the clip, or replay the take.",
            )
        return _as_media(state, item, facts, treatment, handles, retimed)
    other_rate = project_rate is not None and project_rate != state.rate
    if not (seen or retimed or facts.comps or other_rate) and media.kind != "Timeline":
        return _clean(state, item, facts, treatment, handles)
    reasons = [
        text
        for text, there in (
            ("its speed is changed", retimed),
            ("it has a Fusion composition", bool(facts.comps)),
            ("the timeline's rate is not the project's", other_rate),
        )
        if there
    ]
    why = f" ({' and '.join(reasons)})" if reasons else ""
    note = f"{item.name} is sent as it is seen, without handles{why}; it will come back on a track above."
    return SendPlan(Way.SEEN, Back.ABOVE, state.rate, 0, 0, item.duration, 0, item.start, state.drop, (note,))


def _as_media(
    state: TimelineState, item: ItemState, facts: ItemFacts, treatment: Treatment, handles: int, retimed: bool
) -> SendPlan:
    assert item.media is not None
    rate = item.media.rate or state.rate
    total = item.media.frames or facts.source_end
    count = facts.source_end - item.source if retimed else source_frames(item.duration, rate, state.rate)
    count = max(1, min(abs(count), total - item.source))
    head = min(handles, item.source)
    tail = min(handles, max(0, total - item.source - count))
    first = item.source - head
    back = Back.ABOVE if treatment in OWN_PLACE else Back.TAKE
    return SendPlan(
        Way.MEDIA,
        back,
        rate,
        first,
        head,
        count,
        tail,
        facts.media_start + first,
        facts.media_drop,
        _short(item, handles, head, tail),
    )


def _clean(state: TimelineState, item: ItemState, facts: ItemFacts, treatment: Treatment, handles: int) -> SendPlan:
    assert item.media is not None
    back = Back.ABOVE if treatment in OWN_PLACE else Back.TAKE
    rate, total = item.media.rate or state.rate, item.media.frames
    if rate != state.rate or not total:
        note = f"{item.name} is sent without handles: its rate is not the timeline's."
        return SendPlan(
            Way.CLEAN, back, state.rate, 0, 0, item.duration, 0, item.start, state.drop, (note,) if handles else ()
        )
    count = min(item.duration, total - item.source)
    head = min(handles, item.source)
    tail = min(handles, total - item.source - count)
    timecode = facts.media_start + item.source - head
    return SendPlan(
        Way.CLEAN, back, rate, 0, head, count, tail, timecode, facts.media_drop, _short(item, handles, head, tail)
    )


def _short(item: ItemState, handles: int, head: int, tail: int) -> tuple[str, ...]:
    if head >= handles and tail >= handles:
        return ()
    return (f"{item.name}: handles of {head} and {tail} frames, its media has no more.",)


def _retimed(item: ItemState, facts: ItemFacts, media: Fraction, timeline: Fraction) -> bool:
    """Whether the source frames that are shown are not those of true time."""
    return abs(facts.source_end - item.source - source_frames(item.duration, media, timeline)) > 1


def pattern(path: str) -> tuple[str, int]:
    """(the engine's path, number of the first file) of a "File Path": "/f_[1001-1100].png" → ("/f_%04d.png", 1001)."""
    found = _NUMBERS.search(path)
    if found is None or not path.lower().endswith(PICTURES):
        return path, 0
    return f"{path[: found.start()]}%0{len(found[1])}d{path[found.end() :]}", int(found[1])


def parse_settings(options: Mapping[str, str]) -> dict[str, str]:
    """The treatment's settings among an action's options: those that begin with "set." """
    return {key[4:]: value for key, value in options.items() if key.startswith("set.") and value}


def default_name(item: ItemState) -> str:
    """Base of the returned file's name."""
    stem = re.sub(r"\.[A-Za-z0-9]{2,4}$", "", item.name)
    return re.sub(r"\.?\[\d+-\d+\]|\.?%0?\d*d", "", stem).strip(" ._") or "clip"
