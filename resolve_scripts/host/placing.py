"""Puts clips on tracks and takes them off again. Only what lies where it should, for as long as it should, stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, cast

from resolve_scripts.host.read import timeline_item, timeline_rate
from resolve_scripts.host.session import Session, listed
from resolve_scripts.logic.frames import frames_shown, rate_of_setting
from resolve_scripts.logic.model import TimelineState
from resolve_scripts.logic.placing import free_index, free_name
from rushes.errors import InputError, ResolveError

if TYPE_CHECKING:
    from fusionscript import MediaPoolItem, Timeline, TimelineItem

__all__ = ["TRACK", "Placed", "Placement", "add_track", "drop_track", "free_track", "lost", "place", "remove"]

TRACK = "Rushes"
"""Name of our tracks; "Rushes 2" and so on where one is not enough."""
_TRIES = 3
_MEDIA_TYPES = {"video": 1, "audio": 2}


@dataclass(frozen=True)
class Placement:
    """A clip to put on the open timeline; no sound comes along with a picture."""

    media_id: str
    """Unique id of the clip in the media pool."""
    track: int
    """From 1."""
    record: int
    """Absolute timeline frame."""
    source: int = 0
    """First source frame, at the media's rate."""
    frames: int | None = None
    """Source frames; None: all from `source` on."""
    kind: Literal["video", "audio"] = "video"
    name: str = ""
    """For messages."""


@dataclass(frozen=True)
class Placed:
    """A clip as Resolve says that it lies."""

    placement: Placement
    item: str
    """Unique id on the timeline."""
    start: int
    end: int
    """Absolute, exclusive."""
    source: int
    """First shown source frame."""
    short: int
    """Timeline frames it is shorter than was asked for."""


def place(
    session: Session,
    placements: Sequence[Placement],
    clips: Mapping[str, MediaPoolItem] | None = None,
    *,
    check: bool = True,
    timeline: str = "",
) -> list[Placed]:
    """Put clips on the open timeline, and read back that they lie there.

    Args:
        clips: handles by id, where the caller has them; else they are looked up in the media pool.
        timeline: id of the one that is meant: the editor may have opened another while the engine was asked.
        check: look whether they are on their tracks; False: the caller asks `lost` when all is placed.

    Raises:
        ResolveError: `resolve.append` when one cannot be placed; those placed before it in this call are taken off.
    """
    if not placements:
        return []
    if timeline and session.open_timeline(timeline) is None:
        raise ResolveError(
            "The timeline is gone.", code="resolve.stale", hint="Open a timeline and start the action again."
        )
    handles = clips if clips is not None else _handles(session, {one.media_id for one in placements})
    done: list[Placed] = []
    try:
        for one in placements:
            done.append(_Put(session, one, handles).placed())
        gone = lost(session, done) if check else []
        if gone:
            raise ResolveError(
                f"{gone[0].placement.name or 'A clip'} did not stay on the timeline.",
                code="resolve.append",
                hint="Start the action again. Nothing of yours was touched.",
            )
    except BaseException:
        remove(session, [one.item for one in done])
        raise
    return done


def _handles(session: Session, wanted: set[str]) -> dict[str, MediaPoolItem]:
    found: dict[str, MediaPoolItem] = {}
    for _, clip in session.clips():
        id = clip.GetUniqueId()
        if id in wanted:
            found[id] = clip
            if len(found) == len(wanted):
                break
    return found


class _Put:
    """One clip."""

    def __init__(self, session: Session, one: Placement, handles: Mapping[str, MediaPoolItem]) -> None:
        self.session, self.one = session, one
        clip = handles.get(one.media_id)
        if clip is None:
            raise self.refusal("it is no longer in the media pool")
        self.clip = clip
        self.timeline = session.timeline()
        self.rate, _ = timeline_rate(session, self.timeline)
        self.media_rate, self.total = _extent(clip, self.rate)
        if one.record < self.timeline.GetStartFrame():
            raise self.refusal("that is before the timeline begins")

    def refusal(self, why: str) -> ResolveError:
        name = self.one.name or "The clip"
        return ResolveError(
            f"{name} could not be placed on {self.one.kind} track {self.one.track}: {why}.",
            code="resolve.append",
            hint="Is the track unlocked and free there? Nothing of yours was touched.",
        )

    def placed(self) -> Placed:
        """Resolve's reading of the last frame differs by build: the length is read back, and one frame more or less
        is tried."""
        end = self._end()
        wanted = self._wanted(end)
        if wanted is not None and wanted < 1:
            raise self.refusal("it would not last a single frame there")
        # Where nothing lands, a frame less may be a way round only at the very end of the media; elsewhere it would
        # squeeze the clip into a gap that is too small for it.
        at_end = end is None or end == self.total
        best: tuple[int, int | None] | None = None
        tried: set[int | None] = set()
        refused = 0
        while end not in tried and len(tried) < _TRIES and refused < 2:
            tried.add(end)
            item = self._append(end)
            got = int(item.GetDuration() or 0) if item is not None else 0
            if item is not None and (wanted is None or got == wanted):
                return self._told(item, got, wanted)
            short = item is not None and wanted is not None and got < wanted
            if item is not None:
                remove(self.session, [item.GetUniqueId()])
            refused += item is None
            if short and (at_end or not refused) and (best is None or best[0] < got):
                best = (got, end)
            if end is None and short:
                end = self.total  # in and out marks on the clip: they count where no frames are given
                continue
            last = self.total if end is None else end
            end = last + 1 if short else last - 1
            if end <= self.one.source or (self.total and end > self.total):
                break
        if best is not None and wanted is not None:
            item = self._append(best[1])
            if item is not None:
                return self._told(item, best[0], wanted)
        raise self.refusal("Resolve refused it without a reason")

    def _end(self) -> int | None:
        """Source frame after the last; None: to the end of a clip that is shown whole."""
        one = self.one
        if one.frames is None:
            return None if one.source == 0 or not self.total else self.total
        end = one.source + one.frames
        if self.total and end > self.total:
            raise self.refusal(f"it has {self.total} frames and {end} are asked for")
        return None if one.source == 0 and end == self.total else end

    def _wanted(self, end: int | None) -> int | None:
        """Timeline frames it should last; None where Resolve does not say how long the media is."""
        last = self.total if end is None else end
        return frames_shown(last - self.one.source, self.media_rate, self.rate) if last else None

    def _append(self, end: int | None) -> TimelineItem | None:
        info: dict[str, Any] = {
            "mediaPoolItem": self.clip,
            "mediaType": _MEDIA_TYPES[self.one.kind],
            "trackIndex": self.one.track,
            "recordFrame": self.one.record,
        }
        if end is not None:
            info |= {"startFrame": self.one.source, "endFrame": end}
        answer: list[TimelineItem | None] = self.session.pool().AppendToTimeline(cast("Any", [info])) or []
        landed = next((item for item in answer if item is not None and item.GetUniqueId()), None)
        if landed is None:
            return None  # an item without an id is one that did not land
        if int(landed.GetStart() or 0) != self.one.record:
            remove(self.session, [landed.GetUniqueId()])
            raise self.refusal("Resolve put it at another frame")
        return landed

    def _told(self, item: TimelineItem, got: int, wanted: int | None) -> Placed:
        id = item.GetUniqueId()
        source = int(item.GetLeftOffset() or 0)
        if source != self.one.source and self.media_rate == self.rate:
            remove(self.session, [id])
            raise self.refusal(f"Resolve shows it from frame {source} of the source, not {self.one.source}")
        record = self.one.record
        return Placed(self.one, id, record, record + got, source, 0 if wanted is None else wanted - got)


