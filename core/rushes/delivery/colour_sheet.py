"""A match to look at: picture, matched, reference side by side, with their colour differences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from rushes.delivery.colour_spaces import Colours
from rushes.media.lettering import Color, ellipsis, write
from rushes.media.pictures import Bytes, to_uint8

__all__ = ["match_sheet"]

_PAPER: Color = (24, 24, 26)
_BRIGHT: Color = (236, 236, 238)
_QUIET: Color = (150, 150, 156)
_WIDTH, _MARGIN, _GAP, _HEAD, _FOOT = 560, 28, 14, 66, 68


def match_sheet(title: str, columns: Sequence[tuple[Colours, str, str]]) -> Bytes:
    """(picture, caption, figure) from left to right, each picture 560 pixels wide; (H, W, 3) uint8."""
    pictures = [_wide(picture) for picture, _, _ in columns]
    tall = max(p.height for p in pictures)
    width = 2 * _MARGIN + len(columns) * (_WIDTH + _GAP) - _GAP
    image = Image.new("RGB", (width, _HEAD + tall + _FOOT), _PAPER)
    draw = ImageDraw.Draw(image)
    write(draw, (_MARGIN, 42), ellipsis(title, 26, width - 2 * _MARGIN), 26, _BRIGHT)
    for place, ((_, caption, figure), picture) in enumerate(zip(columns, pictures)):
        x = _MARGIN + place * (_WIDTH + _GAP)
        image.paste(picture, (x, _HEAD))
        write(draw, (x, _HEAD + tall + 26), ellipsis(caption, 18, _WIDTH), 18, _BRIGHT)
        write(draw, (x, _HEAD + tall + 50), ellipsis(figure, 16, _WIDTH), 16, _QUIET)
    return np.asarray(image, np.uint8)


def _wide(picture: Colours) -> Image.Image:
    image = Image.fromarray(to_uint8(picture))
    return image.resize((_WIDTH, max(1, round(_WIDTH * image.height / image.width))), Image.Resampling.LANCZOS)
