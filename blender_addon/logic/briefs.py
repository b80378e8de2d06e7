"""The brief in the panel: the model's words in it, and putting others there."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rushes.contracts import Brief, VocabularyField
from rushes.contracts.words import aspect_of, read_words

__all__ = [
    "Aspect",
    "Reading",
    "aspect_title",
    "field_title",
    "led_fields",
    "put_word",
    "put_words",
    "reading",
    "suggestions",
]

_HOME = {
    "time_of_day": "lighting",
    "weather": "environment",
    "place": "environment",
    "mood": "mood",
    "style": "style",
}
"""Where a word goes when the model's vocabulary does not say."""
_ORDER = ("lighting", "environment", "mood", "style", "genre", "texture")
"""Fields whose words may be exchanged, as they are read; the others tell a story in sentences."""
_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")


@dataclass(frozen=True)
class Aspect:
    """One thing that the model reads from the brief."""

    name: str
    title: str
    word: str
    said: bool
    """False: the brief leaves it open, `word` is the model's own choice."""


@dataclass(frozen=True)
class Reading:
    """How the model reads a brief."""

    aspects: tuple[Aspect, ...]
    unknown: tuple[str, ...]
    """The artist's words that it does not know."""


def aspect_title(name: str) -> str:
    """ "time_of_day" → "Time of Day"."""
    return name.replace("_", " ").title().replace(" Of ", " of ")


def field_title(name: str) -> str:
    """ "restrictions" → "Restrictions"."""
    return name.capitalize()


@functools.lru_cache(maxsize=32)
def reading(vocabulary: tuple[VocabularyField, ...], brief: Brief) -> Reading | None:
    """How a model with this vocabulary reads a brief; None when it reads free text."""
    closed = tuple(f for f in vocabulary if f.words)
    if not closed:
        return None
    found = read_words(closed, brief)
    aspects = [
        Aspect(f.name, aspect_title(f.name), found.tokens.get(f.name, f.default), f.name in found.tokens)
        for f in closed
    ]
    return Reading(tuple(aspects), found.unknown)


def led_fields(vocabulary: Sequence[VocabularyField]) -> tuple[str, ...]:
    """The brief's fields that the model has words for, in the brief's order; all of them when it reads free text."""
    homes = {_home(f) for f in vocabulary}
    return tuple(name for name in Brief.fields() if name in homes) or Brief.fields()


def suggestions(vocabulary: Iterable[VocabularyField], text: str, field: str = "") -> list[str]:
    """Words that go on from what was typed: "harbour in f" → "harbour in fog". All words when nothing was typed.

    With `field` only the words that belong into that field of the brief.
    """
    head, _, last = text.rpartition(" ")
    words = [w for f in vocabulary if not field or _home(f) == field for w in f.words]
    return [f"{head} {w}".strip() for w in words if w.startswith(last.lower()) and w != last.lower()]


def put_words(vocabulary: Sequence[VocabularyField], brief: Brief, words: Mapping[str, str]) -> Brief:
    """The brief with a word for each of several aspects; see `put_word`."""
    for aspect, word in words.items():
        brief = put_word(vocabulary, brief, aspect, word)
    return brief


def put_word(vocabulary: Sequence[VocabularyField], brief: Brief, aspect: str, word: str) -> Brief:
    """The brief with this word for an aspect, in place of the one that says it now; an empty word takes it out.

    Only fields of key words are changed, so that "a night watchman" stays one. Where several fields name the aspect,
    the one that the model heeds gets the word.
    """
    home = next((_home(f) for f in vocabulary if f.name == aspect), _HOME.get(aspect, "style"))
    place = _ORDER.index(home) if home in _ORDER else len(_ORDER)
    for name in _ORDER[: place + 1] if word else _ORDER:
        changed, found = _exchanged(vocabulary, getattr(brief, name), aspect, word)
        if found:
            brief = brief.merged({name: changed})
            if word:
                return brief
    text = _tidy(str(getattr(brief, home)))
    known = any(f.name == aspect for f in vocabulary)
    if not word or (not known and word.lower() in {w.lower() for w in _WORD.findall(text)}):
        return brief
    return brief.merged({home: f"{text}, {word}" if text else word})


def _home(field: VocabularyField) -> str:
    return field.field or _HOME.get(field.name, "style")


def _phrases(vocabulary: Sequence[VocabularyField]) -> dict[str, str]:
    """Phrase → its aspect."""
    return {said: f.name for f in vocabulary for said, _ in f.synonyms if " " in said}


def _exchanged(vocabulary: Sequence[VocabularyField], text: str, aspect: str, word: str) -> tuple[str, bool]:
    """(the text with the first word of the aspect replaced and further ones taken out, whether there was one)."""
    phrases = _phrases(vocabulary)
    found = 0

    def says(part: str) -> bool:
        return (aspect_of(vocabulary, part) or ("",))[0] == aspect

    def replace() -> str:
        nonlocal found
        found += 1
        return word if found == 1 else ""

    def look(match: re.Match[str]) -> str:
        whole = match.group()
        if whole.lower() in phrases:
            return replace() if phrases[whole.lower()] == aspect else whole
        parts = [whole] if aspect_of(vocabulary, whole) else whole.split("-")
        return "-".join(p for p in (replace() if says(p) else p for p in parts) if p)

    longest = sorted(phrases, key=len, reverse=True)
    pattern = "|".join([*(rf"\b{re.escape(p)}\b" for p in longest), _WORD.pattern])
    changed = re.sub(pattern, look, text, flags=re.IGNORECASE)
    return (_tidy(changed), True) if found else (text, False)


def _tidy(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s*,(?:\s*,)*\s*", ", ", text)
    return text.strip(" ,")
