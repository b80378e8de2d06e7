"""Puts .cube files where Resolve looks for LUTs."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from resolve_scripts.host.session import Session
from resolve_scripts.logic.luts import lut_folders, lut_name
from rushes.errors import ResolveError

__all__ = ["install_lut"]


def install_lut(session: Session, grade: str, data: bytes, environment: Mapping[str, str] | None = None) -> str:
    """Put a .cube into Resolve's LUT folder and have Resolve see it. What is there already is kept.

    Returns:
        Its name as SetLUT takes it: "Rushes/harbour_3f9a1c22.cube".

    Raises:
        ResolveError: `resolve.lut_folder` when there is no such folder or it cannot be written.
    """
    folders = lut_folders(sys.platform, os.environ if environment is None else environment)
    root = next((Path(one) for one in folders if Path(one).is_dir()), None)
    if root is None:
        raise ResolveError(
            f"Resolve's LUT folder is not at {folders[0]}.",
            code="resolve.lut_folder",
            hint="Find it by Project Settings > Color Management > Open LUT Folder, and name it in the environment "
            "variable RUSHES_RESOLVE_LUT.",
        )
    name = lut_name(grade, data)
    target = root / name
    try:
        if not target.is_file() or target.read_bytes() != data:
            _write(target, data)
    except OSError as exc:
        raise ResolveError(
            f"Resolve's LUT folder {root} cannot be written.",
            code="resolve.lut_folder",
            hint="Open it by Project Settings > Color Management > Open LUT Folder and copy the .cube into a folder "
            f"{target.parent.name} there as an administrator, as {target.name}; or allow yourself to write to it. "
            "Then run the action again.",
            details={"folder": str(root), "name": target.name},
        ) from exc
    session.project().RefreshLUTList()
    return name


def _write(target: Path, data: bytes) -> None:
    target.parent.mkdir(exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
    try:
        with open(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)
