"""What every generator is: a descriptor, a reading of the brief, a stream of frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import Brief, BriefReading, Descriptor, JobContext, Legend, ModelRef, Recipe, Size, Vec3
from rushes.errors import InputError, SizeError
from rushes.media.conditioning import ShotInputs

__all__ = ["Control", "GenerateRequest", "Generator", "GivesForm", "KeptPixels", "Picture", "check_request", "guides"]

Picture = NDArray[np.float32]
"""(H, W, 3) display-referred sRGB (BT.709 primaries, sRGB curve), 0 to 1."""

Control = Callable[[int], Picture]
"""Frame position → (H, W, 3) picture at the request's size that steers this frame; asked for mostly in order."""


@dataclass(frozen=True)
class KeptPixels:
    """Pixels of one frame that are given and must stay; the rest is generated."""

    picture: Picture
    """(H, W, 3) at the request's size."""
    mask: NDArray[np.bool_]
    """(H, W) True where the picture is kept."""


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
    references: tuple[Picture, ...] = ()
    """Pictures of how things should look, any size; only for generators with the "reference" conditioning."""
    kept: Mapping[int, KeptPixels] = field(default_factory=dict)
    """Frame position → pixels to keep: a first frame, a hole to fill. Only with the "mask" conditioning."""
    control: Control | None = None
    """Pictures that steer in place of those made from the passes: lines or greys of footage. Only with the "video"
    conditioning; such a generator then looks at no passes."""

    @classmethod
    def of(cls, recipe: Recipe, legend: Legend) -> GenerateRequest:
        """What a recipe asks for, without the set that it keeps; objects by their ids in the passes."""
        ids = {o.name: o.id for o in legend.objects}
        return cls(
            brief=recipe.brief,
            seed=recipe.seed,
            size=recipe.model_size,
            frames=recipe.model_frames,
            steps=recipe.steps,
            strengths=dict(recipe.strengths),
            object_seeds={ids[name]: seed for name, seed in recipe.object_seeds.items() if name in ids},
        )


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

    def check_installed(self) -> None:
        """Raise ModelError (`model.missing`) naming where the weights belong when they are not there.
        Cheap: no hashing, no torch."""
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


@runtime_checkable
class GivesForm(Protocol):
    """A generator that draws other geometry than the passes have: bodies where simple blocks stand."""

    def guides(self, request: GenerateRequest, inputs: ShotInputs) -> ShotInputs:
        """The passes as its pictures show them; a frame at the request's size is what it was given."""
        ...


def guides(generator: Generator, request: GenerateRequest, inputs: ShotInputs) -> ShotInputs:
    """The passes that finishing should follow: the shot's own, unless the generator draws other geometry."""
    return generator.guides(request, inputs) if isinstance(generator, GivesForm) else inputs


def check_request(request: GenerateRequest, descriptor: Descriptor) -> None:
    """Refuse what the descriptor rules out, before any weights load: SizeError for an illegal size or
    length, InputError for steps, strengths, references or kept pixels the generator has no use for."""
    legal = descriptor.sizes.legal(request.size.aspect, request.size)
    if legal != request.size:
        raise SizeError(
            f"{descriptor.name} cannot work at {request.size}.",
            code="size.grid",
            hint=f"The nearest size it can make is {legal}.",
        )
    frames = descriptor.frames.legal(request.frames)
    if frames != request.frames:
        raise SizeError(
            f"{descriptor.name} cannot make {request.frames} frames.",
            code="size.frames",
            hint=f"The next length it can make is {frames}.",
        )
    least, _, most = descriptor.steps
    if not least <= request.steps <= most:
        raise InputError(
            f"{descriptor.name} cannot work in {request.steps} steps.",
            code="generator.steps",
            hint=f"Choose from {least} to {most}.",
        )
    _check_conditionings(request, descriptor)


def _check_conditionings(request: GenerateRequest, descriptor: Descriptor) -> None:
    knobs = {c.name: c.strength for c in descriptor.conditionings}
    for name, value in request.strengths.items():
        limits = knobs.get(name)
        if limits is None or not limits[0] <= value <= limits[1]:
            known = ", ".join(f"{n} {s[0]:g} to {s[1]:g}" for n, s in knobs.items() if s) or "none"
            raise InputError(
                f"{descriptor.name} has no strength {name!r} of {value:g}.",
                code="generator.strength",
                hint=f"Its strengths are: {known}.",
            )
    for name, given in (("reference", request.references), ("mask", request.kept), ("video", request.control)):
        if given and name not in knobs:
            raise InputError(
                f"{descriptor.name} cannot use a {name}.",
                code="generator.conditioning",
                hint="Leave it out, or choose a generator that lists it (`rushes models`).",
            )
