"""CMX 3600 edit lists as Resolve, Premiere, Avid and we write them → SeenCut."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from rushes.contracts import AI_KEYWORD, ID_KEYS, Timecode, TrackKind, parse_rate
from rushes.delivery.seen import SeenClip, SeenCut, path_from_url
from rushes.errors import InputError

__all__ = ["decoded", "read_edl"]

_TC = r"(\d{2}[:;.]\d{2}[:;.]\d{2}[:;.,]\d{2,3})"
_EVENT = re.compile(
    rf"^\d+\s+(?P<reel>\S+(?: \S+)*?)\s+(?P<channel>\S+)\s+(?P<kind>\S+?)(?: +[BO])?(?:\s+\d+)?"
    rf"\s+{_TC}\s+{_TC}\s+{_TC}\s+{_TC}\s*$"
)
"""B and O are the halves of a key."""
_LIKE_AN_EVENT = re.compile(rf"^\d+\s.*{_TC}")
_MOTION = re.compile(rf"^M2\s+(?:(\S.*?)\s+)?(-?\d+(?:\.\d*)?)\s+{_TC}")
_PIN = re.compile(r"\|C:ResolveColor\w* *\|M:.*\|D:\d+")
"""A marker, as Resolve writes and reads them below an event of one frame."""
_EXACT_SPEED = re.compile(r"-?\d+/0*[1-9]\d*$")
_COMMENT = re.compile(r"^\*\s*([A-Z][A-Z0-9 _.]*?)\s*:\s*(.*)$", re.IGNORECASE)
_DROPPING = (Fraction(30000, 1001), Fraction(60000, 1001))


def decoded(data: bytes) -> str:
    """Text of a file in UTF-8 or UTF-16 with or without a mark, else Latin-1."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def read_edl(data: bytes, name: str = "", rate: Fraction | None = None) -> SeenCut:
    """The cut in an edit list; `rate` is the timeline's, which the format does not say.

    InputError: `cut.unreadable` when there is no event in it, `cut.timecode` for a timecode that is impossible at the
    rate.
    """
    return _Reader(decoded(data), name, rate).cut()


@dataclass
class _Event:
    """One line, and what is said about it below."""

    line: int
    reel: str
    channel: str
    kind: str
    times: tuple[str, str, str, str]
    comments: dict[str, str] = field(default_factory=dict)
    motion: Fraction | None = None


