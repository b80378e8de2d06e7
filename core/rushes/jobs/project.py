"""Takes thrown onto their scene and seen from another camera: PNG frames, a clip, and what they are made of.

The artist's file is opened in a Blender of its own and never saved; a new file with the projection set up can be.
Frames that are there already are not rendered again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from rushes.contracts import (
    CameraFrame,
    FrameRange,
    JobContext,
    ProjectorData,
    Size,
    decode,
    digest,
    encode,
)
from rushes.errors import InputError
from rushes.jobs.doors import ProjectionDoor
from rushes.jobs.locking import locked
from rushes.jobs.project_takes import Thrown, sky_colour, throw
from rushes.jobs.registry import Services
from rushes.jobs.shot_passes import Scene, inspect
from rushes.jobs.stages import StageContext, Stages
from rushes.jobs.take_files import png_bytes
from rushes.library.files import file_sha256, read_json, write_json
from rushes.library.ids import utc_now
from rushes.library.production import Production
from rushes.media.pictures import load_png, save_png
from rushes.media.video import VideoWriter
from rushes.provenance.label import projection_text

__all__ = ["RENDER_VERSION", "ProjectJob", "run"]

RENDER_VERSION = 1
"""Changes whenever the same request would give other pixels."""
_ABOUT = "projection.json"
_WEIGHTS = {"projector": 0.25, "render": 0.7, "encode": 0.05}


@dataclass(frozen=True)
class ProjectJob:
    """What to project, and from where to look."""

    production: str
    """Absolute path of the production folder."""
    blend: str
    """Absolute path of the scene."""
    takes: tuple[str, ...]
    """Ids; the last one lies on top."""
    camera: str = ""
    """A camera object of the scene."""
    views: tuple[CameraFrame, ...] = ()
    """Instead of `camera`: a free camera, one for each scene frame that is rendered."""
    frames: FrameRange | None = None
    """Scene frames; None: those of the takes."""
    size: Size | None = None
    """None: the scene's."""
    engine: Literal["cycles", "eevee"] = "cycles"
    samples: int = 16
    lit: bool = False
    """Base colours lit by the scene's lamps; else as generated."""
    hold: bool = False
    """First and last picture stay before and after a take's shot."""
    sky: bool = True
    """The takes' sky falls on a sky of its own; else the scene's sky is seen."""
    objects: tuple[str, ...] | None = None
    """Names; None: all that render."""
    out: str | None = None
    """Folder for frames, clip and projection.json; None: one in the production."""
    save: str | None = None
    """A new .blend with the projection set up."""


