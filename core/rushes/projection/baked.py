"""Shows baked takes: textures on a UV map in place of projecting, as long as the artist likes; all of it goes back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from rushes.contracts import decode
from rushes.contracts.bake import BAKE_VERSION, BakeData, BakedObject
from rushes.errors import ProductionError, ProtocolError
from rushes.projection import materials
from rushes.projection.build import _reach
from rushes.projection.composite import composite_of
from rushes.projection.graph import Graph
from rushes.projection.names import BAKED, FORMER, PLAIN, TAKE
from rushes.projection.paths import stored
from rushes.projection.unwrap import UV, load_uv

__all__ = ["BakeReport", "Baked", "baked", "drop_bake", "read_bake", "use_bake"]

_FOLDER, _FILLED, _SLOTS, _OURS = "rushes_bake", "rushes_bake_filled", "rushes_bake_slots", "rushes_bake_uv"


@dataclass(frozen=True)
class BakeReport:
    """What became of it."""

    objects: int
    left_out: tuple[str, ...]
    """Sentences."""


@dataclass(frozen=True)
class Baked:
    """An object that shows a bake."""

    object: Any
    folder: str
    filled: bool


def read_bake(folder: Path | str) -> BakeData:
    """bake.json of a bake's folder. ProductionError `bake.files` when it is missing, damaged or of another version."""
    path = Path(folder, "bake.json")
    try:
        data = decode(BakeData, json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, ProtocolError) as exc:
        raise ProductionError(
            f"There is no whole bake in {path.parent}.", code="bake.files", hint="Bake the takes again."
        ) from exc
    if data.version != BAKE_VERSION:
        raise ProductionError(
            f"The bake in {path.parent} is of another version.", code="bake.files", hint="Bake the takes again."
        )
    return data


def baked(scene: Any) -> tuple[Baked, ...]:
    """Objects of the scene that show bakes."""
    return tuple(Baked(o, str(o[_FOLDER]), bool(o.get(_FILLED))) for o in scene.objects if _FOLDER in o)


def use_bake(scene: Any, folder: Path | str, objects: Iterable[Any] | None = None, filled: bool = False) -> BakeReport:
    """Let the objects of a bake (some of them) show their textures; a bake they show already is exchanged.

    `filled`: those in which no gap is left (job "fill"). Before its first frame and after its last one a bake stays as
    it is there. ProductionError `bake.files` when pictures are missing; nothing has changed then.
    """
    data, folder = read_bake(folder), Path(folder)
    names = None if objects is None else {o.name for o in objects}
    wanted = [b for b in data.objects if names is None or b.name in names]
    pictures = {b.name: _picture(folder / b.folder, data, filled) for b in wanted}
    said: list[str] = []
    count = 0
    for one in wanted:
        obj = scene.objects.get(one.name)
        why = _unfit(obj, one)
        if not why:
            _drop(obj)
            why = _uv(obj, one, folder / one.folder)
        if why:
            said.append(f"{one.name}: {why}.")
            continue
        _show(scene, obj, _group(obj, one, data, pictures[one.name]))
        obj[_FOLDER], obj[_FILLED] = str(folder), int(filled)
        count += 1
    return BakeReport(count, tuple(said))


def drop_bake(scene: Any, objects: Iterable[Any] | None = None) -> int:
    """Take bakes off the objects (None: all); materials, slots and UV maps are as before. How many."""
    wanted = [b.object for b in baked(scene)] if objects is None else [o for o in objects if _FOLDER in o]
    for obj in wanted:
        _drop(obj)
    if wanted and composite_of(scene) is not None:
        for _ in _reach(scene):  # takes may have come or gone meanwhile
            pass
    return len(wanted)


def _picture(home: Path, data: BakeData, filled: bool) -> Path:
    folder = home / ("filled" if filled else "frames")
    for number in {1, data.count}:
        if not (folder / f"{number:04d}.png").is_file():
            raise ProductionError(
                f"Pictures of the bake are missing in {folder}.",
                code="bake.files",
                hint="Fill the bake first." if filled and not folder.is_dir() else "Bake the takes again.",
            )
    return folder / f"{1:04d}.png"


def _unfit(obj: Any, one: BakedObject) -> str:
    if obj is None or obj.type != "MESH":
        return "it is not in this scene any more"
    if obj.library is not None or obj.data.library is not None or obj.override_library is not None:
        return "linked from another file, cannot be changed here"
    if len(obj.data.loops) != one.corners:
        return "its mesh has changed since; bake it again"
    return ""


# -- UV maps


def _uv(obj: Any, one: BakedObject, home: Path) -> str:
    mesh = obj.data
    if not one.unwrapped:
        return "" if one.uv in mesh.uv_layers else f"its UV map {one.uv} is gone; bake it again"
    had = UV in mesh.uv_layers
    active = mesh.uv_layers.active_index
    shown = next((i for i, layer in enumerate(mesh.uv_layers) if layer.active_render), -1)
    try:
        fits = load_uv(mesh, home / "uv.npy")
    except (OSError, ValueError):
        return "its UV map is missing in the bake; bake it again"
    if not fits:
        return "its mesh has no room for one more UV map"
    if shown >= 0:
        mesh.uv_layers.active_index = active
        mesh.uv_layers[shown].active_render = True
    if not had:
        mesh[_OURS] = 1
    return ""


