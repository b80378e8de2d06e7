"""A double of the door to Blender: a "scene" of two shots whose passes come from the analytic street.

The .blend only has to begin like one; one with the word "slow" in it takes ten seconds to render. Passes on
disk are a manifest and a small file a frame, so that reuse, damage and digests behave as with real ones.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from rushes.contracts import (
    Brief,
    FrameRange,
    JobContext,
    PassesManifest,
    PassesRequest,
    PassFile,
    SceneInfo,
    Shot,
    Size,
    Sun,
    Vec3,
    decode,
    digest,
    encode,
)
from rushes.errors import BlendError, PassesError, SceneError
from rushes.testing.analytic_shot import AnalyticShot, look_at, street

__all__ = ["AnalyticDoor", "AnalyticPasses", "write_blend"]


def write_blend(path: Path, words: str = "") -> Path:
    """A file that the double takes for a .blend; other words make another scene."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"BLENDER-double " + words.encode())
    return path


class AnalyticPasses(AnalyticShot):
    """`ShotInputs` of the street with a manifest: double of `passes.read.DiskPasses`."""

    def __init__(self, manifest: PassesManifest) -> None:
        shot = street(manifest.size, len(manifest.files), rate=manifest.rate)
        super().__init__(shot.solids, shot.cameras, shot.size, shot.rate)
        self.sun_direction: Vec3 = manifest.sun_direction
        self.manifest = manifest
        self.digest = digest(manifest)


class AnalyticDoor:
    """Double of `jobs.doors.BlenderDoor`. `inspected` and `rendered` count; `info` can be replaced."""

    version = "double-1"

    def __init__(self, size: Size | None = None, frames: int = 5, rate: Fraction = Fraction(24)) -> None:
        eye = look_at((0.0, 0.0, 1.7), (0.0, 20.0, 2.6))
        brief = Brief(subject="a street", lighting="dusk")
        shots = tuple(Shot(n, f"cam {n}", FrameRange(1, frames), brief, eye) for n in ("010", "020"))
        cameras = tuple(s.camera for s in shots)
        self.info = SceneInfo(
            blend="",
            scene="Scene",
            size=size or Size(96, 54),
            rate=rate,
            shots=shots,
            cameras=cameras,
            sun=Sun((0.0, 0.6, 0.8), (1.0, 1.0, 1.0), 3.0),
            blender="double",
            camera_matrices=dict.fromkeys(cameras, eye),
        )
        self.before_render: Callable[[JobContext], None] = lambda context: context.check()
        self.inspected = 0
        self.rendered: list[PassesRequest] = []

    def inspect(self, blend: Path, context: JobContext) -> SceneInfo:
        """See PassesDoor."""
        self.inspected += 1
        self._check(blend)
        return replace(self.info, blend=str(blend))

    def render(self, request: PassesRequest, out: Path, context: JobContext) -> PassesManifest:
        """See PassesDoor."""
        self._check(Path(request.blend))
        self.rendered.append(request)
        self.before_render(context)
        if b"slow" in Path(request.blend).read_bytes():
            for step in range(100):
                context.check()
                context.progress(step / 100, "passes", f"Frame {step}")
                time.sleep(0.1)
        if request.camera is None or request.range is None:
            raise SceneError("The double needs a camera and a range.", code="scene.shot")
        beside = Path(tempfile.mkdtemp(prefix=".passes-", dir=out.parent))
        try:
            manifest = self._write(request, beside)
            os.rename(beside, out)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        context.progress(1.0, "passes")
        return manifest

    def open(self, folder: Path) -> AnalyticPasses:
        """See PassesDoor."""
        manifest = decode(PassesManifest, json.loads((folder / "manifest.json").read_text("utf-8")))
        for file in manifest.files:
            path = folder / file.name
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != file.sha256:
                raise PassesError(f"Frame {file.frame} of the passes is damaged.", code="passes.hash")
        return AnalyticPasses(manifest)

    def _check(self, blend: Path) -> None:
        if not blend.read_bytes().startswith(b"BLENDER"):
            raise BlendError(
                f"{blend.name} is not a Blender file.", code="blend.not_one", hint="Choose a file saved by Blender."
            )

    def _write(self, request: PassesRequest, folder: Path) -> PassesManifest:
        assert request.camera is not None
        assert request.range is not None
        files: list[PassFile] = []
        (folder / "frames").mkdir()
        for frame in request.range.frames:
            content = f"{request.shot} {frame} {request.size}".encode()
            name = f"frames/{frame:04d}.txt"
            (folder / name).write_bytes(content)
            files.append(PassFile(frame, name, hashlib.sha256(content).hexdigest()))
        manifest = PassesManifest(
            version=1,
            shot=Shot(request.shot, request.camera, request.range),
            scene="Scene",
            size=request.size or self.info.size,
            rate=self.info.rate,
            blend_sha256=hashlib.sha256(Path(request.blend).read_bytes()).hexdigest(),
            blender="double",
            sun_direction=request.sun_direction or (0.0, 0.6, 0.8),
            passes=("depth", "normal", "index", "motion", "direct"),
            camera_sha256="0" * 64,
            legend_sha256="0" * 64,
            files=tuple(files),
        )
        (folder / "manifest.json").write_text(json.dumps(encode(manifest)), "utf-8")
        return manifest
