"""Coverage by casting rays, a camera for what is missing, bakes that show what the projection shows, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import mathutils
import numpy as np
import pytest

import projecting as kit
from doubles import FakeClient
from layout_double import draw
from rushes import projection
from rushes.contracts import Brief, FrameRange, JobState, ShootRequest, decode
from rushes.contracts.bake import BakeData, BakeJob, FillJob
from rushes.errors import InputError, ProductionError
from rushes.projection import bake as baking
from rushes.projection.baked import baked, drop_bake, read_bake, use_bake
from rushes.projection.coverage import coverage
from rushes.projection.coverage_view import coverage_shown, hide_coverage, show_coverage
from rushes.projection.suggest import place_camera, suggest_camera
from states import add_shots, in_area, on_disk

RED, GREEN = (230, 40, 30), (40, 200, 60)
SIZE = (96, 54)
Corner = tuple[Any, Any]


@pytest.fixture
def corner(scene: Any) -> Corner:
    """A block on a floor before two walls, without UV maps; cameras to its left and right."""
    for name, at, half in (
        ("Floor", (0.0, 0.0, -0.1), (6.0, 6.0, 0.1)),
        ("Back", (0.0, 6.0, 2.0), (6.0, 0.1, 2.0)),
        ("Side", (6.0, 0.0, 2.0), (0.1, 6.0, 2.0)),
        ("Block", (1.0, 1.5, 1.0), (1.0, 1.0, 1.0)),
    ):
        bpy.ops.mesh.primitive_cube_add(size=2.0, calc_uvs=False)
        made = bpy.context.object
        made.name = made.data.name = name
        made.data.transform(mathutils.Matrix.Diagonal((*half, 1.0)))
        made.location = at
        made.data.materials.append(kit.material(name, (0.3, 0.3, 0.5)))
    scene.view_settings.view_transform = "Standard"
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    left = kit.add_camera(scene, "Left", (-5.0, -5.0, 3.0), (1.5, 2.0, 1.0), lens=26.0)
    return left, kit.add_camera(scene, "Right", (3.0, -5.5, 3.5), (1.5, 2.5, 1.0), lens=26.0)


def _throw(scene: Any, camera: Any, folder: Path, take: str, flat: tuple[int, int, int], **named: Any) -> None:
    kit.projector_folder(scene, camera, folder / take, take=take, size=SIZE, flat=flat, **named)
    projection.project(scene, folder / take)


@pytest.fixture
def two(scene: Any, corner: Corner, tmp_path: Path) -> Corner:
    """The corner with a red take from the left and a green one from the right, frames 1 to 2."""
    _throw(scene, corner[0], tmp_path, "red", RED, frames=(1, 2))
    _throw(scene, corner[1], tmp_path, "green", GREEN, frames=(1, 2))
    return corner


def _bake(scene: Any, folder: Path, **named: Any) -> BakeData:
    folder.mkdir(exist_ok=True)
    settings = baking.BakeSettings(size=64, margin=2, samples=1)
    return baking.bake(scene, named.get("objects"), folder, named.get("span", (1, 2)), settings, lambda f, t: None)


# -- coverage


def test_a_wall_that_fills_the_frame_is_covered_on_its_front_alone(scene: Any, tmp_path: Path) -> None:
    bpy.ops.mesh.primitive_cube_add(size=2.0)
    camera = kit.add_camera(scene, "Front", (0.0, -8.0, 0.0), (0.0, 0.0, 0.0), lens=50.0)
    _throw(scene, camera, tmp_path, "t1", RED, frames=(1,))
    found = coverage(scene)
    assert found.area == pytest.approx(24.0, rel=0.01)
    assert found.covered == pytest.approx(1 / 6, abs=0.01)
    assert (found.more, [o.name for o in found.objects], found.takes) == (0.0, ["Cube"], ("t1",))


def test_what_no_camera_could_see_does_not_count(scene: Any, two: Corner) -> None:
    block = next(o for o in coverage(scene).objects if o.name == "Block")
    assert block.area == pytest.approx(20.0, rel=0.02)  # it stands on the floor with its sixth side
    assert block.none + block.one + block.more == pytest.approx(1.0)
    assert block.none == pytest.approx(0.2, abs=0.03)  # its back


def test_figures_are_those_of_the_rendered_coverage(scene: Any, two: Corner, tmp_path: Path) -> None:
    """The textures' alpha, texel by texel, against rays."""
    rays = {o.name: o for o in coverage(scene, count=12000).objects}
    scene.frame_set(1)
    data = _bake(scene, tmp_path / "bake", span=(1, 1))
    for one in data.objects:
        mask = _png(tmp_path / "bake" / one.folder / "mask.png")[..., 0] > 0.5
        alpha = _png(tmp_path / "bake" / one.folder / "frames" / "0001.png")[..., 3]
        whole = {"Floor": 297.6, "Back": 102.4, "Side": 102.4, "Block": 24.0}[one.name]
        assert alpha[mask].mean() * whole == pytest.approx(
            (1.0 - rays[one.name].none) * rays[one.name].area, rel=0.1, abs=0.5
        ), one.name


