"""What the engine answers about live looks; and the page, for those who know a session's id."""

from __future__ import annotations

from importlib import resources
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BeforeValidator

from rushes.contracts import LookRequest, LookStatus, LookUpdate, decode, encode
from rushes.engine.looks import stopping
from rushes.engine.state import Engine

__all__ = ["router"]

router = APIRouter()

LONGEST_WAIT = 30.0
"""Longest wait of one long poll, seconds."""


def _look_request(data: Any) -> LookRequest:
    return decode(LookRequest, data)


def _look_update(data: Any) -> LookUpdate:
    return decode(LookUpdate, data)


StartBody = Annotated[LookRequest, BeforeValidator(_look_request), Body()]
UpdateBody = Annotated[LookUpdate, BeforeValidator(_look_update), Body()]
Wait = Annotated[float, Query(ge=0.0, le=LONGEST_WAIT)]


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


def _answer(value: Any, status: int = 200) -> JSONResponse:
    return JSONResponse(encode(value), status_code=status)


@router.post("/looks", status_code=201, response_model=LookStatus)
async def start(request: Request, look: StartBody) -> Response:
    """Start a live look."""
    engine = _engine(request)
    if engine.stopping.is_set():
        raise stopping()
    return _answer(engine.looks.start(look), 201)


@router.get("/looks", response_model=list[LookStatus])
async def looks(request: Request) -> Response:
    """The live looks."""
    return _answer(_engine(request).looks.list())


@router.get("/looks/{look_id}", response_model=LookStatus)
@router.get("/view/{look_id}/status", response_model=LookStatus)
async def status(request: Request, look_id: str, after: int = -1, wait: Wait = 0.0) -> Response:
    """How a look stands; with `after` and `wait`, as soon as its sequence is another one (long poll)."""
    engine = _engine(request)
    session = engine.looks.get(look_id)
    return _answer(await engine.until_stop(session.news(after, wait), lambda: session.status))


@router.post("/looks/{look_id}", response_model=LookStatus)
@router.post("/view/{look_id}", response_model=LookStatus)
async def update(request: Request, look_id: str, change: UpdateBody) -> Response:
    """Change what is looked at. The newest wish wins."""
    return _answer(await _engine(request).looks.get(look_id).update(change))


@router.get("/looks/{look_id}/picture")
@router.get("/view/{look_id}/picture")
async def picture(request: Request, look_id: str, after: int = 0, wait: Wait = 0.0) -> Response:
    """The newest picture as PNG, its number as ETag; 204 when none came with another number than `after`."""
    engine = _engine(request)
    session = engine.looks.get(look_id)
    found = await engine.until_stop(session.picture(after, wait), lambda: None)
    if found is None:
        return Response(status_code=204)
    about, data = found
    headers = {"ETag": f'"{about.number}"', "Cache-Control": "no-store"}
    return Response(data, media_type="image/png", headers=headers)


@router.post("/looks/{look_id}/stop", response_model=LookStatus)
@router.post("/view/{look_id}/stop", response_model=LookStatus)
async def stop(request: Request, look_id: str) -> Response:
    """End a look."""
    session = _engine(request).looks.get(look_id)
    await session.stop()
    return _answer(session.status)


@router.get("/view/{look_id}")
async def page(request: Request, look_id: str) -> Response:
    """A page that shows the look, with its brief and seed."""
    _engine(request).looks.get(look_id)
    text = (resources.files("rushes.web") / "look.html").read_text("utf-8")
    # The page may load and send nothing but its own; its address is a secret that must not leave it.
    headers = {
        "Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
        "img-src blob: 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(text, headers=headers)
