"""Sheets hold what they should, for any take and any name."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from rushes.contracts import FrameRange, Rating, Size
from rushes.media import lettering
from rushes.media.lettering import ellipsis, text_width, wrap, write
from rushes.media.pictures import Bytes
from rushes.media.sheet import SheetTake, SheetTitle, Thumbnails, contact_sheet, slate, split_strip, thumbnail_strip

TITLE = SheetTitle("Harbour", "CAM_wide", FrameRange(1, 48), Fraction(24), Size(1280, 720), "Pilot")
GREEN = np.array([94, 190, 120])
RED = np.array([208, 92, 84])
AMBER = np.array([226, 172, 76])


def plain(level: int, size: Size | None = None) -> Bytes:
    return np.full((*(size or Size(64, 36)).shape, 3), level, np.uint8)


def row(number: int, rating: Rating = Rating.UNDECIDED, *, pictures: int = 4, level: int = 255) -> SheetTake:
    return SheetTake(number, f"id-{number}", 7, "House", (plain(level),) * pictures, rating)


def has(sheet: Bytes, colour: np.ndarray[tuple[int], np.dtype[np.int64]]) -> bool:
    return bool((np.abs(sheet.astype(int) - colour).max(axis=2) == 0).any())


def test_a_sheet_grows_with_its_takes_and_shows_every_picture() -> None:
    one, three = contact_sheet(TITLE, [row(1)]), contact_sheet(TITLE, [row(1), row(2), row(3)])
    assert one.shape[1] == three.shape[1] == 1720
    white_one, white_three = ((s == 255).all(axis=2).sum() for s in (one, three))
    assert white_three == 3 * white_one > 0
    assert three.shape[0] > one.shape[0]


@pytest.mark.parametrize(("rating", "colour"), [(Rating.KEPT, GREEN), (Rating.REJECTED, RED)], ids=["kept", "rejected"])
def test_ratings_are_marked(rating: Rating, colour: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
    assert has(contact_sheet(TITLE, [row(1, rating)]), colour)
    assert not has(contact_sheet(TITLE, [row(1)]), colour)


def test_rejected_takes_step_back() -> None:
    assert not (contact_sheet(TITLE, [row(1, Rating.REJECTED)]) == 255).all(axis=2).any()


def test_a_sheet_says_that_it_is_generated(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    real = lettering.write

    def record(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, color: lettering.Color) -> int:
        said.append(text)
        return real(draw, at, text, size, color)

    monkeypatch.setattr("rushes.media.sheet.write", record)
    take = SheetTake(
        2,
        "t-9",
        1234,
        "House model",
        (plain(9),),
        Rating.KEPT,
        (("time_of_day", "dusk"),),
        "a ferry",
        "good",
        "abcdef12",
    )
    contact_sheet(TITLE, [take])
    text = " | ".join(said)
    for part in ("AI-generated", "Harbour", "CAM_wide", "1–48", "24 fps", "1280×720", "Take 2", "kept", "seed 1234"):
        assert part in text
    for part in ("House model", "time of day", "dusk", "a ferry", "good", "t-9", "abcdef12", "Pilot"):
        assert part in text


@pytest.mark.parametrize("pictures", [0, 1, 3, 4, 5, 6, 9])
def test_any_number_of_pictures_has_its_place(pictures: int) -> None:
    sheet = contact_sheet(TITLE, [row(1, pictures=pictures)])
    white = (sheet == 255).all(axis=2)
    assert white.any() == (pictures > 0)
    assert not white[:, -44:].any()


def test_an_empty_sheet_is_still_a_sheet() -> None:
    assert contact_sheet(TITLE, []).shape[1] == 1720


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60))
def test_any_name_can_be_written(text: str) -> None:
    draw = ImageDraw.Draw(Image.new("RGB", (400, 40)))
    end = write(draw, (0, 30), text, 20, (255, 255, 255))
    assert abs(end - text_width(text, 20)) <= 1
    assert text_width(ellipsis(text, 20, 120), 20) <= 120


def test_letters_the_font_lacks_are_spelled_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lettering, "_INSTALLED", ())
    lettering._faces.cache_clear()
    try:
        runs = lettering._runs("Ærø é × 你", 20)
        assert "".join(part for _, part in runs).endswith("o e x ?")
    finally:
        lettering._faces.cache_clear()


def test_long_words_are_wrapped_and_cut() -> None:
    lines = wrap("a figure walks to the ferry at dusk while the harbour lights go on", 16, 160, 2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(text_width(line, 16) <= 160 for line in lines)


def test_thumbnails_are_spread_over_the_clip() -> None:
    thumbs = Thumbnails(9, count=3, width=32)
    for i in range(9):
        thumbs.add(plain(i * 20))
    assert [int(p[0, 0, 0]) for p in thumbs.pictures] == [0, 80, 160]
    assert thumbs.poster is not None
    assert int(thumbs.poster[0, 0, 0]) == 80
    assert thumbs.poster.shape == (36, 64, 3)
    assert thumbs.strip().shape == (18, 3 * 32 + 2 * 2, 3)
    parts = split_strip(thumbs.strip(), width=32)
    assert [int(p[5, 5, 0]) for p in parts] == [0, 80, 160]
    assert {p.shape for p in parts} == {(18, 32, 3)}


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_short_clips_have_thumbnails_too(frames: int) -> None:
    thumbs = Thumbnails(frames, count=4)
    for i in range(frames):
        thumbs.add(plain(i))
    assert len(thumbs.pictures) == min(4, frames)
    assert thumbs.poster is not None


def test_a_strip_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one"):
        thumbnail_strip([])


def test_slates_fit_their_size() -> None:
    card = slate(Size(960, 540), "Harbour", ["take 1", "seed 7"])
    assert card.shape == (540, 960, 3)
    assert card.max() > 200
    assert has(card, AMBER)
