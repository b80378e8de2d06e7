"""Plans of pull, place, takes and build: plain data in, plain data out."""

from __future__ import annotations

import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from resolve_scripts.logic.build import (
    custom_data,
    cut_digest,
    media_of,
    percent,
    plan_build,
    rendered,
    wrong_rate,
)
from resolve_scripts.logic.deliveries import newest_file
from resolve_scripts.logic.frames import rate_of_setting, rate_setting
from resolve_scripts.logic.model import ItemState, MarkerState, MediaState, TimelineState, TrackState
from resolve_scripts.logic.place import (
    Spot,
    our_data,
    piece,
    placed_already,
    placeholder_at,
    placeholders,
    shot_of,
)
from resolve_scripts.logic.placing import free_index, with_clip
from resolve_scripts.logic.pull import KnownClip, chosen_takes, ids_of, plan_pull
from resolve_scripts.logic.takes import newest, piece_of_take, stepped
from resolve_scripts.logic.words import count
from rushes.contracts import (
    EditClip,
    EditMarker,
    EditMedia,
    EditTimeline,
    EditTrack,
    MediaKind,
    Rating,
    Size,
    TrackKind,
)
from rushes.errors import InputError
from rushes.testing.resolve.desk import FakeDesk

FPS = Fraction(24)


# Pull.


def _desk(tmp_path: Path) -> FakeDesk:
    desk = FakeDesk(tmp_path / "film")
    desk.add_take("SQ1_010", "t-1", 2, notes="good")
    desk.add_take("SQ1_010", "t-2", 2, rating=Rating.UNDECIDED)
    desk.add_take("SQ1_020", "t-3", 2)
    return desk


def _known(desk: FakeDesk, take: str, **changes: Any) -> KnownClip:
    media = desk.media(take)
    return replace(KnownClip(media.media.path, ids_of(media, "prod-1"), True), **changes)


def test_takes_are_chosen_by_rating_and_shot(tmp_path: Path) -> None:
    rows = _desk(tmp_path).takes()
    assert chosen_takes(rows, "kept") == ("t-1", "t-3")
    assert chosen_takes(rows, "undecided") == ("t-2",)
    assert chosen_takes(rows, "all", ("SQ1_010",)) == ("t-1", "t-2")


def test_what_is_new_goes_to_its_bin_and_what_is_known_stays(tmp_path: Path) -> None:
    desk = _desk(tmp_path)
    media = [desk.media(take) for take in ("t-1", "t-2", "t-3")]
    plan = plan_pull(desk.info, desk.takes(), media, [_known(desk, "t-1")])
    assert {bin: [one.take for one in new] for bin, new in plan.new.items()} == {
        ("Rushes", "Film", "SQ1", "010"): ["t-2"],
        ("Rushes", "Film", "SQ1", "020"): ["t-3"],
    }
    assert (plan.changes, plan.there, plan.notes) == ((), {"t-1": 0}, ())


def test_changes_carry_what_was_and_what_is(tmp_path: Path) -> None:
    desk = _desk(tmp_path)
    known = [_known(desk, "t-1"), _known(desk, "t-3")]
    desk.rate_take("t-1", Rating.REJECTED)
    desk.rate_take("t-3", notes="no")
    plan = plan_pull(desk.info, desk.takes(), [], known)
    first, second = plan.changes
    assert (first.clip, first.before, first.rating, first.notes) == (0, Rating.KEPT, Rating.REJECTED, None)
    assert (second.clip, second.rating, second.notes_before, second.notes) == (1, None, "", "no")
    assert plan_pull(desk.info, desk.takes(), [], known, update=False).changes == ()


def test_clips_of_another_production_are_not_ours(tmp_path: Path) -> None:
    desk = _desk(tmp_path)
    foreign = _known(desk, "t-1", path="/other/a.mov")
    foreign = replace(foreign, data={**foreign.data, "rushes.production": "prod-2"})
    plan = plan_pull(desk.info, desk.takes(), [desk.media("t-1")], [foreign])
    assert len(plan.new) == 1
    assert plan.there == {}


