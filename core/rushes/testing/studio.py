"""Doubles for a whole worker: the fake generator, and scenes that need no Blender.

An engine that runs with `--doubles` uses these; a file made by `testing.analytic_door.write_blend` is
then taken for a .blend, any other goes to the real Blender.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rushes.contracts import JobContext, PassesManifest, PassesRequest, SceneInfo
from rushes.jobs.doors import BlenderDoor, OpenPasses, PassesDoor, ProjectionDoor
from rushes.jobs.registry import Services
from rushes.testing.analytic_door import AnalyticDoor
from rushes.testing.fake_generator import FakeGenerator
from rushes.testing.stage_double import StageDouble

__all__ = ["SwitchDoor", "SwitchStage", "furnish"]

_DOUBLE = b"BLENDER-double"


def furnish(services: Services) -> None:
    """Add the generator "fake" and let doubles of scenes through."""
    if "fake" not in services.generators.ids():
        services.generators.add({"fake": FakeGenerator})
    services.stage = SwitchStage(StageDouble(), services.projection)
    services.door = SwitchDoor(AnalyticDoor(), services.passes)


class SwitchDoor:
    """Doubles of scenes go to one door, real ones to the other."""

    def __init__(self, double: PassesDoor, real: PassesDoor | None = None) -> None:
        self._double = double
        self._real = real or BlenderDoor()

    @property
    def version(self) -> str:
        """Both, for either may be asked."""
        return f"{self._double.version}/{self._real.version}"

    def inspect(self, blend: Path, context: JobContext) -> SceneInfo:
        """See PassesDoor."""
        return self._for(blend).inspect(blend, context)

    def render(self, request: PassesRequest, out: Path, context: JobContext) -> PassesManifest:
        """See PassesDoor."""
        return self._for(Path(request.blend)).render(request, out, context)

    def open(self, folder: Path) -> OpenPasses:
        """See PassesDoor."""
        double = (folder / "frames").is_dir() and any((folder / "frames").glob("*.txt"))
        return (self._double if double else self._real).open(folder)

    def _for(self, blend: Path) -> PassesDoor:
        return self._double if _is_double(blend) else self._real


class SwitchStage:
    """The same for scenes with takes on them."""

    def __init__(self, double: ProjectionDoor, real: ProjectionDoor) -> None:
        self._double, self._real = double, real

    def render(
        self, request: Mapping[str, Any], context: JobContext, on_frame: Callable[[int, Path], None]
    ) -> dict[str, Any]:
        """See ProjectionDoor."""
        door = self._double if _is_double(Path(request["blend"])) else self._real
        return door.render(request, context, on_frame)


def _is_double(blend: Path) -> bool:
    with blend.open("rb") as file:
        return file.read(len(_DOUBLE)) == _DOUBLE
