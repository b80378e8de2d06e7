"""Control pictures made from passes."""

from __future__ import annotations

import dataclasses

import numpy as np

from rushes.contracts import Size
from rushes.generators.controls import NOTHING, DepthScale, depth_picture, depth_scale, edge_picture, plain_picture
from rushes.media.conditioning import SKY_DEPTH
from rushes.testing.analytic_shot import AnalyticShot


def test_near_is_white_and_sky_is_black(shot: AnalyticShot) -> None:
    frame = shot.frame(0, Size(48, 32))
    picture = depth_picture(frame, depth_scale(shot))
    assert picture.shape == (32, 48, 3)
    assert picture.dtype == np.float32
    assert (picture[frame.sky] == 0).all()
    solid = ~frame.sky
    order = np.argsort(frame.depth[solid])
    values = picture[..., 0][solid][order]
    assert (np.diff(values) <= 1e-6).all()
    assert values[0] > 0.9


def test_one_scale_for_the_whole_shot(shot: AnalyticShot) -> None:
    scale = depth_scale(shot)
    whole = np.concatenate([shot.frame(i).depth.ravel() for i in range(len(shot))])
    seen = 1.0 / whole[whole < SKY_DEPTH]
    assert scale.near < seen.max()
    assert scale.far >= seen.min()
    assert np.isclose(scale.near, np.percentile(seen, 99), rtol=0.05)


def test_a_flat_wall_and_an_empty_sky_have_a_scale(shot: AnalyticShot) -> None:
    class Held:
        """A double: one frame held."""

        def __init__(self, depth: float) -> None:
            frame = shot.frame(0)
            self.kept = dataclasses.replace(frame, depth=np.full_like(frame.depth, depth))
            self.size = shot.size

        def __len__(self) -> int:
            return 2

        def frame(self, index: int, size: Size | None = None) -> object:
            return self.kept

    wall = Held(4.0)
    assert depth_scale(wall) == DepthScale(0.0, 0.25)  # type: ignore[arg-type]
    assert depth_picture(wall.kept, DepthScale(0.0, 0.25)).min() == 1.0
    assert depth_scale(Held(SKY_DEPTH)) == DepthScale(0.0, 1.0)  # type: ignore[arg-type]


def test_edges_are_dark_where_objects_meet(shot: AnalyticShot) -> None:
    frame = shot.frame(0)
    lines = edge_picture(frame)[..., 0]
    assert set(np.unique(lines)) == {0.0, 1.0}
    meets = frame.ids[:, :-1] != frame.ids[:, 1:]
    assert (lines[:, :-1][meets] == 0).all()
    assert 0.02 < (lines == 0).mean() < 0.5


def test_nothing_is_grey() -> None:
    assert (plain_picture(Size(4, 2)) == NOTHING).all()
