"""Bring Back: what the engine made of clips that were sent, into their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from resolve_scripts.actions.base import Action, Desk, Outcome
from resolve_scripts.actions.send import hand_over
from resolve_scripts.host.keep import kept
from resolve_scripts.host.read import read_timeline
from resolve_scripts.host.returning import add_take, import_return, put_above
from resolve_scripts.host.session import Session
from resolve_scripts.host.stage import open_timeline, recover, undo_file
from resolve_scripts.logic.bring_back import place_above, plan_return
from resolve_scripts.logic.model import TimelineState
from resolve_scripts.logic.sent import OPEN, Back, SentNote, SentState
from resolve_scripts.sent import SentNotes
from rushes.contracts.clip import ClipResult
from rushes.contracts.codec import decode
from rushes.contracts.job import JobState, JobStatus
from rushes.contracts.library import ProductionInfo
from rushes.errors import EngineUnreachable, ProtocolError, ResolveError, from_dict

__all__ = ["ACTION"]


def run(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
    """See `ACTION`."""
    notes = SentNotes(Path(desk.home))
    with kept(session):
        said = list(recover(session, undo_file(desk.home)))
        waiting = [note for note in notes.all() if note.state in OPEN]
        for note in notes.all():
            if note.state is SentState.RENDERING:
                why = "its render was broken off. Send it again."
                said.append(f"{note.name}: {why}")
                notes.write(replace(note, state=SentState.FAILED, why=why))
        if not waiting:
            return Outcome("No clip is out.", 0, tuple(said))
        worker = _Worker(session, desk, notes, said)
        for number, note in enumerate(waiting):
            if desk.cancelled:
                said.append("Stopped: the rest waits for the next time.")
                break
            desk.progress(number / len(waiting), note.name)
            worker.advance(note)
    return worker.outcome()


class _Worker:
    """Takes each clip as far as it goes; every step is noted before the next."""

    def __init__(self, session: Session, desk: Desk, notes: SentNotes, said: list[str]) -> None:
        self._session, self._desk, self._notes, self._said = session, desk, notes, said
        self._info: ProductionInfo | None = None
        self._states: dict[str, TimelineState] = {}
        self._stale: set[str] = set()
        """Clips that were changed since."""
        self.returned: list[str] = []
        self.binned = self.failed = self.out = 0

    def advance(self, note: SentNote) -> None:
        """One clip, from where it stands."""
        steps: Mapping[SentState, Callable[[SentNote], SentNote]] = {
            SentState.READY: self._submit,
            SentState.SUBMITTED: self._ask,
            SentState.BACK: self._import,
            SentState.IMPORTED: self._place,
        }
        try:
            while note.state in steps:
                now = steps[note.state](note)
                if now.state is note.state:
                    self.out += 1
                    return
                note = now
        except ResolveError as exc:
            self._said.append(f"{note.name}: {exc}")
            self.out += 1

    def outcome(self) -> Outcome:
        """What was done."""
        parts: list[str] = []
        if self.returned:
            clips = self.returned[0] if len(self.returned) == 1 else f"{len(self.returned)} clips"
            parts.append(f"Brought back {clips}.")
        if self.binned:
            parts.append(f"{self.binned} in the bin only." if self.binned > 1 else "One is in its bin only.")
        if self.failed:
            parts.append(f"{self.failed} failed.")
        if self.out:
            parts.append(f"{self.out} still out.")
        done = len(self.returned) + self.binned + self.failed
        details = {"returned": len(self.returned), "binned": self.binned, "failed": self.failed, "out": self.out}
        return Outcome(" ".join(parts), done, tuple(self._said), details)

    def _submit(self, note: SentNote) -> SentNote:
        return hand_over(self._desk, self._notes, note, self._said) or note

    def _ask(self, note: SentNote) -> SentNote:
        try:
            status = self._desk.status(note.id)
        except EngineUnreachable as exc:
            self._said.append(f"{note.name}: {exc}")
            return note
        except ProtocolError as exc:
            if exc.code != "job.unknown":
                raise
            # The engine's memory was cleared; the same job gives the same file.
            return self._submit(note)
        if status.state is JobState.DONE and status.result is not None:
            result = decode(ClipResult, status.result)
            return self._notes.write(replace(note, state=SentState.BACK, result=result))
        if status.state.ended:
            return self._fail(note, status)
        self._said.append(f"{note.name}: {_progress(status)}")
        return note

    def _fail(self, note: SentNote, status: JobStatus) -> SentNote:
        why = str(from_dict(status.error)) if status.error else "It was cancelled."
        self._said.append(f"{note.name}, {note.treatment.value}: {why}")
        self.failed += 1
        return self._notes.write(replace(note, state=SentState.FAILED, why=why))

    def _import(self, note: SentNote) -> SentNote:
        assert note.result is not None
        if not Path(note.result.path).is_file():
            why = f"What came back is no longer at {note.result.path}. Send the clip again."
            self._said.append(f"{note.name}: {why}")
            self.failed += 1
            return self._notes.write(replace(note, state=SentState.FAILED, why=why))
        if self._info is None:
            self._info = self._desk.state().info
        media = import_return(self._session, note, note.result, self._info)
        self._said += [f"{note.name}: {text}" for text in note.result.notes]
        return self._notes.write(replace(note, state=SentState.IMPORTED, returned=media))

    def _place(self, note: SentNote) -> SentNote:
        assert note.result is not None
        state = self._read(note)
        plan = plan_return(note, note.result, state)
        if plan.back is Back.TAKE:
            self._stale.add(note.item)
            done, same_grade = add_take(self._session, note, plan, note.returned)
            if not done:
                assert state is not None
                item = state.item(note.item)
                assert item is not None
                self._said.append(f"{note.name}: Resolve did not take it into the clip; it goes above.")
                plan = place_above(note, note.result, state, item)
            elif not same_grade:
                self._said.append(
                    f"{note.name}: this Resolve gives each take a grade of its own. The former grade is with the "
                    "former take; copy it over on the Color page, or run Grade again."
                )
        if plan.back is Back.ABOVE:
            try:
                landed = put_above(self._session, note, plan, note.returned)
                self._states.pop(note.timeline, None)
            except ResolveError as exc:
                return self._leave(note, str(exc))
            if landed is not None:
                off = "" if landed[1] else ", switched off so that it hides nothing of the cut"
                self._said.append(f"{note.name}: on track {landed[0]}, above the clip{off}.")
        if plan.back is None:
            return self._leave(note, plan.why)
        self.returned.append(note.name)
        return self._notes.write(replace(note, state=SentState.RETURNED))

    def _read(self, note: SentNote) -> TimelineState | None:
        """The note's timeline, opened; read once for all clips that come back to it. None when it is gone."""
        if open_timeline(self._session, note.timeline) is None:
            return None
        if note.timeline not in self._states or note.item in self._stale:
            self._states[note.timeline] = read_timeline(self._session)
            self._stale.discard(note.item)
        return self._states[note.timeline]

    def _leave(self, note: SentNote, why: str) -> SentNote:
        self._said.append(f"{note.name}: {why}. What came back is in its bin.")
        self.binned += 1
        return self._notes.write(replace(note, state=SentState.BINNED, why=why))


def _progress(status: JobStatus) -> str:
    if status.position is not None:
        return f"waiting, place {status.position} in the queue"
    return f"under way, {status.progress:.0%}"


ACTION = Action(
    "bring_back",
    "Bring Back",
    "Put what came back from the engine in place of the clips that were sent.",
    run,
)
