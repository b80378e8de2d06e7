"""Makes the scenes that camera projection is measured on: `run` is called in Blender's interpreter by the launcher."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import bpy
import mathutils

from rushes.blender.inside.channel import Channel

__all__ = ["OWN", "run"]

OWN = (0.0, 0.0, 1.0)
"""Every own material shines in this colour, which no take of the measurement holds."""

Place = tuple[float, float, float]


def run(request: dict[str, Any], channel: Channel) -> dict[str, Any]:
    """Save `set`, `anamorphic`, `grazing`, `corner` and `thousand`.blend in `request["folder"]`."""
    folder = Path(request["folder"])
    makers: dict[str, Callable[[], None]] = {
        "set": _set,
        "anamorphic": _anamorphic,
        "grazing": _grazing,
        "corner": _corner,
        "thousand": _thousand,
    }
    for name, make in makers.items():
        _fresh()
        make()
        bpy.ops.wm.save_as_mainfile(filepath=str(folder / f"{name}.blend"))
    return {"version": bpy.app.version_string}


def _fresh() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = 256, 144
    scene.frame_start, scene.frame_end = 1, 5


# -- parts


def _mesh(name: str, points: Sequence[Place], faces: Sequence[Sequence[int]], shines: bool = True) -> Any:
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(points, [], faces)
    if shines:
        mesh.materials.append(_own())
    return mesh


def _own() -> Any:
    found = bpy.data.materials.get("own")
    if found is None:
        found = bpy.data.materials.new("own")
        if bpy.app.version < (5, 0):
            found.use_nodes = True
        tree = found.node_tree
        tree.nodes.clear()
        shader = tree.nodes.new("ShaderNodeEmission")
        shader.inputs["Color"].default_value = (*OWN, 1.0)
        tree.links.new(shader.outputs[0], tree.nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    return found


def _block(name: str = "block") -> Any:
    corners = [(x, y, z) for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)]
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return _mesh(name, corners, faces)


def _grid(name: str, across: Place, up: Place, steps: tuple[int, int], at: Place = (0.0, 0.0, 0.0)) -> Any:
    """A flat sheet of quads, centred at `at`, spanned by two half sides."""
    n, m = steps
    a, b, c = mathutils.Vector(across), mathutils.Vector(up), mathutils.Vector(at)
    points = [
        tuple(c + a * (2 * i / n - 1) + b * (2 * j / m - 1))  # type: ignore[operator]
        for j in range(m + 1)
        for i in range(n + 1)
    ]
    faces = [(j * (n + 1) + i, j * (n + 1) + i + 1, (j + 1) * (n + 1) + i + 1, (j + 1) * (n + 1) + i)
             for j in range(m) for i in range(n)]  # fmt: skip
    return _mesh(name, points, faces)


def _ball(name: str, segments: int = 32) -> Any:
    rings = segments // 2
    points: list[Place] = [(0.0, 0.0, -1.0)]
    for ring in range(1, rings):
        tilt = math.pi * ring / rings - math.pi / 2
        for k in range(segments):
            turn = 2 * math.pi * k / segments
            points.append((math.cos(tilt) * math.cos(turn), math.cos(tilt) * math.sin(turn), math.sin(tilt)))
    points.append((0.0, 0.0, 1.0))
    faces: list[tuple[int, ...]] = []
    for k in range(segments):
        right = (k + 1) % segments
        faces.append((0, 1 + right, 1 + k))
        for ring in range(rings - 2):
            low, high = 1 + ring * segments, 1 + (ring + 1) * segments
            faces.append((low + k, low + right, high + right, high + k))
        faces.append((len(points) - 1, len(points) - 1 - segments + k, len(points) - 1 - segments + right))
    mesh = _mesh(name, points, faces)
    mesh.shade_smooth()
    return mesh


def _put(name: str, data: Any, at: Place = (0.0, 0.0, 0.0), size: Place = (1.0, 1.0, 1.0), turn: float = 0.0) -> Any:
    obj = bpy.data.objects.new(name, data)
    obj.location, obj.scale, obj.rotation_euler.z = at, size, turn
    bpy.context.scene.collection.objects.link(obj)
    return obj


def _key(owner: Any, path: str, ways: Sequence[tuple[int, Any]]) -> None:
    for frame, value in ways:
        setattr(owner, path, value)
        owner.keyframe_insert(path, frame=frame)


def _camera(name: str, ways: Sequence[tuple[int, Place, Place]], **lens: Any) -> Any:
    """A camera that goes through (frame, place, what it looks at)."""
    camera = _put(name, bpy.data.cameras.new(name))
    for key, value in lens.items():
        setattr(camera.data, key, value)
    for frame, at, to in ways:
        camera.location = at
        camera.rotation_euler = (mathutils.Vector(to) - camera.location).to_track_quat("-Z", "Y").to_euler()
        if len(ways) > 1:
            camera.keyframe_insert("location", frame=frame)
            camera.keyframe_insert("rotation_euler", frame=frame)
    bpy.context.scene.camera = bpy.context.scene.camera or camera
    return camera


# -- scenes


def _set() -> None:
    """A yard: blocks, a wall, a round tower, a thing that drives, a flag that waves, a pole that bends, instances."""
    _put("Ground", _grid("ground", (30, 0, 0), (0, 30, 0), (1, 1)))
    block = _block()
    _put("House", block, (-4.0, 4.0, 2.0), (2.0, 2.0, 2.0), 0.4)
    _put("Shed", block, (4.5, 1.0, 1.0), (1.2, 1.8, 1.0), -0.3)
    _put("Wall", block, (0.0, 10.0, 2.5), (12.0, 0.3, 2.5))
    _put("Step", _mesh("bare", [(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], [(0, 1, 2, 3)], False), (2.5, -3, 0.4))
    tower = _put("Tower", _ball("tower", 16), (1.5, 5.0, 2.0), (1.2, 1.2, 2.0))
    tower.modifiers.new("Smooth", "SUBSURF").levels = 2
    tower.modifiers["Smooth"].render_levels = 2
    car = _put("Car", block, (-5.0, -2.0, 0.6), (1.4, 0.7, 0.6))
    for frame in (1, 5, 101, 109):
        share = (frame % 100 - 1) / 4
        car.location.x, car.rotation_euler.z = -5.0 + 2.5 * share, 0.3 * share
        car.keyframe_insert("location", frame=frame)
        car.keyframe_insert("rotation_euler", frame=frame)
    _waving()
    _bending()
    _instances(block)
    text = bpy.data.curves.new("text", "FONT")
    text.body, text.extrude, text.size = "QUAY", 0.1, 1.5
    text.materials.append(_own())
    word = _put("Sign", text, (-1.5, 9.6, 2.0))
    word.rotation_euler.x = math.pi / 2
    _cameras()


def _waving() -> None:
    flag = _put("Flag", _grid("flag", (1.6, 0, 0), (0, 0, 1.1), (24, 12)), (-1.2, 1.0, 2.6))
    wave = flag.modifiers.new("Wind", "WAVE")
    wave.height, wave.width, wave.narrowness, wave.speed, wave.time_offset = 0.35, 1.2, 1.6, 0.4, -40.0
    wave.use_normal = False
    flag.rotation_euler.x = 0.5


def _bending() -> None:
    pole = _put("Pole", _grid("pole", (0.25, 0.0, 0.0), (0.0, 0.0, 1.6), (1, 12)), (5.6, -2.2, 1.6))
    rig = bpy.data.armatures.new("rig")
    bones = _put("Rig", rig, (5.6, -2.2, 0.0))
    bpy.context.view_layer.objects.active = bones
    bpy.ops.object.mode_set(mode="EDIT")
    for name, low, high in (("low", 0.0, 1.6), ("high", 1.6, 3.2)):
        bone = rig.edit_bones.new(name)
        bone.head, bone.tail = (0, 0, low), (0, 0, high)
    bpy.ops.object.mode_set(mode="OBJECT")
    for name, above in (("low", False), ("high", True)):
        group = pole.vertex_groups.new(name=name)
        group.add([v.index for v in pole.data.vertices if (v.co.z > 0) == above], 1.0, "REPLACE")
    pole.modifiers.new("Rig", "ARMATURE").object = bones
    bend = bones.pose.bones["high"]
    bend.rotation_mode = "XYZ"
    for frame, angle in ((1, -0.5), (5, 0.5), (101, -0.5), (109, 0.5)):
        bend.rotation_euler.z = angle
        bend.keyframe_insert("rotation_euler", frame=frame)


def _instances(block: Any) -> None:
    crates = bpy.data.collections.new("Crates")
    for name, at, half in (("Crate", (0.0, 0.0, 0.5), 0.5), ("Lid", (0.2, 0.1, 1.25), 0.25)):
        crate = bpy.data.objects.new(name, block)
        crate.location, crate.scale = at, (half, half, half)
        crates.objects.link(crate)
    for number, (x, y, turn) in enumerate(((1.0, -1.5, 0.2), (2.4, 0.6, 0.9), (-2.8, 0.2, 1.4))):
        stack = _put(f"Stack {number + 1}", None, (x, y, 0.0), (1.0, 1.0, 1.2), turn)
        stack.instance_type, stack.instance_collection = "COLLECTION", crates


def _cameras() -> None:
    start, end, to = (-5.0, -11.0, 3.2), (-1.0, -10.0, 4.0), (0.0, 2.0, 1.5)
    _camera("Main", [(1, start, to), (5, end, (0.8, 2.0, 1.2))], lens=28.0)
    _camera("Late", [(101, start, to), (109, end, (0.8, 2.0, 1.2))], lens=28.0)
    _camera("Ortho", [(1, (-9.0, -10.0, 7.0), to), (5, (-7.0, -11.0, 7.0), to)], type="ORTHO", ortho_scale=16.0)
    _camera("Tall", [(1, start, to), (5, end, to)], lens=24.0)
    _camera(
        "Shift", [(1, start, to), (5, end, to)], lens=22.0, sensor_fit="VERTICAL", sensor_height=18.0,
        shift_x=0.22, shift_y=-0.13,
    )  # fmt: skip
    zoom = _camera("Zoom", [(1, start, to), (5, start, to)], lens=20.0)
    _key(zoom.data, "lens", ((1, 20.0), (5, 45.0)))
    _key(zoom.data, "shift_x", ((1, -0.1), (5, 0.1)))
    _camera("Side", [(1, (10.0, -8.0, 5.0), (0.0, 2.0, 1.0))], lens=24.0)


def _anamorphic() -> None:
    _set()
    bpy.context.scene.render.pixel_aspect_x = 2.0


def _grazing() -> None:
    """A camera a hand's breadth over a wide floor; a low slope, balls and rolling ground beside."""
    _put("Floor", _grid("floor", (10, 0, 0), (0, 40, 0), (1, 1), (0, 38, 0)))
    _put("Slope", _grid("slope", (4, 0, 0), (0, 30, 1.2), (1, 1), (16, 34, 1.2)))
    _put("Ball", _ball("ball", 48), (26.0, 20.0, 3.0), (3.0, 3.0, 3.0))
    _put("Facets", _ball("facets", 16), (27.0, 32.0, 3.0), (3.0, 3.0, 3.0)).data.shade_flat()
    _put("Waves", _rolling(), (-21.0, 35.0, 0.0))
    _camera("Low", [(1, (0.0, -4.0, 0.25), (0.0, 30.0, 0.0))], lens=16.0)
    _camera("Above", [(1, (0.0, -6.0, 26.0), (0.0, 22.0, 0.0))], lens=20.0)


