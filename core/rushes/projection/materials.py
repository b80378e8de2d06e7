"""Puts the scene's composite group between a material's surface and its output, and takes it out again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bpy

from rushes.projection.names import BAKED, FORMER, PLAIN, SAMPLING, SLOTS, TAKE

__all__ = [
    "has_nodes",
    "install",
    "installed",
    "own_materials",
    "plain_slots",
    "plain_twins",
    "restore_slots",
    "uninstall",
]

_OUTPUT = "ShaderNodeOutputMaterial"
_OBJECT_SLOTS = frozenset({"MESH", "CURVE", "SURFACE", "META", "FONT", "CURVES", "POINTCLOUD"})


def has_nodes(material: Any) -> bool:
    """Whether its nodes count (from 5.0 on they always do)."""
    if bpy.app.version >= (5, 0):
        return material.node_tree is not None
    return bool(material.use_nodes) and material.node_tree is not None


def installed(material: Any, composite: Any) -> bool:
    """Whether the composite is in it."""
    return any(_is_ours(n, composite) for n in material.node_tree.nodes)


def _is_ours(node: Any, composite: Any) -> bool:
    return node.bl_idname == "ShaderNodeGroup" and node.node_tree == composite


def install(material: Any, composite: Any) -> bool:
    """Put it in, before every output. False when the material has no output of its own.

    Every change of a node tree makes Blender look through all trees of the file, so there are as few as possible.
    """
    tree = material.node_tree
    outputs = [n for n in tree.nodes if n.bl_idname == _OUTPUT]
    for output in outputs:
        surface = output.inputs["Surface"]
        source = surface.links[0].from_socket if surface.links else None
        node = tree.nodes.new("ShaderNodeGroup")
        node.node_tree = composite
        node.location = (output.location[0], output.location[1] + 160.0)
        node.select = False
        if source is not None:
            tree.links.new(source, node.inputs["Own"])
        tree.links.new(node.outputs["Shader"], surface)
    if outputs:
        _no_light(material)
    return bool(outputs)


def uninstall(material: Any, composite: Any) -> None:
    """Take it out; what went in goes to where it came out."""
    tree = material.node_tree
    for node in [n for n in tree.nodes if _is_ours(n, composite)]:
        own = node.inputs["Own"]
        source = own.links[0].from_socket if own.links else None
        targets = [link.to_socket for link in node.outputs["Shader"].links]
        tree.nodes.remove(node)
        if source is not None:
            for target in targets:
                tree.links.new(source, target)
    _light_again(material)


def _no_light(material: Any) -> None:
    """Cycles need not look for lamps among the blocks: what is shown lights nothing."""
    settings = getattr(material, "cycles", None)
    if settings is None or not hasattr(settings, "emission_sampling") or SAMPLING in material:
        return
    known = settings.is_property_set("emission_sampling")
    material[SAMPLING] = settings.emission_sampling if known else ""
    settings.emission_sampling = "NONE"


def _light_again(material: Any) -> None:
    if SAMPLING not in material:
        return
    former = material[SAMPLING]
    del material[SAMPLING]
    if former:
        material.cycles.emission_sampling = former
        return
    material.cycles.property_unset("emission_sampling")


# -- slots without a material of nodes


def own_materials(obj: Any) -> list[Any]:
    """Materials in the slots of an object as the artist left them: plain twins count as what they stand for, and a
    slot that was added as none."""
    if obj.data is not None and SLOTS in obj.data:
        return []
    found = [s.material for s in obj.material_slots]
    return [m.get(FORMER) if m is not None and m.get(TAKE) in (PLAIN, BAKED) else m for m in found]


def plain_twins() -> dict[Any, Any]:
    """Former material (None: none) → its plain twin, of those that there are."""
    return {m.get(FORMER): m for m in bpy.data.materials if m.get(TAKE) == PLAIN}


def plain_slots(obj: Any, plains: dict[Any, Any]) -> bool:
    """Give slots that show no nodes a node material of the same look; what they were is kept on the object.

    `plains`: former material (None: none) → its plain twin, filled here. False when the object cannot have slots.
    """
    if obj.type not in _OBJECT_SLOTS:
        return True
    wanted = [i for i, s in enumerate(obj.material_slots) if s.material is None or not has_nodes(s.material)]
    if obj.material_slots and not wanted:
        return True
    if obj.library is not None or (not obj.material_slots and obj.data.library is not None):
        return False
    kept: dict[str, Any] = {}
    if not obj.material_slots:
        obj.data.materials.append(None)
        obj.data[SLOTS] = 1
        wanted = [0]
    for index in wanted:
        slot = obj.material_slots[index]
        was = {"link": slot.link}
        shown = slot.material
        slot.link = "OBJECT"
        if slot.material is not None and was["link"] == "DATA":
            was["behind"] = slot.material
        elif shown is not None and was["link"] == "OBJECT":
            was["behind"] = shown
        slot.material = _plain(shown, plains)
        kept[str(index)] = was
    obj[SLOTS] = {**(obj[SLOTS].to_dict() if SLOTS in obj else {}), **kept}
    return True


def restore_slots(objects: Iterable[Any]) -> None:
    """Slots of objects as they were; a slot that was added to their data goes when none of its objects needs it."""
    emptied: set[Any] = set()
    for obj in objects:
        kept = obj[SLOTS].to_dict()
        del obj[SLOTS]
        for key, was in kept.items():
            if int(key) < len(obj.material_slots):
                slot = obj.material_slots[int(key)]
                slot.material = was.get("behind")
                slot.link = was["link"]
        if obj.data is not None and SLOTS in obj.data:
            emptied.add(obj.data)
    if not emptied:
        return
    users = [o for o in bpy.data.objects if o.data in emptied]
    emptied -= {o.data for o in users if SLOTS in o}
    for data in emptied:
        del data[SLOTS]
        if len(data.materials) == 1 and data.materials[0] is None:
            data.materials.pop()
    for obj in users:
        if obj.data in emptied:
            obj.data = obj.data  # the object counts its slots again


def _plain(former: Any, plains: dict[Any, Any]) -> Any:
    if former not in plains:
        made = bpy.data.materials.new(f"{PLAIN} {former.name}"[:63] if former is not None else PLAIN)
        if bpy.app.version < (5, 0):
            made.use_nodes = True
        made[TAKE] = PLAIN
        if former is not None:
            made[FORMER] = former
        tree = made.node_tree
        tree.nodes.clear()
        output, surface = tree.nodes.new(_OUTPUT), tree.nodes.new("ShaderNodeBsdfDiffuse")
        surface.location = (-220.0, 0.0)
        color = tuple(former.diffuse_color)[:3] if former is not None else (0.8, 0.8, 0.8)
        surface.inputs["Color"].default_value = (*color, 1.0)
        made.diffuse_color = (*color, 1.0)
        tree.links.new(surface.outputs[0], output.inputs["Surface"])
        plains[former] = made
    return plains[former]
