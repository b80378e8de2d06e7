"""Builds the demo production's scene: a harbour street at block level, three cameras, three briefs.

    .venvs/bpy50/bin/python assets/demo/make_demo.py --out assets/demo/harbour_street.blend
    blender --background --factory-startup --python assets/demo/make_demo.py -- --out harbour_street.blend

`--preview DIR` also renders each camera's first, middle and last frame (`--middle`: that one alone) with flat
colours and one soft light, which is not saved: the scene has no sun, so the brief decides the time of day. Nothing is
drawn from chance: the same script gives the same scene. The committed file was saved with Blender 4.2, so that every
Blender that Rushes works with can open it. Metres, Z up; the street runs along +Y, the water lies at X > 0; see
`stage` for places.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import sys
from pathlib import Path
from typing import Any

import bpy
import mathutils

sys.path.insert(0, str(Path(__file__).resolve().parent))
# Scripts beside this one; Blender does not put its folder on the path.
import life
import street
from stage import LENGTH, Stage, keys, place

__all__ = ["SHOTS", "build", "main"]

SHOTS: tuple[dict[str, Any], ...] = (
    {
        "name": "arrival",
        "camera": "Cam Arrival",
        "lens": 30.0,
        "from": ((23.4, -14.0, 1.7), (20.6, 40.0, 5.0)),
        "to": ((23.2, -9.4, 1.6), (21.0, 42.0, 4.9)),
        "brief": {
            "subject": "a woman in a mustard coat arrives at the harbour",
            "action": "she walks up the street while a van drives away towards the cranes",
            "mood": "warm",
            "style": "cinematic",
            "camera": "eye level, slow dolly forward",
            "lighting": "dusk, low sun",
            "environment": "old harbour, clear weather",
            "texture": "brick gables, worn quay stone",
            "genre": "drama",
            "restrictions": "no text, no logos",
        },
    },
    {
        "name": "quay",
        "camera": "Cam Quay",
        "lens": 31.0,
        "from": ((-33.5, -3.0, -0.7), (-6.5, 52.0, 7.0)),
        "to": ((-30.6, -4.0, 1.5), (-5.8, 52.0, 7.6)),
        "brief": {
            "subject": "fishing boats moored along the quay",
            "action": "the boats roll gently while a crane swings its load",
            "mood": "neutral",
            "style": "cinematic",
            "camera": "over the water, sideways and slowly rising",
            "lighting": "dawn",
            "environment": "harbour, clear weather",
            "texture": "dark stone, painted steel",
            "genre": "drama",
            "restrictions": "no text, no logos",
        },
    },
    {
        "name": "overlook",
        "camera": "Cam Overlook",
        "lens": 28.0,
        "from": ((25.0, -47.0, 19.5), (17.0, 14.0, 6.2)),
        "to": ((24.6, -42.5, 18.3), (14.0, 14.0, 6.0)),
        "brief": {
            "subject": "the harbour street seen from above",
            "action": "the last people walk home under the lamps",
            "mood": "neutral",
            "style": "cinematic",
            "camera": "high angle, slow push with a pan to the water",
            "lighting": "night, lit windows",
            "environment": "harbour, clear weather",
            "texture": "slate roofs, dark water",
            "genre": "thriller",
            "restrictions": "no text, no logos",
        },
    },
)


def _cameras(s: Stage) -> None:
    scene = bpy.context.scene
    for k, shot in enumerate(SHOTS):
        data = bpy.data.cameras.new(shot["camera"])
        data.lens, data.sensor_width, data.clip_start, data.clip_end = shot["lens"], 36.0, 0.1, 3000.0
        camera = bpy.data.objects.new(shot["camera"], data)
        s.collection("Cameras").objects.link(camera)
        first = 1 + k * LENGTH
        for frame, (stand, target) in ((first, shot["from"]), (first + LENGTH - 1, shot["to"])):
            way = mathutils.Vector(place(target)) - mathutils.Vector(place(stand))
            keys(camera, "location", {frame: place(stand)})
            keys(camera, "rotation_euler", {frame: tuple(way.to_track_quat("-Z", "Y").to_euler())})
        camera["rushes_brief"] = json.dumps(shot["brief"], ensure_ascii=False)
        marker = scene.timeline_markers.new(shot["name"], frame=first)
        marker.camera = camera
        if k == 0:
            scene.camera = camera


def build() -> None:
    """An empty file, then the whole scene in it."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.name = "Harbour Street"
    scene.unit_settings.system = "METRIC"
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 1280, 720, 100
    scene.render.fps, scene.render.fps_base = 24, 1.0
    scene.frame_start, scene.frame_end = 1, LENGTH * len(SHOTS)
    s = Stage()
    for name in ("Ground", "Water", "Buildings", "Props", "Vehicles", "Characters", "Vegetation", "Cameras"):
        s.collection(name)
    for part in (*street.PARTS, *life.PARTS, _cameras):
        part(s)
    world = bpy.data.worlds.new("Plain Sky")
    world.color = (0.42, 0.47, 0.52)
    scene.world = world
    scene.frame_set(1)


