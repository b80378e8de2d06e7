"""The queue by itself: order, states, retries, what is on disk."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rushes.client import EngineHome
from rushes.contracts import JobRequest, JobState, JobStatus
from rushes.engine.queue import JobQueue
from rushes.engine.store import JobStore
from rushes.errors import DiskFullError, ProtocolError, SceneError, SystemFault


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    store = JobStore(EngineHome(tmp_path))
    yield store
    store.close()


@pytest.fixture
def queue(store: JobStore) -> JobQueue:
    return JobQueue(store)


def ask(name: str, priority: int = 0, retries: int = 2) -> JobRequest:
    return JobRequest("double.echo", {"name": name}, priority=priority, retries=retries, id=f"job-{name:0>8}")


def on_disk(store: JobStore, job_id: str) -> JobStatus:
    found = store.load(job_id)
    assert found is not None
    return found


def claim(queue: JobQueue) -> JobStatus:
    job = queue.claim()
    assert job is not None
    return job


def test_priority_then_arrival(queue: JobQueue) -> None:
    for name, priority in (("a", 0), ("b", 5), ("c", 0), ("d", 5), ("e", -1)):
        queue.submit(ask(name, priority))
    order = [claim(queue).request.params["name"] for _ in range(5)]
    assert order == ["b", "d", "a", "c", "e"]
    assert queue.claim() is None


def test_positions_follow_the_queue(queue: JobQueue) -> None:
    queue.submit(ask("a"))
    b = queue.submit(ask("b"))
    assert b.position == 2
    claim(queue)
    moved = queue.get(b.id)
    assert moved.position == 1
    assert moved.sequence > b.sequence, "a poll must see that the place changed"


def test_submitting_twice_is_one_job_and_another_request_is_refused(queue: JobQueue) -> None:
    first = queue.submit(ask("a"))
    again = queue.submit(ask("a"))
    assert again.id == first.id
    assert again.created == first.created
    assert len(queue.list(active=True, limit=10)) == 1
    with pytest.raises(ProtocolError) as caught:
        queue.submit(JobRequest("double.echo", {"name": "other"}, id=first.id))
    assert caught.value.code == "job.exists"


def test_a_finished_job_is_not_queued_again_by_a_late_retry_of_the_client(queue: JobQueue) -> None:
    queue.submit(ask("a"))
    queue.done(claim(queue).id, {"x": 1})
    assert queue.submit(ask("a")).state is JobState.DONE
    assert queue.claim() is None


def test_every_state_is_on_disk(queue: JobQueue, store: JobStore) -> None:
    job = queue.submit(ask("a"))
    assert on_disk(store, job.id).state is JobState.QUEUED
    claim(queue)
    assert on_disk(store, job.id).state is JobState.RUNNING
    assert on_disk(store, job.id).attempt == 1
    queue.note(job.id, "512×288 instead of 500×281")
    queue.note(job.id, "512×288 instead of 500×281")
    queue.done(job.id, {"take": "t1"})
    end = on_disk(store, job.id)
    assert (end.state, end.result, end.progress) == (JobState.DONE, {"take": "t1"}, 1.0)
    assert end.notes == ("512×288 instead of 500×281",)
    assert end.ended is not None


def test_progress_never_goes_back_and_names_its_stage(queue: JobQueue) -> None:
    job = queue.submit(ask("a"))
    claim(queue)
    queue.progress(job.id, 0.5, "generate", "frame 12")
    queue.progress(job.id, 0.4, "upsample", "")
    status = queue.get(job.id)
    assert (status.progress, status.stage) == (0.5, "upsample")
    queue.progress(job.id, 7.0, "encode", "")
    assert queue.get(job.id).progress == 1.0


def test_a_failure_carries_its_reason(queue: JobQueue) -> None:
    job = queue.submit(ask("a"))
    claim(queue)
    queue.failed(job.id, SceneError("No camera.", code="scene.no_camera", hint="Add one."))
    status = queue.get(job.id)
    assert status.state is JobState.FAILED
    assert status.error is not None
    assert status.error["code"] == "scene.no_camera"


def test_a_lost_worker_is_retried_in_its_old_place_then_failed_with_the_reason(queue: JobQueue) -> None:
    job = queue.submit(ask("a", retries=1))
    queue.submit(ask("b"))
    claim(queue)
    queue.lost(job.id, "its worker was ended by SIGKILL")
    assert queue.get(job.id).state is JobState.QUEUED
    assert claim(queue).id == job.id
    assert queue.get(job.id).attempt == 2
    queue.lost(job.id, "its worker was ended by SIGKILL")
    status = queue.get(job.id)
    assert status.state is JobState.FAILED
    assert status.error is not None
    assert status.error["kind"] == "WorkerLost"
    assert "SIGKILL" in status.error["message"]
    assert claim(queue).request.params["name"] == "b", "the other job lives on"


def test_a_queued_job_is_cancelled_at_once_and_a_running_one_is_asked(queue: JobQueue) -> None:
    asked: list[str] = []
    queue.on_cancel = asked.append
    a, b = queue.submit(ask("a")), queue.submit(ask("b"))
    claim(queue)
    assert queue.cancel(b.id).state is JobState.CANCELLED
    assert asked == []
    running = queue.cancel(a.id)
    assert (running.state, running.cancel_requested, asked) == (JobState.RUNNING, True, [a.id])
    queue.lost(a.id, "it did not stop and was ended")
    assert queue.get(a.id).state is JobState.CANCELLED, "a cancelled job is not tried again"
    assert queue.cancel(a.id).state is JobState.CANCELLED


def test_a_job_that_ended_before_its_cancel_stays_done(queue: JobQueue) -> None:
    job = queue.submit(ask("a"))
    queue.done(claim(queue).id, {})
    assert queue.cancel(job.id).state is JobState.DONE


def test_the_next_engine_takes_up_what_the_killed_one_left(tmp_path: Path, store: JobStore, queue: JobQueue) -> None:
    for name, retries in (("queued", 2), ("running", 2), ("last", 0), ("stop", 2), ("done", 2)):
        queue.submit(ask(name, retries=retries, priority=-1 if name == "queued" else 0))
    for _ in range(4):
        claim(queue)
    queue.cancel("job-0000stop")
    queue.done("job-0000done", {"x": 1})
    other = JobStore(EngineHome(tmp_path))  # the queue above is "killed": nothing was closed
    heir = JobQueue(other)
    heir.recover()
    states = {s.request.params["name"]: s for s in heir.list(active=False, limit=10)}
    assert states["queued"].state is JobState.QUEUED
    assert states["running"].state is JobState.QUEUED
    assert states["running"].attempt == 1
    assert states["last"].state is JobState.FAILED
    assert "engine" in str((states["last"].error or {})["message"])
    assert states["stop"].state is JobState.CANCELLED
    assert (states["done"].state, states["done"].result) == (JobState.DONE, {"x": 1})
    assert claim(heir).request.params["name"] == "running"
    assert heir.submit(ask("new")).created > states["done"].created
    other.close()


def test_an_orderly_stop_does_not_use_up_a_try(queue: JobQueue) -> None:
    job = queue.submit(ask("a", retries=0))
    claim(queue)
    queue.release(job.id)
    status = queue.get(job.id)
    assert (status.state, status.attempt) == (JobState.QUEUED, 0)


def test_a_full_disk_refuses_a_new_job_and_forgets_no_running_one(
    store: JobStore, queue: JobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = queue.submit(ask("a"))
    claim(queue)

    def full(status: JobStatus, *, durable: bool = True) -> None:
        raise DiskFullError("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(store, "save", full)
        with pytest.raises(DiskFullError):
            queue.submit(ask("b"))
        queue.done(job.id, {"take": "t1"})
        assert queue.get(job.id).state is JobState.DONE, "memory stays right"
    assert on_disk(store, job.id).state is JobState.RUNNING
    queue.flush()
    assert on_disk(store, job.id).result == {"take": "t1"}
    with pytest.raises(ProtocolError):
        queue.get("job-0000000b")


def test_a_disk_that_went_away_is_told_when_submitting(store: JobStore, queue: JobQueue, tmp_path: Path) -> None:
    jobs = tmp_path / "engine" / "jobs"
    jobs.rename(tmp_path / "unplugged")
    with pytest.raises(SystemFault) as caught:
        queue.submit(ask("a"))
    assert caught.value.code == "engine.disk"
    (tmp_path / "unplugged").rename(jobs)
    assert queue.submit(ask("a")).state is JobState.QUEUED


def test_waiting_jobs_say_why_nothing_goes_on(queue: JobQueue) -> None:
    job = queue.submit(ask("a"))
    queue.trouble("No worker can start.")
    assert queue.get(job.id).message == "No worker can start."


def test_a_long_poll_wakes_on_change_and_gives_up_in_time(queue: JobQueue) -> None:
    async def story() -> None:
        job = queue.submit(ask("a"))
        same = await queue.news(job.id, job.sequence, wait=0.01)
        assert same.sequence == job.sequence
        waiting = asyncio.create_task(queue.news(job.id, job.sequence, wait=30.0))
        await asyncio.sleep(0)
        claim(queue)
        assert (await waiting).state is JobState.RUNNING
        # What a client saw from a former engine may be ahead of what was written: it must not wait for that.
        assert (await queue.news(job.id, 10_000, wait=30.0)).state is JobState.RUNNING

    asyncio.run(story())


def test_a_slow_listener_gets_the_newest_of_each_job(queue: JobQueue) -> None:
    async def story() -> None:
        job = queue.submit(ask("a"))
        subscription = queue.subscribe()
        assert [s.id for s in await subscription.take()] == [job.id]
        claim(queue)
        for step in range(100):
            queue.progress(job.id, step / 100, "sleep", "")
        news = await subscription.take()
        assert [s.progress for s in news] == [0.99]
        queue.unsubscribe(subscription)
        queue.done(job.id, {})

    asyncio.run(story())


@pytest.mark.parametrize("name", ["../../etc/x", "..", "job 00001", "JOB-00001", "short", "a/b-000000", "x" * 65, ""])
def test_a_job_id_is_never_a_path(queue: JobQueue, name: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        queue.submit(JobRequest("double.echo", {}, id=name))
    assert caught.value.code == "job.id"
    with pytest.raises(ProtocolError):
        queue.get(name)


def test_job_json_is_replaced_whole(store: JobStore, queue: JobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    job = queue.submit(ask("a"))

    def torn(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rushes.engine.store.os.replace", torn)
    claim(queue)
    text = (store.folder(job.id) / "job.json").read_text("utf-8")
    assert json.loads(text)["state"] == "queued"
