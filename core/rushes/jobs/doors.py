"""The seam between use cases and Blender: how passes are made and read. Swapped in tests, not patched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from rushes.contracts import JobContext, PassesManifest, PassesRequest, SceneInfo
from rushes.errors import PassesError
from rushes.library.files import file_sha256
from rushes.media.conditioning import ShotInputs

__all__ = ["BlenderDoor", "BlenderProjection", "OpenPasses", "PassesDoor", "ProjectionDoor"]


class OpenPasses(ShotInputs, Protocol):
    """A shot's passes with the manifest they come from."""

    @property
    def manifest(self) -> PassesManifest: ...

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the manifest; part of every recipe."""
        ...


class PassesDoor(Protocol):
    """Makes and reads passes. `version` changes whenever the same request would give other pixels."""

    @property
    def version(self) -> str: ...

    def inspect(self, blend: Path, context: JobContext) -> SceneInfo:
        """What a .blend holds. BlendError, SceneError, BlenderError."""
        ...

    def render(self, request: PassesRequest, out: Path, context: JobContext) -> PassesManifest:
        """Render into `out`, which appears when whole."""
        ...

    def open(self, folder: Path) -> OpenPasses:
        """Read passes back, checked against their hashes. PassesError."""
        ...


class BlenderDoor:
    """The real one: a Blender process of its own, EXR files on disk."""

    def __init__(self, preferred: str | None = None) -> None:
        self.preferred = preferred
        """Blender to use; None: it is looked for."""

    @property
    def version(self) -> str:
        """Version of the pass renderer."""
        from rushes.passes.render import PASSES_VERSION

        return str(PASSES_VERSION)

    def inspect(self, blend: Path, context: JobContext) -> SceneInfo:
        """See PassesDoor."""
        from rushes.blender.launcher import find_blender
        from rushes.passes.render import inspect_blend

        return inspect_blend(blend, blender=find_blender(self.preferred), context=context)

    def render(self, request: PassesRequest, out: Path, context: JobContext) -> PassesManifest:
        """See PassesDoor."""
        from rushes.blender.launcher import find_blender
        from rushes.passes.render import render_passes

        return render_passes(request, out, blender=find_blender(self.preferred), context=context)

    def open(self, folder: Path) -> OpenPasses:
        """See PassesDoor. Every frame is hashed here, so that damage shows before the model starts."""
        from rushes.passes.read import open_passes

        passes = open_passes(folder, verify=True)
        for file in passes.manifest.files:
            if file_sha256(folder / file.name) != file.sha256:
                raise PassesError(
                    f"Frame {file.frame} of the passes is not what was rendered: the file has changed.",
                    code="passes.changed",
                    hint="Render the passes again (rushes passes).",
                )
        return passes


class ProjectionDoor(Protocol):
    """Renders scenes with takes thrown onto them."""

    def render(
        self, request: Mapping[str, Any], context: JobContext, on_frame: Callable[[int, Path], None]
    ) -> dict[str, Any]:
        """`request` as `blender.inside.project_render` says; `on_frame(frame, file)` for each picture, as it is made.

        Gives `blender`, `notes`, `lit` (whether the scene has a lamp). BlendError, SceneError, BlenderError, or
        InputError `project.object`, `project.save`, `projection.*`.
        """
        ...


class BlenderProjection:
    """The real one."""

    def __init__(self, preferred: str | None = None) -> None:
        self.preferred = preferred
        """Blender to use; None: it is looked for."""

    def render(
        self, request: Mapping[str, Any], context: JobContext, on_frame: Callable[[int, Path], None]
    ) -> dict[str, Any]:
        """See ProjectionDoor."""
        from rushes.blender.launcher import find_blender, run_inside

        def heard(event: dict[str, Any]) -> None:
            if event["type"] == "frame":
                on_frame(int(event["frame"]), Path(request["out"]) / event["name"])

        module = "rushes.blender.inside.project_render"
        return run_inside(module, request, blender=find_blender(self.preferred), context=context, on_event=heard)
