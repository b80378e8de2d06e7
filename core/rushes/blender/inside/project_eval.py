"""Renders projected takes and finds by ray casting what their cameras saw: `run` is called in Blender's interpreter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import mathutils
import numpy as np

from rushes import projection
from rushes.blender.inside import project_eval_cost
from rushes.blender.inside.channel import Channel

__all__ = ["run"]


def run(request: dict[str, Any], channel: Channel) -> dict[str, Any]:
    """Do `request["tasks"]` with `request["engine"]` (CYCLES or EEVEE), pictures into `request["out"]`.

    A task has `kind`, `name`, `blend`, `folders` (projectors) and, by kind:
    "show": `camera`, `frames`, `size`; `eyes`: cameras of the projectors, to cast rays for (writes NAME_FRAME.npz);
    "cost": `camera`; "restore": nothing more. Answers the tasks' figures by name.
    """
    found: dict[str, Any] = {"version": bpy.app.version_string}
    kinds = {"show": _show, "cost": project_eval_cost.cost, "restore": project_eval_cost.restore}
    for number, task in enumerate(request["tasks"]):
        channel.progress(number / len(request["tasks"]), "render", task["name"])
        bpy.ops.wm.open_mainfile(filepath=task["blend"], load_ui=False, use_scripts=False)
        found[task["name"]] = kinds[task["kind"]](task, request["engine"], Path(request["out"]))
    return found


def _show(task: dict[str, Any], engine: str, out: Path) -> dict[str, Any]:
    scene = bpy.context.scene
    scene.camera = bpy.data.objects[task["camera"]]
    project_eval_cost.settings(scene, engine, task["size"])
    for folder in task["folders"]:
        projection.project(scene, folder)
    for frame in task["frames"]:
        scene.frame_set(frame)
        if task.get("eyes"):
            np.savez_compressed(out / f"{task['name']}_{frame}.npz", **_truth(scene, task["eyes"], task["size"]))
        scene.render.filepath = str(out / f"{task['name']}_{frame}.png")
        bpy.ops.render.render(write_still=True)
    return {}


# -- what was seen


def _truth(scene: Any, eyes: list[str], size: list[int]) -> dict[str, Any]:
    """`object`: (H, W) number of the object under each pixel's centre, 0 for none; `seen`: (eyes, H, W) whether it was
    seen by each camera; `facing`: (eyes, H, W) its cosine towards that camera; `names`: of the objects, from 1."""
    graph = bpy.context.evaluated_depsgraph_get()
    width, height = size
    names: dict[str, int] = {}
    hit = np.zeros((height, width), np.uint16)
    seen = np.zeros((len(eyes), height, width), bool)
    facing = np.zeros((len(eyes), height, width), np.float32)
    viewer = _View(scene, scene.camera, graph)
    views = [_View(scene, bpy.data.objects[name], graph) for name in eyes]
    for row in range(height):
        for column in range(width):
            origin, way = viewer.ray((column + 0.5) / width, 1.0 - (row + 0.5) / height)
            there, point, normal, _, obj, _ = scene.ray_cast(graph, origin, way)
            if not there:
                continue
            hit[row, column] = names.setdefault(obj.name, len(names) + 1)
            if normal.dot(way) > 0:
                normal = -normal
            for number, view in enumerate(views):
                cosine, free = view.sees(scene, graph, point, normal)
                facing[number, row, column] = cosine
                seen[number, row, column] = free
    return {"object": hit, "seen": seen, "facing": facing, "names": np.array(list(names))}


class _View:
    """A camera as it stands at this frame, by Blender's own view frame."""

    def __init__(self, scene: Any, camera: Any, graph: Any) -> None:
        camera = camera.evaluated_get(graph)
        self._world = camera.matrix_world.normalized()
        self._back = self._world.inverted()
        self._ortho = camera.data.type == "ORTHO"
        corners = camera.data.view_frame(scene=scene)
        self._low = mathutils.Vector(min(c[k] for c in corners) for k in range(3))
        self._high = mathutils.Vector(max(c[k] for c in corners) for k in range(3))
        self._ahead = (self._world.to_3x3() @ mathutils.Vector((0.0, 0.0, -1.0))).normalized()

    def ray(self, x: float, y: float) -> tuple[Any, Any]:
        """(origin, direction) through a place in the picture, y up."""
        low, high = self._low, self._high
        at = mathutils.Vector((low.x + (high.x - low.x) * x, low.y + (high.y - low.y) * y, low.z))
        if self._ortho:
            return self._world @ mathutils.Vector((at.x, at.y, 0.0)), self._ahead
        place = self._world.translation
        return place, ((self._world @ at) - place).normalized()

    def sees(self, scene: Any, graph: Any, point: Any, normal: Any) -> tuple[float, bool]:
        """(cosine towards it, whether it sees the point)."""
        local = self._back @ point
        toward = -self._ahead if self._ortho else (self._world.translation - point).normalized()
        cosine = float(normal.dot(toward))
        if local.z >= 0 or cosine <= 0:
            return cosine, False
        scale = 1.0 if self._ortho else self._low.z / local.z
        x, y = local.x * scale, local.y * scale
        if not (self._low.x <= x <= self._high.x and self._low.y <= y <= self._high.y):
            return cosine, False
        away = -local.z if self._ortho else (self._world.translation - point).length
        start = point + normal * (1e-4 * away)
        return cosine, not scene.ray_cast(graph, start, toward, distance=away)[0]
