"""What is noted of a clip that went to the engine: enough to bring it back after any interruption."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from rushes.contracts.clip import ClipJob, ClipResult, Treatment

__all__ = ["OPEN", "Back", "SentNote", "SentState", "Way"]


class SentState(str, Enum):
    """How far it got."""

    RENDERING = "rendering"
    """Resolve writes its picture; the job is not yet known."""
    READY = "ready"
    """The job is known; the engine may not have it yet."""
    SUBMITTED = "submitted"
    BACK = "back"
    """The engine is done; the result is noted."""
    IMPORTED = "imported"
    """It is in its bin."""
    RETURNED = "returned"
    """It is in its place on the timeline."""
    BINNED = "binned"
    """It stays in its bin; `why` says the reason."""
    FAILED = "failed"
    """Nothing came of it; `why` says the reason."""


OPEN = (SentState.READY, SentState.SUBMITTED, SentState.BACK, SentState.IMPORTED)
"""There is something to bring back, or there will be."""


class Way(str, Enum):
    """What of the clip is sent."""

    MEDIA = "media"
    """The take's own file, without rendering."""
    CLEAN = "clean"
    """The clip's own picture without grade and transform, rendered with handles on a timeline made for it."""
    SEEN = "seen"
    """What is seen of it: retime, grade, transform and effects in it, without handles."""


class Back(str, Enum):
    """Where it goes when it comes back."""

    TAKE = "take"
    """Into the clip's take selector: grade and transform stay with the clip."""
    ABOVE = "above"
    """On a track above the clip."""


@dataclass(frozen=True)
class SentNote:
    """One clip."""

    id: str
    """Of the job and of everything that comes of it."""
    state: SentState
    treatment: Treatment
    settings: dict[str, str]
    way: Way
    back: Back
    timeline: str
    timeline_name: str
    item: str
    name: str
    track: int
    start: int
    """Absolute timeline frame."""
    duration: int
    rate: Fraction
    """Of the timeline."""
    source: int
    """First shown source frame."""
    media: str
    """Unique id of the clip in the media pool."""
    media_rate: Fraction
    take: str = ""
    shot: str = ""
    generated: bool = False
    """Whether the clip was of generated origin already."""
    count: int = 0
    """Frames that are sent for the cut itself, without handles."""
    input_space: str = ""
    """Colour space of a rendered picture, for a managed project."""
    job: ClipJob | None = None
    result: ClipResult | None = None
    returned: str = ""
    """Unique id in the media pool of what came back."""
    why: str = ""
