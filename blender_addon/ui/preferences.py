"""The preferences as Blender shows them."""

from __future__ import annotations

from typing import Any

__all__ = ["draw"]


def draw(prefs: Any, layout: Any, context: Any) -> None:
    """The engine first, then folders."""
    layout.use_property_split = True
    layout.prop(prefs, "where", expand=True)
    if prefs.where == "REMOTE":
        layout.prop(prefs, "address")
        layout.prop(prefs, "token")
    else:
        layout.prop(prefs, "python")
        layout.prop(prefs, "devices")
    layout.prop(prefs, "blender")
    layout.prop(prefs, "production_folder")
    layout.prop(prefs, "free_memory")
