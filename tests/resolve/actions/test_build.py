"""Build Timeline: a cut by API calls, whole or not at all."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from resolve_scripts.actions.build import ACTION
from resolve_scripts.actions.pull import ACTION as PULL
from rushes.contracts import (
    EditClip,
    EditMarker,
    EditMedia,
    EditSubtitle,
    EditTimeline,
    EditTrack,
    MediaKind,
    Size,
    Timecode,
    TrackKind,
)
from rushes.delivery.otio_write import otio_text
from rushes.errors import InputError, JobCancelled, ResolveError, RushesError
from rushes.testing.resolve import PROFILES, SCRIPTED, profile
from rushes.testing.resolve.desk import movie
from rushes.testing.resolve.invariants import broken, left_behind
from rushes.testing.resolve.names import parse_rate_setting
from rushes.testing.resolve.state import TimelineState
from tests.resolve.conftest import Suite

Start = Callable[..., Suite]
pytestmark = pytest.mark.usefixtures("no_waiting")


def _folder(one: Suite) -> Path:
    return Path(one.desk.production) / "deliveries" / "Harbour_v01"


def _movie(one: Suite, name: str, frames: int, rate: Fraction, start: int = 0) -> EditMedia:
    path = movie(_folder(one) / "media" / name, frames, rate, start)
    return EditMedia(str(path), MediaKind.MOVIE, rate, start, frames, reel=path.stem)


def _sound(one: Suite, seconds: int, rate: Fraction) -> EditMedia:
    path = _folder(one) / "media" / "mix.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("pcm_s16le", rate=8000, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 2 * 8000 * seconds), np.int16), "s16", "stereo")
        frame.sample_rate = 8000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return EditMedia(str(path), MediaKind.AUDIO, rate, 0, int(seconds * rate), audio_channels=2)


def _cut(
    one: Suite, rate: Fraction = Fraction(24), drop: bool = False, start: int = 86400, source: Fraction | None = None
) -> EditTimeline:
    media = [_movie(one, f"SH0{n}0_T01_a{n}.mov", 60, source or rate, 101) for n in (1, 2, 3)]
    note = EditMarker(3, "look", "dark", "Sand", 2, {"rushes.take": "t-1"})
    return EditTimeline(
        "Harbour",
        rate,
        Size(1920, 1080),
        start=start,
        drop=drop,
        tracks=(
            EditTrack(
                TrackKind.VIDEO,
                "Takes",
                (
                    EditClip("SH010", 0, 20, media[0], 4, take="t-1", shot="SH010", generated=True, markers=(note,)),
                    EditClip("SH020", 20, 24, media[1], 0, shot="SH020", metadata={"Shot": "SH020"}),
                    EditClip("SH010 again", 50, 12, media[0], 30, take="t-1", shot="SH010", enabled=False),
                ),
            ),
            EditTrack(TrackKind.VIDEO, "Titles", (EditClip("SH030", 10, 8, media[2]),), enabled=False),
            EditTrack(TrackKind.AUDIO, "Mix", (EditClip("mix", 0, 48, _sound(one, 6, rate), 12),)),
        ),
        markers=(
            EditMarker(0, "SH010", "", "Mint", 20, {"rushes.shot": "SH010"}),
            EditMarker(44, "gap", "fill", "Red"),
        ),
        subtitles=(EditSubtitle(2, 18, "Hello"), EditSubtitle(24, 40, "Bye")),
    )


def _write(one: Suite, cut: EditTimeline, name: str = "Harbour.otio") -> Path:
    path = _folder(one) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(otio_text(cut), encoding="utf-8")
    return path


def _made(one: Suite, name: str = "Harbour") -> TimelineState:
    return next(timeline for timeline in one.sim.project.timelines if timeline.name == name)


def _lies(timeline: TimelineState, kind: str = "video") -> list[list[tuple[int, int, int]]]:
    return [
        [(item.start - timeline.start, item.duration, item.source) for item in track.items]
        for track in timeline.tracks[kind]
    ]


@pytest.mark.parametrize("which", SCRIPTED)
@pytest.mark.parametrize("quirk", ["", "inclusive_end", "eof_strict"])
def test_everything_of_a_cut(suite: Start, which: str, quirk: str) -> None:
    one = suite(PROFILES[which].but(**({quirk: True} if quirk else {})))
    edit = one.sim.timeline("Edit")
    one.sim.add_clip(at=0, frames=50)
    one.sim.playhead(20)
    _write(one, _cut(one))
    before = one.sim.snapshot()
    outcome = one.run(ACTION)
    made = _made(one)
    assert made.start == 86400
    assert [track.name for track in made.tracks["video"]] == ["Takes", "Titles"]
    assert [track.enabled for track in made.tracks["video"]] == [True, False]
    assert [track.name for track in made.tracks["audio"]] == ["Mix"]
    assert _lies(made) == [[(0, 20, 4), (20, 24, 0), (50, 12, 30)], [(10, 8, 0)]]
    assert _lies(made, "audio") == [[(0, 48, 12)]]
    first, second, again = made.tracks["video"][0].items
    assert (first.enabled, second.enabled, again.enabled) == (True, True, False)
    assert first.media is again.media
    assert first.media is not None
    assert first.media.third_party["rushes.take"] == "t-1"
    assert second.media is not None
    assert second.media.metadata["Shot"] == "SH020"
    (marker,) = first.markers.items()
    assert (marker[0], marker[1].color, marker[1].note, marker[1].duration) == (3, "Sand", "dark", 2)
    assert json.loads(marker[1].custom) == {"rushes": {"take": "t-1"}}
    assert [(at, m.name, m.color, m.duration) for at, m in sorted(made.markers.items())] == [
        (0, "SH010", "Mint", 20),
        (44, "gap", "Red", 1),
    ]
    assert [(item.start - made.start, item.name) for item in made.items("subtitle")] == [(2, "Hello"), (24, "Bye")]
    assert (outcome.text, outcome.notes) == ("Built Harbour: 5 clips, 3 markers.", ())
    assert broken(before, one.sim.snapshot()) == []
    assert left_behind(before, one.sim.snapshot(), timelines=True) == []
    assert one.sim.project.timeline is edit
    before = one.sim.snapshot()
    assert one.run(ACTION).text == "Nothing to do: Harbour.otio is built already."
    assert one.sim.snapshot() == before
    assert one.sim.app.misuse == []
    assert one.sim.app.unmodelled == []


@pytest.mark.parametrize("rate", ["23.976", "24", "25", "29.97 DF", "60"])
@pytest.mark.parametrize("hours", [0, 1])
@pytest.mark.parametrize("source", ["same", "24"])
def test_frame_exact_at_any_rate_start_and_source(suite: Start, rate: str, hours: int, source: str) -> None:
    one = suite(rate=rate)
    parsed = parse_rate_setting(rate)
    assert parsed is not None
    fps, drop = parsed
    start = Timecode.parse(f"0{hours}:00:00{';' if drop else ':'}00", fps).frame
    own = fps if source == "same" else Fraction(source)
    _write(one, _cut(one, fps, drop, start, own))
    outcome = one.run(ACTION)
    made = _made(one)
    assert (made.start, made.drop) == (start, drop)
    assert [item.start - start for item in made.tracks["video"][0].items] == [0, 20, 50]
    assert [item.source for item in made.tracks["video"][0].items] == [4, 0, 30]
    for item, wanted in zip(made.tracks["video"][0].items, (20, 24, 12)):
        assert wanted - fps / own < item.duration <= wanted
        if own >= fps:
            assert item.duration == wanted
    short = sum(item.duration < wanted for item, wanted in zip(made.items("video"), (20, 24, 12, 8)))
    assert sum("shorter than in the cut" in note for note in outcome.notes) == short
    assert [item.start - start for item in made.items("subtitle")] == [2, 24]
    assert _lies(made, "audio") == [[(0, 48, 12)]]


def test_a_name_that_is_taken_gets_a_number_and_again_builds_again(suite: Start) -> None:
    one = suite()
    one.sim.timeline("Harbour")
    _write(one, _cut(one))
    assert one.run(ACTION).details["timeline"] == "Harbour 2"
    assert one.run(ACTION, again="yes").details["timeline"] == "Harbour 3"
    assert len([clip for clip in one.sim.project.media() if not clip.timeline and clip.kind == "movie"]) == 3


def test_without_a_timeline_before_the_new_one_stays_open(suite: Start) -> None:
    one = suite()
    _write(one, _cut(one))
    one.run(ACTION)
    assert one.sim.project.timeline is _made(one)


def test_an_empty_project_takes_the_rate_of_the_cut(suite: Start) -> None:
    one = suite(rate="25")
    _write(one, _cut(one))
    outcome = one.run(ACTION)
    assert str(one.sim.project.settings["timelineFrameRate"]) == "24"
    assert "The project was empty; it has the cut's frame rate now." in outcome.notes


def test_a_project_with_another_rate_is_left_as_it_is(suite: Start) -> None:
    one = suite(rate="25")
    one.sim.timeline()
    _write(one, _cut(one))
    before = one.sim.snapshot()
    with pytest.raises(InputError, match="runs at 24 fps, this project at 25 fps") as refused:
        one.run(ACTION)
    assert refused.value.code == "resolve.rate"
    assert one.sim.snapshot() == before


def test_takes_in_the_media_pool_are_used_and_not_imported_twice(suite: Start) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 60)
    one.run(PULL)
    cut = _cut(one)
    _write(one, cut)
    one.run(ACTION)
    first = _made(one).tracks["video"][0].items[0]
    assert first.media is not None
    assert "/editorial/" in first.media.path
    assert first.color == "Green"
    assert len([clip for clip in one.sim.project.media() if clip.third_party.get("rushes.take") == "t-1"]) == 1


@pytest.mark.parametrize("lost", [False, True])
def test_takes_of_the_production_come_as_pull_brings_them(suite: Start, lost: bool) -> None:
    one = suite()
    one.desk.add_take("SH010", "t-1", 60, notes="good")
    if lost:
        one.desk.lost.add("t-1")  # the cut has a copy
    _write(one, _cut(one))
    assert one.run(ACTION).done == 5
    first = _made(one).tracks["video"][0].items[0]
    assert first.media is not None
    assert ("/editorial/" in first.media.path) != lost
    assert first.color == "Green"
    one.desk.lost.clear()
    assert one.run(PULL).done == int(lost)  # the copy gets what Pull writes
    assert (first.media.color, first.media.metadata["Comments"]) == ("Green", "good")
    assert one.run(PULL).done == 0


def test_missing_media_are_left_out_by_name(suite: Start) -> None:
    one = suite()
    cut = _cut(one)
    _write(one, cut)
    assert cut.tracks[0].clips[1].media is not None
    os.unlink(cut.tracks[0].clips[1].media.path)
    outcome = one.run(ACTION)
    assert _lies(_made(one)) == [[(0, 20, 4), (50, 12, 30)], [(10, 8, 0)]]
    assert outcome.notes == (f"SH020 is left out: {cut.tracks[0].clips[1].media.path} is not there.",)


def test_retimed_clips_come_rendered_from_a_delivery(suite: Start) -> None:
    one = suite()
    cut = _cut(one)
    slow = replace(cut.tracks[0].clips[0], speed=Fraction(1, 2))
    cut = replace(cut, tracks=(replace(cut.tracks[0], clips=(slow,)),), subtitles=(), markers=())
    _write(one, cut)
    outcome = one.run(ACTION)
    assert "SH010 runs at 50 % in the cut and at 100 % here" in outcome.notes[0]
    movie(_folder(one) / "media" / "plain" / "SH010_T01_a1_r0.mov", 20, Fraction(24), 86400)
    outcome = one.run(ACTION)
    (item,) = _made(one, "Harbour 2").tracks["video"][0].items
    assert item.name == "SH010_T01_a1_r0.mov"
    assert (item.duration, item.source, outcome.notes) == (20, 0, ())


@pytest.mark.parametrize("known", [False, True])
def test_from_21_1_a_speed_is_tried_and_told(suite: Start, known: bool) -> None:
    one = suite(profile("21.1").but(speed_in_percent=known))
    cut = _cut(one)
    slow = replace(cut.tracks[0].clips[0], speed=Fraction(1, 2))
    _write(one, replace(cut, tracks=(replace(cut.tracks[0], clips=(slow,)),), subtitles=()))
    outcome = one.run(ACTION)
    (item,) = _made(one).tracks["video"][0].items
    assert (item.start - 86400, item.duration) == (0, 20)
    assert item.speed == (Fraction(1, 2) if known else 1)
    assert ("was set to 50 %" in outcome.notes[0]) == known


def test_where_nothing_was_delivered_the_selects_are(suite: Start) -> None:
    one = suite()
    cut = _cut(one)

    def deliver(params: Any) -> dict[str, Any]:
        assert params["rate"] == "24/1"
        path = _write(one, cut, "Selects.otio")
        return {"folder": str(path.parent), "files": ["media/x.mov", "Selects.otio"]}

    one.desk.answers["deliver"] = deliver
    assert one.run(ACTION).done == 5
    assert [kind for kind, _ in one.desk.asked] == ["deliver"]


@pytest.mark.parametrize(
    ("call", "times", "code"),
    [
        ("MediaPool.CreateEmptyTimeline", 9, "resolve.timeline"),
        ("MediaPool.AppendToTimeline", 9, "resolve.append"),
        ("Timeline.AddTrack", 1, "resolve.track"),
        ("MediaPool.AddSubFolder", 1, "resolve.bin"),
        ("MediaPool.ImportMedia", 9, "resolve.media_missing"),
    ],
)
@pytest.mark.parametrize("which", ["19.1-studio", "21.1-studio", "21.0-free"])
def test_what_fails_in_the_middle_leaves_no_timeline(
    suite: Start, which: str, call: str, times: int, code: str
) -> None:
    one = suite(which)
    edit = one.sim.timeline("Edit", start_tc="00:00:00:00")
    one.sim.add_clip(at=5, frames=50)
    one.sim.playhead(20)
    _write(one, _cut(one))
    before = one.sim.snapshot()
    one.sim.refuse(call, times)
    with pytest.raises((ResolveError, InputError)) as refused:
        one.run(ACTION)
    assert refused.value.code == code
    assert refused.value.hint
    assert broken(before, one.sim.snapshot(), refused=True) == []
    assert left_behind(before, one.sim.snapshot()) == []
    assert one.sim.project.timeline is edit


class _Late(Counter[str]):
    """Refusals of one call that begin once it has gone well a number of times."""

    def __init__(self, one: Suite, call: str, after: int) -> None:
        super().__init__()
        self.one, self.call, self.after = one, call, after

    def __getitem__(self, key: str) -> int:
        return int(key == self.call and self.one.sim.counts[key] > self.after)


@pytest.mark.parametrize("after", [1, 2, 3, 4])
def test_an_append_that_fails_late_takes_all_of_it_away(suite: Start, after: int) -> None:
    one = suite()
    edit = one.sim.timeline("Edit")
    _write(one, _cut(one))
    before = one.sim.snapshot()
    one.sim.app.refusals = _Late(one, "MediaPool.AppendToTimeline", after)
    with pytest.raises(ResolveError) as refused:
        one.run(ACTION)
    assert refused.value.code == "resolve.append"
    assert broken(before, one.sim.snapshot(), refused=True) == []
    assert left_behind(before, one.sim.snapshot()) == []
    assert one.sim.project.timeline is edit
    one.sim.app.refusals = Counter()
    assert one.run(ACTION).done == 5


def test_stopping_leaves_no_timeline(suite: Start) -> None:
    one = suite()
    edit = one.sim.timeline("Edit")
    _write(one, _cut(one))
    before = one.sim.snapshot()
    told = one.desk.progress

    def progress(fraction: float, text: str) -> None:
        told(fraction, text)
        one.desk.cancelled = one.desk.cancelled or fraction > 0.5

    one.desk.progress = progress
    with pytest.raises(JobCancelled):
        one.run(ACTION)
    assert broken(before, one.sim.snapshot(), refused=True) == []
    assert left_behind(before, one.sim.snapshot()) == []
    assert one.sim.project.timeline is edit


@pytest.mark.parametrize("case", ["no project", "modal", "engine", "no file", "damaged"])
def test_bad_input_changes_nothing(suite: Start, case: str) -> None:
    one = suite()
    one.sim.timeline("Edit")
    path = _write(one, _cut(one))
    options: dict[str, str] = {}
    if case == "no project":
        one.sim.no_project()
    elif case == "modal":
        one.sim.open_modal()
    elif case == "engine":
        one.desk.unreachable = True
    elif case == "no file":
        options = {"file": "/nowhere/cut.otio"}
    else:
        path.write_text("{}", encoding="utf-8")
    before = one.sim.snapshot()
    with pytest.raises(RushesError) as refused:
        one.run(ACTION, **options)
    assert refused.value.hint
    assert one.sim.snapshot() == before


def test_calls_grow_with_the_clips_and_not_faster(suite: Start) -> None:
    counted: list[int] = []
    for number in (10, 20, 40):
        one = suite()
        media = _movie(one, "SH010.mov", 60, Fraction(24))
        clips = tuple(EditClip(f"c{index}", index * 10, 8, media, index) for index in range(number))
        _write(
            one,
            EditTimeline(
                "Long", Fraction(24), Size(1920, 1080), 86400, tracks=(EditTrack(TrackKind.VIDEO, "V", clips),)
            ),
        )
        one.sim.forget_calls()
        one.run(ACTION)
        counted.append(one.sim.calls)
    assert counted[2] - counted[1] <= 2.05 * (counted[1] - counted[0])


def test_a_rate_that_cannot_go_back_is_told(suite: Start) -> None:
    """Once media are in the bins Resolve keeps the rate, also when no timeline came of it."""
    one = suite(rate="25")
    _write(one, _cut(one))
    one.sim.refuse("MediaPool.AppendToTimeline", 9)
    with pytest.raises(ResolveError) as refused:
        one.run(ACTION)
    assert "it has the cut's 24 fps now" in refused.value.hint
