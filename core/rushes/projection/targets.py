"""Which objects a take falls on, and which materials these show: slots, instances, what modifiers put there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bpy

from rushes.projection.names import property_of

__all__ = ["all_that_render", "choosable", "choose", "chosen", "extra_materials", "shown_objects", "unchoose"]

_SURFACES = frozenset({"MESH", "CURVE", "SURFACE", "META", "FONT", "CURVES", "POINTCLOUD"})


def all_that_render(scene: Any) -> list[Any]:
    """Objects of the scene with surfaces, or that bring some in, and that are not hidden in renders."""
    return [o for o in scene.objects if choosable(o) and not o.hide_render]


def choosable(obj: Any) -> bool:
    """Whether a take can fall on it."""
    if obj.type in _SURFACES:
        return True
    return obj.type == "EMPTY" and obj.instance_type == "COLLECTION" and obj.instance_collection is not None


def choose(objects: Iterable[Any], take: str) -> tuple[list[Any], list[Any]]:
    """(objects that the take now falls on, objects of other files that cannot be changed)."""
    name = property_of(take)
    done: list[Any] = []
    foreign: list[Any] = []
    for obj in objects:
        if obj.library is not None or obj.override_library is not None:
            foreign.append(obj)
            continue
        obj[name] = 1.0
        obj.update_tag()
        done.append(obj)
    return done, foreign


def unchoose(scene: Any, take: str) -> None:
    """The take falls on no object of the scene any more."""
    name = property_of(take)
    for obj in scene.objects:
        if name in obj:
            del obj[name]
            obj.update_tag()


def chosen(scene: Any, take: str) -> list[Any]:
    """Objects of the scene that the take falls on."""
    name = property_of(take)
    return [o for o in scene.objects if name in o]


def shown_objects(objects: Iterable[Any]) -> list[Any]:
    """The objects and those that they instance: collections, nested ones too, faces' and particles' instances."""
    found: dict[Any, None] = {}
    waiting = list(objects)
    while waiting:
        obj = waiting.pop()
        if obj in found:
            continue
        found[obj] = None
        waiting.extend(_instanced(obj))
    return list(found)


def _instanced(obj: Any) -> list[Any]:
    found: list[Any] = []
    kind = obj.instance_type
    if kind == "COLLECTION" and obj.instance_collection is not None:
        found.extend(obj.instance_collection.all_objects)
    elif kind in ("VERTS", "FACES"):
        found.extend(obj.children)
    for system in obj.particle_systems:
        settings = system.settings
        if settings.render_type == "OBJECT" and settings.instance_object is not None:
            found.append(settings.instance_object)
        elif settings.render_type == "COLLECTION" and settings.instance_collection is not None:
            found.extend(settings.instance_collection.all_objects)
    return found


def extra_materials(scene: Any, objects: Iterable[Any]) -> set[Any]:
    """Materials that Geometry Nodes set, or bring in with what they instance."""
    made = {o for o in objects if any(m.type == "NODES" for m in o.modifiers)}
    if not made or scene != bpy.context.scene:
        return set()
    graph = bpy.context.evaluated_depsgraph_get()
    found: set[Any] = set()
    for obj in made:
        found.update(_materials(obj.evaluated_get(graph)))
    seen: set[int] = set()
    for instance in graph.object_instances:
        if not instance.is_instance or instance.parent is None or instance.parent.original not in made:
            continue
        data = instance.object.data
        key = 0 if data is None else data.as_pointer()
        if key not in seen:
            seen.add(key)
            found.update(_materials(instance.object))
    return found


def _materials(evaluated: Any) -> set[Any]:
    data = evaluated.data
    slots = getattr(data, "materials", ()) if data is not None else ()
    return {m.original for m in slots if m is not None}
