"""What a block stands for, and where that comes from: the rules of docs/blend_conventions.md."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rushes.contracts import ObjectClass, class_from_property, guess_class

__all__ = ["CLASS_COLORS", "CLASS_ICONS", "Answer", "Named", "class_by_shape", "class_of", "prompt_of"]

CLASS_COLORS: dict[ObjectClass, tuple[float, float, float]] = {
    ObjectClass.GROUND: (0.62, 0.53, 0.40),
    ObjectClass.BUILDING: (0.88, 0.40, 0.28),
    ObjectClass.PROP: (0.95, 0.75, 0.20),
    ObjectClass.CHARACTER: (0.92, 0.32, 0.68),
    ObjectClass.VEGETATION: (0.30, 0.72, 0.30),
    ObjectClass.VEHICLE: (0.55, 0.38, 0.90),
    ObjectClass.WATER: (0.20, 0.55, 0.95),
    ObjectClass.LIGHT: (1.00, 0.95, 0.60),
    ObjectClass.SKY: (0.60, 0.85, 0.95),
}
"""As shown on a screen (sRGB), 0 to 1."""
CLASS_ICONS: dict[ObjectClass, str] = {
    ObjectClass.GROUND: "MESH_GRID",
    ObjectClass.BUILDING: "HOME",
    ObjectClass.PROP: "MESH_CUBE",
    ObjectClass.CHARACTER: "OUTLINER_OB_ARMATURE",
    ObjectClass.VEGETATION: "OUTLINER_OB_FORCE_FIELD",
    ObjectClass.VEHICLE: "AUTO",
    ObjectClass.WATER: "MOD_OCEAN",
    ObjectClass.LIGHT: "LIGHT_POINT",
    ObjectClass.SKY: "WORLD",
}
_FLAT_SHARE = 0.02
"""A thing at most this thick, compared with its width, may be ground."""


@dataclass(frozen=True)
class Named:
    """A name with the two custom properties that may stand on it; empty when they do not."""

    name: str
    cls: str = ""
    prompt: str = ""


@dataclass(frozen=True)
class Answer:
    """What a block stands for."""

    cls: ObjectClass | None
    """None: nothing tells; its shape decides."""
    source: str
    """own, data, collection, name, shape"""
    word: str = ""
    """The name that told."""
    wrong: str = ""
    """A `rushes_class` that is none of the classes."""

    @property
    def sentence(self) -> str:
        """Where it comes from, for the panel."""
        return {
            "own": "Set on the object",
            "data": f"Set on its data {self.word}",
            "collection": f"Set on the collection {self.word}",
            "name": f"Guessed from the name {self.word}",
            "shape": "Guessed from its shape",
        }[self.source]


def class_of(own: Named, data: Named | None, parents: Iterable[str], around: Iterable[Named]) -> Answer:
    """The nearest class that is set: object, data, `around` from the inside outwards; else the first telling name."""
    around = tuple(around)
    wrong = ""
    for source, owner in _owners(own, data, around):
        if not owner.cls:
            continue
        found = class_from_property(owner.cls)
        if found is not None:
            return Answer(found, source, owner.name)
        wrong = owner.cls
        break  # as in the passes: the nearest counts, and a wrong one leaves it to the names
    names = [own.name, *([data.name] if data is not None else []), *parents, *(a.name for a in around)]
    for name in names:
        guessed = _guess(name)
        if guessed is not None:
            return Answer(guessed, "name", name, wrong)
    return Answer(None, "shape", "", wrong)


def prompt_of(own: Named, data: Named | None, around: Iterable[Named]) -> str:
    """The nearest prompt fragment; empty when none is set."""
    return next((o.prompt for _, o in _owners(own, data, tuple(around)) if o.prompt), "")


def _owners(own: Named, data: Named | None, around: tuple[Named, ...]) -> list[tuple[str, Named]]:
    near = [("own", own), *([("data", data)] if data is not None else [])]
    return [*near, *(("collection", a) for a in around)]


@lru_cache(maxsize=50_000)
def _guess(name: str) -> ObjectClass | None:
    return guess_class([name])


def class_by_shape(size: tuple[float, float, float], width: float) -> ObjectClass:
    """As the passes do where no name tells: the widest flat thing is ground, a big upright block a building, the rest
    props. `size` in metres, `width` of the widest thing in the scene."""
    x, y, z = size
    side = max(x, y)
    if side > 0.0 and z <= _FLAT_SHARE * side and side >= 0.5 * width:
        return ObjectClass.GROUND
    return ObjectClass.BUILDING if z >= 3.0 and min(x, y) >= 2.0 else ObjectClass.PROP
