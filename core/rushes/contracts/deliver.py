"""A cut sent to an editor as a folder of files, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from rushes.contracts.geometry import Size

__all__ = ["ConformJob", "DeliverJob"]


@dataclass(frozen=True)
class DeliverJob:
    """Params of the job "deliver": one folder that DaVinci Resolve imports without scripts."""

    production: str
    """Absolute path of the production folder."""
    out: str = ""
    """Absolute path of the folder to make; must not be there. Empty: the next in `<production>/deliveries/`."""
    timeline: str = ""
    """Absolute path of a cut (.otio, FCP7 .xml, .edl, or an EditTimeline as JSON); empty: the production's selects."""
    takes: tuple[str, ...] = ()
    """Without `timeline`: these takes and no others."""
    arrangement: str = "joined"
    """Without `timeline`: "joined", one shot after the other, or "scene", at their frames in the .blend."""
    name: str = ""
    """Of the timeline; empty: the production's."""
    rate: Fraction | None = None
    """None: the production's, or the given timeline's."""
    size: Size | None = None
    """None: the production's, or the given timeline's."""
    start: str = "01:00:00:00"
    """Start timecode; a given timeline keeps its own."""
    drop: bool = False
    """Drop-frame timecode, at 29.97 and 59.94."""
    frames: bool = False
    """Also the kept PNG frames, as sequences beside the movies."""
    prores: bool = False
    """Movies as ProRes 422 HQ instead of H.264, which the free Resolve on Linux does not read; out of the kept PNG
    frames where there are some."""
    at: str = ""
    """Where the folder will lie on the editor's machine ("D:\\Film\\cut"); empty: where it is made."""
    zip: bool = False
    """Also pack it, as a .zip beside the folder."""
    grade: str = ""
    """Name of a grade of ours or of the production for all clips; empty: those that the clips carry."""
    space: str = "rec709"
    """A `TimelineSpace`: what grades are written for."""


@dataclass(frozen=True)
class ConformJob:
    """Params of the job "conform": what an editor made of our takes."""

    production: str
    """Absolute path of the production folder."""
    files: tuple[str, ...]
    """Absolute paths of a cut that the editor exported; several edit lists are tracks of one."""
    against: str = ""
    """Absolute path of the cut it is compared with: a file, or a folder that the job "deliver" made."""
    rate: Fraction | None = None
    """Of the timeline, for edit lists, which do not say it; None: the production's."""
    keep: bool = False
    """Rate the takes that are used as kept."""