def run(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """Project takes and render (params: ProjectJob). Done again, it goes on where it stopped.

    Gives `folder`, `clip`, `frames`, `rendered`, `takes`, `camera`, `saved`. InputError `project.*`, ProductionError
    for takes, BlendError and BlenderError for the file.
    """
    job = decode(ProjectJob, dict(params))
    _check(job)
    production = Production.open(job.production)
    for take in job.takes:
        production.take_folder(take)  # refuses what is not there, before anything slow starts
    stages = Stages(context, _WEIGHTS)
    inner = stages.stage("projector")
    scene = inspect(production, production.check_source(job.blend), services.passes, inner)
    _check_camera(job, scene)
    thrown = throw(production, job.takes, scene.info.rate, services, inner)
    return _Projecting(job, production, scene, thrown, stages).run(services.projection)


def _check(job: ProjectJob) -> None:
    if not job.takes:
        raise InputError("No take is named.", code="project.take", hint="Name one, as `rushes takes list` shows it.")
    if bool(job.camera) == bool(job.views):
        raise InputError(
            "It is not said from where to look.", code="project.camera", hint="Name a camera of the scene."
        )
    if not 1 <= job.samples <= 4096:
        raise InputError(f"{job.samples} samples cannot be.", code="project.samples", hint="Choose 1 to 4096.")
    if job.save is None:
        return
    target = Path(job.save)
    if target.suffix != ".blend" or not target.parent.is_dir():
        raise InputError(
            f"{target} cannot be made.",
            code="project.save",
            hint="Give a name that ends in .blend, in a folder that is there.",
        )
    if target.exists() and target.samefile(job.blend):
        raise InputError(
            "The scene itself is never saved.", code="project.save", hint="Give the new file another name."
        )


def _check_camera(job: ProjectJob, scene: Scene) -> None:
    if job.views or job.camera in scene.info.cameras:
        return
    raise InputError(
        f"There is no camera {job.camera!r} in {scene.blend.name}.",
        code="project.camera",
        hint=f"Cameras are: {', '.join(scene.info.cameras)}." if scene.info.cameras else "Add a camera in Blender.",
    )


class _Projecting:
    """One run of the job."""

    def __init__(
        self, job: ProjectJob, production: Production, scene: Scene, thrown: tuple[Thrown, ...], stages: Stages
    ) -> None:
        self.job = job
        self.production = production
        self.scene = scene
        self.thrown = thrown
        self.stages = stages
        self.range = job.frames or _together([t.data for t in thrown])
        self.size = job.size or scene.info.size
        self.key = digest(
            {
                "version": RENDER_VERSION,
                "scene": [scene.sha256, scene.libraries],
                "takes": [[t.data.take, t.pictures] for t in thrown],
                "job": encode(replace(job, production="", blend="", takes=(), out=None, save=None, frames=self.range)),
                "size": encode(self.size),
            }
        )
        self.folder = Path(job.out) if job.out else self._own_folder()
        takes = ", ".join(job.takes)
        self.text = projection_text([(t.recipe, t.data.take) for t in thrown], f"Take {takes} on {scene.blend.name}")

    def _own_folder(self) -> Path:
        return self.production.root / "projections" / f"{self.job.takes[-1]}-{self.key[:8]}"

    def run(self, door: ProjectionDoor) -> dict[str, Any]:
        """Render what is missing, then the clip."""
        with self._held():
            missing = [f for f in self.range.frames if not self._frame(f).is_file()]
            found = self._render(door, missing) if missing or self._to_save() else {}
            clip = self._encode()
            about = self._about(found)
            write_json(self.folder / _ABOUT, about)
        self.stages.update("encode", 1.0)
        return {
            "folder": str(self.folder),
            "clip": str(clip),
            "frames": len(self.range),
            "rendered": len(missing),
            "takes": list(self.job.takes),
            "camera": self.job.camera,
            "saved": self.job.save,
        }

    def _frame(self, frame: int) -> Path:
        return self.folder / "frames" / f"{frame:04d}.png"

    @contextmanager
    def _held(self) -> Generator[None, None, None]:
        """The folder, for this job alone; InputError `project.folder` when something else lies in it."""
        about = self.folder / _ABOUT
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise InputError(
                f"{self.folder} cannot be made: {exc.strerror}.", code="project.folder", hint="Give another --out."
            ) from exc
        with locked(self.folder / ".lock", self.stages.context):
            if about.is_file() and read_json(about, "The projection").get("key") == self.key:
                pass
            elif about.is_file() or (self.folder / "frames").exists():
                raise InputError(
                    f"Another projection lies in {self.folder}.",
                    code="project.folder",
                    hint="Give another --out, or delete that folder.",
                )
            else:
                write_json(about, {"version": 1, "key": self.key, "finished": False})
            yield

    def _to_save(self) -> bool:
        """Whether the new .blend has still to be made; one that is there and not ours is refused."""
        if self.job.save is None:
            return False
        target = Path(self.job.save)
        if not target.exists():
            return True
        if read_json(self.folder / _ABOUT, "The projection").get("saved") == str(target):
            return False
        raise InputError(
            f"{target} is there already.", code="project.save", hint="Give a new name; nothing was written over."
        )

    def _render(self, door: ProjectionDoor, missing: list[int]) -> dict[str, Any]:
        raw = self.folder / f".raw.{os.getpid()}"
        seen: list[int] = []
        clock = StageContext(self.stages, "render")

        def taken(frame: int, path: Path) -> None:
            picture = load_png(path)
            save_png(self._frame(frame), picture, text=self.text)
            path.unlink()
            seen.append(frame)
            if len(seen) == 1 or len(seen) % 4 == 0:
                self.stages.context.preview(png_bytes(picture))

        try:
            return door.render(self._request(raw, missing), clock, taken)
        finally:
            shutil.rmtree(raw, ignore_errors=True)

    def _request(self, raw: Path, missing: list[int]) -> dict[str, Any]:
        job = self.job
        wanted = set(missing)
        return {
            "blend": str(self.scene.blend),
            "folders": [str(t.folder) for t in self.thrown],
            "objects": None if job.objects is None else list(job.objects),
            "options": {"lit": job.lit, "hold": job.hold},
            "camera": job.camera,
            "views": [encode(v) for v in job.views if v.frame in wanted],
            "frames": missing,
            "size": [self.size.width, self.size.height],
            "engine": job.engine,
            "samples": job.samples,
            "mode": "beauty",
            "sky": sky_colour(self.thrown[-1]) if job.sky else None,
            "save": job.save if self._to_save() else None,
            "out": str(raw),
        }

    def _encode(self) -> Path:
        """The frames as H.264 at the scene's rate."""
        clip = self.folder / "clip.mp4"
        rate = self.range.playback_rate(self.scene.info.rate)
        with VideoWriter(clip, self.size, rate, self.text) as writer:
            for done, frame in enumerate(self.range.frames, start=1):
                self.stages.context.check()
                writer.write(load_png(self._frame(frame)))
                self.stages.update("encode", 0.95 * done / len(self.range))
        return clip

    def _about(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """projection.json."""
        job = self.job
        before = read_json(self.folder / _ABOUT, "The projection")
        return {
            "version": 1,
            "key": self.key,
            "finished": True,
            "made": utc_now(),
            "ai_generated": True,
            "blend": {"name": self.production.source_name(self.scene.blend), "sha256": self.scene.sha256},
            "takes": [
                {"take": t.data.take, "shot": t.data.shot, "recipe": t.recipe.hash, "pictures": t.pictures}
                for t in self.thrown
            ],
            "options": encode(replace(job, production="", blend="", takes=(), out=None, save=None, frames=self.range)),
            "size": encode(self.size),
            "rate": encode(self.range.playback_rate(self.scene.info.rate)),
            "blender": found.get("blender") or before.get("blender", ""),
            "notes": found.get("notes") or before.get("notes", []),
            "saved": job.save or before.get("saved"),
            "frames": {str(f): file_sha256(self._frame(f)) for f in self.range.frames},
            "clip": file_sha256(self.folder / "clip.mp4"),
        }


def _together(shots: list[ProjectorData]) -> FrameRange:
    """All frames of the takes."""
    return FrameRange(min(d.first for d in shots), max(d.first + d.count - 1 for d in shots))
