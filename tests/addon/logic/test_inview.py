"""The frustum says no only to what the camera cannot see."""

from __future__ import annotations

import math

import pytest

from blender_addon.logic.inview import IDENTITY, Box, Lens, box_around, frustum, joined, sampled, sees

WIDE = (1920.0, 1080.0)


def box(x: float, y: float, z: float, half: float = 0.5) -> Box:
    return Box((x, y, z), (half, half, half))


def test_a_camera_looks_down_its_own_minus_z() -> None:
    planes = frustum(Lens(), IDENTITY, WIDE)
    assert sees(planes, box(0, 0, -10))
    assert not sees(planes, box(0, 0, 10))
    assert not sees(planes, box(0, 0, -1002))


def test_the_sides_follow_the_lens() -> None:
    edge = 10 * 18 / 50  # half the width at 10 m for 50 mm on 36 mm
    thin = frustum(Lens(), IDENTITY, WIDE, margin=0.0)
    assert sees(thin, box(edge - 0.1, 0, -10, 0.01))
    assert not sees(thin, box(edge + 0.1, 0, -10, 0.01))
    assert sees(frustum(Lens(), IDENTITY, WIDE), box(edge + 0.1, 0, -10, 0.01)), "the margin lets it in"
    assert sees(frustum(Lens(lens=35), IDENTITY, WIDE, margin=0.0), box(edge + 0.1, 0, -10, 0.01))


@pytest.mark.parametrize(
    ("fit", "size", "x", "y"),
    [
        ("AUTO", (1920, 1080), 3.6, 3.6 * 1080 / 1920),
        ("AUTO", (1080, 1920), 3.6 * 1080 / 1920, 3.6),
        ("HORIZONTAL", (1080, 1920), 3.6, 3.6 * 1920 / 1080),
        ("VERTICAL", (1920, 1080), 2.4 * 1920 / 1080, 2.4),
    ],
)
def test_sensor_fit(fit: str, size: tuple[float, float], x: float, y: float) -> None:
    planes = frustum(Lens(fit=fit), IDENTITY, size, margin=0.0)
    assert sees(planes, box(x - 0.05, 0, -10, 0.01))
    assert sees(planes, box(0, y - 0.05, -10, 0.01))
    assert not sees(planes, box(x + 0.05, 0, -10, 0.01))
    assert not sees(planes, box(0, y + 0.05, -10, 0.01))


def test_lens_shift_moves_the_picture() -> None:
    planes = frustum(Lens(shift=(0.5, 0.0)), IDENTITY, WIDE, margin=0.0)
    assert sees(planes, box(7.1, 0, -10, 0.01))
    assert not sees(planes, box(-0.2, 0, -10, 0.01))


def test_orthographic_is_as_wide_near_as_far() -> None:
    planes = frustum(Lens(kind="ORTHO", scale=4.0), IDENTITY, WIDE, margin=0.0)
    for z in (-1.0, -500.0):
        assert sees(planes, box(1.9, 0, z, 0.01))
        assert not sees(planes, box(2.1, 0, z, 0.01))


def test_a_panoramic_camera_sees_everything() -> None:
    assert frustum(Lens(kind="PANO"), IDENTITY, WIDE) == ()
    assert sees((), box(0, 0, 1e6))


def test_the_camera_can_stand_anywhere_and_its_scale_does_not_count() -> None:
    c, s = math.cos(math.pi / 2), math.sin(math.pi / 2)
    looks_along_y = (3.0, 0.0, 0.0, 5.0, 0.0, 3 * c, -3 * s, 1.0, 0.0, 3 * s, 3 * c, 2.0, 0.0, 0.0, 0.0, 1.0)
    planes = frustum(Lens(), looks_along_y, WIDE, margin=0.0)
    assert sees(planes, box(5, 11, 2, 0.01))
    assert sees(planes, box(8.5, 11, 2, 0.01))
    assert not sees(planes, box(8.7, 11, 2, 0.01))
    assert not sees(planes, box(5, -9, 2, 0.01))


def test_boxes_turn_grow_and_join() -> None:
    half = math.sqrt(0.5)
    turned = (half, -half, 0.0, 1.0, half, half, 0.0, 2.0, 0.0, 0.0, 1.0, 3.0, 0.0, 0.0, 0.0, 1.0)
    found = box_around((-1, -1, -1), (1, 1, 1), turned)
    assert found.middle == (1.0, 2.0, 3.0)
    assert found.half == pytest.approx((math.sqrt(2), math.sqrt(2), 1.0))
    assert joined([box(0, 0, 0), box(10, 0, 0)]) == Box((5.0, 0.0, 0.0), (5.5, 0.5, 0.5))
    assert joined([]) is None


def test_frames_are_spread_with_both_ends() -> None:
    assert sampled(1, 5) == (1, 2, 3, 4, 5)
    assert sampled(1, 101)[0] == 1
    assert sampled(1, 101)[-1] == 101
    assert len(sampled(1, 101)) == 9
    assert sampled(10, 20, step=4) == (10, 14, 18)
    assert sampled(7, 7) == (7,)
    assert sampled(9, 3) == (9,)
