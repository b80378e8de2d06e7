"""The UV map that a bake goes into: the object's own where it is fit for it, else one that is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np

from rushes.projection.pixels import write_array

__all__ = ["UV", "fit_for_bake", "load_uv", "uv_for_bake"]

UV = "Rushes Bake"
_GRID = 1024
_TOLERANCE = 1.02


def uv_for_bake(obj: Any, folder: Path, margin: float) -> tuple[str, bool]:
    """(name of the UV map, whether it is ours): made active for rendering; ours is kept in `folder`/uv.npy, and taken
    from there when the bake is begun again. `margin`: between islands, parts of the texture."""
    mesh = obj.data
    stored = folder / "uv.npy"
    if stored.is_file():
        load_uv(mesh, stored)
        return _used(mesh, UV), True
    active = mesh.uv_layers.active
    if active is not None and active.name != UV and fit_for_bake(_corners(mesh, active.name)):
        return _used(mesh, active.name), False
    if UV not in mesh.uv_layers:
        _unwrap(obj, margin)
    write_array(stored, _all(mesh.uv_layers[UV]))
    return _used(mesh, UV), True


def load_uv(mesh: Any, stored: Path) -> bool:
    """Give a mesh our UV map back; False when it has other corners now, or no room for one more map."""
    places = np.load(stored, allow_pickle=False)
    if len(places) != len(mesh.loops):
        return False
    layer = mesh.uv_layers.get(UV) or mesh.uv_layers.new(name=UV, do_init=False)
    if layer is None:
        return False
    layer.data.foreach_set("uv", np.ascontiguousarray(places, np.float32).ravel())
    return True


def fit_for_bake(triangles: Any) -> bool:
    """Whether (T, 3, 2) places lie in the square, and hardly any over another."""
    if not len(triangles) or triangles.min() < -1e-4 or triangles.max() > 1.0001:
        return False
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    area = np.abs((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 2.0
    total = float(area.sum())
    if total < 1e-3:
        return False
    count = np.maximum(1, np.ceil(area / total * 400_000).astype(np.int64))
    which = np.repeat(np.arange(len(triangles)), count)
    steps = np.arange(1, len(which) + 1)
    u, v = (steps * 0.7548776662466927) % 1.0, (steps * 0.5698402909980532) % 1.0
    over = u + v > 1.0
    u, v = np.where(over, 1.0 - u, u)[:, None], np.where(over, 1.0 - v, v)[:, None]
    at = a[which] * (1.0 - u - v) + b[which] * u + c[which] * v
    side = int(min(_GRID, max(64, (400_000 / 6.0 / max(total, 1e-3)) ** 0.5)))  # six points a cell leave none out
    cells = np.unique((at.clip(0.0, 0.99999) * side).astype(np.int64) @ np.array((side, 1)))
    return total <= len(cells) / side**2 * _TOLERANCE


def _used(mesh: Any, name: str) -> str:
    layer = mesh.uv_layers[name]
    mesh.uv_layers.active = layer
    layer.active_render = True
    return name


def _all(layer: Any) -> Any:
    flat = np.empty(len(layer.data) * 2, np.float32)
    layer.data.foreach_get("uv", flat)
    return flat.reshape(-1, 2)


def _corners(mesh: Any, name: str) -> Any:
    mesh.calc_loop_triangles()
    loops = np.empty(len(mesh.loop_triangles) * 3, np.int32)
    mesh.loop_triangles.foreach_get("loops", loops)
    return _all(mesh.uv_layers[name])[loops.reshape(-1, 3)]


def _unwrap(obj: Any, margin: float) -> None:
    """Smart UV Project of the whole mesh, in edit mode: for a background Blender."""
    mesh = obj.data
    mesh.uv_layers.active = mesh.uv_layers.new(name=UV, do_init=False)
    layer = bpy.context.view_layer
    for other in layer.objects.selected:
        other.select_set(False)
    layer.objects.active = obj
    obj.select_set(True)
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.reveal(select=False)
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.uv.smart_project(  # aspect: not that of the takes' pictures
        angle_limit=1.15, margin_method="SCALED", island_margin=margin, area_weight=0.0, correct_aspect=False
    )
    bpy.ops.object.mode_set(mode="OBJECT")
