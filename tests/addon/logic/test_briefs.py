"""Words of the model in a brief: shown as the model reads them, and exchanged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.logic import briefs
from rushes.contracts import Brief, VocabularyField
from rushes.models.house.vocabulary import FIELDS, VOCABULARY, read_brief


def test_the_reading_says_what_is_the_models_own_choice() -> None:
    found = briefs.reading(VOCABULARY, Brief(lighting="sunset", environment="harbour with zeppelins"))
    assert found is not None
    assert [(a.title, a.word, a.said) for a in found.aspects] == [
        ("Time of Day", "dusk", True),
        ("Weather", "clear", False),
        ("Place", "harbour", True),
        ("Mood", "neutral", False),
        ("Style", "cinematic", False),
    ]
    assert found.unknown == ("zeppelins",)


def test_a_model_that_reads_free_text_has_no_reading_and_leads_with_all_fields() -> None:
    assert briefs.reading((), Brief(mood="warm")) is None
    assert briefs.led_fields(()) == Brief.fields()
    assert briefs.led_fields(VOCABULARY) == ("mood", "style", "lighting", "environment")
    assert briefs.reading((VocabularyField("mood", ()),), Brief()) is None


@pytest.mark.parametrize(
    ("brief", "aspect", "word", "field", "text"),
    [
        (Brief(), "weather", "fog", "environment", "fog"),
        (Brief(environment="an old harbour"), "weather", "fog", "environment", "an old harbour, fog"),
        (Brief(environment="harbour in the mist"), "weather", "rain", "environment", "harbour in the rain"),
        (Brief(environment="rain-soaked harbour"), "weather", "fog", "environment", "fog-soaked harbour"),
        (Brief(lighting="overcast noon"), "weather", "clear", "lighting", "clear noon"),
        (Brief(lighting="dusk, golden sunset"), "time_of_day", "night", "lighting", "night"),
        (Brief(environment="a street, falling snow"), "weather", "fog", "environment", "a street, fog"),
        (Brief(environment="harbour, fog, cranes"), "weather", "", "environment", "harbour, cranes"),
        (Brief(subject="a night watchman"), "time_of_day", "dusk", "lighting", "dusk"),
        (Brief(genre="noir"), "mood", "warm", "mood", "warm"),
        (Brief(mood="eerie"), "mood", "cold", "mood", "cold"),
    ],
)
def test_a_word_takes_the_place_of_another_of_its_aspect(
    brief: Brief, aspect: str, word: str, field: str, text: str
) -> None:
    changed = briefs.put_word(VOCABULARY, brief, aspect, word)
    assert getattr(changed, field) == text
    assert changed.subject == brief.subject
    if word:
        assert read_brief(changed).tokens[aspect] == word


TEXT = st.lists(st.sampled_from(["fog", "misty", "a", "night", "snow is falling", "zeppelin", "rain-wet", ",", "ink"]))
FIELD = TEXT.map(" ".join)


@given(
    st.fixed_dictionaries(dict.fromkeys(("lighting", "environment", "mood", "subject", "genre"), FIELD)),
    st.sampled_from([(aspect, word) for aspect, words in FIELDS.items() for word in words]),
)
def test_the_model_heeds_the_word_that_was_put(fields: dict[str, str], put: tuple[str, str]) -> None:
    changed = briefs.put_word(VOCABULARY, Brief(**fields), *put)
    assert read_brief(changed).tokens[put[0]] == put[1]
    assert briefs.put_word(VOCABULARY, changed, *put) == changed


def test_without_a_vocabulary_words_go_where_they_belong_once() -> None:
    once = briefs.put_words((), Brief(environment="harbour"), {"weather": "fog", "time_of_day": "dusk"})
    assert (once.environment, once.lighting) == ("harbour, fog", "dusk")
    assert briefs.put_words((), once, {"weather": "fog", "time_of_day": "dusk"}) == once


def test_suggestions_are_of_the_field_that_is_typed_in() -> None:
    assert briefs.suggestions(VOCABULARY, "harbour in f", "environment") == ["harbour in fog", "harbour in forest"]
    assert briefs.suggestions(VOCABULARY, "n", "mood") == ["neutral", "noir"]
    assert "noir" in briefs.suggestions(VOCABULARY, "")
