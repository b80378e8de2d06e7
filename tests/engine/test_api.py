"""The routes and the guard, in this process; no worker runs, jobs are moved by hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from rushes.contracts import JobRequest, JobState, JobStatus, Picture, decode, encode
from rushes.engine.app import http_status, make_app
from rushes.engine.settings import Settings
from rushes.engine.state import Engine
from rushes.errors import DiskFullError, ModelError, RushesError, SceneError, from_dict
from rushes.testing.jobs import TINY_PNG

TOKEN = "the-token"
Story = Callable[[httpx.AsyncClient, Engine], Awaitable[None]]


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Story], None]:
    """Runs a story against an engine whose workers were not started."""

    async def run(story: Story) -> None:
        guard, app = make_app(Settings(tmp_path, doubles=True, max_body=2000), TOKEN)
        engine: Engine = app.state.engine
        headers = {"Authorization": f"Bearer {TOKEN}"}
        transport = httpx.ASGITransport(app=guard)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4000", headers=headers) as http:
            await story(http, engine)
        engine.store.close()

    return lambda story: asyncio.run(run(story))


def ask(name: str = "job-00000001", kind: str = "double.echo", **more: Any) -> dict[str, Any]:
    return encode(JobRequest(kind, {}, id=name)) | more


def error(reply: httpx.Response) -> RushesError:
    return from_dict(reply.json()["error"])


def test_a_job_from_its_submitting_to_its_end(play: Callable[[Story], None]) -> None:
    async def story(http: httpx.AsyncClient, engine: Engine) -> None:
        reply = await http.post("/jobs", json=ask())
        assert reply.status_code == 201
        job = decode(JobStatus, reply.json())
        assert (job.state, job.position) == (JobState.QUEUED, 1)
        poll = asyncio.create_task(http.get(f"/jobs/{job.id}?after={job.sequence}&wait=20"))
        await asyncio.sleep(0.02)
        assert not poll.done()
        engine.queue.claim()
        assert (await poll).json()["state"] == "running"
        engine.queue.done(job.id, {"take": "t1"})
        assert (await http.get(f"/jobs/{job.id}")).json()["result"] == {"take": "t1"}
        assert [row["id"] for row in (await http.get("/jobs")).json()] == [job.id]
        assert (await http.get("/jobs?active=true")).json() == []

    play(story)


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer wrong", "Basic the-token", "the-token", "Bearer ünicode"]
)
def test_without_the_token_nothing_is_answered(play: Callable[[Story], None], given: str | None) -> None:
    async def story(http: httpx.AsyncClient, engine: Engine) -> None:
        del http.headers["Authorization"]
        headers = {} if given is None else {b"Authorization": given.encode("utf-8")}
        for method, path in (("GET", "/info"), ("POST", "/jobs"), ("POST", "/shutdown"), ("GET", "/openapi.json")):
            reply = await http.request(method, path, headers=headers)
            assert (reply.status_code, error(reply).code) == (401, "engine.auth")
        assert not engine.stopping.is_set()

    play(story)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:4000",
        "127.0.0.1",
        "127.0.0.1.evil.example:80",
        "localhost.evil.example:4000",
        "127.0.0.1:4000x",
        "",
    ],
)
def test_a_page_under_another_name_is_refused_even_with_the_token(play: Callable[[Story], None], host: str) -> None:
    async def story(http: httpx.AsyncClient, engine: Engine) -> None:
        reply = await http.get("/info", headers={"Host": host})
        assert (reply.status_code, error(reply).code) == (403, "engine.host")
        for own in ("localhost:4000", "127.0.0.1:9000"):  # the second is the near end of a tunnel
            assert (await http.get("/info", headers={"Host": own})).status_code == 200

    play(story)


def test_a_large_body_is_refused_with_and_without_a_length(play: Callable[[Story], None]) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b" " * 500

    async def story(http: httpx.AsyncClient, engine: Engine) -> None:
        reply = await http.post("/jobs", content=b" " * 2001)
        assert (reply.status_code, error(reply).code) == (413, "engine.too_large")
        reply = await http.post("/jobs", content=chunks(), headers={"Content-Type": "application/json"})
        assert (reply.status_code, error(reply).code) == (413, "engine.too_large")

    play(story)


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"{ torn", 400, "body"),
        (b"[]", 400, "JobRequest should be an object"),
        (json.dumps({"kind": "double.echo"}).encode(), 400, "lacks 'params'"),
        (json.dumps(ask(surprise=1)).encode(), 400, "no field 'surprise'"),
        (json.dumps(ask(priority="high")).encode(), 400, "JobRequest.priority should be int"),
        (json.dumps(ask(kind="nonsense")).encode(), 400, "no job called 'nonsense'"),
        (json.dumps(ask(name="../../../etc")).encode(), 400, "not the name of a job"),
        (json.dumps(ask(retries=1000)).encode(), 422, "0 to 10 times"),
    ],
)
def test_a_bad_request_is_told_what_is_wrong(
    play: Callable[[Story], None], body: bytes, status: int, says: str
) -> None:
    async def story(http: httpx.AsyncClient, engine: Engine) -> None:
        reply = await http.post("/jobs", content=body, headers={"Content-Type": "application/json"})
        assert reply.status_code == status
        assert says in error(reply).message
        assert not engine.queue.busy

    play(story)


def test_unknown_jobs_and_paths(play: Callable[[Story], None]) -> None:
    async def story(http: httpx.AsyncClient, engine: Engine) -> None:
        for path, status in (
            ("/jobs/job-00000009", 404),
            ("/jobs/..%2f..%2fetc", 404),
            ("/jobs/JOB", 400),
            ("/nowhere", 404),
            ("/jobs?limit=0", 400),
            ("/jobs/job-00000009?after=x", 400),
        ):
            reply = await http.get(path)
            assert reply.status_code == status, path
            assert error(reply).message

    play(story)


def test_cancel_reaches_that_job_only(play: Callable[[Story], None]) -> None:
    async def story(http: httpx.AsyncClient, engine: Engine) -> None:
        await http.post("/jobs", json=ask("job-00000001"))
        await http.post("/jobs", json=ask("job-00000002"))
        assert (await http.post("/jobs/job-00000001/cancel")).json()["state"] == "cancelled"
        other = (await http.get("/jobs/job-00000002")).json()
        assert (other["state"], other["position"]) == ("queued", 1)

    play(story)


def test_the_preview_is_served(play: Callable[[Story], None]) -> None:
    async def story(http: httpx.AsyncClient, engine: Engine) -> None:
        await http.post("/jobs", json=ask())
        engine.queue.claim()
        for what in ("preview", "picture?side=64"):
            assert (await http.get(f"/jobs/job-00000001/{what}")).status_code == 204
        (engine.store.folder("job-00000001") / "preview.png").write_bytes(TINY_PNG)
        engine.queue.preview("job-00000001", "preview.png")
        reply = await http.get("/jobs/job-00000001/preview")
        assert (reply.headers["content-type"], reply.content) == ("image/png", TINY_PNG)
        small = await http.get("/jobs/job-00000001/picture?side=64")
        assert (Picture.unpacked(small.content).width, Picture.unpacked(small.content).height) == (1, 1)
        (engine.store.folder("job-00000001") / "preview.png").unlink()
        assert (await http.get("/jobs/job-00000001/picture?side=64")).status_code == 204

    play(story)


def test_info_and_an_engine_that_stops_takes_no_job(play: Callable[[Story], None]) -> None:
    async def story(http: httpx.AsyncClient, engine: Engine) -> None:
        info = (await http.get("/info")).json()
        assert info["workers"] == len(engine.pool.view())
        await http.post("/jobs", json=ask())
        poll = asyncio.create_task(http.get("/jobs/job-00000001?after=2&wait=30"))
        await asyncio.sleep(0.02)
        assert (await http.post("/shutdown")).status_code == 202
        assert (await poll).json()["state"] == "queued", "a long poll ends with the engine, not 30 seconds later"
        reply = await http.post("/jobs", json=ask("job-00000002"))
        assert (reply.status_code, error(reply).code) == (503, "engine.unreachable")

    play(story)


def test_the_schema_names_the_contracts(play: Callable[[Story], None]) -> None:
    async def story(http: httpx.AsyncClient, engine: Engine) -> None:
        schema = (await http.get("/openapi.json")).json()
        assert {"JobRequest", "JobStatus", "EngineInfo"} <= set(schema["components"]["schemas"])

    play(story)


def test_a_ticket_is_good_once_and_for_events_only(play: Callable[[Story], None]) -> None:
    async def story(http: httpx.AsyncClient, engine: Engine) -> None:
        ticket = (await http.post("/tickets")).json()["ticket"]
        del http.headers["Authorization"]
        assert (await http.get(f"/info?ticket={ticket}")).status_code == 401
        assert engine.tickets.redeem(ticket)
        assert not engine.tickets.redeem(ticket)
        assert (await http.get(f"/events?ticket={ticket}")).status_code == 401

    play(story)


def test_errors_have_their_http_status() -> None:
    assert http_status(SceneError("x")) == 422
    assert http_status(DiskFullError("x")) == 507
    assert http_status(ModelError("x")) == 500
