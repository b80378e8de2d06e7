"""Board styles: each draws the same picture its own way, tones and lines where they belong, nothing swims."""

from __future__ import annotations

import numpy as np
import pytest

from rushes.contracts import CameraFrame, Size
from rushes.models.house.board import board
from rushes.models.house.noise import Array
from rushes.models.house.style import draw
from rushes.models.house.surface import HouseFrame, HouseObject, Surface, survey
from rushes.models.house.vocabulary import FIELDS
from rushes.training.board_styles import BOARD_STYLES, stylize

SHAPE = (108, 192)


def surface() -> Surface:
    """A wall on a plain under the sky, twice the size of the model's picture."""
    h, w = SHAPE
    rows = ((1.0, 0.0, 0.0, 0.0), (0.0, 0.0, -1.0, 0.0), (0.0, 1.0, 0.0, 1.6), (0.0, 0.0, 0.0, 1.0))
    view = CameraFrame(1, rows, "PERSP", 24.0, 12.0, 36.0, 24.0, "AUTO", 0.0, 0.0, 0.1, 1000.0)
    k = view.intrinsics(Size(w, h))
    x, y = np.meshgrid((np.arange(w) + 0.5 - k.cx) / k.fx, -(np.arange(h) + 0.5 - k.cy) / k.fy)
    depth, ids = np.full((h, w), 1e10, np.float32), np.zeros((h, w), np.int32)
    normal = np.zeros((h, w, 3), np.float32)
    floor, front = y < -1.6 / 300, (np.abs(x) < 0.4) & (np.abs(y) < 0.11)
    depth[floor], ids[floor], normal[floor] = -1.6 / y[floor], 2, (0, 0, 1)
    depth[front], ids[front], normal[front] = 14.0, 1, (0, -1, 0)
    box = np.array([[-5.6, 14, 0], [5.6, 20, 3.2]])
    things = {
        1: HouseObject(1, "building", (0.5, 0.3, 0.2), np.eye(4), box),
        2: HouseObject(2, "ground", (0.2, 0.2, 0.2), np.eye(4), np.array([[-50.0, -50, -0.1], [50, 50, 0]])),
    }
    return survey(HouseFrame(depth, normal, ids, np.zeros(SHAPE, np.float32), view, things, (0.0, -0.6, 0.8)))


def drawn(name: str, tone: float | Array) -> Array:
    s = surface()
    style = draw(s)
    picture = np.ones((*SHAPE, 3), np.float32) * np.asarray(tone, np.float32)
    return stylize(picture, s, style, name, 0)


def test_every_board_style_of_the_vocabulary_is_drawn() -> None:
    assert {"cinematic", *BOARD_STYLES} == set(FIELDS["style"])
    with pytest.raises(KeyError):
        drawn("crayon", 0.5)


@pytest.mark.parametrize("name", list(BOARD_STYLES))
def test_in_range_repeatable_and_darker_where_the_picture_is(name: str) -> None:
    made = drawn(name, 0.3)
    assert made.shape == (*SHAPE, 3)
    assert made.dtype == np.float32
    assert made.min() >= 0
    assert made.max() <= 1
    assert np.array_equal(made, drawn(name, 0.3))
    assert drawn(name, 0.1).mean() < made.mean() < drawn(name, 0.95).mean()


@pytest.mark.parametrize("name", list(BOARD_STYLES))
def test_white_is_paper_and_silhouettes_are_lines(name: str) -> None:
    made = drawn(name, 1.0)
    s = surface()
    line = board(s, draw(s), 2)[..., 0]
    assert np.median(made) > 0.85
    assert made[line > 0.9].mean() < made[line < 0.02].mean() - 0.2


def test_pencil_and_ink_have_no_colour_and_the_others_do() -> None:
    red = np.array([0.8, 0.3, 0.2], np.float32)
    for name, most in (("pencil", 0.06), ("ink", 0.06)):
        assert np.ptp(drawn(name, red), axis=-1).max() < most
    for name in ("marker", "watercolour"):
        assert np.median(np.ptp(drawn(name, red), axis=-1)) > 0.15


def test_marker_has_few_tones() -> None:
    ramp = np.linspace(0, 1, SHAPE[1], dtype=np.float32)[None, :, None]
    made = drawn("marker", np.broadcast_to(ramp, (*SHAPE, 1)))[5]
    steps = np.abs(np.diff(made.mean(-1)))
    assert np.mean(steps < 0.02) > 0.7


def test_cinematic_is_left_alone() -> None:
    assert np.array_equal(drawn("cinematic", 0.4), np.full((*SHAPE, 3), 0.4, np.float32))
