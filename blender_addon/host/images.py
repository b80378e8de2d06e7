"""Pictures in panels: thumbnails of takes, the preview of a running job.

Panels ask with `icon_of(key)` and, for a picture that has not come yet, `wish_picture(path)`; both are quick and may
be called while drawing. The tick turns what has come into icons and asks the engine for what was wished for.
"""

from __future__ import annotations

import time
from typing import Any

import bpy.utils.previews
import numpy as np

from rushes.contracts import Picture
from rushes.errors import RushesError

from .. import runtime
from ..runtime import Session

__all__ = ["CLASSES", "icon_of", "job_key", "start", "step", "stop", "thumbnail", "wish_picture"]

CLASSES: tuple[type, ...] = ()

_SIDE = 256
"""Pixels that a wished picture fits into."""
_ICON = 64
"""Pixels of the small square that lists show."""
_AT_ONCE = 3
"""Pictures asked for at the same time, so that the lane stays free for others."""
_WISHES = 128
"""Wishes kept; the newest ones, as the artist scrolls."""
_AGAIN = 20.0
"""Seconds until a picture that could not be had is asked for again."""

_icons: Any = None
"""The collection of previews; None while the add-on is disabled."""
_shown: dict[str, Picture] = {}
"""Key → the picture that its icon shows."""
_wishes: dict[str, None] = {}
_asked: set[str] = set()
_refused: dict[str, float] = {}
_root = ""


def icon_of(key: str) -> int:
    """Icon of a picture by its path, or of a job's preview by `job_key`; 0 while there is none (and in background)."""
    icon = _icons.get(key) if _icons is not None else None
    return int(icon.icon_id) if icon is not None else 0


def job_key(job: str) -> str:
    """Key of a running job's preview."""
    return f"job {job}"


def thumbnail(path: str) -> int:
    """Icon of a picture in the production; wishes for it when it has not come yet, and gives 0 meanwhile."""
    if path not in _shown:
        wish_picture(path)
    return icon_of(path)


def wish_picture(path: str) -> None:
    """Note that a panel wants to show this PNG or JPEG of the production. Asked for by the next ticks."""
    now = runtime.session()
    if now is None or not path:
        return
    _follow(now)
    if path in _shown or path in _asked:
        return
    _wishes.pop(path, None)
    _wishes[path] = None
    while len(_wishes) > _WISHES:
        _wishes.pop(next(iter(_wishes)))


def step(now: Session, end: float) -> bool:
    """Ask for wished pictures; turn those that have come into icons until `end` (perf_counter), one at least.

    True when an icon is new or gone, so that panels are to be drawn again.
    """
    if _icons is None:
        return False
    _follow(now)
    wanted = {**now.known.pictures, **{job_key(job): picture for job, picture in now.known.previews.items()}}
    gone = [key for key in _shown if key not in wanted]
    for key in gone:
        del _icons[key], _shown[key]
    made = 0
    for key, picture in wanted.items():
        if _shown.get(key) is not picture:
            _make(key, picture)
            made += 1
            if time.perf_counter() > end:
                break
    _ask(now)
    return bool(gone or made)


def _make(key: str, picture: Picture) -> None:
    """0.3 ms for 256x144: the bytes go in as whole pixels, not as floats."""
    if key not in _icons:
        _icons.new(key)
    icon = _icons[key]
    icon.image_size = (picture.width, picture.height)
    icon.image_pixels.foreach_set(np.frombuffer(picture.rgba, np.int32))
    icon.icon_size = (_ICON, _ICON)
    icon.icon_pixels.foreach_set(_small(picture))
    _shown[key] = picture


def _small(picture: Picture) -> Any:
    """The picture in a transparent square, each pixel the mean of nine."""
    pixels = np.frombuffer(picture.rgba, np.uint8).reshape(picture.height, picture.width, 4)
    share = _ICON / max(picture.width, picture.height)
    width, height = max(1, round(picture.width * share)), max(1, round(picture.height * share))
    total = np.zeros((height, width, 4), np.uint16)
    for down in (1, 3, 5):
        rows = (np.arange(height) * 6 + down) * picture.height // (6 * height)
        for right in (1, 3, 5):
            columns = (np.arange(width) * 6 + right) * picture.width // (6 * width)
            total += pixels[rows[:, None], columns[None, :]]
    square = np.zeros((_ICON, _ICON, 4), np.uint8)
    top, left = (_ICON - height) // 2, (_ICON - width) // 2
    square[top : top + height, left : left + width] = total // 9
    return square.reshape(-1).view(np.int32)


def _follow(now: Session) -> None:
    """Another production: former wishes are void."""
    global _root
    root = now.bridge.watch.wish.production
    if root != _root:
        _root = root
        _wishes.clear()
        _asked.clear()
        _refused.clear()


def _ask(now: Session) -> None:
    if not _wishes or not _root or len(_asked) >= _AT_ONCE or now.known.engine.state != "running":
        return
    since = time.monotonic() - _AGAIN
    for path in [p for p in _wishes if _refused.get(p, 0.0) < since][: _AT_ONCE - len(_asked)]:
        del _wishes[path]
        if path not in now.known.pictures:
            _asked.add(path)
            _call(now, _root, path)


def _call(now: Session, root: str, path: str) -> None:
    def done(picture: Picture | None) -> None:
        _asked.discard(path)
        if root != _root:
            return
        if picture is None:
            _refused[path] = time.monotonic()
        else:
            _refused.pop(path, None)
            now.known.add_picture(path, picture)

    def failed(error: RushesError) -> None:
        """The take's line says what is missing; a picture that does not come is no message of its own."""
        done(None)

    now.bridge.call(lambda client: client.picture(root, path, _SIDE), done, failed, lane="slow")


def start() -> None:
    """Called when the add-on is enabled."""
    global _icons
    if _icons is None:
        _icons = bpy.utils.previews.new()


def stop() -> None:
    """Let go of all pictures."""
    global _icons, _root
    if _icons is not None:
        bpy.utils.previews.remove(_icons)
    _icons, _root = None, ""
    for kept in (_shown, _wishes, _asked, _refused):
        kept.clear()
