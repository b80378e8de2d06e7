"""What we deliver, imported into the double of DaVinci Resolve: every clip online, every first frame right.

A double, not Resolve: it plays what is known of Resolve's importers, the worse where that is in doubt.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from rushes.contracts import EditTimeline, TrackKind, rate_text
from rushes.delivery.conform import conform
from rushes.delivery.cut_read import read_cut
from rushes.delivery.edl_write import edl_texts
from rushes.delivery.fcp7_write import fcp7_text
from rushes.delivery.match import KnownTake, Matcher
from rushes.delivery.otio_write import otio_text
from rushes.delivery.plain import plain_rate, plain_speed, render_plain, with_plain
from rushes.testing.resolve import Simulator

from .cuts import RATES, cut, start_frame, two_media


@pytest.fixture(params=list(RATES))
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> EditTimeline:
    rate, drop, other = RATES[request.param]
    first, second = two_media(tmp_path / "media", rate, other)
    return cut(first, second, rate, start_frame("01:00:00:00", rate, drop), drop=drop)


def _resolve(timeline: EditTimeline, folder: Path) -> Simulator:
    made = Simulator("19.1-studio", folder / "resolve")
    setting = rate_text(timeline.rate).removesuffix(" fps") + (" DF" if timeline.drop else "")
    made.new_project(rate=setting)
    return made


def _bring(sim: Simulator, path: Path, text: str, **options: Any) -> Any:
    path.write_text(text, "utf-8")
    pool: Any = sim.resolve.GetProjectManager().GetCurrentProject().GetMediaPool()
    assert pool.ImportTimelineFromFile(str(path), options) is not None
    assert sim.app.misuse == []
    return sim.project.timeline


def _found(timeline: Any) -> list[list[tuple[int, int, str, int, Fraction]]]:
    return [
        [
            (i.start - timeline.start, i.duration, Path(i.media.path).name if i.media else "offline", i.source, i.speed)
            for i in track.items
        ]
        for track in timeline.tracks["video"]
    ]


def _meant(timeline: EditTimeline) -> list[list[tuple[int, int, str, int, Fraction]]]:
    return [
        [
            (c.record, c.duration, Path(c.media.path).name if c.media else "offline", c.source, c.speed)
            for c in track.clips
        ]
        for track in timeline.tracks
        if track.kind is TrackKind.VIDEO
    ]


def _plain(timeline: EditTimeline, picker: Any, folder: Path) -> EditTimeline:
    def render(clip: Any, whole: EditTimeline) -> Any:
        reel = f"{clip.media.reel}_r{clip.record}"
        return render_plain(clip, whole, folder / f"{reel}.mov", reel)

    return with_plain(timeline, picker, render)


def test_otio(sample: EditTimeline, tmp_path: Path) -> None:
    made = _bring(_resolve(sample, tmp_path), tmp_path / "cut.otio", otio_text(sample), importSourceClips=True)
    assert (made.name, made.rate, made.start) == (sample.name, sample.rate, sample.start)
    assert _found(made) == _meant(sample)
    assert sorted(made.markers) == [2, 30]


def test_xml_also_where_the_media_went(sample: EditTimeline, tmp_path: Path) -> None:
    plain = _plain(sample, plain_speed, tmp_path / "media")
    text = fcp7_text(plain)
    made = _bring(_resolve(sample, tmp_path), tmp_path / "cut.xml", text)
    assert (made.rate, made.start, made.drop) == (sample.rate, sample.start, sample.drop)
    assert _found(made) == _meant(plain)
    shutil.move(tmp_path / "media", tmp_path / "moved")
    again = _resolve(sample, tmp_path / "again")
    made = _bring(again, tmp_path / "cut.xml", text, sourceClipsPath=str(tmp_path / "moved"))
    assert _found(made) == _meant(plain)


def test_a_list_with_the_media_in_the_pool(sample: EditTimeline, tmp_path: Path) -> None:
    plain = _plain(sample, plain_rate, tmp_path / "media")
    forward = tuple(c for c in plain.tracks[0].clips if c.speed > 0)
    plain = replace(plain, tracks=(replace(plain.tracks[0], clips=forward),))
    sim = _resolve(sample, tmp_path)
    for path in sorted({c.media.path for c in forward if c.media}):
        sim.import_media(Path(path))
    made = _bring(sim, tmp_path / "cut.edl", edl_texts(plain)["V1"])
    assert _found(made) == _meant(plain)


@pytest.mark.parametrize("name", ["24", "29.97 drop"])
def test_what_resolve_exports_again_is_read(name: str, tmp_path: Path) -> None:
    """The double writes with the losses that Resolve is known for; takes, places and trims are found all the same."""
    rate, drop, other = RATES[name]
    first, second = two_media(tmp_path / "media", rate, other)
    sample = cut(first, second, rate, start_frame("01:00:00:00", rate, drop), drop=drop, retimed=False)
    sim = _resolve(sample, tmp_path)
    _bring(sim, tmp_path / "cut.xml", fcp7_text(sample))
    timeline: Any = sim.resolve.GetProjectManager().GetCurrentProject().GetCurrentTimeline()
    takes = [KnownTake(f"t{n}", "s", m.reel, m.rate, m.start, m.frames) for n, m in ((1, first), (2, second))]
    want = [
        (t.name, c.record, c.duration, "t1" if c.media is first else "t2", c.source)
        for t in sample.tracks
        for c in t.clips
    ]
    for kind, subtype in (("OTIO", None), ("FCP_7_XML", None), ("EDL", "NONE")):
        path = tmp_path / f"back.{'xml' if 'XML' in kind else kind.lower()}"
        given = [str(path), getattr(sim.resolve, f"EXPORT_{kind}")]
        assert timeline.Export(*given, *([getattr(sim.resolve, f"EXPORT_{subtype}")] if subtype else []))
        report = conform(read_cut(path, rate), Matcher(takes), lambda path: True)
        found = [(r.track, r.record, r.duration, r.take, r.first) for r in report.rows]
        if kind != "EDL":
            assert found == want
            continue
        for row, meant in zip(found, [w for w in want if w[0] == "Video 1"], strict=True):
            assert row[:4] == meant[:4]
            assert row[4] is not None
            assert abs(row[4] - meant[4]) <= (0 if meant[3] == "t1" else 2)
