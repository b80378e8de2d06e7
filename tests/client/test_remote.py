"""An engine through a tunnel: a plain forwarder stands in for ssh."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rushes.client import Client, EngineHome, read_record, remote
from rushes.errors import AuthError, EngineError, EngineUnreachable
from rushes.testing.engine import running_engine


@contextmanager
def tunnel(port: int) -> Generator[int, None, None]:
    """DOUBLE of `ssh -L`: another local port whose connections go to `port`, byte by byte."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    ended = threading.Event()

    def pump(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def carry(near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", port)) as far:
            there = threading.Thread(target=pump, args=(near, far))
            there.start()
            pump(far, near)
            there.join(5)

    def listen() -> None:
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                near, _ = listener.accept()
                near.settimeout(10)
                threading.Thread(target=carry, args=(near,), daemon=True).start()

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        ended.set()
        thread.join(5)
        listener.close()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("remote")
    with running_engine(home):
        yield home


def secrets_of(home: Path) -> tuple[int, str]:
    record = read_record(home)
    assert record is not None
    return record.port, EngineHome(home).token.read_text("ascii")


def test_an_engine_behind_a_tunnel(engine: Path) -> None:
    port, token = secrets_of(engine)
    with tunnel(port) as near:
        for address in (f"127.0.0.1:{near}", f"localhost:{near}", f" http://127.0.0.1:{near}/ "):
            client = remote(address, token + "\n")
            assert isinstance(client, Client)
            assert client.info().home == str(engine)
            assert client.jobs() == ()


def test_a_wrong_token_and_a_closed_tunnel_are_said(engine: Path) -> None:
    port, _ = secrets_of(engine)
    with tunnel(port) as near:
        with pytest.raises(AuthError, match="does not accept this token"):
            remote(f"127.0.0.1:{near}", "wrong")
        for token in ("", "two words", "schlüssel"):
            with pytest.raises(AuthError, match="one word"):
                remote(f"127.0.0.1:{near}", token)
    with pytest.raises(EngineUnreachable, match=f"No engine answers at 127.0.0.1:{near}") as caught:
        remote(f"127.0.0.1:{near}", "x")
    assert "tunnel" in caught.value.hint


@pytest.mark.parametrize(
    "address",
    ["", "9000", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:0", "127.0.0.1:70000", "192.168.1.5:9", "farm:9"],
)
def test_other_machines_are_reached_through_a_tunnel_only(address: str) -> None:
    with pytest.raises(EngineError) as caught:
        remote(address, "x")
    assert caught.value.code == "engine.address"
