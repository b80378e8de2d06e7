"""What a director looks at first: thumbnail strip, poster, slate, and the contact sheet of a shot's takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from PIL import Image, ImageDraw

from rushes.contracts import BriefReading, FrameRange, Rating, Recipe, Size, Take, rate_text
from rushes.media.lettering import Color, ellipsis, text_width, wrap, write
from rushes.media.pictures import Bytes

__all__ = [
    "STRIP_GAP",
    "STRIP_WIDTH",
    "SheetTake",
    "SheetTitle",
    "Thumbnails",
    "contact_sheet",
    "sheet_take",
    "slate",
    "split_strip",
    "thumbnail_strip",
]

STRIP_WIDTH = 416
"""Pixels of one picture in a strip: what a contact sheet shows, so that it need not enlarge them."""
STRIP_GAP = 2
"""Pixels between the pictures of a strip."""

_PAPER: Color = (24, 24, 26)
_CARD: Color = (33, 33, 36)
_LINE: Color = (52, 52, 56)
_BRIGHT: Color = (236, 236, 238)
_TEXT: Color = (190, 190, 194)
_QUIET: Color = (128, 128, 134)
_KEPT: Color = (94, 190, 120)
_REJECTED: Color = (208, 92, 84)
_AMBER: Color = (226, 172, 76)
_WIDTH, _MARGIN, _PAD, _SIDE = 1720, 44, 20, 340


def _thumbnail(frame: Bytes, width: int) -> Bytes:
    height = max(1, round(frame.shape[0] * width / frame.shape[1]))
    how = cv2.INTER_AREA if width < frame.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(frame, (width, height), interpolation=how), np.uint8)


class Thumbnails:
    """Collects a poster and evenly spread thumbnails while frames stream by; holds only those.

    `frames` is the clip's length; the first and the last frame are always among the thumbnails.
    """

    def __init__(self, frames: int, *, count: int = 6, width: int = STRIP_WIDTH) -> None:
        count = max(1, min(count, frames))
        last = max(0, frames - 1)
        self._wanted = [round(i * last / max(1, count - 1)) for i in range(count)]
        self._middle = last // 2
        self._width = width
        self._next = 0
        self.pictures: list[Bytes] = []
        """The thumbnails so far, in order."""
        self.poster: Bytes | None = None
        """The middle frame at full size; the first one until then."""

    def add(self, frame: Bytes) -> None:
        """Take the next frame of the clip."""
        index, self._next = self._next, self._next + 1
        if self.poster is None or index == self._middle:
            self.poster = frame.copy()
        if index in self._wanted:
            self.pictures.append(_thumbnail(frame, self._width))

    def strip(self) -> Bytes:
        """All thumbnails side by side."""
        return thumbnail_strip(self.pictures, width=self._width)


def thumbnail_strip(frames: Sequence[Bytes], *, width: int = STRIP_WIDTH, gap: int = STRIP_GAP) -> Bytes:
    """Pictures side by side, each `width` pixels wide, on the sheet's background."""
    if not frames:
        raise ValueError("a strip needs at least one picture")
    thumbs = [_thumbnail(f, width) if f.shape[1] != width else f for f in frames]
    out = np.empty((max(t.shape[0] for t in thumbs), len(thumbs) * (width + gap) - gap, 3), np.uint8)
    out[:] = _PAPER
    for i, thumb in enumerate(thumbs):
        out[: thumb.shape[0], i * (width + gap) : i * (width + gap) + width] = thumb
    return out


def split_strip(strip: Bytes, *, width: int = STRIP_WIDTH, gap: int = STRIP_GAP) -> list[Bytes]:
    """The pictures of a strip made with the same `width` and `gap`."""
    return [strip[:, x : x + width] for x in range(0, strip.shape[1], width + gap)]


@dataclass(frozen=True)
class SheetTitle:
    """The head of a contact sheet."""

    shot: str
    camera: str
    range: FrameRange
    rate: Fraction
    size: Size
    """Size of the takes."""
    production: str = ""


