"""Single pictures: 8-bit conversion, PNG with text, hashes, and the sRGB curve.

Two forms travel through the program. `Picture`: (H, W, 3) float32, display-referred sRGB (BT.709 primaries),
0 to 1. `Bytes`: (H, W, 3) uint8, the same colours, what files and hashes are made of.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin, UnidentifiedImageError

from rushes.errors import InputError, disk_full_as_error

__all__ = [
    "Bytes",
    "Picture",
    "beside",
    "draft_name",
    "frame_sha256",
    "linear_to_srgb",
    "load_png",
    "load_rgba",
    "png_text",
    "save_png",
    "srgb_to_linear",
    "to_float",
    "to_uint8",
]

Picture = NDArray[np.float32]
"""(H, W, 3) display-referred sRGB, 0 to 1."""
Bytes = NDArray[np.uint8]
"""(H, W, 3) 8-bit sRGB."""


def to_uint8(picture: Picture | Bytes) -> Bytes:
    """8-bit version, rounded to nearest and clipped; NaN becomes 0. A uint8 picture passes through."""
    if picture.dtype == np.uint8:
        return np.asarray(picture, np.uint8)
    # The comparison in maximum() would let NaN through; fmax takes the other operand.
    level = np.fmin(np.fmax(picture * np.float32(255.0) + np.float32(0.5), np.float32(0.0)), np.float32(255.0))
    return level.astype(np.uint8)


def to_float(frame: Bytes) -> Picture:
    """0 to 1 float32 version of an 8-bit picture."""
    return frame.astype(np.float32) * np.float32(1.0 / 255.0)


def srgb_to_linear(picture: Picture) -> Picture:
    """Decode the exact piecewise sRGB curve (IEC 61966-2-1) to linear light, float32; below 0 stays linear."""
    x = np.asarray(picture, np.float32)
    high = ((np.maximum(x, np.float32(0.04045)) + np.float32(0.055)) / np.float32(1.055)) ** np.float32(2.4)
    return np.where(x <= np.float32(0.04045), x / np.float32(12.92), high).astype(np.float32)


def linear_to_srgb(linear: Picture) -> Picture:
    """Encode linear light with the exact piecewise sRGB curve, float32; values above 1 keep their order."""
    x = np.asarray(linear, np.float32)
    high = np.float32(1.055) * np.maximum(x, np.float32(0.0031308)) ** np.float32(1 / 2.4) - np.float32(0.055)
    return np.where(x <= np.float32(0.0031308), x * np.float32(12.92), high).astype(np.float32)


def frame_sha256(frame: Bytes) -> str:
    """SHA-256 (hex) of the picture's shape and bytes, row by row: the identity of a frame in frames.json."""
    height, width = frame.shape[:2]
    head = f"{width}x{height} rgb8\n".encode()
    return hashlib.sha256(head + np.ascontiguousarray(frame).tobytes()).hexdigest()


def draft_name(path: Path) -> Path:
    """The hidden name beside `path` that this process writes to; the suffix stays, writers go by it."""
    return path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")


@contextmanager
def beside(path: Path) -> Generator[Path, None, None]:
    """A hidden name beside `path` to write to; renamed onto it on a clean exit, removed on any other.

    DiskFullError when there is no room; nothing half written is left either way.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_name(path)
    try:
        with disk_full_as_error(path):
            yield draft
            os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def save_png(path: Path, frame: Bytes, *, text: Mapping[str, str] | None = None) -> None:
    """Write an 8-bit RGB PNG tagged as sRGB, with text chunks; atomically. DiskFullError when there is no room."""
    info = PngImagePlugin.PngInfo()
    info.add(b"sRGB", b"\x00")
    for key, value in (text or {}).items():
        if value.isascii():
            info.add_text(key, value)
        else:
            info.add_itxt(key, value)
    image = Image.fromarray(np.ascontiguousarray(frame))
    with beside(path) as draft, draft.open("wb") as file:
        image.save(file, format="PNG", pnginfo=info, compress_level=4)


def _open(path: Path) -> Image.Image:
    try:
        return Image.open(path, formats=("PNG",))
    except (UnidentifiedImageError, FileNotFoundError) as exc:
        raise InputError(
            f"{path} is not a PNG picture.", code="picture.unreadable", hint="Give the path of a PNG file."
        ) from exc


def load_png(path: Path) -> Bytes:
    """An 8-bit RGB picture. InputError (`picture.unreadable`) for a missing, broken or foreign file."""
    try:
        with _open(path) as image:
            return np.asarray(image.convert("RGB"), np.uint8)
    except (OSError, SyntaxError) as exc:
        raise InputError(
            f"{path} is damaged: {exc}.", code="picture.unreadable", hint="Make the picture again."
        ) from exc


def load_rgba(path: Path) -> Bytes:
    """An 8-bit picture with its alpha, (H, W, 4); opaque where the file has none. InputError as `load_png`."""
    try:
        with _open(path) as image:
            return np.asarray(image.convert("RGBA"), np.uint8)
    except (OSError, SyntaxError) as exc:
        raise InputError(
            f"{path} is damaged: {exc}.", code="picture.unreadable", hint="Make the picture again."
        ) from exc


def png_text(path: Path) -> dict[str, str]:
    """The text chunks of a PNG. InputError as `load_png`."""
    with _open(path) as image:
        image.load()
        found: dict[str, str] = dict(getattr(image, "text", {}))
        return found
