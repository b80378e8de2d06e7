"""Cuts in and out of the double: what each format loses, and files that Resolve would not take."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rushes.contracts import (
    EditClip,
    EditMarker,
    EditMedia,
    EditTimeline,
    EditTrack,
    MediaKind,
    Size,
    Timecode,
    TrackKind,
)
from rushes.delivery.cut_read import read_cut
from rushes.delivery.edl_write import edl_texts
from rushes.delivery.fcp7_write import fcp7_text
from rushes.delivery.otio_write import otio_text
from rushes.delivery.times import shown_frame
from rushes.media.video import VideoWriter
from rushes.testing.resolve import Simulator
from rushes.testing.resolve.picture import picture_at, source_frame
from rushes.testing.resolve.state import ItemState, TimelineState
from tests.resolve.sim.handles import pool_of

RATE = Fraction(24)
START = 86400


def movie(path: Path, frames: int = 48, rate: Fraction = RATE, start: int = 2400) -> EditMedia:
    """Numbered frames with an embedded timecode."""
    with VideoWriter(path, Size(16, 16), rate, timecode=Timecode(start, rate), crf=4, preset="ultrafast") as writer:
        for number in range(frames):
            writer.write(np.full((16, 16, 3), 5 * number % 256, np.uint8))
    return EditMedia(str(path), MediaKind.MOVIE, rate, start, frames, Size(16, 16), reel=path.stem)


@pytest.fixture
def sim(tmp_path: Path) -> Simulator:
    made = Simulator("19.1-studio", tmp_path / "resolve")
    made.new_project(size=(16, 16))
    return made


@pytest.fixture
def cut(tmp_path: Path) -> EditTimeline:
    """Two video tracks, a gap, a retime, a clip at another rate, markers."""
    one, other = movie(tmp_path / "SH010_T01.mov"), movie(tmp_path / "SH020_T03.mov", rate=Fraction(48), start=4800)
    marker = EditMarker(3, "note", "darker", "Red")
    low = (
        EditClip("SH010", 0, 10, one, 5, markers=(marker,)),
        EditClip("SH010 slow", 14, 10, one, 20, speed=Fraction(1, 2)),
    )
    high = (EditClip("SH020", 6, 8, other, 12),)
    tracks = (EditTrack(TrackKind.VIDEO, "Takes", low), EditTrack(TrackKind.VIDEO, "Above", high))
    return EditTimeline("Cut", RATE, Size(16, 16), START, tracks=tracks, markers=(EditMarker(12, "act", "two", "Sky"),))


def bring(sim: Simulator, path: Path, text: str, **options: Any) -> TimelineState | None:
    """Write the file and import it; None when Resolve refuses."""
    path.write_text(text, "utf-8")
    made = (
        pool_of(sim).ImportTimelineFromFile(str(path), options)
        if options
        else pool_of(sim).ImportTimelineFromFile(str(path))
    )
    return sim.project.timeline if made else None


def items(timeline: TimelineState | None, track: int = 1, kind: str = "video") -> list[ItemState]:
    assert timeline is not None
    return timeline.tracks[kind][track - 1].items


def frames(timeline: TimelineState | None, track: int = 1) -> list[tuple[int, int, int | None, Fraction]]:
    """(record, duration, first source frame or None when offline, speed)."""
    assert timeline is not None
    return [
        (each.start - timeline.start, each.duration, each.source if each.media else None, each.speed)
        for each in items(timeline, track)
    ]


def naive_otio(cut: EditTimeline, change: Any) -> str:
    data = json.loads(otio_text(cut))
    change(data)
    return json.dumps(data)


def test_our_otio_builds_as_meant(sim: Simulator, cut: EditTimeline, tmp_path: Path) -> None:
    """Rule import.otio-warp."""
    made = bring(sim, tmp_path / "cut.otio", otio_text(cut), importSourceClips=True, timelineName="Conform")
    assert made is not None
    assert (made.name, made.rate, made.start) == ("Conform", RATE, START)
    assert frames(made) == [(0, 10, 5, 1), (14, 10, 20, Fraction(1, 2))]
    assert frames(made, 2) == [(6, 8, 12, 1)]
    assert {at: (m.name, m.note, m.color) for at, m in made.markers.items()} == {12: ("act", "two", "Cyan")}
    assert {at: (m.name, m.note, m.color) for at, m in items(made)[0].markers.items()} == {3: ("note", "darker", "Red")}
    assert round(float(picture_at(sim.app, made, START + 9).mean()) * 51) == 18, "48 frames a second: two a frame"
    assert source_frame(items(made)[1], START + 16, RATE) == 21


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.update(global_start_time=None),
        lambda data: data["tracks"]["children"][0].update(name="Takes"),
        lambda data: data["tracks"].update(OTIO_SCHEMA="SerializableCollection.1"),
    ],
)
def test_an_otio_of_another_shape_is_refused(sim: Simulator, cut: EditTimeline, tmp_path: Path, change: Any) -> None:
    """Rule import.otio-shape."""
    assert bring(sim, tmp_path / "cut.otio", naive_otio(cut, change)) is None


def _clip(data: Any) -> Any:
    return data["tracks"]["children"][0]["children"][0]


def _reference(data: Any) -> Any:
    return _clip(data)["media_references"]["DEFAULT_MEDIA"]


@pytest.mark.parametrize(
    "change",
    [
        lambda data: _reference(data).update(target_url="file://" + _reference(data)["target_url"]),
        lambda data: _reference(data).update(available_range=None),
        lambda data: _clip(data).update(OTIO_SCHEMA="Clip.1", media_reference=_reference(data)),
        lambda data: _clip(data).update(active_media_reference_key="best"),
        lambda data: _clip(data)["source_range"]["start_time"].update(value=5.0),
    ],
)
def test_a_clip_of_another_shape_is_offline(sim: Simulator, cut: EditTimeline, tmp_path: Path, change: Any) -> None:
    """Rule import.otio-shape."""
    made = bring(sim, tmp_path / "cut.otio", naive_otio(cut, change))
    assert [each[2] for each in frames(made)] == [None, 20]


def test_otio_without_source_clips_is_offline(sim: Simulator, cut: EditTimeline, tmp_path: Path) -> None:
    """Rule import.otio-offline."""
    made = bring(sim, tmp_path / "cut.otio", otio_text(cut), importSourceClips=False)
    assert [each[2] for each in frames(made)] == [None, None]


def test_a_name_that_is_taken_is_refused(sim: Simulator, cut: EditTimeline, tmp_path: Path) -> None:
    """Rule import.name-taken."""
    sim.timeline("Cut")
    assert bring(sim, tmp_path / "cut.otio", otio_text(cut)) is None
    assert bring(sim, tmp_path / "cut.otio", otio_text(cut), timelineName="Cut 2") is not None
    assert bring(sim, tmp_path / "cut.otio", otio_text(cut), timelineName="Cut 2") is None


def test_moved_media_are_found_by_xml_and_not_by_otio(sim: Simulator, cut: EditTimeline, tmp_path: Path) -> None:
    """Rules import.otio-moved, import.xml-markers."""
    texts = {"otio": otio_text(cut), "xml": fcp7_text(cut)}
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("SH010_T01.mov", "SH020_T03.mov"):
        (tmp_path / name).rename(moved / name)
    found: dict[str, int] = {}
    for kind, text in texts.items():
        made = bring(sim, tmp_path / f"{kind}.{kind}", text, timelineName=kind, sourceClipsPath=str(moved))
        found[kind] = sum(each.media is not None for each in items(made))
    assert found == {"otio": 0, "xml": 2}


def test_our_xml_keeps_the_cut_and_loses_the_rest(sim: Simulator, cut: EditTimeline, tmp_path: Path) -> None:
    """Rules import.xml-speed, import.xml-markers."""
    made = bring(sim, tmp_path / "cut.xml", fcp7_text(cut))
    assert made is not None
    assert (made.name, made.rate, made.start, made.size) == ("Cut", RATE, START, (16, 16))
    assert [each[:3] for each in frames(made)] == [(0, 10, 5), (14, 10, 20)]
    assert frames(made, 2) == [(6, 8, 12, 1)]
    assert {each.speed for each in items(made)} == {Fraction(1)}, "retimes are not built"
    assert (made.markers, items(made)[0].markers) == ({}, {})


def test_an_xml_of_30_drop_frame(sim: Simulator, cut: EditTimeline, tmp_path: Path) -> None:
    rate = Fraction(30000, 1001)
    start = Timecode.parse("01:00:00;00", rate).frame
    drop = EditTimeline("DF", rate, Size(16, 16), start, True, cut.tracks[:1])
    made = bring(sim, tmp_path / "df.xml", fcp7_text(drop))
    assert made is not None
    assert (made.rate, made.drop, made.start) == (rate, True, start)
    assert made.settings == {"useCustomSettings": "1", "timelineFrameRate": "29.97 DF"}


def test_an_edl_is_one_track_linked_to_the_pool(sim: Simulator, cut: EditTimeline, tmp_path: Path) -> None:
    """Rules import.edl-tracks, import.edl-media."""
    (tmp_path / "a").mkdir()
    text = edl_texts(cut)["V1"]
    made = bring(sim, tmp_path / "none.edl", text, timelineName="none")
    assert [each[2] for each in frames(made)] == [None, None], "an EDL brings nothing in"
    sim.import_media(tmp_path / "SH010_T01.mov")
    made = bring(sim, tmp_path / "cut.edl", text, timelineName="cut")
    assert made is not None
    assert made.start == START
    assert frames(made) == [(0, 10, 5, 1), (14, 10, 20, Fraction(1, 2))]
    assert {kind: len(tracks) for kind, tracks in made.tracks.items()} == {"video": 1, "audio": 1, "subtitle": 0}
    assert made.markers == {}


def test_two_clips_with_one_timecode_need_unique_reels(sim: Simulator, cut: EditTimeline, tmp_path: Path) -> None:
    text = edl_texts(cut)["V1"].replace("SH010_T01.mov", "clip").replace("SH010_T01", "AX")
    sim.import_media(tmp_path / "SH010_T01.mov")
    assert [each[2] for each in frames(bring(sim, tmp_path / "ax.edl", text))] == [None, None]


def test_bad_files_are_refused(sim: Simulator, tmp_path: Path) -> None:
    assert bring(sim, tmp_path / "a.otio", "{") is None
    assert bring(sim, tmp_path / "a.xml", "<xmeml/>") is None
    assert bring(sim, tmp_path / "a.edl", "TITLE: nothing\n") is None
    assert pool_of(sim).ImportTimelineFromFile(str(tmp_path / "none.otio")) is None
    assert sim.app.unmodelled == []


@pytest.fixture
def shown(sim: Simulator, cut: EditTimeline, tmp_path: Path) -> TimelineState:
    made = bring(sim, tmp_path / "cut.otio", otio_text(cut))
    assert made is not None
    return made


def test_what_resolve_exports_comes_back(sim: Simulator, shown: TimelineState, tmp_path: Path) -> None:
    """Rule export.edl."""
    handle, resolve = sim.handle(shown), sim.resolve
    handle.SetTrackName("video", 1, "Takes")
    items(shown)[1].speed = Fraction(1)
    want = {track: frames(shown, track) for track in (1, 2)}
    for kind, constant in {"otio": resolve.EXPORT_OTIO, "xml": resolve.EXPORT_FCP_7_XML}.items():
        path = tmp_path / f"back.{kind}"
        assert handle.Export(str(path), constant) is True
        assert pool_of(sim).ImportTimelineFromFile(str(path), {"timelineName": kind}) is not None
        made = sim.project.timeline
        got = {track: frames(made, track) for track in (1, 2)}
        assert {k: [each[:3] for each in v] for k, v in got.items()} == {k: [e[:3] for e in v] for k, v in want.items()}
    assert handle.Export(str(tmp_path / "back.edl"), resolve.EXPORT_EDL, resolve.EXPORT_NONE) is True
    assert pool_of(sim).ImportTimelineFromFile(str(tmp_path / "back.edl"), {"timelineName": "edl"}) is not None
    assert frames(sim.project.timeline) == want[1]


def test_exports_that_need_more_are_refused(sim: Simulator, shown: TimelineState, tmp_path: Path) -> None:
    """Rules export.subtype, enum.objects."""
    handle, resolve = sim.handle(shown), sim.resolve
    assert handle.Export(str(tmp_path / "a.edl"), resolve.EXPORT_EDL) is False
    assert handle.Export(str(tmp_path / "a.otio"), "EXPORT_OTIO") is False
    assert handle.Export(str(tmp_path / "a.otio"), resolve.EXPORT_OTIO, resolve.EXPORT_CDL) is False
    assert handle.Export(str(tmp_path / "none" / "a.otio"), resolve.EXPORT_OTIO) is False
    assert not list(tmp_path.glob("a.*"))


def test_fcpxml_is_a_folder_and_only_once(sim: Simulator, shown: TimelineState, tmp_path: Path) -> None:
    """Rule export.fcpxml-folder."""
    handle, kind = sim.handle(shown), sim.resolve.EXPORT_FCPXML_1_10
    assert handle.Export(str(tmp_path / "cut.fcpxml"), kind) is True
    assert (tmp_path / "cut.fcpxml" / "Info.fcpxml").is_file()
    assert handle.Export(str(tmp_path / "cut.fcpxml"), kind) is False


def test_an_edl_with_cdl_reads_the_first_node_back(sim: Simulator, shown: TimelineState, tmp_path: Path) -> None:
    """Rule export.edl-cdl."""
    item = sim.handle(items(shown)[0])
    cdl = {"NodeIndex": "1", "Slope": "1.1 1 0.9", "Offset": "0 0 0.01", "Power": "1 1 1", "Saturation": "0.8"}
    assert item.SetCDL(cdl) is True
    resolve = sim.resolve
    assert sim.handle(shown).Export(str(tmp_path / "c.edl"), resolve.EXPORT_EDL, resolve.EXPORT_CDL) is True
    text = (tmp_path / "c.edl").read_text()
    assert "*ASC_SOP (1.1 1 0.9)(0 0 0.01)(1 1 1)\n*ASC_SAT 0.8" in text


def test_a_drt_keeps_all(sim: Simulator, shown: TimelineState, tmp_path: Path) -> None:
    handle = sim.handle(shown)
    items(shown)[0].color = "Teal"
    assert handle.Export(str(tmp_path / "cut.drt"), sim.resolve.EXPORT_DRT) is True
    assert pool_of(sim).ImportTimelineFromFile(str(tmp_path / "cut.drt")) is None, "the name is taken"
    shown.name = "old"
    assert pool_of(sim).ImportTimelineFromFile(str(tmp_path / "cut.drt")) is not None
    made = sim.project.timeline
    assert frames(made) == frames(shown)
    assert items(made)[0].color == "Teal"
    assert made is not shown


def test_an_editors_export_is_read_as_it_was_cut(sim: Simulator, cut: EditTimeline, tmp_path: Path) -> None:
    """Titles, generators and dissolves of the editor's lie between; ours are found where they are."""
    made = bring(sim, tmp_path / "cut.otio", otio_text(cut))
    assert made is not None
    media = items(made)[0].media
    assert media is not None
    sim.add_clip(media, at=24, frames=6, source=30)
    sim.add_clip(at=22, frames=4, kind="transition", name="Cross Dissolve")
    sim.add_clip(at=34, frames=6, kind="title", name="END")
    resolve, want = sim.resolve, [(0, 10, 5), (14, 10, 20), (24, 6, 30)]
    assert sim.handle(made).Export(str(tmp_path / "x.otio"), resolve.EXPORT_OTIO) is True
    assert sim.handle(made).Export(str(tmp_path / "x.xml"), resolve.EXPORT_FCP_7_XML) is True
    for kind in ("otio", "xml"):
        read = read_cut(tmp_path / f"x.{kind}")
        ours = [clip for clip in read.clips if clip.track == "Video 1" and clip.path]
        assert [(clip.record, clip.duration, clip.source) for clip in ours] == want, kind
        assert [clip.record for clip in read.clips if clip.track == "Video 1" and not clip.path] == [34], kind
        back = pool_of(sim).ImportTimelineFromFile(str(tmp_path / f"x.{kind}"), {"timelineName": kind})
        assert back is not None
        again = [each[:3] for each in frames(sim.project.timeline) if each[0] < 34]
        slow = {"otio": 20, "xml": 40}[kind]  # an XML's retime is not built, and its frame is then another
        assert again == [want[0], (14, 10, slow), want[2]], kind