@dataclass(frozen=True)
class SheetTake:
    """One row of a contact sheet."""

    number: int
    """Place among the shot's takes, from 1."""
    id: str
    seed: int
    model: str
    thumbnails: tuple[Bytes, ...]
    rating: Rating = Rating.UNDECIDED
    reading: tuple[tuple[str, str], ...] = ()
    """(aspect, word) as the model understood the brief."""
    brief: str = ""
    notes: str = ""
    recipe: str = ""
    """Recipe hash."""


def sheet_take(number: int, take: Take, recipe: Recipe, model: str, thumbnails: Sequence[Bytes]) -> SheetTake:
    """The row of a stored take."""
    reading = BriefReading(recipe.reading).values
    return SheetTake(
        number=number,
        id=take.id,
        seed=take.seed,
        model=model,
        thumbnails=tuple(thumbnails),
        rating=take.rating,
        reading=tuple(reading.items()),
        brief=take.brief.text(),
        notes=take.notes,
        recipe=take.recipe_hash,
    )


def contact_sheet(title: SheetTitle, takes: Sequence[SheetTake]) -> Bytes:
    """A sheet of a shot's takes, one row a take, 1720 pixels wide, (H, W, 3) uint8."""
    inner = _WIDTH - 2 * _MARGIN - _SIDE - 2 * _PAD
    rows = [_row_height(take, inner) for take in takes]
    head, gap, foot = 132, 14, 56
    height = head + sum(rows) + gap * max(0, len(rows) - 1) + foot
    image = Image.new("RGB", (_WIDTH, height), _PAPER)
    draw = ImageDraw.Draw(image)
    _draw_head(draw, title, len(takes))
    top = head
    for take, row in zip(takes, rows):
        _draw_take(image, draw, take, top, row, inner)
        top += row + gap
    note = "Pictures on this sheet were generated by a model from a 3D blockout."
    write(draw, (_MARGIN, height - 22), note, 15, _QUIET)
    return np.asarray(image, np.uint8)


def _draw_head(draw: ImageDraw.ImageDraw, title: SheetTitle, count: int) -> None:
    write(draw, (_MARGIN, 66), ellipsis(title.shot, 40, _WIDTH - 2 * _MARGIN - 420), 40, _BRIGHT)
    frames = title.range
    every = f", every {frames.step}" if frames.step > 1 else ""
    facts = [
        f"camera {title.camera}",
        f"frames {frames.start}–{frames.end}{every} ({len(frames)})",
        rate_text(title.rate),
        str(title.size),
        f"{count} take" + ("" if count == 1 else "s"),
    ]
    write(draw, (_MARGIN, 100), "   ·   ".join(facts), 19, _TEXT)
    right = _WIDTH - _MARGIN
    label = "AI-generated"
    width = text_width(label, 17) + 28
    draw.rounded_rectangle((right - width, 40, right, 70), 15, outline=_AMBER, width=2)
    write(draw, (right - width + 14, 61), label, 17, _AMBER)
    if title.production:
        name = ellipsis(title.production, 19, 380)
        write(draw, (right - text_width(name, 19), 100), name, 19, _QUIET)


def _columns(take: SheetTake) -> int:
    """Pictures beside each other: three big ones, or four where that leaves no half-empty line."""
    count = len(take.thumbnails)
    return 3 if count < 4 or count in (5, 6) else 4


