"""What upsampling costs and how close it comes, on any shot's passes.

The picture to come close to is shaded from the passes themselves (flat colours, sky light, sun with its cast
shadows, a pattern fixed to the surfaces), so that it is known at every size. It is compared at half the size
of the passes, where it has four samples a pixel, as a renderer's would.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.contracts import CameraFrame, JobContext, Legend, Metric, Size, Vec3
from rushes.media.conditioning import ShotFrame, ShotInputs, at_size
from rushes.media.pictures import Picture, linear_to_srgb
from rushes.post.upsample import GuidedUpsample

__all__ = ["shaded", "upsample_bench"]

Float = NDArray[np.floating[Any]]


def shaded(frame: ShotFrame, legend: Legend, size: Size) -> Picture:
    """A picture of the frame at `size` (no larger than the frame), averaged in linear light; sRGB, 0 to 1."""
    table = np.zeros((max((o.id for o in legend.objects), default=0) + 1, 3), np.float32)
    for entry in legend.objects:
        table[entry.id] = entry.color
    known = np.where((frame.ids >= 0) & (frame.ids < len(table)), frame.ids, 0)
    pattern = _pattern(frame)[..., None]
    sky_light = (0.3 + 0.12 * frame.normal[..., 2:]) * np.array([0.95, 1.0, 1.15], np.float32)
    sun = frame.direct[..., None] * np.array([1.3, 1.15, 0.95], np.float32)
    rows = np.linspace(0.35, 0.75, frame.size.height, dtype=np.float32)[:, None, None]
    sky = rows * np.array([0.75, 0.9, 1.1], np.float32)
    linear = np.where(frame.sky[..., None], sky, table[known] * pattern * (sky_light + sun)).astype(np.float32)
    small = cv2.resize(linear, (size.width, size.height), interpolation=cv2.INTER_AREA)
    return np.clip(linear_to_srgb(np.asarray(small, np.float32)), 0, 1)


def _pattern(frame: ShotFrame) -> Float:
    """(H, W) 0.7 to 1.1, soft patches of about a metre and a half, fixed in the world."""
    k = frame.camera.intrinsics(frame.size, frame.pixel_aspect)
    depth = np.where(frame.sky, np.float32(0), frame.depth)
    spread = np.ones_like(depth) if k.orthographic else depth
    x = ((np.arange(frame.size.width) + 0.5 - k.cx) / k.fx).astype(np.float32) * spread
    y = -((np.arange(frame.size.height) + 0.5 - k.cy) / k.fy).astype(np.float32)[:, None] * spread
    m = np.array(frame.camera.matrix_world, np.float32)
    world = [x * m[i, 0] + y * m[i, 1] - depth * m[i, 2] + m[i, 3] for i in range(3)]
    waves = np.sin(world[0] * 2.1) * np.sin(world[1] * 1.9) + np.sin(world[2] * 1.7)
    return 0.9 + 0.1 * waves


@dataclass(frozen=True)
class _At:
    """A shot's passes with another full size. For the comparison only."""

    inner: ShotInputs
    size: Size

    @property
    def legend(self) -> Legend:
        return self.inner.legend

    @property
    def cameras(self) -> Sequence[CameraFrame]:
        return self.inner.cameras

    @property
    def rate(self) -> Fraction:
        return self.inner.rate

    @property
    def sun_direction(self) -> Vec3:
        return self.inner.sun_direction

    @property
    def depth_range(self) -> tuple[float, float]:
        return self.inner.depth_range

    def __len__(self) -> int:
        return len(self.inner)

    def frame(self, index: int, size: Size | None = None) -> ShotFrame:
        return self.inner.frame(index, size or self.size)


