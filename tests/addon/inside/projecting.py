"""Projectors without an engine: pictures that are drawn here, depth by casting rays, small scenes to throw them on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy
import mathutils
import numpy as np
import OpenEXR
from numpy.typing import NDArray

from rushes.contracts import (
    CameraFrame,
    FrameRange,
    ProjectorAlbedo,
    ProjectorData,
    ProjectorFrame,
    ProjectorLens,
    encode,
)
from rushes.contracts import Size as Sides

__all__ = ["add_camera", "blocks", "camera_at", "depth_of", "dump", "material", "projector_folder", "rays", "rendered"]

Size = tuple[int, int]
Bytes = NDArray[np.uint8]
Floats = NDArray[Any]


def material(name: str, color: tuple[float, float, float]) -> Any:
    """A plain Principled material."""
    made = bpy.data.materials.new(name)
    if bpy.app.version < (5, 0):
        made.use_nodes = True
    made.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (*color, 1.0)
    return made


def blocks(scene: Any) -> list[Any]:
    """A floor, a box on it, a cone without a material behind it."""
    grey, red = material("Grey", (0.4, 0.4, 0.4)), material("Red", (0.6, 0.1, 0.1))
    made: list[Any] = []
    for operator, place, shown in (
        (lambda: bpy.ops.mesh.primitive_plane_add(size=40), (0, 0, 0), grey),
        (lambda: bpy.ops.mesh.primitive_cube_add(size=2), (0, 0, 1), red),
        (lambda: bpy.ops.mesh.primitive_cone_add(), (2.5, 2.0, 1), None),
    ):
        operator()
        obj = bpy.context.object
        obj.location = place
        if shown is not None:
            obj.data.materials.append(shown)
        made.append(obj)
    scene.view_settings.view_transform = "Standard"
    bpy.context.view_layer.update()
    return made


def add_camera(scene: Any, name: str, place: tuple[float, float, float], at: Sequence[float], **lens: Any) -> Any:
    """A camera that looks at a point."""
    data = bpy.data.cameras.new(name)
    for key, value in lens.items():
        setattr(data, key, value)
    made = bpy.data.objects.new(name, data)
    scene.collection.objects.link(made)
    made.location = place
    way = mathutils.Vector(at) - mathutils.Vector(place)
    made.rotation_euler = way.to_track_quat("-Z", "Y").to_euler()
    bpy.context.view_layer.update()
    return made


def camera_at(scene: Any, camera: Any, frame: int) -> CameraFrame:
    """The camera as passes would have noted it."""
    scene.frame_set(frame)
    found = camera.evaluated_get(bpy.context.evaluated_depsgraph_get())
    lens = found.data
    rows: Any = tuple(tuple(row) for row in found.matrix_world.normalized())
    names = ("type", "lens", "ortho_scale", "sensor_width", "sensor_height", "sensor_fit")
    names = (*names, "shift_x", "shift_y", "clip_start", "clip_end")
    return CameraFrame(frame, rows, **{n: getattr(lens, n) for n in names})


def rays(camera: CameraFrame, size: Size, aspect: tuple[float, float] = (1.0, 1.0)) -> tuple[Floats, Floats]:
    """(origins, directions), (H, W, 3) each, through the pixels' centres; planar depth is the length along a ray."""
    width, height = size
    lens = camera.intrinsics(Sides(width, height), aspect)
    matrix = np.array(camera.matrix_world)
    x = (np.arange(width) + 0.5 - lens.cx) / lens.fx
    y = -(np.arange(height) + 0.5 - lens.cy) / lens.fy
    across, up = np.meshgrid(x, y)
    if lens.orthographic:
        origins = np.stack([across, up, 0 * up], -1) @ matrix[:3, :3].T + matrix[:3, 3]
        return origins, np.broadcast_to(-matrix[:3, 2], origins.shape)
    ways = np.stack([across, up, -np.ones_like(up)], -1) @ matrix[:3, :3].T
    return np.broadcast_to(matrix[:3, 3], ways.shape), ways


def depth_of(scene: Any, camera: CameraFrame, size: Size, aspect: tuple[float, float] = (1.0, 1.0)) -> Any:
    """(H, W) planar depth, 1e10 where no ray hits."""
    scene.frame_set(camera.frame)
    graph = bpy.context.evaluated_depsgraph_get()
    origins, ways = rays(camera, size, aspect)
    matrix = np.array(camera.matrix_world)
    found = np.full(origins.shape[:2], 1e10, np.float32)
    for at in np.ndindex(*found.shape):
        hit, place, *_ = scene.ray_cast(graph, origins[at], ways[at])
        if hit:
            found[at] = -((np.array(place) - matrix[:3, 3]) @ matrix[:3, 2])
    return found


def _save(path: Path, picture: Bytes) -> None:
    height, width, _ = picture.shape
    image = bpy.data.images.new("passing", width, height)
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = picture[::-1] / 255.0
    image.pixels.foreach_set(pixels.ravel())
    image.file_format = "PNG"
    image.filepath_raw = str(path)
    image.save()
    bpy.data.images.remove(image)


def _save_depth(path: Path, plane: Any) -> None:
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    with OpenEXR.File(header, {"V": np.ascontiguousarray(plane, np.float32)}) as file:
        file.write(str(path))