def _row_height(take: SheetTake, inner: int) -> int:
    columns = _columns(take)
    width = (inner - 6 * (columns - 1)) // columns
    shape = take.thumbnails[0].shape if take.thumbnails else (9, 16)
    lines = -(-len(take.thumbnails) // columns) if take.thumbnails else 1
    pictures = lines * (round(shape[0] * width / shape[1]) + 6) - 6
    words = 88 + 22 * len(take.reading[:6]) + (48 if take.brief else 0) + 26 + (24 if take.notes else 0)
    return max(pictures, words) + 2 * _PAD


def _draw_take(
    image: Image.Image, draw: ImageDraw.ImageDraw, take: SheetTake, top: int, height: int, inner: int
) -> None:
    left = _MARGIN
    color = {Rating.KEPT: _KEPT, Rating.REJECTED: _REJECTED}.get(take.rating, _QUIET)
    draw.rounded_rectangle((left, top, _WIDTH - _MARGIN, top + height), 8, fill=_CARD, outline=_LINE)
    draw.rounded_rectangle((left, top, left + 6, top + height), 3, fill=color)
    _draw_words(draw, take, (left + _PAD + 6, top + _PAD), color)
    columns = _columns(take)
    width = (inner - 6 * (columns - 1)) // columns
    start = left + _SIDE + _PAD
    for i, picture in enumerate(take.thumbnails):
        thumb = _thumbnail(picture, width)
        if take.rating is Rating.REJECTED:
            thumb = (thumb * np.float32(0.45) + np.float32(14)).astype(np.uint8)
        x = start + (i % columns) * (width + 6)
        y = top + _PAD + (i // columns) * (thumb.shape[0] + 6)
        image.paste(Image.fromarray(thumb), (x, y))


def _draw_words(draw: ImageDraw.ImageDraw, take: SheetTake, at: tuple[int, int], color: Color) -> None:
    x, y = at
    width = _SIDE - _PAD - 20
    end = write(draw, (x, y + 24), f"Take {take.number}", 27, _BRIGHT)
    _draw_mark(draw, (end + 20, y + 14), take.rating, color)
    write(draw, (end + 36, y + 22), take.rating.value, 17, color)
    write(draw, (x, y + 52), f"seed {take.seed}", 18, _TEXT)
    write(draw, (x, y + 74), ellipsis(take.model, 16, width), 16, _QUIET)
    y += 102
    for aspect, word in take.reading[:6]:
        stop = write(draw, (x, y), aspect.replace("_", " ") + "  ", 16, _QUIET)
        write(draw, (stop, y), ellipsis(word, 16, width - (stop - x)), 16, _TEXT)
        y += 22
    if take.brief:
        for line in wrap(f"“{take.brief}”", 16, width, 2):
            write(draw, (x, y + 4), line, 16, _TEXT)
            y += 22
        y += 4
    if take.notes:
        write(draw, (x, y + 2), ellipsis(take.notes, 16, width), 16, _AMBER)
        y += 24
    write(draw, (x, y + 4), ellipsis(f"{take.id}  {take.recipe[:8]}", 14, width), 14, _QUIET)


def _draw_mark(draw: ImageDraw.ImageDraw, at: tuple[int, int], rating: Rating, color: Color) -> None:
    """Drawn, not lettered: a dot, a cross or a ring, whatever the font holds."""
    x, y = at
    if rating is Rating.KEPT:
        draw.ellipse((x - 7, y - 7, x + 7, y + 7), fill=color)
    elif rating is Rating.REJECTED:
        draw.line((x - 6, y - 6, x + 6, y + 6), fill=color, width=3)
        draw.line((x - 6, y + 6, x + 6, y - 6), fill=color, width=3)
    else:
        draw.ellipse((x - 7, y - 7, x + 7, y + 7), outline=color, width=2)


def slate(size: Size, title: str, lines: Sequence[str] = ()) -> Bytes:
    """A card to hold before a clip in a reel: a title and quiet lines on the sheet's background."""
    image = Image.new("RGB", (size.width, size.height), _PAPER)
    draw = ImageDraw.Draw(image)
    unit = max(8, size.height // 14)
    left, y = unit * 2, size.height // 2 - (len(lines) * unit) // 2
    write(draw, (left, y), ellipsis(title, unit + unit // 2, size.width - 2 * left), unit + unit // 2, _BRIGHT)
    for line in lines:
        y += unit + unit // 4
        write(
            draw, (left, y), ellipsis(line, max(8, unit * 2 // 3), size.width - 2 * left), max(8, unit * 2 // 3), _TEXT
        )
    write(draw, (left, size.height - unit), "AI-generated", max(8, unit // 2), _AMBER)
    return np.asarray(image, np.uint8)
