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

__all__ = ["lamp_sources", "render_plan", "run"]

SIZE = (256, 144)
TWIN_SCALE = 2
ALBEDO = 0.6
"""Grey of the twin: gives bounced light its strength; divided out again."""
SKY = 1.0e10
SAMPLES = 6
INDOOR_SAMPLES = 9
MOST_LAMPS = 12
LAMP_POWER = 4 * math.pi**2
"""Watts of a point light whose irradiance over π at one metre is 1."""


def _white(name: str, value: float) -> Any:
    material = bpy.data.materials.new(name)
    if bpy.app.version < (5, 0):
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
    mesh.from_pydata((np.asarray(verts, float) - (0.0, 0.0, lift)).tolist(), [], faces)
    if synth_meshes.smooth_by_default(plan["kind"], plan["options"], twin=twin):
        mesh.shade_smooth()
    obj = bpy.data.objects.new("block", mesh)
    x, y, z = plan["location"]
    obj.location = (x, y, z + lift)
    obj.rotation_euler = (0.0, 0.0, plan["yaw"])
    obj.pass_index = index
    obj.visible_shadow = not (twin and plan["cls"] == "light")
    scene.collection.objects.link(obj)
    return obj


def _matrix(plan: dict[str, Any]) -> Any:
    """Object to world, (4, 4)."""
    c, s = math.cos(plan["yaw"]), math.sin(plan["yaw"])
    x, y, z = plan["location"]
    z += plan["size"][2] / 2 if plan["centred"] else 0.0
    return np.array([[c, -s, 0.0, x], [s, c, 0.0, y], [0.0, 0.0, 1.0, z], [0.0, 0.0, 0.0, 1.0]])


def _camera(scene: Any, plan: dict[str, Any]) -> Any:
    data = bpy.data.cameras.new("camera")
    data.lens = plan["lens"]
    data.shift_x, data.shift_y = plan["shift"]
    data.clip_start, data.clip_end = 0.05, 2000.0
    camera = bpy.data.objects.new("camera", data)
    camera.location = plan["location"]
    way = mathutils.Vector(plan["target"]) - mathutils.Vector(plan["location"])
    turn = way.to_track_quat("-Z", "Y") @ mathutils.Quaternion((0.0, 0.0, 1.0), plan["roll"])
    camera.rotation_euler = turn.to_euler()
    scene.collection.objects.link(camera)
    scene.camera = camera
    return camera


def _sun(scene: Any, direction: list[float], energy: float, color: tuple[float, float, float], angle: float) -> None:
    data = bpy.data.lights.new("sun", "SUN")
    data.energy, data.color, data.angle = energy, color, angle
    lamp = bpy.data.objects.new("sun", data)
    lamp.rotation_euler = mathutils.Vector(direction).to_track_quat("Z", "Y").to_euler()
    scene.collection.objects.link(lamp)


def _lamp(scene: Any, at: list[float], strength: float) -> None:
    """A blue point light whose irradiance over π at one metre, head on, is `strength`."""
    data = bpy.data.lights.new("lamp", "POINT")
    data.energy, data.color = strength * LAMP_POWER, (0.0, 0.0, 1.0)
    data.shadow_soft_size = 0.12
    if hasattr(data, "use_soft_falloff"):
        data.use_soft_falloff = False
    lamp = bpy.data.objects.new("lamp", data)
    lamp.location = at
    scene.collection.objects.link(lamp)


def lamp_sources(plans: list[dict[str, Any]], matrices: Any, boxes: Any, target: list[float]) -> Any:
    """(M, 4) x, y, z and intensity of a plan's lamps: at most the `MOST_LAMPS` nearest to the camera's target.

    A lamp shines from the middle of its box's top, 8 % of the height below; its intensity is such that the irradiance
    over π straight below, on z = 0, is 1.
    """
    found: list[tuple[float, float, float, float]] = []
    for plan, matrix, (low, high) in zip(plans, matrices, boxes, strict=True):
        if plan["cls"] != "light":
            continue
        own = [*(0.5 * (low + high))[:2], high[2] - 0.08 * (high[2] - low[2]), 1.0]
        x, y, z, _ = matrix @ np.array(own)
        found.append((float(x), float(y), float(z), float(np.clip(z, 0.8, 8.0)) ** 2))
    found.sort(key=lambda lamp: math.dist(lamp[:3], target))
    return np.array(found[:MOST_LAMPS], np.float64).reshape(-1, 4)


def _world(scene: Any, color: tuple[float, float, float]) -> None:
    world = bpy.data.worlds.new("sky")
    if bpy.app.version < (5, 0):
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


def _light_settings(scene: Any, size: tuple[int, int], samples: int, bounces: int) -> None:
    """The twin's light: few samples at the pixel's centre, few bounces, denoised by clean normals."""
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
    cycles.max_bounces = cycles.diffuse_bounces = bounces
    cycles.glossy_bounces = cycles.transmission_bounces = cycles.transparent_max_bounces = 0
    cycles.sample_clamp_indirect = 4.0
    cycles.use_auto_tile = False
    layer.use_pass_z = layer.use_pass_normal = layer.use_pass_object_index = True


