"""The engine is set up, used, tested and removed from the preferences."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import bpy
import pytest

import rushes
from doubles import FakeClient, no_engine
from layout_double import LayoutDouble, draw
from rushes.client.install import FoundEngine, InstallState
from rushes.errors import AuthError

Tick = Callable[..., None]
PACKAGE = "bl_ext.user_default.rushes"


class InstallerDouble:
    """Moves only when a test says so."""

    def __init__(self) -> None:
        self.state = InstallState()
        self.cancelled = False

    def start(self) -> None:
        self.state = InstallState("check", 0.1, "Checking this machine", "uv 0.9", running=True)

    repair = start

    def cancel(self) -> None:
        self.cancelled = True

    def move(self, **fields: Any) -> None:
        self.state = dataclasses.replace(self.state, **fields)


@pytest.fixture
def prefs(addon: Any) -> Generator[Any]:
    """The add-on's preferences as they are at first, whatever other tests tried."""
    found = bpy.context.preferences.addons[PACKAGE].preferences
    names = ("where", "python", "wheelhouse", "address", "token", "blender", "devices")
    for name in names:
        found.property_unset(name)
    yield found
    for name in names:
        found.property_unset(name)


@pytest.fixture
def wheels(prefs: Any, tmp_path: Path) -> Path:
    """A folder of wheels is chosen: then Blender needs no internet."""
    prefs.wheelhouse = str(tmp_path)
    return tmp_path


@pytest.fixture
def setup(part: Callable[[str], Any], tmp_path: Path) -> Generator[Any]:
    """A fresh state of a machine without engines, with a double of the installer as `setup.double`."""
    host, logic = part("host.engine_setup"), part("logic.engine_setup")
    double = InstallerDouble()
    host._setup = logic.EngineSetup(tmp_path / "home", tmp_path / "rushes.whl", lambda _: double)
    host._setup.double = double
    host._setup._survey = logic.Survey()
    yield host._setup
    host.stop()
    host.start()


def shown(part: Callable[[str], Any], prefs: Any) -> LayoutDouble:
    drawn = draw(part("prefs").RushesPreferences, bpy.context, real=prefs)
    assert drawn is not None
    return drawn


def offered(drawn: LayoutDouble) -> list[str]:
    return [a["operator"] for a in drawn.drawn("operator")]


def test_the_extension_brings_its_wheel(part: Callable[[str], Any], addon: Any) -> None:
    found = part("host.engine_setup").setup()
    assert found.wheel is not None
    assert found.wheel.name == f"rushes-{rushes.__version__}-py3-none-any.whl"


def test_without_internet_and_without_wheels_nothing_is_started(
    part: Callable[[str], Any], prefs: Any, setup: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part("host.engine_setup"), "online", lambda: False)
    assert not bpy.ops.rushes.engine_install.poll()
    drawn = shown(part, prefs)
    assert "screen.userpref_show" in offered(drawn)
    monkeypatch.setattr(part("host.engine_setup"), "online", lambda: True)
    assert bpy.ops.rushes.engine_install.poll()
    assert "screen.userpref_show" not in offered(shown(part, prefs))


def test_a_set_up_shows_how_it_goes_and_connects_in_the_end(
    part: Callable[[str], Any],
    prefs: Any,
    wheels: Path,
    setup: Any,
    engine: FakeClient,
    connect_to: Callable[..., Any],
    tick: Tick,
    session: Callable[[], Any],
    tmp_path: Path,
) -> None:
    connect_to(lambda: engine if setup.double.state.done else no_engine())
    prefs.python = "/somewhere/else/python"
    engine.add_production(str(tmp_path))
    bpy.context.scene.rushes.production = str(tmp_path)
    tick(lambda: session().known.engine.state == "missing")
    assert bpy.ops.rushes.engine_install() == {"FINISHED"}
    setup.double.move(fraction=0.4, message="Getting packages", detail="torch, 120 MB left")
    tick()
    drawn = shown(part, prefs)
    assert [round(b["factor"], 2) for b in drawn.drawn("progress")] == [0.4]
    assert "torch, 120 MB left" in drawn.texts
    assert not bpy.ops.rushes.engine_install.poll()
    assert not bpy.ops.rushes.engine_remove.poll()
    setup.double.move(running=False, done=True, fraction=1.0, message="The engine is ready.")
    tick(lambda: session().known.engine.state == "running")
    assert prefs.python == ""
    assert any("ready" in m.text for m in session().known.messages)


def test_a_set_up_that_fails_says_why_and_can_be_put_away(
    part: Callable[[str], Any], prefs: Any, wheels: Path, setup: Any, engine: FakeClient, tick: Tick
) -> None:
    bpy.ops.rushes.engine_install()
    error = {"code": "install.offline", "message": "The index cannot be reached.", "hint": "Choose a folder of wheels."}
    setup.double.move(running=False, error=error)
    tick()
    drawn = shown(part, prefs)
    assert {"The index cannot be reached.", "Choose a folder of wheels."} <= set(drawn.texts)
    assert {"rushes.log_show", "rushes.copy_details", "rushes.engine_install"} <= set(offered(drawn))
    bpy.ops.rushes.engine_install_dismiss()
    assert "The index cannot be reached." not in shown(part, prefs).texts


