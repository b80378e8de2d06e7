"""Our reader of OpenTimelineIO against the writer of deliveries, and against OTIO's own library."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import opentimelineio as otio
import pytest

from resolve_scripts.logic.otio import read_otio
from resolve_scripts.logic.srt import read_srt, srt_of
from rushes.contracts import (
    EditClip,
    EditMarker,
    EditMedia,
    EditSubtitle,
    EditTimeline,
    EditTrack,
    MediaKind,
    Size,
    TrackKind,
)
from rushes.delivery.otio_write import otio_text
from rushes.delivery.words_write import srt_text
from rushes.errors import InputError

NTSC = Fraction(30000, 1001)


def _cut(rate: Fraction = Fraction(24), drop: bool = False) -> EditTimeline:
    movie = EditMedia("/film/SH010.mov", MediaKind.MOVIE, rate, 101, 48, reel="SH010")
    frames = EditMedia("/film/SH020.%04d.png", MediaKind.SEQUENCE, Fraction(25), 1001, 60, reel="SH020")
    sound = EditMedia("/film/mix.wav", MediaKind.AUDIO, rate, 0, 500, audio_channels=2)
    marker = EditMarker(5, "look", "here", "Sand", 3, {"rushes.take": "t-1"})
    return EditTimeline(
        "Harbour",
        rate,
        Size(1920, 1080),
        start=107892 if drop else 86400,
        drop=drop,
        tracks=(
            EditTrack(
                TrackKind.VIDEO,
                "Takes",
                (
                    EditClip("a", 10, 40, movie, 4, take="t-1", shot="SH010", generated=True, markers=(marker,)),
                    EditClip("b", 60, 20, frames, 7, enabled=False, metadata={"Shot": "SH020"}),
                    EditClip("c", 80, 12, movie, 0, speed=Fraction(-1, 3)),
                    EditClip("gone", 100, 9, None),
                ),
            ),
            EditTrack(TrackKind.VIDEO, "Titles", (), enabled=False),
            EditTrack(TrackKind.AUDIO, "Mix", (EditClip("mix", 0, 100, sound, 24),)),
        ),
        markers=(EditMarker(0, "start", "", "Mint"), EditMarker(50, "x", "y", "Cocoa", 4, {"rushes.shot": "SH010"})),
        subtitles=(EditSubtitle(0, 20, "Hello\nthere"), EditSubtitle(30, 60, "Bye")),
    )


@pytest.mark.parametrize(
    ("rate", "drop"), [(Fraction(24), False), (Fraction(24000, 1001), False), (NTSC, True), (Fraction(60), False)]
)
def test_what_deliver_writes_comes_back_as_it_was(rate: Fraction, drop: bool) -> None:
    cut = _cut(rate, drop)
    read = read_otio(otio_text(cut)).timeline
    tracks = tuple(
        replace(
            track,
            clips=tuple(
                replace(clip, media=replace(clip.media, size=None, audio_channels=0)) if clip.media else clip
                for clip in track.clips
            ),
        )
        for track in cut.tracks
    )
    assert read == replace(cut, tracks=tracks)


def test_older_and_foreign_files_are_read(tmp_path: Any) -> None:
    timeline: Any = otio.schema.Timeline("Edit")
    timeline.global_start_time = otio.opentime.RationalTime(90000, 25)
    track: Any = otio.schema.Track("V1", kind="Video")
    span = otio.opentime.TimeRange(otio.opentime.RationalTime(10, 25), otio.opentime.RationalTime(20, 25))
    whole = otio.opentime.TimeRange(otio.opentime.RationalTime(0, 25), otio.opentime.RationalTime(100, 25))
    track.append(otio.schema.Clip("one", otio.schema.ExternalReference("file:///film/a%20b.mov", whole), span))
    track.append(otio.schema.Transition(transition_type="SMPTE_Dissolve"))
    track.append(otio.schema.Clip("two", otio.schema.ExternalReference("media/c.mov", whole), span))
    sequence = otio.schema.ImageSequenceReference(
        "file:///film/", "f.", ".exr", 1001, 1, 25.0, 4, available_range=whole
    )
    track.append(otio.schema.Clip("three", sequence, span))
    track.append(otio.schema.Stack("inner", source_range=span))
    track.append(otio.schema.Clip("four", otio.schema.MissingReference(), span))
    timeline.tracks.append(track)
    timeline.tracks.markers.append(
        otio.schema.Marker(
            "late",
            otio.opentime.TimeRange(otio.opentime.RationalTime(90005, 25), otio.opentime.RationalTime(1, 25)),
            "RED",
        )
    )
    old = json.loads(timeline.to_json_string())
    for clip in old["tracks"]["children"][0]["children"]:
        if clip["OTIO_SCHEMA"] == "Clip.2":
            clip["OTIO_SCHEMA"] = "Clip.1"
            clip["media_reference"] = clip.pop("media_references")["DEFAULT_MEDIA"]
    for text in (timeline.to_json_string(), json.dumps(old)):
        cut = read_otio(text, folder="/cuts")
        clips = cut.timeline.tracks[0].clips
        assert [(c.name, c.record, c.duration, c.source) for c in clips] == [
            ("one", 0, 20, 10),
            ("two", 20, 20, 10),
            ("three", 40, 20, 10),
            ("four", 80, 20, 10),
        ]
        assert [c.media.path if c.media else None for c in clips] == [
            "/film/a b.mov",
            "/cuts/media/c.mov",
            "/film/f.%04d.exr",
            None,
        ]
        assert [marker.frame for marker in cut.timeline.markers] == [5]
        assert (cut.timeline.start, cut.timeline.rate) == (90000, 25)
        assert cut.notes == ("A transition on V1 becomes a cut.", "inner on V1 is left out: it is nested.")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "no json",
        '{"OTIO_SCHEMA": "Timeline.1"}',
        '{"OTIO_SCHEMA": "Timeline.1", "tracks": {"children": '
        '[{"OTIO_SCHEMA": "Track.1", "children": [{"OTIO_SCHEMA": "Clip.2"}]}]}}',
    ],
)
def test_what_is_none_is_refused_in_words(text: str) -> None:
    with pytest.raises(InputError, match=r"cut\.otio cannot be read") as refused:
        read_otio(text, "cut.otio")
    assert refused.value.code == "cut.unreadable"
    assert refused.value.hint


def test_lengths_in_another_rate_do_not_pile_up_their_rounding() -> None:
    timeline: Any = otio.schema.Timeline("Edit")
    timeline.global_start_time = otio.opentime.RationalTime(0, 25)
    track: Any = otio.schema.Track("V1", kind="Video")
    span = otio.opentime.TimeRange(otio.opentime.RationalTime(0, 24), otio.opentime.RationalTime(7, 24))
    for name in "abcdef":
        track.append(otio.schema.Clip(name, otio.schema.ExternalReference("/a.mov", span), span))
    timeline.tracks.append(track)
    clips = read_otio(timeline.to_json_string()).timeline.tracks[0].clips
    # 7 frames of 24 are 7.29 of 25.
    assert [(clip.record, clip.duration) for clip in clips] == [(0, 7), (7, 8), (15, 7), (22, 7), (29, 7), (36, 8)]


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(24000, 1001), Fraction(25), NTSC, Fraction(60)])
def test_subtitles_read_back_at_their_frames(rate: Fraction) -> None:
    lines = _cut().subtitles
    assert read_srt(srt_of(lines, rate), rate) == lines
    assert read_srt(srt_text(replace(_cut(rate), subtitles=lines)), rate) == lines


def test_odd_subtitle_files() -> None:
    text = "\ufeff1\r\n00:00:01.5 --> 00:00:02,000 X1:1\r\nHi\r\n\r\n\r\n2\r\n"
    text += "00:00:03,000 --> 00:00:03,000\r\nnone\r\n\r\nrubbish"
    assert read_srt(text, Fraction(24)) == (EditSubtitle(36, 48, "Hi"),)
    with pytest.raises(InputError) as refused:
        read_srt("nothing", Fraction(24))
    assert refused.value.code == "subtitles.unreadable"
