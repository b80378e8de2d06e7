"""The warp error tells pictures that move with the geometry from pictures that do not."""

from __future__ import annotations

import numpy as np

from rushes.contracts import Size
from rushes.jobs.consistency import WarpMeter
from rushes.jobs.demo import better
from rushes.testing.analytic_shot import street


def test_pictures_that_move_with_the_geometry_have_a_small_error() -> None:
    shot = street(Size(160, 90), 3)
    steady, flickering = WarpMeter(shot), WarpMeter(shot)
    noise = np.random.default_rng(1)
    for index in range(3):
        picture = shot.picture(index)
        steady.add(index, picture)
        flickering.add(index, np.clip(picture + noise.normal(0, 0.1, picture.shape), 0, 1).astype(np.float32))
    assert steady.error is not None
    assert flickering.error is not None
    assert steady.error < 6
    assert flickering.error > steady.error + 10


def test_one_frame_has_no_error() -> None:
    meter = WarpMeter(street(Size(64, 36), 1))
    meter.add(0, np.zeros((36, 64, 3), np.float32))
    assert meter.error is None


def test_the_steadier_take_is_kept_and_the_first_of_equals() -> None:
    takes = [{"take": "a", "warp_error": 3.0}, {"take": "b", "warp_error": 2.0}, {"take": "c", "warp_error": 2.0}]
    assert better(takes)["take"] == "b"
    assert better([{"take": "a", "warp_error": None}, {"take": "b", "warp_error": None}])["take"] == "a"
