"""Pictures as arrays: out of Blender's images, onto disk as PNG, nothing of it colour managed by Blender."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from rushes.errors import disk_full_as_error

__all__ = ["bled", "pixels_of", "srgb", "write_array", "write_png"]


def pixels_of(image: Any) -> Any:
    """(H, W, 4) float32, the top row first."""
    width, height = image.size
    flat = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(flat)
    return flat.reshape(height, width, 4)[::-1]


def srgb(linear: Any) -> Any:
    """Linear light with the sRGB curve, 0 to 1."""
    x = np.clip(linear, 0.0, 1.0)
    return np.where(x <= 0.0031308, x * 12.92, 1.055 * np.maximum(x, 0.0031308) ** (1.0 / 2.4) - 0.055)


def bled(colors: Any, known: Any, steps: int) -> Any:
    """Colours (H, W, C) go on beyond `known` (H, W) for some pixels, so that no other colour mixes in at the edge."""
    colors, known = colors.copy(), known.copy()
    for _ in range(steps):
        total, count = np.zeros_like(colors), np.zeros(known.shape, np.float32)
        for axis, way in ((0, 1), (0, -1), (1, 1), (1, -1)):
            near = np.roll(known, way, axis)
            total += np.where(near[..., None], np.roll(colors, way, axis), 0.0)
            count += near
        fresh = ~known & (count > 0.0)
        colors[fresh] = total[fresh] / count[fresh][:, None]
        known |= fresh
    return colors


def write_png(path: Path, picture: Any) -> None:
    """(H, W, 3 or 4) uint8 as PNG, whole or not at all; colour under alpha 0 is kept. DiskFullError."""
    height, width, channels = picture.shape
    rows = np.zeros((height, 1 + width * channels), np.uint8)
    rows[:, 1:] = picture.reshape(height, -1)
    rows[:, 0] = 1  # each byte less its left neighbour's: packs well
    rows[:, 1 + channels :] -= picture.reshape(height, -1)[:, :-channels]
    head = struct.pack(">IIBBBBB", width, height, 8, 6 if channels == 4 else 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"sRGB", b"\x00"), (b"IDAT", zlib.compress(rows.tobytes(), 4)), (b"IEND", b""))
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in parts:
        data += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    _write(path, data)


def write_array(path: Path, array: Any) -> None:
    """An array as .npy, whole or not at all. DiskFullError."""
    draft = path.with_name(f".{path.stem}.{os.getpid()}.npy")
    with disk_full_as_error(path):
        np.save(draft, array, allow_pickle=False)
        os.replace(draft, path)


def _write(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with disk_full_as_error(path):
        draft.write_bytes(data)
        os.replace(draft, path)
