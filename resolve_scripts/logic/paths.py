"""Paths as Resolve takes and shows them."""

from __future__ import annotations

import os
import re

from rushes.contracts.edit import EditMedia, MediaKind

__all__ = ["PICTURES", "first_file", "import_info", "native", "on_disk", "same_file", "shown_path"]

PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr", ".dpx", ".bmp")
"""Suffixes of stills and of the files of a sequence."""
_DRIVE = re.compile(r"^(?:[A-Za-z]:[\\/]|\\\\)")
_SPAN = re.compile(r"\[(\d+)-\d+\]")
_NUMBER = re.compile(r"%0?(\d*)d")


def native(path: str) -> str:
    """With backslashes for a Windows path, which Resolve insists on there; any other as it is."""
    return path.replace("/", "\\") if _DRIVE.match(path) else path


def same_file(one: str, other: str) -> bool:
    """Whether two paths name one file: slashes and, on Windows, case do not count."""
    return bool(one) and _key(one) == _key(other)


def _key(path: str) -> str:
    if _DRIVE.match(path):
        return native(path).casefold()
    return os.path.normpath(path)


def shown_path(media: EditMedia) -> str:
    """ "File Path" of the media in Resolve: a sequence is written "f_[1001-1100].png"."""
    if media.kind is not MediaKind.SEQUENCE:
        return native(media.path)
    first, last = media.start, media.start + media.frames - 1
    return native(_NUMBER.sub(lambda found: _numbers(first, last, found[1]), media.path, count=1))


def _numbers(first: int, last: int, digits: str) -> str:
    width = int(digits or 1)
    return f"[{first:0{width}d}-{last:0{width}d}]"


def first_file(media: EditMedia) -> str:
    """A file that is on disk when the media is."""
    if media.kind is not MediaKind.SEQUENCE:
        return media.path
    return _NUMBER.sub(lambda found: f"{media.start:0{int(found[1] or 1)}d}", media.path, count=1)


def on_disk(path: str) -> bool:
    """Whether a "File Path" is there; of a sequence its first frame."""
    return os.path.exists(path) or os.path.exists(_SPAN.sub(lambda found: found[1], path, count=1))


def import_info(media: EditMedia) -> str | dict[str, str | int]:
    """What `MediaPool.ImportMedia` takes for it; the last number of a sequence is part of it."""
    if media.kind is not MediaKind.SEQUENCE:
        return native(media.path)
    return {
        "FilePath": native(media.path),
        "StartIndex": media.start,
        "EndIndex": media.start + media.frames - 1,
    }
