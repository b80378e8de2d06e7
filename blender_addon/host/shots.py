"""Shots of the scene as plain data, and their settings in the .blend."""

from __future__ import annotations

import json
import uuid
from fractions import Fraction
from typing import Any

import bpy

from rushes.contracts import Brief, Size

from ..logic.shots import FoundShot, Mark, Remembered, find_shots, matched, names_of
from . import production

__all__ = [
    "brief_of",
    "ensure_settings",
    "file_brief",
    "keep_in_step",
    "picked",
    "scene_rate",
    "scene_shots",
    "scene_size",
    "settings_map",
    "settings_of",
    "write_briefs",
]

_BRIEFS = "rushes_briefs"
_MADE = "rushes_made"
"""On the text that we write, so that an artist's own is not overwritten."""


def scene_rate(scene: Any) -> Fraction:
    """Frames per second, exact."""
    return Fraction(scene.render.fps) / Fraction(scene.render.fps_base).limit_denominator(10000)


def scene_size(scene: Any) -> Size:
    """Resolution with its percentage, as Blender rounds it."""
    share = scene.render.resolution_percentage
    return Size(scene.render.resolution_x * share // 100 or 1, scene.render.resolution_y * share // 100 or 1)


def scene_shots(scene: Any) -> tuple[FoundShot, ...]:
    """The shots as they are now. Reads markers and cameras only, so it is quick."""
    marks = [
        Mark(m.name, m.frame, m.camera.name)
        for m in scene.timeline_markers
        if m.camera is not None and m.camera.type == "CAMERA"
    ]
    cameras = [o.name for o in scene.objects if o.type == "CAMERA" and "rushes_take" not in o]  # no projectors
    active = scene.camera.name if scene.camera is not None and scene.camera.type == "CAMERA" else None
    return find_shots(marks, cameras, active, (scene.frame_start, scene.frame_end), max(1, scene.frame_step))


def settings_map(scene: Any, found: tuple[FoundShot, ...]) -> dict[str, Any]:
    """Shot's name → its settings, for the shots that have some."""
    kept = list(scene.rushes.shots)
    places = matched(found, [Remembered(s.name, s.marked_camera, s.marked_frame) for s in kept])
    return {name: kept[index] for name, index in places.items()}


def settings_of(scene: Any, shot: FoundShot) -> Any | None:
    """The settings of a shot, or None while nothing was set."""
    return settings_map(scene, scene_shots(scene)).get(shot.name)


def ensure_settings(scene: Any, shot: FoundShot) -> Any:
    """The settings of a shot, made when missing; a brief that stands in the file is taken over.

    Call from an operator or a property's update, never while drawing.
    """
    found = settings_of(scene, shot)
    if found is None:
        found = scene.rushes.shots.add()
        found.key = uuid.uuid4().hex[:12]
        found.name = shot.name
        for field, text in file_brief(scene, shot).items():
            setattr(found, field, text)
    keep_in_step(found, shot)
    return found


def keep_in_step(settings: Any, shot: FoundShot) -> None:
    """Note where the shot is now; a new name of its marker is taken over, the former one stays as an alias."""
    if settings.name != shot.name:
        settings.aliases = "\n".join(a for a in names_of(settings.name, settings.aliases) if a != shot.name)
        settings.name = shot.name
    if settings.marked_camera != shot.camera:
        settings.marked_camera = shot.camera
    if settings.marked_frame != shot.first:
        settings.marked_frame = shot.first


def picked(context: Any) -> FoundShot | None:
    """The shot that the list has picked; of the 3D scene, also while its edit scene is shown."""
    scene = production.owner_of(context.scene) or context.scene
    window = context.window_manager.rushes
    if not 0 <= window.shot_index < len(window.shots):
        return None
    name = window.shots[window.shot_index].name
    return next((s for s in scene_shots(scene) if s.name == name), None)


def brief_of(scene: Any, shot: FoundShot) -> Brief:
    """The whole brief of a shot: what its settings say, else what stands in the file."""
    found = settings_of(scene, shot)
    if found is None:
        return Brief(**file_brief(scene, shot))
    return _brief(found)


def _brief(settings: Any) -> Brief:
    return Brief(**{field: str(getattr(settings, field)).strip() for field in Brief.fields()})


def file_brief(scene: Any, shot: FoundShot, camera: Any = None) -> dict[str, str]:
    """Brief fields from custom properties and the text `rushes_briefs`, as `rushes shots` reads them. `camera` spares
    looking for the shot's by its name."""
    camera = camera if camera is not None else scene.objects.get(shot.camera)
    fields: dict[str, Any] = {}
    for owner in (scene, *((camera.data, camera) if camera is not None else ())):
        fields.update(_group(owner.get("rushes_brief")))
        fields.update({f: owner[f"rushes_{f}"] for f in Brief.fields() if f"rushes_{f}" in owner})
    text = bpy.data.texts.get(_BRIEFS)
    if text is not None:
        fields.update(_group(_group(text.as_string()).get(shot.name)))
    return {f: str(fields[f]) for f in Brief.fields() if f in fields}


def _group(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}  # the passes say what is wrong with it
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    return value if isinstance(value, dict) else {}


def write_briefs() -> None:
    """Write the briefs into the text that `rushes shots` and `rushes shoot` read, before a file is saved.

    A text of that name that the artist wrote is left alone.
    """
    book: dict[str, dict[str, str]] = {}
    for scene in bpy.data.scenes:
        found = scene_shots(scene)
        for name, settings in settings_map(scene, found).items():
            book[name] = dict(_brief(settings).items())
    text = bpy.data.texts.get(_BRIEFS)
    if text is None and not book:
        return
    if text is not None and not text.get(_MADE):
        return
    written = json.dumps(book, indent=1, ensure_ascii=False, sort_keys=True)
    if text is None:
        text = bpy.data.texts.new(_BRIEFS)
        text[_MADE] = True
    if text.as_string().strip() != written.strip():
        text.from_string(written)
