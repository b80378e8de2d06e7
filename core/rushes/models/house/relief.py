"""Gives simple blocks the form of what they stand for: people, vehicles and plants are carved out of them. NumPy only.

Inside the silhouette of a block its G-buffer is replaced by that of a detailed body (`rushes.blender.bodies`), found by
casting the view rays; where the body leaves a gap, the surface behind goes on. Training twins are meshes of the same
bodies, so that the model is told where legs, wheels and leaves are instead of having to guess.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rushes.blender.bodies import Body, crown_spheres, crown_turn, figure, vehicle
from rushes.contracts import Size
from rushes.models.house.backdrop import Background, fill
from rushes.models.house.cast import cast_body, cast_conifers, cast_spheres
from rushes.models.house.noise import Array
from rushes.models.house.surface import HouseFrame, HouseObject, rigid

__all__ = ["carve"]

_CLASSES = ("character", "vehicle", "vegetation")
_FEWEST = 6
"""Pixels below which a block stays as it is."""

Ids = NDArray[np.int64]


Floats = NDArray[np.float64]


class _Rays:
    """The rays of a frame's pixels: a point on each and its direction, world, scaled so that depth = parameter."""

    def __init__(self, frame: HouseFrame) -> None:
        h, w = frame.depth.shape
        self._width = w
        self._lens = frame.camera.intrinsics(Size(w, h), frame.pixel_aspect)
        self._matrix = np.asarray(frame.camera.matrix_world, np.float64)
        self._turn, _ = rigid(self._matrix)

    def at(self, pixels: Ids) -> tuple[Floats, Floats]:
        """Origins and directions (N, 3) of pixels given by their flat numbers."""
        k = self._lens
        row, column = np.divmod(pixels, self._width)
        flat = np.stack([(column + 0.5 - k.cx) / k.fx, -(row + 0.5 - k.cy) / k.fy, np.full(len(pixels), -1.0)], -1)
        eye = self._matrix[:3, 3]
        if not k.orthographic:
            return np.broadcast_to(eye, flat.shape), flat @ self._turn.T
        spot = flat * (1.0, 1.0, 0.0)
        return spot @ self._turn.T + eye, np.broadcast_to(-self._turn[:, 2], flat.shape)

    def spread(self, points: Floats) -> tuple[float, float, float, float] | None:
        """Rows and columns (top, left, bottom, right) that points (N, 3) span; None where one is beside the camera."""
        k = self._lens
        own = (points - self._matrix[:3, 3]) @ self._turn
        far = np.ones(len(own)) if k.orthographic else -own[:, 2]
        if far.min() < 1e-3:
            return None
        column, row = own[:, 0] / far * k.fx + k.cx, -own[:, 1] / far * k.fy + k.cy
        return float(row.min()) - 1, float(column.min()) - 1, float(row.max()) + 1, float(column.max()) + 1


@dataclass(frozen=True)
class _Block:
    """A block that is carved, with its pixels (flat indices) and rays in the space of its box (base at 0)."""

    thing: HouseObject
    pixels: Ids
    origin: Array
    way: Array
    turn: NDArray[np.float64]
    extent: tuple[float, float, float]


def carve(frame: HouseFrame) -> HouseFrame:
    """The frame with simple blocks of people, vehicles and plants replaced by bodies; others stay to the bit.

    Depth, normals, ids and direct light agree with each other afterwards: what the body leaves free shows the surface
    behind (its plane continued) or the sky.
    """
    blocks = [thing for thing in frame.objects.values() if thing.simple and thing.cls in _CLASSES]
    if not blocks:
        return frame
    rays = _Rays(frame)
    ids = frame.ids.ravel()
    present = np.flatnonzero(np.bincount(np.clip(ids, 0, None)))
    here = set(present.tolist())
    found: list[_Block] = []
    for thing in blocks:
        if thing.id in here and (block := _block(thing, rays, ids)) is not None:
            found.append(block)
    formed = [(block, form) for block in found if (form := _form(block, frame)) is not None]
    if not formed:
        return frame
    hits = _cast(formed)
    return _compose(frame, rays, hits, _behind(formed, hits, rays, frame))


def _block(thing: HouseObject, rays: _Rays, ids: NDArray[np.integer]) -> _Block | None:
    pixels = np.flatnonzero(ids == thing.id)
    return None if len(pixels) < _FEWEST else _placed(thing, pixels, rays)


