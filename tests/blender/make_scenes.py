# pyright: reportMissingImports=false
"""Builds the small .blend files that the tests render. Run by Blender's interpreter: make_scenes.py FOLDER."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import bpy
import mathutils


def fresh() -> Any:
    """An empty scene at 160×90, 24 frames per second."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = 160, 90
    scene.frame_start, scene.frame_end = 1, 4
    return scene


def into(obj: Any, collection: Any = None) -> Any:
    (collection or bpy.context.scene.collection).objects.link(obj)
    return obj


def collection(name: str, parent: Any = None) -> Any:
    found = bpy.data.collections.new(name)
    if parent is not None:
        parent.children.link(found)
    return found


def cube_mesh() -> Any:
    """Corners at ±1; one mesh shared by all."""
    mesh = next((m for m in bpy.data.meshes if m.name == "block" and m.library is None), None)
    if mesh is None:
        mesh = bpy.data.meshes.new("block")
        corners = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
        faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
        mesh.from_pydata(corners, [], faces)
    return mesh


def cube(name: str, at: tuple[float, float, float], half: float = 1.0, home: Any = None) -> Any:
    obj = bpy.data.objects.new(name, cube_mesh())
    obj.location, obj.scale = at, (half, half, half)
    return into(obj, home)


def ground(name: str = "Quay", half: float = 60.0) -> Any:
    mesh = bpy.data.meshes.new("flat")
    mesh.from_pydata([(-half, -half, 0), (half, -half, 0), (half, half, 0), (-half, half, 0)], [], [(0, 1, 2, 3)])
    return into(bpy.data.objects.new(name, mesh))


def camera(name: str, at: tuple[float, float, float], to: tuple[float, float, float]) -> Any:
    obj = into(bpy.data.objects.new(name, bpy.data.cameras.new(name)))
    obj.location = at
    obj.rotation_euler = (mathutils.Vector(to) - obj.location).to_track_quat("-Z", "Y").to_euler()
    return obj


def slide(obj: Any, by: tuple[float, float, float], turn: float = 0.0, frames: tuple[int, int] = (1, 5)) -> None:
    """Linear move and turn about Z."""
    first, last = frames
    for frame, share in ((first, 0.0), (last, 1.0)):
        obj.location = [a + share * b for a, b in zip(obj.location, by)]
        obj.rotation_euler.z += share * turn
        obj.keyframe_insert("location", frame=frame)
        obj.keyframe_insert("rotation_euler", frame=frame)


def sun(at: tuple[float, float, float] = (0.3, -0.5, 0.8), strength: float = 2.5) -> None:
    lamp = into(bpy.data.objects.new("Key", bpy.data.lights.new("Key", "SUN")))
    lamp.data.energy, lamp.data.color = strength, (1.0, 0.9, 0.8)
    lamp.rotation_euler = mathutils.Vector(at).to_track_quat("Z", "Y").to_euler()


def material(name: str, color: tuple[float, float, float]) -> Any:
    found = bpy.data.materials.new(name)
    if bpy.app.version < (5, 0):
        found.use_nodes = True
    found.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (*color, 1.0)
    return found


def fog(name: str) -> Any:
    found = bpy.data.materials.new(name)
    if bpy.app.version < (5, 0):
        found.use_nodes = True
    tree = found.node_tree
    tree.nodes.clear()
    volume = tree.nodes.new("ShaderNodeVolumePrincipled")
    tree.links.new(volume.outputs[0], tree.nodes.new("ShaderNodeOutputMaterial").inputs["Volume"])
    return found


def save(path: Path, **options: Any) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(path), relative_remap=True, **options)


def library(folder: Path) -> None:
    """lib/props.blend: a collection Crate (two cubes, one of them moving) whose origin is not at 0."""
    fresh()
    crate = collection("Crate", bpy.context.scene.collection)
    crate.instance_offset = (0.0, 0.0, -0.5)
    cube("Crate_Base", (0.0, 0.0, 0.0), 0.5, crate)
    slide(cube("Crate_Lid", (0.0, 0.0, 1.0), 0.3, crate), (0.8, 0.0, 0.4), 0.5)
    (folder / "lib").mkdir(exist_ok=True)
    save(folder / "lib" / "props.blend")


def instance(name: str, of: Any, at: tuple[float, float, float], turn: float = 0.0, size: float = 1.0) -> Any:
    empty = into(bpy.data.objects.new(name, None))
    empty.instance_type, empty.instance_collection = "COLLECTION", of
    empty.location, empty.scale = at, (size, size, size)
    empty.rotation_euler.z = turn
    return empty


