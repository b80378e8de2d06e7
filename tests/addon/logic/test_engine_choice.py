"""Which engine is used, and that its token is never shown."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from blender_addon.logic import engine_choice
from blender_addon.logic.engine_choice import EngineChoice, choose, chosen, pause
from rushes.errors import EngineError, EngineUnreachable

SECRET = "s3cret-token-of-the-engine"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = chosen()
    yield
    choose(before)
    pause("")


def test_another_choice_is_told_apart_from_the_same() -> None:
    assert choose(EngineChoice(python="/a/python"))
    assert not choose(EngineChoice(python="/a/python"))
    assert chosen().python == "/a/python"


def test_the_options_reach_the_launcher(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(engine_choice.client, "ensure_engine", lambda **given: asked.append(given))
    EngineChoice(python="/p", devices="0,1").connect()
    EngineChoice().connect()
    assert asked == [
        {"python": "/p", "options": ["--devices", "0,1"]},
        {"python": None, "options": []},
    ]


def test_while_paused_this_machines_engine_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_choice.client, "ensure_engine", lambda **_: "a client")
    pause("The engine is being removed.")
    with pytest.raises(EngineError, match="being removed") as caught:
        EngineChoice().connect()
    assert caught.value.code == "engine.paused"
    pause("")
    assert EngineChoice().connect() == "a client"


def test_the_token_is_in_no_text_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    choice = EngineChoice(remote="127.0.0.1:9", token=SECRET)
    assert SECRET not in repr(choice)
    with caplog.at_level(logging.DEBUG), pytest.raises(EngineUnreachable) as caught:
        choice.connect()
    assert SECRET not in caplog.text
    assert SECRET not in f"{caught.value!r} {caught.value} {caught.value.to_dict()}"