def test_takes_that_are_off_or_left_out_do_not_count(scene: Any, two: Corner) -> None:
    both, red = coverage(scene, count=1500), coverage(scene, takes=("red",), count=1500)
    assert both.more > 0.1
    assert red.more == 0.0
    assert red.covered < both.covered
    projection.set_strength(scene, "green", 0.0)
    assert coverage(scene, count=1500).covered == pytest.approx(red.covered, abs=0.01)


def test_measuring_leaves_the_scene_where_it_was(scene: Any, two: Corner) -> None:
    scene.frame_set(17)
    before = kit.dump()
    coverage(scene, count=300)
    assert scene.frame_current == 17
    assert kit.dump() == before


def test_nothing_to_measure_is_said(scene: Any) -> None:
    with pytest.raises(InputError, match="no surface"):
        coverage(scene)


def test_the_set_shows_its_coverage_and_the_takes_again(scene: Any, two: Corner, tmp_path: Path) -> None:
    scene.world = bpy.data.worlds.new("World")
    before = kit.dump()
    camera = kit.add_camera(scene, "Behind", (1.0, 5.6, 2.5), (1.0, 2.5, 0.8), lens=30.0)
    takes = kit.rendered(scene, camera, 1, tmp_path / "takes.png", (48, 27))
    show_coverage(scene)
    assert coverage_shown(scene)
    seen = kit.rendered(scene, camera, 1, tmp_path / "seen.png", (48, 27)).astype(int)
    back = seen[18, 24]  # the block's back: no take sees it
    assert back[0] > 2 * back[1]
    hide_coverage(scene)
    assert not coverage_shown(scene)
    assert np.array_equal(kit.rendered(scene, camera, 1, tmp_path / "again.png", (48, 27)), takes)
    bpy.data.cameras.remove(camera.data)
    assert kit.dump() == before


# -- a camera for what is missing


def test_a_suggested_camera_keeps_its_promise(scene: Any, two: Corner, tmp_path: Path) -> None:
    before = coverage(scene, count=12000).covered
    found = suggest_camera(scene)
    assert found.gain > 0.03
    assert found.covered == pytest.approx(before, abs=0.01)
    camera = place_camera(scene, found, marker_at=1)
    assert scene.timeline_markers[0].camera == camera
    bpy.context.view_layer.update()
    _throw(scene, camera, tmp_path, "third", RED, frames=(1, 2))
    gained = coverage(scene, count=12000).covered - before
    assert gained == pytest.approx(found.gain, rel=0.05)