def drawn(number: int, size: Size) -> Bytes:
    """A soft picture, another one each frame."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    waves = 128 + 60 * np.sin(number + x / 13.0) + 60 * np.cos(y / 9.0)
    planes = [255 * x / (size[0] - 1), 255 * y / (size[1] - 1), waves]
    return np.clip(np.rint(np.stack(planes, -1)), 0, 255).astype(np.uint8)


def projector_folder(
    scene: Any,
    camera: Any,
    folder: Path,
    *,
    take: str = "t1",
    frames: Sequence[int] = (1, 2, 3),
    size: Size = (64, 36),
    aspect: tuple[float, float] = (1.0, 1.0),
    flat: tuple[int, int, int] | None = None,
    albedo: bool = False,
) -> tuple[list[Bytes], ProjectorData]:
    """What the job "projector" makes, as (pictures, projector.json); all pictures of one colour with `flat`."""
    kinds = ("color", "depth", "albedo") if albedo else ("color", "depth")
    for kind in kinds:
        (folder / kind).mkdir(parents=True)
    cameras = [camera_at(scene, camera, f) for f in frames]
    pictures = [np.full((*size[::-1], 3), flat, np.uint8) if flat else drawn(k, size) for k in frames]
    numbers = [0, *range(1, len(frames) + 1), len(frames) + 1]
    for number in numbers:
        index = min(max(number - 1, 0), len(frames) - 1)
        for kind in kinds:
            if kind != "depth":
                _save(folder / kind / f"{number:04d}.png", pictures[index])
        inside = 1 <= number <= len(frames)
        plane = depth_of(scene, cameras[index], size, aspect) if inside else np.full(size[::-1], -1.0)
        _save_depth(folder / "depth" / f"{number:04d}.exr", plane)
    sides = Sides(*size)
    lenses = [ProjectorFrame(f, c, ProjectorLens.of(c, sides, aspect)) for f, c in zip(frames, cameras)]
    data = ProjectorData(
        version=1,
        take=take,
        shot="Wide",
        camera=camera.name,
        size=sides,
        pixel_aspect=aspect,
        range=FrameRange(frames[0], frames[-1]),
        first=frames[0],
        count=len(frames),
        rate=Fraction(24),
        orthographic=cameras[0].type == "ORTHO",
        frames=tuple(lenses),
        albedo=ProjectorAlbedo((1.0, 1.0, 1.0), 0.9) if albedo else None,
    )
    (folder / "projector.json").write_text(json.dumps(encode(data)))
    return pictures, data


def rendered(
    scene: Any, camera: Any, frame: int, path: Path, size: Size, aspect: tuple[float, float] = (1.0, 1.0)
) -> Any:
    """(H, W, 3) uint8 of Cycles, one sample at each pixel's centre."""
    render = scene.render
    render.engine, scene.camera = "CYCLES", camera
    render.resolution_x, render.resolution_y, render.resolution_percentage = *size, 100
    render.pixel_aspect_x, render.pixel_aspect_y = aspect
    cycles = scene.cycles
    cycles.samples, cycles.use_denoising, cycles.use_adaptive_sampling = 1, False, False
    cycles.pixel_filter_type, cycles.filter_width, cycles.device = "BOX", 0.01, "CPU"
    render.image_settings.file_format, render.image_settings.color_mode = "PNG", "RGB"
    render.dither_intensity, render.filepath = 0.0, str(path)
    scene.frame_set(frame)
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(str(path))
    pixels = np.empty(size[0] * size[1] * 4, np.float32)
    image.pixels.foreach_get(pixels)
    bpy.data.images.remove(image)
    return np.rint(pixels.reshape(size[1], size[0], 4)[::-1, :, :3] * 255).astype(np.uint8)


_COUNTED = ("objects", "meshes", "cameras", "materials", "node_groups", "images", "actions", "collections", "curves")


_REGISTERED = ("cycles", "rushes")
"""Storage of registered properties, which Blender makes as soon as they are read (until 4.5)."""


def dump() -> dict[str, Any]:
    """All that projection may touch, as plain data."""
    found: dict[str, Any] = {kind: sorted(b.name for b in getattr(bpy.data, kind)) for kind in _COUNTED}
    found["images"] = [name for name in found["images"] if name != "Render Result"]
    for made in bpy.data.materials:
        found[f"material {made.name}"] = (
            _props(made),
            _tree(made.node_tree) if made.node_tree is not None else None,
            made.cycles.emission_sampling,
            tuple(made.diffuse_color),
        )
    for obj in bpy.data.objects:
        slots = [(s.link, s.material.name if s.material else None) for s in obj.material_slots]
        own = [m.name if m else None for m in getattr(obj.data, "materials", ())] if obj.data else []
        homes = sorted(c.name for c in obj.users_collection)
        found[f"object {obj.name}"] = (_props(obj), slots, own, homes, tuple(obj.location), obj.hide_render)
    for scene in bpy.data.scenes:
        found[f"scene {scene.name}"] = (_props(scene), sorted(c.name for c in scene.collection.children))
    return found


def _props(owner: Any) -> dict[str, Any]:
    return {k: getattr(owner[k], "name", None) or str(owner[k]) for k in owner.keys() if k not in _REGISTERED}  # noqa: SIM118 (an ID, not a dict)


def _tree(tree: Any) -> dict[str, Any]:
    nodes = {
        n.name: (n.bl_idname, n.label, tuple(n.location), n.select, [_value(i) for i in n.inputs]) for n in tree.nodes
    }
    links = sorted((k.from_node.name, k.from_socket.name, k.to_node.name, k.to_socket.name) for k in tree.links)
    return {"nodes": nodes, "links": links, "active": tree.nodes.active.name if tree.nodes.active else None}


def _value(socket: Any) -> Any:
    value = getattr(socket, "default_value", None)
    return value if value is None or isinstance(value, (str, int, float)) else str(list(value))
