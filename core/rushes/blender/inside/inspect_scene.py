"""Tells which shots a .blend holds; run by `rushes.passes.render.inspect_blend` through the launcher."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rushes.blender.inside import scene_open, shots
from rushes.blender.inside.channel import Channel
from rushes.contracts import encode

__all__ = ["run"]


def run(request: dict[str, Any], channel: Channel) -> dict[str, Any]:
    """The SceneInfo of `request["blend"]`, encoded."""
    scene = scene_open.open_blend(Path(request["blend"]), channel)
    return encode(shots.scene_info(scene, request["blend"], tuple(scene_open.libraries())))
