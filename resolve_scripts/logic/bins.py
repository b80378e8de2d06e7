"""Bins of ours: "Rushes", the production, the sequence, the shot."""

from __future__ import annotations

import re

__all__ = ["TOP", "shot_bins"]

TOP = "Rushes"
_PARTS = re.compile(r"(.*[^_\-/ .])[_\-/ .]+([A-Za-z]*\d+[A-Za-z]?)")


def shot_bins(production: str, shot: str) -> tuple[str, ...]:
    """Names of the bins down to a shot: SQ010_SH020 → ("Rushes", "Film", "SQ010", "SH020").

    A shot without the name of a sequence before its own lies right in the production's bin.
    """
    parts = _PARTS.fullmatch(shot)
    return (TOP, production, *((parts[1], parts[2]) if parts else (shot,)))
