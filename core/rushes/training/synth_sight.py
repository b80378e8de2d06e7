"""What a camera would see of a plan's objects, taken as upright boxes: enough to tell a good view from a silly one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from rushes.training.synth_stage import PlanCamera, PlanObject

__all__ = ["Bodies"]

_COLUMNS, _ROWS = 11, 7


class Bodies:
    """The boxes of everything but ground and water."""

    def __init__(self, objects: Sequence[PlanObject]) -> None:
        kept = [o for o in objects if o.cls not in ("ground", "water")]
        self.middle = np.array([(*o.location[:2], o.location[2] + o.size[2] / 2) for o in kept]).reshape(-1, 3)
        self.half = np.array([o.size for o in kept]).reshape(-1, 3) / 2
        self.yaw = np.array([o.yaw for o in kept])
        self.star = np.array([o.cls in ("character", "vehicle") for o in kept], bool)

    def depths(self, view: PlanCamera) -> tuple[Any, Any]:
        """Distance (rays,) to the first box along a grid of rays of the frame (inf: none) and the box's index."""
        rays = _rays(view)
        if not len(self.yaw):
            return np.full(len(rays), np.inf), np.zeros(len(rays), int)
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        way = np.asarray(view.location) - self.middle
        start = np.stack([c * way[:, 0] + s * way[:, 1], -s * way[:, 0] + c * way[:, 1], way[:, 2]], -1)
        x, y, z = rays[:, None, 0], rays[:, None, 1], rays[:, None, 2]
        own = np.stack([c * x + s * y, -s * x + c * y, np.broadcast_to(z, (len(rays), len(c)))], -1)
        own = np.where(np.abs(own) < 1e-9, 1e-9, own)
        a, b = (-self.half - start) / own, (self.half - start) / own
        enter, leave = np.minimum(a, b).max(-1), np.maximum(a, b).min(-1)
        hit = np.where((leave > np.maximum(enter, 0)), np.maximum(enter, 0), np.inf)
        first = hit.argmin(1)
        return hit[np.arange(len(rays)), first], first

    def score(self, view: PlanCamera) -> float:
        """How good a view is, about -10 to 3: something to look at, near enough, and nothing in the way."""
        depth, which = self.depths(view)
        seen = np.isfinite(depth)
        share = float(seen.mean())
        near = max(1.3, 0.06 * view.lens)
        blocked = float((depth < near).mean())
        inside = float((depth <= 0.02).mean())
        middle = depth.reshape(_ROWS, _COLUMNS)[2:5, 3:8]
        kinds = len(np.unique(which[seen]))
        stars = float(self.star[which[seen]].mean()) if share else 0.0
        biggest = float(np.bincount(which[seen]).max() / len(depth)) if share else 0.0
        return (
            -8.0 * inside
            - 3.0 * max(0.0, blocked - 0.05)
            + 1.2 * min(1.0, kinds / 7.0)
            + 0.8 * math.sqrt(min(share, 0.5))
            + 1.0 * min(stars * share, 0.12) / 0.12
            + 0.5 * float(np.isfinite(middle).mean() > 0.15)
            - 2.0 * max(0.0, biggest - 0.45)
        )


def _rays(view: PlanCamera) -> Any:
    """Unit directions (rays, 3), rows from top to bottom, of a 16:9 frame."""
    ahead = np.asarray(view.target, float) - np.asarray(view.location, float)
    ahead /= np.linalg.norm(ahead)
    right = np.cross(ahead, (0.0, 0.0, 1.0))
    right /= max(float(np.linalg.norm(right)), 1e-6)
    up = np.cross(right, ahead)
    wide = 18.0 / view.lens
    u = np.linspace(-0.92, 0.92, _COLUMNS)[None, :, None] * wide
    v = np.linspace(0.92, -0.92, _ROWS)[:, None, None] * wide * 9 / 16
    rays = (ahead + u * right + v * up).reshape(-1, 3)
    return rays / np.linalg.norm(rays, axis=1, keepdims=True)
