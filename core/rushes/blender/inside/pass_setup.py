"""Render settings of the passes, the same for production shots and for training scenes.

One sample sits at each pixel's centre; everything is plain white; the only light is one sun of
angle 0 whose strength makes the Diffuse Direct pass equal to `clamp(n·l, 0, 1)` times a hard shadow.
Everything is changed in memory only: nobody saves the file afterwards.
"""

from __future__ import annotations

import importlib
import math
from typing import Any

import bpy
import mathutils

__all__ = ["MAX_ID", "SUN_NAME", "configure_beauty", "configure_output", "configure_passes"]

SUN_NAME = "rushes_sun"
MAX_ID = 32767
"""Blender clamps `pass_index` to a signed 16-bit number."""

_PLAIN_RENDER = {
    "engine": "CYCLES",
    "resolution_percentage": 100,
    "use_border": False,
    "use_crop_to_border": False,
    "use_motion_blur": False,
    "film_transparent": False,
    "dither_intensity": 0.0,
    "use_compositing": False,
    "use_sequencer": False,
    "use_freestyle": False,
    "use_multiview": False,
    "use_stamp": False,
    "use_placeholder": False,
    "use_overwrite": True,
    "use_persistent_data": True,
    "use_file_extension": True,
    "use_render_cache": False,
}
_ONE_SAMPLE = {
    "samples": 1,
    "time_limit": 0.0,
    "use_adaptive_sampling": False,
    "use_denoising": False,
    "max_bounces": 0,
    "diffuse_bounces": 0,
    "glossy_bounces": 0,
    "transmission_bounces": 0,
    "volume_bounces": 0,
    "use_fast_gi": False,
    "use_light_tree": False,
    "light_sampling_threshold": 0.0,
    "sample_clamp_direct": 0.0,
    "film_exposure": 1.0,
    "use_auto_tile": False,
    "shading_system": False,
    "pixel_filter_type": "BOX",
    "filter_width": 0.01,
}
_PASSES = ("z", "normal", "object_index", "vector", "diffuse_direct")


def configure_passes(
    scene: Any,
    view_layer: Any,
    *,
    size: tuple[int, int],
    sun_direction: tuple[float, float, float],
    beauty: bool = False,
) -> Any:
    """Set `scene` up so that a render gives the passes, and return the sun's object.

    `size` is (width, height) in pixels; `sun_direction` points from the scene towards the sun (world
    space, any length). Only `view_layer` is rendered. All other lights go dark. With `beauty` the
    Combined pass is kept as it is (all white, one sun); the picture with the artist's own materials
    and lights is a render of its own, see `configure_beauty`. The camera's depth of field is switched
    off. Call it once after loading; calling it again moves the sun and changes the size.
    """
    _apply(scene.render, _PLAIN_RENDER)
    _apply(scene.cycles, _ONE_SAMPLE)
    scene.cycles.device = "CPU"
    scene.render.resolution_x, scene.render.resolution_y = size
    _only_layer(scene, view_layer)
    view_layer.samples = 0
    view_layer.use_pass_combined = beauty
    for name in _PASSES:
        setattr(view_layer, f"use_pass_{name}", True)
    view_layer.material_override = _white()
    if hasattr(view_layer, "world_override"):
        view_layer.world_override = None
    scene.world = _black_world()
    _lights_out()
    if scene.camera is not None and scene.camera.type == "CAMERA":
        _pinhole(scene.camera.data)
    return _sun(scene, sun_direction)


def configure_beauty(scene: Any, view_layer: Any, *, size: tuple[int, int], samples: int = 16) -> None:
    """A quick look with the artist's own materials, lights and world: few samples, denoised, no blur.

    Call it before `configure_passes`, which takes the lights and materials away.
    """
    _apply(scene.render, _PLAIN_RENDER)
    scene.render.resolution_x, scene.render.resolution_y = size
    _only_layer(scene, view_layer)
    _apply(scene.cycles, {**_ONE_SAMPLE, "samples": samples, "max_bounces": 3, "diffuse_bounces": 2})
    _apply(scene.cycles, {"glossy_bounces": 2, "transmission_bounces": 3, "transparent_max_bounces": 8})
    _apply(scene.cycles, {"use_denoising": _can_denoise(), "sample_clamp_indirect": 4.0})
    _apply(scene.cycles, {"denoising_quality": "FAST", "filter_width": 1.5, "pixel_filter_type": "BLACKMAN_HARRIS"})
    scene.cycles.device = "CPU"
    view_layer.samples = 0
    view_layer.use_pass_combined = True
    for name in _PASSES:
        setattr(view_layer, f"use_pass_{name}", False)
    if scene.camera is not None and scene.camera.type == "CAMERA":
        _pinhole(scene.camera.data)


