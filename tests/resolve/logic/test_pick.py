"""Which clips are meant, and what is seen."""

from __future__ import annotations

from fractions import Fraction

import pytest

from resolve_scripts.logic.model import ItemState, MediaState, TimelineState, TrackState
from resolve_scripts.logic.pick import chosen, seen_frame, seen_ranges
from rushes.errors import InputError, ResolveError


def item(id: str, start: int, end: int, track: int = 1, shot: str = "", **more: object) -> ItemState:
    ids = {"take": f"take-{id}", "shot": shot} if shot else {}
    media = MediaState(f"m-{id}", id, f"/{id}.mov", rate=Fraction(24), frames=200, ids=ids)
    return ItemState(id, id, "video", track, start, end, media=media, **more)  # type: ignore[arg-type]  # fields by name


def timeline(
    *tracks: tuple[ItemState, ...], playhead: int | None = 0, off: tuple[int, ...] = (), **more: object
) -> TimelineState:
    made = tuple(
        TrackState("video", number, f"Video {number}", False, number not in off, items)
        for number, items in enumerate(tracks, 1)
    )
    return TimelineState("t", "Edit", Fraction(24), False, 0, 100, playhead, made, **more)  # type: ignore[arg-type]


A, B = item("a", 0, 50, shot="SH010"), item("b", 20, 30, 2, shot="SH020")
C = item("c", 60, 80, shot="SH010")


def test_the_top_most_enabled_clip_is_meant() -> None:
    assert chosen(timeline((A, C), (B,), playhead=25))[0].id == "b"
    assert chosen(timeline((A, C), (B,), playhead=25, off=(2,)))[0].id == "a"
    assert chosen(timeline((A, C), (item("b", 20, 30, 2, enabled=False),), playhead=25))[0].id == "a"


def test_a_selection_goes_before_the_playhead() -> None:
    state = timeline((A, C), (B,), playhead=25, selected=("c", "a", "sound"))
    assert [one.id for one in chosen(state)] == ["a", "c"]
    assert [one.id for one in chosen(state, "playhead")] == ["b"]


def test_all_clips_of_the_shot_and_all_of_ours() -> None:
    foreign = item("d", 90, 99)
    state = timeline((A, C, foreign), (B,), playhead=5)
    assert [one.id for one in chosen(state, "shot")] == ["a", "c"]
    assert [one.id for one in chosen(state, "all")] == ["a", "c", "b"]


@pytest.mark.parametrize(
    ("state", "on", "code"),
    [
        (timeline((A,), playhead=55), "", "resolve.nothing_here"),
        (timeline((A,), playhead=None), "", "resolve.playhead"),
        (timeline((A,)), "selected", "resolve.nothing_selected"),
        (timeline((item("d", 0, 9),)), "shot", "resolve.foreign"),
        (timeline((item("d", 0, 9),)), "all", "resolve.nothing_here"),
        (timeline((A,)), "some", "resolve.choice"),
    ],
)
def test_what_names_no_clip_is_told(state: TimelineState, on: str, code: str) -> None:
    with pytest.raises((InputError, ResolveError)) as caught:
        chosen(state, on)
    assert caught.value.code == code


def test_seen_ranges_are_what_top_says_on_every_frame() -> None:
    state = timeline((A, C), (B, item("e", 45, 70, 2)), (item("f", 0, 100, 3, enabled=False),))
    ranges = seen_ranges(state)
    for frame in range(100):
        top = state.top(frame)
        found = [one.id for start, end, one in ranges if start <= frame < end]
        assert found == ([top.id] if top else [])
    assert [(start, end, one.id) for start, end, one in ranges][:3] == [(0, 20, "a"), (20, 30, "b"), (30, 45, "a")]


def test_the_frame_nearest_to_the_middle_that_is_seen() -> None:
    assert seen_frame(timeline((A,), (B,)), A) == 30
    assert seen_frame(timeline((A,)), A) == 25
    assert seen_frame(timeline((A,), (item("z", 0, 100, 2),)), A) is None
