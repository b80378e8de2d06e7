"""Match: a shot's colour to a reference picture."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from resolve_scripts.actions.base import Action, Desk, Outcome
from resolve_scripts.actions.grade import install_result, keep_note, notes_of
from resolve_scripts.host.color import color_settings
from resolve_scripts.host.grading import apply_grade, fresh_version, leave_version, version_of
from resolve_scripts.host.keep import kept
from resolve_scripts.host.marks import video_items
from resolve_scripts.host.read import read_timeline
from resolve_scripts.host.session import Session
from resolve_scripts.host.stills import frame_picture, newest_still
from resolve_scripts.logic.grade import GradeNote, Wanted, former_version, version_name
from resolve_scripts.logic.model import ItemState, TimelineState
from resolve_scripts.logic.pick import ON, chosen, seen_frame
from resolve_scripts.logic.send import default_name
from resolve_scripts.logic.space import NodeSpace, node_space
from rushes.contracts.codec import decode, digest, encode
from rushes.contracts.grade import MatchJob, MatchResult
from rushes.contracts.library import TakeRow
from rushes.contracts.names import safe_name
from rushes.contracts.take import Rating
from rushes.errors import InputError, ResolveError

if TYPE_CHECKING:
    from fusionscript import TimelineItem

__all__ = ["ACTION"]

VERSION = version_name("Match")


@dataclass(frozen=True)
class _Reference:
    """What is matched to."""

    label: str
    path: Path
    digest: str
    """Of the picture."""


def run(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
    """See `ACTION`."""
    with kept(session), tempfile.TemporaryDirectory(prefix="rushes-match-") as folder:
        state = read_timeline(session)
        space = node_space(color_settings(session), session.version, options.get("aces", ""))
        items = chosen(state, options.get("on", ""))
        handles = video_items(session)
        reference = _reference(session, desk, options.get("reference", ""), items[0], Path(folder))
        same = options.get("same_scene", "").casefold() in ("1", "yes", "true", "on")
        said = list(space.notes)
        matcher = _Matcher(session, desk, state, reference, space, same, Path(folder), said)
        done, told, sheets = 0, list[str](), list[str]()
        for number, item in enumerate(items):
            if desk.cancelled:
                said.append(f"Stopped: {len(items) - number} of {len(items)} clips are as they were.")
                break
            desk.progress(number / len(items), item.name)
            try:
                result = matcher.match(item, handles[item.id])
            except ResolveError as exc:
                if len(items) == 1:
                    raise
                said.append(str(exc))
                continue
            if result is not None:
                done += 1
                told.append(_words(item, result))
                sheets.append(result.sheet)
                said.append(f"Before, matched and reference side by side: {result.sheet}")
                said += result.notes
    if not done:
        return Outcome(f"{items[0].name} is matched to {reference.label} already.", 0, tuple(said))
    text = f"Matched to {reference.label}: {'; '.join(told)}."
    return Outcome(text, done, tuple(dict.fromkeys(said)), {"sheets": sheets})


@dataclass
class _Matcher:
    """Matches clip by clip to one reference."""

    session: Session
    desk: Desk
    state: TimelineState
    reference: _Reference
    space: NodeSpace
    same_scene: bool
    folder: Path
    """For stills on their way to the engine."""
    said: list[str]

    def match(self, item: ItemState, handle: TimelineItem) -> MatchResult | None:
        """None when the clip was matched to this reference already. ResolveError; the clip is as it was then."""
        frame = seen_frame(self.state, item)
        if frame is None:
            raise ResolveError(
                f"{item.name} is not seen anywhere on the timeline.",
                code="resolve.still",
                hint="Enable it and its track, or move what covers it.",
            )
        media = item.media.id if item.media is not None else ""
        key = digest([self.reference.digest, media, item.source, self.space.space, self.same_scene])
        notes = notes_of(self.desk)
        note = notes.get(item.id)
        if note is not None and note.digest == key and version_of(handle) == (note.version, 0):
            return None
        group = handle.GetColorGroup()
        if group is not None:
            self.said.append(f"{item.name}: what its colour group {group.GetName()} does is part of what was matched.")
        version, before = fresh_version(handle, VERSION)
        try:
            # Noted while the clip shows a version without any grade: after a kill Ungrade knows the way back.
            keep_note(self.desk, notes, item.id, GradeNote(*former_version(before, note), version, ""))
            result = self._fit(item, frame)
            lut = install_result(self.session, f"match {item.name}", result.grade, self.said)
            made, _, words = apply_grade(self.session, handle, Wanted(version, result.grade.cdl, lut), None)
        except BaseException:
            leave_version(handle, before, version)
            keep_note(self.desk, notes, item.id, note)
            raise
        self.said += words
        keep_note(self.desk, notes, item.id, GradeNote(*former_version(before, note), made.version, key))
        return result

    def _fit(self, item: ItemState, frame: int) -> MatchResult:
        picture = Path(tempfile.mkdtemp(dir=self.folder)) / f"{safe_name(default_name(item), 'clip')}.png"
        frame_picture(self.session, self.state, frame, picture)
        job = MatchJob(
            production=self.desk.production,
            picture=str(picture),
            reference=str(self.reference.path),
            space=self.space.space,
            same_scene=self.same_scene,
            rendering=self.space.rendering,
        )
        return decode(MatchResult, self.desk.run("match", encode(job)))


def _reference(session: Session, desk: Desk, given: str, item: ItemState, folder: Path) -> _Reference:
    """InputError `resolve.reference` when there is none."""
    if given and Path(given).is_file():
        return _read(Path(given).name, Path(given))
    ids = item.media.ids if item.media is not None else {}
    if given:
        found = next((row for row in desk.takes() if row.id == given), None)
        if found is None:
            raise InputError(
                f"{given} is neither a picture nor a take.",
                code="resolve.reference",
                hint="Name a PNG, TIFF, JPEG or EXR, or the id of a take.",
            )
        return _read(f"take {found.id}", Path(found.poster))
    still = newest_still(session, folder)
    if still is not None:
        return _read(f"the still {still[0]}", still[1])
    row = _kept_take(desk.takes((ids["shot"],)), ids.get("take", "")) if ids.get("shot") else None
    if row is None:
        raise InputError(
            "There is nothing to match to: no still in the gallery, no other kept take of the shot.",
            code="resolve.reference",
            hint="Grab a still of the shot that looks right, or name a picture: reference=/path/still.png.",
        )
    return _read(f"take {row.id}", Path(row.poster))


def _kept_take(rows: tuple[TakeRow, ...], shown: str) -> TakeRow | None:
    kept_ones = [row for row in rows if row.id != shown and row.rating is Rating.KEPT and "poster" not in row.missing]
    return kept_ones[-1] if kept_ones else None


def _read(label: str, path: Path) -> _Reference:
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise InputError(
            f"The reference {path} cannot be read.", code="resolve.reference", hint="Is its disk connected?"
        ) from exc
    return _Reference(label, path, hashlib.sha256(data).hexdigest())


def _words(item: ItemState, result: MatchResult) -> str:
    return (
        f"{item.name}, deltaE {result.before:.1f} before, {result.after_cdl:.1f} with the CDL, "
        f"{result.after:.1f} with the LUT"
        if result.grade.lut
        else f"{item.name}, deltaE {result.before:.1f} before, {result.after:.1f} with the CDL"
    )


ACTION = Action(
    "match",
    "Match",
    "Match a shot's colour to a reference still: a CDL first, a LUT for the rest, in a grade version of its own.",
    run,
    options={
        "reference": "path of a picture, or id of a take [the newest still of the gallery's album, else a kept take]",
        "on": ON,
        "same_scene": "yes when both show the same picture, graded differently [no]",
        "aces": "1 or 2: the project's ACES version, where Resolve does not tell it [1]",
    },
)
