"""The zip that is given to artists: what is in it, what its manifest says, what its wheel needs."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import tomllib

import rushes

ROOT = Path(__file__).parents[2]
WHEEL = f"rushes-{rushes.__version__}-py3-none-any.whl"
LEGAL_TAGS = frozenset({"3D View", "Animation", "Camera", "Pipeline", "Render", "Scene", "Sequencer"})
"""Those of Blender's own list that could suit us."""


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_extension", ROOT / "tools" / "build_extension.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension's zip, the wheel beside it."""
    out = tmp_path_factory.mktemp("dist")
    assert tool().main(["--out", str(out)]) == 0
    return out / f"rushes-{rushes.__version__}.zip"


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return built.with_name(WHEEL)


def read(archive: Path, name: str) -> bytes:
    with zipfile.ZipFile(archive) as opened:
        return opened.read(name)


def test_the_zip_holds_what_it_should_and_nothing_else(built: Path, wheel: Path) -> None:
    with zipfile.ZipFile(built) as archive:
        entries = archive.infolist()
        text = {e.filename: archive.read(e) for e in entries if e.filename.endswith((".py", ".toml", ".json"))}
    names = [e.filename for e in entries]
    assert {"__init__.py", "blender_manifest.toml", "LICENSE", "demo/harbour_street.blend"} <= set(names)
    assert [n for n in names if n.endswith(".whl")] == [f"wheels/{WHEEL}"]
    assert read(built, f"wheels/{WHEEL}") == wheel.read_bytes()
    sources = {p.relative_to(ROOT / "blender_addon").as_posix() for p in (ROOT / "blender_addon").rglob("*.py")}
    assert {n for n in names if n.endswith(".py")} == {s for s in sources if not s.startswith("tests/")}
    assert not [n for n in names if n.startswith(("/", ".")) or ".." in n or "\\" in n or ":" in n or not n.isascii()]
    assert not [n for n in names if "__pycache__" in n or n.endswith((".pyc", ".pyo", ".so", ".pyd", ".dll"))]
    assert not [n for n in names if len(n) > 100], "Windows paths are short"
    assert all(e.external_attr >> 16 == 0o100644 for e in entries), "plain files, no links"
    assert not [n for n, data in text.items() if str(ROOT).encode() in data]


def test_the_same_sources_give_the_same_bytes(built: Path, tmp_path: Path) -> None:
    again = tool().build_extension(built.with_name(WHEEL), tmp_path)
    assert again.read_bytes() == built.read_bytes()
    assert tool().build_wheel(tmp_path).read_bytes() == built.with_name(WHEEL).read_bytes()


def test_the_manifest_follows_blenders_rules(built: Path) -> None:
    manifest: dict[str, Any] = tomllib.loads(read(built, "blender_manifest.toml").decode("utf-8"))
    assert (manifest["schema_version"], manifest["id"], manifest["type"]) == ("1.0.0", "rushes", "add-on")
    assert manifest["version"] == rushes.__version__
    assert manifest["blender_version_min"] == "4.2.0"
    assert "blender_version_max" not in manifest
    assert manifest["license"] == ["SPDX:GPL-3.0-or-later"]
    assert manifest["wheels"] == [f"./wheels/{WHEEL}"]
    assert set(manifest["tags"]) <= LEGAL_TAGS
    assert set(manifest["permissions"]) == {"files", "network"}
    for words in (manifest["tagline"], *manifest["permissions"].values()):
        assert 0 < len(words) <= 64
        assert words[-1].isalnum(), "Blender wants no full stop"
        assert words == words.strip()
    assert "__pycache__/" in manifest["build"]["paths_exclude_pattern"]


def test_the_wheel_is_whole(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    packed = {n.removeprefix("rushes/") for n in names}
    model = ROOT / "assets" / "house_model"
    assert {p.relative_to(ROOT).as_posix() for p in model.rglob("*") if p.is_file()} <= packed
    shipped = (ROOT / "assets" / "grades").glob("*.*")
    assert {p.relative_to(ROOT).as_posix() for p in shipped if p.suffix in (".cdl", ".cube", ".json")} <= packed
    assert read(wheel, "rushes/assets/constraints.txt") == (ROOT / "constraints" / "install.txt").read_bytes()
    core = ROOT / "core" / "rushes"
    sources = {p.relative_to(core).as_posix() for p in core.rglob("*") if p.suffix in (".py", ".sql", ".html")}
    assert sources <= packed
    scripts = ROOT / "resolve_scripts"
    assert {p.relative_to(ROOT).as_posix() for p in scripts.rglob("*.py")} <= names, "rushes resolve install needs them"
    assert not [n for n in names if n.endswith((".pyc", ".so"))]
    metadata = read(wheel, f"rushes-{rushes.__version__}.dist-info/METADATA").decode("utf-8")
    assert "Requires-Python: >=3.10" in metadata
    required = [line for line in metadata.splitlines() if line.startswith("Requires-Dist:")]
    assert required
    assert all("extra ==" in line for line in required), "a host needs nothing else"


def test_a_host_imports_the_wheel_with_nothing_else(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        "import sys, json; sys.path.insert(0, sys.argv[1]); "
        "import rushes.client.install, rushes.contracts, rushes.errors; "
        "print(json.dumps([rushes.__file__, sorted(sys.modules)]))"
    )
    command = [sys.executable, "-I", "-S", "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    file, modules = json.loads(done.stdout)
    assert Path(file).is_relative_to(tmp_path)
    assert {m.split(".")[1] for m in modules if m.startswith("rushes.")} == {"client", "contracts", "errors"}
    assert {m.split(".")[0] for m in modules} <= {*sys.stdlib_module_names, "rushes", "__main__"}


def test_an_engine_finds_the_house_model_in_the_wheel(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    code = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1]); from rushes.models.store import ModelStore; "
        "print(ModelStore([], home=pathlib.Path(sys.argv[2])).find('house_model'))"
    )
    command = [sys.executable, "-I", "-c", code, str(tmp_path / "site"), str(tmp_path / "home")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert Path(done.stdout.strip()) == tmp_path / "site" / "rushes" / "assets" / "house_model"


def test_a_manifest_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch, wheel: Path, tmp_path: Path) -> None:
    module = tool()
    monkeypatch.setattr(module, "version", lambda: "9.9.9")
    with pytest.raises(module.BuildError, match=r"9\.9\.9"):
        module.build_extension(wheel, tmp_path)


def test_a_link_is_refused(monkeypatch: pytest.MonkeyPatch, wheel: Path, tmp_path: Path) -> None:
    module = tool()
    addon = tmp_path / "addon"
    addon.mkdir()
    (addon / "blender_manifest.toml").write_bytes((ROOT / "blender_addon" / "blender_manifest.toml").read_bytes())
    (addon / "notes.txt").symlink_to(ROOT / "LICENSE")
    monkeypatch.setattr(module, "ADDON", addon)
    with pytest.raises(module.BuildError, match="is a link"):
        module.build_extension(wheel, tmp_path)
