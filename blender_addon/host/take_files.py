"""Where the pictures of a take are."""

from __future__ import annotations

import os

from rushes.contracts import TakeRow
from rushes.errors import ProductionError

__all__ = ["files_of"]


def files_of(take: TakeRow) -> tuple[str, tuple[int, ...], int]:
    """The first file, numbers of the pictures (none for a clip), and how many pictures there are."""
    if take.pictures and os.path.isdir(take.pictures):
        names = sorted(n for n in os.listdir(take.pictures) if n.lower().endswith(".png"))
        numbers = tuple(int(stem) for n in names if (stem := n.rpartition(".")[0]).lstrip("-").isdigit())
        if names and len(numbers) == len(names):
            return os.path.join(take.pictures, names[0]), numbers, len(names)
    if os.path.isfile(take.clip):
        return take.clip, (), take.frame_count
    raise ProductionError(
        f"The files of this take are gone from disk ({take.folder}).",
        code="take.clip_gone",
        hint="Bring them back, or generate the take again with its seed and brief.",
    )
