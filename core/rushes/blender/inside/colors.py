"""One flat colour per object, from its material or the viewport."""

from __future__ import annotations

from typing import Any

from rushes.contracts import Vec3
from rushes.projection.materials import own_materials

__all__ = ["flat_color"]

_COLOR_INPUTS = ("Base Color", "Color", "Diffuse Color")
_DEPTH = 8
"""How many nodes to walk upstream in search of a plain colour."""


def flat_color(obj: Any) -> Vec3:
    """Linear Rec.709, 0 to 1: the Base Color of the material that covers most faces; when it is textured, the
    material's viewport colour; without a material, the object's own colour."""
    material = _main_material(obj)
    if material is None:
        return _clean(obj.color)
    shader = _shader(material)
    color = _socket_color(shader) if shader is not None else None
    return _clean(color if color is not None else material.diffuse_color)


def _main_material(obj: Any) -> Any:
    slots = own_materials(obj)
    if len(slots) == 0:
        return None
    counts = [0] * len(slots)
    if len(slots) > 1 and obj.type == "MESH":
        chosen = [0] * len(obj.data.polygons)
        obj.data.polygons.foreach_get("material_index", chosen)
        for index in chosen:
            counts[min(index, len(counts) - 1)] += 1
    order = sorted(range(len(slots)), key=lambda i: -counts[i])
    return next((slots[i] for i in order if slots[i] is not None), None)


def _shader(material: Any) -> Any:
    """The shader node behind the output; through mixes to their first linked branch."""
    if material.node_tree is None:
        return None
    output = material.node_tree.get_output_node("CYCLES") or material.node_tree.get_output_node("ALL")
    node = _upstream(output.inputs["Surface"]) if output is not None else None
    for _ in range(_DEPTH):
        if node is None or any(name in node.inputs for name in _COLOR_INPUTS):
            return node
        branch = next((s for s in node.inputs if s.type == "SHADER" and s.is_linked), None)
        node = _upstream(branch) if branch is not None else None
    return node


def _upstream(socket: Any) -> Any:
    return socket.links[0].from_node if socket.is_linked else None


def _socket_color(shader: Any) -> Any:
    socket = next(shader.inputs[name] for name in _COLOR_INPUTS if name in shader.inputs)
    for _ in range(_DEPTH):
        if not socket.is_linked:
            return socket.default_value
        source = socket.links[0]
        if source.from_node.type == "RGB":
            return source.from_socket.default_value
        if source.from_node.type != "REROUTE":
            return None  # a texture or a calculation has no one colour
        socket = source.from_node.inputs[0]
    return None


def _clean(color: Any) -> Vec3:
    red, green, blue = (min(1.0, max(0.0, float(c))) for c in tuple(color)[:3])
    return red, green, blue
