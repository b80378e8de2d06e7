"""Measures on pictures whose answer is known."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from rushes.training.eval_measures import (
    detail,
    detail_ratio,
    difference,
    edge_score,
    flicker,
    frechet,
    geometry_edges,
    luma,
    picture_edges,
    psnr,
    ssim,
    warp_error,
)

H, W = 48, 64


def noise(seed: int = 0, h: int = H, w: int = W) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (h, w, 3)).astype(np.uint8)


def smooth(shift: float = 0.0) -> np.ndarray:
    """Waves that bilinear sampling follows; `shift` moves them to the right, in pixels."""
    x = np.arange(W, dtype=np.float64) - shift
    wave = 128 + 60 * np.sin(x / 9) + 20 * np.cos(np.arange(H)[:, None] / 7)
    return np.repeat(np.round(wave)[..., None], 3, -1).astype(np.uint8)


def test_equal_pictures_are_equal() -> None:
    a = noise()
    assert psnr(a, a) == 100.0
    assert ssim(a, a) == pytest.approx(1.0)
    assert difference(a, a) == 0.0


def test_psnr_of_a_known_error() -> None:
    a = np.full((H, W, 3), 100, np.uint8)
    assert psnr(a, a + np.uint8(10)) == pytest.approx(20 * math.log10(25.5))


def test_ssim_of_plain_pictures_is_the_formula() -> None:
    a, b = np.full((H, W, 3), 100, np.uint8), np.full((H, W, 3), 150, np.uint8)
    c1 = (0.01 * 255) ** 2
    assert ssim(a, b) == pytest.approx((2 * 100 * 150 + c1) / (100**2 + 150**2 + c1), rel=1e-6)


def test_ssim_of_unrelated_noise_is_near_nothing() -> None:
    assert abs(ssim(noise(1, 96, 96), noise(2, 96, 96))) < 0.05
    # An inverted picture is anything but similar.
    assert ssim(noise(1, 96, 96), 255 - noise(1, 96, 96)) < -0.5


def test_difference_looks_where_it_is_told() -> None:
    a, b = np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4, 3), np.uint8)
    b[0, 0] = 30
    where = np.zeros((4, 4), bool)
    assert difference(a, b, where) == 0.0
    where[0, 0] = True
    assert difference(a, b, where) == 30.0


def test_luma_weighs_colours() -> None:
    assert luma(np.full((1, 1, 3), 255, np.uint8))[0, 0] == pytest.approx(255)
    assert luma(np.array([[[0, 255, 0]]], np.uint8))[0, 0] == pytest.approx(0.7152 * 255, abs=1e-3)


def square() -> np.ndarray:
    picture = np.full((H, W, 3), 40, np.uint8)
    picture[12:36, 16:48] = 200
    return picture


def passes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Depth, normals and ids of a box's front, 16..48 by 12..36, before a wall."""
    depth, ids = np.full((H, W), 9.0), np.full((H, W), 1)
    depth[12:36, 16:48], ids[12:36, 16:48] = 4.0, 2
    normal = np.zeros((H, W, 3))
    normal[..., 1] = -1
    return depth, normal, ids


def test_picture_edges_lie_on_the_geometrys() -> None:
    found, wanted = picture_edges(square()), geometry_edges(*passes())
    assert found.any()
    assert wanted.any()
    assert edge_score(found, wanted, 1) > 0.98
    assert edge_score(wanted, wanted, 0) == 1.0


def test_edges_apart_do_not_score() -> None:
    a, b = np.zeros((H, W), bool), np.zeros((H, W), bool)
    a[:, 10], b[:, 13] = True, True
    assert edge_score(a, b, 1) == 0.0
    assert edge_score(a, b, 2) == 0.0
    assert edge_score(a, b, 3) == 1.0
    b[:, 40] = True  # one of two wanted edges is found: precision 1, recall ½
    assert edge_score(a, b, 3) == pytest.approx(2 / 3)
    assert edge_score(np.zeros_like(a), a, 1) == 0.0
    assert edge_score(np.zeros_like(a), np.zeros_like(a), 1) == 1.0


