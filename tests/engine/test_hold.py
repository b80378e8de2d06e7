"""A hold: nothing starts, what runs goes on, idle workers give back what they hold, and it ends by itself."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rushes.client import Client, EngineHome
from rushes.contracts import JobRequest, JobState
from rushes.engine.queue import JobQueue
from rushes.engine.store import JobStore
from rushes.errors import ProtocolError
from rushes.generators.registry import Registry
from rushes.jobs.registry import Services
from rushes.testing.engine import running_engine
from rushes.testing.fake_generator import FakeGenerator

Story = Callable[[JobQueue], Awaitable[None]]


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Story], None]:
    """Runs a story about a queue inside an event loop."""

    async def run(story: Story) -> None:
        store = JobStore(EngineHome(tmp_path))
        await story(JobQueue(store))
        store.close()

    return lambda story: asyncio.run(run(story))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with running_engine(tmp_path_factory.mktemp("held"), "--workers", "1") as client:
        yield client


def ask(name: str) -> JobRequest:
    return JobRequest("double.echo", {}, id=f"job-{name:0>8}")


def test_nothing_starts_while_held_and_all_says_so(play: Callable[[Story], None]) -> None:
    async def story(queue: JobQueue) -> None:
        first = queue.submit(ask("1"))
        queue.hold(60)
        second = queue.submit(ask("2"))
        assert queue.claim() is None
        assert not queue.work.is_set()
        assert all("free again" in queue.get(job.id).message for job in (first, second))
        assert 59 < queue.held <= 60
        queue.let_go()
        assert queue.held == 0
        assert queue.work.is_set()
        assert queue.get(second.id).message == ""
        claimed = queue.claim()
        assert claimed is not None
        assert claimed.id == first.id

    play(story)


def test_it_ends_by_itself_and_is_never_shortened(play: Callable[[Story], None]) -> None:
    async def story(queue: JobQueue) -> None:
        queue.submit(ask("1"))
        queue.hold(60)
        queue.hold(0.01)
        assert queue.held > 50
        queue.let_go()
        queue.claim()
        queue.submit(ask("2"))
        queue.hold(0.01)
        assert queue.claim() is None
        await asyncio.wait_for(queue.work.wait(), 10)
        assert queue.claim() is not None

    play(story)


def test_a_queued_job_can_be_cancelled_meanwhile(play: Callable[[Story], None]) -> None:
    async def story(queue: JobQueue) -> None:
        job = queue.submit(ask("1"))
        queue.hold(60)
        assert queue.cancel(job.id).state is JobState.CANCELLED

    play(story)


def test_services_let_go_of_weights_and_of_the_cards_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = FakeGenerator()
    services = Services(tmp_path, registry=Registry({generator.descriptor.id: lambda: generator}))
    services.generators.get(generator.descriptor.id).load()
    services.cache["warm"] = 1
    emptied: list[int] = []
    cuda = SimpleNamespace(is_available=lambda: True, empty_cache=lambda: emptied.append(1))
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))  # a double of torch
    services.rest()
    assert services.cache == {}
    generator.load()
    assert generator.loads == 2, "the weights were let go"
    assert emptied == [1]


def test_without_torch_there_is_nothing_to_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    Services(tmp_path).rest()
    assert "torch" not in sys.modules


def test_a_real_worker_rests_and_goes_on(engine: Client) -> None:
    assert [engine.run("double.echo", {})["count"] for _ in range(2)] == [1, 2]
    assert engine.hold(300).held > 200
    waiting = engine.submit(JobRequest("double.echo", {}))
    assert engine.status(waiting.id).state is JobState.QUEUED
    assert engine.info().held > 0
    assert engine.release().held == 0
    result: Any = engine.wait(waiting.id, timeout=30).result
    assert result["count"] == 1, "what the worker kept warm is gone"


def test_what_runs_goes_on_and_rests_when_it_has_ended(engine: Client) -> None:
    before = engine.run("double.echo", {})["count"]
    running = engine.submit(JobRequest("double.sleep", {"seconds": 1.0}))
    while engine.status(running.id).state is JobState.QUEUED:
        time.sleep(0.01)
    engine.hold(300)
    assert engine.wait(running.id, timeout=30).state is JobState.DONE
    engine.release()
    assert before >= 1
    assert engine.run("double.echo", {})["count"] == 1


@pytest.mark.parametrize("seconds", [0, -1, 4000])
def test_a_hold_has_a_sensible_length(engine: Client, seconds: float) -> None:
    with pytest.raises(ProtocolError):
        engine.hold(seconds)
    assert engine.info().held == 0