def _placed(thing: HouseObject, pixels: Ids, rays: _Rays) -> _Block | None:
    """The block with the rays of `pixels` in its own space; None where nothing stands upright in a known box."""
    if thing.box is None:
        return None
    turn, scale = rigid(thing.matrix)
    box = np.sort(thing.box * scale, 0)
    base = np.array([0.5 * (box[0, 0] + box[1, 0]), 0.5 * (box[0, 1] + box[1, 1]), box[0, 2]])
    eye, towards = rays.at(pixels)
    origin = ((eye - thing.matrix[:3, 3]) @ turn - base).astype(np.float32)
    way = (towards @ turn).astype(np.float32)
    x, y, z = (float(v) for v in box[1] - box[0])
    if turn[2, 2] < 0.8 or min(x, y, z) < 0.02:
        return None  # lies or leans: whatever it is, it is not what stands on its base
    return _Block(thing, pixels, origin, way, turn, (x, y, z))


Form = Body | str
"""A figure's or vehicle's body, or a plant's form: round, boxy or cone."""


def _form(block: _Block, frame: HouseFrame) -> Form | None:
    if block.thing.cls == "vegetation":
        return _plant_form(block, frame)
    return _body(block, frame)


@dataclass(frozen=True)
class _Hit:
    block: _Block
    t: Array
    normal: Array


def _cast(formed: list[tuple[_Block, Form]]) -> list[_Hit]:
    """Where the rays of blocks meet their bodies."""
    hits = [_Hit(b, *cast_body(form, b.origin, b.way)) for b, form in formed if isinstance(form, Body)]
    for name in ("round", "boxy", "cone"):
        members = [b for b, form in formed if form == name]
        if members:
            hits += _plants(name, members)
    return hits


def _behind(formed: list[tuple[_Block, Form]], hits: list[_Hit], rays: _Rays, frame: HouseFrame) -> list[_Hit]:
    """Bodies that show through the gaps of others: hits at pixels that were other blocks'."""
    gaps = np.concatenate([h.block.pixels[~np.isfinite(h.t)] for h in hits])
    if not len(gaps) or len(formed) < 2:
        return []
    row, column = np.divmod(gaps, frame.depth.shape[1])
    owner = frame.ids.ravel()[gaps]
    through: list[tuple[_Block, Form]] = []
    for block, form in formed:
        inside = owner != block.thing.id
        window = rays.spread(_corners(block.thing))
        if window is not None:
            top, left, bottom, right = window
            inside &= (row >= top) & (row <= bottom) & (column >= left) & (column <= right)
        if inside.any():
            moved = _placed(block.thing, gaps[inside], rays)
            if moved is not None:
                through.append((moved, form))
    return _cast(through)


def _body(block: _Block, frame: HouseFrame) -> Body | None:
    if block.thing.cls == "character":
        return figure(block.extent, block.thing.phase)
    return None if _afloat(block.thing, frame) else vehicle(block.extent)


def _afloat(thing: HouseObject, frame: HouseFrame) -> bool:
    """Whether a vehicle's base dips into a body of water: then it is a boat, which keeps its form."""
    low, high = _world_box(thing)
    for other in frame.objects.values():
        if other.cls == "water" and other.box is not None:
            wet_low, wet_high = _world_box(other)
            middle = 0.5 * (low + high)[:2]
            if bool(np.all(middle > wet_low[:2]) and np.all(middle < wet_high[:2])) and low[2] < wet_high[2] - 0.01:
                return low[2] > wet_high[2] - 0.8 * (high[2] - low[2])
    return False


def _world_box(thing: HouseObject) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    corners = _corners(thing)
    return corners.min(0), corners.max(0)


