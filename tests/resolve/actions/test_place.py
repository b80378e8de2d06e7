"""Place: at the playhead, on a placeholder, everywhere; never over what is there."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from resolve_scripts.actions.place import ACTION, ACTIONS
from rushes.contracts import Rating, Timecode
from rushes.errors import InputError, ResolveError, RushesError
from rushes.media.video import read_video
from rushes.testing.resolve import PROFILES, SCRIPTED, profile
from rushes.testing.resolve.names import parse_rate_setting
from rushes.testing.resolve.picture import picture_at
from rushes.testing.resolve.state import ItemState
from tests.resolve.conftest import Suite

Start = Callable[..., Suite]
ALL = ACTIONS[1]


def _ours(one: Suite) -> list[ItemState]:
    timeline = one.sim.project.timeline
    assert timeline is not None
    return [item for item in timeline.items() if item.media is not None and item.media.third_party.get("rushes.take")]


def _theirs(one: Suite) -> Any:
    """The timelines as they are, without ours."""
    found = one.sim.snapshot()["projects"][one.sim.project.uid]["timelines"]
    ours = {item.uid for item in _ours(one)}
    for timeline in found.values():
        for tracks in timeline["tracks"].values():
            for track in tracks:
                track["items"] = [item for item in track["items"] if item["id"] not in ours]
            tracks[:] = [track for track in tracks if not track["name"].startswith("Rushes")]
    return found


def _where(one: Suite) -> Any:
    return one.sim.snapshot()["page"], one.sim.snapshot()["projects"][one.sim.project.uid]["at"]


@pytest.mark.parametrize("which", SCRIPTED)
@pytest.mark.parametrize("quirk", ["", "inclusive_end", "eof_strict"])
def test_a_shot_goes_to_the_playhead_on_every_build(suite: Start, which: str, quirk: str) -> None:
    one = suite(PROFILES[which].but(**({quirk: True} if quirk else {})))
    one.desk.add_take("SH010", "t-1", 48)
    one.sim.timeline()
    one.sim.add_clip(at=0, frames=500)
    one.sim.playhead(100)
    theirs, where = _theirs(one), _where(one)
    outcome = one.run(ACTION, where="playhead", shot="SH010")
    (item,) = _ours(one)
    assert (item.start, item.duration, item.source, item.source_frames) == (86500, 48, 0, 48)
    assert outcome.text == "Placed 1 take on track Rushes."
    assert (_theirs(one), _where(one)) == (theirs, where)
    before = one.sim.snapshot()
    again = one.run(ACTION, where="playhead", shot="SH010")
    assert (again.done, again.text) == (0, "Nothing to do: 1 take in place already.")
    assert one.sim.snapshot() == before
    assert one.sim.app.misuse == []
    assert one.sim.app.unmodelled == []


def _shown(one: Suite, item: ItemState, offset: int) -> int:
    """Source frame that the double shows `offset` timeline frames into an item."""
    assert item.media is not None
    timeline = one.sim.project.timeline
    assert timeline is not None
    return item.source + int(offset * item.media.rate / timeline.rate)


@pytest.mark.parametrize("rate", ["23.976", "24", "25", "29.97 DF", "60"])
@pytest.mark.parametrize("from_zero", [True, False])
@pytest.mark.parametrize("source", ["same", "24", "25", "60"])
def test_frame_exact_at_any_rate_start_and_source(suite: Start, rate: str, from_zero: bool, source: str) -> None:
    parsed = parse_rate_setting(rate)
    assert parsed is not None
    fps, drop = parsed
    own = fps if source == "same" else Fraction(source)
    one = suite(rate=rate, source=own)
    one.desk.add_take("SH010", "t-1", 120, start=101)
    mark = ";" if drop else ":"
    timeline = one.sim.timeline(start_tc=f"0{0 if from_zero else 1}:00:00{mark}00")
    one.sim.add_clip(at=0, frames=2000)
    # The placeholder as the editor sees it: from 00:00:10:00 on for 40 frames.
    at = Timecode.parse(f"00:00:10{mark}00", fps).frame
    one.sim.add_clip(None, kind="title", at=at, frames=40, track=2, name="SH010")
    one.sim.playhead(at + 20)
    outcome = one.run(ACTION)
    (item,) = _ours(one)
    assert item.start - timeline.start == at
    assert str(Timecode(item.start, fps, drop)) == f"0{0 if from_zero else 1}:00:10{mark}00"
    assert item.source == 0
    if own >= fps:
        assert item.duration == 40
        assert outcome.notes == ()
    else:
        assert 40 - fps / own < item.duration <= 40
        assert bool(outcome.notes) == (item.duration < 40)
        assert item.duration == 40 or "the rates differ" in outcome.notes[0]
    # The last picture seen is the one that true time gives, and no frame beyond it was asked for.
    assert _shown(one, item, item.duration - 1) == int((item.duration - 1) * own / fps)
    assert item.source_frames <= -(-40 * own // fps)
    one.run(ACTION)
    assert _ours(one) == [item]


@pytest.mark.parametrize(("rate", "frames", "told"), [("23.976", 23, True), ("25", 25, False), ("24", 24, False)])
def test_a_whole_take_that_loses_a_frame_to_the_rate_says_so(suite: Start, rate: str, frames: int, told: bool) -> None:
    one = suite(rate=rate, source=Fraction(24))
    one.desk.add_take("SH010", "t-1", 24)
    one.sim.timeline()
    outcome = one.run(ACTION, where="playhead", shot="SH010")
    assert _ours(one)[0].duration == frames
    assert outcome.notes == (("SH010_T01_t1 ends 1 frame early: the rates differ.",) if told else ())


@pytest.mark.parametrize(("rate", "source"), [("24", 24), ("25", 24), ("23.976", 24), ("24", 60), ("29.97 DF", 25)])
@pytest.mark.parametrize("first", [101, 109])
def test_the_pictures_seen_are_those_of_the_take(suite: Start, rate: str, source: int, first: int) -> None:
    one = suite(rate=rate, source=Fraction(source))
    one.desk.add_take("SH010", "t-1", 40, start=first)
    timeline = one.sim.timeline()
    holder = one.sim.add_marker(7, "Red", "x")
    holder.custom, holder.duration = '{"rushes": {"shot": "SH010", "frame": "109"}}', 12.0
    one.run(ALL)
    (item,) = _ours(one)
    (row,) = one.desk.takes()
    pictures = [frame.mean() / 255 for frame in read_video(Path(one.desk.media(row.id).media.path))]
    skipped = 109 - first
    for offset in range(item.duration):
        seen = picture_at(one.sim.app, timeline, timeline.start + 7 + offset)
        assert seen is not None
        true_time = skipped + int(offset * source / timeline.rate)
        assert seen.mean() == pytest.approx(pictures[true_time], abs=0.004)


def test_a_whole_animatic(suite: Start) -> None:
    one = suite()
    for shot, frames in (("SH010", 60), ("SH020", 40), ("SH030", 48), ("SH040", 24), ("SH050", 24)):
        one.desk.add_take(shot, f"t-{shot}", frames)
    one.desk.add_take("SH060", "t-no", rating=Rating.REJECTED)
    one.desk.add_take("SH010", "t-newer", 60)
    timeline = one.sim.timeline()
    panels = one.sim.add_media("SH010_v02.mov", frames=100)
    one.sim.add_clip(panels, at=0, frames=20)
    one.sim.add_clip(panels, at=20, frames=30)  # two panels of one shot
    one.sim.add_clip(None, kind="title", at=50, frames=50, name="SH020 - the harbour")
    one.sim.add_marker(100, name="SH030")
    long = one.sim.add_marker(200, "Red", "opening")
    long.custom, long.duration = '{"rushes": {"shot": "SH040", "frame": "105"}}', 12.0
    one.sim.add_clip(None, kind="title", at=300, frames=10, name="SH060")
    one.sim.add_clip(at=400, frames=10, name="SH0100")  # no shot of ours
    theirs = _theirs(one)
    outcome = one.run(ALL)
    assert [
        (i.media.third_party["rushes.take"], i.start - 86400, i.duration, i.source) for i in _ours(one) if i.media
    ] == [
        ("t-newer", 0, 50, 0),
        ("t-SH020", 50, 40, 0),
        ("t-SH030", 100, 48, 0),
        ("t-SH040", 200, 12, 4),
    ]
    assert [track.name for track in timeline.tracks["video"]] == ["Video 1", "Rushes"]
    assert outcome.text == "Placed 4 takes on track Rushes."
    assert outcome.notes == (
        "All takes are rejected: SH060.",
        "Without a placeholder here: SH050.",
        "SH020_T01_tSH020 ends 10 frames before its place does: the take is shorter.",
    )
    assert _theirs(one) == theirs
    before = one.sim.snapshot()
    assert one.run(ALL).text == "Nothing to do: 4 takes in place already."
    assert one.sim.snapshot() == before


def test_a_newer_take_is_seen_above_the_one_that_lies_there(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 24)
    one.sim.timeline()
    one.sim.add_clip(None, kind="title", at=0, frames=24, name="SH010")
    one.run(ALL)
    one.desk.add_take("SH010", "t-2", 24)
    outcome = one.run(ALL)
    assert outcome.text == "Placed 1 take on track Rushes 2."
    assert one.run(ALL).done == 0


def test_takes_selected_in_the_pool_go_one_after_the_other(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 24)
    one.desk.add_take("SH020", "t-2", 36)
    one.sim.timeline()
    one.run(ACTION, where="playhead", shot="SH010")
    one.run(ACTION, where="playhead", shot="SH020")
    one.sim.playhead(1000)
    one.sim.project.selected = [item.media for item in _ours(one) if item.media]
    assert one.run(ACTION).done == 2
    assert [(i.start - 86400, i.duration) for i in _ours(one)][1:3] == [(1000, 24), (1024, 36)]


def test_the_scene_frame_of_a_placeholder_says_which_part_of_a_take_it_shows(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 24, start=110)
    one.sim.timeline()
    early = one.sim.add_marker(0, "Red", "x")
    early.custom, early.duration = '{"rushes": {"shot": "SH010", "frame": "100"}}', 20.0
    outcome = one.run(ALL)
    (item,) = _ours(one)
    assert (item.start - 86400, item.duration, item.source) == (10, 10, 0)
    assert "begins later than its placeholder, at 01:00:00:10" in outcome.notes[0]
    one.sim.project.timeline.markers.clear()  # type: ignore[union-attr]  # there is one
    none = one.sim.add_marker(500, "Red", "x")
    none.custom, none.duration = '{"rushes": {"shot": "SH010", "frame": "300"}}', 20.0
    with pytest.raises(InputError, match="none of the frames"):
        one.run(ALL)


def test_a_note_on_a_take_is_no_placeholder(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1")
    one.sim.timeline()
    one.sim.add_marker(5, "Red", "SH010 is too dark")
    one.sim.add_marker(9, "Red", "SH010").custom = '{"rushes": {"shot": "SH010", "take": "t-1", "note": "1"}}'
    with pytest.raises(InputError) as refused:
        one.run(ALL)
    assert refused.value.code == "resolve.no_placeholder"


@pytest.mark.parametrize("page", ["media", "cut", "fusion", "color", "fairlight", "deliver"])
def test_any_page_will_do_and_is_come_back_to(suite: Start, page: str) -> None:
    one = suite(profile("21.0").but(inclusive_end=True))
    one.desk.add_take("SH010", "t-1", 24)
    one.desk.add_take("SH010", "t-2", 30)
    one.sim.timeline()
    one.sim.playhead(50)
    one.sim.app.page = page
    one.run(ACTION, where="playhead", take="t-1")
    assert _ours(one)[0].start == 86450
    assert one.sim.app.page == page
    assert one.sim.project.timeline is not None
    assert one.sim.project.timeline.playhead == 86450


def test_locked_and_full_tracks_of_ours_are_left_for_a_new_one(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 24)
    timeline = one.sim.timeline(video=3)
    timeline.tracks["video"][1].name, timeline.tracks["video"][2].name = "Rushes", "Rushes 2"
    one.sim.lock("video", 2)
    one.sim.add_clip(at=90, frames=20, track=3)
    one.sim.playhead(100)
    one.run(ACTION, where="playhead", shot="SH010")
    assert [track.name for track in timeline.tracks["video"]] == ["Video 1", "Rushes", "Rushes 2", "Rushes 3"]
    assert len(timeline.tracks["video"][3].items) == 1
    assert timeline.tracks["video"][1].locked


def test_one_that_is_refused_does_not_keep_the_others_off(suite: Start) -> None:
    one = suite()
    one.sim.timeline()
    for shot, at in (("SH010", 0), ("SH020", 100)):
        one.desk.add_take(shot, f"t-{shot}", 24)
        one.sim.add_marker(at, name=shot)
    one.sim.refuse("MediaPool.AppendToTimeline", 2)
    outcome = one.run(ALL)
    assert [item.start for item in _ours(one)] == [86500]
    assert outcome.notes == (
        "SH010_T01_tSH010 could not be placed on video track 2: Resolve refused it without a reason.",
    )
    assert one.run(ALL).done == 1


def _spoil(one: Suite, case: str) -> None:
    sim = one.sim
    match case:
        case "no project":
            sim.no_project()
        case "no timeline":
            sim.project.timeline = None
        case "modal":
            sim.open_modal()
        case "append":
            sim.refuse("MediaPool.AppendToTimeline", 9)
        case "track":
            sim.refuse("Timeline.AddTrack", 9)
        case "import":
            sim.refuse("MediaPool.ImportMedia", 9)
        case "lost":
            one.desk.lost.add("t-1")
        case "engine":
            one.desk.unreachable = True
        case _:
            raise AssertionError(case)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("no project", "resolve.modal"),  # the Project Manager is in front
        ("no timeline", "resolve.no_timeline"),
        ("modal", "resolve.modal"),
        ("append", "resolve.append"),
        ("track", "resolve.track"),
        ("import", "resolve.import"),
        ("lost", "resolve.import"),
        ("engine", "engine.unreachable"),
    ],
)
def test_bad_input_is_told_and_leaves_the_timeline(suite: Start, case: str, code: str) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 24)
    one.sim.timeline()
    one.sim.add_clip(at=0, frames=100)
    project = one.sim.project
    _spoil(one, case)
    before = one.sim.snapshot()
    with pytest.raises(RushesError) as refused:
        one.run(ACTION, where="playhead", shot="SH010")
    assert refused.value.code == code
    assert refused.value.hint
    after = one.sim.snapshot()
    if case not in ("append", "track"):
        assert after == before
    # Where placing failed the take is in its bin; the timeline is as it was.
    for kept in ("timelines", "at"):
        assert after["projects"][project.uid][kept] == before["projects"][project.uid][kept]
    assert after["page"] == before["page"]


def test_words_for_what_was_not_said(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 24)
    one.desk.add_take("SH020", "t-2", 24, rating=Rating.REJECTED)
    one.sim.timeline()
    before = one.sim.snapshot()
    for options, code in (
        ({}, "resolve.no_take"),
        ({"where": "playhead"}, "resolve.no_take"),
        ({"where": "there"}, "resolve.option"),
        ({"where": "all"}, "resolve.no_placeholder"),
        ({"where": "placeholder", "shot": "SH010"}, "resolve.no_placeholder"),
        ({"take": "t-9"}, "production.take"),
        ({"shot": "SH020"}, "resolve.shot"),
        ({"shot": "SH099"}, "resolve.shot"),
    ):
        with pytest.raises(InputError) as refused:
            one.run(ACTION, **options)
        assert refused.value.code == code
        assert refused.value.hint
    assert one.sim.snapshot() == before


def test_before_the_first_frame_of_the_timeline_nothing_is_placed(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 24)
    one.sim.timeline()
    one.sim.add_marker(-100, name="SH010")
    with pytest.raises(ResolveError, match="before the timeline begins"):
        one.run(ALL)


def test_handles_that_went_stale_between_two_actions_do_not_matter(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 24)
    one.sim.timeline()
    session = one.session
    ACTION.run(session, one.desk, {"where": "playhead", "shot": "SH010"})
    one.sim.reload_project()
    one.sim.playhead(100)
    assert ACTION.run(session, one.desk, {"where": "playhead", "shot": "SH010"}).done == 1


def test_the_free_edition_of_21_1_is_told_what_to_do(suite: Start) -> None:
    one = suite("21.1-free")
    with pytest.raises(ResolveError) as refused:
        one.run(ACTION)
    assert refused.value.code == "resolve.not_running"
    assert refused.value.hint


def test_stopping_says_what_is_left(suite: Start) -> None:
    one = suite()
    one.sim.timeline()
    for index in range(4):
        one.desk.add_take(f"SH0{index}0", f"t-{index}", 12)
        one.sim.add_marker(index * 20, name=f"SH0{index}0")
    told = one.desk.progress

    def progress(fraction: float, text: str) -> None:
        told(fraction, text)
        one.desk.cancelled = one.desk.cancelled or text == "Placing SH010"

    one.desk.progress = progress
    outcome = one.run(ALL)
    assert (outcome.done, outcome.notes) == (2, ("Stopped: 2 takes left to place.",))


def test_calls_grow_with_the_shots_and_not_faster(suite: Start) -> None:
    counted: list[int] = []
    for number in (10, 20, 40):
        one = suite()
        one.sim.timeline()
        for index in range(number):
            one.desk.add_take(f"SH{index:03d}", f"t-{index}", 4)
            one.sim.add_marker(index * 10, name=f"SH{index:03d}")
        one.sim.forget_calls()
        one.run(ALL)
        counted.append(one.sim.calls)
    assert counted[2] - counted[1] <= 2.05 * (counted[1] - counted[0])
