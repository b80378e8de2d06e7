"""Makes the project's environments: python3 tools/setup_env.py [engine] [blender] [blender42] [melt] ...

Several environments, because bpy pins Python and NumPy and must not meet torch:

    .venvs/engine   Rushes itself, torch, development tools
    .venvs/bpy50    Blender 5.0 as a module, to render passes ("blender" is short for it)
    .venvs/bpy52    Blender 5.2 (Python 3.13), to test the add-on
    .venvs/bpy42, .venvs/bpy45    Blender 4.2 and 4.5, the same, on demand
    melt            no environment: the player that checks delivered cuts, from the system's packages

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
from dataclasses import dataclass
from functools import partial
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


@dataclass(frozen=True)
class Blender:
    """One Blender as a module, in an environment of its own."""

    version: str
    python: tuple[int, int]

    @property
    def environment(self) -> str:
        return "bpy" + self.version.replace(".", "")

    @property
    def pins(self) -> str:
        return f"constraints/blender-{self.version}.txt"


BLENDERS = {
    "blender42": Blender("4.2", (3, 11)),
    "blender45": Blender("4.5", (3, 11)),
    "blender50": Blender("5.0", (3, 11)),
    "blender52": Blender("5.2", (3, 13)),
}
SHORT = {"blender": "blender50"}


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


def python_at(version: tuple[int, int]) -> str | None:
    """A Python of this version that really runs (a pyenv shim on the PATH may not)."""
    name = f"python{version[0]}.{version[1]}"
    tried = [sys.executable, name, "python3", f"/usr/bin/{name}", f"/usr/local/bin/{name}", *pyenv_pythons(name)]
    ask = f"import sys; print(sys.executable if sys.version_info[:2] == {version} else '')"
    for candidate in tried:
        path = shutil.which(candidate)
        if path is None:
            continue
        out = subprocess.run([path, "-c", ask], capture_output=True, text=True, check=False)
        if out.returncode == 0 and out.stdout.strip():
            return out.stdout.strip()
    return None


def pyenv_pythons(name: str) -> list[str]:
    """What pyenv has installed but not put on the PATH."""
    if shutil.which("pyenv") is None:
        return []
    out = subprocess.run(["pyenv", "root"], capture_output=True, text=True, check=False)
    return sorted(map(str, Path(out.stdout.strip()).glob(f"versions/*/bin/{name}"))) if out.returncode == 0 else []


def python311() -> str:
    """A Python 3.11, or SetupError."""
    found = python_at((3, 11))
    if found is None:
        raise SetupError(
            "Python 3.11 was not found. Install it (Debian 12: apt-get install python3.11 python3.11-venv)."
        )
    return found


def python_for(uv: Path, version: tuple[int, int]) -> str:
    """A Python of this version: the system's, else one that uv has or fetches; SetupError when none."""
    found = python_at(version)
    if found is not None:
        return found
    text = f"{version[0]}.{version[1]}"
    say(f"Python {text} was not found; asking uv for it")
    fetched = subprocess.run([str(uv), "python", "install", "-q", text], capture_output=True, text=True, check=False)
    asked = subprocess.run(
        [str(uv), "python", "find", "--managed-python", text], capture_output=True, text=True, check=False
    )
    if asked.returncode == 0 and asked.stdout.strip():
        return asked.stdout.strip()
    reason = (fetched.stderr.strip().splitlines() or ["no reason given"])[-1].strip()
    raise SetupError(
        f"Python {text} was not found and uv could not fetch it ({reason}). Install it: Debian 13: apt-get install "
        f"python{text} python{text}-venv; with pyenv: pyenv install {text}; elsewhere: https://www.python.org/downloads/."
    )


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


def make(
    name: str, sources: list[str], install: Callable[[Path, Path], None], version: tuple[int, int] = (3, 11)
) -> None:
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
        call(uv, "venv", "-q", "--allow-existing", "-p", python_for(uv, version), home)
    install(uv, home / BIN / "python")
    stamp.write_text(want)
    say(f"{home.relative_to(ROOT)} is ready")


def engine(uv: Path, python: Path) -> None:
    """Rushes in place, with torch and the development tools."""
    pins = ROOT / "constraints/engine.txt"
    call(uv, "pip", "install", "-q", "-p", python, "-c", pins, "-e", f"{ROOT}[dev]", "--compile-bytecode")


def install_blender(which: Blender, uv: Path, python: Path) -> None:
    """Blender as a Python module, imported once so that a missing library is said here and not in a job."""
    call(uv, "pip", "install", "-q", "-p", python, "-r", ROOT / which.pins, "--compile-bytecode")
    out = subprocess.run([str(python), "-c", "import bpy"], capture_output=True, text=True, check=False)
    if out.returncode:
        last = (out.stderr.strip().splitlines() or [f"exit {out.returncode}"])[-1]
        raise SetupError(f"Blender {which.version} (bpy) does not start: {last}")


def system_libraries() -> None:
    """What bpy loads and a bare Debian lacks."""
    if sys.platform != "linux":
        return
    missing = [deb for lib, deb in BPY_LIBRARIES.items() if find_library(lib) is None]
    apt(missing, "Blender needs system libraries")


def make_blender(which: Blender) -> None:
    if not (VENVS / which.environment / "stamp").exists():
        system_libraries()
    make(which.environment, [which.pins], partial(install_blender, which), which.python)


def make_melt() -> None:
    """The player that tests hold delivered cuts against; those tests are skipped where it cannot be had."""
    if shutil.which("melt") is not None:
        return
    if sys.platform != "linux" or shutil.which("apt-get") is None or os.geteuid() != 0:
        say("melt is not installed; the tests that need it are skipped (Debian: sudo apt-get install melt)")
        return
    try:
        apt(["melt"], "Tests play delivered cuts with melt")
    except SetupError as exc:
        say(f"melt could not be installed ({exc}); the tests that need it are skipped")


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the project's environments.")
    known = ["engine", *SHORT, *BLENDERS, "melt"]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(known)} (default: engine blender)")
    names: list[str] = parser.parse_args().names or ["engine", "blender"]
    unknown = [name for name in names if name not in known]
    if unknown:
        parser.error(f"there is no environment {', '.join(unknown)}; there are {', '.join(known)}")
    if importlib.util.find_spec("venv") is None and shutil.which("apt-get") is None:
        say("this Python has no venv module")
        return 1
    try:
        VENVS.mkdir(exist_ok=True)
        for name in dict.fromkeys(SHORT.get(name, name) for name in names):
            if name == "engine":
                make("engine", ["pyproject.toml", "constraints/engine.txt"], engine)
            elif name == "melt":
                make_melt()
            else:
                make_blender(BLENDERS[name])
    except SetupError as exc:
        say(str(exc))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
