"""The desk over a fake engine: productions, jobs, cancels, an engine that is not there."""

from __future__ import annotations

import itertools
import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import rushes
from resolve_scripts.desk import EngineDesk, engine_python, find_client
from resolve_scripts.store import Store, read_json, write_json
from rushes.client import Client
from rushes.contracts import EngineInfo, JobRequest, JobState, JobStatus
from rushes.errors import (
    DependencyError,
    EngineError,
    InputError,
    JobCancelled,
    ProductionError,
    ProtocolError,
    SceneError,
)
from rushes.testing.transport import FakeTransport

Answer = Callable[[str, str, Any], Any]


def job(sequence: int, state: JobState = JobState.RUNNING, **more: Any) -> JobStatus:
    return JobStatus("20261121-160000-0000abcd", JobRequest("editorial", {}), state, 1.0, sequence=sequence, **more)


def desk_of(answer: Answer, tmp_path: Path, **more: Any) -> tuple[EngineDesk, FakeTransport]:
    info = EngineInfo(rushes.__version__, 1, 1, str(tmp_path), 0.0)
    transport = FakeTransport(lambda m, p, d: info if p == "/info" else answer(m, p, d))
    desk = EngineDesk("project-1", store=Store(tmp_path / "resolve"), client=lambda: Client(transport), **more)
    return desk, transport


def production(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "production.json").write_text("{}")
    return folder


def nothing(method: str, path: str, data: Any) -> Any:
    raise AssertionError(f"nobody asked for {path}")


def test_a_project_without_a_production_says_how_to_choose_one(tmp_path: Path) -> None:
    desk, _ = desk_of(nothing, tmp_path)
    with pytest.raises(InputError, match="does not know yet") as told:
        _ = desk.production
    assert told.value.code == "resolve.no_production"
    assert "Choose Production" in told.value.hint


def test_a_project_keeps_its_production_and_a_default_binds_once(tmp_path: Path) -> None:
    film, other = production(tmp_path / "film ä"), production(tmp_path / "other")
    desk, _ = desk_of(nothing, tmp_path)
    desk.store.set_default(str(film))
    assert desk.production == str(film)
    desk.store.set_default(str(other))
    assert desk.production == str(film), "what was bound stays when the default changes"
    assert desk.store.settings().projects == {"project-1": str(film)}


def test_a_production_that_was_moved_is_told_with_its_place(tmp_path: Path) -> None:
    film = production(tmp_path / "film")
    desk, _ = desk_of(nothing, tmp_path)
    desk.store.bind("project-1", str(film))
    film.rename(tmp_path / "elsewhere")
    with pytest.raises(ProductionError, match="no longer at") as told:
        _ = desk.production
    assert str(film) in told.value.message
    assert told.value.code == "resolve.production_moved"


def test_notes_of_a_project_have_a_folder_of_their_own(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.notes("../../x").parent == tmp_path / "projects"
    assert store.notes("a") != store.notes("b")


def test_torn_settings_count_as_none_and_writing_is_one_step(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.settings_file.write_text('{"projects": {"a": "/x"')
    assert store.settings().projects == {}
    threads = [threading.Thread(target=store.bind, args=(f"p{i}", f"/film{i}")) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.settings().projects) == 8, "no writer loses another one's project"
    assert (tmp_path / "settings.unreadable.json").read_text() == '{"projects": {"a": "/x"'
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_a_job_is_followed_to_its_result(tmp_path: Path) -> None:
    steps = iter(
        [job(1, progress=0.2, message="Half way"), job(2, progress=0.6), job(3, JobState.DONE, result={"x": 1})]
    )
    heard: list[tuple[float, str]] = []

    def answer(method: str, path: str, data: Any) -> Any:
        return job(0, JobState.QUEUED, position=2) if method == "POST" else next(steps)

    desk, transport = desk_of(answer, tmp_path, report=lambda f, t: heard.append((f, t)))
    assert desk.run("editorial", {"production": "/film"}) == {"x": 1}
    assert transport.calls[1][2]["kind"] == "editorial"
    assert heard[-1][0] in (0.0, 0.6)


def test_the_engines_own_error_comes_through(tmp_path: Path) -> None:
    error = SceneError("There is no camera.", hint="Add one.").to_dict()
    desk, _ = desk_of(lambda m, p, d: job(1, JobState.FAILED, error=error), tmp_path)
    with pytest.raises(SceneError, match="no camera"):
        desk.run("editorial", {})


def test_a_cancel_reaches_the_job_and_ends_the_wait(tmp_path: Path) -> None:
    asked: list[str] = []
    cancelled = JobCancelled("Stopped.").to_dict()

    def answer(method: str, path: str, data: Any) -> Any:
        asked.append(path)
        gone = any("cancel" in p for p in asked)
        return job(len(asked), JobState.CANCELLED if gone else JobState.RUNNING, error=cancelled if gone else None)

    count = itertools.count()
    desk, _ = desk_of(answer, tmp_path, stop=lambda: next(count) > 0)
    with pytest.raises(JobCancelled):
        desk.run("editorial", {})
    assert [p for p in asked if p.endswith("/cancel")]


def test_an_engine_that_does_not_move_is_left_after_a_while(tmp_path: Path) -> None:
    desk, _ = desk_of(lambda m, p, d: job(7), tmp_path, silence=0.2)
    with pytest.raises(EngineError, match="not moved on") as told:
        desk.run("editorial", {})
    assert told.value.code == "engine.busy"
    assert told.value.details["job"] == "20261121-160000-0000abcd"


def test_without_an_engine_the_words_say_where_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rushes.client.install_found.checkout_python", lambda: None)
    monkeypatch.delenv("RUSHES_ENGINE_PYTHON", raising=False)
    with pytest.raises(DependencyError, match="not installed") as told:
        find_client(tmp_path)
    assert "Blender" in told.value.hint
    assert told.value.code == "engine.missing"


def test_the_python_that_installed_the_menu_runs_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never Resolve's own, which lacks everything the engine needs."""
    monkeypatch.setattr("rushes.client.install_found.checkout_python", lambda: None)
    monkeypatch.delenv("RUSHES_ENGINE_PYTHON", raising=False)
    write_json(Store(tmp_path / "resolve").installed, {"engine_python": sys.executable})
    assert engine_python(tmp_path) == sys.executable
    assert json.loads((tmp_path / "resolve" / "installed.json").read_text()) == read_json(
        tmp_path / "resolve" / "installed.json"
    )


def test_an_engine_that_does_not_know_the_job_is_too_old(tmp_path: Path) -> None:
    def answer(method: str, path: str, data: Any) -> Any:
        raise ProtocolError("There is no job called 'clip'.", code="job.kind")

    desk, _ = desk_of(answer, tmp_path)
    with pytest.raises(EngineError, match="another version") as told:
        desk.run("clip", {})
    assert told.value.code == "engine.version"
