"""What the editor does in Resolve while an action waits for the engine is his: another timeline, another project."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from resolve_scripts.actions.build import ACTION as BUILD
from resolve_scripts.actions.place import ACTION as PLACE
from resolve_scripts.actions.pull import ACTION as PULL
from resolve_scripts.host.keep import kept
from rushes.contracts import encode
from rushes.errors import JobCancelled, ResolveError
from tests.resolve.actions.test_build import _cut, _write
from tests.resolve.conftest import Suite

Start = Callable[..., Suite]


def _meanwhile(one: Suite, does: Callable[[], Any]) -> None:
    """Has the editor do something while the engine makes the media."""

    def editorial(params: Mapping[str, Any]) -> dict[str, Any]:
        does()
        return {"media": [encode(one.desk.media(take)) for take in params["takes"]]}

    one.desk.answers["editorial"] = editorial


def test_takes_go_to_the_timeline_they_were_meant_for(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 48)
    other = one.sim.timeline("Reel 2")
    meant = one.sim.timeline("Reel 1")
    one.sim.playhead(100)
    _meanwhile(one, lambda: setattr(one.sim.project, "timeline", other))

    one.run(PLACE, where="playhead", shot="SH010")

    assert [item.start for item in meant.items("video")] == [86500]
    assert list(other.items()) == []
    assert one.sim.project.timeline is meant


def test_clips_of_a_build_go_to_the_timeline_that_is_built(suite: Start) -> None:

    one = suite()
    edit = one.sim.timeline("Edit")
    _write(one, _cut(one))
    before = one.sim.snapshot()["projects"][one.sim.project.uid]["timelines"][edit.uid]
    told = one.desk.progress

    def progress(fraction: float, text: str) -> None:
        told(fraction, text)
        if text.startswith("Building"):
            one.sim.project.timeline = edit

    one.desk.progress = progress
    one.run(BUILD)
    assert one.sim.snapshot()["projects"][one.sim.project.uid]["timelines"][edit.uid] == before


def test_a_timeline_the_editor_made_meanwhile_outlives_a_build_that_fails(suite: Start) -> None:

    one = suite()
    one.sim.timeline("Edit")
    _write(one, _cut(one))
    told = one.desk.progress

    def progress(fraction: float, text: str) -> None:
        told(fraction, text)
        if fraction > 0.5 and len(one.sim.project.timelines) == 2:
            one.sim.timeline("Mine")
            one.desk.cancelled = True

    one.desk.progress = progress
    with pytest.raises(JobCancelled):
        one.run(BUILD)
    assert [each.name for each in one.sim.project.timelines] == ["Edit", "Mine"]


def test_another_project_is_not_touched_and_that_is_said(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1")
    one.sim.timeline("Edit")
    made: list[Any] = []

    def opens_another() -> None:
        one.sim.new_project("25", "Other film")
        made.append(one.sim.snapshot()["projects"][one.sim.project.uid])

    _meanwhile(one, opens_another)
    with pytest.raises(ResolveError) as refused:
        one.run(PULL)
    assert refused.value.code == "resolve.other_project"
    assert one.sim.snapshot()["projects"][one.sim.project.uid] == made[0]


@pytest.mark.parametrize("ends", ["closed", "modal"])
def test_what_went_wrong_is_told_and_not_that_nothing_could_be_put_back(suite: Start, ends: str) -> None:
    one = suite()
    one.sim.timeline("Edit")
    session = one.session

    def breaks_off() -> None:
        with kept(session):
            session.resolve.OpenPage("color")
            one.sim.no_project() if ends == "closed" else one.sim.open_modal()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks_off()


@pytest.mark.parametrize("call", ["Project.SetCurrentTimeline", "MediaPool.SetCurrentFolder"])
def test_what_cannot_be_put_back_does_not_keep_the_rest_from_it(suite: Start, call: str) -> None:
    one = suite()
    edit = one.sim.timeline("Edit")
    other = one.sim.timeline("Other")
    one.sim.project.timeline = edit
    one.sim.bin("Elsewhere")
    one.sim.app.page = "edit"
    session = one.session
    with kept(session):
        one.sim.project.timeline = other
        one.sim.project.folder = one.sim.bin("Elsewhere")
        one.sim.app.page = "deliver"
        one.sim.refuse(call, 9)
    assert one.sim.app.page == "edit"
    assert (one.sim.project.timeline is edit) == (call != "Project.SetCurrentTimeline")


def test_in_and_out_are_put_back(suite: Start) -> None:
    """Deliver's range is the timeline's in and out: rendering a clip moves them."""
    one = suite()
    state = one.sim.timeline("Edit")
    state.marks["video"] = (10, 20)
    session = one.session
    with kept(session):
        session.timeline().SetMarkInOut(50, 99, "all")
    assert state.marks == {"video": (10, 20)}


def test_tracks_that_changed_meanwhile_are_not_placed_on(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 48)
    edit = one.sim.timeline("Edit")
    one.sim.playhead(100)

    def adds_a_track() -> None:
        one.session.timeline().AddTrack("video")

    _meanwhile(one, adds_a_track)
    with pytest.raises(ResolveError, match="tracks were changed"):
        one.run(PLACE, where="playhead", shot="SH010")
    assert list(edit.items("video")) == []
    one.desk.answers.clear()
    assert one.run(PLACE, where="playhead", shot="SH010").done == 1
