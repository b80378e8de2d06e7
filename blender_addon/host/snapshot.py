"""A shot of the scene with its settings, as a plan that knows nothing of Blender."""

from __future__ import annotations

from typing import Any

from rushes.contracts import Size
from rushes.errors import SceneError

from ..logic.requests import Plan
from ..logic.shots import FoundShot
from ..runtime import Session
from . import fingerprint, models, production, roundtrip, save_copy, shots

__all__ = ["plan_of", "shot_to_work_on"]


def shot_to_work_on(context: Any, scene: Any) -> FoundShot:
    """The shot that is picked, else the one at the current frame. SceneError `scene.no_camera` without any camera."""
    picked = shots.picked(context)
    found = shots.scene_shots(scene)
    if picked is not None and picked in found:
        return picked
    if not found:
        raise SceneError(
            "The scene has no camera.",
            code="scene.no_camera",
            hint="Add a camera (Shift A, Camera) and bind it to a marker (Marker, Bind Camera to Markers).",
        )
    return next((s for s in found if s.marker and s.first <= scene.frame_current <= s.last), found[0])


def plan_of(now: Session, scene: Any, shot: FoundShot) -> Plan:
    """Everything that is needed to make a take of this shot; writes a copy of the scene when it has unsaved changes."""
    settings = scene.rushes
    root = production.root_of(scene)
    origin = fingerprint.prints_now(scene, shot)
    blend = save_copy.blend_for_passes(now, root)
    origin["blend"] = _file_name(blend)
    return Plan(
        production=root,
        blend=blend,
        shot=shot,
        brief=shots.brief_of(scene, shot),
        generator=settings.generator_id,
        steps=settings.steps or None,
        strengths=models.strengths_of(settings),
        model_size=Size.parse(settings.model_size_text) if settings.model_size_text else None,
        keep_frames=settings.keep_frames,
        use_scene_sun=settings.use_scene_sun,
        origin=origin,
        set_takes=roundtrip.takes_to_keep(scene),
    )


def _file_name(blend: str) -> str:
    import bpy

    return bpy.data.filepath or blend
