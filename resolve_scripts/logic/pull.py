"""Which takes become clips of the media pool, and what has changed about those that are there."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from resolve_scripts.logic.bins import shot_bins
from resolve_scripts.logic.paths import same_file, shown_path
from rushes.contracts.edit import ID_KEYS, EditorialMedia
from rushes.contracts.library import ProductionInfo, TakeRow
from rushes.contracts.take import Rating
from rushes.errors import InputError

__all__ = [
    "COLORS",
    "FLAGS",
    "WHICH",
    "Change",
    "KnownClip",
    "PullPlan",
    "chosen_takes",
    "ids_of",
    "plan_pull",
]

COLORS: dict[Rating, Literal["Green", "Yellow", "Orange"]] = {
    Rating.KEPT: "Green",
    Rating.UNDECIDED: "Yellow",
    Rating.REJECTED: "Orange",
}
"""Clip colour by rating."""
FLAGS: dict[Rating, Literal["Red"]] = {Rating.REJECTED: "Red"}
"""Flag by rating: a warning on what is no select. Kept takes need none, which saves a call for each of them."""
WHICH = ("kept", "undecided", "all")
RATING, NOTES = "rushes.rating", "rushes.notes"
"""Third-party metadata: what we wrote last, to tell our own from the editor's changes."""


@dataclass(frozen=True)
class KnownClip:
    """A clip of the media pool."""

    path: str
    data: Mapping[str, str]
    """Third-party metadata."""
    on_disk: bool
    """Whether its file is still there."""


@dataclass(frozen=True)
class Change:
    """What is to be done to a clip that is there."""

    clip: int
    """Its place in the list of known clips."""
    name: str
    before: Rating | None = None
    rating: Rating | None = None
    """None: the same."""
    notes_before: str = ""
    notes: str | None = None
    """None: the same."""
    adopt: EditorialMedia | None = None
    """The editor imported this file himself: it becomes one of ours."""
    relink: EditorialMedia | None = None
    """The file lies elsewhere now."""


@dataclass(frozen=True)
class PullPlan:
    """What a pull does."""

    new: Mapping[tuple[str, ...], tuple[EditorialMedia, ...]] = field(default_factory=dict)
    """By bin."""
    changes: tuple[Change, ...] = ()
    there: Mapping[str, int] = field(default_factory=dict)
    """Take → its place in the list of known clips."""
    notes: tuple[str, ...] = ()


def chosen_takes(rows: Sequence[TakeRow], which: str, shots: Sequence[str] = ()) -> tuple[str, ...]:
    """Ids of the takes that are asked for, oldest first.

    InputError `resolve.option` for another word than those of `WHICH`, `resolve.shot` for a shot without takes.
    """
    if which not in WHICH:
        raise InputError(
            f"{which!r} is no choice of takes.", code="resolve.option", hint=f"Say one of {', '.join(WHICH)}."
        )
    unknown = sorted(set(shots) - {row.shot for row in rows})
    if unknown:
        raise InputError(
            f"The production has no takes of {', '.join(unknown)}.",
            code="resolve.shot",
            hint="Is the shot spelled as in Blender?",
        )
    return tuple(
        row.id for row in rows if (which == "all" or row.rating.value == which) and (not shots or row.shot in shots)
    )


def ids_of(media: EditorialMedia, production: str) -> dict[str, str]:
    """Third-party metadata of a take's clip."""
    ids = {"take": media.take, "shot": media.shot, "production": production, "recipe": media.recipe_hash}
    found = {ID_KEYS[name]: text for name, text in ids.items() if text}
    return found | {RATING: media.rating.value, NOTES: media.notes}


def plan_pull(
    production: ProductionInfo,
    rows: Sequence[TakeRow],
    media: Sequence[EditorialMedia],
    known: Sequence[KnownClip],
    *,
    update: bool = True,
) -> PullPlan:
    """What is missing, what has changed.

    Args:
        rows: all takes of the production.
        media: those that are wanted.
        known: all clips of the media pool.
        update: whether clips of other takes that are there are brought up to date too.
    """
    there = _ours(production.id, known)
    by_path = {clip.path: index for index, clip in enumerate(known) if clip.path}
    new: dict[tuple[str, ...], list[EditorialMedia]] = {}
    changes: list[Change] = []
    wanted = {one.take: one for one in media}
    for one in media:
        if one.take in there:
            continue
        twin = by_path.get(shown_path(one.media))
        if twin is not None and not known[twin].data.get(ID_KEYS["take"]):
            there[one.take] = twin
            changes.append(Change(twin, one.name, rating=one.rating, adopt=one))
        else:
            new.setdefault(shot_bins(production.name, one.shot), []).append(one)
    adopted = {change.clip for change in changes}
    found = {row.id: row for row in rows}
    gone = [take for take in there if take not in found]
    for take, index in there.items():
        if take in found and index not in adopted and (update or take in wanted):
            change = _change(index, known[index], found[take], wanted.get(take))
            changes += [change] if change is not None else []
    notes = _gone_notes(gone, there, known) if update else ()
    return PullPlan({names: tuple(each) for names, each in new.items()}, tuple(changes), there, notes)


def _ours(production: str, known: Sequence[KnownClip]) -> dict[str, int]:
    """Take → clip; the first where the editor has copies."""
    found: dict[str, int] = {}
    for index, clip in enumerate(known):
        take = clip.data.get(ID_KEYS["take"], "")
        if take and clip.data.get(ID_KEYS["production"], production) == production:
            found.setdefault(take, index)
    return found


def _change(index: int, clip: KnownClip, row: TakeRow, media: EditorialMedia | None) -> Change | None:
    rating, notes = clip.data.get(RATING, ""), clip.data.get(NOTES, "")
    before = Rating(rating) if rating in {one.value for one in Rating} else None
    moved = media is not None and not clip.on_disk and not same_file(clip.path, shown_path(media.media))
    # A take that came in another way (built, brought back) has no rating written on it yet.
    rated = before is not row.rating
    noted = notes != row.notes
    if not (rated or noted or moved):
        return None
    return Change(
        clip=index,
        name=media.name if media is not None else os.path.basename(clip.path),
        before=before,
        rating=row.rating if rated else None,
        notes_before=notes,
        notes=row.notes if noted else None,
        relink=media if moved else None,
    )


def _gone_notes(gone: Sequence[str], there: Mapping[str, int], known: Sequence[KnownClip]) -> tuple[str, ...]:
    if not gone:
        return ()
    names = [os.path.basename(known[there[take]].path) for take in gone]
    shown = ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")
    return (f"No longer in the production, left in the media pool: {shown}.",)
