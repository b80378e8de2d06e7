"""A take made ready to be thrown back onto its blocks: pictures, depth and camera for every scene frame of the shot.

The result is a folder beside the take's clip; `contracts.projection` says what lies in it.
"""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from rushes.contracts import (
    CameraFrame,
    JobContext,
    ProjectorAlbedo,
    ProjectorData,
    ProjectorFrame,
    ProjectorJob,
    ProjectorLens,
    Recipe,
    Size,
    Take,
    decode,
    encode,
)
from rushes.errors import InputError, ProductionError, ProtocolError, disk_full_as_error
from rushes.jobs.doors import OpenPasses
from rushes.jobs.locking import locked_folder
from rushes.jobs.projector_albedo import LightFit, without_light
from rushes.jobs.registry import Services
from rushes.jobs.sheets import read_recipe
from rushes.jobs.stages import Stages
from rushes.jobs.take_passes import take_passes
from rushes.library.files import link_or_copy, read_json, write_json
from rushes.library.production import Production
from rushes.media.exr import write_plane
from rushes.media.pictures import Bytes, load_png, save_png
from rushes.media.video import read_video

__all__ = ["PROJECTOR_VERSION", "run"]

PROJECTOR_VERSION = 1
_ABOUT = "projector.json"
_WEIGHTS = {"passes": 0.5, "pictures": 0.2, "depth": 0.2, "light": 0.1}
_UNSEEN = -1.0
"""Depth of the end caps."""


def run(params: Mapping[str, Any], context: JobContext, services: Services) -> dict[str, Any]:
    """Make the projector of a take (params: ProjectorJob), or find it there.

    Gives `folder`, `take`, `first`, `count`, `reused`, `albedo` (how sure, or None). RecipeError when the passes cannot
    be had as they were, ProductionError `projector.pictures` when neither frames nor clip can be read.
    """
    job = decode(ProjectorJob, dict(params))
    if job.rate is not None and job.rate <= 0:
        raise InputError(f"A rate of {job.rate} cannot be.", code="projector.rate", hint="Give one such as 24.")
    production = Production.open(job.production)
    home = production.take_folder(job.take)
    take = production.find_take(job.take)
    assert take is not None
    recipe = read_recipe(home, take)
    target = home / _folder_name(job.rate, recipe)
    with locked_folder(target, context):
        found = _stored(target)
        if found is not None:
            return _result(target, found, reused=True)
        stages = Stages(context, _WEIGHTS)
        inputs = take_passes(production, take, recipe, services, stages)
        made = _Making(take, recipe, inputs, home, stages).run(target, job.rate or recipe.rate)
    return _result(target, made, reused=False)


def _folder_name(rate: Fraction | None, recipe: Recipe) -> str:
    if rate is None or rate == recipe.rate:
        return "projector"
    return f"projector_{rate.numerator}-{rate.denominator}"


def _stored(target: Path) -> ProjectorData | None:
    """The finished projector in `target`; None when there is none, or one of another version."""
    try:
        data = decode(ProjectorData, read_json(target / _ABOUT, "The projector"))
    except (OSError, ProductionError, ProtocolError):
        return None  # it can be made again
    return data if data.version == PROJECTOR_VERSION else None


def _result(folder: Path, data: ProjectorData, *, reused: bool) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "take": data.take,
        "first": data.first,
        "count": data.count,
        "reused": reused,
        "albedo": None if data.albedo is None else data.albedo.sure,
    }


