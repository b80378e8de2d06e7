"""Takes made in code for measuring projection, and what is measured on the pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import Brief, BriefReading, Descriptor, FrameRule, JobContext, ModelRef, Size, SizeRule, Vec3
from rushes.generators.protocol import GenerateRequest, Picture, check_request
from rushes.media.conditioning import ShotFrame, ShotInputs
from rushes.passes.motion import camera_points

__all__ = ["PatternGenerator", "Seam", "WorldGenerator", "covered", "eroded", "seam", "silhouettes"]

Mask = NDArray[np.bool_]


class _Painter:
    """A generator without weights that paints one colour a pixel; none of them holds blue."""

    _id = ""
    _name = ""

    @property
    def descriptor(self) -> Descriptor:
        return Descriptor(
            id=self._id,
            name=self._name,
            family="measure",
            licence="GPL-3.0-or-later",
            sizes=SizeRule(multiple=8, native=Size(256, 144), max_pixels=1920 * 1080, min_side=16),
            frames=FrameRule(),
            rates=tuple[Fraction, ...](),
            conditionings=(),
            vocabulary=(),
            steps=(1, 1, 1),
            memory_mb=1,
            limits="It paints test pictures.",
        )

    def read_brief(self, brief: Brief) -> BriefReading:
        return BriefReading({}, ())

    def sun_direction(self, brief: Brief, camera_matrix: tuple[tuple[float, ...], ...]) -> Vec3 | None:
        return None

    def check_installed(self) -> None:
        """Always there."""

    def model_ref(self) -> ModelRef:
        return ModelRef(self._id, {})

    def load(self) -> None:
        """Nothing to load."""

    def unload(self) -> None:
        """Nothing to free."""

    def generate(self, request: GenerateRequest, inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
        check_request(request, self.descriptor)
        for index in range(request.frames):
            context.check()
            frame = inputs.frame(min(index, len(inputs) - 1), request.size)
            picture = self.paint(frame, index, request)
            picture[..., 2] = 0.0
            yield np.clip(picture, 0.0, 1.0).astype(np.float32)

    def paint(self, frame: ShotFrame, index: int, request: GenerateRequest) -> Picture:
        """One picture."""
        raise NotImplementedError


class PatternGenerator(_Painter):
    """Hard-edged squares over a slope of colour, other ones in every frame: a slip of a pixel or of a frame shows."""

    _id, _name = "measure-pattern", "Test pattern"

    def paint(self, frame: ShotFrame, index: int, request: GenerateRequest) -> Picture:
        height, width = frame.depth.shape
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        squares = ((x + 5 * index) // 8 + (y + 3 * index) // 8) % 2
        lines = (x + y + index) % 16 < 2
        red = 0.35 + 0.35 * x / width + 0.25 * squares
        green = 0.9 - 0.4 * y / height - 0.25 * squares + 0.02 * index
        return np.stack([red, np.where(lines, 0.15, green), 0 * x], -1)


class WorldGenerator(_Painter):
    """Every point of the world has a colour that changes slowly: takes of several cameras agree. The seed is its
    brightness in percent."""

    _id, _name = "measure-world", "World colours"

    def paint(self, frame: ShotFrame, index: int, request: GenerateRequest) -> Picture:
        local = camera_points(np.minimum(frame.depth, np.float32(1e4)), frame.camera, frame.pixel_aspect)
        world = np.array(frame.camera.matrix_world, np.float64)
        points = local @ world[:3, :3].T + world[:3, 3]
        red = 0.55 + 0.2 * np.sin(0.5 * points[..., 0] + 0.3 * points[..., 2])
        green = 0.55 + 0.2 * np.sin(0.4 * points[..., 1] - 0.5 * points[..., 2] + 1.0)
        return np.stack([red, green, 0 * red], -1).astype(np.float32) * np.float32(request.seed / 100)


def _grown(mask: Mask, by: int) -> Mask:
    for _ in range(by):
        padded = np.pad(mask, 1)
        mask = np.zeros_like(mask)
        for dy in range(3):
            for dx in range(3):
                mask |= padded[dy : dy + mask.shape[0], dx : dx + mask.shape[1]]
    return mask


def eroded(mask: Mask, by: int) -> Mask:
    """The mask without its rim of `by` pixels; the picture's border is none."""
    return ~_grown(~mask, by)


