"""What is set on a clip: which grade, in which version, as which texts."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rushes.contracts.brief import Brief
from rushes.contracts.codec import digest
from rushes.contracts.grade import CDL, Grade
from rushes.errors import InputError

__all__ = [
    "PREFIX",
    "GradeNote",
    "Wanted",
    "cdl_texts",
    "former_version",
    "is_ours",
    "numbered",
    "pick_grade",
    "unnumbered",
    "version_before",
    "version_name",
]

PREFIX = "Rushes "
"""How our grade versions begin."""
_LOOK_FIELDS = ("style", "mood", "genre")


@dataclass(frozen=True)
class Wanted:
    """What a clip's own version of ours shall hold."""

    version: str
    cdl: CDL
    lut: str = ""
    """Relative to Resolve's LUT folder; "": none."""
    drx: str = ""
    """Absolute path; "": none."""
    node: int = 0
    """The node that gets CDL and LUT, what the clip had stays around it; 0: on a clean graph."""
    key: str = ""
    """What it was worked out from, where that is not all said by the above."""

    @property
    def digest(self) -> str:
        """Changes with anything that is set."""
        return digest([cdl_texts(1, self.cdl), self.lut, self.drx, self.node, self.key])


@dataclass(frozen=True)
class GradeNote:
    """What we set on a clip: Resolve does not let a CDL be read back."""

    before: str
    """The version that was active; "": not known."""
    before_kind: int
    """0 local, 1 remote."""
    version: str
    digest: str


def version_name(grade: str) -> str:
    """Of our version: "Rushes Harbour"."""
    return f"{PREFIX}{grade}"


def is_ours(version: str) -> bool:
    """Whether a version's name is one of those we give."""
    return version.startswith(PREFIX)


def numbered(version: str, name: str) -> bool:
    """Whether it is a further version of that name: "Rushes Harbour 2"."""
    return version.startswith(f"{name} ") and version[len(name) + 1 :].isdecimal()


def unnumbered(version: str) -> str:
    """Without the number at its end."""
    return re.sub(r" \d+$", "", version)


def former_version(before: tuple[str, int], note: GradeNote | None) -> tuple[str, int]:
    """The version to remember for going back: the active one, unless that is ours already."""
    return (note.before, note.before_kind) if is_ours(before[0]) and note is not None else before


def cdl_texts(node: int, cdl: CDL) -> dict[str, str]:
    """A CDL as SetCDL takes it: all of it text."""

    def three(values: Sequence[float]) -> str:
        return " ".join(f"{value:.6f}" for value in values)

    return {
        "NodeIndex": str(node),
        "Slope": three(cdl.slope),
        "Offset": three(cdl.offset),
        "Power": three(cdl.power),
        "Saturation": f"{cdl.saturation:.6f}",
    }


def pick_grade(grades: Sequence[Grade], name: str, brief: Brief | None, shipped: Collection[str] = ()) -> Grade:
    """The grade by its name; without one that of the take's look (named like its style, mood or genre), else the only
    one that the production has of its own.

    Args:
        shipped: names of those that come with Rushes.

    Raises:
        InputError: `grade.unknown`, `grade.choose`.
    """
    named = {one.name.casefold(): one for one in grades}
    if name:
        found = named.get(name.casefold())
        if found is None:
            raise InputError(f"There is no grade called {name}.", code="grade.unknown", hint=_there_are(grades))
        return found
    words = [str(getattr(brief, field)).casefold() for field in _LOOK_FIELDS] if brief is not None else []
    for word in words:
        if word in named:
            return named[word]
    own = [one for one in grades if one.name not in shipped]
    if len(own) == 1:
        return own[0]
    raise InputError(
        "The clip's look names no grade, and there is more than one." if grades else "There is no grade yet.",
        code="grade.choose",
        hint=_there_are(grades),
    )


def version_before(note: GradeNote | None, versions: Mapping[int, Sequence[str]]) -> tuple[str, int] | None:
    """(name, kind) of the version to go back to: the one that was active, else the clip's first that is not ours."""
    if note is not None and not is_ours(note.before) and note.before in versions.get(note.before_kind, ()):
        return note.before, note.before_kind
    for kind, names in sorted(versions.items()):
        for name in names:
            if not is_ours(name):
                return name, kind
    return None


def _there_are(grades: Sequence[Grade]) -> str:
    if not grades:
        return "Match a shot first, or put a NAME.grade.json into the production's grades folder."
    return "Choose one: " + ", ".join(sorted(one.name for one in grades)) + "."
