"""`HouseModelPipeline`: features and a prompt in, pictures out. A diffusers pipeline like any other.

The U-Net predicts how the clean picture is mixed from sharp layers; the scheduler walks the straight path from its
start to it. The default start is zero and one step: a deterministic network whose variety lives in its inputs.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import torch
import torch.nn.functional as functional
from diffusers.models.unets.unet_2d import UNet2DModel
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler
from transformers import CLIPTextModelWithProjection, PreTrainedTokenizerFast

from rushes.models.house.build import (
    GRADE,
    TEXT_LENGTH,
    HouseConfig,
    build_scheduler,
    build_text_encoder,
    build_tokenizer,
    build_unet,
)
from rushes.models.house.features import CHANNELS, FEATURE_VERSION, LAYERS
from rushes.models.house.painters import painters

__all__ = ["HouseModelPipeline", "encode_prompts", "crisp", "predict", "save_pipeline"]


MARGIN = 8
"""Pixels added around a picture while it is made; a multiple of every legal size multiple. Without them a pale frame
shows at larger sizes; 16 costs a sixth more time and changes pictures by a quarter of an 8-bit level."""

_READING = threading.Lock()
"""Held while a tokenizer works: two threads at once break it."""


def encode_prompts(
    tokenizer: PreTrainedTokenizerFast, encoder: CLIPTextModelWithProjection, prompts: Sequence[str]
) -> torch.Tensor:
    """(B, projection) embeddings of prompts made of vocabulary tokens; unknown words and gaps become `<any>`."""
    batch = tokenizer(list(prompts), padding="max_length", max_length=TEXT_LENGTH, truncation=True, return_tensors="pt")
    ids = cast(torch.Tensor, batch["input_ids"]).to(encoder.device)
    return cast(torch.Tensor, encoder(input_ids=ids).text_embeds)


def predict(
    unet: UNet2DModel,
    noisy: torch.Tensor,
    features: torch.Tensor,
    sigma: torch.Tensor,
    text: torch.Tensor,
    margin: int = 0,
) -> torch.Tensor:
    """The clean picture the U-Net sees in a noisy one: per pixel and colour, a mix of `painters`, then a grade.

    The last layer is the mix of all others, read where the pixel's reflection lies; crops of a picture read the wrong
    place.

    Args:
        noisy: (B, 3, H, W), -1..1 mixed with noise.
        features: (B, len(CHANNELS), H, W).
        sigma: (B,) 1 at the start, 0 at the picture.
        text: (B, projection).
        margin: pixels around the picture that were added on each side.

    Returns:
        (B, 3, H, W) float32, about -1..1.
    """
    patch = round((unet.config["in_channels"] / (3 + len(CHANNELS))) ** 0.5)
    packed = functional.pixel_unshuffle(torch.cat([noisy, features], 1), patch)
    packed = packed.contiguous(memory_format=torch.channels_last)
    words, grade = text[:, :-GRADE], text[:, -GRADE:].float().view(-1, 3, 4)
    out = cast(Any, unet)(packed, sigma * 1000.0, class_labels=words).sample
    share = functional.pixel_shuffle(out, patch).float().unflatten(1, (LAYERS, 3))
    mixed = (share * painters(features)).sum(1)
    mixed = mixed + share[:, -1] * _mirrored(mixed, features, margin)
    # Products and sums, not einsum: autocast would round the picture to bfloat16.
    graded = mixed + (grade[..., :3, None, None] * mixed[:, None]).sum(2) + grade[..., 3, None, None]
    return graded * 2.0 - 1.0


def _mirrored(mixed: torch.Tensor, features: torch.Tensor, margin: int) -> torch.Tensor:
    """(B, 3, H, W) of a mix what every pixel mirrors of it; 0 where it mirrors nothing in the picture."""
    at = CHANNELS.index("mirror_x")
    height, width = mixed.shape[-2:]
    x = features[:, at].float() * ((width - 2 * margin) / width)
    y = features[:, at + 1].float() * ((height - 2 * margin) / height)
    found = functional.grid_sample(mixed, torch.stack([x, y], -1), padding_mode="border", align_corners=False)
    return found * features[:, at + 2 : at + 3].float()


CRISP = 0.36
"""How much of what a small blur takes away is added to a finished picture. A network trained on means is soft: this
brings its fine detail from 0.68 to 0.80 of the truth's for 0.1 dB."""


