"""Wan VACE through diffusers: a video model steered by a control video, masks and reference pictures.

Its weights are not shipped: a folder in diffusers form is looked for (see `models.store`). Long shots
are made in windows that share frames. The pipeline's silent habits are guarded here: it floors illegal
lengths, misplaces control of another size, and cuts long prompts, all without an error.
"""

from __future__ import annotations

import gc
import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

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
)
from rushes.errors import InputError, ModelError, PassesError
from rushes.generators.controls import DepthScale, depth_picture, depth_scale, edge_picture, plain_picture
from rushes.generators.protocol import GenerateRequest, Picture, check_request
from rushes.generators.windows import Window, cross_fade, match_colors, plan_windows
from rushes.media.conditioning import ShotInputs
from rushes.models.placement import Placement, choose, deterministic
from rushes.models.store import ModelStore, pipeline_folder
from rushes.models.wan import PUBLISHED, WanShape, load_wan_vace, read_shape, weights_mb

if TYPE_CHECKING:
    import torch
    from diffusers.pipelines.wan.pipeline_wan_vace import WanVACEPipeline

__all__ = ["WanVaceGenerator", "prompt_text"]

_WINDOW = 81
"""Length the published checkpoints were trained at."""
_MAX_TOKENS = 512
_CACHED_PROMPTS = 16


