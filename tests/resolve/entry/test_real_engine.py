"""From the menu to the engine and back: an installed launcher, a real engine process, a take in a bin of the double."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

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


class Menu:
    """The installed entries, started as Resolve does: their text, with its own names, without `__file__`."""

    def __init__(self, home: Path, tmp_path: Path, sim: Simulator) -> None:
        self.store = Store(home / "resolve")
        self.done = install(self.store, Machine("linux", tmp_path, {}, tmp_path), folders=[tmp_path / "Scripts"])
        self.sim = sim

    def start(self, name: str) -> None:
        """Run one entry with the installed files, not those of the checkout."""
        ours = ("rushes", "resolve_scripts")
        modules = {key: one for key, one in sys.modules.items() if key.split(".")[0] in ours}
        path = list(sys.path)
        try:
            for key in modules:
                del sys.modules[key]
            text = (self.done.menus[0] / name).read_text("utf-8")
            exec(compile(text, name, "exec"), self.sim.globals())
            assert str(self.done.package) in str(sys.modules["resolve_scripts"].__file__)
        finally:
            for key in [key for key in sys.modules if key.split(".")[0] in ours]:
                del sys.modules[key]
            sys.modules.update(modules)
            sys.path[:] = path
            for logger in map(logging.getLogger, ("rushes.resolve", "resolve_scripts")):
                for handler in list(logger.handlers):
                    logger.removeHandler(handler)
                    handler.close()


def test_a_take_goes_from_the_menu_to_a_bin_to_the_timeline_and_comes_back_treated(
    tmp_path: Path, home: Path, film: Production, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sim = Simulator("21.0.4-studio", tmp_path / "sim")
    sim.new_project("24", "Film", (96, 54))
    menu = Menu(home, tmp_path, sim)
    menu.store.bind(sim.project.uid, str(film.root))
    monkeypatch.setenv("RUSHES_ENGINE_PYTHON", sys.executable)

    menu.start("Pull Selects.py")
    clips = [clip.name for folder in sim.project.root.walk() for clip in folder.clips]
    assert any("010_T01_a1b2c3" in name for name in clips), capsys.readouterr().out

    menu.start("Build Timeline.py")
    timeline = sim.project.timeline
    assert timeline is not None, capsys.readouterr().out
    (item,) = timeline.items("video")
    span = (item.start, item.end)

    sim.playhead(2)
    menu.start("Send - Denoise.py")
    said = capsys.readouterr().out
    assert "Sent" in said or "sent" in said, said
    engine = connect(home)
    for job in engine.jobs(active=True):
        engine.wait(job.id, timeout=60)
    menu.start("Bring Back.py")
    said = capsys.readouterr().out
    assert item.takes, said
    assert item.media is not None
    assert "denoise" in item.media.path, said
    assert (item.start, item.end) == span
    assert sim.app.misuse == []
    menu.start("Self-Check.py")
    assert "all as expected" in capsys.readouterr().out
    assert (menu.store.root / "log.txt").stat().st_size > 0
    uninstall(menu.store)
