"""Two takes side by side, and what a replay says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from addon.inside.doubles import FakeClient
from blender_addon.logic import compare
from rushes.contracts import Brief, Rating, Size, TakeRow


@pytest.fixture
def take() -> TakeRow:
    engine = FakeClient()
    engine.add_production("/film")
    return engine.add_take("/film", "Wide", brief=Brief(mood="warm", lighting="dusk"))


def test_the_same_take_differs_in_nothing(take: TakeRow) -> None:
    assert compare.differences(take, take, ({"steps": 1}, {"steps": 1})) == ()


def test_the_briefs_camera_and_the_scenes_are_two_things(take: TakeRow) -> None:
    facts = compare.take_facts(replace(take, brief=Brief(camera="slow dolly"), camera="Cam A"))
    assert (facts["Camera"], facts["Shot With"]) == ("slow dolly", "Cam A")


def test_each_thing_that_differs_is_a_line(take: TakeRow) -> None:
    other = replace(
        take,
        seed=9,
        brief=Brief(mood="noir", lighting="dusk"),
        size=Size(640, 360),
        generator="wan",
        warp_error=8.0,
        rating=Rating.KEPT,
    )
    found = {d.what: (d.first, d.second) for d in compare.differences(take, other)}
    assert found == {
        "Seed": ("1", "9"),
        "Mood": ("warm", "noir"),
        "Size": (str(take.size), str(other.size)),
        "Model": ("house", "wan"),
        "Steadiness": ("Steady (1.5 of 255)", "Flickers (8.0 of 255)"),
        "Rating": ("undecided", "kept"),
    }


def test_recipes_count_when_both_are_known(take: TakeRow) -> None:
    one = {"steps": 1, "strengths": {"color": 1.0}, "model_size": {"width": 256, "height": 144}}
    two = {"steps": 4, "strengths": {"color": 0.25}, "model_size": {"width": 256, "height": 144}}
    assert compare.differences(take, take, (one, None)) == ()
    found = {d.what: (d.first, d.second) for d in compare.differences(take, take, (one, two))}
    assert found == {"Steps": ("1", "4"), "Color Strength": ("1.00", "0.25")}


@pytest.mark.parametrize(
    ("error", "frames", "says"), [(0.4, 24, "Steady"), (3.0, 24, "Moves"), (9.0, 24, "Flickers"), (None, 24, "Not")]
)
def test_steadiness_is_a_word(error: float | None, frames: int, says: str) -> None:
    assert compare.steadiness(error, frames).startswith(says)
    assert compare.steadiness(error, 1) == ""


def test_a_replay_says_what_differs() -> None:
    same = compare.replay_words({"equal": True, "frames": 24, "different": []}, "take 3")
    assert same == ("Replay of take 3: all 24 frames are the same to the bit.", "", True)
    text, hint, equal = compare.replay_words(
        {"equal": False, "frames": 24, "different": [0, 1, 2, 6], "environment": {"torch": ["2.9", "2.10"]}}, "take 3"
    )
    assert text == "Replay of take 3: 4 of 24 frames differ (number 1 to 3, 7)."
    assert hint == "Since the take: torch was 2.9, is 2.10."
    assert not equal
    assert "its picture is the same" in compare.replay_words({"equal": True, "frames": 1}, "x")[0]
    assert compare.frames_text(range(0, 40, 2)).endswith("and more")
