"""All takes of a production under the names that editors met them by."""

from __future__ import annotations

import os
from pathlib import Path

from rushes.contracts import Take
from rushes.delivery.match import KnownTake
from rushes.errors import ProductionError
from rushes.jobs.editorial import editorial_lock, take_name
from rushes.library.numbers import editorial_folder, take_numbers
from rushes.library.production import Production
from rushes.library.scan import folders, read_facts, read_take

__all__ = ["known_takes"]


def known_takes(production: Production) -> tuple[KnownTake, ...]:
    """Those in the trash too."""
    alive = [(t, production.take_folder(t.id)) for t in production.takes()]
    trashed = _trashed(production)
    shots = dict.fromkeys(t.shot for t, _ in (*alive, *trashed))
    with editorial_lock(production):
        numbers = take_numbers(production, shots)
    ids = {t.id for t, _ in alive}
    gone = [(t, f) for t, f in trashed if t.id not in ids]
    return tuple(
        _known(production, take, folder, numbers.get(take.id, 1), gone=group is gone)
        for group in (alive, gone)
        for take, folder in group
    )


def _trashed(production: Production) -> list[tuple[Take, Path]]:
    found: list[tuple[Take, Path]] = []
    for folder in folders(production.root / ".trash"):
        if not os.path.isfile(os.path.join(folder, "take.json")):
            continue
        try:
            found.append((read_take(Path(folder)), Path(folder)))
        except ProductionError:
            continue  # nobody can have used what cannot be read
    return found


def _known(production: Production, take: Take, folder: Path, number: int, *, gone: bool) -> KnownTake:
    name = take_name(take.shot, number, take.id)
    frames = read_facts(folder, take).range
    home = editorial_folder(production, take.shot)
    return KnownTake(
        take=take.id,
        shot=take.shot,
        name=name,
        rate=take.rate,
        start=max(0, frames.start) if frames else 0,
        frames=take.frame_count,
        generated=take.ai_generated,
        rating=take.rating.value,
        paths=(str(folder / take.files.clip), str(home / f"{name}.mov")),
        gone=gone,
    )
