"""The brief in the panel: words the model knows."""

from __future__ import annotations

from collections.abc import Iterable

from rushes.contracts import VocabularyField

__all__ = ["suggestions"]


def suggestions(vocabulary: Iterable[VocabularyField], text: str) -> list[str]:
    """Words that go on from what was typed: "harbour in f" → "harbour in fog". All words when nothing was typed."""
    head, _, last = text.rpartition(" ")
    words = [w for field in vocabulary for w in field.words]
    return [f"{head} {w}".strip() for w in words if w.startswith(last.lower()) and w != last.lower()]
