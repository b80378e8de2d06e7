"""What of a scene renders, and in which collections it lies."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ..logic.blocks import Named

__all__ = ["SOLID", "Walk", "named", "parents_of", "view_layer_of", "walk"]

SOLID = frozenset({"MESH", "CURVE", "SURFACE", "META", "FONT", "CURVES", "POINTCLOUD"})
"""Object types that have a surface."""
_MANY = 500


@dataclass
class Walk:
    """What was found."""

    objects: dict[int, Any] = field(default_factory=dict)
    """Those that render, with a surface of their own or of an instanced collection."""
    sun: Any = None
    """The strongest sun lamp that renders."""
    homes: dict[int, tuple[Named, ...]] = field(default_factory=dict)
    """The collections around each object, from the inside outwards."""

    def around(self, uid: int) -> tuple[Named, ...]:
        """The collections around an object."""
        return self.homes.get(uid, ())


def view_layer_of(scene: Any) -> Any:
    """The one that passes are rendered of: the first that is used for rendering."""
    return next((layer for layer in scene.view_layers if layer.use), scene.view_layers[0])


def walk(scene: Any) -> Generator[None, None, Walk]:
    """Go through the collections of the scene's view layer; yields in between when there is much."""
    found = Walk()
    todo: list[tuple[Any, bool, tuple[Named, ...]]] = [(view_layer_of(scene).layer_collection, False, ())]
    while todo:
        layer, hidden, outside = todo.pop()
        collection = layer.collection
        hidden = hidden or collection.hide_render
        inside = outside if collection == scene.collection else (named(collection), *outside)
        todo += [(child, hidden, inside) for child in layer.children]
        if layer.exclude or hidden:
            continue
        for count, obj in enumerate(list(collection.objects)):
            if count % _MANY == _MANY - 1:
                yield
            _take(obj, inside, found)
    return found


def _take(obj: Any, inside: tuple[Named, ...], found: Walk) -> None:
    kind = obj.type
    if kind == "LIGHT":
        if obj.data.type == "SUN" and not obj.hide_render:
            best = found.sun
            if best is None or (obj.data.energy, obj.name) > (best.data.energy, best.name):
                found.sun = obj
        return
    if kind not in SOLID and (kind != "EMPTY" or obj.instance_collection is None):
        return
    if obj.hide_render and not _hide_moves(obj):
        return
    uid = obj.session_uid
    found.objects[uid] = obj
    known = found.homes.get(uid)
    if known is None:
        found.homes[uid] = inside
    elif known != inside:
        found.homes[uid] = (*known, *(n for n in inside if n not in known))


def _hide_moves(obj: Any) -> bool:
    data = obj.animation_data
    return data is not None and (data.action is not None or len(data.drivers) > 0 or len(data.nla_tracks) > 0)


def named(item: Any) -> Named:
    """An object, data or collection with what stands on it."""
    return _kept(item.name, str(item.get("rushes_class", "")), str(item.get("rushes_prompt", "")))


def parents_of(obj: Any) -> list[str]:
    """Names of an object's parents, from the nearest on."""
    names: list[str] = []
    while (obj := obj.parent) is not None:
        names.append(obj.name)
    return names


@lru_cache(maxsize=20_000)
def _kept(name: str, cls: str, prompt: str) -> Named:
    """The same object for the same words: quick to compare."""
    return Named(name, cls, prompt)
