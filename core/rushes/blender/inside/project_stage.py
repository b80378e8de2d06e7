"""How a scene with takes on it is rendered: settings, a sky for the takes to fall on, takes alone."""

from __future__ import annotations

import math
from typing import Any

import bpy

from rushes import projection
from rushes.projection.composite import composite_of

__all__ = ["light_of_sky", "only_takes", "settings", "sky_dome"]

_RENDER = {
    "resolution_percentage": 100,
    "use_border": False,
    "use_crop_to_border": False,
    "use_motion_blur": False,
    "dither_intensity": 0.0,
    "use_compositing": False,
    "use_sequencer": False,
    "use_freestyle": False,
    "use_multiview": False,
    "use_stamp": False,
    "use_persistent_data": True,
    "use_file_extension": True,
    "use_overwrite": True,
    "use_placeholder": False,
}
_CYCLES = {
    "device": "CPU",
    "time_limit": 0.0,
    "use_adaptive_sampling": False,
    "use_denoising": False,
    "max_bounces": 2,
    "diffuse_bounces": 1,
    "sample_clamp_indirect": 4.0,
}
_SHARP = {"pixel_filter_type": "BOX", "filter_width": 1.0}
_INSIDE_CLIP = 0.97
_SKYLIGHT = 1.5
"""Own materials then come out about as bright as what was generated around them."""


def settings(scene: Any, request: dict[str, Any]) -> None:
    """Size, engine, samples; colours as the takes have them; 8-bit PNG, with alpha for a set."""
    alone = request["mode"] == "set"
    modern = bpy.app.version >= (5, 0)
    eevee = "BLENDER_EEVEE" if modern else "BLENDER_EEVEE_NEXT"
    scene.render.engine = eevee if request["engine"] == "eevee" else "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y = request["size"]
    _apply(scene.render, _RENDER)
    _apply(scene.cycles, {**_CYCLES, **(_SHARP if alone else {}), "samples": request["samples"]})
    scene.view_layers[0].samples = 0
    scene.view_layers[0].use_pass_combined = True
    scene.eevee.taa_render_samples = request["samples"]
    scene.render.film_transparent = alone
    scene.render.threads_mode = "AUTO"
    output = scene.render.image_settings
    if hasattr(output, "media_type"):  # Blender 5
        output.media_type = "IMAGE"
    output.file_format, output.color_depth = "PNG", "8"
    output.color_mode, output.compression = ("RGBA" if alone else "RGB"), 15
    output.color_management = "FOLLOW_SCENE"
    projection.use_standard_view(scene)


def _apply(owner: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if hasattr(owner, name):  # settings come and go between Blender versions
            setattr(owner, name, value)


def only_takes(scene: Any) -> None:
    """Everything shows its take's colour, as transparent as the take does not reach; nothing is lit."""
    material = _material("rushes_set")
    tree = material.node_tree
    group = tree.nodes.new("ShaderNodeGroup")
    group.node_tree = composite_of(scene)
    colour, hole = tree.nodes.new("ShaderNodeEmission"), tree.nodes.new("ShaderNodeHoldout")
    mix, output = tree.nodes.new("ShaderNodeMixShader"), tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(group.outputs["Color"], colour.inputs["Color"])
    tree.links.new(group.outputs["Coverage"], mix.inputs[0])
    tree.links.new(hole.outputs[0], mix.inputs[1])
    tree.links.new(colour.outputs[0], mix.inputs[2])
    tree.links.new(mix.outputs[0], output.inputs["Surface"])
    scene.view_layers[0].material_override = material
    scene.cycles.max_bounces = 0
    for light in bpy.data.lights:
        if light.animation_data is not None:
            light.animation_data_clear()
        light.energy = 0.0


def sky_dome(scene: Any, eye: tuple[Any, float], colour: list[float]) -> Any:
    """A sphere around all that is seen, in the takes' mean sky colour (linear): the takes' skies fall on it."""
    place, far = eye
    mesh = bpy.data.meshes.new("rushes_sky")
    mesh.from_pydata(*_sphere(far * _INSIDE_CLIP))
    mesh.materials.append(_sky_material(colour))
    dome = bpy.data.objects.new("rushes_sky", mesh)
    dome.location = place
    for way in ("diffuse", "glossy", "transmission", "volume_scatter", "shadow"):
        setattr(dome, f"visible_{way}", False)
    scene.collection.objects.link(dome)
    return dome


def light_of_sky(scene: Any, colour: list[float]) -> None:
    """A scene without lamps is lit by the takes' mean sky colour (linear), so that what no take reaches fits in."""
    world = bpy.data.worlds.new("rushes_sky")
    if bpy.app.version < (5, 0):
        world.use_nodes = True
    tree = world.node_tree
    tree.nodes.clear()
    shines, output = tree.nodes.new("ShaderNodeBackground"), tree.nodes.new("ShaderNodeOutputWorld")
    shines.inputs["Color"].default_value = (*colour, 1.0)
    shines.inputs["Strength"].default_value = _SKYLIGHT
    tree.links.new(shines.outputs[0], output.inputs["Surface"])
    scene.world = world


def _sphere(radius: float) -> tuple[list[tuple[float, ...]], list[Any], list[tuple[int, ...]]]:
    """(points, no edges, faces that look inwards)."""
    rings, around = 24, 48
    points: list[tuple[float, ...]] = []
    for ring in range(rings + 1):
        up = math.pi * ring / rings
        for step in range(around):
            turn = 2 * math.pi * step / around
            wide = radius * math.sin(up)
            points.append((wide * math.cos(turn), wide * math.sin(turn), radius * math.cos(up)))
    faces = [
        (ring * around + step, ring * around + (step + 1) % around,
         (ring + 1) * around + (step + 1) % around, (ring + 1) * around + step)
        for ring in range(rings) for step in range(around)
    ]  # fmt: skip
    return points, [], faces


def _sky_material(colour: list[float]) -> Any:
    material = _material("rushes_sky")
    tree = material.node_tree
    shines, output = tree.nodes.new("ShaderNodeEmission"), tree.nodes.new("ShaderNodeOutputMaterial")
    shines.inputs["Color"].default_value = (*colour, 1.0)
    tree.links.new(shines.outputs[0], output.inputs["Surface"])
    return material


def _material(name: str) -> Any:
    material = bpy.data.materials.new(name)
    if bpy.app.version < (5, 0):
        material.use_nodes = True
    material.node_tree.nodes.clear()
    return material