def upsample_bench(
    inputs: ShotInputs, context: JobContext, *, low: Size | None = None, frames: int = 8
) -> list[Metric]:
    """Seconds a frame from `low` (a fifth of the size unless given) to the passes' full size, reading the
    passes left out; and decibels against plain interpolation."""
    full = inputs.size
    low = low or Size(max(16, full.width // 5), max(9, full.height // 5))
    count = min(frames, len(inputs))
    seconds = _seconds(inputs, context, low, count)
    metrics = [
        Metric.judged(
            "upsample.seconds_per_frame",
            seconds,
            "s",
            note=f"{low} to {full}, {count} frames, passes in memory, median",
        )
    ]
    return metrics + _closeness(inputs, context, low, count)


def _seconds(inputs: ShotInputs, context: JobContext, low: Size, count: int) -> float:
    # Passes come from memory here: reading them is counted with the passes.
    kept = {i: inputs.frame(i, inputs.size) for i in range(min(count, 4))}

    class _Kept(_At):
        def frame(self, index: int, size: Size | None = None) -> ShotFrame:
            return at_size(kept[index % len(kept)], size or self.size)

    pictures = [shaded(f, inputs.legend, low) for f in kept.values()]
    stream = GuidedUpsample(inputs.size).apply(
        (pictures[i % len(pictures)] for i in range(count)), _Kept(inputs, inputs.size), context
    )
    times: list[float] = []
    start = time.perf_counter()
    for _ in stream:
        times.append(time.perf_counter() - start)
        start = time.perf_counter()
    return float(np.median(times))


def _closeness(inputs: ShotInputs, context: JobContext, low: Size, count: int) -> list[Metric]:
    half = Size(max(1, inputs.size.width // 2), max(1, inputs.size.height // 2))
    small = Size(max(1, low.width // 2), max(1, low.height // 2))
    rows: dict[str, list[tuple[float, float]]] = {"guided": [], "bicubic": [], "nearest": []}
    step = GuidedUpsample(half)
    real: list[Picture] = []

    def pictures() -> Iterator[Picture]:
        for i in range(count):
            frame = inputs.frame(i, inputs.size)
            real[:] = [shaded(frame, inputs.legend, half), shaded(frame, inputs.legend, small)]
            yield real[1]

    for i, made in enumerate(step.apply(pictures(), _At(inputs, half), context)):
        rim = _near_edges(inputs.frame(i, half).ids)
        for name, how in (("bicubic", cv2.INTER_CUBIC), ("nearest", cv2.INTER_NEAREST)):
            plain = np.asarray(cv2.resize(real[1], (half.width, half.height), interpolation=how), np.float32)
            rows[name].append(_decibels(plain, real[0], rim))
        rows["guided"].append(_decibels(made, real[0], rim))
    guided, bicubic, nearest = (np.mean(rows[name], axis=0) for name in ("guided", "bicubic", "nearest"))
    note = f"{small} to {half}, {count} frames, shaded from the passes; reference: bicubic"
    figures = (
        ("upsample.psnr", guided[0], bicubic[0], note),
        ("upsample.psnr_near_edges", guided[1], bicubic[1], "within 3 pixels of an object's edge"),
        ("upsample.psnr_over_nearest", guided[0], nearest[0], "reference: nearest neighbour"),
    )
    return [
        Metric.judged(name, float(value), "dB", reference=float(bar), compare=">=", limit=float(bar), note=words)
        for name, value, bar, words in figures
    ]


def _near_edges(ids: NDArray[np.int32]) -> NDArray[np.bool_]:
    rim = np.zeros(ids.shape, np.uint8)
    rim[:, 1:] |= ids[:, 1:] != ids[:, :-1]
    rim[1:] |= ids[1:] != ids[:-1]
    return np.asarray(cv2.dilate(rim, np.ones((7, 7), np.uint8))) > 0


def _decibels(made: Picture, real: Picture, where: NDArray[np.bool_]) -> tuple[float, float]:
    error = (np.clip(made, 0, 1) - real) ** 2
    inside = error[where] if where.any() else error
    return float(-10 * np.log10(error.mean() + 1e-12)), float(-10 * np.log10(inside.mean() + 1e-12))
