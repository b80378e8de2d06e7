"""Which piece of another take fills the place of the one that lies there, and which take comes next."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from resolve_scripts.logic.frames import source_frames
from rushes.contracts.library import TakeRow
from rushes.contracts.take import Rating
from rushes.errors import InputError

__all__ = ["newest", "piece_of_take", "stepped", "too_short"]


def newest(rows: Sequence[TakeRow], shot: str) -> TakeRow:
    """The newest take of a shot that is not rejected. InputError `resolve.no_take`.

    Args:
        rows: oldest first.
    """
    fitting = [row for row in rows if row.shot == shot and row.rating is not Rating.REJECTED]
    if not fitting:
        raise InputError(
            f"{shot} has no take that is not rejected.", code="resolve.no_take", hint="Shoot one, or keep one."
        )
    return fitting[-1]


def piece_of_take(
    name: str, duration: int, offset: int, frames: int, media: Fraction, timeline: Fraction
) -> tuple[int, int]:
    """(first, end) source frames of a take that fill a place on the timeline; end exclusive.

    Args:
        duration: of the place, in timeline frames.
        offset: of its first source frame; negative: the take begins later than what is shown.
        frames: of the take.

    Raises:
        InputError: `take.short` when it does not reach over the whole place.
    """
    needed = source_frames(duration, media, timeline)
    if offset < 0:
        raise InputError(
            f"{name} begins {-offset} frames after what is shown here.",
            code="take.short",
            hint="Place it on a track of its own, or shoot it with the whole range.",
        )
    if offset + needed > frames:
        raise too_short(name, frames - offset, needed)
    return offset, offset + needed


def too_short(name: str, has: int, needed: int) -> InputError:
    """The error for a take that does not fill its place; frames of the source."""
    return InputError(
        f"{name} is too short: the clip needs {needed} frames, it has {max(0, has)}.",
        code="take.short",
        hint="Trim the clip, or place the take on a track of its own.",
    )


def stepped(index: int, takes: int, step: int) -> int:
    """The take `step` further, from 1, round in a circle."""
    return (index - 1 + step) % takes + 1
