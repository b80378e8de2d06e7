"""Finding an engine: whose record it is, whether it lives, what is said when it does not start."""

import json
import socket
import sys
import threading
from pathlib import Path

import pytest

from rushes.client import EngineHome, connect, discover, ensure_engine, read_record, rushes_home
from rushes.client.discovery import engine_holds_lock
from rushes.client.launcher import engine_python
from rushes.client.locks import FileLock
from rushes.client.transport import HttpTransport
from rushes.errors import DependencyError, EngineError, EngineUnreachable
from rushes.testing.engine import running_engine


@pytest.fixture
def stale(tmp_path: Path) -> EngineHome:
    """What an engine leaves that was killed with -9."""
    files = EngineHome(tmp_path)
    files.folder.mkdir()
    files.engine_lock.touch()
    files.token.write_text("secret", "ascii")
    return files


def write_record(files: EngineHome, port: int) -> None:
    record = {"pid": 1, "port": port, "version": "0", "started": 1.0}
    files.record.write_text(json.dumps(record), "utf-8")


def test_no_engine(tmp_path: Path) -> None:
    with pytest.raises(EngineUnreachable) as caught:
        connect(tmp_path)
    assert caught.value.code == "engine.none"
    assert not (tmp_path / "engine").exists(), "looking leaves no trace"


def test_the_token_is_not_shown_to_who_sits_on_a_dead_engines_port(stale: EngineHome) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        stranger.settimeout(0.2)
        write_record(stale, stranger.getsockname()[1])
        with pytest.raises(EngineUnreachable):
            discover(stale.home)
        with pytest.raises(TimeoutError):
            stranger.accept()


def test_an_engine_that_holds_the_lock_and_does_not_answer(stale: EngineHome) -> None:
    with FileLock(stale.engine_lock), socket.create_server(("127.0.0.1", 0)) as hung:
        write_record(stale, hung.getsockname()[1])
        with pytest.raises(EngineUnreachable):
            discover(stale.home, timeout=0.1)


@pytest.mark.parametrize(
    "text", ["", "{ torn", "[]", '{"pid": 1}', '{"pid": 1, "port": "x", "version": "", "started": 0}']
)
def test_a_broken_record_is_no_record(stale: EngineHome, text: str) -> None:
    stale.record.write_text(text, "utf-8")
    assert read_record(stale.home) is None


def test_an_engine_that_does_not_start_shows_its_last_words(tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'no module named torch' >&2\nexit 4\n", "ascii")
    broken.chmod(0o755)
    if sys.platform == "win32":
        pytest.skip("a shell script")
    with pytest.raises(EngineError) as caught:
        ensure_engine(tmp_path / "home", python=str(broken))
    assert caught.value.code == "engine.start"
    assert "ended with code 4" in caught.value.message
    assert "no module named torch" in caught.value.message
    assert "engine.log" in caught.value.hint


def test_a_python_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DependencyError) as caught:
        ensure_engine(tmp_path, python=str(tmp_path / "nothing"))
    assert "RUSHES_ENGINE_PYTHON" in caught.value.hint


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EngineError) as caught:
        ensure_engine(tmp_path / "file" / "home")
    assert caught.value.code == "engine.home"
    assert "RUSHES_HOME" in caught.value.hint


def test_a_relative_home_is_where_the_caller_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with running_engine(Path("home")) as client:
        assert client.info().home == str(tmp_path / "home")


def test_the_engines_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUSHES_ENGINE_PYTHON", raising=False)
    assert engine_python() == sys.executable
    monkeypatch.setenv("RUSHES_ENGINE_PYTHON", "/opt/python")
    assert engine_python() == "/opt/python"


def test_the_data_folder_of_each_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("RUSHES_HOME", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert rushes_home() == tmp_path / "rushes"
    monkeypatch.delenv("XDG_DATA_HOME")
    assert rushes_home() == Path.home() / ".local" / "share" / "rushes"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert rushes_home() == Path.home() / "Library" / "Application Support" / "Rushes"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    assert rushes_home() == tmp_path / "Local" / "Rushes"
    monkeypatch.setenv("RUSHES_HOME", str(tmp_path / "mine"))
    assert rushes_home() == tmp_path / "mine"


def test_a_lock_has_one_holder_and_is_free_again(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert not second.taken_elsewhere()
    assert first.acquire()
    assert not second.acquire(wait=0.05)
    assert second.taken_elsewhere()
    assert not first.taken_elsewhere()
    first.release()
    assert second.acquire()
    second.release()
    assert not engine_holds_lock(tmp_path)


def test_no_proxy_is_asked_for_the_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy, socket.create_server(("127.0.0.1", 0)) as engine:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        monkeypatch.delenv("no_proxy", raising=False)
        heard: list[bytes] = []

        def answer() -> None:
            link, _ = engine.accept()
            with link:
                heard.append(link.recv(4096))
                link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

        thread = threading.Thread(target=answer)
        thread.start()
        reply = HttpTransport(engine.getsockname()[1], "secret").request("GET", "/info", timeout=5)
        thread.join()
        assert reply.body == b"{}"
        assert heard[0].startswith(b"GET /info HTTP/1.1")
        proxy.settimeout(0.05)
        with pytest.raises(TimeoutError):
            proxy.accept()
