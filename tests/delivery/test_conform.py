"""What editors' programs write, read back: which takes, which frames."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from rushes.contracts import EditMarker, EditTimeline, Size, TrackKind
from rushes.delivery.compare import changes
from rushes.delivery.conform import ConformReport, conform
from rushes.delivery.cut_read import read_cut, read_cuts
from rushes.delivery.edl_read import read_edl
from rushes.delivery.fcp7_read import read_fcp7
from rushes.delivery.match import KnownTake, Matcher
from rushes.delivery.otio_read import read_otio
from rushes.delivery.seen import SeenClip, SeenCut, path_from_url
from rushes.delivery.words_write import marker_edl_text
from rushes.errors import InputError

F = Fraction
NTSC30 = F(30000, 1001)
BOAT = KnownTake("t1", "SH010", "SH010_T01_a1b2c3", F(24), 101, 48, paths=("/film/shots/SH010/takes/t1/clip.mp4",))
PIER = KnownTake("t2", "SH020", "SH020_T02_d4e5f6", F(60), 0, 120, rating="kept")
GONE = KnownTake("t3", "SH030", "SH030_T01_g7h8i9", F(24), 1, 48, gone=True)
MATCHER = Matcher((BOAT, PIER, GONE))


def _report(cut: SeenCut) -> ConformReport:
    return conform(cut, MATCHER, lambda path: True)


EDL = """TITLE: Reel 1
FCM: NON-DROP FRAME

001  SH010_T01_a1b2c3 V     C        00:00:04:10 00:00:05:10 01:00:00:00 01:00:01:00
* FROM CLIP NAME: SH010_T01_a1b2c3.mov

002  AX       V     C        00:00:00:12 00:00:01:12 01:00:01:00 01:00:02:00
* FROM CLIP NAME: SH020_T02_d4e5f6.mov

003  A001C003 V     C        10:00:00:00 10:00:01:00 01:00:02:12 01:00:03:12
* FROM CLIP NAME: A001C003_260101_R1AB.mov

004  SH010_T01_a1b2c3 V     C        00:00:05:00 00:00:05:12 01:00:03:12 01:00:04:12
M2   SH010_T01_a1b2c3       012.0                00:00:05:00
* FROM CLIP NAME: SH010_T01_a1b2c3.mov

005  SH010_T01_a1b2c3 AA/V  C        00:00:05:20 00:00:07:00 01:00:04:12 01:00:05:16
* FROM CLIP NAME: SH010_T01_a1b2c3.mov
"""


def test_an_edit_list_of_resolve(tmp_path: Path) -> None:
    report = _report(read_edl(EDL.encode(), rate=F(24)))
    boat, pier, camera, slow, over, sound = report.rows
    assert (boat.take, boat.matched, boat.first, boat.last, boat.head, boat.tail) == ("t1", "reel", 5, 28, 5, 19)
    # 60 frames a second in a list that counts at 24: frame 12 of the list is half a second in.
    assert (pier.take, pier.matched, pier.first, pier.last) == ("t2", "name", 30, 30 + 57)
    assert (camera.take, camera.problems, camera.generated) == ("", ("unknown",), False)
    assert (slow.speed, slow.first, slow.last) == (F(1, 2), 19, 30)
    assert over.problems == ("short",)
    assert (sound.track, over.track) == ("Audio 1", "Video 1")
    assert report.used == ("t1", "t2")
    # 24 + 24 + 24 + 28 of 124 frames of picture.
    assert (report.generated_frames, report.picture_frames) == (100, 124)
    assert report.start == "01:00:00:00"


@pytest.mark.parametrize(
    "data",
    [
        EDL.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + EDL.encode(),
        EDL.replace("\n", "\r").encode(),
        EDL.replace("Reel 1", "Ma\xf1ana").encode("latin-1"),
        EDL.encode("utf-16"),
        EDL.replace("FROM CLIP NAME", "from clip name").encode(),
    ],
    ids=["CRLF", "BOM", "CR", "Latin-1", "UTF-16", "small letters"],
)
def test_edit_lists_in_any_encoding(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "reel.edl"
    path.write_bytes(data)
    assert _report(read_cut(path, F(24))).rows == _report(read_edl(EDL.encode(), rate=F(24))).rows


def test_drop_frame_in_lists() -> None:
    text = (
        EDL.replace("NON-DROP FRAME", "DROP FRAME").replace("01:00:0", "01:09:5").replace("01:09:55:16", "01:10:00;02")
    )
    cut = read_edl(text.encode(), rate=NTSC30)
    assert (cut.rate, cut.drop) == (NTSC30, True)
    first, *_, last, _sound = cut.clips
    # In a minute that is a multiple of ten no number is dropped.
    assert first.record == (9 * 60 + 50) * 30 - 2 * 9
    assert last.record + last.duration == 10 * 60 * 30 - 2 * 9 + 2
    guessed = read_edl(text.encode())
    assert guessed.rate == NTSC30
    assert "29.97" in guessed.notes[0]


def test_a_list_at_the_wrong_rate_is_told_by_its_line() -> None:
    text = EDL.replace("00:00:04:10", "00:00:04:29")
    with pytest.raises(InputError, match="line 4: no 00:00:04:29 at 24") as told:
        read_edl(text.encode(), "reel.edl", F(24))
    assert "--fps" in told.value.hint


def test_dissolves_and_black_in_lists() -> None:
    text = """TITLE: x
