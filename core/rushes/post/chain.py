"""The post chain: steps made from their specs, and pictures run through them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from rushes.contracts import JobContext, PostStep
from rushes.errors import RecipeError
from rushes.media.conditioning import ShotInputs
from rushes.media.pictures import Picture
from rushes.post.protocol import PostProcess
from rushes.post.upsample import GuidedUpsample

__all__ = ["STEPS", "StepFactory", "build", "run", "specs"]

StepFactory = Callable[[int, Mapping[str, Any]], PostProcess]
"""Makes a step from its version and settings; RecipeError when it cannot."""

STEPS: Mapping[str, StepFactory] = MappingProxyType({"guided_upsample": GuidedUpsample.from_settings})
"""Every step there is, by name. A new step is added here, and the contract tests run over it."""


def build(specs: Sequence[PostStep], steps: Mapping[str, StepFactory] = STEPS) -> tuple[PostProcess, ...]:
    """Steps from a recipe's specs.

    RecipeError (`recipe.post`) for an unknown step, version or setting: a recipe is replayed as it was or
    not at all.
    """
    chain: list[PostProcess] = []
    for spec in specs:
        factory = steps.get(spec.name)
        if factory is None:
            raise RecipeError(
                f"The recipe has a post step {spec.name!r} that this Rushes does not know.",
                code="recipe.post",
                hint="Open it with the Rushes that made it. Known steps: " + ", ".join(steps) + ".",
            )
        chain.append(factory(spec.version, spec.settings))
    return tuple(chain)


def specs(chain: Sequence[PostProcess]) -> tuple[PostStep, ...]:
    """The specs that go into the recipe."""
    return tuple(step.spec for step in chain)


def run(
    chain: Sequence[PostProcess], frames: Iterator[Picture], inputs: ShotInputs, context: JobContext
) -> Iterator[Picture]:
    """Pictures through all steps in order, one by one; an empty chain passes them on."""
    for step in chain:
        frames = step.apply(frames, inputs, context)
    return frames
