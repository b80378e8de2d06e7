"""What installers say, which Pythons count, which engines are found, what an engine inherits."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from client.install_doubles import Doubles
from rushes.client import install_found, install_tools, launcher
from rushes.client.install_found import EngineFolders, find_engines, installed_engine, python_inside
from rushes.client.install_run import PipLines, UvLines, masked
from rushes.client.install_tools import child_environment, find_python, find_uv
from rushes.errors import DependencyError

CONSTRAINTS = Path(__file__).parents[2] / "constraints"
needs_scripts = pytest.mark.skipif(sys.platform == "win32", reason="the doubles are scripts with a #! line")


@pytest.fixture
def doubles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doubles:
    return Doubles(tmp_path / "doubles", monkeypatch)


def installed(home: Path, version: str = "9.9.9") -> Path:
    """An engine that was set up, without its Python."""
    folder = EngineFolders(home).folder / "9.9.9-abc"
    folder.mkdir(parents=True)
    (folder / "ready.json").write_text(f'{{"version": "{version}"}}')
    EngineFolders(home).current.write_text('{"folder": "9.9.9-abc"}')
    return python_inside(folder)


def test_uvs_lines() -> None:
    lines = UvLines()
    said = [
        "Using Python 3.11.7 environment at: engines/x",
        "Resolved 80 packages in 621ms",
        "Downloading torch (100.0MiB)",
        "Downloading numpy (10.0MiB)",
        " Downloaded numpy",
        " Downloaded torch",
        "Prepared 80 packages in 10s",
        "Installed 80 packages in 279ms",
        "Bytecode compiled 11900 files in 28.36s",
        " + torch==2.15.0",
    ]
    steps = [(lines.read(line), lines.fraction) for line in said]
    assert [words for words, _ in steps if words] == [
        "The list of packages is complete",
        "Downloading torch, 105 MB to go",
        "Downloading torch and 1 more, 115 MB to go",
        "Downloading torch, 105 MB to go",
        "Unpacking",
        "All packages are here",
        "Preparing for a quick start",
        "All packages are in place",
    ]
    fractions = [fraction for _, fraction in steps]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0.0
    assert fractions[-1] == 1.0


def test_pips_lines() -> None:
    lines = PipLines(2)
    said = [
        "Processing ./rushes-0.1.0-py3-none-any.whl",
        "Collecting torch==2.15.0 (from rushes)",
        "  Downloading torch-2.15.0-cp311-cp311-win_amd64.whl.metadata (28 kB)",
        "Downloading torch-2.15.0-cp311-cp311-win_amd64.whl (100.0 MB)",
        "Progress 0 of 100000000",
        "Progress 50000000 of 100000000",
        "Using cached numpy-2.4.6-cp311-cp311-win_amd64.whl (12 MB)",
        "Installing collected packages: numpy, torch, rushes",
        "Successfully installed numpy-2.4.6 rushes-0.1.0 torch-2.15.0",
    ]
    steps = [(lines.read(line), lines.fraction) for line in said]
    words = [w for w, _ in steps]
    assert words[5] == "Downloading torch, 50 MB to go"
    assert words[6] == "Taking numpy"
    fractions = [fraction for _, fraction in steps]
    assert fractions == sorted(fractions)
    assert fractions[5] > fractions[4]
    assert fractions[-1] == 1.0


@pytest.mark.parametrize(
    "line",
    [
        "https://me:pass@host/simple",
        "index-url = https://pass@host/",
        "GET https://host/a?access_token=pass&x=1",
        "UV_INDEX_PASSWORD=pass",
        "X-Amz-Signature=pass",
    ],
)
def test_masking(line: str) -> None:
    assert "pass" not in masked(line).replace("PASSWORD", "")
    assert (
        masked("Downloading torch (800 MiB) from https://host/x") == "Downloading torch (800 MiB) from https://host/x"
    )


@needs_scripts
def test_a_python_counts_only_when_it_runs_and_fits(
    doubles: Doubles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = tmp_path / "python3.13"
    shim.write_text("#!/bin/sh\necho 3.13\nexit 127\n")
    shim.chmod(0o755)
    assert find_python(str(shim)) is None

    def places() -> Iterator[tuple[str, bool]]:
        yield str(tmp_path / "none"), False
        yield str(shim), False
        yield str(doubles.python), True

    monkeypatch.setattr(install_tools, "_python_places", places)
    found = find_python()
    assert found is not None
    assert (found.path, found.version, found.host) == (str(doubles.python), "3.11", True)
    doubles.plan(python="3.14")
    assert find_python() is None


@needs_scripts
def test_uv_counts_only_when_it_says_its_version(doubles: Doubles, tmp_path: Path) -> None:
    found = find_uv(str(doubles.uv))
    assert found is not None
    assert (found.version, found.torch_backend) == ("9.9.9", True)
    assert find_uv(str(tmp_path / "uv")) is None
    assert find_uv("") is None
    assert find_uv(sys.executable) is None


def test_children_keep_the_studios_mirror_and_lose_the_hosts_python(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "VIRTUAL_ENV", "PIP_INDEX_URL"):
        monkeypatch.setenv(name, "here")
    env = child_environment({"TMPDIR": "there"})
    assert env["PIP_INDEX_URL"] == "here"
    assert env["TMPDIR"] == "there"
    assert not {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "VIRTUAL_ENV"} & set(env)


def test_a_half_made_engine_is_none(tmp_path: Path) -> None:
    assert installed_engine(tmp_path) is None
    python = installed(tmp_path)
    (python.parents[1] / "ready.json").unlink()
    assert installed_engine(tmp_path) is None
    EngineFolders(tmp_path).current.write_text('{"folder": "../elsewhere"}')
    assert installed_engine(tmp_path) is None
    EngineFolders(tmp_path).current.write_text("{ torn")
    assert installed_engine(tmp_path) is None


@needs_scripts
def test_engines_are_found_and_asked(doubles: Doubles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install_found, "checkout_python", lambda: None)
    monkeypatch.setattr(install_found.rushes, "__version__", "9.9.9")
    installed(tmp_path)
    named = {"RUSHES_ENGINE_PYTHON": str(doubles.python)}
    first, second = find_engines(tmp_path, named)
    assert (first.origin, first.version, first.problem, first.fits) == ("named", "9.9.9", "", True)
    assert second.origin == "installed"
    assert "Set the engine up again" in second.problem
    doubles.plan(version="9.9.8")
    assert not find_engines(tmp_path, named)[0].fits
    doubles.plan(missing=["torch"])
    assert find_engines(tmp_path, named)[0].problem == "Parts of the engine are missing: torch."
    gone = find_engines(tmp_path, {"RUSHES_ENGINE_PYTHON": str(tmp_path / "none")})[0]
    assert gone.problem.startswith("There is no Python at")


def test_this_checkouts_engine_is_found() -> None:
    found = [f for f in find_engines(Path("/nowhere"), {}) if f.origin == "checkout"]
    beside = install_found.checkout_python()
    assert [f.python for f in found] == ([str(beside)] if beside else [])


def test_the_engine_we_set_up_is_used_when_there_is_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUSHES_ENGINE_PYTHON", raising=False)

    def none_here(name: str) -> None:
        return None

    monkeypatch.setattr(importlib.util, "find_spec", none_here)
    monkeypatch.setattr(launcher, "checkout_python", lambda: None)
    with pytest.raises(DependencyError) as caught:
        launcher.engine_python(tmp_path)
    assert caught.value.code == "engine.python"
    python = installed(tmp_path)
    with pytest.raises(DependencyError, match="is gone"):
        launcher.engine_python(tmp_path)
    python.parent.mkdir(parents=True)
    python.touch()
    assert launcher.engine_python(tmp_path) == str(python)


def test_a_hosts_packages_never_reach_an_engine_in_another_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/host/site-packages")
    monkeypatch.setenv("PYTHONHOME", "/host")
    monkeypatch.setattr(launcher, "_source_root", lambda: tmp_path)
    monkeypatch.setattr(launcher, "checkout_python", lambda: tmp_path / "checkout" / "python")
    other = launcher._environment(str(tmp_path / "engine" / "python"))
    assert "PYTHONPATH" not in other
    assert "PYTHONHOME" not in other
    mine = (sys.executable, str(tmp_path / "checkout" / "python"))
    for ours in mine:  # the client alone, as Resolve's scripts have it, would hide the engine
        assert "PYTHONPATH" not in launcher._environment(ours)
    (tmp_path / "rushes" / "engine").mkdir(parents=True)
    for ours in mine:
        assert launcher._environment(ours)["PYTHONPATH"] == os.pathsep.join([str(tmp_path), "/host/site-packages"])


def test_artists_get_the_versions_that_are_tested() -> None:
    def pins(name: str) -> dict[str, str]:
        lines = (CONSTRAINTS / name).read_text("utf-8").splitlines()
        return {n: v.split(";")[0].strip() for n, _, v in (line.partition("==") for line in lines) if v}

    tested, shipped = pins("engine.txt"), pins("install.txt")
    assert {n: v for n, v in shipped.items() if n in tested} == {n: tested[n] for n in shipped if n in tested}
    assert {"torch", "diffusers", "av", "numpy"} <= set(shipped)
    assert not [n for n in shipped if n.startswith(("nvidia-", "cuda-", "triton"))], "torch says these itself"
    assert not [v for v in shipped.values() if "+" in v], "a local version exists on one system only"
