"""Footage through a generator: restyled under the guidance of its own lines, or continued from its own frames.

The generator is chosen by what its descriptor says it can take: "video" (a clip that steers) for restyle, "mask"
(pixels that are kept) for extend.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rushes.contracts import Brief, CameraFrame, JobContext, Legend, Negotiation, Size, Vec3
from rushes.contracts.negotiate import legal_steps, negotiate
from rushes.errors import InputError, ModelError, PassesError
from rushes.generators.protocol import Control, GenerateRequest, Generator, KeptPixels
from rushes.jobs.clip_return import Outcome
from rushes.jobs.clip_settings import brief_changes, check_known, seed_of, text_of, whole_of
from rushes.jobs.clip_work import Work
from rushes.jobs.stages import Stages
from rushes.jobs.warm import current_model
from rushes.media.conditioning import ShotFrame
from rushes.media.footage import Footage
from rushes.media.pictures import Picture
from rushes.post.footage.upscale import lanczos
from rushes.provenance.label import COMPOSITE_SOURCE_TYPE, returned_metadata

__all__ = ["FootageInputs", "extend", "grey_control", "line_control", "restyle"]

_F = np.float32
_SETTINGS = (*Brief.fields(), "generator", "seed", "steps")
_TAIL = 9
"""Frames at the join that an extension is given to go on from: pose and speed, not a still."""
_REMEMBERED = 24


@dataclass(frozen=True)
class FootageInputs:
    """`media.conditioning.ShotInputs` of footage: it has no geometry, and says so to whoever asks."""

    size: Size
    frames: int
    rate: Fraction
    legend: Legend = Legend(())
    cameras: Sequence[CameraFrame] = ()
    sun_direction: Vec3 = (0.0, 0.0, 1.0)
    depth_range: tuple[float, float] = (1.0, 2.0)

    def __len__(self) -> int:
        return self.frames

    def frame(self, index: int, size: Size | None = None) -> ShotFrame:
        """PassesError: there are none."""
        raise PassesError(
            "Footage has no passes.",
            code="clip.no_passes",
            hint="Use a generator that is steered by video alone.",
        )


def restyle(work: Work) -> Outcome:
    """The clip made anew along its own lines ("control" edges) or its own light and dark (grey)."""
    check_known(work.job, (*_SETTINGS, "control"))
    kind = text_of(work.job, "control", "edges", ("edges", "grey"))
    brief = _brief(work)
    footage = work.footage
    generator = _generator(work, "video", "restyle footage")
    agreed = _agreed(generator, footage, len(footage))
    control = _Steering(footage, agreed.model_size, kind)
    request = _request(work, generator, brief, agreed, control=control)
    pictures = islice(_generated(work, generator, request), len(footage))
    told = f"Restyled along its own {'lines' if kind == 'edges' else 'light and dark'} by {generator.descriptor.name}."
    return _outcome(work, generator, request, _sized(pictures, footage.size), len(footage), work.job.head, agreed, told)


def extend(work: Work) -> Outcome:
    """The clip with "before" and "after" frames made up; its own frames stay as they are."""
    check_known(work.job, (*_SETTINGS, "before", "after"))
    before, after = (whole_of(work.job, n, 0, 0, 100_000) for n in ("before", "after"))
    if not before + after:
        raise InputError(
            "Extend by how much? Neither before nor after is set.", code="clip.extend", hint="Set after=24."
        )
    footage = work.footage
    generator = _generator(work, "mask", "extend footage")
    brief = _brief(work, needed=False)
    parts = _Joins(work, generator, brief, before, after)
    count = before + len(footage) + after
    told = f"{before + after} frames were made up by {generator.descriptor.name}; the clip's own are untouched."
    request, agreed = parts.either
    return _outcome(work, generator, request, parts.pictures(), count, work.job.head + before, agreed, told)


class _Joins:
    """What is made before and after a clip."""

    def __init__(self, work: Work, generator: Generator, brief: Brief, before: int, after: int) -> None:
        self.work, self.generator, self.footage = work, generator, work.footage
        self.before = self._plan(brief, before, at_start=True) if before else None
        self.after = self._plan(brief, after, at_start=False) if after else None
        shares = {name: count for name, count in (("before", before), ("after", after)) if count}
        self.stages = Stages(work.context, shares)

    @property
    def either(self) -> tuple[GenerateRequest, Negotiation]:
        found = self.after or self.before
        assert found is not None
        return found[0], found[1]

    def _plan(self, brief: Brief, more: int, *, at_start: bool) -> tuple[GenerateRequest, Negotiation, int, int]:
        """(request, negotiation, frames that are given, frames made)."""
        given = min(_TAIL, len(self.footage))
        agreed = _agreed(self.generator, self.footage, given + more)
        first = self.footage.first if at_start else self.footage.first + len(self.footage) - given
        pictures = [lanczos(p, agreed.model_size) for p in self.footage.part(first, given)]
        # Given frames stand at the end of what comes before, at the start of what comes after.
        offset = agreed.model_frames - given if at_start else 0
        everything = np.ones(agreed.model_size.shape, np.bool_)
        kept = {offset + i: KeptPixels(p, everything) for i, p in enumerate(pictures)}
        return _request(self.work, self.generator, brief, agreed, kept=kept), agreed, given, more

    def pictures(self) -> Iterator[Picture]:
        """All, in order."""
        if self.before is not None:
            request, _, given, more = self.before
            made = _generated(self.work, self.generator, request, self.stages.stage("before"))
            skipped = request.frames - given - more
            yield from _sized(islice(made, skipped, skipped + more), self.footage.size)
        for picture in self.footage:
            self.work.context.check()
            yield picture
        if self.after is not None:
            request, _, given, more = self.after
            made = _generated(self.work, self.generator, request, self.stages.stage("after"))
            yield from _sized(islice(made, given, given + more), self.footage.size)


def _brief(work: Work, *, needed: bool = True) -> Brief:
    """The brief of the settings. InputError `clip.restyle` when it says nothing and must."""
    brief = Brief().merged(brief_changes(work.job.settings))
    if needed and not brief.text():
        raise InputError(
            "What should it look like? The restyle has no words to go by.",
            code="clip.restyle",
            hint="Set a field of the brief: style, lighting, environment …",
        )
    return brief


def _generator(work: Work, conditioning: str, what: str) -> Generator:
    """The generator that is named, else the first that is installed and takes `conditioning`.

    InputError `clip.generator` when the one that is named does not take it, ModelError `clip.no_generator` when none
    that does is installed, saying what to do.
    """
    registry = work.services.generators
    name = text_of(work.job, "generator")
    if name:
        found = registry.get(name)
        if conditioning not in _taken(found):
            able = [i for i in registry.ids() if conditioning in _taken(registry.get(i))]
            raise InputError(
                f"{found.descriptor.name} cannot {what}.",
                code="clip.generator",
                hint=f"Choose one of: {', '.join(able)}." if able else "No generator here can.",
            )
        found.check_installed()
        return found
    hints: list[str] = []
    for row in registry.listings():
        if row.descriptor is None or conditioning not in {c.name for c in row.descriptor.conditionings}:
            continue
        if row.installed:
            return registry.get(row.id)
        hints.append(f"{row.descriptor.name}: {row.hint}")
    raise ModelError(
        f"No generator on this machine can {what}.",
        code="clip.no_generator",
        hint=" ".join(hints)
        or "Install a generator that takes video, such as Wan VACE (`rushes models list` shows what there is).",
    )


def _taken(generator: Generator) -> set[str]:
    return {c.name for c in generator.descriptor.conditionings}


def _agreed(generator: Generator, footage: Footage, frames: int) -> Negotiation:
    return negotiate(generator.descriptor, footage.size, frames, footage.rate)


def _request(
    work: Work,
    generator: Generator,
    brief: Brief,
    agreed: Negotiation,
    *,
    control: Control | None = None,
    kept: dict[int, KeptPixels] | None = None,
) -> GenerateRequest:
    least, _, most = generator.descriptor.steps
    asked = whole_of(work.job, "steps", 0, least, most) if "steps" in work.job.settings else None
    return GenerateRequest(
        brief=brief,
        seed=seed_of(work.job),
        size=agreed.model_size,
        frames=agreed.model_frames,
        steps=legal_steps(generator.descriptor, asked)[0],
        # Frames without passes: depth and lines of a scene steer nothing here.
        strengths={} if control is not None else _without_passes(generator),
        kept=kept or {},
        control=control,
    )


def _without_passes(generator: Generator) -> dict[str, float]:
    """All that steers by passes switched off, as far as the model lets it."""
    known = ("depth", "normal", "index", "direct", "color", "motion", "edges")
    knobs = {c.name: c.strength for c in generator.descriptor.conditionings if c.strength is not None}
    return {name: limits[0] for name, limits in knobs.items() if name in known}


def _generated(
    work: Work, generator: Generator, request: GenerateRequest, context: JobContext | None = None
) -> Iterator[Picture]:
    current_model(work.services, generator)
    generator.load()
    inputs = FootageInputs(request.size, request.frames, work.job.rate)
    return generator.generate(request, inputs, context or work.context)


def _sized(pictures: Iterator[Picture], size: Size) -> Iterator[Picture]:
    for picture in pictures:
        yield lanczos(picture, size) if picture.shape[:2] != size.shape else picture


def _outcome(
    work: Work,
    generator: Generator,
    request: GenerateRequest,
    pictures: Iterator[Picture],
    count: int,
    head: int,
    agreed: Negotiation,
    told: str,
) -> Outcome:
    footage, about = work.footage, generator.descriptor
    enlarged = ""
    if agreed.model_size != footage.size:
        enlarged = f"The model worked at {agreed.model_size}; its pictures were brought to {footage.size} by Lanczos."
    reading = generator.read_brief(request.brief)
    unknown = ", ".join(f"“{w}”" for w in reading.unknown)
    left_out = f"The model does not know these words and left them out: {unknown}." if unknown else ""
    metadata = returned_metadata(
        work.job.name,
        work.job.treatment.value,
        {},  # what is generated now is said anew; the source's own label would name another model
        COMPOSITE_SOURCE_TYPE,
        model=about.name,
        generator=about.id,
        model_sha256=current_model(work.services, generator).sha256,
        seed=str(request.seed),
    )
    return Outcome(
        pictures=pictures,
        size=footage.size,
        frames=count,
        head=head,
        metadata=metadata,
        generated=True,
        notes=tuple(text for text in (told, enlarged, left_out, *reading.notes, *footage.notes) if text),
        color=footage.color,
        aspect=footage.aspect,
    )


class _Steering:
    """Control pictures of footage, made as they are asked for: in order, or a few back where windows overlap."""

    def __init__(self, footage: Footage, size: Size, kind: str) -> None:
        self._footage = footage
        self._size = size
        self._make = line_control if kind == "edges" else grey_control
        self._kept: OrderedDict[int, Picture] = OrderedDict()
        self._stream: Iterator[Picture] | None = None
        self._next = 0

    def __call__(self, index: int) -> Picture:
        """For frame `index`; past the end the last one is held."""
        index = min(index, len(self._footage) - 1)
        if index in self._kept:
            return self._kept[index]
        if self._stream is None or index < self._next:
            rest = len(self._footage) - index
            self._stream, self._next = iter(self._footage.part(self._footage.first + index, rest)), index
        while True:
            picture = next(self._stream)
            at, self._next = self._next, self._next + 1
            if at < index:
                continue
            self._kept[at] = self._make(lanczos(picture, self._size))
            if len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)
            return self._kept[at]


def grey_control(picture: Picture) -> Picture:
    """(H, W, 3) the picture's luma alone."""
    luma = picture @ np.array((0.2126, 0.7152, 0.0722), _F)
    return np.repeat(luma[..., None], 3, axis=2).astype(_F)


def line_control(picture: Picture) -> Picture:
    """(H, W, 3) black lines on white where the picture has edges, soft in strength so that they do not flicker.

    Difference of Gaussians, thresholded softly (Winnemöller et al., "XDoG", 2012).
    """
    calm = cv2.bilateralFilter(picture, 5, 0.1, 2.0)
    scale = max(0.6, picture.shape[1] / 900)
    fine = cv2.GaussianBlur(calm, (0, 0), scale)
    coarse = cv2.GaussianBlur(calm, (0, 0), scale * 1.6)
    edge = fine - 0.985 * coarse
    spread = max(1e-3, float(np.percentile(np.abs(fine - coarse), 95)))
    # Each channel draws its own lines: things of equal brightness and another colour are told apart.
    lines: NDArray[Any] = np.where(edge >= 0, 1.0, 1.0 + np.tanh(edge / spread * 1.2))
    line = lines.min(axis=-1)
    return np.repeat(np.clip(line, 0, 1)[..., None], 3, axis=2).astype(_F)
