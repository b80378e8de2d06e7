"""The flat colour that the passes show of a material: the same rules as where passes are rendered."""

from __future__ import annotations

from typing import Any

__all__ = ["flat_color", "only_volume"]

_COLOR_INPUTS = ("Base Color", "Color", "Diffuse Color")
_DEPTH = 8
"""How many nodes to walk upstream in search of a plain colour."""


def flat_color(material: Any) -> tuple[float, ...]:
    """Linear Rec.709: the shader's Base Color; the viewport colour where a texture gives it."""
    shader = _shader(material)
    color = _socket_color(shader) if shader is not None else None
    return tuple(color if color is not None else material.diffuse_color)[:3]


def only_volume(material: Any) -> bool:
    """Fog and smoke: the passes leave them out."""
    if material.node_tree is None:
        return False
    output = material.node_tree.get_output_node("CYCLES")
    return output is not None and output.inputs["Volume"].is_linked and not output.inputs["Surface"].is_linked


def _shader(material: Any) -> Any | None:
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


def _upstream(socket: Any) -> Any | None:
    return socket.links[0].from_node if socket.is_linked and len(socket.links) else None


def _socket_color(shader: Any) -> Any | None:
    socket = next(shader.inputs[name] for name in _COLOR_INPUTS if name in shader.inputs)
    for _ in range(_DEPTH):
        if not socket.is_linked or not len(socket.links):
            return socket.default_value
        link = socket.links[0]
        if link.from_node.type == "RGB":
            return link.from_socket.default_value
        if link.from_node.type != "REROUTE":
            return None
        socket = link.from_node.inputs[0]
    return None
