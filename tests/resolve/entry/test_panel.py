"""The panel in the simulator: a user presses its buttons; the engine is a double."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

import rushes
from resolve_scripts.actions.base import Action, Desk, Outcome
from resolve_scripts.actions.choose_production import ACTION as CHOOSE
from resolve_scripts.actions.registry import Entry
from resolve_scripts.host.session import Session, open_session
from resolve_scripts.host.tell import Teller
from resolve_scripts.panel.model import FIELDS, PanelModel, bar, job_line, panel_entries
from resolve_scripts.panel.panel import Panel
from resolve_scripts.store import Store
from rushes.client import Client
from rushes.contracts import EngineInfo, JobRequest, JobState, JobStatus, Rating, TakeRow
from rushes.contracts.clip import Treatment
from rushes.errors import EngineUnreachable, ResolveError
from rushes.testing.resolve import PROFILES, Simulator
from rushes.testing.resolve.desk import FakeDesk
from rushes.testing.resolve.screen import Screen, screen
from rushes.testing.transport import FakeTransport
from tests.resolve.entry.given import Actions


class Room:
    """A Resolve, an engine (a double), and the panel in it."""

    def __init__(self, tmp_path: Path, *actions: Action, profile: str = "21.0.4-studio") -> None:
        self.sim = Simulator(profile, tmp_path / "sim")
        self.film = FakeDesk(tmp_path / "film")
        (tmp_path / "film" / "production.json").write_text("{}")
        self.store = Store(tmp_path / "data" / "resolve")
        self.store.bind(self.sim.project.uid, str(tmp_path / "film"))
        self.threads: set[int] = set()
        self.jobs: tuple[JobStatus, ...] = ()
        self.down = False
        self.told: list[str] = []
        self.registry = Actions(*actions, CHOOSE)

    def answer(self, method: str, path: str, data: Any) -> Any:
        self.threads.add(threading.get_ident())
        if self.down:
            raise EngineUnreachable("The engine does not answer.", hint="Start it.")
        place = urlparse(path).path
        if place == "/info":
            return EngineInfo(rushes.__version__, 1, 1, "/", 0.0)
        if place == "/production":
            return self.film.state()
        if place == "/production/takes":
            return self.film.takes()
        if place.startswith("/production/takes/"):
            return self.film.rate_take(place.rsplit("/", 1)[1], Rating(data["rating"]))
        return self.jobs

    def client(self) -> Client:
        return Client(FakeTransport(self.answer))

    @property
    def session(self) -> Session:
        return open_session(self.sim.globals())

    @property
    def user(self) -> Screen:
        return screen(self.sim.app)

    def panel(self) -> Panel:
        teller = Teller("linux", lambda c: None, lambda t: None, lambda n: None, self.told)
        return Panel(
            self.session, self.registry, store=self.store, client=self.client, teller=teller,
            sleep=lambda seconds: time.sleep(0.001),
        )  # fmt: skip

    def run(self, *plan: Any) -> Panel:
        """Open the panel, wait until the takes are there, do the plan, close it."""
        panel = self.panel()
        waits = 0

        def until_takes() -> None:
            nonlocal waits
            waits += 1
            if not panel.model.takes and not panel.model.message and waits < 2000:
                self.user.plan.insert(0, until_takes)

        self.user.plan += [until_takes, *plan, self.user.close]
        panel.run()
        assert self.sim.app.misuse == []
        assert not self.sim.app.deadlocked
        return panel


def action(run: Any, id: str = "try_it", **more: Any) -> Action:
    return Action(id, "Try It", "Tries.", run, **more)


def done(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
    return Outcome("Done.", 1, ("One left out.",), dict(options))


def wait_for(room: Room, what: Any) -> Any:
    """A user who looks until something is so."""
    waits = 0

    def look() -> None:
        nonlocal waits
        waits += 1
        if not what() and waits < 2000:
            room.user.plan.insert(0, look)

    return look


def test_takes_are_listed_by_shot_with_the_newest_first_and_filtered(tmp_path: Path) -> None:
    room = Room(tmp_path)
    for shot, take in (("SH020", "t1"), ("SH010", "t2"), ("SH010", "t3")):
        room.film.add_take(shot, take, 36, notes="two\nlines" if take == "t2" else "")
    seen: list[list[list[str]]] = []
    user = room.user
    room.run(
        lambda: seen.append(user.rows("Takes")),
        lambda: user.choose("Shot", "SH020"),
        lambda: None,
        lambda: seen.append(user.rows("Takes")),
    )
    assert seen[0] == [
        ["SH010", "t3", "✓ kept", "1.5 s", ""],
        ["SH010", "t2", "✓ kept", "1.5 s", "two lines"],
        ["SH020", "t1", "✓ kept", "1.5 s", ""],
    ]
    assert [row[1] for row in seen[1]] == ["t1"]


def test_rating_buttons_rate_the_picked_take_and_are_grey_without_one(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.film.add_take("SH010", "t1")
    room.film.add_take("SH010", "t2")
    user = room.user
    grey: list[bool] = []
    room.run(
        lambda: grey.append(user.element("Reject").Enabled),
        lambda: user.pick_row("Takes", 0),
        lambda: None,
        lambda: user.click("Reject"),
        wait_for(room, lambda: room.film.rows["t2"].rating is Rating.REJECTED),
        wait_for(room, lambda: user.rows("Takes")[0][2] == "✗ rejected"),
    )
    assert grey == [False]
    assert room.film.rows["t2"].rating is Rating.REJECTED
    assert room.film.rows["t1"].rating is Rating.KEPT


def test_an_action_gets_what_is_picked_and_its_outcome_is_shown(tmp_path: Path) -> None:
    got: dict[str, str] = {}

    def run(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
        got.update(options)
        return done(session, desk, options)

    room = Room(tmp_path, action(run, options={"take": "", "shot": ""}))
    room.film.add_take("SH010", "t1")
    user = room.user
    said: list[str] = []
    room.run(
        lambda: user.choose("Shot", 1),
        lambda: user.pick_row("Takes", 0),
        lambda: user.click("Run_try_it"),
        wait_for(room, lambda: "Done" in user.text("Message")),
        lambda: said.append(user.text("Message")),
    )
    assert got == {"take": "t1", "shot": "SH010"}
    assert said == ["Done. One left out."]


def test_while_an_action_waits_for_the_engine_the_window_lives_and_cancel_reaches_it(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.film.add_take("SH010", "t1")
    main = threading.get_ident()
    looks: list[tuple[bool, bool]] = []
    go = threading.Event()

    def run(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
        assert threading.get_ident() == main, "Resolve is called here, so this must be the main thread"
        desk.progress(0.25, "Rendering")
        desk._wait(lambda: go.wait(10))  # type: ignore[attr-defined] # a long question to the engine
        assert desk.cancelled
        return Outcome("Stopped half way.")

    room.registry = Actions(action(run), CHOOSE)
    user = room.user

    def look() -> None:
        looks.append((user.element("Run_try_it").Enabled, user.element("Cancel").Enabled))

    room.run(
        look,
        lambda: user.click("Run_try_it"),
        wait_for(room, lambda: user.element("Cancel").Enabled),
        wait_for(room, lambda: "25%" in user.text("Progress")),
        look,
        lambda: user.click("Cancel"),
        go.set,
        wait_for(room, lambda: "half way" in user.text("Message")),
        look,
    )
    assert looks == [(True, False), (False, True), (True, False)]
    assert main not in room.threads, "the engine is never asked from the window's thread"
    assert {call.thread for call in room.sim.app.log} == {main}, "Resolve is never called from another one"


def test_closing_while_an_action_runs_brings_it_to_its_end_and_tells(tmp_path: Path) -> None:
    ended: list[int] = []
    room = Room(tmp_path)
    room.film.add_take("SH010", "t1")
    user = room.user

    def run(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
        user.close()
        desk.takes()
        ended.append(1)
        return Outcome("Pulled 1 take.")

    room.registry = Actions(action(run), CHOOSE)
    room.run(lambda: user.click("Run_try_it"))
    assert ended == [1]
    assert room.told == ["Pulled 1 take."]


def test_a_fault_in_an_action_leaves_the_window_open(tmp_path: Path) -> None:
    def run(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
        raise ZeroDivisionError

    room = Room(tmp_path, action(run), action(done, "other"))
    room.film.add_take("SH010", "t1")
    user = room.user
    said: list[str] = []
    room.run(
        lambda: user.click("Run_try_it"),
        wait_for(room, lambda: "broke off" in user.text("Message")),
        lambda: said.append(user.text("Message")),
        lambda: user.click("Run_other"),
        wait_for(room, lambda: "Done" in user.text("Message")),
    )
    assert "ZeroDivisionError" in said[0]
    assert not room.store.lock("action").taken_elsewhere()


def test_send_passes_the_treatment_and_its_settings(tmp_path: Path) -> None:
    got: dict[str, str] = {}

    def run(session: Session, desk: Desk, options: Mapping[str, str]) -> Outcome:
        got.update(options)
        return Outcome("Sent 1 clip.")

    room = Room(tmp_path, action(run, "send"))
    room.film.add_take("SH010", "t1")
    user = room.user
    shown: list[bool] = []
    room.run(
        lambda: user.choose("Treatment", "Upscale"),
        lambda: None,
        lambda: shown.extend([user.element("Setting0").Hidden, user.element("Setting1").Hidden]),
        lambda: user.write("Setting0", "4"),
        lambda: user.click("Send"),
        wait_for(room, lambda: "Sent" in user.text("Message")),
    )
    assert got == {"treatment": "upscale", "set.scale": "4"}
    assert shown == [False, True]


def test_another_production_is_typed_or_chosen(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.film.add_take("SH010", "t1")
    other = tmp_path / "other"
    other.mkdir()
    (other / "production.json").write_text("{}")
    user = room.user
    room.run(
        lambda: user.write("Production", str(other)),
        lambda: user.enter("Production"),
        wait_for(room, lambda: "now belongs" in user.text("Message")),
    )
    assert room.store.settings().projects[room.sim.project.uid] == str(other)


def test_without_a_production_or_an_engine_the_panel_says_so(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.down = True
    said: list[str] = []
    user = room.user
    user.plan += [
        wait_for(room, lambda: "does not answer" in user.text("Jobs")),
        lambda: said.append(user.text("Jobs")),
        lambda: setattr(room, "down", False),
    ]
    room.run()
    assert "does not answer" in said[0]
    fresh = Room(tmp_path / "fresh")
    fresh.sim.new_project(name="Another")
    fresh.run(lambda: said.append(fresh.user.text("Message")))
    assert "Choose Production" in said[1]


def test_free_resolve_is_never_asked_for_a_window(tmp_path: Path) -> None:
    from resolve_scripts.actions.panel import ACTION

    assert ACTION.studio
    room = Room(tmp_path, profile="21.0-free")
    with pytest.raises(ResolveError, match="Studio"):
        room.session.require("The panel", studio=True)
    assert room.sim.app.modal is None


@pytest.mark.parametrize("profile", [name for name, one in PROFILES.items() if one.studio])
def test_it_opens_in_every_studio(profile: str, tmp_path: Path) -> None:
    room = Room(tmp_path, profile=profile)
    room.film.add_take("SH010", "t1")
    before = room.sim.snapshot()
    room.run()
    assert room.sim.snapshot() == before


def test_a_second_panel_is_told(tmp_path: Path) -> None:
    from resolve_scripts.actions.panel import ACTION
    from resolve_scripts.desk import EngineDesk

    room = Room(tmp_path)
    desk = EngineDesk(room.sim.project.uid, store=room.store, client=room.client)
    with room.store.lock("panel"), pytest.raises(ResolveError, match="open already"):
        ACTION.run(room.session, desk, {})
    room.user.plan += [room.user.close]
    assert "closed" in ACTION.run(room.session, desk, {}).text


def test_the_engines_jobs_are_one_line() -> None:
    request = JobRequest("clip", {"treatment": "upscale", "shot": "SH010"})
    job = JobStatus("j", request, JobState.RUNNING, 0.0, progress=0.4)
    assert job_line([job, replace(job, state=JobState.QUEUED)]) == "Engine: upscale SH010 40%, 1 waiting"
    assert "brought back" in job_line([], before=1)
    assert job_line([]) == ""


def test_bars() -> None:
    assert bar(0.5, 4) == "██░░  50%"
    assert bar(7, 2) == "██ 100%"


def test_every_treatment_has_words_and_fields_that_the_window_can_show() -> None:
    assert set(FIELDS) == set(Treatment)
    assert all(len(fields) <= 2 for fields in FIELDS.values())
    model = PanelModel(treatment=Treatment.DENOISE, settings={"strength": " "})
    assert model.send_options() == {"treatment": "denoise"}, "an empty field leaves the engine's own choice"


def test_a_filter_that_is_gone_falls_back(tmp_path: Path) -> None:
    rows: tuple[TakeRow, ...] = (FakeDesk(tmp_path / "f").add_take("SH010", "t1"),)
    model = PanelModel(shot="SH999", chosen="gone")
    model.set_takes(rows)
    assert model.rows() == rows
    assert model.chosen == ""


def test_panel_buttons_leave_out_what_has_a_place_of_its_own() -> None:
    entries = [Entry(action(done, id)) for id in ("pull_selects", "send", "stop", "open_panel")]
    assert [entry.id for entry in panel_entries(entries)] == ["pull_selects"]


def test_filling_a_list_is_no_choice_of_the_editors(tmp_path: Path) -> None:
    """A real list tells of changes while it is filled; the filter and the picked take must survive that."""
    room = Room(tmp_path)
    room.film.add_take("SH010", "t1")
    room.film.add_take("SH020", "t2")
    user = room.user
    panel = room.panel()
    heard = panel.window.window.On.Shot.__dict__["CurrentIndexChanged"]
    box = panel.window.window.GetItems()["Shot"]
    clear = box.Clear

    def telling_clear() -> None:
        clear()
        heard({})

    object.__setattr__(box, "Clear", telling_clear)
    seen: list[str] = []
    user.plan += [
        wait_for(room, lambda: len(user.rows("Takes")) == 2),
        lambda: user.choose("Shot", "SH020"),
        lambda: None,
        lambda: room.film.add_take("SH030", "t3"),
        lambda: user.click("Refresh"),
        wait_for(room, lambda: "SH030" in panel.model.shots()),
        lambda: None,
        lambda: seen.append(panel.model.shot),
        user.close,
    ]
    panel.run()
    assert seen == ["SH020"]


def test_another_project_brings_its_own_production(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.film.add_take("SH010", "t1")
    user = room.user
    seen: list[tuple[str, str]] = []
    clock = iter(range(10**9))
    panel = Panel(
        room.session, room.registry, store=room.store, client=room.client,
        sleep=lambda seconds: time.sleep(0.001), clock=lambda: float(next(clock)),
    )  # fmt: skip
    user.plan += [
        wait_for(room, lambda: len(user.rows("Takes")) == 1),
        lambda: room.sim.new_project(name="Another"),
        wait_for(room, lambda: user.text("Project") == "Another"),
        lambda: seen.append((user.text("Production"), user.text("Message"))),
        lambda: seen.append((str(len(user.rows("Takes"))), "")),
        user.close,
    ]
    panel.run()
    assert seen[0][0] == ""
    assert "Choose Production" in seen[0][1]
    assert seen[1][0] == "0", "takes of the other film are not offered here"
    assert room.sim.app.misuse == []


def test_rating_while_no_project_is_open_is_told_and_the_panel_stays(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.film.add_take("SH010", "t-1")
    panel = room.panel()
    panel.model.chosen = "t-1"
    room.sim.no_project()
    panel._rate(Rating.KEPT)  # pyright: ignore[reportPrivateUsage]  # what the button does
    assert "No project is open" in panel.model.message
