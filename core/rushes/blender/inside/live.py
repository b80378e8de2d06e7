"""A Blender that keeps a scene open and renders the passes of one view after another, as fast as it can.

`run` is called in Blender's interpreter by `rushes.blender.launcher`. The parent listens on the loopback; each line it
sends is a question in JSON, each line it gets is the answer:

    {"op": "open", "blend": PATH}                                        -> {"info": SceneInfo, "size": ...}
    {"op": "render", "camera": NAME or null, "view": CameraFrame or null,
     "frame": N, "size": [W, H], "sun": [x, y, z] or null, "out": PATH}
                                        -> camera, pixel_aspect, sun, legend (the first time), moved {id: matrix}

Motion is not rendered: it would cost another look at the neighbouring frames. Nothing is ever saved.
"""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import bpy
import mathutils

from rushes.blender.inside import pass_setup, scene_open, shots, subjects, track
from rushes.blender.inside.channel import Channel
from rushes.contracts import CameraFrame, Vec3, decode, encode
from rushes.errors import BlenderError, RushesError

__all__ = ["run"]

_FREE = "rushes_look"


def run(request: dict[str, Any], channel: Channel) -> dict[str, Any]:
    """Answer questions until the parent hangs up."""
    stage: _Stage | None = None
    answered = 0
    with socket.create_connection(("127.0.0.1", int(request["port"]))) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        talk = line.makefile("rwb")
        talk.write(str(request["secret"]).encode("ascii") + b"\n")
        talk.flush()
        for text in talk:
            ask: dict[str, Any] = json.loads(text)
            try:
                if ask["op"] == "open":
                    stage = None  # whatever it held is gone once another file opens
                    stage = _Stage(Path(ask["blend"]), channel)
                    answer = stage.about
                elif stage is None:
                    raise BlenderError("No scene is open.", code="look.closed")
                else:
                    answer = stage.render(ask)
            except RushesError as exc:
                answer = {"error": exc.to_dict()}
            talk.write(json.dumps(answer).encode("utf-8") + b"\n")
            talk.flush()
            answered += 1
    return {"answered": answered}


class _Stage:
    """The open scene, set up for passes."""

    def __init__(self, blend: Path, channel: Channel) -> None:
        self._scene = scene = scene_open.open_blend(blend, channel)
        self._channel = channel
        info = shots.scene_info(scene, str(blend), tuple(scene_open.libraries()))  # before anything is changed
        own = scene.camera
        self.about: dict[str, Any] = {
            "info": encode(info),
            "camera": own.name if own is not None and own.type == "CAMERA" else "",
            "frames": [scene.frame_start, scene.frame_end],
            "objects": [],
        }
        kept = next((layer for layer in scene.view_layers if layer.use), scene.view_layers[0])
        for other in [layer for layer in scene.view_layers if layer != kept]:
            scene.view_layers.remove(other)  # so that evaluation and rendering speak of the same one
        self._layer = layer = bpy.context.view_layer
        self._scene_sun = shots.scene_sun(scene, layer)
        scene.timeline_markers.clear()  # bound markers would switch cameras
        scene.render.threads_mode = "AUTO"
        self._subjects = subjects.prepare(scene, layer, channel)
        self.about["objects"] = [s.name for s in self._subjects]
        self._size: tuple[int, int] | None = None
        self._free: Any = None
        self._track: track.Track | None = None
        self._places: list[Any] = []
        self._frame = scene.frame_current
        self._behind: Vec3 = (0.0, -0.6, 0.8)

    def render(self, ask: dict[str, Any]) -> dict[str, Any]:
        """Render one view into `ask["out"]`."""
        scene = self._scene
        view = decode(CameraFrame, ask["view"]) if ask["view"] is not None else None
        camera = self._camera(ask["camera"], view)
        track.refuse_panorama(camera)
        scene.camera = camera
        self._set_up((int(ask["size"][0]), int(ask["size"][1])))
        legend, moved = self._go_to(int(ask["frame"]), camera)
        seen = view if view is not None else self._seen(camera)
        sun = self._light(ask["sun"], seen)
        scene.render.filepath = ask["out"]
        try:
            bpy.ops.render.render(write_still=True)
        except RuntimeError as exc:
            reason = str(exc).strip().removeprefix("Error: ")
            raise BlenderError(f"Blender stopped rendering: {reason}", code="blender.render") from exc
        return {
            "camera": encode(seen),
            "pixel_aspect": [scene.render.pixel_aspect_x, scene.render.pixel_aspect_y],
            "sun": list(sun),
            "legend": legend,
            "moved": moved,
        }

    def _go_to(self, frame: int, camera: Any) -> tuple[Any, dict[str, Any]]:
        """(the legend, the first time; id → matrix of what stands elsewhere than in the picture before)."""
        if self._track is None:
            self._track = track.follow(self._scene, camera, [frame], self._subjects, self._channel)
            self._track.seen = [True] * len(self._subjects)  # what is hidden now may show later
            self._places = [found[0] for found in self._track.matrices]
            self._frame = frame
            return encode(self._track.legend(self._scene_sun)), {}
        if frame == self._frame:
            return None, {}
        self._scene.frame_set(frame)
        self._frame = frame
        graph = bpy.context.evaluated_depsgraph_get()
        moved: dict[str, Any] = {}
        for index, subject in enumerate(self._subjects):
            place = shots.plain_matrix(subject.obj.evaluated_get(graph).matrix_world)
            if place != self._places[index]:
                self._places[index] = place
                moved[str(subject.id)] = place
        return None, moved

    def _seen(self, camera: Any) -> CameraFrame:
        """The scene's camera as it stands now."""
        return track.camera_frame(camera.evaluated_get(bpy.context.evaluated_depsgraph_get()), self._frame)

    def _set_up(self, size: tuple[int, int]) -> None:
        """Once, and again when the size changes: settings that are left alone keep what Cycles has built."""
        if size == self._size:
            return
        if self._size is None:
            pass_setup.configure_passes(self._scene, self._layer, size=size, sun_direction=self._behind)
            pass_setup.configure_output(self._scene, codec="NONE")
            self._layer.use_pass_vector = False
        self._scene.render.resolution_x, self._scene.render.resolution_y = size
        self._size = size

    def _camera(self, name: str | None, view: CameraFrame | None) -> Any:
        if view is None:
            camera = shots.camera_named(self._scene, str(name))
            camera.data.dof.use_dof = False
            return camera
        if self._free is None:
            self._free = bpy.data.objects.new(_FREE, bpy.data.cameras.new(_FREE))
            self._scene.collection.objects.link(self._free)
        lens = self._free.data
        lens.type = view.type
        for field in ("lens", "ortho_scale", "sensor_width", "sensor_height", "sensor_fit", "shift_x", "shift_y"):
            setattr(lens, field, getattr(view, field))
        lens.clip_start, lens.clip_end = view.clip_start, view.clip_end
        self._free.matrix_world = mathutils.Matrix(view.matrix_world)
        return self._free

    def _light(self, asked: list[float] | None, camera: CameraFrame) -> Vec3:
        """Turn our sun; towards which it stands then."""
        if asked is not None:
            sun = (float(asked[0]), float(asked[1]), float(asked[2]))
        elif self._scene_sun is not None:
            sun = self._scene_sun.direction
        else:
            sun = track.light_from_behind(camera)
        turn = mathutils.Vector(sun).normalized().to_track_quat("Z", "Y").to_euler()
        lamp = bpy.data.objects[pass_setup.SUN_NAME]
        if tuple(lamp.rotation_euler) != tuple(turn):
            lamp.rotation_euler = turn
        return sun
