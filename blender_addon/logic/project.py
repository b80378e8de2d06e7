"""The job that makes a take ready to be projected, and what is to be done when it has ended."""

from __future__ import annotations

from dataclasses import dataclass

from rushes.client import new_job_id
from rushes.contracts import JobRequest, ProjectorJob, encode

__all__ = ["Wanted", "left_out_text", "projector_job"]


@dataclass(frozen=True)
class Wanted:
    """A take that the artist asked to have projected."""

    scene: str
    """Name of the scene it was asked in."""
    take: str
    objects: tuple[str, ...] | None
    """Names of the objects it is to fall on; None: all that render."""
    lit: bool = False
    hold: bool = False
    show: bool = True
    """Let the 3D Views show materials afterwards."""


def projector_job(production: str, take: str, blender: str = "") -> JobRequest:
    """The job; `blender` renders passes again where they are gone, empty: the engine's own."""
    return JobRequest("projector", encode(ProjectorJob(production, take)), blender=blender or None, id=new_job_id())


def left_out_text(gone: int) -> str:
    """A sentence for objects that were deleted while the job ran; empty when none was."""
    if not gone:
        return ""
    return "One selected object is gone by now." if gone == 1 else f"{gone} selected objects are gone by now."
