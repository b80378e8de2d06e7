"""Builds the parts of the house model from configuration: U-Net, text encoder, tokenizer, scheduler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import torch
from diffusers.models.unets.unet_2d import UNet2DModel
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from tokenizers.processors import TemplateProcessing
from transformers import CLIPTextConfig, CLIPTextModelWithProjection, PreTrainedTokenizerFast

from rushes.models.house.features import CHANNELS, LAYERS
from rushes.models.house.vocabulary import FIELDS

__all__ = ["HouseConfig", "build_scheduler", "build_text_encoder", "build_tokenizer", "build_unet"]

TEXT_LENGTH = 8
GRADE = 12
"""Last numbers of a text embedding: a 3×4 colour matrix, added to the identity, that grades the picture."""
_SPECIAL = ("<pad>", "<start>", "<end>", "<any>")


@dataclass(frozen=True)
class HouseConfig:
    """Sizes of the networks."""

    channels: tuple[int, ...] = (64, 128, 192)
    """Width of the U-Net's levels."""
    layers: int = 1
    """Residual blocks a level."""
    patch: int = 2
    """Pixel-unshuffle factor outside the U-Net."""
    text_width: int = 64
    """Hidden size of the text encoder."""
    groups: int = 16
    """Groups of the group norms."""

    @property
    def size_multiple(self) -> int:
        """Picture sides must be multiples of this."""
        return self.patch * 2 ** (len(self.channels) - 1)


def build_unet(config: HouseConfig) -> UNet2DModel:
    """Random weights; attention at the lowest level only."""
    levels = len(config.channels)
    down = ("DownBlock2D",) * (levels - 1) + ("AttnDownBlock2D",)
    up = ("AttnUpBlock2D",) + ("UpBlock2D",) * (levels - 1)
    area = config.patch**2
    made = UNet2DModel(
        in_channels=(3 + len(CHANNELS)) * area,
        out_channels=3 * LAYERS * area,
        block_out_channels=config.channels,
        layers_per_block=config.layers,
        down_block_types=down,
        up_block_types=up,
        norm_num_groups=config.groups,
        attention_head_dim=32,
        class_embed_type="identity",
    )
    _calm(made.conv_out.weight, 0.1)
    return made


def _calm(weight: torch.Tensor, factor: float) -> None:
    """Scale random weights down, so that training starts from a dark picture and not from a loud one."""
    with torch.no_grad():
        weight.mul_(factor)


def build_tokenizer() -> PreTrainedTokenizerFast:
    """Word-level tokenizer over the closed vocabulary; another word becomes `<any>`."""
    entries = [*_SPECIAL, *(token for tokens in FIELDS.values() for token in tokens)]
    vocab = {word: i for i, word in enumerate(entries)}
    core = Tokenizer(WordLevel(vocab, unk_token="<any>"))
    core.pre_tokenizer = cast(Any, WhitespaceSplit())
    core.post_processor = cast(
        Any, TemplateProcessing(single="<start> $A <end>", special_tokens=[("<start>", 1), ("<end>", 2)])
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token="<pad>",
        bos_token="<start>",
        eos_token="<end>",
        unk_token="<any>",
        model_max_length=TEXT_LENGTH,
    )


def build_text_encoder(config: HouseConfig, vocabulary: int) -> CLIPTextModelWithProjection:
    """A tiny CLIP text model; its projection holds the U-Net's time embedding and the grade."""
    made = CLIPTextModelWithProjection(
        CLIPTextConfig(
            vocab_size=vocabulary,
            hidden_size=config.text_width,
            intermediate_size=2 * config.text_width,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=TEXT_LENGTH,
            projection_dim=4 * config.channels[0] + GRADE,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
            attention_dropout=0.0,
        )
    )
    _calm(made.text_projection.weight[-GRADE:], 0.02)
    return made


def build_scheduler() -> FlowMatchEulerDiscreteScheduler:
    """Straight path from noise to picture, no shift."""
    return FlowMatchEulerDiscreteScheduler(num_train_timesteps=1000, shift=1.0)
