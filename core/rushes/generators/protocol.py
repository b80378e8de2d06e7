"""What every generator is: a descriptor, a reading of the brief, a stream of frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import Brief, BriefReading, Descriptor, JobContext, ModelRef, Size, Vec3
from rushes.media.conditioning import ShotInputs

__all__ = ["GenerateRequest", "Generator", "Picture"]

Picture = NDArray[np.float32]
"""(H, W, 3) display-referred sRGB (BT.709 primaries, sRGB curve), 0 to 1."""


@dataclass(frozen=True)
class GenerateRequest:
    """All that affects what a generator makes, besides the passes; size and frames are legal already."""

    brief: Brief
    seed: int
    size: Size
    frames: int
    """Frames to make (a legal length). Where the shot has fewer, the last frame's passes are held."""
    steps: int
    strengths: dict[str, float] = field(default_factory=dict)
    object_seeds: dict[int, int] = field(default_factory=dict)
    """Legend id → seed for that object alone."""


@runtime_checkable
class Generator(Protocol):
    """A model family on this machine. Construction is cheap; weights load on first use and stay loaded."""

    @property
    def descriptor(self) -> Descriptor: ...

    def read_brief(self, brief: Brief) -> BriefReading:
        """How the brief is understood; cheap, no weights."""
        ...

    def sun_direction(self, brief: Brief, camera_matrix: tuple[tuple[float, ...], ...]) -> Vec3 | None:
        """Where the light should come from for this brief when the scene has no sun; None: no opinion."""
        ...

    def model_ref(self) -> ModelRef:
        """Hashes of the weights. ModelError (`model.missing`) when they are not there."""
        ...

    def load(self) -> None:
        """Load the weights; a second call does nothing. ModelError when missing or unreadable."""
        ...

    def unload(self) -> None:
        """Free the memory."""
        ...

    def generate(self, request: GenerateRequest, inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
        """Exactly `request.frames` pictures of `request.size`, in order, streamed.

        Calls `context.check()` at least once a frame or sampling step. Same request and inputs on
        the same device give the same bits.
        """
        ...
