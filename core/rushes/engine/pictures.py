"""The small pictures that hosts asked for last, so that scrolling a list does not decode them again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from rushes.media.thumbnail import thumbnail

__all__ = ["PictureCache"]

_Key = tuple[str, int, int, int]


class PictureCache:
    """Packed pictures (see `contracts.Picture.packed`), the oldest forgotten first. Safe from several threads."""

    def __init__(self, limit: int = 48 * 1024 * 1024) -> None:
        """`limit` in bytes."""
        self._limit = limit
        self._held: OrderedDict[_Key, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, path: Path, side: int) -> bytes | None:
        """The file scaled to fit; None when it is not there. InputError for what is no picture."""
        try:
            about = path.stat()
            key = (str(path), about.st_mtime_ns, about.st_size, side)
            with self._lock:
                if key in self._held:
                    self._held.move_to_end(key)
                    return self._held[key]
            made = thumbnail(path, side).packed()
        except (FileNotFoundError, NotADirectoryError):
            return None
        self._put(key, made)
        return made

    def _put(self, key: _Key, made: bytes) -> None:
        with self._lock:
            self._bytes += len(made) - len(self._held.pop(key, b""))
            self._held[key] = made
            while self._bytes > self._limit:
                _, old = self._held.popitem(last=False)
                self._bytes -= len(old)
