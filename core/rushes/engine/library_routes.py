"""What the engine answers about productions: shots, takes, explorations, pictures.

Most routes are plain functions: the server runs those in threads, so that reading a folder holds up nobody.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BeforeValidator
from starlette.concurrency import run_in_threadpool

from rushes.contracts import ExplorationRow, ProductionState, Rating, Size, TakeRow, decode, encode
from rushes.engine.state import Engine
from rushes.engine.store import PREVIEW
from rushes.errors import ProductionError, RecipeError
from rushes.library.explorations import list_explorations
from rushes.library.files import read_json
from rushes.library.production import Production

__all__ = ["router"]

router = APIRouter()


@dataclass(frozen=True)
class NewProduction:
    """POST /production."""

    root: str
    name: str
    rate: Fraction
    size: Size
    id: str = ""
    """Chosen by the client, so that asking twice makes one."""


@dataclass(frozen=True)
class NewSource:
    """POST /production/sources."""

    root: str
    blend: str


@dataclass(frozen=True)
class TakeChange:
    """POST /production/takes/<id>; None leaves things as they are."""

    root: str
    rating: Rating | None = None
    notes: str | None = None


def _new_production(data: Any) -> NewProduction:
    return decode(NewProduction, data)


def _new_source(data: Any) -> NewSource:
    return decode(NewSource, data)


def _take_change(data: Any) -> TakeChange:
    return decode(TakeChange, data)


CreateBody = Annotated[NewProduction, BeforeValidator(_new_production), Body()]
SourceBody = Annotated[NewSource, BeforeValidator(_new_source), Body()]
ChangeBody = Annotated[TakeChange, BeforeValidator(_take_change), Body()]
Side = Annotated[int, Query(ge=1, le=4096)]


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


def _answer(value: Any, status: int = 200) -> JSONResponse:
    return JSONResponse(encode(value), status_code=status)


@contextmanager
def _opened(root: str) -> Generator[Production, None, None]:
    """The production in `root`. What the file system says against it becomes a ProductionError."""
    if not Path(root).is_absolute():
        raise ProductionError(
            f"{root!r} is not the whole path of a production.", code="production.path", hint="Give the whole path."
        )
    with _told(root):
        yield Production.open(root, clean=False)


@contextmanager
def _told(root: str) -> Generator[None, None, None]:
    try:
        yield
    except OSError as exc:
        raise ProductionError(
            f"The production in {root} cannot be used: {exc.strerror or exc}.",
            code="production.folder",
            hint="Is the drive there, and may you read and write the folder?",
        ) from exc


@router.get("/production", response_model=ProductionState)
def production(root: str, known: str = "") -> Response:
    """The production and its shots; 204 while its revision is still `known`."""
    with _opened(root) as opened:
        state = opened.state(known)
    return Response(status_code=204) if state is None else _answer(state)


@router.post("/production", status_code=201, response_model=ProductionState)
def create(wish: CreateBody) -> Response:
    """Make a production; the one that has the wished id already is given back."""
    with _told(wish.root):
        made = Production.create(wish.root, wish.name, wish.rate, wish.size, id=wish.id)
        return _answer(made.state(), 201)


@router.post("/production/sources", response_model=ProductionState)
def register_source(wish: SourceBody) -> Response:
    """Let jobs read a .blend."""
    with _opened(wish.root) as opened:
        opened.register_source(wish.blend)
        return _answer(opened.state())


@router.get("/production/takes", response_model=list[TakeRow])
def takes(root: str, shot: Annotated[list[str] | None, Query()] = None) -> Response:
    """Takes of the shots, oldest first; of all shots when none is named."""
    with _opened(root) as opened:
        return _answer(opened.rows(shot or ()))


@router.post("/production/takes/{take}", response_model=TakeRow)
def rate(take: str, change: ChangeBody) -> Response:
    """Rating and notes."""
    with _opened(change.root) as opened:
        opened.rate_take(take, change.rating, change.notes)
        return _answer(opened.row(take))


@router.post("/production/takes/{take}/trash")
def trash(take: str, change: ChangeBody) -> Response:
    """Put a take aside. One that is in the trash already stays there."""
    with _opened(change.root) as opened:
        if opened.find_take(take) is not None or not opened.in_trash(take):
            opened.trash(take)
    return JSONResponse({"take": take})


@router.post("/production/takes/{take}/restore", response_model=TakeRow)
def restore(take: str, change: ChangeBody) -> Response:
    """Bring a take back. One that is back already is given as it is."""
    with _opened(change.root) as opened:
        if opened.in_trash(take) or opened.find_take(take) is None:
            opened.restore(take)
        return _answer(opened.row(take))


@router.get("/production/takes/{take}/recipe")
def recipe(root: str, take: str) -> Response:
    """The take's recipe as it is on disk."""
    with _opened(root) as opened:
        found = opened.find_take(take)
        path = opened.take_folder(take) / (found.files.recipe if found is not None else "recipe.json")
        try:
            return JSONResponse(read_json(path, "The recipe"))
        except (FileNotFoundError, ProductionError) as exc:
            raise RecipeError(
                f"The recipe of take {take} is gone or damaged.",
                code="recipe.unreadable",
                hint="Bring recipe.json back from a backup; without it the take cannot be made again.",
            ) from exc


@router.get("/production/explorations", response_model=list[ExplorationRow])
def explorations(root: str, shot: str) -> Response:
    """The shot's explorations, oldest first."""
    with _opened(root) as opened:
        return _answer(list_explorations(opened, shot))


@router.get("/production/picture")
def picture(request: Request, root: str, file: str, side: Side) -> Response:
    """A picture inside the production, scaled to fit; 204 when the file is gone."""
    with _opened(root) as opened:
        path = opened.inside(file)
        return _pixels(_engine(request).pictures.get(path, side))


@router.get("/jobs/{job_id}/picture")
async def job_picture(request: Request, job_id: str, side: Side) -> Response:
    """A job's newest preview, scaled to fit; 204 while there is none."""
    engine = _engine(request)
    if engine.queue.get(job_id).preview is None:
        return Response(status_code=204)
    return _pixels(await run_in_threadpool(engine.pictures.get, engine.store.folder(job_id) / PREVIEW, side))


def _pixels(packed: bytes | None) -> Response:
    if packed is None:
        return Response(status_code=204)
    return Response(packed, media_type="application/octet-stream", headers={"Cache-Control": "no-store"})
