"""What every footage filter is: a stream of pictures in and out, with its neighbours in reach."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Protocol, TypeVar, runtime_checkable

from rushes.contracts import JobContext, Size
from rushes.media.pictures import Picture

__all__ = ["Filter", "FrameForFrame", "Source", "with_neighbours"]

T = TypeVar("T")


class Source(Protocol):
    """Pictures (H, W, 3) float32, 0 to 1, that can be read again from the start; `media.footage.Footage` is one."""

    @property
    def size(self) -> Size: ...

    @property
    def rate(self) -> Fraction: ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Picture]: ...


@runtime_checkable
class Filter(Protocol):
    """One treatment of footage.

    Same settings and source give the same pictures. A filter holds a few pictures at a time whatever the length, calls
    `context.check()` for each, and reports 0 to 1 with `context.progress`.
    """

    @property
    def notes(self) -> tuple[str, ...]:
        """What the artist should know of the result; complete once all pictures are out."""
        ...

    def output_size(self, size: Size) -> Size:
        """Size of the pictures that come out for pictures of `size`."""
        ...

    def output_frames(self, frames: int) -> int:
        """How many come out for `frames`."""
        ...

    def output_position(self, frame: int) -> int:
        """Where frame `frame` of the source stands in what comes out."""
        ...

    def apply(self, source: Source, context: JobContext) -> Iterator[Picture]:
        """(H, W, 3) float32 pictures, streamed."""
        ...


class FrameForFrame:
    """Of a filter that gives one picture for each, of the same size unless it says otherwise."""

    def output_size(self, size: Size) -> Size:
        """The same."""
        return size

    def output_frames(self, frames: int) -> int:
        """The same."""
        return frames

    def output_position(self, frame: int) -> int:
        """The same."""
        return frame


def with_neighbours(items: Iterable[T], reach: int) -> Iterator[tuple[list[T], int]]:
    """([up to 2·reach + 1 items in order], position of the middle one in it) for each item, streamed."""
    window: deque[T] = deque()
    middle = 0
    for item in items:
        window.append(item)
        if len(window) - middle <= reach:
            continue
        yield list(window), middle
        if middle == reach:
            window.popleft()
        else:
            middle += 1
    while middle < len(window):
        yield list(window), middle
        if middle == reach:
            window.popleft()
        else:
            middle += 1
