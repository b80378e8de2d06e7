"""Markers ↔ Notes: review notes go from the timeline's markers to the takes, and back."""

from __future__ import annotations

import getpass
from collections.abc import Mapping

from resolve_scripts.actions.base import Action, Desk, Outcome
from resolve_scripts.host.keep import kept
from resolve_scripts.host.marks import add_markers
from resolve_scripts.host.read import read_timeline
from resolve_scripts.host.session import Session
from resolve_scripts.logic.model import TimelineState
from resolve_scripts.logic.notes import added_lines, lines_of, new_markers, notes_on
from rushes.errors import InputError

__all__ = ["ACTION"]

_WAYS = ("both", "to_notes", "to_markers")


def run(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
    """See `ACTION`."""
    way = options.get("direction", "") or "both"
    if way not in _WAYS:
        raise InputError(f"{way!r} is no direction.", code="resolve.choice", hint=f"Choose {', '.join(_WAYS)}.")
    with kept(session):
        state = read_timeline(session)
        takes = {one.media.ids["take"] for one in state.items() if one.media and one.media.ids.get("take")}
        if not takes:
            return Outcome("No take of the production is on this timeline.")
        rows = {row.id: row for row in desk.takes() if row.id in takes}
        notes = {id: row.notes for id, row in rows.items()}
        said = [f"Take {id} is no longer in the production; its markers stay as they are." for id in takes - set(rows)]
        to_notes = _to_notes(desk, state, notes, options.get("author", "") or _user()) if way != "to_markers" else 0
        made, refused = 0, list[str]()
        if way != "to_notes":
            wanted, left = new_markers(state, {id: lines_of(id, text) for id, text in notes.items()})
            made, refused = add_markers(session, wanted)
            said += left
    said += [f"Resolve took no marker on {name}." for name in refused]
    if not to_notes and not made:
        return Outcome("Markers and notes say the same.", 0, tuple(said))
    text = f"{to_notes} takes got notes from markers, {made} markers were made from notes."
    return Outcome(text, to_notes + made, tuple(said), {"notes": to_notes, "markers": made})


def _to_notes(desk: Desk, state: TimelineState, notes: dict[str, str], author: str) -> int:
    """How many takes got more notes; `notes` has them afterwards."""
    changed = added_lines(state, notes_on(state), notes, author)
    for take, text in changed.items():
        desk.rate_take(take, notes=text)
        notes[take] = text
    return len(changed)


def _user() -> str:
    """Who is logged in; "" where the system does not say."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # no entry for the user, or no such system
        return ""


ACTION = Action(
    "notes",
    "Markers ↔ Notes",
    "Review notes on markers become notes on takes, and notes on takes become markers.",
    run,
    options={
        "direction": "both, to_notes or to_markers [both]",
        "author": "name written with new notes [the user who is logged in]",
    },
)
