"""Which take a clip of a foreign cut shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from rushes.contracts import ID_KEYS
from rushes.delivery.seen import SeenClip, base_name

__all__ = ["KnownTake", "Match", "Matcher"]


@dataclass(frozen=True)
class KnownTake:
    """A take as editors may have met it."""

    take: str
    shot: str
    name: str
    """Its clip name and reel: "SH010_T03_a1b2c3"."""
    rate: Fraction
    start: int
    frames: int
    generated: bool = True
    rating: str = "undecided"
    paths: tuple[str, ...] = ()
    """Files that show it, absolute."""
    gone: bool = False
    """In the trash."""


@dataclass(frozen=True)
class Match:
    """A take and how it was found."""

    known: KnownTake
    how: str
    """ "id", "file", "reel" or "name"."""
    conflict: str = ""
    """What speaks for another take, in words."""


class Matcher:
    """Finds takes by our ids, then by file, reel and clip name. A file that is another take's outweighs the id: an
    editor who relinks a clip keeps its notes."""

    def __init__(self, takes: Iterable[KnownTake]) -> None:
        self.takes = {t.take: t for t in takes}
        self._paths = {_plain(p): t for t in self.takes.values() for p in t.paths}
        self._names = {t.name.casefold(): t for t in self.takes.values()}
        self._shorts: dict[str, list[KnownTake]] = {}
        for take in self.takes.values():
            self._shorts.setdefault(take.name[:8].casefold(), []).append(take)

    def find(self, clip: SeenClip) -> Match | None:
        """The take, or None for media that are not ours."""
        by_id = self.takes.get(clip.ids.get(ID_KEYS["take"], ""))
        by_file = self.by_path(clip.path) if clip.path else None
        if by_id is not None:
            if by_file is not None and by_file.take != by_id.take:
                return Match(by_file, "file", f"its notes name {by_id.name}")
            return Match(by_id, "id")
        if by_file is not None:
            return Match(by_file, "file")
        short = self.by_short(clip)
        by_reel = self.by_name(clip.reel) or (short[0] if len(short) == 1 else None)
        if by_reel is not None:
            return Match(by_reel, "reel")
        by_name = self.by_name(clip.name)
        return Match(by_name, "name") if by_name is not None else None

    def by_short(self, clip: SeenClip) -> list[KnownTake]:
        """Takes that a reel of 8 letters may mean: some programs cut reels there."""
        return self._shorts.get(clip.reel.casefold(), []) if len(clip.reel) == 8 else []

    def by_path(self, path: str) -> KnownTake | None:
        """By the whole path, else by the take's folder in it, else by the file's own name."""
        found = self._paths.get(_plain(path))
        if found is not None:
            return found
        folder = re.search(r"/takes/([^/]+)/", path.replace("\\", "/"))
        if folder and folder[1] in self.takes:
            return self.takes[folder[1]]
        return self.by_name(base_name(path))

    def by_name(self, name: str) -> KnownTake | None:
        """By a clip's or file's name: with any suffix, with numbers of a sequence, with what was added to it."""
        text = name.casefold()
        while text:
            found = self._names.get(text)
            if found is not None:
                return found
            shorter = re.sub(r"(?:\.[^.]*|[ _.-][^ _.-]*)$", "", text)
            text = shorter if shorter != text else ""
        return None


def _plain(path: str) -> str:
    return path.replace("\\", "/").casefold()
