"""The figures of encoding are made and judged."""

from __future__ import annotations

import numpy as np
import pytest

from rushes.contracts import Size
from rushes.errors import JobCancelled
from rushes.media.bench import encode_bench
from rushes.testing.contexts import RecordingContext


def test_a_clip_is_timed_and_compared() -> None:
    metrics = {m.name: m for m in encode_bench(RecordingContext(), size=Size(192, 108), frames=6)}
    assert metrics["encode.seconds_per_frame"].value > 0
    assert metrics["encode.psnr"].ok
    assert metrics["encode.kilobytes_per_frame"].value > 0


def test_noise_that_cannot_be_coded_fails_the_bar() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    metrics = {m.name: m for m in encode_bench(RecordingContext(), pictures=[noise], frames=3)}
    assert not metrics["encode.psnr"].ok


def test_it_can_be_cancelled() -> None:
    with pytest.raises(JobCancelled):
        encode_bench(RecordingContext(cancel_after=2), size=Size(64, 36), frames=6)
