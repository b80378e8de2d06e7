"""Renders training scenes: `run` is called in Blender's interpreter by `rushes.blender.launcher`.

For each plan it writes `scene_<seed>.npz` with the blockout's passes and the twin's passes and light. Files that exist
are kept, so a run that was stopped goes on where it was. The blockout's settings are those of a shot's passes.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
from pathlib import Path
from typing import Any

import bpy
import mathutils
import numpy as np
import OpenEXR

from rushes.blender.inside import pass_setup, synth_meshes
from rushes.blender.inside.channel import Channel

__all__ = ["render_plan", "run"]

SIZE = (256, 144)
TWIN_SCALE = 2
ALBEDO = 0.6
"""Grey of the twin: gives bounced light its strength; divided out again."""
SKY = 1.0e10


def _white(name: str, value: float) -> Any:
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    shader = tree.nodes.new("ShaderNodeBsdfDiffuse")
    shader.inputs["Color"].default_value = (value, value, value, 1.0)
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(shader.outputs[0], output.inputs["Surface"])
    return material


def _object(scene: Any, plan: dict[str, Any], index: int, *, twin: bool) -> Any:
    verts, faces = synth_meshes.build(plan["kind"], tuple(plan["size"]), plan["options"], twin=twin)
    lift = plan["size"][2] / 2 if plan["centred"] else 0.0
    mesh = bpy.data.meshes.new("block")
    mesh.from_pydata([(x, y, z - lift) for x, y, z in verts.tolist()], [], faces)
    if synth_meshes.smooth_by_default(plan["kind"], plan["options"], twin=twin):
        mesh.shade_smooth()
    obj = bpy.data.objects.new("block", mesh)
    x, y, z = plan["location"]
    obj.location = (x, y, z + lift)
    obj.rotation_euler = (0.0, 0.0, plan["yaw"])
    obj.pass_index = index
    scene.collection.objects.link(obj)
    return obj


def _camera(scene: Any, plan: dict[str, Any]) -> Any:
    data = bpy.data.cameras.new("camera")
    data.lens = plan["lens"]
    data.clip_start, data.clip_end = 0.05, 2000.0
    camera = bpy.data.objects.new("camera", data)
    camera.location = plan["location"]
    way = mathutils.Vector(plan["target"]) - mathutils.Vector(plan["location"])
    camera.rotation_euler = way.to_track_quat("-Z", "Y").to_euler()
    scene.collection.objects.link(camera)
    scene.camera = camera
    return camera


def _sun(scene: Any, direction: list[float], energy: float, color: tuple[float, float, float], angle: float) -> None:
    data = bpy.data.lights.new("sun", "SUN")
    data.energy, data.color, data.angle = energy, color, angle
    lamp = bpy.data.objects.new("sun", data)
    lamp.rotation_euler = mathutils.Vector(direction).to_track_quat("Z", "Y").to_euler()
    scene.collection.objects.link(lamp)


def _world(scene: Any, color: tuple[float, float, float]) -> None:
    world = bpy.data.worlds.new("world")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs[0].default_value = (*color, 1.0)
    scene.world = world


def _output(scene: Any) -> None:
    render = scene.render
    render.threads_mode, render.threads = "FIXED", 1
    settings = render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "MULTI_LAYER_IMAGE"
    settings.file_format = "OPEN_EXR_MULTILAYER"
    settings.color_depth = "32"
    settings.exr_codec = "NONE"


def _light_settings(scene: Any, size: tuple[int, int], samples: int) -> None:
    """The twin's light: few samples at the pixel's centre, one bounce, denoised by clean normals."""
    render, cycles, layer = scene.render, scene.cycles, scene.view_layers[0]
    render.engine = "CYCLES"
    render.resolution_x, render.resolution_y = size
    render.resolution_percentage = 100
    render.film_transparent = render.use_motion_blur = False
    render.use_compositing = render.use_sequencer = False
    cycles.samples, cycles.use_adaptive_sampling = samples, False
    cycles.use_denoising = True
    cycles.denoising_quality, cycles.denoising_prefilter = "FAST", "NONE"
    cycles.pixel_filter_type, cycles.filter_width = "BOX", 0.01
    cycles.max_bounces = cycles.diffuse_bounces = 1
    cycles.glossy_bounces = cycles.transmission_bounces = cycles.transparent_max_bounces = 0
    cycles.sample_clamp_indirect = 4.0
    layer.use_pass_z = layer.use_pass_normal = layer.use_pass_object_index = True


def _clear() -> Any:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return bpy.context.scene


def _render(scene: Any, path: str) -> dict[str, Any]:
    scene.render.filepath = path
    bpy.ops.render.render(write_still=True)
    found: dict[str, Any] = {}
    with OpenEXR.File(path, separate_channels=True) as exr:
        for part in exr.parts:
            for name, channel in part.channels.items():
                found[name.split(".", 1)[1]] = np.array(channel.pixels, np.float32)
    return found


def _vector(found: dict[str, Any], name: str, parts: str) -> Any:
    return np.stack([found[f"{name}.{c}"] for c in parts], -1)


def _geometry(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "z": np.minimum(found["Depth.Z"], SKY).astype(np.float32),
        "normal": np.round(_vector(found, "Normal", "XYZ") * 32000).astype(np.int16),
        "ids": np.round(found["Object Index.X"]).astype(np.uint16),
    }


def render_plan(plan: dict[str, Any], scratch: str, *, samples: int = 6, twin: bool = True) -> dict[str, Any]:
    """Arrays of one scene.

    Blockout at 256×144: z float32 metres, normal int16 (×32000, world), ids uint16 (0 sky), direct uint8 (×255).
    Twin at 512×288: z2, normal2, ids2, and light2 (H, W, 2) float16: irradiance over π from the sun (unit normal
    irradiance π) and from a white sky, one bounce each. Also camera (4, 4), lens, matrices (N, 4, 4), boxes (N, 2, 3):
    the bounds in own space.
    """
    scene = _clear()
    camera = _camera(scene, plan["camera"])
    objects = [_object(scene, o, i + 1, twin=False) for i, o in enumerate(plan["objects"])]
    x, y, z = plan["sun"]
    pass_setup.configure_passes(scene, scene.view_layers[0], size=SIZE, sun_direction=(x, y, z))
    _output(scene)
    found = _render(scene, scratch)
    out = _geometry(found)
    out["direct"] = np.round(
        np.clip(found["Diffuse Direct.R"] if "Diffuse Direct.R" in found else found["DiffDir.R"], 0, 1) * 255
    ).astype(np.uint8)
    out["camera"] = np.array(camera.matrix_world, np.float64)
    out["lens"] = np.float64(camera.data.lens)
    out["matrices"] = np.array([np.array(o.matrix_world) for o in objects])
    out["boxes"] = np.array(
        [[np.min(b, 0), np.max(b, 0)] for b in (np.array([v[:] for v in o.bound_box]) for o in objects)]
    )
    if twin:
        out.update(_twin(plan, scratch, samples))
    return out


def _twin(plan: dict[str, Any], scratch: str, samples: int) -> dict[str, Any]:
    scene = _clear()
    _camera(scene, plan["camera"])
    for i, o in enumerate(plan["objects"]):
        _object(scene, o, i + 1, twin=True)
    _sun(scene, plan["sun"], math.pi, (1.0, 0.0, 0.0), math.radians(1.2))
    _world(scene, (0.0, 1.0, 0.0))
    _light_settings(scene, (SIZE[0] * TWIN_SCALE, SIZE[1] * TWIN_SCALE), samples)
    _output(scene)
    scene.view_layers[0].material_override = _white("grey", ALBEDO)
    found = _render(scene, scratch)
    light = _vector(found, "Combined", "RG") / ALBEDO
    return {f"{k}2": v for k, v in _geometry(found).items()} | {"light2": np.clip(light, 0, 60).astype(np.float16)}


def run(data: dict[str, Any], channel: Channel) -> dict[str, Any]:
    """Render `data["plans"]` into the folder `data["out"]`; answers how many were new."""
    out = Path(data["out"])
    out.mkdir(parents=True, exist_ok=True)
    made = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, plan in enumerate(data["plans"]):
            target = out / f"scene_{plan['seed']:06d}.npz"
            if target.exists():
                continue
            arrays = render_plan(plan, str(Path(folder) / "frame.exr"))
            part = target.with_suffix(f".{os.getpid()}.part")
            with part.open("wb") as stream:
                np.savez_compressed(stream, plan=np.array(json.dumps(plan)), **arrays)
            part.replace(target)
            made += 1
            channel.progress((number + 1) / len(data["plans"]), "synth", f"scene {plan['seed']}")
    return {"made": made}
