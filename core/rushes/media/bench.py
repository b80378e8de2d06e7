"""What writing and reading a clip costs."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from rushes.contracts import JobContext, Metric, Size
from rushes.media.pictures import Bytes
from rushes.media.video import VideoWriter, read_video

__all__ = ["encode_bench"]

_CLOSE = 36.0
"""dB that a written clip keeps of its pictures."""


def _picture(index: int, size: Size) -> Bytes:
    """A moving picture with soft and fine detail, so that the encoder has work to do."""
    x = np.arange(size.width, dtype=np.float32)[None] + 3 * index
    y = np.arange(size.height, dtype=np.float32)[:, None]
    soft = np.sin(x / 90) * np.sin(y / 70)
    fine = 0.12 * np.sin(x / 3.1) * np.sin(y / 2.7)
    planes = [0.5 + 0.35 * soft + fine, 0.45 + 0.3 * np.roll(soft, 60, 1) + fine, 0.4 + 0.25 * soft - fine]
    return (np.clip(np.stack(planes, axis=2), 0, 1) * 255).astype(np.uint8)


def encode_bench(
    context: JobContext, *, pictures: Sequence[Bytes] = (), size: Size | None = None, frames: int = 48
) -> list[Metric]:
    """Seconds a frame to write and to read a clip, its size, and what the coding costs in decibels.

    `pictures` are repeated to `frames`; without any, a moving pattern of `size` (1280×720 by default) is used.
    """
    pictures = pictures or [_picture(i, size or Size(1280, 720)) for i in range(12)]
    shape = pictures[0].shape
    clip_size = Size(shape[1], shape[0])
    with tempfile.TemporaryDirectory(prefix="rushes-bench-") as name:
        path = Path(name) / "clip.mp4"
        start = time.perf_counter()
        with VideoWriter(path, clip_size, Fraction(24)) as writer:
            for i in range(frames):
                context.check()
                writer.write(pictures[i % len(pictures)])
        wrote = time.perf_counter() - start
        length = path.stat().st_size
        errors: list[float] = []
        start = time.perf_counter()
        for i, frame in enumerate(read_video(path)):
            context.check()
            real = pictures[i % len(pictures)]
            difference = frame[: shape[0], : shape[1]].astype(np.float32) - real
            errors.append(float((difference**2).mean()))
        read = time.perf_counter() - start
    decibels = float(10 * np.log10(255**2 / max(float(np.mean(errors)), 1e-9)))
    note = f"{clip_size}, {frames} frames"
    return [
        Metric.judged("encode.seconds_per_frame", wrote / frames, "s", note=note),
        Metric.judged("encode.read_seconds_per_frame", read / frames, "s", note="comparing included"),
        Metric.judged("encode.psnr", decibels, "dB", compare=">=", limit=_CLOSE, note="8-bit, after 4:2:0"),
        Metric.judged("encode.kilobytes_per_frame", length / frames / 1000, "kB"),
    ]