001  SH010_T01_a1b2c3 V     C        00:00:04:05 00:00:05:05 01:00:00:00 01:00:01:00
002  SH010_T01_a1b2c3 V     C        00:00:05:05 00:00:05:05 01:00:01:00 01:00:01:00
002  SH030_T01_g7h8i9 V     D    012 00:00:00:01 00:00:01:01 01:00:01:00 01:00:02:00
* FROM CLIP NAME: SH010_T01_a1b2c3.mov
* TO CLIP NAME: SH030_T01_g7h8i9.mov
003  BL       V     C        00:00:00:00 00:00:01:00 01:00:02:00 01:00:03:00
"""
    report = _report(read_edl(text.encode(), rate=F(24)))
    assert [(r.take, r.record, r.duration) for r in report.rows] == [("t1", 0, 24), ("t3", 24, 24)]
    assert report.rows[1].problems == ("trashed",)
    assert report.used == ("t1",)
    assert "read as a cut" in report.notes[0]


XML = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE xmeml>
<xmeml version="4"><project><name>p</name><children><sequence id="s"><name>Cut 3</name>
<rate><timebase>30</timebase><ntsc>TRUE</ntsc></rate>
<timecode><string>01;00;00;00</string><frame>107892</frame><displayformat>DF</displayformat></timecode>
<media><video><track>
<clipitem id="1"><name>boat</name><rate><timebase>30</timebase><ntsc>TRUE</ntsc></rate>
 <start>0</start><end>-1</end><in>10</in><out>40</out>
 <file id="f1"><name>SH010_T01_a1b2c3.mov</name>
  <pathurl>file://localhost/D%3a/Film%20Cut/media/SH010_T01_a1b2c3.mov</pathurl>
  <rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate><duration>48</duration></file></clipitem>
<transitionitem><rate><timebase>30</timebase><ntsc>TRUE</ntsc></rate><start>20</start><end>30</end>
 <alignment>center</alignment><effect><name>Cross Dissolve</name></effect></transitionitem>
<clipitem id="2"><name>again</name><rate><timebase>30</timebase><ntsc>TRUE</ntsc></rate>
 <start>-1</start><end>50</end><in>0</in><out>30</out><file id="f1"/></clipitem>
<generatoritem id="3"><name>Title</name><start>50</start><end>60</end><in>0</in><out>10</out></generatoritem>
</track><track><enabled>FALSE</enabled>
<clipitem id="4"><name>slow</name><start>0</start><end>30</end><in>10</in><out>40</out>
 <file id="f2"><name>SH020_T02_d4e5f6.mov</name><pathurl>file:///Volumes/x/SH020_T02_d4e5f6.mov</pathurl>
  <rate><timebase>60</timebase><ntsc>FALSE</ntsc></rate><duration>120</duration></file>
 <filter><effect><effectid>timeremap</effectid><parameter><parameterid>speed</parameterid><value>50</value>
 </parameter></effect></filter></clipitem></track></video>
<audio><track currentExplodedTrackIndex="0"><clipitem id="5"><name>music.wav</name><start>0</start><end>60</end>
 <in>0</in><out>60</out><file id="f3"><name>music.wav</name><pathurl>file:///a/music.wav</pathurl></file></clipitem>
</track><track currentExplodedTrackIndex="1"><clipitem id="6"><name>music.wav</name><start>0</start><end>60</end>
 <in>0</in><out>60</out><file id="f3"/></clipitem></track></audio></media></sequence></children></project></xmeml>"""