def test_otio_takes_drop_frame_from_the_project(sim: Simulator, cut: EditTimeline, tmp_path: Path) -> None:
    """Rule import.otio-drop."""
    rate = Fraction(30000, 1001)
    text = otio_text(EditTimeline("DF", rate, Size(16, 16), 107892, True, cut.tracks[:1]))
    made = {}
    for name in ("29.97 DF", "29.97", "24"):
        sim.new_project(rate=name, name=name)
        made[name] = bring(sim, tmp_path / "df.otio", text)
    assert {name: each.drop for name, each in made.items() if each} == {"29.97 DF": True, "29.97": False, "24": False}


RATES = {
    "23.976": Fraction(24000, 1001),
    "24": RATE,
    "25": Fraction(25),
    "29.97 DF": Fraction(30000, 1001),
    "60": Fraction(60),
}


@pytest.mark.parametrize("setting", RATES)
def test_random_cuts_go_out_and_come_back_to_the_frame(tmp_path: Path, setting: str) -> None:
    """Every rate of timeline with every rate of media: OTIO and XML, in Resolve's own shape."""
    sim = Simulator("21.0.4-studio", tmp_path / "resolve")
    sim.new_project(rate=setting, size=(16, 16))
    chance = random.Random(setting)
    pool = [
        sim.import_media(Path(movie(tmp_path / f"m{number}.mov", 240, rate, 3600 * round(rate)).path))
        for number, rate in enumerate(RATES.values())
    ]
    for number in range(4):
        timeline = sim.timeline(f"Cut {number}", video=2, start_tc=chance.choice(["00:00:00:00", "01:00:00:00"]))
        for track in (1, 2):
            at = chance.randrange(5)
            for _ in range(5):
                source = chance.randrange(100)
                item = sim.add_clip(
                    chance.choice(pool), at=at, frames=chance.randint(1, 40), source=source, track=track
                )
                at += item.duration + chance.randrange(3)
        for kind, constant in {"otio": sim.resolve.EXPORT_OTIO, "xml": sim.resolve.EXPORT_FCP_7_XML}.items():
            path = tmp_path / f"{number}.{kind}"
            assert sim.handle(timeline).Export(str(path), constant) is True
            assert pool_of(sim).ImportTimelineFromFile(str(path), {"timelineName": f"{kind} {number}"}) is not None
            made = sim.project.timeline
            assert made is not None
            assert (made.start, made.rate, made.drop) == (timeline.start, timeline.rate, timeline.drop)
            assert [frames(made, track) for track in (1, 2)] == [frames(timeline, track) for track in (1, 2)], kind
            read = read_cut(path)
            for track in (1, 2):
                ours = [(c.record, c.duration, c.source) for c in read.clips if c.track == f"Video {track}"]
                assert ours == [each[:3] for each in frames(timeline, track)], f"{kind}, our own reader"


