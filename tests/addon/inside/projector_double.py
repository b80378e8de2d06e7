"""A double of a take that is ready for projection: its folder made in code, depth by ray casting. Needs bpy."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy
import mathutils
import numpy as np

from rushes.contracts import CameraFrame, FrameRange, ProjectorData, ProjectorFrame, ProjectorLens, Size, encode

__all__ = ["corner", "look_at", "make_projector"]

Paint = Callable[[Any, int], Any]
"""(H, W, 3) world places of a frame's pixels → (H, W, 3) colours, 0 to 1 sRGB."""


def look_at(name: str, place: Sequence[float], to: Sequence[float], lens: float = 28.0) -> Any:
    """A camera."""
    camera = bpy.data.objects.new(name, bpy.data.cameras.new(name))
    camera.data.lens = lens
    camera.location = place
    camera.rotation_euler = (mathutils.Vector(to) - camera.location).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(camera)
    return camera


def corner() -> tuple[Any, Any]:
    """A block on a floor before two walls, each with a colour of its own; cameras to its left and right."""
    for name, at, half, color in (
        ("Floor", (0.0, 0.0, -0.1), (6.0, 6.0, 0.1), (0.3, 0.3, 0.3)),
        ("Back", (0.0, 6.0, 2.0), (6.0, 0.1, 2.0), (0.5, 0.35, 0.25)),
        ("Side", (6.0, 0.0, 2.0), (0.1, 6.0, 2.0), (0.25, 0.35, 0.5)),
        ("Block", (1.0, 1.5, 1.0), (1.0, 1.0, 1.0), (0.55, 0.5, 0.2)),
    ):
        bpy.ops.mesh.primitive_cube_add(size=2.0, calc_uvs=False)
        made = bpy.context.object
        made.name = made.data.name = name
        made.data.transform(mathutils.Matrix.Diagonal((*half, 1.0)))
        made.location = at
        material = bpy.data.materials.new(name)
        if bpy.app.version < (5, 0):
            material.use_nodes = True
        material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (*color, 1.0)
        made.data.materials.append(material)
    bpy.context.scene.render.resolution_x, bpy.context.scene.render.resolution_y = 192, 108
    left = look_at("Left", (-5.0, -5.0, 3.0), (1.5, 2.0, 1.0), 26.0)
    right = look_at("Right", (3.0, -5.5, 3.5), (1.5, 2.5, 1.0), 26.0)
    bpy.context.view_layer.update()
    return left, right


def make_projector(folder: Path, take: str, camera: Any, frames: tuple[int, int], paint: Paint) -> Path:
    """The folder of a take that `camera` saw in the current scene, painted."""
    scene = bpy.context.scene
    size = Size(scene.render.resolution_x, scene.render.resolution_y)
    told: list[ProjectorFrame] = []
    for kind in ("color", "depth"):
        (folder / kind).mkdir(parents=True)
    count = frames[1] - frames[0] + 1
    for index in range(count):
        scene.frame_set(frames[0] + index)
        row = _camera_row(camera, frames[0] + index)
        lens = ProjectorLens.of(row, size, (1.0, 1.0))
        told.append(ProjectorFrame(row.frame, row, lens))
        depth, places = _cast(scene, camera, lens, size)
        picture = np.clip(paint(places, index), 0.0, 1.0)
        for number in {index + 1, 0 if index == 0 else index + 1, count + 1 if index == count - 1 else index + 1}:
            inside = 1 <= number <= count
            _save(folder / "color" / f"{number:04d}.png", picture)
            _save(
                folder / "depth" / f"{number:04d}.exr",
                np.repeat(depth[..., None], 3, -1) if inside else -np.ones_like(picture),
            )
    data = ProjectorData(
        1, take, camera.name, camera.name, size, (1.0, 1.0), FrameRange(*frames), frames[0], count, Fraction(24),
        camera.data.type == "ORTHO", tuple(told),
    )  # fmt: skip
    (folder / "projector.json").write_text(json.dumps(encode(data)), "utf-8")
    return folder


def _camera_row(camera: Any, frame: int) -> CameraFrame:
    d = camera.data
    rows = tuple(tuple(r) for r in camera.matrix_world)
    return CameraFrame(
        frame, rows, d.type, d.lens, d.ortho_scale, d.sensor_width, d.sensor_height, d.sensor_fit,
        d.shift_x, d.shift_y, d.clip_start, d.clip_end,
    )  # fmt: skip


def _cast(scene: Any, camera: Any, lens: ProjectorLens, size: Size) -> tuple[Any, Any]:
    """(planar depth, places): (H, W) and (H, W, 3), the top row first."""
    graph = bpy.context.evaluated_depsgraph_get()
    depth = np.full((size.height, size.width), 1e10, np.float32)
    places = np.zeros((size.height, size.width, 3), np.float32)
    matrix = camera.matrix_world
    for y in range(size.height):
        for x in range(size.width):
            at = mathutils.Vector((
                ((x + 0.5) / size.width - lens.cx) / lens.fx, (lens.cy - (y + 0.5) / size.height) / lens.fy, -1.0,
            ))  # fmt: skip
            way = (matrix.to_3x3() @ at).normalized()
            hit, place, *_ = scene.ray_cast(graph, matrix.translation, way)
            if hit:
                depth[y, x] = -(matrix.inverted() @ place).z
                places[y, x] = place
    return depth, places


def _save(path: Path, picture: Any) -> None:
    height, width = picture.shape[:2]
    exr = path.suffix == ".exr"
    image = bpy.data.images.new("save", width, height, alpha=False, float_buffer=exr)
    image.colorspace_settings.name = "Non-Color" if exr else "sRGB"
    full = np.ones((height, width, 4), np.float32)
    full[..., :3] = picture[::-1]
    image.pixels.foreach_set(full.ravel())
    image.filepath_raw = str(path)
    image.file_format = "OPEN_EXR" if exr else "PNG"
    image.save()
    bpy.data.images.remove(image)
