"""What is sent of a clip, and where it goes when it comes back."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from resolve_scripts.logic.bring_back import plan_return
from resolve_scripts.logic.model import ItemState, MediaState, TimelineState, TrackState
from resolve_scripts.logic.send import ItemFacts, SendPlan, default_name, pattern, plan_send
from resolve_scripts.logic.sent import Back, SentNote, SentState, Way
from rushes.contracts import Size
from rushes.contracts.clip import ClipJob, ClipResult, Treatment
from rushes.contracts.codec import decode, encode
from rushes.errors import InputError

R24 = Fraction(24)
TAKE = MediaState(
    "m1", "SH010_T01", "/film/t.mov", kind="Video", rate=R24, frames=48, ids={"take": "t1", "shot": "SH010"}
)
FOREIGN = replace(TAKE, id="m2", ids={})


def at(media: MediaState | None, *, start: int = 86420, length: int = 24, source: int = 10, **more: Any) -> ItemState:
    return ItemState("i1", "SH010_T01.mov", "video", 1, start, start + length, source, media, **more)


def cut(
    item: ItemState, rate: Fraction = R24, locked: bool = False, others: tuple[ItemState, ...] = ()
) -> TimelineState:
    tracks = (
        TrackState("video", 1, "Video 1", locked, True, (item,)),
        TrackState("video", 2, "V2", False, True, others),
    )
    return TimelineState("tl", "Edit", rate, False, 86400, 90000, 86420, tracks)


def plan(item: ItemState, treatment: Treatment = Treatment.DENOISE, rate: Fraction = R24, **more: Any) -> SendPlan:
    facts = more.pop("facts", ItemFacts(item.source + item.duration, media_start=1000))
    return plan_send(cut(item, rate), item, facts, treatment, **more)


def test_a_take_goes_as_its_file_with_handles_as_far_as_it_has_them() -> None:
    found = plan(at(TAKE), handles=12)
    assert (found.way, found.back) == (Way.MEDIA, Back.TAKE)
    assert (found.first, found.head, found.count, found.tail) == (0, 10, 24, 12)
    assert found.timecode == 1000
    assert "10 and 12" in found.notes[0]


def test_footage_is_rendered_clean_and_a_retime_as_it_is_seen() -> None:
    clean = plan(at(FOREIGN), handles=4)
    assert (clean.way, clean.back, clean.first, clean.head, clean.frames) == (Way.CLEAN, Back.TAKE, 0, 4, 32)
    slow = plan(at(FOREIGN), facts=ItemFacts(22))
    assert (slow.way, slow.back, slow.frames, slow.timecode) == (Way.SEEN, Back.ABOVE, 24, 86420)
    assert "its speed is changed" in slow.notes[0]
    assert plan(at(FOREIGN), facts=ItemFacts(34, comps=1)).way is Way.SEEN
    assert plan(at(FOREIGN), seen=True).way is Way.SEEN
    assert plan(at(FOREIGN), project_rate=Fraction(25)).way is Way.SEEN


def test_one_frame_more_or_less_is_no_retime() -> None:
    """Resolve says the last source frame one off where the rates differ."""
    for end in (33, 34, 35):
        assert plan(at(TAKE), facts=ItemFacts(end)).way is Way.MEDIA


def test_another_take_of_a_retimed_clip_is_made_from_its_recipe() -> None:
    found = plan(at(TAKE), Treatment.ANOTHER, facts=ItemFacts(22))
    assert (found.way, found.count) == (Way.MEDIA, 12)


def test_footage_at_another_rate_has_no_handles() -> None:
    found = plan(at(replace(FOREIGN, rate=Fraction(50), frames=500)), facts=ItemFacts(60))
    assert (found.way, found.rate, found.head, found.count, found.tail) == (Way.CLEAN, R24, 0, 24, 0)


def test_a_take_at_another_rate_counts_its_own_frames() -> None:
    found = plan(at(replace(TAKE, rate=Fraction(25))), rate=Fraction(50), handles=5, facts=ItemFacts(22))
    assert (found.rate, found.head, found.count, found.tail) == (Fraction(25), 5, 12, 5)


@pytest.mark.parametrize(
    ("item", "treatment", "facts", "code"),
    [
        (at(None), Treatment.DENOISE, ItemFacts(34), "resolve.no_picture"),
        (at(FOREIGN), Treatment.ANOTHER, ItemFacts(34), "resolve.foreign"),
        (at(TAKE), Treatment.DENOISE, ItemFacts(34, on_disk=False), "resolve.media"),
    ],
)
def test_what_cannot_be_sent(item: ItemState, treatment: Treatment, facts: ItemFacts, code: str) -> None:
    with pytest.raises(InputError) as caught:
        plan(item, treatment, facts=facts)
    assert caught.value.code == code


def test_paths_and_names() -> None:
    assert pattern("/a/f_[1001-1100].png") == ("/a/f_%04d.png", 1001)
    assert pattern("/a/f.[0007-0100].exr") == ("/a/f.%04d.exr", 7)
    assert pattern("/a/odd [1-2].mov") == ("/a/odd [1-2].mov", 0)
    assert default_name(replace(at(TAKE), name="SH010_T01.[0001-0024].png")) == "SH010_T01"
    assert default_name(replace(at(TAKE), name=".mov")) == "clip"


def note(treatment: Treatment = Treatment.DENOISE, **more: Any) -> SentNote:
    settings = more.pop("settings", {})
    job = ClipJob("/film", "id", treatment, "/film/t.mov", R24, 0, 46, 10, 12, settings=settings)
    base = SentNote(
        "id", SentState.IMPORTED, treatment, settings, Way.MEDIA, Back.TAKE, "tl", "Edit", "i1", "SH010_T01.mov", 1,
        86420, 24, R24, 10, "m1", R24, count=24, job=job,
    )  # fmt: skip
    return replace(base, **more)


def result(frames: int = 46, head: int = 10) -> ClipResult:
    return ClipResult("id", "/film/returns/id/x.mov", R24, frames, head, Size(32, 18))


def test_a_note_survives_being_written() -> None:
    one = note(result=result())
    assert decode(SentNote, encode(one)) == one


def test_back_into_the_clip() -> None:
    found = plan_return(note(), result(), cut(at(TAKE)))
    assert (found.back, found.source, found.frames) == (Back.TAKE, 10, 24)


def test_trimmed_within_the_handles() -> None:
    longer = plan_return(note(), result(), cut(at(TAKE, start=86414, source=4, length=36)))
    assert (longer.back, longer.source, longer.frames) == (Back.TAKE, 4, 36)
    beyond = plan_return(note(), result(), cut(at(TAKE, source=30, length=18)))
    assert beyond.back is None
    assert "handles" in beyond.why


def test_a_short_tail_is_no_harm_as_long_as_the_cut_is_whole() -> None:
    assert plan_return(note(), result(34), cut(at(TAKE))).back is Back.TAKE
    assert plan_return(note(), result(33), cut(at(TAKE))).back is None


def test_after_another_return_was_chosen_the_cut_still_fits() -> None:
    other = at(replace(TAKE, id="m9"), source=12)
    assert plan_return(note(), result(), cut(other)).source == 10
    assert plan_return(note(), result(), cut(replace(other, start=86421, end=86430))).back is None


def test_slow_motion_goes_above_without_its_handles() -> None:
    slow = note(Treatment.INTERPOLATE, settings={"factor": "4"}, back=Back.ABOVE)
    found = plan_return(slow, result(46 * 4, 40), cut(at(TAKE)))
    assert (found.back, found.record, found.source, found.frames) == (Back.ABOVE, 86420, 40, 96)


def test_an_extension_begins_before_the_clip_and_never_before_the_timeline() -> None:
    longer = note(Treatment.EXTEND, settings={"before": "8", "after": "4"}, back=Back.ABOVE)
    found = plan_return(longer, result(58, 18), cut(at(TAKE)))
    assert (found.record, found.source, found.frames) == (86412, 10, 36)
    early = cut(at(TAKE, start=86403))
    found = plan_return(longer, result(58, 18), early)
    assert (found.record, found.source, found.frames) == (86400, 15, 31)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (None, "is gone"),
        (cut(replace(at(TAKE), id="other")), "no longer on the timeline"),
        (cut(at(TAKE), locked=True), "locked"),
    ],
)
def test_no_place(state: TimelineState | None, words: str) -> None:
    found = plan_return(note(), result(), state)
    assert found.back is None
    assert words in found.why
