"""Grades: ASC CDL and LUT with the colour space they act in, and how one is realised on a Resolve timeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from rushes.contracts.geometry import Vec3
from rushes.errors import InputError

__all__ = ["CDL", "Grade", "GradeJob", "GradeResult", "MatchJob", "MatchResult", "Rendering", "TimelineSpace"]


class TimelineSpace(str, Enum):
    """The space in which a node's CDL and LUT act on a Resolve timeline."""

    REC709 = "rec709"
    """Display-referred BT.709, gamma 2.4 ("Rec.709 Gamma 2.4"; colour science DaVinci YRGB, or a Rec.709 timeline)."""
    DAVINCI = "davinci_intermediate"
    """DaVinci Wide Gamut, DaVinci Intermediate curve (DaVinci YRGB Color Managed)."""
    ACESCCT = "acescct"
    """ACEScct, AP1 (colour science ACEScct)."""


class Rendering(str, Enum):
    """How a project brings display-referred Rec.709 into a scene-referred timeline space, and back to the display."""

    COLORIMETRIC = "colorimetric"
    """Primaries and curve alone: DaVinci YRGB Color Managed with Input DRT and Output DRT "None"."""
    ACES_1 = "aces_1"
    """The inverse of the ACES 1.x output transform for Rec.709, 100 nits: colour science ACEScct, ACES 1.0 to 1.3."""
    ACES_2 = "aces_2"
    """The inverse of the ACES 2.0 output transform for Rec.709, 100 nits."""


@dataclass(frozen=True)
class CDL:
    """ASC CDL, version 1.2: `out = clamp(in · slope + offset) ^ power`, then saturation about BT.709 luma."""

    slope: Vec3 = (1.0, 1.0, 1.0)
    offset: Vec3 = (0.0, 0.0, 0.0)
    power: Vec3 = (1.0, 1.0, 1.0)
    saturation: float = 1.0

    def __post_init__(self) -> None:
        if min(self.slope) < 0 or min(self.power) <= 0 or self.saturation < 0:
            raise InputError(
                "A CDL's slope and saturation cannot be negative, and its power must be above zero.",
                code="grade.cdl",
                hint="Correct the values of the grade.",
            )

    @property
    def neutral(self) -> bool:
        """True when it changes nothing."""
        return self == CDL()


@dataclass(frozen=True)
class Grade:
    """A grade as a look carries it."""

    name: str
    space: TimelineSpace
    """The space in which `cdl` and `lut` act."""
    cdl: CDL = CDL()
    """Acts before the LUT."""
    lut: str | None = None
    """Absolute path of a .cube, 3D or 1D, input and output in `space`; None: none."""
    drx: str | None = None
    """Absolute path of a .drx for Resolve, applied instead of CDL and LUT where it can be; None: none."""
    rendering: Rendering | None = None
    """Of the project it was made in; None: colorimetric. Means nothing for Rec.709."""


@dataclass(frozen=True)
class GradeJob:
    """Params of the job "grade": realise a grade in another timeline space."""

    production: str
    """Absolute path of the production folder; results go to its `grades/`."""
    grade: Grade
    space: TimelineSpace
    """Of the timeline it is wanted on."""
    rendering: Rendering | None = None
    """Of that timeline's project; None: colorimetric."""


@dataclass(frozen=True)
class GradeResult:
    """How a grade is realised in `space`: the CDL on a node, then the LUT on the same node."""

    space: TimelineSpace
    cdl: CDL
    lut: str | None
    """Absolute path of a .cube acting after the CDL, in `space`; None when the CDL alone is within `delta_e`."""
    delta_e: float
    """Mean deltaE 2000 against the intended result, over 24 ColorChecker patches."""
    worst: float
    """The largest of them."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class MatchJob:
    """Params of the job "match": fit a picture's colour to a reference."""

    production: str
    picture: str
    """Absolute path of a still (PNG, TIFF, JPEG, EXR) or a clip."""
    reference: str
    space: TimelineSpace
    """Of the timeline; the fit acts there. Stills are display-referred Rec.709 as Resolve exports them."""
    picture_frame: int = 0
    """For clips: which frame, from 0."""
    reference_frame: int = 0
    same_scene: bool = False
    """True when both show the same picture, graded differently: pixels are compared one by one."""
    rendering: Rendering | None = None
    """Of the timeline's project; None: colorimetric."""


@dataclass(frozen=True)
class MatchResult:
    """A fitted grade and how close it comes."""

    grade: GradeResult
    before: float
    """Mean deltaE 2000 between picture and reference before (pixels, or distributions when scenes differ)."""
    after_cdl: float
    """With the fitted CDL alone."""
    after: float
    """With the .cube for the rest."""
    sheet: str
    """Absolute path of a PNG: picture, matched, reference."""
    notes: tuple[str, ...] = field(default=())