def test_a_suggested_camera_stands_above_the_ground_in_the_open(scene: Any, two: Corner) -> None:
    found = suggest_camera(scene, count=1500)
    x, y, z = (row[3] for row in found.matrix[:3])
    assert 0.0 < z <= 10.0
    for box in (bpy.data.objects["Block"], bpy.data.objects["Back"], bpy.data.objects["Side"]):
        low, high = np.array(box.bound_box).min(0) + box.location, np.array(box.bound_box).max(0) + box.location
        assert not all(a <= v <= b for a, v, b in zip(low, (x, y, z), high))
    assert found.matrix[2][0] == pytest.approx(0.0, abs=1e-6)  # level


def test_nothing_missing_is_said(scene: Any, tmp_path: Path) -> None:
    bpy.ops.mesh.primitive_plane_add(size=2.0)
    camera = kit.add_camera(scene, "Above", (0.0, 0.0, 6.0), (0.0, 0.0, 0.0), lens=24.0)
    _throw(scene, camera, tmp_path, "t1", RED, frames=(1,))
    with pytest.raises(InputError, match="already"):
        suggest_camera(scene)


# -- bakes


def _png(path: Path) -> Any:
    """(H, W, 4) 0 to 1, the top row first."""
    image = bpy.data.images.load(str(path))
    image.alpha_mode = "CHANNEL_PACKED"
    width, height = image.size
    found = np.array(image.pixels[:], np.float32).reshape(height, width, 4)[::-1]
    bpy.data.images.remove(image)
    return found


def test_a_bake_holds_the_takes_colours_where_they_reach(scene: Any, two: Corner, tmp_path: Path) -> None:
    data = _bake(scene, tmp_path / "bake")
    assert (data.takes, data.first, data.count, data.lit) == (("green", "red"), 1, 2, False)
    assert [o.name for o in data.objects] == ["Back", "Block", "Floor", "Side"]
    assert read_bake(tmp_path / "bake") == data
    picture = _png(tmp_path / "bake" / "Block" / "frames" / "0001.png")
    inside = picture[..., 3] > 0.99
    colors = np.unique((picture[inside][:, :3] * 255).round().astype(int), axis=0)
    red, green = np.array(RED), np.array(GREEN)
    share = ((colors - green) @ (red - green)) / ((red - green) @ (red - green))
    assert share.min() < 0.02
    assert share.max() > 0.98
    assert picture[~inside & (picture[..., 3] < 0.01)][:, 3].max() == 0.0


def test_a_bake_that_was_stopped_goes_on_where_it_was(scene: Any, two: Corner, tmp_path: Path) -> None:
    _bake(scene, tmp_path / "bake")
    kept, gone = (tmp_path / "bake" / "Back" / "frames" / f"000{n}.png" for n in (1, 2))
    first, again = kept.stat().st_mtime_ns, gone.read_bytes()
    gone.unlink()
    (tmp_path / "bake" / "bake.json").unlink()
    _bake(scene, tmp_path / "bake")
    assert kept.stat().st_mtime_ns == first
    assert gone.read_bytes() == again


def test_an_own_uv_map_is_used_unless_its_faces_lie_on_one_another(scene: Any, two: Corner, tmp_path: Path) -> None:
    good = bpy.data.objects["Block"].data
    bpy.context.view_layer.objects.active = bpy.data.objects["Block"]
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.uv.smart_project(island_margin=0.05, correct_aspect=False)
    bpy.ops.object.mode_set(mode="OBJECT")
    good.uv_layers.active.name = "Mine"
    bad = bpy.data.objects["Back"].data.uv_layers.new(name="Stacked")  # every face over the whole square
    assert bad is not None
    data = {o.name: o for o in _bake(scene, tmp_path / "bake", span=(1, 1)).objects}
    assert (data["Block"].uv, data["Block"].unwrapped) == ("Mine", False)
    assert (data["Back"].uv, data["Back"].unwrapped) == ("Rushes Bake", True)


