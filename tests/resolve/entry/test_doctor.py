"""What the doctor finds on machines of all three platforms, and what it says to do."""

from __future__ import annotations

import json
import os
import plistlib
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

import rushes
from resolve_scripts.install import main
from resolve_scripts.setup.look import Check, Doctor, resolve_in_logs
from resolve_scripts.setup.places import Machine
from resolve_scripts.setup.put import install
from resolve_scripts.store import Store, write_json
from rushes.client.install import FoundEngine

PRODUCT = {
    "linux": ".local/share/DaVinciResolve",
    "darwin": "Library/Application Support/Blackmagic Design/DaVinci Resolve",
    "win32": "AppData/Roaming/Blackmagic Design/DaVinci Resolve",
}


class Ward:
    """A machine and a doctor whose programs answer what a test says."""

    def __init__(self, tmp_path: Path, platform: str = "linux", *, there: bool = True) -> None:
        environment = {"PROGRAMDATA": str(tmp_path / "ProgramData"), "PROGRAMFILES": str(tmp_path / "Programs")}
        self.machine = Machine(platform, tmp_path / "home", environment, tmp_path)
        self.store = Store(tmp_path / "data" / "resolve")
        self.engines: list[FoundEngine] = []
        self.pythons: dict[str, str] = {}
        if there:
            (tmp_path / "home" / PRODUCT[platform]).mkdir(parents=True)

    def ask(self, command: Sequence[str]) -> str:
        if command[0] == "/bin/launchctl":
            return self.pythons.get(command[2], "")
        return self.pythons.get(command[0], "")

    @property
    def all(self) -> list[Check]:
        return Doctor(self.store, self.machine, self.ask, lambda home: self.engines).checks()

    def check(self, name: str) -> Check:
        return next(check for check in self.all if check.name == name)


@pytest.mark.parametrize("platform", sorted(PRODUCT))
def test_a_machine_where_all_is_well(platform: str, tmp_path: Path) -> None:
    ward = Ward(tmp_path, platform)
    install(ward.store, ward.machine, engine_python="/opt/python")
    ward.engines = [FoundEngine("/opt/python", rushes.__version__, "installed")]
    for luts in ward.machine.luts[:1]:
        luts.mkdir(parents=True)
    film = tmp_path / "film"
    film.mkdir()
    (film / "production.json").write_text("{}")
    ward.store.bind("p1", str(film))
    seen = {"when": "today", "resolve": "DaVinci Resolve Studio 21.0.4", "python": "3.12.1", "executable": "/x"}
    write_json(ward.store.seen, seen)
    marks = {check.name: check.mark for check in ward.all}
    assert marks.pop("Python for Resolve") == "note"
    assert set(marks.values()) == {"ok"}
    assert "Studio 21.0.4" in ward.check("DaVinci Resolve").found


def test_a_machine_without_resolve_and_without_us(tmp_path: Path) -> None:
    ward = Ward(tmp_path, there=False)
    marks = {check.name: check.mark for check in ward.all}
    missing = {name for name, mark in marks.items() if mark == "MISSING"}
    assert missing == {"DaVinci Resolve", "Scripts folder", "scripts", "engine"}
    assert all(check.hint for check in ward.all if check.mark == "MISSING")


