"""The first bytes of a .blend: is it one, and which Blender wrote it."""

from __future__ import annotations

import gzip
import importlib
import re
import zlib
from pathlib import Path

from rushes.errors import BlendError

__all__ = ["read_version"]

_OLD = re.compile(rb"BLENDER[-_][vV](\d)(\d\d)")
_NEW = re.compile(rb"BLENDER\d\d-\d\d[vV](\d\d)(\d\d)")
_ZSTD = b"\x28\xb5\x2f\xfd"
_GZIP = b"\x1f\x8b"
_ENOUGH = 17


def read_version(path: Path) -> tuple[int, int] | None:
    """(major, minor) of the Blender that wrote the file; None when this Python cannot unpack it (zstd).

    Raises BlendError `blend.missing`, `blend.unreadable` or `blend.not_blend`.
    """
    try:
        head = _head(path)
    except FileNotFoundError as exc:
        raise BlendError(
            f"There is no file {path}.", code="blend.missing", hint="Check the path; the .blend may have been moved."
        ) from exc
    except (IsADirectoryError, PermissionError) as exc:
        raise BlendError(
            f"{path} cannot be read: {exc.strerror}.",
            code="blend.unreadable",
            hint="Give the path of a .blend file that you may read.",
        ) from exc
    if head is None:
        return None
    match = _OLD.match(head) or _NEW.match(head)
    if match is None:
        raise BlendError(
            f"{path.name} is not a Blender file.",
            code="blend.not_blend",
            hint="Give a file that Blender saved (.blend); if it is one, it is damaged: restore a backup (.blend1).",
        )
    return int(match[1]), int(match[2])


def _head(path: Path) -> bytes | None:
    with open(path, "rb") as stream:
        first = stream.read(_ENOUGH)
        stream.seek(0)
        if first.startswith(_GZIP):
            try:
                return gzip.GzipFile(fileobj=stream).read(_ENOUGH)
            except (OSError, EOFError, zlib.error):
                return b""
        if not first.startswith(_ZSTD):
            return first
        try:
            zstandard = importlib.import_module("zstandard")  # Blender's own Python has it
        except ModuleNotFoundError:
            return None
        try:
            return bytes(zstandard.ZstdDecompressor().stream_reader(stream).read(_ENOUGH))
        except zstandard.ZstdError:
            return b""
