"""What every post step is: a spec that goes into the recipe, and a stream of pictures in and out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from rushes.contracts import JobContext, PostStep, Size
from rushes.media.conditioning import ShotInputs
from rushes.media.pictures import Picture

__all__ = ["PostProcess"]


@runtime_checkable
class PostProcess(Protocol):
    """One step of the post chain.

    Same spec, pictures and inputs give the same bits; picture i belongs to frame i of the inputs. A step
    yields as many pictures as it takes, holds only a few at a time, and calls `context.check()` for each.
    """

    @property
    def spec(self) -> PostStep:
        """Name, version and every setting: what `post.chain.build` needs to make this step again."""
        ...

    def output_size(self, size: Size) -> Size:
        """Size of the pictures that come out for pictures of `size`."""
        ...

    def apply(self, frames: Iterator[Picture], inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
        """The processed pictures, streamed."""
        ...