class _Reader:
    def __init__(self, text: str, name: str, rate: Fraction | None) -> None:
        self.name = name
        self.title = ""
        self.drop = False
        self.head: dict[str, str] = {}
        self.events: list[_Event] = []
        self.notes: list[str] = []
        for number, line in enumerate(text.splitlines(), 1):
            self.line(number, line.strip())
        if any(_PIN.search(line) for line in text.splitlines()):
            raise InputError(
                f"{name or 'The file'} is a list of markers, not a cut.",
                code="cut.unreadable",
                hint="Leave it out, or give the edit list of the cut.",
            )
        if not self.events:
            raise InputError(
                f"{name or 'The file'} is no edit list: there is no event in it.",
                code="cut.unreadable",
                hint="Export the timeline as EDL (CMX 3600) again.",
            )
        self.head |= {k: v for k, v in self.events[0].comments.items() if k.startswith("RUSHES.")}
        self.rate = self.find_rate(rate)

    def line(self, number: int, line: str) -> None:
        """Take in one line."""
        event = _EVENT.match(line)
        if event:
            times = event.groups()[3:]
            channel, kind = event["channel"].upper(), event["kind"].upper()
            self.events.append(_Event(number, event["reel"], channel, kind, (times[0], times[1], times[2], times[3])))
        elif _LIKE_AN_EVENT.match(line):
            self.notes.append(f"Line {number} is an event that cannot be read; it is left out: {line}")
        elif line.upper().startswith("TITLE:"):
            self.title = line[6:].strip()
        elif line.upper().startswith("FCM:"):
            if not self.events:
                self.drop = "NON" not in line.upper()
        elif line.upper().startswith("M2 ") and self.events:
            self.motion(number, line)
        elif comment := _COMMENT.match(line):
            where = self.events[-1].comments if self.events else self.head
            where.setdefault(comment[1].upper(), comment[2].strip())

    def motion(self, number: int, line: str) -> None:
        """The speed of the event above."""
        found = _MOTION.match(line)
        if found:
            self.events[-1].motion = Fraction(found[2])
        else:
            self.notes.append(f"Line {number} is a speed that cannot be read; its clip is read at normal speed.")

    def find_rate(self, given: Fraction | None) -> Fraction:
        """As the list says, else as given, else a guess that is told."""
        said = self.head.get("RUSHES.RATE")
        dropping = self.drop or any(";" in t for e in self.events for t in e.times[2:])
        if said:
            return parse_rate(said)
        if given is not None and (not dropping or given in _DROPPING):
            return given
        if dropping:
            self.notes.append("The list counts in drop-frame; 29.97 frames per second are assumed.")
            return _DROPPING[0]
        self.notes.append("An edit list does not say its rate; 24 frames per second are assumed.")
        return Fraction(24)

    def timecode(self, text: str, event: _Event, *, record: bool) -> Timecode:
        """A timecode of an event."""
        digits = re.split(r"[:;.,]", text)
        drop = (";" in text or (record and self.drop)) and self.rate in _DROPPING
        written = ":".join(digits[:3]) + (";" if drop else ":") + digits[3]
        try:
            return Timecode.parse(written, self.rate)
        except InputError as exc:
            raise InputError(
                f"{self.name or 'The list'}, line {event.line}: no {text} at {float(self.rate):g} frames a second.",
                code="cut.timecode",
                hint="Say the timeline's rate with --fps.",
            ) from exc

    def cut(self) -> SeenCut:
        """See read_edl."""
        starts = [self.timecode(e.times[2], e, record=True).frame for e in self.events]
        dropping = self.rate in _DROPPING and (self.drop or ";" in "".join(e.times[2] for e in self.events))
        start = self.start(min(starts), dropping)
        clips: list[SeenClip] = []
        for event in self.events:
            clips += self.clips(event, start)
        clips.sort(key=lambda c: (c.kind is TrackKind.AUDIO, c.track, c.record))
        title = re.sub(r"\s+V\d+$", "", self.title)
        return SeenCut(
            title or self.name, self.rate, start, dropping, tuple(clips), notes=tuple(dict.fromkeys(self.notes))
        )

    def start(self, first: int, dropping: bool) -> int:
        """Where the timeline begins: as we wrote it, else the full hour before the first event."""
        said = self.head.get("RUSHES.START")
        if said:
            return Timecode.parse(said, self.rate).frame
        hour = str(Timecode(first, self.rate, dropping))[:2]
        return Timecode.parse(f"{hour}:00:00{';' if dropping else ':'}00", self.rate).frame

    def clips(self, event: _Event, start: int) -> list[SeenClip]:
        """The event on each of its tracks; none for the outgoing half of a dissolve and for black."""
        first, last = (self.timecode(t, event, record=True).frame for t in event.times[2:])
        if last < first:
            self.notes.append(f"Line {event.line} ends before it begins ({event.times[2]}); it is left out.")
        if last <= first or event.reel.upper() == "BL":
            return []
        if event.kind != "C":
            self.notes.append(f"The transition at {event.times[2]} is read as a cut.")
        said = event.comments
        path = path_from_url(said.get("SOURCE FILE") or said.get("FROM FILE") or "")
        source, rate = _exact(said.get("RUSHES.SOURCE", ""))
        name = said.get("TO CLIP NAME" if event.kind != "C" else "FROM CLIP NAME") or said.get("FROM CLIP NAME") or ""
        ids = {key: said[key.upper()] for key in ID_KEYS.values() if key.upper() in said}
        if AI_KEYWORD.lower() in said.get("COMMENT", "").lower():
            ids["Keywords"] = AI_KEYWORD
        return [
            SeenClip(
                name=name or event.reel,
                track=track,
                kind=kind,
                record=first - start,
                duration=last - first,
                source=source,
                timecode=self.first_shown(event),
                rate=rate,
                speed=self.speed(event),
                path=path,
                reel="" if event.reel.upper() == "AX" else event.reel,
                ids=ids,
            )
            for track, kind in self.tracks(event.channel)
        ]

    def first_shown(self, event: _Event) -> Timecode:
        """Source in; what plays backwards begins before its source out."""
        if self.speed(event) >= 0:
            return self.timecode(event.times[0], event, record=False)
        end = self.timecode(event.times[1], event, record=False)
        return end + (-1 if end.frame else 0)

    def speed(self, event: _Event) -> Fraction:
        """Of real time, from the motion effect."""
        exact = _EXACT_SPEED.match(event.comments.get("RUSHES.SPEED", ""))
        if exact:
            return Fraction(exact[0])
        if event.motion is None:
            return Fraction(1)
        return _round_speed(event.motion, self.rate)

    def tracks(self, channel: str) -> list[tuple[str, TrackKind]]:
        """Track names of "V", "V2", "A2", "AA/V", "B"."""
        found: list[tuple[str, TrackKind]] = []
        if "V" in channel or channel == "B":
            number = re.search(r"V(\d+)", channel)
            ours = self.head.get("RUSHES.TRACK", "Video 1")
            found.append((f"Video {number[1]}" if number else ours, TrackKind.VIDEO))
        if "A" in channel or channel == "B":
            number = re.search(r"A(\d+)", channel)
            found.append((f"Audio {number[1] if number else 1}", TrackKind.AUDIO))
        return found


def _round_speed(motion: Fraction, rate: Fraction) -> Fraction:
    """The plain speed behind frames per second with a decimal or two: some programs count 24 a second at 23.976, some
    23.976."""
    found = [motion / max(1, round(rate)), motion / rate]
    plain = [(abs(speed - speed.limit_denominator(20)), speed) for speed in found]
    error, speed = min(plain, key=lambda pair: pair[0])
    return speed.limit_denominator(20) if error <= Fraction(1, 20) / round(rate) else speed.limit_denominator(1000)


def _exact(text: str) -> tuple[Fraction | None, Fraction | None]:
    """Frame and rate of our own comment."""
    parts = text.split()
    if len(parts) != 2 or not parts[0].isdigit():
        return None, None
    return Fraction(int(parts[0])), parse_rate(parts[1])
