"""Small files for the self-check, written with the standard library."""

from __future__ import annotations

import struct
import wave
import zlib
from pathlib import Path

__all__ = ["png", "subtitles", "tone"]


def png(path: Path, grey: int, size: tuple[int, int] = (64, 36)) -> Path:
    """A grey picture of 8 bit sRGB; `grey` 0 to 255, size in pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    width, height = size
    rows = (b"\0" + bytes((grey, grey, grey)) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def tone(path: Path, seconds: float = 1.0) -> Path:
    """Silence: one channel, 16 bit, 48 kHz."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48000)
        file.writeframes(b"\0\0" * int(48000 * seconds))
    return path


def subtitles(path: Path) -> Path:
    """Two lines, one second each."""
    path.write_text("1\n00:00:00,000 --> 00:00:01,000\nOne\n\n2\n00:00:01,000 --> 00:00:02,000\nTwo\n", "utf-8")
    return path
