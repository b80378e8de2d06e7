"""What projecting costs, and whether the file is as before afterwards; settings in which a pixel is one sample."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import gpu

from rushes import projection

__all__ = ["cost", "restore", "settings"]

_RENDER = {
    "resolution_percentage": 100,
    "use_border": False,
    "use_motion_blur": False,
    "film_transparent": False,
    "dither_intensity": 0.0,
    "use_compositing": False,
    "use_sequencer": False,
    "use_persistent_data": True,
    "filter_size": 0.02,  # EEVEE: under 0.01 it takes any place within the pixel
}
_CYCLES = {
    "device": "CPU",
    "samples": 1,
    "use_adaptive_sampling": False,
    "use_denoising": False,
    "pixel_filter_type": "BOX",
    "filter_width": 0.01,
}
_REPEATS = 3
_IDS = ("materials", "objects", "meshes", "curves", "node_groups", "cameras", "images", "actions", "collections")


def settings(scene: Any, engine: str, size: list[int], samples: int = 1) -> None:
    """One sample at each pixel's centre, colours as they are, 8-bit PNG."""
    modern = bpy.app.version >= (5, 0)
    scene.render.engine = "CYCLES" if engine == "CYCLES" else "BLENDER_EEVEE" if modern else "BLENDER_EEVEE_NEXT"
    scene.render.resolution_x, scene.render.resolution_y = size
    for owner, values in ((scene.render, _RENDER), (scene.cycles, {**_CYCLES, "samples": samples})):
        for name, value in values.items():
            if hasattr(owner, name):
                setattr(owner, name, value)
    scene.eevee.taa_render_samples = samples
    # Mesa's software GL blurs with it where a graphics card would not; from 5.2 on it is the scene's.
    for owner in (bpy.context.preferences.system, scene.render):
        if hasattr(owner, "anisotropic_filter"):
            owner.anisotropic_filter = "FILTER_0"
    output = scene.render.image_settings
    if hasattr(output, "media_type"):
        output.media_type = "IMAGE"
    output.file_format, output.color_mode, output.color_depth = "PNG", "RGB", "8"
    projection.use_standard_view(scene)


# -- cost


def cost(task: dict[str, Any], engine: str, out: Path) -> dict[str, Any]:
    """Seconds, each the best of three: `build`, `remove`, renders `plain`, `projected`, `unlit`; `cpu`: processor time
    of building; `first_plain`, `first`: the first renders, which make what the others find there. `software`: 1 when
    the processor drew for want of a graphics card."""
    scene = bpy.context.scene
    scene.camera = bpy.data.objects[task["camera"]]
    settings(scene, engine, task["size"], samples=8 if engine == "CYCLES" else 1)
    scene.cycles.max_bounces = 0  # paths end at the first surface either way: what is compared is shading
    scene.frame_set(1)
    found: dict[str, list[float]] = {}

    def clock(name: str, work: Callable[[], Any]) -> None:
        began = time.perf_counter()
        work()
        found.setdefault(name, []).append(time.perf_counter() - began)

    for turn in range(_REPEATS):
        for name, picture in (("plain", "plain"), ("projected", "1")):
            if name == "projected":
                spent = time.process_time()
                clock("build", lambda: projection.project(scene, task["folders"][0]))
                found.setdefault("cpu", []).append(time.process_time() - spent)
            scene.render.filepath = str(out / f"{task['name']}_{picture}.png")
            first = {"plain": "first_plain", "projected": "first"}[name]
            clock(first if not turn else "warm", lambda: bpy.ops.render.render(write_still=True))
            clock(name, lambda: bpy.ops.render.render(write_still=True))
        clock("remove", lambda: projection.remove(scene))
    _unlit()
    for name in ("warm", "unlit", "unlit"):
        clock(name, lambda: bpy.ops.render.render(write_still=True))
    software = engine == "EEVEE" and gpu.platform.device_type_get() == "SOFTWARE"  # known once something was drawn
    return {name: min(values) for name, values in found.items()} | {"software": float(software)}


def _unlit() -> None:
    """Every material shows its image and no light: the least that an image texture costs."""
    for material in bpy.data.materials:
        tree = material.node_tree
        shader = tree.nodes.new("ShaderNodeEmission")
        picture = next(n for n in tree.nodes if n.bl_idname == "ShaderNodeTexImage")
        tree.links.new(picture.outputs["Color"], shader.inputs["Color"])
        output = next(n for n in tree.nodes if n.bl_idname == "ShaderNodeOutputMaterial")
        tree.links.new(shader.outputs[0], output.inputs["Surface"])


# -- everything as before


def restore(task: dict[str, Any], engine: str, out: Path) -> dict[str, Any]:
    """Project all, take some away and bring them back, remove all: `differs`: datablocks that are not as before."""
    scene = bpy.context.scene
    before = _dump()
    for folder in task["folders"]:
        projection.project(scene, folder)
    changed = sum(before.get(key) != value for key, value in _dump().items())
    top = projection.projected(scene)[0]
    projection.set_over(scene, top.take, True)
    projection.set_strength(scene, top.take, 0.5)
    projection.remove(scene, top.take)
    projection.project(scene, top.folder)
    projection.remove(scene)
    after = _dump()
    names = sorted(set(before) | set(after))
    return {"changed": changed, "differs": [n for n in names if before.get(n) != after.get(n)], "ids": len(before)}


def _dump() -> dict[str, str]:
    """Kind/name of every datablock → hash of all that it says of itself."""
    found: dict[str, str] = {}
    for kind in _IDS:
        for block in getattr(bpy.data, kind):
            said = json.dumps(_said(block, 0), sort_keys=True, default=str)
            found[f"{kind}/{block.name}"] = hashlib.sha256(said.encode()).hexdigest()
    return found


_VOLATILE = frozenset(
    {"rna_type", "session_uid", "is_evaluated", "users", "tag", "original", "preview", "is_updated", "is_updated_data"}
    | {"node", "internal_links", "bone", "parent", "child", "children", "bones", "edit_bones", "depsgraph"}
)
_DEPTH = 5


def _said(owner: Any, depth: int) -> Any:
    """RNA properties of a datablock and of what is part of it; other datablocks by name."""
    if owner is None or depth > _DEPTH:
        return None
    if depth and isinstance(owner, bpy.types.ID) and not getattr(owner, "is_embedded_data", False):
        return owner.name
    if isinstance(owner, bpy.types.NodeLink):
        return [owner.from_node.name, owner.from_socket.identifier, owner.to_node.name, owner.to_socket.identifier]
    said: dict[str, Any] = {}
    if hasattr(owner, "keys") and isinstance(owner, bpy.types.ID):
        registered = owner.bl_rna.properties.keys()  # groups that appear when they are read, as here
        said["custom"] = {key: str(owner[key]) for key in owner.keys() if key not in registered}  # noqa: SIM118
    for found in owner.bl_rna.properties:
        if found.identifier in _VOLATILE or (isinstance(owner, bpy.types.Mesh) and found.type == "COLLECTION"
                                             and found.identifier != "materials"):  # fmt: skip
            continue
        value = getattr(owner, found.identifier, None)
        if found.type == "POINTER":
            said[found.identifier] = _said(value, depth + 1)
        elif found.type == "COLLECTION":
            said[found.identifier] = [_said(item, depth + 1) for item in value]
        elif getattr(found, "is_array", False):
            said[found.identifier] = [str(v) for v in value]
        else:
            said[found.identifier] = str(value)
    return said
