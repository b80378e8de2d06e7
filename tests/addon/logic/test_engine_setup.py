"""Setting up the engine, as the preferences follow it. The installer and the engine's files are doubles."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import rushes
from blender_addon.logic import engine_setup
from blender_addon.logic.engine_setup import (
    EngineSetup,
    Survey,
    bundled_wheel,
    devices_trouble,
    older,
    program_version,
)
from rushes.client.install import FoundEngine, InstallState
from rushes.errors import EngineError, EngineUnreachable


class InstallerDouble:
    """Moves only when a test says so."""

    def __init__(self) -> None:
        self.state = InstallState()
        self.calls: list[str] = []

    def start(self) -> None:
        self.calls.append("start")
        self.state = InstallState("check", 0.0, "Checking this machine", running=True)

    def repair(self) -> None:
        self.calls.append("repair")
        self.start()

    def cancel(self) -> None:
        self.calls.append("cancel")

    def move(self, **fields: object) -> None:
        self.state = dataclasses.replace(self.state, **fields)  # pyright: ignore[reportArgumentType]


@pytest.fixture
def installer() -> InstallerDouble:
    return InstallerDouble()


@pytest.fixture
def asked() -> list[Path | None]:
    """Folders of wheels that installers were made with."""
    return []


@pytest.fixture
def setup(tmp_path: Path, installer: InstallerDouble, asked: list[Path | None]) -> EngineSetup:
    def make(wheelhouse: Path | None) -> InstallerDouble:
        asked.append(wheelhouse)
        return installer

    return EngineSetup(tmp_path / "Rushes ü", tmp_path / "rushes.whl", make)


def _until(done: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


def _looked(setup: EngineSetup, blender: str = "") -> Survey:
    before = setup.survey
    setup.look(blender)
    _until(lambda: setup.survey is not before)
    assert setup.survey is not None
    return setup.survey


def test_nothing_runs_before_the_button_is_pressed(setup: EngineSetup, asked: list[Path | None]) -> None:
    assert setup.step() == set()
    assert setup.state is None
    assert not asked


def test_each_change_is_told_once_and_the_end_once(setup: EngineSetup, installer: InstallerDouble) -> None:
    setup.begin()
    assert setup.installing
    assert setup.step() == {"changed"}
    assert setup.step() == set()
    installer.move(stage="packages", fraction=0.5)
    assert setup.step() == {"changed"}
    installer.move(stage="done", running=False, done=True, fraction=1.0)
    assert setup.step() == {"changed", "ready"}
    assert "ready" not in setup.step()
    assert not setup.installing


def test_a_second_press_while_it_runs_does_nothing(setup: EngineSetup, asked: list[Path | None]) -> None:
    setup.begin(Path("/wheels"))
    setup.begin()
    assert asked == [Path("/wheels")]


def test_repair_builds_anew(setup: EngineSetup, installer: InstallerDouble) -> None:
    setup.begin(fresh=True)
    assert installer.calls == ["repair", "start"]


def test_cancel_reaches_the_installer_and_its_end_is_no_success(setup: EngineSetup, installer: InstallerDouble) -> None:
    setup.begin()
    setup.cancel()
    assert installer.calls[-1] == "cancel"
    installer.move(running=False, error={"code": "install.cancelled", "message": "It was cancelled."})
    assert "ready" not in setup.step()
    assert setup.state is not None
    setup.dismiss()
    assert setup.state is None


def test_a_failure_can_be_tried_again(setup: EngineSetup, installer: InstallerDouble) -> None:
    setup.begin()
    installer.move(running=False, error={"code": "install.offline", "message": "No internet."})
    setup.step()
    setup.begin()
    installer.move(running=False, done=True)
    assert "ready" in setup.step()


def test_sources_without_a_wheel_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        EngineSetup(tmp_path, None).begin()
    assert caught.value.code == "install.no_wheel"
    assert "make setup" in caught.value.hint


def _install(home: Path, version: str) -> Path:
    """An engine as the installer leaves it, with a file of 1000 bytes."""
    folder = home / "engines" / f"{version}-1"
    (folder / "bin").mkdir(parents=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    python.parent.mkdir(exist_ok=True)
    python.write_bytes(b"x" * 1000)
    (folder / "ready.json").write_text(json.dumps({"version": version}))
    (home / "engines" / "current.json").write_text(json.dumps({"folder": folder.name}))
    return folder


def test_looking_finds_what_was_set_up_with_its_size(setup: EngineSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    other = FoundEngine("/opt/python", "9", "named")
    monkeypatch.setattr(engine_setup, "find_engines", lambda _: (other, FoundEngine("/x", "1", "installed")))
    assert _looked(setup).installed is None
    _install(setup.home, rushes.__version__)
    survey = _looked(setup)
    assert survey.installed is not None
    assert survey.installed.version == rushes.__version__
    assert 1000 < survey.size < 2000
    assert not survey.outdated
    assert survey.others == (other,)
    assert "changed" in setup.step()


def test_an_engine_of_another_version_wants_an_update(setup: EngineSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_setup, "find_engines", lambda _: ())
    _install(setup.home, "0.0.1")
    assert _looked(setup).outdated


class _Engine:
    """A double of a running engine that ends when asked."""

    def __init__(self) -> None:
        self.runs = True

    def shutdown(self) -> None:
        self.runs = False


def test_removing_stops_the_engine_first(setup: EngineSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, folder = _Engine(), _install(setup.home, "1")

    def connect(_: Path) -> _Engine:
        if not engine.runs:
            raise EngineUnreachable("None runs.", code="engine.none")
        return engine

    monkeypatch.setattr(engine_setup, "connect", connect)
    setup.remove()
    assert setup.removing
    setup.begin()  # not meanwhile
    _until(lambda: not setup.removing)
    news = setup.step()
    assert "removed" in news
    assert setup.trouble is None
    assert not engine.runs
    assert not folder.exists()
    assert setup.state is None


def test_an_engine_that_will_not_stop_is_told(setup: EngineSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def refuse(_: Path) -> None:
        tries.append(1)
        raise EngineError("The engine is running.", code="install.in_use", hint="Stop it first.")

    def none_runs(_: Path) -> None:
        raise EngineUnreachable("None runs.", code="engine.none")

    monkeypatch.setattr(engine_setup, "remove_engine", refuse)
    monkeypatch.setattr(engine_setup, "connect", none_runs)
    setup.remove()
    _until(lambda: not setup.removing)
    assert "removed" in setup.step()
    assert setup.trouble is not None
    assert setup.trouble.code == "install.in_use"
    assert len(tries) == 3


def test_the_wheel_of_the_extension_is_found(tmp_path: Path) -> None:
    assert bundled_wheel(tmp_path) is None
    (tmp_path / "wheels").mkdir()
    wheel = tmp_path / "wheels" / "rushes-0.1.0-py3-none-any.whl"
    wheel.touch()
    assert bundled_wheel(tmp_path) == wheel


@pytest.mark.skipif(os.name != "posix", reason="the double is a shell script")
def test_the_named_blender_says_its_version(tmp_path: Path) -> None:
    program = tmp_path / "blender"
    program.write_text("#!/bin/sh\necho 'Blender 4.3.2 (hash 32f5fdce0a0a)'\n")
    program.chmod(0o755)
    assert program_version(str(program)) == (4, 3)
    assert program_version(str(tmp_path / "none")) == (0, 0)
    program.write_text("#!/bin/sh\necho something else\n")
    assert program_version(str(program)) == (0, 0)


def test_only_an_older_blender_is_a_worry() -> None:
    assert older((4, 3), (5, 0))
    assert not older((5, 0), (5, 0))
    assert not older((5, 2), (5, 0))
    assert not older((0, 0), (5, 0))  # it does not say


@pytest.mark.parametrize(
    ("text", "well"),
    [("", True), ("0", True), ("0, 1", True), ("0,0", False), ("cuda:0", False), ("0,,1", False), ("all", False)],
)
def test_gpus_are_numbers(text: str, well: bool) -> None:
    assert (devices_trouble(text) == "") == well
