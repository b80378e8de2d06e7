"""Reads one datablock for fingerprints: what it says by itself, and which others it leans on.

Values that an animation or a driver sets are left out (they are another in each frame); the animation counts instead.
Numbers that stand at their default are left out too, so that a newer Blender with more settings reads the same.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from rushes.projection import own_materials

from .. import compat
from ..logic.freshness import digest
from .colors import flat_color, only_volume
from .mesh_digest import mesh_digest, rounded

__all__ = ["Reading", "channels_of", "moved_channels", "read"]

_UNSEEN_TEXT = (
    "name rna_type show_expanded show_in_editmode show_viewport show_on_cage is_active use_apply_on_spline active "
    "use_pin_to_last persistent_uid execution_time is_override_data enabled error_location error_rotation "
    "is_valid session_uid id_type tag use_fake_user use_extra_user is_runtime_data show_wire show_bounds "
    "show_texture_space show_axes show_names show_passepartout passepartout_alpha display_size show_limits "
    "show_mist show_sensor show_safe_areas show_safe_center show_composition_center bl_idname is_property_editing "
    "use_edit_mode"
)
_UNSEEN = frozenset(_UNSEEN_TEXT.split())
_UNSEEN_OF_NODES_TEXT = (
    "width height location location_absolute select hide show_options show_preview show_texture color_tag label "
    "use_custom_color color parent warning_propagation"
)
_UNSEEN_OF_NODES = frozenset(_UNSEEN_OF_NODES_TEXT.split())
_OPAQUE_TEXT = (
    "ARMATURE BUILD CLOTH CURVE DYNAMIC_PAINT EXPLODE FLUID HOOK LATTICE MESH_CACHE MESH_DEFORM "
    "MESH_SEQUENCE_CACHE NODES OCEAN PARTICLE_INSTANCE PARTICLE_SYSTEM SHRINKWRAP SOFT_BODY SURFACE_DEFORM WARP "
    "WAVE"
)
_OPAQUE = frozenset(_OPAQUE_TEXT.split())
"""Modifiers after which the box at one frame says little of another."""


@dataclass(frozen=True)
class Reading:
    """What was read of one datablock."""

    own: int
    deps: tuple[tuple[str, Any], ...] = ()
    """(kind, datablock) of what it leans on."""
    varies: bool = False
    """By itself it may be another in another frame."""
    opaque: bool = False
    """Where it is in other frames cannot be told from its own curves."""


def read(kind: str, item: Any) -> Generator[None, None, Reading]:
    """Read `item` as `kind`: object, pose, camera, data, material, nodes, collection or mark. Yields in between when it
    is large."""
    if kind == "data" and isinstance(item, bpy.types.Mesh):
        own = yield from mesh_digest(item)
        keys = item.shape_keys
        deps = (("data", keys),) if keys is not None else ()
        return Reading(own, deps, varies=keys is not None, opaque=keys is not None)
    return _READERS[kind](item)


# -- animation


def moved_channels(owner: Any, curves: Iterable[Any]) -> set[tuple[str, int]]:
    """(data path, index) that curves or drivers set."""
    found = {(c.data_path, c.array_index) for c in curves}
    data = owner.animation_data
    if data is not None:
        found |= {(d.data_path, d.array_index) for d in data.drivers}
    return found


def _animation(owner: Any, deps: list[tuple[str, Any]]) -> tuple[Any, set[tuple[str, int]]]:
    """All that animates an ID, as plain values; and what it sets."""
    data = owner.animation_data
    if data is None:
        return (), set()
    curves = compat.curves_of(owner)
    if data.action is not None:
        deps.append(("mark", data.action))
    kept: list[Any] = sorted((_curve(c) for c in curves), key=lambda c: c[:2])
    for driver in data.drivers:
        kept.append(_driver(driver, deps))
    for track in data.nla_tracks:
        for strip in track.strips:
            kept.append((track.mute, strip.mute, values_of(strip, deps)))
    return kept, moved_channels(owner, curves)


def _curve(curve: Any) -> tuple[Any, ...]:
    points = curve.keyframe_points
    count = len(points)
    found: list[Any] = []
    for name in ("co", "handle_left", "handle_right"):
        buffer = np.empty(2 * count, np.float32)
        points.foreach_get(name, buffer)
        found.append(digest(rounded(buffer).tobytes().hex()))
    shapes = np.empty(count, np.int32)
    points.foreach_get("interpolation", shapes)
    extra = [(m.type, m.mute, values_of(m, [])) for m in curve.modifiers]
    return (
        *(curve.data_path, curve.array_index, curve.extrapolation, curve.mute, count),
        *(found, digest(shapes.tobytes().hex()), extra),
    )


def _driver(curve: Any, deps: list[tuple[str, Any]]) -> tuple[Any, ...]:
    driver = curve.driver
    variables: list[Any] = []
    for variable in driver.variables:
        for target in variable.targets:
            if isinstance(target.id, bpy.types.Object):
                deps.append(("pose", target.id))
            elif target.id is not None and not isinstance(target.id, bpy.types.Scene):
                deps.append(("mark", target.id))
            variables.append((variable.name, variable.type, target.data_path, target.transform_type))
    return curve.data_path, curve.array_index, driver.type, driver.expression, variables


# -- values


def values_of(struct: Any, deps: list[tuple[str, Any]], kind: str = "object") -> list[Any]:
    """Settings that are not at their default, as (name, value); datablocks they point at go into `deps`."""
    found: list[Any] = []
    for name, sort, default in _fields(struct):
        value = getattr(struct, name)
        if sort == "POINTER":
            if isinstance(value, bpy.types.ID):
                found.append((name, *_pointed(value, deps, kind)))
            continue
        value = tuple(value) if sort == "ARRAY" else value
        if value != default:
            found.append((name, value))
    return found


def _pointed(item: Any, deps: list[tuple[str, Any]], kind: str) -> tuple[str, ...]:
    kinds = ((bpy.types.Object, kind), (bpy.types.NodeTree, "nodes"), (bpy.types.Collection, "collection"))
    known = next((k for cls, k in kinds if isinstance(item, cls)), None)
    deps.append((known or "mark", item))
    return () if known else (item.name,)


_known_fields: dict[str, list[tuple[str, str, Any]]] = {}


def _fields(struct: Any) -> list[tuple[str, str, Any]]:
    name = struct.bl_rna.identifier
    if name not in _known_fields:
        unseen = _UNSEEN | _UNSEEN_OF_NODES if isinstance(struct, bpy.types.Node) else _UNSEEN
        _known_fields[name] = [f for f in _find_fields(struct.bl_rna) if f[0] not in unseen]
    return _known_fields[name]


def _find_fields(rna: Any) -> Iterator[tuple[str, str, Any]]:
    for prop in rna.properties:
        if prop.is_readonly or prop.type == "COLLECTION":
            continue
        if prop.type == "POINTER":
            yield prop.identifier, "POINTER", None
        elif getattr(prop, "is_array", False):
            yield prop.identifier, "ARRAY", tuple(prop.default_array)
        elif prop.type == "ENUM" and prop.is_enum_flag:
            yield prop.identifier, "VALUE", set(prop.default_flag)
        else:
            yield prop.identifier, "VALUE", prop.default


# -- objects


def channels_of(obj: Any) -> tuple[tuple[str, Any], ...]:
    """The transform as (data path, values)."""
    turn = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}
    name = turn.get(obj.rotation_mode, "rotation_euler")
    return ("location", obj.location), (name, getattr(obj, name)), ("scale", obj.scale)


def _still(channels: Iterable[tuple[str, Any]], moved: set[tuple[str, int]], prefix: str = "") -> list[Any]:
    return [
        [value for index, value in enumerate(values) if (prefix + name, index) not in moved]
        for name, values in channels
    ]


def _pose(obj: Any) -> Reading:
    deps: list[tuple[str, Any]] = []
    animation, moved = _animation(obj, deps)
    parent: Any = ()
    if obj.parent is not None:
        deps.append(("pose", obj.parent))
        inverse = [tuple(row) for row in obj.matrix_parent_inverse]
        parent = (obj.parent_type, obj.parent_bone, inverse)
    constraints = [(c.type, values_of(c, deps, "pose"), _targets(c, deps)) for c in obj.constraints if not c.mute]
    deltas = (obj.delta_location, obj.delta_scale, obj.delta_rotation_euler, obj.delta_rotation_quaternion)
    own = (
        obj.rotation_mode,
        _still(channels_of(obj), moved),
        deltas,
        parent,
        constraints,
        animation,
        _bones(obj, moved),
    )
    data = obj.animation_data
    other = data is not None and (len(data.drivers) > 0 or len(data.nla_tracks) > 0)
    physics = obj.rigid_body is not None or obj.soft_body is not None
    odd_parent = obj.parent is not None and obj.parent_type != "OBJECT"
    delta = any(v != 0.0 for v in (*obj.delta_location, *obj.delta_rotation_euler)) or tuple(obj.delta_scale) != (
        1,
        1,
        1,
    )
    opaque = bool(constraints) or other or physics or odd_parent or delta
    moves = other or physics or any(not p.startswith(("pose.", "modifiers[", "hide", "color")) for p, _ in moved)
    return Reading(digest(own), tuple(deps), moves, opaque)


def _targets(constraint: Any, deps: list[tuple[str, Any]]) -> int:
    """An Armature constraint keeps its targets in a list."""
    found = [t.target for t in getattr(constraint, "targets", ()) if t.target is not None]
    deps += [("pose", t) for t in found]
    return len(found)


def _bones(obj: Any, moved: set[tuple[str, int]]) -> list[Any]:
    if obj.type != "ARMATURE" or obj.pose is None:
        return []
    found: list[Any] = []
    for bone in obj.pose.bones:
        prefix = f'pose.bones["{bone.name}"].'
        found.append((bone.name, _still(channels_of(bone), moved, prefix)))
        found += [(c.type, c.influence) for c in bone.constraints if not c.mute]
    return found


def _object(obj: Any) -> Reading:
    deps: list[tuple[str, Any]] = [("pose", obj)]
    curves = compat.curves_of(obj)
    moved = moved_channels(obj, curves)
    modifiers = [_modifier(m, deps) for m in obj.modifiers if m.show_render]
    if obj.data is not None:
        deps.append(("data", obj.data))
    slots = own_materials(obj)  # a take that is projected onto it changes nothing
    deps += [("material", m) for m in slots if m is not None]
    if obj.instance_type == "COLLECTION" and obj.instance_collection is not None:
        deps.append(("collection", obj.instance_collection))
    color = () if any(slots) or any(path == "color" for path, _ in moved) else tuple(obj.color)
    own = (
        *(obj.type, obj.instance_type, obj.is_holdout, obj.visible_camera, len(obj.particle_systems)),
        *([m is not None for m in slots], color, modifiers),
    )
    hidden = ("hide_render", 0) not in moved and obj.hide_render
    driven = any(path.startswith("modifiers[") for path, _ in moved)
    crowd = len(obj.particle_systems) > 0 or obj.instance_type in {"VERTS", "FACES"}
    opaque = driven or crowd or obj.type == "META" or any(m.type in _OPAQUE for m in obj.modifiers)
    return Reading(digest((own, hidden)), tuple(deps), opaque=opaque)


def _modifier(modifier: Any, deps: list[tuple[str, Any]]) -> tuple[Any, ...]:
    inputs: list[Any] = []
    if modifier.type == "NODES":
        for key in sorted(modifier.keys()):
            value = modifier[key]
            if isinstance(value, bpy.types.ID):
                inputs.append((key, *_pointed(value, deps, "object")))
            else:
                inputs.append((key, value if isinstance(value, int | float | str) else list(value)))
    return modifier.type, values_of(modifier, deps), inputs


# -- what objects show


def _camera(obj: Any) -> Reading:
    deps: list[tuple[str, Any]] = [("pose", obj), ("mark", obj.data)]
    animation, moved = _animation(obj.data, deps)
    names = ("type", "sensor_fit", "sensor_width", "sensor_height", "lens", "ortho_scale", "shift_x", "shift_y")
    own = [(n, getattr(obj.data, n)) for n in (*names, "clip_start", "clip_end") if (n, 0) not in moved]
    return Reading(digest((own, animation)), tuple(deps), varies=bool(moved))


def _data(data: Any) -> Reading:
    deps: list[tuple[str, Any]] = []
    animation, _ = _animation(data, deps) if hasattr(data, "animation_data") else ((), set())
    keys = getattr(data, "shape_keys", None)
    if keys is not None:
        deps.append(("data", keys))
    own = (type(data).__name__, values_of(data, deps), animation, [list(p) for p in _points(data)])
    varies = bool(animation) or keys is not None
    return Reading(digest(own), tuple(deps), varies, opaque=varies)


def _points(data: Any) -> Iterator[Iterable[Any]]:
    """What a datablock is made of, beyond its settings."""
    for spline in getattr(data, "splines", ()):
        yield spline.type, spline.use_cyclic_u, spline.use_cyclic_v, spline.order_u, spline.resolution_u
        yield from (_flat(spline.points, "co", 4), _flat(spline.bezier_points, "co", 3))
        yield from (_flat(spline.bezier_points, "handle_left", 3), _flat(spline.bezier_points, "handle_right", 3))
    for element in getattr(data, "elements", ()):
        yield element.type, element.radius, element.stiffness, *element.co, *element.rotation
    if isinstance(data, bpy.types.Armature):
        yield from ((b.name, *b.head_local, *b.tail_local) for b in data.bones)
    if isinstance(data, bpy.types.Key):
        for block in data.key_blocks:
            yield block.name, block.mute, _flat(block.data, "co", 3)
        if data.animation_data is None:
            yield (block.value for block in data.key_blocks)
    if isinstance(data, bpy.types.Lattice):
        yield (_flat(data.points, "co_deform", 3),)
    attributes = getattr(data, "attributes", None)
    if attributes is not None and "position" in attributes:  # hair, point clouds
        yield (_flat(attributes["position"].data, "vector", 3),)


def _flat(items: Any, name: str, size: int) -> tuple[int, int]:
    buffer = np.empty(size * len(items), np.float32)
    items.foreach_get(name, buffer)
    return len(items), digest(rounded(buffer).tobytes().hex())


def _material(material: Any) -> Reading:
    return Reading(digest((flat_color(material), only_volume(material))))


def _nodes(tree: Any) -> Reading:
    deps: list[tuple[str, Any]] = []
    own: list[Any] = []
    for node in tree.nodes:
        sockets = [_socket(s, deps) for s in node.inputs if not s.is_linked]
        own.append((node.bl_idname, node.mute, values_of(node, deps), sockets))
    links = [(x.from_node.name, x.from_socket.identifier, x.to_node.name, x.to_socket.identifier) for x in tree.links]
    animation, _ = _animation(tree, deps)
    return Reading(digest((own, sorted(links), animation)), tuple(deps))


def _socket(socket: Any, deps: list[tuple[str, Any]]) -> Any:
    value = getattr(socket, "default_value", None)
    if isinstance(value, bpy.types.ID):
        return (socket.identifier, *_pointed(value, deps, "object"))
    if value is None or isinstance(value, int | float | str):
        return socket.identifier, value
    return socket.identifier, list(value)


def _collection(collection: Any) -> Reading:
    members = sorted((o for o in collection.objects if not o.hide_render), key=lambda o: o.name_full)
    inner = sorted(collection.children, key=lambda c: c.name_full)
    deps = [("object", o) for o in members] + [("collection", c) for c in inner]
    words = [[str(item.get(k, "")) for k in ("rushes_class", "rushes_prompt")] for item in (*members, collection)]
    return Reading(digest((tuple(collection.instance_offset), collection.hide_render, words)), tuple(deps))


def _mark(item: Any) -> Reading:
    return Reading(0)


_READERS: dict[str, Any] = {
    "pose": _pose,
    "object": _object,
    "camera": _camera,
    "data": _data,
    "material": _material,
    "nodes": _nodes,
    "collection": _collection,
    "mark": _mark,
}
