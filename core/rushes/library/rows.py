"""Takes and shots as a host's lists show them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from rushes.contracts import Rating, ShotTakes, Take, TakeRow
from rushes.library.scan import TakeFacts

__all__ = ["judged_takes", "shot_takes", "take_row"]

Rated = Iterable[tuple[str, str, str]]
"""(shot, take id, rating), oldest first."""


def judged_takes(rated: Rated) -> dict[str, str]:
    """Shot → id of its newest kept take, else of the newest that is not rejected."""
    kept: dict[str, str] = {}
    possible: dict[str, str] = {}
    for shot, take, rating in rated:
        if rating == Rating.KEPT.value:
            kept[shot] = take
        if rating != Rating.REJECTED.value:
            possible[shot] = take
    return {**possible, **kept}


def shot_takes(rated: Rated, judged: Mapping[str, str], origins: Mapping[str, dict[str, str]]) -> tuple[ShotTakes, ...]:
    """One value a shot, by name; `origins` by take id."""
    count: dict[str, int] = {}
    kept: dict[str, int] = {}
    newest: dict[str, str] = {}
    for shot, take, rating in rated:
        count[shot] = count.get(shot, 0) + 1
        kept[shot] = kept.get(shot, 0) + (rating == Rating.KEPT.value)
        newest[shot] = take
    return tuple(
        ShotTakes(s, count[s], kept[s], newest[s], judged.get(s, ""), origins.get(judged.get(s, ""), {}))
        for s in sorted(count)
    )


def take_row(root: Path, take: Take, folder: str, facts: TakeFacts) -> TakeRow:
    """The row of a take that lies in `folder` (relative to `root`); looks which of its files are there."""
    files = take.files
    home = str(root / folder)
    paths = {"clip": files.clip, "poster": files.poster, "pictures": files.pictures, "recipe": files.recipe}
    projector = os.path.join(home, "projector")
    found = {name: os.path.join(home, file) for name, file in paths.items() if file is not None}
    return TakeRow(
        id=take.id,
        shot=take.shot,
        created=take.created,
        seed=take.seed,
        rating=take.rating,
        notes=take.notes,
        generator=take.generator,
        frame_count=take.frame_count,
        rate=take.rate,
        size=take.size,
        brief=take.brief,
        recipe_hash=take.recipe_hash,
        camera=facts.camera,
        range=facts.range,
        folder=home,
        clip=found["clip"],
        poster=found["poster"],
        pictures=found.get("pictures"),
        seconds=take.seconds,
        warp_error=facts.warp_error,
        origin=take.origin,
        messages=take.messages,
        missing=tuple(name for name, path in found.items() if not os.path.exists(path)),
        projector=projector if os.path.exists(os.path.join(projector, "projector.json")) else None,
    )
