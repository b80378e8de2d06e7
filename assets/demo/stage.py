"""Puts blocks into Blender: objects, collections, flat materials, keyframes.

Places in the layout are (inland, along, up): metres inland from the quay's edge, metres along the street, height.
Headings are degrees, 0 along the street, 90 towards the water. `place` and `heading` turn them into the world's X, Y, Z
and radians: the water lies at X > 0, on the right of a camera that looks up the street, because a scene without a
sun is lit from over the camera's right shoulder, and dusk should come over the water.
"""

from __future__ import annotations

import math
from typing import Any

import bpy
from blocks import Mesh, Point

__all__ = ["LENGTH", "PALETTE", "WATER", "Stage", "heading", "keys", "place"]

WATER = -2.0
"""Height of the water."""
LENGTH = 36
"""Frames of each shot."""

PALETTE = {
    "quay stone": "#8E897F",
    "coping": "#B3ADA0",
    "asphalt": "#55575C",
    "pavement": "#A39C90",
    "water": "#3B5661",
    "far shore": "#6C7367",
    "hill": "#5F6D62",
    "planks": "#84715B",
    "brick": "#8A5546",
    "rust": "#A4674B",
    "ochre": "#C3A069",
    "cream": "#D8CCB2",
    "pale grey": "#B8B4AA",
    "slate": "#6B7C8A",
    "sage": "#8A9880",
    "tarred": "#4A4C4F",
    "shed green": "#66756C",
    "concrete": "#A8A49B",
    "haze blue": "#8391A0",
    "haze grey": "#99A0A6",
    "steel": "#4F5A60",
    "crane yellow": "#E2AB22",
    "crane blue": "#4C6C86",
    "container red": "#A2452F",
    "container blue": "#2D5B76",
    "container ochre": "#BD8E3E",
    "container green": "#5B705A",
    "crate": "#A9875A",
    "barrel blue": "#35566E",
    "boat red": "#B93226",
    "boat teal": "#2C7A78",
    "boat white": "#DCD9CF",
    "boat black": "#3A3F44",
    "buoy": "#D2552B",
    "car grey": "#7B8288",
    "car cream": "#D6C9A6",
    "car green": "#4D6A58",
    "car red": "#9B3A30",
    "van white": "#D5D5D0",
    "leaves": "#5C6F3F",
    "leaves dark": "#4C6140",
    "trunk": "#5C4838",
    "mustard": "#C99A2E",
    "navy": "#34465F",
    "burgundy": "#7C3340",
    "olive": "#6B6D44",
    "coat grey": "#75767A",
    "coral": "#C9654E",
}


def _linear(code: str) -> tuple[float, float, float, float]:
    """Scene-linear colour of an sRGB hex code."""
    parts = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return r, g, b, 1.0


def place(at: Point) -> Point:
    """World place of a layout place."""
    return -at[0], at[1], at[2]


def heading(degrees: float) -> float:
    """World turn about Z, in radians, of a layout heading."""
    return -math.radians(degrees)


class Stage:
    """Puts blocks into the open scene: one mesh per shape, one material per colour name, named collections."""

    def __init__(self) -> None:
        self._materials: dict[str, Any] = {}
        self._collections: dict[str, Any] = {}

    def collection(self, name: str, *, kit: bool = False) -> Any:
        """The named collection; a `kit` is only there to be instanced, so it is not linked to the scene."""
        if name not in self._collections:
            made = bpy.data.collections.new(name)
            if not kit:
                bpy.context.scene.collection.children.link(made)
            self._collections[name] = made
        return self._collections[name]

    def material(self, name: str) -> Any:
        """A flat, rough material, the same colour in the viewport and in a render."""
        if name not in self._materials:
            made = bpy.data.materials.new(name)
            color = _linear(PALETTE[name])
            made.diffuse_color = color
            if made.node_tree is None:
                made.use_nodes = True
            shader = made.node_tree.nodes["Principled BSDF"]
            shader.inputs["Base Color"].default_value = color
            shader.inputs["Roughness"].default_value = 0.8
            self._materials[name] = made
        return self._materials[name]

    def mesh(self, name: str, shape: Mesh, color: str, *, smooth: bool = False) -> Any:
        """A mesh datablock in one colour, to be used by one object or many."""
        data = bpy.data.meshes.new(name)
        data.from_pydata(shape[0], [], shape[1])
        if smooth:
            data.shade_smooth()
        data.materials.append(self.material(color))
        data.validate()
        return data

    def put(self, group: str, name: str, data: Any, at: Point, yaw: float = 0.0, **notes: str) -> Any:
        """An object of a mesh (or a (shape, colour) pair) at a place; `notes` become rushes_ properties.

        Args:
            group: name of the collection.
            name: the object's name.
            data: a mesh datablock, or a pair of shape and colour name.
            at: where its origin goes: inland, along, up.
            yaw: heading in degrees.
            notes: `prompt` and `object_class` become `rushes_prompt` and `rushes_class`.
        """
        if isinstance(data, tuple):
            data = self.mesh(name, data[0], data[1])
        made = bpy.data.objects.new(name, data)
        made.location = place(at)
        made.rotation_euler = (0.0, 0.0, heading(yaw))
        if data is not None and data.materials:
            made.color = data.materials[0].diffuse_color
        if "prompt" in notes:
            made["rushes_prompt"] = notes["prompt"]
        if "object_class" in notes:
            made["rushes_class"] = notes["object_class"]
        self.collection(group).objects.link(made)
        return made

    def instance(self, group: str, name: str, kit: str, at: Point, yaw: float = 0.0) -> Any:
        """An instance of a kit collection."""
        made = self.put(group, name, None, at, yaw)
        made.instance_type = "COLLECTION"
        made.instance_collection = self.collection(kit, kit=True)
        made.empty_display_size = 0.5
        return made


def _curves(owner: Any) -> list[Any]:
    """The F-curves of an animated object, before and after actions got layers."""
    action = owner.animation_data.action
    if hasattr(action, "fcurves"):
        return list(action.fcurves)
    return [c for layer in action.layers for strip in layer.strips for bag in strip.channelbags for c in bag.fcurves]


def keys(owner: Any, path: str, values: dict[int, tuple[float, ...]], kind: str = "BEZIER") -> None:
    """Keyframes on one property; BEZIER keys ease in and out."""
    for frame, value in values.items():
        setattr(owner, path, value)
        owner.keyframe_insert(path, frame=frame)
    for curve in _curves(owner):
        if curve.data_path != path:
            continue
        for key in curve.keyframe_points:
            key.interpolation = kind
            key.handle_left_type = key.handle_right_type = "AUTO_CLAMPED"
        curve.update()
