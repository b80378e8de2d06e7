"""Freezes takes into textures: for a Blender in the background, whose file is never saved.

Each object has a texture of its own. What is baked is the composite group's Color times its Coverage, and Coverage, in
linear light: their quotient is the colour, Coverage is the alpha. Frames that are there already are left as they are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from rushes.contracts import encode
from rushes.contracts.bake import BAKE_VERSION, BakeData, BakedObject
from rushes.contracts.names import safe_name
from rushes.errors import BlenderError, InputError, disk_full_as_error
from rushes.projection import materials
from rushes.projection.build import objects_of, projected
from rushes.projection.composite import composite_of
from rushes.projection.coverage import Throws
from rushes.projection.graph import Graph
from rushes.projection.pixels import bled, pixels_of, srgb, write_array, write_png
from rushes.projection.unwrap import uv_for_bake

__all__ = ["BakeSettings", "bake"]

_SEEN = 0.02
"""Coverage below which a texel has no colour of its own."""
Tell = Callable[[float, str], None]


@dataclass(frozen=True)
class BakeSettings:
    """As BakeJob has them."""

    size: int = 1024
    margin: int = 8
    samples: int = 4
    device: str = "cpu"


@dataclass
class _Item:
    """An object with its texture."""

    obj: Any
    about: BakedObject
    folder: Path

    def frame(self, number: int) -> Path:
        return self.folder / "frames" / f"{number:04d}.png"


def bake(
    scene: Any,
    objects: Iterable[Any] | None,
    folder: Path,
    span: tuple[int, int] | None,
    settings: BakeSettings,
    tell: Tell,
) -> BakeData:
    """Bake frames `span` (first and last; None: all that the takes show) of the objects (None: those that takes fall
    on) into `folder`. InputError `bake.takes` while nothing is projected, `bake.objects` without a mesh to bake."""
    if composite_of(scene) is None:
        raise InputError("Nothing is projected in this scene.", code="bake.takes", hint="Project a take first.")
    first, last = span or _span(scene)
    notes = _prepare(scene, settings)
    wanted = _wanted(scene) if objects is None else list(objects)
    items, said = _items(scene, wanted, folder, settings)
    notes += said
    work = _Baking(scene, items, settings)
    total = (last - first + 1) * len(items) + len(items)
    done = 0
    for frame in range(first, last + 1):
        scene.frame_set(frame)
        for item in items:
            if frame == first:
                done += 1
                work.guides(item)
            if not item.frame(frame - first + 1).is_file():
                work.frame(item, frame - first + 1)
            done += 1
            tell(done / total, f"{item.obj.name}, frame {frame - first + 1} of {last - first + 1}")
    takes = projected(scene)
    data = BakeData(
        version=BAKE_VERSION,
        takes=tuple(p.take for p in takes),
        lit=all(p.lit for p in takes),
        size=settings.size,
        first=first,
        count=last - first + 1,
        objects=tuple(i.about for i in items),
        notes=tuple(notes),
    )
    _finish(folder / "bake.json", data)
    return data


def _finish(path: Path, data: BakeData) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with disk_full_as_error(path):
        draft.write_text(json.dumps(encode(data), indent=1, ensure_ascii=False), "utf-8")
        os.replace(draft, path)


def _span(scene: Any) -> tuple[int, int]:
    found = Throws(scene).frames(2, scene.frame_current)
    return found[0], found[-1]


def _wanted(scene: Any) -> list[Any]:
    return list(dict.fromkeys(o for p in projected(scene) for o in objects_of(scene, p.take)))


def _prepare(scene: Any, settings: BakeSettings) -> list[str]:
    """The scene baked from: Cycles, no light, nothing else in it."""
    render, cycles = scene.render, scene.cycles
    render.engine = "CYCLES"
    cycles.samples, cycles.use_adaptive_sampling, cycles.use_denoising = settings.samples, False, False
    cycles.max_bounces, cycles.seed, cycles.use_animated_seed = 0, 0, False
    target = render.bake
    target.use_selected_to_active = target.use_cage = False
    target.use_clear, target.target, target.margin_type = True, "IMAGE_TEXTURES", "EXTEND"
    target.view_from = "ABOVE_SURFACE"
    cycles.device = "CPU"
    return _gpu(cycles) if settings.device == "gpu" else []


def _gpu(cycles: Any) -> list[str]:
    addon = bpy.context.preferences.addons.get("cycles")
    if addon is None or not _use_gpu(addon.preferences):
        return ["No GPU that Cycles can use was found; the bake runs on the processor."]
    cycles.device = "GPU"
    return []


def _use_gpu(chosen: Any) -> bool:
    for kind in ("CUDA", "METAL", "HIP", "ONEAPI"):
        try:
            chosen.compute_device_type = kind
        except TypeError:
            continue  # this Blender was built without it
        chosen.refresh_devices()
        if any(d.type == kind for d in chosen.devices):
            for device in chosen.devices:
                device.use = device.type == kind
            return True
    return False


def _items(scene: Any, objects: Sequence[Any], folder: Path, settings: BakeSettings) -> tuple[list[_Item], list[str]]:
    """(what is baked, what is left out as sentences)."""
    composite = composite_of(scene)
    items: list[_Item] = []
    said: list[str] = []
    names: set[str] = set()
    for obj in sorted(objects, key=lambda o: o.name):
        why = _unfit(obj, scene, composite)
        if why:
            said.append(f"{obj.name} was left out: {why}.")
            continue
        name = _folder_name(obj.name, names)
        home = folder / name
        with disk_full_as_error(home):
            (home / "frames").mkdir(parents=True, exist_ok=True)
        _show_alone(scene, obj)
        uv, ours = uv_for_bake(obj, home, (settings.margin + 2) / settings.size)
        if any(m.type in ("ARRAY", "MIRROR") and m.show_render for m in obj.modifiers):
            said.append(f"{obj.name}: what its modifiers repeat shares one place in the texture.")
        items.append(_Item(obj, BakedObject(obj.name, name, uv, ours, len(obj.data.loops)), home))
    if not items:
        raise InputError(
            "There is no object to bake. " + " ".join(said),
            code="bake.objects",
            hint="Bake meshes that a take falls on; convert texts and curves to meshes first.",
        )
    return items, said


def _unfit(obj: Any, scene: Any, composite: Any) -> str:
    if obj.type != "MESH":
        return "it is no mesh" if obj.type != "EMPTY" else "it is an instance; make it real first"
    if obj.library is not None or obj.data.library is not None:
        return "it is linked from another file"
    if obj.name not in scene.objects or not len(obj.data.polygons):
        return "it has no faces in this scene"
    shown = [s.material for s in obj.material_slots]
    if not shown or any(m is None or m.node_tree is None or not materials.installed(m, composite) for m in shown):
        return "no take is projected on all of its materials"
    return ""


def _folder_name(name: str, used: set[str]) -> str:
    plain = safe_name(name) or "object"
    found, number = plain, 2
    while found.casefold() in used:
        found, number = f"{plain}-{number}", number + 1
    used.add(found.casefold())
    return found


def _show_alone(scene: Any, obj: Any) -> None:
    """Only this object is baked; the takes' depth says what is hidden, so nothing else need be there."""
    for other in scene.objects:
        if other.type not in ("CAMERA", "LIGHT", "ARMATURE"):
            other.hide_render = other != obj
    if obj.name not in bpy.context.view_layer.objects:
        scene.collection.objects.link(obj)
    obj.hide_viewport = obj.hide_select = False
    obj.hide_set(False)


