"""Takes in the place of the one that lies on the timeline: add the newest, look at the others, go back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from resolve_scripts.actions.base import Action, Desk, Outcome
from resolve_scripts.actions.place import read_with_playhead
from resolve_scripts.actions.pull import pull
from resolve_scripts.host.keep import kept
from resolve_scripts.host.read import timeline_item
from resolve_scripts.host.session import Session
from resolve_scripts.host.takes import TakeEntry, add, entries, select
from resolve_scripts.logic.frames import source_frames
from resolve_scripts.logic.model import ItemState, TimelineState
from resolve_scripts.logic.pick import ON, chosen
from resolve_scripts.logic.place import shot_of
from resolve_scripts.logic.takes import newest, piece_of_take, stepped, too_short
from resolve_scripts.logic.words import count
from rushes.contracts.library import TakeRow
from rushes.errors import InputError, ResolveError

if TYPE_CHECKING:
    from fusionscript import MediaPoolItem, TimelineItem

__all__ = ["ACTIONS", "add_newest", "step"]


@dataclass
class _Work:
    """What happened to the clips, one by one."""

    state: TimelineState
    said: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    there: int = 0
    failure: ResolveError | InputError | None = None

    def fail(self, exc: ResolveError | InputError) -> None:
        """One clip that could not be changed."""
        self.failure = exc
        self.notes.append(exc.message)

    def outcome(self, nothing: str) -> Outcome:
        """What was done; raises when nothing was because of a failure."""
        if not self.said:
            if self.failure is not None and not self.there:
                raise self.failure
            return Outcome(nothing, notes=tuple(self.notes))
        text = self.said[0] if len(self.said) == 1 else f"{count(len(self.said), 'clip')} changed."
        more = self.said if len(self.said) > 1 else []
        return Outcome(text, len(self.said), (*more, *self.notes))


def add_newest(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
    """Put the newest take of the shot, or the one that is named, into the clip's take selector and show it."""
    with kept(session):
        state = read_with_playhead(session)
        rows = desk.takes()
        work = _Work(state)
        wanted = _wanted(chosen(state, options.get("on", "")), rows, options.get("take", ""), work)
        pulled = pull(session, desk, list(dict.fromkeys(row.id for _, row in wanted)), update=False)
        work.notes += pulled.notes
        by_id = {row.id: row for row in rows}
        for number, (item, row) in enumerate(wanted):
            if desk.cancelled:
                work.notes.append(f"Stopped: {count(len(wanted) - number, 'clip')} left.")
                break
            desk.progress(number / len(wanted), f"Adding a take to {item.name}")
            if row.id not in pulled.clips:
                continue  # pulling said why
            try:
                _add(session, work, item, row, by_id, pulled.clips[row.id])
            except (ResolveError, InputError) as exc:
                work.fail(exc)
        if wanted and not pulled.clips:
            raise ResolveError(
                "The take could not be brought into the media pool.",
                code="resolve.import",
                hint=" ".join(pulled.notes[:3]) or "Is its clip on disk?",
            )
        return work.outcome("Nothing to do: the newest take is shown already.")


def _wanted(
    items: tuple[ItemState, ...], rows: tuple[TakeRow, ...], take: str, work: _Work
) -> list[tuple[ItemState, TakeRow]]:
    """Clips and the take that each shall show."""
    shots = {row.shot for row in rows}
    found: list[tuple[ItemState, TakeRow]] = []
    for item in items:
        shot = shot_of(item, shots)
        try:
            if shot is None:
                raise InputError(
                    f"{item.name} belongs to no shot of the production.",
                    code="resolve.foreign",
                    hint="Choose a clip that Rushes placed, or one that is called like its shot.",
                )
            row = next((one for one in rows if one.id == take), None) if take else newest(rows, shot)
            if row is None or row.shot != shot:
                raise InputError(
                    f"{take} is no take of {shot}.", code="production.take", hint="Choose a take of that shot."
                )
            found.append((item, row))
        except InputError as exc:
            work.fail(exc)
    if not found and work.failure is not None:
        raise work.failure
    return found