def _extent(clip: MediaPoolItem, rate: Fraction) -> tuple[Fraction, int]:
    """(rate, frames) of a clip; 0 frames where Resolve does not say (sound), which has the project's rate."""
    frames = str(clip.GetClipProperty("Frames") or "")
    told = clip.GetClipProperty("FPS")
    try:
        own = rate_of_setting(told)[0] if told else rate
    except InputError:
        own = rate
    return own, int(frames) if frames.isdigit() else 0


def lost(session: Session, done: Sequence[Placed]) -> list[Placed]:
    """Those that are not on their tracks: an append may answer with an item that never landed."""
    timeline = session.timeline()
    there: dict[tuple[str, int], set[str]] = {}
    gone: list[Placed] = []
    for one in done:
        where = (one.placement.kind, one.placement.track)
        if where not in there:
            items = listed(timeline.GetItemListInTrack(one.placement.kind, one.placement.track))
            there[where] = {item.GetUniqueId() for item in items}
        if one.item not in there[where]:
            gone.append(one)
    return gone


def remove(session: Session, items: Sequence[str]) -> None:
    """Take items that this run placed off the timeline again; the edit page is needed for it.

    ResolveError `resolve.remove` when Resolve does not let go of one.
    """
    waiting = [id for id in items if id]
    for _ in range(2):  # the first deletion of a session may be refused; read again, it works
        handles = [one for one in (timeline_item(session, id) for id in waiting) if one is not None]
        if not handles:
            return
        if session.resolve.GetCurrentPage() != "edit":
            session.resolve.OpenPage("edit")
        session.timeline().DeleteClips(handles, False)
    left = [id for id in waiting if timeline_item(session, id) is not None]
    if left:
        raise ResolveError(
            f"Resolve refused to take {len(left)} clips of ours off the timeline again.",
            code="resolve.remove",
            hint=f"Delete them by hand on the track {TRACK}, or use Undo.",
        )


def free_track(
    session: Session,
    state: TimelineState,
    spans: Sequence[tuple[int, int]],
    name: str = TRACK,
    kind: Literal["video", "audio"] = "video",
    above: int = 0,
) -> int:
    """Index from 1 of a track of ours that is unlocked and free between all of these frames.

    Where there is none a new one is made on top; its index is then beyond `state.of(kind)`.

    Args:
        state: the open timeline as read just before.
        spans: absolute timeline frames, ends exclusive.
        above: it lies higher than this track, so that it is seen.

    Raises:
        ResolveError: `resolve.track` when Resolve refuses a new track.
    """
    index = free_index(state, spans, name, kind, above)
    if index is not None:
        return index
    return add_track(session, kind, free_name((track.name for track in state.of(kind)), name))


def add_track(session: Session, kind: Literal["video", "audio", "subtitle"], name: str) -> int:
    """A new track with a name; its index from 1. ResolveError `resolve.track`."""
    timeline = session.timeline()
    before = timeline.GetTrackCount(kind) or 0
    made = timeline.AddTrack(kind, "stereo") if kind == "audio" else timeline.AddTrack(kind)
    if not made or timeline.GetTrackCount(kind) != before + 1:
        raise ResolveError(
            f"Resolve refused a new {kind} track.",
            code="resolve.track",
            hint="Can the timeline be edited? Nothing was changed.",
        )
    timeline.SetTrackName(kind, before + 1, name)
    return before + 1


def drop_track(session: Session, kind: Literal["video", "audio", "subtitle"], index: int) -> None:
    """Remove a track that this run made, when nothing is on it."""
    timeline: Timeline = session.timeline()
    if not listed(timeline.GetItemListInTrack(kind, index)):
        timeline.DeleteTrack(kind, index)
