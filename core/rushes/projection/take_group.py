"""The node group of one take: which colour it throws onto a point, and whether the point was seen by its camera.

A point is brought into the projector's space and from there into the picture. It was seen when it is no farther than
the depth pass says. The pass holds one depth a pixel, so the point's own plane is followed to that pixel's centre
first: on a flat face the two depths are then equal however grazing it is, and the bias need only cover creases.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from rushes.contracts import ProjectorData
from rushes.errors import ProductionError
from rushes.projection.curves import drop_action, hold_keys
from rushes.projection.graph import Graph
from rushes.projection.names import FOLDER, LIT, OVER, SHOT, TAKE, group_name, property_of
from rushes.projection.paths import stored

__all__ = ["Options", "build_group", "projector_of", "remove_group"]

_FACING, _FEATHER, _BIAS = 2.0, 0.05, 1.0
_GRAZING = 0.0005
"""Cosine below which a face counts as turned away."""
_LEAST = 0.001
"""Weight of what is seen badly: it still counts where nothing better is."""


@dataclass(frozen=True)
class Options:
    """How a take is thrown."""

    strength: float = 1.0
    """0 to 1: how much of the own material it covers."""
    lit: bool = False
    """True: base colour without the shot's own light, lit by the scene; False: as generated, lit by nothing."""
    over: bool = False
    """True: it covers takes below it; False: it is blended with them by how well each saw the point."""
    hold: bool = False
    """True: the first and last picture stay before and after the shot; False: nothing is shown there."""


