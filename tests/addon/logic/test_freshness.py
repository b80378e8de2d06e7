"""When a take counts as stale, and digests that stay the same for the same state."""

from __future__ import annotations

from blender_addon.logic.freshness import canonical, changed, differences, digest, short
from rushes.contracts import ShotTakes


def test_what_is_not_known_on_a_side_counts_as_the_same() -> None:
    assert differences({"camera": "1", "look": "2"}, {"camera": "1", "geometry": "9", "look": "3"}) == ("look",)
    assert differences({}, {"camera": "1"}) == ()
    assert differences({"geometry": "1"}, {"geometry": "2"}) == ("geometry in view",)


def test_the_newest_judged_take_of_all_names_counts() -> None:
    found = (
        ShotTakes("Old name", 1, 1, "a", "a", {"camera": "1"}),
        ShotTakes("Shot", 2, 0, "c", "b", {"camera": "2"}),
        ShotTakes("Other", 1, 0, "z", "", {}),
    )
    assert changed(found, {"camera": "2"}) == ()
    assert changed(found, {"camera": "1"}) == ("camera",)
    assert changed((), {"camera": "1"}) == ()


def test_noise_beyond_six_digits_does_not_count_but_more_does() -> None:
    assert digest([1.0000001, 0.0]) == digest([1.0, -0.0]) == digest([1.0, 1e-9])
    assert digest(1.0001) != digest(1.0)
    assert digest([1.0, 2.0]) != digest([2.0, 1.0])


def test_order_counts_only_where_it_means_something() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest({"x", "y"}) == digest({"y", "x"})
    assert canonical(("ab", "c")) != canonical(("a", "bc"))
    assert canonical(None) != canonical(False) != canonical(0)


def test_short_is_the_same_in_every_process() -> None:
    assert short(digest(["lens", 50.0])) == "72b9a5f28d508202"
    assert len(short(3)) == 16
