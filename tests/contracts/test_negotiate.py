"""Sizes, lengths, steps and strengths against what a model can make."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from rushes.contracts import (
    Conditioning,
    Descriptor,
    FrameRule,
    Size,
    SizeRule,
    legal_steps,
    legal_strengths,
    negotiate,
)
from rushes.errors import InputError, SizeError

HOUSE = Descriptor(
    id="h",
    name="House",
    family="h",
    licence="GPL",
    sizes=SizeRule(multiple=8, native=Size(256, 144), max_pixels=640 * 360),
    frames=FrameRule(),
    rates=(),
    conditionings=(Conditioning("depth", required=True), Conditioning("color", strength=(0.0, 1.0))),
    vocabulary=(),
    steps=(1, 2, 8),
    memory_mb=0,
)
WINDOWED = replace(HOUSE, frames=FrameRule(multiple=4, offset=1, minimum=5, window=17, overlap=4))


@pytest.mark.parametrize(
    ("shot", "model", "output", "works", "made", "said"),
    [
        (Size(1280, 720), None, None, Size(256, 144), Size(1280, 720), "works at 256×144"),
        (Size(256, 144), None, None, Size(256, 144), Size(256, 144), None),
        (Size(1280, 720), Size(320, 180), None, Size(320, 176), Size(1280, 720), "cannot work at 320×180"),
        (Size(1280, 720), Size(1280, 720), None, Size(640, 360), Size(1280, 720), "pixels at most"),
        (Size(1280, 720), None, Size(1920, 1080), Size(256, 144), Size(1920, 1080), "made at 1920×1080"),
        (Size(1280, 720), None, Size(720, 1280), Size(144, 256), Size(720, 1280), "fitted to that shape"),
        (Size(128, 72), None, None, Size(128, 72), Size(128, 72), None),
        (Size(128, 72), Size(512, 288), None, Size(128, 72), Size(128, 72), "cannot work at 512×288"),
        (Size(100, 60), None, None, Size(96, 56), Size(100, 60), "works at 96×56"),
        (Size(1280, 536), None, None, Size(296, 128), Size(1280, 536), "works at 296×128"),
        (Size(5, 3), None, None, Size(16, 16), Size(5, 3), "works at 16×16"),
    ],
)
def test_sizes(shot: Size, model: Size | None, output: Size | None, works: Size, made: Size, said: str | None) -> None:
    agreed = negotiate(HOUSE, shot, 24, Fraction(24), model_size=model, output_size=output)
    assert (agreed.model_size, agreed.output_size) == (works, made)
    if said is None:
        assert agreed.notes == ()
    else:
        assert any(said in n for n in agreed.notes)


@pytest.mark.parametrize(("asked", "made"), [(1, 5), (5, 5), (6, 9), (17, 17), (24, 25)])
def test_lengths(asked: int, made: int) -> None:
    agreed = negotiate(WINDOWED, Size(256, 144), asked, Fraction(24))
    assert (agreed.frames, agreed.model_frames) == (asked, made)
    assert any("keeps the first" in n for n in agreed.notes) == (asked != made)
    assert any("windows" in n for n in agreed.notes) == (made > 17)


def test_too_long_is_refused() -> None:
    with pytest.raises(SizeError, match="too many"):
        negotiate(replace(HOUSE, frames=FrameRule(maximum=10)), Size(256, 144), 11, Fraction(24))


def test_a_foreign_rate_is_said() -> None:
    model = replace(HOUSE, rates=(Fraction(16),))
    assert "16 fps" in negotiate(model, Size(256, 144), 24, Fraction(24000, 1001)).notes[0]
    assert negotiate(model, Size(256, 144), 24, Fraction(16)).notes == ()


@pytest.mark.parametrize(("asked", "steps", "said"), [(None, 2, False), (4, 4, False), (0, 1, True), (50, 8, True)])
def test_steps(asked: int | None, steps: int, said: bool) -> None:
    found, note = legal_steps(HOUSE, asked)
    assert found == steps
    assert bool(note) == said


def test_strengths() -> None:
    assert legal_strengths(HOUSE, {"color": 0.5}) == ({"color": 0.5}, ())
    strengths, notes = legal_strengths(HOUSE, {"color": 3.0})
    assert strengths == {"color": 1.0}
    assert "3 became 1" in notes[0]
    with pytest.raises(InputError, match="depth") as caught:
        legal_strengths(HOUSE, {"depth": 1.0})
    assert "color (0 to 1)" in caught.value.hint
