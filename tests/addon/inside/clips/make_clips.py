"""Makes the small clips beside it. Run with the engine's Python: it has PyAV, Blender's has not."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

__all__ = ["make"]

CLIPS = {"a48": (48, 24, 30), "b48": (48, 24, 90), "c60": (60, 24, 150), "half24": (24, 12, 200)}
"""Name → pictures, frames per second, level of grey."""


def make(path: Path, count: int, rate: int, level: int) -> None:
    """A clip of 64x48 whose bar grows with each picture."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=Fraction(rate))
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.options = {"crf": "28", "g": "12"}
        for index in range(count):
            picture = np.full((48, 64, 3), level, np.uint8)
            picture[:, : index * 64 // count + 1] = (250, 20, 20)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode())


if __name__ == "__main__":
    for name, (count, rate, level) in CLIPS.items():
        make(Path(__file__).with_name(f"{name}.mp4"), count, rate, level)
