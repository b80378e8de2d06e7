"""What a camera sees: its frustum, and boxes against it. Pure, for any Python.

Matrices are 16 floats, rows first; points are in world space, in metres. A box is its middle and its half sizes along
the axes of the world.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "IDENTITY",
    "Box",
    "Lens",
    "box_around",
    "frustum",
    "joined",
    "sampled",
    "sees",
]

Vector = tuple[float, float, float]
Matrix = tuple[float, ...]
Plane = tuple[float, float, float, float]
"""Normal and offset: a point is inside where `n·p + offset >= 0`."""

IDENTITY: Matrix = (1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Lens:
    """What decides how wide a camera sees."""

    kind: str = "PERSP"
    """PERSP, ORTHO; any other kind sees everything around it."""
    lens: float = 50.0
    """Millimetres."""
    sensor_width: float = 36.0
    sensor_height: float = 24.0
    fit: str = "AUTO"
    """AUTO, HORIZONTAL, VERTICAL."""
    shift: tuple[float, float] = (0.0, 0.0)
    """In widths of the frame's longer side, as in Blender."""
    scale: float = 6.0
    """Width of an orthographic frame, metres."""
    clip: tuple[float, float] = (0.1, 1000.0)
    """Metres."""


@dataclass(frozen=True)
class Box:
    """A box along the axes of the world."""

    middle: Vector
    half: Vector


def sampled(first: int, last: int, step: int = 1, most: int = 9) -> tuple[int, ...]:
    """Up to `most` frames spread over a range, the first and the last among them."""
    frames = range(first, max(first, last) + 1, max(1, step))
    count = min(most, len(frames))
    if count == 1:
        return (frames[0],)
    return tuple(frames[round(i * (len(frames) - 1) / (count - 1))] for i in range(count))


def box_around(low: Sequence[float], high: Sequence[float], matrix: Matrix = IDENTITY) -> Box:
    """The box, along the world's axes, around a box from `low` to `high` in an object's own space."""
    middle = [(a + b) / 2 for a, b in zip(low, high)]
    half = [abs(b - a) / 2 for a, b in zip(low, high)]
    rows = [matrix[4 * r : 4 * r + 4] for r in range(3)]
    at = [sum(row[k] * middle[k] for k in range(3)) + row[3] for row in rows]
    wide = [sum(abs(row[k]) * half[k] for k in range(3)) for row in rows]
    return Box((at[0], at[1], at[2]), (wide[0], wide[1], wide[2]))


def joined(boxes: Iterable[Box]) -> Box | None:
    """The box around all of them; None of none."""
    all_boxes = list(boxes)
    if not all_boxes:
        return None
    low = [min(b.middle[k] - b.half[k] for b in all_boxes) for k in range(3)]
    high = [max(b.middle[k] + b.half[k] for b in all_boxes) for k in range(3)]
    return box_around(low, high)


def frustum(lens: Lens, matrix: Matrix, size: tuple[float, float], margin: float = 0.1) -> tuple[Plane, ...]:
    """Planes around what the camera sees; none for a camera that sees everything.

    `matrix` is the camera's (its scale is ignored, as Blender does), `size` the frame's in pixels times pixel aspect;
    `margin` widens the picture on each side, as a part of it. There is no near plane: what stands behind the near clip
    is caught by the sides' meeting point, and a shadow may fall from there.
    """
    if lens.kind not in {"PERSP", "ORTHO"}:
        return ()
    axes = [_unit((matrix[c], matrix[4 + c], matrix[8 + c])) for c in range(3)]
    origin = (matrix[3], matrix[7], matrix[11])
    half_x, half_y, longer = _halves(lens, size)
    wide, high = half_x * (1 + 2 * margin), half_y * (1 + 2 * margin)
    dx, dy = lens.shift[0] * longer, lens.shift[1] * longer
    planes: list[Plane] = []
    for axis, centre, reach in ((0, dx, wide), (1, dy, high)):
        for sign in (1.0, -1.0):
            edge = centre + sign * reach  # at depth 1 for PERSP, anywhere for ORTHO
            local = [0.0, 0.0, 0.0]
            local[axis] = -sign
            offset = sign * edge
            if lens.kind == "PERSP":
                local[2], offset = -sign * edge, 0.0
            planes.append(_in_world(local, offset, axes, origin))
    planes.append(_in_world([0.0, 0.0, 1.0], lens.clip[1], axes, origin))
    planes.append(_in_world([0.0, 0.0, -1.0], 0.0, axes, origin))
    return tuple(planes)


def _halves(lens: Lens, size: tuple[float, float]) -> tuple[float, float, float]:
    """Half the frame's width and height, and the whole of the side that the sensor fits: at depth 1, or in metres."""
    width, height = max(size[0], 1e-6), max(size[1], 1e-6)
    across = lens.fit == "HORIZONTAL" or (lens.fit == "AUTO" and width >= height)
    sensor = lens.sensor_height if lens.fit == "VERTICAL" else lens.sensor_width
    whole = lens.scale if lens.kind == "ORTHO" else sensor / max(lens.lens, 1e-6)
    if across:
        return whole / 2, whole / 2 * height / width, whole
    return whole / 2 * width / height, whole / 2, whole


def _in_world(local: Sequence[float], offset: float, axes: Sequence[Vector], origin: Vector) -> Plane:
    """A plane of the camera's space, with a normal of length 1, in world space."""
    length = math.sqrt(sum(v * v for v in local)) or 1.0
    x, y, z = (sum(local[c] * axes[c][r] for c in range(3)) / length for r in range(3))
    return x, y, z, offset / length - (x * origin[0] + y * origin[1] + z * origin[2])


def _unit(v: Vector) -> Vector:
    length = math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) or 1.0
    return v[0] / length, v[1] / length, v[2] / length


def sees(planes: Iterable[Plane], box: Box) -> bool:
    """True unless the box lies wholly outside one of the planes: a few boxes near corners count as seen, none that is
    seen is missed."""
    (mx, my, mz), (hx, hy, hz) = box.middle, box.half
    return all(
        x * mx + y * my + z * mz + offset + abs(x) * hx + abs(y) * hy + abs(z) * hz >= 0.0 for x, y, z, offset in planes
    )