def test_cancel_reaches_the_installer(prefs: Any, wheels: Path, setup: Any) -> None:
    bpy.ops.rushes.engine_install()
    bpy.ops.rushes.engine_install_cancel()
    assert setup.double.cancelled


def test_disabling_the_add_on_stops_a_set_up(
    part: Callable[[str], Any], prefs: Any, wheels: Path, setup: Any, addon: Any
) -> None:
    bpy.ops.rushes.engine_install()
    part("host.engine_setup").stop()
    assert setup.double.cancelled


@pytest.mark.parametrize(("version", "button"), [(rushes.__version__, "Repair"), ("0.0.1", "Update Engine")])
def test_an_installed_engine_can_be_repaired_updated_and_removed(
    part: Callable[[str], Any], prefs: Any, setup: Any, version: str, button: str
) -> None:
    logic = part("logic.engine_setup")
    setup._survey = logic.Survey(FoundEngine("/e/bin/python", version, "installed"), 5_240_000_000)
    drawn = shown(part, prefs)
    assert f"Engine {version}, 5.2 GB" in drawn.texts
    assert button in drawn.texts
    assert ("Update Engine" in drawn.texts) == (version != rushes.__version__)
    assert "rushes.engine_remove" in offered(drawn)


def test_an_engine_of_somebody_else_can_be_used(part: Callable[[str], Any], prefs: Any, setup: Any) -> None:
    logic = part("logic.engine_setup")
    broken = FoundEngine("/b/python", "", "named", "Rushes is not installed in this Python.")
    setup._survey = logic.Survey(others=(FoundEngine("/c/python", "0.1.0", "checkout"), broken))
    drawn = shown(part, prefs)
    assert "Rushes is not installed in this Python." in drawn.texts
    assert offered(drawn).count("rushes.engine_use") == 2
    bpy.ops.rushes.engine_use(python="/c/python")
    assert prefs.python == "/c/python"
    assert part("logic.engine_choice").chosen().python == "/c/python"
    assert "in use" in shown(part, prefs).texts


def test_removing_pauses_the_bridge_and_tells_when_it_does_not_work(
    part: Callable[[str], Any],
    setup: Any,
    engine: FakeClient,
    tick: Tick,
    session: Callable[[], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    logic, choice = part("logic.engine_setup"), part("logic.engine_choice")
    paused: list[str] = []

    def refuse(_: Path) -> None:
        paused.append(choice._paused)
        raise AuthError("The folder is locked.", hint="Close what uses it.")

    monkeypatch.setattr(logic, "remove_engine", refuse)
    assert bpy.ops.rushes.engine_remove() == {"FINISHED"}
    tick(lambda: paused and not setup.removing)
    tick()
    assert paused == ["The engine is being removed."]
    assert choice._paused == ""
    assert "The folder is locked." in [m.text for m in session().known.messages]


def test_the_engine_is_tested_and_the_answer_shown(
    part: Callable[[str], Any], prefs: Any, setup: Any, engine: FakeClient, tick: Tick
) -> None:
    assert bpy.ops.rushes.engine_test() == {"FINISHED"}
    assert not bpy.ops.rushes.engine_test.poll()
    tick(lambda: not setup.testing)
    assert any("answers. Models: House" in t for t in shown(part, prefs).texts)


def test_a_test_without_an_engine_says_what_is_wrong(
    part: Callable[[str], Any], prefs: Any, setup: Any, engine: FakeClient, connect_to: Any, tick: Tick
) -> None:
    connect_to(no_engine)
    bpy.ops.rushes.engine_test()
    tick(lambda: not setup.testing)
    assert "The engine is not installed." in shown(part, prefs).texts


def test_another_machine_has_an_address_and_a_token_that_is_not_told(
    part: Callable[[str], Any], prefs: Any, setup: Any
) -> None:
    prefs.where, prefs.address, prefs.token = "REMOTE", "127.0.0.1:9", "s3cret"
    drawn = shown(part, prefs)
    asked = [a["property"] for a in drawn.drawn("prop")]
    assert "address" in asked
    assert "python" not in asked
    chosen = part("logic.engine_choice").chosen()
    assert chosen.token == "s3cret"
    assert "s3cret" not in repr(chosen)
    assert "s3cret" not in " ".join(drawn.texts)


@pytest.mark.parametrize(
    ("version", "words"), [((2, 79), "older than this one"), ((0, 0), "does not say"), ((99, 0), "")]
)
def test_a_blender_that_is_too_old_for_passes_is_told(
    part: Callable[[str], Any], prefs: Any, setup: Any, version: tuple[int, int], words: str
) -> None:
    prefs.blender = "/opt/blender"
    setup._survey = part("logic.engine_setup").Survey(blender=version, blender_path="/opt/blender")
    told = " ".join(shown(part, prefs).texts)
    assert [w in told for w in ("older than this one", "does not say")] == [
        words == "older than this one",
        words == "does not say",
    ]


def test_gpus_that_are_none_are_told_and_not_used(part: Callable[[str], Any], prefs: Any, setup: Any) -> None:
    prefs.devices = "first one"
    assert any("numbers with commas" in t for t in shown(part, prefs).texts)
    assert part("logic.engine_choice").chosen().devices == ""
    prefs.devices = "0, 1"
    assert part("logic.engine_choice").chosen().devices == "0,1"