def _rolling() -> Any:
    """Ground in gentle waves, finely divided and shaded smooth."""
    mesh = _grid("waves", (3, 0, 0), (0, 30, 0), (24, 240))
    for vertex in mesh.vertices:
        vertex.co.z = 0.12 * math.sin(vertex.co.y) * math.cos(0.6 * vertex.co.x)
    mesh.shade_smooth()
    return mesh


def _corner() -> None:
    """A block before two walls, seen by two cameras; a third stands between them."""
    _put("Floor", _grid("floor", (9, 0, 0), (0, 9, 0), (1, 1)))
    _put("Back", _grid("back", (9, 0, 0), (0, 0, 3), (1, 1), (0, 6, 3)))
    _put("Block", _block(), (0.0, 2.0, 1.2), (1.2, 1.2, 1.2), math.pi / 4)
    _camera("Left", [(1, (-6.0, -6.0, 3.0), (-0.8, 2.5, 1.2))], lens=32.0)
    _camera("Right", [(1, (6.0, -6.0, 3.0), (0.8, 2.5, 1.2))], lens=32.0)
    _camera("Between", [(1, (0.0, -7.5, 4.0), (0.0, 2.5, 1.0))], lens=26.0)


def _thousand() -> None:
    """A town of 1,000 blocks, each with a mesh and a material of its own with an image on it."""
    image = bpy.data.images.new("plain", 256, 256)
    image.generated_type = "COLOR_GRID"
    for index in range(1000):
        mesh = _block(f"block {index}")
        mesh.uv_layers.new()
        mesh.materials[0] = _textured(index, image)
        x, y = index % 40 - 19.5, index // 40
        _put(f"House {index}", mesh, (x * 1.6, y * 2.4, 0.0), (0.6, 0.6, 0.5 + index * 7 % 11 * 0.25))
    sun = _put("Sun", bpy.data.lights.new("Sun", "SUN"))
    sun.data.energy, sun.rotation_euler.x = 3.0, 0.6
    _camera("Town", [(1, (-6.0, -14.0, 10.0), (0.0, 20.0, 0.0))], lens=24.0)


def _textured(index: int, image: Any) -> Any:
    made = bpy.data.materials.new(f"house {index}")
    if bpy.app.version < (5, 0):
        made.use_nodes = True
    tree = made.node_tree
    picture = tree.nodes.new("ShaderNodeTexImage")
    picture.image = image
    tree.links.new(picture.outputs["Color"], tree.nodes["Principled BSDF"].inputs["Base Color"])
    return made
