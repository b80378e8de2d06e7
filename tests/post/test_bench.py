"""The figures of upsampling are made and judged."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from post.scenes import LOW, shot
from rushes.contracts import JobContext, Size
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


def test_edges_halos_thin_things_and_motion_are_judged() -> None:
    metrics = {m.name: m for m in upsample_bench(shot(), RecordingContext(), low=LOW, frames=2)}
    for kind in ("upsample", "upsample.soft"):
        halo, rise, thin = (metrics[f"{kind}.{name}"] for name in ("halo", "edge_rise", "thin_contrast"))
        assert halo.reference is not None
        assert halo.value < 0.4 * halo.reference
        assert rise.reference is not None
        assert rise.value < 1.2 * rise.reference
        assert thin.reference is not None
        assert thin.value > 0.9 > 0.2 > thin.reference
        assert metrics[f"{kind}.warp_error"].bar


@pytest.mark.parametrize(
    ("how", "fails"),
    [("blur", "edge_rise"), ("glow", "halo"), ("blur", "thin_contrast"), ("flicker", "warp_error")],
)
def test_each_fault_fails_its_own_bar(monkeypatch: pytest.MonkeyPatch, how: str, fails: str) -> None:
    class Faulty(GuidedUpsample):
        def apply(self, frames: Iterator[Picture], inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
            for index, made in enumerate(super().apply(frames, inputs, context)):
                soft = np.asarray(cv2.GaussianBlur(made, (0, 0), 2.0 if how == "blur" else 5.0), np.float32)
                fault = {"blur": soft, "glow": made + (soft - made) * 0.4, "flicker": made * (1.0 - 0.2 * (index % 2))}
                yield fault[how].astype(np.float32)

    monkeypatch.setattr(bench, "GuidedUpsample", Faulty)
    metrics = {m.name: m for m in upsample_bench(shot(), RecordingContext(), low=LOW, frames=2)}
    assert not metrics[f"upsample.{fails}"].ok


def test_a_larger_size_is_timed_and_its_memory_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "_HD_WIDTH", 400)
    size = Size(960, 540)
    metrics = {m.name: m for m in upsample_bench(shot(), RecordingContext(), low=LOW, frames=1, uhd=size)}
    assert metrics["upsample.uhd_seconds_per_frame"].value > 0
    memory = metrics["upsample.uhd_memory"]
    picture = 960 * 540 * 12 / 2**20
    assert picture < memory.value < 7 * picture


def test_a_worse_upsampler_fails_its_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dark(GuidedUpsample):
        def apply(self, frames: Iterator[Picture], inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
            return (made * np.float32(0.7) for made in super().apply(frames, inputs, context))

    monkeypatch.setattr(bench, "GuidedUpsample", Dark)
    assert not all(m.ok for m in upsample_bench(shot(), RecordingContext(), low=LOW, frames=1))


def test_it_can_be_cancelled() -> None:
    with pytest.raises(JobCancelled):
        upsample_bench(shot(), RecordingContext(cancel_after=1), low=LOW, frames=2)