def _bent(home: Any) -> None:
    """Deforming things: a shape key, a wave, an armature; and a mirrored cube."""
    flag = cube("Flag", (-6.0, 2.0, 2.0), 1.0)
    flag.data = flag.data.copy()
    flag.data.name = "cloth"
    flag.shape_key_add(name="Basis")
    key = flag.shape_key_add(name="lean")
    for index in range(8):
        key.data[index].co.x += 1.0
    for frame, value in ((1, 0.0), (5, 1.0)):
        key.value = value
        key.keyframe_insert("value", frame=frame)
    mirrored = cube("Shed", (0.0, 9.0, 1.0))
    modifier = mirrored.modifiers.new("Array", "ARRAY")
    modifier.count, modifier.relative_offset_displace = 3, (2.0, 0.0, 0.0)
    rig_data = bpy.data.armatures.new("Rig")
    rig = into(bpy.data.objects.new("Rig", rig_data))  # edit mode needs it in the scene
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    bone = rig_data.edit_bones.new("Bone")
    bone.head, bone.tail = (0, 0, 0), (0, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    home.objects.link(rig)
    bpy.context.scene.collection.objects.unlink(rig)
    man = cube("Man", (0.0, 0.0, 0.0), 1.0, home)
    man.vertex_groups.new(name="Bone").add(list(range(8)), 1.0, "REPLACE")
    man.modifiers.new("Armature", "ARMATURE").object = rig
    pose = rig.pose.bones["Bone"]
    for frame, x in ((1, 0.0), (5, 1.0)):
        pose.location = (x, 0.0, 0.0)
        pose.keyframe_insert("location", frame=frame)


def city(folder: Path) -> None:
    """The main scene: linked, nested and rigged instances, hidden things, a holdout, three bound cameras."""
    scene = fresh()
    scene.render.fps, scene.render.fps_base = 24, 1.001
    ground()
    sun()
    with bpy.data.libraries.load(str(folder / "lib" / "props.blend"), link=True) as (_, wanted):
        wanted.collections = ["Crate"]
    crate = bpy.data.collections["Crate"]
    instance("Crate A", crate, (3.0, -3.0, 1.0), 0.4)
    slide(instance("Crate B", crate, (5.5, -2.0, 1.0), 0.0, 1.5), (0.0, 1.0, 0.0), 0.3)
    stack = collection("Stack")
    inner = instance("Inner", crate, (0.0, 0.0, 1.0))
    scene.collection.objects.unlink(inner)
    stack.objects.link(inner)
    cube("Stack_Foot", (0.0, 0.0, 0.0), 0.4, stack)
    instance("Pile", stack, (-3.0, -4.0, 0.8), 0.9)
    rigs = collection("Rigs")
    _bent(rigs)
    instance("Extra 1", rigs, (-1.0, -5.0, 1.0), 0.0, 0.5)
    instance("Extra 2", rigs, (1.0, -6.0, 1.0), 1.0, 0.5)
    _props(scene)
    _cameras(scene)
    briefs = {"Wide": {"mood": "calm"}}
    bpy.data.texts.new("rushes_briefs").write(json.dumps(briefs))
    save(folder / "city.blend")


def _props(scene: Any) -> None:
    house = cube("Warehouse", (0.0, 3.0, 2.0), 2.0)
    house.data = house.data.copy()
    house.data.materials.append(material("Brick", (0.5, 0.1, 0.05)))
    hidden = cube("Hidden Boat", (0.0, -2.0, 1.0))
    hidden.hide_render = True
    backstage = collection("Backstage", scene.collection)
    backstage.hide_render = True
    cube("Backstage Crane", (2.0, -5.0, 1.0), 1.0, backstage)
    cutout = cube("Cutout", (-5.0, -2.0, 1.0))
    cutout.is_holdout = True
    car = cube("Car", (6.0, 2.0, 0.7), 0.7)
    slide(car, (-2.0, 0.0, 0.0), 0.6)
    late = cube("Latecomer", (3.0, -6.0, 0.5), 0.5)
    for frame, hide in ((1, True), (3, False)):
        late.hide_render = hide
        late.keyframe_insert("hide_render", frame=frame)
    out_of_view = cube("Unseen in viewport", (8.0, 5.0, 1.0))
    out_of_view.hide_viewport = True
    odd = cube("Thing", (-8.0, 6.0, 1.0))
    odd["rushes_class"], odd["rushes_prompt"] = "vegetation", "an old oak"
    odd.color = (0.1, 0.6, 0.1, 1.0)
    trees = collection("Pines", scene.collection)
    trees["rushes_prompt"] = "a pine wood"
    cube("Block.007", (9.0, 9.0, 1.5), 1.5, trees)
    mist = cube("Mist", (0.0, 0.0, 5.0), 30.0)
    mist.data = mist.data.copy()
    mist.data.materials.append(fog("Fog"))
    cube("Sky Dome", (0.0, 0.0, 0.0), 90.0)
    lamp = into(bpy.data.objects.new("Lamp", bpy.data.lights.new("Lamp", "POINT")))
    lamp.data.energy, lamp.location = 5000.0, (0.0, -4.0, 6.0)


def _cameras(scene: Any) -> None:
    wide = camera("Cam Wide", (13.0, -14.0, 8.0), (0.0, 1.0, 1.0))
    slide(wide, (-1.0, 0.5, 0.2), 0.03)
    wide.data.lens, wide.data.shift_x, wide.data.shift_y = 35.0, 0.08, -0.05
    wide.data.dof.use_dof, wide.data.dof.aperture_fstop, wide.data.dof.focus_distance = True, 0.1, 4.0
    wide["rushes_subject"], wide["rushes_brief"] = "a harbour", json.dumps({"mood": "tense", "style": "ink"})
    tall = camera("Cam Tall", (0.0, -16.0, 5.0), (0.0, 2.0, 1.0))
    tall.data.sensor_fit, tall.data.sensor_height, tall.data.shift_y = "VERTICAL", 30.0, 0.1
    top = camera("Cam Top", (1.0, -12.0, 20.0), (0.0, 0.0, 0.0))
    top.data.type, top.data.ortho_scale, top.data.shift_x = "ORTHO", 24.0, 0.1
    pano = camera("Cam Pano", (0.0, -12.0, 3.0), (0.0, 0.0, 0.0))
    pano.data.type = "PANO"
    for name, obj, frame in (("Wide", wide, 1), ("Tall/Détail", tall, 5), ("Wide", top, 9), ("Late", wide, 200)):
        scene.timeline_markers.new(name, frame=frame).camera = obj
    scene.frame_end = 16
    scene.camera = wide
    scene.render.use_motion_blur, scene.render.motion_blur_shutter = True, 1.0
    scene.render.film_transparent = True
    _compositor(scene)


def _compositor(scene: Any) -> None:
    """Nodes that would write files and turn the picture black if they ran."""
    if bpy.app.version >= (5, 0):
        tree = bpy.data.node_groups.new("Comp", "CompositorNodeTree")
        scene.compositing_node_group = tree
    else:
        scene.use_nodes = True
        tree = scene.node_tree
    out = tree.nodes.new("CompositorNodeOutputFile")
    out.name = "Artist's output"
    if hasattr(out, "directory"):
        out.directory = "//compositor_out"
        out.file_output_items.new("RGBA", "Image")
    else:
        out.base_path = "//compositor_out"
    layers = tree.nodes.new("CompositorNodeRLayers")
    tree.links.new(layers.outputs["Image"], out.inputs[0])
    scene.render.use_compositing = True


def many(folder: Path) -> None:
    """300 cubes in a grid from above, no lamp; odd pixels; all in the second view layer, as the first is not used."""
    scene = fresh()
    blocks = collection("Blocks", scene.collection)
    scene.view_layers[0].use = False
    scene.view_layers[0].layer_collection.children["Blocks"].exclude = True
    scene.view_layers.new("Set.dressing")
    for index in range(300):
        at = (index % 20 * 2.4 - 22.8, index // 20 * 2.4 - 16.8, (index * 7 % 5) * 0.3)
        cube(f"Block {index:03d}", at, 0.9, blocks)
    cam = camera("Above", (4.0, -10.0, 45.0), (0.0, 0.0, 0.0))
    cam.data.lens = 28.0
    slide(cam, (-2.0, 1.0, 0.0), 0.1, (1, 9))
    slide(bpy.data.objects["Block 299"], (0.0, 0.0, 4.0), 0.5, (1, 9))
    scene.render.pixel_aspect_x, scene.render.pixel_aspect_y = 1.0, 1.4
    scene.render.resolution_percentage = 50
    scene.render.resolution_x, scene.render.resolution_y = 480, 270
    scene.camera, scene.frame_step, scene.frame_end = cam, 2, 7
    save(folder / "many.blend", compress=True)


def lit(folder: Path) -> None:
    """A red cube under a sun, before a blue world: what a beauty shows."""
    scene = fresh()
    ground()
    sun()
    box = cube("Box", (0.0, 0.0, 1.0))
    box.data.materials.append(material("Red", (0.8, 0.02, 0.02)))
    scene.world = bpy.data.worlds.new("Blue")
    if bpy.app.version < (5, 0):
        scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.05, 0.1, 0.9, 1.0)
    scene.camera = camera("Cam", (5.0, -8.0, 3.0), (0.0, 0.0, 2.5))
    scene.render.resolution_x, scene.render.resolution_y, scene.frame_end = 96, 54, 2
    save(folder / "lit.blend")


def scatter(folder: Path) -> None:
    """Things that stay instanced: geometry nodes' pebbles, cubes on faces, an instance with particles in it."""
    scene = fresh()
    ground(half=12.0)
    pebble = cube("Pebble", (0.0, 0.0, -9.0), 0.4)
    field = into(bpy.data.objects.new("Field", bpy.data.meshes.new("field")))
    tree = bpy.data.node_groups.new("Scatter", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    grid, info, spread, out = (
        tree.nodes.new(kind)
        for kind in (
            "GeometryNodeMeshGrid",
            "GeometryNodeObjectInfo",
            "GeometryNodeInstanceOnPoints",
            "NodeGroupOutput",
        )
    )
    grid.inputs["Size X"].default_value = grid.inputs["Size Y"].default_value = 10.0
    info.inputs["Object"].default_value = pebble
    info.inputs["As Instance"].default_value = True
    spread.inputs["Scale"].default_value = (0.4, 0.4, 0.4)
    tree.links.new(grid.outputs["Mesh"], spread.inputs["Points"])
    tree.links.new(info.outputs["Geometry"], spread.inputs["Instance"])
    tree.links.new(spread.outputs["Instances"], out.inputs[0])
    field.modifiers.new("Scatter", "NODES").node_group = tree
    hairy = collection("Hairy")
    bush = cube("Bush", (0.0, 0.0, 0.0), 1.0, hairy)
    bush.data = bush.data.copy()
    scene.collection.objects.link(bush)
    bpy.context.view_layer.update()
    with bpy.context.temp_override(object=bush):
        bush.modifiers.new("Hair", "PARTICLE_SYSTEM")
    bush.particle_systems[0].settings.type = "HAIR"
    bush.particle_systems[0].settings.count = 5
    scene.collection.objects.unlink(bush)
    instance("Hedge 1", hairy, (-4.0, 8.0, 1.0))
    instance("Hedge 2", hairy, (4.0, 8.0, 1.0))
    scene.camera = camera("Cam", (0.0, -14.0, 10.0), (0.0, 0.0, 0.0))
    scene.frame_end = 1
    save(folder / "scatter.blend")


def bad_ones(folder: Path) -> None:
    """Files that Rushes must refuse, each for one reason."""
    fresh()
    ground()
    save(folder / "no_camera.blend")
    scene = fresh()
    ground()
    scene.camera = camera("Away", (0.0, 0.0, 5.0), (0.0, 0.0, 50.0))
    save(folder / "nothing_seen.blend")
    data = (folder / "nothing_seen.blend").read_bytes()
    (folder / "torn.blend").write_bytes(data[: len(data) // 2])
    (folder / "not_one.blend").write_bytes(b"This is a text that someone renamed.")
    (folder / "newer.blend").write_bytes(newer(data))
    save(folder / "packed.blend", compress=True)
    import zstandard

    (folder / "newer_packed.blend").write_bytes(zstandard.ZstdCompressor().compress(newer(data)))
    scene = fresh()
    ground()
    scene.camera = camera("Cam", (0.0, -10.0, 5.0), (0.0, 0.0, 0.0))
    scene.camera["rushes_brief"] = "{not json"
    save(folder / "bad_brief.blend")


def newer(data: bytes) -> bytes:
    """The same file with the header of a Blender to come."""
    length = 17 if data[7:9].isdigit() else 12
    return (b"BLENDER17-01v0999" if length == 17 else b"BLENDER-v999") + data[length:]


def orphan(folder: Path) -> None:
    """city.blend again in a place from where its library is not found."""
    (folder / "moved").mkdir(exist_ok=True)
    (folder / "moved" / "city.blend").write_bytes((folder / "city.blend").read_bytes())


if __name__ == "__main__":
    target = Path(sys.argv[-1])
    library(target)
    city(target)
    many(target)
    lit(target)
    scatter(target)
    bad_ones(target)
    orphan(target)
