"""Slow motion: pictures between pictures, from flow both ways.

For a moment between two pictures, the flow of each is brought to that moment, which gives two guesses of how every
pixel moves. A guess counts where both pictures agree under it; what only one picture shows (it is covered in the
other) is taken from that one alone. Across a cut nothing is mixed: the nearer picture is repeated.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.contracts import JobContext, Size
from rushes.errors import InputError
from rushes.media.pictures import Picture
from rushes.post.footage.flow import Flow, Pairs, Seen, carried
from rushes.post.footage.protocol import Source

__all__ = ["Interpolate"]

_F = np.float32
_FACTORS = range(2, 9)
_DOUBT = _F(0.06)
"""Difference (0 to 1) between the two pictures under a guess at which it is half believed."""


class Interpolate:
    """`factor` (2 to 8) times as many pictures at the same rate.

    n become (n - 1)·factor + 1, so that nothing is made up after the last. Every factor-th picture is the source's
    own, untouched.
    """

    def __init__(self, factor: int = 2) -> None:
        if factor not in _FACTORS:
            raise InputError(
                f"Slow motion by {factor} is not made.", code="clip.factor", hint="Choose a factor from 2 to 8."
            )
        self.factor = factor
        self._cuts: list[int] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """See Filter."""
        if not self._cuts:
            return ()
        which = ", ".join(str(n) for n in self._cuts[:8])
        return (f"Nothing was mixed across the cut before frame {which} of the clip.",)

    def output_size(self, size: Size) -> Size:
        """The same."""
        return size

    def output_frames(self, frames: int) -> int:
        """(frames - 1)·factor + 1."""
        return (frames - 1) * self.factor + 1

    def output_position(self, frame: int) -> int:
        """frame·factor."""
        return frame * self.factor

    def apply(self, source: Source, context: JobContext) -> Iterator[Picture]:
        """See Filter."""
        pairs = Pairs(reach=1, careful=True)
        count, done = self.output_frames(len(source)), 0
        last: Seen | None = None
        for number, picture in enumerate(source):
            now = Seen.of(number, picture)
            if last is not None:
                for between in self._between(last, now, pairs):
                    context.check()
                    yield between
                    done += 1
                    context.progress(done / count, "interpolate", f"Frame {done} of {count}")
            context.check()
            yield picture
            done += 1
            context.progress(done / count, "interpolate", f"Frame {done} of {count}")
            last = now

    def _between(self, first: Seen, second: Seen, pairs: Pairs) -> Iterator[Picture]:
        moments = [step / self.factor for step in range(1, self.factor)]
        if np.array_equal(first.picture, second.picture):
            yield from (first.picture for _ in moments)
        elif pairs.cut(first, second):
            self._cuts.append(second.number)
            yield from (first.picture if t < 0.5 else second.picture for t in moments)
        else:
            there, seen_there = pairs.flow(first, second)
            back, seen_back = pairs.flow(second, first)
            for t in moments:
                yield _moment(first.picture, second.picture, (there, seen_there), (back, seen_back), t)


def _moment(
    a: Picture, b: Picture, there: tuple[Flow, NDArray[np.float32]], back: tuple[Flow, NDArray[np.float32]], t: float
) -> Picture:
    """The picture at `t` (0: a, 1: b)."""
    by_a, shown_a = _brought(*there, t)
    by_b, shown_b = _brought(*back, 1 - t)
    a1, b1 = carried(a, -t * by_a, sharp=True), carried(b, (1 - t) * by_a, sharp=True)
    a2, b2 = carried(a, t * by_b, sharp=True), carried(b, -(1 - t) * by_b, sharp=True)
    first, second = _believed(a1, b1), _believed(a2, b2)
    # What is hidden in the other picture: a shows it until it is covered, b from when it is uncovered.
    only_a, only_b = (1 - shown_a) * (1 - first), (1 - shown_b) * (1 - second)
    doubt = _F(1e-3)
    weights = (
        (first * (1 - t), a1),
        (first * t, b1),
        (second * (1 - t), a2),
        (second * t, b2),
        (_F(0.5) * only_a * (1 - second) * (1 - t) + doubt * (1 - t), a1),
        (_F(0.5) * only_b * (1 - first) * t + doubt * t, b2),
    )
    total = np.zeros(a.shape[:2], _F)
    made = np.zeros_like(a)
    for weight, picture in weights:
        made += picture * weight[..., None]
        total += weight
    return np.clip(made / total[..., None], 0, 1).astype(_F)


def _brought(flow: Flow, shown: NDArray[np.float32], t: float) -> tuple[Flow, NDArray[np.float32]]:
    """Flow (and what goes with it) of the pixels that are here at moment `t`, found by looking back along itself."""
    found = flow
    for _ in range(4):
        found = carried(flow, -t * found)
    return found, carried(shown, -t * found)


def _believed(a: Picture, b: Picture) -> NDArray[np.float32]:
    """(H, W) 0 to 1: how well both agree."""
    off = np.abs(a - b)
    apart = cv2.blur(np.maximum(np.maximum(off[..., 0], off[..., 1]), off[..., 2]), (5, 5))
    return np.asarray(1 / (1 + np.square(apart / _DOUBT) ** 2), _F)
