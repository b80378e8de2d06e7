"""The picked shot's brief: what panels show of it and what operators write."""

from __future__ import annotations

from typing import Any

from rushes.contracts import Brief, VocabularyField

from ..logic.shots import FoundShot
from . import mirror, models, shots

__all__ = ["brief_shown", "picked_settings", "settings_to_write", "vocabulary", "write"]


def picked_settings(context: Any) -> tuple[Any | None, Any | None]:
    """(line of the shot list, the shot's settings in the .blend); None where there is none. Quick: for drawing."""
    window, scene = context.window_manager.rushes, mirror.current_scene()
    if scene is None or not 0 <= window.shot_index < len(window.shots):
        return None, None
    row = window.shots[window.shot_index]
    found = next((s for s in scene.rushes.shots if (row.key and s.key == row.key) or s.name == row.name), None)
    return row, found


def brief_shown(scene: Any, row: Any, settings: Any | None) -> Brief:
    """The brief that counts for a line of the shot list: of its settings, else what stands in the file."""
    if settings is None:
        shot = FoundShot(row.name, row.camera, row.first, row.last, marker=row.marker)
        return Brief(**shots.file_brief(scene, shot))
    return Brief(**{name: str(getattr(settings, name)).strip() for name in Brief.fields()})


def vocabulary(scene: Any) -> tuple[VocabularyField, ...]:
    """Of the model that is set; empty when it reads free text or is not known yet."""
    descriptor = models.descriptor_of(scene.rushes)
    return descriptor.vocabulary if descriptor is not None else ()


def write(settings: Any, brief: Brief) -> None:
    """Put a brief into a shot's settings; fields that are the same are not touched."""
    for name in Brief.fields():
        if str(getattr(settings, name)).strip() != getattr(brief, name):
            setattr(settings, name, getattr(brief, name))


def settings_to_write(scene: Any, shot: FoundShot) -> Any:
    """The shot's settings, made from the file's brief when there are none; the list is filled anew."""
    settings = shots.ensure_settings(scene, shot)
    mirror.stale(["shots"])
    return settings
