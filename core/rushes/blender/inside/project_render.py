"""Renders a scene with takes thrown onto it, from any camera: `run` is called in Blender's interpreter by the launcher.

The artist's file is never saved. A new file with the projection set up can be, before anything else is changed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy
import mathutils

from rushes import projection
from rushes.blender.inside import project_stage, scene_open, shots, subjects, track
from rushes.blender.inside.channel import Channel
from rushes.contracts import CameraFrame, ObjectClass, decode
from rushes.errors import BlenderError, InputError, disk_full_as_error
from rushes.projection import targets
from rushes.projection.names import TAKE

__all__ = ["run"]

_FREE = "rushes_view"
_LIVING = frozenset({ObjectClass.CHARACTER, ObjectClass.VEHICLE, ObjectClass.VEGETATION, ObjectClass.WATER})
"""What is no part of a set: it moves, or a generator draws other shapes in its place."""


def run(request: dict[str, Any], channel: Channel) -> dict[str, Any]:
    """Project `folders` (projectors, the last one on top) and render `frames` into `out`/NNNN.png.

    `blend`; `camera` (a name) or `views` (a CameraFrame for each frame); `objects` (names, None: all); `options` (of
    projection.Options); `size`, `engine` (cycles, eevee), `samples`; `mode`: "beauty" (the scene with the takes on it),
    "set" (takes alone, on what stands still, alpha says where they reach); `sky`: colour of what no take says of the
    sky, None: the scene's own; `save`: a new .blend or None. Sends an event "frame" after each file.
    """
    blend = Path(request["blend"])
    channel.progress(0.0, "open", blend.name)
    scene = scene_open.open_blend(blend, channel)
    camera = None if request["views"] else shots.camera_named(scene, request["camera"])
    if camera is not None:
        track.refuse_panorama(camera)
    chosen = _objects(scene, request["objects"])
    if request["mode"] == "set":
        projection.remove(scene)  # what the file itself has projected is no part of it
        chosen = _still(scene, chosen, request)
    notes = _project(scene, request, chosen, channel)
    if request["save"]:
        _save(scene, Path(request["save"]))
    _take_over(scene)
    project_stage.settings(scene, request)
    eye = _Eye(scene, camera, [decode(CameraFrame, v) for v in request["views"] or ()])
    if request["mode"] == "set":
        project_stage.only_takes(scene)
    elif request["sky"] is not None:
        dome = project_stage.sky_dome(scene, eye.far(), request["sky"])
        for folder in request["folders"]:
            projection.project(scene, folder, _with(scene, folder, dome), projection.Options(**request["options"]))
        if not _lights(scene):
            project_stage.light_of_sky(scene, request["sky"])
            channel.note("The scene has no lamp; what no take reaches is lit in the colour of the take's sky.")
    _roll(scene, eye, request, channel)
    return {"blender": bpy.app.version_string.strip(), "notes": notes, "lit": _lights(scene)}


# -- projecting


def _objects(scene: Any, names: Sequence[str] | None) -> list[Any]:
    """The chosen objects; InputError `project.object` for names that are not there."""
    if names is None:
        return targets.all_that_render(scene)
    missing = [n for n in names if n not in scene.objects]
    if missing:
        raise InputError(
            f"There is no object {missing[0]!r} in the scene {scene.name!r}.",
            code="project.object",
            hint="Names are as in Blender's outliner; leave --objects out for all that render.",
        )
    return [scene.objects[n] for n in names]


def _project(scene: Any, request: dict[str, Any], chosen: list[Any], channel: Channel) -> list[str]:
    notes: list[str] = []
    options = projection.Options(**request["options"])
    for folder in request["folders"]:
        report = projection.project(scene, folder, chosen, options)
        notes += [*report.left_out, *report.notes]
    for text in dict.fromkeys(notes):
        channel.note(text)
    return notes


def _with(scene: Any, folder: str, dome: Any) -> list[Any]:
    """The objects that a take falls on, and the sky."""
    take = projection.read_projector(folder).take
    return [*projection.objects_of(scene, take), dome]


def _still(scene: Any, objects: list[Any], request: dict[str, Any]) -> list[Any]:
    """Those that stand where they stood when the takes were shot, from there to the end of this shot.

    What has moved on must not show the wall that was behind it.
    """
    then = {f for folder in request["folders"] for f in _ends(folder)}
    now = request["frames"]
    moments = sorted(then | {now[0], now[len(now) // 2], now[-1]})
    firm = [o for o in objects if not _changes_shape(o) and subjects.class_said(o) not in _LIVING]
    places: dict[Any, list[Any]] = {o: [] for o in firm}
    for moment in moments:
        scene.frame_set(moment)
        graph = bpy.context.evaluated_depsgraph_get()
        for obj, seen in places.items():
            seen.append(obj.evaluated_get(graph).matrix_world.copy())
    return [o for o, seen in places.items() if all(_near(m, seen[0]) for m in seen)]


def _ends(folder: str) -> tuple[int, int]:
    data = projection.read_projector(folder)
    return data.first, data.first + data.count - 1


def _changes_shape(obj: Any) -> bool:
    keys = getattr(obj.data, "shape_keys", None)
    return keys is not None or any(m.type in ("ARMATURE", "CLOTH", "SOFT_BODY", "FLUID") for m in obj.modifiers)


def _near(one: Any, other: Any) -> bool:
    return all(abs(a - b) < 1e-3 for ra, rb in zip(one, other) for a, b in zip(ra, rb))


def _lights(scene: Any) -> bool:
    return any(o.type == "LIGHT" and not o.hide_render for o in scene.objects)


def _save(scene: Any, path: Path) -> None:
    """The scene with its projection as a new .blend whose pictures are found from where it lies."""
    projection.use_standard_view(scene)
    beside = path.with_name(f".{path.stem}.{os.getpid()}.blend")
    try:
        with disk_full_as_error(path):
            bpy.ops.wm.save_as_mainfile(filepath=str(beside), relative_remap=True, check_existing=False)
            for image in bpy.data.images:
                if TAKE in image:
                    image.filepath = bpy.path.relpath(bpy.path.abspath(image.filepath))
            bpy.ops.wm.save_as_mainfile(filepath=str(beside), check_existing=False)
            os.replace(beside, path)
    except RuntimeError as exc:
        raise InputError(
            f"{path} could not be saved: {exc}", code="project.save", hint="May you write to that folder?"
        ) from exc
    finally:
        beside.unlink(missing_ok=True)
        beside.with_suffix(".blend1").unlink(missing_ok=True)


# -- rendering


def _take_over(scene: Any) -> None:
    """One view layer, no camera switches; in memory only."""
    scene.timeline_markers.clear()
    kept = next((layer for layer in scene.view_layers if layer.use), scene.view_layers[0])
    for layer in [layer for layer in scene.view_layers if layer != kept]:
        scene.view_layers.remove(layer)


class _Eye:
    """The camera that renders: one of the scene's, or a free one that is set anew for each frame."""

    def __init__(self, scene: Any, camera: Any | None, views: list[CameraFrame]) -> None:
        self._views = {v.frame: v for v in views}
        self._camera = camera
        if camera is None:
            self._camera = bpy.data.objects.new(_FREE, bpy.data.cameras.new(_FREE))
            scene.collection.objects.link(self._camera)
        scene.camera = self._camera

    def far(self) -> tuple[Any, float]:
        """(a place it stands at, the farthest it sees in metres)."""
        view = next(iter(self._views.values()), None)
        if view is not None:
            return mathutils.Matrix(view.matrix_world).translation, view.clip_end
        assert self._camera is not None
        return self._camera.matrix_world.translation, self._camera.data.clip_end

    def go_to(self, frame: int) -> None:
        """Stand as at this frame."""
        view = self._views.get(frame)
        if view is None:
            return
        assert self._camera is not None
        lens = self._camera.data
        lens.type = view.type
        for field in ("lens", "ortho_scale", "sensor_width", "sensor_height", "sensor_fit", "shift_x", "shift_y"):
            setattr(lens, field, getattr(view, field))
        lens.clip_start, lens.clip_end = view.clip_start, view.clip_end
        self._camera.matrix_world = mathutils.Matrix(view.matrix_world)


def _roll(scene: Any, eye: _Eye, request: dict[str, Any], channel: Channel) -> None:
    out, frames = Path(request["out"]), request["frames"]
    out.mkdir(parents=True, exist_ok=True)
    for done, frame in enumerate(frames, start=1):
        scene.frame_set(frame)
        eye.go_to(frame)
        path = out / f"{frame:04d}.png"
        scene.render.filepath = str(path)
        try:
            bpy.ops.render.render(write_still=True)
        except RuntimeError as exc:
            raise _failed(frame, str(exc).strip().removeprefix("Error: ")) from exc
        if not path.is_file():
            raise _failed(frame, "it was not written.")
        channel.send("frame", frame=frame, name=path.name)
        channel.progress(0.1 + 0.9 * done / len(frames), "render", f"Frame {done} of {len(frames)}")


def _failed(frame: int, reason: str) -> BlenderError:
    return BlenderError(
        f"Blender stopped rendering at frame {frame}: {reason}",
        code="blender.render",
        hint="Check that there is room on the disk and that the scene renders in Blender.",
    )
