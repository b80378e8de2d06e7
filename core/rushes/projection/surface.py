"""What stands in the scene at one frame: triangles in world space, points spread over them, rays between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree

__all__ = ["Points", "Rays", "Surface", "spread", "surface_now"]

_MESHES = frozenset({"MESH", "CURVE", "SURFACE", "META", "FONT"})
_FEWEST, _MOST_FEWEST = 8, 64
_PLASTIC = 0.7548776662466927
"""Steps of a sequence that fills a square evenly: 1/p and 1/p², p the plastic number."""


@dataclass(frozen=True)
class Surface:
    """Triangles that render, of the scene's present frame."""

    corners: Any
    """(T, 3, 3) metres, world space."""
    owner: Any
    """(T,) position in `names`."""
    names: tuple[str, ...]
    """Object or instancer that each triangle belongs to."""
    chosen: Mapping[str, Any]
    """Property → (T,) whether a take falls on the triangle."""

    def size(self) -> float:
        """Diagonal of all of it in metres."""
        if not len(self.corners):
            return 0.0
        flat = self.corners.reshape(-1, 3)
        return float(np.linalg.norm(flat.max(0) - flat.min(0)))


@dataclass(frozen=True)
class Points:
    """Points spread evenly over a surface."""

    places: Any
    """(N, 3) metres."""
    normals: Any
    """(N, 3) unit length."""
    area: Any
    """(N,) square metres that each stands for."""
    triangle: Any
    """(N,) position in the surface's triangles."""

    def __len__(self) -> int:
        return len(self.places)

    def of(self, kept: Any) -> Points:
        """Some of them (mask or positions)."""
        return Points(self.places[kept], self.normals[kept], self.area[kept], self.triangle[kept])


def surface_now(scene: Any, properties: Iterable[str] = ()) -> Surface:
    """The scene at its present frame, as the viewport's modifiers make it; what is hidden in renders is left out."""
    graph = _graph(scene)
    shown = _rendering(graph)
    names: dict[str, int] = {}
    parts: list[Any] = []
    owners: list[int] = []
    wanted = {name: [] for name in properties}
    meshes: dict[tuple[int, int], Any] = {}
    for instance in graph.object_instances:
        obj = instance.object
        parent = instance.parent.original if instance.is_instance and instance.parent is not None else None
        if not instance.show_self or obj.type not in _MESHES or not _renders(obj.original, parent, shown):
            continue
        key = (obj.original.as_pointer(), obj.data.as_pointer() if obj.data is not None else 0)
        if key not in meshes:
            meshes[key] = _triangles(obj)
        if not len(meshes[key]):
            continue
        matrix = np.array(instance.matrix_world, np.float64)
        parts.append(meshes[key] @ matrix[:3, :3].T + matrix[:3, 3])
        owners.append(names.setdefault((parent or obj.original).name, len(names)))
        for name, values in wanted.items():
            values.append(_falls(name, obj.original, parent))
    counts = [len(p) for p in parts]
    chosen = {name: np.repeat(np.array(values, bool), counts) for name, values in wanted.items()}
    corners = np.concatenate(parts) if parts else np.zeros((0, 3, 3))
    return Surface(corners, np.repeat(np.array(owners, np.int64), counts), tuple(names), chosen)


def _graph(scene: Any) -> Any:
    layer = bpy.context.view_layer if bpy.context.scene == scene else scene.view_layers[0]
    layer.update()
    return bpy.context.evaluated_depsgraph_get() if bpy.context.scene == scene else layer.depsgraph


def _rendering(graph: Any) -> set[Any]:
    """Objects in collections that render."""
    found: set[Any] = set()
    waiting = [graph.view_layer.layer_collection]
    while waiting:
        layer = waiting.pop()
        if not layer.exclude and not layer.collection.hide_render:
            found.update(layer.collection.objects)
            waiting.extend(layer.children)
    return found


def _renders(obj: Any, parent: Any, shown: set[Any]) -> bool:
    if parent is not None:
        return parent in shown and not parent.hide_render and not obj.hide_render
    return obj in shown and not obj.hide_render and obj.visible_camera


def _falls(name: str, obj: Any, parent: Any) -> bool:
    """As the shader has it: an instancer's own property counts first."""
    if parent is not None and name in parent:
        return float(parent[name]) > 0.5
    return float(obj.get(name, 0.0)) > 0.5


def _triangles(obj: Any) -> Any:
    """(T, 3, 3) in the object's own space."""
    mesh = obj.to_mesh()
    if mesh is None:
        return np.zeros((0, 3, 3))
    mesh.calc_loop_triangles()
    places = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", places)
    corners = np.empty(len(mesh.loop_triangles) * 3, np.int32)
    mesh.loop_triangles.foreach_get("vertices", corners)
    obj.to_mesh_clear()
    return places.reshape(-1, 3).astype(np.float64)[corners.reshape(-1, 3)]


