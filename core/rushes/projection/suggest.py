"""Where one more camera would see most of what no take reaches."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from rushes.errors import InputError
from rushes.projection.coverage import Eye, Moment, Throws, moments
from rushes.projection.surface import Points

__all__ = ["SUGGESTED", "CameraSuggestion", "place_camera", "suggest_camera", "suggest_steps"]

SUGGESTED = "Rushes Suggested"
"""Name of the camera that is made."""
_SENSOR = 36.0
_LENSES = (18.0, 24.0, 35.0, 50.0)
_HEIGHTS = (1.6, 6.0)
"""Of a person and of a crane, metres above what lies below."""
_REACHES = (0.12, 0.25, 0.45)
"""Distances to look from, parts of the set's diagonal."""
_SEEDS, _POINTS, _BEST = 20, 400, 6
_TURNS = tuple(math.radians(d) for d in (0.0, -6.0, 6.0, -15.0, 15.0))
_CLOSE = 0.15
"""How much a longer lens, which gives more pixels to a surface, is liked."""
_BACKS = 0.3
_UP = np.array((0.0, 0.0, 1.0))


@dataclass(frozen=True)
class CameraSuggestion:
    """A camera that would add most."""

    matrix: tuple[tuple[float, float, float, float], ...]
    """Camera to world, rows."""
    lens: float
    """mm, on a sensor 36 mm wide."""
    gain: float
    """Part of the surface, 0 to 1, that it would newly reach, mean over the frames looked at."""
    covered: float
    """Part that is reached already."""


@dataclass(frozen=True)
class _Found:
    """A camera with what speaks for it."""

    score: float
    place: Any
    turn: Any
    lens: float


def suggest_camera(
    scene: Any, objects: Iterable[Any] | None = None, frames: int = 3, count: int = 6000
) -> CameraSuggestion:
    """The camera, standing still, that newly reaches most of the objects (None: those that takes fall on), squarely
    seen surfaces first. InputError `suggest.covered` when nothing is missing, `suggest.place` when no camera can stand
    where it would see what is missing."""
    work = suggest_steps(scene, objects, frames, count)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def suggest_steps(
    scene: Any, objects: Iterable[Any] | None = None, frames: int = 3, count: int = 6000
) -> Generator[float, None, CameraSuggestion]:
    """`suggest_camera` in slices: gives 0 to 1, returns the suggestion."""
    throws = Throws(scene)
    at = throws.frames(frames, scene.frame_current)
    seen: list[Moment] = []
    work = moments(scene, objects, throws, at, count)
    try:
        for moment in work:
            seen.append(moment)
            yield 0.4 * len(seen) / len(at)
    finally:
        work.close()
    covered = 1.0 - _share([m.points.area[m.reached == 0].sum() for m in seen], seen)
    if covered > 0.999:
        raise InputError(
            "The takes reach all of it already.", code="suggest.covered", hint="Select other objects, or go on."
        )
    found: list[_Found] = []
    main = max(seen, key=lambda m: float(m.points.area[m.reached == 0].sum()))
    places = _places(main)
    aspect = _aspect(scene)
    worth = _worth(main, [eye for _, eye in throws.eyes(main.frame)])
    for number, place in enumerate(places, start=1):
        found.extend(_aimed(main, worth, place, aspect))
        if number % 4 == 0:
            yield 0.4 + 0.4 * number / len(places)
    best = sorted(found, key=lambda f: -f.score)[:_BEST]
    if not best:
        raise InputError(
            "No camera can stand where it would see what is missing.",
            code="suggest.place",
            hint="Hide what stands in the way, or bake and fill what no take reaches.",
        )
    rated: list[tuple[float, _Found]] = []
    for number, one in enumerate(best, start=1):
        eye = _eye(one.place, one.turn, one.lens, aspect)
        rated.append((float((_added(main, eye) * worth).sum()), one))
        yield 0.8 + 0.15 * number / len(best)
    chosen = max(rated, key=lambda r: r[0])[1]
    eye = _eye(chosen.place, chosen.turn, chosen.lens, aspect)
    gain = _share([float(_added(m, eye).sum()) for m in seen], seen)
    return CameraSuggestion(_rows(chosen), chosen.lens, gain, covered)


def _share(areas: list[float], seen: list[Moment]) -> float:
    return float(sum(areas)) / max(1e-20, float(sum(m.points.area.sum() for m in seen)))


def _added(moment: Moment, eye: Eye) -> Any:
    """Square metres that it newly sees, for each bare point."""
    bare = moment.points.of(moment.reached == 0)
    return bare.area * eye.sees(bare, moment.rays)


def _worth(moment: Moment, eyes: list[Eye]) -> Any:
    """What it matters to reach each bare point: holes on the sides that the takes look at open with the first small
    move of a camera, backs of the set only with a large one."""
    bare = moment.points.of(moment.reached == 0)
    turned = np.zeros(len(bare), bool) if eyes else np.ones(len(bare), bool)
    for eye in eyes:
        turned |= ((eye.place - bare.places) * bare.normals).sum(1) > 0.0
    return np.where(turned, 1.0, _BACKS)


def _aspect(scene: Any) -> tuple[float, float]:
    """Width and height of the picture, the greater one 1."""
    r = scene.render
    width, height = r.resolution_x * r.pixel_aspect_x, r.resolution_y * r.pixel_aspect_y
    side = max(width, height, 1e-9)
    return width / side, height / side


