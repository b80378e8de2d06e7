"""Opens the artist's .blend without ever saving it, and says what is wrong with it in their words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import bpy

from rushes.blender.header import read_version
from rushes.blender.inside.channel import Channel
from rushes.errors import BlenderError, BlendError

__all__ = ["OLDEST_BLENDER", "libraries", "open_blend"]

OLDEST_BLENDER = (4, 2)


def open_blend(path: Path, channel: Channel) -> Any:
    """Load `path` in place (relative libraries and caches resolve) and return its scene.

    Scripts in the file are not run and nothing is ever saved. Raises BlendError: `blend.not_blend`,
    `blend.newer`, `blend.library` and others.
    """
    if bpy.app.version[:2] < OLDEST_BLENDER:
        raise BlenderError(
            f"This Blender is {bpy.app.version_string}; Rushes needs 4.2 or newer.",
            code="blender.old",
            hint="Install a newer Blender, or name one with RUSHES_BLENDER.",
        )
    version = read_version(path)
    if version is not None:
        _refuse_newer(path, version)
    try:
        bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False, use_scripts=False)
    except RuntimeError as exc:
        raise BlendError(
            f"{path.name} is damaged; Blender {bpy.app.version_string} cannot open it ({_reason(exc)}).",
            code="blend.damaged",
            hint="It may have been cut off on the way: copy it again, or restore a backup (the .blend1 beside it).",
        ) from exc
    _refuse_newer(path, (bpy.data.version[0], bpy.data.version[1]))
    _refuse_missing_libraries(path)
    _tell_missing_data(channel)
    scene = bpy.context.scene
    if scene is None:
        raise BlendError(
            f"{path.name} holds no scene.",
            code="blend.no_scene",
            hint="Give the file that has your scene; this one only holds assets.",
        )
    return scene


def _reason(exc: RuntimeError) -> str:
    """The last thing Blender says; it names the file twice before that."""
    lines = [line.strip() for line in str(exc).splitlines() if line.strip()]
    return lines[-1].rpartition(": ")[2].rstrip(".") if lines else "no reason given"


def _refuse_newer(path: Path, version: tuple[int, int]) -> None:
    have = bpy.app.version[:2]
    if version <= have:
        return
    wrote = f"{version[0]}.{version[1]}"
    raise BlendError(
        f"{path.name} was saved by Blender {wrote}; the Blender at hand is {have[0]}.{have[1]} and would lose data.",
        code="blend.newer",
        hint=f"Point Rushes to Blender {wrote} or newer: set RUSHES_BLENDER to its path.",
        details={"file": wrote, "blender": f"{have[0]}.{have[1]}"},
    )


def _library_path(library: Any) -> str:
    return os.path.normpath(bpy.path.abspath(library.filepath, library=library.parent))


def libraries() -> list[str]:
    """Absolute paths of all linked .blend files."""
    return sorted({_library_path(lib) for lib in bpy.data.libraries if not getattr(lib, "packed_file", None)})


def _refuse_missing_libraries(path: Path) -> None:
    missing = [name for name in libraries() if not os.path.exists(name)]
    if not missing:
        return
    rest = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    raise BlendError(
        f"{path.name} links to {missing[0]}{rest}, which is not there.",
        code="blend.library",
        hint="Put the linked file back, or relink it in Blender (File > External Data > Find Missing Files) and save.",
        details={"libraries": missing},
    )


def _tell_missing_data(channel: Channel) -> None:
    lost = [o.name for o in bpy.data.objects if o.is_missing] + [c.name for c in bpy.data.collections if c.is_missing]
    if lost:
        shown = ", ".join(sorted(lost)[:5]) + (" ..." if len(lost) > 5 else "")
        channel.note(f"The linked files no longer hold {shown}; the passes leave that out.")
    if getattr(bpy.app, "autoexec_fail", False):
        channel.note(
            "The file wants to run scripts; they were not run. Drivers that need Python keep their saved values."
        )
