"""Any cut comes back as it went out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from rushes.contracts import EditClip, EditMedia, EditTimeline, EditTrack, MediaKind, Size, TrackKind
from rushes.delivery.conform import conform
from rushes.delivery.edl_read import read_edl
from rushes.delivery.edl_write import edl_texts
from rushes.delivery.fcp7_read import read_fcp7
from rushes.delivery.fcp7_write import fcp7_text
from rushes.delivery.match import KnownTake, Matcher
from rushes.delivery.otio_read import read_otio
from rushes.delivery.otio_write import otio_text
from rushes.delivery.times import shown_frame, source_end

from .cuts import NTSC24, NTSC30, F
from .readers import walk_xmeml

RATES = st.sampled_from([F(24), F(25), F(30), F(50), F(60), NTSC24, NTSC30, F(60000, 1001)])
SPEEDS = st.sampled_from([F(1), F(1), F(1), F(1, 2), F(2), F(-1), F(1, 3), F(-3, 2)])
NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=20,
)


@st.composite
def timelines(draw: st.DrawFn) -> EditTimeline:
    rate = draw(RATES)
    drop = rate in (NTSC30, F(60000, 1001)) and draw(st.booleans())
    count = draw(st.integers(1, 4))
    media: list[EditMedia] = []
    for number in range(count):
        own = draw(st.one_of(st.just(rate), RATES))
        start = draw(st.integers(0, 200_000))
        name = f"SH{number:03}_T01_{number:06}"
        media.append(EditMedia(f"/film/{name}.mov", MediaKind.MOVIE, own, start, 4000, Size(64, 36), name))
    tracks = tuple(_track(draw, n, media, rate) for n in range(1, draw(st.integers(1, 3)) + 1))
    start = draw(st.sampled_from([0, round(rate) * 3600 - (108 if drop and rate == NTSC30 else 216 if drop else 0)]))
    return EditTimeline(draw(NAMES).strip() or "x", rate, Size(64, 36), start, drop, tracks)


def _track(draw: st.DrawFn, number: int, media: list[EditMedia], rate: Fraction) -> EditTrack:
    clips: list[EditClip] = []
    at = 0
    for _ in range(draw(st.integers(1, 5))):
        at += draw(st.integers(0, 50))
        chosen = draw(st.sampled_from(media))
        speed = draw(SPEEDS) if chosen.rate == rate else F(1)
        length = draw(st.integers(1, 300))
        source = draw(st.integers(500, 3000))
        clip = EditClip(
            draw(NAMES), at, length, chosen, source, speed, take=f"t{chosen.reel[2:5]}", shot="s", generated=True
        )
        clips.append(clip)
        at = clip.end
    return EditTrack(TrackKind.VIDEO, f"Video {number}", tuple(clips))


def _known(timeline: EditTimeline) -> Matcher:
    media = {c.media.reel: c.media for t in timeline.tracks for c in t.clips if c.media}
    return Matcher(KnownTake(f"t{m.reel[2:5]}", "s", m.reel, m.rate, m.start, m.frames) for m in media.values())


def _want(timeline: EditTimeline) -> list[tuple[str, int, int, str, int, int]]:
    return [
        (t.name, c.record, c.duration, c.take, c.source, shown_frame(c, c.duration - 1, timeline.rate))
        for t in timeline.tracks
        for c in t.clips
    ]


def _plain(timeline: EditTimeline) -> EditTimeline:
    tracks = (replace(t, clips=tuple(replace(c, speed=F(1)) for c in t.clips)) for t in timeline.tracks)
    return replace(timeline, tracks=tuple(tracks))


@settings(max_examples=60, deadline=None)
@given(timelines())
def test_otio_says_all_of_it(timeline: EditTimeline) -> None:
    cut = read_otio(otio_text(timeline))
    assert (cut.name, cut.rate, cut.start, cut.drop) == (timeline.name, timeline.rate, timeline.start, timeline.drop)
    report = conform(cut, _known(timeline), lambda path: True)
    found = [(r.track, r.record, r.duration, r.take, r.first, r.last) for r in report.rows]
    assert found == _want(timeline)
    assert [r.speed for r in report.rows] == [c.speed for t in timeline.tracks for c in t.clips]
    assert report.share == 1.0


@settings(max_examples=60, deadline=None)
@given(timelines())
def test_xml_says_all_but_speeds(timeline: EditTimeline) -> None:
    plain = _plain(timeline)
    text = fcp7_text(plain)
    cut = read_fcp7(text.encode())
    assert (cut.rate, cut.start, cut.drop) == (plain.rate, plain.start, plain.drop)
    report = conform(cut, _known(plain), lambda path: True)
    assert [(r.track, r.record, r.duration, r.take, r.first, r.last) for r in report.rows] == _want(plain)
    _, tracks = walk_xmeml(text)
    places = [[(e.record, e.duration, e.source) for e in track] for track in tracks]
    assert places == [[(c.record, c.duration, c.source) for c in t.clips] for t in plain.tracks]


@settings(max_examples=60, deadline=None)
@given(timelines())
def test_lists_say_a_track_each(timeline: EditTimeline) -> None:
    texts = edl_texts(timeline)
    matcher = _known(timeline)
    for track, text in zip(timeline.tracks, texts.values(), strict=True):
        cut = read_edl(text.encode())
        assert (cut.rate, cut.start) == (timeline.rate, timeline.start)
        one = replace(timeline, tracks=(track,))
        report = conform(cut, matcher, lambda path: True)
        assert [(r.track, r.record, r.duration, r.take, r.first, r.last) for r in report.rows] == _want(one)


@settings(max_examples=60, deadline=None)
@given(timelines())
def test_lists_that_lost_our_comments_are_right_to_the_frame(timeline: EditTimeline) -> None:
    """As Resolve exports them again; media at other rates, which a list cannot count, to two frames."""
    matcher = _known(timeline)
    for track, text in zip(timeline.tracks, edl_texts(timeline).values(), strict=True):
        bare = "\n".join(line for line in text.splitlines() if "RUSHES." not in line and "LOC:" not in line)
        report = conform(read_edl(bare.encode(), rate=timeline.rate), matcher, lambda path: True)
        for row, clip in zip(report.rows, track.clips, strict=True):
            assert clip.media is not None
            assert (row.take, row.duration) == (clip.take, clip.duration)
            assert row.first is not None
            allowed = 0 if clip.media.rate == timeline.rate else 2
            assert abs(row.first - clip.source) <= allowed
            assert abs(row.speed - clip.speed) < F(1, 500)


@settings(max_examples=200, deadline=None)
@given(timelines())
def test_what_is_shown_lies_between_in_and_out(timeline: EditTimeline) -> None:
    for clip in (c for t in timeline.tracks for c in t.clips):
        frames = [shown_frame(clip, k, timeline.rate) for k in range(clip.duration)]
        assert frames[0] == clip.source
        assert frames == sorted(frames, reverse=clip.speed < 0)
        assert max(frames) < source_end(clip, timeline.rate) <= max(frames) + 1
