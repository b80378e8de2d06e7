"""Shots go stale by what their picture shows, by nothing else, and say the same after a save and a load."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import pytest

Prints = dict[str, dict[str, str]]
Part = Callable[[str], Any]


class Watch:
    """Works fingerprints out as the timer does, and tells what has become another."""

    def __init__(self, part: Part) -> None:
        self.fingerprint, self.shots = part("host.fingerprint"), part("host.shots")
        self.known: Prints = {}

    def all(self) -> Prints:
        """Fingerprints of each shot once nothing is left to be worked out."""
        scene = bpy.context.scene
        bpy.context.view_layer.update()
        self.fingerprint._state.looked = self.fingerprint._state.edited = 0.0
        for _ in range(100_000):
            self.fingerprint.step(scene, time.perf_counter() + 0.002)
            if not self.fingerprint.working():
                return {s.name: self.fingerprint.prints(scene, s) for s in self.shots.scene_shots(scene)}
        raise AssertionError("the work never ends")

    def changed(self) -> dict[str, set[str]]:
        """Shot → which of its fingerprints are others than at the last call."""
        before, self.known = self.known, self.all()
        found = {n: {k for k in p if before.get(n, {}).get(k) != p[k]} for n, p in self.known.items()}
        return {name: keys for name, keys in found.items() if keys}


def cube(name: str, at: tuple[float, float, float]) -> Any:
    mesh = bpy.data.meshes.new(name)
    points = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
    mesh.from_pydata(points, [], [(0, 1, 3, 2), (4, 5, 7, 6), (0, 1, 5, 4)])
    made = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(made)
    made.location = at
    return made


@pytest.fixture
def watch(scene: Any, part: Part) -> Watch:
    """Two shots: "Down" looks at the origin from above, "Away" at x = 100; a crate in each, one far from both."""
    scene = bpy.context.scene
    for name, x, frame in (("Down", 0.0, 1), ("Away", 100.0, 25)):
        camera = bpy.data.objects.new(name, bpy.data.cameras.new(name))
        scene.collection.objects.link(camera)
        camera.location = (x, 0.0, 10.0)
        scene.timeline_markers.new(name, frame=frame).camera = camera
    scene.frame_start, scene.frame_end = 1, 48
    for name, x in (("Near", 0.0), ("There", 100.0), ("Nowhere", 1000.0)):
        cube(name, (x, 0.0, 0.0))
    made = Watch(part)
    assert set(made.changed()) == {"Down", "Away"}
    assert made.changed() == {}
    return made


def test_what_moves_in_view_makes_its_shot_stale_and_moving_back_makes_it_fresh(watch: Watch) -> None:
    crate = bpy.data.objects["Near"]
    before = watch.known
    crate.location.x = 0.5
    assert watch.changed() == {"Down": {"geometry"}}
    crate.location.x = 0.0
    watch.changed()
    assert watch.known == before


def test_what_stays_out_of_view_does_not_count(watch: Watch) -> None:
    far = bpy.data.objects["Nowhere"]
    far.location.y = 50.0
    assert watch.changed() == {}
    cube("Another", (-500.0, 0.0, 0.0))
    assert watch.changed() == {}
    bpy.data.objects.remove(far)
    assert watch.changed() == {}


def test_coming_into_view_and_leaving_it(watch: Watch) -> None:
    bpy.data.objects["Nowhere"].location.x = 100.5
    assert watch.changed() == {"Away": {"geometry"}}
    bpy.data.objects.remove(bpy.data.objects["Near"])
    assert watch.changed() == {"Down": {"geometry"}}
    cube("New", (0.0, 1.0, 0.0))
    assert watch.changed() == {"Down": {"geometry"}}


def test_passing_through_during_the_shot(watch: Watch) -> None:
    far = bpy.data.objects["Nowhere"]
    for frame, x in ((1, 1000.0), (25, 1000.0), (48, -900.0)):
        far.location.x = x
        far.keyframe_insert("location", frame=frame)
    assert watch.changed() == {"Away": {"geometry"}}


def test_the_playhead_changes_nothing(watch: Watch) -> None:
    for name in ("Near", "Down"):
        bpy.data.objects[name].keyframe_insert("location", frame=1)
        bpy.data.objects[name].location.y += 2.0
        bpy.data.objects[name].keyframe_insert("location", frame=24)
    watch.changed()
    for frame in (1, 12, 30):
        bpy.context.scene.frame_set(frame)
        assert watch.changed() == {}


def _edit_mesh() -> None:
    bpy.data.meshes["Near"].vertices[0].co.x = -1.5
    bpy.data.meshes["Near"].update()


def _add_modifier() -> None:
    bpy.data.objects["Near"].modifiers.new("Bevel", "BEVEL").width = 0.2


def _paint() -> None:
    material = bpy.data.materials.new("Red")
    material.diffuse_color = (1, 0, 0, 1)
    bpy.data.meshes["Near"].materials.append(material)
    bpy.data.meshes["Near"].update_tag()


def _say_class() -> None:
    bpy.data.objects["Near"]["rushes_class"] = "vehicle"
    bpy.data.objects["Near"].update_tag()


def _say_words() -> None:
    bpy.data.objects["Near"]["rushes_prompt"] = "a red van"
    bpy.data.objects["Near"].update_tag()


def _hide() -> None:
    bpy.data.objects["Near"].hide_render = True


def test_what_a_driver_moves_may_be_anywhere(watch: Watch) -> None:
    bpy.data.objects["Near"].driver_add("location", 2).driver.expression = "frame / 10"
    assert watch.changed() == {"Down": {"geometry"}, "Away": {"geometry"}}


def _parent() -> None:
    empty = bpy.data.objects.new("Handle", None)
    bpy.context.scene.collection.objects.link(empty)
    empty.rotation_euler.z = 0.3
    bpy.data.objects["Near"].parent = empty


@pytest.mark.parametrize("edit", [_edit_mesh, _add_modifier, _paint, _say_class, _say_words, _hide, _parent])
def test_each_kind_of_edit_counts_in_the_shot_that_sees_it(watch: Watch, edit: Callable[[], None]) -> None:
    edit()
    assert watch.changed() == {"Down": {"geometry"}}


def test_a_new_name_that_says_the_same_changes_nothing(watch: Watch) -> None:
    bpy.data.objects["Near"].name = "Right here"
    assert watch.changed() == {}
    bpy.data.objects["Right here"].name = "Pine tree"
    assert watch.changed() == {"Down": {"geometry"}}


def test_the_camera(watch: Watch) -> None:
    bpy.data.cameras["Down"].lens = 49.0
    assert "camera" in watch.changed()["Down"]
    bpy.data.cameras["Down"].dof.use_dof = True
    assert watch.changed() == {}
    bpy.data.objects["Away"].keyframe_insert("location", frame=30)
    assert "camera" in watch.changed()["Away"]
    bpy.context.scene.render.resolution_y += 100
    assert {n: "camera" in k for n, k in watch.changed().items()} == {"Down": True, "Away": True}
    bpy.context.scene.timeline_markers["Away"].frame = 20
    assert all("camera" in k for k in watch.changed().values())


def test_the_brief(watch: Watch, part: Part) -> None:
    scene = bpy.context.scene
    shot = next(s for s in part("host.shots").scene_shots(scene) if s.name == "Down")
    settings = part("host.shots").ensure_settings(scene, shot)
    assert watch.changed() == {}
    settings.mood = "tense"
    assert watch.changed() == {"Down": {"brief"}}
    settings.seed = 77
    assert watch.changed() == {}


def test_the_look_counts_once_the_model_is_known(
    watch: Watch, engine: Any, session: Callable[[], Any], part: Part
) -> None:
    assert "look" not in watch.all()["Down"]
    from doubles import DESCRIPTOR

    session().known.descriptors = (DESCRIPTOR,)
    watch.changed()
    bpy.context.scene.rushes.steps = 7
    assert watch.changed() == {"Down": {"look"}, "Away": {"look"}}
    sun = bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN"))
    bpy.context.scene.collection.objects.link(sun)
    assert watch.changed() == {"Down": {"look"}, "Away": {"look"}}
    sun.rotation_euler.x = 0.5
    assert watch.changed() == {"Down": {"look"}, "Away": {"look"}}
    bpy.context.scene.rushes.use_scene_sun = False
    watch.changed()
    sun.rotation_euler.x = 0.9
    assert watch.changed() == {}


def test_instances_count_with_what_they_show(watch: Watch) -> None:
    kit = bpy.data.collections.new("Kit")
    part_of_kit = bpy.data.objects.new("Part", bpy.data.meshes["Near"].copy())
    kit.objects.link(part_of_kit)
    copy = bpy.data.objects.new("Copy", None)
    copy.instance_type, copy.instance_collection = "COLLECTION", kit
    bpy.context.scene.collection.objects.link(copy)
    copy.location.x = 100.0
    assert watch.changed() == {"Away": {"geometry"}}
    part_of_kit.location.z = 0.4
    assert watch.changed() == {"Away": {"geometry"}}
    copy.location.x = 600.0
    assert watch.changed() == {"Away": {"geometry"}}
    part_of_kit.location.z = 0.1
    assert watch.changed() == {}


def test_all_at_once_says_the_same_as_little_by_little(watch: Watch, part: Part) -> None:
    scene = bpy.context.scene
    for shot in watch.shots.scene_shots(scene):
        assert watch.fingerprint.prints_now(scene, shot) == watch.known[shot.name]
    watch.fingerprint.forget()
    for shot in watch.shots.scene_shots(scene):
        assert watch.fingerprint.prints(scene, shot) == {}
        assert watch.fingerprint.prints_now(scene, shot) == watch.known[shot.name]


def test_save_and_load(watch: Watch, tmp_path: Path) -> None:
    bpy.data.objects["Near"].keyframe_insert("rotation_euler", frame=3)
    watch.changed()
    file = str(tmp_path / "Häfen.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.ops.wm.open_mainfile(filepath=file)
    assert watch.changed() == {}


def test_undo_brings_the_former_state_back(watch: Watch, part: Part) -> None:
    bpy.ops.ed.undo_push(message="before")
    bpy.data.objects["Near"].location.x = 0.7
    bpy.ops.ed.undo_push(message="moved")
    before = watch.known
    assert watch.changed() == {"Down": {"geometry"}}
    bpy.ops.ed.undo()
    watch.changed()
    assert watch.known == before


def test_deleting_while_it_works(watch: Watch) -> None:
    for number in range(300):
        cube(f"Block {number}", (number * 0.01, 0.0, 0.0))
    bpy.context.view_layer.update()
    watch.fingerprint._state.looked = watch.fingerprint._state.edited = 0.0
    watch.fingerprint.step(bpy.context.scene, time.perf_counter() + 0.001)
    for number in range(300):
        bpy.data.objects.remove(bpy.data.objects[f"Block {number}"])
    assert watch.all() == watch.known
