"""The reading of a brief from the descriptor's vocabulary alone, as panels do it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rushes.contracts import Brief, VocabularyField
from rushes.contracts.words import aspect_of, read_words, words_in

VOCABULARY = (
    VocabularyField("time_of_day", ("day", "night"), "day", "lighting", (("noon", "day"), ("small hours", "night"))),
    VocabularyField("weather", ("clear", "fog"), "clear", "environment", (("misty", "fog"), ("black-out", "fog"))),
)
TEXT = st.text("abc -' ", max_size=20) | st.sampled_from(["noon", "misty", "small hours", "a zeppelin", "nights"])


def test_words_synonyms_and_phrases_name_an_aspect() -> None:
    found = read_words(VOCABULARY, Brief(lighting="In the small hours", environment="misty docks"))
    assert found.tokens == {"time_of_day": "night", "weather": "fog"}
    assert found.understood == ("night", "misty")
    assert found.unknown == ("docks",)


def test_the_first_word_of_an_aspect_wins_and_the_other_is_told() -> None:
    found = read_words(VOCABULARY, Brief(subject="a night watchman", lighting="noon"))
    assert found.tokens == {"time_of_day": "day"}
    assert found.unknown == ("night", "watchman")


def test_hyphens_plurals_and_restrictions() -> None:
    assert read_words(VOCABULARY, Brief(environment="fog-bound nights")).tokens == {
        "weather": "fog",
        "time_of_day": "night",
    }
    assert read_words(VOCABULARY, Brief(environment="a black-out")).tokens == {"weather": "fog"}
    assert read_words(VOCABULARY, Brief(restrictions="no fog")).unknown == ("fog",)
    assert aspect_of(VOCABULARY, "Noon") == ("time_of_day", "day")
    assert aspect_of(VOCABULARY, "zeppelin") is None


@given(st.fixed_dictionaries(dict.fromkeys(("subject", "lighting", "environment", "restrictions"), TEXT)))
def test_no_word_is_swallowed(fields: dict[str, str]) -> None:
    found = read_words(VOCABULARY, Brief(**fields))
    known = {f.name: f.words for f in VOCABULARY}
    assert all(word in known[aspect] for aspect, word in found.tokens.items())
    said = {w for text in fields.values() for w in words_in(text) if "zeppelin" in w}
    assert said <= set(found.unknown)


def test_without_a_vocabulary_every_word_is_unknown() -> None:
    assert read_words((), Brief(subject="a harbour")).unknown == ("harbour",)
