"""Fingerprints of a shot as the scene has it now, worked out little by little."""

from __future__ import annotations

from typing import Any

from ..logic.shots import FoundShot

__all__ = ["forget", "prints", "prints_now", "step"]


def step(scene: Any, end: float) -> bool:
    """Work until `end` (perf_counter); True when a shot's fingerprints have become another."""
    return False


def prints(scene: Any, shot: FoundShot) -> dict[str, str]:
    """What is known now of "camera", "geometry", "brief", "look"; quick. Things not worked out yet are left out."""
    return {}


def prints_now(scene: Any, shot: FoundShot) -> dict[str, str]:
    """All four, worked out at once: for a take that is about to be made."""
    return {}


def forget() -> None:
    """Another file."""
