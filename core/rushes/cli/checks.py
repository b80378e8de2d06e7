"""What `rushes doctor` looks at: each check says what it found and what to do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["BPY_LIBRARIES", "Check", "checks"]

BPY_LIBRARIES = "libx11-6 libxrender1 libxfixes3 libxi6 libxkbcommon0 libsm6 libice6 libgl1 libxxf86vm1"
"""Debian packages that `import bpy` needs on a bare system."""
_ROOM = 5 << 30
_BPY_PROBE = "import bpy, sys; sys.stdout.write('VERSION ' + bpy.app.version_string)"


@dataclass(frozen=True)
class Check:
    """One line."""

    name: str
    mark: str
    """"ok", "MISSING" or "note"."""
    found: str
    hint: str = ""


def checks(*, quick: bool) -> Iterator[Check]:
    """All checks, in the order in which an artist would fix things."""
    yield from _program()
    yield _blender(quick)
    yield _house()
    yield _gpu()
    yield _letters()
    yield from _disk()


def _program() -> Iterator[Check]:
    import rushes

    yield Check("Rushes", "ok", f"{rushes.__version__} on Python {sys.version.split()[0]}")
    needed = ("torch", "diffusers", "numpy", "av", "fastapi", "uvicorn", "OpenEXR", "opencv-contrib-python-headless")
    have: list[str] = []
    lacking: list[str] = []
    for name in needed:
        try:
            have.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            lacking.append(name)
    if lacking:
        yield Check("engine", "MISSING", "without " + ", ".join(lacking), 'pip install "rushes[engine]"')
    else:
        yield Check("engine", "ok", ", ".join(have))


def _blender(quick: bool) -> Check:
    from rushes.blender.launcher import find_blender
    from rushes.errors import BlenderError

    try:
        found = find_blender()
    except BlenderError as exc:
        return Check("Blender", "MISSING", exc.message, exc.hint)
    if quick:
        return Check("Blender", "ok", found.path)
    command = [found.path, "-c", _BPY_PROBE] if found.kind == "python" else [found.path, "--version"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired) as exc:
        return Check("Blender", "MISSING", f"{found.path} does not start: {exc}", "Set RUSHES_BLENDER to another one.")
    return judge_blender(found.path, done.returncode, done.stdout, done.stderr)


def judge_blender(path: str, code: int, said: str, complained: str) -> Check:
    """A check from what Blender, or the Python with bpy, printed."""
    if code == 0:
        first = next((line for line in said.splitlines() if line.startswith(("VERSION", "Blender"))), said)
        number = first.removeprefix("VERSION ").removeprefix("Blender ").strip()
        return Check("Blender", "ok", f"{number} ({path})")
    last = next((line for line in reversed(complained.splitlines()) if line.strip()), f"it ended with code {code}")
    if "cannot open shared object file" in complained:
        hint = f"On Debian or Ubuntu: apt-get install --no-install-recommends {BPY_LIBRARIES}"
        return Check("Blender", "MISSING", f"a system library is missing: {last}", hint)
    return Check("Blender", "MISSING", f"{path} does not start: {last}", "Set RUSHES_BLENDER to another one.")


def _house() -> Check:
    from rushes.errors import RushesError
    from rushes.generators.registry import builtin_registry

    try:
        model = builtin_registry().get("house")
        model.check_installed()
        ref = model.model_ref()
    except RushesError as exc:
        return Check("house model", "MISSING", exc.message, exc.hint)
    return Check("house model", "ok", f"{len(ref.files)} files, {ref.sha256[:16]}")


def _gpu() -> Check:
    tool = shutil.which("nvidia-smi")
    if tool is not None:
        query = [tool, "--query-gpu=name,memory.total", "--format=csv,noheader"]
        try:
            done = subprocess.run(query, capture_output=True, text=True, timeout=20, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return Check("GPU", "note", "nvidia-smi does not answer")
        names = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        if done.returncode == 0 and names:
            return Check("GPU", "ok", "; ".join(names))
    return Check("GPU", "note", "none: the house model runs on the CPU; larger models need one")


def _letters() -> Check:
    """Sheets and slates are lettered with Pillow's own face; names in other scripts need an installed one."""
    from PIL import ImageFont

    for name in (
        "DejaVuSans.ttf",
        "NotoSans-Regular.ttf",
        "LiberationSans-Regular.ttf",
        "arial.ttf",
        "Arial Unicode.ttf",
    ):
        try:
            ImageFont.truetype(name, 12)
        except OSError:
            continue
        return Check("letters", "ok", name)
    hint = "On Debian or Ubuntu: apt-get install --no-install-recommends fonts-dejavu-core fonts-noto-cjk"
    return Check("letters", "note", "contact sheets can only write English names", hint)


def _disk() -> Iterator[Check]:
    from rushes.client import rushes_home

    home = rushes_home()
    for name, folder in (("disk here", Path.cwd()), ("disk for Rushes' data", home)):
        there = next(p for p in (folder, *folder.parents) if p.exists())
        free = shutil.disk_usage(there).free
        text = f"{free / (1 << 30):.0f} GB free ({folder})"
        yield Check(name, "ok", text) if free > _ROOM else Check(name, "note", text, "Passes take 5 to 15 MB a frame.")
