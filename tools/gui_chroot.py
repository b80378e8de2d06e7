"""Makes the systems in which Blender's real window is tested: python3 tools/gui_chroot.py [4.3] [5.2]

Each is a small Debian in a folder, with Debian's own Blender, an X server without a screen, Mesa's software
OpenGL, a program that moves the mouse and one that reads text in pictures:

    .build/gui/4.3   Debian 13 (trixie)
    .build/gui/5.2   Debian unstable (sid)

GUI_CHROOTS names another folder for them, GUI_MIRROR another mirror. About 2 GB each. A folder is stamped when it
is complete and made again when its recipe changes. All mounts live in a namespace that ends with this program, so
nothing stays mounted, whatever happens. Standard library only.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["RECIPES", "ChrootError", "Recipe", "folder_of", "is_ready"]

ROOT = Path(__file__).resolve().parent.parent
STAMP = "rushes_stamp"
INSIDE = "RUSHES_GUI_CHROOT_INSIDE"
TOOLS = (
    "blender",
    "python3-numpy",  # every Blender but this one brings it
    "xvfb",
    "xdotool",
    "libgl1-mesa-dri",
    "imagemagick",
    "tesseract-ocr",
)
# A mirror may be a frozen copy of sid; the signatures are checked all the same.
APT = ("apt-get", "-qq", "-o", "Acquire::Check-Valid-Until=false")


class ChrootError(Exception):
    """Something the user must do first."""


@dataclass(frozen=True)
class Recipe:
    """Which Debian holds which Blender."""

    suite: str
    packages: tuple[str, ...] = TOOLS
    keyring: str = "/usr/share/keyrings/debian-archive-keyring.gpg"

    @property
    def stamp(self) -> str:
        """Changes when the folder has to be made again."""
        return hashlib.sha256(repr((self.suite, self.packages)).encode()).hexdigest()


RECIPES = {
    "4.3": Recipe("trixie"),
    "5.2": Recipe("sid", (*TOOLS, "python3-cattr", "python3-requests")),  # Blender's own scripts import them
}


def say(text: str) -> None:
    print(f"[gui] {text}", flush=True)


def folder_of(version: str) -> Path:
    """Where the system with this Blender is, or would be."""
    return (Path(os.environ.get("GUI_CHROOTS") or ROOT / ".build" / "gui") / version).resolve()


def is_ready(version: str) -> bool:
    """Whether it is there, complete and made by today's recipe."""
    stamp = folder_of(version) / STAMP
    return stamp.is_file() and stamp.read_text().split()[0] == RECIPES[version].stamp


def call(*command: str | Path, quiet: bool = False) -> None:
    """Run a command; ChrootError when it fails."""
    target = subprocess.DEVNULL if quiet else None
    done = subprocess.run([str(c) for c in command], check=False, stdout=target)
    if done.returncode:
        raise ChrootError(f"This failed (exit {done.returncode}): {' '.join(map(str, command))}")


def check_machine() -> None:
    """ChrootError with what is missing here."""
    if sys.platform != "linux":
        raise ChrootError("Blender's window is tested on Linux only.")
    missing = [p for p in ("debootstrap", "unshare", "nsenter", "chroot") if shutil.which(p) is None]
    if missing:
        raise ChrootError(
            f"Missing here: {', '.join(missing)}. On Debian or Ubuntu: sudo apt-get install debootstrap util-linux"
        )
    if os.geteuid() != 0:
        raise ChrootError("Only root can make a system in a folder. Please run: sudo make test-gui")


def mounted_under(folder: Path) -> list[str]:
    """Mount points inside the folder."""
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return [p for p in points if p.startswith(f"{folder}/")]


def make(version: str) -> None:
    """Make one system; a half-made one is started over."""
    recipe, folder = RECIPES[version], folder_of(version)
    if folder.exists():
        if mounted_under(folder):
            raise ChrootError(f"Something is mounted in {folder}. Unmount it first: {', '.join(mounted_under(folder))}")
        shutil.rmtree(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    mirror = [m for m in [os.environ.get("GUI_MIRROR")] if m]  # none: debootstrap's own
    say(f"making {folder} from Debian {recipe.suite} (once; some minutes, 2 GB)")
    call("debootstrap", "--variant=minbase", f"--keyring={recipe.keyring}", recipe.suite, folder, *mirror, quiet=True)
    call("mount", "-t", "proc", "proc", folder / "proc")
    call("mount", "--bind", "/dev", folder / "dev")
    shutil.copyfile("/etc/resolv.conf", folder / "etc" / "resolv.conf")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    call("chroot", folder, *APT, "update")
    call("chroot", folder, *APT, "install", "-y", "--no-install-recommends", *recipe.packages, quiet=True)
    call("chroot", folder, "apt-get", "clean")
    out = subprocess.run(["chroot", str(folder), "blender", "--version"], capture_output=True, text=True, check=False)
    first = (out.stdout.splitlines() or [out.stderr.strip()])[0]
    if not first.startswith(f"Blender {version}"):
        raise ChrootError(
            f"Debian {recipe.suite} has another Blender than {version} now: {first}. "
            "Change RECIPES in tools/gui_chroot.py, or point GUI_MIRROR at an older snapshot."
        )
    (folder / STAMP).write_text(f"{recipe.stamp} {first}\n")
    say(f"{folder}: {first}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the systems in which Blender's window is tested.")
    parser.add_argument("versions", nargs="*", help=f"of {', '.join(RECIPES)} (default: all)")
    wanted: list[str] = parser.parse_args().versions or list(RECIPES)
    unknown = [v for v in wanted if v not in RECIPES]
    try:
        if unknown:
            raise ChrootError(f"No recipe for Blender {', '.join(unknown)}; there are {', '.join(RECIPES)}.")
        todo = [v for v in wanted if not is_ready(v)]
        if not todo:
            return 0
        check_machine()
        if INSIDE not in os.environ:
            return again_with_own_mounts()
        for version in todo:
            make(version)
    except ChrootError as exc:
        say(str(exc))
        return 1
    return 0


def again_with_own_mounts() -> int:
    """Run this program in a mount namespace of its own; its exit code."""
    command = ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv]
    return subprocess.run(command, env={**os.environ, INSIDE: "1"}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
