"""All takes of a production under the names that editors met them by."""

from __future__ import annotations

from pathlib import Path

from rushes.contracts import FrameRange, Take
from rushes.delivery.match import KnownTake
from rushes.jobs.editorial import editorial_lock, take_name
from rushes.library.numbers import editorial_folder, take_numbers, trashed_takes
from rushes.library.production import Production
from rushes.library.scan import read_facts

__all__ = ["known_takes"]


def known_takes(production: Production) -> tuple[KnownTake, ...]:
    """Those in the trash too."""
    takes = {take.id: take for take in production.takes()}
    rows = [row for row in production.rows() if row.id in takes]
    trashed = {folder: take for folder, take in trashed_takes(production).items() if take.id not in takes}
    shots = dict.fromkeys([*(row.shot for row in rows), *(take.shot for take in trashed.values())])
    with editorial_lock(production):
        numbers = take_numbers(production, shots)
    homes = {shot: editorial_folder(production, shot) for shot in shots}
    found: list[KnownTake] = []
    for row in rows:
        found.append(_known(takes[row.id], row.range, Path(row.clip), homes[row.shot], numbers[row.id]))
    for folder, take in trashed.items():
        clip, frames = folder / take.files.clip, read_facts(folder, take).range
        found.append(_known(take, frames, clip, homes[take.shot], numbers[take.id], gone=True))
    return tuple(found)


def _known(
    take: Take, frames: FrameRange | None, clip: Path, home: Path, number: int, *, gone: bool = False
) -> KnownTake:
    name = take_name(take.shot, number, take.id)
    return KnownTake(
        take=take.id,
        shot=take.shot,
        name=name,
        rate=take.rate,
        start=max(0, frames.start) if frames else 0,
        frames=take.frame_count,
        generated=take.ai_generated,
        rating=take.rating.value,
        paths=(str(clip), str(home / f"{name}.mov")),
        gone=gone,
    )
