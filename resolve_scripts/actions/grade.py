"""Grade and Ungrade: the look's grade on clips, in a version of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resolve_scripts.actions.base import Action, Desk, Outcome
from resolve_scripts.host.color import color_settings
from resolve_scripts.host.grading import apply_grade, clear_group_lut, go_back, set_group_lut, version_of
from resolve_scripts.host.keep import kept
from resolve_scripts.host.luts import install_lut
from resolve_scripts.host.marks import video_items
from resolve_scripts.host.read import read_timeline
from resolve_scripts.host.session import Session
from resolve_scripts.logic.cube import combined, read_cube
from resolve_scripts.logic.grade import GradeNote, Wanted, former_version, pick_grade, version_name
from resolve_scripts.logic.model import ItemState
from resolve_scripts.logic.pick import ON, chosen
from resolve_scripts.logic.space import NodeSpace, input_space, node_space
from resolve_scripts.store import read_json, write_json
from rushes.contracts.brief import Brief
from rushes.contracts.codec import decode, encode
from rushes.contracts.grade import Grade, GradeJob, GradeResult
from rushes.errors import InputError, ResolveError

if TYPE_CHECKING:
    from fusionscript import TimelineItem

__all__ = ["ACTIONS", "install_result", "keep_note", "notes_of"]

_NOTES = "grades.json"


def run(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
    """Grade."""
    level = _level(options)
    with kept(session):
        state = read_timeline(session)
        items = chosen(state, options.get("on", ""))
        settings = color_settings(session)
        space = node_space(settings, session.version, options.get("aces", ""))
        grades = [decode(Grade, one) for one in desk.run("grades", {"production": desk.production})["grades"]]
        shipped = {str(one["name"]) for one in desk.run("grades", {"production": ""})["grades"]}
        briefs = _briefs(desk, items) if not options.get("grade") else {}
        said = [*space.notes, *_doubts(items, space, input_space(settings))]
        worker = _Grader(session, desk, space, options, said)
        handles, done = video_items(session), 0
        for number, item in enumerate(items):
            if desk.cancelled:
                said.append(f"Stopped: {len(items) - number} of {len(items)} clips are as they were.")
                break
            desk.progress(number / len(items), item.name)
            take = item.media.ids.get("take", "") if item.media else ""
            grade = pick_grade(grades, options.get("grade", ""), briefs.get(take), shipped)
            try:
                done += (
                    worker.group(handles[item.id], grade)
                    if level == "group"
                    else worker.clip(item.id, handles[item.id], grade)
                )
            except ResolveError as exc:
                if len(items) == 1:
                    raise
                said.append(str(exc))
        names = ", ".join(sorted(worker.used))
    text = f"Graded {done} of {len(items)} clips with {names}." if done else "The grades are set already."
    if not done and not worker.used:
        text = "No clip was graded."
    return Outcome(text, done, tuple(dict.fromkeys(said)), {"grades": sorted(worker.used), "delta_e": worker.delta_e})


class _Grader:
    """Realises each grade once, then sets it clip by clip."""

    def __init__(
        self, session: Session, desk: Desk, space: NodeSpace, options: Mapping[str, str], said: list[str]
    ) -> None:
        self._session, self._desk, self._space, self._said = session, desk, space, said
        self._node = _number(options.get("node", ""))
        self._results: dict[str, GradeResult] = {}
        self._wanted: dict[str, Wanted] = {}
        self._luts: dict[str, str] = {}
        self._notes = notes_of(desk)
        self.used: set[str] = set()
        self.delta_e: dict[str, float] = {}

    def clip(self, id: str, item: TimelineItem, grade: Grade) -> int:
        """1 when the clip was changed."""
        if grade.name not in self._wanted:
            result = self._result(grade)
            lut = install_result(self._session, grade.name, result, self._said)
            self._wanted[grade.name] = Wanted(version_name(grade.name), result.cdl, lut, self._drx(grade), self._node)
        wanted = self._wanted[grade.name]
        former = self._notes.get(id)
        # Noted before anything is changed: after a kill Ungrade still knows where to go back to.
        begun = GradeNote(*former_version(version_of(item), former), wanted.version, "")
        if former is None or (former.before, former.version) != (begun.before, begun.version):
            self._note(id, begun)
        try:
            note, changed, said = apply_grade(self._session, item, wanted, former)
        except BaseException:
            self._note(id, former)
            raise
        self._note(id, note)
        self._said += said
        self.used.add(grade.name)
        return int(changed)

    def _note(self, id: str, note: GradeNote | None) -> None:
        keep_note(self._desk, self._notes, id, note)

    def group(self, item: TimelineItem, grade: Grade) -> int:
        """1 when the group's graph was changed."""
        if grade.name not in self._luts:
            result = self._result(grade)
            cube = read_cube(Path(result.lut).read_text("utf-8")) if result.lut else None
            data = combined(result.cdl, cube).encode()
            self._luts[grade.name] = install_lut(self._session, f"{grade.name} group", data)
        group, node, changed = set_group_lut(item, self._luts[grade.name])
        if changed:
            self._said.append(f"All clips of the colour group {group} show it: it is on node {node} after them.")
        self.used.add(grade.name)
        return int(changed)

    def _result(self, grade: Grade) -> GradeResult:
        if grade.name not in self._results:
            job = GradeJob(self._desk.production, grade, self._space.space, self._space.rendering)
            result = decode(GradeResult, self._desk.run("grade", encode(job)))
            self._results[grade.name] = result
            self._said += result.notes
            self.delta_e[grade.name] = result.delta_e
        return self._results[grade.name]

    def _drx(self, grade: Grade) -> str:
        if not grade.drx:
            return ""
        if grade.space is self._space.space:
            return grade.drx
        self._said.append(
            f"The .drx of {grade.name} was made in another colour space than this timeline's; its CDL and LUT were set."
        )
        return ""


