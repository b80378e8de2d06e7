"""The page with pictures: one A4 sheet, menus drawn as they look, and the cut as a strip of posters."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import ImageReader, simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from rushes.delivery.howto import Facts, Step, steps
from rushes.media.pictures import Bytes

__all__ = ["Poster", "page_pdf"]

_PAPER, _INK, _GREY = HexColor("#ffffff"), HexColor("#1c1c1f"), HexColor("#6a6a72")
_PANEL, _BAR, _PICK = HexColor("#28282e"), HexColor("#1b1b1f"), HexColor("#d9453d")
_TEXT, _DIM, _LINE = HexColor("#e7e7ea"), HexColor("#a3a3ad"), HexColor("#dcdce2")
_PLAIN, _BOLD = "Helvetica", "Helvetica-Bold"
_MARGIN = 34.0
_GAP = 14.0
_MOST = 10
"""Posters in a row."""


@dataclass(frozen=True)
class Poster:
    """A picture of one clip."""

    picture: Bytes | None
    """(H, W, 3) 8-bit sRGB; None: nothing to show."""
    name: str
    timecode: str
    generated: bool


def page_pdf(facts: Facts, posters: Sequence[Poster]) -> bytes:
    """The PDF. At most 10 posters fit; letters that its fonts lack become "?"."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=landscape(A4), invariant=1)
    canvas.setTitle(f"{facts.title}: how to bring it into DaVinci Resolve")
    canvas.setAuthor("Rushes")
    _Page(canvas, facts).draw(posters)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _safe(text: str) -> str:
    return text.encode("cp1252", "replace").decode("cp1252")


def _jpeg(picture: Bytes) -> io.BytesIO:
    """Small in the file; goes in as it is."""
    out = io.BytesIO()
    Image.fromarray(picture).save(out, format="JPEG", quality=88, subsampling=0)
    out.seek(0)
    return out


