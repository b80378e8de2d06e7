"""A double of the registry: the actions that a test gives."""

from __future__ import annotations

from collections.abc import Iterator

from resolve_scripts.actions.base import Action
from resolve_scripts.actions.registry import Entry, Registry

__all__ = ["Actions"]


class Actions(Registry):
    """A registry of what a test gives it."""

    def __init__(self, *actions: Action) -> None:
        super().__init__(())
        object.__setattr__(self, "_given", actions)

    def _read(self) -> Iterator[Entry]:
        return iter([Entry(action) for action in vars(self)["_given"]])