class _Group:
    """One group in the making."""

    def __init__(self, data: ProjectorData, folder: Path, projector: Any, options: Options) -> None:
        self.data = data
        self.folder = folder
        self.projector = projector
        self.options = options
        self.tree = bpy.data.node_groups.new(group_name(data.take), "ShaderNodeTree")
        self.graph = Graph(self.tree)
        width, height = data.size.width, data.size.height
        self.pixels = (float(width), float(height), 0.0)

    def build(self) -> Any:
        """The finished tree."""
        g, tree = self.graph, self.tree
        for name, kind in (("Color", "Color"), ("Albedo", "Color"), ("Weight", "Float"), ("Coverage", "Float")):
            tree.interface.new_socket(name, in_out="OUTPUT", socket_type=f"NodeSocket{kind}")
        centre, lens = self.lens()
        depth, ray, uv = self.into_picture(centre, lens)
        cell = g.vector("ADD", g.vector("FLOOR", g.vector("MULTIPLY", uv, self.pixels)), (0.5, 0.5, 0.5))
        cell = g.vector("DIVIDE", cell, (self.pixels[0], self.pixels[1], 1.0))
        there = g.vector("DIVIDE", g.vector("SUBTRACT", cell, centre), lens)
        facing, at_centre = self.plane(depth, ray, there)
        seen = self.picture("depth", "exr", cell, data=True)
        visible = self.not_hidden(depth, at_centre, seen, lens)
        edge = self.edge(uv)
        coverage = self.coverage(depth, visible, facing, edge)
        quality = self.quality(facing, edge)
        out = g.node("NodeGroupOutput")
        color = self.picture("color", "png", uv)
        g.put(color, out.inputs["Color"])
        g.put(self.picture("albedo", "png", uv) if self.data.albedo else color, out.inputs["Albedo"])
        g.put(g.math("MULTIPLY", coverage, quality), out.inputs["Weight"])
        g.put(coverage, out.inputs["Coverage"])
        self.mark()
        return tree

    def mark(self) -> None:
        """What it is, for those who look for it."""
        tree = self.tree
        tree[TAKE], tree[SHOT], tree[FOLDER] = self.data.take, self.data.shot, str(self.folder)
        tree[LIT], tree[OVER] = int(self.options.lit), int(self.options.over)

    def lens(self) -> tuple[Any, Any]:
        """(principal point, focal lengths) in parts of the picture, y up; keyed where they change."""
        lenses = [f.lens for f in self.data.frames]
        numbers = [f.frame for f in self.data.frames]
        rows = {
            "Focal X": [(v.fx,) for v in lenses],
            "Focal Y": [(v.fy,) for v in lenses],
            "Centre X": [(v.cx,) for v in lenses],
            "Centre Y": [(1.0 - v.cy,) for v in lenses],
        }
        sockets: dict[str, Any] = {}
        for name, values in rows.items():
            sockets[name] = self.graph.value(name, values[0][0])
            hold_keys(sockets[name], "default_value", numbers, values, array=False)
        centre = self.graph.combine(sockets["Centre X"], sockets["Centre Y"], 0.0)
        return centre, self.graph.combine(sockets["Focal X"], sockets["Focal Y"], 1.0)

    def into_picture(self, centre: Any, lens: Any) -> tuple[Any, Any, Any]:
        """(depth, the point on the plane one metre off, or in metres when orthographic, place in the picture)."""
        g = self.graph
        point = g.node("ShaderNodeTexCoord", "Projector", object=self.projector).outputs["Object"]
        depth = g.math("MULTIPLY", g.split(point)[2], -1.0)
        ray = point
        if not self.data.orthographic:
            scale = g.math("DIVIDE", 1.0, g.math("MAXIMUM", depth, 1e-6))
            made = g.node("ShaderNodeVectorMath", operation="SCALE")
            g.put(point, made.inputs[0])
            g.put(scale, made.inputs["Scale"])
            ray = made.outputs["Vector"]
        return depth, ray, g.vector("MULTIPLY_ADD", ray, lens, centre)

    def plane(self, depth: Any, ray: Any, there: Any) -> tuple[Any, Any]:
        """(cosine between face and the way to the projector, depth of the face's plane at the pixel's centre)."""
        g = self.graph
        normal = self.normal()
        if self.data.orthographic:
            facing = g.split(normal)[2]
            step = g.vector("MULTIPLY", g.vector("SUBTRACT", there, ray), (1.0, 1.0, 0.0))
            slope = g.math("DIVIDE", g.vector("DOT_PRODUCT", normal, step), g.math("MAXIMUM", facing, 0.01))
            return facing, g.math("ADD", depth, slope)
        away = g.vector("MULTIPLY_ADD", there, (1.0, 1.0, 0.0), (0.0, 0.0, -1.0))
        here = g.math("MULTIPLY", g.vector("DOT_PRODUCT", normal, ray), -1.0)
        beyond = g.math("MULTIPLY", g.vector("DOT_PRODUCT", normal, away), -1.0)
        beyond = g.math("MAXIMUM", g.math("MAXIMUM", beyond, g.math("MULTIPLY", here, 0.25)), 1e-7)
        facing = g.math("DIVIDE", here, g.vector("LENGTH", ray))
        return facing, g.math("DIVIDE", g.math("MULTIPLY", depth, here), beyond)

    def normal(self) -> Any:
        """The face's normal in the projector's space; the turn follows the projector through simple drivers."""
        g = self.graph
        turn = g.node("ShaderNodeMapping", "Turn", vector_type="TEXTURE")
        g.put(g.node("ShaderNodeNewGeometry").outputs["True Normal"], turn.inputs["Vector"])
        for axis in range(3):
            driver = turn.inputs["Rotation"].driver_add("default_value", axis).driver
            driver.type = "AVERAGE"
            variable = driver.variables.new()
            variable.targets[0].id = self.projector
            variable.targets[0].data_path = f"rotation_euler[{axis}]"
        return turn.outputs[0]

    def not_hidden(self, depth: Any, at_centre: Any, seen: Any, lens: Any) -> Any:
        """1 where nothing stands before the point."""
        g = self.graph
        pixel = g.math("DIVIDE", g.value("Bias", _BIAS), g.math("MULTIPLY", g.split(lens)[0], self.pixels[0]))
        if not self.data.orthographic:
            pixel = g.math("MULTIPLY", pixel, depth)
        slack = g.math("MULTIPLY_ADD", depth, 0.0002, pixel)
        return g.math("LESS_THAN", g.math("MINIMUM", depth, at_centre), g.math("ADD", seen, slack))

    def edge(self, uv: Any) -> Any:
        """Distance to the nearest edge of the frame in parts of the picture; below 0 outside."""
        g = self.graph
        x, y, _ = g.split(uv)
        across = g.math("MINIMUM", x, g.math("SUBTRACT", 1.0, x))
        return g.math("MINIMUM", across, g.math("MINIMUM", y, g.math("SUBTRACT", 1.0, y)))

    def coverage(self, depth: Any, visible: Any, facing: Any, edge: Any) -> Any:
        """Strength where the projector saw the point and its object is chosen, else 0."""
        g = self.graph
        chosen = g.node("ShaderNodeAttribute", attribute_type="INSTANCER", attribute_name=property_of(self.data.take))
        found = g.math("GREATER_THAN", chosen.outputs["Fac"], 0.5)
        near = self.data.frames[0].camera.clip_start
        for part in (
            g.math("GREATER_THAN", edge, 0.0),
            g.math("GREATER_THAN", depth, near),
            g.math("GREATER_THAN", facing, _GRAZING),
            visible,
            self.strength(),
        ):
            found = g.math("MULTIPLY", found, part)
        return found

    def strength(self) -> Any:
        """A number with a slider from 0 to 1, which a plain value has not."""
        made = self.graph.node("ShaderNodeMix", "Strength", data_type="FLOAT")
        for index, number in ((0, self.options.strength), (2, 0.0), (3, 1.0)):
            made.inputs[index].default_value = number
        return made.outputs[0]

    def quality(self, facing: Any, edge: Any) -> Any:
        """How well it was seen, up to 1: faced squarely, away from the frame's edge."""
        g = self.graph
        squarely = g.math("POWER", g.math("MAXIMUM", facing, 0.0), g.value("Facing", _FACING))
        inside = g.math("DIVIDE", edge, g.math("MAXIMUM", g.value("Feather", _FEATHER), 1e-5), clamp=True)
        return g.math("MAXIMUM", g.math("MULTIPLY", squarely, inside), _LEAST)

    def picture(self, kind: str, suffix: str, place: Any, *, data: bool = False) -> Any:
        """The colour of an image sequence at a place, in step with the scene."""
        made = self.graph.node("ShaderNodeTexImage", kind.capitalize())
        made.image = self.image(kind, suffix, data)
        made.interpolation = "Closest" if data else "Linear"
        made.extension = "EXTEND"
        self.graph.put(place, made.inputs[0])
        user, count, first = made.image_user, self.data.count, self.data.first
        user.use_auto_refresh, user.use_cyclic = True, False
        if self.options.hold:  # Blender's own frame 0 is then the first picture
            user.frame_start, user.frame_offset, user.frame_duration = first + 1, 1, max(1, count - 1)
        else:
            user.frame_start, user.frame_offset, user.frame_duration = first, 0, count + 1
        return made.outputs[0]

    def image(self, kind: str, suffix: str, data: bool) -> Any:
        """The image datablock."""
        path = self.folder / kind / f"{1:04d}.{suffix}"
        if not path.is_file():
            raise ProductionError(
                f"The projector of take {self.data.take} is not whole: {path.name} of {kind} is missing.",
                code="projection.files",
                hint="Delete its folder 'projector' and project the take again.",
            )
        image = bpy.data.images.load(str(path))
        image.filepath = stored(path)
        image.name = f"Rushes {kind.capitalize()} {self.data.take}"[:63]
        image[TAKE] = self.data.take
        still = self.options.hold and self.data.count == 1
        image.source = "FILE" if still else "SEQUENCE"
        image.colorspace_settings.name = "Non-Color" if data else "sRGB"
        image.alpha_mode = "NONE" if not data else image.alpha_mode
        if data:
            image.use_half_precision = False
        return image


def build_group(data: ProjectorData, folder: Path, projector: Any, options: Options) -> Any:
    """The take's node group. ProductionError `projection.files` when pictures are missing; nothing stays then."""
    made = _Group(data, folder, projector, options)
    try:
        return made.build()
    except (ProductionError, RuntimeError):
        remove_group(made.tree)
        raise


def projector_of(tree: Any) -> Any | None:
    """The camera of a take's group; None when the artist deleted it."""
    node = tree.nodes.get("Projector")
    return None if node is None else node.object


def remove_group(tree: Any) -> None:
    """The group with its images and keys."""
    images = {n.image for n in tree.nodes if n.bl_idname == "ShaderNodeTexImage" and n.image is not None}
    drop_action(tree)
    bpy.data.node_groups.remove(tree)
    for image in images:
        if not image.users and TAKE in image:
            bpy.data.images.remove(image)
