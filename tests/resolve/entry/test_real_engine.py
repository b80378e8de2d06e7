"""From the menu to the engine and back: an installed launcher, a real engine process, a take in a bin of the double."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from resolve_scripts.setup.places import Machine
from resolve_scripts.setup.put import install, uninstall
from resolve_scripts.store import Store
from rushes.client import EngineHome, connect
from rushes.client.locks import FileLock
from rushes.contracts import Rating, ShootRequest, Size, encode
from rushes.errors import EngineUnreachable
from rushes.generators.registry import Registry
from rushes.jobs import shoot
from rushes.jobs.registry import Services
from rushes.library.production import Production
from rushes.testing.analytic_door import AnalyticDoor, write_blend
from rushes.testing.contexts import RecordingContext
from rushes.testing.fake_generator import FakeGenerator
from rushes.testing.resolve import Simulator

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="folders of Linux")]


@pytest.fixture
def film(tmp_path: Path) -> Production:
    """A production with one kept take."""
    made = Production.create(tmp_path / "film", "Harbour", Fraction(24), Size(96, 54))
    blend = write_blend(tmp_path / "set.blend")
    made.register_source(blend)
    services = Services(home=tmp_path / "s", registry=Registry({"fake": FakeGenerator}), door=AnalyticDoor())
    request = ShootRequest(str(made.root), str(blend), "010", "261121-101010-xxa1b2c3", 7, "fake")
    shoot.run(encode(request), RecordingContext(), services)
    made.rate_take("261121-101010-xxa1b2c3", Rating.KEPT)
    return made


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Rushes' data folder; its engine is stopped again."""
    folder = tmp_path / "data"
    monkeypatch.setenv("RUSHES_HOME", str(folder))
    monkeypatch.setenv("PATH", "")  # no notices on the desktop of whoever runs this
    yield folder
    try:
        connect(folder).shutdown()
    except EngineUnreachable:
        return
    FileLock(EngineHome(folder).engine_lock).acquire(wait=20)


def start(menu: Path, name: str, given: dict[str, Any]) -> None:
    """As Resolve runs a menu script: its text, with its own names, without `__file__`."""
    exec(compile((menu / name).read_text("utf-8"), name, "exec"), given)


def test_pull_selects_from_the_menu(
    tmp_path: Path, home: Path, film: Production, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(home / "resolve")
    done = install(store, Machine("linux", tmp_path, {}, tmp_path), folders=[tmp_path / "Scripts"])
    sim = Simulator("21.0.4-studio", tmp_path / "sim")
    store.bind(sim.project.uid, str(film.root))
    modules = {name: one for name, one in sys.modules.items() if name.split(".")[0] in ("rushes", "resolve_scripts")}
    path = list(sys.path)
    # The installed package finds the engine that the checkout's environment has.
    monkeypatch.setenv("RUSHES_ENGINE_PYTHON", sys.executable)
    monkeypatch.setenv("RUSHES_HOME", str(home))
    try:
        for name in modules:
            del sys.modules[name]
        start(done.menus[0], "Pull Selects.py", sim.globals())
        assert str(done.package) in str(sys.modules["resolve_scripts"].__file__), "the installed files ran"
    finally:
        for name in [n for n in sys.modules if n.split(".")[0] in ("rushes", "resolve_scripts")]:
            del sys.modules[name]
        sys.modules.update(modules)
        sys.path[:] = path
    said = capsys.readouterr().out
    clips = [clip.name for folder in sim.project.root.walk() for clip in folder.clips]
    assert any("010_T01_a1b2c3" in name for name in clips), said
    assert "Rushes: " in said
    assert sim.app.misuse == []
    assert (store.root / "log.txt").stat().st_size > 0
    assert os.environ["RUSHES_HOME"] == str(home)
    uninstall(store)
