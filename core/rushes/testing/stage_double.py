"""A double of the door through which scenes with takes on them are rendered: flat pictures, no Blender."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from rushes.contracts import JobContext

__all__ = ["StageDouble"]


class StageDouble:
    """Double of `jobs.doors.BlenderProjection`. `asked` holds what was rendered; `fail_after` frames it raises `error`.

    A beauty is grey, brighter with every frame; a set shows `colour` in its left half and nothing in its right.
    """

    colour: tuple[int, int, int] = (40, 160, 90)

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.fail_after = -1
        self.error: Exception = RuntimeError("the double fails")
        self.reach = 0.5
        """Part of a set's picture, from the left, that takes reach."""

    def render(
        self, request: Mapping[str, Any], context: JobContext, on_frame: Callable[[int, Path], None]
    ) -> dict[str, Any]:
        """See ProjectionDoor."""
        self.asked.append(dict(request))
        out = Path(request["out"])
        out.mkdir(parents=True, exist_ok=True)
        for done, frame in enumerate(request["frames"]):
            context.check()
            if done == self.fail_after:
                raise self.error
            path = out / f"{frame:04d}.png"
            Image.fromarray(self._picture(request, frame)).save(path)
            on_frame(frame, path)
            context.progress((done + 1) / len(request["frames"]), "render")
        if request["save"]:
            Path(request["save"]).write_bytes(b"BLENDER-double projected")
        return {"blender": "double", "notes": [], "lit": True}

    def _picture(self, request: Mapping[str, Any], frame: int) -> Any:
        width, height = request["size"]
        if request["mode"] == "beauty":
            return np.full((height, width, 3), min(255, 40 + frame), np.uint8)
        picture = np.zeros((height, width, 4), np.uint8)
        picture[:, : round(width * self.reach)] = (*self.colour, 255)
        return picture
