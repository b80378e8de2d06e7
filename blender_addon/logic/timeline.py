"""The timeline as plain data: what strips there are, what is placed, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Literal

__all__ = ["NEW", "Action", "Add", "Drop", "Footage", "Mark", "Place", "Policy", "Retake", "Settings", "Strip", "Wrap"]

NEW = ""
"""As a source: the take that is placed, not what a strip shows."""
Policy = Literal["MUTED", "META", "REMOVE"]


@dataclass(frozen=True)
class Place:
    """Where a strip lies. Frames of the edit; `right` and `end` are the first ones that no longer belong to it."""

    channel: int
    left: int
    right: int
    begin: int
    """Where its content begins: before `left` when its in is trimmed."""
    end: int
    parent: str = ""
    """Name of the meta strip it lies in."""

    def meets(self, other: Place) -> bool:
        """Whether the two cannot both be there."""
        return (self.parent, self.channel) == (other.parent, other.channel) and self.overlap(other) > 0

    def overlap(self, other: Place) -> int:
        """Frames that both show."""
        return min(self.right, other.right) - max(self.left, other.left)


@dataclass(frozen=True)
class Strip:
    """A strip as it is now."""

    name: str
    """Unique in its sequencer."""
    place: Place
    take: str = ""
    """Id; empty: the strip is not ours."""
    shot: str = ""
    first: int = 0
    """Scene frame of its first picture."""
    span: int = 0
    """Scene frames that its take lasts."""
    mute: bool = False
    locked: bool = False
    spare: bool = False
    """A former take."""
    tied: bool = False
    """Effect strips use it."""


@dataclass(frozen=True)
class Footage:
    """What is placed."""

    take: str
    shot: str
    first: int
    """Scene frame of its first picture."""
    span: int
    """Scene frames it lasts."""


@dataclass(frozen=True)
class Settings:
    """How the edit is."""

    names: tuple[str, ...]
    """Of the shot: now and before."""
    policy: Policy = "MUTED"
    ratio: Fraction = Fraction(1)
    """Rate of the edit divided by the rate of the 3D scene."""
    origin: int = 1
    """Frame that both count alike: the 3D scene's first."""
    channels: int = 128
    closed: frozenset[int] = field(default_factory=lambda: frozenset[int]())
    """Channels of the timeline that are locked or muted."""
    locked: frozenset[int] = field(default_factory=lambda: frozenset[int]())
    """Those that are locked."""

    def at(self, frame: int) -> int:
        """Frame of the edit for a scene frame."""
        return self.origin + floor((frame - self.origin) * self.ratio + Fraction(1, 2))

    def ends(self, footage: Footage) -> tuple[int, int]:
        """Where the footage begins and ends; at least a frame long."""
        begin = self.at(footage.first)
        return begin, max(begin + 1, self.at(footage.first + footage.span))


@dataclass(frozen=True)
class Add:
    """A new strip."""

    source: str
    """Strip whose content it shows as it was before all actions, or NEW."""
    place: Place
    spare: bool = False
    like: str = ""
    """Strip whose look it gets."""


@dataclass(frozen=True)
class Retake:
    """A strip shows something else, all else about it stays."""

    strip: str
    source: str
    place: Place


@dataclass(frozen=True)
class Drop:
    """A strip of ours goes."""

    strip: str


@dataclass(frozen=True)
class Mark:
    """A strip of ours that the artist has muted in favour of another one becomes a former take."""

    strip: str


@dataclass(frozen=True)
class Wrap:
    """Strips of ours go into a meta strip in the first one's place; actions that follow call it `name`."""

    strips: tuple[str, ...]
    name: str
    place: Place


Action = Add | Retake | Drop | Mark | Wrap