def _drop_uv(mesh: Any) -> None:
    if _OURS not in mesh or any(_FOLDER in o for o in bpy.data.objects if o.data == mesh):
        return
    del mesh[_OURS]
    layer = mesh.uv_layers.get(UV)
    if layer is not None:
        mesh.uv_layers.remove(layer)


# -- materials


def _group(obj: Any, one: BakedObject, data: BakeData, picture: Path) -> Any:
    tree = bpy.data.node_groups.new(f"{BAKED} {obj.name}"[:63], "ShaderNodeTree")
    tree[TAKE] = BAKED
    tree.interface.new_socket("Own", in_out="INPUT", socket_type="NodeSocketShader")
    tree.interface.new_socket("Shader", in_out="OUTPUT", socket_type="NodeSocketShader")
    g = Graph(tree)
    texture = g.node("ShaderNodeTexImage", "Texture")
    image = bpy.data.images.load(str(picture))
    image.filepath = stored(picture)
    image.name, image[TAKE] = f"{BAKED} {obj.name}"[:63], BAKED
    image.alpha_mode = "CHANNEL_PACKED"
    image.source = "SEQUENCE" if data.count > 1 else "FILE"
    image.colorspace_settings.name = "sRGB"
    texture.image = image
    user = texture.image_user
    user.frame_start, user.frame_offset, user.frame_duration = data.first, 0, data.count
    user.use_auto_refresh, user.use_cyclic = True, False
    g.put(g.node("ShaderNodeUVMap", uv_map=one.uv).outputs[0], texture.inputs[0])
    mix = g.node("ShaderNodeMixShader")
    g.put(texture.outputs["Alpha"], mix.inputs[0])
    g.put(g.node("NodeGroupInput").outputs["Own"], mix.inputs[1])
    g.put(_surface(g, texture.outputs["Color"], data.lit), mix.inputs[2])
    g.put(mix.outputs[0], g.node("NodeGroupOutput").inputs["Shader"])
    return tree


def _surface(g: Graph, color: Any, lit: bool) -> Any:
    """As the live projection shows it."""
    if lit:
        made = g.node("ShaderNodeBsdfPrincipled")
        g.put(color, made.inputs["Base Color"])
        g.put(0.8, made.inputs["Roughness"])
        return made.outputs[0]
    path = g.node("ShaderNodeLightPath").outputs
    shown = g.math("ADD", path["Is Camera Ray"], path["Is Glossy Ray"])
    made = g.node("ShaderNodeEmission")
    g.put(color, made.inputs["Color"])
    g.put(g.math("ADD", shown, path["Is Transmission Ray"], clamp=True), made.inputs["Strength"])
    return made.outputs[0]


def _show(scene: Any, obj: Any, group: Any) -> None:
    """Twins of the object's materials in its slots."""
    composite = composite_of(scene)
    kept: dict[str, Any] = {}
    if not obj.material_slots:
        obj.data.materials.append(None)
        kept["added"] = 1
    for index, slot in enumerate(obj.material_slots):
        shown, link = slot.material, slot.link
        slot.link = "OBJECT"
        kept[str(index)] = {"link": link, **({"behind": slot.material} if slot.material is not None else {})}
        slot.material = _twin(shown, obj, group, composite)
    obj[_SLOTS] = kept


def _twin(former: Any, obj: Any, group: Any, composite: Any) -> Any:
    twin = former.copy() if former is not None else bpy.data.materials.new(BAKED)
    twin.name = f"{former.name if former is not None else 'Plain'} Baked"[:63]
    if bpy.app.version < (5, 0):
        twin.use_nodes = True
    if former is not None and former.get(TAKE) != PLAIN:
        twin[FORMER] = former
    twin[TAKE] = BAKED
    if composite is not None and materials.installed(twin, composite):
        materials.uninstall(twin, composite)
    materials.install(twin, group)
    return twin


def _drop(obj: Any) -> None:
    if _SLOTS not in obj:
        return
    kept = obj[_SLOTS].to_dict()
    twins: set[Any] = set()
    for key, was in kept.items():
        if key == "added" or int(key) >= len(obj.material_slots):
            continue
        slot = obj.material_slots[int(key)]
        if slot.link != "OBJECT" or slot.material is None or slot.material.get(TAKE) != BAKED:
            continue  # changed since by somebody else: theirs stays
        twins.add(slot.material)
        slot.material = was.get("behind")
        slot.link = was["link"]
    if kept.get("added") and len(obj.data.materials) == 1 and obj.data.materials[0] is None:
        obj.data.materials.pop()
    for name in (_SLOTS, _FOLDER, _FILLED):
        if name in obj:
            del obj[name]
    _drop_uv(obj.data)
    for twin in twins:
        _remove(twin)


def _remove(twin: Any) -> None:
    if twin.users:
        return
    groups = {n.node_tree for n in twin.node_tree.nodes if n.bl_idname == "ShaderNodeGroup" and n.node_tree is not None}
    bpy.data.materials.remove(twin)
    for group in [g for g in groups if g.get(TAKE) == BAKED and not g.users]:
        images = {n.image for n in group.nodes if n.bl_idname == "ShaderNodeTexImage" and n.image is not None}
        bpy.data.node_groups.remove(group)
        for image in [i for i in images if not i.users]:
            bpy.data.images.remove(image)
