"""Markers ↔ Notes, through the simulator."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from resolve_scripts.actions.notes import ACTION
from rushes.contracts.edit import ID_KEYS
from rushes.errors import InputError, ResolveError
from rushes.testing.resolve.profiles import SCRIPTED
from rushes.testing.resolve.state import ItemState
from tests.resolve.conftest import Suite


def placed(suite: Suite, take: str, at: int, *, source: int = 0, frames: int = 24, shot: str = "SH010") -> ItemState:
    media = next((one for one in suite.sim.project.media() if one.third_party.get(ID_KEYS["take"]) == take), None)
    if media is None:
        media = suite.sim.add_media(f"{take}.mov", frames=48)
        media.third_party |= {ID_KEYS["take"]: take, ID_KEYS["shot"]: shot}
    return suite.sim.add_clip(media, at=at, source=source, frames=frames)


@pytest.fixture
def film(suite: Callable[..., Suite], request: pytest.FixtureRequest) -> Suite:
    made: Suite = suite(getattr(request, "param", "21.0.4-studio"))
    made.sim.timeline("Edit", video=2)
    made.desk.add_take("SH010", "t1", 48, notes="the light is lovely")
    return made


@pytest.mark.parametrize("film", SCRIPTED, indirect=True)
def test_markers_become_notes_and_notes_markers_and_a_second_run_changes_nothing(film: Suite) -> None:
    item = placed(film, "t1", 10, source=6)
    film.sim.add_marker(4, "Red", "", "hands drift", on=item)
    film.sim.add_marker(20, "Blue", "Marker 3", "cut earlier")
    film.sim.add_marker(200, "Blue", "", "nothing of ours is here")

    outcome = film.run(ACTION, author="Ana")

    assert film.desk.rows["t1"].notes.splitlines() == [
        "the light is lovely",
        "[f10 01:00:00:14 Ana] fix: hands drift",
        "[f16 01:00:00:20 Ana] cut earlier",
    ]
    assert {(frame, one.note) for frame, one in item.markers.items()} == {
        (4, "hands drift"),
        (0, "the light is lovely"),
    }
    assert outcome.done == 2
    before = film.sim.snapshot()
    assert film.run(ACTION, author="Ana").done == 0
    assert film.sim.snapshot() == before
    assert film.sim.app.misuse == []


def test_a_note_with_a_frame_lies_on_every_clip_that_shows_it(film: Suite) -> None:
    film.desk.rate_take("t1", notes="[f30 01:00:00:00 Bo] question: whose boat?\n[f2] only in the first")
    first, second = placed(film, "t1", 0, frames=20), placed(film, "t1", 60, source=24)

    outcome = film.run(ACTION, direction="to_markers")

    assert {frame: one.note for frame, one in first.markers.items()} == {2: "only in the first"}
    (marker,) = second.markers.values()
    assert (marker.color, marker.note, list(second.markers)) == ("Yellow", "whose boat?", [6])
    assert json.loads(marker.custom)["rushes"]["note"]["take"] == "t1"
    assert outcome.done == 2


def test_a_note_outside_the_cut_is_told(film: Suite) -> None:
    film.desk.rate_take("t1", notes="[f40] too late")
    placed(film, "t1", 0, frames=20)
    assert any("frame 40" in note for note in film.run(ACTION).notes)


def test_words_the_editor_changes_on_our_marker_become_a_note_and_nothing_is_lost(film: Suite) -> None:
    item = placed(film, "t1", 0)
    film.run(ACTION)
    (marker,) = item.markers.values()
    marker.note = "the light is lovely, keep it"

    film.run(ACTION, author="Ana")

    notes = film.desk.rows["t1"].notes.splitlines()
    assert notes == ["the light is lovely", "[f0 01:00:00:00 Ana] the light is lovely, keep it"]
    said = film.desk.rows["t1"].notes
    film.run(ACTION, author="Ana")
    assert film.desk.rows["t1"].notes == said


def test_a_clip_that_moved_does_not_bring_its_note_twice(film: Suite) -> None:
    item = placed(film, "t1", 0)
    film.sim.add_marker(5, "Blue", "", "slow here", on=item)
    film.run(ACTION, author="Ana")
    item.start += 100
    film.run(ACTION, author="Bo")
    assert film.desk.rows["t1"].notes.count("slow here") == 1


def test_markers_of_ours_and_empty_ones_are_no_notes(film: Suite) -> None:
    item = placed(film, "t1", 0)
    film.sim.add_marker(3, "Blue", "Marker 1", "", on=item)
    label = film.sim.add_marker(7, "Lavender", "AI-generated", "t1", on=item)
    label.custom = json.dumps({"rushes": {"label": {"take": "t1"}}})
    film.run(ACTION, direction="to_notes")
    assert film.desk.rows["t1"].notes == "the light is lovely"


def test_an_occupied_frame_puts_the_marker_beside_it(film: Suite) -> None:
    item = placed(film, "t1", 0)
    film.sim.add_marker(0, "Blue", "", "mine", on=item)
    film.run(ACTION, author="")
    assert item.markers[1].note == "the light is lovely"
    assert item.markers[0].note == "mine"


@pytest.mark.parametrize(
    ("start", "rate", "first"), [("00:00:00:00", "25", "00:00:00:05"), ("01:00:00;00", "29.97 DF", "01:00:00;05")]
)
def test_timecode_of_a_note_is_the_timelines(suite: Callable[..., Suite], start: str, rate: str, first: str) -> None:
    film: Suite = suite("20.3-studio", rate=rate)
    film.sim.timeline("Edit", start_tc=start)
    film.desk.add_take("SH010", "t1", 48)
    item = placed(film, "t1", 0)
    film.sim.add_marker(5, "Blue", "", "here", on=item)
    film.run(ACTION, author="Ana")
    assert film.desk.rows["t1"].notes == f"[f5 {first} Ana] here"


def test_a_take_that_is_gone_is_told_and_its_markers_stay(film: Suite) -> None:
    item = placed(film, "t1", 0)
    film.sim.add_marker(5, "Blue", "", "here", on=item)
    film.desk.trash("t1")
    outcome = film.run(ACTION)
    assert outcome.done == 0
    assert "t1" in outcome.notes[0]
    assert item.markers[5].note == "here"


def test_nothing_is_touched_when_it_cannot_run(film: Suite) -> None:
    placed(film, "t1", 0)
    with pytest.raises(InputError, match="sideways"):
        film.run(ACTION, direction="sideways")
    film.sim.open_modal()
    before = film.sim.snapshot()
    with pytest.raises(ResolveError) as caught:
        film.run(ACTION)
    assert caught.value.code == "resolve.modal"
    assert film.sim.snapshot() == before


def test_without_a_take_on_the_timeline_nothing_happens(film: Suite) -> None:
    film.sim.add_clip(at=0)
    film.sim.add_marker(3, "Red", "", "not ours")
    assert film.run(ACTION).done == 0
