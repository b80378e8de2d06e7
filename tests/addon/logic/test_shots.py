"""The shot list: the same shots that `rushes shots` finds, settings that survive a rename, badges."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from blender_addon.logic.shots import FoundShot, Mark, Remembered, badge_of, find_shots, matched, names_of
from rushes.contracts import ShotTakes


def test_a_shot_goes_on_to_the_next_marker() -> None:
    found = find_shots([Mark("020", 25, "B"), Mark("010", 1, "A")], ["A", "B"], "A", (1, 48))
    assert [(s.name, s.camera, s.first, s.last) for s in found] == [("010", "A", 1, 24), ("020", "B", 25, 48)]


def test_shots_are_cut_at_the_scenes_range_and_empty_ones_left_out() -> None:
    marks = [Mark("early", -10, "A"), Mark("in", 5, "A"), Mark("late", 90, "A")]
    found = find_shots(marks, ["A"], None, (1, 48), 2)
    assert [(s.name, s.first, s.last, s.step) for s in found] == [("early", 1, 4, 2), ("in", 5, 48, 2)]


def test_cameras_without_a_marker_come_last_the_active_one_first() -> None:
    found = find_shots([Mark("010", 1, "A")], ["C", "B", "A"], "C", (1, 48))
    assert [(s.name, s.marker) for s in found] == [("010", True), ("C", False), ("B", False)]
    assert (found[1].first, found[1].last) == (1, 48)


def test_no_camera_no_shot() -> None:
    assert find_shots([], [], None, (1, 48)) == ()


def test_names_are_unique_whatever_their_case() -> None:
    found = find_shots([Mark("Wide", 1, "A"), Mark("wide", 9, "A"), Mark("", 20, "A")], ["A"], None, (1, 48))
    assert [s.name for s in found] == ["Wide", "wide 2", "shot"]


@given(
    st.lists(st.tuples(st.text(max_size=8), st.integers(-50, 150), st.sampled_from("ABC")), max_size=12),
    st.integers(1, 100),
)
def test_shots_never_overlap_and_stay_in_range(marks: list[tuple[str, int, str]], last: int) -> None:
    found = find_shots([Mark(*m) for m in marks], "ABC", "A", (1, last))
    bound = [s for s in found if s.marker]
    assert len({s.name.casefold() for s in found}) == len(found)
    assert all(1 <= s.first <= s.last <= last for s in bound)
    assert all(a.last < b.first for a, b in pairwise(bound))


def test_settings_follow_a_renamed_marker_and_a_moved_one() -> None:
    found = (FoundShot("Opening", "A", 1, 24), FoundShot("020", "B", 30, 48))
    kept = [Remembered("020", "B", 25), Remembered("010", "A", 1)]
    assert matched(found, kept) == {"Opening": 1, "020": 0}


def test_settings_of_another_shot_are_not_taken() -> None:
    found = (FoundShot("Opening", "A", 1, 24), FoundShot("010", "A", 25, 48))
    assert matched(found, [Remembered("010", "A", 1)]) == {"010": 0}


def test_two_swapped_names_keep_their_own_settings_by_name() -> None:
    found = (FoundShot("020", "A", 1, 24), FoundShot("010", "B", 25, 48))
    assert matched(found, [Remembered("010", "A", 1), Remembered("020", "B", 25)]) == {"020": 1, "010": 0}


def test_a_shots_takes_are_found_under_its_former_names() -> None:
    assert names_of("Opening", "010\n\nOpening\n005") == ("Opening", "010", "005")


def test_badges() -> None:
    none = badge_of(())
    takes = badge_of((ShotTakes("010", 3, 0, "c", "c", {}),))
    kept = badge_of((ShotTakes("010", 3, 1, "c", "b", {}), ShotTakes("old", 2, 0, "z", "z", {})))
    stale = badge_of((ShotTakes("010", 3, 1, "c", "b", {}),), ("camera", "brief"))
    running = badge_of((ShotTakes("010", 3, 1, "c", "b", {}),), ("camera",), running=2)
    assert [b.kind for b in (none, takes, kept, stale, running)] == ["none", "takes", "kept", "stale", "running"]
    assert (kept.count, kept.kept) == (5, 1)
    assert stale.reason == "Changed since the take: camera, brief"
    assert running.reason == "2 in the queue"
