"""Launchers: any Python 3 reads them, and what they say when something is not as it should be."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import rushes
from resolve_scripts.actions.base import Action, Outcome
from resolve_scripts.actions.registry import Entry, Variant
from resolve_scripts.setup.launchers import canary, file_name, help_pages, launcher, read_launcher

NAMES = [
    "plain",
    "Zoë's films",
    "with \"quotes\" and 'more'",
    "映画 \N{CLAPPER BOARD}",
    "$HOME %APPDATA% {x}",
    "n" * 200,
]


def entry(label: str = "Pull Selects", id: str = "pull_selects") -> Entry:
    return Entry(Action(id, label, "Pulls.", lambda session, desk, options: Outcome("")))


@pytest.mark.parametrize("name", NAMES)
def test_a_launcher_is_ascii_and_keeps_any_path(name: str, tmp_path: Path) -> None:
    root = tmp_path / name
    text = launcher(entry(), root, tmp_path, "9.9")
    assert text.isascii()
    assert "__file__" not in text.replace('"__file__"', "")
    assert read_launcher(text) == ("9.9", "pull_selects", root)
    ast.parse(text, feature_version=(3, 7))


def test_no_launcher_is_read_from_a_foreign_script() -> None:
    assert read_launcher("ROOT = 'x'\nACTION = 'y'\n") is None
    assert read_launcher("# Made by Rushes\nROOT = b'\n") is None


def test_the_file_name_is_what_the_menu_says_and_legal_everywhere() -> None:
    assert file_name(entry()) == "Pull Selects.py"
    assert file_name(entry("Notes: takes/markers?")) == "Notes- takes-markers-.py"
    assert file_name(Entry(entry().action, Variant("send_up", "Send - Upscale", {}))) == "Send - Upscale.py"


def test_an_id_that_could_break_out_of_the_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be the id"):
        launcher(entry(id='x"; import os'), tmp_path, tmp_path, "1")


def run(text: str, tmp_path: Path, prelude: str = "") -> str:
    script = tmp_path / "launcher.py"
    script.write_text(prelude + text, "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(script)],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        env={"PATH": ""},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "nothing is raised into Resolve"
    return done.stdout


def test_a_package_that_is_gone_asks_for_a_new_install(tmp_path: Path) -> None:
    said = run(launcher(entry(), tmp_path / "gone", tmp_path, "1"), tmp_path)
    assert "no longer in" in said
    assert "rushes resolve install" in said


def test_a_damaged_package_says_so(tmp_path: Path) -> None:
    (tmp_path / "bad" / "resolve_scripts" / "menu").mkdir(parents=True)
    (tmp_path / "bad" / "resolve_scripts" / "menu" / "__init__.py").write_text("def main(:\n")
    assert "is damaged" in run(launcher(entry(), tmp_path / "bad", tmp_path, "1"), tmp_path)


def test_an_old_python_hears_a_sentence(tmp_path: Path) -> None:
    old = "import sys\nsys.version_info = (3, 8, 10)\n"
    said = run(launcher(entry(), tmp_path, tmp_path, "1"), tmp_path, old)
    assert "Python 3.8.10" in said
    assert "3.10 to 3.14" in said


def test_a_package_of_another_version_that_is_loaded_already_is_put_aside(tmp_path: Path) -> None:
    root = tmp_path / "new"
    for name in ("resolve_scripts", "resolve_scripts/menu"):
        (root / name).mkdir(parents=True, exist_ok=True)
        (root / name / "__init__.py").write_text("")
    (root / "resolve_scripts/menu/__init__.py").write_text("def main(*a): print('new', a[0], a[2])\n")
    loaded = "import sys, types\nold = types.ModuleType('resolve_scripts')\nold.__file__ = '/old/x.py'\n"
    loaded += "sys.modules['resolve_scripts'] = old\n"
    assert run(launcher(entry(), root, tmp_path, "1.2"), tmp_path, loaded).strip() == "new pull_selects 1.2"


def test_canary_strings_hold_any_path(tmp_path: Path) -> None:
    text = canary(tmp_path / 'Zoë\'s "films" \\n', tmp_path / "pages", rushes.__version__)
    assert text.isascii()
    home = re.search(r'local HOME = "(.*)"', text)
    assert home is not None
    assert "\\195\\171" in home[1]
    assert "\\034" in home[1]
    assert set(help_pages()) == {"fine.html", "free.html", "python.html"}


class Muted:
    """DOUBLE of the Lua that free Resolve 21.1 gives menu scripts, after published measurements."""

    GONE = ("io", "os", "require", "package", "debug")

    def __init__(self, version: str, product: str, *, muted: bool, seen: bool) -> None:
        lupa = pytest.importorskip("lupa")
        self.lua = lupa.LuaRuntime(unpack_returned_tuples=True)
        self.opened: list[str] = []
        self.prefs: dict[str, str] = {}
        new = self.lua.eval(
            "function(product, version, seen, open, prefs) "
            "resolve = {GetProductName = function() return product end} "
            "function resolve.GetVersionString() return version end "
            "bmd = {openurl = open, fileexists = function(p) return seen end} "
            "fusion = {SetPrefs = function(self, k, v) prefs(k, v) end, SavePrefs = function() end} end"
        )
        new(product, version, seen, self.opened.append, self.prefs.__setitem__)
        if muted:
            for name in self.GONE:
                self.lua.globals()[name] = None
            self.lua.execute("print = function() end")

    def run(self, text: str) -> str:
        return str(self.lua.execute(text))


@pytest.mark.parametrize(
    ("version", "product", "seen", "verdict"),
    [
        ("21.1.0.14", "DaVinci Resolve", False, "free"),
        ("21.1.0.14", "DaVinci Resolve Studio", False, "python"),
        ("21.0.4.5", "DaVinci Resolve", False, "python"),
        ("21.0.4.5", "DaVinci Resolve", True, "fine"),
        ("22.0.0.1", "DaVinci Resolve", True, "free"),
    ],
)
def test_the_canary_tells_the_three_apart(version: str, product: str, seen: bool, verdict: str, tmp_path: Path) -> None:
    lua = Muted(version, product, muted=True, seen=seen)
    line = lua.run(canary(tmp_path, tmp_path / "pages", "1"))
    assert line.startswith(f"{verdict} | {product} | {version} | ")
    assert lua.opened == [(tmp_path / "pages" / f"{verdict}.html").as_uri()]
    assert lua.prefs == {"Global.Rushes.Canary": line}, "where no file may be written"


def test_the_canary_writes_a_file_where_it_may(tmp_path: Path) -> None:
    lua = Muted("21.0.4.5", "DaVinci Resolve", muted=False, seen=False)
    line = lua.run(canary(tmp_path, tmp_path / "pages", "1"))
    assert (tmp_path / "canary.txt").read_text().strip() == line
    assert lua.prefs == {}
