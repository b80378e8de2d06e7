"""The house model's inputs: pure, anchored to objects, robust for any camera and legend."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from rushes.blender.inside import synth_meshes
from rushes.contracts import CameraFrame, Size
from rushes.models.house.features import CHANNELS, CLASSES, features
from rushes.models.house.noise import fbm, stripe, value_noise
from rushes.models.house.surface import HouseFrame, HouseObject, lumps, object_code, survey

SIZE = Size(48, 32)


def camera(kind: str = "PERSP", turn: float = 0.0) -> CameraFrame:
    """Eye level, looking along +y, all turned about z."""
    c, s = math.cos(turn), math.sin(turn)
    rows = ((c, 0.0, s, 0.0), (s, 0.0, -c, 0.0), (0.0, 1.0, 0.0, 1.6), (0.0, 0.0, 0.0, 1.0))
    return CameraFrame(1, rows, kind, 35.0, 12.0, 36.0, 24.0, "AUTO", 0.0, 0.0, 0.1, 1000.0)  # type: ignore[arg-type]


def frame(kind: str = "PERSP", turn: float = 0.0, **changes: object) -> HouseFrame:
    """A wall 12 m away (id 1, a building), the ground (id 2) below, sky above; the wall's box stands on the ground."""
    view = camera(kind, turn)
    h, w = SIZE.shape
    k = view.intrinsics(SIZE)
    y = -(np.arange(h) + 0.5 - k.cy) / k.fy
    x = (np.arange(w) + 0.5 - k.cx) / k.fx
    depth, ids = np.full((h, w), 1e10, np.float32), np.zeros((h, w), np.int32)
    normal = np.zeros((h, w, 3), np.float32)
    c, s = math.cos(turn), math.sin(turn)
    for row in range(h):
        for column in range(w):
            height = 1.6 + (y[row] if kind == "ORTHO" else 12 * y[row])
            side = x[column] if kind == "ORTHO" else 12 * x[column]
            if 0 < height < 5 and abs(side) < 4:
                depth[row, column], ids[row, column], normal[row, column] = 12.0, 1, (s, -c, 0)
            elif y[row] < 0 and kind == "PERSP":
                depth[row, column], ids[row, column], normal[row, column] = -1.6 / y[row], 2, (0, 0, 1)
    wall = np.array([[c, -s, 0, -13 * s], [s, c, 0, 13 * c], [0, 0, 1, 0], [0, 0, 0, 1.0]])
    things = {
        1: HouseObject(1, "building", (0.5, 0.3, 0.2), wall, np.array([[-4.0, -1, 0], [4, 1, 5]])),
        2: HouseObject(2, "ground", (0.2, 0.2, 0.2), np.eye(4), np.array([[-50.0, -50, 0], [50, 50, 0]])),
    }
    direct = np.where(ids > 0, 0.5, 0.0).astype(np.float32)
    base = HouseFrame(depth, normal, ids, direct, view, things, (0.0, -0.6, 0.8), "city", 3)
    return dataclasses.replace(base, **changes)  # type: ignore[arg-type]


def channel(made: np.ndarray, *names: str) -> np.ndarray:
    return made[..., [CHANNELS.index(n) for n in names]]


@pytest.mark.parametrize("kind", ["PERSP", "ORTHO"])
def test_shape_and_range(kind: str) -> None:
    made = features(frame(kind))
    assert made.shape == (*SIZE.shape, len(CHANNELS))
    assert made.dtype == np.float32
    assert np.isfinite(made).all()
    assert np.abs(made).max() < 3.0
    one_hot = channel(made, *(f"class_{c}" for c in CLASSES))
    assert (one_hot.sum(-1) == 1).all()


def test_pure_function() -> None:
    assert np.array_equal(features(frame()), features(frame()))


