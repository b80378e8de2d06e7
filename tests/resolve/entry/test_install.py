"""Installing from the zip into homes of the three platforms, and taking it out again."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import rushes
from resolve_scripts.install import main
from resolve_scripts.setup.launchers import read_launcher
from resolve_scripts.setup.places import Machine
from resolve_scripts.setup.put import install, uninstall
from resolve_scripts.store import Store, read_json, write_json
from rushes.errors import InputError, ResolveError

PRODUCT = {
    "linux": ".local/share/DaVinciResolve",
    "darwin": "Library/Application Support/Blackmagic Design/DaVinci Resolve",
    "win32": "AppData/Roaming/Blackmagic Design/DaVinci Resolve",
}
SCRIPTS = {
    "linux": ".local/share/DaVinciResolve/Fusion/Scripts",
    "darwin": "Library/Application Support/Blackmagic Design/DaVinci Resolve/Fusion/Scripts",
    "win32": "AppData/Roaming/Blackmagic Design/DaVinci Resolve/Support/Fusion/Scripts",
}


def machine(platform: str, folder: Path, *, there: bool = True) -> Machine:
    """A machine whose Resolve has been started once by this user."""
    home = folder / 'Zoë\'s "home"'
    environment = {"PROGRAMDATA": str(folder / "ProgramData"), "PROGRAMFILES": str(folder / "Program Files")}
    if platform == "win32":
        environment["APPDATA"] = str(home / "AppData" / "Roaming")
    if there:
        (home / PRODUCT[platform]).mkdir(parents=True)
    return Machine(platform, home, environment, folder)


def tree(folder: Path) -> dict[str, bytes | None]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else None
        for p in sorted(folder.rglob("*"))
        if "__pycache__" not in p.parts
    }


@pytest.fixture(params=sorted(PRODUCT))
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_menu_lands_where_resolve_looks_and_goes_without_a_trace(platform: str, tmp_path: Path) -> None:
    on, store = machine(platform, tmp_path), Store(tmp_path / "data" / "resolve")
    before = tree(on.home)
    done = install(store, on)
    menu = on.home / SCRIPTS[platform] / "Utility" / "Rushes"
    assert done.menus == (menu,)
    names = {p.name for p in menu.iterdir()}
    assert "Choose Production.py" in names
    assert (menu.parent / "Rushes - Is Python There.lua").is_file()
    assert not [p for p in menu.iterdir() if p.is_dir()], "a folder in it would be a sub-menu of modules"
    for path in menu.glob("*.py"):
        told = read_launcher(path.read_text("utf-8"))
        assert told is not None
        assert told[2] == store.root / rushes.__version__
    gone = uninstall(store)
    assert gone.kept == []
    assert tree(on.home) == before
    assert not store.installed.exists()
    assert not (store.root / rushes.__version__).exists()


def test_installing_again_changes_nothing_and_repairs_what_is_broken(platform: str, tmp_path: Path) -> None:
    on, store = machine(platform, tmp_path), Store(tmp_path / "data" / "resolve")
    done = install(store, on)
    package = tree(done.package)
    launchers = tree(done.menus[0])
    (done.package / "resolve_scripts" / "desk.py").write_text("broken")
    (done.package / "rushes" / "errors.py").unlink()
    next(done.menus[0].glob("Ch*.py")).unlink()
    assert install(store, on).menus == done.menus
    assert tree(done.package) == package
    assert tree(done.menus[0]) == launchers
    assert not [p for p in store.root.iterdir() if p.name.startswith(".")], "no half-made folder stays"


def test_what_others_put_there_stays(tmp_path: Path) -> None:
    on, store = machine("linux", tmp_path), Store(tmp_path / "resolve")
    other = on.user.scripts / "Utility" / "Other.py"
    other.parent.mkdir(parents=True)
    other.write_text("print('mine')")
    done = install(store, on)
    mine = done.menus[0] / "My Own.py"
    mine.write_text("pass")
    changed = done.menus[0] / "Choose Production.py"
    changed.write_text(changed.read_text() + "# tried something\n")
    gone = uninstall(store)
    assert gone.kept == [changed]
    assert {p.name for p in done.menus[0].iterdir()} == {"My Own.py", "Choose Production.py"}
    assert other.read_text() == "print('mine')"


def test_a_new_version_takes_the_place_of_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on, store = machine("linux", tmp_path), Store(tmp_path / "resolve")
    old = install(store, on, engine_python="/opt/engine/python")
    row = read_json(store.installed)
    retired = old.menus[0] / "Retired.py"
    retired.write_text("gone in the next version")
    row["menus"][0]["files"]["Rushes/Retired.py"] = hashlib.sha256(retired.read_bytes()).hexdigest()
    write_json(store.installed, row)
    monkeypatch.setattr(rushes, "__version__", "9.9.9")
    new = install(store, on)
    assert new.package.name == "9.9.9"
    assert not old.package.exists()
    assert not retired.exists()
    stamps = {found[0] for p in new.menus[0].glob("*.py") if (found := read_launcher(p.read_text("utf-8")))}
    assert stamps == {"9.9.9"}
    assert read_json(store.installed)["engine_python"] == "/opt/engine/python", "the zip's installer knows no engine"
    uninstall(store)
    assert tree(on.user.product) == {}


def test_two_folders_of_an_earlier_install_are_both_brought_up_to_date(tmp_path: Path) -> None:
    on, store = machine("linux", tmp_path), Store(tmp_path / "resolve")
    own = tmp_path / "studio scripts"
    own.mkdir()
    install(store, on, folders=[own])
    again = install(store, on)
    assert set(again.menus) == {on.user.menu, own / "Utility" / "Rushes"}
    uninstall(store)
    assert tree(own) == {}


def test_without_resolve_nothing_is_made(platform: str, tmp_path: Path) -> None:
    on, store = machine(platform, tmp_path, there=False), Store(tmp_path / "resolve")
    with pytest.raises(ResolveError, match="was not found") as told:
        install(store, on)
    assert told.value.code == "resolve.not_found"
    assert "--folder" in told.value.hint
    assert not on.home.exists()


def test_resolve_of_all_users_that_this_user_never_started_counts(tmp_path: Path) -> None:
    on, store = machine("linux", tmp_path, there=False), Store(tmp_path / "resolve")
    (tmp_path / "opt" / "resolve").mkdir(parents=True)
    assert install(store, on).menus == (on.user.menu,)
    everyone = install(store, on, all_users=True)
    assert everyone.menus == (on.user.menu, tmp_path / "opt/resolve/Fusion/Scripts/Utility/Rushes")


def test_both_folders_of_every_app_store_container(tmp_path: Path) -> None:
    on, store = machine("darwin", tmp_path, there=False), Store(tmp_path / "resolve")
    for name in ("com.blackmagic-design.DaVinciResolveLite", "com.blackmagic-design.DaVinciResolveAppStore"):
        (on.home / "Library" / "Containers" / name / "Data").mkdir(parents=True)
    done = install(store, on)
    assert len(done.menus) == 4
    assert "sandbox" in done.notes[0]


def test_a_folder_that_turns_read_only_half_way_keeps_nothing_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on, store = machine("linux", tmp_path), Store(tmp_path / "resolve")
    real, count = os.replace, iter(range(100))

    def denied(source: str | Path, target: str | Path) -> None:
        if "Scripts" in str(target) and next(count) == 2:
            raise PermissionError(13, "Permission denied", str(target))
        real(source, target)

    monkeypatch.setattr("resolve_scripts.setup.put.os.replace", denied)
    with pytest.raises(ResolveError, match="Permission denied"):
        install(store, on)
    assert tree(on.home) == tree(machine("linux", tmp_path / "fresh").home)


def test_a_folder_that_cannot_be_made_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    on, store = machine("linux", tmp_path), Store(tmp_path / "resolve")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ResolveError, match="could be written") as told:
        install(store, on, folders=[tmp_path / "file"])
    assert told.value.code == "resolve.install_denied"
    done = install(store, on, folders=[tmp_path / "file", on.user.scripts])
    assert done.menus == (on.user.menu,)
    assert "could not be written" in done.notes[0]


@pytest.mark.parametrize(("lock", "word"), [("panel", "panel is open"), ("action", "running")])
def test_nothing_changes_under_a_script_that_runs(lock: str, word: str, tmp_path: Path) -> None:
    on, store = machine("linux", tmp_path), Store(tmp_path / "resolve")
    install(store, on)
    before = tree(store.root)
    with store.lock(lock):
        for change in (lambda: install(store, on), lambda: uninstall(store)):
            with pytest.raises(ResolveError, match=word) as told:
                change()
            assert told.value.code == "resolve.in_use"
    assert {name for name in tree(store.root) if not name.endswith(".lock")} == {
        name for name in before if not name.endswith(".lock")
    }


def test_what_a_killed_install_left_is_swept_away(tmp_path: Path) -> None:
    on, store = machine("linux", tmp_path), Store(tmp_path / "resolve")
    (store.root / f".{rushes.__version__}-new" / "rushes").mkdir(parents=True)
    (store.root / ".0.0.1-old").mkdir()
    install(store, on)
    assert not [p for p in store.root.iterdir() if p.name.startswith(".")]


def test_uninstalling_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not installed"):
        uninstall(Store(tmp_path))


def test_a_very_long_home_is_told_not_crashed_on(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["x" * 200] * 20)
    with pytest.raises(ResolveError):
        install(Store(deep), machine("linux", tmp_path))


# From the zip, in processes of its own.


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip that people get, unpacked into a folder with a name of its own."""
    import build_resolve

    folder = tmp_path_factory.mktemp("zip")
    made = build_resolve.build(folder)
    assert made.read_bytes() == build_resolve.build(folder / "again").read_bytes()
    with zipfile.ZipFile(made) as archive:
        names = archive.namelist()
        modes = {e.filename.rsplit("/", 1)[1]: e.external_attr >> 16 & 0o777 for e in archive.infolist()}
        archive.extractall(folder / "unpacked ü")
    assert not [n for n in names if "__pycache__" in n or n.endswith(".pyc") or "testing" in n]
    assert modes["Install on macOS.command"] == 0o755
    return next((folder / "unpacked ü").iterdir())


