"""Lamps, fog, falling rain and snow, and reflections as the model's inputs."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch

from rushes.contracts import CameraFrame, Size
from rushes.models.house.features import CHANNELS, features
from rushes.models.house.mirror import look_up, mirrored
from rushes.models.house.pipeline import _mirrored
from rushes.models.house.practical import falling, fog_distance, lamp_points, lamp_shine
from rushes.models.house.style import draw
from rushes.models.house.surface import HouseFrame, HouseObject, survey

SIZE = Size(96, 54)
EYE = 1.6


def quay(floor: str = "water", **changes: object) -> HouseFrame:
    """A level floor, and 10 m away a wall 3 m high; the camera looks along +y, level; row by row, exact."""
    rows = ((1.0, 0.0, 0.0, 0.0), (0.0, 0.0, -1.0, 0.0), (0.0, 1.0, 0.0, EYE), (0.0, 0.0, 0.0, 1.0))
    camera = CameraFrame(1, rows, "PERSP", 35.0, 6.0, 36.0, 24.0, "AUTO", 0.0, 0.0, 0.1, 1000.0)
    h, w = SIZE.shape
    k = camera.intrinsics(SIZE)
    up = -(np.arange(h) + 0.5 - k.cy) / k.fy
    depth, ids = np.full((h, w), 1e10, np.float32), np.zeros((h, w), np.int32)
    normal = np.zeros((h, w, 3), np.float32)
    for row, y in enumerate(up):
        ground = -EYE / y if y < 0 else math.inf
        if ground < 10:
            depth[row], ids[row], normal[row] = ground, 2, (0, 0, 1)
        elif EYE + 10 * y < 3:
            depth[row], ids[row], normal[row] = 10.0, 1, (0, -1, 0)
    things = {
        1: HouseObject(1, "building", (0.5, 0.3, 0.2), np.eye(4), np.array([[-50.0, 10, 0], [50, 12, 3]])),
        2: HouseObject(2, floor, (0.1, 0.2, 0.2), np.eye(4), np.array([[-50.0, -50, -1], [50, 10, 0]])),
        3: HouseObject(3, "light", (0.5, 0.5, 0.5), np.eye(4), np.array([[1.9, 5.9, 0], [2.1, 6.1, 4]])),
    }
    base = HouseFrame(depth, normal, ids, np.ones((h, w), np.float32), camera, things, (0.0, -0.6, 0.8), "desert", 3)
    return dataclasses.replace(base, **changes)  # type: ignore[arg-type]


def channel(made: np.ndarray, name: str) -> np.ndarray:
    return made[..., CHANNELS.index(name)]


def test_lamps_shine_from_their_heads() -> None:
    (lamp,) = lamp_points(quay())
    assert np.allclose(lamp, (2, 6, 4 * 0.92, (4 * 0.92) ** 2))
    s = survey(quay())
    shine = lamp_shine(s)
    floor = s.frame.ids == 2
    below = np.hypot(s.point[..., 0] - 2, s.point[..., 1] - 6)
    nearest = np.unravel_index(np.argmin(np.where(floor, below, 99)), floor.shape)
    assert shine[nearest] == pytest.approx(1.0, abs=0.05)
    assert shine[s.sky].max() == 0
    assert lamp_shine(survey(quay(objects={}))).max() == 0


def test_fog_leaves_a_picture_from_high_up() -> None:
    near, high = quay(), quay()
    rows = [list(r) for r in high.camera.matrix_world]
    rows[2][3] = 60.0
    high = dataclasses.replace(high, camera=dataclasses.replace(high.camera, matrix_world=tuple(map(tuple, rows))))  # type: ignore[arg-type]
    assert fog_distance(high) == 8 * fog_distance(near)
    veil = channel(features(near), "veil")
    assert (veil[near.ids == 0] == 0).all()
    assert np.allclose(veil[near.ids == 1], math.exp(-10 / 42), atol=1e-4)


@pytest.mark.parametrize("weather", ["rain", "snowfall"])
def test_what_falls_moves_with_time_and_hides_behind_things(weather: str) -> None:
    base = survey(quay(weather=weather))
    now, later = falling(base), falling(survey(quay(weather=weather, time=0.1)))
    assert 0.002 < now.mean() < 0.5
    assert now.max() <= 1
    assert np.array_equal(now, falling(survey(quay(weather=weather))))
    assert not np.array_equal(now, later)
    close = quay(weather=weather)
    wall = dataclasses.replace(close, depth=np.full_like(close.depth, 0.5))
    assert falling(survey(wall)).max() == 0
    assert falling(survey(quay())).max() == 0


def test_a_room_keeps_the_rain_out() -> None:
    s = survey(quay(weather="rain", place="interior"))
    drops = falling(s)
    assert drops[~s.sky].max() == 0
    assert drops[s.sky].max() > 0


def test_water_mirrors_the_wall_at_its_foot() -> None:
    frame = quay()
    s = survey(frame)
    style = draw(s)
    found = mirrored(s, dataclasses.replace(style, fine=0 * style.fine, coarse=0 * style.coarse))
    h, w = SIZE.shape
    column = w // 2
    k = frame.camera.intrinsics(SIZE)
    met = 0
    for row in np.flatnonzero(frame.ids[:, column] == 2):
        if found.share[row, column] < 0.5:
            continue
        down = (row + 0.5 - k.cy) / k.fy
        ground = EYE / down
        high = (10 - ground) * down  # where the mirrored ray meets the wall
        if not 0.4 < high < 2.6:
            continue
        wanted = k.cy - k.fy * (high - EYE) / 10
        assert (found.y[row, column] + 1) / 2 * h == pytest.approx(wanted, abs=2.5)
        met += 1
    assert met > 3
    assert mirrored(survey(quay("ground")), style).share.max() == 0
    assert mirrored(survey(quay("ground", weather="rain")), style).share.max() > 0.9


def test_the_model_gathers_where_the_inputs_point() -> None:
    made = features(quay())
    h, w = SIZE.shape
    given = torch.from_numpy(np.ascontiguousarray(made.transpose(2, 0, 1)[None]))
    picture = torch.rand(1, 3, h, w, generator=torch.Generator().manual_seed(1))
    s = survey(quay())
    found = mirrored(s, draw(s))
    wanted = look_up(picture[0].numpy().transpose(1, 2, 0), found) * found.share[..., None]
    assert np.allclose(_mirrored(picture, given, 0)[0].numpy().transpose(1, 2, 0), wanted, atol=1e-3)
    around = (8, 8, 8, 8)
    padded = _mirrored(
        torch.nn.functional.pad(picture, around, mode="replicate"),
        torch.nn.functional.pad(given, around, mode="replicate"),
        8,
    )
    assert np.allclose(padded[0, :, 8:-8, 8:-8].numpy().transpose(1, 2, 0), wanted, atol=1e-2)
