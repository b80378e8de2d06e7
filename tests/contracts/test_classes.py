"""What a block is, by its names."""

from __future__ import annotations

import pytest

from rushes.contracts import ObjectClass, class_from_property, guess_class

GUESSES = {
    "pine.012": ObjectClass.VEGETATION,
    "Bushes": ObjectClass.VEGETATION,
    "FishingBoat_02": ObjectClass.VEHICLE,
    "red truck": ObjectClass.VEHICLE,
    "Quay": ObjectClass.GROUND,
    "cobbled_street": ObjectClass.GROUND,
    "old-warehouse": ObjectClass.BUILDING,
    "HarbourWall": ObjectClass.BUILDING,
    "tree house": ObjectClass.BUILDING,
    "streetlamp": ObjectClass.LIGHT,
    "Street Lamp": ObjectClass.LIGHT,
    "Lamp_Post.003": ObjectClass.LIGHT,
    "Fence Post": ObjectClass.PROP,
    "Lighthouse": ObjectClass.BUILDING,
    "the sea": ObjectClass.WATER,
    "woman.walking": ObjectClass.CHARACTER,
    "SkyDome": ObjectClass.SKY,
    "Häuser_Baum": ObjectClass.VEGETATION,
    "Cube.003": None,
    "Plane": None,
    "Sphere": None,
}


@pytest.mark.parametrize("name", GUESSES)
def test_names_tell_the_class(name: str) -> None:
    assert guess_class([name]) is GUESSES[name]


def test_the_nearest_telling_name_wins() -> None:
    assert guess_class(["Cube.001", "Cube", "Trees"]) is ObjectClass.VEGETATION
    assert guess_class(["Bench", "Trees"]) is ObjectClass.PROP


def test_properties_take_classes_and_near_words() -> None:
    assert class_from_property(" Building ") is ObjectClass.BUILDING
    assert class_from_property("tree") is ObjectClass.VEGETATION
    assert class_from_property("hous") is None
