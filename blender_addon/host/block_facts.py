"""The scene as plain facts for Check My Blocks."""

from __future__ import annotations

import os
from typing import Any

import bpy

from ..logic.block_check import Block, Eye, Scene
from . import blocks, fingerprint, shots
from .colors import only_volume
from .scene_walk import SOLID, view_layer_of

__all__ = ["facts_of"]


def facts_of(scene: Any) -> Scene:
    """What the check looks at, as the scene is now."""
    known = blocks.classes_now(scene)
    layer = view_layer_of(scene)
    found = tuple(_block(o, known, layer) for o in scene.objects if o.type in SOLID)
    suns = [o for o in scene.objects if o.type == "LIGHT" and o.data.type == "SUN" and not o.hide_render]
    gone = tuple(x.name for x in bpy.data.libraries if not os.path.exists(bpy.path.abspath(x.filepath)))
    return Scene(found, _eyes(scene), len(suns), scene.rushes.use_scene_sun, gone)


def _block(obj: Any, known: blocks.Known, layer: Any) -> Block:
    uid = obj.session_uid
    answer = known.answers.get(uid)
    corners = [obj.matrix_world @ type(obj.location)(c) for c in obj.bound_box]
    low = [min(c[k] for c in corners) for k in range(3)]
    high = [max(c[k] for c in corners) for k in range(3)]
    materials = [s.material for s in obj.material_slots if s.material is not None]
    size = [b - a for a, b in zip(low, high)]
    middle = [(a + b) / 2 for a, b in zip(low, high)]
    return Block(
        name=obj.name,
        cls=known.classes[uid].value if uid in known.classes else "",
        source=answer.source if answer is not None else "",
        size=(size[0], size[1], size[2]),
        middle=(middle[0], middle[1], middle[2]),
        renders=answer is not None,
        shows=obj.visible_get(view_layer=layer),
        negative=obj.matrix_world.determinant() < 0.0,
        empty=_empty(obj),
        particles=len(obj.particle_systems) > 0,
        volume=bool(materials) and all(only_volume(m) for m in materials),
        cards=obj.type == "MESH" and any(_cut_out(m) for m in materials),
        wrong=answer.wrong if answer is not None else "",
    )


def _empty(obj: Any) -> bool:
    if len(obj.modifiers):
        return False
    if obj.type == "MESH":
        return len(obj.data.polygons) == 0
    if obj.type == "FONT":
        return not obj.data.body.strip()
    if obj.type in {"CURVE", "SURFACE"}:
        flat = obj.data.bevel_depth == 0.0 and obj.data.extrude == 0.0 and obj.data.bevel_object is None
        return len(obj.data.splines) == 0 or (obj.type == "CURVE" and flat and obj.data.dimensions == "3D")
    return False


def _cut_out(material: Any) -> bool:
    """A picture drives the Alpha of its shader: leaves, fences."""
    if material.node_tree is None:
        return False
    sockets = [n.inputs["Alpha"] for n in material.node_tree.nodes if n.type == "BSDF_PRINCIPLED"]
    return any(s.is_linked for s in sockets)


def _eyes(scene: Any) -> tuple[Eye, ...]:
    found: list[Eye] = []
    seen: set[str] = set()
    for shot in shots.scene_shots(scene):
        camera = scene.objects.get(shot.camera)
        if camera is None or (shot.camera in seen and not shot.marker):
            continue
        seen.add(shot.camera)
        place = tuple(camera.matrix_world.translation)
        clip = (camera.data.clip_start, camera.data.clip_end)
        found.append(Eye(shot.name, shot.camera, (place[0], place[1], place[2]), clip, fingerprint.in_view(shot)))
    return tuple(found)