def test_a_clip_is_linked_again_only_when_its_file_is_gone(tmp_path: Path) -> None:
    desk = _desk(tmp_path)
    moved = _known(desk, "t-1", path="/old/a.mov", on_disk=False)
    plan = plan_pull(desk.info, desk.takes(), [desk.media("t-1")], [moved])
    assert plan.changes[0].relink is not None
    copied = replace(moved, on_disk=True)
    assert plan_pull(desk.info, desk.takes(), [desk.media("t-1")], [copied]).changes == ()


# Place.


def _item(name: str, start: int, end: int, take: str = "", shot: str = "", track: int = 1) -> ItemState:
    ids = {key: text for key, text in (("take", take), ("shot", shot)) if text}
    return ItemState(f"id-{name}-{start}", name, "video", track, start, end, media=MediaState("m", name, "", ids=ids))


def _state(*items: ItemState, markers: tuple[MarkerState, ...] = (), start: int = 1000) -> TimelineState:
    tracks = {item.track: [one for one in items if one.track == item.track] for item in items} or {1: []}
    return TimelineState(
        "tl",
        "Edit",
        FPS,
        False,
        start,
        start + 500,
        start,
        tuple(TrackState("video", n, f"Video {n}", False, True, tuple(each)) for n, each in sorted(tracks.items())),
        markers,
    )


def test_names_that_hold_the_place_of_a_shot() -> None:
    shots = ("SH010", "SH0100", "010")
    for name, shot in (
        ("SH010", "SH010"),
        ("sh010_v02.mov", "SH010"),
        ("SH010 - wide", "SH010"),
        ("SH0100.mov", "SH0100"),
        ("SH0101", None),
        ("0100", None),
        ("010.mov", "010"),
        ("xSH010", None),
    ):
        assert shot_of(_item(name, 0, 1), shots) == shot
    assert shot_of(_item("A001.mov", 0, 1, shot="SH010"), shots) == "SH010"


def test_a_long_marker_goes_before_a_clip_and_a_clip_before_a_short_one() -> None:
    state = _state(
        _item("SH010", 1000, 1020),
        _item("SH020", 1020, 1040),
        _item("SH030", 1040, 1060, take="t-9"),
        markers=(
            MarkerState(5, "Red", "SH010", "", 10),
            MarkerState(25, "Red", "SH020", "", 1),
            MarkerState(45, "Red", "SH030", "", 1),
        ),
    )
    found = placeholders(state, ("SH010", "SH020", "SH030"))
    assert [(one.shot, one.start, one.end, one.track) for one in found] == [
        ("SH010", 1005, 1015, 0),
        ("SH020", 1020, 1040, 1),
        ("SH030", 1045, None, 0),
    ]
    at = placeholder_at(found, 1007)
    assert at is not None
    assert (at.start, at.end) == (1005, 1015)
    assert placeholder_at(found, 1100) is None


@pytest.mark.parametrize(
    ("custom", "found"),
    [
        ('{"rushes": {"shot": "A"}}', {"shot": "A"}),
        ('{"rushes.shot": "A", "x": 1}', {"shot": "A"}),
        ('{"other": 1}', {}),
        ("{broken", {}),
        ("plain", {}),
        ("", {}),
        ("[1]", {}),
    ],
)
def test_our_part_of_custom_data(custom: str, found: dict[str, Any]) -> None:
    assert our_data(custom) == found


