"""Live looks through a real engine on doubles: pictures, updates, a lost process, the end, the page."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rushes.client import Client, LiveLook, read_record
from rushes.contracts import LookRequest
from rushes.errors import InputError
from rushes.testing.analytic_door import write_blend
from rushes.testing.engine import running_engine

PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("looks") / "home"


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[Client]:
    with running_engine(home, "--workers", "1") as found:
        yield found


@pytest.fixture
def request_(tmp_path: Path) -> Callable[..., LookRequest]:
    def make(words: str = "", **changes: object) -> LookRequest:
        blend = write_blend(tmp_path / "set.blend", words)
        return LookRequest(str(blend), generator="fake", **changes)  # pyright: ignore[reportArgumentType]

    return make


def until(there: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end
        time.sleep(0.02)


def first(look: LiveLook) -> bytes:
    data = look.picture(wait=25.0)
    assert data is not None, look.refresh()
    return data


def test_pictures_follow_what_is_asked(client: Client, request_: Callable[..., LookRequest]) -> None:
    with LiveLook.start(client, request_()) as look:
        one = first(look)
        assert one.startswith(PNG)
        status = look.refresh()
        assert status.state == "live"
        assert status.cameras == ("cam 010", "cam 020")
        assert status.vocabulary["time_of_day"][0] == "day"
        assert status.rate == 24.0
        look.update(brief={"lighting": "night"}, seed=4)
        until(lambda: (look.picture(wait=0.5) or b"") != one and shown(look) == (1, "night", 4))
        look.update(frame=7)
        until(lambda: look.picture(wait=0.2) is not None and shown(look)[0] == 2)
        assert look.picture() is None, "the same picture is not given twice"
    assert client.look_status(look.status.id).state == "ended"
    with pytest.raises(InputError):
        look.update(seed=1)


def shown(look: LiveLook) -> tuple[int, str, int]:
    found = look.refresh().picture
    assert found is not None
    return found.update, found.words["time_of_day"], found.seed


def test_a_lost_process_is_started_again_with_what_was_wanted(
    client: Client, request_: Callable[..., LookRequest]
) -> None:
    with LiveLook.start(client, request_("dies")) as look:
        first(look)
        number = look.number
        look.update(frame=5, seed=11)  # the double dies at this view
        until(lambda: (p := look.refresh().picture) is not None and p.seed == 11 and p.frame == 5)
        assert look.status.restarts == 1
        assert look.status.picture is not None
        assert look.status.picture.number > number


def test_a_scene_that_cannot_be_shown_ends_with_a_sentence(client: Client, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        client.start_look(LookRequest(str(tmp_path / "none.blend")))
    (tmp_path / "bad.blend").write_bytes(b"BLENDER-double")
    look = LiveLook.start(client, LookRequest(str(tmp_path / "bad.blend"), camera="nobody", generator="fake"))
    until(lambda: "nobody" in look.refresh().message)
    assert look.status.state == "starting"
    look.stop()


def test_a_look_that_nobody_watches_ends(client: Client, request_: Callable[..., LookRequest]) -> None:
    look = LiveLook.start(client, request_(idle=0.1))
    until(lambda: time.sleep(2.0) is None and client.look_status(look.status.id).state == "ended")


def ask(home: Path, method: str, path: str, body: object = None, host: str | None = None) -> tuple[int, bytes]:
    record = read_record(home)
    assert record is not None
    line = http.client.HTTPConnection("127.0.0.1", record.port, timeout=20)
    headers = {"Content-Type": "application/json"} | ({"Host": host} if host else {})
    line.request(method, path, None if body is None else json.dumps(body), headers)
    answer = line.getresponse()
    try:
        return answer.status, answer.read()
    finally:
        line.close()


def test_the_page_needs_the_sessions_name_and_nothing_else(
    home: Path, client: Client, request_: Callable[..., LookRequest]
) -> None:
    with LiveLook.start(client, request_()) as look:
        first(look)
        view = f"/view/{look.status.id}"
        assert look.page.endswith(view)
        status, page = ask(home, "GET", view)
        assert status == 200
        assert b"Rushes: live look" in page
        assert b"http://" not in page.replace(b"http://127.0.0.1", b""), "the page loads nothing from elsewhere"
        assert ask(home, "GET", f"{view}/picture?after=0&wait=5")[1].startswith(PNG)
        assert json.loads(ask(home, "POST", view, {"seed": 77})[1])["updates"] == 1
        assert json.loads(ask(home, "GET", f"{view}/status")[1])["updates"] == 1
        assert ask(home, "GET", "/view/not-its-name")[0] == 401
        assert ask(home, "GET", f"/looks/{look.status.id}")[0] == 401, "the rest of the engine needs the token"
        assert ask(home, "GET", f"{view}/../../info")[0] in (401, 404)
        assert ask(home, "GET", view, host="evil.example")[0] == 403
