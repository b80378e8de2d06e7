"""Shows on the set itself what the takes reach, in every engine, by a switch in the composite group."""

from __future__ import annotations

from typing import Any

from rushes.errors import InputError
from rushes.projection.composite import composite_of
from rushes.projection.graph import Graph

__all__ = ["coverage_shown", "hide_coverage", "show_coverage"]

_VIEW = "Rushes Coverage View"
_BARE, _ONE, _MORE = (0.62, 0.035, 0.025), (0.05, 0.42, 0.07), (0.03, 0.4, 0.52)


def coverage_shown(scene: Any) -> bool:
    """Whether the set shows what is covered in place of the takes."""
    tree = composite_of(scene)
    return tree is not None and _VIEW in tree.nodes


def show_coverage(scene: Any) -> None:
    """Show the set in red where no take reaches, green where one does, blue-green where several do. Any change of the
    takes ends it. InputError `coverage.takes` while nothing is projected."""
    tree = composite_of(scene)
    if tree is None:
        raise InputError("Nothing is projected in this scene.", code="coverage.takes", hint="Project a take first.")
    if coverage_shown(scene):
        return
    out = next(n for n in tree.nodes if n.bl_idname == "NodeGroupOutput").inputs["Shader"]
    former = out.links[0].from_socket
    g = _Tinted(tree)
    total: Any = 0.0
    for node in [n for n in tree.nodes if n.bl_idname == "ShaderNodeGroup" and n.node_tree is not None]:
        total = g.math("ADD", total, node.outputs["Coverage"])
    color = g.blend(g.math("MINIMUM", total, 1.0), _BARE, _ONE)
    color = g.blend(g.math("SUBTRACT", total, 1.0, clamp=True), color, _MORE)
    view = g.node("ShaderNodeEmission", _VIEW)
    g.put(color, view.inputs["Color"])
    away = g.node("ShaderNodeLayerWeight").outputs["Facing"]
    g.put(g.math("MULTIPLY_ADD", away, -0.55, 1.0), view.inputs["Strength"])
    relay = g.node("NodeReroute", f"{_VIEW} Before")
    tree.links.new(former, relay.inputs[0])
    tree.links.new(view.outputs[0], out)


def hide_coverage(scene: Any) -> None:
    """Show the takes again; the nodes are as before."""
    tree = composite_of(scene)
    if tree is None or not coverage_shown(scene):
        return
    former = tree.nodes[f"{_VIEW} Before"].inputs[0].links[0].from_socket
    out = next(n for n in tree.nodes if n.bl_idname == "NodeGroupOutput").inputs["Shader"]
    tree.links.new(former, out)
    for node in [n for n in tree.nodes if n.name.startswith(_VIEW)]:
        tree.nodes.remove(node)


class _Tinted(Graph):
    """Nodes whose names say that they belong to the view."""

    def node(self, kind: str, name: str = "", **settings: Any) -> Any:
        made = super().node(kind, name, **settings)
        if not name:
            made.name = f"{_VIEW} {made.name}"
        return made

    def blend(self, factor: Any, low: Any, high: Any) -> Any:
        """From one colour to another."""
        left = self.vector("SUBTRACT", (1.0, 1.0, 1.0), self.combine(factor, factor, factor))
        low = self.vector("MULTIPLY", low, left)
        return self.vector("ADD", low, self.vector("MULTIPLY", high, self.combine(factor, factor, factor)))