def _eye(place: Any, turn: Any, lens: float, aspect: tuple[float, float]) -> Eye:
    focal = lens / _SENSOR
    return Eye(place, turn, (focal / aspect[0], focal / aspect[1]), (0.5, 0.5), 0.1)


def _rows(found: _Found) -> tuple[tuple[float, float, float, float], ...]:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = found.turn, found.place
    a, b, c, d = ((float(r[0]), float(r[1]), float(r[2]), float(r[3])) for r in matrix)
    return a, b, c, d


# -- where it could stand


def _places(moment: Moment) -> list[Any]:
    """Places in the air around what is bare: along its normals, at the heights of a person and of a crane."""
    size = moment.surface.size()
    bare = moment.points.of(np.flatnonzero(moment.reached == 0))
    ground = float(moment.surface.corners[..., 2].min())
    found: list[Any] = []
    for at in _apart(bare, _SEEDS):
        seed, normal = bare.places[at], bare.normals[at]
        for reach in _REACHES:
            for side in (1.0, -1.0):
                off = seed + side * normal * reach * size
                found.extend(_standing(moment, off, seed, reach * size, ground))
    return found


def _standing(moment: Moment, off: Any, seed: Any, reach: float, ground: float) -> list[Any]:
    """The place itself when it is above the ground, and the heights over what lies below it, if they see the seed."""
    kept: list[Any] = []
    off = off.copy()
    if abs(off[2] - seed[2]) > 0.7 * reach:  # seen from above: step aside, no camera hangs in the zenith
        off += np.array((0.5 * reach, -0.4 * reach, 0.0))
    below = moment.rays.ground(off, ground)
    off[2] = min(off[2], max(below + _HEIGHTS[1], seed[2] + _HEIGHTS[0]))
    wanted = [off] + [np.array((off[0], off[1], below + h)) for h in _HEIGHTS]
    for place in wanted:
        if place[2] <= ground + 0.2 or moment.rays.inside(place.tolist(), moment.surface.size()):
            continue
        if moment.rays.clear(place[None], seed[None])[0]:
            kept.append(place)
    return kept


def _apart(points: Points, count: int) -> list[int]:
    """Points far from one another, turned ways counted as distance."""
    step = max(1, len(points) // 600)
    some = np.arange(0, len(points), step)
    spread = np.concatenate([points.places[some], points.normals[some] * 2.0], axis=1)
    kept = [0]
    distance = np.linalg.norm(spread - spread[0], axis=1)
    while len(kept) < min(count, len(some)):
        farthest = int(np.argmax(distance))
        kept.append(farthest)
        distance = np.minimum(distance, np.linalg.norm(spread - spread[farthest], axis=1))
    return [int(some[k]) for k in kept]


# -- where it would look


def _aimed(moment: Moment, worth: Any, place: Any, aspect: tuple[float, float]) -> list[_Found]:
    """The best aim for each lens from one place."""
    bare = np.flatnonzero(moment.reached == 0)
    step = max(1, len(bare) // _POINTS)
    some, value = moment.points.of(bare[::step]), worth[::step]
    ways = place - some.places
    lengths = np.maximum(np.linalg.norm(ways, axis=1), 1e-9)
    facing = np.abs((ways * some.normals).sum(1)) / lengths
    near = np.flatnonzero(facing > 0.08)
    near = near[moment.rays.clear(np.broadcast_to(place, (len(near), 3)), some.places[near])]
    if not len(near):
        return []
    some, value = some.of(near), some.area[near] * facing[near] * value[near]
    directions = -ways[near] / lengths[near, None]
    middle = (directions * value[:, None]).sum(0)
    found: list[_Found] = []
    for lens in _LENSES:
        aims = [_turned(middle, a, b) for a in _TURNS for b in _TURNS]
        aims += [_turned(directions[i], 0.0, 0.0) for i in range(0, len(directions), max(1, len(directions) // 8))]
        scores = [float(value[_eye(place, turn, lens, aspect).before(some)[0]].sum()) for turn in aims]
        best = int(np.argmax(scores))
        found.append(_Found(scores[best] * lens**_CLOSE, place, aims[best], lens))
    return found


def _turned(way: Any, yaw: float, pitch: float) -> Any:
    """(3, 3) of a level camera that looks along `way`, turned a little."""
    length = max(1e-9, float(np.linalg.norm(way)))
    heading = math.atan2(way[1], way[0]) + yaw
    rise = math.asin(float(np.clip(way[2] / length, -0.98, 0.98))) + pitch
    rise = min(1.4, max(-1.4, rise))
    back = -np.array((math.cos(rise) * math.cos(heading), math.cos(rise) * math.sin(heading), math.sin(rise)))
    right = np.cross(_UP, back)
    right /= max(1e-9, float(np.linalg.norm(right)))
    return np.stack([right, np.cross(back, right), back], axis=1)


def place_camera(scene: Any, suggestion: CameraSuggestion, marker_at: int | None = None) -> Any:
    """A camera that stands as suggested; with `marker_at` (frame) a marker that begins a shot with it."""
    lens = bpy.data.cameras.new(SUGGESTED)
    lens.lens, lens.sensor_width, lens.sensor_fit = suggestion.lens, _SENSOR, "AUTO"
    camera = bpy.data.objects.new(SUGGESTED, lens)
    scene.collection.objects.link(camera)
    camera.matrix_world = Matrix(suggestion.matrix)
    if marker_at is not None:
        marker = scene.timeline_markers.new(camera.name, frame=marker_at)
        marker.camera = camera
    return camera
