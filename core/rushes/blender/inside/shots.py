"""Finds the shots of a scene: cameras bound to markers, else the scene's camera; and their briefs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import bpy

from rushes.contracts import Brief, FrameRange, Matrix4, SceneInfo, Shot, Size, Sun
from rushes.contracts.names import safe_name, unique_names
from rushes.errors import BriefError, SceneError
from rushes.projection.names import TAKE

__all__ = ["camera_named", "find_shot", "plain_matrix", "scene_info", "scene_rate", "scene_size", "scene_sun"]

_BRIEFS = "rushes_briefs"
_FORM = 'Write it as {"subject": "...", "mood": "..."}.'


def scene_rate(scene: Any) -> Fraction:
    """Frames per second, exact: 24 with base 1.001 is 24000/1001."""
    return Fraction(scene.render.fps) / Fraction(scene.render.fps_base).limit_denominator(10000)


def scene_size(scene: Any) -> Size:
    """Resolution with its percentage, as Blender rounds it."""
    share = scene.render.resolution_percentage
    return Size(scene.render.resolution_x * share // 100 or 1, scene.render.resolution_y * share // 100 or 1)


def scene_sun(scene: Any, view_layer: Any) -> Sun | None:
    """The strongest sun lamp that renders, as it stands at the current frame."""
    suns = [o for o in view_layer.objects if o.type == "LIGHT" and o.data.type == "SUN" and _renders(o)]
    if not suns:
        return None
    lamp = max(suns, key=lambda o: (o.data.energy, o.name))
    graph = bpy.context.evaluated_depsgraph_get()
    way = lamp.evaluated_get(graph).matrix_world.to_3x3().col[2].normalized()
    red, green, blue = lamp.data.color
    if getattr(lamp.data, "use_temperature", False):  # Blender 4.5 on
        red, green, blue = (c * t for c, t in zip(lamp.data.color, lamp.data.temperature_color))
    strength = lamp.data.energy * 2.0 ** getattr(lamp.data, "exposure", 0.0)
    return Sun((way.x, way.y, way.z), (red, green, blue), strength)


def _renders(obj: Any) -> bool:
    return not obj.hide_render and not any(c.hide_render for c in obj.users_collection)


def plain_matrix(matrix: Any) -> Matrix4:
    """A mathutils matrix as row tuples."""
    rows = tuple((float(r[0]), float(r[1]), float(r[2]), float(r[3])) for r in matrix)
    return rows[0], rows[1], rows[2], rows[3]


def scene_info(scene: Any, blend: str, libraries: tuple[str, ...] = ()) -> SceneInfo:
    """All shots of `scene`. A shot whose range would be empty is left out; asking for it by name tells why."""
    ranges = _ranges(scene)
    shots = [s for s in (_shot(scene, *found) for found in ranges) if s is not None]
    shots = [dataclasses.replace(s, camera_matrix=_stand(scene, s.camera, s.range.start)) for s in shots]
    cameras = sorted(o.name for o in scene.objects if o.type == "CAMERA" and TAKE not in o)  # no projectors
    stands = {name: _stand(scene, name, scene.frame_start) for name in cameras}
    return SceneInfo(
        blend=blend,
        scene=scene.name,
        size=scene_size(scene),
        rate=scene_rate(scene),
        shots=tuple(shots),
        cameras=tuple(cameras),
        sun=scene_sun(scene, bpy.context.view_layer),
        blender=bpy.app.version_string.strip(),
        libraries=libraries,
        empty_shots=tuple(name for name, _, start, end in ranges if end < start),
        camera_matrices=stands,
    )


def _stand(scene: Any, camera: str, frame: int) -> Matrix4:
    if scene.frame_current != frame:
        scene.frame_set(frame)
    graph = bpy.context.evaluated_depsgraph_get()
    return plain_matrix(scene.objects[camera].evaluated_get(graph).matrix_world.normalized())


def find_shot(scene: Any, name: str, camera: str | None, frames: FrameRange | None) -> Shot:
    """The shot to render; `camera` and `frames` override or, given together, define it.

    Raises SceneError: `scene.no_camera`, `scene.camera`, `scene.shot`, `scene.range`.
    """
    cameras = sorted(o.name for o in scene.objects if o.type == "CAMERA")
    if not cameras:
        raise SceneError(
            f"The scene {scene.name!r} has no camera.",
            code="scene.no_camera",
            hint="Add a camera (Shift A, Camera) and make it the scene's camera, or bind one to a timeline marker.",
        )
    found = {shot_name: (cam, start, end) for shot_name, cam, start, end in _ranges(scene)}
    wanted = camera or (found[name][0].name if name in found else name)
    if camera is None and wanted not in cameras:
        raise _unknown_shot(name, list(found), cameras)
    cam = camera_named(scene, wanted)
    if frames is not None:
        return Shot(name, cam.name, frames, _brief(scene, cam, name))
    start, end = found[name][1:] if name in found else (scene.frame_start, scene.frame_end)
    if end < start:
        raise SceneError(
            f"The shot {name!r} has no frames: it would run from {start} to {end}.",
            code="scene.range",
            hint="Set the scene's end frame at or after the start, or move the marker inside the scene's range.",
        )
    return Shot(name, cam.name, FrameRange(start, end, max(1, scene.frame_step)), _brief(scene, cam, name))


def camera_named(scene: Any, name: str) -> Any:
    """The camera object; SceneError `scene.camera` lists those that exist."""
    obj = scene.objects.get(name)
    if obj is None or obj.type != "CAMERA":
        cameras = sorted(o.name for o in scene.objects if o.type == "CAMERA")
        raise SceneError(
            f"There is no camera {name!r} in the scene {scene.name!r}.",
            code="scene.camera",
            hint="Cameras are: " + (", ".join(cameras) or "none") + ".",
            details={"cameras": cameras},
        )
    return obj


def _unknown_shot(name: str, shots: list[str], cameras: list[str]) -> SceneError:
    known = f"Shots are: {', '.join(shots)}."
    if not shots:
        known = "The scene has none yet: make a camera the scene's camera, or bind cameras to timeline markers."
    return SceneError(
        f"There is no shot {name!r}.",
        code="scene.shot",
        hint=f"{known} Cameras are: {', '.join(cameras)}.",
        details={"shots": shots, "cameras": cameras},
    )


def _ranges(scene: Any) -> list[tuple[str, Any, int, int]]:
    """(name, camera, first frame, last frame) of each shot; ranges may be empty."""
    bound = [m for m in scene.timeline_markers if m.camera is not None and m.camera.type == "CAMERA"]
    marks = sorted(bound, key=lambda m: m.frame)
    if not marks:
        cam = scene.camera
        if cam is None or cam.type != "CAMERA":
            return []
        return [(safe_name(cam.name), cam, scene.frame_start, scene.frame_end)]
    names = unique_names(safe_name(m.name) for m in marks)
    result: list[tuple[str, Any, int, int]] = []
    for index, mark in enumerate(marks):
        last = marks[index + 1].frame - 1 if index + 1 < len(marks) else scene.frame_end
        result.append((names[index], mark.camera, max(mark.frame, scene.frame_start), min(last, scene.frame_end)))
    return result


def _shot(scene: Any, name: str, camera: Any, start: int, end: int) -> Shot | None:
    if end < start:
        return None
    return Shot(name, camera.name, FrameRange(start, end, max(1, scene.frame_step)), _brief(scene, camera, name))


def _brief(scene: Any, camera: Any, shot: str) -> Brief:
    """Scene properties, then the camera's, then the text `rushes_briefs`: the later one wins field by field."""
    brief = Brief()
    for owner in (scene, camera.data, camera):
        brief = _merged(brief, _properties(owner), f"{owner.name!r}")
    text = bpy.data.texts.get(_BRIEFS)
    if text is not None:
        book = _parsed(text.as_string(), f"the text {_BRIEFS!r}")
        brief = _merged(brief, book.get(shot, {}), f"{shot!r} in the text {_BRIEFS!r}")
    return brief


