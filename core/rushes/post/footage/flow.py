"""Dense optical flow between two pictures, and pictures carried along it. DIS: Kroeger et al., 2016."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.media.pictures import Picture

__all__ = ["Flow", "FlowFinder", "Pairs", "Seen", "carried", "consistent", "enlarged", "grey8", "is_cut"]

Flow = NDArray[np.float32]
"""(H, W, 2) pixels: what is at (x, y) here is at (x + f0, y + f1) there."""
Grey = NDArray[np.uint8]
_F = np.float32
_WIDEST = 960
"""Width that flow is found at; larger pictures are shrunk for it, their flow enlarged."""


def grey8(picture: Picture) -> Grey:
    """(H, W) 8-bit luma, shrunk to at most 960 pixels on its long side."""
    luma = picture @ np.array((0.2126, 0.7152, 0.0722), _F)
    scale = _WIDEST / max(luma.shape)
    if scale < 1:
        size = (max(16, round(luma.shape[1] * scale)), max(16, round(luma.shape[0] * scale)))
        luma = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    return np.asarray(np.clip(luma * 255 + 0.5, 0, 255), np.uint8)


@dataclass(frozen=True)
class _Grid:
    x: NDArray[np.float32]
    y: NDArray[np.float32]


class FlowFinder:
    """Finds flow between luma pictures of `grey8`. Small pictures are padded: DIS needs some room."""

    def __init__(self, *, careful: bool = False) -> None:
        preset = cv2.DISOPTICAL_FLOW_PRESET_MEDIUM if careful else cv2.DISOPTICAL_FLOW_PRESET_FAST
        self._dis: Any = cv2.DISOpticalFlow.create(preset)
        if careful:
            self._dis.setFinestScale(0)
            self._dis.setVariationalRefinementIterations(5)

    def between(self, here: Grey, there: Grey) -> Flow:
        """(h, w, 2) at the size of the luma pictures."""
        height, width = here.shape
        pad = (max(0, 64 - height), max(0, 64 - width))
        if any(pad):
            here, there = (np.pad(g, ((0, pad[0]), (0, pad[1])), mode="edge") for g in (here, there))
        found = self._dis.calc(np.ascontiguousarray(here), np.ascontiguousarray(there), None)
        return np.asarray(found[:height, :width], _F)


def enlarged(flow: Flow, shape: tuple[int, int]) -> Flow:
    """Flow at (height, width) of the pictures it is for."""
    if flow.shape[:2] == shape:
        return flow
    big = cv2.resize(flow, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(big * np.array((shape[1] / flow.shape[1], shape[0] / flow.shape[0]), _F), _F)


_grids: dict[tuple[int, int], _Grid] = {}


def _grid(shape: tuple[int, int]) -> _Grid:
    found = _grids.get(shape)
    if found is None:
        y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(_F)
        while len(_grids) > 2:  # the pictures' size, the flow's, and one to spare
            _grids.pop(next(iter(_grids)))
        found = _grids[shape] = _Grid(x, y)
    return found


def carried(there: NDArray[np.float32], flow: Flow, *, sharp: bool = False) -> NDArray[np.float32]:
    """`there` seen from here: each pixel takes what its flow points at; edges repeat."""
    grid = _grid((flow.shape[0], flow.shape[1]))
    how = cv2.INTER_CUBIC if sharp else cv2.INTER_LINEAR
    out = cv2.remap(there, grid.x + flow[..., 0], grid.y + flow[..., 1], how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out, _F)


def consistent(flow: Flow, back: Flow) -> NDArray[np.float32]:
    """(H, W) 0 to 1: how far going there and back ends where it began; about 0 where a pixel is hidden there or leaves
    the picture."""
    off = carried(back, flow) + flow
    gap = off[..., 0] ** 2 + off[..., 1] ** 2
    size = flow[..., 0] ** 2 + flow[..., 1] ** 2
    grid = _grid((flow.shape[0], flow.shape[1]))
    x, y = grid.x + flow[..., 0], grid.y + flow[..., 1]
    inside = (x >= -0.5) & (y >= -0.5) & (x <= flow.shape[1] - 0.5) & (y <= flow.shape[0] - 0.5)
    # Sundaram et al., "Dense point trajectories by GPU-accelerated large displacement optical flow", 2010, softened.
    return np.asarray(np.exp(-gap / (0.02 * size + 1.0)) * inside, _F)


def is_cut(here: Grey, there: Grey, flow: Flow, back: Flow) -> bool:
    """Whether another scene begins between two pictures: little of one is found in the other, even moved."""
    a, b = here.astype(_F), there.astype(_F)
    residual = float(np.abs(carried(b, flow) - a).mean())
    plain = float(np.abs(b - a).mean())
    agree = float(consistent(flow, back).mean())
    spread = max(4.0, float(min(a.std(), b.std())))
    return agree < 0.35 and residual > 0.3 * spread and residual > 0.45 * plain


@dataclass(frozen=True)
class Seen:
    """A picture with what flow is found on."""

    number: int
    picture: Picture
    grey: Grey

    @classmethod
    def of(cls, number: int, picture: Picture, *, calm: bool = False) -> Seen:
        """`calm`: grain is taken off before flow is found."""
        grey = grey8(picture)
        return cls(number, picture, np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0), np.uint8) if calm else grey)


class Pairs:
    """Flow between pictures of a stream, each found once; pairs far behind are forgotten."""

    def __init__(self, reach: int, *, careful: bool = False) -> None:
        self._finder = FlowFinder(careful=careful)
        self._reach = reach
        self._found: dict[tuple[int, int], Flow] = {}
        self._cuts: dict[tuple[int, int], bool] = {}

    def raw(self, here: Seen, there: Seen) -> Flow:
        """Flow at the size of the luma pictures."""
        key = here.number, there.number
        if key not in self._found:
            self._found[key] = self._finder.between(here.grey, there.grey)
            old = max(key) - 2 * self._reach
            for past in [k for k in self._found if max(k) < old]:
                del self._found[past]
        return self._found[key]

    def flow(self, here: Seen, there: Seen) -> tuple[Flow, NDArray[np.float32]]:
        """(flow at the pictures' size, (H, W) 0 to 1: how far it is to be trusted)."""
        there_and, back = self.raw(here, there), self.raw(there, here)
        shape = (here.picture.shape[0], here.picture.shape[1])
        trust = consistent(there_and, back)
        if trust.shape != shape:
            trust = cv2.resize(trust, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
        return enlarged(there_and, shape), np.asarray(trust, _F)

    def cut(self, here: Seen, there: Seen) -> bool:
        """Whether a cut lies between two neighbours."""
        first, second = (here, there) if here.number < there.number else (there, here)
        key = first.number, second.number
        if key not in self._cuts:
            self._cuts[key] = is_cut(first.grey, second.grey, self.raw(first, second), self.raw(second, first))
            self._cuts = {k: v for k, v in self._cuts.items() if max(k) >= max(key) - 4 * self._reach}
        return self._cuts[key]
