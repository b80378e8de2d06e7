"""The .blend that a background Blender renders passes from: the file itself when it is saved, else a copy."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import bpy

from rushes.client import new_take_id
from rushes.errors import ProductionError, disk_full_as_error

from ..runtime import Session

__all__ = ["blend_for_passes"]

_FOLDER = "scenes"
_last: tuple[int, str, str] = (-1, "", "")
"""(edits, production, copy) of the newest copy."""


def blend_for_passes(now: Session, root: str) -> str:
    """Absolute path of a .blend that shows the scene as it is now.

    The file on disk when nothing was changed since it was saved; else a copy in the production's folder `scenes`, the
    same one as before while nothing changes. The artist's own file is never saved. ProductionError `production.path`
    when the folder cannot be written, DiskFullError.
    """
    global _last
    path = bpy.data.filepath
    if path and not bpy.data.is_dirty and os.path.isfile(path):
        return os.path.realpath(path)
    edits, former_root, copy = _last
    if edits == now.edits and former_root == root and os.path.isfile(copy):
        return copy
    folder = Path(root) / _FOLDER
    target = folder / f"{Path(path).stem or 'untitled'}-{new_take_id()}.blend"
    try:
        with disk_full_as_error(target):
            folder.mkdir(exist_ok=True)
            _save(target)
    except (OSError, RuntimeError) as exc:
        with contextlib.suppress(OSError):  # half a copy, if there is one
            target.unlink()
        raise ProductionError(
            f"A copy of the scene cannot be written to {folder}: {_reason(exc)}.",
            code="production.path",
            hint="Make the production's folder writable, or choose another production.",
        ) from exc
    _last = (now.edits, root, str(target))
    return str(target)


def _save(target: Path) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(target), copy=True, compress=False, check_existing=False)


def _reason(exc: Any) -> str:
    text = getattr(exc, "strerror", None) or str(exc).strip().splitlines()[-1]
    return str(text).rstrip(".")