def test_the_piece_of_a_take_that_belongs_there() -> None:
    spot = Spot("t", "SH010", 1000, 20, frame=105)
    part = piece(spot, 60, 101, FPS, FPS)
    assert (part.record, part.source, part.frames, part.end, part.short) == (1000, 4, 20, 1020, 0)
    late = piece(spot, 60, 110, FPS, FPS)
    assert (late.record, late.source, late.frames, late.end) == (1005, 0, 15, 1020)
    short = piece(spot, 10, 101, FPS, FPS)
    assert (short.frames, short.short, short.by_rate) == (6, 14, False)
    uneven = piece(replace(spot, length=3), 60, 105, FPS, Fraction(60))
    assert (uneven.frames, uneven.end - uneven.record, uneven.short, uneven.by_rate) == (1, 2, 1, True)
    whole = piece(replace(spot, length=None, frame=None), 48, None, FPS, Fraction(25))
    assert (whole.source, whole.frames, whole.end) == (0, 48, 1050)
    assert (whole.short, whole.by_rate) == (0, False)
    ntsc = piece(replace(spot, length=None, frame=None), 24, None, FPS, Fraction(24000, 1001))
    assert (ntsc.frames, ntsc.end - ntsc.record, ntsc.short, ntsc.by_rate) == (24, 23, 1, True)
    for first in (200, 10):
        with pytest.raises(InputError):
            piece(spot, 60, first, FPS, FPS)


def test_what_lies_there_and_what_is_free() -> None:
    state = _state(_item("a", 1000, 1020, take="t-1"), _item("b", 1000, 1100, track=2))
    assert placed_already(state, "t-1", 1000) is not None
    assert placed_already(state, "t-1", 1001) is None
    named = replace(state, tracks=tuple(replace(track, name="Rushes") for track in state.tracks))
    assert free_index(named, [(1020, 1050)], "Rushes") == 1
    assert free_index(named, [(1020, 1050)], "Rushes", above=1) is None
    taken = with_clip(named, 1, 1020, 1050, "Rushes")
    assert free_index(taken, [(1049, 1060)], "Rushes") is None
    assert free_index(with_clip(taken, 3, 0, 10, "Rushes 2"), [(1049, 1060)], "Rushes") == 3


# Takes.


def test_the_newest_take_is_the_last_that_is_not_rejected(tmp_path: Path) -> None:
    desk = _desk(tmp_path)
    assert newest(desk.takes(), "SQ1_010").id == "t-2"
    desk.rate_take("t-2", Rating.REJECTED)
    assert newest(desk.takes(), "SQ1_010").id == "t-1"
    with pytest.raises(InputError):
        newest(desk.takes(), "SQ1_030")


def test_pieces_that_fill_a_place_or_do_not() -> None:
    assert piece_of_take("a", 48, 0, 48, FPS, FPS) == (0, 48)
    assert piece_of_take("a", 50, 6, 60, FPS, Fraction(25)) == (6, 54)
    for offset, frames in ((1, 48), (-1, 60), (0, 47)):
        with pytest.raises(InputError) as refused:
            piece_of_take("a", 48, offset, frames, FPS, FPS)
        assert refused.value.code == "take.short"


def test_steps_go_round() -> None:
    assert [stepped(index, 3, 1) for index in (1, 2, 3)] == [2, 3, 1]
    assert [stepped(index, 3, -1) for index in (1, 2, 3)] == [3, 1, 2]


# Build.


def _cut(*clips: EditClip, kind: TrackKind = TrackKind.VIDEO) -> EditTimeline:
    return EditTimeline("Cut", FPS, Size(64, 36), tracks=(EditTrack(kind, "V", clips),))


def _media(path: str = "/a.mov", rate: Fraction = FPS, frames: int = 100) -> EditMedia:
    return EditMedia(path, MediaKind.MOVIE, rate, 0, frames)


