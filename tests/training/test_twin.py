"""Painting the twin: every word shows, lamps burn at night, variants are balanced."""

from __future__ import annotations

import collections
import dataclasses
from typing import Any

import numpy as np
import pytest

from rushes.models.house.vocabulary import FIELDS
from rushes.training.look import light_for
from rushes.training.twin import RenderedScene, Variant, draw_variant, inputs, paint

H, W = 36, 64


def scene(place: str = "city", seed: int = 5, **more: Any) -> RenderedScene:
    """A quay before water and a wall, lamplight on the left half; as the Blender side writes it."""
    arrays: dict[str, Any] = {
        "camera": np.array([[1.0, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 1.6], [0, 0, 0, 1]]),
        "lens": np.float64(35.0),
        "shift": np.zeros(2),
        "matrices": np.array([np.eye(4)] * 3),
        "boxes": np.array([[[-4.0, 12, 0], [4, 14, 6]], [[-50.0, -50, -1], [50, 9, 0]], [[-50.0, 9, -1], [50, 12, 0]]]),
        "simple": np.ones(3, np.bool_),
        "phases": np.full(3, np.nan, np.float32),
    }
    for suffix, (h, w) in (("", (H, W)), ("2", (2 * H, 2 * W))):
        z = np.full((h, w), 1e10, np.float32)
        ids, normal = np.zeros((h, w), np.uint16), np.zeros((h, w, 3), np.int16)
        z[h // 4 : h // 2], ids[h // 4 : h // 2], normal[h // 4 : h // 2] = 12.0, 1, (0, -32000, 0)
        down = (np.arange(h // 2, h) - h / 2 + 0.5) / (35 / 36 * w)
        z[h // 2 :], normal[h // 2 :] = (1.6 / down)[:, None], (0, 0, 32000)
        ids[h // 2 :] = np.where(z[h // 2 :] < 9, 2, 3)
        arrays |= {"z" + suffix: z, "ids" + suffix: ids, "normal" + suffix: normal}
    arrays["direct"] = np.full((H, W), 128, np.uint8)
    light = np.full((2 * H, 2 * W, 3), 0.5, np.float16)
    light[:, W:, 2] = 0
    arrays["light2"] = light
    kinds = (("building", "wall"), ("ground", "asphalt"), ("water", "water"))
    objects = [{"cls": c, "tint": t} for c, t in kinds]
    plan = {"seed": seed, "place": place, "low_sun": False, "sun": [0.0, -0.6, 0.8], "objects": objects, **more}
    return RenderedScene(plan, arrays)


def variant(**changes: object) -> Variant:
    return dataclasses.replace(Variant("day", "clear", "neutral", "city", 3), **changes)  # type: ignore[arg-type]


def test_every_word_of_light_and_style_shows() -> None:
    seen = [paint(scene(), variant())]
    for name, field in (("weather", "weather"), ("mood", "mood"), ("style", "style"), ("hour", "time_of_day")):
        for token in FIELDS[field]:
            if getattr(variant(), name) != token:
                seen.append(paint(scene(), variant(**{name: token})))
    assert all(p.shape == (H, W, 3) and p.dtype == np.uint8 for p in seen)
    far = [np.abs(a.astype(int) - b).mean() for k, a in enumerate(seen) for b in seen[:k]]
    assert min(far) > 2


def test_lamps_burn_at_night() -> None:
    def warmth(hour: str) -> float:
        picture = paint(scene(), variant(hour=hour)).astype(float)[-H // 6 :]
        left, right = picture[:, : W // 2].mean((0, 1)), picture[:, W // 2 :].mean((0, 1))
        return float((left - right)[0] - (left - right)[2])

    assert warmth("night") > 20
    assert abs(warmth("day")) < 5


def test_a_room_is_exposed_for_its_own_light() -> None:
    dark = scene("interior")
    dark.arrays["light2"][:] *= np.float16(0.1)
    night = paint(dark, variant(place="interior", hour="night")).mean()
    day = paint(dark, variant(place="interior")).mean()
    assert 60 < night < day < 225


@pytest.mark.parametrize("place", ["city", "interior"])
def test_variants_are_balanced_and_a_pair_shares_them(place: str) -> None:
    drawn = [draw_variant(scene(place, seed), i) for seed in range(200) for i in range(3)]
    weathers = collections.Counter(v.weather for v in drawn)
    assert set(weathers) == set(FIELDS["weather"])
    assert min(weathers.values()) > 0.11 * len(drawn)
    assert {v.style for v in drawn} == set(FIELDS["style"])
    hours = collections.Counter(v.hour for v in drawn)
    assert set(hours) == ({"day", "night"} if place == "city" else set(FIELDS["time_of_day"]))
    assert max(hours.values()) < 1.25 * min(hours.values())
    later = scene(place, 500007, pair_of=7, time=1 / 12)
    assert [draw_variant(later, i) for i in range(3)] == [draw_variant(scene(place, 7), i) for i in range(3)]


def test_rain_moves_between_the_pictures_of_a_pair() -> None:
    rain = variant(weather="rain")
    assert not np.array_equal(inputs(scene(), rain), inputs(scene(time=1 / 12), rain))
    assert np.array_equal(inputs(scene(), variant()), inputs(scene(time=1 / 12), variant()))


def test_snow_dims_the_sun_and_night_has_lamps() -> None:
    assert light_for("day", "snowfall").sun.max() < 0.3 * light_for("day", "clear").sun.max()
    assert light_for("night", "clear").lamps > light_for("dusk", "clear").lamps > light_for("day", "clear").lamps
