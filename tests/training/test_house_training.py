"""Painting at toy size: repeatable, and every word shows."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch

from rushes.models.house.features import CHANNELS
from rushes.training.eval_model import prompt_of
from rushes.training.look import develop, light_for, sky_radiance
from rushes.training.losses import reconstruction
from rushes.training.twin import RenderedScene, Variant, draw_variant, inputs, paint


def scene(low_sun: bool = False) -> RenderedScene:
    """A wall in front of the camera and the ground, as the Blender side would write them, 32×24 and 64×48."""
    arrays: dict[str, Any] = {
        "camera": np.array([[1.0, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 1.6], [0, 0, 0, 1]]),
        "lens": np.float64(35.0),
        "matrices": np.array([np.eye(4), np.eye(4)]),
        "boxes": np.array([[[-4.0, 12, 0], [4, 14, 6]], [[-50.0, -50, 0], [50, 50, 0]]]),
    }
    for suffix, (h, w) in (("", (24, 32)), ("2", (48, 64))):
        z = np.full((h, w), 1e10, np.float32)
        ids, normal = np.zeros((h, w), np.uint16), np.zeros((h, w, 3), np.int16)
        z[h // 4 : h // 2], ids[h // 4 : h // 2], normal[h // 4 : h // 2] = 12.0, 1, (0, -32000, 0)
        down = (np.arange(h // 2, h) - h / 2 + 0.5) / (35 / 36 * w)
        z[h // 2 :], ids[h // 2 :], normal[h // 2 :] = (1.6 / down)[:, None], 2, (0, 0, 32000)
        arrays |= {"z" + suffix: z, "ids" + suffix: ids, "normal" + suffix: normal}
    arrays["direct"] = np.full((24, 32), 128, np.uint8)
    arrays["light2"] = np.full((48, 64, 2), 0.5, np.float16)
    objects = [{"cls": "building", "tint": "wall"}, {"cls": "ground", "tint": "asphalt"}]
    plan = {"seed": 5, "place": "city", "low_sun": low_sun, "sun": [0.0, -0.6, 0.8], "objects": objects}
    return RenderedScene(plan, arrays)


def variant(**changes: object) -> Variant:
    return dataclasses.replace(Variant("day", "clear", "neutral", "city", 3), **changes)  # type: ignore[arg-type]


def test_painting_is_repeatable_and_sized() -> None:
    made = paint(scene(), variant())
    assert made.shape == (24, 32, 3)
    assert made.dtype == np.uint8
    assert np.array_equal(made, paint(scene(), variant()))
    assert inputs(scene(), variant()).shape == (24, 32, len(CHANNELS))


def test_every_word_shows() -> None:
    base = paint(scene(), variant()).astype(int)
    for change in ({"hour": "night"}, {"hour": "dusk"}, {"weather": "fog"}, {"weather": "rain"}, {"mood": "noir"}):
        assert np.abs(paint(scene(), variant(**change)) - base).mean() > 3, change
    assert paint(scene(), variant(hour="night")).mean() < base.mean()
    noir = paint(scene(), variant(mood="noir")).astype(int)
    assert np.ptp(noir, axis=-1).mean() < np.ptp(base, axis=-1).mean()


def test_hours_fit_the_suns_height() -> None:
    assert {draw_variant(scene(True), i).hour for i in range(20)} <= {"dusk", "dawn"}
    assert {draw_variant(scene(False), i).hour for i in range(20)} <= {"day", "night"}
    assert draw_variant(scene(), 1) == draw_variant(scene(), 1)


@pytest.mark.parametrize("hour", ["dawn", "day", "dusk", "night"])
@pytest.mark.parametrize("weather", ["clear", "overcast", "fog", "rain"])
def test_light_is_light(hour: str, weather: str) -> None:
    light = light_for(hour, weather)
    ways = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    ways /= np.linalg.norm(ways, axis=-1, keepdims=True)
    sky = sky_radiance(light, ways, (0.0, -0.6, 0.8), None)
    assert np.isfinite(sky).all()
    assert sky.min() >= 0
    shown = develop(sky[None], "neutral")
    assert shown.min() >= 0
    assert shown.max() <= 1


def test_loss_and_prompts() -> None:
    a, b = torch.rand(1, 3, 8, 8), torch.rand(1, 3, 8, 8)
    assert [float(x) for x in reconstruction(a, a)] == [0.0, 0.0]
    assert all(float(x) > 0.0 for x in reconstruction(a, b))
    assert prompt_of(variant(hour="dusk", mood="noir")) == "dusk clear city noir cinematic"
