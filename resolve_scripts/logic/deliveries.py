"""Files of a production that a timeline can be made from."""

from __future__ import annotations

import glob
import os

__all__ = ["PLACES", "newest_file"]

PLACES = ("deliveries", "animatics")
"""Folders of a production that hold cuts."""


def newest_file(production: str, suffix: str) -> str | None:
    """The newest file with this ending in the production's deliveries and animatics; None when there is none.

    Args:
        suffix: ".otio", ".srt".
    """
    root = glob.escape(production)
    found = [
        path
        for place in PLACES
        for depth in ("*", os.path.join("*", "*"))
        for path in glob.glob(os.path.join(root, place, f"{depth}{suffix}"))
        if os.path.isfile(path)
    ]
    return max(found, key=lambda path: (os.path.getmtime(path), path), default=None)
