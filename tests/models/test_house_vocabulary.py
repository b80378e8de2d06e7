"""Reading a brief: known words become tokens, all others are reported."""

from __future__ import annotations

import pytest

from rushes.contracts import Brief
from rushes.models.house.vocabulary import DEFAULTS, FIELDS, read_brief


@pytest.mark.parametrize(
    ("text", "field", "token"),
    [
        ("sunset", "time_of_day", "dusk"),
        ("golden hour", "time_of_day", "dusk"),
        ("Moonlit", "time_of_day", "night"),
        ("misty", "weather", "fog"),
        ("storms", "weather", "rain"),
        ("docks", "place", "harbour"),
        ("harbor's", "place", "harbour"),
        ("the old town", "place", "city"),
        ("black-and-white", "mood", "noir"),
        ("snowy peaks", "place", "snow"),
        ("a blizzard", "weather", "snowfall"),
        ("snow is falling", "weather", "snowfall"),
        ("her kitchen", "place", "interior"),
        ("a quick sketch", "style", "pencil"),
        ("watercolors", "style", "watercolour"),
    ],
)
def test_synonyms(text: str, field: str, token: str) -> None:
    assert read_brief(Brief(environment=text)).tokens[field] == token


def test_unknown_words_are_reported_once_and_in_order() -> None:
    found = read_brief(Brief(subject="a zeppelin over the harbour", action="the zeppelin burns", lighting="dusk"))
    assert found.unknown == ("zeppelin", "burns")
    assert found.tokens == {"time_of_day": "dusk", "place": "harbour"}


def test_light_and_place_fields_decide_before_the_subject() -> None:
    found = read_brief(Brief(subject="a night watchman", lighting="day"))
    assert found.tokens["time_of_day"] == "day"
    assert "night" in found.unknown


def test_restrictions_are_never_shown_as_understood() -> None:
    found = read_brief(Brief(restrictions="no rain, no cars"))
    assert found.tokens == {}
    assert found.unknown == ("rain", "cars")


def test_hyphens_are_taken_apart() -> None:
    found = read_brief(Brief(environment="rain-soaked harbour"))
    assert found.tokens == {"weather": "rain", "place": "harbour"}
    assert found.unknown == ("soaked",)


def test_falling_snow_leaves_the_place_open() -> None:
    found = read_brief(Brief(environment="a city street, falling snow"))
    assert found.tokens == {"place": "city", "weather": "snowfall"}


def test_empty_brief_takes_defaults() -> None:
    found = read_brief(Brief())
    assert found.resolved() == DEFAULTS
    assert found.prompt().split() == [DEFAULTS[name] for name in FIELDS]
    assert all(DEFAULTS[name] in tokens for name, tokens in FIELDS.items())
