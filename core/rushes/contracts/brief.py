"""The brief: the structured prompt of a shot."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from rushes.errors import BriefError

__all__ = ["Brief"]


@dataclass(frozen=True)
class Brief:
    """What the shot should be, field by field, in the artist's words. Empty means "up to the model"."""

    subject: str = ""
    """Who or what the shot is about."""
    action: str = ""
    """What happens."""
    mood: str = ""
    """How it should feel: "warm", "noir"."""
    style: str = ""
    """The picture's style: "cinematic", "ink"."""
    camera: str = ""
    """Lens and move, in words."""
    lighting: str = ""
    """Light and time of day: "dusk", "overcast noon"."""
    environment: str = ""
    """Place and weather: "harbour in fog"."""
    texture: str = ""
    """Surfaces and materials."""
    genre: str = ""
    """Film genre."""
    restrictions: str = ""
    """What must not appear."""

    @classmethod
    def fields(cls) -> tuple[str, ...]:
        """Field names in order."""
        return tuple(f.name for f in dataclasses.fields(cls))

    def items(self) -> tuple[tuple[str, str], ...]:
        """(field, text) of the fields that say something."""
        return tuple((n, getattr(self, n)) for n in self.fields() if getattr(self, n).strip())

    def merged(self, changes: Mapping[str, str]) -> Brief:
        """A copy with the named fields replaced; BriefError for a field that does not exist."""
        unknown = sorted(set(changes) - set(self.fields()))
        if unknown:
            raise BriefError(
                f"A brief has no field {unknown[0]!r}.",
                code="brief.field",
                hint="Fields are: " + ", ".join(self.fields()) + ".",
            )
        return dataclasses.replace(self, **dict(changes))

    def text(self) -> str:
        """One line for people and for models that read free text; restrictions left out."""
        return ", ".join(v.strip() for n, v in self.items() if n != "restrictions")
