"""The projector: a camera of its own that stands where the shot's camera stood, frame by frame."""

from __future__ import annotations

from typing import Any

import bpy
import mathutils

from rushes.contracts import ProjectorData
from rushes.projection.curves import drop_action, hold_keys
from rushes.projection.names import COLLECTION, SHOT, TAKE

__all__ = ["make_projector", "remove_projector"]


def make_projector(scene: Any, data: ProjectorData) -> Any:
    """A camera object in the collection of projectors: no parent, no constraint, keys that hold; not selectable."""
    name = f"Rushes Projector {data.take}"[:63]
    lens = bpy.data.cameras.new(name)
    projector = bpy.data.objects.new(name, lens)
    for owner in (projector, lens):
        owner[TAKE], owner[SHOT] = data.take, data.shot
    _lens(lens, data)
    _place(projector, data)
    projector.hide_render = projector.hide_select = True
    projector.lock_location = projector.lock_rotation = projector.lock_scale = (True, True, True)
    _collection(scene).objects.link(projector)
    return projector


def _lens(lens: Any, data: ProjectorData) -> None:
    cameras = [f.camera for f in data.frames]
    numbers = [f.frame for f in data.frames]
    first = cameras[0]
    lens.type = first.type
    lens.sensor_fit = first.sensor_fit
    lens.sensor_width, lens.sensor_height = first.sensor_width, first.sensor_height
    for path in ("lens", "ortho_scale", "shift_x", "shift_y", "clip_start", "clip_end"):
        hold_keys(lens, path, numbers, [(getattr(c, path),) for c in cameras], array=False)
    lens.display_size = 0.5
    lens.show_passepartout = False


def _place(projector: Any, data: ProjectorData) -> None:
    projector.rotation_mode = "XYZ"
    places: list[tuple[float, ...]] = []
    turns: list[tuple[float, ...]] = []
    former: Any = None
    for frame in data.frames:
        place, turn, _ = mathutils.Matrix(frame.camera.matrix_world).decompose()
        angles = turn.to_euler("XYZ", former) if former is not None else turn.to_euler("XYZ")
        former = angles
        places.append(tuple(place))
        turns.append(tuple(angles))
    numbers = [f.frame for f in data.frames]
    hold_keys(projector, "location", numbers, places, array=True)
    hold_keys(projector, "rotation_euler", numbers, turns, array=True)


def _collection(scene: Any) -> Any:
    found = next((c for c in scene.collection.children if c.get(TAKE) == COLLECTION), None)
    if found is None:
        found = bpy.data.collections.new(COLLECTION)
        found[TAKE] = COLLECTION  # known again whatever its name
        found.hide_render = True
        scene.collection.children.link(found)
    return found


def remove_projector(projector: Any) -> None:
    """The camera object, its lens and their keys; the collection too when it is empty."""
    lens = projector.data
    homes = [c for c in projector.users_collection if c.get(TAKE) == COLLECTION]
    for owner in (projector, lens):
        drop_action(owner)
    bpy.data.objects.remove(projector)
    if lens is not None and not lens.users:
        bpy.data.cameras.remove(lens)
    for home in homes:
        if not home.objects and not home.children:
            bpy.data.collections.remove(home)
