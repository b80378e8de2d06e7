from __future__ import annotations

from fractions import Fraction

import pytest

from resolve_scripts.logic.bins import shot_bins
from resolve_scripts.logic.paths import first_file, import_info, native, same_file, shown_path
from resolve_scripts.logic.placing import fit, free_name, is_ours
from rushes.contracts import EditMedia, MediaKind


def test_windows_paths_get_backslashes_and_compare_without_case() -> None:
    assert native("C:/Film/a.mov") == native(r"C:\Film\a.mov") == r"C:\Film\a.mov"
    assert native(r"\\server/film/a.mov") == r"\\server\film\a.mov"
    assert native("/film/a\\b.mov") == "/film/a\\b.mov"
    assert same_file("C:/Film/A.mov", r"c:\film\a.MOV")
    assert not same_file("/film/A.mov", "/film/a.mov")
    assert same_file("/film/./a.mov", "/film/a.mov")
    assert not same_file("", "")


def test_a_sequence_as_resolve_takes_and_shows_it() -> None:
    media = EditMedia("C:/f/SH010.%04d.png", MediaKind.SEQUENCE, Fraction(24), 101, 24)
    assert shown_path(media) == r"C:\f\SH010.[0101-0124].png"
    assert first_file(media) == "C:/f/SH010.0101.png"
    assert import_info(media) == {"FilePath": r"C:\f\SH010.%04d.png", "StartIndex": 101, "EndIndex": 124}


@pytest.mark.parametrize(
    ("shot", "bins"),
    [
        ("SQ010_SH020", ("SQ010", "SH020")),
        ("SQ010/SH020A", ("SQ010", "SH020A")),
        ("harbour - 030", ("harbour", "030")),
        ("010", ("010",)),
        ("opening", ("opening",)),
    ],
)
def test_bins_by_sequence_and_shot(shot: str, bins: tuple[str, ...]) -> None:
    assert shot_bins("Film", shot) == ("Rushes", "Film", *bins)


@pytest.mark.parametrize("media", [24, 25, 30, 60, Fraction(24000, 1001), Fraction(30000, 1001)])
@pytest.mark.parametrize("timeline", [24, 25, 60, Fraction(24000, 1001), Fraction(30000, 1001)])
def test_the_fewest_source_frames_that_fill_a_length_and_never_more(media: Fraction, timeline: Fraction) -> None:
    media, timeline = Fraction(media), Fraction(timeline)
    for length in range(1, 130):
        got = fit(length, 1000, media, timeline)
        assert got.shown == int(got.frames * timeline / media)
        assert got.shown + got.short == length
        assert int((got.frames + 1) * timeline / media) > length or got.short == 0
        if media >= timeline:
            assert got.short == 0
    assert fit(100, 10, media, timeline).frames == 10


def test_names_that_are_ours_and_free() -> None:
    assert [is_ours(name, "Rushes") for name in ("Rushes", "Rushes 2", "Rushes x", "My Rushes 2", "Rushes ")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert free_name(["Cut", "cut 2"], "Cut") == "Cut 3"
    assert free_name([], "Cut") == "Cut"
