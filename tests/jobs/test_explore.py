"""Directions of a frame: how they are planned, that they are what a take would be, and that nothing is lost."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rushes.contracts import Brief, ShootRequest, encode
from rushes.errors import BriefError, InputError, JobCancelled
from rushes.generators.house import HouseGenerator
from rushes.jobs import explore, shoot
from rushes.jobs.directions import plan_directions
from rushes.library.explorations import find_exploration
from rushes.media.pictures import load_png
from rushes.testing.contexts import RecordingContext

HARBOUR = Brief(subject="a crane", lighting="dusk", environment="harbour in fog")


@pytest.fixture
def house() -> HouseGenerator:
    return HouseGenerator()


def plan(house: HouseGenerator, count: int = 24, **options: Any) -> Any:
    return plan_directions(house.descriptor, house.read_brief(HARBOUR).values, count, 100, **options)


def test_the_first_direction_is_the_brief_and_all_are_read_as_planned(house: HouseGenerator) -> None:
    directions = plan(house)
    assert directions[0].brief == {}
    for direction in directions:
        read = house.read_brief(HARBOUR.merged(direction.brief)).values
        assert {name: read[name] for name in direction.words} == direction.words
        assert read["place"] == "harbour", "the blocks stand for a place; it stays"
    assert [d.seed for d in directions] == list(range(100, 124))


def test_directions_differ_from_each_other_and_cover_the_words(house: HouseGenerator) -> None:
    directions = plan(house)
    assert len({tuple(d.words.values()) for d in directions}) == 24
    for before, after in pairwise(directions):
        assert sum(before.words[n] != after.words[n] for n in after.words) >= 2
    for field in house.descriptor.vocabulary:
        if field.name != "place":
            counts = Counter(d.words[field.name] for d in directions)
            assert set(counts) == set(field.words)
    assert Counter(d.words["time_of_day"] for d in directions).most_common(1)[0][1] == 6
    assert plan(house) == plan(house)


def test_what_is_kept_stays(house: HouseGenerator) -> None:
    directions = plan(house, keep=("time_of_day", "style", "seed"))
    assert {(d.words["time_of_day"], d.words["style"], d.seed) for d in directions} == {("dusk", "cinematic", 100)}
    assert all("lighting" not in d.brief and "style" not in d.brief for d in directions)
    environment = plan(house, keep=("environment",))
    assert {d.words["weather"] for d in environment} == {"fog"}
    with pytest.raises(BriefError, match="plot"):
        plan(house, keep=("plot",))


def job(studio: Any, name: str = "e1", **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"shot": "010", "generator": "fake", "count": 6, **changes}
    return encode(
        explore.ExploreJob(production=str(studio.production.root), blend=str(studio.blend), explore_id=name, **given)
    )


def test_a_sheet_with_all_its_cells_lands_in_the_production(studio: Any) -> None:
    context = RecordingContext()
    found = explore.run(job(studio), context, studio.services)
    assert [c["number"] for c in found["cells"]] == [1, 2, 3, 4, 5, 6]
    assert found["frame"] == 3, "the middle of five frames"
    assert load_png(Path(found["sheet"])).shape[1] == 1720
    pictures = [load_png(Path(c["picture"])) for c in found["cells"]]
    assert not np.array_equal(pictures[0], pictures[1])
    assert {c["words"]["time_of_day"] for c in found["cells"]} == {"dusk", "day", "night"}
    assert context.stages == ["passes", "generate", "sheet"]
    assert context.fractions == sorted(context.fractions)
    assert context.previews
    assert len(studio.door.rendered) == 1, "one frame, one light"
    assert len(studio.door.rendered[0].range.frames) == 1


def test_a_retry_makes_no_second_sheet_and_passes_are_used_again(studio: Any) -> None:
    one = explore.run(job(studio), RecordingContext(), studio.services)
    assert explore.run(job(studio, count=3), RecordingContext(), studio.services)["cells"] == one["cells"]
    explore.run(job(studio, "e2"), RecordingContext(), studio.services)
    assert len(studio.door.rendered) == 1
    assert len(list(studio.production.root.glob("shots/010/explore/*"))) == 2


def test_a_cell_can_be_found_and_shot(studio: Any) -> None:
    explore.run(job(studio, brief={"subject": "a van"}), RecordingContext(), studio.services)
    _, found = find_exploration(studio.production, "010", 3)
    cell = found.cells[2]
    assert cell.brief["subject"] == "a van"
    request = ShootRequest(
        production=str(studio.production.root),
        blend=str(studio.blend),
        shot=found.shot,
        take_id="t1",
        seed=cell.seed,
        generator=found.generator,
        brief=cell.brief,
    )
    shoot.run(encode(request), RecordingContext(), studio.services)
    take = studio.production.find_take("t1")
    assert take is not None
    assert (take.seed, take.brief.lighting) == (cell.seed, cell.brief.get("lighting", "dusk"))
    assert find_exploration(studio.production)[1].id == "e1"
    for shot, number in (("020", 1), ("010", 40)):
        with pytest.raises(InputError):
            find_exploration(studio.production, shot, number)


def test_what_cannot_be_explored_is_told(studio: Any) -> None:
    for changes in ({"count": 0}, {"count": 97}, {"frame": 99}):
        with pytest.raises(InputError):
            explore.run({**job(studio), **changes}, RecordingContext(), studio.services)
    assert not list(studio.production.root.glob("shots/*/explore/*"))


def test_a_cancel_leaves_nothing(studio: Any) -> None:
    explore.run(job(studio), RecordingContext(), studio.services)
    with pytest.raises(JobCancelled):
        explore.run(job(studio, "e2"), RecordingContext(cancel_after=4), studio.services)
    assert [p.name for p in studio.production.root.glob("shots/010/explore/*")] == ["e1"]
