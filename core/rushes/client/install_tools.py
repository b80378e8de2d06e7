"""What an engine can be set up with on this machine: uv, or a Python that makes environments.

A name on the PATH proves nothing (a version manager's stand-in may refuse to run, Windows has one that opens a
shop), so every candidate is run before it counts.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "PYTHONS",
    "PythonFound",
    "UvFound",
    "child_environment",
    "find_python",
    "find_uv",
    "folder_size",
    "has_nvidia",
    "python_words",
    "takes_long_paths",
]

PYTHONS = ("3.11", "3.12", "3.13")
"""Versions an engine runs in; the first is the one our tests run with. PyAV has no wheels for 3.10."""

_PATIENCE = 20.0
_PROBE = "import sys; print('%d.%d' % sys.version_info[:2])"
_PROBE_VENV = "import venv, ensurepip; " + _PROBE

_HIDDEN = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONUSERBASE", "VIRTUAL_ENV", "CONDA_PREFIX")
_HIDDEN_TOO = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_DRY_RUN", "PIP_REQUIRE_VIRTUALENV")
_HIDDEN_UV = ("UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_CACHE_DIR", "UV_OFFLINE", "UV_CONSTRAINT", "UV_TORCH_BACKEND")


@dataclass(frozen=True)
class UvFound:
    """uv, the quick installer that knows which build of torch fits the graphics card."""

    path: str
    version: str
    torch_backend: bool
    """True when it can choose torch's build."""


@dataclass(frozen=True)
class PythonFound:
    """A Python that runs."""

    path: str
    version: str
    """Like "3.11"."""
    host: bool
    """True for the one inside the program we run in, which may vanish with the program's next update."""


def child_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment, without what ties children to a host's Python; `extra` is added.

    Mirrors and proxies that a studio has set stay.
    """
    hidden = {*_HIDDEN, *_HIDDEN_TOO, *_HIDDEN_UV}
    kept = {k: v for k, v in os.environ.items() if k.upper() not in hidden}
    return {**kept, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1", **(extra or {})}


def has_nvidia() -> bool:
    """True when an NVIDIA driver is here."""
    return Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None


def find_uv(given: str | None = None) -> UvFound | None:
    """uv, from `given` (a path; "" means: none), the PATH or its usual places; None when none runs."""
    if given == "":
        return None
    for path in [given] if given else _uv_places():
        found = re.match(r"uv (\d+\.\d+\S*)", _said(path, "--version"))
        if found:
            return UvFound(path, found[1], "--torch-backend" in _said(path, "pip", "install", "--help"))
    return None


def _uv_places() -> Iterator[str]:
    on_path = shutil.which("uv")
    if on_path:
        yield on_path
    name = "uv.exe" if sys.platform == "win32" else "uv"
    folders = [Path.home() / ".local" / "bin", Path.home() / ".cargo" / "bin"]
    if sys.platform == "win32":
        folders += [Path(os.environ.get("LOCALAPPDATA", "")) / "Microsoft" / "WinGet" / "Links"]
    else:
        folders += [Path("/opt/homebrew/bin"), Path("/usr/local/bin"), Path("/usr/bin")]
    yield from (str(folder / name) for folder in folders if (folder / name).is_file())


def find_python(given: str | None = None, *, with_venv: bool = True) -> PythonFound | None:
    """A Python of one of `PYTHONS` that really runs; the host's own comes last.

    `given` replaces the search. With `with_venv` it must also be able to make environments.
    """
    for path, host in [(given, False)] if given else _python_places():
        version = _said(path, "-I", "-c", _PROBE_VENV if with_venv else _PROBE).strip()
        if version in PYTHONS:
            return PythonFound(path, version, host)
    return None


def _python_places() -> Iterator[tuple[str, bool]]:
    own = sys.executable if Path(sys.executable or "").name.lower().startswith("python") else ""
    host = "bpy" in sys.modules
    seen = {own} if host else set[str]()
    for path in _others():
        if path not in seen:
            seen.add(path)
            yield path, False
    if own and (host or own not in seen):
        yield own, host


def _others() -> Iterator[str]:
    for version in PYTHONS:
        for name in (f"python{version}", f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"):
            path = shutil.which(name)
            if path:
                yield path
        yield from _of_version(version)
    for name in ("python3", "python"):
        path = shutil.which(name)
        if path:
            yield path


def _of_version(version: str) -> Iterator[str]:
    if sys.platform == "win32":
        launcher = shutil.which("py")
        said = _said(launcher, f"-{version}", "-c", "import sys; print(sys.executable)") if launcher else ""
        if said.strip():
            yield said.strip()
        return
    yield from map(str, sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"), reverse=True))
    brewed = (Path("/opt/homebrew/bin"), Path(f"/Library/Frameworks/Python.framework/Versions/{version}/bin"))
    yield from (str(p / f"python{version}") for p in brewed if (p / f"python{version}").exists())


def _said(path: str, *arguments: str) -> str:
    """What a program says; empty when it does not run, fails or hangs."""
    flags = subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0
    try:
        done = subprocess.run(
            [path, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            env=child_environment(),
            creationflags=flags,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def folder_size(folder: Path) -> int:
    """Bytes of a folder's files."""
    return sum(entry.stat().st_size for entry in folder.rglob("*") if entry.is_file() and not entry.is_symlink())


def takes_long_paths() -> bool:
    """Does Windows take paths of any length here?"""
    if sys.platform != "win32":
        return True
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\FileSystem") as key:
            return bool(winreg.QueryValueEx(key, "LongPathsEnabled")[0])
    except OSError:
        return False


def python_words() -> str:
    """What to install when there is no Python."""
    if sys.platform == "win32":
        return "Python 3.12 from python.org or the Microsoft Store"
    if sys.platform == "darwin":
        return "Python 3.12 from python.org"
    return "your system's python3 and python3-venv (3.11 to 3.13)"
