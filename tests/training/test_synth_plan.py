"""Plans of training scenes: decided by the seed alone, plain data, with something to see."""

from __future__ import annotations

import functools
import itertools
import json
import math

import numpy as np
import pytest

from rushes.blender.inside import synth_meshes, synth_odd
from rushes.models.house.features import CLASSES
from rushes.models.house.palette import draw_colors
from rushes.training.synth_plan import (
    PAIR_OFFSET,
    PAIR_SECONDS,
    PLACES,
    ScenePlan,
    clip_plans,
    pair_plan,
    plan_scene,
)
from rushes.training.synth_sight import Bodies
from rushes.training.synth_stage import STRIDE, PlanCamera, PlanObject

SEEDS = range(42)

plan = functools.cache(plan_scene)


def test_the_seed_decides() -> None:
    assert [plan_scene(s) for s in SEEDS] == [plan(s) for s in SEEDS]
    assert len({json.dumps(plan(s).to_json()) for s in SEEDS}) == len(SEEDS)


def test_every_place_and_class_occurs() -> None:
    plans = [plan(s) for s in range(84)]
    assert {p.place for p in plans} == set(PLACES)
    assert {o.cls for p in plans for o in p.objects} == set(CLASSES) - {"sky"}
    assert {p.low_sun for p in plans} == {True, False}
    assert {p.indoor for p in plans if p.place == "interior"} == {True}


@pytest.mark.parametrize("seed", SEEDS)
def test_sane(seed: int) -> None:
    p = plan(seed)
    assert math.isclose(math.hypot(*p.sun), 1.0, abs_tol=1e-9)
    assert p.sun[2] > 0
    assert any(o.cls == "ground" for o in p.objects)
    assert all(min(o.size) > 0 for o in p.objects)
    assert all(o.cls in CLASSES for o in p.objects)
    assert 12 <= p.camera.lens <= 200
    colors = draw_colors([o.tint for o in p.objects], p.place, seed)
    assert all(0 < v <= 0.9 for color in colors for v in color)


def test_the_camera_mostly_sees_something_and_stands_in_nothing() -> None:
    """Boxes of blocks are larger than the blocks, so one in twelve may touch one."""
    views = [(Bodies(plan(s).objects), plan(s).camera) for s in SEEDS]
    hits = [bodies.depths(view)[0] for bodies, view in views]
    assert sum(float((d <= 0.02).mean()) > 0.5 for d in hits) <= len(hits) / 12
    assert sum(float(np.isfinite(d).mean()) > 0.05 for d in hits) >= 0.9 * len(hits)


def test_sight_knows_what_is_in_the_way() -> None:
    house = PlanObject("box", "building", "wall", (4.0, 4.0, 6.0), (0.0, 12.0, 0.0), yaw=0.4)
    figure = PlanObject("person", "character", "cloth", (0.5, 0.5, 1.8), (0.6, 6.0, 0.0))
    wall = PlanObject("box", "building", "wall", (9.0, 0.2, 6.0), (0.0, 1.0, 0.0))
    view = PlanCamera((0.0, 0.0, 1.6), (0.0, 10.0, 1.6), 35.0)
    depth, which = Bodies((house, figure)).depths(view)
    assert which[np.isfinite(depth)].tolist().count(0) > which[np.isfinite(depth)].tolist().count(1) > 0
    assert 9.0 < depth.reshape(7, 11)[3, 5] < 10.5
    assert Bodies((house, figure)).score(view) > Bodies((house, figure, wall)).score(view)
    assert not np.isfinite(Bodies(()).depths(view)[0]).any()


def _kinds() -> dict[str, PlanObject]:
    return {o.kind: o for s in range(140) for o in plan(s).objects}


