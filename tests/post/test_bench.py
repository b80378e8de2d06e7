"""The figures of upsampling are made and judged."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from post.scenes import LOW, shot
from rushes.contracts import JobContext
from rushes.errors import JobCancelled
from rushes.media.conditioning import ShotInputs
from rushes.media.pictures import Picture
from rushes.post import bench
from rushes.post.bench import upsample_bench
from rushes.post.upsample import GuidedUpsample
from rushes.testing.contexts import RecordingContext


def test_guided_is_measured_against_plain_interpolation() -> None:
    metrics = {m.name: m for m in upsample_bench(shot(), RecordingContext(), low=LOW, frames=2)}
    assert all(m.ok for m in metrics.values())
    assert metrics["upsample.seconds_per_frame"].value > 0
    quality = metrics["upsample.psnr"]
    assert quality.reference is not None
    assert quality.value > quality.reference + 2
    assert quality.bar.startswith(">=")


def test_a_worse_upsampler_fails_its_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dark(GuidedUpsample):
        def apply(self, frames: Iterator[Picture], inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
            return (made * np.float32(0.7) for made in super().apply(frames, inputs, context))

    monkeypatch.setattr(bench, "GuidedUpsample", Dark)
    assert not all(m.ok for m in upsample_bench(shot(), RecordingContext(), low=LOW, frames=1))


def test_it_can_be_cancelled() -> None:
    with pytest.raises(JobCancelled):
        upsample_bench(shot(), RecordingContext(cancel_after=1), low=LOW, frames=2)