def _add(
    session: Session, work: _Work, item: ItemState, row: TakeRow, rows: Mapping[str, TakeRow], clip: MediaPoolItem
) -> None:
    live = _open(session, work.state, item)
    shown = item.media.ids.get("take", "") if item.media is not None else ""
    if shown == row.id:
        work.there += 1
        return
    held = next((one for one in entries(live) if one.take == row.id), None)
    if held is not None:
        _check_length(held, item, work.state)
        select(live, held.index)
        work.said.append(f"{item.name} shows {held.name} again.")
        return
    before = rows.get(shown)
    offset = int(live.GetLeftOffset() or 0) if before is not None else 0
    if before is not None and before.range is not None and row.range is not None:
        offset += before.range.start - row.range.start
    name = f"The newest take of {row.shot}" if row.id == newest(list(rows.values()), row.shot).id else row.id
    first, end = piece_of_take(name, item.duration, offset, row.frame_count, row.rate, work.state.rate)
    index = add(live, clip, first, end)
    work.said.append(f"{item.name} shows {live.GetName()} now, take {index} of {live.GetTakesCount()}.")


def _open(session: Session, state: TimelineState, item: ItemState) -> TimelineItem:
    """The live clip. ResolveError `resolve.locked`, `resolve.stale`."""
    track = next(one for one in state.of("video") if one.index == item.track)
    if track.locked:
        raise ResolveError(
            f"The track {track.name} is locked.", code="resolve.locked", hint="Unlock it, then start the action again."
        )
    live = timeline_item(session, item.id)
    if live is None:
        raise ResolveError(
            f"{item.name} is no longer on the timeline.", code="resolve.stale", hint="Start the action again."
        )
    return live


def _check_length(entry: TakeEntry, item: ItemState, state: TimelineState) -> None:
    """InputError `take.short`. One frame less is let through: whether Resolve counts a take's last frame in is not
    documented."""
    needed = source_frames(item.duration, entry.rate or state.rate, state.rate)
    if 0 < entry.frames + 1 < needed:
        raise too_short(entry.name, entry.frames, needed)


def step(session: Session, desk: Desk, options: Mapping[str, str], *, by: int) -> Outcome:
    """Show the next (1) or previous (-1) take of the selector, round in a circle; 0: the first."""
    with kept(session):
        state = read_with_playhead(session)
        work = _Work(state)
        for item in chosen(state, options.get("on", "")):
            try:
                _step(session, work, item, by)
            except (ResolveError, InputError) as exc:
                work.fail(exc)
        return work.outcome("Nothing to do: that take is shown already.")


def _step(session: Session, work: _Work, item: ItemState, by: int) -> None:
    live = _open(session, work.state, item)
    if item.takes < 2:
        raise InputError(
            f"{item.name} has no other takes.", code="resolve.no_takes", hint="Use Add Newest Take on it first."
        )
    held = {one.index: one for one in entries(live)}
    index = stepped(item.take, item.takes, by) if by else 1
    for _ in range(item.takes):
        if index == item.take:
            work.there += 1
            return
        try:
            if index in held:
                _check_length(held[index], item, work.state)
        except InputError as exc:
            if not by:
                raise
            work.notes.append(exc.message)
            index = stepped(index, item.takes, by)
            continue
        select(live, index)
        work.said.append(f"{item.name} shows {live.GetName()} now, take {index} of {item.takes}.")
        return


_ON = {"on": f"Which clips: {ON}."}
ACTIONS = (
    Action(
        "add_take",
        "Add Newest Take",
        "Adds the shot's newest take to the clip's take selector and shows it; length and place stay.",
        add_newest,
        options={**_ON, "take": "Id of another take [the newest that is not rejected]."},
    ),
    Action(
        "next_take", "Next Take", "Shows the next take of the clip's take selector.", partial(step, by=1), options=_ON
    ),
    Action(
        "previous_take",
        "Previous Take",
        "Shows the previous take of the clip's take selector.",
        partial(step, by=-1),
        options=_ON,
    ),
    Action(
        "first_take",
        "First Take",
        "Goes back to the take that lay there first.",
        partial(step, by=0),
        options=_ON,
    ),
)
