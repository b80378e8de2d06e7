"""Review notes: markers of the timeline and lines in a take's notes are the same notes, written twice.

A note that has a place is a line in the take's notes:

    [f34 01:00:02:03 Ana] fix: hands drift

A line without such a beginning is about the whole take. Two notes are the same when take, frame and text are; then
neither direction writes it again, whoever wrote it first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from resolve_scripts.logic.frames import frames_shown, timecode_text
from resolve_scripts.logic.model import ItemState, MarkerState, TimelineState
from resolve_scripts.logic.pick import seen_ranges
from rushes.contracts.codec import digest

__all__ = ["COLORS", "NewMarker", "Note", "added_lines", "is_ours_data", "lines_of", "new_markers", "notes_on"]

COLORS = {"Red": "fix", "Yellow": "question", "Green": "good"}
"""Colour of a marker → the word its note begins with; other colours say nothing."""
_PLAIN = "Blue"
_LINE = re.compile(r"^\[f(\d+)(?: [^\]]*)?\] (.*)$")
_NAMES = re.compile(r"^marker \d+$", re.IGNORECASE)


@dataclass(frozen=True)
class Note:
    """One note of a take."""

    take: str
    frame: int | None
    """Of the take, from 0; None: of the whole take."""
    text: str

    @property
    def key(self) -> str:
        """Names it; kept in the marker we make of it."""
        return digest([self.take, self.frame or 0, self.text])[:16]


@dataclass(frozen=True)
class NewMarker:
    """A marker to make on a clip."""

    item: str
    frame: int
    """From the clip's first."""
    color: str
    name: str
    note: str
    data: str


def lines_of(take: str, notes: str) -> list[Note]:
    """The notes in a take's text; empty lines are none."""
    found: list[Note] = []
    for line in notes.splitlines():
        text = line.strip()
        placed = _LINE.match(text)
        if placed:
            found.append(Note(take, int(placed[1]), placed[2].strip()))
        elif text:
            found.append(Note(take, None, text))
    return found


def notes_on(state: TimelineState) -> list[tuple[Note, int]]:
    """Notes on markers, with the absolute timeline frame each was found at: on our clips, and on the timeline where one
    of our clips is seen. Markers that we made count once their text was changed."""
    found: list[tuple[Note, int]] = []
    for item in state.items():
        for marker in item.markers if _take(item) else ():
            note = _note(state, item, marker, marker.frame)
            if note is not None:
                found.append((note, item.start + marker.frame))
    ranges = seen_ranges(state)
    for marker in state.markers:
        frame = state.start + marker.frame
        item = next((top for start, end, top in ranges if start <= frame < end), None)
        note = _note(state, item, marker, frame - item.start) if item is not None and _take(item) else None
        if note is not None:
            found.append((note, frame))
    return found


def added_lines(
    state: TimelineState, found: Iterable[tuple[Note, int]], known: Mapping[str, str], author: str
) -> dict[str, str]:
    """Take → its notes with the new ones appended; takes whose notes are whole already are left out."""
    there = {take: {(note.frame or 0, note.text) for note in lines_of(take, text)} for take, text in known.items()}
    result: dict[str, str] = {}
    for note, frame in found:
        if note.take not in known or (note.frame or 0, note.text) in there[note.take]:
            continue
        there[note.take].add((note.frame or 0, note.text))
        where = f"f{note.frame} {timecode_text(frame, state.rate, state.drop)}"
        line = f"[{where} {author}] {note.text}" if author else f"[{where}] {note.text}"
        before = result.get(note.take, known[note.take])
        result[note.take] = f"{before.rstrip()}\n{line}" if before.strip() else line
    return result


