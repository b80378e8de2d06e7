"""Drawings: pictures whose edges are lines, darker than what they part.

A guide that gives every pixel the colour of its surface would wipe out lines, for they lie on the edges. So a drawing's
lines are lifted off the small picture, the rest is upsampled as any picture, and the lines are drawn again at full
size, where the passes have the edges: as dark as they were, where they were, and crisp. Whether a picture is a drawing
is read off its silhouettes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.media.conditioning import ShotFrame
from rushes.media.pictures import Picture
from rushes.post.guides import Low, Rows

__all__ = ["DrawnSense", "Lines", "edges", "lift"]

Float = NDArray[np.floating[Any]]
Mask = NDArray[np.uint8]
_F = np.float32
_DECAY = 0.8
_DARKER = 0.1
"""Share by which a line is darker than both its sides."""
_ENOUGH = 0.55
"""Share of the silhouettes with lines on them that makes a drawing; paintings have 0.15 to 0.35, drawings 0.75."""
_HELD = 20.0
"""Silhouette pixels without a line believed beforehand."""
_HALF = 0.22
"""Half the width of a line, small pixels; at least half a pixel of the full size."""
_FAINTEST, _FULL = 0.08, 0.28
"""How much darker than its surroundings a line is: not drawn yet; drawn fully."""
_STRIPE = 144
_GREY = np.array([0.2126, 0.7152, 0.0722], np.float32)
_NEAR = np.ones((3, 3), np.uint8)
_WIDE = np.ones((5, 5), np.uint8)


class DrawnSense:
    """Watches the small pictures of a clip, in order."""

    def __init__(self) -> None:
        self._lines, self._edges = 0.0, 0.0

    def look(self, picture: Picture, low: Low) -> bool:
        """Whether the next picture is a drawing."""
        grey = picture @ _GREY
        self._lines *= _DECAY
        self._edges *= _DECAY
        for light, ids in ((grey, low.ids), (grey.T, low.ids.T)):
            lines, count = _count(light, ids)
            self._lines += lines
            self._edges += count
        return self._lines > _ENOUGH * (self._edges + _HELD)


def _count(light: Float, ids: NDArray[np.int32]) -> tuple[int, int]:
    """Along rows: how many silhouettes have a line on them, and how many there are."""
    if ids.shape[1] < 7:
        return 0, 0
    edge = ids[:, 2:-3] != ids[:, 3:-2]
    line = np.minimum(light[:, 2:-3], light[:, 3:-2])[edge]
    left = np.maximum(light[:, 1:-4], light[:, :-5])[edge]
    right = np.maximum(light[:, 4:-1], light[:, 5:])[edge]
    sides = np.minimum(left, right)
    return int((sides - line > _DARKER * np.maximum(sides, _F(0.1))).sum()), len(line)


def edges(frame: ShotFrame, labels: NDArray[np.int32]) -> Mask:
    """(H, W) 1 on the nearer side of silhouettes and creases; `labels` are the frame's `surface_labels`."""
    faces = labels >> 1  # light and shade are no edge
    found = np.zeros(faces.shape, np.uint8)
    for first, second in ((np.s_[:-1], np.s_[1:]), (np.s_[:, :-1], np.s_[:, 1:])):
        edge = faces[first] != faces[second]
        near = frame.depth[first] < frame.depth[second]
        found[first] |= edge & near
        found[second] |= edge & ~near
    return found


@dataclass(frozen=True)
class Lines:
    """A small picture's lines, (h, w) and (h, w, 3): how much is drawn, 0 to 1, and in what colour."""

    strength: Float
    ink: Picture

    def draw(self, picture: Picture, edge: Mask) -> None:
        """Draw them along the `edges` of the full size into a picture (H, W, 3), in place."""
        height, width = edge.shape
        half = max(0.5, _HALF * width / self.strength.shape[1])
        # A little blurred, so that the edges' staircases do not show.
        away = cv2.GaussianBlur(cv2.distanceTransform(1 - edge, cv2.DIST_L2, 3), (5, 5), 1.0)
        strength, ink = Rows(self.strength, (height, width)), Rows(self.ink, (height, width))
        for top in range(0, height, _STRIPE):
            rows = slice(top, min(height, top + _STRIPE))
            share = np.clip(_F(half + 0.6) - away[rows], 0, 1) * strength.at(rows)
            y, x = np.nonzero(share)
            part, amount = picture[rows], share[y, x][:, None]
            below = part[y, x]
            part[y, x] = below + amount * (np.minimum(ink.at(rows)[y, x], below) - below)


def lift(picture: Picture, edge: Mask) -> tuple[Picture, Lines]:
    """A drawing (h, w, 3) without the lines on its edges (full size, 1 where one is), and the lines."""
    h, w = picture.shape[:2]
    touched = cv2.resize(edge * np.uint8(255), (w, h), interpolation=cv2.INTER_AREA) > 0
    near = cv2.dilate(touched.astype(np.uint8), _NEAR) > 0
    filled = cv2.erode(cv2.dilate(picture, _WIDE), _WIDE)
    darker = np.where(near, 1 - (picture @ _GREY) / np.maximum(filled @ _GREY, _F(0.05)), 0)
    strength = cv2.dilate(np.asarray(darker, _F), _NEAR)
    strength = np.clip((strength - _F(_FAINTEST)) / _F(_FULL - _FAINTEST), 0, 1)
    blank = np.where(near[..., None], filled, picture)
    return np.asarray(blank, _F), Lines(strength, np.asarray(cv2.erode(picture, _NEAR), _F))