def test_a_plane_seen_at_a_slant_has_no_edges() -> None:
    down = np.arange(1, H + 1)[:, None].repeat(W, 1)
    normal = np.zeros((H, W, 3))
    normal[..., 2] = 1
    assert not geometry_edges(100.0 / down, normal, np.ones((H, W), int)).any()


def test_a_fold_and_a_step_are_edges() -> None:
    depth, normal, ids = passes()
    ids[:], depth[:] = 1, 5.0
    normal[:, 32:] = (1, 0, 0)
    fold = geometry_edges(depth, normal, ids)
    assert fold[:, 31].all()
    assert fold.sum() == H
    normal[:] = (0, -1, 0)
    depth[:, 32:] = 8.0
    step = geometry_edges(depth, normal, ids)
    assert step[:, 31:33].any(1).all()
    assert not step[:, :30].any()


def test_detail_of_a_plain_picture_is_none_and_blur_lowers_it() -> None:
    assert detail(np.full((H, W, 3), 90, np.uint8)) == pytest.approx(0.0, abs=1e-6)
    sharp = noise(3)
    soft = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 0.8), np.uint8)
    assert detail_ratio([sharp], [sharp]) == pytest.approx(1.0)
    assert detail_ratio([soft], [sharp]) < 0.5
    half = (128 + (sharp.astype(float) - 128) * math.sqrt(0.5)).round().astype(np.uint8)
    assert detail_ratio([half], [sharp]) == pytest.approx(0.5, abs=0.01)  # energy goes with the square


def test_frechet_closed_forms() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 6))
    assert frechet(x, x) == pytest.approx(0.0, abs=1e-9)
    assert frechet(x, x + 2.0) == pytest.approx(6 * 4.0)  # shifted: the squared distance of the means
    centred = x - x.mean(0)
    # scaled by 3 about the mean: sum of (3σ - σ)² over the axes
    assert frechet(centred, 3 * centred) == pytest.approx(4 * float(np.trace(np.cov(centred, rowvar=False))))
    assert frechet(x, x[:, ::-1]) >= 0.0
    few = rng.normal(size=(5, 40))  # fewer pictures than features
    assert frechet(few, few) == pytest.approx(0.0, abs=1e-6)


def motion(dx: float) -> np.ndarray:
    return np.broadcast_to(np.array([dx, 0.0], np.float32), (H, W, 2)).copy()


def test_warp_error_of_a_shifted_picture_is_nothing() -> None:
    valid = np.zeros((H, W), bool)
    valid[:, 4:-4] = True
    before, after = noise(4), np.roll(noise(4), 3, axis=1)
    assert warp_error(before, after, motion(-3), valid) == pytest.approx(0.0, abs=1e-4)
    assert warp_error(before, after, motion(0), valid) > 40
    assert warp_error(before, after, motion(-3), np.zeros_like(valid)) == 0.0


def test_flicker_of_steady_points_is_nothing_and_of_noise_its_deviation() -> None:
    valid = np.zeros((H, W), bool)
    valid[2:-2, 12:-12] = True
    moving = [smooth(2.0 * k) for k in range(5)]
    along = [motion(2.0 * (k - 2)) for k in range(5)]
    assert flicker(moving, along, valid) < 0.5
    fading = [np.full((H, W, 3), 60 + 4 * k, np.uint8) for k in range(5)]
    assert flicker(fading, [motion(0)] * 5, valid) == pytest.approx(0.0, abs=1e-3)
    rng = np.random.default_rng(1)
    grain = [np.repeat((128 + rng.normal(0, 10, (H, W, 1))).round(), 3, -1).astype(np.uint8) for _ in range(7)]
    assert flicker(grain, [motion(0)] * 7, valid) == pytest.approx(10.0, rel=0.05)
    assert flicker(grain, [motion(0)] * 7, np.zeros_like(valid)) == 0.0
