"""Placing: what the editor's own does not notice, and what lies where it should."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from resolve_scripts.host.placing import Placement, add_track, drop_track, free_track, place, remove
from resolve_scripts.host.read import read_timeline
from rushes.errors import ResolveError
from rushes.testing.resolve import PROFILES, SCRIPTED, profile
from rushes.testing.resolve.base import api
from rushes.testing.resolve.item import TimelineItem
from rushes.testing.resolve.state import ItemState
from tests.resolve.conftest import Suite

Start = Callable[..., Suite]


def _lies(item: ItemState) -> tuple[int, int, int, int]:
    return item.start, item.end, item.source, item.source_frames


@pytest.mark.parametrize("which", SCRIPTED)
@pytest.mark.parametrize("quirk", ["", "inclusive_end", "eof_strict", "delete_refused_once"])
def test_exact_on_every_build(suite: Start, which: str, quirk: str) -> None:
    one = suite(PROFILES[which].but(**({quirk: True} if quirk else {})))
    timeline = one.sim.timeline()
    media = one.sim.add_media("a.mov", frames=100)
    done = place(
        one.session,
        [
            Placement(media.uid, 1, 86400 + 10),
            Placement(media.uid, 1, 86400 + 200, source=20, frames=48),
        ],
    )
    items = timeline.tracks["video"][0].items
    assert [_lies(item) for item in items] == [(86410, 86510, 0, 100), (86600, 86648, 20, 48)]
    assert [(p.item, p.start, p.end, p.source, p.short) for p in done] == [
        (items[0].uid, 86410, 86510, 0, 0),
        (items[1].uid, 86600, 86648, 20, 0),
    ]
    assert one.sim.app.misuse == []
    assert not [item for item in items if item.provisional]


def test_to_the_end_of_the_media_where_that_is_refused_a_frame_less_is_told(suite: Start) -> None:
    one = suite(profile("19.1").but(eof_strict=True))
    one.sim.timeline()
    media = one.sim.add_media("a.mov", frames=100)
    (done,) = place(one.session, [Placement(media.uid, 1, 86400, source=60, frames=40)])
    assert (done.end - done.start, done.short) == (39, 1)


@pytest.mark.parametrize("rate", ["23.976", "24", "25", "29.97 DF", "60"])
@pytest.mark.parametrize("source", ["24", "25", "60", "23.976"])
@pytest.mark.parametrize("inclusive", [False, True])
def test_no_placement_is_ever_longer_than_was_asked(suite: Start, rate: str, source: str, inclusive: bool) -> None:
    one = suite(profile("21.0").but(inclusive_end=inclusive), rate=rate)
    timeline = one.sim.timeline()
    media = one.sim.add_media("a.mov", frames=200, rate=source)
    at = timeline.start
    for frames in (12, 47, 100):
        (done,) = place(one.session, [Placement(media.uid, 1, at, source=7, frames=frames)])
        item = timeline.tracks["video"][0].items[-1]
        assert (item.start, item.duration) == (at, done.end - done.start)
        assert item.duration == int(frames * timeline.rate / media.rate)
        at = item.end


@pytest.mark.parametrize("strict", [False, True])
def test_marks_of_the_editor_on_a_clip_do_not_shorten_it(suite: Start, strict: bool) -> None:
    one = suite(profile("21.0").but(eof_strict=strict))
    timeline = one.sim.timeline()
    media = one.sim.add_media("a.mov", frames=100)
    media.marks["video"] = (10, 29)
    (done,) = place(one.session, [Placement(media.uid, 1, 86400)])
    (item,) = timeline.tracks["video"][0].items
    # Where the build refuses the last frame by number, one frame is lost, and said.
    assert (item.source, item.duration, done.short) == ((0, 99, 1) if strict else (0, 100, 0))
    assert media.marks["video"] == (10, 29)


def test_over_a_clip_of_the_editor_it_refuses_and_leaves_nothing(suite: Start) -> None:
    one = suite()
    one.sim.timeline()
    one.sim.add_clip(at=50, frames=50)
    media = one.sim.add_media("a.mov", frames=40)
    before = one.sim.snapshot()
    with pytest.raises(ResolveError, match="SH010 could not be placed on video track 1") as refused:
        place(one.session, [Placement(media.uid, 1, 86400), Placement(media.uid, 1, 86440, name="SH010")])
    assert refused.value.code == "resolve.append"
    assert one.sim.snapshot() == before


@pytest.mark.parametrize("case", ["locked", "no track", "no media", "before the start", "refused"])
def test_refusals_leave_the_timeline_as_it_was(suite: Start, case: str) -> None:
    one = suite()
    one.sim.timeline()
    media = one.sim.add_media("a.mov", frames=40)
    track, record, id = 1, 86400, media.uid
    if case == "locked":
        one.sim.lock("video", 1)
    elif case == "no track":
        track = 9
    elif case == "no media":
        id = "gone"
    elif case == "before the start":
        record = 10
    else:
        one.sim.refuse("MediaPool.AppendToTimeline", 3)
    before = one.sim.snapshot()
    with pytest.raises(ResolveError) as refused:
        place(one.session, [Placement(id, track, record, name="SH010")])
    assert refused.value.code == "resolve.append"
    assert one.sim.snapshot() == before


@pytest.mark.parametrize("inclusive", [False, True])
def test_a_clip_is_never_squeezed_into_a_gap_that_is_too_small(suite: Start, inclusive: bool) -> None:
    one = suite(profile("21.0").but(inclusive_end=inclusive))
    timeline = one.sim.timeline()
    one.sim.add_clip(at=50, frames=50)
    media = one.sim.add_media("a.mov", frames=100)
    with pytest.raises(ResolveError):
        place(one.session, [Placement(media.uid, 1, 86411, source=5, frames=40)])
    assert len(timeline.tracks["video"][0].items) == 1
    place(one.session, [Placement(media.uid, 1, 86410, source=5, frames=40)])
    assert [_lies(item)[:2] for item in timeline.tracks["video"][0].items] == [(86410, 86450), (86450, 86500)]


def test_a_clip_that_shows_another_frame_than_was_asked_is_taken_off(
    suite: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = suite()
    timeline = one.sim.timeline()
    media = one.sim.add_media("a.mov", frames=100)

    @api()
    def GetLeftOffset(self: Any, subframe_precision: bool = False) -> Any:
        return self._state.source + 1

    monkeypatch.setattr(TimelineItem, "GetLeftOffset", GetLeftOffset)
    with pytest.raises(ResolveError, match="shows it from frame 6 of the source, not 5"):
        place(one.session, [Placement(media.uid, 1, 86400, source=5, frames=40)])
    assert timeline.tracks["video"][0].items == []


def test_sound_alone(suite: Start) -> None:
    one = suite()
    timeline = one.sim.timeline()
    media = one.sim.add_media("a.wav", frames=100, kind="audio", audio_channels=2, size=None)
    place(one.session, [Placement(media.uid, 1, 86410, source=10, frames=50, kind="audio")])
    assert timeline.tracks["video"][0].items == []
    assert [_lies(item) for item in timeline.tracks["audio"][0].items] == [(86410, 86460, 10, 50)]


def test_pictures_bring_no_sound_along(suite: Start) -> None:
    one = suite()
    timeline = one.sim.timeline()
    media = one.sim.add_media("a.mov", frames=100, audio_channels=2)
    place(one.session, [Placement(media.uid, 1, 86400)])
    assert timeline.tracks["audio"][0].items == []


def _track(one: Suite, *spans: tuple[int, int], kind: Any = "video") -> int:
    session = one.session
    return free_track(session, read_timeline(session), [(86400 + a, 86400 + b) for a, b in spans], kind=kind)


def test_a_track_of_ours_is_used_as_long_as_it_is_free(suite: Start) -> None:
    one = suite()
    timeline = one.sim.timeline()
    one.sim.add_clip(at=0, frames=100)
    assert _track(one, (0, 50)) == 2
    assert [track.name for track in timeline.tracks["video"]] == ["Video 1", "Rushes"]
    one.sim.add_clip(at=0, frames=50, track=2)
    assert _track(one, (50, 90)) == 2
    assert _track(one, (49, 90)) == 3
    assert timeline.tracks["video"][2].name == "Rushes 2"
    one.sim.lock("video", 2)
    timeline.tracks["video"][2].enabled = False
    assert _track(one, (50, 90)) == 4
    drop_track(one.session, "video", 4)
    drop_track(one.session, "video", 2)  # a clip lies on it
    assert [track.name for track in timeline.tracks["video"]] == ["Video 1", "Rushes", "Rushes 2"]


def test_a_track_that_is_refused(suite: Start) -> None:
    one = suite()
    one.sim.timeline()
    one.sim.refuse("Timeline.AddTrack")
    with pytest.raises(ResolveError) as refused:
        add_track(one.session, "video", "Rushes")
    assert refused.value.code == "resolve.track"


def test_removal_goes_to_the_edit_page_and_takes_ours_alone(suite: Start) -> None:
    one = suite()
    timeline = one.sim.timeline()
    own = one.sim.add_clip(at=0, frames=10)
    ours = one.sim.add_clip(at=20, frames=10)
    one.sim.app.page = "fairlight"
    remove(one.session, [ours.uid])
    assert timeline.tracks["video"][0].items == [own]


def test_a_source_rate_is_read_from_the_media(suite: Start) -> None:
    one = suite(rate="25")
    one.sim.timeline()
    media = one.sim.add_media("a.mov", frames=48, rate=Fraction(24))
    (done,) = place(one.session, [Placement(media.uid, 1, 90000)])
    assert (done.end - done.start, done.short) == (50, 0)
