"""Takes onto the timeline: at the playhead, or where their shots belong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from resolve_scripts.actions.base import Action, Desk, Outcome
from resolve_scripts.actions.pull import Pulled, pull
from resolve_scripts.host.keep import kept
from resolve_scripts.host.placing import TRACK, Placed, Placement, drop_track, free_track, lost, place
from resolve_scripts.host.read import read_timeline
from resolve_scripts.host.session import Session, listed
from resolve_scripts.logic.frames import rate_of_setting, timecode_text
from resolve_scripts.logic.model import TimelineState
from resolve_scripts.logic.place import (
    Piece,
    Placeholder,
    Spot,
    piece,
    placed_already,
    placeholder_at,
    placeholders,
)
from resolve_scripts.logic.placing import with_clip
from resolve_scripts.logic.words import count
from rushes.contracts.edit import ID_KEYS, EditorialMedia
from rushes.contracts.library import TakeRow
from rushes.errors import InputError, ResolveError

__all__ = ["ACTION", "ACTIONS", "read_with_playhead", "run"]

WHERE = ("auto", "playhead", "placeholder", "all")


def run(session: Session, desk: Desk, options: Mapping[str, str], *, where: str = "auto") -> Outcome:
    """Plan spots, have the takes in the media pool, place each, read back."""
    where = options.get("where", where)
    if where not in WHERE:
        raise InputError(f"{where!r} is no place.", code="resolve.option", hint=f"Say one of {', '.join(WHERE)}.")
    with kept(session):
        state = read_timeline(session) if where == "all" else read_with_playhead(session)
        spots, notes = _Wanted(session, desk, state, options).spots(where)
        pulled = pull(session, desk, list(dict.fromkeys(spot.take for spot in spots)), update=False)
        placing = _Placing(session, desk, state, pulled, [*notes, *pulled.notes])
        placing.all(spots)
    return placing.outcome()


def read_with_playhead(session: Session) -> TimelineState:
    """The open timeline; the edit page is opened where the present one does not tell the playhead."""
    state = read_timeline(session)
    if state.playhead is None and session.resolve.OpenPage("edit"):
        state = read_timeline(session)
    if state.playhead is None:
        raise ResolveError(
            "Resolve does not say where the playhead is.",
            code="resolve.playhead",
            hint="Open the Edit page and start the action again.",
        )
    return state


@dataclass
class _Wanted:
    """Which takes go where."""

    session: Session
    desk: Desk
    state: TimelineState
    options: Mapping[str, str]

    def spots(self, where: str) -> tuple[list[Spot], list[str]]:
        """Spots, and what was left out."""
        rows = {row.id: row for row in self.desk.takes()}
        judged = {shot.shot: shot.judged for shot in self.desk.state().shots}
        found = placeholders(self.state, judged)
        if where == "all":
            return self._everywhere(found, judged)
        assert self.state.playhead is not None
        takes = self._takes(rows, judged)
        here = placeholder_at(found, self.state.playhead)
        if where == "playhead" or (where == "auto" and takes):
            if not takes and here is not None and judged[here.shot]:
                takes = [rows[judged[here.shot]]]
            return self._at_playhead(takes), []
        if not takes:
            if here is None:
                raise _no_take()
            return [_spot(here, self._judged(judged, here.shot))], []
        return self._on_placeholders(takes, found), []

    def _takes(self, rows: Mapping[str, TakeRow], judged: Mapping[str, str]) -> list[TakeRow]:
        """The takes that are named, or selected in the media pool."""
        take, shot = self.options.get("take", ""), self.options.get("shot", "")
        if take:
            if take not in rows:
                raise InputError(
                    f"The production has no take {take}.", code="production.take", hint="Is it in the trash?"
                )
            return [rows[take]]
        if shot:
            return [rows[self._judged(judged, shot)]]
        selected = [clip.GetThirdPartyMetadata() for clip in listed(self.session.pool().GetSelectedClips())]
        ids = [str(data.get(ID_KEYS["take"], "")) for data in selected if isinstance(data, dict)]
        return [rows[id] for id in dict.fromkeys(ids) if id in rows]

    def _judged(self, judged: Mapping[str, str], shot: str) -> str:
        take = judged.get(shot, "")
        if not take:
            raise InputError(
                f"{shot} has no take that is not rejected.",
                code="resolve.shot",
                hint="Is the shot spelled as in Blender? Keep a take of it in the dailies.",
            )
        return take

    def _at_playhead(self, takes: Sequence[TakeRow]) -> list[Spot]:
        """One after the other; where the next begins is known once the one before is measured."""
        if not takes:
            raise _no_take()
        assert self.state.playhead is not None
        at, spots = self.state.playhead, list[Spot]()
        for row in takes:
            spots.append(Spot(row.id, row.shot, at))
            at += int(row.frame_count * self.state.rate / row.rate)
        return spots

    def _on_placeholders(self, takes: Sequence[TakeRow], found: Sequence[Placeholder]) -> list[Spot]:
        spots = [_spot(one, row.id) for row in takes for one in found if one.shot == row.shot]
        missing = [row.shot for row in takes if not any(one.shot == row.shot for one in found)]
        if missing:
            raise InputError(
                f"This timeline has no placeholder for {', '.join(dict.fromkeys(missing))}.",
                code="resolve.no_placeholder",
                hint="Name a marker, a title or a clip like the shot, or place the take at the playhead.",
            )
        return spots

    def _everywhere(self, found: Sequence[Placeholder], judged: Mapping[str, str]) -> tuple[list[Spot], list[str]]:
        if not found:
            raise InputError(
                "No marker and no clip of this timeline is called like a shot that has takes.",
                code="resolve.no_placeholder",
                hint="Build the animatic's timeline first, or name markers like the shots.",
            )
        empty = [one.shot for one in found if not judged[one.shot]]
        notes = [f"All takes are rejected: {', '.join(dict.fromkeys(empty))}."] if empty else []
        notes += _without_place(found, judged)
        return [_spot(one, judged[one.shot]) for one in found if judged[one.shot]], notes


def _without_place(found: Sequence[Placeholder], judged: Mapping[str, str]) -> list[str]:
    placed = {one.shot for one in found}
    left = [shot for shot, take in judged.items() if take and shot not in placed]
    return [f"Without a placeholder here: {', '.join(left)}."] if left else []


def _spot(one: Placeholder, take: str) -> Spot:
    length = None if one.end is None else one.end - one.start
    return Spot(take, one.shot, one.start, length, one.frame, one.track)


def _no_take() -> InputError:
    return InputError(
        "There is no take to place.",
        code="resolve.no_take",
        hint="Select a take in the media pool, or put the playhead on the placeholder of a shot.",
    )


@dataclass
class _Placing:
    """Places spot by spot; one that fails leaves the others."""

    session: Session
    desk: Desk
    state: TimelineState
    pulled: Pulled
    notes: list[str]
    tracks: dict[int, None] = field(default_factory=dict)
    placed: list[Placed] = field(default_factory=list)
    there: int = 0
    failure: ResolveError | InputError | None = None

    def all(self, spots: Sequence[Spot]) -> None:
        """Every spot whose take is in the media pool."""
        if spots:
            self._same_tracks()
        firsts = {row.id: row.range.start for row in self.desk.takes() if row.range is not None}
        for number, spot in enumerate(spots):
            if self.desk.cancelled:
                self.notes.append(f"Stopped: {count(len(spots) - number, 'take')} left to place.")
                break
            self.desk.progress(number / len(spots), f"Placing {spot.shot}")
            media = self.pulled.media.get(spot.take)
            if media is None or spot.take not in self.pulled.clips:
                continue  # pulling said why
            try:
                self.one(spot, media, firsts.get(spot.take))
            except (ResolveError, InputError) as exc:
                self.failure = exc
                self.notes.append(exc.message)
        for one in lost(self.session, self.placed):
            self.placed.remove(one)
            self.failure = ResolveError(
                f"{one.placement.name} did not stay on the timeline.",
                code="resolve.append",
                hint="Start the action again.",
            )
            self.notes.append(self.failure.message)
        if self.failure is not None and not self.placed and not self.there:
            raise self.failure
        if spots and not self.pulled.clips:
            raise ResolveError(
                "No take could be brought into the media pool.", code="resolve.import", hint=" ".join(self.notes[:3])
            )

    def _same_tracks(self) -> None:
        """The editor may have added a track while the engine was asked: indices would mean other tracks."""
        timeline = self.session.open_timeline(self.state.id)
        if timeline is None:
            raise ResolveError(
                f"The timeline {self.state.name} is gone.",
                code="resolve.stale",
                hint="Open a timeline and start the action again.",
            )
        names = [timeline.GetTrackName("video", n + 1) or "" for n in range(timeline.GetTrackCount("video") or 0)]
        if names != [track.name for track in self.state.of("video")]:
            raise ResolveError(
                "The tracks were changed while the takes were fetched, so nothing was placed.",
                code="resolve.stale",
                hint="Start the action again: the takes are in the media pool now.",
            )

    def one(self, spot: Spot, media: EditorialMedia, first: int | None) -> None:
        """Place it, unless it is there already."""
        clip = self.pulled.clips[spot.take]
        told = clip.GetClipProperty("FPS")  # of pictures the project's, where Resolve did not take theirs
        rate = rate_of_setting(told)[0] if told else media.media.rate
        part = piece(spot, media.media.frames, first, rate, self.state.rate)
        if placed_already(self.state, spot.take, part.record) is not None:
            self.there += 1
            return
        id = clip.GetUniqueId()
        index = free_track(
            self.session, self.state, [(part.record, part.end)], TRACK, above=max(spot.above, self._under(part))
        )
        made = index > len(self.state.of("video"))
        placement = Placement(id, index, part.record, part.source, part.frames, name=media.name)
        try:
            (placed,) = place(self.session, [placement], {id: clip}, check=False, timeline=self.state.id)
        except ResolveError:
            if made:
                drop_track(self.session, "video", index)
            raise
        name = self.session.timeline().GetTrackName("video", index) or TRACK
        self.state = with_clip(self.state, index, placed.start, placed.end, name)
        self.tracks[index] = None
        self.placed.append(placed)
        self._tell(spot, media, part, placed.short)

    def _under(self, part: Piece) -> int:
        """The highest track with a take of ours there: a newer one is seen above it."""
        tracks = [
            item.track
            for item in self.state.items()
            if item.media is not None
            and item.media.ids.get("take")
            and item.start < part.end
            and item.end > part.record
        ]
        return max(tracks, default=0)

    def _tell(self, spot: Spot, media: EditorialMedia, part: Piece, unexpected: int) -> None:
        short = part.short + unexpected
        why = "the rates differ" if part.by_rate or unexpected else "the take is shorter"
        if short and spot.length is None:
            self.notes.append(f"{media.name} ends {count(short, 'frame')} early: {why}.")
        elif short:
            self.notes.append(f"{media.name} ends {count(short, 'frame')} before its place does: {why}.")
        if part.record != spot.record:
            at = timecode_text(part.record, self.state.rate, self.state.drop)
            self.notes.append(f"{media.name} begins later than its placeholder, at {at}.")

    def outcome(self) -> Outcome:
        """What was placed."""
        if not self.placed:
            text = (
                f"Nothing to do: {count(self.there, 'take')} in place already." if self.there else "Nothing was placed."
            )
            return Outcome(text, notes=tuple(self.notes))
        timeline = self.session.timeline()
        names = [timeline.GetTrackName("video", index) or "" for index in sorted(self.tracks)]
        where = f"{'track' if len(names) == 1 else 'tracks'} {', '.join(names)}"
        already = f"; {self.there} in place already" if self.there else ""
        return Outcome(
            f"Placed {count(len(self.placed), 'take')} on {where}{already}.",
            len(self.placed),
            tuple(self.notes),
            {"placed": len(self.placed), "there": self.there, "tracks": names},
        )


_OPTIONS = {
    "where": "playhead: from there on; placeholder: where its shot belongs; all: every shot; "
    "auto: takes selected in the media pool at the playhead, else the shot whose placeholder is there [auto].",
    "take": "Id of a take [the one the shot is judged by].",
    "shot": "Name of a shot [the one at the playhead].",
}
ACTION = Action(
    "place",
    "Place",
    "Puts takes on a free track: those selected in the media pool at the playhead, else the shot whose placeholder is "
    "there.",
    run,
    options=_OPTIONS,
)
ACTIONS = (
    ACTION,
    Action(
        "place_all",
        "Place All",
        "Puts the judged take of every shot on its placeholder: the whole animatic.",
        partial(run, where="all"),
    ),
)