def all_pythons() -> list[tuple[tuple[int, int], str]]:
    """(version, path) of every Python 3 on this machine, this one first."""
    places = [
        Path(sys.executable),
        *Path("/usr/bin").glob("python3.[0-9]*"),
        *Path("/usr/local/bin").glob("python3.[0-9]*"),
    ]
    places += sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3"))
    places += sorted(Path.home().glob(".local/share/uv/python/cpython-3.*/bin/python3"))
    found: dict[str, tuple[tuple[int, int], str]] = {}
    for path in places:
        real = str(path.resolve())
        if path.name.endswith("config") or real in found:
            continue
        done = subprocess.run(
            [path, "-I", "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, check=False
        )
        if done.returncode == 0:
            major, minor = map(int, done.stdout.split())
            found[real] = ((major, minor), str(path))
    return list(found.values())


PYTHONS = all_pythons()


@pytest.mark.parametrize("python", [path for version, path in PYTHONS if version >= (3, 10)])
def test_the_zip_installs_and_starts_with_any_python(python: str, bundle: Path, tmp_path: Path) -> None:
    home = tmp_path / "home ü"
    (home / PRODUCT["linux"]).mkdir(parents=True)
    env = {"HOME": str(home), "PATH": "", "RUSHES_HOME": str(home / "data")}
    done = subprocess.run(
        [python, "-I", "-S", str(bundle / "install.py")],
        env=env,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    menu = home / SCRIPTS["linux"] / "Utility" / "Rushes"
    every = "import importlib, pkgutil, sys; sys.path.insert(0, sys.argv[1]); import resolve_scripts, rushes\n"
    every += "for p in (resolve_scripts, rushes):\n"
    every += "    for m in pkgutil.walk_packages(p.__path__, p.__name__ + '.'): importlib.import_module(m.name)\n"
    package = home / "data" / "resolve" / rushes.__version__
    tried = subprocess.run(
        [python, "-I", "-S", "-W", "error", "-c", every, str(package)], env=env, capture_output=True, encoding="utf-8",
        check=False, timeout=120,
    )  # fmt: skip
    assert tried.returncode == 0, tried.stderr
    # A double of a Resolve that shows a dialog: the launcher gets as far as asking it.
    waiting = (
        "class Waiting:\n"
        "    def GetVersion(self): return [21, 0, 4, 5, '']\n"
        "    def GetProductName(self): return 'DaVinci Resolve Studio'\n"
        "    def GetCurrentPage(self): return None\n"
        "resolve = Waiting(); fusion = fu = object(); bmd = object()\n"
        "exec(compile(open(sys.argv[1], encoding='utf-8').read(), 'menu', 'exec'))\n"
    )
    started = subprocess.run(
        [python, "-I", "-S", "-c", "import sys\n" + waiting, str(menu / "Choose Production.py")],
        env={"HOME": str(home), "PATH": ""}, capture_output=True, encoding="utf-8", check=False, timeout=60,
    )  # fmt: skip
    assert started.returncode == 0, started.stderr
    assert "Resolve is waiting" in started.stdout
    seen = json.loads((home / "data" / "resolve" / "seen.json").read_text("utf-8"))
    assert seen["resolve"] == "DaVinci Resolve Studio 21.0.4"


@pytest.mark.parametrize("python", [path for version, path in PYTHONS if version < (3, 10)])
def test_a_python_that_is_too_old_hears_a_sentence(python: str, bundle: Path, tmp_path: Path) -> None:
    (tmp_path / PRODUCT["linux"]).mkdir(parents=True)
    env = {"HOME": str(tmp_path), "PATH": "", "RUSHES_HOME": str(tmp_path / "data")}
    put = subprocess.run([python, str(bundle / "install.py")], env=env, capture_output=True, check=False, timeout=60)
    assert put.returncode == 1
    assert b"needs Python 3.10 or newer" in put.stderr
    install(
        Store(tmp_path / "data" / "resolve"), machine("linux", tmp_path, there=False), folders=[tmp_path / "Scripts"]
    )
    menu = tmp_path / "Scripts" / "Utility" / "Rushes" / "Choose Production.py"
    done = subprocess.run([python, str(menu)], env=env, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0
    assert done.stderr == b""
    assert b"Rushes needs 3.10 to 3.14" in done.stdout


def test_the_starters_find_a_python(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / PRODUCT["linux"]).mkdir(parents=True)
    env = {**os.environ, "HOME": str(tmp_path), "RUSHES_HOME": str(tmp_path / "data")}
    shell = ["/bin/sh", str(bundle / "Install on Linux.sh")]
    done = subprocess.run(
        shell, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "Workspace > Scripts > Rushes" in done.stdout
    bare = subprocess.run(
        shell, env={**env, "PATH": "/nowhere"}, capture_output=True, text=True, check=False, timeout=60
    )
    if not Path("/usr/local/bin/python3").exists():
        assert bare.returncode == 1


def test_the_installers_own_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    on, store = machine("darwin", tmp_path), Store(tmp_path / "resolve")
    assert main(["install"], machine=on, store=store) == 0
    (tmp_path / "film").mkdir()
    assert main(["production", str(tmp_path / "film")], machine=on, store=store) == 1
    assert "holds no production" in capsys.readouterr().err
    (tmp_path / "film" / "production.json").write_text("{}")
    assert main(["production", str(tmp_path / "film" / "shots")], machine=on, store=store) == 0
    assert store.settings().default == str(tmp_path / "film")
    assert main(["uninstall"], machine=on, store=store) == 0
    assert main(["uninstall"], machine=on, store=store) == 1


def test_what_may_not_be_removed_is_told_and_goes_with_the_next_uninstall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A menu of all users, installed by an administrator and uninstalled by somebody else."""
    store = Store(tmp_path / "data" / "resolve")
    menus = [tmp_path / name / "Fusion" / "Scripts" for name in ("mine", "shared")]
    install(store, folders=menus)
    unlink = Path.unlink

    def denied(self: Path, missing_ok: bool = False) -> None:
        if menus[1] in self.parents:
            raise PermissionError(13, "Permission denied")
        unlink(self, missing_ok=missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", denied)
        gone = uninstall(store)
    assert gone.denied
    assert not list(menus[0].rglob("*.py"))
    assert list(menus[1].rglob("*.py"))
    assert not uninstall(store).denied
    assert not list(menus[1].rglob("*.*"))
    with pytest.raises(InputError):
        uninstall(store)
