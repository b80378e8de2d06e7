"""legend.json: what each object id in the passes is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from rushes.contracts.geometry import Matrix4, Vec3

__all__ = ["Legend", "LegendObject", "ObjectClass", "Sun"]


class ObjectClass(str, Enum):
    """What a block stands for. The order is the one-hot order of models; `sky` is id 0."""

    GROUND = "ground"
    BUILDING = "building"
    PROP = "prop"
    CHARACTER = "character"
    VEGETATION = "vegetation"
    VEHICLE = "vehicle"
    WATER = "water"
    LIGHT = "light"
    SKY = "sky"


@dataclass(frozen=True)
class LegendObject:
    """One object (or instance) that the camera may see."""

    id: int
    """Value in the object index pass; from 1."""
    name: str
    collection: str
    object_class: ObjectClass
    prompt: str
    """Prompt fragment from the object's or its collection's custom property; may be empty."""
    color: Vec3
    """Flat colour, linear Rec.709, 0 to 1, from the material or the viewport."""
    matrices: tuple[Matrix4, ...]
    """Object to world: one if it stands still, else one per rendered frame."""
    holdout: bool = False
    """A hole in the picture: it hides what is behind and is given no class of its own."""
    deforms: bool = False
    """Its surface changes shape over the shot (armature, shape keys), so no matrix tells where a point goes."""
    bounds: tuple[Vec3, Vec3] | None = None
    """Lowest and highest corner in the object's own coordinates at the first frame, before its matrix."""
    points: int | None = None
    """How many vertices its mesh has at the first frame; None: unknown. Few vertices mean a blockout's primitive."""

    @property
    def moves(self) -> bool:
        """True when a matrix per frame is given."""
        return len(self.matrices) > 1

    def matrix(self, index: int) -> Matrix4:
        """Matrix at the index-th rendered frame."""
        return self.matrices[index] if self.moves else self.matrices[0]


@dataclass(frozen=True)
class Sun:
    """The scene's sun."""

    direction: Vec3
    """Unit vector from the scene towards the sun, world space."""
    color: Vec3
    """Linear Rec.709."""
    strength: float
    """W/m², as in Blender."""


@dataclass(frozen=True)
class Legend:
    """All objects of a shot, and its sun if the scene has one."""

    objects: tuple[LegendObject, ...]
    sun: Sun | None = None

    def by_id(self) -> dict[int, LegendObject]:
        """Objects keyed by id."""
        return {o.id: o for o in self.objects}