def install_result(session: Session, name: str, result: GradeResult, said: list[str]) -> str:
    """The LUT of a result in Resolve's folder, by its relative name; "" when there is none or the folder is closed
    to us, which is said then."""
    if result.lut is None:
        return ""
    try:
        return install_lut(session, name, Path(result.lut).read_bytes())
    except ResolveError as exc:
        if exc.code != "resolve.lut_folder":
            raise
        said.append(f"{exc.message} The CDL of {name} is set without its LUT, which lies at {result.lut}. {exc.hint}")
        return ""


def ungrade(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
    """Back to the version that was active before ours. Our version stays for another time."""
    level = _level(options)
    with kept(session):
        notes = notes_of(desk)
        items = chosen(read_timeline(session), options.get("on", ""))
        handles = video_items(session)
        back: list[str] = []
        failed: list[str] = []
        for item in items:
            try:
                back += _back(item, handles[item.id], notes.get(item.id), level)
            except ResolveError as exc:
                if len(items) == 1:
                    raise
                failed.append(str(exc))
    what = "colour groups" if level == "group" else "clips"
    text = f"Back to the former grade on {len(back)} {what}." if back else "No grade of Rushes is on."
    return Outcome(text, len(back), (*back, *failed))


def _back(item: ItemState, handle: TimelineItem, note: GradeNote | None, level: str) -> list[str]:
    """What was taken back of one clip, in words. ResolveError."""
    if level == "group":
        cleared = clear_group_lut(handle)
        return [f"Colour group {cleared[0]}: node {cleared[1]} has no LUT any more."] if cleared else []
    version = go_back(handle, note)
    return [f"{item.name}: {version}"] if version is not None else []


def _level(options: Mapping[str, str]) -> str:
    level = options.get("level", "") or "clip"
    if level not in ("clip", "group"):
        raise InputError(f"{level!r} is no level of grading.", code="resolve.choice", hint="Choose clip or group.")
    return level


def notes_of(desk: Desk) -> dict[str, GradeNote]:
    """What we set, by id of the clip."""
    data = read_json(Path(desk.home) / _NOTES)
    return {key: decode(GradeNote, value) for key, value in data.items()}


def keep_note(desk: Desk, notes: dict[str, GradeNote], id: str, note: GradeNote | None) -> None:
    """Keep the note of one clip; None: there is none."""
    if note is None:
        notes.pop(id, None)
    else:
        notes[id] = note
    write_notes(desk, notes)


def write_notes(desk: Desk, notes: Mapping[str, GradeNote]) -> None:
    """Keep it."""
    data: dict[str, Any] = {key: asdict(value) for key, value in notes.items()}
    write_json(Path(desk.home) / _NOTES, data)


def _briefs(desk: Desk, items: tuple[ItemState, ...]) -> dict[str, Brief]:
    shots = {one.media.ids["shot"] for one in items if one.media and one.media.ids.get("shot")}
    return {row.id: row.brief for row in desk.takes(tuple(sorted(shots)))} if shots else {}


def _doubts(items: tuple[ItemState, ...], space: NodeSpace, default: str) -> list[str]:
    """Grades are made for Rec.709 Gamma 2.4, as takes are: what is read as something else comes out different."""
    foreign = [one.name for one in items if one.media is None or not one.media.ids]
    said: list[str] = []
    if space.managed and default not in ("", "Rec.709 Gamma 2.4") and len(foreign) < len(items):
        said.append(
            f"The project reads clips without a space of their own as {default}; takes are Rec.709 Gamma 2.4. Set that "
            "as Input Color Space of the takes, else the grade comes out different."
        )
    if foreign and not space.managed:
        said.append(f"{foreign[0]} is no take: the grade is made for Rec.709 pictures, not for log footage.")
    return said


def _number(text: str) -> int:
    if not text:
        return 0
    if not text.isdecimal() or not int(text):
        raise InputError(f"{text!r} is no node.", code="resolve.choice", hint="Nodes count from 1.")
    return int(text)


_ABOUT = "Set the look's grade on clips, in a grade version of its own; yours stay as they are."
ACTIONS = (
    Action(
        "grade",
        "Grade",
        _ABOUT,
        run,
        options={
            "grade": "name of the grade [the take's look, else the production's only one]",
            "on": ON,
            "level": "clip, or group: after all clips of the colour group [clip]",
            "node": "number of a node for CDL and LUT, to keep the others [a clean graph]",
            "aces": "1 or 2: the project's ACES version, where Resolve does not tell it [1]",
        },
    ),
    Action(
        "ungrade",
        "Ungrade",
        "Show the grade version that was active before Grade or Match.",
        ungrade,
        options={"on": ON, "level": "clip, or group: the LUT that level=group put on the colour group [clip]"},
    ),
)