def test_clips_become_steps_and_what_is_missing_is_said() -> None:
    cut = _cut(
        EditClip("a", 0, 20, _media(), 5),
        EditClip("b", 20, 20, _media("/gone.mov")),
        EditClip("c", 40, 20, None),
        EditClip("d", 60, 20, _media(), 90),
        EditClip("e", 80, 20, _media(), 100),
        EditClip("f", 100, 20, EditMedia("/a.mov", MediaKind.STILL, FPS, 0, 1)),
    )
    plan = plan_build(cut, lambda media: (media.rate, media.frames) if media.path == "/a.mov" else None)
    assert [(step.clip.name, step.clip.source, step.frames, step.shown) for step in plan.steps] == [
        ("a", 5, 20, 20),
        ("d", 90, 10, 10),
    ]
    assert plan.notes == (
        "b is left out: /gone.mov is not there.",
        "c is left out, it has no media.",
        "d is 10 frames shorter than in the cut.",
        "e is left out: its media ends before it begins.",
        "f is left out: Resolve gives stills its own length. Deliver it as a movie.",
    )
    with pytest.raises(InputError) as refused:
        plan_build(cut, lambda _: None)
    assert refused.value.code == "resolve.media_missing"


def test_a_clip_that_plays_backwards_shows_the_same_part() -> None:
    plan = plan_build(_cut(EditClip("a", 0, 20, _media(), 49, speed=Fraction(-1))), lambda m: (m.rate, m.frames))
    assert (plan.steps[0].clip.source, plan.steps[0].frames) == (30, 20)


def test_sound_counts_in_frames_of_the_timeline() -> None:
    sound = EditMedia("/a.wav", MediaKind.AUDIO, Fraction(48), 0, 480)
    plan = plan_build(_cut(EditClip("a", 0, 24, sound, 96), kind=TrackKind.AUDIO), lambda _: (FPS, 240))
    assert (plan.steps[0].kind, plan.steps[0].clip.source, plan.steps[0].frames) == ("audio", 48, 24)
    assert (plan.video, plan.audio) == (("Video 1",), ("V",))


def test_rendered_media_take_the_place_of_speeds() -> None:
    cut = _cut(EditClip("a", 0, 20, _media(), 5, speed=Fraction(1, 2)), EditClip("b", 20, 20, _media(), 5))
    plain = rendered(cut, lambda clip: _media("/plain.mov", frames=20)).tracks[0].clips
    assert [(c.media.path if c.media else "", c.source, c.speed) for c in plain] == [
        ("/plain.mov", 0, 1),
        ("/a.mov", 5, 1),
    ]
    assert rendered(cut, lambda _: None) == cut
    assert list(media_of(cut)) == ["/a.mov"]
    assert cut_digest(cut) == cut_digest(_cut(*cut.tracks[0].clips)) != cut_digest(replace(cut, name="x"))


def test_words_and_settings() -> None:
    assert custom_data(EditMarker(0, "a")) == ""
    assert custom_data(EditMarker(0, "a", data={"rushes.take": "ä"})) == '{"rushes": {"take": "ä"}}'
    assert (percent(Fraction(1, 2)), percent(Fraction(-1, 3))) == ("50 %", "-33.33 %")
    assert (count(1, "take"), count(2, "take"), count(0, "bin")) == ("1 take", "2 takes", "0 bins")
    assert "24 fps, this project at 25 fps" in wrong_rate(_cut(), Fraction(25)).message
    for rate, drop in ((FPS, False), (Fraction(24000, 1001), False), (Fraction(30000, 1001), True)):
        assert rate_of_setting(rate_setting(rate, drop)) == (rate, drop)


def test_the_newest_cut_of_a_production(tmp_path: Path) -> None:
    odd = tmp_path / "film [1]"
    assert newest_file(str(odd), ".otio") is None
    for age, name in (
        (3, "deliveries/a_v01/a.otio"),
        (1, "deliveries/a_v02/a.otio"),
        (2, "animatics/b.otio"),
        (0, "x.otio"),
    ):
        path = odd / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}", encoding="utf-8")
        os.utime(path, (1000 - age, 1000 - age))
    assert newest_file(str(odd), ".otio") == str(odd / "deliveries/a_v02/a.otio")
