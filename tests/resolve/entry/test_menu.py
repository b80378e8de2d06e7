"""The menu's entry point against the simulator: whatever happens, the editor hears a sentence and Resolve nothing."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import rushes
from resolve_scripts.actions.base import Action, Desk, Outcome
from resolve_scripts.host.session import Session
from resolve_scripts.host.tell import Teller
from resolve_scripts.menu import main
from resolve_scripts.menu.entry import Start
from resolve_scripts.menu.watch import Watch
from resolve_scripts.store import Store
from rushes.client import Client
from rushes.errors import ResolveError
from rushes.testing.resolve import PROFILES, Simulator
from rushes.testing.transport import FakeTransport
from tests.resolve.entry.given import Actions


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Logs of `main` are closed again."""
    yield
    for name in ("rushes.resolve", "resolve_scripts"):
        logger = logging.getLogger(name)
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
            handler.close()


def works(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
    desk.progress(0.5, "Half way")
    return Outcome(f"Did it in {session.label}.", 1, ("One was left out.",), dict(options))


def start(tmp_path: Path, run: Any = works, *, studio: bool = False, leave: Any = None) -> Start:
    teller = Teller("linux", lambda command: None, lambda text: None, lambda name: None)
    registry = Actions(Action("try_it", "Try It", "Tries.", run, studio))
    client = Client(FakeTransport(lambda m, p, d: None))
    return Start(Store(tmp_path / "rushes" / "resolve"), teller, registry, lambda: client, leave or (lambda code: None))


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_an_action_runs_in_every_resolve_that_runs_python(profile: str, tmp_path: Path) -> None:
    sim = Simulator(profile, tmp_path / "sim")
    use = start(tmp_path)
    outcome = main("try_it", sim.globals(), rushes.__version__, options={"a": "b"}, start=use)
    if not PROFILES[profile].scripting:
        assert outcome is None
        assert "does not answer" in use.teller.said[0]
        return
    assert outcome is not None
    assert outcome.details == {"a": "b"}
    assert use.teller.said == [f"{outcome.text}\nOne was left out."]
    seen = json.loads(use.store.seen.read_text())
    assert seen["resolve"].startswith("DaVinci Resolve")
    assert sim.app.misuse == []


def test_a_dialog_in_front_is_told_before_anything_is_done(tmp_path: Path) -> None:
    sim = Simulator("21.0.4-studio", tmp_path / "sim")
    sim.open_modal()
    use = start(tmp_path, lambda *a: pytest.fail("it ran"))
    assert main("try_it", sim.globals(), start=use) is None
    assert "a dialog or the Project Manager is open" in use.teller.said[0]


def test_no_project_is_told(tmp_path: Path) -> None:
    sim = Simulator("21.0.4-studio", tmp_path / "sim")
    sim.no_project()
    sim.app.manager_only = False
    use = start(tmp_path)
    assert main("try_it", sim.globals(), start=use) is None
    assert "No project is open" in use.teller.said[0]


def test_a_studio_action_in_free_is_told_and_asks_resolve_nothing(tmp_path: Path) -> None:
    sim = Simulator("21.0-free", tmp_path / "sim")
    use = start(tmp_path, studio=True)
    assert main("try_it", sim.globals(), start=use) is None
    assert "Try It needs DaVinci Resolve Studio" in use.teller.said[0]
    assert sim.app.modal is None, "no purchase dialog"


def test_an_error_in_words_is_told_with_its_hint(tmp_path: Path) -> None:
    def refuses(*args: Any) -> Outcome:
        raise ResolveError("Track 2 is locked.", hint="Unlock it.")

    sim = Simulator("21.0.4-studio", tmp_path / "sim")
    use = start(tmp_path, refuses)
    assert main("try_it", sim.globals(), start=use) is None
    assert use.teller.said == ["Track 2 is locked.\nUnlock it."]


def test_a_fault_of_ours_is_a_short_sentence_and_a_trace_without_secrets_in_the_log(tmp_path: Path) -> None:
    def breaks(*args: Any) -> Outcome:
        raise KeyError("Authorization: Bearer s3cr3t-t0ken-value")

    sim = Simulator("21.0.4-studio", tmp_path / "sim")
    use = start(tmp_path, breaks)
    assert main("try_it", sim.globals(), start=use) is None
    log = use.store.log.read_text("utf-8")
    assert "Traceback" in log
    assert "s3cr3t" not in log
    assert "Traceback" not in use.teller.said[0]
    assert "s3cr3t" not in use.teller.said[0]
    assert str(use.store.log) in use.teller.said[0]


def test_a_launcher_of_another_version_asks_for_a_restart(tmp_path: Path) -> None:
    sim = Simulator("21.0.4-studio", tmp_path / "sim")
    use = start(tmp_path, lambda *a: pytest.fail("it ran"))
    assert main("try_it", sim.globals(), "0.0.1", start=use) is None
    assert "Rushes 0.0.1" in use.teller.said[0]


def test_an_unknown_action_is_told(tmp_path: Path) -> None:
    sim = Simulator("21.0.4-studio", tmp_path / "sim")
    use = start(tmp_path)
    assert main("gone", sim.globals(), start=use) is None
    assert "no action 'gone'" in use.teller.said[0]


def test_two_actions_never_run_at_once(tmp_path: Path) -> None:
    sim = Simulator("21.0.4-studio", tmp_path / "sim")
    use = start(tmp_path)
    with use.store.lock("action"):
        assert main("try_it", sim.globals(), start=use) is None
    assert "still running" in use.teller.said[0]
    assert main("try_it", sim.globals(), start=use) is not None


def test_stop_reaches_the_running_action(tmp_path: Path) -> None:
    from resolve_scripts.actions import stop

    sim = Simulator("21.0.4-studio", tmp_path / "sim")
    heard: list[bool] = []

    def long(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
        heard.append(desk.cancelled)
        other = start(tmp_path)
        other.registry = Actions(stop.ACTION)
        outcome = main("stop", sim.globals(), start=other)
        assert outcome is not None
        assert outcome.done == 1
        heard.append(desk.cancelled)
        return Outcome("Stopped half way.")

    main("try_it", sim.globals(), start=start(tmp_path, long))
    assert heard == [False, True]
    heard.clear()
    use = start(tmp_path)
    use.registry = Actions(stop.ACTION)
    outcome = main("stop", sim.globals(), start=use)
    assert outcome is not None
    assert outcome.done == 0, "nothing runs any more"


@pytest.mark.parametrize(("given", "left"), [({"__name__": "__main__"}, [1]), ({}, [])])
def test_only_a_program_outside_resolve_leaves_at_once(given: dict[str, Any], left: list[int], tmp_path: Path) -> None:
    """Taking Python down may crash there after all went well; inside Resolve it would take Resolve along."""
    codes: list[int] = []
    main("try_it", given, start=start(tmp_path, leave=codes.append))
    assert codes == left
    sim = Simulator("21.0.4-studio", tmp_path / "sim")
    main("try_it", {**sim.globals(), **given}, start=start(tmp_path, leave=codes.append))
    assert codes == left


def test_a_resolve_that_hangs_is_said_once_and_nothing_is_stopped(tmp_path: Path) -> None:
    said = threading.Event()
    with Watch(0.02, said.set) as watch:
        assert said.wait(10)
        said.clear()
        time.sleep(0.1)
        assert not said.is_set(), "once, not again and again"
        watch.pet()
        assert said.wait(10), "a second silence is told again"


def test_choosing_a_production_with_and_without_a_dialog(tmp_path: Path) -> None:
    from resolve_scripts.actions import choose_production

    film = tmp_path / "film ü"
    (film / "shots").mkdir(parents=True)
    (film / "production.json").write_text("{}")
    sim = Simulator("21.0-free", tmp_path / "sim")
    use = start(tmp_path)
    use.registry = Actions(choose_production.ACTION)
    first = main("choose_production", sim.globals(), options={"folder": str(film / "shots")}, start=use)
    again = main("choose_production", sim.globals(), options={"folder": str(film)}, start=use)
    assert first is not None
    assert again is not None
    assert (first.done, again.done) == (1, 0)
    assert use.store.settings().projects == {sim.project.uid: str(film)}
    wrong = main("choose_production", sim.globals(), options={"folder": str(tmp_path)}, start=use)
    assert wrong is None
    assert "holds no production" in use.teller.said[-1]
