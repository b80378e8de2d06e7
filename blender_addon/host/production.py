"""The production of the scene: stored by path, by id and by how it lies to the .blend."""

from __future__ import annotations

import functools
import os
from typing import Any

import bpy

from ..logic import place
from ..runtime import Session

__all__ = ["adopt", "find_again", "note_place", "owner_of", "preferences", "preferences_say", "root_of"]


def preferences() -> Any | None:
    """The add-on's preferences; None while it is not enabled as an extension (tests of parts)."""
    package = (__package__ or "").rpartition(".")[0]
    addon = bpy.context.preferences.addons.get(package) if bpy.context.preferences else None
    return addon.preferences if addon is not None else None


def preferences_say(name: str, default: bool = True) -> bool:
    """A switch of the preferences."""
    found = preferences()
    return bool(getattr(found, name)) if found is not None else default


def root_of(scene: Any) -> str:
    """The production's folder, absolute and resolved; empty when none was chosen."""
    stored = scene.rushes.production
    return _resolved(stored, bpy.data.filepath) if stored else ""


@functools.lru_cache(maxsize=16)
def _resolved(stored: str, blend: str) -> str:
    """Asked with every redraw, so the disk (a network drive, maybe asleep) is asked once."""
    start = os.path.dirname(blend) if blend else None
    return os.path.realpath(bpy.path.abspath(stored, start=start))


def owner_of(scene: Any) -> Any | None:
    """The scene whose takes are cut in this scene's sequencer; None when it is no edit scene."""
    return next((s for s in bpy.data.scenes if s.rushes.edit_scene == scene and s != scene), None)


def adopt(scene: Any, root: str, production_id: str) -> None:
    """Make this the scene's production."""
    scene.rushes.production = root
    scene.rushes.production_id = production_id
    note_place(scene)


def note_place(scene: Any) -> None:
    """Remember how the production lies to the .blend, now that both places are known."""
    root = root_of(scene)
    if root and not scene.rushes.production_id:
        scene.rushes.production_id = place.production_id(_path(root)) or ""
    found = place.beside(root, bpy.data.filepath)
    if found != scene.rushes.production_beside:
        scene.rushes.production_beside = found


def find_again(now: Session, scene: Any) -> None:
    """After loading a file: find its production where it is now, or tell the artist."""
    _resolved.cache_clear()
    settings = scene.rushes
    if not settings.production and not settings.production_id:
        return
    wanted = settings.production_id
    others = [str(getattr(preferences(), "production_folder", "") or "")]
    found = place.find_production(
        root_of(scene),
        settings.production_beside,
        wanted,
        bpy.data.filepath,
        [bpy.path.abspath(o) for o in others if o],
    )
    if found is None:
        now.known.tell(
            f"The production of this scene was not found ({settings.production}).",
            "Choose its folder in the panel Production. Takes are safe where the folder is.",
            "WARNING",
        )
    elif os.path.realpath(found) != root_of(scene):
        settings.production = found
        now.known.tell(f"The production was found in {found}.")


def _path(text: str) -> Any:
    from pathlib import Path

    return Path(text)
