"""The node group through which materials show the takes of a scene: own shader in, shader out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import bpy

from rushes.projection.graph import Graph
from rushes.projection.names import COMPOSITE, LIT, ORDER, OVER, PROJECTED, TAKE

__all__ = ["composite_of", "rebuild", "take_groups"]

_TINY = 1e-6


def composite_of(scene: Any) -> Any | None:
    """The scene's group; None while nothing is projected."""
    return scene.get(PROJECTED)


def take_groups(scene: Any) -> list[Any]:
    """Node groups of the scene's takes, the top one first."""
    tree = composite_of(scene)
    if tree is None:
        return []
    found = [n.node_tree for n in tree.nodes if n.bl_idname == "ShaderNodeGroup" and n.node_tree is not None]
    return sorted((t for t in found if TAKE in t), key=lambda t: int(t.get(ORDER, 0)))


def rebuild(scene: Any, groups: Sequence[Any]) -> Any:
    """Make the scene's group anew from these takes, top first; every material that uses it follows at once."""
    fresh = bpy.data.node_groups.new(COMPOSITE, "ShaderNodeTree")
    for place, group in enumerate(groups):
        group[ORDER] = place
    _fill(fresh, groups)
    former = composite_of(scene)
    if former is None:
        scene[PROJECTED] = fresh
        return fresh
    name = former.name
    former.user_remap(fresh)  # materials and the scene's property; one step, however many there are
    bpy.data.node_groups.remove(former)
    fresh.name = name
    return fresh


@dataclass
class _Sum:
    """Weighted colours of takes that are shown in the same way."""

    weight: Any = 0.0
    color: Any = (0.0, 0.0, 0.0)
    used: bool = False

    def fade(self, graph: Graph, share: Any) -> None:
        """Keep a share of it."""
        if self.used:
            self.weight = graph.math("MULTIPLY", self.weight, share)
            self.color = _scaled(graph, self.color, share)

    def add(self, graph: Graph, weight: Any, color: Any) -> None:
        """One more take."""
        self.weight = graph.math("ADD", self.weight, weight)
        self.color = graph.vector("ADD", self.color, _scaled(graph, color, weight))
        self.used = True

    def mean(self, graph: Graph) -> Any:
        """The colour."""
        return _scaled(graph, self.color, graph.math("DIVIDE", 1.0, graph.math("MAXIMUM", self.weight, _TINY)))


def _scaled(graph: Graph, vector: Any, factor: Any) -> Any:
    made = graph.node("ShaderNodeVectorMath", operation="SCALE")
    graph.put(vector, made.inputs[0])
    graph.put(factor, made.inputs["Scale"])
    return made.outputs["Vector"]


def _fill(tree: Any, groups: Sequence[Any]) -> None:
    graph = Graph(tree)
    tree.interface.new_socket("Own", in_out="INPUT", socket_type="NodeSocketShader")
    for name, kind in (("Shader", "Shader"), ("Color", "Color"), ("Coverage", "Float")):
        tree.interface.new_socket(name, in_out="OUTPUT", socket_type=f"NodeSocket{kind}")
    unlit, lit = _Sum(), _Sum()
    bare: Any = 1.0
    for group in reversed(groups):
        node = graph.node("ShaderNodeGroup", str(group[TAKE])[:63], node_tree=group)
        covers, weight = node.outputs["Coverage"], node.outputs["Weight"]
        open_ = graph.math("SUBTRACT", 1.0, covers)
        if group.get(OVER):
            unlit.fade(graph, open_)
            lit.fade(graph, open_)
        bare = graph.math("MULTIPLY", bare, open_)
        if group.get(LIT):
            lit.add(graph, weight, node.outputs["Albedo"])
        else:
            unlit.add(graph, weight, node.outputs["Color"])
    coverage = graph.math("SUBTRACT", 1.0, bare)
    out = graph.node("NodeGroupOutput")
    mix = graph.node("ShaderNodeMixShader")
    graph.put(coverage, mix.inputs[0])
    graph.put(graph.node("NodeGroupInput").outputs["Own"], mix.inputs[1])
    graph.put(_shader(graph, unlit, lit), mix.inputs[2])
    graph.put(mix.outputs[0], out.inputs["Shader"])
    graph.put(_color(graph, unlit, lit), out.inputs["Color"])
    graph.put(coverage, out.inputs["Coverage"])


def _color(graph: Graph, unlit: _Sum, lit: _Sum) -> Any:
    if not lit.used:
        return unlit.mean(graph)
    if not unlit.used:
        return lit.mean(graph)
    weight = graph.math("ADD", unlit.weight, lit.weight)
    return _Sum(weight, graph.vector("ADD", unlit.color, lit.color), True).mean(graph)


def _shader(graph: Graph, unlit: _Sum, lit: _Sum) -> Any:
    if not lit.used:
        return _emission(graph, unlit)
    surface = graph.node("ShaderNodeBsdfPrincipled")
    graph.put(lit.mean(graph), surface.inputs["Base Color"])
    graph.put(0.8, surface.inputs["Roughness"])
    if not unlit.used:
        return surface.outputs[0]
    mix = graph.node("ShaderNodeMixShader")
    whole = graph.math("MAXIMUM", graph.math("ADD", unlit.weight, lit.weight), _TINY)
    graph.put(graph.math("DIVIDE", lit.weight, whole), mix.inputs[0])
    graph.put(_emission(graph, unlit), mix.inputs[1])
    graph.put(surface.outputs[0], mix.inputs[2])
    return mix.outputs[0]


def _emission(graph: Graph, unlit: _Sum) -> Any:
    """What was generated, as it is: seen by the camera, in mirrors and through glass, but it lights nothing."""
    path = graph.node("ShaderNodeLightPath").outputs
    shown = graph.math("ADD", path["Is Camera Ray"], path["Is Glossy Ray"])
    shown = graph.math("ADD", shown, path["Is Transmission Ray"], clamp=True)
    made = graph.node("ShaderNodeEmission")
    graph.put(unlit.mean(graph), made.inputs["Color"])
    graph.put(shown, made.inputs["Strength"])
    return made.outputs[0]
