"""Text on pictures, with the font that ships with Pillow and whatever else is installed.

Pillow's own face covers English only. A character it lacks is taken from an installed face that has it, else
written plainly (é as e, × as x), else as a question mark; so a name in any script never breaks a sheet.
"""

from __future__ import annotations

import functools
import unicodedata
from typing import Any

from PIL import ImageDraw, ImageFont

__all__ = ["Color", "ellipsis", "text_width", "wrap", "write"]

Color = tuple[int, int, int]

_INSTALLED = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "Arial Unicode.ttf",
    "arial.ttf",
    "msgothic.ttc",
    "malgun.ttf",
    "Hiragino Sans GB.ttc",
)
_PLAIN = {"×": "x", "–": "-", "—": "-", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "№": "No.", "•": "·"}


@functools.lru_cache(maxsize=64)
def _faces(size: int) -> tuple[Any, ...]:
    """The default face, then the installed ones that are there."""
    faces: list[Any] = [ImageFont.load_default(size)]
    for name in _INSTALLED:
        try:
            faces.append(ImageFont.truetype(name, size))
        except OSError:
            continue
    return tuple(faces)


@functools.lru_cache(maxsize=4096)
def _has(face: Any, character: str) -> bool:
    """Whether the face draws the character as something else than its missing-glyph box."""
    if character.isspace():
        return character == " "
    glyph, missing = face.getmask(character), face.getmask("\uffff")
    return (glyph.size, bytes(glyph)) != (missing.size, bytes(missing))


def _runs(text: str, size: int) -> list[tuple[Any, str]]:
    """(face, stretch of text) in order."""
    faces = _faces(size)
    runs: list[tuple[Any, str]] = []
    for character in unicodedata.normalize("NFC", text):
        face = next((f for f in faces if _has(f, character)), None)
        if face is None:
            face, character = faces[0], _plain(character, faces[0])
        if runs and runs[-1][0] is face:
            runs[-1] = (face, runs[-1][1] + character)
        else:
            runs.append((face, character))
    return runs


def _plain(character: str, face: Any) -> str:
    if character.isspace():
        return " "
    spelled = _PLAIN.get(character)
    if spelled is None:
        base = unicodedata.normalize("NFKD", character)
        spelled = "".join(c for c in base if not unicodedata.combining(c))
    return spelled if spelled and all(_has(face, c) for c in spelled) else "?"


def text_width(text: str, size: int) -> int:
    """Pixels that `write` advances."""
    return round(sum(face.getlength(part) for face, part in _runs(text, size)))


def write(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, color: Color) -> int:
    """Draw one line with its baseline at `at` (x, y); returns the x where it ends."""
    x, y = at
    for face, part in _runs(text, size):
        draw.text((x, y), part, font=face, fill=color, anchor="ls")
        x += face.getlength(part)
    return round(x)


def ellipsis(text: str, size: int, width: int) -> str:
    """The text, cut with "…" where it would pass `width` pixels."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def wrap(text: str, size: int, width: int, lines: int) -> list[str]:
    """The text broken at spaces into at most `lines` lines of `width` pixels; the last one is cut."""
    out: list[str] = []
    words = text.split()
    while words and len(out) < lines - 1:
        count = 1
        while count < len(words) and text_width(" ".join(words[: count + 1]), size) <= width:
            count += 1
        out.append(ellipsis(" ".join(words[:count]), size, width))
        words = words[count:]
    if words:
        out.append(ellipsis(" ".join(words), size, width))
    return out
