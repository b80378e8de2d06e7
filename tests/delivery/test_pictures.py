"""The frames we meant, played by a program that is not ours."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from rushes.contracts import EditClip, EditTimeline
from rushes.delivery.edl_write import edl_texts
from rushes.delivery.fcp7_write import fcp7_text
from rushes.delivery.otio_write import otio_text
from rushes.delivery.plain import plain_rate, plain_speed, render_plain, with_plain
from rushes.delivery.times import step
from rushes.media.video import probe, read_video

from .cuts import RATES, STARTS, cut, picture_codes, start_frame, two_media
from .footage import read_code
from .melt import need_melt, shown
from .readers import parse_otio_edl

pytestmark = pytest.mark.melt


@pytest.fixture(autouse=True)
def _melt() -> None:
    need_melt()


def _sample(folder: Path, name: str, start: str) -> EditTimeline:
    rate, drop, other = RATES[name]
    first, second = two_media(folder / "media", rate, other)
    return cut(first, second, rate, start_frame(STARTS[start], rate, drop), drop=drop)


def _plain(timeline: EditTimeline, picker: Any, folder: Path) -> EditTimeline:
    folder.mkdir()

    def render(clip: Any, cut_: EditTimeline) -> Any:
        reel = f"{clip.media.reel[:5]}_r{clip.record}"
        return render_plain(clip, cut_, folder / f"{reel}.mov", reel)

    return with_plain(timeline, picker, render)


def _by_edl(timeline: EditTimeline) -> Any:
    """What OpenTimelineIO reads in the list, relinked by clip name as an editor's program does."""
    files = {Path(c.media.path).name: c.media for t in timeline.tracks for c in t.clips if c.media}
    found = parse_otio_edl(edl_texts(timeline)["V1"], timeline.rate)
    for clip in list(found.find_clips()):
        media = files[clip.name]
        rate = float(timeline.rate)
        assert media.rate == timeline.rate
        span = otio.opentime.TimeRange(
            otio.opentime.RationalTime(media.start, rate), otio.opentime.RationalTime(media.frames, rate)
        )
        clip.media_reference = otio.schema.ExternalReference(target_url=media.path, available_range=span)
    return found


def _check(timeline: EditTimeline, got: list[tuple[int, int]], media: EditTimeline) -> None:
    """Every frame where source and record frames go together; else the first, and neighbours for the rest: which of
    two frames a player shows between them is its own choice."""
    want = picture_codes(timeline)
    assert len(got) == len(want)
    exact = [True] * len(want)
    for clip in media.tracks[0].clips:
        assert clip.media is not None
        if step(clip, timeline.rate).denominator == 1:
            continue
        for offset in range(1, clip.duration):
            at = clip.record + offset
            exact[at] = False
            nearest = clip.source + math.floor(offset * step(clip, timeline.rate) + Fraction(1, 2))
            assert got[at] in (want[at], (want[at][0], nearest)), at  # type: ignore[index]  # a clip is there
    assert [g for g, e in zip(got, exact) if e] == [w for w, e in zip(want, exact) if e]


def _only(timeline: EditTimeline, wanted: Callable[[EditClip], bool]) -> EditTimeline:
    clips = tuple(c for c in timeline.tracks[0].clips if wanted(c))
    return replace(timeline, tracks=(replace(timeline.tracks[0], clips=clips),))


def _played(timeline: EditTimeline, folder: Path) -> list[tuple[int, int]]:
    made = otio.adapters.read_from_string(otio_text(timeline), "otio_json")
    return shown(made, timeline.rate, folder)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("name", RATES)
def test_otio_plays_as_meant_at_any_source_rate(name: str, start: str, tmp_path: Path) -> None:
    sample = _only(_sample(tmp_path, name, start), lambda c: c.speed == 1)
    _check(sample, _played(sample, tmp_path), sample)


@pytest.mark.parametrize("name", RATES)
def test_otio_speeds_play_as_meant(name: str, tmp_path: Path) -> None:
    sample = _sample(tmp_path, name, "1 h")
    sample = _only(sample, lambda c: c.media is not None and c.media.rate == sample.rate)
    _check(sample, _played(sample, tmp_path), sample)


@pytest.mark.parametrize(("name", "start"), [(n, list(STARTS)[k % 2]) for k, n in enumerate(RATES)])
def test_xml_plays_as_meant_retimes_included(name: str, start: str, tmp_path: Path) -> None:
    sample = _sample(tmp_path, name, start)
    plain = _plain(sample, plain_speed, tmp_path / "plain")
    made = otio.adapters.read_from_string(fcp7_text(plain), "fcp_xml")
    _check(sample, shown(made, sample.rate, tmp_path), sample)


@pytest.mark.parametrize(("name", "start"), [(n, list(STARTS)[(k + 1) % 2]) for k, n in enumerate(RATES)])
def test_edit_lists_play_as_meant_at_any_source_rate(name: str, start: str, tmp_path: Path) -> None:
    sample = _sample(tmp_path, name, start)
    forward = _only(sample, lambda c: c.speed > 0)
    plain = _plain(forward, lambda c, t: plain_rate(c, t) or plain_speed(c, t), tmp_path / "plain")
    _check(forward, shown(_by_edl(plain), sample.rate, tmp_path), plain)


def test_rendered_clips_hold_exactly_what_was_shown(tmp_path: Path) -> None:
    sample = _sample(tmp_path, "24", "1 h")
    plain = _plain(sample, lambda c, t: plain_rate(c, t) or plain_speed(c, t), tmp_path / "plain")
    want = picture_codes(sample)
    for clip in plain.tracks[0].clips:
        assert clip.media is not None
        assert (clip.speed, clip.media.rate) == (1, sample.rate)
        if "plain" not in clip.media.path:
            continue
        info = probe(Path(clip.media.path))
        assert (info.frames, clip.source) == (clip.duration, 0)
        assert info.timecode == "00:00:00:00"
        codes = [read_code(p) for p in read_video(Path(clip.media.path))]
        assert codes == want[clip.record : clip.end]