class _Baking:
    """The composite group with its outlets, and the image that is baked into."""

    def __init__(self, scene: Any, items: Sequence[_Item], settings: BakeSettings) -> None:
        self.scene, self.settings = scene, settings
        self.image = bpy.data.images.new("Rushes Bake", settings.size, settings.size, alpha=False, float_buffer=True)
        self.image.colorspace_settings.name = "Non-Color"
        tree: Any = composite_of(scene)
        self.tree: Any = tree
        self.out = next(n for n in tree.nodes if n.bl_idname == "NodeGroupOutput").inputs
        g = Graph(tree)
        color, coverage = (self.out[name].links[0].from_socket for name in ("Color", "Coverage"))
        amount = g.combine(coverage, coverage, coverage)
        self.low, self.scale = g.combine(0.0, 0.0, 0.0).node, g.combine(1.0, 1.0, 1.0).node
        place = g.vector("SUBTRACT", g.node("ShaderNodeNewGeometry").outputs["Position"], self.low.outputs[0])
        self.outlets = {
            "color": _shine(g, g.vector("MULTIPLY", color, amount)),
            "coverage": _shine(g, amount),
            "place": _shine(g, g.vector("MULTIPLY", place, self.scale.outputs[0])),
            "mask": _shine(g, (1.0, 1.0, 1.0)),
            "own": next(n for n in tree.nodes if n.bl_idname == "NodeGroupInput").outputs["Own"],
        }
        for material in {s.material for i in items for s in i.obj.material_slots}:
            node = material.node_tree.nodes.new("ShaderNodeTexImage")
            node.image, node.select = self.image, True
            material.node_tree.nodes.active = node

    def baked(self, item: _Item, what: str, margin: int = 0) -> Any:
        """(H, W, 3) float32 of one outlet."""
        self.tree.links.new(self.outlets[what], self.out["Shader"])
        layer = bpy.context.view_layer
        _show_alone(self.scene, item.obj)
        for other in layer.objects.selected:
            other.select_set(False)
        layer.objects.active = item.obj
        item.obj.select_set(True)
        kind = {"type": "DIFFUSE", "pass_filter": {"COLOR"}} if what == "own" else {"type": "EMIT"}
        try:
            bpy.ops.object.bake(margin=margin, uv_layer=item.about.uv, **kind)
        except RuntimeError as exc:
            raise BlenderError(
                f"{item.obj.name} cannot be baked: {str(exc).strip().splitlines()[-1].removeprefix('Error: ')}",
                code="bake.failed",
                hint="Leave it out, or simplify its modifiers and materials.",
            ) from exc
        return pixels_of(self.image)[..., :3]

    def guides(self, item: _Item) -> None:
        """What the fill needs, once."""
        last = item.folder / "place.npy"
        if last.is_file():
            return
        write_png(item.folder / "mask.png", _bytes(self.baked(item, "mask")))
        write_png(item.folder / "own.png", _bytes(srgb(self.baked(item, "own", self.settings.margin))))
        corners = np.array([item.obj.matrix_world @ _vector(c) for c in item.obj.bound_box])
        low, size = corners.min(0) - 0.5, np.maximum(corners.max(0) - corners.min(0) + 1.0, 1e-6)
        for axis in range(3):
            self.low.inputs[axis].default_value = float(low[axis])
            self.scale.inputs[axis].default_value = float(1.0 / size[axis])
        write_array(last, (self.baked(item, "place", self.settings.margin) * size + low).astype(np.float32))

    def frame(self, item: _Item, number: int) -> None:
        """One texture of the present frame."""
        margin = self.settings.margin
        weighted = self.baked(item, "color", margin)
        coverage = self.baked(item, "coverage", margin)[..., :1]
        known = coverage[..., 0] > _SEEN
        color = np.where(known[..., None], weighted / np.maximum(coverage, _SEEN), 0.0)
        color = bled(srgb(color), known, 3)
        write_png(item.frame(number), _bytes(np.concatenate([color, coverage], -1)))


def _vector(corner: Any) -> Any:
    from mathutils import Vector

    return Vector(corner)


def _shine(graph: Graph, color: Any) -> Any:
    made = graph.node("ShaderNodeEmission")
    graph.put((*color, 1.0) if isinstance(color, tuple) else color, made.inputs["Color"])
    return made.outputs[0]


def _bytes(picture: Any) -> Any:
    return (np.clip(picture, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
