"""For the bench: makes a scene of many objects, and renders the same passes with nothing else of ours around."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import bpy
import mathutils

from rushes.blender.inside import pass_setup
from rushes.blender.inside.channel import Channel

__all__ = ["run"]


def run(request: dict[str, Any], channel: Channel) -> dict[str, Any]:
    """`{"make": PATH, "objects": N}` saves a scene; `{"blend": PATH, "out": FOLDER, "size": [w, h], "frames": [a, b]}`
    renders it bare."""
    if "make" in request:
        _make(Path(request["make"]), int(request["objects"]))
    else:
        _bare(request)
    return {}


def _make(path: Path, count: int) -> None:
    """Houses, cars that move, balls and posts on a ground; a camera that flies by."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    bpy.ops.mesh.primitive_plane_add(size=300)
    bpy.context.object.name = "Ground"
    makers = (
        bpy.ops.mesh.primitive_cube_add,
        bpy.ops.mesh.primitive_uv_sphere_add,
        bpy.ops.mesh.primitive_cylinder_add,
    )
    side = math.ceil(math.sqrt(count))
    for index in range(count - 1):
        at = (index % side * 5.0 - side * 2.5, index // side * 5.0 - side * 2.5, 1.0)
        makers[index % 3](location=at)
        thing = bpy.context.object
        thing.scale.z = 1.0 + index % 5
        if index % 20 == 0:
            thing.name = f"Car {index}"
            for frame, x in ((1, at[0]), (48, at[0] + 4.0)):
                thing.location.x = x
                thing.keyframe_insert("location", frame=frame)
    camera = bpy.data.objects.new("Cam", bpy.data.cameras.new("Cam"))
    scene.collection.objects.link(camera)
    scene.camera = camera
    for frame, x in ((1, -20.0), (48, 20.0)):
        camera.location = (x, -side * 3.0, 14.0)
        camera.rotation_euler = (mathutils.Vector((0, 0, 0)) - camera.location).to_track_quat("-Z", "Y").to_euler()
        camera.keyframe_insert("location", frame=frame)
        camera.keyframe_insert("rotation_euler", frame=frame)
    scene.frame_end = 48
    bpy.ops.wm.save_as_mainfile(filepath=str(path))


def _bare(request: dict[str, Any]) -> None:
    bpy.ops.wm.open_mainfile(filepath=request["blend"], load_ui=False, use_scripts=False)
    scene = bpy.context.scene
    for index, obj in enumerate(scene.objects, start=1):
        obj.pass_index = index
    size = (int(request["size"][0]), int(request["size"][1]))
    pass_setup.configure_passes(scene, bpy.context.view_layer, size=size, sun_direction=(0.3, -0.5, 0.8))
    pass_setup.configure_output(scene)
    scene.frame_start, scene.frame_end = request["frames"]
    scene.render.filepath = str(Path(request["out"]) / "####")
    bpy.ops.render.render(animation=True)
