"""Every pixel of the passes, taken through camera.json and legend.json, lands on the surface it names."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from rushes.contracts import LegendObject, ObjectClass, Size
from rushes.media.conditioning import ShotFrame
from rushes.passes import motion
from rushes.passes.encode import optical_flow
from rushes.passes.read import DiskPasses

pytestmark = pytest.mark.blender
Rendered = Callable[..., tuple[DiskPasses, object]]

SHOTS = {
    "perspective, shifted lens, depth of field and motion blur on in the file": ("city.blend", "Wide", {}),
    "vertical sensor fit, shifted up": ("city.blend", "Tall_Détail", {}),
    "vertical picture": ("city.blend", "Tall_Détail", {"size": Size(60, 100)}),
    "orthographic, shifted": ("city.blend", "Wide 2", {}),
    "300 objects, half size, tall pixels, every second frame": ("many.blend", "Above", {}),
}


@pytest.fixture(params=SHOTS, ids=lambda name: name.split(",")[0])
def passes(request: pytest.FixtureRequest, rendered: Rendered) -> DiskPasses:
    file, shot, options = SHOTS[request.param]
    return rendered(file, shot, **options)[0]


def world_points(frame: ShotFrame) -> NDArray[np.float64]:
    matrix = np.array(frame.camera.matrix_world)
    points = motion.camera_points(frame.depth, frame.camera, frame.pixel_aspect)
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def local_points(frame: ShotFrame, thing: LegendObject) -> NDArray[np.float64]:
    """(N, 3) points of `thing` in its own space."""
    inverse = np.linalg.inv(np.array(thing.matrix(frame.index)))
    return world_points(frame)[frame.ids == thing.id] @ inverse[:3, :3].T + inverse[:3, 3]


def off_cube(points: NDArray[np.float64]) -> float:
    """How far points are from the surface of the cube with corners at ±1."""
    return float(np.abs(np.abs(points).max(-1) - 1.0).max(initial=0.0))


def test_every_pixel_lies_on_the_object_it_names(passes: DiskPasses) -> None:
    seen = 0
    for index in range(len(passes)):
        frame = passes.frame(index)
        for thing in passes.legend.objects:
            if thing.deforms or thing.name == "Shed" or not (frame.ids == thing.id).any():
                continue
            points = local_points(frame, thing)
            error = np.abs(points[:, 2]).max() if thing.name == "Quay" else off_cube(points)
            assert error < 4e-3, (thing.name, index, error)
            seen += 1
    assert seen >= 5 * len(passes)


def test_more_than_255_objects_are_told_apart(rendered: Rendered) -> None:
    passes = rendered("many.blend", "Above")[0]
    frame = passes.frame(0)
    assert len(passes.legend.objects) == 300
    assert len(np.unique(frame.ids[frame.ids > 0])) > 280
    assert frame.ids.max() > 255


def test_modifiers_shape_the_passes(rendered: Rendered) -> None:
    passes = rendered("city.blend", "Tall_Détail")[0]
    shed = next(o for o in passes.legend.objects if o.name == "Shed")
    points = local_points(passes.frame(0), shed)
    assert points[:, 0].max() > 3.0  # the array's second and third copies
    points[:, 0] = (points[:, 0] + 2.0) % 4.0 - 2.0
    assert off_cube(points) < 4e-3


@pytest.mark.parametrize("name", ["Flag", "Extra 1/Man", "Extra 2/Man"])
def test_deforming_meshes_are_where_the_deformation_puts_them(rendered: Rendered, name: str) -> None:
    """A shape key, and an armature inside an instanced collection, both shift by 1 along local x up to frame 5."""
    for shot, shift in (("Wide", 0.0), ("Tall_Détail", 1.0)):
        passes = rendered("city.blend", shot)[0]
        thing = next(o for o in passes.legend.objects if o.name == name)
        points = local_points(passes.frame(0), thing)
        assert len(points) > 5
        assert off_cube(points - [shift, 0.0, 0.0]) < 4e-3
        assert thing.deforms


def test_vertices_are_counted_with_modifiers(rendered: Rendered) -> None:
    legend = rendered("city.blend", "Tall_Détail")[0].legend
    points = {o.name: o.points for o in legend.objects}
    assert points["Quay"] == 4
    assert points["Shed"] == 24  # a cube and the array's two copies


def test_each_instance_has_its_own_id_and_matrix(rendered: Rendered) -> None:
    passes = rendered("city.blend", "Wide")[0]
    by_name = {o.name: o for o in passes.legend.objects}
    lids = [by_name[f"{at}/Crate_Lid"] for at in ("Crate A", "Crate B", "Pile/Inner")]
    assert len({o.id for o in lids}) == 3
    assert all(o.moves for o in lids)
    assert not by_name["Crate A/Crate_Base"].moves
    assert by_name["Crate B/Crate_Base"].moves  # the instancer slides
    ids = np.unique(np.concatenate([np.unique(passes.frame(i).ids) for i in range(len(passes))]))
    assert {o.id for o in lids} <= set(ids.tolist())


def test_instances_that_stay_instanced_share_an_id(rendered: Rendered) -> None:
    """Pebbles that geometry nodes spread, and hedges with hair on them: right in all passes, not told apart."""
    passes = rendered("scatter.blend", "Cam")[0]
    frame = passes.frame(0)
    by_name = {o.name: o for o in passes.legend.objects}
    heights = world_points(frame)[..., 2]
    pebbles = frame.ids == by_name["Pebble"].id
    assert pebbles.sum() > 30
    assert heights[pebbles].max() < 0.5
    hedges = frame.ids == by_name["Bush"].id
    places = world_points(frame)[hedges][:, 0]
    assert places.min() < -3.0
    assert places.max() > 3.0
    assert any("Hedge 1, Hedge 2" in note for note in passes.manifest.notes)


def test_what_does_not_render_is_not_there(rendered: Rendered) -> None:
    passes = rendered("city.blend", "Wide")[0]
    names = {o.name for o in passes.legend.objects}
    assert names.isdisjoint({"Hidden Boat", "Backstage Crane", "Mist", "Sky Dome", "Crate_Lid"})
    assert "Unseen in viewport" in names
    ids = set(np.unique(passes.frame(0).ids).tolist()) - {0}
    assert ids <= {o.id for o in passes.legend.objects}
    assert (passes.frame(0).ids == 0).any()  # neither the fog cube nor the dome hides the sky


def test_what_appears_in_mid_shot_is_there_from_then_on(rendered: Rendered) -> None:
    passes = rendered("city.blend", "Wide")[0]
    late = next(o.id for o in passes.legend.objects if o.name == "Latecomer")
    assert [bool((passes.frame(i).ids == late).any()) for i in range(4)] == [False, False, True, True]


def test_a_holdout_is_marked_and_hides_what_is_behind(rendered: Rendered) -> None:
    passes = rendered("city.blend", "Wide")[0]
    cutout = next(o for o in passes.legend.objects if o.name == "Cutout")
    assert cutout.holdout
    assert [o.name for o in passes.legend.objects if o.holdout] == ["Cutout"]
    assert (passes.frame(0).ids == cutout.id).sum() > 20


def test_direct_is_lambert_times_a_hard_shadow(rendered: Rendered) -> None:
    passes = rendered("city.blend", "Wide")[0]
    frame = passes.frame(0)
    lambert = np.clip(frame.normal @ np.array(passes.sun_direction, np.float32), 0.0, 1.0)
    lit = frame.direct > 0.0
    assert np.abs(frame.direct - lambert)[lit].max() < 1e-5
    flat = frame.ids == next(o.id for o in passes.legend.objects if o.name == "Quay")
    shadow = (flat & ~lit).sum() / flat.sum()
    assert 0.01 < shadow < 0.5
    np.testing.assert_allclose(passes.sun_direction, (0.303046, -0.505076, 0.808122), atol=1e-5)


def test_without_a_sun_the_light_comes_from_behind_the_cameras_right(rendered: Rendered) -> None:
    passes = rendered("many.blend", "Above")[0]
    assert passes.legend.sun is None
    x, y, z = passes.sun_direction
    camera = np.array(passes.cameras[0].matrix_world)
    assert np.hypot(np.hypot(x, y), z) == pytest.approx(1.0)
    assert z == pytest.approx(np.sqrt(0.5))
    assert camera[:3, 0] @ (x, y, z) > 0.3


def test_motion_agrees_with_the_matrices(rendered: Rendered) -> None:
    passes = rendered("city.blend", "Wide")[0]
    index = 1
    frame = passes.frame(index)
    assert frame.motion is not None
    exact, holds = motion.rigid_motion(index, frame.depth, frame.ids, passes.cameras, passes.legend, frame.pixel_aspect)
    apart = np.abs(exact - frame.motion)[holds.all(-1)]
    assert len(apart) > 5000
    assert apart.max() < 0.06
    car = frame.ids == next(o.id for o in passes.legend.objects if o.name == "Car")
    assert np.abs(frame.motion[car]).max() > 1.0


@pytest.mark.parametrize(("file", "shot"), [("city.blend", "Wide"), ("many.blend", "Above")])
def test_motion_leads_to_the_same_object(rendered: Rendered, file: str, shot: str) -> None:
    """Also for deforming objects, and for steps of two scene frames; what is not led there is said to be occluded."""
    passes = rendered(file, shot)[0]
    for index in range(1, len(passes) - 1):
        for direction in (1, -1):
            flow = optical_flow(passes, index, direction)
            solid = passes.frame(index).ids > 0
            assert flow.occluded[solid].mean() < 0.12
            seen = ~flow.occluded & solid
            assert np.abs(flow.vectors[seen]).max() > 1.0


def test_frame_step_and_odd_pixels_are_kept(rendered: Rendered) -> None:
    passes = rendered("many.blend", "Above")[0]
    assert passes.manifest.shot.range.frames == (1, 3, 5, 7)
    assert [c.frame for c in passes.cameras] == [1, 3, 5, 7]
    assert passes.size == Size(240, 135)
    assert passes.pixel_aspect == pytest.approx((1.0, 1.4))


def test_legend_says_class_prompt_and_colour(rendered: Rendered) -> None:
    legend = {o.name: o for o in rendered("city.blend", "Wide")[0].legend.objects}
    assert legend["Quay"].object_class is ObjectClass.GROUND
    assert legend["Warehouse"].object_class is ObjectClass.BUILDING
    assert legend["Car"].object_class is ObjectClass.VEHICLE
    assert legend["Extra 1/Man"].object_class is ObjectClass.CHARACTER
    assert legend["Crate A/Crate_Lid"].object_class is ObjectClass.PROP
    assert legend["Block.007"].object_class is ObjectClass.BUILDING  # its own name tells more than "Pines"
    assert legend["Block.007"].prompt == "a pine wood"
    assert (legend["Thing"].object_class, legend["Thing"].prompt) == (ObjectClass.VEGETATION, "an old oak")
    assert legend["Thing"].color == pytest.approx((0.1, 0.6, 0.1))
    assert legend["Warehouse"].color == pytest.approx((0.5, 0.1, 0.05))
    assert legend["Crate A/Crate_Lid"].collection == "Crate"