def preview(folder: Path, size: tuple[int, int], samples: int, *, middle: bool = False) -> list[Path]:
    """Pictures of each camera, three or one; changes the open scene, so save first."""
    folder.mkdir(parents=True, exist_ok=True)
    scene = bpy.context.scene
    light = bpy.data.lights.new("Preview Sun", "SUN")
    light.energy, light.angle = 2.4, 0.1
    lamp = bpy.data.objects.new("Preview Sun", light)
    lamp.rotation_euler = (math.radians(48), 0.0, math.radians(58))
    scene.collection.objects.link(lamp)
    if scene.world.node_tree is None:
        scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs[0].default_value = (0.62, 0.68, 0.74, 1.0)
    scene.view_settings.view_transform = "Standard"
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.cycles.samples, scene.cycles.max_bounces, scene.cycles.use_denoising = samples, 1, False
    scene.render.image_settings.file_format = "JPEG"
    scene.render.image_settings.quality = 88
    made: list[Path] = []
    for k, shot in enumerate(SHOTS):
        scene.camera = bpy.data.objects[shot["camera"]]
        frames = (1 + k * LENGTH, k * LENGTH + LENGTH // 2, (k + 1) * LENGTH)
        for frame in frames[1:2] if middle else frames:
            scene.frame_set(frame)
            scene.camera = bpy.data.objects[shot["camera"]]
            path = folder / f"{shot['name']}_{frame:04}.jpg"
            scene.render.filepath = str(path)
            bpy.ops.render.render(write_still=True)
            made.append(path)
    return made


def main(argv: list[str]) -> int:
    """Build, save, and preview when asked; returns the exit code."""
    words = argparse.ArgumentParser(description="Builds the demo scene of Rushes.")
    words.add_argument("--out", type=Path, required=True, help="the .blend to write")
    words.add_argument("--preview", type=Path, help="folder for pictures of every camera")
    words.add_argument("--middle", action="store_true", help="only the middle frame of each camera")
    words.add_argument("--size", default="640x360", help="size of the pictures")
    words.add_argument("--samples", type=int, default=12, help="Cycles samples of the pictures")
    asked = words.parse_args(argv)
    build()
    out = asked.out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    # No .blend1 beside the committed file.
    bpy.context.preferences.filepaths.save_version = 0
    bpy.ops.wm.save_as_mainfile(filepath=str(out), compress=True)
    logging.info("%d objects, %.2f MB: %s", len(bpy.context.scene.objects), out.stat().st_size / 1e6, out)
    if asked.preview:
        width, height = (int(n) for n in asked.size.split("x"))
        preview(asked.preview.resolve(), (width, height), asked.samples, middle=asked.middle)
    return 0


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    sys.exit(main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]))
