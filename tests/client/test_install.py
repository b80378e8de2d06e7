"""Setting up the engine: with uv, with pip, from a folder; stopped, killed, failing; two at once."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from client.install_doubles import Doubles, make_wheel
from rushes.client import EngineHome
from rushes.client.install import EngineInstaller, InstallState, find_engines, installed_engine, remove_engine
from rushes.client.install_found import EngineFolders
from rushes.client.locks import FileLock
from rushes.errors import EngineError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the doubles are scripts with a #! line")
CORE = Path(__file__).parents[2] / "core"


@pytest.fixture
def doubles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doubles:
    return Doubles(tmp_path / "doubles", monkeypatch)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "Büro 日本" / "rushes"


@pytest.fixture
def make(home: Path, doubles: Doubles, tmp_path: Path) -> Callable[..., EngineInstaller]:
    def installer(**options: Any) -> EngineInstaller:
        given: dict[str, Any] = {"uv": str(doubles.uv), "python": str(doubles.python), **options}
        return EngineInstaller(home, make_wheel(tmp_path), **given)

    return installer


def run(installer: EngineInstaller) -> InstallState:
    installer.start()
    state = installer.wait(60)
    assert not state.running
    return state


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "this never came true"
        time.sleep(0.01)


def engines(home: Path) -> list[str]:
    """Folders of engines, whole or not."""
    folders = EngineFolders(home)
    return sorted(p.name for p in folders.folder.glob("*") if p.is_dir() and p not in (folders.cache, folders.pythons))


def code(state: InstallState) -> str:
    assert state.error is not None
    assert not state.done
    return str(state.error["code"])


def test_nothing_happens_until_it_is_asked_to(make: Callable[..., EngineInstaller], home: Path) -> None:
    assert make().state == InstallState(log=str(EngineFolders(home).log))
    assert not home.exists()


def test_an_engine_with_uv_in_a_folder_with_any_name(
    make: Callable[..., EngineInstaller], home: Path, doubles: Doubles
) -> None:
    state = run(make())
    assert (state.stage, state.fraction, state.done, state.error) == ("done", 1.0, True, None)
    assert "graphics card" in state.message
    [name] = engines(home)
    assert name.startswith("9.9.9-")
    found = installed_engine(home)
    assert found is not None
    assert (found.version, found.origin, found.problem) == ("9.9.9", "installed", "")
    assert found.python == str(home / "engines" / name / "bin" / "python")
    assert [f for f in find_engines(home) if f.origin == "installed"] == [found]
    command = doubles.install
    assert command[command.index("--torch-backend") + 1] == "auto"
    assert command[-1].startswith("rushes[engine] @ file:///")
    assert not (home / "engines" / "cache" / "scratch").exists()
    assert list((home / "engines" / "cache" / "uv").glob("download*")), "a repair would be quick"


def test_an_engine_with_pip_keeps_no_second_copy(
    make: Callable[..., EngineInstaller], home: Path, doubles: Doubles
) -> None:
    assert run(make(uv="")).done
    assert doubles.install[1:5] == ["-I", "-m", "pip", "install"]
    assert doubles.install[0] == str(home / "engines" / engines(home)[0] / "bin" / "python")
    assert "raw" in doubles.install
    assert not (home / "engines" / "cache").exists()


def test_a_folder_of_wheels_needs_no_internet(
    make: Callable[..., EngineInstaller], doubles: Doubles, tmp_path: Path
) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    assert "no wheels" in run(make(wheelhouse=wheels)).message
    (wheels / "torch-2.0-py3-none-any.whl").touch()
    assert run(make(wheelhouse=wheels)).done
    assert doubles.install[doubles.install.index("--find-links") + 1] == str(wheels)
    assert "--no-index" in doubles.install
    assert "--torch-backend" not in doubles.install, "it would ask the internet"
    (wheels / "constraints.txt").write_text("torch==1.0\n")
    assert run(make(wheelhouse=wheels)).done
    assert doubles.install[doubles.install.index("-c") + 1] == str(wheels / "constraints.txt")


def test_what_is_said_becomes_progress(make: Callable[..., EngineInstaller], doubles: Doubles, tmp_path: Path) -> None:
    lines = [
        "Resolved 2 packages in 1ms",
        "Downloading torch (800.0MiB)",
        "Downloading numpy (20.0MiB)",
        "Downloaded numpy",
    ]
    doubles.plan(lines=lines, hang=str(tmp_path / "pids"))
    installer = make()
    installer.start()
    until(lambda: (tmp_path / "pids").exists())
    until(lambda: "torch" in installer.state.detail)
    state = installer.state
    assert (state.stage, state.running, state.detail) == ("packages", True, "Downloading torch, 839 MB to go")
    assert 0.1 < state.fraction < 0.3
    installer.cancel()
    installer.wait(30)


def test_cancel_ends_every_child_and_leaves_the_downloads(
    make: Callable[..., EngineInstaller], home: Path, doubles: Doubles, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    doubles.plan(hang=str(pids))
    installer = make()
    installer.start()
    until(lambda: pids.exists() and len(pids.read_text().split()) == 2)
    assert engines(home)
    installer.cancel()
    state = installer.wait(30)
    assert code(state) == "install.cancelled"
    for pid in map(int, pids.read_text().split()):
        until(lambda pid=pid: not _lives(pid))
    assert engines(home) == []
    assert installed_engine(home) is None
    doubles.plan(hang="")
    installer.start()
    assert installer.wait(30).done, "the same installer may try again"
    assert "downloads here before: 1" in EngineFolders(home).log.read_text("utf-8")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def test_after_kill_nothing_half_made_is_used_and_the_next_try_goes_on(
    make: Callable[..., EngineInstaller], home: Path, doubles: Doubles, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    doubles.plan(hang=str(pids))
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; "
        "from rushes.client.install import EngineInstaller; "
        "i = EngineInstaller(Path(sys.argv[2]), Path(sys.argv[3]), uv=sys.argv[4], python=sys.argv[5]); "
        "i.start(); i.wait()"
    )
    inputs = [str(CORE), str(home), str(make_wheel(tmp_path)), str(doubles.uv), str(doubles.python)]
    host = subprocess.Popen([sys.executable, "-c", script, *inputs])
    until(lambda: pids.exists() and len(pids.read_text().split()) == 2)
    host.kill()
    host.wait()
    left = engines(home)
    assert len(left) == 1
    assert installed_engine(home) is None
    os.killpg(int(pids.read_text().split()[0]), signal.SIGKILL)
    doubles.plan(hang="")
    assert run(make()).done
    assert len(engines(home)) == 1
    assert engines(home) != left
    assert "downloads here before: 1" in EngineFolders(home).log.read_text("utf-8")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("error: failed to write: No space left on device (os error 28)", "disk.full"),
        ("  Caused by: dns error: failed to lookup address information", "install.offline"),
        ("ERROR: Failed to establish a new connection: [Errno 111]", "install.offline"),
        ("Because rushes depends on torch and there is no version of torch, it fails", "install.failed"),
    ],
)
def test_a_failure_is_said_in_our_words_and_leaves_nothing(
    make: Callable[..., EngineInstaller], home: Path, doubles: Doubles, said: str, expected: str
) -> None:
    doubles.plan(code=2, lines=[said])
    state = run(make())
    assert code(state) == expected
    assert state.error is not None
    assert state.error["hint"]
    assert said in state.error["details"]["lines"]
    assert engines(home) == []
    assert (home / "engines" / "cache" / "uv").is_dir()


def test_who_could_not_be_reached_is_said(make: Callable[..., EngineInstaller], doubles: Doubles) -> None:
    said = ["error: Failed to fetch: `https://download.pytorch.org/whl/cu130/torch/`", "  Caused by: tcp connect error"]
    doubles.plan(code=2, lines=said)
    assert "download.pytorch.org cannot be reached" in run(make()).message


def test_a_folder_of_wheels_that_does_not_fit_is_no_lost_connection(
    make: Callable[..., EngineInstaller], doubles: Doubles, tmp_path: Path
) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "a-1-py3-none-any.whl").touch()
    doubles.plan(code=1, lines=["hint: network connectivity is disabled; torch was not found"])
    state = run(make(wheelhouse=wheels))
    assert code(state) == "install.failed"
    assert state.error is not None
    assert str(wheels) in state.error["hint"]


def test_secrets_are_neither_logged_nor_shown(
    make: Callable[..., EngineInstaller], home: Path, doubles: Doubles, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "error: https://anna:s3cr3t@wheels.studio/simple?token=t0k3n refused"
    doubles.plan(code=1, lines=[said])
    state = run(make())
    log = EngineFolders(home).log.read_text("utf-8")
    for text in (log, json.dumps(state.error)):
        assert "wheels.studio" in text
        assert "s3cr3t" not in text
        assert "anna" not in text
        assert "t0k3n" not in text


def test_an_engine_that_does_not_run_never_replaces_one_that_does(
    make: Callable[..., EngineInstaller], home: Path, doubles: Doubles
) -> None:
    assert run(make()).done
    good = engines(home)
    doubles.plan(runs=False)
    state = run(make())
    assert code(state) == "install.failed"
    assert "does not run" in state.message
    assert engines(home) == good
    assert installed_engine(home) is not None
    assert not (home / "engines" / "cache").exists(), "a damaged download is not used twice"


def test_a_new_engine_replaces_the_former_one_unless_that_runs(
    make: Callable[..., EngineInstaller], home: Path
) -> None:
    assert run(make()).done
    first = engines(home)
    assert run(make()).done
    second = engines(home)
    assert len(second) == 1
    assert second != first
    with FileLock(EngineHome(home).engine_lock):  # an engine runs
        assert run(make()).done
        assert set(engines(home)) > set(second)
    found = installed_engine(home)
    assert found is not None
    assert Path(found.python).parents[1].name not in second
    assert run(make()).done
    assert len(engines(home)) == 1


def test_repair_fetches_everything_anew(make: Callable[..., EngineInstaller], home: Path) -> None:
    assert run(make()).done
    installer = make()
    installer.repair()
    assert installer.wait(30).done
    assert "downloads here before: 0" in EngineFolders(home).log.read_text("utf-8")
    assert len(engines(home)) == 1


def test_too_little_room_is_said_with_the_figure(
    make: Callable[..., EngineInstaller], home: Path, doubles: Doubles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_200_000_000))
    state = run(make(torch_backend="cpu"))
    assert code(state) == "disk.full"
    assert state.message == "The engine needs 3 GB on this disk; 1.2 GB are free."
    assert not [call for call in doubles.calls if "venv" in call], "nothing was begun"
    assert "10 GB" in run(make(torch_backend="cu130")).message


def test_one_at_a_time(make: Callable[..., EngineInstaller], home: Path) -> None:
    with FileLock(EngineFolders(home).lock):
        assert code(run(make())) == "install.busy"
        with pytest.raises(EngineError, match="being set up"):
            remove_engine(home)


def test_a_home_that_cannot_be_written(make: Callable[..., EngineInstaller], home: Path) -> None:
    home.parent.mkdir()
    home.touch()
    assert code(run(make())) == "engine.home"


def test_without_uv_and_python_it_says_what_to_install(
    make: Callable[..., EngineInstaller], home: Path, doubles: Doubles
) -> None:
    doubles.plan(python="3.9")
    state = run(make(uv=""))
    assert code(state) == "install.python"
    assert state.error is not None
    assert "Install uv" in state.error["hint"]
    assert engines(home) == []


def test_a_damaged_or_missing_package(
    make: Callable[..., EngineInstaller], home: Path, doubles: Doubles, tmp_path: Path
) -> None:
    broken = tmp_path / "rushes-9.9.9-py3-none-any.whl"
    broken.write_bytes(b"half a file")
    options: dict[str, Any] = {"uv": str(doubles.uv), "python": str(doubles.python)}
    assert "damaged" in run(EngineInstaller(home, broken, **options)).message
    broken.unlink()
    assert "missing" in run(EngineInstaller(home, broken, **options)).message
    assert engines(home) == []


def test_removing_takes_the_engine_and_nothing_else(make: Callable[..., EngineInstaller], home: Path) -> None:
    remove_engine(home)
    assert run(make()).done
    (home / "settings.json").write_text("{}")
    with FileLock(EngineHome(home).engine_lock), pytest.raises(EngineError) as caught:
        remove_engine(home)
    assert caught.value.code == "install.in_use"
    remove_engine(home)
    assert installed_engine(home) is None
    assert engines(home) == []
    assert not (home / "engines" / "cache").exists()
    assert (home / "settings.json").exists()
