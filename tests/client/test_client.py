"""The client over a fake transport: retries, restarts, errors, long polls."""

import dataclasses
import threading
from typing import Any

import pytest

from rushes.client import Client, new_job_id, result_of
from rushes.contracts import EngineInfo, JobRequest, JobState, JobStatus, encode
from rushes.engine.store import check_job_id
from rushes.errors import AuthError, EngineError, EngineUnreachable, ProtocolError, SceneError
from rushes.testing.transport import FakeTransport


def status(sequence: int, state: JobState = JobState.RUNNING, **more: Any) -> JobStatus:
    request = JobRequest("double.echo", {}, id="job-00000001")
    return JobStatus("job-00000001", request, state, created=1.0, sequence=sequence, **more)


class Broken:
    """DOUBLE: an engine that is gone."""

    def __init__(self, error: type[EngineError] = EngineUnreachable) -> None:
        self.error = error
        self.calls = 0

    def request(self, method: str, path: str, body: bytes | None = None, *, timeout: float = 10.0) -> Any:
        self.calls += 1
        raise self.error("gone")


def test_a_job_is_named_before_it_is_sent_so_that_sending_twice_is_one_job() -> None:
    sent: list[str] = []

    def engine(method: str, path: str, data: Any) -> Any:
        sent.append(data["id"])
        if len(sent) == 1:
            raise EngineUnreachable("the answer was lost")
        return status(1, JobState.QUEUED)

    transport = FakeTransport(engine, raises=(EngineUnreachable,))
    again = FakeTransport(engine)
    client = Client(transport, reconnect=lambda: again, sleep=lambda seconds: None)
    client.submit(JobRequest("double.echo", {}))
    assert len(sent) == 2
    assert sent[0] == sent[1] == check_job_id(sent[0])


def test_waiting_survives_a_restart_and_hears_every_change_once() -> None:
    before = iter([status(3), status(900, progress=0.5)])

    def old(method: str, path: str, data: Any) -> Any:
        found = next(before, None)
        if found is None:
            raise EngineUnreachable("killed")
        return found

    # What the new engine knows is older than what was last seen: its numbers are behind.
    after = iter([status(5, attempt=2), status(6, JobState.DONE, result={"x": 1})])
    new = FakeTransport(lambda method, path, data: next(after))
    finds = iter([EngineUnreachable("not yet"), EngineUnreachable("not yet"), new])
    naps: list[float] = []

    def reconnect() -> Any:
        found = next(finds)
        if isinstance(found, Exception):
            raise found
        return found

    client = Client(FakeTransport(old, raises=(EngineUnreachable,)), reconnect=reconnect, sleep=naps.append)
    seen: list[int] = []
    end = client.wait("job-00000001", lambda s: seen.append(s.sequence))
    assert end.state is JobState.DONE
    assert seen == [3, 900, 5, 6]
    assert len(naps) == 3
    assert naps == sorted(naps), "it backs off"
    assert new.calls[0][1].startswith("/jobs/job-00000001?after=900&wait=")


def test_without_a_way_to_reconnect_the_caller_is_told() -> None:
    broken = Broken()
    with pytest.raises(EngineUnreachable):
        Client(broken).info()
    assert broken.calls == 1


def test_patience_ends() -> None:
    client = Client(Broken(), reconnect=Broken, patience=0.0, sleep=lambda seconds: None)
    with pytest.raises(EngineUnreachable):
        client.info()


def test_a_wrong_token_is_tried_again_once_or_twice_only() -> None:
    made: list[Broken] = []

    def reconnect() -> Broken:
        made.append(Broken(AuthError))
        return made[-1]

    with pytest.raises(AuthError):
        Client(Broken(AuthError), reconnect=reconnect, sleep=lambda seconds: None).info()
    assert 1 <= len(made) <= 3


def test_errors_of_the_engine_keep_their_class_code_and_hint() -> None:
    def engine(method: str, path: str, data: Any) -> Any:
        raise SceneError("No camera.", code="scene.no_camera", hint="Add one.")

    with pytest.raises(SceneError) as caught:
        Client(FakeTransport(engine)).submit(JobRequest("passes", {}))
    assert (caught.value.code, caught.value.hint) == ("scene.no_camera", "Add one.")


def test_a_job_that_takes_too_long_goes_on_and_the_caller_is_told() -> None:
    client = Client(FakeTransport(lambda method, path, data: status(1)))
    with pytest.raises(EngineError) as caught:
        client.wait("job-00000001", timeout=0.05)
    assert caught.value.code == "engine.timeout"


def test_what_the_listener_raises_goes_through() -> None:
    def stop(status: JobStatus) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Client(FakeTransport(lambda method, path, data: status_now())).wait("job-00000001", stop)


def status_now() -> JobStatus:
    return status(1)


def test_result_of_each_end() -> None:
    assert result_of(status(1, JobState.DONE, result={"take": "t1"})) == {"take": "t1"}
    with pytest.raises(SceneError):
        result_of(status(1, JobState.FAILED, error=SceneError("x").to_dict()))
    with pytest.raises(ProtocolError):
        result_of(status(1))


def test_an_answer_that_is_no_contract_is_a_protocol_error() -> None:
    with pytest.raises(ProtocolError):
        Client(FakeTransport(lambda method, path, data: {"surprise": 1})).info()


def test_many_threads_share_a_client_and_one_of_them_reconnects() -> None:
    info = EngineInfo("1", 1, 1, "/x", 1.0)
    made: list[int] = []
    gate = threading.Barrier(8)

    def reconnect() -> FakeTransport:
        made.append(1)
        return FakeTransport(lambda method, path, data: info)

    class Gone:
        def request(self, method: str, path: str, body: bytes | None = None, *, timeout: float = 10.0) -> Any:
            gate.wait()
            raise EngineUnreachable("gone")

    client = Client(Gone(), reconnect=reconnect, sleep=lambda seconds: None)
    answers: list[EngineInfo] = []
    threads = [threading.Thread(target=lambda: answers.append(client.info())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [info] * 8
    assert made == [1]


def test_names_of_jobs_sort_by_age_and_differ() -> None:
    names = [new_job_id() for _ in range(200)]
    assert len(set(names)) == 200
    assert all(check_job_id(name) == name for name in names)


def test_encoding_keeps_the_request() -> None:
    sent: list[Any] = []

    def engine(method: str, path: str, data: Any) -> Any:
        sent.append((method, path, data))
        return status(1)

    request = JobRequest("shoot", {"seed": 7}, priority=3, retries=1, id="job-00000001")
    Client(FakeTransport(engine)).submit(request)
    assert sent == [("POST", "/jobs", encode(dataclasses.replace(request)))]
