"""Builds the Blender extension: python tools/build_extension.py [--out dist] [--wheel]

    dist/rushes-VERSION-py3-none-any.whl   the whole package with the house model, for any Python
    dist/rushes-VERSION.zip                blender_addon/, that wheel, the demo scene and the licence

Needs setuptools and no network. The same sources give the same bytes: times come from SOURCE_DATE_EPOCH,
else from the last commit.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import tomllib

ROOT = Path(__file__).resolve().parent.parent
ADDON = ROOT / "blender_addon"
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.py[co]", ".*", "*.egg-info")
INTO_WHEEL = (
    "setup.py",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "core/rushes",
    "assets/grades",
    "assets/house_model",
    "resolve_scripts",
)
PINS = "constraints/install.txt"
BESIDE = {"LICENSE": "LICENSE", "assets/demo/harbour_street.blend": "demo/harbour_street.blend"}
EARLIEST = 315532800  # 1980-01-01, the first time a zip can tell
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


class BuildError(Exception):
    """The sources do not fit together, or the wheel could not be made."""


def version() -> str:
    """The one version, from core/rushes/__init__.py."""
    found = re.search(r'^__version__ = "(.+)"$', (ROOT / "core/rushes/__init__.py").read_text("utf-8"), re.M)
    if found is None:
        raise BuildError("core/rushes/__init__.py has no __version__.")
    return found[1]


def epoch() -> int:
    """Time written into the archives, in Unix seconds."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is None:
        asked = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
        try:
            given = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
        except (OSError, subprocess.CalledProcessError):
            given = ""  # sources without their history
    return max(EARLIEST, int(given or EARLIEST))


def stage_sources(stage: Path) -> None:
    """A clean copy to build from, so that nothing of an earlier build gets in."""
    for name in (*INTO_WHEEL, PINS):
        source, target = ROOT / name, stage / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=LEFT_OUT)
        else:
            shutil.copyfile(source, target)
    for path in stage.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def build_wheel(out: Path) -> Path:
    """The wheel, in `out`."""
    with tempfile.TemporaryDirectory(prefix="rushes-build-") as folder:
        stage, made = Path(folder, "sources"), Path(folder, "wheel")
        stage_sources(stage)
        made.mkdir()
        env = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch()), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-c", BUILD, str(made)]
        done = subprocess.run(command, cwd=stage, env=env, capture_output=True, text=True, check=False)
        name = f"rushes-{version()}-py3-none-any.whl"
        if done.returncode or not (made / name).is_file():
            raise BuildError(f"The wheel {name} was not made:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        return move(made / name, out / name)


def move(made: Path, target: Path) -> Path:
    """Put a finished file in its place in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(target.name + ".part")
    shutil.copyfile(made, beside)
    os.replace(beside, target)
    return target


def addon_files() -> Iterator[tuple[Path, str]]:
    """Files of blender_addon/ with their names in the zip."""
    own = {ADDON / "tests", ADDON / "wheels"}
    for place, folders, files in os.walk(ADDON):
        dropped = LEFT_OUT(place, [*folders, *files])
        folders[:] = [f for f in folders if f not in dropped and Path(place, f) not in own]
        for path in (Path(place, f) for f in [*folders, *files] if f not in dropped):
            if path.is_symlink():
                raise BuildError(f"{path} is a link; an extension holds plain files only.")
            if path.is_file():
                yield path, path.relative_to(ADDON).as_posix()


def check_manifest(wheel: str) -> None:
    """BuildError when the manifest speaks of another version or another wheel."""
    manifest = tomllib.loads((ADDON / "blender_manifest.toml").read_text("utf-8"))
    if manifest["version"] != version():
        raise BuildError(f"blender_manifest.toml says version {manifest['version']}, the package {version()}.")
    if manifest["wheels"] != [f"./wheels/{wheel}"]:
        raise BuildError(f"blender_manifest.toml names the wheels {manifest['wheels']}; it should be ./wheels/{wheel}.")


def build_extension(wheel: Path, out: Path) -> Path:
    """The extension with this wheel in it, in `out`."""
    check_manifest(wheel.name)
    files = {name: path for path, name in addon_files()}
    files |= {name: ROOT / source for source, name in BESIDE.items()}
    files[f"wheels/{wheel.name}"] = wheel
    when = time.gmtime(epoch())[:6]
    with tempfile.TemporaryDirectory(prefix="rushes-build-") as folder:
        made = Path(folder, "extension.zip")
        with zipfile.ZipFile(made, "w") as archive:
            for name in sorted(files):
                entry = zipfile.ZipInfo(name, when)
                entry.create_system, entry.external_attr = 3, 0o100644 << 16
                entry.compress_type = zipfile.ZIP_STORED if name.endswith(".whl") else zipfile.ZIP_DEFLATED
                archive.writestr(entry, files[name].read_bytes())
        return move(made, out / f"rushes-{version()}.zip")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build the Blender extension.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder of the result (default: dist)")
    parser.add_argument("--wheel", action="store_true", help="only the wheel")
    given = parser.parse_args(arguments)
    try:
        made = build_wheel(given.out)
        if not given.wheel:
            made = build_extension(made, given.out)
    except BuildError as exc:
        print(f"[extension] {exc}", file=sys.stderr)
        return 1
    print(f"[extension] {made} ({made.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
