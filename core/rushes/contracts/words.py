"""How a brief is read with a closed vocabulary: every word either names something the model knows or is told.

The one reading of generators with a vocabulary, and of the hosts' panels: both know it from the descriptor alone.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rushes.contracts.brief import Brief
from rushes.contracts.generator import VocabularyField

__all__ = ["WordReading", "aspect_of", "read_words", "words_in"]

_READ = ("lighting", "environment", "mood", "style", "genre", "texture", "subject", "action", "camera")
"""Fields of a brief in the order in which they decide: the first to name a word of an aspect wins."""

_NOTHING = """
    a an and as at be but by for from goes going has have he her his in into is it its light lighting little near
    next no not of on or our out over she so some that the their them then there they this through time to toward
    towards under up very was we were what when where which while who with without
    scene shot hour mood style weather sky place environment atmosphere
"""
_STOP = frozenset(_NOTHING.split())
"""Words that say nothing of a picture, and the names of the aspects themselves."""


@dataclass(frozen=True)
class WordReading:
    """A brief as a model with a closed vocabulary understands it."""

    tokens: dict[str, str]
    """Aspect → the model's word, for the aspects that the brief names."""
    understood: tuple[str, ...]
    """The artist's words that became tokens, in order, each once."""
    unknown: tuple[str, ...]
    """Content words that mean nothing to the model, or come second to another word of their aspect; in order."""


def words_in(text: str) -> list[str]:
    """Lower-case words of a text; hyphenated words stay whole."""
    return re.findall(r"[^\W_]+(?:[-'][^\W_]+)*", text.lower())


def aspect_of(vocabulary: Sequence[VocabularyField], word: str) -> tuple[str, str] | None:
    """(aspect, the model's word for it) of an artist's word; None when the model does not know it."""
    return _book(tuple(vocabulary)).look_up(word.lower())


def read_words(vocabulary: Sequence[VocabularyField], brief: Brief) -> WordReading:
    """Read a brief.

    Fields that name light, place and mood are read first; of two words for the same thing the first wins and the other
    is reported. Restrictions never become tokens: all their content words are reported, since a vocabulary of this kind
    has no way to leave something out.
    """
    book = _book(tuple(vocabulary))
    tokens: dict[str, str] = {}
    understood: list[str] = []
    unknown: list[str] = []
    for name in _READ:
        for word in words_in(book.joined(getattr(brief, name).lower())):
            for part in [word] if book.look_up(word) else word.split("-"):
                found = book.look_up(part)
                if found is not None and tokens.setdefault(found[0], found[1]) == found[1]:
                    understood.append(part)
                elif part not in _STOP:
                    unknown.append(part)
    unknown += [w for w in words_in(brief.restrictions) if w not in _STOP]
    return WordReading(tokens, tuple(dict.fromkeys(understood)), tuple(dict.fromkeys(unknown)))


class _Book:
    """A vocabulary, ready to be looked into."""

    def __init__(self, vocabulary: tuple[VocabularyField, ...]) -> None:
        self._known: dict[str, tuple[str, str]] = {}
        phrases: dict[str, str] = {}
        for field in vocabulary:
            for said, word in (*((w, w) for w in field.words), *field.synonyms):
                if " " in said:
                    phrases[said] = word
                else:
                    self._known.setdefault(said, (field.name, word))
        self._phrases = phrases
        longest = sorted(phrases, key=len, reverse=True)
        self._pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b") if longest else None

    def joined(self, text: str) -> str:
        """The text with phrases replaced by the one word that they stand for."""
        return text if self._pattern is None else self._pattern.sub(lambda m: self._phrases[m.group()], text)

    def look_up(self, word: str) -> tuple[str, str] | None:
        """(aspect, word) of a word, also in the plural or the genitive."""
        if word in self._known:
            return self._known[word]
        for tail in ("'s", "s", "es"):
            if word.endswith(tail) and word[: -len(tail)] in self._known:
                return self._known[word[: -len(tail)]]
        return None


@functools.lru_cache(maxsize=16)
def _book(vocabulary: tuple[VocabularyField, ...]) -> _Book:
    return _Book(vocabulary)
