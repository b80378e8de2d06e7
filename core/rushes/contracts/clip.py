"""A clip sent to the engine from an editor's timeline, and what comes back in its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from rushes.contracts.geometry import Size
from rushes.errors import InputError

__all__ = ["ClipJob", "ClipResult", "Treatment"]


class Treatment(str, Enum):
    """What is done with a clip."""

    RESTYLE = "restyle"
    """The same moment with another look: from the take's own recipe with another brief, or, for foreign footage, by a
    generator that takes video as conditioning."""
    ANOTHER = "take"
    """Another take: the recipe with a new seed."""
    UPSCALE = "upscale"
    DENOISE = "denoise"
    STABILISE = "stabilise"
    INTERPOLATE = "interpolate"
    """More frames: slow motion by `settings["factor"]` at the same rate."""
    MATTE = "matte"
    """A black and white matte of a class or of the foreground."""
    EXTEND = "extend"
    """More frames before or after the clip."""


@dataclass(frozen=True)
class ClipJob:
    """Params of the job "clip". The same job gives the same file; what is there already is kept."""

    production: str
    """Absolute path of the production folder; results go to `<production>/returns/<id>/`."""
    id: str
    """Chosen by the client (see `rushes.client.new_job_id`)."""
    treatment: Treatment
    media: str
    """Absolute path of the clip as it was rendered or as it lies in the production; a sequence with %04d."""
    rate: Fraction
    """Frames per second of `media`."""
    first: int
    """First frame to treat, from the media's first (0), handles included."""
    frames: int
    """How many, handles included."""
    head: int = 0
    """Handle before the cut, in frames: part of `frames`."""
    tail: int = 0
    take: str = ""
    """Id of the take that is shown; empty for foreign footage."""
    name: str = "clip"
    """Base of the file's name."""
    timecode: int = 0
    """Start timecode of the returned file as a count of frames at `rate`."""
    drop: bool = False
    """Write it as drop-frame (29.97 and 59.94 only); the count is of frames either way."""
    start_number: int = 0
    """For a sequence: number of its first file."""
    settings: dict[str, str] = field(default_factory=dict)
    """By treatment. restyle: brief fields ("style": "ink"), "generator"; of footage also "control" edges or grey,
    "seed", "steps"; take: "seed"; upscale: "scale" 2, 4, "model"; denoise: "strength" 0-1, "flicker" even or keep;
    stabilise: "strength" 0-1; interpolate: "factor" 2-8; matte: "class", "object" (several with commas; neither, or
    "class": "foreground", is the foreground); extend: "before", "after" in frames, of footage also brief fields,
    "generator", "seed", "steps"."""

    def __post_init__(self) -> None:
        if self.frames < 1 or self.first < 0 or self.head < 0 or self.tail < 0 or self.head + self.tail >= self.frames:
            raise InputError(
                "The range of the clip is empty.", code="clip.range", hint="Send a clip of at least one frame."
            )


@dataclass(frozen=True)
class ClipResult:
    """What comes back."""

    id: str
    path: str
    """Absolute path of a movie with embedded timecode."""
    rate: Fraction
    frames: int
    """All of them; the same as were sent unless the treatment changes the count."""
    head: int
    """Frames before the one that replaces the clip's first."""
    size: Size
    take: str = ""
    """Id of the new take, for treatments that make one."""
    generated: bool = True
    """False where nothing was generated (denoise, stabilise, matte, Lanczos) and nothing generated was sent."""
    notes: tuple[str, ...] = ()
