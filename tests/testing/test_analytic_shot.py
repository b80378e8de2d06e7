"""The analytic shot is exact: what it says of motion, depth and shadow agrees with itself."""

from __future__ import annotations

import numpy as np
import pytest

from rushes.contracts import Size
from rushes.media.conditioning import SKY_DEPTH, ShotInputs, at_size
from rushes.testing.analytic_shot import AnalyticShot, street

SIZE = Size(160, 90)


@pytest.fixture(scope="module")
def shot() -> AnalyticShot:
    return street(SIZE, 3)


def test_it_is_shot_inputs(shot: AnalyticShot) -> None:
    inputs: ShotInputs = shot
    frame = inputs.frame(0)
    assert (len(inputs), inputs.size, frame.size) == (3, SIZE, SIZE)
    assert np.array_equal(frame.sky, frame.depth >= SKY_DEPTH)
    near, far = inputs.depth_range
    assert 0 < near < far < SKY_DEPTH
    assert {o.id for o in inputs.legend.objects} >= set(np.unique(frame.ids)) - {0}


def test_normals_and_light(shot: AnalyticShot) -> None:
    frame = shot.frame(1)
    length = np.linalg.norm(frame.normal, axis=2)
    assert np.allclose(length[~frame.sky], 1, atol=1e-5)
    assert not length[frame.sky].any()
    lambert = np.clip(frame.normal @ np.array(shot.sun_direction, np.float32), 0, 1)
    assert (frame.direct <= lambert + 1e-5).all()
    ground = frame.ids == 1
    assert (frame.direct[ground] == 0).any()
    assert np.isclose(frame.direct[ground], lambert[ground], atol=1e-5).any()


@pytest.mark.parametrize(("here", "there", "first"), [(1, 2, 2), (1, 0, 0)])
def test_motion_leads_to_the_same_point(shot: AnalyticShot, here: int, there: int, first: int) -> None:
    """The neighbour's passes at the point's new place show the same object, at the depth it should have."""
    a, b = shot.frame(here), shot.frame(there)
    assert a.motion is not None
    y, x = np.mgrid[0 : SIZE.height, 0 : SIZE.width]
    to_x = np.rint(x + a.motion[..., first]).astype(int)
    to_y = np.rint(y + a.motion[..., first + 1]).astype(int)
    inside = (to_x >= 0) & (to_x < SIZE.width) & (to_y >= 0) & (to_y < SIZE.height)
    same = a.ids[inside] == b.ids[to_y[inside], to_x[inside]]
    assert same.mean() > 0.97
    car = inside & (a.ids == 5)
    assert np.abs(a.motion[car][:, first : first + 2]).max() > 0.01


def test_a_smaller_frame_takes_the_centre_samples(shot: AnalyticShot) -> None:
    full, small = shot.frame(0), shot.frame(0, Size(32, 18))
    assert np.array_equal(small.ids, full.ids[2::5, 2::5])
    assert np.array_equal(small.depth, full.depth[2::5, 2::5])
    assert small.motion is not None
    assert full.motion is not None
    assert np.allclose(small.motion, full.motion[2::5, 2::5] / 5)
    assert at_size(full, SIZE) is full
