"""The UIManager of the double: windows of scripts and a user who presses their buttons."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from rushes.testing.resolve import Simulator, profile
from rushes.testing.resolve.screen import screen


class Panel:
    """A small script as one is found in the field."""

    def __init__(self, sim: Simulator) -> None:
        names = sim.globals()
        self.pressed: list[str] = []
        self.open = True
        ui = names["fusion"].UIManager
        self.dispatcher = names["bmd"].UIDispatcher(ui)
        self.window = self.dispatcher.AddWindow(
            {"ID": "Panel", "WindowTitle": "Rushes", "Geometry": [100, 100, 400, 300]},
            ui.VGroup(
                [
                    ui.Label({"ID": "Title", "Text": "Takes", "Weight": 0}),
                    ui.Tree({"ID": "Takes", "ColumnCount": 2, "Events": {"ItemDoubleClicked": True}}),
                    ui.HGroup({"Weight": 0}, [ui.Button({"ID": "Pull", "Text": "Pull"}), ui.ComboBox({"ID": "Kind"})]),
                    ui.LineEdit({"ID": "Note"}),
                    ui.CheckBox({"ID": "Proxies", "Text": "Proxies"}),
                ]
            ),
        )
        items = self.window.GetItems()
        items["Kind"].AddItems(["Selects", "All"])
        items["Takes"].SetHeaderLabels(["Shot", "Take"])
        for shot, take in (("SH010", "T01"), ("SH020", "T03")):
            row = items["Takes"].NewItem()
            row.Text[0], row.Text[1] = shot, take
            items["Takes"].AddTopLevelItem(row)
        self.window.On.Pull.Clicked = lambda event: self.pressed.append(event["who"])
        self.window.On["Kind"].CurrentIndexChanged = lambda event: self.pressed.append(items["Kind"].CurrentText)
        self.window.On.Takes.ItemDoubleClicked = lambda event: self.pressed.append(event["item"].Text[0])
        self.window.On.Panel.Close = self.close
        self.window.Show()

    def close(self, event: dict[str, Any]) -> None:
        self.open = False
        self.dispatcher.ExitLoop()

    def run(self) -> None:
        while self.open:
            self.dispatcher.StepLoop()


@pytest.fixture
def sim(tmp_path: Path) -> Simulator:
    return Simulator("21.0.4-studio", tmp_path)


def test_what_the_user_presses_arrives_at_the_next_step(sim: Simulator) -> None:
    panel, user = Panel(sim), screen(sim.app)
    user.plan += [
        lambda: user.click("Pull"),
        lambda: user.choose("Kind", "All"),
        lambda: user.pick_row("Takes", 1, double=True),
        lambda: user.write("Note", "warmer"),
        lambda: user.click("Proxies"),
        user.close,
    ]
    panel.run()
    assert panel.pressed == ["Pull", "All", "SH020"]
    assert user.rows("Takes") == [["SH010", "T01"], ["SH020", "T03"]]
    assert (user.text("Title"), user.text("Note"), user.element("Proxies").Checked) == ("Takes", "warmer", True)
    assert panel.window.Find("Takes").CurrentItem().Text[1] == "T03"
    assert sim.app.misuse == []


def test_nobody_presses_what_is_grey_or_missing(sim: Simulator) -> None:
    panel, user = Panel(sim), screen(sim.app)
    panel.window.Find("Pull").Enabled = False
    with pytest.raises(LookupError, match="Pull cannot be pressed"):
        user.click("Pull")
    with pytest.raises(LookupError, match="Pul"):
        user.click("Pul")


def test_a_property_or_event_that_is_spelt_wrong_is_noted(sim: Simulator) -> None:
    panel = Panel(sim)
    panel.window.Find("Title").Caption = "Takes"
    panel.window.On.Pull.Click = print
    panel.window.Find("Title").AddTopLevelItem(None)
    assert sim.app.misuse == ["Label has no Caption", "there is no event Click", "a Label is no Tree"]


def test_a_panel_that_never_ends_is_told_so(sim: Simulator) -> None:
    with pytest.raises(RuntimeError, match="waits for a user"):
        Panel(sim).run()


def test_the_free_edition_has_no_ui_and_sells_instead(tmp_path: Path) -> None:
    """Rules edition.uimanager, ui.modal."""
    sim = Simulator(profile("20.3", studio=False), tmp_path)
    timeline = sim.timeline()
    assert sim.fusion.UIManager is None
    assert sim.bmd.UIDispatcher(None) is None
    assert sim.app.modal == "purchase"
    assert not sim.handle(timeline).AddMarker(0, "Blue", "", "", 1), "a later, unrelated call fails"
    sim.dismiss_modal()
    assert sim.handle(timeline).AddMarker(0, "Blue", "", "", 1) is True


def _ask_elsewhere(sim: Simulator, answers: list[Any]) -> None:
    """A call from a thread of its own."""
    thread = threading.Thread(target=lambda: answers.append(sim.resolve.GetCurrentPage()))
    thread.start()
    thread.join()


def test_a_thread_that_calls_resolve_while_runloop_runs_never_comes_back(sim: Simulator) -> None:
    """Rules ui.runloop, thread.deadlock."""
    panel, user = Panel(sim), screen(sim.app)
    answers: list[Any] = []
    user.plan += [partial(_ask_elsewhere, sim, answers), user.close]
    panel.dispatcher.RunLoop()
    assert answers == [None]
    assert sim.app.deadlocked
    assert sim.resolve.GetCurrentPage() == "edit", "after the loop it works again"


def test_stepping_leaves_other_threads_alone(sim: Simulator) -> None:
    panel, user = Panel(sim), screen(sim.app)
    answers: list[Any] = []
    user.plan += [partial(_ask_elsewhere, sim, answers), user.close]
    panel.run()
    assert (answers, sim.app.deadlocked) == (["edit"], False)


def test_names_that_are_not_there_are_none(sim: Simulator) -> None:
    assert (sim.fusion.Nonsense, sim.bmd.Nonsense) == (None, None)
    assert sim.bmd.scriptapp("Resolve").GetCurrentPage() == "edit"
    assert sim.bmd.scriptapp("Premiere") is None


def test_compositions_of_an_item(sim: Simulator, tmp_path: Path) -> None:
    """Rule fusion.no-mediaout."""
    sim.timeline()
    item = sim.handle(sim.add_clip(frames=10))
    (tmp_path / "glow.comp").write_text("Composition { MediaIn1, Glow, MediaOut1 }")
    (tmp_path / "dead.comp").write_text("Composition { Background1 }")
    assert item.ImportFusionComp(str(tmp_path / "none.comp")) is None
    assert item.ImportFusionComp(str(tmp_path / "glow.comp")) is not None
    assert sim.app.unmodelled == []
    item.ImportFusionComp(str(tmp_path / "dead.comp"))
    assert sim.app.unmodelled == ["a composition without MediaIn and MediaOut"]
    assert item.GetFusionCompNameList() == ["glow", "dead"]
    assert item.RenameFusionCompByName("dead", "glow") is False
    assert item.DeleteFusionCompByName("dead") is True
    assert item.ExportFusionComp(str(tmp_path / "out.comp"), 1) is True
    assert (item.GetFusionCompCount(), item.GetFusionCompByIndex(2)) == (1, None)


def test_a_timer_never_rings(sim: Simulator) -> None:
    """Rule ui.timer."""
    panel, user = Panel(sim), screen(sim.app)
    timer = sim.fusion.UIManager.Timer({"ID": "Poll", "Interval": 10})
    panel.window.On.Poll.Timeout = lambda event: panel.pressed.append("rang")
    timer.Start()
    user.plan += [lambda: None] * 5 + [user.close]
    panel.run()
    assert panel.pressed == []


def test_events_that_nobody_asked_for_do_not_come(sim: Simulator) -> None:
    """Rule ui.events: a handler alone hears no Return; and the script's own changes of a list are told to it."""
    panel, user = Panel(sim), screen(sim.app)
    heard: list[str] = []
    panel.window.On.Note.ReturnPressed = lambda event: heard.append(event["what"])
    panel.window.On.Takes.ItemClicked = lambda event: heard.append(event["what"])
    user.plan += [lambda: user.enter("Note"), lambda: user.pick_row("Takes", 0)]
    user.plan += [lambda: setattr(panel.window.Find("Note"), "Events", {"ReturnPressed": True})]
    user.plan += [lambda: user.enter("Note"), panel.window.Find("Kind").Clear]
    user.plan += [lambda: panel.window.Find("Kind").AddItem("Mine"), user.close]
    panel.window.Find("Takes").ColumnWidth[0] = 100
    panel.run()
    assert heard == ["ReturnPressed"]
    assert panel.pressed == ["Mine"]
