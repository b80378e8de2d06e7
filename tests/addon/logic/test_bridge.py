"""The bridge: commands and news from its threads, against a double of the client."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from typing import Any

import pytest

from addon.inside.doubles import FakeClient, no_engine, picture
from blender_addon.logic.bridge import Answer, Bridge, EngineNews, Event
from blender_addon.logic.known import Known, Pending
from blender_addon.logic.watch import JobNews, ProductionNews, Wish
from rushes.contracts import JobRequest, JobState
from rushes.errors import EngineUnreachable, ProductionError

ROOT = "/films/one"


@pytest.fixture
def client() -> FakeClient:
    made = FakeClient()
    made.add_production(ROOT)
    return made


@pytest.fixture
def bridge(client: FakeClient) -> Generator[Bridge, None, None]:
    made = Bridge(lambda: client)  # pyright: ignore[reportArgumentType]
    yield made
    assert made.close(5.0)


def until(bridge: Bridge, fits: Callable[[Event], bool]) -> Event:
    """The first event that fits; others are dropped."""
    end = time.monotonic() + 10.0
    while time.monotonic() < end:
        event = bridge.take()
        if event is None:
            time.sleep(0.005)
        elif fits(event):
            return event
    raise AssertionError("it never came")


def settle(bridge: Bridge, known: Known, fits: Callable[[], bool]) -> None:
    """Take events in until something is known."""
    end = time.monotonic() + 10.0
    while not fits():
        assert time.monotonic() < end, "it never came to be known"
        event = bridge.take()
        if event is None:
            time.sleep(0.005)
        else:
            known.take_in(event)


def shoot(client: FakeClient, job: str, shot: str = "010", root: str = ROOT) -> None:
    client.submit(JobRequest("shoot", {"production": root, "shot": shot, "take_id": f"t-{job}", "seed": 1}, id=job))


def test_nothing_runs_before_something_is_asked(bridge: Bridge, client: FakeClient) -> None:
    before = threading.active_count()
    assert not bridge.started
    assert threading.active_count() == before
    assert client.calls == []


def test_an_answer_is_given_on_the_thread_that_takes_it(bridge: Bridge) -> None:
    worked: list[str] = []
    told: list[str] = []

    def work(client: Any) -> int:
        worked.append(threading.current_thread().name)
        return 7

    bridge.call(work, lambda value: told.append(f"{value} {threading.current_thread().name}"))
    known = Known()
    settle(bridge, known, lambda: bool(told))
    assert worked == ["rushes-talk"]
    assert told == [f"7 {threading.main_thread().name}"]


def test_commands_keep_their_order_and_a_slow_one_holds_up_nothing_else(bridge: Bridge) -> None:
    done: list[str] = []
    gate = threading.Event()
    bridge.call(lambda _: gate.wait(10), lambda _: done.append("slow"), lane="slow")
    for name in "abc":
        bridge.call(lambda _, name=name: name, done.append)
    known = Known()
    settle(bridge, known, lambda: len(done) == 3)
    assert done == ["a", "b", "c"]
    gate.set()
    settle(bridge, known, lambda: "slow" in done)


def test_an_error_goes_to_its_handler_else_to_the_artist(bridge: Bridge) -> None:
    heard: list[str] = []
    error = ProductionError("The folder is gone.", code="production.missing", hint="Choose another.")

    def broken(_: Any) -> None:
        raise error

    bridge.call(broken, failed=lambda e: heard.append(e.code))
    bridge.call(broken)
    known = Known()
    settle(bridge, known, lambda: bool(heard) and bool(known.messages))
    assert heard == ["production.missing"]
    assert (known.messages[0].text, known.messages[0].hint, known.messages[0].level) == (
        "The folder is gone.",
        "Choose another.",
        "ERROR",
    )


def test_a_bug_in_the_background_is_told_and_the_thread_lives_on(bridge: Bridge) -> None:
    bridge.call(lambda _: 1 / 0)
    event = until(bridge, lambda e: isinstance(e, Answer))
    assert isinstance(event, Answer)
    assert event.error is not None
    assert event.error.code == "addon.bug"
    bridge.call(lambda _: "still there")
    event = until(bridge, lambda e: isinstance(e, Answer))
    assert isinstance(event, Answer)
    assert event.value == "still there"


def test_a_missing_engine_is_said_once_not_with_every_look(client: FakeClient) -> None:
    bridge = Bridge(no_engine)
    bridge.start()
    news: list[EngineNews] = []
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        event = bridge.take()
        if isinstance(event, EngineNews):
            news.append(event)
        bridge.watch.wake()
        time.sleep(0.01)
    assert bridge.close(5.0)
    assert news[-1].state == "missing"
    assert [n.state for n in news].count("missing") == 1


def test_an_engine_that_dies_is_lost_and_found_again(bridge: Bridge, client: FakeClient) -> None:
    bridge.watch.want(Wish(ROOT))
    bridge.start()
    until(bridge, lambda e: isinstance(e, EngineNews) and e.state == "running")
    client.trouble = EngineUnreachable("The engine does not answer.")
    bridge.watch.wake()
    until(bridge, lambda e: isinstance(e, EngineNews) and e.state == "lost")
    client.trouble = None
    bridge.watch.wake()
    until(bridge, lambda e: isinstance(e, EngineNews) and e.state == "running")


def test_news_nobody_takes_does_not_pile_up(bridge: Bridge, client: FakeClient) -> None:
    """A render of an hour: of each job only the newest word waits; answers all wait."""
    shoot(client, "a")
    bridge.watch.want(Wish(ROOT))
    bridge.start()
    for step in range(20):
        client.move("a", progress=step / 20)
        calls = client.calls.count("jobs")
        bridge.watch.wake()
        while client.calls.count("jobs") == calls:
            time.sleep(0.002)
    bridge.close()
    events: list[Event] = []
    while (event := bridge.take()) is not None:
        events.append(event)
    jobs = [e.job.progress for e in events if isinstance(e, JobNews)]
    assert len(jobs) == 1
    assert jobs[0] >= 18 / 20


def test_a_job_is_followed_to_its_end_and_its_picture_shown(bridge: Bridge, client: FakeClient) -> None:
    known = Known()
    ends: list[tuple[str, str]] = []
    known.on_done.append(lambda job, pending: ends.append((job.id, pending.shot if pending else "")))
    known.pending["a"] = Pending("a", "Scene", "010", "key")
    shoot(client, "a")
    bridge.watch.want(Wish(ROOT, ("010",)))
    bridge.start()
    settle(bridge, known, lambda: "a" in known.jobs)
    client.move("a", preview="preview.png", progress=0.5)
    bridge.watch.wake()
    settle(bridge, known, lambda: "a" in known.previews)
    assert known.previews["a"] == picture()
    client.finish("a")
    bridge.watch.wake()
    settle(bridge, known, lambda: bool(ends) and bool(known.takes))
    assert ends == [("a", "010")]
    assert known.jobs["a"].state is JobState.DONE
    assert [t.id for t in known.takes] == ["t-a"]
    assert known.pending == {}


def test_jobs_that_ended_before_blender_opened_are_shown_but_not_done_again(bridge: Bridge, client: FakeClient) -> None:
    shoot(client, "old")
    client.finish("old")
    shoot(client, "running")
    client.move("running")
    known = Known()
    ends: list[str] = []
    known.on_done.append(lambda job, pending: ends.append(job.id))
    bridge.watch.want(Wish(ROOT))
    bridge.start()
    settle(bridge, known, lambda: len(known.jobs) == 2)
    assert [j.id for j in known.shown_jobs()] == ["running", "old"]
    assert ends == []
    client.finish("running")
    bridge.watch.wake()
    settle(bridge, known, lambda: bool(ends))
    assert ends == ["running"]


def test_other_productions_jobs_are_not_ours(bridge: Bridge, client: FakeClient) -> None:
    client.add_production("/films/two", "Other")
    shoot(client, "theirs", root="/films/two")
    shoot(client, "ours")
    known = Known()
    bridge.watch.want(Wish(ROOT))
    bridge.start()
    settle(bridge, known, lambda: "ours" in known.jobs)
    assert "theirs" not in known.jobs


def test_a_production_that_goes_away_is_said_once_and_comes_back(bridge: Bridge, client: FakeClient) -> None:
    bridge.watch.want(Wish(ROOT))
    bridge.start()
    known = Known()
    settle(bridge, known, lambda: known.production is not None)
    info = client.productions.pop(ROOT)
    bridge.watch.wake()
    settle(bridge, known, lambda: known.production_error is not None)
    for _ in range(3):
        bridge.watch.wake()
        time.sleep(0.02)
    assert not any(isinstance(e, ProductionNews) for e in iter(bridge.take, None))
    client.productions[ROOT] = info
    bridge.watch.wake()
    settle(bridge, known, lambda: known.production is not None and known.production_error is None)


def test_an_unchanged_production_is_no_news(bridge: Bridge, client: FakeClient) -> None:
    client.add_take(ROOT, "010")
    bridge.watch.want(Wish(ROOT, ("010",)))
    bridge.start()
    known = Known()
    settle(bridge, known, lambda: len(known.takes) == 1)
    asked = client.calls.count("takes")
    looks = client.calls.count("production")
    while client.calls.count("production") < looks + 3:
        bridge.watch.wake()
        time.sleep(0.005)
    assert client.calls.count("takes") == asked
    client.add_take(ROOT, "010")  # another Blender on the same production
    bridge.watch.wake()
    settle(bridge, known, lambda: len(known.takes) == 2)
    assert known.production is not None
    assert known.production.shots[0].count == 2


def test_the_same_message_again_is_counted() -> None:
    known = Known()
    known.tell("A", "do this")
    known.tell("B")
    known.tell("A", "do this")
    assert [(m.text, m.count) for m in known.messages] == [("A", 2), ("B", 1)]


def test_a_job_that_was_taken_up_again_is_said(bridge: Bridge, client: FakeClient) -> None:
    known = Known()
    shoot(client, "a")
    client.move("a", attempt=1, seconds_left=60.0)
    bridge.watch.want(Wish(ROOT))
    bridge.start()
    settle(bridge, known, lambda: "a" in known.jobs)
    client.move("a", attempt=2)
    bridge.watch.wake()
    settle(bridge, known, lambda: bool(known.messages))
    assert "started again" in known.messages[0].text


def test_time_left_does_not_jump(bridge: Bridge, client: FakeClient) -> None:
    known = Known()
    shoot(client, "a")
    client.move("a", seconds_left=60.0)
    bridge.watch.want(Wish(ROOT))
    bridge.start()
    settle(bridge, known, lambda: known.seconds_left("a") is not None)
    client.move("a", seconds_left=600.0)
    bridge.watch.wake()
    settle(bridge, known, lambda: known.jobs["a"].seconds_left == 600.0)
    left = known.seconds_left("a")
    assert left is not None
    assert 60.0 < left < 180.0


def test_another_production_and_back_shows_everything_again(bridge: Bridge, client: FakeClient) -> None:
    client.add_take(ROOT, "010")
    known = Known()
    bridge.watch.want(Wish(ROOT, ("010",)))
    bridge.start()
    settle(bridge, known, lambda: bool(known.takes))
    bridge.watch.want(Wish())
    known.forget_production()
    bridge.watch.want(Wish(ROOT, ("010",)))
    settle(bridge, known, lambda: bool(known.takes))
