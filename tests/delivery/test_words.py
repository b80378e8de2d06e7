"""Subtitles, markers and tables."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pysubs2

from rushes.contracts import AI_KEYWORD, CDL, EditMarker, EditMedia, EditTimeline, MediaKind, Rating, Size
from rushes.delivery.colour_cdl import read_cdls
from rushes.delivery.tables_write import ale_text, csv_text, media_rows
from rushes.delivery.words_write import all_markers, marker_edl_text, srt_text
from rushes.delivery.writers import WRITERS, Job

from .cuts import NTSC30, cut


def _media(name: str, rate: Fraction, start: int) -> EditMedia:
    return EditMedia(f"/film/{name}.mov", MediaKind.MOVIE, rate, start, 60, Size(128, 72), name)


def _cut(rate: Fraction = Fraction(24), drop: bool = False, start: int = 86400) -> EditTimeline:
    return cut(_media("SH001_T01_a", rate, 101), _media("SH002_T01_b", Fraction(25), 1000), rate, start, drop=drop)


def test_subtitles_count_from_the_first_frame() -> None:
    lines = pysubs2.SSAFile.from_string(srt_text(_cut()), "srt")
    assert [(e.start, e.end, e.plaintext) for e in lines] == [
        (0, 500, "The boat is late."),
        (1000, 1375, "It always is.\nLook."),
    ]
    assert srt_text(replace(_cut(), subtitles=())) == ""


def test_subtitles_keep_real_time_at_29_97() -> None:
    lines = pysubs2.SSAFile.from_string(srt_text(_cut(NTSC30, True)), "srt")
    assert (lines[1].start, lines[1].end) == (801, 1101)


def test_markers_are_one_to_a_frame_and_in_resolves_words() -> None:
    sample = replace(_cut(), markers=(EditMarker(3, "Mine", "a | b\nc"), EditMarker(30, "Cut here", "", "Green", 12)))
    assert [m.name for m in all_markers(sample)] == ["Mine", "Cut here"]  # the clip's marker lies on the first one
    text = marker_edl_text(sample)
    assert text.splitlines()[:5] == [
        "TITLE: Harbour & Night",
        "FCM: NON-DROP FRAME",
        "",
        "001  001      V     C        01:00:00:03 01:00:00:04 01:00:00:03 01:00:00:04  ",
        "a / b c |C:ResolveColorBlue |M:Mine |D:1",
    ]
    assert " |C:ResolveColorGreen |M:Cut here |D:12" in text.splitlines()
    assert "\r\n" in text


def test_markers_of_clips_lie_where_the_clips_lie() -> None:
    found = all_markers(_cut())
    assert [(m.frame, m.name) for m in found] == [(2, "Check"), (3, AI_KEYWORD), (30, "Cut here")]
    assert "01:00:00;03" in marker_edl_text(_cut(NTSC30, True, 107892))


def test_the_table_has_resolves_columns_and_our_ids() -> None:
    sample = _cut()
    kept = replace(
        sample.tracks[0].clips[0], rating=Rating.KEPT, metadata={"Keywords": "ink", "Comments": 'wide, "ok"'}
    )
    sample = replace(sample, tracks=(replace(sample.tracks[0], clips=(kept, *sample.tracks[0].clips[1:])),))
    rows = list(csv.DictReader(io.StringIO(csv_text(media_rows(sample), r"D:\cut\media"))))
    assert [r["File Name"] for r in rows] == ["SH001_T01_a.mov", "SH002_T01_b.mov"]
    first = rows[0]
    assert first["Clip Directory"] == r"D:\cut\media"
    assert (first["Start TC"], first["End TC"], first["Duration TC"]) == ("00:00:04:05", "00:00:06:17", "00:00:02:12")
    assert (first["Keywords"], first["Comments"], first["Good Take"]) == (f"{AI_KEYWORD}, ink", 'wide, "ok"', "true")
    assert (first["rushes.take"], first["rushes.shot"]) == ("t1", "SH001")
    assert (rows[1]["Start TC"], rows[1]["Frame Rate"]) == ("00:00:40:00", "25")


def test_one_take_with_two_grades_is_two_cdls(tmp_path: Path) -> None:
    sample = _cut()
    first = sample.tracks[0].clips[0]
    warm = replace(first, record=12, duration=4, cdl=CDL(saturation=1.2))
    again = replace(first, record=16, duration=4)
    sample = replace(sample, tracks=(replace(sample.tracks[0], clips=(first, warm, again)),))
    cdl = next(w for w in WRITERS if w.name == "cdl")
    made = [p.name for p in cdl.write(Job(sample, tmp_path, "cut", "/m"))]
    assert made == ["cut.ccc", "A.cdl", "A_2.cdl"]
    assert read_cdls(tmp_path / "cut.ccc") == {"A": first.cdl, "A_2": warm.cdl}
    assert read_cdls(tmp_path / "cdl" / "A_2.cdl")["A_2"].saturation == 1.2


def test_a_sequence_has_the_name_that_resolve_shows() -> None:
    sample = _cut()
    media = replace(_media("x", Fraction(24), 101), path="/f/SH001.%04d.png", kind=MediaKind.SEQUENCE)
    clip = replace(sample.tracks[0].clips[0], media=media)
    (row,) = media_rows(replace(sample, tracks=(replace(sample.tracks[0], clips=(clip,)),)))
    assert row.file == "SH001.[0101-0160].png"


def test_the_log_is_tabs_and_lines() -> None:
    lines = ale_text(media_rows(_cut()), _cut()).split("\r\n")
    assert lines[0] == "Heading"
    assert lines[1:5] == ["FIELD_DELIM\tTABS", "VIDEO_FORMAT\tCUSTOM", "AUDIO_FORMAT\t48khz", "FPS\t24"]
    columns = lines[lines.index("Column") + 1].split("\t")
    data = lines[lines.index("Data") + 1 : -1]
    assert [len(line.split("\t")) for line in data] == [len(columns)] * 2
    first = dict(zip(columns, data[0].split("\t")))
    assert (first["Name"], first["Tape"], first["Start"]) == ("A", "SH001_T01_a", "00:00:04:05")
    assert Path(first["Source File"]).suffix == ".mov"