def test_meshes_stay_near_their_boxes() -> None:
    """A twin may stand out a little (eaves, leaves), never be another thing."""
    free = ("terrain", "crane", "lamp", "boat", "hills", "jib", "sign", "traffic", "arm_post", "wall", "plane")
    kinds = _kinds()
    assert len(kinds) > 45
    for o, twin in itertools.product(kinds.values(), (False, True)):
        verts, faces = synth_meshes.build(o.kind, o.size, o.options, twin=twin)
        assert faces
        assert max(max(f) for f in faces) < len(verts)
        assert np.isfinite(verts).all()
        if o.kind not in free:
            reach = np.abs(verts[:, :2]).max(0) / (np.asarray(o.size[:2]) / 2)
            assert reach.max() < 1.5, o.kind
            assert -0.35 * o.size[2] < verts[:, 2].min()
            assert verts[:, 2].max() < 1.35 * o.size[2], o.kind


def test_what_stands_on_rolling_land_stands_on_it() -> None:
    found = 0
    for p in map(plan, range(84)):
        land = next((o for o in p.objects if o.kind == "hills"), None)
        if land is None:
            continue
        for o in p.objects:
            if o.kind == "person":
                c, s = math.cos(-land.yaw), math.sin(-land.yaw)
                x, y, z = o.location
                height = float(synth_odd.rolling(c * x - s * y, s * x + c * y, land.options))
                assert z == pytest.approx(height, abs=1e-6)
                found += 1
    assert found > 3


def test_lamps_are_of_the_class_light() -> None:
    lamps = [o for s in SEEDS for o in plan(s).objects if o.cls == "light"]
    assert {o.kind for o in lamps} >= {"lantern", "lamp_head", "pendant", "table_lamp"}
    rooms = [plan(s) for s in range(84) if plan(s).indoor]
    assert sum(any(o.cls == "light" for o in p.objects) for p in rooms) > 0.7 * len(rooms)


def _moving_plan() -> ScenePlan:
    return next(
        p for p in map(plan, range(84)) if any("phase" in o.options for o in p.objects) and any(p.camera.velocity)
    )


def test_a_pair_is_the_same_scene_a_twelfth_later() -> None:
    first = _moving_plan()
    second = pair_plan(first.seed)
    assert (second.seed, second.pair_of) == (first.seed + PAIR_OFFSET, first.seed)
    assert second.sun == first.sun
    moved = np.subtract(second.camera.location, first.camera.location)
    assert moved == pytest.approx(np.asarray(first.camera.velocity) * PAIR_SECONDS)
    for a, b in zip(first.objects, second.objects, strict=True):
        assert (b.kind, b.size, b.yaw) == (a.kind, a.size, a.yaw)
        assert b.location[:2] == pytest.approx(np.asarray(a.location[:2]) + np.asarray(a.velocity) * PAIR_SECONDS)
        if "phase" in a.options:
            step = 2 * math.pi * math.hypot(*a.velocity) * PAIR_SECONDS / STRIDE
            assert (b.options["phase"] - a.options["phase"] - step) % (2 * math.pi) == pytest.approx(0, abs=1e-6) or (
                (b.options["phase"] - a.options["phase"] - step) % (2 * math.pi) == pytest.approx(2 * math.pi)
            )
    assert json.loads(json.dumps(second.to_json()))["pair_of"] == first.seed


def test_figures_walk_and_cars_drive_the_way_they_face() -> None:
    movers = [o for s in SEEDS for o in plan(s).objects if any(o.velocity)]
    assert {o.cls for o in movers} >= {"character", "vehicle"}
    for o in movers:
        assert math.atan2(-o.velocity[0], o.velocity[1]) == pytest.approx(math.remainder(o.yaw, 2 * math.pi), abs=1e-6)


def test_a_clip_moves_through_the_same_scene() -> None:
    plans = clip_plans(7, 5)
    assert len({p.seed for p in plans}) == 5
    assert all(p.pair_of is None for p in plans)
    assert [len(p.objects) for p in plans] == [len(plan(7).objects)] * 5
    assert len({(p.camera.location, p.camera.target) for p in plans}) == 5
