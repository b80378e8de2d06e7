"""The benches on doubles: what they report, not how fast the doubles are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from rushes.contracts import JobContext, Metric, Size
from rushes.errors import JobCancelled, JobFailed
from rushes.generators.protocol import GenerateRequest, Picture
from rushes.generators.registry import Registry
from rushes.jobs import bench
from rushes.jobs.forward_clock import ForwardClock
from rushes.jobs.memory_probe import peak_mb
from rushes.jobs.registry import Services
from rushes.media.conditioning import ShotInputs
from rushes.testing.analytic_door import AnalyticDoor, write_blend
from rushes.testing.contexts import RecordingContext
from rushes.testing.fake_generator import FakeGenerator

DOUBLES = {
    "fake": "rushes.testing.fake_generator:FakeGenerator",
    "door": "rushes.testing.analytic_door:AnalyticDoor",
}


class Network(FakeGenerator):
    """A double that runs a torch module a frame."""

    def generate(self, request: GenerateRequest, inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
        network = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.ReLU())
        for picture in super().generate(request, inputs, context):
            with torch.no_grad():
                network(torch.zeros(1, 4))
            yield picture


class Fickle(FakeGenerator):
    """A double that never makes the same picture twice."""

    def generate(self, request: GenerateRequest, inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
        self.loads += 1
        for picture in super().generate(request, inputs, context):
            yield (picture * (0.5 + 0.1 * (self.loads % 5))).astype("float32")


Setup = Callable[[type[FakeGenerator]], Services]


@pytest.fixture
def make(tmp_path: Path) -> Setup:
    def services(generator: type[FakeGenerator]) -> Services:
        blend = write_blend(tmp_path / "set.blend")
        found = Services(home=tmp_path / "home", registry=Registry({"fake": generator}), door=AnalyticDoor())
        bench.BenchSettings(blend, "fake", frames=3, long=6, memory_size=Size(96, 54), doubles=DOUBLES).put(found)
        return found

    return services


def by_name(metrics: list[Metric]) -> dict[str, Metric]:
    return {m.name: m for m in metrics}


def test_generate_tells_time_and_the_networks_share(make: Setup) -> None:
    found = by_name(list(bench.measure_generate(make(Network), RecordingContext())))
    assert found["generate.fake.seconds_per_frame"].value > 0
    assert 0 < found["generate.fake.forward_share"].value < 1
    none = by_name(list(bench.measure_generate(make(FakeGenerator), RecordingContext())))
    assert none["generate.fake.forward_share"].value == 0


def test_benches_of_one_run_share_their_passes(make: Setup) -> None:
    services = make(FakeGenerator)
    assert isinstance(services.door, AnalyticDoor)
    with bench.shared(services) as folder:
        bench.measure_generate(services, RecordingContext())
        bench.measure_generate(services, RecordingContext())
        assert folder.exists()
    assert len(services.door.rendered) == 1
    assert not folder.exists()


def test_upsampling_and_coding_are_measured(make: Setup) -> None:
    services = make(FakeGenerator)
    names = set(by_name(list(bench.measure_upsample(services, RecordingContext()))))
    assert {"upsample.seconds_per_frame", "upsample.psnr"} <= names


def test_replay_holds_frames_to_the_bit(make: Setup) -> None:
    found = by_name(list(bench.measure_replay(make(FakeGenerator), RecordingContext())))
    assert found["replay.different_frames"].ok
    assert {"shoot.generate.seconds_per_frame", "shoot.encode.seconds_per_frame"} <= set(found)
    fickle = by_name(list(bench.measure_replay(make(Fickle), RecordingContext())))["replay.different_frames"]
    assert fickle.value == 3
    assert not fickle.ok


def test_memory_compares_a_short_and_a_long_shoot(make: Setup) -> None:
    found = by_name(list(bench.measure_memory(make(FakeGenerator), RecordingContext())))
    short, long = found["memory.shoot_3_frames"], found["memory.shoot_6_frames"]
    assert long.reference == short.value > 10
    difference = abs(long.value / short.value - 1) * 100
    assert found["memory.difference"].value == pytest.approx(difference)
    assert found["memory.difference"].ok == (difference <= 5)


def test_a_probe_that_fails_says_why(make: Setup, tmp_path: Path) -> None:
    services = make(FakeGenerator)
    wrong = DOUBLES | {"fake": "rushes.testing.fake_generator:Missing"}
    bench.BenchSettings(tmp_path / "set.blend", "fake", frames=3, doubles=wrong).put(services)
    with pytest.raises(JobFailed, match="Missing"):
        bench.measure_memory(services, RecordingContext())


def test_a_cancel_ends_the_probe_and_leaves_nothing(
    make: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temp"))
    with pytest.raises(JobCancelled):
        bench.measure_memory(make(FakeGenerator), RecordingContext(cancel_after=2))
    assert not list((tmp_path / "temp").iterdir())


def test_peak_memory_sees_a_big_allocation() -> None:
    before, _ = peak_mb()
    block = bytearray(64 << 20)
    block[:: 1 << 12] = b"x" * len(block[:: 1 << 12])
    size = len(block)
    del block
    assert peak_mb()[0] >= min(before + 32, size / (1 << 20))


def test_the_clock_counts_the_outermost_call_once() -> None:
    class Slow(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            time.sleep(0.02)
            return x

    nested = torch.nn.Sequential(Slow(), torch.nn.Sequential(Slow()))
    with ForwardClock() as clock:
        nested(torch.zeros(1))
        inside = clock.seconds
        time.sleep(0.02)
    nested(torch.zeros(1))
    assert clock.calls == 1
    assert clock.seconds == inside >= 0.04


def test_the_clock_survives_an_error() -> None:
    class Wrong(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise ValueError("no")

    with ForwardClock() as clock:
        with pytest.raises(ValueError, match="no"):
            Wrong()(torch.zeros(1))
        torch.nn.ReLU()(torch.zeros(1))
    assert clock.calls == 2
