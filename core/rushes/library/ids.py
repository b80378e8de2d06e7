"""Rules for ids, and names of folders, safe on every file system."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import datetime, timezone

from rushes.errors import ProductionError

__all__ = ["check_id", "folder_name", "utc_now"]

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_FORBIDDEN = frozenset('<>:"/\\|?*')
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"]
)
_LONGEST = 120  # bytes; leaves room for the rest of a path on file systems with 255


def utc_now() -> str:
    """Now, as ISO 8601 in UTC with milliseconds."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


def check_id(text: str, what: str = "take") -> str:
    """`text` when it can be an id (letters, digits, - and _; at most 64), else ProductionError `production.id`."""
    if not _ID.fullmatch(text):
        raise ProductionError(
            f"{text!r} cannot be the id of a {what}.",
            code="production.id",
            hint="Ids are letters, digits, '-' and '_', at most 64 of them.",
        )
    return text


def folder_name(name: str) -> str:
    """A folder name for a shot on Linux, macOS and Windows.

    Unicode stays (NFC); what a file system refuses becomes "_", and a changed name gets a short hash of the
    original, so that "a/b" and "a:b" do not share a folder. Raises ProductionError for an empty name.
    """
    original = unicodedata.normalize("NFC", name).strip()
    if not original:
        raise ProductionError("A shot needs a name.", code="production.shot", hint="Name the marker in Blender.")
    safe = "".join("_" if c in _FORBIDDEN or unicodedata.category(c)[0] == "C" else c for c in original)
    safe = safe.rstrip(". ")
    if safe.startswith("."):
        safe = "_" + safe[1:]
    if safe.split(".")[0].casefold() in _RESERVED:
        safe = "_" + safe
    if len(safe.encode()) > _LONGEST:
        safe = safe.encode()[:_LONGEST].decode(errors="ignore").rstrip(". ")
    if safe == original:
        return safe
    return f"{safe}-{hashlib.sha256(original.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"
