"""The first process of a room (see room.py): mounts what is wanted, enters the system, collects what ends.

    python3 room_init.py '{"root": ..., "binds": [[from, to, "ro"], ...]}'

Runs in new mount, process and network namespaces; everything in the room ends with it. Standard library only.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import socket
import struct
import subprocess
import sys
from pathlib import Path

_SIOCSIFFLAGS = 0x8914
_UP_AND_RUNNING = 0x1 | 0x40


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def main() -> None:
    wanted = json.loads(sys.argv[1])
    root: str = wanted["root"]
    for folder in ("proc", "dev", "tmp"):
        Path(root, folder).mkdir(exist_ok=True)
    _mount("-t", "proc", "proc", f"{root}/proc")
    _mount("--bind", "/dev", f"{root}/dev")
    _mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", f"{root}/tmp")
    _mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", f"{root}/dev/shm")
    for source, target, mode in wanted["binds"]:
        place = Path(root + target)
        place.mkdir(parents=True, exist_ok=True)
        _mount("--bind", source, str(place))
        if mode == "ro":
            _mount("-o", "remount,bind,ro", str(place))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:  # this machine talks to itself only
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", _UP_AND_RUNNING))
    os.chroot(root)
    os.chdir("/")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while not select.select([sys.stdin], [], [], 0.5)[0]:  # closed when the one who opened the room is gone
        _collect()


def _collect() -> None:
    """Take in processes that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass  # none is left


main()