def test_xml_of_premiere_with_inherited_rates_transitions_and_windows_paths() -> None:
    cut = read_fcp7(XML.encode())
    assert (cut.name, cut.rate, cut.start, cut.drop) == ("Cut 3", NTSC30, 107892, True)
    report = _report(cut)
    boat, again, title, slow, music = report.rows
    assert (boat.take, boat.matched, boat.record, boat.duration) == ("t1", "file", 0, 25)
    assert boat.first == 8  # frame 10 of 29.97 is frame 8.008 of 24
    assert (again.take, again.record, again.duration) == ("t1", 25, 25)
    assert again.first == 4  # 5 frames later than its `in`, which lies under the transition
    assert (title.problems, title.generated) == ((), False)
    assert (slow.speed, slow.enabled, slow.take) == (F(1, 2), False, "t2")
    assert (music.track, music.problems) == ("Audio 1", ("unknown",))
    assert report.used == ("t1",)
    assert report.unused == ("t2",)
    assert (report.generated_frames, report.picture_frames) == (50, 60)
    assert cut.clips[0].path == "D:/Film Cut/media/SH010_T01_a1b2c3.mov"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no edit list"),
        (b"hello", "no edit list"),
        (b"<xmeml>", "FCP7 XML"),
        (b"<fcpxml/>", "it is an FCPXML"),
        (b"<xmeml/>", "no sequence"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><xmeml/>', "entities"),
        (
            b"<xmeml><sequence><media><video><track><clipitem/></track></video></media><rate><timebase>x</timebase></rate>"
            b"</sequence></xmeml>",
            "a number",
        ),
        (b"{}", "neither"),
        (b'{"OTIO_SCHEMA": "Clip.2"}', "OpenTimelineIO"),
        (b'{"OTIO_SCHEMA": ', "OpenTimelineIO"),
        (b"PK\x03\x04\x00\x00", "no cut"),
        (b"\xd0\xcf\x11\xe0\x00\x00", "no cut"),
    ],
)
def test_what_is_no_cut_is_told(data: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "given.xyz"
    path.write_bytes(data)
    with pytest.raises(InputError, match=words) as told:
        read_cut(path)
    assert told.value.code == "cut.unreadable"
    assert told.value.hint


def test_a_packed_cut(tmp_path: Path) -> None:
    text = '{"OTIO_SCHEMA": "Timeline.1", "name": "x", "tracks": {"OTIO_SCHEMA": "Stack.1", "children": []}}'
    with zipfile.ZipFile(tmp_path / "cut.otioz", "w") as packed:
        packed.writestr("content.otio", text)
    assert read_cut(tmp_path / "cut.otioz").name == "x"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError) as told:
        read_cut(tmp_path / "no.otio")
    assert told.value.code == "cut.missing"


