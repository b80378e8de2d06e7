"""Collection instances made real, so that each instance has an id and a matrix of its own.

Blender gives every instance of an object the same index. So each object of an instanced collection
gets a stand-in per instance: a child of the instancer that follows the original's own motion by a
constraint and shows the original's data or, where modifiers shape it, its evaluated geometry (an
Object Info node). It moves and deforms as the instance does, in every frame and between them, and
nothing is baked. All of it lives in memory only.

What cannot be stood in for that way (particles, metaballs, instancing on vertices and faces, geometry
nodes' own instances), and what exceeds the caps, stays instanced: it is right in all passes, but its
instances share the id of the object they show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import bpy
import mathutils

from rushes.blender.inside.channel import Channel

__all__ = ["SOLID", "Copies", "make_real"]

SOLID = frozenset({"MESH", "CURVE", "SURFACE", "META", "FONT", "CURVES", "POINTCLOUD"})
"""Object types that have a surface."""
_MOST_COPIES = 4000
_MOST_VERTICES = 4_000_000
"""Vertices of all stand-ins whose geometry is evaluated anew, for they do not share memory."""
_DEEPEST = 8
_VISIBILITY = ("visible_camera", "visible_diffuse", "visible_shadow")


@dataclass
class Copies:
    """Which objects stand in for an instance, and of what."""

    of: dict[Any, tuple[Any, tuple[Any, ...]]] = field(default_factory=dict)
    """Stand-in → (the object it shows, the instancers it came through, outermost first)."""
    shared: list[str] = field(default_factory=list)
    """Instancers that stayed as they are."""
    vertices: int = 0

    def source(self, obj: Any) -> Any:
        """The artist's object behind `obj`."""
        return self.of[obj][0] if obj in self.of else obj

    def instancers(self, obj: Any) -> tuple[Any, ...]:
        """The instancers it came through, innermost first."""
        return tuple(reversed(self.of[obj][1])) if obj in self.of else ()

    def name(self, obj: Any) -> str:
        """ "Harbour/Crane" for the object Crane of the instance Harbour."""
        return "/".join([*(e.name for e in reversed(self.instancers(obj))), self.source(obj).name])


def make_real(scene: Any, view_layer: Any, channel: Channel) -> Copies:
    """Replace the collection instances of `view_layer` by stand-ins, as far as that goes."""
    copies = Copies()
    instancers = [o for o in view_layer.objects if _instances(o) and not o.hide_render]
    for instancer in sorted(instancers, key=lambda o: o.name_full):
        plan = list(_leaves(instancer.instance_collection, (instancer,)))
        weight = sum(_vertices(leaf) for leaf, _ in plan if _shaped(leaf))
        fits = len(copies.of) + len(plan) <= _MOST_COPIES and copies.vertices + weight <= _MOST_VERTICES
        if not fits or (_animated(instancer) and _hides(instancer)) or not all(_simple(leaf) for leaf, _ in plan):
            copies.shared.append(instancer.name)
            continue
        copies.vertices += weight
        _stand_in(scene, instancer, plan, copies)
    if copies.shared:
        names = ", ".join(copies.shared[:5]) + (" ..." if len(copies.shared) > 5 else "")
        channel.note(f"The instances {names} share the ids of what they show; they are not told apart.")
    view_layer.update()
    return copies


def _instances(obj: Any) -> bool:
    return obj.instance_type == "COLLECTION" and obj.instance_collection is not None


def _leaves(collection: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """(object, instancers it comes through) of everything solid that an instance shows, nested ones too."""
    if collection.hide_render or len(path) > _DEEPEST:
        return
    for obj in collection.objects:
        if obj.hide_render:
            continue
        if _instances(obj):
            yield from _leaves(obj.instance_collection, (*path, obj))
        elif obj.type in SOLID:
            yield obj, path
    for child in collection.children:
        yield from _leaves(child, path)


def _simple(obj: Any) -> bool:
    return obj.type != "META" and obj.instance_type == "NONE" and len(obj.particle_systems) == 0


def _animated(obj: Any) -> bool:
    return obj.animation_data is not None


def _hides(obj: Any) -> bool:
    """True when `hide_render` may change over time."""
    data = obj.animation_data
    if any(driver.data_path == "hide_render" for driver in data.drivers):
        return True
    action = data.action
    return action is not None and any(path == "hide_render" for path in _paths(action))


def _paths(action: Any) -> Iterator[str]:
    """Data paths of an action's curves; layered actions (4.4 on) keep them in channel bags."""
    for layer in getattr(action, "layers", ()):
        for strip in layer.strips:
            for bag in getattr(strip, "channelbags", ()):
                yield from (curve.data_path for curve in bag.fcurves)
    if not hasattr(action, "layers"):
        yield from (curve.data_path for curve in action.fcurves)


def _shaped(obj: Any) -> bool:
    return len(obj.modifiers) > 0


def _vertices(obj: Any) -> int:
    return len(obj.data.vertices) if obj.type == "MESH" else 0


def _stand_in(scene: Any, instancer: Any, plan: list[tuple[Any, tuple[Any, ...]]], copies: Copies) -> None:
    parents: dict[tuple[Any, ...], Any] = {(instancer,): instancer}
    for leaf, path in plan:
        for depth in range(2, len(path) + 1):
            if path[:depth] not in parents:
                parent = _follower(scene, path[depth - 1], None, parents[path[: depth - 1]], path[depth - 2])
                parents[path[:depth]] = parent
        data = bpy.data.meshes.new("rushes_shaped") if _shaped(leaf) else leaf.data
        copy = _follower(scene, leaf, data, parents[path], path[-1])
        if _shaped(leaf):
            _show_evaluated(copy, leaf)
        for name in _VISIBILITY:
            setattr(copy, name, all(getattr(o, name) for o in (leaf, *path)))
        copies.of[copy] = (leaf, path)
    instancer.instance_type = "NONE"


def _follower(scene: Any, original: Any, data: Any, parent: Any, instancer: Any) -> Any:
    """A child of `parent` that stands where the instance of `original` stands."""
    obj = bpy.data.objects.new(f"rushes_{original.name}", data)
    scene.collection.objects.link(obj)
    obj.parent = parent
    offset = mathutils.Vector(instancer.instance_collection.instance_offset)
    obj.matrix_parent_inverse = mathutils.Matrix.Translation(-offset)
    follow = obj.constraints.new("COPY_TRANSFORMS")
    follow.target = original
    follow.target_space, follow.owner_space = "WORLD", "LOCAL"
    return obj


def _show_evaluated(copy: Any, leaf: Any) -> None:
    """Let `copy` show what the modifiers of `leaf` make of it."""
    tree = bpy.data.node_groups.new("rushes_show", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    info = tree.nodes.new("GeometryNodeObjectInfo")
    info.transform_space = "ORIGINAL"
    info.inputs["Object"].default_value = leaf
    out = tree.nodes.new("NodeGroupOutput")
    tree.links.new(info.outputs["Geometry"], out.inputs[0])
    copy.modifiers.new("rushes_show", "NODES").node_group = tree
