"""The shot list: from markers and cameras, names that stay found after a rename, badges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rushes.contracts import FrameRange, ShotTakes
from rushes.contracts.names import safe_name, unique_names

__all__ = ["Badge", "FoundShot", "Mark", "Remembered", "badge_of", "find_shots", "matched", "names_of"]


@dataclass(frozen=True)
class Mark:
    """A timeline marker with a camera."""

    name: str
    frame: int
    camera: str


@dataclass(frozen=True)
class FoundShot:
    """A shot as the scene has it now."""

    name: str
    camera: str
    first: int
    last: int
    step: int = 1
    marker: bool = True

    @property
    def range(self) -> FrameRange:
        """Its frames; SceneError when it has none."""
        return FrameRange(self.first, self.last, self.step)


@dataclass(frozen=True)
class Remembered:
    """How the settings of a shot knew it when they were last in step."""

    name: str
    camera: str
    first: int


def matched(found: Sequence[FoundShot], remembered: Sequence[Remembered]) -> dict[str, int]:
    """Shot's name → position of its settings: by name, else by camera and first frame (the marker was renamed)."""
    by_name = {r.name: i for i, r in enumerate(remembered)}
    result = {s.name: by_name[s.name] for s in found if s.name in by_name}
    used = set(result.values())
    places = {(r.camera, r.first): i for i, r in enumerate(remembered) if i not in used}
    for shot in found:
        if shot.name not in result and (index := places.pop((shot.camera, shot.first), None)) is not None:
            result[shot.name] = index
    return result


@dataclass(frozen=True)
class Badge:
    """What the list shows of a shot."""

    kind: str
    """none, takes, kept, stale, running"""
    count: int = 0
    kept: int = 0
    reason: str = ""


def find_shots(
    marks: Sequence[Mark], cameras: Iterable[str], active: str | None, scene_range: tuple[int, int], step: int = 1
) -> tuple[FoundShot, ...]:
    """Shots in order of time, then the cameras that no marker uses, with the whole range of the scene.

    The same ranges as `rushes shots` finds: a marker's shot goes on to the next marker.
    """
    start, end = scene_range
    ordered = sorted(marks, key=lambda m: m.frame)
    bound = {m.camera for m in marks}
    free = sorted((c for c in cameras if c not in bound), key=lambda c: (c != active, c))
    names = unique_names([safe_name(m.name) for m in ordered] + [safe_name(c) for c in free])
    found: list[FoundShot] = []
    for index, mark in enumerate(ordered):
        last = ordered[index + 1].frame - 1 if index + 1 < len(ordered) else end
        first, last = max(mark.frame, start), min(last, end)
        if first <= last:
            found.append(FoundShot(names[index], mark.camera, first, last, step))
    for name, camera in zip(names[len(ordered) :], free):
        found.append(FoundShot(name, camera, start, max(start, end), step, marker=False))
    return tuple(found)


def names_of(name: str, aliases: str) -> tuple[str, ...]:
    """The names under which a shot's takes may be found: its own first."""
    return tuple(dict.fromkeys([name, *(a for a in aliases.split("\n") if a)]))


def badge_of(found: Sequence[ShotTakes], changed: Sequence[str] = (), running: int = 0) -> Badge:
    """`changed` are the things that are not as they were for the judged take, in words."""
    count, kept = sum(s.count for s in found), sum(s.kept for s in found)
    if running:
        return Badge("running", count, kept, f"{running} in the queue" if running > 1 else "A take is being made")
    if not count:
        return Badge("none", 0, 0, "No take yet")
    if changed:
        return Badge("stale", count, kept, "Changed since the take: " + ", ".join(changed))
    return Badge("kept" if kept else "takes", count, kept)
