"""In which colour space the nodes of a project act, read from its settings.

CDL and node LUT act on the timeline's working space. A grade goes there only where the way from Rec.709 into that space
and back to the screen is public; elsewhere the answer is a refusal in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rushes.contracts.grade import Rendering, TimelineSpace
from rushes.errors import InputError, ResolveError

__all__ = ["SETTINGS", "NodeSpace", "input_space", "node_space", "output_space"]

SETTINGS = (
    "colorScienceMode",
    "separateColorSpaceAndGamma",
    "colorSpaceInput",
    "colorSpaceInputGamma",
    "colorSpaceTimeline",
    "colorSpaceTimelineGamma",
    "colorSpaceOutput",
    "colorSpaceOutputGamma",
    "inputDRT",
    "outputDRT",
    "acesVersion",
    "colorAcesNodeLUTProcessingSpace",
)
"""Names of the project settings that are read."""

_SPACES: dict[str, TimelineSpace] = {
    "Rec.709 Gamma 2.4": TimelineSpace.REC709,
    "DaVinci WG/Intermediate": TimelineSpace.DAVINCI,
    "DaVinci Wide Gamut/Intermediate": TimelineSpace.DAVINCI,
    "DaVinci WG Intermediate": TimelineSpace.DAVINCI,
    "ACEScct": TimelineSpace.ACESCCT,
}
_PAIRS: dict[tuple[str, str], TimelineSpace] = {
    ("Rec.709", "Gamma 2.4"): TimelineSpace.REC709,
    ("DaVinci WG", "DaVinci Intermediate"): TimelineSpace.DAVINCI,
    ("DaVinci Wide Gamut", "DaVinci Intermediate"): TimelineSpace.DAVINCI,
    ("ACES (AP1)", "ACEScct"): TimelineSpace.ACESCCT,
}
_AS_FILE = "Or give the clip's colour to the colourist as files: rushes deliver resolve."


@dataclass(frozen=True)
class NodeSpace:
    """Where CDL and LUT act."""

    space: TimelineSpace
    rendering: Rendering = Rendering.COLORIMETRIC
    notes: tuple[str, ...] = ()
    """What was assumed."""
    managed: bool = False
    """Whether Resolve converts clips into it."""


def node_space(settings: Mapping[str, str], version: tuple[int, int, int], aces: str = "") -> NodeSpace:
    """The space of the nodes.

    Args:
        settings: `SETTINGS` by name; a missing one is unknown to this Resolve.
        version: Of Resolve.
        aces: "1" or "2": the project's ACES version, where Resolve does not tell it; "": not said.

    Raises:
        ResolveError: `resolve.color_space` where a grade would come out wrong; the hint names the setting to change.
    """
    mode = settings.get("colorScienceMode", "")
    if mode.startswith("davinciYRGBColorManaged"):
        return _managed(settings)
    if mode in ("acescct", "acescc"):
        return _aces(settings, mode, version, aces)
    if mode in ("", "davinciYRGB"):
        return NodeSpace(TimelineSpace.REC709)
    raise _refusal(f"The project's colour science is {mode}.", "Set it to DaVinci YRGB, Color Managed, or ACEScct.")


def input_space(settings: Mapping[str, str]) -> str:
    """How the project reads clips that have no space of their own: "Rec.709 Gamma 2.4"."""
    return _name(settings, "colorSpaceInput")[0]


def _managed(settings: Mapping[str, str]) -> NodeSpace:
    name, space = _name(settings, "colorSpaceTimeline")
    if space is None:
        raise _refusal(
            f"The timeline's colour space is {name or 'not told by Resolve'}.",
            "Grades are made for Rec.709 Gamma 2.4, DaVinci WG/Intermediate and ACEScct: choose one of them as "
            "Timeline color space in Project Settings > Color Management.",
        )
    if space is TimelineSpace.REC709:
        return NodeSpace(space, managed=True)
    curves = {key: settings.get(key, "") for key in ("inputDRT", "outputDRT")}
    mapped = [value for value in curves.values() if value not in ("", "None")]
    if mapped:
        raise _refusal(
            f"This project tone-maps with {mapped[0]}, a curve that is not public.",
            "Set Input DRT and Output DRT to None in Project Settings > Color Management, or grade in a timeline with "
            "Rec.709 Gamma 2.4 as its colour space.",
        )
    notes = () if all(curves.values()) else ("Resolve does not tell Input DRT and Output DRT; None was assumed.",)
    return NodeSpace(space, Rendering.COLORIMETRIC, notes, managed=True)


def _aces(settings: Mapping[str, str], mode: str, version: tuple[int, int, int], aces: str) -> NodeSpace:
    if mode == "acescc":
        raise _refusal("The project's colour science is ACEScc.", "Set it to ACEScct: grades are made for that curve.")
    if settings.get("colorAcesNodeLUTProcessingSpace") == "acesAp0Linear":
        raise _refusal(
            "Node LUTs are processed in linear AP0 in this project.",
            "Set Node LUTs use to ACEScc AP1 in Project Settings > Color Management.",
        )
    told = settings.get("acesVersion", "").upper().replace("ACES", "").strip() or aces
    if told and told[0] not in "12":
        raise InputError(
            f"{told} is no ACES version that grades are made for.", code="resolve.choice", hint="Say aces=1 or aces=2."
        )
    if told:
        return NodeSpace(TimelineSpace.ACESCCT, Rendering.ACES_2 if told[0] == "2" else Rendering.ACES_1, managed=True)
    if version < (20, 0, 0):
        return NodeSpace(TimelineSpace.ACESCCT, Rendering.ACES_1, managed=True)
    note = "This Resolve does not tell scripts the ACES version; 1.3 was assumed. Is it 2.0? Run it with aces=2."
    return NodeSpace(TimelineSpace.ACESCCT, Rendering.ACES_1, (note,), managed=True)


def _name(settings: Mapping[str, str], key: str) -> tuple[str, TimelineSpace | None]:
    """(for people, the space or None)."""
    name, curve = settings.get(key, ""), settings.get(f"{key}Gamma", "")
    if settings.get("separateColorSpaceAndGamma") == "1" and curve:
        return f"{name} {curve}", _PAIRS.get((name, curve))
    return name, _SPACES.get(name)


def _refusal(what: str, hint: str) -> ResolveError:
    return ResolveError(f"{what} No grade was set.", code="resolve.color_space", hint=f"{hint} {_AS_FILE}")


def output_space(settings: Mapping[str, str]) -> str:
    """How a rendered picture of a managed project is to be read when it comes back; "" where nothing is converted."""
    if not settings.get("colorScienceMode", "").startswith("davinciYRGBColorManaged"):
        return ""
    name, space = _name(settings, "colorSpaceOutput")
    return "Rec.709 Gamma 2.4" if space is TimelineSpace.REC709 else name