def test_lists_of_several_tracks_are_one_cut(tmp_path: Path) -> None:
    (tmp_path / "1.edl").write_text(EDL)
    (tmp_path / "2.edl").write_text(EDL.split("002")[0] + "* RUSHES.TRACK: Video 2\n")
    cut = read_cuts([tmp_path / "1.edl", tmp_path / "2.edl"], F(24))
    assert sorted({c.track for c in cut.clips}) == ["Audio 1", "Video 1", "Video 2"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("file:///a/b%20c.mov", "/a/b c.mov"),
        ("file://localhost/a/b.mov", "/a/b.mov"),
        ("file:///D:/x/y.mov", "D:/x/y.mov"),
        ("file://localhost/D%3a/x.mov", "D:/x.mov"),
        ("D:\\x\\y.mov", "D:/x/y.mov"),
        ("file://server/share/x.mov", "//server/share/x.mov"),
        ("/a/b%20c.mov", "/a/b%20c.mov"),
    ],
)
def test_paths_out_of_urls(text: str, path: str) -> None:
    assert path_from_url(text) == path


def _clip(**changes: object) -> SeenClip:
    return replace(SeenClip("x", "Video 1", TrackKind.VIDEO, 0, 24, F(0)), **changes)  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("clip", "take", "how"),
    [
        (_clip(ids={"rushes.take": "t1"}), "t1", "id"),
        (_clip(path="/film/shots/SH010/takes/t1/clip.mp4"), "t1", "file"),
        (_clip(path="E:/other/takes/t2/clip.mp4"), "t2", "file"),
        (_clip(path="D:/m/sh010_t01_A1B2C3.MOV"), "t1", "file"),
        (_clip(path="/m/SH010_T01_a1b2c3.[0101-0148].png"), "t1", "file"),
        (_clip(path="/m/plain/SH010_T01_a1b2c3_r45.mov"), "t1", "file"),
        (_clip(reel="SH010_T01_a1b2c3"), "t1", "reel"),
        (_clip(name="SH020_T02_d4e5f6 copy"), "t2", "name"),
        (_clip(reel="SH020_T0"), "t2", "reel"),
    ],
)
def test_ways_to_find_a_take(clip: SeenClip, take: str, how: str) -> None:
    match = MATCHER.find(clip)
    assert match is not None
    assert (match.known.take, match.how) == (take, how)


def test_a_file_outweighs_notes_that_stayed_behind() -> None:
    match = MATCHER.find(_clip(ids={"rushes.take": "t1"}, path="/m/SH020_T02_d4e5f6.mov"))
    assert match is not None
    assert (match.known.take, match.conflict) == ("t2", "its notes name SH010_T01_a1b2c3")
    assert MATCHER.find(_clip(path="/m/clip.mp4", name="clip.mp4")) is None


def test_generated_share_goes_by_what_is_on_top() -> None:
    below = _clip(ids={"rushes.take": "t1"}, duration=100)
    above = _clip(track="Video 2", record=10, duration=20, path="/m/camera.mov")
    off = _clip(track="Video 3", record=0, duration=100, enabled=False)
    cut = SeenCut("x", F(24), 0, False, (below, above, off), Size(64, 36))
    report = _report(cut)
    assert (report.generated_frames, report.picture_frames) == (80, 100)
    assert report.share == 0.8


