"""To HD by geometry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rushes.contracts import JobContext, PostStep, Size
from rushes.errors import RecipeError
from rushes.media.conditioning import ShotInputs
from rushes.media.pictures import Picture

__all__ = ["GuidedUpsample"]

_VERSION = 1


class GuidedUpsample:
    """Brings pictures to `size`, guided by the shot's full-size passes."""

    def __init__(self, size: Size) -> None:
        self.size = size

    @property
    def spec(self) -> PostStep:
        """See `PostProcess.spec`."""
        return PostStep("guided_upsample", _VERSION, {"width": self.size.width, "height": self.size.height})

    @classmethod
    def from_settings(cls, version: int, settings: Mapping[str, Any]) -> GuidedUpsample:
        """The step of a recipe; RecipeError (`recipe.post`) for another version or settings it does not have."""
        if version != _VERSION or set(settings) != {"width", "height"}:
            raise RecipeError(
                f"The recipe's guided_upsample (version {version}) is not the one of this Rushes.",
                code="recipe.post",
                hint="Open it with the Rushes that made it.",
            )
        return cls(Size(int(settings["width"]), int(settings["height"])))

    def output_size(self, size: Size) -> Size:
        """Always `self.size`."""
        return self.size

    def apply(self, frames: Iterator[Picture], inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
        """See `PostProcess.apply`."""
        import cv2
        import numpy as np

        for frame in frames:
            context.check()
            yield np.asarray(cv2.resize(frame, (self.size.width, self.size.height), interpolation=cv2.INTER_CUBIC))
