"""Builds .blend files with the slips artists make. Run by Blender's interpreter: make_mistakes.py FOLDER."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import make_scenes as base

__all__ = ["MISTAKES"]


def _hidden(floor: Any, cam: Any) -> None:
    floor.hide_render = True


def _flat_camera(floor: Any, cam: Any) -> None:
    cam.scale = (0.0, 0.0, 0.0)


def _brief_number(floor: Any, cam: Any) -> None:
    cam["rushes_brief"] = 7


def _brief_list(floor: Any, cam: Any) -> None:
    cam["rushes_brief"] = '["calm"]'


def _brief_field(floor: Any, cam: Any) -> None:
    cam["rushes_brief"] = '{"moood": "calm"}'


def _brief_group(floor: Any, cam: Any) -> None:
    """No slip: how Blender's Python writes a dictionary."""
    cam["rushes_brief"] = {"mood": "calm"}


def _no_scene_camera(floor: Any, cam: Any) -> None:
    cam.users_scene[0].camera = None


MISTAKES: dict[str, Callable[[Any, Any], None]] = {
    "hidden": _hidden,
    "flat_camera": _flat_camera,
    "brief_number": _brief_number,
    "brief_list": _brief_list,
    "brief_field": _brief_field,
    "brief_group": _brief_group,
    "no_scene_camera": _no_scene_camera,
}


if __name__ == "__main__":
    folder = Path(sys.argv[-1])
    for name, slip in MISTAKES.items():
        scene = base.fresh()
        floor = base.ground()
        scene.camera = base.camera("Cam", (0.0, -10.0, 5.0), (0.0, 0.0, 0.0))
        slip(floor, scene.camera)
        base.save(folder / f"{name}.blend", compress=True)
    whole = (folder / "hidden.blend").read_bytes()
    (folder / "torn_packed.blend").write_bytes(whole[: len(whole) // 2])
    (folder / "nothing.blend").write_bytes(b"")