class _Page:
    def __init__(self, canvas: Any, facts: Facts) -> None:
        self.canvas, self.facts = canvas, facts
        self.width, self.height = landscape(A4)

    def draw(self, posters: Sequence[Poster]) -> None:
        """Head, steps, strip, foot."""
        top = self.head()
        bottom = self.strip(posters)
        found = steps(self.facts)
        columns = 3 if len(found) <= 6 else 4
        rows = -(-len(found) // columns)
        width = (self.width - 2 * _MARGIN - (columns - 1) * _GAP) / columns
        height = (top - bottom - rows * _GAP) / rows
        for index, step in enumerate(found):
            row, column = divmod(index, columns)
            x = _MARGIN + column * (width + _GAP)
            self.step(index + 1, step, x, top - row * (height + _GAP), width, height)

    def text(self, x: float, y: float, text: str, font: str, size: float, color: Any = _INK) -> None:
        """One line."""
        self.canvas.setFont(font, size)
        self.canvas.setFillColor(color)
        self.canvas.drawString(x, y, _safe(text))

    def fitted(self, text: str, font: str, size: float, width: float) -> str:
        """The text, cut in its middle when it is too wide."""
        text = _safe(text)
        if stringWidth(text, font, size) <= width:
            return text
        keep = len(text)
        while keep > 4 and stringWidth(text[: keep // 2] + "..." + text[-keep // 2 :], font, size) > width:
            keep -= 1
        return text[: keep // 2] + "..." + text[-keep // 2 :]

    def head(self) -> float:
        """Title and facts; where the steps may begin."""
        facts, y = self.facts, self.height - _MARGIN - 10
        self.text(_MARGIN, y, self.fitted(facts.title, _BOLD, 20, 470), _BOLD, 20)
        self.text(_MARGIN, y - 17, "How to bring this cut into DaVinci Resolve", _PLAIN, 11, _GREY)
        right = self.width - _MARGIN
        lines = (
            f"{facts.clips} clips · {facts.takes} takes · {facts.length} · {facts.size}",
            f"{facts.rate} · starts at {facts.start} · made {facts.made}",
            f"AI-generated: {facts.generated:.0%} of the picture",
        )
        for index, line in enumerate(lines):
            self.canvas.setFont(_BOLD if index == 2 else _PLAIN, 9)
            self.canvas.setFillColor(_PICK if index == 2 else _INK)
            self.canvas.drawRightString(right, y + 4 - index * 12.5, _safe(line))
        self.canvas.setStrokeColor(_LINE)
        self.canvas.line(_MARGIN, y - 28, right, y - 28)
        return y - 40

    def step(self, number: int, step: Step, x: float, top: float, width: float, height: float) -> None:
        """Number, title, words, and the drawn menu below them."""
        self.canvas.setFillColor(_PICK)
        self.canvas.circle(x + 8, top - 8, 8, stroke=0, fill=1)
        self.canvas.setFont(_BOLD, 9)
        self.canvas.setFillColor(_PAPER)
        self.canvas.drawCentredString(x + 8, top - 11, str(number))
        self.text(x + 22, top - 12, self.fitted(step.title, _BOLD, 11, width - 24), _BOLD, 11)
        y = top - 27
        for line in simpleSplit(_safe(step.text), _PLAIN, 8.2, width):
            self.text(x, y, line, _PLAIN, 8.2)
            y -= 10.2
        self.menu(step, x, y + 2, width, max(40.0, y + 2 - (top - height)))

    def menu(self, step: Step, x: float, top: float, width: float, height: float) -> None:
        """The way through the menus as a dark window: a bar, columns that open one out of the other, the choice."""
        canvas = self.canvas
        height = min(height, 22 + 15 * (len(step.menu) + 1))
        canvas.setFillColor(_PANEL)
        canvas.roundRect(x, top - height, width, height, 4, stroke=0, fill=1)
        canvas.setFillColor(_BAR)
        canvas.roundRect(x, top - 14, width, 14, 4, stroke=0, fill=1)
        canvas.rect(x, top - 14, width, 7, stroke=0, fill=1)
        for dot, color in enumerate(("#5b5b63", "#5b5b63", "#5b5b63")):
            canvas.setFillColor(HexColor(color))
            canvas.circle(x + 8 + dot * 8, top - 7, 2, stroke=0, fill=1)
        self.text(x + 36, top - 10, self.fitted(step.menu[0], _PLAIN, 7.5, width - 44), _PLAIN, 7.5, _DIM)
        entries = [*step.menu[1:], step.picked]
        room = (height - 20) / len(entries)
        for level, entry in enumerate(entries):
            self.entry(entry, level, level == len(entries) - 1, x, top - 18 - level * room, width, min(14.0, room))

    def entry(self, text: str, level: int, last: bool, x: float, top: float, width: float, height: float) -> None:
        """One line of a menu, moved in by its depth."""
        left = x + 8 + level * 11
        right = x + width - 8
        if last:
            self.canvas.setFillColor(_PICK)
            self.canvas.roundRect(left - 3, top - height + 1, right - left + 3, height - 1, 2.5, stroke=0, fill=1)
        elif level:
            self.canvas.setStrokeColor(HexColor("#4a4a52"))
            self.canvas.line(left - 8, top - height / 2, left - 3, top - height / 2)
        font, size = (_BOLD, 7.6) if last else (_PLAIN, 7.6)
        shown = self.fitted(text, font, size, right - left - 14)
        self.text(left + 2, top - height / 2 - 2.7, shown, font, size, _PAPER if last else _TEXT)
        if not last:
            self.arrow(right - 6, top - height / 2)

    def arrow(self, x: float, y: float) -> None:
        """There is more to the right."""
        path = self.canvas.beginPath()
        path.moveTo(x - 3, y - 2.5)
        path.lineTo(x, y)
        path.lineTo(x - 3, y + 2.5)
        self.canvas.setStrokeColor(_DIM)
        self.canvas.drawPath(path, stroke=1, fill=0)

    def strip(self, posters: Sequence[Poster]) -> float:
        """The cut along the foot; where it begins."""
        shown = list(posters)[:_MOST]
        bottom = _MARGIN - 8
        note = f"Made with Rushes from {self.facts.production}. The same in words: README.txt. Media: "
        note += self.facts.media_folder
        self.text(_MARGIN, bottom, self.fitted(note, _PLAIN, 7.5, self.width - 2 * _MARGIN), _PLAIN, 7.5, _GREY)
        if not shown:
            return bottom + 16
        slot = min(150.0, (self.width - 2 * _MARGIN - (len(shown) - 1) * 5) / len(shown))
        height = slot * 9 / 16
        y = bottom + 34
        for index, poster in enumerate(shown):
            self.poster(poster, _MARGIN + index * (slot + 5), y, slot, height)
        if self.facts.clips > len(shown):
            words = f"{len(shown)} of {self.facts.clips} clips"
            self.text(_MARGIN, y + height + 4, words, _PLAIN, 7.5, _GREY)
        return y + height + 14

    def poster(self, poster: Poster, x: float, y: float, width: float, height: float) -> None:
        """A picture with its name and timecode."""
        self.canvas.setFillColor(_BAR)
        self.canvas.rect(x, y, width, height, stroke=0, fill=1)
        if poster.picture is not None:
            image = ImageReader(_jpeg(poster.picture))
            self.canvas.drawImage(image, x, y, width, height, preserveAspectRatio=True, anchor="c")
        if poster.generated:
            self.canvas.setFillColor(_PICK)
            self.canvas.rect(x, y + height - 9, 13, 9, stroke=0, fill=1)
            self.text(x + 2.6, y + height - 6.9, "AI", _BOLD, 6.5, _PAPER)
        self.text(x, y - 9, self.fitted(poster.name, _BOLD, 6.8, width), _BOLD, 6.8)
        self.text(x, y - 17.5, poster.timecode, _PLAIN, 6.8, _GREY)
