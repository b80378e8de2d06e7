"""Which objects are in view of which shot: boxes of all objects in arrays, tested against frustums at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from mathutils import Euler, Quaternion

from .. import compat
from ..logic import inview
from ..logic.inview import Box, Lens, Matrix, Plane
from . import readings

__all__ = ["Table", "Track", "View", "box_of", "lens_of", "flat", "matrices_at", "matrix_now", "planes_of", "track_of"]


Track = tuple[Any, Any]
"""Middles and halves of a moving object's box: (frames, 3) each."""


@dataclass
class View:
    """What is known of one shot's sight."""

    planes: Any = None
    """(frames, planes, 4); None: everything is in view."""
    frames: tuple[int, ...] = ()
    seen: Any = field(default_factory=lambda: np.zeros(0, bool))
    version: int = -1
    """Rows that changed later must be tested again."""


class Table:
    """A row for each object that renders: its digest, and where it is."""

    digest: Any
    active: Any
    """Renders now."""
    always: Any
    """Counts as in view."""
    moving: Any
    changed: Any
    """The version in which the row was put."""
    middle: Any
    half: Any

    def __init__(self) -> None:
        self.rows: dict[int, int] = {}
        self.version = 0
        self._grow(256)

    def _grow(self, size: int) -> None:
        former = len(self.rows)
        for name, shape, kind in _COLUMNS:
            grown = np.zeros((size, *shape), kind)
            if former:
                grown[:former] = getattr(self, name)[:former]
            setattr(self, name, grown)

    def put(self, uid: int, digest: int, box: Box | None, moving: bool) -> None:
        """Set an object's row. `box` None: it counts as in view; `moving`: its box is asked for per shot."""
        row = self.rows.setdefault(uid, len(self.rows))
        if row >= len(self.digest):
            self.rows.pop(uid)
            self._grow(2 * len(self.digest))
            self.rows[uid] = row
        self.version += 1
        self.digest[row], self.active[row], self.changed[row] = digest, True, self.version
        self.always[row], self.moving[row] = box is None and not moving, moving
        if box is not None:
            self.middle[row], self.half[row] = box.middle, box.half

    def keep_only(self, uids: set[int]) -> None:
        """Objects that are not among these render no more."""
        for uid, row in self.rows.items():
            if self.active[row] and uid not in uids:
                self.active[row] = False

    def holds(self, uid: int) -> bool:
        """True when the object has a row that counts."""
        row = self.rows.get(uid)
        return row is not None and bool(self.active[row])

    def to_test(self, view: View) -> Any:
        """Rows that changed since the shot was looked at."""
        count = len(self.rows)
        if len(view.seen) < count:
            view.seen = np.concatenate([view.seen, np.zeros(count - len(view.seen), bool)])
        return np.nonzero(self.active[:count] & (self.changed[:count] > view.version))[0]

    def look(self, view: View, rows: Any, tracks: dict[int, Track], frames: Sequence[int]) -> None:
        """Test these rows. `tracks` are the boxes of moving objects by row, at each of `frames`."""
        if len(rows) == 0:
            return
        if view.planes is None:
            view.seen[rows] = True
            return
        still = rows[~self.moving[rows]]
        count = view.planes.shape[0]
        planes = view.planes.reshape(-1, 4)
        reach = planes[:, :3] @ self.middle[still].T + np.abs(planes[:, :3]) @ self.half[still].T + planes[:, 3:]
        view.seen[still] = self.always[still] | (reach.reshape(count, -1, len(still)) >= 0).all(1).any(0)
        moving = rows[self.moving[rows]]
        told = np.array([int(r) for r in moving if int(r) in tracks], np.int64)
        view.seen[moving] = True
        if len(told):
            at = np.searchsorted(np.array(frames), np.array(view.frames))
            middle, half = _swept(
                np.stack([tracks[int(r)][0][at] for r in told]), [tracks[int(r)][1][at] for r in told]
            )
            normal = view.planes[:, :, :3]
            reach = np.einsum("fpk,rfk->rfp", normal, middle) + np.einsum("fpk,rfk->rfp", np.abs(normal), half)
            view.seen[told] = (reach + view.planes[None, :, :, 3] >= 0).all(2).any(1)

    def sum(self, view: View) -> tuple[int, int]:
        """What is in view, whatever the order: how many objects, and the sum of their digests."""
        count = len(self.rows)
        chosen = view.seen[:count] & self.active[:count]
        return int(chosen.sum()), int(self.digest[:count][chosen].sum(dtype=np.uint64))


