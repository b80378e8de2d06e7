"""FCP7 XML as Resolve takes it: tracks and cuts, nothing else (rules import.xml-speed, import.xml-markers)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote, urlparse

from rushes.contracts.timecode import Timecode
from rushes.errors import RushesError
from rushes.testing.resolve.cut import Cut, Piece

__all__ = ["read_xml"]


def read_xml(path: Path) -> Cut | None:
    """None when it is no xmeml with a sequence that has a rate."""
    try:
        root = ET.parse(path).getroot()
    except ET.ParseError:
        return None
    sequence = root.find(".//sequence") if root.tag == "xmeml" else None
    rate = _rate(sequence)
    if sequence is None or rate is None:
        return None
    drop = sequence.findtext("timecode/displayformat", "NDF") == "DF"
    cut = Cut(sequence.findtext("name") or path.stem, rate, _start(sequence, rate), drop, _size(sequence))
    cut.tracks = {"video": 0, "audio": 0}
    files: dict[str, ET.Element] = {}
    for element in root.iter("file"):
        if len(element):
            files.setdefault(element.get("id", ""), element)
    for kind in ("video", "audio"):
        for number, track in enumerate(sequence.findall(f"media/{kind}/track"), 1):
            cut.tracks[kind] = number
            enabled = track.findtext("enabled", "TRUE").upper() == "TRUE"
            items = [each for each in track if each.tag in ("clipitem", "transitionitem")]
            for at, clip in enumerate(items):
                if clip.tag == "transitionitem":
                    continue
                piece = _piece(kind, number, clip, files, rate, items[at - 1 : at] + items[at + 1 : at + 2])
                if piece is not None:
                    piece.enabled = piece.enabled and enabled
                    cut.pieces.append(piece)
    return cut


def _rate(element: ET.Element | None) -> Fraction | None:
    base = element.findtext("rate/timebase") if element is not None else None
    if element is None or base is None or not base.isdecimal() or not int(base):
        return None
    ntsc = element.findtext("rate/ntsc", "FALSE").upper() == "TRUE"
    return Fraction(int(base) * 1000, 1001) if ntsc else Fraction(int(base))


def _start(sequence: ET.Element, rate: Fraction) -> int:
    frame, text = sequence.findtext("timecode/frame"), sequence.findtext("timecode/string")
    if frame is not None and frame.isdecimal():
        return int(frame)
    try:
        return Timecode.parse(text or "", rate).frame
    except RushesError:
        return Timecode.parse("01:00:00:00", rate).frame


def _size(sequence: ET.Element) -> tuple[int, int] | None:
    found = [sequence.findtext(f"media/video/format/samplecharacteristics/{side}", "") for side in ("width", "height")]
    return (int(found[0]), int(found[1])) if all(each.isdecimal() for each in found) else None


def _number(clip: ET.Element, tag: str) -> int | None:
    try:
        return int(clip.findtext(tag, ""))
    except ValueError:
        return None


def _cut(transition: ET.Element) -> int:
    """Where the clips under a transition meet."""
    start, end = _number(transition, "start") or 0, _number(transition, "end") or 0
    return {"start-black": start, "start": start, "end": end, "end-black": end}.get(
        transition.findtext("alignment", "center"), (start + end) // 2
    )


def _piece(
    kind: str,
    number: int,
    clip: ET.Element,
    files: dict[str, ET.Element],
    rate: Fraction,
    beside: list[ET.Element],
) -> Piece | None:
    """`in` counts at the clip's rate from the file's first frame; whatever speed there is, is left out.

    An edge of -1 lies under the transition beside it: the clip begins or ends where the two clips meet.
    """
    first, last = _number(clip, "start"), _number(clip, "end")
    begin, end = _number(clip, "in"), _number(clip, "out")
    if begin is None or end is None or first is None or last is None:
        return None
    own = _rate(clip) or rate
    under = [each for each in beside if each.tag == "transitionitem"]
    if (first == -1 or last == -1) and not under:
        return None
    if first == -1:
        first = _cut(under[0])
        begin += int((first - (_number(under[0], "start") or 0)) * own / rate)
    if last == -1:
        last = _cut(under[-1])
    reference = clip.find("file")
    file = files.get(reference.get("id", "")) if reference is not None else None
    url = file.findtext("pathurl", "") if file is not None else ""
    name = clip.findtext("name") or (file.findtext("name", "") if file is not None else "")
    return Piece(
        kind,
        number,
        first,
        last - first,
        name,
        path=_path(url),
        source=Fraction(begin),
        rate=own,
        enabled=clip.findtext("enabled", "TRUE").upper() == "TRUE",
        offline=not url,
    )


def _path(url: str) -> str:
    """ "/a/b c.mov" of "file://localhost/a/b%20c.mov"; a Windows drive loses its slash."""
    parsed = urlparse(url)
    text = unquote(parsed.path) if parsed.scheme == "file" else url
    return text[1:] if len(text) > 2 and text[0] == "/" and text[2] == ":" else text