def configure_output(scene: Any, *, codec: str = "ZIP") -> None:
    """Multi-part float EXR. `codec` is lossless: ZIP (the smallest, and quick), ZIPS, PIZ, RLE, NONE."""
    for name in scene.render.bl_rna.properties.keys():  # noqa: SIM118  a collection of properties, not a dict
        if name.startswith("use_stamp_") and name != "use_stamp_labels":
            setattr(scene.render, name, False)  # dates and times in the header would make equal pictures differ
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):  # Blender 5
        settings.media_type = "MULTI_LAYER_IMAGE"
    settings.file_format = "OPEN_EXR_MULTILAYER"
    settings.color_depth = "32"
    settings.exr_codec = codec
    if hasattr(settings, "use_exr_interleave"):  # 5.0.1 cannot write several parts unless pixels are square
        settings.use_exr_interleave = scene.render.pixel_aspect_x != scene.render.pixel_aspect_y
    if hasattr(settings, "use_preview"):
        settings.use_preview = False


def _can_denoise() -> bool:
    """Some distributions build Blender without a denoiser."""
    try:
        return bool(importlib.import_module("_cycles").with_openimagedenoise)
    except (ModuleNotFoundError, AttributeError):
        return False


def _apply(target: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if hasattr(target, name):  # settings come and go between Blender versions
            setattr(target, name, value)


def _only_layer(scene: Any, view_layer: Any) -> None:
    for layer in scene.view_layers:
        layer.use = layer == view_layer
    scene.render.use_single_layer = False


def _white() -> Any:
    """The override material: a pure white Lambert surface, so no texture, bump or glass is left."""
    material = bpy.data.materials.get("rushes_white")
    if material is None:
        material = bpy.data.materials.new("rushes_white")
        tree = _nodes(material)
        tree.nodes.clear()
        shader = tree.nodes.new("ShaderNodeBsdfDiffuse")
        shader.inputs["Color"].default_value = (1.0, 1.0, 1.0, 1.0)
        output = tree.nodes.new("ShaderNodeOutputMaterial")
        tree.links.new(shader.outputs[0], output.inputs["Surface"])
    return material


def _black_world() -> Any:
    world = bpy.data.worlds.get("rushes_black")
    if world is None:
        world = bpy.data.worlds.new("rushes_black")
        tree = _nodes(world)
        tree.nodes.clear()
        shader = tree.nodes.new("ShaderNodeBackground")
        shader.inputs["Strength"].default_value = 0.0
        output = tree.nodes.new("ShaderNodeOutputWorld")
        tree.links.new(shader.outputs[0], output.inputs["Surface"])
    return world


def _nodes(owner: Any) -> Any:
    if bpy.app.version < (5, 0):  # from 5.0 on node trees are always there and the switch warns
        owner.use_nodes = True
    return owner.node_tree


def _lights_out() -> None:
    """Darken every light but ours. Removing them would break rigs that aim at one."""
    for light in bpy.data.lights:
        if light.name != SUN_NAME:
            if light.animation_data is not None:
                light.animation_data_clear()
            light.energy = 0.0


def _pinhole(camera: Any) -> None:
    camera.dof.use_dof = False
    camera.dof.aperture_fstop = 128.0


def _sun(scene: Any, direction: tuple[float, float, float]) -> Any:
    """Our own sun: Lambert white under irradiance π has radiance exactly n·l."""
    sun = bpy.data.objects.get(SUN_NAME)
    if sun is None:
        sun = bpy.data.objects.new(SUN_NAME, bpy.data.lights.new(SUN_NAME, "SUN"))
        scene.collection.objects.link(sun)
    sun.data.energy = math.pi
    sun.data.color = (1.0, 1.0, 1.0)
    sun.data.angle = 0.0
    sun.data.use_shadow = True
    sun.rotation_euler = mathutils.Vector(direction).normalized().to_track_quat("Z", "Y").to_euler()
    return sun
