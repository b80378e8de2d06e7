"""Bakes the takes of a .blend in a Blender of its own; run by `rushes.jobs.bake` through the launcher."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from rushes import projection
from rushes.blender.inside import scene_open
from rushes.blender.inside.channel import Channel
from rushes.contracts import decode, encode
from rushes.contracts.bake import BakeJob
from rushes.errors import InputError
from rushes.projection.bake import BakeSettings, bake

__all__ = ["run"]


def run(request: dict[str, Any], channel: Channel) -> dict[str, Any]:
    """Bake `request["job"]` (BakeJob, its blend absolute) into `request["out"]`; `request["projectors"]` are the
    folders of its takes. Gives the BakeData."""
    job = decode(BakeJob, request["job"])
    scene = scene_open.open_blend(Path(job.blend), channel)
    objects = _named(scene, job.objects)
    if job.takes:
        _throw(scene, job.takes, request["projectors"], objects, channel)
    span = None if job.range is None else (job.range.start, job.range.end)
    made = bake(
        scene,
        objects,
        Path(request["out"]),
        span,
        BakeSettings(job.size, job.margin, job.samples, job.device),
        lambda done, text: channel.progress(done, "bake", text),
    )
    for text in made.notes:
        channel.note(text)
    return encode(made)


def _named(scene: Any, names: tuple[str, ...]) -> list[Any] | None:
    if not names:
        return None
    missing = [n for n in names if n not in scene.objects]
    if missing:
        raise InputError(
            f"There is no object {missing[0]!r} in the scene {scene.name}.",
            code="bake.objects",
            hint="Names are those in the outliner.",
        )
    return [bpy.data.objects[n] for n in names]


def _throw(scene: Any, takes: tuple[str, ...], folders: list[str], objects: list[Any] | None, channel: Channel) -> None:
    """These takes and no others, in this order; those that the file projects keep their settings."""
    there = {p.take for p in projection.projected(scene)}
    for take in there - set(takes):
        projection.remove(scene, take)
    for take, folder in reversed(list(zip(takes, folders))):
        if take not in there:
            for text in projection.project(scene, folder, objects).left_out:
                channel.note(text)
    for place, take in enumerate(takes):
        now = [p.take for p in projection.projected(scene)]
        projection.move(scene, take, place - now.index(take))