def test_another_seed_changes_codes_not_geometry() -> None:
    a, b = features(frame()), features(frame(seed=4))
    assert not np.array_equal(channel(a, "code_0"), channel(b, "code_0"))
    same = ("log_depth", "normal_x", "lambert", "direct", "view_up")
    assert np.array_equal(channel(a, *same), channel(b, *same))


def test_object_seed_changes_that_object_alone() -> None:
    base = frame()
    things = {**base.objects, 1: dataclasses.replace(base.objects[1], seed=99)}
    a, b = features(base), features(dataclasses.replace(base, objects=things))
    codes = ("code_0", "code_1", "code_2", "code_3")
    assert not np.array_equal(channel(a, *codes)[base.ids == 1], channel(b, *codes)[base.ids == 1])
    own = [c for c in CHANNELS if c != "line_fine"]  # a drawn line is wider than its edge
    assert np.array_equal(channel(a, *own)[base.ids != 1], channel(b, *own)[base.ids != 1])


def test_unknown_ids_and_missing_boxes_are_props() -> None:
    made = features(frame(objects={}))
    ids = frame().ids
    assert np.isfinite(made).all()
    assert (channel(made, "class_prop")[ids > 0] == 1).all()


def test_walls_are_anchored_to_their_object() -> None:
    """Turning the world with the camera about the vertical leaves windows where they were."""
    still, turned = features(frame()), features(frame(turn=0.9))
    names = ("glass", "trim", "wall_sin_u", "wall_cos_u", "wall_sin_v", "wall_cos_v", "unit_z", "log_depth")
    wall = frame().ids == 1
    assert np.allclose(channel(still, *names)[wall], channel(turned, *names)[wall], atol=2e-3)
    assert channel(still, "glass")[wall].max() > 0.5


def test_scale_in_the_matrix_is_metres() -> None:
    base = frame()
    thing = base.objects[1]
    scaled = thing.matrix.copy()
    scaled[:3, :3] *= 2.0
    half = dataclasses.replace(thing, matrix=scaled, box=thing.box / 2)  # type: ignore[operator]
    made = features(dataclasses.replace(base, objects={**base.objects, 1: half}))
    assert np.allclose(made, features(base), atol=1e-4)


def test_survey_points_lie_on_the_wall() -> None:
    s = survey(frame())
    wall = s.frame.ids == 1
    assert np.allclose(s.point[wall][:, 1], 12.0, atol=1e-3)
    assert s.local[wall][:, 2].min() >= -1e-3
    assert s.local[wall][:, 2].max() <= 5.0


def test_stripe_is_filtered_exactly() -> None:
    x = np.linspace(0, 1, 1000, endpoint=False).astype(np.float32)
    for blur in (0.001, 0.3, 1.0, 2.5):
        covered = stripe(x, 0.2, 0.35, np.full_like(x, blur))
        assert abs(covered.mean() - 0.35) < 5e-3
        assert covered.min() >= -1e-4
        assert covered.max() <= 1.0001
    assert np.ptp(stripe(x, 0.2, 0.35, np.ones_like(x))) < 1e-3


def test_noise_is_smooth_and_fades_with_distance() -> None:
    p = np.random.default_rng(0).uniform(-50, 50, (500, 3)).astype(np.float32)
    assert np.abs(value_noise(p, 1) - value_noise(p + np.float32(1e-3), 1)).max() < 0.02
    assert not np.array_equal(value_noise(p, 1), value_noise(p, 2))
    assert np.abs(fbm(p, 1, 3, np.full(500, 5.0, np.float32))).max() == 0.0


def test_codes_depend_on_seed_and_id() -> None:
    codes = {tuple(object_code(s, i).tolist()) for s in range(5) for i in range(1, 20)}
    assert len(codes) == 95
    assert all(-1 <= v < 1 for code in codes for v in code)


def test_foliage_bulges_where_the_training_meshes_do() -> None:
    points = np.random.default_rng(1).uniform(-1, 1, (200, 3))
    assert np.allclose(lumps(points), synth_meshes.lumps(points), atol=1e-5)
