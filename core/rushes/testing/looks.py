"""Doubles of the live look: a view that needs no Blender."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

from rushes.contracts import JobContext, LookRequest
from rushes.errors import BlenderError, BlendError
from rushes.jobs.look import ViewDoor
from rushes.jobs.registry import Services
from rushes.media.conditioning import ShotInputs
from rushes.passes.view import BlenderView, OpenScene, ViewAsk, ViewInputs
from rushes.testing.analytic_door import AnalyticDoor
from rushes.testing.analytic_shot import street
from rushes.testing.studio import furnish

__all__ = ["AnalyticView", "furnish_look"]


class AnalyticView:
    """DOUBLE of `passes.view.BlenderView`: the analytic street. `asked` keeps every view that was rendered.

    Words in the file (see `analytic_door.write_blend`) change it: "dies" ends the process at the second view, once;
    "slow" takes a tenth of a second a view.
    """

    def __init__(self) -> None:
        self.asked: list[ViewAsk] = []
        self.opened = 0
        self.closed = False
        self.fail: list[BlenderError] = []
        """Raised by the next views, one each."""
        self._words = b""
        self._blend = Path()

    def open(self, blend: Path, context: JobContext) -> OpenScene:
        """See ViewDoor."""
        self.opened += 1
        self._blend, self._words = blend, blend.read_bytes()
        if not self._words.startswith(b"BLENDER"):
            raise BlendError(f"{blend.name} is not a Blender file.", code="blend.not_one", hint="Save it again.")
        info = replace(AnalyticDoor(frames=24).info, blend=str(blend), sun=None if b"no sun" in self._words else _SUN)
        shot = street(info.size, 1)
        return OpenScene(info, info.cameras[0], (1, 24), tuple(o.name for o in shot.legend.objects))

    def render(self, ask: ViewAsk) -> ShotInputs:
        """See ViewDoor."""
        if self.fail:
            raise self.fail.pop(0)
        self.asked.append(ask)
        if b"slow" in self._words:
            time.sleep(0.1)
        mark = self._blend.with_suffix(".died")
        if b"dies" in self._words and len(self.asked) == 2 and not mark.exists():
            mark.touch()
            os._exit(9)
        shot = street(ask.size, 24)
        index = (ask.frame - 1) % 24
        picture = replace(shot.frame(index), index=0)
        still = replace(
            shot.legend, objects=tuple(replace(o, matrices=(o.matrix(index),)) for o in shot.legend.objects)
        )
        return ViewInputs(picture, still, shot.rate, ask.sun or (0.0, 0.6, 0.8))

    def close(self) -> None:
        """See ViewDoor."""
        self.closed = True


_SUN = AnalyticDoor().info.sun


def furnish_look(services: Services, request: LookRequest) -> ViewDoor:
    """The generator "fake", and the door that fits the scene: doubles of scenes go to the double."""
    furnish(services)
    with open(request.blend, "rb") as file:
        double = file.read(14) == b"BLENDER-double"
    return AnalyticView() if double else BlenderView(services.blender)
