"""The set as earlier takes show it, seen from a shot's camera: rendered once, kept in the production, reused.

sets/<key>/set.json           takes, hashes of the pictures; written last
sets/<key>/frames/0001.png    8-bit sRGB with alpha: where the takes reach
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rushes.contracts import JobContext, PassesRequest, Recipe, digest, encode
from rushes.errors import InputError, ProductionError
from rushes.generators.protocol import KeptPixels
from rushes.jobs.locking import locked_folder
from rushes.jobs.project_takes import Thrown, throw
from rushes.jobs.registry import Services
from rushes.jobs.shot_passes import Scene
from rushes.library.files import file_sha256, read_json, write_json
from rushes.library.ids import check_id
from rushes.library.production import Production
from rushes.media.pictures import Bytes, load_rgba
from rushes.post import chain
from rushes.post.set_blend import NAME, SetBlend, SetPictures, kept_pixels

__all__ = ["SET_VERSION", "DiskSet", "kept_frames", "obtain_set", "open_set", "steps_with"]

SET_VERSION = 1
"""Changes whenever the same request would give other pixels."""
_ABOUT = "set.json"
_SAMPLES = 4


@dataclass(frozen=True)
class DiskSet:
    """`post.set_blend.SetPictures` on disk."""

    folder: Path
    key: str
    takes: tuple[str, ...]
    frames: tuple[int, ...]
    """Scene frames, in order."""
    digest: str
    reached: float
    """Mean part of the picture that the takes reach."""

    def picture(self, index: int) -> Bytes:
        """See SetPictures."""
        return load_rgba(_file(self.folder, self.frames[index]))


def obtain_set(
    production: Production,
    scene: Scene,
    request: PassesRequest,
    takes: Sequence[str],
    services: Services,
    context: JobContext,
) -> DiskSet:
    """The set for a shot's passes request, rendered now when it is not there. Takes before or after their own shot stay
    as at its nearest end; what has moved since is left out.

    ProductionError for takes, InputError `set.nothing` when the takes reach nothing that the shot sees.
    """
    thrown = throw(production, takes, scene.info.rate, services, context)
    key = _key(scene, request, thrown)
    folder = _folder(production, key)
    with locked_folder(folder, context):
        found = open_set(production, key)
        if found is None:
            _render(folder, key, scene, request, thrown, services, context)
            found = open_set(production, key)
    assert found is not None
    if not found.reached:
        raise InputError(
            f"What {_listed(takes)} shows is not in sight of the shot {request.shot!r}.",
            code="set.nothing",
            hint="Name takes whose camera saw the same place, or leave them out.",
        )
    return found


def open_set(production: Production, key: str) -> DiskSet | None:
    """The set with this key when it is there and whole."""
    folder = _folder(production, key)
    try:
        about = read_json(folder / _ABOUT, "The set")
        frames = {int(f): str(sha) for f, sha in about["frames"].items()}
        takes = tuple(str(t) for t in about["takes"])
        if any(file_sha256(_file(folder, f)) != sha for f, sha in frames.items()):
            return None
    except (OSError, KeyError, ValueError, AttributeError, ProductionError):
        return None  # it can be made again
    return DiskSet(folder, key, takes, tuple(sorted(frames)), digest(about["frames"]), float(about["reached"]))


def steps_with(set_: SetPictures | None) -> Mapping[str, chain.StepFactory]:
    """The post steps there are; those that keep a set need one."""
    return chain.STEPS if set_ is None else {**chain.STEPS, NAME: partial(SetBlend.from_settings, set_)}


def kept_frames(recipe: Recipe, set_: SetPictures | None) -> dict[int, KeptPixels]:
    """The first picture of the set, for a generator that goes on from given pixels."""
    if set_ is None or not any(s.name == NAME and s.settings.get("first_frame") for s in recipe.post):
        return {}
    picture, mask = kept_pixels(set_.picture(0), recipe.model_size)
    return {0: KeptPixels(picture, mask)}


def _folder(production: Production, key: str) -> Path:
    return production.inside(Path("sets") / check_id(key, "set"))


def _file(folder: Path, frame: int) -> Path:
    return folder / "frames" / f"{frame:04d}.png"


def _key(scene: Scene, request: PassesRequest, thrown: Sequence[Thrown]) -> str:
    return digest(
        {
            "version": SET_VERSION,
            "blend": scene.sha256,
            "libraries": scene.libraries,
            "camera": request.camera,
            "range": encode(request.range),
            "size": encode(request.size),
            "takes": [[t.data.take, t.pictures] for t in thrown],
        }
    )


def _listed(takes: Sequence[str]) -> str:
    return f"take {takes[0]}" if len(takes) == 1 else "takes " + ", ".join(takes)


def _render(
    folder: Path,
    key: str,
    scene: Scene,
    request: PassesRequest,
    thrown: Sequence[Thrown],
    services: Services,
    context: JobContext,
) -> None:
    """Render beside `folder` and rename."""
    assert request.range is not None
    assert request.size is not None
    staging = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(staging, ignore_errors=True)
    (staging / "frames").mkdir(parents=True)
    shares: list[float] = []

    def made(frame: int, path: Path) -> None:
        shares.append(float((load_rgba(path)[..., 3] >= 254).mean()))

    wanted: dict[str, Any] = {
        "blend": str(scene.blend),
        "folders": [str(t.folder) for t in thrown],
        "objects": None,
        "options": {"hold": True},
        "camera": request.camera,
        "views": [],
        "frames": list(request.range.frames),
        "size": [request.size.width, request.size.height],
        "engine": "cycles",
        "samples": _SAMPLES,
        "mode": "set",
        "sky": None,
        "save": None,
        "out": str(staging / "frames"),
    }
    try:
        services.projection.render(wanted, context, made)
        about = {
            "version": SET_VERSION,
            "key": key,
            "takes": [t.data.take for t in thrown],
            "reached": round(sum(shares) / max(1, len(shares)), 6),
            "frames": {str(f): file_sha256(_file(staging, f)) for f in request.range.frames},
        }
        write_json(staging / _ABOUT, about)
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
