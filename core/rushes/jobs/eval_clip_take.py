"""What a take gains by being finished again at twice the size instead of having its pictures enlarged.

The truth is shaded from a real scene's passes. Both ways start from the same small, soft picture, as a network would
make it: one is brought by geometry to the take's size and from there enlarged, the other by geometry to twice that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from rushes.contracts import JobContext, Metric, Size
from rushes.jobs.bench import BenchScene, BenchSettings
from rushes.jobs.registry import Services
from rushes.media.conditioning import ShotInputs
from rushes.media.pictures import Picture
from rushes.post.footage.upscale import lanczos
from rushes.post.measures import decibels, near_edges
from rushes.post.truth import At, shaded, soft_sample
from rushes.post.upsample import GuidedUpsample

__all__ = ["finish_metrics", "measure_clip_take"]

_FRAMES = 6
_BLUR = 0.5


def measure_clip_take(services: Services, context: JobContext) -> Iterable[Metric]:
    """On the demo's first shot, or that of another .blend."""
    settings = BenchSettings.of(services)
    with BenchScene.open(services, context) as scene:
        return list(finish_metrics(scene.passes(settings, services, context), context))


def finish_metrics(inputs: ShotInputs, context: JobContext, frames: int = _FRAMES) -> Iterator[Metric]:
    """Closeness to the truth at half the size of the passes, where it has four samples a pixel; a take of a quarter."""
    large = Size(inputs.size.width // 2, inputs.size.height // 2)
    take = Size(large.width // 2, large.height // 2)
    low = Size(max(16, take.width * 2 // 5), max(9, take.height * 2 // 5))
    count = min(frames, len(inputs))
    truth = [shaded(inputs.frame(i, inputs.size), inputs.legend, large) for i in range(count)]
    given = [soft_sample(t, low, _BLUR) for t in truth]
    edges = [near_edges(At(inputs, large).frame(i).ids) for i in range(count)]

    def guided(size: Size) -> list[Picture]:
        return list(GuidedUpsample(size).apply(iter(given), At(inputs, size), context))

    enlarged, slow = _timed(lambda: [lanczos(p, large) for p in guided(take)])
    finished, slower = _timed(lambda: guided(large))
    note = f"{low} to {take} to {large}, {count} frames, shaded from the passes; reference: enlarged by Lanczos"
    for name, masks in (("psnr", None), ("psnr_near_edges", edges)):
        again, plain = (
            float(np.mean([decibels(p, t, m) for p, t, m in zip(made, truth, masks or [None] * count)]))
            for made in (finished, enlarged)
        )
        yield Metric.judged(
            f"clip.take_upscale.{name}", again, "dB", reference=plain, compare=">=", limit=round(plain, 1), note=note
        )
    yield Metric.judged(
        "clip.take_upscale.ms_per_frame",
        slower / count * 1000,
        "ms",
        reference=slow / count * 1000,
        note="the finishing alone",
    )


def _timed(make: Callable[[], list[Picture]]) -> tuple[list[Picture], float]:
    start = time.perf_counter()
    made = make()
    return made, time.perf_counter() - start
