"""What is written is what readers that are not ours find."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from rushes.contracts import EditClip, EditMedia, EditTimeline, EditTrack, MediaKind, Size, TrackKind
from rushes.delivery.edl_read import read_edl
from rushes.delivery.edl_write import edl_texts
from rushes.delivery.fcp7_read import read_fcp7
from rushes.delivery.fcp7_write import fcp7_text
from rushes.delivery.otio_read import read_otio
from rushes.delivery.otio_write import otio_text, to_otio
from rushes.delivery.plain import plain_rate, plain_speed, with_plain
from rushes.delivery.seen import SeenCut

from .cuts import RATES, STARTS, F, cut, start_frame, two_media
from .readers import Event, by_otio, by_pycmx, parse_otio_edl, walk_xmeml


@pytest.fixture(params=[(r, s) for r in RATES for s in STARTS], ids=lambda p: f"{p[0]} from {p[1]}")
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> EditTimeline:
    name, start = request.param
    rate, drop, other = RATES[name]
    folder = tmp_path_factory.getbasetemp() / f"media {name}"
    first, second = two_media(folder, rate, other)
    return cut(first, second, rate, start_frame(STARTS[start], rate, drop), drop=drop)


def _without_retimes(timeline: EditTimeline) -> EditTimeline:
    tracks = tuple(replace(t, clips=tuple(c for c in t.clips if c.speed == 1)) for t in timeline.tracks)
    return replace(timeline, tracks=tracks)


def _events(timeline: EditTimeline) -> list[list[Event]]:
    return [
        [Event(c.record, c.duration, c.source, c.media.start, c.media.path, c.enabled) for c in t.clips if c.media]
        for t in timeline.tracks
    ]


def _agrees(seen: SeenCut, timeline: EditTimeline, *, speeds: bool = True) -> None:
    assert (seen.rate, seen.start, seen.drop) == (timeline.rate, timeline.start, timeline.drop)
    clips = [(t.name, c) for t in timeline.tracks for c in t.clips]
    assert len(seen.clips) == len(clips)
    for found, (track, clip) in zip(seen.clips, clips):
        assert clip.media is not None
        assert (found.track, found.record, found.duration) == (track, clip.record, clip.duration)
        assert (found.source, found.rate) == (clip.source, clip.media.rate)
        assert found.reel == clip.media.reel
        assert found.ids.get("rushes.take", "") == clip.take
        if speeds:
            assert found.speed == clip.speed


def test_otio_is_read_back_and_by_its_own_arithmetic(sample: EditTimeline) -> None:
    text = otio_text(sample)
    seen = read_otio(text)
    _agrees(seen, sample)
    assert seen.size == sample.size
    assert seen.markers == sample.markers
    assert [c.enabled for c in seen.clips] == [c.enabled for t in sample.tracks for c in t.clips]
    assert seen.clips[0].markers == sample.tracks[0].clips[0].markers
    foreign = otio.adapters.read_from_string(text, "otio_json")
    assert by_otio(foreign, sample.rate) == _events(sample)
    assert foreign.global_start_time.value == sample.start


def test_otio_has_the_shape_that_resolve_takes(sample: EditTimeline) -> None:
    import json

    plain = json.loads(otio_text(sample))
    assert [t["name"] for t in plain["tracks"]["children"]] == ["Video 1", "Video 2"]
    for track in plain["tracks"]["children"]:
        for item in track["children"]:
            if item["OTIO_SCHEMA"].startswith("Gap"):
                continue
            assert item["OTIO_SCHEMA"] == "Clip.2"
            media = item["media_references"][item["active_media_reference_key"]]
            assert media["target_url"].startswith("/")
            assert media["available_range"]["start_time"]["value"] in (101, 1000)
            for time in item["source_range"].values():
                assert isinstance(time, str) or time["value"] == int(time["value"])
            for effect in item["effects"]:
                assert effect["OTIO_SCHEMA"] == "LinearTimeWarp.1"
    made = to_otio(sample)
    slow = [c for c in made.find_clips() if c.effects]
    assert [c.source_range.duration.value for c in slow] == [10, 8, 6]


def test_fcp7_xml_is_read_by_three(sample: EditTimeline) -> None:
    plain = _without_retimes(sample)
    text = fcp7_text(plain)
    facts, tracks = walk_xmeml(text)
    assert (facts["rate"], facts["format"]) == (plain.rate, plain.rate)
    assert (facts["start"], facts["drop"], facts["duration"]) == (plain.start, plain.drop, plain.duration)
    assert facts["size"] == (plain.size.width, plain.size.height)
    assert facts["markers"] == [("Check", 2, -1), ("Cut here", 30, 42)]
    assert tracks == _events(plain)
    adapter = otio.adapters.read_from_string(text, "fcp_xml")
    found = by_otio(adapter, plain.rate)
    want = [[replace(e, file=e.file.replace(" ", "%20"), enabled=True) for e in t] for t in _events(plain)]
    assert [[replace(e, file=e.file.replace("file://localhost", ""), enabled=True) for e in t] for t in found] == want
    assert adapter.global_start_time.value == plain.start
    seen = read_fcp7(text.encode())
    _agrees(seen, plain)
    assert seen.size == plain.size
    assert [(m.frame, m.duration, m.name) for m in seen.markers] == [(2, 1, "Check"), (30, 12, "Cut here")]
    assert [c.enabled for c in seen.clips] == [c.enabled for t in plain.tracks for c in t.clips]


def test_edit_lists_are_read_by_three(sample: EditTimeline) -> None:
    rate = sample.rate
    plain = with_plain(sample, plain_rate, lambda clip, timeline: replace(clip.media, rate=rate))  # type: ignore[type-var]  # it has media
    texts = edl_texts(plain)
    assert list(texts) == ["V1", "V2"]
    for number, (track, text) in enumerate(zip(plain.tracks, texts.values())):
        clips = [c for c in track.clips if c.enabled]
        seen = read_edl(text.encode())
        assert (seen.rate, seen.start, seen.drop) == (rate, plain.start, plain.drop)
        assert [c.track for c in seen.clips] == [f"Video {number + 1}"] * len(clips)
        for found, clip in zip(seen.clips, clips, strict=True):
            assert (found.record, found.duration, found.speed) == (clip.record, clip.duration, clip.speed)
            assert (found.source, found.ids.get("rushes.take", "")) == (clip.source, clip.take)
        events = by_pycmx(text, rate, plain.start, plain.drop)
        assert [(e[0], e[1], e[5]) for e in events] == [(c.record, c.duration, "V") for c in clips]
        assert [e[3] for e in events] == [c.media.reel for c in clips if c.media]
        assert [e[4] for e in events] == [Path(c.media.path).name for c in clips if c.media]
        by_adapter = list(parse_otio_edl(text, rate).find_clips())
        assert [c.metadata["cmx_3600"]["reel"] for c in by_adapter] == [c.media.reel for c in clips if c.media]
        for found, clip in zip(by_adapter, clips, strict=True):
            assert clip.media is not None
            assert round(found.source_range.duration.value) == clip.duration
            if clip.speed > 0:
                assert round(found.source_range.start_time.value) == clip.media.start + clip.source
            warps = [e.time_scalar for e in found.effects]
            # The adapter looks for a motion effect only where source and record lengths differ.
            assert warps == ([] if abs(clip.speed) == 1 else [pytest.approx(float(clip.speed), abs=0.01)])


def test_a_list_of_media_at_another_rate_keeps_the_place_in_our_comment(sample: EditTimeline) -> None:
    seen = read_edl(edl_texts(sample)["V1"].encode())
    clips = sample.tracks[0].clips
    assert [(c.source, c.rate) for c in seen.clips] == [(c.source, c.media.rate) for c in clips if c.media]


def test_edit_lists_carry_cdl_and_drop_frame(sample: EditTimeline) -> None:
    text = edl_texts(sample)["V1"]
    assert "*ASC_SOP (1.100000 1.000000 0.900000)(0.000000 0.010000 -0.020000)(1.000000 1.050000 1.100000)" in text
    assert "*ASC_SAT 0.900000" in text
    assert ("FCM: DROP FRAME" in text) == sample.drop
    adapter = parse_otio_edl(text, sample.rate)
    cdl = adapter.find_clips()[0].metadata["cdl"]
    assert list(cdl["asc_sop"]["offset"]) == [0.0, 0.01, -0.02]
    assert cdl["asc_sat"] == 0.9


def test_retimes_need_plain_media_in_xml_and_other_rates_in_lists(sample: EditTimeline) -> None:
    clips = sample.tracks[0].clips
    assert [plain_speed(c, sample) for c in clips] == [False] * 4 + [True] * 3
    assert [plain_rate(c, sample) for c in clips] == [False, True, False, True, False, False, False]


def test_a_speed_survives_only_where_it_is_said() -> None:
    assert Fraction(1, 3) == read_otio(_slow()).clips[0].speed


def _slow() -> str:
    media = EditMedia("/a/b.mov", MediaKind.MOVIE, Fraction(24), 0, 100, Size(64, 36), "b")
    clip = EditClip("b", 0, 30, media, 3, speed=Fraction(1, 3))
    return otio_text(EditTimeline("x", Fraction(24), Size(64, 36), tracks=(EditTrack(TrackKind.VIDEO, "V", (clip,)),)))


def test_media_at_a_rate_that_xml_cannot_say_are_rendered_for_it() -> None:
    odd = EditMedia("/a/b.mov", MediaKind.MOVIE, Fraction(25, 2), 0, 100, Size(64, 36), "b")
    clip = EditClip("b", 0, 30, odd, 3)
    sample = EditTimeline("x", F(25), Size(64, 36), tracks=(EditTrack(TrackKind.VIDEO, "V", (clip,)),))
    assert plain_speed(clip, sample)
    assert not plain_speed(replace(clip, media=replace(odd, rate=Fraction(12000, 1001))), sample)
    (seen,) = read_otio(otio_text(sample)).clips
    assert (seen.rate, seen.source, seen.duration) == (Fraction(25, 2), 3, 30)


def test_sound_goes_along_on_tracks_of_its_own() -> None:
    music = EditMedia("/a/music.wav", MediaKind.AUDIO, F(25), 0, 500, None, "music", 2)
    picture = EditMedia("/a/b.mov", MediaKind.MOVIE, F(25), 10, 100, Size(64, 36), "b")
    tracks = (
        EditTrack(TrackKind.VIDEO, "Video 1", (EditClip("b", 0, 50, picture, 3),)),
        EditTrack(TrackKind.AUDIO, "Music", (EditClip("music", 5, 40, music, 100),)),
        EditTrack(TrackKind.AUDIO, "Atmo", (EditClip("music", 0, 20, music, 0), EditClip("music", 30, 9, music, 7))),
    )
    sample = EditTimeline("x", F(25), Size(64, 36), 90000, tracks=tracks)
    want = [("Audio 1", 5, 40, 100), ("Audio 2", 0, 20, 0), ("Audio 2", 30, 9, 7)]
    for seen in (read_otio(otio_text(sample)), read_fcp7(fcp7_text(sample).encode())):
        sound = [(c.track, c.record, c.duration, c.source) for c in seen.clips if c.kind is TrackKind.AUDIO]
        assert sound == want
    otio_made = otio.adapters.read_from_string(otio_text(sample), "otio_json")
    xml_made = otio.adapters.read_from_string(fcp7_text(sample), "fcp_xml")
    for made in (otio_made, xml_made):
        found = [
            (n, round(c.range_in_parent().start_time.value), round(c.source_range.start_time.value))
            for n, track in enumerate(made.audio_tracks(), 1)
            for c in track.find_clips()
        ]
        assert found == [(1, 5, 100), (2, 0, 0), (2, 30, 7)]
    assert list(edl_texts(sample)) == ["V1"]
