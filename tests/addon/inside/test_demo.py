"""The demo from the panel: a copy is opened, the original and an artist's changes stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy


def test_the_demo_opens_as_a_copy_and_is_not_made_anew(addon: Any, scene: Any, part: Any, tmp_path: Path) -> None:
    prefs = part("host.production").preferences()
    prefs.production_folder = str(tmp_path)
    try:
        bpy.ops.rushes.demo_open()
        own = Path(bpy.data.filepath)
        assert own == tmp_path / "Rushes Demo" / "harbour_street.blend"
        names = [s.name for s in part("host.shots").scene_shots(bpy.context.scene)]
        assert names[:3] == ["arrival", "quay", "overlook"]
        bpy.context.scene.name = "Mine"
        bpy.ops.wm.save_mainfile()
        bpy.ops.rushes.demo_open()
        assert bpy.context.scene.name == "Mine"
    finally:
        prefs.property_unset("production_folder")