class WanVaceGenerator:
    """Any Wan VACE checkpoint in diffusers form. Weights load on first use and stay loaded."""

    def __init__(
        self,
        id: str = "wan-vace",
        folder: Path | None = None,
        *,
        store: ModelStore | None = None,
        device: str | None = None,
        window: int = _WINDOW,
    ) -> None:
        """`folder` None: the model named `id` is looked for in `store`. `window`: frames made in one go."""
        self._id = id
        self._given = folder
        self._store = store or ModelStore()
        self._device = device
        self._window = window
        self._pipe: WanVACEPipeline | None = None
        self._placement: Placement | None = None
        self._embeds: OrderedDict[tuple[str, str | None], tuple[torch.Tensor, torch.Tensor | None]] = OrderedDict()

    @property
    def descriptor(self) -> Descriptor:
        shape, memory = self._shape()
        return Descriptor(
            id=self._id,
            name="Wan VACE",
            family="wan-vace",
            licence="Apache-2.0",
            sizes=SizeRule(shape.spatial, Size(832, 480), max_pixels=1280 * 720, min_side=shape.spatial),
            frames=FrameRule(shape.temporal, 1, 1, 0, self._window, shape.temporal + 1),
            rates=(),
            conditionings=(
                Conditioning("depth", strength=(0.0, 2.0), default=1.0),
                Conditioning("edges", strength=(0.0, 2.0), default=0.0),
                Conditioning("prompt", strength=(1.0, 12.0), default=5.0),
                Conditioning("mask"),
                Conditioning("video"),
                Conditioning("reference"),
            ),
            vocabulary=(),
            steps=(1, 30, 100),
            memory_mb=memory,
            limits="It follows depth or edges, not colours or light; on a CPU it is very slow.",
        )

    def _shape(self) -> tuple[WanShape, int]:
        try:
            folder = self._folder()
            return read_shape(folder), sum(weights_mb(folder).values())
        except ModelError:
            return PUBLISHED, 0

    def _folder(self) -> Path:
        return self._store.find(self._id) if self._given is None else pipeline_folder(self._given, "Wan VACE model")

    def read_brief(self, brief: Brief) -> BriefReading:
        values = {"prompt": brief.text()}
        if brief.restrictions.strip():
            values["negative"] = brief.restrictions.strip()
        return BriefReading({k: v for k, v in values.items() if v})

    def sun_direction(self, brief: Brief, camera_matrix: tuple[tuple[float, ...], ...]) -> Vec3 | None:
        return None

    def check_installed(self) -> None:
        read_shape(self._folder())

    def model_ref(self) -> ModelRef:
        folder = self._folder()
        return self._store.ref(self._id, folder, read_shape(folder).components)

    def load(self) -> None:
        if self._pipe is None:
            folder = self._folder()
            self._placement = choose(self._device)
            self._pipe = load_wan_vace(folder, self._placement)

    def unload(self) -> None:
        if self._pipe is None:
            return
        self._pipe = None
        self._embeds.clear()
        gc.collect()
        if self._placement is not None and self._placement.kind == "cuda":
            import torch

            torch.cuda.empty_cache()

    def generate(self, request: GenerateRequest, inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
        check_request(request, self.descriptor)
        _check_pictures(request)
        return self._stream(request, inputs, context)

    def _stream(self, request: GenerateRequest, inputs: ShotInputs, context: JobContext) -> Iterator[Picture]:
        context.check()
        self.load()
        if request.object_seeds:
            context.note("Wan VACE makes the picture as a whole: seeds of single objects have no effect.")
        rule = self.descriptor.frames
        run = _Run(self, request, inputs, context)
        windows = plan_windows(request.frames, self._window, rule.overlap, rule.multiple)
        tail: list[Picture] = []
        for number, window in enumerate(windows):
            frames = run.window(window, number, len(windows), tail)
            if window.shared:
                match = match_colors(tail, frames[: window.shared])
                frames = [match.apply(f) for f in frames]
                frames[: window.shared] = cross_fade(tail, frames[: window.shared])
            done = window.length - (rule.overlap if number + 1 < len(windows) else 0)
            tail = frames[done:]
            for offset, picture in enumerate(frames[:done]):
                context.check()
                yield _with_kept(picture, request, window.start + offset)

    def prompt_embeds(
        self, prompt: str, negative: str | None, context: JobContext
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Text embeddings of the prompt and, unless None, the negative one; the newest are remembered."""
        import torch

        pipe, placement = self.pipe
        for text in (prompt, negative or ""):
            if len(pipe.tokenizer(text).input_ids) > _MAX_TOKENS:
                context.note(f"The text is longer than the {_MAX_TOKENS} pieces Wan reads; its end is left out.")
        key = prompt, negative
        if key in self._embeds:
            self._embeds.move_to_end(key)
            return self._embeds[key]
        with torch.no_grad(), deterministic(placement):
            found = pipe.encode_prompt(
                prompt, negative, do_classifier_free_guidance=negative is not None, max_sequence_length=_MAX_TOKENS
            )
        self._embeds[key] = found
        while len(self._embeds) > _CACHED_PROMPTS:
            self._embeds.popitem(last=False)
        return found

    @property
    def pipe(self) -> tuple[WanVACEPipeline, Placement]:
        """The loaded pipeline and where it is; ModelError `model.unloaded` before `load`."""
        if self._pipe is None or self._placement is None:
            raise ModelError("Wan VACE is not loaded.", code="model.unloaded", hint="Start the job again.")
        return self._pipe, self._placement


class _Run:
    """One request on its way: what stays the same from window to window."""

    def __init__(
        self, owner: WanVaceGenerator, request: GenerateRequest, inputs: ShotInputs, context: JobContext
    ) -> None:
        self.owner, self.request, self.inputs, self.context = owner, request, inputs, context
        knobs = {c.name: c.default for c in owner.descriptor.conditionings} | dict(request.strengths)
        self.guidance = knobs["prompt"]
        self.kind = "video" if request.control is not None else _control_kind(request.strengths, context)
        self.strength = knobs.get(self.kind, 0.0)
        self.scale = depth_scale(inputs) if self.kind == "depth" else DepthScale(0.0, 1.0)
        negative = request.brief.restrictions.strip() if self.guidance > 1.0 else None
        self.embeds = owner.prompt_embeds(prompt_text(request.brief, inputs.legend), negative, context)

    def window(self, window: Window, number: int, count: int, tail: list[Picture]) -> list[Picture]:
        """All frames of a window; its first `window.shared` are remade from `tail`."""
        video, mask = self._control(window, tail)
        kept = bool(tail) or any(window.start <= i < window.end for i in self.request.kept)
        # Kept pixels and references travel in the control branch, so it stays open for them.
        strength = self.strength or (1.0 if kept or self.request.references else 0.0)

        def on_step(pipe: object, step: int, time: object, tensors: dict[str, Any]) -> dict[str, Any]:
            self.context.check()
            made = number + (step + 1) / self.request.steps
            self.context.progress(min(1.0, made / count), "generate", f"window {number + 1} of {count}")
            return {}

        frames = self._sample(window.length, number, {"video": video, "mask": mask}, strength, on_step)
        if frames.shape != (window.length, *self.request.size.shape, 3):
            raise ModelError(
                f"Wan VACE made {frames.shape} where {window.length} frames of {self.request.size} were due.",
                code="model.output",
                hint="This is a fault of the model or of its library; no take was written.",
            )
        if not np.isfinite(frames).all():
            raise ModelError(
                "Wan VACE made pictures that are not numbers.",
                code="model.output",
                hint="Try another device or number format (RUSHES_DEVICE); no take was written.",
            )
        return list(frames.astype(np.float32))

    def _sample(
        self, length: int, number: int, control: dict[str, list[Picture]], strength: float, on_step: Any
    ) -> NDArray[np.float32]:
        import torch

        pipe, placement = self.owner.pipe
        size, (prompt, negative) = self.request.size, self.embeds
        videos: dict[str, Any] = {name: _as_video(frames) for name, frames in control.items()}
        embeds: dict[str, Any] = {"prompt_embeds": prompt, "negative_prompt_embeds": negative}
        generator = torch.Generator("cpu").manual_seed(_window_seed(self.request.seed, number))
        try:
            with deterministic(placement):
                found: Any = pipe(
                    **videos,
                    **embeds,
                    reference_images=[_as_image(p) for p in self.request.references] or None,
                    conditioning_scale=strength,
                    height=size.height,
                    width=size.width,
                    num_frames=length,
                    num_inference_steps=self.request.steps,
                    guidance_scale=self.guidance,
                    generator=generator,
                    output_type="np",
                    callback_on_step_end=on_step,
                    callback_on_step_end_tensor_inputs=[],
                    max_sequence_length=_MAX_TOKENS,
                )
        except torch.OutOfMemoryError as exc:
            raise ModelError(
                f"{length} frames of {size} do not fit into the memory of {placement.device}.",
                code="model.memory",
                hint="Choose a smaller model size, or close what else uses the device.",
            ) from exc
        finally:
            pipe.maybe_free_model_hooks()
        return np.asarray(found.frames[0], np.float32)

    def _control(self, window: Window, tail: list[Picture]) -> tuple[list[Picture], list[Picture]]:
        """Control pictures (H, W, 3) and masks (H, W, 1; 1: generate, 0: keep) at exactly the request's size."""
        shape = (*self.request.size.shape, 3)
        plane = (*self.request.size.shape, 1)
        video: list[Picture] = []
        masks: list[Picture] = []
        for index in range(window.start, window.end):
            self.context.check()
            picture, mask = self._steering(index), np.ones(plane, np.float32)
            if index in self.request.kept:
                given = self.request.kept[index]
                picture = np.where(given.mask[..., None], given.picture, picture)
                mask[given.mask] = 0.0
            if index - window.start < len(tail):
                picture, mask = tail[index - window.start], np.zeros(plane, np.float32)
            if picture.shape != shape:
                raise PassesError(
                    f"The control picture of frame {index} is {picture.shape[1]}×{picture.shape[0]}, "
                    f"not {self.request.size}.",
                    code="passes.size",
                    hint="Render the passes of this shot again.",
                )
            video.append(picture.astype(np.float32))
            masks.append(mask)
        return video, masks

    def _steering(self, index: int) -> Picture:
        if self.request.control is not None:
            return self.request.control(index)
        if self.kind == "none":
            return plain_picture(self.request.size)
        frame = self.inputs.frame(min(index, len(self.inputs) - 1), self.request.size)
        return depth_picture(frame, self.scale) if self.kind == "depth" else edge_picture(frame)


def _control_kind(strengths: Mapping[str, float], context: JobContext) -> Literal["depth", "edges", "none"]:
    """What the control video shows: depth, unless it is switched off or only edges are asked for."""
    edges = strengths.get("edges", 0.0) > 0
    depth = strengths.get("depth", 0.0 if edges else 1.0) > 0
    if depth and edges:
        context.note("Wan VACE follows one control at a time: depth is used, edges are left out.")
    return "depth" if depth else "edges" if edges else "none"


def prompt_text(brief: Brief, legend: Legend) -> str:
    """The brief, then the prompt fragments of the scene's objects, each once, in the legend's order."""
    fragments = dict.fromkeys(o.prompt.strip() for o in legend.objects)
    return ", ".join(part for part in (brief.text(), *fragments) if part)


def _check_pictures(request: GenerateRequest) -> None:
    for index, kept in request.kept.items():
        same = kept.picture.shape == (*request.size.shape, 3) and kept.mask.shape == request.size.shape
        if not (same and 0 <= index < request.frames):
            raise InputError(
                f"The kept pixels of frame {index} do not belong to {request.frames} frames of {request.size}.",
                code="generator.kept",
                hint="Give picture and mask at the model's size, for a frame of the shot.",
            )
    for picture in request.references:
        if picture.ndim != 3 or picture.shape[2] != 3:
            raise InputError(
                "A reference is not a colour picture.", code="generator.reference", hint="Give RGB pictures."
            )


def _with_kept(picture: Picture, request: GenerateRequest, index: int) -> Picture:
    kept = request.kept.get(index)
    if kept is None:
        return picture
    # The model only comes close to what it was told to keep; the promise is that it stays.
    return np.where(kept.mask[..., None], kept.picture, picture).astype(np.float32)


def _window_seed(seed: int, number: int) -> int:
    if number == 0:
        return seed
    return int.from_bytes(hashlib.sha256(f"{seed}/{number}".encode()).digest()[:8], "little") >> 1


def _as_video(frames: list[Picture]) -> torch.Tensor:
    """(1, F, C, H, W): given single arrays, the pipeline takes their width for their height."""
    import torch

    return torch.from_numpy(np.stack(frames)).permute(0, 3, 1, 2)[None].contiguous()


def _as_image(picture: Picture) -> Any:
    from PIL import Image

    return Image.fromarray(np.rint(np.clip(picture, 0.0, 1.0) * 255.0).astype(np.uint8))
