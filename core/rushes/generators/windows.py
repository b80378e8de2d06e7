"""Long shots in windows: where they lie, how their shared frames blend, how their colours stay together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rushes.generators.protocol import Picture

__all__ = ["ColorMatch", "Window", "cross_fade", "match_colors", "plan_windows"]

_GAIN = 0.8, 1.25
"""A window that differs by more than this from its neighbour is wrong in a way that gain cannot mend."""


@dataclass(frozen=True)
class Window:
    """A run of frames that is made in one go."""

    start: int
    length: int
    shared: int
    """Frames at its beginning that the window before has made already."""

    @property
    def end(self) -> int:
        """Frame after its last."""
        return self.start + self.length


def plan_windows(total: int, longest: int, overlap: int, multiple: int) -> tuple[Window, ...]:
    """Windows over `total` frames, none longer than `longest`, neighbours sharing `overlap` frames.

    All of `total`, `longest` and `overlap` are `multiple·k + 1`, and so is every window's length. Lengths
    differ by at most `multiple`, so that no window is a short rest with little to go by.
    """
    for name, value in (("total", total), ("longest", longest), ("overlap", overlap)):
        if value < 1 or (value - 1) % multiple:
            raise ValueError(f"{name} must be a multiple of {multiple} plus 1, not {value}")
    if total <= longest:
        return (Window(0, total, 0),)
    if overlap >= longest:
        raise ValueError(f"an overlap of {overlap} leaves nothing new in a window of {longest}")
    units = (total - overlap) // multiple
    count = -(-units // ((longest - overlap) // multiple))
    base, extra = divmod(units, count)
    windows: list[Window] = []
    start = 0
    for index in range(count):
        step = (base + (index < extra)) * multiple
        windows.append(Window(start, step + overlap, overlap if index else 0))
        start += step
    return tuple(windows)


def cross_fade(before: list[Picture], after: list[Picture]) -> list[Picture]:
    """The shared frames, going over from the earlier window's to the later one's, evenly."""
    count = len(before)
    if len(after) != count:
        raise ValueError(f"{count} frames cannot fade into {len(after)}")
    shares = [np.float32((i + 1) / (count + 1)) for i in range(count)]
    return [np.asarray(a + (b - a) * share, np.float32) for a, b, share in zip(before, after, shares)]


@dataclass(frozen=True)
class ColorMatch:
    """Gain and offset per channel."""

    gain: NDArray[np.float32]
    """(3,)"""
    offset: NDArray[np.float32]
    """(3,)"""

    def apply(self, picture: Picture) -> Picture:
        """(H, W, 3) matched, clipped to 0 to 1."""
        return np.clip(picture * self.gain + self.offset, 0.0, 1.0).astype(np.float32)


def match_colors(before: list[Picture], after: list[Picture]) -> ColorMatch:
    """What brings the later window's colours to the earlier one's, from the frames both have made.

    Both show the same things there, so the difference is the model's drift alone. Applied to each window
    in turn it ties them all to the first.
    """
    old = np.stack(before).reshape(-1, 3).astype(np.float64)
    new = np.stack(after).reshape(-1, 3).astype(np.float64)
    spread = new.std(axis=0)
    gain = np.where(spread > 1e-3, old.std(axis=0) / np.maximum(spread, 1e-3), 1.0)
    gain = np.clip(gain, *_GAIN)
    offset = old.mean(axis=0) - gain * new.mean(axis=0)
    return ColorMatch(gain.astype(np.float32), offset.astype(np.float32))
