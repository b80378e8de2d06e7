"""Open the demo: a street to try everything on."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import bpy
from bpy.types import Operator

from rushes.errors import InputError, disk_full_as_error

from ..host import production
from .common import guarded

__all__ = ["CLASSES"]

_NAME = "harbour_street.blend"


class RUSHES_OT_demo_open(Operator):
    """Open a copy of the demo scene: a harbour street with three shots, ready to generate"""

    bl_idname = "rushes.demo_open"
    bl_label = "Open the Demo"
    bl_options = {"REGISTER"}

    def invoke(self, context: Any, event: Any) -> set[str]:
        if bpy.data.is_dirty:  # the question that File > Open asks
            return context.window_manager.invoke_confirm(self, event)
        return self.execute(context)

    def execute(self, context: Any) -> set[str]:
        return guarded(self, _open)


def _open() -> set[str]:
    source = _source()
    parent = str(getattr(production.preferences(), "production_folder", "") or "")
    home = Path(bpy.path.abspath(parent) if parent else os.path.expanduser("~")) / "Rushes Demo"
    target = home / _NAME
    try:
        with disk_full_as_error(target):
            home.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                shutil.copyfile(source, target)
    except OSError as exc:
        raise InputError(
            f"The demo cannot be copied to {home}: {exc.strerror}.",
            code="demo.path",
            hint="Choose a folder for productions in the preferences that you may write to.",
        ) from exc
    bpy.ops.wm.open_mainfile(filepath=str(target))
    return {"FINISHED"}


def _source() -> Path:
    """In the extension, else in the checkout that the add-on runs from."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "demo", package.parent / "assets" / "demo"):
        if (folder / _NAME).is_file():
            return folder / _NAME
    raise InputError(
        "The demo did not come with this add-on.", code="demo.missing", hint="Install the extension again."
    )


CLASSES = (RUSHES_OT_demo_open,)