def _properties(owner: Any) -> dict[str, str]:
    fields: dict[str, Any] = {}
    if "rushes_brief" in owner:
        value = owner["rushes_brief"]
        where = f"rushes_brief of {owner.name!r}"
        fields.update(_parsed(value, where) if isinstance(value, str) else _group(value, where))
    fields.update({f: owner[f"rushes_{f}"] for f in Brief.fields() if f"rushes_{f}" in owner})
    return {k: str(v) for k, v in fields.items()}


def _parsed(text: str, where: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as exc:
        raise BriefError(
            f"The brief in {where} is not readable: {exc.msg} (line {exc.lineno}).", code="brief.json", hint=_FORM
        ) from exc
    if not isinstance(data, dict):
        raise _not_fields(where)
    return data


def _group(value: Any, where: str) -> dict[str, Any]:
    """Fields of a custom property that is a group, as Blender's Python writes a dictionary."""
    if not hasattr(value, "to_dict"):
        raise _not_fields(where)
    return value.to_dict()


def _not_fields(where: str) -> BriefError:
    return BriefError(f"The brief in {where} is not a set of fields.", code="brief.json", hint=_FORM)


def _merged(brief: Brief, changes: object, where: str) -> Brief:
    if not isinstance(changes, Mapping):
        raise _not_fields(where)
    try:
        return brief.merged({str(k): str(v) for k, v in changes.items()})
    except BriefError as exc:
        raise BriefError(f"{exc.message} It stands in {where}.", code=exc.code, hint=exc.hint) from exc
