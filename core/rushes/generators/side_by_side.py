"""Work on several frames at once, results in order, memory bounded.

Two frames on a core each finish sooner than one frame on two cores: no thread waits for another, and a busy machine
slows one frame instead of every step of all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["lanes", "side_by_side"]

T = TypeVar("T")
R = TypeVar("R")

_MOST = 4
"""Frames at once, at most: each needs its own memory."""


def lanes(frames: int, threads: int) -> tuple[int, int]:
    """(frames at once, threads for each) for so many frames on so many threads."""
    count = max(1, min(frames, threads, _MOST))
    return count, max(1, threads // count)


def side_by_side(
    work: Callable[[T], R], items: Iterable[T], count: int, prepare: Callable[[], None] = lambda: None
) -> Generator[R, None, None]:
    """`work(item)` for each item on `count` threads, results in order.

    `items` is read in the caller's thread, one ahead of what is being worked on. `prepare` runs once in each thread.
    An error of an item is raised in its turn; what was not begun by then, or when the stream is closed, is dropped.
    """
    pool = ThreadPoolExecutor(count, "rushes-frame", initializer=prepare)
    waiting: deque[Future[R]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
