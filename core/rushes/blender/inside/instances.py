"""Instances of collections, each with an id of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rushes.blender.inside.channel import Channel

__all__ = ["Copies", "make_real"]


@dataclass
class Copies:
    """Which objects stand in for an instance, and of what."""

    of: dict[Any, tuple[Any, tuple[Any, ...]]] = field(default_factory=dict)
    """Copy → (the object it shows, the instancers it came through, outermost first)."""

    def source(self, obj: Any) -> Any:
        """The artist's object behind `obj`."""
        return self.of[obj][0] if obj in self.of else obj

    def instancers(self, obj: Any) -> tuple[Any, ...]:
        """The empties it came through, innermost first."""
        return tuple(reversed(self.of[obj][1])) if obj in self.of else ()

    def name(self, obj: Any) -> str:
        """ "Harbour/Crane" for the object Crane of the instance Harbour."""
        return "/".join([*(e.name for e in reversed(self.instancers(obj))), self.source(obj).name])


def make_real(scene: Any, view_layer: Any, channel: Channel) -> Copies:
    """Turn collection instances into objects."""
    return Copies()
