"""Pictures become icons, are asked for once, and go again."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any

import pytest

from doubles import FakeClient
from doubles import picture as grey
from rushes.contracts import Picture
from rushes.errors import ProductionError

ROOT = "/films/Ärger"


def soon() -> float:
    return time.perf_counter() + 1.0


@pytest.fixture
def images(part: Callable[[str], Any], engine: FakeClient) -> Generator[Any]:
    """The module, empty, with a session that talks to the double."""
    module = part("host.images")
    module.stop()
    module.start()
    yield module
    module.stop()
    module.start()


@pytest.fixture
def now(session: Callable[[], Any], engine: FakeClient, tick: Callable[..., None]) -> Any:
    """A session that watches a production, without the scene."""
    engine.add_production(ROOT)
    found = session()
    found.want(ROOT, ())
    found.known.engine = type(found.known.engine)("running")
    return found


def drain(now: Any, until: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not until():
        now.drain()
        time.sleep(0.005)
        assert time.monotonic() < end


def test_bytes_arrive_as_they_are(images: Any, now: Any) -> None:
    made = Picture(4, 2, bytes(range(32)))
    now.known.add_picture("/a.png", made)
    assert images.step(now, soon())
    icon = images._icons["/a.png"]
    assert tuple(icon.image_size) == (4, 2)
    pixels = [0] * 8
    icon.image_pixels.foreach_get(pixels)
    assert b"".join((p & 0xFFFFFFFF).to_bytes(4, "little") for p in pixels) == made.rgba


def test_the_small_icon_is_square_and_clear_beside_the_picture(images: Any, now: Any) -> None:
    now.known.add_picture("/a.png", grey(256, 144))
    images.step(now, soon())
    icon = images._icons["/a.png"]
    assert tuple(icon.icon_size) == (64, 64)
    pixels = [0] * (64 * 64)
    icon.icon_pixels.foreach_get(pixels)
    assert pixels[0] == 0  # above the picture
    assert pixels[32 * 64 + 32] & 0xFFFFFFFF == 0xFF808080


def test_a_picture_that_stays_is_made_once(images: Any, now: Any) -> None:
    now.known.add_picture("/a.png", grey())
    assert images.step(now, soon())
    assert not images.step(now, soon())


def test_a_new_preview_takes_the_place_of_the_former(images: Any, now: Any) -> None:
    now.known.previews["j1"] = grey()
    images.step(now, soon())
    now.known.previews["j1"] = grey(32, 18)
    assert images.step(now, soon())
    assert tuple(images._icons[images.job_key("j1")].image_size) == (32, 18)


def test_what_is_known_no_more_goes(images: Any, now: Any) -> None:
    now.known.previews["j1"] = grey()
    now.known.add_picture("/a.png", grey())
    images.step(now, soon())
    now.known.previews.clear()
    assert images.step(now, soon())
    assert set(images._icons.keys()) == {"/a.png"}
    now.known.add_picture("/a.png", grey(32, 18))
    images.step(now, soon())
    assert len(images._icons) == 1


def test_a_tick_without_time_still_makes_one(images: Any, now: Any) -> None:
    for number in range(5):
        now.known.add_picture(f"/{number}.png", grey())
    for count in range(1, 6):
        assert images.step(now, 0.0)
        assert len(images._icons) == count


def test_a_wish_is_asked_for_once(images: Any, now: Any, engine: FakeClient) -> None:
    for _ in range(3):
        assert images.thumbnail("/a.png") == 0
        images.step(now, soon())
    drain(now, lambda: "/a.png" in now.known.pictures)
    images.step(now, soon())
    images.thumbnail("/a.png")
    images.step(now, soon())
    assert engine.calls.count("picture") == 1
    assert "/a.png" in images._icons


def test_only_some_are_asked_for_at_once_and_all_in_the_end(images: Any, now: Any, engine: FakeClient) -> None:
    with engine.lock:
        for number in range(20):
            images.wish_picture(f"/{number}.png")
        images.step(now, soon())
        assert len(images._asked) == 3
    end = time.monotonic() + 10
    while len(now.known.pictures) < 20:
        now.drain()
        images.step(now, soon())
        assert time.monotonic() < end
    assert engine.calls.count("picture") == 20


def test_a_picture_that_cannot_be_had_is_not_asked_for_again_and_again(
    images: Any, now: Any, engine: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def refuse(root: str, path: str, side: int) -> None:
        asked.append(path)
        raise ProductionError("It is no picture.", code="production.path")

    monkeypatch.setattr(engine, "picture", refuse)
    images.wish_picture("/a.png")
    images.step(now, soon())
    drain(now, lambda: not images._asked)
    for _ in range(5):
        images.wish_picture("/a.png")
        images.step(now, soon())
    assert asked == ["/a.png"]
    assert not now.known.messages


def test_another_production_voids_what_was_wished_for(images: Any, now: Any, engine: FakeClient) -> None:
    images.wish_picture("/a.png")
    engine.add_production("/other")
    now.want("/other", ())
    images.step(now, soon())
    assert not images._wishes
    assert "picture" not in engine.calls


def test_disabling_frees_everything(images: Any, now: Any) -> None:
    now.known.add_picture("/a.png", grey())
    images.step(now, soon())
    images.stop()
    assert images._icons is None
    assert images.icon_of("/a.png") == 0
    assert not images.step(now, soon())