class _Making:
    """One projector in the making."""

    def __init__(self, take: Take, recipe: Recipe, inputs: OpenPasses, home: Path, stages: Stages) -> None:
        self.take = take
        self.recipe = recipe
        self.inputs = inputs
        self.home = home
        self.stages = stages

    def run(self, target: Path, rate: Fraction) -> ProjectorData:
        """Build beside `target` and rename; a half-made one never stands there."""
        shown = _shown(self.recipe, rate)
        staging = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            with disk_full_as_error(target):
                shutil.rmtree(staging, ignore_errors=True)
                staging.mkdir()
                self.pictures(staging / "color", shown)
                self.depths(staging / "depth", shown)
                albedo = self.albedo(staging, shown)
                data = self.data(shown, rate, albedo)
                write_json(staging / _ABOUT, encode(data))
                self.stages.context.check()
                shutil.rmtree(target, ignore_errors=True)
                os.rename(staging, target)
        except OSError as exc:
            raise ProductionError(
                f"The projector could not be kept in {self.home}: {exc.strerror}.",
                code="projector.folder",
                hint="May you write to the production?",
            ) from exc
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return data

    def data(self, shown: list[int], rate: Fraction, albedo: ProjectorAlbedo | None) -> ProjectorData:
        """projector.json."""
        size = self.take.size
        aspect = self.inputs.frame(0, size).pixel_aspect
        cameras = [self.inputs.cameras[i] for i in shown]
        kinds = {c.type for c in cameras}
        if len(kinds) > 1:
            raise InputError(
                "The camera changes between perspective and orthographic within the shot.",
                code="projector.camera",
                hint="Make two shots of it.",
            )
        first = self.recipe.range.start
        frames = [_frame(first + k, c, size, aspect) for k, c in enumerate(cameras)]
        return ProjectorData(
            version=PROJECTOR_VERSION,
            take=self.take.id,
            shot=self.take.shot,
            camera=self.recipe.camera,
            size=size,
            pixel_aspect=aspect,
            range=self.recipe.range,
            first=first,
            count=len(shown),
            rate=rate,
            orthographic=kinds == {"ORTHO"},
            frames=tuple(frames),
            albedo=albedo,
        )

    def pictures(self, folder: Path, shown: list[int]) -> None:
        """The take's frames as PNG: copied where they were kept, else out of the clip."""
        kept = self.kept()
        total = len(self.inputs)
        made: Iterator[None]
        made = self.copied(folder, shown, kept) if kept is not None else self.decoded(folder, shown)
        folder.mkdir()
        count = 0
        for count, _ in enumerate(made, start=1):
            self.stages.context.check()
            self.stages.update("pictures", count / total, f"Picture {count} of {total}")
        if count < total:
            raise ProductionError(
                f"The clip of take {self.take.id} has {count} frames, not {total}.",
                code="projector.pictures",
                hint="Shoot the take again, or bring its files back from a backup.",
            )
        _caps(folder, len(shown), "png")

    def kept(self) -> list[Path] | None:
        """The kept PNG frames; None when not all of them are there."""
        if self.take.files.pictures is None:
            return None
        folder = self.home / self.take.files.pictures
        paths = [folder / f"{frame:04d}.png" for frame in self.recipe.range.frames]
        if all(p.is_file() for p in paths):
            return paths
        self.stages.note("Some of the kept frames are gone; the pictures come out of the clip.")
        return None

    def copied(self, folder: Path, shown: list[int], kept: list[Path]) -> Iterator[None]:
        """Copies: who paints on a projected picture in Blender and saves it must not change the take."""
        for index, path in enumerate(kept):
            _spread(folder, "png", shown, index, lambda to, path=path: _copy(path, to))
            yield

    def decoded(self, folder: Path, shown: list[int]) -> Iterator[None]:
        height, width = self.take.size.shape
        clip = self.home / self.take.files.clip
        try:
            for index, frame in enumerate(read_video(clip)):
                if index >= len(self.inputs):
                    return
                picture = np.ascontiguousarray(frame[:height, :width])  # odd sides are padded in the clip
                _spread(folder, "png", shown, index, lambda to, p=picture: save_png(to, p))
                yield
        except InputError as exc:
            raise ProductionError(
                f"Take {self.take.id} has no frames, and its clip cannot be read.",
                code="projector.pictures",
                hint="Shoot the take again, or bring its files back from a backup.",
            ) from exc

    def depths(self, folder: Path, shown: list[int]) -> None:
        """What the camera saw first, at the take's size."""
        folder.mkdir()
        total = len(self.inputs)
        for index in range(total):
            self.stages.context.check()
            plane = self.inputs.frame(index, self.take.size).depth
            _spread(folder, "exr", shown, index, lambda to, plane=plane: write_plane(to, plane))
            self.stages.update("depth", (index + 1) / total, f"Depth {index + 1} of {total}")
        unseen = np.full(self.take.size.shape, _UNSEEN, np.float32)
        for number in (0, len(shown) + 1):
            write_plane(folder / f"{number:04d}.exr", unseen)

    def albedo(self, staging: Path, shown: list[int]) -> ProjectorAlbedo | None:
        """The pictures without the sun's light, when it can be told apart; says how sure that is."""
        used = sorted(set(shown))
        fit = LightFit()
        for index in used[:: math.ceil(len(used) / 8)]:
            self.stages.context.check()
            fit.look(self.picture(staging, shown, index), self.inputs.frame(index, self.take.size))
        found = fit.result()
        if found is None:
            self.stages.note("The take's own light could not be told from its colours: it can be shown unlit only.")
            self.stages.update("light", 1.0)
            return None
        folder = staging / "albedo"
        folder.mkdir()
        for done, index in enumerate(used, start=1):
            self.stages.context.check()
            direct = self.inputs.frame(index, self.take.size).direct
            plain = without_light(self.picture(staging, shown, index), direct, found.gain)
            _spread(folder, "png", shown, index, lambda to, plain=plain: save_png(to, plain))
            self.stages.update("light", done / len(used), f"Light {done} of {len(used)}")
        _caps(folder, len(shown), "png")
        return found

    def picture(self, staging: Path, shown: list[int], index: int) -> Bytes:
        """The picture of a rendered frame."""
        return load_png(staging / "color" / f"{shown.index(index) + 1:04d}.png")


def _shown(recipe: Recipe, rate: Fraction) -> list[int]:
    """For each scene frame of the shot: which rendered frame (from 0) stands there."""
    span = recipe.range.end - recipe.range.start + 1
    count = max(1, math.ceil(span * rate / recipe.rate))
    last = len(recipe.range) - 1
    return [min(last, int(k * recipe.rate / rate) // recipe.range.step) for k in range(count)]


def _frame(number: int, camera: CameraFrame, size: Size, aspect: tuple[float, float]) -> ProjectorFrame:
    return ProjectorFrame(number, camera, ProjectorLens.of(camera, size, aspect))


def _spread(folder: Path, suffix: str, shown: list[int], index: int, write: Callable[[Path], None]) -> None:
    """Write the file of a rendered frame once and link it to every scene frame that shows it."""
    first: Path | None = None
    for number, at in enumerate(shown, start=1):
        if at != index:
            continue
        path = folder / f"{number:04d}.{suffix}"
        if first is None:
            write(path)
            first = path
        else:
            link_or_copy(first, path)


def _caps(folder: Path, count: int, suffix: str) -> None:
    """Files before the first and after the last one."""
    link_or_copy(folder / f"{1:04d}.{suffix}", folder / f"{0:04d}.{suffix}")
    link_or_copy(folder / f"{count:04d}.{suffix}", folder / f"{count + 1:04d}.{suffix}")


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
