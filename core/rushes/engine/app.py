"""The web application: routes, errors as JSON, the guard around it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

import rushes
from rushes.engine.guard import Guard
from rushes.engine.library_routes import router as library_router
from rushes.engine.look_routes import router as look_router
from rushes.engine.routes import router
from rushes.engine.settings import Settings
from rushes.engine.state import Engine
from rushes.errors import (
    AuthError,
    DiskFullError,
    EngineUnreachable,
    InputError,
    ProtocolError,
    RushesError,
)

__all__ = ["http_status", "make_app"]

_BY_CODE = {"job.unknown": 404, "look.unknown": 404, "look.ended": 409, "job.exists": 409, "engine.too_large": 413}
_BY_CLASS: tuple[tuple[type[RushesError], int], ...] = (
    (AuthError, 401),
    (EngineUnreachable, 503),
    (ProtocolError, 400),
    (InputError, 422),
    (DiskFullError, 507),
)


def http_status(error: RushesError) -> int:
    """The HTTP status that says the same."""
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    return next((status for kind, status in _BY_CLASS if isinstance(error, kind)), 500)


def make_app(settings: Settings, token: str) -> tuple[Guard, FastAPI]:
    """The guarded application, and the one inside it (its `state.engine` is there once it has started)."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncGenerator[None, None]:
        engine: Engine = app.state.engine
        await engine.start()
        yield
        await engine.close()

    # No docs pages: they load scripts from the network.
    app = FastAPI(title="Rushes engine", version=rushes.__version__, docs_url=None, redoc_url=None, lifespan=life)
    engine = Engine(settings)
    app.state.engine = engine
    app.include_router(router)
    app.include_router(look_router)
    app.include_router(library_router)
    app.add_exception_handler(RushesError, _rushes_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    guard = Guard(app, token=token, max_body=settings.max_body, tickets=engine.tickets, views=engine.looks.knows)
    engine.last_seen = lambda: guard.last_seen
    return guard, app


def _reply(error: RushesError, status: int) -> JSONResponse:
    return JSONResponse({"error": error.to_dict()}, status_code=status)


async def _rushes_error(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, RushesError)
    return _reply(exc, http_status(exc))


async def _invalid(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, RequestValidationError)
    first = exc.errors()[0]
    where = ".".join(str(part) for part in first.get("loc", ()))
    return _reply(ProtocolError(f"{where}: {first.get('msg', 'not valid')}", code="engine.request"), 400)


async def _http_error(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, HTTPException)
    code = "engine.too_large" if exc.status_code == 413 else "engine.path"
    return _reply(ProtocolError(f"{request.method} {request.url.path}: {exc.detail}", code=code), exc.status_code)
