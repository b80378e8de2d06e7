"""`rushes resolve` in processes of its own: from the checkout, and from the wheel that an engine is installed from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import rushes

CORE = Path(__file__).parents[3] / "core"
RUN = [sys.executable, "-c", "from rushes.cli.main import run; run()", "resolve"]


def shell(tmp_path: Path, path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / ".local/share/DaVinciResolve").mkdir(parents=True, exist_ok=True)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("RUSHES_", "PYTHON"))}
    env = {
        **kept,
        "HOME": str(tmp_path),
        "RUSHES_HOME": str(tmp_path / "data"),
        "PYTHONPATH": str(path),
        "TERM": "dumb",
    }
    return subprocess.run(
        [*RUN, *words], env=env, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=120, check=False
    )


@pytest.mark.skipif(sys.platform != "linux", reason="the folders are those of Linux")
def test_install_production_doctor_uninstall(tmp_path: Path) -> None:
    put = shell(tmp_path, CORE, "install")
    assert put.returncode == 0, put.stderr
    menu = tmp_path / ".local/share/DaVinciResolve/Fusion/Scripts/Utility/Rushes"
    assert (menu / "Pull Selects.py").is_file()
    known = json.loads((tmp_path / "data/resolve/installed.json").read_text("utf-8"))
    assert known["engine_python"] == sys.executable, "Resolve's own Python cannot run the engine"
    (tmp_path / "film").mkdir()
    (tmp_path / "film" / "production.json").write_text("{}")
    assert "film" in shell(tmp_path, CORE, "production", "film").stdout
    wrong = shell(tmp_path, CORE, "production", str(tmp_path / "data"))
    assert wrong.returncode == 1
    assert "holds no production" in wrong.stderr
    doctor = shell(tmp_path, CORE, "doctor", "--json")
    marks = {check["name"]: check["mark"] for check in json.loads(doctor.stdout)["checks"]}
    assert (marks["scripts"], marks["menu"], marks["production"]) == ("ok", "ok", "ok")
    assert "Scripts folder" in shell(tmp_path, CORE, "doctor").stdout
    assert shell(tmp_path, CORE, "uninstall").returncode == 0
    assert not menu.exists()
    again = shell(tmp_path, CORE, "uninstall")
    assert again.returncode == 1
    assert "not installed" in again.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the folders are those of Linux")
def test_an_installed_engine_brings_the_scripts_along(tmp_path: Path) -> None:
    import build_extension

    wheel = build_extension.build_wheel(tmp_path / "dist")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    put = shell(tmp_path, tmp_path / "site", "install")
    assert put.returncode == 0, put.stderr
    package = tmp_path / "data" / "resolve" / rushes.__version__
    for name in ("selfcheck/rules.json", "menu/entry.py", "panel/panel.py"):
        assert (package / "resolve_scripts" / name).read_bytes() == (
            CORE.parent / "resolve_scripts" / name
        ).read_bytes()
