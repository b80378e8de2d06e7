"""Renders what the house model is measured on: `run` is called in Blender's interpreter by `rushes.blender.launcher`.

Three kinds of files, all in the form that `rushes.training.twin.load_scene` reads: scenes with their detailed twin,
scenes as blockouts only, and blockouts given as plain meshes, which no training scene has.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import bpy
import mathutils
import numpy as np
import OpenEXR

from rushes.blender.inside import pass_setup, synth_render
from rushes.blender.inside.channel import Channel

__all__ = ["render_meshes", "run"]


def run(data: dict[str, Any], channel: Channel) -> dict[str, Any]:
    """Render `data["scenes"]` (`{"plan", "out", "twin"}` or `{"meshes", "out"}`, see `render_meshes`); answers how many
    were new."""
    made = 0
    with tempfile.TemporaryDirectory() as folder:
        scratch = str(Path(folder) / "frame.exr")
        for number, scene in enumerate(data["scenes"]):
            target = Path(scene["out"])
            if target.exists():
                continue
            if "meshes" in scene:
                plan, arrays = render_meshes(Path(scene["meshes"]), scratch)
            else:
                plan = scene["plan"]
                arrays = synth_render.render_plan(plan, scratch, twin=bool(scene["twin"]))
            _write(target, plan, arrays)
            made += 1
            channel.progress((number + 1) / len(data["scenes"]), "render", target.stem)
    return {"made": made}


def _write(target: Path, plan: dict[str, Any], arrays: dict[str, Any]) -> None:
    part = target.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as stream:
        np.savez_compressed(stream, plan=np.array(json.dumps(plan)), **arrays)
    part.replace(target)


def render_meshes(path: Path, scratch: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A blockout's passes of meshes given as arrays, at 256×144: the same settings as a shot's passes.

    Args:
        path: .npz with `plan` (JSON: camera {location, target, lens}, sun, objects [{cls, location, smooth}]) and per
            object `verts_<i>` (N, 3) float metres about its location and `faces_<i>` (M, 4) int, -1 where a face is a
            triangle.
        scratch: an EXR file to write to.

    Returns:
        The plan, and the arrays z, normal, ids, direct, camera, lens, matrices, boxes as `synth_render` writes them.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    with np.load(path) as data:
        plan = json.loads(str(data["plan"]))
        camera = _camera(scene, plan["camera"])
        objects = [
            _object(scene, o, i + 1, data[f"verts_{i}"], data[f"faces_{i}"]) for i, o in enumerate(plan["objects"])
        ]
    x, y, z = plan["sun"]
    pass_setup.configure_passes(scene, scene.view_layers[0], size=(256, 144), sun_direction=(x, y, z))
    pass_setup.configure_output(scene, codec="NONE")
    render = scene.render
    render.threads_mode, render.threads, render.filepath = "FIXED", 1, scratch
    bpy.ops.render.render(write_still=True)
    return plan, _arrays(_channels(scratch), camera, objects)


def _arrays(found: dict[str, Any], camera: Any, objects: list[Any]) -> dict[str, Any]:
    direct = "Diffuse Direct" if "Diffuse Direct.R" in found else "DiffDir"
    normal = np.stack([found[f"Normal.{c}"] for c in "XYZ"], -1)
    bounds = [np.array([v[:] for v in o.bound_box]) for o in objects]
    return {
        "z": np.minimum(found["Depth.Z"], 1e10).astype(np.float32),
        "normal": np.round(normal * 32000).astype(np.int16),
        "ids": np.round(found["Object Index.X"]).astype(np.uint16),
        "direct": np.round(np.clip(found[f"{direct}.R"], 0, 1) * 255).astype(np.uint8),
        "camera": np.array(camera.matrix_world, np.float64),
        "lens": np.float64(camera.data.lens),
        "matrices": np.array([np.array(o.matrix_world) for o in objects]),
        "boxes": np.array([[b.min(0), b.max(0)] for b in bounds]),
    }


def _channels(path: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with OpenEXR.File(path, separate_channels=True) as exr:
        for part in exr.parts:
            for name, channel in part.channels.items():
                found[name.split(".", 1)[1]] = np.array(channel.pixels, np.float32)
    return found


def _object(scene: Any, plan: dict[str, Any], index: int, verts: Any, faces: Any) -> Any:
    mesh = bpy.data.meshes.new("block")
    mesh.from_pydata(verts.tolist(), [], [[v for v in face if v >= 0] for face in faces.tolist()])
    if plan.get("smooth"):
        mesh.shade_smooth()
    obj = bpy.data.objects.new("block", mesh)
    obj.location = plan["location"]
    obj.pass_index = index
    scene.collection.objects.link(obj)
    return obj


def _camera(scene: Any, plan: dict[str, Any]) -> Any:
    data = bpy.data.cameras.new("camera")
    data.lens, data.clip_start, data.clip_end = plan["lens"], 0.05, 2000.0
    camera = bpy.data.objects.new("camera", data)
    camera.location = plan["location"]
    way = mathutils.Vector(plan["target"]) - mathutils.Vector(plan["location"])
    camera.rotation_euler = way.to_track_quat("-Z", "Y").to_euler()
    scene.collection.objects.link(camera)
    scene.camera = camera
    bpy.context.view_layer.update()
    return camera
