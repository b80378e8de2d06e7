"""Takes made ready to be thrown: their projectors, what their pictures are, the colour of their skies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from rushes.contracts import JobContext, ProjectorData, ProjectorJob, Recipe, decode, encode
from rushes.jobs import projector
from rushes.jobs.registry import Services
from rushes.jobs.sheets import read_recipe
from rushes.library.files import file_sha256, read_json
from rushes.library.production import Production
from rushes.media.conditioning import SKY_DEPTH
from rushes.media.exr import read_channels
from rushes.media.pictures import load_png, srgb_to_linear, to_float

__all__ = ["Thrown", "sky_colour", "throw"]

_UNTOLD = (0.35, 0.40, 0.45)
"""Sky of takes that show none (linear)."""


@dataclass(frozen=True)
class Thrown:
    """One take, ready."""

    folder: Path
    """Its projector."""
    data: ProjectorData
    recipe: Recipe
    pictures: str
    """SHA-256 of the list of its frames' hashes."""


class _Part:
    """The part of a progress bar that one of several takes has."""

    def __init__(self, context: JobContext, start: float, share: float) -> None:
        self._context, self._start, self._share = context, start, share

    def progress(self, fraction: float, stage: str, message: str = "") -> None:
        """See JobContext."""
        self._context.progress(self._start + self._share * fraction, stage, message)

    def note(self, text: str) -> None:
        """See JobContext."""
        self._context.note(text)

    def preview(self, png: bytes) -> None:
        """See JobContext."""
        self._context.preview(png)

    def should_stop(self) -> bool:
        """See JobContext."""
        return self._context.should_stop()

    def check(self) -> None:
        """See JobContext."""
        self._context.check()


def throw(
    production: Production, takes: Sequence[str], rate: Fraction, services: Services, context: JobContext
) -> tuple[Thrown, ...]:
    """The projectors of takes for a scene of this rate, made now where they are not there yet. Errors as the job
    "projector"."""
    found: list[Thrown] = []
    for number, name in enumerate(takes):
        part = _Part(context, number / len(takes), 1 / len(takes))
        made = projector.run(encode(ProjectorJob(str(production.root), name, rate)), part, services)
        folder = Path(made["folder"])
        data = decode(ProjectorData, read_json(folder / "projector.json", "The projector"))
        home = production.take_folder(name)
        take = production.find_take(name)
        assert take is not None
        found.append(Thrown(folder, data, read_recipe(home, take), file_sha256(home / take.files.frames)))
    context.progress(1.0, "projector")
    return tuple(found)


def sky_colour(thrown: Thrown) -> list[float]:
    """Mean colour of the sky in the middle of a take, linear."""
    number = f"{(thrown.data.count + 1) // 2:04d}"
    (depth,) = read_channels(thrown.folder / "depth" / f"{number}.exr").values()
    sky = depth >= np.float32(SKY_DEPTH)
    if not sky.any():
        return list(_UNTOLD)
    picture = srgb_to_linear(to_float(load_png(thrown.folder / "color" / f"{number}.png")))
    return [float(v) for v in picture[sky].mean(axis=0)]
