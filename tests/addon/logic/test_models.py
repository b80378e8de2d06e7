"""What the panel says of a model: sizes, what will be made, what it heeds."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from blender_addon.logic.models import clamped, forecast, knobs, parsed_size, size_choices
from rushes.contracts import Conditioning, Descriptor, FrameRule, Size, SizeRule

MODEL = Descriptor(
    id="house",
    name="House",
    family="house",
    licence="GPL-3.0-or-later",
    sizes=SizeRule(multiple=16, native=Size(256, 144), max_pixels=640 * 360),
    frames=FrameRule(multiple=4, offset=1, maximum=481),
    rates=(),
    conditionings=(
        Conditioning("color", strength=(0.0, 1.0), default=0.5),
        Conditioning("depth", required=True),
        Conditioning("mask"),
        Conditioning("optical_flow", strength=(1.0, 12.0), default=5.0),
    ),
    vocabulary=(),
    steps=(4, 12, 50),
    memory_mb=900,
)
HD, FILM = Size(1280, 720), Fraction(24)


def test_the_models_own_size_comes_first_and_larger_ones_say_what_they_cost() -> None:
    choices = size_choices(MODEL, 1280, 720)
    assert choices[0][:2] == ("native", "256×144 (its own)")
    sizes = [Size.parse(c[0]) for c in choices[1:]]
    assert sizes == sorted(sizes, key=lambda s: s.pixels)
    assert all(s.width % 16 == 0 and s.pixels <= MODEL.sizes.max_pixels for s in sizes)
    assert "times as long" in choices[1][2]


def test_no_size_is_offered_that_is_larger_than_the_scene() -> None:
    assert [c[0] for c in size_choices(MODEL, 256, 144)] == ["native"]
    assert [c[0] for c in size_choices(None, 1280, 720)] == ["native"]


def test_the_forecast_says_what_will_be_made() -> None:
    found = forecast(MODEL, HD, 48, FILM, None)
    assert found.makes == "48 frames, 2.0 s at 24 fps"
    assert found.sizes == "256×144 brought to 1280×720"
    assert not found.trouble


def test_what_every_take_does_is_no_note() -> None:
    assert forecast(MODEL, HD, 48, FILM, None).notes == ()
    made_for = replace(MODEL, rates=(Fraction(16),))
    assert [n[:30] for n in forecast(made_for, HD, 48, FILM, None).notes] == ["The model was made for 16 fps;"]


def test_the_forecast_of_a_single_frame_is_singular() -> None:
    assert forecast(MODEL, HD, 1, FILM, None).makes.startswith("1 frame, ")


def test_a_shot_that_the_model_cannot_make_says_so() -> None:
    found = forecast(MODEL, HD, 5000, FILM, None)
    assert "481" in found.trouble
    assert not found.makes


def test_without_a_descriptor_the_forecast_tells_what_is_asked_for() -> None:
    found = forecast(None, HD, 24, Fraction(24000, 1001), None)
    assert (found.makes, found.sizes) == ("24 frames, 1.0 s at 23.976 fps", "1280×720")
    assert found.notes == ()


def test_a_size_the_model_cannot_work_at_is_told() -> None:
    notes = forecast(MODEL, HD, 24, FILM, Size(1280, 720)).notes
    assert any("cannot work at 1280×720" in n for n in notes)


def test_what_is_always_heeded_comes_first_and_what_needs_a_picture_is_left_out() -> None:
    found = knobs(MODEL)
    assert [(k.name, k.label, k.required) for k in found] == [
        ("depth", "Depth", True),
        ("color", "Colours", False),
        ("optical_flow", "Optical Flow", False),
    ]
    assert [k.range_text for k in found] == ["", "0 to 1", "1 to 12"]


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [("color", 1.7, 1.0), ("color", 0.3, 0.3), ("optical_flow", 0.0, 1.0), ("depth", 3.0, 3.0), ("gone", 3.0, 3.0)],
)
def test_strengths_stay_within_what_the_model_takes(name: str, value: float, kept: float) -> None:
    assert clamped(MODEL, name, value) == kept
    assert clamped(None, name, value) == value


def test_a_size_in_a_file_that_is_none_means_the_models_own() -> None:
    assert parsed_size("512x288") == Size(512, 288)
    assert parsed_size("") is None
    assert parsed_size("wide") is None
    assert parsed_size("0x288") is None


def test_a_model_with_a_window_says_that_long_shots_are_made_in_parts() -> None:
    model = replace(MODEL, frames=FrameRule(multiple=4, offset=1, window=81, overlap=16))
    assert any("81" in n for n in forecast(model, HD, 200, FILM, None).notes)
