"""What is sent for questions about productions, and what is made of the answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from rushes.client import Client, Reply, new_take_id
from rushes.contracts import Picture, Rating
from rushes.errors import ProtocolError


class Recorder:
    """DOUBLE of the way to the engine: one fixed answer, and what was asked."""

    def __init__(self, status: int, body: bytes = b"") -> None:
        self.reply = Reply(status, body)
        self.asked: list[str] = []

    def request(self, method: str, path: str, body: bytes | None = None, *, timeout: float = 10.0) -> Reply:
        self.asked.append(path)
        return self.reply


def test_paths_and_shots_of_any_letters_arrive() -> None:
    wire = Recorder(200, b"[]")
    assert Client(wire).takes("/fil&m/Über 東京", ["A/B", "1&2 +"]) == ()
    asked = urlsplit(wire.asked[0])
    assert parse_qs(asked.query) == {"root": ["/fil&m/Über 東京"], "shot": ["A/B", "1&2 +"]}


def test_nothing_new_and_no_picture_are_none() -> None:
    client = Client(Recorder(204))
    assert client.production("/film", "known") is None
    assert client.picture("/film", "a.png", 64) is None
    assert client.job_picture("job-00000001", 64) is None


def test_a_picture_comes_whole_or_not_at_all() -> None:
    picture = Picture(2, 1, bytes(range(8)))
    assert Client(Recorder(200, picture.packed())).picture("/film", "a.png", 64) == picture
    for torn in (b"", picture.packed()[:-1], picture.packed() + b"x", b"\0" * 8):
        with pytest.raises(ProtocolError):
            Client(Recorder(200, torn)).picture("/film", "a.png", 64)


def test_take_ids_cannot_leave_their_place_in_the_address() -> None:
    wire = Recorder(200, b"{}")
    Client(wire).trash_take("/film", "../x?y")
    assert wire.asked == ["/production/takes/..%2Fx%3Fy/trash"]


def test_none_leaves_rating_and_notes() -> None:
    sent: list[Any] = []

    class Keep(Recorder):
        def request(self, method: str, path: str, body: bytes | None = None, *, timeout: float = 10.0) -> Reply:
            sent.append(body)
            return Reply(200, b"{}")

    with pytest.raises(ProtocolError):  # the double's answer is no take
        Client(Keep(200)).rate_take("/film", "t1", Rating.KEPT)
    assert sent == [b'{"root": "/film", "rating": "kept", "notes": null}']


def test_take_ids_sort_by_time() -> None:
    ids = [new_take_id() for _ in range(50)]
    assert len(set(ids)) == 50
    assert [i[:15] for i in ids] == sorted(i[:15] for i in ids)
