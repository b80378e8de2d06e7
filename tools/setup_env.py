"""Makes the project's environments: python3 tools/setup_env.py [engine] [blender]

Two environments, because bpy pins Python and NumPy and must not meet torch:

    .venvs/engine   Rushes itself, torch, development tools
    .venvs/bpy50    Blender 5.0 as a module, to render passes

Each is stamped with the files it was made from and is made again only when those change.
A half-made environment has no stamp and is started over. Standard library only.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from ctypes.util import find_library
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENVS = ROOT / ".venvs"
BIN = "Scripts" if os.name == "nt" else "bin"
BPY_LIBRARIES = {
    "X11": "libx11-6",
    "Xrender": "libxrender1",
    "Xfixes": "libxfixes3",
    "Xi": "libxi6",
    "xkbcommon": "libxkbcommon0",
    "SM": "libsm6",
    "ICE": "libice6",
    "GL": "libgl1",
    "Xxf86vm": "libxxf86vm1",
}


class SetupError(Exception):
    """Something the user must do first."""


def say(text: str) -> None:
    print(f"[setup] {text}", flush=True)


def call(*command: str | Path) -> None:
    """Run a command; SetupError when it fails."""
    done = subprocess.run([str(c) for c in command], cwd=ROOT, check=False)
    if done.returncode:
        raise SetupError(f"This failed (exit {done.returncode}): {' '.join(map(str, command))}")


def apt(packages: list[str], why: str) -> None:
    """Install Debian packages when root, else name them."""
    if not packages:
        return
    line = "apt-get install " + " ".join(packages)
    if shutil.which("apt-get") is None:
        raise SetupError(f"{why}: install what your system calls {' '.join(packages)}.")
    if os.geteuid() != 0:
        raise SetupError(f"{why}. Please run: sudo {line}")
    say(f"{why}: {line}")
    os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
    call("apt-get", "-qq", "update")
    call("apt-get", "-qq", "install", "-y", "--no-install-recommends", *packages)


def python311() -> str:
    """A Python 3.11 that really runs (a pyenv shim on the PATH may not)."""
    tried = [sys.executable, "python3.11", "python3", "/usr/bin/python3.11", "/usr/local/bin/python3.11"]
    for name in tried:
        path = shutil.which(name)
        if path is None:
            continue
        out = subprocess.run(
            [path, "-c", "import sys; print(sys.version_info[:2] == (3, 11))"],
            capture_output=True,
            text=True,
            check=False,
        )
        if out.returncode == 0 and out.stdout.strip() == "True":
            return path
    raise SetupError("Python 3.11 was not found. Install it (Debian 12: apt-get install python3.11 python3.11-venv).")


def stamp_of(*files: str) -> str:
    """One hash over the files an environment is made from."""
    text = b"".join((ROOT / f).read_bytes() for f in files)
    return hashlib.sha256(text + str(ROOT).encode()).hexdigest()


def boot() -> Path:
    """The small environment that holds uv."""
    uv = VENVS / "boot" / BIN / ("uv.exe" if os.name == "nt" else "uv")
    stamp = VENVS / "boot" / "stamp"
    want = stamp_of("constraints/boot.txt")
    if uv.exists() and stamp.exists() and stamp.read_text() == want:
        return uv
    python = python311()
    probe = subprocess.run([python, "-c", "import ensurepip, venv"], capture_output=True, check=False)
    if probe.returncode:
        apt(["python3.11-venv"], "Python's venv module is missing")
    shutil.rmtree(VENVS / "boot", ignore_errors=True)
    call(python, "-m", "venv", VENVS / "boot")
    call(VENVS / "boot" / BIN / "python", "-m", "pip", "install", "-q", "-r", ROOT / "constraints/boot.txt")
    stamp.write_text(want)
    return uv


def make(name: str, sources: list[str], install: Callable[[Path, Path], None]) -> None:
    """Make .venvs/<name> unless its stamp says it is as wanted."""
    home = VENVS / name
    stamp = home / "stamp"
    want = stamp_of(*sources)
    if stamp.exists() and stamp.read_text() == want:
        return
    uv = boot()
    say(f"making {home.relative_to(ROOT)} (once; a few minutes)")
    stamp.unlink(missing_ok=True)
    if not (home / "pyvenv.cfg").exists():
        call(uv, "venv", "-q", "--allow-existing", "-p", python311(), home)
    install(uv, home / BIN / "python")
    stamp.write_text(want)
    say(f"{home.relative_to(ROOT)} is ready")


def engine(uv: Path, python: Path) -> None:
    """Rushes in place, with torch and the development tools."""
    pins = ROOT / "constraints/engine.txt"
    call(uv, "pip", "install", "-q", "-p", python, "-c", pins, "-e", f"{ROOT}[dev]", "--compile-bytecode")


def blender(uv: Path, python: Path) -> None:
    """Blender 5.0 as a Python module."""
    pins = ROOT / "constraints/blender-5.0.txt"
    call(uv, "pip", "install", "-q", "-p", python, "-r", pins, "--compile-bytecode")


def system_libraries() -> None:
    """What bpy loads and a bare Debian lacks."""
    if sys.platform != "linux":
        return
    missing = [deb for lib, deb in BPY_LIBRARIES.items() if find_library(lib) is None]
    apt(missing, "Blender needs system libraries")


def check_blender() -> None:
    """Import bpy once, so that a missing library is said here and not in the middle of a job."""
    python = VENVS / "bpy50" / BIN / "python"
    out = subprocess.run([str(python), "-c", "import bpy"], capture_output=True, text=True, check=False)
    if out.returncode:
        raise SetupError("Blender (bpy) does not start: " + out.stderr.strip().splitlines()[-1])


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the project's environments.")
    parser.add_argument("names", nargs="*", default=["engine", "blender"], help="engine, blender (default: both)")
    names: list[str] = parser.parse_args().names
    if importlib.util.find_spec("venv") is None and shutil.which("apt-get") is None:
        say("this Python has no venv module")
        return 1
    try:
        VENVS.mkdir(exist_ok=True)
        if "engine" in names:
            make("engine", ["pyproject.toml", "constraints/engine.txt"], engine)
        if "blender" in names:
            fresh = not (VENVS / "bpy50" / "stamp").exists()
            if fresh:
                system_libraries()
            make("bpy50", ["constraints/blender-5.0.txt"], blender)
            if fresh:
                check_blender()
    except SetupError as exc:
        say(str(exc))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
