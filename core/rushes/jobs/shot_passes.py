"""From a .blend and a shot's name to passes on disk: inspected once, rendered once, reused after that."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rushes.contracts import FrameRange, JobContext, PassesRequest, SceneInfo, Shot, decode, digest, encode
from rushes.errors import PassesError, ProductionError, ProtocolError, SceneError
from rushes.jobs.doors import OpenPasses, PassesDoor
from rushes.jobs.locking import locked_folder
from rushes.library.files import file_sha256, read_json, write_json
from rushes.library.production import Production

__all__ = ["Scene", "all_shots", "find_shot", "inspect", "obtain_passes", "passes_key"]


@dataclass(frozen=True)
class Scene:
    """A .blend as it is on disk now."""

    blend: Path
    info: SceneInfo
    sha256: str
    libraries: dict[str, str]
    """Linked .blend file, as the production names it → SHA-256."""


def inspect(production: Production, blend: Path, door: PassesDoor, context: JobContext) -> Scene:
    """What a .blend holds. Remembered in the production until the file or one that it links changes.

    Other files that a scene may read (images, caches) are not watched.
    """
    remembered = production.root / ".cache" / f"scene-{digest([production.source_name(blend), door.version])[:24]}.json"
    found = _recall(production, blend, remembered)
    if found is not None:
        return found
    stamps = {production.source_name(blend): _stamp(blend)}  # before reading: a change meanwhile is seen next time
    info = door.inspect(blend, context)
    libraries: dict[str, str] = {}
    for text in info.libraries:
        library = Path(text)
        name = production.source_name(library)
        stamps[name] = _stamp(library)
        libraries[name] = file_sha256(library, context.check)
    scene = Scene(blend, replace(info, blend=str(blend)), file_sha256(blend, context.check), libraries)
    remembered.parent.mkdir(exist_ok=True)
    about = {
        "stamps": stamps,
        "sha256": scene.sha256,
        "libraries": libraries,
        # Names instead of paths: the production may be moved.
        "info": encode(replace(info, blend=production.source_name(blend), libraries=tuple(libraries))),
    }
    write_json(remembered, about)
    return scene


def _recall(production: Production, blend: Path, remembered: Path) -> Scene | None:
    try:
        data: dict[str, Any] = read_json(remembered, "The scene's summary")
        if any(_stamp(production.root / name) != stamp for name, stamp in data["stamps"].items()):
            return None
        info = decode(SceneInfo, data["info"])
        return Scene(blend, replace(info, blend=str(blend)), str(data["sha256"]), dict(data["libraries"]))
    except (OSError, ProductionError, ProtocolError, KeyError, AttributeError):
        return None  # not there, of another version or damaged: it is only a memory


def _stamp(path: Path) -> str:
    about = path.stat()
    return f"{about.st_mtime_ns}-{about.st_size}"


def all_shots(info: SceneInfo) -> tuple[Shot, ...]:
    """Every shot of the scene; SceneError `scene.no_camera`, `scene.range` or `scene.shot` when there is none."""
    if info.shots:
        return info.shots
    if info.empty_shots:
        raise _empty(info.empty_shots[0])
    raise _no_shot(info, f"There is no shot in {Path(info.blend).name}.")


def find_shot(info: SceneInfo, name: str, camera: str | None = None, frames: FrameRange | None = None) -> Shot:
    """The shot, with camera or range replaced when given; with both given, any name will do.

    SceneError `scene.shot`, `scene.camera`, `scene.no_camera` or `scene.range`, with what there is.
    """
    if camera is not None and camera not in info.cameras:
        raise SceneError(
            f"There is no camera {camera!r} in the scene.",
            code="scene.camera",
            hint=_listed("Cameras are", info.cameras),
        )
    shot = next((s for s in info.shots if s.name == name), None)
    if shot is None and (camera is None or frames is None):
        if name in info.empty_shots:
            raise _empty(name)
        raise _no_shot(info, f"There is no shot {name!r} in {Path(info.blend).name}.")
    if shot is None:
        assert camera is not None
        assert frames is not None
        return Shot(name, camera, frames, camera_matrix=info.camera_matrices.get(camera))
    matrix = shot.camera_matrix if camera in (None, shot.camera) else info.camera_matrices.get(camera or "")
    return replace(shot, camera=camera or shot.camera, range=frames or shot.range, camera_matrix=matrix)


def _no_shot(info: SceneInfo, message: str) -> SceneError:
    if not info.cameras:
        return SceneError(
            f"{Path(info.blend).name} has no camera.",
            code="scene.no_camera",
            hint="Add a camera in Blender and bind it to a marker on the timeline (Marker, Bind Camera to Markers).",
        )
    listed = _listed("Shots are", tuple(s.name for s in info.shots))
    return SceneError(message, code="scene.shot", hint=f"{listed} Or give a camera and a frame range.")


def _empty(name: str) -> SceneError:
    return SceneError(
        f"The shot {name!r} has no frames in the scene's range.",
        code="scene.range",
        hint="Set the scene's end frame at or after the start, or move the shot's marker into the range.",
    )


def _listed(head: str, names: tuple[str, ...]) -> str:
    return f"{head}: {', '.join(names)}." if names else "Bind a camera to a marker on the timeline to make a shot."


def passes_key(scene: Scene, request: PassesRequest, door: PassesDoor) -> str:
    """Names a set of passes by all that decides its pixels; the .blend's place on disk does not."""
    return digest(
        {
            "renderer": door.version,
            "blend": scene.sha256,
            "libraries": scene.libraries,
            "request": encode(replace(request, blend="")),
        }
    )


def obtain_passes(
    production: Production, key: str, request: PassesRequest, door: PassesDoor, context: JobContext
) -> tuple[OpenPasses, bool]:
    """(passes, reused): those in the production when they are whole, else rendered now.

    Two jobs that want the same passes wait for each other. Damaged ones are rendered again, with a note.
    """
    folder = production.passes_folder(key)
    with locked_folder(folder, context):
        if (folder / "manifest.json").is_file():
            try:
                return door.open(folder), True
            except PassesError as exc:
                context.note(f"The stored passes were damaged and are rendered again: {exc.message}")
        for leftover in (
            folder,
            *folder.parent.glob(f".{folder.name}.*.part"),
            *folder.parent.glob(f".{folder.name}.*.old"),
        ):
            shutil.rmtree(leftover, ignore_errors=True)  # of a renderer that was killed; we hold the lock
        door.render(request, folder, context)
        return door.open(folder), False
