"""A cut from whatever an editor gives: .otio, .otioz, FCP7 XML, .edl, or our own JSON."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from rushes.contracts import EditTimeline, TrackKind, decode
from rushes.delivery.edl_read import decoded, read_edl
from rushes.delivery.fcp7_read import read_fcp7
from rushes.delivery.otio_read import read_otio
from rushes.delivery.otio_write import otio_text
from rushes.delivery.seen import SeenCut
from rushes.errors import InputError, ProtocolError

__all__ = ["read_cut", "read_cuts", "read_timeline_json"]


def read_cuts(paths: Sequence[Path], rate: Fraction | None = None) -> SeenCut:
    """Several files of one cut (an edit list for each track) as one; InputError when their rates differ."""
    cuts = [read_cut(path, rate) for path in paths]
    first = cuts[0]
    if any(cut.rate != first.rate for cut in cuts):
        raise InputError("These files have different rates.", code="cut.rate", hint="Give files of one timeline.")
    if len(cuts) == 1:
        return first
    clips = [replace(c, record=c.record + cut.start - first.start) for cut in cuts for c in cut.clips]
    clips.sort(key=lambda c: (c.kind is TrackKind.AUDIO, c.track, c.record))
    notes = tuple(dict.fromkeys(note for cut in cuts for note in cut.notes))
    return replace(first, clips=tuple(clips), notes=notes, markers=tuple(m for cut in cuts for m in cut.markers))


def read_cut(path: Path, rate: Fraction | None = None) -> SeenCut:
    """A cut; `rate` for edit lists, which do not say theirs. InputError `cut.missing` or `cut.unreadable`."""
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise InputError(
            f"{path} cannot be read: {exc.strerror}.", code="cut.missing", hint="Check the name of the file."
        ) from exc
    if data.startswith(b"PK\x03\x04"):
        data = _packed(data, path.name)
    head = decoded(data[:4096]).lstrip("\ufeff \t\r\n")
    if head.startswith("<"):
        return read_fcp7(data.removeprefix(b"\xef\xbb\xbf"), path.name)
    if head.startswith(("{", "[")):
        text = decoded(data)
        return read_otio(text if '"OTIO_SCHEMA"' in text else otio_text(read_timeline_json(text, path.name)), path.name)
    if path.suffix.lower() in (".drt", ".drp", ".aaf") or "\x00" in head:
        raise InputError(
            f"{path.name} is no cut that can be read here.",
            code="cut.unreadable",
            hint="Export the timeline as OTIO, FCP 7 XML or EDL.",
        )
    return read_edl(data, path.name, rate)


def _packed(data: bytes, name: str) -> bytes:
    """The cut in an .otioz, which is a .zip with a content.otio."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return packed.read("content.otio")
    except (zipfile.BadZipFile, KeyError) as exc:
        raise InputError(
            f"{name} is packed, and there is no cut in it that can be read here.",
            code="cut.unreadable",
            hint="Export the timeline as OTIO, FCP 7 XML or EDL.",
        ) from exc


def read_timeline_json(text: str, name: str = "") -> EditTimeline:
    """An EditTimeline from its JSON. InputError `cut.unreadable`."""
    try:
        return decode(EditTimeline, json.loads(text))
    except (ValueError, ProtocolError) as exc:
        raise InputError(
            f"{name or 'The file'} is neither OpenTimelineIO nor a cut of ours: {exc}",
            code="cut.unreadable",
            hint="Export the timeline as OTIO, FCP 7 XML or EDL.",
        ) from exc
