"""Notes of clips that were sent: one file each, in `<desk>/sent`."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from resolve_scripts.logic.sent import SentNote
from resolve_scripts.store import read_json, write_json
from rushes.contracts.codec import decode, encode
from rushes.errors import ProtocolError

__all__ = ["SentNotes"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SentNotes:
    """All of them, oldest first. Each is written in one step, so a kill leaves the former or the new one."""

    home: Path

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.home / "sent"

    def all(self) -> list[SentNote]:
        """Those that can be read; one of a newer Rushes is left alone."""
        found: list[SentNote] = []
        for path in sorted(self.folder.glob("*.json")):
            try:
                found.append(decode(SentNote, read_json(path)))
            except ProtocolError as exc:
                _log.warning("%s is not understood: %s", path, exc)
        return found

    def write(self, note: SentNote) -> SentNote:
        """Keep it as it is now."""
        write_json(self.folder / f"{note.id}.json", encode(note))
        return note
