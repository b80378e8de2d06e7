"""Timelines: names, tracks, markers, playhead, settings, deletion, takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rushes.testing.resolve import Profile, Simulator, profile
from tests.resolve.sim.handles import project_of

Start = Callable[..., Simulator]


def _cut(sim: Simulator) -> Any:
    """What lies where: (id, start, length) of the current timeline."""
    timeline = sim.project.timeline
    assert timeline is not None
    return [(item.uid, item.start, item.duration) for item in timeline.items()]


def test_a_name_that_is_taken(start: Start) -> None:
    # timeline.name-taken: None, and the next line raises AttributeError.
    sim = start()
    sim.timeline("Edit")
    pool = project_of(sim).GetMediaPool()
    assert pool.CreateEmptyTimeline("Edit") is None
    made = pool.CreateEmptyTimeline("Edit 2")
    assert made.GetStartFrame() == 86400
    assert [made.GetTrackCount(kind) for kind in ("video", "audio", "subtitle")] == [1, 1, 0]
    assert made.SetName("Edit") is False
    # timeline.current
    assert project_of(sim).GetCurrentTimeline().GetName() == "Edit 2"
    twin = project_of(sim).GetTimelineByIndex(1).DuplicateTimeline("Edit 3")
    assert project_of(sim).GetCurrentTimeline().GetUniqueId() == twin.GetUniqueId()


def test_a_duplicate_is_a_cut_of_its_own(start: Start) -> None:
    sim = start()
    timeline = sim.timeline()
    item = sim.add_clip(frames=24)
    project_of(sim).GetCurrentTimeline().DuplicateTimeline()
    twin = sim.project.timeline
    assert twin is not None
    assert twin is not timeline
    (copied,) = twin.items()
    assert copied.media is item.media
    assert copied.uid != item.uid
    copied.start += 5
    assert item.start == 86400


def test_a_timeline_from_clips_needs_their_bin_and_drops_repeats(start: Start) -> None:
    # timeline.from-clips: a cut of A, B, A becomes A, B.
    sim = start()
    first, second = sim.add_media("a.mov", frames=24, folder="X"), sim.add_media("b.mov", frames=24, folder="X")
    pool = project_of(sim).GetMediaPool()
    clips = [sim.handle(each) for each in (first, second, first)]
    assert pool.CreateTimelineFromClips("Cut", clips) is None
    pool.SetCurrentFolder(sim.handle(sim.bin("X")))
    made = pool.CreateTimelineFromClips("Cut", clips)
    assert [item.GetName() for item in made.GetItemListInTrack("video", 1)] == ["a.mov", "b.mov"]


def test_the_rate_is_a_number_and_the_rest_is_text(start: Start) -> None:
    # rate.float: int(GetSetting("timelineFrameRate")) or a comparison with "24" goes wrong.
    project = project_of(start(rate="23.976"))
    assert project.GetSetting("timelineFrameRate") == 23.976
    assert project.GetSetting("timelineFrameRate") != "23.976"
    assert project.GetSetting("timelineResolutionWidth") == "1920"
    assert project.GetSetting("superScale") == 1
    assert project.GetSetting("nonsense") == ""
    drop = project_of(start(rate="29.97 DF"))
    assert drop.GetSetting("timelineFrameRate") == "29.97 DF"
    plain = project_of(start(profile("21.0").but(drop_rate_as_float=True), rate="29.97 DF"))
    assert plain.GetSetting("timelineFrameRate") == 29.97
    assert plain.GetSetting("timelineDropFrameTimecode") == "1"


def test_the_rate_is_fixed_once_there_is_something(start: Start) -> None:
    # rate.fixed
    sim = start()
    project = project_of(sim)
    assert project.SetSetting("timelineFrameRate", "29.97 DF")
    assert project.SetSetting("timelineFrameRate", "24.5") is False
    assert project.SetSetting("timelinePlaybackFrameRate", "24") is False
    sim.add_media()
    assert project.SetSetting("timelineFrameRate", "25") is False
    assert project.SetSetting("timelineResolutionWidth", "1280")


def test_a_timeline_has_no_settings_of_its_own_at_first(start: Start) -> None:
    # setting.timeline
    sim = start()
    timeline = sim.handle(sim.timeline())
    assert timeline.SetSetting("timelineResolutionWidth", "1280") is False
    assert timeline.SetSetting("useCustomSettings", "1")
    assert timeline.SetSetting("timelineResolutionWidth", "1280")
    assert timeline.GetSetting("timelineResolutionWidth") == "1280"
    assert project_of(sim).GetSetting("timelineResolutionWidth") == "1920"


def test_markers_count_from_the_start_and_echo_anything(start: Start) -> None:
    # marker.echo: a marker at the item's absolute frame is "there" and shows nowhere.
    sim = start()
    sim.timeline()
    item = sim.add_clip(at=24, frames=48)
    timeline = project_of(sim).GetCurrentTimeline()
    absolute = sim.handle(item).GetStart()
    assert timeline.AddMarker(absolute, "Blue", "take", "", 1)
    assert absolute in timeline.GetMarkers()
    assert sim.visible_markers() == {}
    assert timeline.AddMarker(absolute - timeline.GetStartFrame(), "Blue", "take", "", 1)
    assert list(sim.visible_markers()) == [24]
    # marker.occupied
    assert timeline.AddMarker(24, "Red", "other", "", 1) is False
    assert timeline.GetMarkers()[24]["color"] == "Blue"
    assert timeline.AddMarker(25, "Red", "other", "", 0) is False


@pytest.mark.parametrize("what", ["timeline", "item", "media"])
def test_markers_are_found_by_their_data(start: Start, what: str) -> None:
    sim = start()
    timeline = sim.timeline()
    item = sim.add_clip(frames=48)
    target = sim.handle({"timeline": timeline, "item": item, "media": item.media}[what])
    assert target.AddMarker(3, "Green", "n", "note", 2, '{"rushes": 1}')
    found = target.GetMarkerByCustomData('{"rushes": 1}')
    assert found == {
        3.0: {"color": "Green", "duration": 2.0, "note": "note", "name": "n", "customData": '{"rushes": 1}'}
    }
    assert target.GetMarkerByCustomData("") == {}
    assert target.UpdateMarkerCustomData(3, "x")
    assert target.GetMarkerCustomData(3) == "x"
    assert target.DeleteMarkerByCustomData('{"rushes": 1}') is False
    assert target.DeleteMarkerByCustomData("x")
    assert target.GetMarkers() == {}
    assert target.DeleteMarkerAtFrame(3) is False


@pytest.mark.parametrize(
    ("rate", "good", "bad"), [("24", "01:00:02:00", "01:00:02;00"), ("29.97 DF", "01:01:00;02", "01:01:00;00")]
)
def test_the_playhead_speaks_the_timelines_clock(start: Start, rate: str, good: str, bad: str) -> None:
    # playhead.below-start
    sim = start(rate=rate)
    timeline = sim.handle(sim.timeline())
    assert timeline.SetCurrentTimecode(good)
    assert timeline.GetCurrentTimecode() == good
    assert timeline.SetCurrentTimecode(bad) is False
    assert timeline.SetCurrentTimecode("00:00:02;00" if "DF" in rate else "00:00:02:00") is False
    assert timeline.SetCurrentTimecode(90000) is False
    assert timeline.GetCurrentTimecode() == good
    # playhead.pages
    sim.resolve.OpenPage("media")
    assert timeline.GetCurrentTimecode() == ""
    assert timeline.SetCurrentTimecode(good) is False


def test_the_clip_under_the_playhead_is_that_of_the_selected_track(start: Start) -> None:
    # playhead.item: the clip one sees lies on track 2.
    sim = start()
    timeline = sim.timeline(video=2)
    below, above = sim.add_clip(track=1, frames=48), sim.add_clip(track=2, frames=48)
    sim.playhead(10)
    assert sim.handle(timeline).GetCurrentVideoItem().GetUniqueId() == below.uid
    sim.resolve.OpenPage("color")
    assert sim.handle(timeline).GetCurrentVideoItem().GetUniqueId() == above.uid
    sim.playhead(48)
    assert sim.handle(timeline).GetCurrentVideoItem() is None


def test_transitions_are_items_without_media(start: Start) -> None:
    sim = start()
    timeline = sim.timeline()
    sim.add_clip(frames=48)
    sim.add_clip(at=48, frames=48)
    sim.add_clip(kind="transition", at=42, frames=12)
    items = sim.handle(timeline).GetItemListInTrack("video", 1)
    assert [item.GetMediaPoolItem() is None for item in items] == [False, True, False]
    assert items[1].GetProperty() == {}
    assert sim.handle(timeline).GetItemListInTrack("video", 2) is None
    assert sim.handle(timeline).GetTrackCount("vid") == 0


def test_deleting_works_on_the_edit_page_and_forgets_the_sound(start: Start) -> None:
    # delete.page, delete.linked
    sim = start()
    timeline = sim.timeline()
    media = sim.add_media(audio_channels=2)
    item = sim.add_clip(media, frames=24, with_audio=True)
    handle = sim.handle(timeline)
    sim.resolve.OpenPage("fairlight")
    assert handle.DeleteClips([sim.handle(item)]) is False
    sim.resolve.OpenPage("edit")
    linked = sim.handle(item).GetLinkedItems()
    assert handle.DeleteClips([sim.handle(item)])
    assert len(list(timeline.items("audio"))) == 1
    assert handle.DeleteClips(linked)
    assert list(timeline.items()) == []


def test_ripple_moves_what_the_editor_laid(start: Start) -> None:
    # delete.ripple: on every unlocked track.
    sim = start()
    timeline = sim.timeline(video=2)
    gone = sim.add_clip(frames=24)
    sim.add_clip(at=48, frames=24, track=2)
    before = _cut(sim)
    assert sim.handle(timeline).DeleteClips([sim.handle(gone)], True)
    assert _cut(sim) != before[1:]
    plain = start()
    timeline = plain.timeline(video=2)
    gone = plain.add_clip(frames=24)
    plain.add_clip(at=48, frames=24, track=2)
    before = _cut(plain)
    assert plain.handle(timeline).DeleteClips([plain.handle(gone)])
    assert _cut(plain) == before[1:]


def test_a_first_delete_may_be_refused(start: Start) -> None:
    sim = start(profile("21.0").but(delete_refused_once=True))
    timeline = sim.timeline()
    item = sim.add_clip(frames=24)
    assert sim.handle(timeline).DeleteClips([sim.handle(item)]) is False
    assert sim.handle(timeline).DeleteClips([sim.handle(item)]) is True


def test_locked_tracks_keep_their_clips(start: Start) -> None:
    sim = start()
    timeline = sim.timeline(video=2)
    item = sim.add_clip(frames=24)
    sim.lock("video", 1)
    assert sim.handle(timeline).DeleteClips([sim.handle(item)]) is False
    assert sim.handle(item).SetClipEnabled(False) is False
    assert sim.handle(item).AddTake(sim.handle(sim.add_media("b.mov"))) is False
    assert sim.handle(timeline).DeleteTrack("video", 1) is False
    assert sim.handle(timeline).DeleteTrack("video", 2) is True


def test_tracks_are_numbered_from_one_and_pushed_up(start: Start) -> None:
    sim = start()
    timeline = sim.timeline()
    item = sim.add_clip(frames=24)
    handle = sim.handle(timeline)
    assert handle.GetTrackName("video", 0) == ""
    assert handle.AddTrack("video", {"index": 1})
    assert sim.handle(item).GetTrackTypeAndIndex() == ["video", 2]
    assert handle.SetTrackName("video", 1, "Rushes")
    assert handle.GetTrackName("video", 1) == "Rushes"
    assert handle.AddTrack("vid") is False
    assert handle.AddTrack("audio", "5.1")
    assert handle.GetTrackSubType("audio", 2) == "5.1"


def test_the_start_timecode_carries_everything_along(start: Start) -> None:
    sim = start()
    timeline = sim.timeline()
    item = sim.add_clip(at=10, frames=24)
    sim.add_marker(10)
    assert sim.handle(timeline).SetStartTimecode("00:00:00:00")
    assert (item.start, timeline.playhead, list(timeline.markers)) == (10, 0, [10.0])
    assert sim.handle(timeline).SetStartTimecode("nonsense") is False


def test_marks_are_relative_and_missing_when_not_set(start: Start) -> None:
    sim = start()
    timeline = sim.handle(sim.timeline())
    assert timeline.GetMarkInOut() == {}
    assert timeline.SetMarkInOut(10, 20, "video")
    assert timeline.GetMarkInOut() == {"video": {"in": 10, "out": 20}}
    assert timeline.SetMarkInOut(20, 10) is False
    assert timeline.ClearMarkInOut()
    assert timeline.GetMarkInOut() == {}


def test_properties_are_clipped_and_zoom_is_tied(start: Start) -> None:
    # property.range: setting ZoomX alone also scales the height.
    sim = start()
    sim.timeline()
    item = sim.handle(sim.add_clip(frames=24))
    assert item.SetProperty("Opacity", 250)
    assert item.GetProperty("Opacity") == 100.0
    assert item.SetProperty("ZoomX", 2.0)
    assert item.GetProperty("ZoomY") == 2.0
    assert item.SetProperty("ZoomGang", False)
    assert item.SetProperty("ZoomX", 3.0)
    assert item.GetProperty("ZoomY") == 2.0
    assert item.SetProperty("Pan", 1e6)
    assert item.GetProperty("Pan") == 4 * 1920
    assert item.SetProperty("Opacity", "50") is False
    assert item.SetProperty("Nonsense", 1) is False


def test_source_frames_and_times(start: Start) -> None:
    # source.end: times count from the media's timecode, so only differences mean something.
    sim = start()
    sim.timeline()
    item = sim.handle(sim.add_clip(sim.add_media(frames=100, start=24 * 3600), source=10, frames=48))
    assert (item.GetSourceStartFrame(), item.GetSourceEndFrame()) == (10, 58)
    assert (item.GetLeftOffset(), item.GetRightOffset()) == (10, 42)
    assert item.GetSourceStartTime() > 3600
    assert item.GetSourceEndTime() - item.GetSourceStartTime() == pytest.approx(2.0)
    mixed = sim.handle(sim.add_clip(sim.add_media("b.mov", frames=100, rate="25"), at=100, frames=48))
    assert mixed.GetSourceEndFrame() - mixed.GetSourceStartFrame() == 49
    shifted = start(profile("21.0").but(source_frames_off_by_one=True))
    shifted.timeline()
    item = shifted.handle(shifted.add_clip(shifted.add_media(frames=100, rate="25"), source=10, frames=24))
    assert (item.GetSourceStartFrame(), item.GetLeftOffset()) == (11, 10)


def test_a_take_of_the_same_media_is_refused_and_leaves_a_mark(start: Start) -> None:
    # take.same-media: "False, so nothing happened" is wrong.
    sim = start()
    sim.timeline()
    item = sim.add_clip(sim.add_media(frames=100), source=10, frames=48)
    handle = sim.handle(item)
    assert (handle.GetTakesCount(), handle.GetSelectedTakeIndex()) == (0, 0)
    assert handle.AddTake(sim.handle(item.media)) is False
    assert handle.GetTakesCount() == 1


@pytest.mark.parametrize("keeps", [True, False])
def test_selecting_a_take_swaps_the_media_in_its_place(start: Start, *, keeps: bool) -> None:
    # take.select: adding alone shows nothing new; selecting keeps place and length.
    sim = start(profile("21.0.4").but(take_keeps_grade=keeps))
    sim.timeline()
    old, new = sim.add_media("t1.mov", frames=100), sim.add_media("t2.mov", frames=60)
    item = sim.add_clip(old, at=5, source=10, frames=48)
    item.grade.name = "Graded"
    handle = sim.handle(item)
    assert handle.AddTake(sim.handle(new), 4, 60)
    assert handle.GetMediaPoolItem().GetName() == "t1.mov"
    assert handle.SelectTakeByIndex(3) is False
    assert handle.SelectTakeByIndex(2)
    assert handle.GetMediaPoolItem().GetName() == "t2.mov"
    assert (item.start, item.duration, handle.GetLeftOffset()) == (86405, 48, 4)
    assert handle.GetTakeByIndex(2)["startFrame"] == 4
    assert (item.grade.name == "Graded") == keeps
    assert handle.SelectTakeByIndex(1)
    assert handle.GetLeftOffset() == 10
    assert item.grade.name == "Graded"
    assert handle.DeleteTakeByIndex(1) is False
    assert handle.DeleteTakeByIndex(2)
    assert handle.FinalizeTake()
    assert handle.GetTakesCount() == 0
    assert sim.handle(sim.add_clip(kind="title", at=200, frames=24)).AddTake(sim.handle(new)) is False


def test_selection_brings_the_linked_sound(start: Start) -> None:
    sim = start()
    timeline = sim.timeline()
    item = sim.add_clip(sim.add_media(audio_channels=2), frames=24, with_audio=True)
    sim.select(item)
    assert len(sim.handle(timeline).GetSelectedClips()) == 2
    assert project_of(sim).GetMediaPool().GetSelectedClips() is None


def test_generators_go_to_the_playhead_and_cover_nothing(start: Start) -> None:
    sim = start()
    timeline = sim.timeline()
    sim.add_clip(at=50, frames=24)
    sim.playhead(0)
    handle = sim.handle(timeline)
    assert handle.InsertTitleIntoTimeline("Text+") is None
    sim.playhead(100)
    assert handle.InsertTitleIntoTimeline("Text+").GetStart() == 86500
    assert handle.GetEndFrame() == 86620


def test_what_the_user_sees_is_all_in_the_snapshot(start: Start) -> None:
    sim = start()
    timeline = sim.timeline()
    item = sim.add_clip(frames=24)
    changes: list[Callable[[], Any]] = [
        lambda: sim.playhead(5),
        lambda: sim.lock("video", 1),
        lambda: sim.resolve.OpenPage("color"),
        lambda: sim.add_marker(1),
        lambda: setattr(item, "start", item.start + 1),
        lambda: setattr(item, "color", "Orange"),
        lambda: setattr(timeline.tracks["video"][0], "name", "x"),
        lambda: sim.bin("New"),
        lambda: setattr(sim.project, "folder", sim.bin("New")),
        lambda: sim.add_media("x.mov"),
        lambda: setattr(sim.project.render, "format", "mp4"),
        lambda: sim.timeline("Other"),
    ]
    for change in changes:
        before = sim.snapshot()
        assert before == sim.snapshot()
        change()
        assert before != sim.snapshot()


@pytest.mark.parametrize("which", [profile("19.1"), profile("21.1")], ids=lambda each: each.name)
def test_the_interface_of_a_project(start: Start, which: Profile) -> None:
    sim = start(which)
    manager = sim.resolve.GetProjectManager()
    assert manager.CreateProject("Film") is None
    assert manager.CreateProject("Other").GetName() == "Other"
    assert manager.DeleteProject("Other") is False
    assert manager.GetProjectListInCurrentFolder() == ["Untitled Project", "Film", "Other"]
    assert sim.resolve.OpenPage("photo") is (which.version >= (21, 0, 0))
    assert sim.resolve.OpenPage("nonsense") is False
    assert manager.CloseProject(project_of(sim))
    assert manager.GetCurrentProject() is None
    assert sim.resolve.GetCurrentPage() is None


def test_only_the_open_timeline_has_a_playhead(start: Start) -> None:
    # playhead.current: the script reads A's playhead while B is open.
    sim = start()
    first, second = sim.handle(sim.timeline("A")), sim.handle(sim.timeline("B"))
    assert first.GetCurrentTimecode() == ""
    assert first.SetCurrentTimecode("01:00:01:00") is False
    assert second.GetCurrentTimecode() == "01:00:00:00"


@pytest.mark.parametrize("version", ["21.0.4", "21.1"])
def test_the_rate_of_an_empty_timeline_from_211(start: Start, version: str) -> None:
    # setting.timeline
    sim = start(f"{version}-studio")
    timeline = sim.handle(sim.timeline())
    timeline.SetSetting("useCustomSettings", "1")
    assert timeline.SetSetting("timelineFrameRate", "25") is (version == "21.1")
    assert timeline.GetStartFrame() == (90000 if version == "21.1" else 86400)
    sim.add_clip(frames=24)
    assert timeline.SetSetting("timelineFrameRate", "30") is False
