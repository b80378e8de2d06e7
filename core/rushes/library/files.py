"""Small file helpers: whole-or-nothing writes, hashes, processes that are gone."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from rushes.errors import ProductionError, disk_full_as_error

__all__ = ["file_sha256", "host_tag", "link_or_copy", "process_alive", "read_json", "write_atomic", "write_json"]


def write_atomic(path: Path, data: bytes) -> None:
    """Write beside `path` and rename: readers see the old file or the new one, never a part. DiskFullError."""
    with disk_full_as_error(path):
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        beside = Path(name)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            beside.chmod(0o644)  # mkstemp's 0600 would lock colleagues out of a shared production
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """`write_atomic` of readable JSON with stable order."""
    text = json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True)
    write_atomic(path, (text + "\n").encode("utf-8"))


def read_json(path: Path, what: str) -> dict[str, Any]:
    """The JSON object in `path`; ProductionError `production.unreadable` when it is damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as exc:  # bad JSON, bad UTF-8
        raise _unreadable(path, what) from exc
    if not isinstance(found, dict):
        raise _unreadable(path, what)
    return cast("dict[str, Any]", found)


def _unreadable(path: Path, what: str) -> ProductionError:
    return ProductionError(
        f"{what} in {path} is damaged and cannot be read.",
        code="production.unreadable",
        hint="Bring the file back from a backup; nothing else was touched.",
    )


def file_sha256(path: Path, check: Callable[[], None] = lambda: None) -> str:
    """SHA-256 (hex) of a file, read in pieces; `check` is called between them so that a job can be cancelled."""
    found = hashlib.sha256()
    with path.open("rb") as source:
        while piece := source.read(1 << 20):
            check()
            found.update(piece)
    return found.hexdigest()


def link_or_copy(source: Path, target: Path) -> None:
    """A hard link where the disk can, else a copy. `target` must not be there; DiskFullError when there is no room."""
    try:
        os.link(source, target)
    except OSError:
        with disk_full_as_error(target):
            shutil.copyfile(source, target)


def host_tag() -> str:
    """Six letters that tell machines apart: a process id means nothing on another one."""
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:6]


def process_alive(pid: int) -> bool:
    """Whether a process with this id runs on this machine."""
    if sys.platform == "win32":  # os.kill(pid, 0) would end it there
        import ctypes

        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(0x1000, False, pid)
        if not handle:
            return False
        code = ctypes.c_ulong()
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        return code.value == 259
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
