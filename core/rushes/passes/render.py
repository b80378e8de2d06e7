"""Renders a shot's passes into a folder: Blender does it, this checks, hashes and keeps it whole."""

from __future__ import annotations

import dataclasses
import glob
import hashlib
import os
import shutil
import sys
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from rushes.blender.launcher import BlenderCommand, find_blender, run_inside
from rushes.contracts import (
    CameraTrack,
    JobContext,
    Legend,
    PassesManifest,
    PassesRequest,
    PassFile,
    SceneInfo,
    Shot,
    Size,
    canonical_json,
    decode,
    encode,
)
from rushes.errors import BlenderError, DiskFullError, PassesError, RushesError, SceneError, disk_full_as_error
from rushes.media import exr
from rushes.passes.layout import MANIFEST_VERSION, PASS_NAMES, file_sha256

__all__ = ["PASSES_VERSION", "inspect_blend", "render_passes"]

PASSES_VERSION = 2
"""Changes whenever the same request would give other pixels; part of the key that passes are kept under."""

_INSPECT = "rushes.blender.inside.inspect_scene"
_RENDER = "rushes.blender.inside.render_shot"
_BYTES_PER_PIXEL = 16
"""What a pixel of all passes takes on disk, roughly, compressed; 13 in our bench scene."""
_SPARE_BYTES = 64 << 20
_NOTHING_LEFT = 32 << 20
"""With less than this, a picture that could not be written is put down to the disk."""


def inspect_blend(path: Path | str, *, blender: BlenderCommand | str | None = None, context: JobContext) -> SceneInfo:
    """What the .blend holds: its shots, cameras, sun. The file is opened and never saved.

    Raises BlendError when it is not one, newer than this Blender, or lacks a linked library.
    """
    blend = str(Path(path).expanduser().absolute())
    answer = run_inside(_INSPECT, {"blend": blend}, blender=_command(blender), context=context)
    return decode(SceneInfo, answer)


def render_passes(
    request: PassesRequest, out: Path, *, blender: BlenderCommand | str | None = None, context: JobContext
) -> PassesManifest:
    """Render the passes of one shot into the folder `out`, which appears whole or not at all.

    One Blender process renders the shot. A folder already at `out` is replaced when the new one is
    whole. Raises BlendError, SceneError, BlenderError, DiskFullError; JobCancelled leaves nothing behind.
    """
    absolute = dataclasses.replace(request, blend=str(Path(request.blend).expanduser().absolute()))
    notes = _Notes(context)
    with _staging(out) as staged:
        _enough(staged, _SPARE_BYTES)
        film = _Film(staged, notes)
        before = file_sha256(Path(absolute.blend)) if Path(absolute.blend).is_file() else ""
        asked = {"request": encode(absolute), "out": str(staged)}
        try:
            answer = run_inside(_RENDER, asked, blender=_command(blender), context=notes, on_event=film.on_event)
        except (BlenderError, PassesError) as exc:
            _tell_full_disk(staged, exc)
            raise
        manifest = film.finish(answer, before, beauty=request.beauty)
    return manifest


def _command(blender: BlenderCommand | str | None) -> BlenderCommand:
    return blender if isinstance(blender, BlenderCommand) else find_blender(blender)


