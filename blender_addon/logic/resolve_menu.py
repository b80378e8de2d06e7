"""Rushes in DaVinci Resolve's menu, put there from Blender: for those who never open a terminal."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import rushes

if TYPE_CHECKING:
    from resolve_scripts.store import Store

__all__ = ["ResolveMenu", "can_install"]


def can_install() -> bool:
    """Whether the scripts are at hand; an add-on that runs from its sources may lack them."""
    return importlib.util.find_spec("resolve_scripts") is not None


class ResolveMenu:
    """What is known of the menu. Nothing is read from the disk but by `look`, `put` and `remove`."""

    def __init__(self, store: Store | None = None) -> None:
        self.version = ""
        """Of the scripts in the menu; empty: none are there."""
        self.answer = ""
        """What the last button did."""
        self.notes: tuple[str, ...] = ()
        self._store = store

    @property
    def outdated(self) -> bool:
        """Scripts of another version are in the menu."""
        return bool(self.version) and self.version != rushes.__version__

    def look(self) -> None:
        """Read what is installed."""
        from resolve_scripts.store import read_json

        self.version = str(read_json(self.store().installed).get("version") or "")

    def store(self) -> Store:
        """Where the scripts keep their notes."""
        from resolve_scripts.store import Store

        return self._store or Store.default()

    def put(self, engine_python: str, production: str) -> None:
        """Install or repair; the production becomes that of Resolve projects that have chosen none.

        Raises ResolveError `resolve.not_found`, `resolve.install_denied`.
        """
        from resolve_scripts.setup.put import install

        done = install(self.store(), engine_python=engine_python)
        if production:
            self.store().set_default(production)
        self.answer = f"In Resolve: Workspace > Scripts > Rushes, {done.entries} entries."
        self.notes = done.notes
        self.look()

    def remove(self) -> None:
        """Take away what `put` wrote. InputError `resolve.not_installed`."""
        from resolve_scripts.setup.put import uninstall

        gone = uninstall(self.store())
        self.answer = "Taken out of Resolve's menu. Takes and notes stay."
        self.notes = tuple(f"{path} was changed by somebody and stays." for path in gone.kept)
        self.look()
