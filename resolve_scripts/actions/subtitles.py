"""Subtitles of the production onto the open timeline."""

from __future__ import annotations

import os
from collections.abc import Mapping

from resolve_scripts.actions.base import Action, Desk, Outcome
from resolve_scripts.host.keep import kept
from resolve_scripts.host.read import timeline_rate
from resolve_scripts.host.session import Session
from resolve_scripts.host.subtitling import put_subtitles
from resolve_scripts.logic.bins import TOP
from resolve_scripts.logic.deliveries import newest_file
from resolve_scripts.logic.srt import read_srt
from resolve_scripts.logic.words import count
from rushes.errors import InputError

__all__ = ["ACTION", "read_text", "run"]


def run(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
    """Lay the newest .srt, or the one that is named, on a subtitle track."""
    with kept(session):
        rate, _ = timeline_rate(session, session.timeline())
        path = options.get("file", "") or newest_file(desk.production, ".srt")
        if not path:
            raise InputError(
                "The production has no subtitles.",
                code="resolve.no_subtitles",
                hint="Deliver a cut that has dialogue, or name an .srt file.",
            )
        name = os.path.basename(path)
        lines = read_srt(read_text(path), rate, name)
        done = put_subtitles(session, path, lines, (TOP, desk.state().info.name, "Subtitles"))
    if done.there:
        return Outcome(f"Nothing to do: the {count(len(lines), 'subtitle')} of {name} are in place already.")
    if done.in_bin:
        return Outcome(
            f"{name} is in the bin {done.in_bin}; drag it onto the timeline.",
            notes=(f"{done.why}: nothing was laid on a track.",),
            details={"bin": done.in_bin},
        )
    return Outcome(f"{count(done.placed, 'subtitle')} of {name} placed.", done.placed)


def read_text(path: str) -> str:
    """A text file in UTF-8. InputError `file.unreadable` when it is missing or no text."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8"
        raise InputError(
            f"{path} cannot be read: {why}.", code="file.unreadable", hint="Is it there? Save it as UTF-8."
        ) from exc


ACTION = Action(
    "subtitles",
    "Subtitles",
    "Lays the newest subtitles of the production on an empty subtitle track.",
    run,
    options={"file": "Absolute path of an .srt file [the newest of the production's deliveries]."},
)