def crisp(picture: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) with its finest detail brought up; the outermost pixel is blurred against itself."""
    row = torch.tensor([0.2066, 0.5868, 0.2066], dtype=picture.dtype, device=picture.device)
    kernel = (row[:, None] * row).expand(3, 1, 3, 3)
    blurred = functional.conv2d(functional.pad(picture, (1, 1, 1, 1), mode="replicate"), kernel, groups=3)
    return picture + CRISP * (picture - blurred)


class HouseModelPipeline(DiffusionPipeline):
    """Conditioned on `rushes.models.house.features` and a prompt of vocabulary tokens."""

    model_cpu_offload_seq = "text_encoder->unet"

    unet: UNet2DModel
    text_encoder: CLIPTextModelWithProjection
    tokenizer: PreTrainedTokenizerFast
    scheduler: FlowMatchEulerDiscreteScheduler

    def __init__(
        self,
        unet: UNet2DModel,
        text_encoder: CLIPTextModelWithProjection,
        tokenizer: PreTrainedTokenizerFast,
        scheduler: FlowMatchEulerDiscreteScheduler,
    ) -> None:
        super().__init__()
        self.register_modules(unet=unet, text_encoder=text_encoder, tokenizer=tokenizer, scheduler=scheduler)
        self.mixed = False
        """Run the U-Net with bfloat16 inside; text and the mix of layers stay float32."""

    @classmethod
    def build(cls, config: HouseConfig | None = None) -> HouseModelPipeline:
        """A pipeline with random weights (seed torch first for the same ones)."""
        config = config or HouseConfig()
        tokenizer = build_tokenizer()
        return cls(build_unet(config), build_text_encoder(config, len(tokenizer)), tokenizer, build_scheduler())

    @torch.no_grad()
    def __call__(
        self,
        features: torch.Tensor,
        prompt: str | Sequence[str],
        *,
        num_inference_steps: int = 1,
        latents: torch.Tensor | None = None,
        callback: Callable[[int], None] | None = None,
    ) -> torch.Tensor:
        """Make pictures. May be called from several threads at once.

        Args:
            features: (B, len(CHANNELS), H, W) float; sides must be multiples of 8 with the default network.
            prompt: one for all, or one per picture.
            num_inference_steps: 1 to 4 are sensible.
            latents: (B, 3, H, W) start; None: zeros, which is what the model is trained for.
            callback: called with the number of steps done, after each.

        Returns:
            (B, 3, H, W) float32, 0..1, display-referred sRGB, on the pipeline's device.
        """
        device, dtype = self.unet.device, self.unet.dtype
        count = features.shape[0]
        prompts = [prompt] * count if isinstance(prompt, str) else list(prompt)
        with _READING:
            text = encode_prompts(self.tokenizer, self.text_encoder, prompts).to(dtype)
        # Zero padding at the picture's edge would show as a frame: continue the edge outwards, cut it off again.
        around = (MARGIN, MARGIN, MARGIN, MARGIN)
        given = functional.pad(features.to(device, torch.float32), around, mode="replicate").to(dtype)
        shape = (count, 3, *given.shape[-2:])
        x = torch.zeros(shape, device=device)
        if latents is not None:
            x = functional.pad(latents.to(device, torch.float32), around, mode="replicate")
        scheduler = copy.copy(self.scheduler)  # it counts its steps
        scheduler.set_timesteps(
            sigmas=cast(Any, torch.linspace(1.0, 1.0 / num_inference_steps, num_inference_steps).tolist()),
            device=device,
        )
        for i, step in enumerate(cast(torch.Tensor, scheduler.timesteps)):
            sigma = step.to(torch.float32) / 1000.0
            with torch.autocast(device.type, torch.bfloat16, enabled=self.mixed):
                clean = predict(self.unet, x.to(dtype), given, sigma.to(dtype).repeat(count), text, MARGIN).float()
            velocity = (x - clean) / sigma
            x = cast(
                torch.Tensor, scheduler.step(cast(Any, velocity), cast(Any, step), cast(Any, x), return_dict=False)[0]
            )
            if callback is not None:
                callback(i + 1)
        height, width = features.shape[-2:]
        x = crisp(x.float())[..., MARGIN : MARGIN + height, MARGIN : MARGIN + width]
        return (x.float().clamp(-1, 1) + 1) * 0.5


def save_pipeline(pipeline: HouseModelPipeline, folder: Path, *, about: dict[str, Any] | None = None) -> None:
    """Save in diffusers' layout, safetensors, loadable offline.

    transformers names its generic fast tokenizer after an internal class; the names on disk are put right so that any
    version loads it. `rushes.json` keeps what the weights were trained for: channels, feature version, `about`.
    """
    pipeline.save_pretrained(folder, safe_serialization=True)
    for name, path in (
        ("model_index.json", ["tokenizer", 1]),
        ("tokenizer/tokenizer_config.json", ["tokenizer_class"]),
    ):
        file = folder / name
        data: Any = json.loads(file.read_text("utf-8"))
        spot = data
        for key in path[:-1]:
            spot = spot[key]
        spot[path[-1]] = "PreTrainedTokenizerFast"
        file.write_text(json.dumps(data, indent=2) + "\n", "utf-8")
    note = {"feature_version": FEATURE_VERSION, "channels": list(CHANNELS), "layers": LAYERS, **(about or {})}
    (folder / "rushes.json").write_text(json.dumps(note, indent=2) + "\n", "utf-8")
