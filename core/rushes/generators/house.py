"""The house model as a generator: ships with Rushes, needs no GPU, one step a frame.

Frames are independent: nothing is remembered from one to the next. They agree because every detail is a function of the
surface it sits on, so shots of any length stream.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rushes.contracts import (
    Brief,
    BriefReading,
    Conditioning,
    Descriptor,
    FrameRule,
    JobContext,
    ModelRef,
    Size,
    SizeRule,
    Vec3,
)
from rushes.errors import ModelError
from rushes.generators.house_frames import CarvedInputs, ShotPlan, frame_inputs
from rushes.generators.protocol import GenerateRequest, Picture, check_request
from rushes.generators.side_by_side import lanes, side_by_side
from rushes.media.conditioning import ShotInputs
from rushes.models.house.features import features
from rushes.models.house.load import check_version, load_house
from rushes.models.house.sun import default_sun
from rushes.models.house.surface import HouseFrame
from rushes.models.house.vocabulary import DEFAULTS, FIELDS, VOCABULARY, read_brief
from rushes.models.placement import Placement, choose, deterministic, thread_count
from rushes.models.store import ModelStore, pipeline_folder

if TYPE_CHECKING:
    from rushes.models.house.pipeline import HouseModelPipeline

__all__ = ["HouseGenerator"]

_FOLDER = "house_model"
_NATIVE = Size(256, 144)


class HouseGenerator:
    """The house model. Weights (about 30 MB) load on first use and stay loaded."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        store: ModelStore | None = None,
        device: str | None = None,
    ) -> None:
        """`folder` None: the model that ships with Rushes, or one of that name in the store's folders."""
        self._given = folder
        self._store = store or ModelStore()
        self._device = device
        self._pipe: HouseModelPipeline | None = None
        self._placement: Placement | None = None

    @property
    def descriptor(self) -> Descriptor:
        return Descriptor(
            id="house",
            name="House model",
            family="house",
            licence="CC0-1.0",
            sizes=SizeRule(16, _NATIVE, max_pixels=768 * 432, min_side=32),
            frames=FrameRule(),
            rates=(),
            conditionings=(
                Conditioning("depth", required=True),
                Conditioning("normal", required=True),
                Conditioning("index", required=True),
                Conditioning("direct", required=True),
                Conditioning("color", strength=(0.0, 1.0), default=1.0),
            ),
            vocabulary=VOCABULARY,
            steps=(1, 1, 4),
            memory_mb=700,
            limits=(
                "A previz model of 256×144 with a small vocabulary: it paints hour, weather, place and mood onto the "
                "blockout; it does not invent objects, faces or action."
            ),
        )

    def read_brief(self, brief: Brief) -> BriefReading:
        found = read_brief(brief)
        open_fields = [name for name in FIELDS if name not in found.tokens]
        notes = [f"{name.replace('_', ' ')}: {DEFAULTS[name]}, since the brief does not say" for name in open_fields]
        return BriefReading(found.resolved(), found.unknown, tuple(notes))

    def sun_direction(self, brief: Brief, camera_matrix: tuple[tuple[float, ...], ...]) -> Vec3 | None:
        return default_sun(read_brief(brief).resolved()["time_of_day"], camera_matrix)

    def check_installed(self) -> None:
        check_version(self._folder())

    def model_ref(self) -> ModelRef:
        return self._store.ref("house", self._folder())

    def load(self) -> None:
        if self._pipe is None:
            placement = choose(self._device)
            self._pipe = load_house(self._folder(), placement)
            self._placement = placement

    def unload(self) -> None:
        if self._pipe is None:
            return
        self._pipe = None
        gc.collect()
        if self._placement is not None and self._placement.kind == "cuda":
            import torch

            torch.cuda.empty_cache()

    def generate(self, request: GenerateRequest, inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
        return self.generate_each([(request, inputs)], context)

    def generate_each(
        self, wanted: Sequence[tuple[GenerateRequest, ShotInputs]], context: JobContext
    ) -> Iterator[Picture]:
        """The pictures of several requests one after another, as if each was generated alone, but side by side."""
        for request, _ in wanted:
            check_request(request, self.descriptor)
        return self._stream(wanted, context)

    def _folder(self) -> Path:
        return self._store.find(_FOLDER) if self._given is None else pipeline_folder(self._given, "house model")

    def _stream(self, wanted: Sequence[tuple[GenerateRequest, ShotInputs]], context: JobContext) -> Iterator[Picture]:
        context.check()
        self.load()
        import torch

        pipe, placement = self._loaded()
        total = sum(request.frames for request, _ in wanted)
        # A held frame is made once.
        own = [min(request.frames, len(inputs)) for request, inputs in wanted]
        count, threads = lanes(sum(own), thread_count())
        work = partial(_paint, pipe)
        tasks = self._tasks(wanted, own)
        done = 0
        with (
            deterministic(placement, threads),
            closing(side_by_side(work, tasks, count, partial(torch.set_num_threads, threads))) as pictures,
        ):
            for (request, _), made in zip(wanted, own, strict=True):
                picture = None
                for number in range(request.frames):
                    context.check()
                    if picture is None or number < made:
                        picture = next(pictures)
                    done += 1
                    context.progress(done / total, "generate", f"frame {done} of {total}")
                    yield picture.copy()

    def guides(self, request: GenerateRequest, inputs: ShotInputs) -> ShotInputs:
        """The passes with the bodies that the pictures show where simple blocks stand."""
        return CarvedInputs(inputs, self._plan(request, ShotPlan.surveyed(inputs, request.size)))

    def _plan(self, request: GenerateRequest, surveyed: ShotPlan) -> ShotPlan:
        reading = read_brief(request.brief)
        knobs = {c.name: c.default for c in self.descriptor.conditionings} | dict(request.strengths)
        return replace(
            surveyed,
            values=reading.resolved(),
            prompt=reading.prompt(),
            seed=request.seed,
            keep_colors=knobs["color"],
            object_seeds=dict(request.object_seeds),
        )

    def _tasks(self, wanted: Sequence[tuple[GenerateRequest, ShotInputs]], own: Sequence[int]) -> Iterator[_Task]:
        surveys: dict[tuple[int, Size], ShotPlan] = {}
        for (request, inputs), made in zip(wanted, own, strict=True):
            key = (id(inputs), request.size)
            if key not in surveys:
                surveys[key] = ShotPlan.surveyed(inputs, request.size)
            plan = self._plan(request, surveys[key])
            for index in range(made):
                yield _Task(frame_inputs(inputs.frame(index, request.size), inputs, plan), plan.prompt, request.steps)

    def _loaded(self) -> tuple[HouseModelPipeline, Placement]:
        if self._pipe is None or self._placement is None:
            raise ModelError("The house model is not loaded.", code="model.unloaded", hint="Start the job again.")
        return self._pipe, self._placement


@dataclass(frozen=True)
class _Task:
    """One picture to be made."""

    frame: HouseFrame
    prompt: str
    steps: int


def _paint(pipe: HouseModelPipeline, task: _Task) -> Picture:
    """(H, W, 3); called from several threads."""
    import torch

    given = torch.from_numpy(features(task.frame)).permute(2, 0, 1)[None]
    made = pipe(given, task.prompt, num_inference_steps=task.steps)
    picture = np.ascontiguousarray(made[0].permute(1, 2, 0).cpu().numpy(), np.float32)
    if not np.isfinite(picture).all():
        raise ModelError(
            "The house model made a picture that is not numbers.",
            code="model.output",
            hint="Its weights may be damaged: compare them with the model's card; no take was written.",
        )
    return picture