def test_what_was_broken_since_is_named_and_installing_again_mends_it(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    done = install(ward.store, ward.machine)
    (done.menus[0] / "Stop.py").unlink()
    (done.package / "resolve_scripts" / "desk.py").write_text("changed")
    assert "Stop.py gone" in ward.check("menu").found
    assert "were changed" in ward.check("scripts").found
    install(ward.store, ward.machine)
    assert (ward.check("menu").mark, ward.check("scripts").mark) == ("ok", "ok")


def test_launchers_of_another_install_are_stale_duplicates(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    other = Store(tmp_path / "old data" / "resolve")
    (tmp_path / "opt" / "resolve").mkdir(parents=True)
    old = install(other, ward.machine, folders=[tmp_path / "opt/resolve/Fusion/Scripts"])
    install(ward.store, ward.machine)
    shutil.rmtree(old.package)
    stale = [check for check in ward.all if check.name == "stale entry"]
    assert len(stale) == len(list(old.menus[0].glob("*.py")))
    assert "are gone" in stale[0].found
    assert "Delete" in stale[0].hint


def test_the_newest_log_tells_version_and_edition(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "old.txt").write_text("Running DaVinci Resolve v18.6.4.0006 (Linux/Clang x86_64)\n")
    (logs / "new.log").write_text("x" * 900_000 + "\nDaVinci Resolve Studio 21.0.4.5 started\n" + "y" * 1000)
    os.utime(logs / "old.txt", (time.time() - 100, time.time() - 100))
    assert resolve_in_logs([logs, tmp_path / "none"]) == "DaVinci Resolve Studio 21.0.4.5"
    (logs / "new.log").unlink()
    assert resolve_in_logs([logs]) == "DaVinci Resolve 18.6.4.0006"


def test_the_version_of_a_mac_program_and_what_free_means_from_21_1_on(tmp_path: Path) -> None:
    ward = Ward(tmp_path, "darwin")
    app = tmp_path / "Applications" / "DaVinci Resolve" / "DaVinci Resolve.app" / "Contents"
    app.mkdir(parents=True)
    (app / "Info.plist").write_bytes(plistlib.dumps({"CFBundleShortVersionString": "21.1.0"}))
    check = ward.check("DaVinci Resolve")
    assert "21.1.0" in check.found
    assert "run no Python" in check.hint


@pytest.mark.parametrize(
    ("line", "mark", "word"),
    [
        (
            "free | DaVinci Resolve | 21.1.0.14 | Free DaVinci Resolve runs no Python from 21.1 on.",
            "MISSING",
            "21.1.0.14",
        ),
        ("fine | DaVinci Resolve Studio | 21.0.4.5 | Python works here.", "ok", "Python works"),
    ],
)
def test_the_canarys_words_are_read_from_its_file_or_from_fusions_preferences(
    line: str, mark: str, word: str, tmp_path: Path
) -> None:
    for where in ("file", "prefs"):
        ward = Ward(tmp_path / where)
        if where == "file":
            ward.store.root.mkdir(parents=True)
            (ward.store.root / "canary.txt").write_text(line + "\n")
        else:
            prefs = ward.machine.user.product / "Fusion" / "Profiles" / "Default" / "Fusion.prefs"
            prefs.parent.mkdir(parents=True)
            prefs.write_text(f'{{ Global = {{ Rushes = {{ Canary = "{line}", }}, }}, }}\n')
        check = ward.check("canary")
        assert check.mark == mark
        assert word in check.found


def test_pythons_that_resolve_looks_at(tmp_path: Path) -> None:
    ward = Ward(tmp_path, "darwin")
    (tmp_path / "usr" / "local" / "bin").mkdir(parents=True)
    (tmp_path / "usr" / "local" / "bin" / "python3").touch()
    old = str(tmp_path / "usr/local/bin/python3")
    ward.pythons = {old: "3.8.2"}
    check = ward.check("Python for Resolve")
    assert check.mark == "note"
    assert "3.8.2" in check.found
    assert "python.org" in check.hint
    ward.pythons |= {"PYTHON3HOME": "/opt/py", str(Path("/opt/py/bin/python3")): "3.12.4"}
    assert ward.check("Python for Resolve").mark == "ok"


def test_homebrew_users_hear_of_the_link(tmp_path: Path) -> None:
    assert "/usr/local/bin/python3" in Ward(tmp_path, "darwin").check("Python for Resolve").hint


def test_an_engine_of_another_version_is_told(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    ward.engines = [FoundEngine("/opt/python", "0.0.1", "installed")]
    check = ward.check("engine")
    assert check.mark == "note"
    assert "one version" in check.hint
    ward.engines = [FoundEngine("/opt/python", "", "installed", "Its Python is gone.")]
    assert ward.check("engine").mark == "MISSING"


def test_a_production_that_is_gone_is_told(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    ward.store.bind("p1", str(tmp_path / "moved"))
    check = ward.check("production")
    assert str(tmp_path / "moved") in check.found
    assert "Choose Production" in check.hint


def test_a_lut_folder_for_administrators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ward = Ward(tmp_path)
    luts = tmp_path / "opt" / "resolve" / "LUT"
    luts.mkdir(parents=True)
    monkeypatch.setattr("resolve_scripts.setup.look.os.access", lambda path, mode: Path(path) != luts)
    assert ward.check("LUT folder").mark == "ok", "a folder Rushes in it that is ours is enough"
    monkeypatch.setattr("resolve_scripts.setup.look.os.access", lambda path, mode: False)
    check = ward.check("LUT folder")
    assert check.mark == "note"
    assert "administrator" in check.hint


def test_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ward = Ward(tmp_path, "win32", there=False)
    assert main(["doctor", "--json"], machine=ward.machine, store=ward.store) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert {"name", "mark", "found", "hint"} == set(told["checks"][0])
