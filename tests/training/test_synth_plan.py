"""Plans of training scenes: decided by the seed alone, plain data, with something to see."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from rushes.blender.inside import synth_meshes
from rushes.models.house.features import CLASSES
from rushes.models.house.palette import draw_colors
from rushes.training.synth_plan import PLACES, clip_plans, plan_scene

SEEDS = range(40)


def test_the_seed_decides() -> None:
    assert [plan_scene(s) for s in SEEDS] == [plan_scene(s) for s in SEEDS]
    assert len({json.dumps(plan_scene(s).to_json()) for s in SEEDS}) == len(SEEDS)


def test_every_place_and_class_occurs() -> None:
    plans = [plan_scene(s) for s in range(60)]
    assert {p.place for p in plans} == set(PLACES)
    assert {o.cls for p in plans for o in p.objects} == set(CLASSES) - {"sky"}
    assert {p.low_sun for p in plans} == {True, False}


@pytest.mark.parametrize("seed", SEEDS)
def test_sane(seed: int) -> None:
    plan = plan_scene(seed)
    assert math.isclose(math.hypot(*plan.sun), 1.0, abs_tol=1e-9)
    assert plan.sun[2] > 0
    assert any(o.cls == "ground" for o in plan.objects)
    assert all(min(o.size) > 0 for o in plan.objects)
    assert all(c in CLASSES for c in (o.cls for o in plan.objects))
    colors = draw_colors([o.tint for o in plan.objects], plan.place, seed)
    assert all(0 < v <= 0.9 for color in colors for v in color)


@pytest.mark.parametrize("twin", [False, True])
def test_meshes_stay_near_their_boxes(twin: bool) -> None:
    """A twin may stand out a little (eaves, leaves), never be another thing."""
    for o in {o.kind: o for s in SEEDS for o in plan_scene(s).objects}.values():
        verts, faces = synth_meshes.build(o.kind, o.size, o.options, twin=twin)
        assert faces
        assert max(max(f) for f in faces) < len(verts)
        assert np.isfinite(verts).all()
        if o.kind not in ("terrain", "crane", "lamp", "boat"):
            reach = np.abs(verts[:, :2]).max(0) / (np.asarray(o.size[:2]) / 2)
            assert reach.max() < 1.5, o.kind
            assert -0.35 * o.size[2] < verts[:, 2].min()
            assert verts[:, 2].max() < 1.35 * o.size[2], o.kind


def test_clip_walks_past_the_same_scene() -> None:
    plans = clip_plans(7, 5)
    assert len({p.seed for p in plans}) == 5
    assert all(p.objects == plan_scene(7).objects for p in plans)
    assert len({p.camera.location for p in plans}) == 5
