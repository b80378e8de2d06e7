"""Renders the passes of one shot into a folder; run by `rushes.passes.render` through the launcher."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

from rushes.blender.inside import pass_setup, scene_open, shots, subjects, track
from rushes.blender.inside.channel import Channel
from rushes.contracts import CameraTrack, PassesRequest, Shot, Sun, Vec3, decode, encode
from rushes.errors import BlenderError, SceneError

__all__ = ["run"]

_LAYER = "rushes"


def run(request: dict[str, Any], channel: Channel) -> dict[str, Any]:
    """Render `request["request"]` (a PassesRequest) into `request["out"]`/frames and /beauty.

    Sends an event "plan" (frames, size) before rendering and "frame" after each written frame.
    Answers with the shot, camera track and legend; the parent writes the JSON files.
    """
    wanted = decode(PassesRequest, request["request"])
    out = Path(request["out"])
    channel.progress(0.0, "open", Path(wanted.blend).name)
    scene = scene_open.open_blend(Path(wanted.blend), channel)
    shot = shots.find_shot(scene, wanted.shot, wanted.camera, wanted.range)
    if shot.range.start < 0:
        raise SceneError(
            f"The shot {shot.name!r} starts at frame {shot.range.start}; Blender renders from frame 0.",
            code="scene.range",
            hint="Move the shot to frame 0 or later.",
        )
    size = wanted.size or shots.scene_size(scene)
    camera = _take_over(scene, shot)
    layer = bpy.context.view_layer
    film = _Film(scene, shot, channel, wanted.beauty)
    if wanted.beauty:  # first, while everything is as the artist made it
        pass_setup.configure_beauty(scene, layer, size=(size.width, size.height))
        film.roll(out / "beauty", "beauty")
    found = subjects.prepare(scene, layer, channel)
    followed = track.follow(scene, camera, shot.range.frames, found, channel)
    if shot.range.step > 1 and any(s.deforms for s in found):
        channel.note("With a frame step, the motion of things that change shape is taken to be even over the step.")
    sun = shots.scene_sun(scene, layer)
    direction = _direction(wanted.sun_direction, sun, followed)
    pass_setup.configure_passes(scene, layer, size=(size.width, size.height), sun_direction=direction)
    film.roll(out / "frames", "passes")
    aspect = (scene.render.pixel_aspect_x, scene.render.pixel_aspect_y)
    return {
        "shot": encode(dataclasses.replace(shot, camera_matrix=followed.cameras[0].matrix_world)),
        "scene": scene.name,
        "size": encode(size),
        "rate": encode(shots.scene_rate(scene)),
        "blender": bpy.app.version_string.strip(),
        "sun_direction": list(direction),
        "camera": encode(CameraTrack(camera.name, size, aspect, shots.scene_rate(scene), tuple(followed.cameras))),
        "legend": encode(followed.legend(sun)),
    }


def _take_over(scene: Any, shot: Shot) -> Any:
    """Make the shot's camera the only one that counts; in memory only."""
    camera = shots.camera_named(scene, shot.camera)
    track.refuse_panorama(camera)
    scene.timeline_markers.clear()  # bound markers would switch cameras while rendering
    scene.camera = camera
    scene.frame_start, scene.frame_end, scene.frame_step = shot.range.start, shot.range.end, shot.range.step
    scene.render.threads_mode = "AUTO"
    kept = next((layer for layer in scene.view_layers if layer.use), scene.view_layers[0])
    for layer in [layer for layer in scene.view_layers if layer != kept]:
        scene.view_layers.remove(layer)  # so that evaluation and rendering speak of the same one
    kept.name = _LAYER
    return camera


def _direction(asked: Vec3 | None, sun: Sun | None, followed: track.Track) -> Vec3:
    if asked is not None:
        return asked
    return sun.direction if sun is not None else track.light_from_behind(followed.cameras[0])


class _Film:
    """Renders the shot's frames as one animation and tells the parent of each."""

    def __init__(self, scene: Any, shot: Shot, channel: Channel, beauty: bool) -> None:
        self._scene, self._shot, self._channel = scene, shot, channel
        self._rolls = 2 if beauty else 1
        self._roll = 0
        self._done = 0
        self._started = 0.0
        self._stage = ""

    def roll(self, folder: Path, stage: str) -> None:
        """Render all frames into `folder`; BlenderError when one was not written."""
        scene = self._scene
        folder.mkdir(parents=True, exist_ok=True)
        pass_setup.configure_output(scene)
        scene.render.filepath = str(folder / "####")
        self._stage, self._done, self._started = stage, 0, time.monotonic()
        names = {f: Path(scene.render.frame_path(frame=f)).name for f in self._shot.range.frames}
        size = [scene.render.resolution_x, scene.render.resolution_y]
        self._channel.send("plan", stage=stage, frames=len(names), size=size)
        handler = self._handler(names)
        bpy.app.handlers.render_write.append(handler)
        try:
            bpy.ops.render.render(animation=True)
        except RuntimeError as exc:
            raise self._failed(folder, names, str(exc).strip()) from exc
        finally:
            bpy.app.handlers.render_write.remove(handler)
        if self._done < len(names) or any(not (folder / n).exists() for n in names.values()):
            raise self._failed(folder, names, "a frame was not written.")
        self._roll += 1

    def _handler(self, names: dict[int, str]) -> Callable[..., None]:
        total = len(names)

        def written(scene: Any, *_: Any) -> None:
            self._done += 1
            frame = scene.frame_current
            left = (time.monotonic() - self._started) / self._done * (total - self._done)
            share = (self._roll + self._done / total) / self._rolls
            text = f"frame {self._done} of {total}, {left:.0f} s left"
            self._channel.send("frame", stage=self._stage, frame=frame, name=names[frame])
            self._channel.progress(0.05 + 0.95 * share, self._stage, text)

        return written

    def _failed(self, folder: Path, names: dict[int, str], reason: str) -> BlenderError:
        lost = next((f for f, n in names.items() if not (folder / n).exists()), None)
        which = f" at frame {lost}" if lost is not None else ""
        return BlenderError(
            f"Blender stopped rendering{which}: {reason.removeprefix('Error: ')}",
            code="blender.render",
            hint="Check that there is room on the disk and that the shot renders in Blender.",
        )