def _corners(thing: HouseObject) -> Floats:
    """(8, 3) world."""
    box = thing.box if thing.box is not None else np.zeros((2, 3))
    corners = np.array([[box[i, 0], box[j, 1], box[k, 2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    return corners @ thing.matrix[:3, :3].T + thing.matrix[:3, 3]


def _plant_form(block: _Block, frame: HouseFrame) -> str | None:
    """Whether a block's visible points lie on a ball, a cone or a box; None: on none, or it is a trunk."""
    x, y, z = block.extent
    if max(x, y) < 0.3 * z or max(x, y) > 6.0 * min(x, y) or z < 0.15 * max(x, y):
        return None
    depth = frame.depth.ravel()[block.pixels, None].astype(np.float32)
    half = np.array([x / 2, y / 2, z / 2], np.float32)
    unit = (block.origin + depth * block.way) / half - np.array([0, 0, 1], np.float32)
    flat = np.hypot(unit[:, 0], unit[:, 1])
    ball = np.median(np.abs(np.hypot(flat, unit[:, 2]) - 1))
    cone = np.median(np.minimum(np.abs(flat - 0.5 * (1 - unit[:, 2])), np.abs(unit[:, 2] + 1)))
    cube = np.median(np.minimum(np.abs(np.abs(unit).max(-1) - 1), np.abs(np.maximum(flat, np.abs(unit[:, 2])) - 1)))
    best = min(ball, cone, cube)
    if best > 0.12:
        return None
    if best == cube:
        return "boxy" if z > 0.25 * max(x, y) else None
    return "round" if best == ball else "cone" if z > 0.6 * max(x, y) else None


def _plants(form: str, members: list[_Block]) -> list[_Hit]:
    """All plants of a form at once, in the space of their unit ball, cube or cone."""
    cone = form == "cone"
    counts = [len(b.pixels) for b in members]
    half = np.array([[b.extent[0] / 2, b.extent[1] / 2, b.extent[2] * (1.0 if cone else 0.5)] for b in members])
    turns = np.array([crown_turn(b.extent) for b in members])
    if form == "boxy":
        turns = np.round(turns / (0.5 * np.pi)) * (0.5 * np.pi)
    row = np.repeat(np.arange(len(members)), counts)
    size = half[row].astype(np.float32)
    lift = np.array([0, 0, 0.0 if cone else 1.0], np.float32)
    origin = np.concatenate([b.origin for b in members]) / size - lift
    way = np.concatenate([b.way for b in members]) / size
    if cone:
        t, normal = cast_conifers(turns[row].astype(np.float32), origin, way)
    else:
        c, s = np.cos(turns)[row].astype(np.float32), np.sin(turns)[row].astype(np.float32)
        t, normal = cast_spheres(crown_spheres(form == "boxy"), _spun(origin, c, -s), _spun(way, c, -s))
        normal = _spun(normal, c, s)
    normal = normal / size
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-9)
    ends = np.cumsum([0, *counts])
    return [_Hit(b, t[i:j], normal[i:j]) for b, i, j in zip(members, ends[:-1], ends[1:], strict=True)]


def _spun(v: Array, c: Array, s: Array) -> Array:
    return np.stack([c * v[:, 0] - s * v[:, 1], s * v[:, 0] + c * v[:, 1], v[:, 2]], -1)


def _compose(frame: HouseFrame, rays: _Rays, hits: list[_Hit], behind: list[_Hit]) -> HouseFrame:
    """Front hits first, then bodies behind where nearer than what was found, then scenery in the gaps that are left."""
    shape = frame.depth.shape
    block_depth = frame.depth.ravel()
    depth = frame.depth.astype(np.float32).ravel().copy()
    normal = frame.normal.astype(np.float32).reshape(-1, 3).copy()
    direct = frame.direct.astype(np.float32).ravel().copy()
    ids = frame.ids.ravel().copy()
    sun = np.asarray(frame.sun, np.float64)
    carved = np.zeros(depth.shape, bool)
    left = np.zeros(depth.shape, bool)
    reached: dict[int, float] = {}
    for hit in hits:
        carved[hit.block.pixels] = True
        left[hit.block.pixels] = ~np.isfinite(hit.t)
    depth[left] = np.inf
    for hit in (*hits, *behind):
        thing, pixels = hit.block.thing, hit.block.pixels
        own = frame.ids.ravel()[pixels] == thing.id
        better = np.isfinite(hit.t) & (own | ((hit.t < depth[pixels]) & (hit.t > 0.98 * block_depth[pixels])))
        if not better.any():
            continue
        at, world = pixels[better], (hit.normal[better] @ hit.block.turn.T).astype(np.float32)
        lit = np.full(len(at), reached.get(thing.id, 1.0), np.float32)
        if own.all():
            lit, reached[thing.id] = _lit(frame, at, sun)
        depth[at], normal[at], ids[at] = hit.t[better], world, thing.id
        direct[at] = np.clip(world @ sun.astype(np.float32), 0, 1) * lit
        left[at] = False
    gaps = np.flatnonzero(left)
    depth[gaps] = block_depth[gaps]
    background = Background(frame, rays.at, carved.reshape(shape))
    fill(background, gaps, depth, normal, direct, ids)
    return replace(
        frame,
        depth=depth.reshape(shape),
        normal=normal.reshape(*shape, 3),
        ids=ids.reshape(shape),
        direct=direct.reshape(shape),
    )


def _lit(frame: HouseFrame, pixels: Ids, sun: NDArray[np.float64]) -> tuple[Array, float]:
    """0 to 1: how far the sun reaches each pixel of a block, and on average, which holds where the block turns away."""
    facing = frame.normal.reshape(-1, 3)[pixels] @ sun
    known = facing > 0.08
    reached = np.clip(frame.direct.ravel()[pixels] / np.maximum(facing, 0.08), 0, 1)
    mean = float(reached[known].mean()) if known.any() else 1.0
    return np.where(known, reached, mean).astype(np.float32), mean
