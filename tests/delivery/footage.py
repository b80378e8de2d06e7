"""Clips whose frames say which they are: eight bars for the clip, eight for the frame, white for 1."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from rushes.contracts import EditMedia, MediaKind, Size, Timecode
from rushes.media.pictures import Bytes
from rushes.media.remux import remux
from rushes.media.video import VideoWriter, probe

SIZE = Size(128, 72)
_COLUMN = SIZE.width // 8
_ROW = SIZE.height // 2


def coded_frame(clip: int, frame: int) -> Bytes:
    """Both numbers from 0 to 255; clip 0 is for nothing (black)."""
    picture = np.zeros((*SIZE.shape, 3), np.uint8)
    for row, number in enumerate((clip, frame)):
        for bit in range(8):
            if number >> (7 - bit) & 1:
                picture[row * _ROW : (row + 1) * _ROW, bit * _COLUMN : (bit + 1) * _COLUMN] = 255
    return picture


def read_code(picture: Bytes) -> tuple[int, int]:
    """(clip, frame) of a picture; (0, 0) for black."""
    numbers: list[int] = []
    for row in range(2):
        number = 0
        for bit in range(8):
            block = picture[row * _ROW + 8 : (row + 1) * _ROW - 8, bit * _COLUMN + 4 : (bit + 1) * _COLUMN - 4]
            number = number << 1 | int(block.mean() > 128)
        numbers.append(number)
    return numbers[0], numbers[1]


def coded_media(folder: Path, clip: int, rate: Fraction, frames: int = 48, start: int = 0, name: str = "") -> EditMedia:
    """A clip as the job "editorial" makes it: H.264, wrapped as .mov with timecode and reel."""
    name = name or f"SH{clip:03}_T01_{clip:06}"
    path = folder / f"{name}.mov"
    if not path.exists():
        source = folder / f".{name}.mp4"
        with VideoWriter(source, SIZE, rate) as out:
            for frame in range(frames):
                out.write(coded_frame(clip, frame))
        remux(source, path, Timecode(start, rate), name)
        source.unlink()
    assert probe(path).frames == frames
    return EditMedia(str(path), MediaKind.MOVIE, rate, start, frames, SIZE, name)