def test_what_an_editor_changed_is_said() -> None:
    a = _clip(ids={"rushes.take": "t1"}, name="A")
    b = _clip(ids={"rushes.take": "t2"}, name="B", record=24, source=F(10), rate=F(60))
    old = SeenCut("x", F(24), 86400, False, (a, b))
    new = replace(old, clips=(replace(a, duration=20, source=F(2)), replace(b, record=20, speed=F(2))))
    said = changes(_report(old), _report(new))
    assert said == (
        "SH010_T01_a1b2c3 at 01:00:00:00 is shorter by 2 frames at its head and shorter by 2 frames at its tail.",
        "SH020_T02_d4e5f6 at 01:00:00:20 is retimed from 100% to 200%.",
        "SH020_T02_d4e5f6 at 01:00:00:20 was at 01:00:01:00.",
    )
    camera = _clip(name="camera.mov", path="/m/camera.mov")
    said = changes(_report(old), _report(replace(old, clips=(camera, replace(b, enabled=False)))))
    assert said == (
        "SH020_T02_d4e5f6 at 01:00:01:00 is switched off.",
        "SH010_T01_a1b2c3 at 01:00:00:00 is gone.",
        "camera.mov at 01:00:00:00 is new.",
    )
    assert changes(_report(old), _report(old)) == ()


def _otio(*items: Any) -> Any:
    timeline = otio.schema.Timeline("Cut", global_start_time=otio.opentime.RationalTime(86400, 24))
    timeline.tracks.append(otio.schema.Track("Video 1", list(items), kind=otio.schema.TrackKind.Video))
    return timeline


def _otio_boat(start: int, frames: float, speed: float = 1.0) -> Any:
    def span(first: int, count: float) -> Any:
        return otio.opentime.TimeRange(otio.opentime.RationalTime(first, 24), otio.opentime.RationalTime(count, 24))

    media = otio.schema.ExternalReference("D:\\cut\\SH010_T01_a1b2c3.mov", span(101, 48))
    clip = otio.schema.Clip("boat", media, span(start, frames))
    if speed != 1:
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=speed))
    return clip


def _read_otio(timeline: Any) -> SeenCut:
    return read_otio(otio.adapters.write_to_string(timeline), "cut.otio")


@pytest.mark.parametrize(
    ("start", "frames", "shown"),
    [
        (148, 24, (47, 24)),  # as we write it: the range begins with the first shown frame
        (101, 24, (23, 0)),  # reversed in its place: the range is what is seen
        (111, 12, (21, 10)),
    ],
)
def test_what_plays_backwards_in_either_manner(start: int, frames: int, shown: tuple[int, int]) -> None:
    (row,) = _report(_read_otio(_otio(_otio_boat(start, frames, -1.0)))).rows
    assert (row.first, row.last) == shown
    assert row.problems == ()


def test_backwards_beyond_the_media_in_both_manners_is_told() -> None:
    (row,) = _report(_read_otio(_otio(_otio_boat(111, 60, -1.0)))).rows
    assert row.first == 10
    assert row.problems == ("short",)


def _no_length() -> Any:
    return _otio(otio.schema.Clip("lost", otio.schema.MissingReference()))


def _about(**about: Any) -> Any:
    made = _otio(_otio_boat(101, 10))
    made.metadata["rushes"] = about
    return made


def _speed(text: str) -> Any:
    clip = _otio_boat(101, 10, 2.0)
    clip.metadata["rushes"] = {"speed": text}
    return _otio(clip)


@pytest.mark.parametrize(
    ("timeline", "words"),
    [
        (_no_length(), "lost on Video 1 has no length"),
        (_otio(_otio_boat(101, -5)), "boat on Video 1 has a length below zero"),
        (_otio(_otio_boat(101, float("nan"))), "a number in it is missing or wrong"),
        (_about(width="x", height=None), "a number in it is missing or wrong"),
        (_about(rate="abc"), "'abc' is not a frame rate"),
        (_speed("1/0"), "a number in it is missing or wrong"),
    ],
)
def test_impossible_numbers_in_otio_are_told_with_the_file(timeline: Any, words: str) -> None:
    with pytest.raises(InputError, match=f"^cut.otio cannot be read as OpenTimelineIO: {words}\\.") as told:
        _read_otio(timeline)
    assert told.value.code == "cut.unreadable"


