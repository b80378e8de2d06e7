"""Send: clips of the timeline to the engine, to come back in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from resolve_scripts.actions.base import Action, Desk, Outcome
from resolve_scripts.host.color import color_settings
from resolve_scripts.host.deliver_page import Range, render_range
from resolve_scripts.host.facts import item_facts, timeline_size
from resolve_scripts.host.keep import kept
from resolve_scripts.host.read import project_rate, read_timeline
from resolve_scripts.host.session import Session
from resolve_scripts.host.stage import alone_as_seen, alone_on_own_timeline, note_job, recover, undo_file
from resolve_scripts.logic.model import ItemState, TimelineState
from resolve_scripts.logic.pick import ON, chosen
from resolve_scripts.logic.send import HANDLES, SendPlan, default_name, parse_settings, pattern, plan_send
from resolve_scripts.logic.sent import OPEN, SentNote, SentState, Way
from resolve_scripts.logic.space import output_space
from resolve_scripts.sent import SentNotes
from rushes.client.ids import new_job_id
from rushes.contracts.clip import ClipJob, Treatment
from rushes.contracts.codec import encode
from rushes.contracts.job import JobRequest
from rushes.errors import EngineError, InputError, ResolveError, RushesError

__all__ = ["ACTION", "hand_over"]

_LABELS = {
    Treatment.RESTYLE: "restyle",
    Treatment.ANOTHER: "another take",
    Treatment.UPSCALE: "upscale",
    Treatment.DENOISE: "denoise",
    Treatment.STABILISE: "stabilise",
    Treatment.INTERPOLATE: "slow motion",
    Treatment.MATTE: "matte",
    Treatment.EXTEND: "extend",
}


@dataclass(frozen=True)
class _Order:
    """What the editor asked for."""

    treatment: Treatment
    settings: dict[str, str]
    handles: int
    seen: bool


def run(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
    """See `ACTION`."""
    order = _order(options)
    notes = SentNotes(Path(desk.home))
    with kept(session):
        said = list(recover(session, undo_file(desk.home)))
        state = read_timeline(session)
        items = chosen(state, options.get("on", ""))
        done = 0
        for number, item in enumerate(items):
            if desk.cancelled:
                said.append(f"Stopped: {len(items) - number} of {len(items)} clips were not sent.")
                break
            desk.progress(number / len(items), item.name)
            try:
                done += _send(session, desk, notes, state, item, order, said)
            except (InputError, ResolveError) as exc:
                if len(items) == 1:
                    raise
                said.append(str(exc))
    what = _LABELS[order.treatment]
    if not done:
        return Outcome(f"Nothing new to send for {what}.", 0, tuple(said))
    clips = items[0].name if len(items) == 1 else f"{done} clips"
    text = f"Sent {clips} for {what}. Rushes > Bring Back puts the result in its place."
    return Outcome(text, done, tuple(said))


def _send(
    session: Session,
    desk: Desk,
    notes: SentNotes,
    state: TimelineState,
    item: ItemState,
    order: _Order,
    said: list[str],
) -> int:
    former = _former(notes, state, item, order)
    if former is not None and former.state is not SentState.RENDERING:
        if former.state is SentState.READY:
            return hand_over(desk, notes, former, said) is not None
        said.append(f"{item.name} is under way already.")
        return 0
    facts = item_facts(session, item, state)
    plan = plan_send(
        state,
        item,
        facts,
        order.treatment,
        handles=order.handles,
        seen=order.seen,
        project_rate=project_rate(session)[0],
    )
    said += plan.notes
    note = _note(former.id if former else new_job_id(), state, item, plan, order, facts.generated)
    if plan.way is Way.MEDIA:
        assert item.media is not None
        media, number = pattern(item.media.path)
    else:
        note = notes.write(replace(note, input_space=output_space(color_settings(session))))
        try:
            media, number = str(_render(session, desk, state, item, plan, note)), 0
        except RushesError as exc:
            notes.write(replace(note, state=SentState.FAILED, why=str(exc)))
            raise
    job = ClipJob(
        production=desk.production,
        id=note.id,
        treatment=order.treatment,
        media=media,
        rate=plan.rate,
        first=plan.first,
        frames=plan.frames,
        head=plan.head,
        tail=plan.tail,
        take=note.take if plan.way is Way.MEDIA else "",
        name=default_name(item),
        timecode=plan.timecode,
        drop=plan.drop,
        start_number=number,
        settings=order.settings,
    )
    note = notes.write(replace(note, state=SentState.READY, job=job))
    hand_over(desk, notes, note, said)
    return 1


def hand_over(desk: Desk, notes: SentNotes, note: SentNote, said: list[str]) -> SentNote | None:
    """Give a job to the engine, under our id, so that asking twice makes one; None when no engine answers, which is
    said then, and Bring Back tries it again."""
    assert note.job is not None
    try:
        desk.submit(JobRequest("clip", encode(note.job), id=note.id))
    except EngineError as exc:
        said.append(f"{note.name} is ready, but the engine has not got it: {exc} Bring Back hands it over.")
        return None
    return notes.write(replace(note, state=SentState.SUBMITTED))


def _render(
    session: Session, desk: Desk, state: TimelineState, item: ItemState, plan: SendPlan, note: SentNote
) -> Path:
    undo = undo_file(desk.home)
    stage = (
        alone_on_own_timeline(session, undo, note.id, item, plan)
        if plan.way is Way.CLEAN
        else alone_as_seen(session, undo, state, item)
    )
    folder = Path(desk.production) / "sent" / note.id
    with stage as (first, last):
        if last - first + 1 != plan.frames:
            raise ResolveError(
                f"{item.name} would render as {last - first + 1} frames, not {plan.frames}; it was not sent.",
                code="resolve.render",
                hint="Render it by hand on the Deliver page and send the file.",
            )
        what = Range(first, last, state.rate, timeline_size(session))
        return render_range(
            session,
            what,
            folder,
            default_name(item),
            desk.progress,
            lambda: desk.cancelled,
            lambda job: note_job(undo, job),
        )


def _former(notes: SentNotes, state: TimelineState, item: ItemState, order: _Order) -> SentNote | None:
    """The same clip, sent for the same and not back yet."""
    for note in reversed(notes.all()):
        same = (note.timeline, note.item) == (state.id, item.id) and note.media == (item.media.id if item.media else "")
        asked = (note.treatment, note.settings) == (order.treatment, order.settings)
        where = (note.source, note.duration) == (item.source, item.duration)
        if same and asked and where and note.state in (*OPEN, SentState.RENDERING):
            return note
    return None


def _note(id: str, state: TimelineState, item: ItemState, plan: SendPlan, order: _Order, generated: bool) -> SentNote:
    assert item.media is not None
    return SentNote(
        id=id,
        state=SentState.RENDERING,
        treatment=order.treatment,
        settings=order.settings,
        way=plan.way,
        back=plan.back,
        timeline=state.id,
        timeline_name=state.name,
        item=item.id,
        name=item.name,
        track=item.track,
        start=item.start,
        duration=item.duration,
        rate=state.rate,
        source=item.source,
        media=item.media.id,
        media_rate=item.media.rate or Fraction(state.rate),
        take=item.media.ids.get("take", ""),
        shot=item.media.ids.get("shot", ""),
        generated=generated,
        count=plan.count,
    )


def _order(options: Mapping[str, str]) -> _Order:
    text = options.get("treatment", "") or Treatment.ANOTHER.value
    try:
        treatment = Treatment(text)
    except ValueError as exc:
        raise InputError(
            f"{text!r} is no treatment.",
            code="resolve.choice",
            hint=f"Choose {', '.join(one.value for one in Treatment)}.",
        ) from exc
    handles = options.get("handles", "") or str(HANDLES)
    if not handles.isdecimal() or int(handles) > 1000:
        raise InputError(f"{handles!r} is no length of handles.", code="resolve.choice", hint="Give frames, 0 to 1000.")
    picture = options.get("picture", "") or "own"
    if picture not in ("own", "seen"):
        raise InputError(f"{picture!r} is no kind of picture.", code="resolve.choice", hint="Choose own or seen.")
    return _Order(treatment, parse_settings(options), int(handles), picture == "seen")


ACTION = Action(
    "send",
    "Send",
    "Send clips to be made anew: another take, restyle, upscale, denoise, stabilise, slow motion, matte, extend.",
    run,
    options={
        "treatment": f"{', '.join(one.value for one in Treatment)} [take]",
        "handles": f"frames before and after the cut, as far as the media has them [{HANDLES}]",
        "picture": "own: without the clip's grade and transform, which stay on it; seen: with them, for a track above "
        "[own]",
        "on": ON,
        "set.NAME": "a setting of the treatment: set.seed=7, set.style=ink, set.scale=2, set.factor=4, set.after=24",
    },
)
