"""Takes thrown onto blocks: what the projecting camera sees is the take, what it did not see keeps its own look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import mathutils
import numpy as np
import pytest

import projecting as kit
from rushes import projection as pj
from rushes.errors import InputError, ProductionError

SIZE = (64, 36)
PORTRAIT = (36, 64)


@pytest.fixture
def stage(scene: Any) -> Any:
    """The empty scene with blocks."""
    kit.blocks(scene)
    return scene


def _own_view(scene: Any, data: Any, pictures: Any, frame: int, path: Path, aspect: Any = (1.0, 1.0)) -> Any:
    """Difference to the take, levels of 255, where something stands."""
    (found,) = pj.projected(scene)
    size = (data.size.width, data.size.height)
    got = kit.rendered(scene, found.projector, frame, path, size, aspect).astype(int)
    at = next(i for i, f in enumerate(data.frames) if f.frame == min(max(frame, data.first), data.frames[-1].frame))
    hit = kit.depth_of(scene, data.frames[at].camera, size, aspect) < 1e9
    assert hit.sum() > 0.3 * hit.size
    return np.abs(got - pictures[at])[hit]


CASES: dict[str, tuple[dict[str, Any], tuple[int, int], tuple[float, float]]] = {
    "perspective": ({"lens": 35.0}, SIZE, (1.0, 1.0)),
    "shift": ({"shift_x": 0.2, "shift_y": -0.15}, SIZE, (1.0, 1.0)),
    "portrait": ({"lens": 30.0}, PORTRAIT, (1.0, 1.0)),
    "vertical fit": ({"sensor_fit": "VERTICAL", "sensor_height": 20.0}, SIZE, (1.0, 1.0)),
    "horizontal fit, portrait": ({"sensor_fit": "HORIZONTAL"}, PORTRAIT, (1.0, 1.0)),
    "wide pixels": ({"lens": 40.0}, (40, 36), (2.0, 1.0)),
    "tall pixels": ({}, (64, 28), (1.0, 1.5)),
    "orthographic": ({"type": "ORTHO", "ortho_scale": 9.0, "shift_y": 0.1}, SIZE, (1.0, 1.0)),
    "orthographic, portrait": ({"type": "ORTHO", "ortho_scale": 9.0, "shift_x": -0.1}, PORTRAIT, (1.0, 1.0)),
}


@pytest.mark.parametrize("case", CASES)
def test_from_its_own_camera_the_render_is_the_take(stage: Any, tmp_path: Path, case: str) -> None:
    lens, size, aspect = CASES[case]
    stage.render.resolution_x, stage.render.resolution_y = size
    camera = kit.add_camera(stage, "A", (4, -9, 5), (0, 0, 1), **lens)
    pictures, data = kit.projector_folder(stage, camera, tmp_path / "p", frames=(1,), size=size, aspect=aspect)
    pj.project(stage, tmp_path / "p")
    wrong = _own_view(stage, data, pictures, 1, tmp_path / "own.png", aspect)
    assert wrong.mean() < 2
    assert (wrong.max(-1) > 2).mean() < 0.01


def _moving(scene: Any) -> Any:
    """A camera that moves and zooms, and a box that moves, from frame 101 to 103."""
    camera = kit.add_camera(scene, "A", (0, -11, 3), (0, 0, 1))
    box = bpy.data.objects["Cube"]
    for step, frame in enumerate((101, 103)):
        camera.location.x, camera.data.lens, box.location.x = step * 1.5, 35 + 15 * step, step * 0.8
        camera.keyframe_insert("location", frame=frame)
        camera.data.keyframe_insert("lens", frame=frame)
        box.keyframe_insert("location", frame=frame)
    return camera


def test_a_moving_zooming_camera_and_a_moving_box_from_frame_101_on(stage: Any, tmp_path: Path) -> None:
    camera = _moving(stage)
    pictures, data = kit.projector_folder(stage, camera, tmp_path / "p", frames=(101, 102, 103))
    pj.project(stage, tmp_path / "p")
    camera.location, camera.data.lens = (9, 9, 9), 90  # what becomes of the shot's camera does not matter
    camera.animation_data_clear()
    camera.data.animation_data_clear()
    for frame in (101, 102, 103):
        assert _own_view(stage, data, pictures, frame, tmp_path / "own.png").max() <= 2


def test_outside_the_shot_nothing_is_shown_unless_it_is_held(stage: Any, tmp_path: Path) -> None:
    camera = _moving(stage)
    pictures, data = kit.projector_folder(stage, camera, tmp_path / "p", frames=(101, 102, 103))
    view = kit.add_camera(stage, "B", (5, -9, 6), (0, 0, 0))
    before = {f: kit.rendered(stage, view, f, tmp_path / "b.png", SIZE) for f in (50, 100, 104, 300)}
    pj.project(stage, tmp_path / "p")
    for frame, own in before.items():
        np.testing.assert_array_equal(kit.rendered(stage, view, frame, tmp_path / "b.png", SIZE), own)
    pj.project(stage, tmp_path / "p", options=pj.Options(hold=True))
    bpy.data.objects["Cube"].animation_data_clear()
    for frame, own in before.items():
        assert (kit.rendered(stage, view, frame, tmp_path / "b.png", SIZE) != own).mean() > 0.2
    bpy.data.objects["Cube"].location.x = 0.0
    assert _own_view(stage, data, pictures, 60, tmp_path / "own.png").max() <= 2
    bpy.data.objects["Cube"].location.x = 0.8
    assert _own_view(stage, data, pictures, 140, tmp_path / "own.png").max() <= 2
    assert _own_view(stage, data, pictures, 103, tmp_path / "own.png").max() <= 2


def _seen(scene: Any, camera: Any, data: Any, size: tuple[int, int]) -> tuple[Any, Any]:
    """For each pixel of another camera, by rays: (was seen by the projector, was not); neither in the sky."""
    throw = data.frames[0].camera
    graph = bpy.context.evaluated_depsgraph_get()
    origins, ways = kit.rays(kit.camera_at(scene, camera, data.first), size)
    lens = throw.intrinsics(data.size)
    matrix = mathutils.Matrix(throw.matrix_world)
    eye, back = matrix.translation, matrix.inverted()
    yes, no = np.zeros(origins.shape[:2], bool), np.zeros(origins.shape[:2], bool)
    for at in np.ndindex(*yes.shape):
        hit, place, normal, *_ = scene.ray_cast(graph, origins[at], ways[at])
        if not hit:
            continue
        local = back @ place
        x, y = lens.cx + lens.fx * local.x / -local.z, lens.cy - lens.fy * local.y / -local.z
        faced = normal if normal.dot(mathutils.Vector(ways[at])) < 0 else -normal
        seen = local.z < 0 and 0 < x < data.size.width and 0 < y < data.size.height and faced.dot(place - eye) < 0
        if seen:
            found, first, *_ = scene.ray_cast(graph, eye, (place - eye).normalized())
            seen = found and (first - place).length < 1e-3 * (place - eye).length
        yes[at], no[at] = seen, not seen
    return yes, no


def test_from_another_camera_it_shows_only_where_it_was_seen(stage: Any, tmp_path: Path) -> None:
    bpy.ops.mesh.primitive_uv_sphere_add(location=(-3, 2, 1))
    camera = kit.add_camera(stage, "A", (0, -11, 1.2), (0, 0, 1), lens=35.0)  # low: the floor is grazed
    view = kit.add_camera(stage, "B", (8, -8, 5), (0, 0, 0.5))
    _, data = kit.projector_folder(stage, camera, tmp_path / "p", frames=(1,), size=(160, 90), flat=(0, 0, 255))
    pj.project(stage, tmp_path / "p")
    got = kit.rendered(stage, view, 1, tmp_path / "b.png", (160, 90))
    take = (got == (0, 0, 255)).all(-1)
    yes, no = _seen(stage, view, data, (160, 90))
    assert min(yes.mean(), no.mean()) > 0.15
    assert (take & no).sum() / take.size < 0.005  # leaks
    assert (~take & yes).sum() / yes.sum() < 0.01  # holes


def _flat(scene: Any, camera: Any, folder: Path, take: str, color: tuple[int, int, int], **more: Any) -> None:
    kit.projector_folder(scene, camera, folder, take=take, frames=(1,), flat=color, **more)


def _pixel(scene: Any, camera: Any, path: Path) -> tuple[int, ...]:
    """The middle of the picture."""
    return tuple(int(v) for v in kit.rendered(scene, camera, 1, path, SIZE)[SIZE[1] // 2, SIZE[0] // 2])


def test_takes_blend_in_order_and_with_strength(stage: Any, tmp_path: Path) -> None:
    camera = kit.add_camera(stage, "A", (0, -9, 1), (0, 0, 1))
    _flat(stage, camera, tmp_path / "red", "red", (255, 0, 0))
    _flat(stage, camera, tmp_path / "blue", "blue", (0, 0, 255))
    pj.project(stage, tmp_path / "red")
    own = pj.remove(stage)
    assert own == ("red",)
    pj.project(stage, tmp_path / "red")
    pj.project(stage, tmp_path / "blue")
    assert [p.take for p in pj.projected(stage)] == ["blue", "red"]
    red, _, blue = _pixel(stage, camera, tmp_path / "o.png")
    assert red == pytest.approx(blue, abs=1)  # equally well seen
    assert red == pytest.approx(188, abs=2)  # half of it, in light
    pj.set_over(stage, "blue", True)
    assert _pixel(stage, camera, tmp_path / "o.png") == (0, 0, 255)
    pj.move(stage, "blue", 1)
    pj.set_over(stage, "blue", False)
    pj.set_over(stage, "red", True)
    assert [p.take for p in pj.projected(stage)] == ["red", "blue"]
    assert _pixel(stage, camera, tmp_path / "o.png") == (255, 0, 0)
    pj.set_strength(stage, "red", 0.0)
    assert _pixel(stage, camera, tmp_path / "o.png") == (0, 0, 255)
    with pytest.raises(InputError):
        pj.set_strength(stage, "none", 1.0)


def test_the_take_that_faces_a_side_wins_it(stage: Any, tmp_path: Path) -> None:
    front = kit.add_camera(stage, "Front", (-3, -9, 1), (0, 0, 1))
    side = kit.add_camera(stage, "Side", (9, -3, 1), (0, 0, 1))
    _flat(stage, front, tmp_path / "red", "red", (255, 0, 0))
    _flat(stage, side, tmp_path / "blue", "blue", (0, 0, 255))
    for name in ("red", "blue"):
        pj.project(stage, tmp_path / name)
    look = kit.add_camera(stage, "Look", (0, -9, 1), (0, 0, 1))  # at the front side
    red, _, blue = _pixel(stage, look, tmp_path / "o.png")
    assert red > 230 > 100 > blue


def test_lit_is_lit_by_the_scene_and_unlit_by_nothing(stage: Any, tmp_path: Path) -> None:
    camera = kit.add_camera(stage, "A", (0, -9, 1), (0, 0, 1))
    _flat(stage, camera, tmp_path / "p", "t1", (200, 200, 200), albedo=True)
    pj.project(stage, tmp_path / "p", options=pj.Options(lit=True))
    (found,) = pj.projected(stage)
    assert found.lit
    assert found.has_albedo
    assert max(_pixel(stage, camera, tmp_path / "o.png")) < 5  # no lamp, no light
    sun = bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN"))
    sun.rotation_euler = (1.2, 0, 0)
    stage.collection.objects.link(sun)
    assert min(_pixel(stage, camera, tmp_path / "o.png")) > 50
    pj.set_lit(stage, "t1", False)
    assert _pixel(stage, camera, tmp_path / "o.png") == (200, 200, 200)


def test_only_chosen_objects_show_it_whatever_they_share(stage: Any, tmp_path: Path) -> None:
    box = bpy.data.objects["Cube"]
    twin = bpy.data.objects.new("Twin", box.data)  # a linked duplicate
    twin.location = (4, 0, 1)
    stage.collection.objects.link(twin)
    camera = kit.add_camera(stage, "A", (2, -12, 2), (2, 0, 1))
    _flat(stage, camera, tmp_path / "p", "t1", (0, 0, 255))
    report = pj.project(stage, tmp_path / "p", [twin])
    assert report.objects == 1
    assert pj.objects_of(stage, "t1") == (twin,)
    blue = (kit.rendered(stage, camera, 1, tmp_path / "o.png", SIZE) == (0, 0, 255)).all(-1)
    assert blue[:, SIZE[0] // 2 :].sum() > 30
    assert blue[:, : SIZE[0] // 2].sum() == 0


def test_instances_texts_and_what_modifiers_bend(stage: Any, tmp_path: Path) -> None:
    for obj in list(stage.objects):
        bpy.data.objects.remove(obj)
    home = bpy.data.collections.new("Home")  # not in the scene itself
    bpy.ops.mesh.primitive_cube_add(size=2)
    inner = bpy.context.object
    home.objects.link(inner)
    stage.collection.objects.unlink(inner)
    placed: list[Any] = []
    for x in (-3.0, 3.0):
        made = bpy.data.objects.new("Instance", None)
        made.instance_type, made.instance_collection = "COLLECTION", home
        made.location.x = x
        stage.collection.objects.link(made)
        placed.append(made)
    bpy.ops.object.text_add(location=(-1.2, 0, 2), rotation=(1.5708, 0, 0))
    text = bpy.context.object
    bpy.ops.mesh.primitive_plane_add(size=3, location=(0, 1, -1.5), rotation=(1.2, 0, 0))
    bent = bpy.context.object
    bent.modifiers.new("Subdivide", "SUBSURF").levels = 2
    bent.modifiers["Subdivide"].render_levels = 2
    bent.modifiers.new("Bend", "SIMPLE_DEFORM").deform_method = "BEND"
    camera = kit.add_camera(stage, "A", (0, -14, 0), (0, 0, 0))
    _flat(stage, camera, tmp_path / "p", "t1", (0, 0, 255))
    pj.project(stage, tmp_path / "p", [placed[0], text, bent])
    got = kit.rendered(stage, camera, 1, tmp_path / "o.png", SIZE)
    blue = (got == (0, 0, 255)).all(-1)
    stands = kit.depth_of(stage, kit.camera_at(stage, camera, 1), SIZE) < 1e9
    assert min(stands[:, :23].sum(), stands[:, 41:].sum()) > 40
    np.testing.assert_array_equal(blue[:, :41], stands[:, :41])  # one instance, the text, the bent plane
    assert not blue[:, 41:].any()  # the other instance of the same collection
    pj.remove(stage)
    assert not inner.material_slots


def test_removing_leaves_the_file_as_it_was(stage: Any, tmp_path: Path) -> None:
    cube, cone = bpy.data.objects["Cube"], bpy.data.objects["Cone"]
    cube["artist's own"] = 3
    twin = bpy.data.objects.new("Twin", cone.data)
    stage.collection.objects.link(twin)
    cube.data.materials.append(None)
    two = kit.material("Two outputs", (0.1, 0.2, 0.3))
    two.node_tree.nodes.new("ShaderNodeOutputMaterial").target = "EEVEE"
    bare = bpy.data.materials.new("No nodes")
    bare.diffuse_color = (0.9, 0.5, 0.1, 1.0)
    cube.data.materials.append(two)
    cube.data.materials.append(bare)
    slot = bpy.data.objects["Plane"].material_slots[0]
    slot.link = "OBJECT"
    slot.material = two
    camera = kit.add_camera(stage, "A", (0, -9, 1), (0, 0, 1))
    for name in ("one", "two"):
        _flat(stage, camera, tmp_path / name, name, (0, 0, 255))
    before = kit.dump()
    pj.project(stage, tmp_path / "one")
    first = kit.dump()
    assert first != before
    pj.project(stage, tmp_path / "two", [cube])
    pj.set_lit(stage, "two", True)
    pj.move(stage, "two", 1)
    assert pj.remove(stage, "two") == ("two",)
    assert kit.dump() == first
    pj.project(stage, tmp_path / "one", [cone])  # exchanged: fewer objects
    pj.project(stage, tmp_path / "two", [cube])
    assert pj.remove(stage) == ("two", "one")
    assert kit.dump() == before
    assert pj.remove(stage) == ()


def test_it_survives_saving_and_is_one_step_of_undo(stage: Any, tmp_path: Path) -> None:
    camera = kit.add_camera(stage, "A", (0, -9, 1), (0, 0, 1))
    _flat(stage, camera, tmp_path / "p", "t1", (0, 0, 255))
    before = kit.dump()
    pj.project(stage, tmp_path / "p")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "set.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "set.blend"))
    scene = bpy.context.scene
    assert all(i.filepath.startswith("//p") for i in bpy.data.images if "rushes_take" in i)  # both can move
    (found,) = pj.projected(scene)
    assert (found.take, found.shot, len(pj.objects_of(scene, "t1"))) == ("t1", "Wide", 3)
    assert _pixel(scene, found.projector, tmp_path / "o.png") == (0, 0, 255)
    pj.remove(scene)
    assert kit.dump() == before


def test_materials_of_other_files_are_left_out_and_named(stage: Any, tmp_path: Path) -> None:
    camera = kit.add_camera(stage, "A", (0, -9, 1), (0, 0, 1))
    _flat(stage, camera, tmp_path / "p", "t1", (0, 0, 255))
    bpy.data.libraries.write(str(tmp_path / "props.blend"), {bpy.data.objects["Cube"]}, fake_user=True)
    with bpy.data.libraries.load(str(tmp_path / "props.blend"), link=True) as (_, to):
        to.objects = ["Cube"]
    linked: Any = to.objects[0]
    stage.collection.objects.link(linked)
    report = pj.project(stage, tmp_path / "p")
    assert any("Cube" in text for text in report.left_out)
    assert linked not in pj.objects_of(stage, "t1")
    copy = bpy.data.objects.new("Copy", linked.data)  # a local object of linked data
    stage.collection.objects.link(copy)
    report = pj.project(stage, tmp_path / "p", [copy])
    assert any("Red" in text for text in report.left_out)
    assert report.materials == 0


def test_what_cannot_be_is_said_and_changes_nothing(stage: Any, tmp_path: Path) -> None:
    camera = kit.add_camera(stage, "A", (0, -9, 1), (0, 0, 1))
    _flat(stage, camera, tmp_path / "p", "t1", (0, 0, 255))
    before = kit.dump()
    with pytest.raises(ProductionError):
        pj.project(stage, tmp_path / "nowhere")
    with pytest.raises(InputError):
        pj.project(stage, tmp_path / "p", [camera])
    (tmp_path / "p" / "depth" / "0001.exr").unlink()
    with pytest.raises(ProductionError):
        pj.project(stage, tmp_path / "p")
    assert kit.dump() == before


def test_no_more_takes_than_eevee_can_tell_apart(stage: Any, tmp_path: Path) -> None:
    camera = kit.add_camera(stage, "A", (0, -9, 1), (0, 0, 1))
    for number in range(pj.MOST + 1):
        _flat(stage, camera, tmp_path / str(number), f"t{number}", (0, 0, 255), size=(8, 4))
        if number < pj.MOST:
            pj.project(stage, tmp_path / str(number))
    with pytest.raises(InputError, match="8"):
        pj.project(stage, tmp_path / str(pj.MOST))
    assert len(pj.projected(stage)) == pj.MOST


def test_the_view_transform_is_told(stage: Any) -> None:
    assert pj.colour_note(stage) == ""
    stage.view_settings.view_transform = "AgX"
    assert "AgX" in pj.colour_note(stage)
    pj.use_standard_view(stage)
    stage.view_settings.exposure = 1.0
    assert "exposure" in pj.colour_note(stage)
    pj.use_standard_view(stage)
    assert pj.colour_note(stage) == ""


def test_in_slices_the_same_comes_out(stage: Any, tmp_path: Path) -> None:
    camera = kit.add_camera(stage, "A", (0, -9, 1), (0, 0, 1))
    _flat(stage, camera, tmp_path / "p", "t1", (0, 0, 255))
    whole = pj.project(stage, tmp_path / "p")
    pj.remove(stage)
    work = pj.project_steps(stage, tmp_path / "p")
    told: list[float] = []
    report: Any = None
    while report is None:
        try:
            told.append(next(work))
        except StopIteration as end:
            report = end.value
    assert report == whole
    assert told == sorted(told)
    assert 0 < told[0] <= told[-1] < 1
