"""Shots of a real scene: as the command line finds them, followed when markers change."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy
import pytest

from states import SHOTS, add_shots

Part = Callable[[str], Any]
Tick = Callable[..., None]


@pytest.fixture
def host(part: Part) -> Any:
    return part("host.shots")


def rows() -> list[str]:
    return [r.name for r in bpy.context.window_manager.rushes.shots]


def test_rate_and_size_are_exact(scene: Any, host: Any) -> None:
    scene.render.fps, scene.render.fps_base = 24, 1.001
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 1921, 1080, 50
    assert host.scene_rate(scene) == Fraction(24000, 1001)
    assert (host.scene_size(scene).width, host.scene_size(scene).height) == (960, 540)


def test_the_list_follows_markers_that_blender_does_not_tell_of(scene: Any, tick: Tick) -> None:
    add_shots(scene)
    tick(lambda: rows() == list(SHOTS))
    scene.timeline_markers[1].name = "Closer"
    tick(lambda: rows()[1] == "Closer")
    scene.timeline_markers.remove(scene.timeline_markers[1])
    tick(lambda: rows() == [SHOTS[0], SHOTS[2], "Camera Close up"])
    scene.timeline_markers.clear()
    tick(lambda: all(not r.marker for r in bpy.context.window_manager.rushes.shots))


def test_a_marker_bound_to_something_else_is_no_shot(scene: Any, host: Any) -> None:
    add_shots(scene, ("A",))
    cube = bpy.data.objects.new("Cube", None)
    scene.collection.objects.link(cube)
    scene.timeline_markers.new("not a camera", frame=5)
    assert [s.name for s in host.scene_shots(scene)] == ["A"]


def test_the_same_shots_as_the_command_line(scene: Any, host: Any, tmp_path: Path) -> None:
    """`rushes.blender.inside.shots` reads the same file in the background."""
    import importlib
    import sys

    root = str(Path(__file__).parents[3] / "core")
    sys.path.insert(0, root)
    try:
        inside = importlib.import_module("rushes.blender.inside.shots")
    except ModuleNotFoundError:
        pytest.skip("the installed wheel's parts for the background are not importable here")
    finally:
        sys.path.remove(root)
    add_shots(scene, ("Wide", "wide", "con", "a/b", "Über"))
    scene.frame_start = 3
    background = inside.scene_info(scene, str(tmp_path / "a.blend")).shots
    ours = [s for s in host.scene_shots(scene) if s.marker]
    assert [(s.name, s.camera, s.range) for s in ours] == [(s.name, s.camera, s.range) for s in background]


def test_a_shot_is_added_at_the_current_frame_with_a_free_name(scene: Any, host: Any) -> None:
    add_shots(scene, ("010",))
    scene.frame_end = 100
    scene.frame_set(50)
    bpy.ops.rushes.shot_add()
    assert [(s.name, s.first) for s in host.scene_shots(scene)] == [("010", 1), ("020", 50)]


def test_going_to_a_shot_looks_through_its_camera_at_its_first_frame(scene: Any) -> None:
    add_shots(scene)
    bpy.ops.rushes.shot_go(shot="Close up")
    assert scene.camera.name == "Camera Close up"
    assert scene.frame_current == 25


def test_settings_stay_with_a_shot_through_save_and_load(scene: Any, host: Any, tick: Tick, tmp_path: Path) -> None:
    add_shots(scene)
    tick(lambda: rows() == list(SHOTS))
    bpy.context.window_manager.rushes.shot_index = 2
    bpy.ops.rushes.shot_brief()
    scene.rushes.shots[0].mood = "warm"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    loaded = bpy.context.scene
    shot = next(s for s in host.scene_shots(loaded) if s.name == SHOTS[2])
    assert host.brief_of(loaded, shot).mood == "warm"
    assert host.brief_of(loaded, host.scene_shots(loaded)[0]).mood == ""
