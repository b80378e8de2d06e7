"""A few words to write shader maths with: sockets in, sockets out."""

from __future__ import annotations

from typing import Any

__all__ = ["Graph"]

Value = Any
"""An output socket, a number, or three numbers."""


class Graph:
    """Adds nodes to one node tree, laid out in columns as they come."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree
        self._count = 0

    def node(self, kind: str, name: str = "", **settings: Any) -> Any:
        """A node of this type with its properties set."""
        made = self.tree.nodes.new(kind)
        for key, value in settings.items():
            setattr(made, key, value)
        if name:
            made.name = made.label = name
        made.location = ((self._count // 6) * 180.0, -(self._count % 6) * 170.0)
        made.select = False
        self._count += 1
        return made

    def put(self, value: Value, socket: Any) -> None:
        """A link, or a plain value, into an input."""
        if hasattr(value, "links"):
            self.tree.links.new(value, socket)
        else:
            socket.default_value = value

    def value(self, name: str, number: float) -> Any:
        """A number that the artist can find by its name."""
        made = self.node("ShaderNodeValue", name)
        made.outputs[0].default_value = number
        return made.outputs[0]

    def math(self, operation: str, *values: Value, clamp: bool = False) -> Any:
        """A Math node."""
        made = self.node("ShaderNodeMath", operation=operation, use_clamp=clamp)
        for value, socket in zip(values, made.inputs):
            self.put(value, socket)
        return made.outputs[0]

    def vector(self, operation: str, *values: Value) -> Any:
        """A Vector Math node; DOT_PRODUCT and LENGTH give a number."""
        made = self.node("ShaderNodeVectorMath", operation=operation)
        for value, socket in zip(values, made.inputs):
            self.put(value, socket)
        return made.outputs["Value" if operation in ("DOT_PRODUCT", "LENGTH") else "Vector"]

    def combine(self, x: Value, y: Value, z: Value) -> Any:
        """A vector of three numbers."""
        made = self.node("ShaderNodeCombineXYZ")
        for value, socket in zip((x, y, z), made.inputs):
            self.put(value, socket)
        return made.outputs[0]

    def split(self, vector: Any) -> tuple[Any, Any, Any]:
        """The three numbers of a vector."""
        made = self.node("ShaderNodeSeparateXYZ")
        self.put(vector, made.inputs[0])
        x, y, z = made.outputs
        return x, y, z