def new_markers(state: TimelineState, notes: Mapping[str, Sequence[Note]]) -> tuple[list[NewMarker], list[str]]:
    """Markers for notes that none of a clip's markers, nor the timeline's over it, tells yet; and what found no place.

    A note lies on each clip that shows its frame; one of the whole take on the first of them.
    """
    there = {(note.take, note.frame or 0, note.text) for note, _ in notes_on(state)}
    ours = {(item.id, key) for item in state.items() for marker in item.markers if (key := _key(marker.data))}
    made: list[NewMarker] = []
    left: list[str] = []
    for take, wanted in notes.items():
        items = [item for item in state.items() if _take(item) == take]
        for note in wanted:
            whole = note.frame is None and any(key == note.key for _, key in ours)
            if whole or (take, note.frame or 0, note.text) in there:
                continue
            places = [(item, at) for item in items if (at := _at(state, item, note)) is not None]
            if not places and items:
                left.append(f'{items[0].name}: frame {note.frame} of the note "{note.text}" is not in the cut.')
            for item, at in places if note.frame is not None else places[:1]:
                if (item.id, note.key) in ours:
                    continue
                taken = {marker.frame for marker in item.markers} | {one.frame for one in made if one.item == item.id}
                free = next((frame for frame in _around(at, item.duration) if frame not in taken), None)
                if free is None:
                    left.append(f'{item.name}: no frame is free for the note "{note.text}".')
                    continue
                made.append(_marker(item, free, note))
    return made, left


def is_ours_data(data: str, what: str) -> dict[str, Any] | None:
    """What we wrote under a name into a marker's customData; None for foreign ones."""
    try:
        told: Any = json.loads(data) if data else None
    except ValueError:
        return None
    own: Any = cast("dict[str, Any]", told).get("rushes") if isinstance(told, dict) else None
    found: Any = cast("dict[str, Any]", own).get(what) if isinstance(own, dict) else None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None


def _marker(item: ItemState, frame: int, note: Note) -> NewMarker:
    word, _, rest = note.text.partition(": ")
    color = next((name for name, said in COLORS.items() if rest and said == word), _PLAIN)
    data = json.dumps({"rushes": {"note": {"key": note.key, "take": note.take, "frame": note.frame}}})
    return NewMarker(item.id, frame, color, "Note", rest if color != _PLAIN else note.text, data)


def _note(state: TimelineState, item: ItemState, marker: MarkerState, at: int) -> Note | None:
    """The note that a marker tells; None for one of ours that says what we wrote, and for one without words."""
    own = is_ours_data(marker.data, "note")
    if own is None and '"rushes' in marker.data:
        return None
    name = "" if _NAMES.match(marker.name.strip()) or own is not None else marker.name.strip()
    words = " / ".join(" ".join(part.split()) for part in (name, marker.note) if part.strip())
    if not words:
        return None
    word = COLORS.get(marker.color)
    text = f"{word}: {words}" if word and not words.startswith(f"{word}: ") else words
    if own is not None:
        # Where a marker could not lie on the note's own frame, the note still belongs there.
        whole = own.get("frame")
        note = Note(_take(item), whole if isinstance(whole, int) else None, text)
        return None if note.key == own.get("key") else Note(note.take, _frame(state, item, at), text)
    return Note(_take(item), _frame(state, item, at), text)


def _take(item: ItemState) -> str:
    return item.media.ids.get("take", "") if item.media is not None else ""


def _key(data: str) -> str:
    return str((is_ours_data(data, "note") or {}).get("key", ""))


def _frame(state: TimelineState, item: ItemState, at: int) -> int:
    """Frame of the take that a clip shows so many timeline frames after its first."""
    rate = (item.media.rate if item.media else None) or state.rate
    return item.source + frames_shown(at, state.rate, rate)


def _at(state: TimelineState, item: ItemState, note: Note) -> int | None:
    """Where a note lies on a clip, from its first frame; None when the clip does not show that frame."""
    if note.frame is None:
        return 0
    rate = (item.media.rate if item.media else None) or state.rate
    gone = note.frame - item.source
    at = -int(-gone * state.rate // rate)
    return at if gone >= 0 and at < item.duration else None


def _around(frame: int, length: int) -> list[int]:
    """The frame, then those after it, then those before."""
    return [*range(frame, length), *range(frame - 1, -1, -1)]
