"""Where the light comes from when the scene has no sun of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rushes.contracts import Vec3

__all__ = ["ELEVATION", "default_sun"]

ELEVATION = {"dawn": 6.0, "day": 45.0, "dusk": 7.0, "night": 35.0}
"""Degrees above the horizon; at night it is the moon."""
_BEHIND = {"dawn": 0.55, "day": 1.0, "dusk": 0.55, "night": 1.0}
"""How far behind the camera, against 1 to its right: low light rakes, high light fills."""


def default_sun(time_of_day: str, camera_matrix: Sequence[Sequence[float]]) -> Vec3:
    """Unit vector towards the sun (world space), over the camera's right shoulder.

    Args:
        time_of_day: a word of the vocabulary; others count as day.
        camera_matrix: (4, 4) camera to world, rows.
    """
    elevation = math.radians(ELEVATION.get(time_of_day, ELEVATION["day"]))
    behind = _BEHIND.get(time_of_day, 1.0)
    right = (camera_matrix[0][0], camera_matrix[1][0])
    back = (camera_matrix[0][2], camera_matrix[1][2])
    if math.hypot(*back) < 1e-3:  # straight down or up: the picture's lower edge stands for "behind"
        back = (-camera_matrix[0][1], -camera_matrix[1][1])
    x, y = right[0] + behind * back[0], right[1] + behind * back[1]
    length = math.hypot(x, y)
    if length < 1e-6:
        x, y, length = 0.0, -1.0, 1.0
    flat = math.cos(elevation) / length
    return (x * flat, y * flat, math.sin(elevation))
