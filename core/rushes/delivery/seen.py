"""A cut as a file tells it: what an editor's program wrote, before we know which takes are meant."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from rushes.contracts import EditMarker, Size, Timecode, TrackKind

__all__ = ["SeenClip", "SeenCut", "base_name", "nested_note", "path_from_url"]


@dataclass(frozen=True)
class SeenClip:
    """One event. What the format does not say is None or empty."""

    name: str
    track: str
    """ "Video 1", "Audio 2"."""
    kind: TrackKind
    record: int
    """From the timeline's first frame, at its rate."""
    duration: int
    source: Fraction | None = None
    """First shown frame from the media's first, at `rate`; not whole when the file counts at another rate."""
    timecode: Timecode | None = None
    """The same place on the media's own clock, for formats that know no start of media."""
    rate: Fraction | None = None
    """Of the media."""
    speed: Fraction = Fraction(1)
    enabled: bool = True
    path: str = ""
    """As written, a URL undone: "/mnt/a/b.mov", "D:/a/b.mov"."""
    reel: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    """Our ids, by `ID_KEYS` names, and what else we wrote."""
    media_start: int | None = None
    media_frames: int | None = None
    markers: tuple[EditMarker, ...] = ()
    generator: bool = False
    """A title or colour of the editor's program; has no media."""


@dataclass(frozen=True)
class SeenCut:
    """All events of a file."""

    name: str
    rate: Fraction
    start: int
    drop: bool
    clips: tuple[SeenClip, ...]
    """By track, then record frame."""
    size: Size | None = None
    markers: tuple[EditMarker, ...] = ()
    notes: tuple[str, ...] = ()
    """What could not be understood, in words."""


def nested_note(name: str, track: str) -> str:
    """What is not known of a timeline within the timeline."""
    return (
        f"{name or 'A timeline'} on {track} is nested; it is not looked into. Its takes are not counted as used, and "
        "its picture not as AI-generated: export it as a timeline of its own, or take it apart first."
    )


def base_name(path: str) -> str:
    """Last part of a path of any system."""
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def path_from_url(text: str) -> str:
    """ "/a/b c.mov" of "file://localhost/a/b%20c.mov", "D:/x.mov" of "file:///D:/x.mov" or "D:\\x.mov"; a plain path
    stays as it is."""
    from urllib.parse import unquote

    text = text.strip()
    if text.lower().startswith("file:"):
        rest = unquote(text[5:])
        if rest.startswith("//"):
            host, slash, tail = rest[2:].partition("/")
            rest = slash + tail if host.lower() in ("", "localhost") else f"//{host}/{tail}"
        text = rest
    text = text.replace("\\", "/")
    if len(text) > 2 and text[0] == "/" and text[2] == ":" and text[1].isalpha():
        text = text[1:]
    return text
