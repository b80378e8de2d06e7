"""What upsampling costs and how close it comes, on any shot's passes.

The picture to come close to is shaded from the passes themselves, so that it is known at every size. It is compared
at half the size of the passes, where it has four samples a pixel, as a renderer's would; from small pictures as a
renderer would average them, and as a network makes them: sampled at pixel centres, and soft.
"""

from __future__ import annotations

import time
import tracemalloc

import numpy as np

from rushes.contracts import JobContext, Metric, Size
from rushes.media.conditioning import ShotFrame, ShotInputs, at_size
from rushes.media.pictures import Picture
from rushes.post.closeness import Comparison
from rushes.post.truth import At, shaded, soft_sample
from rushes.post.upsample import GuidedUpsample

__all__ = ["upsample_bench"]

_UHD = Size(3840, 2160)
_HD_WIDTH = 1280
_UHD_MEMORY = 400.0
_BLUR = 0.5
"""Small pixels: softness of the pictures that stand for a network's."""


def upsample_bench(
    inputs: ShotInputs, context: JobContext, *, low: Size | None = None, frames: int = 8, uhd: Size = _UHD
) -> list[Metric]:
    """Seconds a frame from `low` (a fifth of the size unless given) to the passes' full size, reading the
    passes left out; time and memory of `uhd` where the passes are HD; and how close it comes to the truth, against
    plain interpolation."""
    full = inputs.size
    low = low or Size(max(16, full.width // 5), max(9, full.height // 5))
    count = min(frames, len(inputs))
    seconds = _seconds(inputs, context, low, count)
    note = f"{low} to {full}, {count} frames, passes in memory, median"
    metrics = [Metric.judged("upsample.seconds_per_frame", seconds, "s", note=note)]
    if full.width >= _HD_WIDTH:
        metrics += _large(inputs, context, low, uhd)
    return metrics + _closeness(inputs, context, low, count)


def _large(inputs: ShotInputs, context: JobContext, low: Size, size: Size) -> list[Metric]:
    """Time and memory at a size beyond the passes', which are enlarged for it."""
    frame = inputs.frame(0, inputs.size)
    picture, large = shaded(frame, inputs.legend, low), at_size(frame, size)

    class _One(At):
        def frame(self, index: int, size: Size | None = None) -> ShotFrame:
            return large

    def make() -> None:
        next(GuidedUpsample(size).apply(iter([picture]), _One(inputs, size), context))

    start = time.perf_counter()
    make()
    seconds = time.perf_counter() - start
    tracemalloc.start()
    try:
        make()
        peak = tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
    note = f"{low} to {size}"
    return [
        Metric.judged("upsample.uhd_seconds_per_frame", seconds, "s", note=note),
        Metric.judged(
            "upsample.uhd_memory",
            peak,
            "MiB",
            compare="<=",
            limit=_UHD_MEMORY,
            note=f"{note}, the result with it, the passes without",
        ),
    ]


def _seconds(inputs: ShotInputs, context: JobContext, low: Size, count: int) -> float:
    # Passes come from memory here: reading them is counted with the passes.
    kept = {i: inputs.frame(i, inputs.size) for i in range(min(count, 4))}

    class _Kept(At):
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
    note = f"{small} to {half}, {count} frames, shaded from the passes"

    def averaged(frame: ShotFrame) -> Picture:
        return shaded(frame, inputs.legend, small)

    def soft(frame: ShotFrame) -> Picture:
        return soft_sample(shaded(frame, inputs.legend, half), small, _BLUR)

    def real(frame: ShotFrame) -> Picture:
        return shaded(frame, inputs.legend, half)

    metrics: list[Metric] = []
    for name, make, how in (("upsample", averaged, "averaged"), ("upsample.soft", soft, "sampled and softened")):
        found = Comparison(real, make)
        found.run(GuidedUpsample(half), At(inputs, half), inputs, context, count)
        metrics += found.metrics(name, f"{note}, {how}")
    return metrics
