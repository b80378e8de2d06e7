"""States of a file, a production and a queue, in which panels are drawn and timed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy

from doubles import FakeClient
from rushes.contracts import JobRequest, JobState, Rating, ShootRequest, Size, encode
from rushes.errors import BlenderError

__all__ = ["SHOTS", "add_shots", "busy_queue", "in_area", "judged_takes", "on_disk", "shoot_request", "variations"]

SHOTS = ("Wide", "Close up", "Über die Brücke")


def add_shots(scene: Any, names: tuple[str, ...] = SHOTS, frames: int = 24) -> None:
    """A camera, bound to a marker, for each shot; each is `frames` long."""
    for number, name in enumerate(names):
        camera = bpy.data.objects.new(f"Camera {name}", bpy.data.cameras.new(name))
        scene.collection.objects.link(camera)
        marker = scene.timeline_markers.new(name, frame=1 + number * frames)
        marker.camera = camera
    scene.camera = next(o for o in scene.objects if o.type == "CAMERA")
    scene.frame_start, scene.frame_end = 1, len(names) * frames


def on_disk(engine: FakeClient, parent: Path, name: str = "Film") -> str:
    """A production that the double knows and that a saved .blend can find again; gives its folder."""
    folder = Path(os.path.realpath(parent / name))
    folder.mkdir()
    (folder / "production.json").write_text(json.dumps({"id": engine.add_production(str(folder), name).id}))
    return str(folder)


def judged_takes(engine: FakeClient, root: str) -> None:
    """Takes of every rating, a still, one whose files are gone and one of a shot that the file does not have."""
    engine.add_take(root, "Wide", rating=Rating.KEPT, notes="The one")
    engine.add_take(root, "Wide", rating=Rating.REJECTED)
    engine.add_take(root, "Wide", frame_count=1, messages=("Works at 256x144.",))
    engine.add_take(root, "Wide", missing=("clip", "poster"), warp_error=None, range=None, camera="")
    engine.add_take(root, "Close up", origin={"camera": "0123", "geometry": "4567"}, pictures=None)
    engine.add_take(root, "A shot that was deleted")


def shoot_request(root: str, shot: str, take_id: str) -> JobRequest:
    """A job as the add-on submits it."""
    shoot = ShootRequest(root, f"{root}/scenes/copy.blend", shot, take_id, seed=7, output_size=Size(1280, 720))
    return JobRequest("shoot", encode(shoot))


def busy_queue(engine: FakeClient, root: str) -> None:
    """A job in each state; two run (one is being cancelled), two wait."""
    ids = [engine.submit(shoot_request(root, "Wide", f"asked-{n}")).id for n in range(8)]
    engine.move(ids[0], progress=0.4, stage="generate", message="Frame 10 of 24", seconds_left=42.0, preview="p1.png")
    engine.move(ids[1], progress=0.9, stage="encode", cancel_requested=True)
    engine.finish(ids[2])
    engine.fail(ids[3], BlenderError("Blender was ended by signal SIGKILL.", code="blender.crashed", hint="Try again."))
    engine.move(ids[4], JobState.CANCELLED)
    engine.move(ids[5], JobState.DONE, progress=1.0, notes=("A note.",), result={})


@contextmanager
def in_area(space: str, region: str = "UI") -> Generator[Any]:
    """Blender's context as it is while a panel of this kind of editor draws."""
    window = bpy.context.window_manager.windows[0]
    area = next((a for a in window.screen.areas if a.type == space), window.screen.areas[-1])
    before = area.type
    if before != space:
        area.type = space
    found = next(r for r in area.regions if r.type == region)
    with bpy.context.temp_override(window=window, area=area, region=found):
        yield bpy.context
    if before != space:
        area.type = before


Setter = Callable[[], None]


def variations(data: Any) -> list[tuple[str, Setter]]:
    """Every value of every switch and choice of a property group, one at a time, as (words, set it)."""
    found: list[tuple[str, Setter]] = []
    for prop in data.bl_rna.properties:
        if prop.is_readonly or prop.identifier in ("name", "bl_idname"):
            continue
        values: list[Any] = []
        if prop.type == "BOOLEAN" and not prop.is_array:
            values = [True, False]
        elif prop.type == "ENUM" and not prop.is_enum_flag:
            values = list(prop.enum_items.keys())
        for value in values:
            found.append((f"{prop.identifier}={value}", _setter(data, prop.identifier, value)))
    return found


def _setter(data: Any, name: str, value: Any) -> Setter:
    return lambda: setattr(data, name, value)