def silhouettes(depth: NDArray[np.float32], ortho: bool) -> Mask:
    """(H, W) True within a pixel of where one thing ends before another or before the sky, by the depth pass."""
    edge = np.zeros(depth.shape, bool)
    # A plane's depth (orthographic) or its inverse (perspective) changes evenly over the picture.
    even = depth.astype(np.float64) if ortho else 1.0 / np.maximum(depth.astype(np.float64), 1e-6)
    for axis in (0, 1):
        level = np.swapaxes(even, 0, axis)
        bend = np.abs(level[2:] - 2 * level[1:-1] + level[:-2])
        np.swapaxes(edge, 0, axis)[1:-1] |= bend > 0.02 * np.abs(level[1:-1])
    return _grown(edge, 1)


def covered(picture: NDArray[np.uint8]) -> Mask:
    """(H, W) True where a render shows a take and not the own material, which is blue."""
    return picture[..., 2] < 128


@dataclass(frozen=True)
class Seam:
    """How much a seam stands out."""

    across: float
    """Mean step of neighbouring pixels where the set of takes that see the surface changes, levels of 255."""
    inside: float
    """The same beside the seam, where it does not change."""
    pixels: int
    """Pixel pairs across."""

    @property
    def ratio(self) -> float:
        """1: it cannot be told from the rest."""
        return self.across / max(self.inside, 1e-9)


def seam(picture: NDArray[np.uint8], objects: NDArray[np.uint16], seen: Mask) -> Seam:
    """Steps across seams within one object; `seen` is (eyes, H, W). Near seams means within six pixels."""
    across: list[NDArray[np.float64]] = []
    inside: list[NDArray[np.float64]] = []
    levels = picture[..., :2].astype(np.float64)
    sets = np.einsum("ehw,e->hw", seen.astype(np.int32), 2 ** np.arange(len(seen)))
    shown = eroded(sets > 0, 1) & covered(picture)
    found = [_pairs(np.swapaxes(sets, 0, axis)) for axis in (0, 1)]
    turns = np.zeros(sets.shape, bool)
    for axis in (0, 1):
        view = np.swapaxes(turns, 0, axis)
        view[1:] |= found[axis]
        view[:-1] |= found[axis]
    near = _grown(turns, 6)
    rim = _grown(turns, 1)
    for axis in (0, 1):
        thing, ok, close, line = (np.swapaxes(a, 0, axis) for a in (objects, shown, near, rim))
        both = (thing[1:] == thing[:-1]) & ok[1:] & ok[:-1] & _smooth(np.swapaxes(objects, 0, axis))
        step = np.abs(np.diff(np.swapaxes(levels, 0, axis), axis=0)).mean(-1)
        across.append(step[both & found[axis]])
        inside.append(step[both & ~found[axis] & close[1:] & ~line[1:] & ~line[:-1]])
    counts = [len(a) for a in across]
    total = max(1, sum(counts))
    # Beside a seam as it runs: of steps along rows and columns, as many as there are across it.
    beside = sum(float(step.mean()) * count for step, count in zip(inside, counts, strict=True) if len(step))
    return Seam(sum(float(a.sum()) for a in across) / total, beside / total, sum(counts))


def _pairs(sets: NDArray[np.int32]) -> Mask:
    return sets[1:] != sets[:-1]


def _smooth(objects: NDArray[np.uint16]) -> Mask:
    """Pairs whose neighbours on both sides are of the same object too."""
    same = objects[1:] == objects[:-1]
    rim = np.pad(same, ((1, 1), (0, 0)))
    return same & rim[:-2] & rim[2:]
