"""Rates stay exact; timecode agrees with its definition."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rushes.contracts import rate_text
from rushes.contracts.timecode import COMMON_RATES, Timecode, parse_rate
from rushes.errors import InputError

DROP_RATES = (Fraction(30000, 1001), Fraction(60000, 1001))
rates = st.sampled_from([r for r in COMMON_RATES if r >= 8])
positions = st.integers(min_value=0, max_value=23 * 3600 * 23)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("24", Fraction(24)),
        ("24.0", Fraction(24)),
        ("23.976", Fraction(24000, 1001)),
        ("23.98", Fraction(24000, 1001)),
        ("29.97 fps", Fraction(30000, 1001)),
        ("59.94", Fraction(60000, 1001)),
        ("24000/1001", Fraction(24000, 1001)),
        ("12.5", Fraction(25, 2)),
        (25, Fraction(25)),
        (25.0, Fraction(25)),
        (24000 / 1001, Fraction(24000, 1001)),
        (29.97, Fraction(30000, 1001)),
        (12.5, Fraction(25, 2)),
    ],
)
def test_rates_are_read_exactly(text: str | float, rate: Fraction) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    "text", ["", "fast", "0", "-24", "24/0", "24/0.0", "1e9", "nan", "2000", float("nan"), float("inf")]
)
def test_what_is_not_a_rate_is_refused(text: str | float) -> None:
    with pytest.raises(InputError) as caught:
        parse_rate(text)
    assert caught.value.code == "time.rate"
    assert "23.976" in caught.value.hint


@given(rates, positions)
def test_timecode_survives_writing_and_reading(rate: Fraction, frame: int) -> None:
    timecode = Timecode(frame % (86400 * max(1, round(rate))), rate)
    assert Timecode.parse(str(timecode), rate) == timecode


@given(st.sampled_from(DROP_RATES), st.integers(0, 17982 * 6 * 24 - 1))
def test_drop_frame_survives_writing_and_reading(rate: Fraction, frame: int) -> None:
    timecode = Timecode(frame, rate, drop=True)
    assert Timecode.parse(str(timecode), rate) == timecode


@given(st.sampled_from(DROP_RATES), st.integers(0, 17982 * 6 * 24 - 2))
def test_drop_frame_counts_up_and_stays_with_the_clock(rate: Fraction, frame: int) -> None:
    timecode = Timecode(frame, rate, drop=True)
    text = str(timecode)
    assert text < str(timecode + 1)
    hours, minutes, rest = text.split(":")
    seconds, frames = rest.split(";")
    shown = int(hours) * 3600 + int(minutes) * 60 + int(seconds) + Fraction(int(frames), timecode.nominal)
    assert abs(shown - timecode.seconds) < Fraction(1, 8)


def test_drop_frame_skips_what_the_standard_skips() -> None:
    rate = Fraction(30000, 1001)
    assert str(Timecode(1799, rate, drop=True)) == "00:00:59;29"
    assert str(Timecode(1800, rate, drop=True)) == "00:01:00;02"
    assert str(Timecode(17982, rate, drop=True)) == "00:10:00;00"
    assert str(Timecode(3600, Fraction(60000, 1001), drop=True)) == "00:01:00;04"


@pytest.mark.parametrize("text", ["00:01:00;00", "00:01:00;01", "00:00:00;30", "1:2:3:4", "", "24:00:00:00"])
def test_timecode_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        Timecode.parse(text, Fraction(30000, 1001))
    assert caught.value.code == "time.timecode"


def test_drop_frame_exists_at_two_rates_only() -> None:
    with pytest.raises(InputError) as caught:
        Timecode(0, Fraction(24), drop=True)
    assert caught.value.code == "time.drop"


def test_timecode_arithmetic() -> None:
    start = Timecode.parse("01:00:00:00", Fraction(24))
    assert str(start + 25) == "01:00:01:01"
    assert (start + 25) - start == 25
    with pytest.raises(InputError):
        _ = start + (-start.frame - 1)
    with pytest.raises(InputError):
        _ = start - Timecode(0, Fraction(25))


def test_rates_for_people() -> None:
    assert rate_text(Fraction(24)) == "24 fps"
    assert rate_text(Fraction(24000, 1001)) == "23.976 fps"
    assert rate_text(Fraction(25, 2)) == "12.5 fps"
