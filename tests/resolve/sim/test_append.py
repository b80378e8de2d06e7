"""AppendToTimeline and its traps: each test has the plain script that falls in, and the way round."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rushes.testing.resolve import Profile, Simulator, profile
from rushes.testing.resolve.state import ItemState, TimelineState
from tests.resolve.sim.handles import pool_of, project_of

Start = Callable[..., Simulator]


def _items(timeline: TimelineState, kind: str = "video", track: int = 1) -> list[ItemState]:
    return timeline.tracks[kind][track - 1].items


def test_record_frames_are_absolute(start: Start) -> None:
    # frames.absolute: "at frame 10 of the timeline" is frame 10 of the day, an hour before the timeline starts.
    sim = start()
    timeline = sim.timeline()
    clip = sim.handle(sim.add_media(frames=48))
    pool_of(sim).AppendToTimeline([{"mediaPoolItem": clip, "trackIndex": 1, "recordFrame": 10}])
    assert _items(timeline) == []
    at = sim.handle(timeline).GetStartFrame() + 10
    placed = pool_of(sim).AppendToTimeline([{"mediaPoolItem": clip, "trackIndex": 1, "recordFrame": at}])
    assert placed[0].GetStart() == 86410
    # frames.end-exclusive
    assert placed[0].GetEnd() == 86458


def test_append_goes_to_the_current_timeline_only(start: Start) -> None:
    # append.current: the script holds timeline A and places into B.
    sim = start()
    wanted = sim.timeline("A")
    current = sim.timeline("B")
    clip = sim.handle(sim.add_media(frames=48))
    pool_of(sim).AppendToTimeline([{"mediaPoolItem": clip, "trackIndex": 1, "recordFrame": 86400}])
    assert len(_items(current)) == 1
    assert _items(wanted) == []
    project_of(sim).SetCurrentTimeline(sim.handle(wanted))
    pool_of(sim).AppendToTimeline([{"mediaPoolItem": clip, "trackIndex": 1, "recordFrame": 86400}])
    assert len(_items(wanted)) == 1
    sim.project.timeline = None
    assert pool_of(sim).AppendToTimeline([clip]) is None


def test_end_frame_is_exclusive(start: Start) -> None:
    # append.exclusive-end: "frames 0 to 23" loses a frame; one frame as (5, 5) is nothing.
    sim = start()
    timeline = sim.timeline()
    clip = sim.handle(sim.add_media(frames=48))
    pool_of(sim).AppendToTimeline([{"mediaPoolItem": clip, "startFrame": 0, "endFrame": 23, "trackIndex": 1}])
    assert _items(timeline)[0].duration == 23
    assert pool_of(sim).AppendToTimeline([{"mediaPoolItem": clip, "startFrame": 5, "endFrame": 5}]) == [None]
    assert pool_of(sim).AppendToTimeline([{"mediaPoolItem": clip, "startFrame": 40, "endFrame": 49}]) == [None]


def test_the_last_frame_where_the_end_is_strict(start: Start) -> None:
    # append.eof-strict: the whole clip by its length is nothing on 19.1; without start and end it is whole.
    sim = start("19.1-studio")
    timeline = sim.timeline()
    clip = sim.handle(sim.add_media(frames=48))
    assert pool_of(sim).AppendToTimeline([{"mediaPoolItem": clip, "startFrame": 0, "endFrame": 48}]) == [None]
    assert _items(timeline) == []
    placed = pool_of(sim).AppendToTimeline([{"mediaPoolItem": clip}])
    assert placed[0].GetDuration() == 48


def test_where_the_end_is_inclusive_a_script_must_read_back(start: Start) -> None:
    # append.inclusive-end
    sim = start(profile("21.0").but(inclusive_end=True))
    sim.timeline()
    clip = sim.handle(sim.add_media(frames=48))
    placed = pool_of(sim).AppendToTimeline([{"mediaPoolItem": clip, "startFrame": 0, "endFrame": 24}])
    assert placed[0].GetDuration() == 25


@pytest.mark.parametrize(("rate", "media", "frames"), [("24", "25", 48), ("25", "24", 52), ("23.976", "24", 49)])
def test_mixed_rates_are_rounded_down(start: Start, rate: str, media: str, frames: int) -> None:
    # append.floor: clips laid end to end by their source length leave gaps or overlap.
    sim = start(rate=rate)
    timeline = sim.timeline()
    count = {"25": 51, "24": 50}[media]
    clip = sim.add_media(frames=count, rate=media)
    placed = pool_of(sim).AppendToTimeline([{"mediaPoolItem": sim.handle(clip), "trackIndex": 1}])
    assert placed[0].GetDuration() == int(count * timeline.rate / clip.rate) <= frames
    # source.end: the end is exclusive only where the rates agree.
    assert placed[0].GetSourceEndFrame() == count - 1


def test_an_overlap_looks_as_if_it_had_worked(start: Start) -> None:
    # append.overlap: what comes back is true, has a start, and lies nowhere.
    sim = start()
    timeline = sim.timeline()
    first = sim.add_clip(frames=48)
    before = sim.snapshot()["projects"][sim.project.uid]["timelines"][timeline.uid]
    clip = sim.handle(sim.add_media("new.mov", frames=48))
    placed = pool_of(sim).AppendToTimeline([{"mediaPoolItem": clip, "trackIndex": 1, "recordFrame": first.start + 47}])
    assert placed
    assert placed[0]
    assert placed[0].GetUniqueId() == ""
    assert sim.snapshot()["projects"][sim.project.uid]["timelines"][timeline.uid] == before
    assert (
        pool_of(sim)
        .AppendToTimeline([{"mediaPoolItem": clip, "trackIndex": 1, "recordFrame": first.end}])[0]
        .GetUniqueId()
    )
    dropping = start(profile("21.0").but(overlap_null_item=False))
    dropping.timeline()
    dropping.add_clip(frames=48)
    clip = dropping.handle(dropping.add_media("new.mov", frames=48))
    assert pool_of(dropping).AppendToTimeline([{"mediaPoolItem": clip, "trackIndex": 1, "recordFrame": 86400}]) == []


def test_a_locked_track_takes_nothing(start: Start) -> None:
    # append.locked: `items[0]` raises IndexError.
    sim = start()
    timeline = sim.timeline()
    sim.lock("video", 1)
    clip = sim.handle(sim.add_media(frames=48))
    assert pool_of(sim).AppendToTimeline([{"mediaPoolItem": clip, "trackIndex": 1}]) == []
    assert sim.handle(timeline).GetIsTrackLocked("video", 1) is True
    assert _items(timeline) == []


def test_a_track_that_is_not_there_is_not_made(start: Start) -> None:
    # append.no-track
    sim = start()
    timeline = sim.timeline()
    clip = sim.handle(sim.add_media(frames=48))
    assert pool_of(sim).AppendToTimeline([{"mediaPoolItem": clip, "trackIndex": 2}]) == [None]
    assert len(timeline.tracks["video"]) == 1
    assert sim.handle(timeline).AddTrack("video")
    assert pool_of(sim).AppendToTimeline([{"mediaPoolItem": clip, "trackIndex": 2}])[0].GetTrackTypeAndIndex() == [
        "video",
        2,
    ]


def test_sound_wanders_without_a_track(start: Start) -> None:
    # append.audio-track: the picture has its place, the sound makes itself a track of the editor's timeline.
    sim = start()
    timeline = sim.timeline()
    sim.add_clip(sim.add_media("music.wav", kind="audio", audio_channels=2, frames=240), track_kind="audio")
    clip = sim.handle(sim.add_media(frames=48, audio_channels=2))
    pool_of(sim).AppendToTimeline([{"mediaPoolItem": clip, "recordFrame": 86400}])
    assert len(timeline.tracks["audio"]) == 2
    assert len(_items(timeline, "audio", 2)) == 1
    alone = start()
    silent = alone.timeline()
    clip = alone.handle(alone.add_media(frames=48, audio_channels=2))
    pool_of(alone).AppendToTimeline([{"mediaPoolItem": clip, "mediaType": 1, "trackIndex": 1, "recordFrame": 86400}])
    assert list(silent.items("audio")) == []


def test_a_still_is_as_long_as_resolve_likes(start: Start) -> None:
    # append.still
    sim = start()
    timeline = sim.timeline()
    clip = sim.handle(sim.add_media("panel.png", kind="still", frames=1))
    pool_of(sim).AppendToTimeline([{"mediaPoolItem": clip, "startFrame": 0, "endFrame": 48, "trackIndex": 1}])
    assert _items(timeline)[0].duration == 150


def test_marks_count_where_no_frames_are_given(start: Start) -> None:
    # append.marks: "the whole clip" is what lies between the editor's marks.
    sim = start()
    timeline = sim.timeline()
    media = sim.add_media(frames=100)
    media.marks["video"] = (10, 29)
    clip = sim.handle(media)
    pool_of(sim).AppendToTimeline([{"mediaPoolItem": clip, "mediaType": 1, "trackIndex": 1}])
    pool_of(sim).AppendToTimeline([{"mediaPoolItem": clip, "startFrame": 0, "endFrame": 100, "trackIndex": 1}])
    assert [(item.source, item.duration) for item in _items(timeline)] == [(10, 20), (0, 100)]


def test_one_bad_clip_dooms_the_batch(start: Start) -> None:
    # append.vanish: all is there until the user saves. One call a clip keeps the good ones.
    sim = start()
    timeline = sim.timeline()
    sim.add_clip(frames=48)
    clip = sim.handle(sim.add_media("new.mov", frames=48))
    info = {"mediaPoolItem": clip, "trackIndex": 1}
    bad, good = info | {"recordFrame": 86400}, info | {"recordFrame": 86500}
    pool_of(sim).AppendToTimeline([bad, good])
    assert len(_items(timeline)) == 2
    manager = sim.resolve.GetProjectManager()
    assert manager.SaveProject()
    assert len(_items(timeline)) == 1
    for each in (bad, good):
        pool_of(sim).AppendToTimeline([each])
    assert manager.SaveProject()
    assert len(_items(timeline)) == 2


def test_the_untitled_project_cannot_be_saved(start: Start, tmp_path: Any) -> None:
    # save.untitled
    sim = Simulator("21.0.4-studio", tmp_path / "untitled")
    assert sim.resolve.GetProjectManager().SaveProject() is False


def test_append_can_be_refused_without_a_reason(start: Start) -> None:
    sim = start()
    timeline = sim.timeline()
    clip = sim.handle(sim.add_media(frames=48))
    sim.refuse("MediaPool.AppendToTimeline")
    assert pool_of(sim).AppendToTimeline([clip]) is None
    assert _items(timeline) == []
    assert pool_of(sim).AppendToTimeline([clip])[0].GetUniqueId()


@pytest.mark.parametrize(
    ("rate", "start_tc", "first"),
    [
        ("23.976", "01:00:00:00", 86400),
        ("24", "00:00:00:00", 0),
        ("25", "01:00:00:00", 90000),
        ("29.97 DF", "01:00:00;00", 107892),
        ("60", "10:00:00:00", 2160000),
    ],
)
def test_frames_of_the_clock(start: Start, rate: str, start_tc: str, first: int) -> None:
    # frames.nominal: seconds times the real rate miss the frame at 23.976 and in drop-frame.
    sim = start(rate=rate)
    timeline = sim.handle(sim.timeline(start_tc=start_tc))
    assert timeline.GetStartFrame() == first
    assert timeline.GetStartTimecode() == start_tc


def test_profiles_are_told_apart() -> None:
    assert isinstance(profile("19.1"), Profile)
    assert profile("19.1").quirks.eof_strict
    assert not profile("21.0").quirks.eof_strict
