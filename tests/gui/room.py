"""A room: a Debian with a real Blender, the checkout in it (read-only), no network, gone when closed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

__all__ = ["ARTIST", "Room"]

CHECKOUT = Path(__file__).resolve().parents[2]
ARTIST = "/home/artist"
"""The artist's home inside the room; `Room.home` outside."""


class Room:
    """Processes that see the system in `system` and, in it, the checkout and the artist's home.

    They have mounts, process ids and a network (loopback alone) of their own, so that nothing they start or mount
    outlives `close`.
    """

    def __init__(self, system: Path, home: Path) -> None:
        """Open the room. `home` (outside) becomes /home/artist (inside)."""
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        binds = [(str(CHECKOUT), str(CHECKOUT), "ro"), (str(home), ARTIST, "rw")]
        binds += [(p, p, "ro") for p in _base_pythons()]
        command = ["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "--propagation", "private"]
        init = str(Path(__file__).with_name("room_init.py"))
        wanted = json.dumps({"root": str(system), "binds": binds})
        self._keeper = subprocess.Popen(
            [*command, sys.executable, init, wanted], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._keeper.stdout is not None
        said = self._keeper.stdout.readline()
        if said != "ready\n":
            self.close()
            raise RuntimeError(f"The room in {system} could not be opened (root is needed): {said}")
        pid = self._keeper.pid
        self._first = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]

    def command(self, arguments: Sequence[str], environment: Mapping[str, str]) -> list[str]:
        """The command line, outside, that runs `arguments` inside."""
        words = {"HOME": ARTIST, "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", **environment}
        enter = ["nsenter", "--target", self._first, "--mount", "--pid", "--net", "--root", "--wd", "--"]
        return [*enter, "env", "-i", "-C", ARTIST, *(f"{k}={v}" for k, v in words.items()), *arguments]

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], log: IO[bytes] | int
    ) -> subprocess.Popen[bytes]:
        """Start a program inside; its words go to `log`."""
        return subprocess.Popen(
            self.command(arguments, environment), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )

    def run(
        self, *arguments: str, environment: Mapping[str, str] | None = None, timeout: float = 120, check: bool = True
    ) -> str:
        """Run a program inside to its end; what it said. RuntimeError with its words when it fails."""
        done = subprocess.run(
            self.command(arguments, environment or {}), capture_output=True, text=True, timeout=timeout, check=False
        )
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} failed ({done.returncode}):\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def pids(self, words: str) -> list[int]:
        """Processes inside whose command line holds `words`, by their ids outside."""
        own, found = os.readlink(f"/proc/{self._first}/ns/pid"), list[int]()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                if words in line and os.readlink(folder / "ns" / "pid") == own:
                    found.append(int(folder.name))
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue  # it has just ended, or is none of ours
        return found

    def kill(self, words: str) -> int:
        """End those processes at once; how many there were."""
        found = self.pids(words)
        for pid in found:
            os.kill(pid, signal.SIGKILL)
        return len(found)

    def inside(self, path: Path) -> str:
        """The name, inside, of a path below `home`."""
        return f"{ARTIST}/{path.relative_to(self.home)}"

    def close(self) -> None:
        """End all that runs in it."""
        if self._keeper.poll() is None:
            self._keeper.kill()
        self._keeper.wait()
        for pipe in (self._keeper.stdin, self._keeper.stdout):
            if pipe:
                pipe.close()


def _base_pythons() -> list[str]:
    """Folders of the Pythons that the environments of the checkout were made from (those not in /usr)."""
    found: set[str] = set()
    for python in sorted(CHECKOUT.glob(".venvs/*/bin/python")):
        real = Path(os.path.realpath(python))
        if real.exists() and not real.is_relative_to("/usr") and not real.is_relative_to(CHECKOUT):
            found.add(str(real.parent.parent))
    return sorted(found)
