"""Subtitles: Resolve's append rules, and what is done where they stand in the way."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from resolve_scripts.actions.subtitles import ACTION
from rushes.errors import InputError, ResolveError, RushesError
from rushes.testing.resolve import SCRIPTED
from rushes.testing.resolve.invariants import broken
from rushes.testing.resolve.placing import Placed, append_cues
from rushes.testing.resolve.state import MediaState, TimelineState
from tests.resolve.conftest import Suite

Start = Callable[..., Suite]
pytestmark = pytest.mark.usefixtures("no_waiting")

TEXT = "1\n00:00:01,000 --> 00:00:02,000\nHello\n\n2\n00:00:03,500 --> 00:00:04,000\nYou there\n"


def _srt(one: Suite, text: str = TEXT, name: str = "cut.srt") -> Path:
    path = Path(one.desk.production) / "deliveries" / "cut_v01" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _cues(one: Suite) -> list[tuple[int, int, str]]:
    timeline = one.sim.project.timeline
    assert timeline is not None
    return [(item.start - timeline.start, item.duration, item.name) for item in timeline.items("subtitle")]


@pytest.mark.parametrize("which", SCRIPTED)
@pytest.mark.parametrize("rate", ["24", "25", "29.97 DF", "60"])
@pytest.mark.parametrize("from_zero", [True, False])
def test_lines_lie_where_they_are_spoken(suite: Start, which: str, rate: str, from_zero: bool) -> None:
    one = suite(which, rate=rate)
    mark = ";" if "DF" in rate else ":"
    timeline = one.sim.timeline(start_tc=f"0{int(not from_zero)}:00:00{mark}00")
    one.sim.add_clip(at=0, frames=500)
    _srt(one)
    before = one.sim.snapshot()
    outcome = one.run(ACTION)
    fps = timeline.rate
    assert [(start, text) for start, _, text in _cues(one)] == [
        (round(fps), "Hello"),
        (round(fps * 7 / 2), "You there"),
    ]
    assert outcome.text == "2 subtitles of cut.srt placed."
    assert broken(before, one.sim.snapshot()) == []
    before = one.sim.snapshot()
    assert one.run(ACTION).done == 0
    assert one.sim.snapshot() == before
    assert one.sim.app.misuse == []


def test_the_newest_file_is_taken_or_the_one_that_is_named(suite: Start, tmp_path: Path) -> None:
    one = suite()
    one.sim.timeline()
    old, new = _srt(one, name="old.srt"), _srt(one, TEXT.replace("Hello", "Newer"), "new.srt")
    os.utime(old, (1, 1))
    one.run(ACTION)
    assert _cues(one)[0][2] == "Newer"
    other = suite()
    other.sim.timeline()
    other.run(ACTION, file=str(old))
    assert _cues(other)[0][2] == "Hello"
    assert new.is_file()


def test_on_a_timeline_with_subtitles_they_wait_in_the_bin(suite: Start) -> None:
    one = suite()
    timeline = one.sim.timeline(subtitle=1)
    one.sim.add_clip(None, kind="subtitle", track_kind="subtitle", at=0, frames=20, name="mine")
    _srt(one)
    before = one.sim.snapshot()["projects"][one.sim.project.uid]["timelines"]
    outcome = one.run(ACTION)
    assert one.sim.snapshot()["projects"][one.sim.project.uid]["timelines"] == before
    assert outcome.text == "cut.srt is in the bin Rushes/Film/Subtitles; drag it onto the timeline."
    assert [clip.kind for clip in one.sim.project.media() if not clip.timeline] == ["subtitle"]
    one.run(ACTION)
    assert len([clip for clip in one.sim.project.media() if not clip.timeline]) == 1
    assert len(timeline.tracks["subtitle"]) == 1


def test_an_append_that_is_refused_leaves_the_file_in_the_bin_and_no_track(suite: Start) -> None:
    one = suite()
    timeline = one.sim.timeline()
    _srt(one)
    one.sim.refuse("MediaPool.AppendToTimeline")
    outcome = one.run(ACTION)
    assert outcome.done == 0
    assert "drag it onto the timeline" in outcome.text
    assert timeline.tracks["subtitle"] == []


def test_lines_that_land_elsewhere_are_taken_off_again(suite: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    one = suite()
    timeline = one.sim.timeline()
    one.sim.app.page = "color"
    _srt(one)

    def late(where: TimelineState, media: MediaState) -> Placed:
        media.cues = [(begin + 1, end + 1, text) for begin, end, text in media.cues]
        return append_cues(where, media)

    monkeypatch.setattr("rushes.testing.resolve.pool.append_cues", late)
    before = one.sim.snapshot()
    outcome = one.run(ACTION)
    assert outcome.notes == ("Resolve did not lay them where they belong: nothing was laid on a track.",)
    assert timeline.tracks["subtitle"] == []
    assert broken(before, one.sim.snapshot(), refused=True) == []


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("none", "resolve.no_subtitles"),
        ("empty", "subtitles.unreadable"),
        ("binary", "file.unreadable"),
        ("gone", "file.unreadable"),
        ("no timeline", "resolve.no_timeline"),
        ("modal", "resolve.modal"),
        ("locked", "resolve.locked"),
        ("import", "resolve.import"),
        ("track", "resolve.track"),
        ("engine", "engine.unreachable"),
    ],
)
def test_bad_input_leaves_the_timeline(suite: Start, case: str, code: str) -> None:
    one = suite()
    one.sim.timeline(subtitle=int(case == "locked"))
    path = _srt(one, "nothing" if case == "empty" else TEXT)
    options: dict[str, str] = {}
    if case == "none":
        path.unlink()
    elif case == "binary":
        path.write_bytes(b"\xff\xfe\x00")
    elif case == "gone":
        options = {"file": "/nowhere/a.srt"}
    elif case == "no timeline":
        one.sim.project.timeline = None
    elif case == "modal":
        one.sim.open_modal()
    elif case == "locked":
        one.sim.lock("subtitle", 1)
    elif case == "import":
        one.sim.refuse("MediaPool.ImportMedia")
    elif case == "track":
        one.sim.refuse("Timeline.AddTrack")
    elif case == "engine":
        one.desk.unreachable = True
    before = one.sim.snapshot()
    with pytest.raises((InputError, ResolveError, RushesError)) as refused:
        one.run(ACTION, **options)
    assert refused.value.code == code
    assert refused.value.hint
    assert broken(before, one.sim.snapshot(), refused=True) == []
