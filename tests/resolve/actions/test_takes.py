"""Takes in place: the take selector and its traps."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from resolve_scripts.actions.place import ACTION as PLACE
from resolve_scripts.actions.takes import ACTIONS
from rushes.contracts import Rating
from rushes.errors import EngineUnreachable, InputError, ResolveError, RushesError
from rushes.testing.resolve import SCRIPTED, profile
from rushes.testing.resolve.state import ItemState
from tests.resolve.conftest import Suite

Start = Callable[..., Suite]
ADD, NEXT, PREVIOUS, FIRST = ACTIONS


def _placed(one: Suite, take: str = "t-1", at: int = 10) -> ItemState:
    if one.sim.project.timeline is None:
        one.sim.timeline()
    one.sim.playhead(at)
    one.run(PLACE, where="playhead", take=take)
    timeline = one.sim.project.timeline
    assert timeline is not None
    return [item for item in timeline.items() if item.start == timeline.start + at][-1]


def _shown(item: ItemState) -> Any:
    assert item.media is not None
    return item.media.third_party.get("rushes.take", item.media.name)


@pytest.mark.parametrize("which", SCRIPTED)
def test_the_newest_take_takes_the_place_and_one_can_go_back(suite: Start, which: str) -> None:
    one = suite(which)
    one.desk.add_take("SH010", "t-1", 48)
    item = _placed(one)
    lies = (item.start, item.duration, item.source)
    one.desk.add_take("SH010", "t-2", 60)
    one.desk.add_take("SH010", "t-3", 60, rating=Rating.REJECTED)
    outcome = one.run(ADD)
    assert (_shown(item), item.take, len(item.takes)) == ("t-2", 2, 2)
    assert (item.start, item.duration, item.source) == lies
    assert "take 2 of 2" in outcome.text
    before = one.sim.snapshot()
    again = one.run(ADD)
    assert (again.done, again.text) == (0, "Nothing to do: the newest take is shown already.")
    assert one.sim.snapshot() == before
    for action, shown in ((FIRST, "t-1"), (NEXT, "t-2"), (NEXT, "t-1"), (PREVIOUS, "t-2"), (PREVIOUS, "t-1")):
        one.run(action)
        assert _shown(item) == shown
        assert (item.start, item.duration, item.source) == lies
    assert one.run(FIRST).done == 0
    one.run(ADD)  # in the selector already: it is shown again, not added twice
    assert (_shown(item), len(item.takes)) == ("t-2", 2)
    assert one.sim.app.misuse == []
    assert one.sim.app.unmodelled == []


def test_the_same_moment_is_shown_when_the_takes_begin_at_other_frames(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 48, start=101)
    one.desk.add_take("SH010", "t-2", 60, start=95)
    item = _placed(one)
    one.run(ADD)
    # Scene frame 101 is frame 6 of a take that begins at 95.
    assert (_shown(item), item.source, item.source_frames) == ("t-2", 6, 48)


@pytest.mark.parametrize(
    ("frames", "start", "words"),
    [(40, 101, "is too short: the clip needs 48 frames, it has 40"), (90, 110, "begins 9 frames after")],
)
def test_a_take_that_does_not_fill_the_place_is_refused(suite: Start, frames: int, start: int, words: str) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 48, start=101)
    _placed(one)
    one.desk.add_take("SH010", "t-2", frames, start=start)
    before = one.sim.snapshot()["projects"][one.sim.project.uid]["timelines"]
    with pytest.raises(InputError, match=words) as refused:
        one.run(ADD)
    assert refused.value.code == "take.short"
    assert one.sim.snapshot()["projects"][one.sim.project.uid]["timelines"] == before


def test_a_shorter_take_in_the_selector_is_stepped_over_and_named(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 48)
    one.desk.add_take("SH010", "t-2", 48)
    item = _placed(one)
    one.run(ADD)
    short = one.sim.add_media("short.mov", frames=20)
    one.sim.handle(item).AddTake(one.sim.handle(short))
    outcome = one.run(NEXT)
    assert _shown(item) == "t-1"
    assert any("short.mov is too short" in note for note in outcome.notes)


def test_a_placeholder_gets_the_take(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 48)
    one.sim.timeline()
    item = one.sim.add_clip(one.sim.add_media("SH010_v01.mov", frames=100), at=0, frames=40, source=30)
    one.run(ADD)
    assert (_shown(item), item.source, item.duration) == ("t-1", 0, 40)
    one.run(FIRST)
    assert (_shown(item), item.source, item.duration) == ("SH010_v01.mov", 30, 40)


def test_selected_clips_go_before_the_playhead(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 24)
    one.desk.add_take("SH020", "t-2", 24)
    first, second = _placed(one, "t-1", 0), _placed(one, "t-2", 100)
    one.desk.add_take("SH010", "t-3", 24)
    one.desk.add_take("SH020", "t-4", 24)
    one.sim.select(first, second)
    outcome = one.run(ADD)
    assert (_shown(first), _shown(second)) == ("t-3", "t-4")
    assert (outcome.done, outcome.text) == (2, "2 clips changed.")


@pytest.mark.parametrize("call", ["TimelineItem.AddTake", "TimelineItem.SelectTakeByIndex"])
def test_a_refusal_leaves_no_trace_of_a_selector(suite: Start, call: str) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 24)
    item = _placed(one)
    one.desk.add_take("SH010", "t-2", 24)
    before = one.sim.snapshot()["projects"][one.sim.project.uid]["timelines"]
    one.sim.refuse(call, 2 if "Add" in call else 1)
    with pytest.raises(ResolveError) as refused:
        one.run(ADD)
    assert refused.value.code == "resolve.take"
    assert (item.takes, item.take, _shown(item)) == ([], 0, "t-1")
    assert one.sim.snapshot()["projects"][one.sim.project.uid]["timelines"] == before


def test_media_that_the_selector_takes_for_its_own_leave_no_trace(suite: Start) -> None:
    # Rule take.same-media: asked for the media under the clip, Resolve says no and makes a selector of one.
    one = suite()
    one.desk.add_take("SH010", "t-1", 24)
    item = _placed(one)
    one.desk.add_take("SH010", "t-2", 24)
    assert item.media is not None
    item.media.third_party["rushes.take"] = "t-0"  # so that we do not know it for what it is
    one.run(ADD)
    assert len(item.takes) == 2


def test_without_an_engine_one_can_still_step_through(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 24)
    one.desk.add_take("SH010", "t-2", 24)
    item = _placed(one)
    one.run(ADD)
    one.desk.unreachable = True
    one.run(NEXT)
    assert _shown(item) == "t-1"
    with pytest.raises(EngineUnreachable):
        one.run(ADD)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("locked", "resolve.locked"),
        ("nothing", "resolve.nothing_here"),
        ("foreign", "resolve.foreign"),
        ("no timeline", "resolve.no_timeline"),
        ("modal", "resolve.modal"),
        ("other shot", "production.take"),
        ("lost", "resolve.import"),
        ("all rejected", "resolve.no_take"),
    ],
)
@pytest.mark.parametrize("which", ["19.1-studio", "21.1-studio", "20.3-free"])
def test_bad_input_leaves_the_clip(suite: Start, which: str, case: str, code: str) -> None:
    one = suite(which)
    one.desk.add_take("SH010", "t-1", 24)
    _placed(one)
    one.desk.add_take("SH010", "t-2", 24)
    options: dict[str, str] = {}
    if case == "locked":
        one.sim.lock("video", 2)
    elif case == "nothing":
        one.sim.playhead(400)
    elif case == "foreign":
        one.sim.add_clip(at=400, frames=10)
        one.sim.playhead(400)
    elif case == "no timeline":
        one.sim.project.timeline = None
    elif case == "modal":
        one.sim.open_modal()
    elif case == "other shot":
        one.desk.add_take("SH020", "t-3", 24)
        options = {"take": "t-3"}
    elif case == "lost":
        one.desk.lost.add("t-2")
    else:
        one.desk.rate_take("t-1", Rating.REJECTED)
        one.desk.rate_take("t-2", Rating.REJECTED)
    before = one.sim.snapshot()
    with pytest.raises(RushesError) as refused:
        one.run(ADD, **options)
    assert refused.value.code == code
    assert refused.value.hint
    now = one.sim.snapshot()
    if case == "locked":  # the take is in the media pool by then
        now, before = (s["projects"][one.sim.project.uid]["timelines"] for s in (now, before))
    assert now == before


def test_a_clip_without_other_takes_has_none_to_step_to(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 24)
    _placed(one)
    for action in (NEXT, PREVIOUS, FIRST):
        with pytest.raises(InputError, match="has no other takes"):
            one.run(action)


def test_a_take_of_another_rate_fills_the_same_place(suite: Start) -> None:
    one = suite(profile("21.0"), rate="25")
    one.desk.add_take("SH010", "t-1", 50)
    item = _placed(one)
    one.desk.add_take("SH010", "t-2", 60, rate=Fraction(24))
    one.run(ADD)
    assert (_shown(item), item.duration, item.source, item.source_frames) == ("t-2", 50, 0, 48)
