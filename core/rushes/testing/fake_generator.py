"""A double of a generator: pictures computed from the passes, at once, without weights.

It draws legend colours, lit by the normals, with grain from the seed. What it shares with a real
generator is the contract, not the pictures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from rushes.contracts import (
    Brief,
    BriefReading,
    Conditioning,
    Descriptor,
    FrameRule,
    JobContext,
    Legend,
    ModelRef,
    Size,
    SizeRule,
    Vec3,
    VocabularyField,
    digest,
)
from rushes.contracts.words import read_words
from rushes.generators.protocol import GenerateRequest, Picture, check_request
from rushes.media.conditioning import ShotFrame, ShotInputs

__all__ = ["FakeGenerator"]

_LIGHT: Mapping[str, tuple[float, float, float]] = {
    "day": (1.0, 1.0, 1.0),
    "dusk": (1.0, 0.7, 0.5),
    "night": (0.25, 0.3, 0.5),
}
_SKY: Mapping[str, tuple[float, float, float]] = {
    "day": (0.5, 0.7, 0.95),
    "dusk": (0.9, 0.5, 0.4),
    "night": (0.03, 0.04, 0.1),
}


class FakeGenerator:
    """A double: one frame at a time, any length, sizes in multiples of 8."""

    def __init__(self, id: str = "fake", native: Size | None = None) -> None:
        self._id = id
        self._native = native or Size(64, 36 // 8 * 8)
        self.loads = 0
        """How often the pretended weights were loaded."""
        self._loaded = False

    @property
    def descriptor(self) -> Descriptor:
        return Descriptor(
            id=self._id,
            name="Fake (a double for tests)",
            family="fake",
            licence="GPL-3.0-or-later",
            sizes=SizeRule(multiple=8, native=self._native, max_pixels=1280 * 720, min_side=16),
            frames=FrameRule(),
            rates=tuple[Fraction, ...](),
            conditionings=(
                Conditioning("normal", required=True),
                Conditioning("index", required=True),
                Conditioning("color", strength=(0.0, 1.0), default=1.0),
            ),
            vocabulary=(VocabularyField("time_of_day", tuple(_LIGHT), "day", "lighting"),),
            steps=(1, 1, 4),
            memory_mb=1,
            limits="It is a double for tests: it paints flat colours.",
        )

    def read_brief(self, brief: Brief) -> BriefReading:
        found = read_words(self.descriptor.vocabulary, brief)
        return BriefReading({"time_of_day": found.tokens.get("time_of_day", "day")}, found.unknown)

    def sun_direction(self, brief: Brief, camera_matrix: tuple[tuple[float, ...], ...]) -> Vec3 | None:
        return None

    def check_installed(self) -> None:
        """Always there."""

    def model_ref(self) -> ModelRef:
        return ModelRef(self._id, {"fake": digest({"light": _LIGHT, "sky": _SKY})})

    def load(self) -> None:
        if not self._loaded:
            self.loads += 1
        self._loaded = True

    def unload(self) -> None:
        self._loaded = False

    def generate(self, request: GenerateRequest, inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
        check_request(request, self.descriptor)
        return self._frames(request, inputs, context)

    def _frames(self, request: GenerateRequest, inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
        self.load()
        colours = _colour_table(inputs.legend, request.strengths.get("color", 1.0))
        light = self.read_brief(request.brief).values["time_of_day"]
        for index in range(request.frames):
            context.check()
            frame = inputs.frame(min(index, len(inputs) - 1), request.size)
            yield _paint(frame, colours, light, inputs.sun_direction, request)
            context.progress((index + 1) / request.frames, "generate")


def _colour_table(legend: Legend, strength: float) -> NDArray[np.float32]:
    top = max((o.id for o in legend.objects), default=0)
    table = np.full((top + 1, 3), 0.5, np.float32)
    for item in legend.objects:
        table[item.id] = np.sqrt(np.asarray(item.color, np.float32)) * strength + 0.5 * (1 - strength)
    return table


def _paint(frame: ShotFrame, colours: NDArray[np.float32], light: str, sun: Vec3, request: GenerateRequest) -> Picture:
    lit = np.clip(frame.normal @ np.asarray(sun, np.float32), 0.0, 1.0)[..., None] * 0.7 + 0.3
    picture = colours[frame.ids] * lit * np.asarray(_LIGHT[light], np.float32)
    picture[frame.sky] = _SKY[light]
    # One stream per object: re-rolling one object's seed leaves the others as they were.
    for id in np.unique(frame.ids).tolist():
        seed = request.object_seeds.get(int(id), request.seed)
        offset = np.random.default_rng((seed, int(id))).uniform(-0.08, 0.08, 3).astype(np.float32)
        picture[frame.ids == id] += offset
    return np.clip(picture, 0.0, 1.0).astype(np.float32)
