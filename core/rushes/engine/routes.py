"""What the engine answers. Thin: each route decodes, asks the queue, encodes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from pydantic import BeforeValidator
from sse_starlette import EventSourceResponse, ServerSentEvent

from rushes.contracts import EngineInfo, JobRequest, JobStatus, decode, encode
from rushes.engine.state import Engine
from rushes.engine.store import PREVIEW
from rushes.errors import EngineUnreachable

__all__ = ["router"]

router = APIRouter()

LONGEST_WAIT = 30.0
"""Longest wait of one long poll, seconds."""
LONGEST_HOLD = 3600.0
"""Seconds; a client that needs longer asks again, so that one that died holds nobody for long."""


def _job_request(data: Any) -> JobRequest:
    return decode(JobRequest, data)


JobBody = Annotated[JobRequest, BeforeValidator(_job_request), Body()]
"""The contract itself is the check; pydantic only carries it and writes the schema."""


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


def _answer(value: Any, status: int = 200) -> JSONResponse:
    return JSONResponse(encode(value), status_code=status)


@router.get("/info", response_model=EngineInfo)
async def info(request: Request) -> Response:
    """Version, process, workers, generators known so far."""
    return _answer(_engine(request).info())


@router.get("/generators")
async def generators(request: Request) -> Response:
    """Descriptors, as a worker gave them. Waits for the first worker to be up, a minute at most."""
    pool = _engine(request).pool
    try:
        await asyncio.wait_for(pool.described.wait(), timeout=60.0)
    except asyncio.TimeoutError as exc:
        raise EngineUnreachable(
            "No worker has started yet.",
            code="engine.no_worker",
            hint="See engine/logs/worker-0.log in Rushes' folder.",
        ) from exc
    return JSONResponse(pool.descriptors)


@router.get("/workers")
async def workers(request: Request) -> Response:
    """Worker processes: index, device, pid, job."""
    return JSONResponse(_engine(request).pool.view())


@router.post("/jobs", status_code=201, response_model=JobStatus)
async def submit(request: Request, job: JobBody) -> Response:
    """Queue a job."""
    return _answer(_engine(request).submit(job), 201)


@router.get("/jobs", response_model=list[JobStatus])
async def jobs(request: Request, active: bool = False, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> Response:
    """Jobs, newest first."""
    return _answer(_engine(request).queue.list(active=active, limit=limit))


@router.get("/jobs/{job_id}", response_model=JobStatus)
async def job(
    request: Request,
    job_id: str,
    after: int | None = None,
    wait: Annotated[float, Query(ge=0.0, le=LONGEST_WAIT)] = 0.0,
) -> Response:
    """One job; with `after` and `wait`, as soon as its sequence is another one (long poll)."""
    engine = _engine(request)
    if after is None:
        return _answer(engine.queue.get(job_id))
    return _answer(await engine.until_stop(engine.queue.news(job_id, after, wait), engine.queue.get, job_id))


@router.post("/jobs/{job_id}/cancel", response_model=JobStatus)
async def cancel(request: Request, job_id: str) -> Response:
    """Ask this job, and no other, to stop."""
    return _answer(_engine(request).queue.cancel(job_id))


@router.get("/jobs/{job_id}/preview", response_class=FileResponse)
async def preview(request: Request, job_id: str) -> Response:
    """The newest preview as PNG; 204 while there is none."""
    engine = _engine(request)
    status = engine.queue.get(job_id)
    if status.preview is None:
        return Response(status_code=204)
    picture = engine.store.folder(job_id) / PREVIEW
    return FileResponse(picture, media_type="image/png", headers={"Cache-Control": "no-store"})


@router.post("/tickets")
async def ticket(request: Request) -> Response:
    """A single-use ticket for GET /events?ticket=, for pages (an EventSource sends no header)."""
    return JSONResponse({"ticket": _engine(request).tickets.issue()})


@router.get("/events", response_class=EventSourceResponse)
async def events(request: Request) -> Response:
    """Every change of every job as server-sent events `job`; the live jobs come first, as they are."""
    return EventSourceResponse(_stream(_engine(request)), ping=15)


async def _stream(engine: Engine) -> AsyncIterator[ServerSentEvent]:
    subscription = engine.queue.subscribe()
    try:
        while not engine.stopping.is_set():
            news: list[JobStatus] = await engine.until_stop(subscription.take(), list)
            for status in news:
                yield ServerSentEvent(event="job", id=f"{status.id}:{status.sequence}", data=json.dumps(encode(status)))
    finally:
        engine.queue.unsubscribe(subscription)


@router.post("/hold", response_model=EngineInfo)
async def hold(request: Request, seconds: Annotated[float, Body(embed=True, gt=0.0, le=LONGEST_HOLD)]) -> Response:
    """Start no job for `seconds`; idle workers give their memory back."""
    engine = _engine(request)
    engine.hold(seconds)
    return _answer(engine.info())


@router.post("/release", response_model=EngineInfo)
async def release(request: Request) -> Response:
    """End a hold."""
    engine = _engine(request)
    engine.queue.let_go()
    return _answer(engine.info())


@router.post("/shutdown", status_code=202)
async def shutdown(request: Request) -> Response:
    """Stop the engine; running jobs go back into the queue for its next start."""
    _engine(request).stop()
    return JSONResponse({"stopping": True}, status_code=202)
