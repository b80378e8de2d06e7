"""Guesses what a block stands for from its names; no Blender needed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rushes.contracts.legend import ObjectClass

__all__ = ["class_from_property", "guess_class", "words"]

_WORDS: dict[ObjectClass, str] = {
    ObjectClass.SKY: ("sky skydome skybox skysphere backdrop clouds cloud"),
    ObjectClass.WATER: (
        "water sea ocean river lake pond pool canal stream waves wave puddle fountain waterfall bay lagoon "
        "wasser meer fluss see mer eau mar agua"
    ),
    ObjectClass.GROUND: (
        "ground floor street road quay terrain pavement sidewalk path plaza square field grass lawn land "
        "landscape sand beach soil asphalt concrete dock pier jetty wharf platform cobbles lane alley yard "
        "hill hills mountain mountains cliff snow desert island kerb curb crossing runway rail rails track "
        "tracks boden strasse sol rue suelo"
    ),
    ObjectClass.BUILDING: (
        "building house wall tower warehouse church castle hut shed barn garage shop store office skyscraper "
        "block facade roof room hall factory bridge arch ruin temple cathedral apartment cottage cabin hotel "
        "lighthouse silo hangar chimney gate fortress palace mosque station kiosk villa mansion bunker storey "
        "stairs staircase column pillar ceiling balcony porch gebaude haus maison casa edificio"
    ),
    ObjectClass.CHARACTER: (
        "character man woman figure person people human girl boy child kid hero heroine villain actor actress "
        "crowd pedestrian walker guard soldier sailor worker torso dancer rider passenger policeman cop "
        "detective king queen knight animal dog cat horse bird crow gull seagull fish monster robot dummy "
        "mannequin mensch mann frau homme femme hombre mujer personaje"
    ),
    ObjectClass.VEGETATION: (
        "tree pine bush shrub plant hedge forest flower leaf leaves foliage palm oak birch fir spruce willow "
        "cypress ivy vine reed reeds fern cactus crop wheat corn trunk branch weed moss vegetation wood woods "
        "conifer baum busch arbre arbol"
    ),
    ObjectClass.VEHICLE: (
        "vehicle car truck boat ship van bus tram train bicycle bike motorbike motorcycle scooter taxi lorry "
        "ferry yacht sailboat barge tug tugboat trawler submarine airplane aeroplane aircraft helicopter "
        "drone wagon carriage cart tank tractor trailer ambulance locomotive rocket spaceship spacecraft "
        "canoe kayak raft dinghy auto voiture bateau coche barco"
    ),
    ObjectClass.LIGHT: (
        "light lamp lamppost streetlamp streetlight lantern candle candelabra chandelier sconce torch bulb neon "
        "spotlight floodlight lampe laterne lampara luz"
    ),
    ObjectClass.PROP: (
        "prop crate box barrel bench chair table bollard sign fence bucket "
        "rope anchor crane container pallet stone rock boulder bin hydrant post pole mailbox umbrella cup "
        "bottle book door window ladder statue buoy net sack bag suitcase flag awning stall"
    ),
}
_CARRIERS = frozenset(["post", "pole", "stand", "column", "mast"])
_LOOKUP = {word: cls for cls, text in _WORDS.items() for word in text.split()}


def words(name: str) -> tuple[str, ...]:
    """Lower-case words of a name: "HarbourWall_02.001" → ("harbour", "wall")."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return tuple(w.lower() for w in re.findall(r"[^\W\d_]+", spaced))


def _of_word(word: str) -> ObjectClass | None:
    for form in (word, word[:-1] if word.endswith("s") else "", word[:-2] if word.endswith("es") else ""):
        if form in _LOOKUP:
            return _LOOKUP[form]
    return None


def _telling(parts: Iterable[str]) -> ObjectClass | None:
    """The class of the last word that tells one; what carries a lamp ("lamp post", "light pole") is the lamp."""
    told = [(word, cls) for word in parts if (cls := _of_word(word)) is not None]
    if len(told) > 1 and told[-1][0] in _CARRIERS and told[-2][1] is ObjectClass.LIGHT:
        return ObjectClass.LIGHT
    return told[-1][1] if told else None


def guess_class(names: Iterable[str]) -> ObjectClass | None:
    """The class that the first telling name gives, or None. Order `names` from the object outwards.

    Within a name the last telling word wins ("tree house" is a house, "street lamp" a lamp); a
    compound such as "streetlamp" is tried by its known endings.
    """
    for name in names:
        found = _telling(words(name))
        if found is not None:
            return found
        for word in reversed(words(name)):
            for start in range(2, len(word) - 2):
                found = _of_word(word[start:])
                if found is not None and len(word) - start >= 4:
                    return found
    return None


def class_from_property(value: object) -> ObjectClass | None:
    """The class a `rushes_class` property names; a near word ("tree") counts; None when it says nothing known."""
    text = str(value).strip().lower()
    if text in {c.value for c in ObjectClass}:
        return ObjectClass(text)
    return _of_word(text)