def test_what_cannot_be_baked_is_said(scene: Any, two: Corner, tmp_path: Path) -> None:
    bpy.ops.object.text_add()
    word = bpy.context.object
    data = _bake(scene, tmp_path / "bake", span=(1, 1), objects=[word, bpy.data.objects["Block"]])
    assert [o.name for o in data.objects] == ["Block"]
    assert data.notes == ("Text was left out: it is no mesh.",)
    projection.remove(scene)
    with pytest.raises(InputError, match="Nothing is projected"):
        _bake(scene, tmp_path / "bake")


_frozen: list[Path] = []


@pytest.fixture
def frozen(scene: Any, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bake of the corner, made once; the file is the one it was made from."""
    if not _frozen:
        request.getfixturevalue("two")
        folder = tmp_path_factory.mktemp("frozen")
        scene.world = bpy.data.worlds.new("World")
        bpy.ops.wm.save_as_mainfile(filepath=str(folder / "corner.blend"))
        settings = baking.BakeSettings(size=128, margin=4, samples=4)
        baking.bake(scene, None, folder / "bake", (1, 2), settings, lambda f, t: None)
        _frozen.append(folder)
    bpy.ops.wm.open_mainfile(filepath=str(_frozen[0] / "corner.blend"))
    return _frozen[0] / "bake"


def test_a_bake_shows_what_the_projection_shows(frozen: Path, tmp_path: Path) -> None:
    scene = bpy.context.scene
    camera = kit.add_camera(scene, "Other", (-1.0, -6.0, 4.0), (1.5, 2.0, 1.0), lens=24.0)
    live = kit.rendered(scene, camera, 2, tmp_path / "live.png", SIZE).astype(int)
    assert use_bake(scene, frozen).objects == 4
    assert len(baked(scene)) == 4
    still = kit.rendered(scene, camera, 2, tmp_path / "still.png", SIZE).astype(int)
    assert np.abs(live - still).mean() < 2.0
    projection.remove(scene)  # textures need no projectors
    alone = kit.rendered(scene, camera, 2, tmp_path / "alone.png", SIZE).astype(int)
    assert np.array_equal(alone, still)


def test_back_from_a_bake_everything_is_as_before(frozen: Path) -> None:
    scene = bpy.context.scene
    before = kit.dump()
    own = {o: projection.own_materials(o) for o in scene.objects}
    use_bake(scene, frozen)
    assert kit.dump() != before
    assert {o: projection.own_materials(o) for o in scene.objects} == own  # blocks count as the artist painted them
    use_bake(scene, frozen)  # a second time exchanges it
    assert drop_bake(scene) == 4
    assert kit.dump() == before


def test_the_projection_may_go_while_a_bake_is_shown(frozen: Path) -> None:
    scene = bpy.context.scene
    projection.remove(scene)
    plain = kit.dump()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    scene = bpy.context.scene
    use_bake(scene, frozen)
    projection.remove(scene)
    drop_bake(scene)
    assert kit.dump() == plain


def test_a_changed_mesh_and_missing_pictures_are_said(frozen: Path) -> None:
    scene = bpy.context.scene
    block = bpy.data.objects["Block"]
    block.data.transform(mathutils.Matrix.Scale(2.0, 4))
    bpy.data.objects["Back"].data = bpy.data.meshes.new("Empty")
    report = use_bake(scene, frozen)
    assert report.objects == 3
    assert report.left_out == ("Back: its mesh has changed since; bake it again.",)
    drop_bake(scene)
    before = kit.dump()
    with pytest.raises(ProductionError, match="missing"):
        use_bake(scene, frozen, filled=True)
    assert kit.dump() == before


# -- the add-on's part


def _drawn(panel: str) -> Any:
    with in_area("VIEW_3D", "UI") as context:
        return draw(getattr(bpy.types, panel), context)


def test_coverage_is_measured_shown_and_told_in_the_panel(scene: Any, two: Corner, part: Any) -> None:
    for obj in bpy.context.selected_objects:
        obj.select_set(False)
    assert bpy.ops.rushes.coverage_measure("EXEC_DEFAULT") == {"FINISHED"}
    found = part("host.projection_more").measured(scene)
    assert found is not None
    texts = _drawn("RUSHES_PT_coverage").texts
    assert any(f"{found.covered:.0%} seen" in t for t in texts)
    bpy.ops.rushes.coverage_show()
    assert coverage_shown(scene)
    assert "Red: none" in " ".join(_drawn("RUSHES_PT_coverage").texts)
    bpy.ops.rushes.coverage_show()
    assert not coverage_shown(scene)
    projection.remove(scene, "red")
    assert part("host.projection_more").measured(scene) is None  # figures of other takes


def test_a_camera_is_suggested_and_a_take_like_the_projected_one_made_from_it(
    engine: FakeClient, scene: Any, session: Any, tick: Any, corner: Corner, tmp_path: Path
) -> None:
    root = on_disk(engine, tmp_path)
    add_shots(scene, ("Wide",), frames=2)
    brief = Brief(lighting="dusk")
    engine.add_take(root, "Wide", id="red", seed=77, brief=brief, range=FrameRange(1, 2), generator="house")
    scene.rushes.production = root
    tick(lambda: len(bpy.context.window_manager.rushes.takes) == 1)
    _throw(scene, corner[0], tmp_path, "red", RED, frames=(1, 2))
    assert not bpy.ops.rushes.shoot_suggested.poll()
    for obj in bpy.context.selected_objects:
        obj.select_set(False)
    assert bpy.ops.rushes.camera_suggest("EXEC_DEFAULT") == {"FINISHED"}
    camera = bpy.context.object
    assert camera.name.startswith("Rushes Suggested")
    assert bpy.ops.rushes.shoot_suggested() == {"FINISHED"}
    tick(lambda: bool(engine.submitted))
    (job,) = engine.submitted
    asked = decode(ShootRequest, job.params)
    assert (asked.camera, asked.seed, asked.range) == (camera.name, 77, FrameRange(1, 2))
    assert asked.brief is not None
    assert asked.brief["lighting"] == "dusk"


def test_a_bake_is_asked_for_filled_and_shown(
    engine: FakeClient, scene: Any, session: Any, tick: Any, frozen: Path, tmp_path: Path
) -> None:
    scene = bpy.context.scene
    root = on_disk(engine, tmp_path)
    scene.rushes.production = root
    tick(lambda: session().known.production is not None)
    assert not bpy.ops.rushes.bake_use.poll()
    scene.frame_set(1)
    for obj in bpy.context.selected_objects:
        obj.select_set(False)
    assert bpy.ops.rushes.bake_takes(frames="STILL", size="512", fill=True) == {"FINISHED"}
    tick(lambda: bool(engine.submitted))
    asked = decode(BakeJob, engine.submitted[0].params)
    assert (asked.size, asked.range, asked.objects) == (512, FrameRange(1, 1), ())
    assert not bpy.ops.rushes.bake_takes.poll()  # under way
    _drawn("RUSHES_PT_bake")
    engine.move(str(engine.submitted[0].id), JobState.DONE, progress=1.0, result={"folder": str(frozen)})
    tick(lambda: len(engine.submitted) == 2)
    assert decode(FillJob, engine.submitted[1].params).bake == frozen.name
    engine.move(str(engine.submitted[1].id), JobState.DONE, progress=1.0, result={"folder": str(frozen)})
    tick(lambda: scene.rushes.bake_filled)
    assert bpy.ops.rushes.bake_use(filled=False) == {"FINISHED"}
    assert len(baked(scene)) == 4
    assert "rushes.bake_drop" in [e["operator"] for e in _drawn("RUSHES_PT_bake").drawn("operator")]
    assert bpy.ops.rushes.bake_drop() == {"FINISHED"}
    assert not baked(scene)
