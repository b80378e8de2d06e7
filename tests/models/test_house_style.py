"""Painted surfaces: anchored, filtered, different from seed to seed, and told by place and proportion."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from rushes.contracts import CameraFrame, Size
from rushes.models.house.board import board, hatching, paper
from rushes.models.house.features import CHANNELS, features
from rushes.models.house.paint_surface import Inputs, surface_color
from rushes.models.house.palette import default_color, draw_colors, is_untouched
from rushes.models.house.style import Style, draw
from rushes.models.house.surface import HouseFrame, HouseObject, survey

PLACES = ("city", "harbour", "village", "desert", "forest", "snow", "interior")


def wall(
    place: str = "city",
    seed: int = 3,
    *,
    size: tuple[int, int] = (96, 54),
    cls: str = "building",
    extent: tuple[float, float, float] = (12.0, 6.0, 10.0),
    away: float = 14.0,
    step: float = 0.0,
    **changes: object,
) -> HouseFrame:
    """The front of a box of `extent`, `away` metres from an eye 1.6 m up that moved aside by `step`; ground, sky."""
    w, h = size
    rows = ((1.0, 0.0, 0.0, step), (0.0, 0.0, -1.0, 0.0), (0.0, 1.0, 0.0, 1.6), (0.0, 0.0, 0.0, 1.0))
    view = CameraFrame(1, rows, "PERSP", 24.0, 12.0, 36.0, 24.0, "AUTO", 0.0, 0.0, 0.1, 1000.0)
    k = view.intrinsics(Size(w, h))
    x, y = np.meshgrid((np.arange(w) + 0.5 - k.cx) / k.fx, -(np.arange(h) + 0.5 - k.cy) / k.fy)
    depth, ids = np.full((h, w), 1e10, np.float32), np.zeros((h, w), np.int32)
    normal = np.zeros((h, w, 3), np.float32)
    floor = y < -1.6 / 300
    depth[floor], ids[floor], normal[floor] = -1.6 / y[floor], 2, (0, 0, 1)
    front = (np.abs(x * away + step) < extent[0] / 2) & (y * away + 1.6 < extent[2]) & (y * away + 1.6 > 0)
    depth[front], ids[front], normal[front] = away, 1, (0, -1, 0)
    matrix = np.eye(4)
    matrix[1, 3] = away + extent[1] / 2
    box = np.array([[-extent[0] / 2, -extent[1] / 2, 0], [extent[0] / 2, extent[1] / 2, extent[2]]])
    plane = np.array([[-60.0, -60, -0.1], [60, 60, 0]])
    things = {
        1: HouseObject(1, cls, (0.5, 0.36, 0.3), matrix, box),
        2: HouseObject(2, "ground", (0.2, 0.2, 0.2), np.eye(4), plane),
    }
    direct = np.where(ids > 0, 0.5, 0.0).astype(np.float32)
    base = HouseFrame(depth, normal, ids, direct, view, things, (0.0, -0.6, 0.8), place, seed)
    return dataclasses.replace(base, **changes)  # type: ignore[arg-type]


def painted(frame: HouseFrame) -> Style:
    return draw(survey(frame))


@pytest.mark.parametrize("place", PLACES)
def test_every_place_paints_every_class_within_range(place: str) -> None:
    for cls in ("building", "prop", "character", "vegetation", "vehicle", "water", "light"):
        for extent in ((12.0, 6.0, 10.0), (1.8, 4.4, 1.5), (0.5, 0.5, 1.8), (5.0, 14.0, 3.0), (0.3, 0.3, 4.0)):
            style = painted(wall(place, cls=cls, extent=extent, away=5.0, size=(48, 27)))
            assert np.isfinite(style.color).all()
            assert style.color.min() > 0
            assert style.color.max() < 1
            assert style.glass.min() >= 0
            assert style.glass.max() <= 1
            assert (style.lit <= style.glass + 1e-5).all()
            assert np.abs(style.trim).max() <= 2.0
            assert style.color.dtype == style.glass.dtype == style.part.dtype == np.float32


def test_seeds_differ_visibly_in_rhythm_and_colour() -> None:
    frames = [wall(seed=seed) for seed in range(8)]
    front = frames[0].ids == 1
    glass = [painted(f).glass[front] for f in frames]
    apart = [np.abs(a - b).mean() for i, a in enumerate(glass) for b in glass[:i]]
    assert np.mean(apart) > 0.1
    assert np.min(apart) > 0.02


def test_places_build_differently() -> None:
    share = {place: painted(wall(place, extent=(10.0, 6.0, 6.0))).glass[wall().ids == 1].mean() for place in PLACES}
    assert share["interior"] == 0.0
    assert share["desert"] < share["city"]


def test_locked_object_keeps_its_surface_under_another_seed() -> None:
    base = wall(seed=3)
    locked = {**base.objects, 1: dataclasses.replace(base.objects[1], seed=11)}
    a, b = (painted(dataclasses.replace(base, objects=locked, seed=s)) for s in (3, 4))
    front = base.ids == 1
    assert np.array_equal(a.color[front], b.color[front])
    assert np.array_equal(a.glass[front], b.glass[front])
    assert not np.array_equal(a.color[base.ids == 2], b.color[base.ids == 2])


def test_a_small_picture_is_the_large_one_averaged() -> None:
    """Masks are filtered to the pixel: half the size shows the same, so nothing aliases."""
    for seed in range(4):
        small, large = painted(wall(seed=seed)), painted(wall(seed=seed, size=(192, 108)))
        front = wall(seed=seed).ids == 1
        mean = large.glass.reshape(54, 2, 96, 2).mean((1, 3))
        assert np.abs(small.glass - mean)[front].mean() < 0.035


def test_a_far_wall_does_not_flicker() -> None:
    """From far away, a step aside changes the picture little: what is finer than a pixel has faded."""
    a, b = (painted(wall(extent=(240.0, 20.0, 120.0), away=600.0, step=s)) for s in (0.0, 0.35))
    front = (wall(extent=(240.0, 20.0, 120.0), away=600.0).ids == 1)[:, 4:-4]
    change = np.abs(a.color - b.color).mean(-1)[:, 4:-4][front]
    assert change.mean() < 0.01


def test_the_model_sees_the_painted_colour() -> None:
    frame = wall("village")
    style = painted(frame)
    made = torch.from_numpy(features(frame).transpose(2, 0, 1)[None])
    seen = surface_color(Inputs(made))[0].numpy().transpose(1, 2, 0)
    solid = (frame.ids == 2) & (frame.depth < 100)
    want = (style.color * (1 - style.glass[..., None]))[solid]
    assert np.abs(seen[solid] - want).mean() < 0.03


def test_roads_are_marked_and_squares_are_not() -> None:
    base = wall(extent=(0.1, 0.1, 0.1))
    road = np.array([[-4.0, -60, -0.1], [4, 60, 0]])
    ground = {**base.objects, 2: dataclasses.replace(base.objects[2], box=road)}
    marked, plain = painted(dataclasses.replace(base, objects=ground)), painted(base)
    near = (base.ids == 2) & (base.depth < 20)
    assert marked.color[near].max() > plain.color[near].max() + 0.15


def test_snow_covers_what_looks_up() -> None:
    floor = wall().ids == 2
    bare, white = (painted(wall(weather=w)).color[floor].mean() for w in ("clear", "snowfall"))
    assert white > bare + 0.2
    assert np.array_equal(
        painted(wall("interior", weather="snowfall")).color, painted(wall("interior", weather="clear")).color
    )


def test_palette_has_a_colour_for_every_class_and_place() -> None:
    for place in PLACES:
        for cls in ("building", "ground", "prop", "character", "vegetation", "vehicle", "water", "light"):
            color = default_color(cls, place, 1, 5)
            assert all(0.0 < c < 1.0 for c in color)
            assert not is_untouched(color)
    assert default_color("ground", "city", 1, 5) == default_color("ground", "city", 1, 9)
    assert len({default_color("building", "city", s, 5) for s in range(12)}) > 6
    assert draw_colors(["wall", "car"], "city", 4) == draw_colors(["wall", "car"], "city", 4)
    assert is_untouched((0.8, 0.8, 0.8))
    assert not is_untouched((0.5, 0.5, 0.5))


def test_drawing_channels_are_in_range_and_where_they_belong() -> None:
    frame = wall()
    s = survey(frame)
    made = board(s, draw(s))
    assert made.dtype == np.float32
    line, fine, hatch, grain = (made[..., k] for k in range(4))
    assert line.min() >= 0
    assert line.max() <= 1
    assert fine.min() >= 0
    assert fine.max() <= 1
    assert np.abs(hatch).max() <= 1
    assert np.abs(grain).max() <= 1
    inner = np.zeros(line.shape, bool)
    front = frame.ids == 1
    inner[1:-1, 1:-1] = front[1:-1, 1:-1] & front[:-2, 1:-1] & front[2:, 1:-1] & front[1:-1, :-2] & front[1:-1, 2:]
    assert line[inner].max() < 0.5
    assert line[front & ~inner].max() > 0.9
    assert fine[inner].max() > 0.3
    assert np.array_equal(features(frame)[..., CHANNELS.index("line")], line)


def test_hatching_sticks_to_the_wall() -> None:
    """A camera that steps aside by whole pixels sees the same strokes, moved by as many."""
    pixel = 14.0 * 36.0 / 24.0 / 96
    a, b = (hatching(survey(wall(step=s))) for s in (0.0, 3 * pixel))
    front = (wall().ids == 1)[10:30, 30:60]
    assert front.all()
    assert np.abs(a[10:30, 33:63] - b[10:30, 30:60]).max() < 0.05
    assert a[10:30, 30:60].std() > 0.4


def test_hatching_strokes_keep_their_distance() -> None:
    """No stroke is thinner than the picture can show, near or far."""
    for away in (6.0, 14.0, 60.0):
        made = hatching(survey(wall(away=away, extent=(80.0, 6.0, 80.0))))[:20]
        turns = (np.diff(np.sign(made), axis=1) != 0).sum(1)
        assert turns.max() < 96 / 1.5


def test_paper_is_the_same_at_both_sizes() -> None:
    assert np.array_equal(paper(54, 96), paper(108, 192, 2)[::2, ::2])
    assert not paper(54, 96).flags.writeable