def spread(surface: Surface, kept: Any, count: int) -> Points:
    """About `count` points over the triangles `kept` (mask), each object at least a few; the same ones every time."""
    index = np.flatnonzero(kept)
    corners = surface.corners[index]
    edges = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(edges, axis=1) / 2.0
    owner = surface.owner[index]
    total = float(area.sum())
    which, weight = [np.zeros(0, np.int64)], [np.zeros(0)]
    if total > 0.0:
        fewest = int(np.clip(count / (2 * max(1, len(np.unique(owner)))), _FEWEST, _MOST_FEWEST))
        for one in np.unique(owner):
            own = np.flatnonzero((owner == one) & (area > 0.0))
            if len(own):
                number = max(fewest, round(count * float(area[own].sum()) / total))
                which.append(own[_strata(area[own], number)])
                weight.append(np.full(number, float(area[own].sum()) / number))
    picked = np.concatenate(which)
    steps = np.arange(1, len(picked) + 1)
    u, v = (steps * _PLASTIC) % 1.0, (steps * _PLASTIC**2) % 1.0
    over = u + v > 1.0
    u, v = np.where(over, 1.0 - u, u)[:, None], np.where(over, 1.0 - v, v)[:, None]
    c = corners[picked]
    places = c[:, 0] * (1.0 - u - v) + c[:, 1] * u + c[:, 2] * v
    normals = edges[picked] / np.maximum(2.0 * area[picked], 1e-20)[:, None]
    return Points(places, normals, np.concatenate(weight), index[picked])


def _strata(area: Any, number: int) -> Any:
    """`number` triangles, each as often as its area asks for."""
    ends = np.cumsum(area)
    return np.searchsorted(ends, (np.arange(number) + 0.5) * ends[-1] / number).clip(0, len(area) - 1)


class Rays:
    """What stands between two places, by ray casting against all triangles."""

    def __init__(self, surface: Surface) -> None:
        flat = surface.corners.reshape(-1, 3)
        faces = np.arange(len(flat)).reshape(-1, 3)
        self._tree = BVHTree.FromPolygons(flat.tolist(), faces.tolist(), all_triangles=True) if len(flat) else None
        self._slack = 1e-4 * max(1e-3, surface.size())

    def clear(self, origins: Any, ends: Any) -> Any:
        """(N,) whether nothing stands between an origin and its end; both (N, 3)."""
        if self._tree is None:
            return np.ones(len(ends), bool)
        ways = ends - origins
        lengths = np.linalg.norm(ways, axis=1)
        reach = lengths - np.maximum(self._slack, lengths * 1e-4)
        cast = self._tree.ray_cast
        found = np.ones(len(ends), bool)
        for i, (origin, way, far) in enumerate(zip(origins.tolist(), ways.tolist(), reach.tolist())):
            if far > 0.0:
                found[i] = cast(Vector(origin), Vector(way), far)[0] is None
        return found

    def free(self, points: Points, far: float) -> Any:
        """(N,) whether a camera could see a point: some of a few rays, on either side, neither ends within `far` metres
        nor at the back of a face, as rays within a block do."""
        if self._tree is None:
            return np.ones(len(points), bool)
        found = np.zeros(len(points), bool)
        for i, (place, normal) in enumerate(zip(points.places, points.normals)):
            found[i] = any(self._escapes(place, side * normal, far) for side in (1.0, -1.0))
        return found

    def _escapes(self, place: Any, normal: Any, far: float) -> bool:
        assert self._tree is not None
        across = np.cross(normal, (1.0, 0.0, 0.0) if abs(normal[0]) < 0.7 else (0.0, 1.0, 0.0))
        across /= max(1e-12, float(np.linalg.norm(across)))
        along = np.cross(normal, across)
        start = Vector((place + normal * self._slack).tolist())
        for x, y in _FAN:
            way = normal + x * across + y * along
            hit, face, _, distance = self._tree.ray_cast(start, Vector(way.tolist()))
            if hit is None or (distance >= far and face.dot(Vector(way.tolist())) < 0.0):
                return True
        return False

    def ground(self, place: Any, lowest: float) -> float:
        """Height of what lies below a place; `lowest` where nothing does."""
        hit = None if self._tree is None else self._tree.ray_cast(Vector(place.tolist()), Vector((0.0, 0.0, -1.0)))[0]
        return lowest if hit is None else float(hit.z)

    def inside(self, place: Sequence[float], far: float) -> bool:
        """Whether a place is shut in: rays to all sides end at backs of faces or very near."""
        if self._tree is None:
            return False
        backs = 0
        for way in _SIDES:
            hit, normal, _, distance = self._tree.ray_cast(Vector(place), Vector(way), far)
            if hit is not None and (normal.dot(Vector(way)) > 0.0 or distance < self._slack):
                backs += 1
        return backs >= 4


_FAN = (
    (0.0, 0.0),
    (1.0, 0.0),
    (-1.0, 0.0),
    (0.0, 1.0),
    (0.0, -1.0),
    (2.0, 2.0),
    (-2.0, 2.0),
    (2.0, -2.0),
    (-2.0, -2.0),
)
_SIDES = ((1.0, 0.1, 0.05), (-1.0, 0.1, 0.05), (0.1, 1.0, 0.05), (0.1, -1.0, 0.05), (0.1, 0.05, 1.0), (0.1, 0.05, -1.0))
