"""Work in the background that needs no engine."""

from __future__ import annotations

import threading
import time
from typing import Any

from blender_addon.logic.bridge import Answer, Bridge
from rushes.errors import InputError, RushesError


def never() -> Any:
    raise AssertionError("nobody asked for an engine")


def next_answer(bridge: Bridge) -> Answer:
    end = time.monotonic() + 10.0
    while (event := bridge.take()) is None:
        assert time.monotonic() < end
        time.sleep(0.005)
    assert isinstance(event, Answer)
    return event


def test_an_aside_answers_without_an_engine_and_off_the_main_thread() -> None:
    bridge, done = Bridge(never), list[Any]()
    bridge.aside(threading.get_ident, done.append)
    event = next_answer(bridge)
    assert event.done is not None
    event.done(event.value)
    assert done
    assert done[0] != threading.get_ident()
    assert not bridge.started
    assert bridge.close()


def test_an_asides_error_and_bug_come_as_errors() -> None:
    def bad() -> None:
        raise InputError("No.", code="preset.broken")

    bridge = Bridge(never)
    bridge.aside(bad)
    error = next_answer(bridge).error
    assert isinstance(error, InputError)
    assert error.code == "preset.broken"
    bridge.aside(lambda: 1 // 0)
    error = next_answer(bridge).error
    assert isinstance(error, RushesError)
    assert error.code == "addon.bug"
    assert bridge.close()
    bridge.aside(never)
    assert bridge.take() is None
