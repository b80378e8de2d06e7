"""What is known of datablocks and who leans on whom, so that an edit costs only what it changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

from ..logic.freshness import digest
from . import readings

__all__ = ["Key", "Memory", "key_of"]

Key = tuple[str, int]
"""Kind of reading and the datablock's number in this session."""


def key_of(kind: str, item: Any) -> Key:
    """The number stays through renames and undo."""
    return kind, item.session_uid


@dataclass(frozen=True)
class _Record:
    own: int
    deps: tuple[Key, ...]
    varies: bool
    opaque: bool


class Memory:
    """Digests of datablocks. Holds numbers only, never a datablock: those may be gone by the next tick."""

    def __init__(self) -> None:
        self._records: dict[Key, _Record] = {}
        self._users: dict[Key, set[Key]] = defaultdict(set)
        self._kinds: dict[int, set[Key]] = defaultdict(set)
        self._totals: dict[Key, int] = {}

    def known(self, key: Key) -> bool:
        """True while it, and all it leans on, is as it was read."""
        return key in self._records

    def mark(self, uids: Iterable[int]) -> None:
        """These datablocks have changed: forget them and all that leans on them."""
        todo = [key for uid in uids for key in self._kinds.get(uid, ())]
        seen: set[Key] = set()
        while todo:
            key = todo.pop()
            if key not in seen:
                seen.add(key)
                self._records.pop(key, None)
                self._totals.pop(key, None)
                todo += self._users[key]

    def mark_all(self) -> None:
        """Anything may have changed."""
        self._records.clear()
        self._totals.clear()

    def take_in(self, kind: str, item: Any) -> Generator[None, None, None]:
        """Read `item` and what it leans on, as far as they are not known; nothing is kept of a reading that is broken
        off."""
        fresh: dict[Key, _Record] = {}
        todo = [(key_of(kind, item), kind, item)]
        while todo:
            key, kind, item = todo.pop()
            if key in fresh or key in self._records:
                continue
            found = yield from readings.read(kind, item)
            deps = tuple((key_of(k, d), k, d) for k, d in found.deps)
            fresh[key] = _Record(found.own, tuple(d[0] for d in deps), found.varies, found.opaque)
            todo += deps
        for key, record in fresh.items():
            self._records[key] = record
            self._kinds[key[1]].add(key)
            for dep in record.deps:
                self._users[dep].add(key)

    def total(self, key: Key) -> int:
        """The digest of a known thing with all it leans on."""
        return self._total(key, set())[0]

    def _total(self, key: Key, above: set[Key]) -> tuple[int, bool]:
        """(digest, kept for good): things that lean on each other are worked out anew from each side, so that the
        order in which they are asked for makes no difference."""
        if key in self._totals:
            return self._totals[key], True
        if key in above:
            return 0, False
        record, inner = self._records[key], above | {key}
        below = [self._total(dep, inner) for dep in record.deps]
        found = digest((record.own, [b[0] for b in below])) if below else record.own
        clean = all(b[1] for b in below)
        if clean or not above:
            self._totals[key] = found
        return found, clean

    def own_opaque(self, key: Key) -> bool:
        """As `opaque`, of this reading alone."""
        return self._records[key].opaque

    def varies(self, key: Key) -> bool:
        """It, or what its place depends on, may be another in another frame."""
        return any(self._records[k].varies for k in self._below(key))

    def opaque(self, key: Key) -> bool:
        """Its place or shape in other frames cannot be told from its own curves."""
        return any(self._records[k].opaque for k in self._below(key))

    def _below(self, key: Key) -> set[Key]:
        found: set[Key] = set()
        todo = [key]
        while todo:
            now = todo.pop()
            if now not in found:
                found.add(now)
                todo += self._records[now].deps
        return found
