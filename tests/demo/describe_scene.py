"""Writes down what a .blend holds. Run by Blender's interpreter: describe_scene.py -- FILE.blend OUT.json."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import bpy  # pyright: ignore[reportMissingImports]


def curves(owner: Any) -> dict[str, list[list[Any]]]:
    """Keyframes by channel."""
    action = owner.animation_data.action if owner.animation_data else None
    if action is None:
        return {}
    if hasattr(action, "layers"):  # from Blender 4.4 on
        bags = [bag for layer in action.layers for strip in layer.strips for bag in strip.channelbags]
    else:
        bags = [action]
    return {
        f"{curve.data_path}[{curve.array_index}]": [
            [round(v, 5) for v in key.co] + [key.interpolation] for key in curve.keyframe_points
        ]
        for bag in bags
        for curve in bag.fcurves
    }


def one(obj: Any) -> dict[str, Any]:
    """An object as plain data."""
    return {
        "type": obj.type,
        "collections": sorted(c.name for c in obj.users_collection),
        "parent": obj.parent.name if obj.parent else "",
        "instance": obj.instance_collection.name if obj.instance_collection else "",
        "matrix": [round(v, 5) for row in obj.matrix_world for v in row],
        "scale": [round(v, 5) for v in obj.scale],
        "size": [round(v, 4) for v in obj.dimensions],
        "vertices": len(obj.data.vertices) if obj.type == "MESH" else 0,
        "color": [round(v, 4) for v in obj.material_slots[0].material.diffuse_color] if obj.material_slots else [],
        "modifiers": sorted(m.type for m in obj.modifiers),
        "notes": {k: obj[k] for k in sorted(obj.keys()) if k.startswith("rushes_")},
        "keys": curves(obj),
    }


def describe() -> dict[str, Any]:
    """The open file as plain data."""
    scene = bpy.context.scene
    return {
        "objects": {o.name: one(o) for o in bpy.data.objects},
        "in_scene": sorted(o.name for o in scene.objects),
        "collections": sorted(c.name for c in scene.collection.children),
        "markers": [[m.name, m.frame, m.camera.name] for m in sorted(scene.timeline_markers, key=lambda m: m.frame)],
        "lenses": {c.name: round(c.lens, 3) for c in bpy.data.cameras},
        "range": [scene.frame_start, scene.frame_end],
        "rate": [scene.render.fps, scene.render.fps_base],
        "size": [scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage],
        "units": [scene.unit_settings.system, scene.unit_settings.scale_length],
        "outside": [*(i.filepath for i in bpy.data.images), *(lib.filepath for lib in bpy.data.libraries)],
        "lights": sorted(o.name for o in bpy.data.lights),
    }


if __name__ == "__main__":
    blend, out = sys.argv[sys.argv.index("--") + 1 :]
    bpy.ops.wm.open_mainfile(filepath=blend)
    Path(out).write_text(json.dumps(describe()), encoding="utf-8")