def _stage(name: str) -> Any:
    """The scene of this name, without objects; made when it is not there."""
    scene = bpy.data.scenes.get(name)
    if scene is None:
        scene = bpy.data.scenes.new(name)
        _output(scene)
    _forget(scene)
    return scene


def _forget(scene: Any) -> None:
    """Remove a scene's objects with their meshes, lights and cameras, except the passes' own sun."""
    objects = [o for o in scene.objects if o.name != pass_setup.SUN_NAME]
    bpy.data.batch_remove([*objects, *{o.data for o in objects}])


def _render(scene: Any, path: str) -> dict[str, Any]:
    scene.render.filepath = path
    bpy.ops.render.render(write_still=True, scene=scene.name)
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


def render_plan(plan: dict[str, Any], scratch: str, *, samples: int | None = None, twin: bool = True) -> dict[str, Any]:
    """Arrays of one scene.

    Blockout at 256×144: z float32 metres, normal int16 (×32000, world), ids uint16 (0 sky), direct uint8 (×255).
    Twin at 512×288: z2, normal2, ids2, and light2 (H, W, 3) float16: irradiance over π from the sun (unit normal
    irradiance π), from a white sky and from the lamps, with bounces. Also camera (4, 4), lens (mm), shift (2,),
    matrices (N, 4, 4), boxes (N, 2, 3): the blockout's bounds in own space, points (N,) int32: vertices of each block,
    simple (N,) bool, phases (N,) float32 radians (NaN: not walking), lamps (M, 4): see `lamp_sources`.

    Args:
        plan: `ScenePlan.to_json()`.
        scratch: path of an EXR file to be overwritten.
        samples: of the twin's light; None: as many as the scene needs.
        twin: False leaves the twin's arrays out.
    """
    scene = _stage("blockout")
    camera = _camera(scene, plan["camera"])
    plans = plan["objects"]
    objects = [_object(scene, o, i + 1, twin=False) for i, o in enumerate(plans)]
    x, y, z = plan["sun"]
    pass_setup.configure_passes(scene, scene.view_layers[0], size=SIZE, sun_direction=(x, y, z))
    scene.render.use_persistent_data = False  # no two scenes share anything
    found = _render(scene, scratch)
    out = _geometry(found)
    direct = found["Diffuse Direct.R"] if "Diffuse Direct.R" in found else found["DiffDir.R"]
    out["direct"] = np.round(np.clip(direct, 0, 1) * 255).astype(np.uint8)
    out["camera"] = np.array(camera.matrix_basis, np.float64)
    out["lens"] = np.float64(camera.data.lens)
    out["shift"] = np.array(plan["camera"]["shift"], np.float64)
    out["matrices"] = np.array([_matrix(o) for o in plans])
    bounds = [np.array([v[:] for v in o.bound_box]) for o in objects]
    out["boxes"] = np.array([[b.min(0), b.max(0)] for b in bounds])
    out["points"] = np.array([len(o.data.vertices) for o in objects], np.int32)
    out["simple"] = np.array([bool(o["simple"]) for o in plans])
    out["phases"] = np.array([o["options"].get("phase", math.nan) for o in plans], np.float32)
    out["lamps"] = lamp_sources(plans, out["matrices"], out["boxes"], plan["camera"]["target"])
    _forget(scene)
    if twin:
        out.update(_twin(plan, out["lamps"], scratch, samples))
    return out


def _twin(plan: dict[str, Any], lamps: Any, scratch: str, samples: int | None) -> dict[str, Any]:
    scene = _stage("twin")
    _camera(scene, plan["camera"])
    for i, o in enumerate(plan["objects"]):
        _object(scene, o, i + 1, twin=True)
    _sun(scene, plan["sun"], math.pi, (1.0, 0.0, 0.0), math.radians(1.2))
    for *at, strength in lamps.tolist():
        _lamp(scene, at, strength)
    if scene.world is None:
        _world(scene, (0.0, 1.0, 0.0))
        scene.view_layers[0].material_override = _white("grey", ALBEDO)
    indoor = bool(plan["indoor"])
    count = samples or (INDOOR_SAMPLES if indoor else SAMPLES)
    _light_settings(scene, (SIZE[0] * TWIN_SCALE, SIZE[1] * TWIN_SCALE), count, 3 if indoor else 1)
    found = _render(scene, scratch)
    _forget(scene)
    light = _vector(found, "Combined", "RGB") / ALBEDO
    return {f"{k}2": v for k, v in _geometry(found).items()} | {"light2": np.clip(light, 0, 60).astype(np.float16)}


def run(data: dict[str, Any], channel: Channel) -> dict[str, Any]:
    """Render `data["plans"]` into the folder `data["out"]`; answers how many were new."""
    out = Path(data["out"])
    out.mkdir(parents=True, exist_ok=True)
    made = 0
    bpy.ops.wm.read_factory_settings(use_empty=True)
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
