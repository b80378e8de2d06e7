"""Follows the camera and the objects over a shot's frames."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import bpy
import mathutils

from rushes.blender.inside.channel import Channel
from rushes.blender.inside.shots import plain_matrix
from rushes.blender.inside.subjects import Subject
from rushes.contracts import CameraFrame, Legend, LegendObject, Matrix4, Sun, Vec3
from rushes.errors import SceneError

__all__ = ["Track", "camera_frame", "follow", "light_from_behind", "refuse_panorama"]

_STILL = 1e-6
"""Matrices that differ less than this, element by element, count as standing still."""


class Track:
    """Camera and object matrices, one entry per rendered frame."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self.subjects = subjects
        self.cameras: list[CameraFrame] = []
        self.matrices: list[list[Matrix4]] = [[] for _ in subjects]
        self.seen = [False] * len(subjects)
        self.bounds: list[tuple[Vec3, Vec3] | None] = [None] * len(subjects)
        self.points: list[int | None] = [None] * len(subjects)

    def legend(self, sun: Sun | None) -> Legend:
        """Objects that render in at least one frame."""
        found = zip(self.subjects, self.matrices, self.seen, self.bounds, self.points)
        return Legend(tuple(_legend_object(s, m, b, n) for s, m, seen, b, n in found if seen), sun)


def follow(scene: Any, camera: Any, frames: Sequence[int], subjects: Sequence[Subject], channel: Channel) -> Track:
    """Step through `frames` and note where everything is."""
    track = Track(subjects)
    for index, frame in enumerate(frames):
        scene.frame_set(frame)
        graph = bpy.context.evaluated_depsgraph_get()
        track.cameras.append(camera_frame(camera.evaluated_get(graph), frame))
        for i, subject in enumerate(subjects):
            found = subject.obj.evaluated_get(graph)
            track.seen[i] = track.seen[i] or not found.hide_render
            if index == 0:
                track.bounds[i] = _bounds(found)
                track.points[i] = _points(found)
            track.matrices[i].append(plain_matrix(found.matrix_world))
        if index % 10 == 0:
            channel.progress(0.05 * index / len(frames), "track", f"frame {frame}")
    return track


def _bounds(found: Any) -> tuple[Vec3, Vec3] | None:
    corners = [tuple(float(v) for v in corner) for corner in found.bound_box]
    low, high = (tuple(pick(axis) for axis in zip(*corners)) for pick in (min, max))
    flat = [*low, *high]
    if not all(math.isfinite(v) for v in flat) or low == high:
        return None
    return (flat[0], flat[1], flat[2]), (flat[3], flat[4], flat[5])


def _points(found: Any) -> int | None:
    """Vertices of an evaluated object's mesh, modifiers and all; None where it has no mesh to count."""
    if found.type == "MESH":
        return len(found.data.vertices)
    try:
        mesh = found.to_mesh()
    except RuntimeError:  # some kinds of object have none
        return None
    if mesh is None:
        return None
    count = len(mesh.vertices)
    found.to_mesh_clear()
    return count


def _legend_object(
    subject: Subject, matrices: list[Matrix4], bounds: tuple[Vec3, Vec3] | None, points: int | None
) -> LegendObject:
    return LegendObject(
        id=subject.id,
        name=subject.name,
        collection=subject.collection,
        object_class=subject.object_class,
        prompt=subject.prompt,
        color=subject.color,
        matrices=tuple(matrices) if _moves(matrices) else tuple(matrices[:1]),
        holdout=subject.holdout,
        deforms=subject.deforms,
        bounds=bounds,
        points=points,
    )


def _moves(matrices: list[Matrix4]) -> bool:
    first = matrices[0]
    return any(abs(a - b) > _STILL for m in matrices for ra, rb in zip(m, first) for a, b in zip(ra, rb))


def refuse_panorama(camera: Any) -> None:
    """SceneError `scene.panoramic` for a lens that no pinhole describes."""
    if camera.data.type not in ("PERSP", "ORTHO"):
        raise SceneError(
            f"The camera {camera.name!r} is panoramic; Rushes makes flat pictures only, for now.",
            code="scene.panoramic",
            hint="Set its Lens Type to Perspective or Orthographic.",
        )


def camera_frame(camera: Any, frame: int) -> CameraFrame:
    """An evaluated camera as it stands. SceneError `scene.panoramic`, `scene.camera`."""
    refuse_panorama(camera)
    lens = camera.data
    matrix = camera.matrix_world.normalized()
    if not all(math.isfinite(v) for row in matrix for v in row):
        raise SceneError(
            f"The camera {camera.name!r} has no valid place at frame {frame}.",
            code="scene.camera",
            hint="Check its scale (not 0), constraints and drivers.",
        )
    return CameraFrame(
        frame=frame,
        matrix_world=plain_matrix(matrix),
        type=lens.type,
        lens=lens.lens,
        ortho_scale=lens.ortho_scale,
        sensor_width=lens.sensor_width,
        sensor_height=lens.sensor_height,
        sensor_fit=lens.sensor_fit,
        shift_x=lens.shift_x,
        shift_y=lens.shift_y,
        clip_start=lens.clip_start,
        clip_end=lens.clip_end,
    )


def light_from_behind(camera: CameraFrame) -> Vec3:
    """Towards a sun 45° up, behind the camera's right shoulder."""
    right, _, back, _ = (mathutils.Vector(c) for c in zip(*camera.matrix_world[:3]))
    level = mathutils.Vector((right.x + back.x, right.y + back.y, 0.0))
    if level.length < 1e-6:  # straight down or up: any side will do
        level = mathutils.Vector((right.x, right.y, 0.0))
    way = (level.normalized() + mathutils.Vector((0.0, 0.0, 1.0))).normalized()
    return way.x, way.y, way.z
