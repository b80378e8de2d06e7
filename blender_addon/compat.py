"""Every difference between the Blender versions we support (4.2 LTS to 5.2 LTS) is answered here, and nowhere else."""

from __future__ import annotations

from typing import Any

import bpy

__all__ = ["VERSION", "curves_of", "material_tree"]

VERSION: tuple[int, int] = bpy.app.version[:2]
"""Of the running Blender."""


def curves_of(owner: Any) -> tuple[Any, ...]:
    """F-curves of the action that animates an ID (4.4 on: those of its slot); none when nothing does."""
    data = owner.animation_data
    action = data.action if data is not None else None
    if action is None:
        return ()
    if VERSION < (4, 4):
        return tuple(action.fcurves)
    slot = data.action_slot
    if slot is None:
        return ()
    strips = [strip for layer in action.layers for strip in layer.strips]
    bags = [bag for strip in strips for bag in strip.channelbags if bag.slot_handle == slot.handle]
    return tuple(curve for bag in bags for curve in bag.fcurves)


def material_tree(material: Any) -> Any:
    """The material's nodes. Before 5.0 a material may have none yet; since then it always has them."""
    if VERSION < (5, 0):
        material.use_nodes = True
    return material.node_tree
