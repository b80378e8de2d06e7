"""Run by Blender: makes a scene, or throws a projector on it and renders what two cameras see.

inside_round.py make FILE.blend
inside_round.py render FILE.blend PROJECTOR OUT FRAME...
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ARGUMENTS = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "core"))

import bpy  # noqa: E402
import mathutils  # noqa: E402

from rushes import projection  # noqa: E402


def camera(scene: Any, name: str, place: tuple[float, float, float]) -> Any:
    made = bpy.data.objects.new(name, bpy.data.cameras.new(name))
    scene.collection.objects.link(made)
    made.location = place
    way = mathutils.Vector((0.0, 0.0, 1.0)) - mathutils.Vector(place)
    made.rotation_euler = way.to_track_quat("-Z", "Y").to_euler()
    return made


def make(path: str) -> None:
    """A box that moves on a floor, a camera that moves and zooms; frames 101 to 105, every second one."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    scene = bpy.context.scene
    bpy.ops.mesh.primitive_plane_add(size=40)
    bpy.ops.mesh.primitive_uv_sphere_add(location=(-2.5, 1.5, 1))
    bpy.ops.mesh.primitive_cube_add(size=2, location=(0, 0, 1))
    box = bpy.context.object
    moves = camera(scene, "Moves", (0, -11, 4))
    camera(scene, "Beside", (8, -8, 6))
    for step, frame in enumerate((101, 105)):
        box.location.x, moves.location.x, moves.data.lens = step * 0.8, step * 1.5, 35 + 10 * step
        box.keyframe_insert("location", frame=frame)
        moves.keyframe_insert("location", frame=frame)
        moves.data.keyframe_insert("lens", frame=frame)
    moves.data.shift_x = 0.1
    scene.timeline_markers.new("Wide", frame=101).camera = moves
    scene.camera, scene.frame_start, scene.frame_end, scene.frame_step = moves, 101, 105, 2
    scene.render.resolution_x, scene.render.resolution_y = 96, 54
    bpy.ops.wm.save_as_mainfile(filepath=path)


def render(path: str, folder: str, out: str, frames: list[int]) -> None:
    bpy.ops.wm.open_mainfile(filepath=path)
    scene = bpy.context.scene
    projection.project(scene, folder)
    projection.use_standard_view(scene)
    (found,) = projection.projected(scene)
    settings, cycles = scene.render, scene.cycles
    settings.engine, settings.dither_intensity = "CYCLES", 0.0
    settings.image_settings.file_format, settings.image_settings.color_mode = "PNG", "RGB"
    cycles.samples, cycles.use_denoising, cycles.use_adaptive_sampling = 1, False, False
    cycles.pixel_filter_type, cycles.filter_width, cycles.device = "BOX", 0.01, "CPU"
    for frame in frames:
        scene.frame_set(frame)
        for name, view in (("own", found.projector), ("beside", scene.objects["Beside"])):
            scene.camera = view
            settings.filepath = str(Path(out, f"{name}-{frame}.png"))
            bpy.ops.render.render(write_still=True)
    projection.remove(scene)
    if projection.projected(scene):
        raise SystemExit("The projection is still there.")


if ARGUMENTS[0] == "make":
    make(ARGUMENTS[1])
else:
    render(ARGUMENTS[1], ARGUMENTS[2], ARGUMENTS[3], [int(a) for a in ARGUMENTS[4:]])