@pytest.mark.parametrize("setting", RATES)
def test_random_cuts_of_ours_build_to_the_frame(tmp_path: Path, setting: str) -> None:
    """What delivery writes, at every rate and with media of every rate; retimes in OTIO (rule import.reverse)."""
    rate, drop = RATES[setting], setting.endswith("DF")
    sim = Simulator("21.0.4-studio", tmp_path / "resolve")
    sim.new_project(rate=setting, size=(16, 16))
    chance = random.Random(setting)
    media = [movie(tmp_path / f"m{n}.mov", 240, each, 3600 * round(each)) for n, each in enumerate(RATES.values())]
    for number in range(4):
        tracks: list[EditTrack] = []
        for track in (1, 2):
            clips: list[EditClip] = []
            for at in range(chance.randrange(5), 200, 45):
                one, speed = chance.choice(media), Fraction(chance.choice([1, 1, 2, -1]), chance.choice([1, 1, 2]))
                clips.append(EditClip(f"c{at}", at, chance.randint(2, 20), one, chance.randint(60, 100), speed=speed))
            tracks.append(EditTrack(TrackKind.VIDEO, f"Track {track}", tuple(clips)))
        start = chance.choice([0, Timecode.parse("01:00:00;00" if drop else "01:00:00:00", rate).frame])
        cut = EditTimeline(f"Cut {number}", rate, Size(16, 16), start, drop, tuple(tracks))
        made = bring(sim, tmp_path / "cut.otio", otio_text(cut))
        assert made is not None
        assert (made.start, made.rate, made.drop) == (start, rate, drop)
        want = [[(c.record, c.duration, c.source, c.speed) for c in each.clips] for each in tracks]
        assert [frames(made, track) for track in (1, 2)] == want
        for track in (1, 2):
            for clip, item in zip(tracks[track - 1].clips, items(made, track)):
                last = clip.duration - 1
                assert source_frame(item, item.start + last, rate) == shown_frame(clip, last, rate)
        made = bring(sim, tmp_path / "cut.xml", fcp7_text(cut), timelineName=f"xml {number}")
        plain = [[each[:3] for each in track if each[3] == 1] for track in want]
        spans = [{each[0] for each in track} for track in plain]
        got = [[each[:3] for each in frames(made, track) if each[0] in spans[track - 1]] for track in (1, 2)]
        assert got == plain


def test_an_edl_plays_backwards_from_its_end(sim: Simulator, cut: EditTimeline, tmp_path: Path) -> None:
    """Rule import.reverse."""
    one = cut.tracks[0].clips[0].media
    back = EditTrack(TrackKind.VIDEO, "V", (EditClip("back", 0, 8, one, 20, speed=Fraction(-1)),))
    sim.import_media(tmp_path / "SH010_T01.mov")
    text = edl_texts(EditTimeline("Back", RATE, Size(16, 16), START, tracks=(back,)))["V1"]
    made = bring(sim, tmp_path / "back.edl", text)
    assert frames(made) == [(0, 8, 20, -1)]
    assert made is not None
    assert [source_frame(items(made)[0], START + at, RATE) for at in (0, 1, 7)] == [20, 19, 13]
    assert sim.handle(made).Export(str(tmp_path / "b.edl"), sim.resolve.EXPORT_EDL, sim.resolve.EXPORT_NONE) is True
    read = read_cut(tmp_path / "b.edl", RATE).clips[0]
    assert (read.record, read.duration, read.speed) == (0, 8, -1)
