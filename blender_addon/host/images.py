"""Pictures in panels: thumbnails of takes, the preview of a running job."""

from __future__ import annotations

from ..runtime import Session

__all__ = ["CLASSES", "icon_of", "start", "step", "stop"]

CLASSES: tuple[type, ...] = ()


def step(now: Session, end: float) -> bool:
    """Turn pictures that have come into icons, until `end` (perf_counter)."""
    return False


def icon_of(key: str) -> int:
    """Icon of a picture by its path in the production, or "job ID"; 0 while there is none."""
    return 0


def start() -> None:
    """Called when the add-on is enabled."""


def stop() -> None:
    """Let go of all pictures."""
