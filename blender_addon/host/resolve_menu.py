"""DaVinci Resolve's menu, as Blender knows it: one state while the add-on is enabled."""

from __future__ import annotations

import bpy

from ..logic.resolve_menu import ResolveMenu, can_install
from . import production

__all__ = ["menu", "put", "start", "stop"]

_menu: ResolveMenu | None = None


def menu() -> ResolveMenu | None:
    """What is known of it; None where the scripts are not at hand."""
    return _menu


def start() -> None:
    """Look once, when the add-on is enabled."""
    global _menu
    if can_install():
        _menu = ResolveMenu()
        _menu.look()


def stop() -> None:
    """Forget it."""
    global _menu
    _menu = None


def put(found: ResolveMenu, root: str) -> None:
    """Install with the engine's Python that the preferences name, for the production in `root`."""
    prefs = production.preferences()
    named = str(getattr(prefs, "python", "") or "").strip()
    found.put(bpy.path.abspath(named) if named else "", root)
