"""Frames worked on at once come back in order, and an end is an end."""

from __future__ import annotations

import threading
import time

import pytest

from rushes.generators.side_by_side import lanes, side_by_side


def test_a_frame_alone_gets_all_threads_and_many_share_them() -> None:
    assert lanes(1, 2) == (1, 2)
    assert lanes(24, 2) == (2, 1)
    assert lanes(24, 16) == (4, 4)
    assert lanes(0, 1) == (1, 1)


def test_results_keep_their_order_and_threads_are_prepared() -> None:
    prepared: list[str] = []

    def work(number: int) -> int:
        time.sleep(0.002 * (5 - number % 5))
        return number * number

    found = list(side_by_side(work, range(12), 3, lambda: prepared.append(threading.current_thread().name)))
    assert found == [n * n for n in range(12)]
    assert 1 <= len(prepared) <= 3


def test_items_are_read_as_they_are_needed() -> None:
    read: list[int] = []

    def items() -> object:
        for number in range(100):
            read.append(number)
            yield number

    stream = side_by_side(lambda n: n, items(), 2)  # pyright: ignore[reportArgumentType]
    assert next(stream) == 0
    assert len(read) <= 4
    stream.close()
    assert len(read) <= 4


def test_an_error_comes_in_its_turn() -> None:
    def work(number: int) -> int:
        if number == 2:
            raise ValueError("two")
        return number

    stream = side_by_side(work, range(5), 2)
    assert [next(stream), next(stream)] == [0, 1]
    with pytest.raises(ValueError, match="two"):
        next(stream)