def _swept(middle: Any, half: Any) -> Track:
    """Boxes that reach to the next frame's, so that what passes quickly between two frames is not missed."""
    low, high = middle - np.stack(half), middle + np.stack(half)
    low[:, :-1], high[:, :-1] = np.minimum(low[:, :-1], low[:, 1:]), np.maximum(high[:, :-1], high[:, 1:])
    return (low + high) / 2, (high - low) / 2


_COLUMNS: tuple[tuple[str, tuple[int, ...], Any], ...] = (
    ("digest", (), np.uint64),
    ("active", (), bool),
    ("always", (), bool),
    ("moving", (), bool),
    ("changed", (), np.int64),
    ("middle", (3,), np.float32),
    ("half", (3,), np.float32),
)


def planes_of(frusta: Sequence[tuple[Plane, ...]]) -> Any | None:
    """Frustums, one a frame, as an array; None when one of them sees everything."""
    return np.array(frusta, np.float32) if frusta and all(frusta) else None


# -- places


def matrix_now(obj: Any) -> Any:
    """World matrix from plain parents, as the settings say now."""
    chain = obj.matrix_basis.copy()
    while obj.parent is not None:
        chain = obj.matrix_parent_inverse @ chain
        obj = obj.parent
        chain = obj.matrix_basis @ chain
    return chain


def matrices_at(obj: Any, frames: Sequence[int]) -> Any:
    """World matrix at each frame from plain curves and parents: (frames, 4, 4)."""
    found = _own_matrices(obj, frames)
    while obj.parent is not None:
        found = np.array(obj.matrix_parent_inverse, np.float32) @ found
        obj = obj.parent
        found = _own_matrices(obj, frames) @ found
    return found


def _own_matrices(obj: Any, frames: Sequence[int]) -> Any:
    channels = dict(readings.channels_of(obj))
    curves = [c for c in compat.curves_of(obj) if c.data_path in channels]
    if not curves:
        return np.broadcast_to(np.array(obj.matrix_basis, np.float32), (len(frames), 4, 4))
    values = {path: np.tile(np.array(now, np.float32), (len(frames), 1)) for path, now in channels.items()}
    for curve in curves:
        values[curve.data_path][:, curve.array_index] = [curve.evaluate(frame) for frame in frames]
    place, turn, size = values.values()
    found = np.tile(np.eye(4, dtype=np.float32), (len(frames), 1, 1))
    turned = {c.data_path for c in curves} - {"location", "scale"}
    turns = turn if turned else turn[:1]
    found[:, :3, :3] = np.array([_turn(obj.rotation_mode, t) for t in turns], np.float32) * size[:, None, :]
    found[:, :3, 3] = place
    return found


def _turn(mode: str, values: Any) -> Any:
    if mode == "QUATERNION":
        return Quaternion(values).normalized().to_matrix()
    if mode == "AXIS_ANGLE":
        return Quaternion(values[1:], values[0]).to_matrix()
    return Euler(values, mode).to_matrix()


def _bounds(obj: Any) -> tuple[list[float], list[float]]:
    corners = [tuple(c) for c in obj.bound_box]
    return [min(c[k] for c in corners) for k in range(3)], [max(c[k] for c in corners) for k in range(3)]


def box_of(obj: Any, matrix: Any) -> Box:
    """The box around the object where `matrix` (mathutils) puts it."""
    return inview.box_around(*_bounds(obj), flat(matrix))


def track_of(obj: Any, frames: Sequence[int]) -> Track:
    """The boxes around a moving object at each frame."""
    low, high = (np.array(v, np.float32) for v in _bounds(obj))
    places = matrices_at(obj, frames)
    middle, half = (low + high) / 2, np.abs(high - low) / 2
    return places[:, :3, :3] @ middle + places[:, :3, 3], np.abs(places[:, :3, :3]) @ half


def flat(matrix: Any) -> Matrix:
    """A matrix of mathutils or numpy as plain numbers, rows first."""
    return tuple(float(v) for row in matrix for v in row)


def lens_of(camera: Any, frame: float | None) -> Lens:
    """The camera's data at a frame."""
    values = {c.data_path: c.evaluate(frame) for c in compat.curves_of(camera)} if frame is not None else {}

    def get(name: str) -> Any:
        return values.get(name, getattr(camera, name))

    return Lens(
        kind=camera.type,
        lens=get("lens"),
        sensor_width=get("sensor_width"),
        sensor_height=get("sensor_height"),
        fit=camera.sensor_fit,
        shift=(get("shift_x"), get("shift_y")),
        scale=get("ortho_scale"),
        clip=(get("clip_start"), get("clip_end")),
    )
