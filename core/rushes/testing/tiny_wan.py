"""A double of Wan VACE weights: the real classes at toy size with random weights, built in code.

It shows that the adapter, the loading code and the pipeline fit together. Its pictures mean nothing.
No vocabulary file and no network: the tokenizer is byte-level with no merges.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rushes.models import placement as _placement

__all__ = ["build_tiny_wan"]

_placement.go_offline()


def build_tiny_wan(folder: Path, seed: int = 0) -> Path:
    """Write a Wan VACE pipeline of about 0.5 MB in diffusers form (safetensors) to `folder` and return it.

    Sizes are multiples of 16, lengths 4k+1, as the published checkpoints'.
    """
    import torch
    from diffusers.pipelines.wan.pipeline_wan_vace import WanVACEPipeline
    from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler
    from transformers.utils import logging

    logging.disable_progress_bar()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        tokenizer = _tokenizer()
        pipe = WanVACEPipeline(
            tokenizer=tokenizer,
            text_encoder=_text_encoder(len(tokenizer)),
            vae=_vae(),
            scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
            transformer=_transformer(),
        )
    pipe.save_pretrained(str(folder), safe_serialization=True)
    _name_tokenizer_portably(folder)
    return folder


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    specials = ["<pad>", "</s>", "<unk>"]
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    core = Tokenizer(models.BPE({t: i for i, t in enumerate(specials + letters)}, [], unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    core.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=512
    )


def _text_encoder(vocabulary: int) -> Any:
    from transformers import UMT5Config, UMT5EncoderModel

    config = UMT5Config(
        vocab_size=vocabulary,
        d_model=32,
        d_kv=8,
        d_ff=37,
        num_layers=2,
        num_heads=4,
        dropout_rate=0.0,
        pad_token_id=0,
        eos_token_id=1,
    )
    return UMT5EncoderModel(config).eval()


def _vae() -> Any:
    from diffusers.models.autoencoders.autoencoder_kl_wan import AutoencoderKLWan

    model = AutoencoderKLWan(
        base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]
    )
    return _strengthen(model.eval(), gain=1.5)


def _transformer() -> Any:
    from diffusers.models.transformers.transformer_wan_vace import WanVACETransformer3DModel

    model = WanVACETransformer3DModel(
        patch_size=(1, 2, 2),
        num_attention_heads=2,
        attention_head_dim=12,
        in_channels=16,
        out_channels=16,
        text_dim=32,
        freq_dim=256,
        ffn_dim=32,
        num_layers=3,
        cross_attn_norm=True,
        qk_norm="rms_norm_across_heads",
        rope_max_seq_len=32,
        vace_layers=[0, 2],
        vace_in_channels=96,
    ).eval()
    return _strengthen(model, gain=1.5)


def _strengthen(model: Any, gain: float) -> Any:
    """Draw every matrix orthogonally: freshly drawn ones hide the control (its effect is about 1e-6)."""
    import torch

    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim >= 2 and min(weight.shape[0], weight[0].numel()) > 1:
                torch.nn.init.orthogonal_(weight, gain=gain)
    return model


def _name_tokenizer_portably(folder: Path) -> None:
    """transformers 5 writes a class name that version 4 lacks; both know this one."""
    for path, key in ((folder / "model_index.json", "tokenizer"), (folder / "tokenizer" / "tokenizer_config.json", "")):
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if key:
            data[key] = ["transformers", "PreTrainedTokenizerFast"]
        else:
            data["tokenizer_class"] = "PreTrainedTokenizerFast"
        path.write_text(json.dumps(data, indent=2), encoding="utf-8")
