"""Sentences in narrow panels."""

from __future__ import annotations

import pytest

from blender_addon.logic.words import bytes_text, seconds_text, wrapped


def test_a_text_is_broken_at_words_and_no_line_is_longer() -> None:
    lines, cut = wrapped("The model does not know these words of the brief", 20)
    assert " ".join(lines) == "The model does not know these words of the brief"
    assert max(map(len, lines)) <= 20
    assert not cut


def test_a_long_text_is_cut_and_says_so() -> None:
    text = "one two three four five six seven eight nine ten"
    lines, cut = wrapped(text, 10, 3)
    assert cut
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert max(map(len, lines)) <= 10


def test_breaks_of_the_text_stay_and_empty_ends_go() -> None:
    assert wrapped("The engine ended.\nIts last words\n\n", 40) == (("The engine ended.", "Its last words"), False)


@pytest.mark.parametrize("text", ["", "\n"])
def test_nothing_is_no_line(text: str) -> None:
    assert wrapped(text, 30, 3) == ((), False)


def test_a_word_without_spaces_fits_too() -> None:
    lines, _ = wrapped("/home/artist/" + "x" * 100, 30)
    assert max(map(len, lines)) <= 30


def test_sizes_and_times_as_people_say_them() -> None:
    assert [bytes_text(b) for b in (0, 3e5, 8.7e8, 5.24e9)] == ["0 MB", "1 MB", "870 MB", "5.2 GB"]
    assert [seconds_text(s) for s in (0.0417, 2, 65.2)] == ["0.0 s", "2.0 s", "1 min 05 s"]
