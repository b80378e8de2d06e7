"""A take as a texture: an image that follows the scene's frames, in a material."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import bpy

from rushes.contracts import TakeRow

from ..compat import material_tree
from . import shots
from .take_files import files_of

__all__ = ["use_as_texture"]


def use_as_texture(scene: Any, take: TakeRow, obj: Any | None) -> str:
    """Make the take an image that plays with the scene; a sentence about where it went.

    An object without a material gets one that shines with it; in an active material the image waits unconnected.
    ProductionError `take.clip_gone` when the take's files are gone from disk.
    """
    path, numbers, count = files_of(take)
    image = bpy.data.images.load(path, check_existing=True)
    image.source = "MOVIE" if not numbers else "SEQUENCE" if count > 1 else "FILE"
    image["rushes_take"], image["rushes_shot"] = take.id, take.shot
    material = obj.active_material if obj is not None and hasattr(obj.data, "materials") else None
    if material is not None:
        _node(scene, material_tree(material), image, take, numbers, count)
        return f"The take waits in the material {material.name}: connect its Image Texture where you want it."
    made = _material(scene, image, take, numbers, count)
    if obj is None or not hasattr(obj.data, "materials"):
        made.use_fake_user = True
        return f"The material {made.name} is there to be used; no object was picked."
    if len(obj.material_slots):
        obj.active_material = made
    else:
        obj.data.materials.append(made)
    return f"{obj.name} shows the take with the material {made.name}."


def _material(scene: Any, image: Any, take: TakeRow, numbers: tuple[int, ...], count: int) -> Any:
    material = bpy.data.materials.new(f"Take {take.id}")
    material["rushes_take"], material["rushes_shot"] = take.id, take.shot
    tree = material_tree(material)
    tree.nodes.clear()
    texture = _node(scene, tree, image, take, numbers, count)
    shine = tree.nodes.new("ShaderNodeEmission")
    out = tree.nodes.new("ShaderNodeOutputMaterial")
    shine.location, out.location = (300, 0), (500, 0)
    tree.links.new(texture.outputs["Color"], shine.inputs["Color"])
    tree.links.new(shine.outputs["Emission"], out.inputs["Surface"])
    return material


def _node(scene: Any, tree: Any, image: Any, take: TakeRow, numbers: tuple[int, ...], count: int) -> Any:
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image, node.label = image, f"Take {take.shot}, seed {take.seed}"
    first = take.range.start if take.range is not None else scene.frame_start
    span = len(take.range) * take.range.step if take.range is not None else _span(scene, take)
    user = node.image_user
    user.frame_start, user.frame_duration = first, max(1, span)
    user.use_cyclic, user.use_auto_refresh = False, True
    _keep_time(tree, node, first, numbers, Fraction(count, max(1, span)))
    return node


def _span(scene: Any, take: TakeRow) -> int:
    return round(Fraction(take.frame_count) * shots.scene_rate(scene) / take.rate)


def _keep_time(tree: Any, node: Any, first: int, numbers: tuple[int, ...], ratio: Fraction) -> None:
    """Blender shows picture `frame - start + 1 + offset`: of a sequence the file with that number. With a picture for
    each frame the offset is a number; else a driver works it out (a simple expression: it runs without Python)."""
    start = numbers[0] if numbers else 1
    stride = numbers[1] - numbers[0] if len(numbers) > 1 else 1
    node.image_user.frame_offset = start - 1
    if len(numbers) == 1 or (ratio == 1 and stride == 1):
        return
    driver = tree.driver_add(f'nodes["{bpy.utils.escape_identifier(node.name)}"].image_user.frame_offset').driver
    driver.type = "SCRIPTED"
    shown = f"floor((frame - {first}) * {ratio.numerator} / {ratio.denominator})"
    driver.expression = f"{start} + {shown} * {stride} - (frame - {first}) - 1"