class _Notes:
    """The job's context, remembering the notes for the manifest."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self.texts: list[str] = []

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        self._context.progress(fraction, stage, message)

    def note(self, text: str) -> None:
        if text not in self.texts:
            self.texts.append(text)
            self._context.note(text)

    def preview(self, png: bytes) -> None:
        self._context.preview(png)

    def should_stop(self) -> bool:
        return self._context.should_stop()

    def check(self) -> None:
        self._context.check()


@contextmanager
def _staging(out: Path) -> Generator[Path]:
    """A folder beside `out` that takes its place when the block ends well, and is removed otherwise."""
    _sweep(out)
    staged = out.with_name(f".{out.name}.{os.getpid()}-{uuid.uuid4().hex[:8]}.part")
    with disk_full_as_error(out):
        staged.mkdir(parents=True)
    try:
        yield staged
        old = out.with_name(f".{out.name}.{uuid.uuid4().hex[:8]}.old")
        if out.exists():
            os.replace(out, old)
        os.replace(staged, out)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _sweep(out: Path) -> None:
    """Remove what processes that were killed left half-made."""
    for left in out.parent.glob(f".{glob.escape(out.name)}.*.part"):
        owner = left.name.removesuffix(".part").rpartition(".")[2].partition("-")[0]
        if sys.platform != "win32" and owner.isdigit() and not _alive(int(owner)):
            shutil.rmtree(left, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _enough(where: Path, needed: int) -> None:
    """Say that the disk is too small before the work begins."""
    free = shutil.disk_usage(where).free
    if free < needed:
        raise DiskFullError(
            f"The passes need about {needed >> 20} MB, but only {free >> 20} MB are free; nothing was rendered.",
            hint="Free some space, or choose a smaller size or a shorter range.",
            details={"path": str(where.parent), "needed": needed, "free": free},
        )


def _tell_full_disk(where: Path, exc: RushesError) -> None:
    """A picture that could not be written is most often a full disk; Blender only says that it failed."""
    free = shutil.disk_usage(where).free
    if free < _NOTHING_LEFT:
        raise DiskFullError(
            "The disk filled up while the passes were rendered; none of them were kept.",
            hint="Free some space and run it again, or choose a smaller size or a shorter range.",
            details={"path": str(where.parent), "free": free, "cause": exc.message},
        ) from exc


class _Film:
    """Takes in the frames as Blender writes them."""

    def __init__(self, folder: Path, notes: _Notes) -> None:
        self._folder = folder
        self._notes = notes
        self._files: list[PassFile] = []
        self._seen = False

    def on_event(self, event: dict[str, Any]) -> None:
        """Hash each frame while the next one renders."""
        if event["type"] == "plan":
            pixels = event["size"][0] * event["size"][1]
            _enough(self._folder, event["frames"] * pixels * _BYTES_PER_PIXEL + _SPARE_BYTES)
        if event["type"] != "frame" or event["stage"] != "passes":
            return
        path = self._folder / "frames" / event["name"]
        self._refuse_torn(path, event["frame"])
        beauty = self._folder / "beauty" / event["name"]
        if beauty.exists():
            found = exr.read_channels(beauty)
            exr.add_part(path, "Beauty", np.stack([found[f"Combined.{c}"] for c in "RGB"], -1))
        exr.strip_clock(path)
        if not self._seen:
            self._seen = bool((exr.read_channels(path).get("Object Index.X", np.ones(1)) > 0).any())
        self._files.append(PassFile(event["frame"], f"frames/{event['name']}", file_sha256(path)))

    def _refuse_torn(self, path: Path, frame: int) -> None:
        if path.exists() and path.stat().st_size > 0:
            return
        raise BlenderError(
            f"Blender did not write frame {frame}.",
            code="blender.render",
            hint="Check that the folder can be written to and has room.",
        )

    def finish(self, answer: dict[str, Any], blend_sha256: str, *, beauty: bool) -> PassesManifest:
        """Write camera.json, legend.json and, last, manifest.json."""
        shot = decode(Shot, answer["shot"])
        legend = decode(Legend, answer["legend"])
        self._refuse_nothing(shot, legend)
        shutil.rmtree(self._folder / "beauty", ignore_errors=True)
        passes = tuple(name for name in PASS_NAMES if beauty or name != "beauty")
        manifest = PassesManifest(
            version=MANIFEST_VERSION,
            shot=shot,
            scene=answer["scene"],
            size=decode(Size, answer["size"]),
            rate=decode(CameraTrack, answer["camera"]).rate,
            blend_sha256=blend_sha256,
            blender=answer["blender"],
            sun_direction=tuple(answer["sun_direction"]),
            passes=passes,
            camera_sha256=self._write("camera.json", answer["camera"]),
            legend_sha256=self._write("legend.json", answer["legend"]),
            files=tuple(self._files),
            notes=tuple(self._notes.texts),
        )
        self._write("manifest.json", manifest)
        return manifest

    def _refuse_nothing(self, shot: Shot, legend: Legend) -> None:
        if self._seen:
            return
        if legend.objects:
            why = f"the camera {shot.camera!r} sees none of the objects"
            hint = "Point it at the set, and check its clipping distances and its scale."
        else:
            why = "no object renders"
            hint = "Switch objects and collections on for renders (the camera icon in the outliner)."
        raise SceneError(f"Nothing is visible in the shot {shot.name!r}: {why}.", code="scene.empty", hint=hint)

    def _write(self, name: str, value: Any) -> str:
        data = canonical_json(value).encode("utf-8")
        with disk_full_as_error(self._folder):
            (self._folder / name).write_bytes(data)
        return hashlib.sha256(data).hexdigest()
