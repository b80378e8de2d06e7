"""Small pictures for hosts. Loads Pillow when the first one is made, and nothing else."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

from rushes.contracts import Picture
from rushes.errors import InputError

__all__ = ["LARGEST", "thumbnail"]

LARGEST = 4096
"""Pixels of the longest side."""


def thumbnail(path: Path, side: int) -> Picture:
    """A PNG or JPEG scaled down to fit `side` x `side` (1 to 4096); a smaller one stays as it is.

    FileNotFoundError when it is not there. InputError: `picture.side`, or `picture.unreadable` for a file that is
    damaged, of another kind, or too large to be a frame.
    """
    if not 1 <= side <= LARGEST:
        raise InputError(f"A picture can be 1 to {LARGEST} pixels wide, not {side}.", code="picture.side")
    from PIL import Image

    try:
        with Image.open(path, formats=("PNG", "JPEG")) as image:
            image.draft("RGB", (side, side))  # JPEG decodes at a fraction of its size
            small: Any = _eight_bit(image)
            small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
            small = small.convert("RGBA").transpose(Image.Transpose.FLIP_TOP_BOTTOM)
            return Picture(small.width, small.height, small.tobytes())
    except FileNotFoundError:
        raise
    except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError) as exc:
        raise InputError(
            f"{path.name} cannot be shown: it is not a whole PNG or JPEG.",
            code="picture.unreadable",
            hint="Shoot the take again if it is one of a take.",
        ) from exc


def _eight_bit(image: Any) -> Any:
    """What can be scaled well: 16-bit grey is cut to 8 bits, palettes are looked up."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda level: level * (1 / 257)).convert("L")
    return image if image.mode in ("L", "RGB", "RGBA") else image.convert("RGBA")
