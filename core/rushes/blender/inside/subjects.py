"""Which objects the passes show, each with an id of its own, and what the legend says of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bpy

from rushes.blender.inside import instances, pass_setup
from rushes.blender.inside.channel import Channel
from rushes.blender.inside.colors import flat_color
from rushes.contracts import ObjectClass, Vec3
from rushes.contracts.classes import class_from_property, guess_class

__all__ = ["Subject", "class_said", "prepare"]

_DEFORMING = frozenset(
    [
        "ARMATURE",
        "CAST",
        "CLOTH",
        "CURVE",
        "DISPLACE",
        "DYNAMIC_PAINT",
        "EXPLODE",
        "FLUID",
        "HOOK",
        "LAPLACIANDEFORM",
        "LATTICE",
        "MESH_CACHE",
        "MESH_DEFORM",
        "MESH_SEQUENCE_CACHE",
        "NODES",
        "OCEAN",
        "SHRINKWRAP",
        "SIMPLE_DEFORM",
        "SOFT_BODY",
        "SURFACE_DEFORM",
        "WARP",
        "WAVE",
    ]
)
_FLAT_SHARE = 0.02
"""A thing at most this thick, compared with its width, may be ground."""


@dataclass(frozen=True)
class Subject:
    """One object (or instance made real) that the passes may show."""

    id: int
    obj: Any
    """The object that renders."""
    name: str
    collection: str
    object_class: ObjectClass
    prompt: str
    color: Vec3
    holdout: bool
    deforms: bool


def prepare(scene: Any, view_layer: Any, channel: Channel) -> list[Subject]:
    """Make every rendered object visible to evaluation, number it, and describe it.

    Holdouts are made solid (the legend marks them); volumes and sky domes are taken out of the
    passes, for under one white material they would hide everything behind them.
    """
    holdouts = _show_all(view_layer)
    bpy.context.view_layer.update()
    copies = instances.make_real(scene, view_layer, channel)
    found = sorted(_rendered(view_layer), key=lambda o: (copies.name(o), o.name_full))
    kept = [o for o in found if not _left_out(o, copies.source(o), channel)]
    if len(kept) > pass_setup.MAX_ID:
        channel.note(
            f"{len(kept)} objects are more than the {pass_setup.MAX_ID} that can be told apart; the rest share an id."
        )
    width = _scene_width(kept)
    subjects: list[Subject] = []
    for index, obj in enumerate(kept, start=1):
        obj.pass_index = min(index, pass_setup.MAX_ID)
        if index <= pass_setup.MAX_ID:
            source = copies.source(obj)
            held = any(o in holdouts or o.is_holdout for o in (source, *copies.instancers(obj)))
            subjects.append(_describe(obj, source, copies, obj.pass_index, held, width, channel))
        obj.is_holdout = obj.is_shadow_catcher = False
        if hasattr(obj, "cycles"):
            obj.cycles.use_motion_blur = obj.cycles.use_deform_motion = True
    return subjects


def _show_all(view_layer: Any) -> set[Any]:
    """Viewport hiding would stop evaluation, not rendering: lift it. Returns objects in holdout collections."""
    held: set[Any] = set()
    for layer in _layers(view_layer.layer_collection):
        layer.hide_viewport = False
        layer.collection.hide_viewport = False
        if layer.holdout:
            held.update(layer.collection.all_objects)
            layer.holdout = False
    for obj in view_layer.objects:
        obj.hide_viewport = False
        obj.hide_set(False)
    return held


def _layers(layer: Any) -> Iterator[Any]:
    if not layer.exclude:
        yield layer
    for child in layer.children:
        yield from _layers(child)


def _rendered(view_layer: Any) -> set[Any]:
    """Originals that reach the renderer: on their own, or through an instancer that stayed one."""
    hidden = _hidden_collections(view_layer.layer_collection)
    shown = {layer.collection for layer in _layers(view_layer.layer_collection)} - hidden
    solid = [o for o in view_layer.objects if o.type in instances.SOLID]
    found = {o for o in solid if not shown.isdisjoint(o.users_collection)}
    found = {o for o in found if not o.hide_render or _hide_is_animated(o)}
    graph = bpy.context.evaluated_depsgraph_get()
    for entry in graph.object_instances:
        if entry.is_instance and entry.object.type in instances.SOLID:
            original = entry.object.original
            if not original.hide_render:
                found.add(original)
    return found


def _hidden_collections(layer: Any, hidden: bool = False) -> set[Any]:
    hidden = hidden or layer.collection.hide_render
    found = {layer.collection} if hidden else set()
    for child in layer.children:
        found |= _hidden_collections(child, hidden)
    return found


def _hide_is_animated(obj: Any) -> bool:
    data = obj.animation_data
    return data is not None and (data.action is not None or len(data.drivers) > 0 or len(data.nla_tracks) > 0)


def _left_out(obj: Any, source: Any, channel: Channel) -> bool:
    reason = ""
    if _only_volume(obj):
        reason = f"{source.name!r} is only a volume (fog, smoke); the passes leave it out."
    elif _class_of(source, _collections(source), channel=None) is ObjectClass.SKY:
        reason = f"{source.name!r} is a sky; the passes leave it out, so that the open sky shows."
    if reason:
        channel.note(reason)
        obj.visible_camera = obj.visible_shadow = obj.visible_diffuse = False
    return bool(reason)


def _only_volume(obj: Any) -> bool:
    materials = [s.material for s in obj.material_slots if s.material is not None]
    return bool(materials) and all(_is_volume(m) for m in materials)


def _is_volume(material: Any) -> bool:
    if material.node_tree is None:
        return False
    output = material.node_tree.get_output_node("CYCLES")
    return output is not None and output.inputs["Volume"].is_linked and not output.inputs["Surface"].is_linked


def _collections(obj: Any) -> list[Any]:
    """The object's own collections and those around them, from the inside outwards; the scene's root is left out."""
    found: list[Any] = []
    wave = [c for c in obj.users_collection if c in set(bpy.data.collections)]
    while wave:
        found += [c for c in wave if c not in found]
        wave = [p for p in bpy.data.collections if p not in found and any(c in set(p.children) for c in wave)]
    return found


def _describe(
    obj: Any, source: Any, copies: instances.Copies, number: int, held: bool, width: float, channel: Channel
) -> Subject:
    around = [*copies.instancers(obj), *_collections(source)]
    cls = _class_of(source, around, channel) or _class_by_shape(obj, width)
    return Subject(
        id=number,
        obj=obj,
        name=copies.name(obj),
        collection=next((c.name for c in _collections(source)), ""),
        object_class=cls,
        prompt=_property(source, around, "rushes_prompt"),
        color=flat_color(source),
        holdout=held,
        deforms=_deforms(source),
    )


def _property(obj: Any, around: list[Any], key: str) -> str:
    for owner in [obj, *([obj.data] if obj.data is not None else []), *around]:
        if key in owner:
            return str(owner[key])
    return ""


def _class_of(obj: Any, around: list[Any], channel: Channel | None) -> ObjectClass | None:
    given = _property(obj, around, "rushes_class")
    if given:
        cls = class_from_property(given)
        if cls is not None:
            return cls
        if channel is not None:
            known = ", ".join(c.value for c in ObjectClass)
            channel.note(f"rushes_class {given!r} of {obj.name!r} is not a class ({known}); it was guessed instead.")
    parents: list[str] = []
    parent = obj.parent
    while parent is not None:
        parents.append(parent.name)
        parent = parent.parent
    data = [obj.data.name] if obj.data is not None else []
    return guess_class([obj.name, *data, *parents, *(owner.name for owner in around)])


def class_said(obj: Any) -> ObjectClass | None:
    """An object's class by its properties and names; None when neither tells."""
    return _class_of(obj, _collections(obj), channel=None)


def _scene_width(objects: list[Any]) -> float:
    return max((max(o.dimensions.x, o.dimensions.y) for o in objects), default=0.0)


def _class_by_shape(obj: Any, width: float) -> ObjectClass:
    """No telling name: the widest flat thing is ground, a big upright block a building, the rest props."""
    x, y, z = obj.dimensions
    side = max(x, y)
    if side > 0.0 and z <= _FLAT_SHARE * side and side >= 0.5 * width:
        return ObjectClass.GROUND
    return ObjectClass.BUILDING if z >= 3.0 and min(x, y) >= 2.0 else ObjectClass.PROP


def _deforms(obj: Any) -> bool:
    if any(m.type in _DEFORMING and m.show_render for m in obj.modifiers):
        return True
    animated = obj.animation_data is not None and obj.animation_data.action is not None
    if animated and len(obj.modifiers) > 0:
        return True
    data = obj.data
    return getattr(data, "shape_keys", None) is not None or getattr(data, "animation_data", None) is not None