def test_no_event_of_a_list_is_lost_without_a_word() -> None:
    said = """TITLE: Keys
001  SH010_T01_a1b2c3 V     K B      00:00:04:10 00:00:05:10 01:00:00:00 01:00:01:00
002  CAMERA A 001     V     C        10:00:00:00 10:00:01:00 01:00:01:00 01:00:02:00
003  A001             V     C        10:00:00:00 10:00:01:00 01:00:02:00
006  A003             V     C        10:00:00:00 10:00:01:00 01:00:07:00 01:00:06:00
004  A002             V     C        10:00:00:00 10:00:01:00 01:00:03:00 01:00:04:00
M2   A002             04.8.0         10:00:00:00
* RUSHES.SPEED: 1/0
005  SH010_T01_a1b2c3 V     W001 024 00:00:04:10 00:00:05:10 01:00:04:00 01:00:05:00
"""
    cut = read_edl(said.encode(), rate=F(24))
    assert [(c.reel, c.record, c.speed) for c in cut.clips] == [
        ("SH010_T01_a1b2c3", 0, 1),
        ("CAMERA A 001", 24, 1),
        ("A002", 72, 1),
        ("SH010_T01_a1b2c3", 96, 1),
    ]
    assert any(note.startswith("Line 4 is an event that cannot be read; it is left out") for note in cut.notes)
    assert "Line 5 ends before it begins (01:00:07:00); it is left out." in cut.notes
    assert "Line 7 is a speed that cannot be read; its clip is read at normal speed." in cut.notes


def test_a_timeline_in_the_timeline_is_told_by_every_format() -> None:
    stack = otio.schema.Stack("Compound", [otio.schema.Track("in", [_otio_boat(101, 24)])])
    stack.source_range = otio.opentime.TimeRange(otio.opentime.RationalTime(0, 24), otio.opentime.RationalTime(24, 24))
    nested = _otio(stack)
    for cut in (_read_otio(nested), read_fcp7(otio.adapters.write_to_string(nested, "fcp_xml").encode())):
        (note,) = cut.notes
        assert note.startswith("Compound on Video 1 is nested")
        assert "not as AI-generated" in note


def test_a_reel_that_was_cut_to_eight_letters_may_mean_several_takes() -> None:
    two = Matcher((BOAT, replace(BOAT, take="t9", name="SH010_T01_z9y8x7")))
    clip = SeenClip("SH010_T0", "Video 1", TrackKind.VIDEO, 0, 24, reel="SH010_T0")
    cut = SeenCut("Cut", F(24), 0, False, (clip,))
    (row,) = conform(cut, two, lambda path: True).rows
    assert row.problems == ("unknown",)
    assert row.words == ("its reel is cut to 8 letters and may mean SH010_T01_a1b2c3 or SH010_T01_z9y8x7",)
    assert _report(cut).rows[0].take == "t1"


@pytest.mark.parametrize(
    "times", ["<start>12</start><end>-1</end>", "<start>-1</start><end>12</end>", "<start>9</start><end>2</end>"]
)
def test_a_clip_of_an_xml_that_begins_or_ends_nowhere_is_told(times: str) -> None:
    clip = f"<clipitem><name>{{}}</name><in>0</in><out>12</out>{times}</clipitem>"
    fine = clip.replace(times, "<start>40</start><end>52</end>").format("pier")
    text = (
        f"<xmeml><sequence><media><video><track>{clip.format('boat')}{fine}</track></video></media></sequence></xmeml>"
    )
    with pytest.raises(InputError, match=r"^cut\.xml cannot be read as FCP7 XML: boat on Video 1 begins or ends"):
        read_fcp7(text.encode(), "cut.xml")


def test_a_list_of_markers_is_no_cut() -> None:
    text = marker_edl_text(EditTimeline("Cut", F(24), Size(64, 36), markers=(EditMarker(3, "Check", "dark", "Red"),)))
    with pytest.raises(InputError, match="list of markers") as told:
        read_edl(text.encode(), "cut_markers.edl")
    assert told.value.code == "cut.unreadable"
