"""Model inputs are exact where geometry is known."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from rushes.contracts import Legend, ObjectClass, Size
from rushes.media.conditioning import SKY_DEPTH, ShotFrame
from rushes.passes import encode, motion
from rushes.testing.analytic_shot import AnalyticShot, street


def test_depth_keeps_its_meaning_over_the_whole_shot(shot: AnalyticShot) -> None:
    near, far = shot.depth_range
    for mode in ("inverse", "linear"):
        for index in (0, 3):
            frame = shot.frame(index)
            image = encode.depth_image(frame, (near, far), mode=mode)
            assert image.dtype == np.float32
            assert image[frame.depth >= SKY_DEPTH].max(initial=0.0) == 0.0
            depth = np.clip(frame.depth, near, far)[~frame.sky].astype(np.float64)
            ramp = (1 / depth - 1 / far) / (1 / near - 1 / far) if mode == "inverse" else (far - depth) / (far - near)
            np.testing.assert_allclose(image[~frame.sky], ramp, atol=1e-5)


def test_one_depth_range_differs_from_one_per_frame(shot: AnalyticShot) -> None:
    """The nearest thing of a frame is white only if nothing in the shot comes nearer."""
    nearest = [float(shot.frame(i).depth.min()) for i in range(len(shot))]
    span = (min(nearest), shot.depth_range[1])
    brightest = [float(encode.depth_image(shot.frame(i), span).max()) for i in range(len(shot))]
    assert max(brightest) == pytest.approx(1.0)
    assert sum(b > 0.9995 for b in brightest) == 1


def test_percentiles_leave_strays_out(shot: AnalyticShot) -> None:
    low, high = encode.depth_percentiles(shot, 2.0, 98.0)
    everything = np.concatenate([f.depth[~f.sky] for f in (shot.frame(i) for i in range(len(shot)))])
    want = np.percentile(everything, [2.0, 98.0])
    assert low == pytest.approx(want[0], rel=0.02)
    assert high == pytest.approx(want[1], rel=0.02)
    assert everything.min() < low < high < everything.max()


def test_normals_turn_with_the_camera(shot: AnalyticShot) -> None:
    frame = shot.frame(1)
    normals = encode.camera_normals(frame)
    solid = ~frame.sky
    np.testing.assert_allclose(np.linalg.norm(normals[solid], axis=-1), 1.0, atol=1e-5)
    assert np.abs(normals[~solid]).max(initial=0.0) == 0.0
    rays = motion.camera_points(np.ones(frame.size.shape, np.float32), frame.camera, frame.pixel_aspect)
    facing = -(normals * rays).sum(-1)[solid]
    assert (facing > -1e-4).mean() > 0.999  # what is seen faces the camera


def test_every_pixel_has_one_class_except_holes(shot: AnalyticShot) -> None:
    frame = shot.frame(0)
    hot = encode.class_one_hot(frame, shot.legend)
    assert hot.shape == (*frame.size.shape, 9)
    np.testing.assert_array_equal(hot.sum(-1), 1.0)
    np.testing.assert_array_equal(hot[..., encode.CLASSES.index(ObjectClass.SKY)] == 1.0, frame.sky)
    for thing in shot.legend.objects:
        assert (hot[frame.ids == thing.id][:, encode.CLASSES.index(thing.object_class)] == 1.0).all()
    hole = int(frame.ids.max())
    legend = Legend(tuple(dataclasses.replace(o, holdout=o.id == hole) for o in shot.legend.objects))
    assert encode.class_one_hot(frame, legend)[frame.ids == hole].max() == 0.0


def wall(depth: np.ndarray, normal: tuple[float, float, float] = (0.0, 0.0, 1.0)) -> ShotFrame:
    """One object at `depth`."""
    base = street(Size(depth.shape[1], depth.shape[0]), 1).frame(0)
    flat = np.broadcast_to(np.array(normal, np.float32), (*depth.shape, 3))
    ids = np.ones(depth.shape, np.int32)
    return dataclasses.replace(base, depth=depth.astype(np.float32), normal=flat, ids=ids)


def test_a_slanting_plane_has_no_edges_and_a_step_has_one() -> None:
    slant = 1.0 / np.broadcast_to(np.linspace(0.02, 1.0, 64)[None, :], (32, 64))  # 1 m to 50 m: very steep
    assert not encode.edges(wall(slant)).any()
    step = np.where(np.arange(64)[None, :] < 30, 5.0, 6.0) * np.ones((32, 1))
    found = encode.edges(wall(step))
    assert found[:, 29].all()
    assert found.sum() == 32


def test_edges_lie_where_ids_and_normals_change(shot: AnalyticShot) -> None:
    frame = shot.frame(0)
    found = encode.edges(frame)
    changes = frame.ids[:, :-1] != frame.ids[:, 1:]
    assert found[:, :-1][changes].all()
    assert 0.01 < found.mean() < 0.4
    creased = wall(np.full((8, 8), 4.0))
    normal = creased.normal.copy()
    normal[:, 4:] = (1.0, 0.0, 0.0)
    assert encode.edges(dataclasses.replace(creased, normal=normal))[:, 3].all()


def places(shot: AnalyticShot, index: int) -> np.ndarray:
    """(H, W, 3) world points as a picture."""
    frame = shot.frame(index)
    points = motion.camera_points(np.minimum(frame.depth, 1e3), frame.camera, frame.pixel_aspect)
    matrix = np.array(frame.camera.matrix_world)
    return (points @ matrix[:3, :3].T + matrix[:3, 3]).astype(np.float32)


def test_flow_leads_to_the_same_place(shot: AnalyticShot) -> None:
    """The neighbour's picture of where things are, warped, is this frame's, where it says the point is seen."""
    here = shot.frame(1)
    still = [o.id for o in shot.legend.objects if not o.moves]
    for direction in (1, -1):
        flow = encode.optical_flow(shot, 1, direction)
        near = ~flow.occluded & ~encode.edges(here) & np.isin(here.ids, still) & (here.depth < 20.0)
        off = np.linalg.norm(encode.warp(places(shot, 1 + direction), flow) - places(shot, 1), axis=-1)
        unmoved = np.linalg.norm(places(shot, 1 + direction) - places(shot, 1), axis=-1)
        assert near.mean() > 0.2
        assert np.median(off[near]) < 0.05 * np.median(unmoved[near])


def test_occlusion_is_what_the_ids_show(shot: AnalyticShot) -> None:
    """Pixels whose point is hidden by another object in the next frame are exactly found by ray casting."""
    flow = encode.optical_flow(shot, 1, 1)
    here, there = shot.frame(1), shot.frame(2)
    y, x = np.nonzero((here.ids > 0) & ~flow.occluded)
    at_x = np.floor(x + 0.5 + flow.vectors[y, x, 0]).astype(int)
    at_y = np.floor(y + 0.5 + flow.vectors[y, x, 1]).astype(int)
    np.testing.assert_array_equal(there.ids[at_y, at_x], here.ids[y, x])
    assert flow.occluded.any()
    out = np.floor(np.arange(160)[None, :] + 0.5 + flow.vectors[..., 0]) >= 160
    assert flow.occluded[out].all()


def test_rigid_motion_equals_the_vectors(shot: AnalyticShot) -> None:
    frame = shot.frame(1)
    assert frame.motion is not None
    exact, holds = motion.rigid_motion(1, frame.depth, frame.ids, shot.cameras, shot.legend, (1.0, 1.0))
    np.testing.assert_array_equal(holds.all(-1), ~frame.sky)
    np.testing.assert_allclose(exact[~frame.sky], frame.motion[~frame.sky], atol=2e-3)
