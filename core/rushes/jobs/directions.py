"""Visual directions of one frame: which briefs and seeds to try, in an order that differs from one to the next.

Pure. Directions vary the aspects that a generator's vocabulary names (hour, weather, mood, style), each with a seed of
its own; the place stays, for the blocks were set up as one.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rushes.contracts import Brief, Descriptor, VocabularyField
from rushes.errors import BriefError

__all__ = ["KEEPABLE", "Direction", "plan_directions"]

_BRIEF_FIELD = {
    "time_of_day": "lighting",
    "weather": "environment",
    "place": "environment",
    "mood": "mood",
    "style": "style",
}
"""Aspect of a vocabulary → field of the brief that says it."""
_VARIED = ("time_of_day", "weather", "mood", "style")
_HOME = {"time_of_day": 0.25, "weather": 0.4, "mood": 0.3, "style": 0.6}
"""Share of the directions that show an aspect's default word; the other words share the rest."""
KEEPABLE = (*_VARIED, "seed", *(name for name in Brief.fields() if name in _BRIEF_FIELD.values()))
"""What can be kept as it is."""


@dataclass(frozen=True)
class Direction:
    """One cell of the sheet."""

    number: int
    """From 1."""
    seed: int
    brief: dict[str, str]
    """Fields that replace those of the shot's brief; empty for the first direction, which is the brief itself."""
    words: dict[str, str]
    """Aspect → word, for those that the generator knows."""


def plan_directions(
    descriptor: Descriptor, reading: Mapping[str, str], count: int, seed: int, keep: Sequence[str] = ()
) -> tuple[Direction, ...]:
    """`count` directions; the first is the brief as it is read, with `seed`.

    Args:
        descriptor: the generator's; one without a vocabulary is varied by seed alone.
        reading: aspect → word, as the generator reads the shot's brief.
        keep: aspects (or the brief's fields that say them, or "seed") that stay as they are.

    Raises BriefError `explore.keep` for something that cannot be kept.
    """
    kept = _kept(keep)
    fields = [f for f in descriptor.vocabulary if f.name in _VARIED and f.name in reading and f.words]
    free = [f for f in fields if f.name not in kept]
    start = {f.name: reading[f.name] for f in fields}
    chosen = [start]
    while len(chosen) < count:
        chosen.append({**start, **_next(free, chosen)})
    seeds = [seed if "seed" in kept else seed + i for i in range(count)]
    home = {name: word for name, word in reading.items() if name in _BRIEF_FIELD}
    return tuple(
        Direction(i + 1, seeds[i], _brief(words, start, home) if i else {}, words) for i, words in enumerate(chosen)
    )


def _kept(keep: Sequence[str]) -> frozenset[str]:
    found: set[str] = set()
    for name in keep:
        if name not in KEEPABLE:
            raise BriefError(
                f"{name!r} cannot be kept.", code="explore.keep", hint="What can be: " + ", ".join(KEEPABLE) + "."
            )
        found.add(name)
        found.update(aspect for aspect, field in _BRIEF_FIELD.items() if field == name)
    return frozenset(found)


def _next(free: Sequence[VocabularyField], chosen: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The words least seen so far for their share that differ most from the last two and repeat no direction."""
    best: tuple[float, tuple[str, ...]] | None = None
    for words in itertools.product(*(f.words for f in free)):
        used = sum(_crowding(f, word, chosen) for f, word in zip(free, words, strict=True))
        likeness = sum(
            weight * sum(word == before[f.name] for f, word in zip(free, words, strict=True))
            for weight, before in zip((0.6, 0.25), reversed(chosen), strict=False)
        )
        again = sum(all(c[f.name] == w for f, w in zip(free, words, strict=True)) for c in chosen)
        cost = used + likeness + 3.0 * again
        if best is None or cost < best[0] - 1e-9:
            best = cost, words
    return dict(zip((f.name for f in free), best[1] if best else (), strict=True))


def _crowding(field: VocabularyField, word: str, chosen: Sequence[Mapping[str, str]]) -> float:
    """How much more often than its share a word would be there."""
    home = _HOME.get(field.name, 1.0 / len(field.words))
    share = home if word == (field.default or field.words[0]) else (1.0 - home) / max(1, len(field.words) - 1)
    times = sum(c[field.name] == word for c in chosen) + 1
    return max(0.0, times - share * (len(chosen) + 1))


def _brief(words: Mapping[str, str], start: Mapping[str, str], home: Mapping[str, str]) -> dict[str, str]:
    """Fields of the brief that say what differs from the start."""
    changes: dict[str, str] = {}
    for aspect, word in words.items():
        if word == start[aspect]:
            continue
        field = _BRIEF_FIELD[aspect]
        # One field says both: the place stays beside the new weather.
        place = home.get("place", "") if field == "environment" else ""
        changes[field] = f"{place} {word}".strip()
    return changes
