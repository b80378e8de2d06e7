"""Where a block's class comes from, as docs/blend_conventions.md says."""

from __future__ import annotations

from blender_addon.logic.blocks import CLASS_COLORS, CLASS_ICONS, Answer, Named, class_by_shape, class_of, prompt_of
from rushes.contracts import ObjectClass

INNER, OUTER = Named("Kit", "vehicle", "rusty"), Named("Street set", "prop")


def test_the_nearest_class_wins() -> None:
    own, data = Named("House", "water"), Named("Mesh", "character")
    assert class_of(own, data, [], [INNER, OUTER]) == Answer(ObjectClass.WATER, "own", "House")
    assert class_of(Named("House"), data, [], [INNER]) == Answer(ObjectClass.CHARACTER, "data", "Mesh")
    assert class_of(Named("House"), None, [], [INNER, OUTER]) == Answer(ObjectClass.VEHICLE, "collection", "Kit")


def test_then_the_first_telling_name() -> None:
    assert class_of(Named("pine.012"), None, [], []) == Answer(ObjectClass.VEGETATION, "name", "pine.012")
    found = class_of(Named("Cube"), Named("Cube.001"), ["FishingBoat"], [Named("Trees")])
    assert found == Answer(ObjectClass.VEHICLE, "name", "FishingBoat")
    assert found.sentence == "Guessed from the name FishingBoat"
    assert class_of(Named("Cube"), None, [], [Named("Trees")]).cls is ObjectClass.VEGETATION
    assert class_of(Named("Cube"), None, [], []) == Answer(None, "shape")


def test_a_class_that_is_none_is_told_and_names_count() -> None:
    found = class_of(Named("House", "spaceport"), None, [], [INNER])
    assert (found.cls, found.source, found.wrong) == (ObjectClass.BUILDING, "name", "spaceport")


def test_the_nearest_words_win() -> None:
    assert prompt_of(Named("A", prompt="an oak"), None, [INNER]) == "an oak"
    assert prompt_of(Named("A"), Named("M"), [INNER]) == "rusty"
    assert prompt_of(Named("A"), None, [OUTER]) == ""


def test_shape_decides_where_no_name_does() -> None:
    assert class_by_shape((20.0, 20.0, 0.1), 20.0) is ObjectClass.GROUND
    assert class_by_shape((5.0, 5.0, 0.05), 20.0) is ObjectClass.PROP
    assert class_by_shape((3.0, 2.0, 3.0), 20.0) is ObjectClass.BUILDING
    assert class_by_shape((0.0, 0.0, 0.0), 0.0) is ObjectClass.PROP


def test_each_class_has_a_colour_and_an_icon_of_its_own() -> None:
    assert set(CLASS_COLORS) == set(CLASS_ICONS) == set(ObjectClass)
    assert len(set(CLASS_COLORS.values())) == len(set(CLASS_ICONS.values())) == len(ObjectClass)
