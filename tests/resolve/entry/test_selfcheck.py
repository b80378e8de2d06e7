"""The self-check in the double: all as expected; with a habit switched, the difference is found and named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import resolve_selfcheck

from resolve_scripts.actions.self_check import ACTION, rules
from resolve_scripts.host.session import open_session
from resolve_scripts.selfcheck.bench import NAME
from resolve_scripts.selfcheck.media import png
from resolve_scripts.selfcheck.probes import PROBES
from resolve_scripts.store import Store
from rushes.errors import JobCancelled, ResolveError
from rushes.testing.resolve import PROFILES, SCRIPTED, Simulator
from rushes.testing.resolve.desk import FakeDesk
from rushes.testing.resolve.invariants import broken
from rushes.testing.resolve.rules import RULES


def room(tmp_path: Path, profile: Any = "21.0.4-studio", rate: str = "24") -> tuple[Simulator, FakeDesk]:
    sim = Simulator(profile, tmp_path / "sim")
    sim.new_project(rate, "Film")
    desk = FakeDesk(tmp_path / "film")
    desk.store = Store(tmp_path / "data" / "resolve")  # type: ignore[attr-defined] # as EngineDesk has it
    return sim, desk


def check(sim: Simulator, desk: FakeDesk) -> tuple[str, dict[str, tuple[bool | None, str]]]:
    outcome = ACTION.run(open_session(sim.globals()), desk, {})
    found = {one["rule"]: (one["agrees"], one["seen"]) for one in outcome.details["findings"]}
    return "\n".join([outcome.text, *outcome.notes]), found


@pytest.mark.parametrize("profile", SCRIPTED)
def test_the_double_is_as_the_double_plays_it_and_nothing_stays(profile: str, tmp_path: Path) -> None:
    sim, desk = room(tmp_path, profile)
    sim.timeline("Edit", video=2)
    sim.add_clip(at=10, frames=48)
    sim.lock("video", 2)
    sim.playhead(20)
    sim.app.page = "color"
    before = sim.snapshot()
    told, found = check(sim, desk)
    assert {rule: seen for rule, (agrees, seen) in found.items() if not agrees} == {}, told
    assert set(found) == set(PROBES)
    assert "all as expected" in told
    after = sim.snapshot()
    assert broken(before, after) == []
    assert after["projects"] == before["projects"]
    assert sim.app.modal is None


@pytest.mark.parametrize("rate", ["23.976", "25", "29.97 DF", "60"])
def test_it_holds_at_other_rates(rate: str, tmp_path: Path) -> None:
    sim, desk = room(tmp_path, rate=rate)
    told, found = check(sim, desk)
    assert [rule for rule, (agrees, _) in found.items() if agrees is False] == [], told


@pytest.mark.parametrize(
    ("quirk", "rule", "seen"),
    [
        ("inclusive_end", "append.exclusive-end", "became 11"),
        ("eof_strict", "append.eof-strict", "placed nothing"),
        ("subfolder_becomes_current", "folder.subfolder", "not opened"),
        ("show_individual_frames", "import.sequence", f"became {24} clips"),
    ],
)
def test_a_resolve_with_another_habit_is_named(quirk: str, rule: str, seen: str, tmp_path: Path) -> None:
    usual = PROFILES["21.0.4-studio"]
    sim, desk = room(tmp_path, usual.but(**{quirk: not getattr(usual.quirks, quirk)}))
    told, found = check(sim, desk)
    agrees, words = found[rule]
    assert agrees is False
    assert seen in words
    assert f"{rule}: {words}" in told
    assert RULES[rule].text in told


def test_the_report_is_written_for_people_and_programs(tmp_path: Path) -> None:
    sim, desk = room(tmp_path, PROFILES["21.0.4-studio"].but(inclusive_end=True))
    check(sim, desk)
    reports = sorted((tmp_path / "data" / "resolve" / "self_check").iterdir())
    assert [path.suffix for path in reports] == [".json", ".txt"]
    data = json.loads(reports[0].read_text("utf-8"))
    assert data["resolve"].startswith("21.0.4.5")
    text = reports[1].read_text("utf-8")
    assert text.index("Different from what Rushes expects: ") < text.index("append.exclusive-end")
    rule = RULES["append.exclusive-end"]
    where = f"measured on {rule.confirmed_on}" if rule.confirmed_on else "never measured"
    assert f"expected: {rule.text} ({rule.source}; {where})" in text


def test_a_call_that_is_gone_is_a_finding_not_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sim, desk = room(tmp_path)
    missing = lambda bench: bench.timeline.NoSuchCall()  # noqa: E731
    monkeypatch.setitem(PROBES, "marker.echo", missing)
    _, found = check(sim, desk)
    assert found["marker.echo"][0] is False
    assert "NoneType" in found["marker.echo"][1]


def test_stopped_half_way_nothing_stays(tmp_path: Path) -> None:
    sim, _desk = room(tmp_path)
    sim.timeline()
    before = sim.snapshot()

    class Stopping(FakeDesk):
        @property
        def cancelled(self) -> bool:  # type: ignore[override] # a double that counts looks
            return len(self.told) > 5

        @cancelled.setter
        def cancelled(self, value: bool) -> None:
            pass

    with pytest.raises(JobCancelled, match="removed"):
        check(sim, Stopping(tmp_path / "other"))
    assert sim.snapshot()["projects"] == before["projects"]


def test_names_that_the_editor_has_are_left_alone(tmp_path: Path) -> None:
    sim, desk = room(tmp_path)
    sim.timeline(NAME)
    mine = sim.bin(NAME)
    before = sim.snapshot()
    told, _ = check(sim, desk)
    assert sim.snapshot()["projects"] == before["projects"]
    assert mine in sim.project.root.folders
    assert "could not be removed" not in told


def test_what_cannot_be_removed_is_told(tmp_path: Path) -> None:
    sim, desk = room(tmp_path)
    sim.refuse("MediaPool.DeleteFolders", 99)
    told, _ = check(sim, desk)
    assert f"the bin {NAME} could not be removed" in told


def test_a_dialog_in_front_stops_it_before_anything_is_made(tmp_path: Path) -> None:
    sim, desk = room(tmp_path)
    sim.open_modal()
    before = sim.snapshot()
    with pytest.raises(ResolveError):
        check(sim, desk)
    assert sim.snapshot() == before


def test_the_bundled_rules_are_the_doubles() -> None:
    assert rules() == resolve_selfcheck.table(), "python tools/resolve_selfcheck.py writes them anew"
    assert len(PROBES) >= 40


def test_the_test_picture_is_a_picture(tmp_path: Path) -> None:
    from PIL import Image

    with Image.open(png(tmp_path / "x.png", 77)) as image:
        assert image.size == (64, 36)
        assert image.getpixel((3, 3)) == (77, 77, 77)
