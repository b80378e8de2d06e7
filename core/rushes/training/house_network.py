"""The networks of a training run as accelerate sees them: one module a model, and their states."""

from __future__ import annotations

import copy
import logging
from typing import TYPE_CHECKING, Any, cast

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from torch import nn

from rushes.models.house.features import CHANNELS
from rushes.models.house.load import load_house
from rushes.models.house.pipeline import HouseModelPipeline, predict
from rushes.models.placement import Placement
from rushes.training.house_config import TrainConfig
from rushes.training.losses import Discriminator, condition_of, fake_loss, real_loss
from rushes.training.picture_store import ANY, Batch

if TYPE_CHECKING:
    from rushes.training.house import Trainer

__all__ = ["Adversary", "Network", "State", "accelerator_for", "has_bf16", "start_of", "try_compile"]

_log = logging.getLogger(__name__)


def has_bf16(config: TrainConfig) -> bool:
    """Whether to autocast to bfloat16: asked for, and the device has it."""
    if not config.bf16:
        return False
    if torch.cuda.is_available() and not config.cpu:
        return torch.cuda.is_bf16_supported()
    known: Any = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(known is not None and known())


def accelerator_for(config: TrainConfig) -> Accelerator:
    """An accelerator for the run; a run before it in the same process does not decide its precision."""
    if not torch.distributed.is_initialized():
        AcceleratorState._reset_state(reset_partial_state=True)
    return Accelerator(cpu=config.cpu, mixed_precision="bf16" if has_bf16(config) else "no")


class Network(nn.Module):
    """U-Net and text encoder in one: features and token ids in, a picture out."""

    def __init__(self, pipeline: HouseModelPipeline) -> None:
        super().__init__()
        self.unet = pipeline.unet
        self.text = pipeline.text_encoder
        self._rest = (pipeline.tokenizer, pipeline.scheduler)

    @classmethod
    def build(cls, config: TrainConfig) -> Network:
        """With random weights, or those of the model that the run starts from; in the layout that kernels like."""
        if config.start is not None:
            pipeline = load_house(config.start, Placement("cpu", "float32"))
            pipeline.unet.train()
            pipeline.text_encoder.train()
        else:
            pipeline = HouseModelPipeline.build(config.model)
        made = cls(pipeline)
        made.unet.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        return made

    @property
    def pipeline(self) -> HouseModelPipeline:
        """The same modules as a pipeline."""
        return HouseModelPipeline(self.unet, self.text, *self._rest)

    def copy(self) -> Network:
        """Other weights of the same values that take no gradients."""
        return copy.deepcopy(self).requires_grad_(False).eval()

    def forward(self, noisy: torch.Tensor, given: torch.Tensor, sigma: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        """The clean picture (B, 3, H, W); see `rushes.models.house.pipeline.predict`."""
        text = cast(torch.Tensor, self.text(input_ids=ids).text_embeds)
        return predict(self.unet, noisy, given, sigma, text)


def try_compile(network: Network, device: torch.device, size: tuple[int, int, int], accelerator: Accelerator) -> bool:
    """Compile the U-Net in place, tried on (B, H, W); False, and all as before, when this machine cannot."""
    network.unet.compile(dynamic=False)
    count, h, w = size
    try:
        given = torch.zeros(count, len(CHANNELS), h, w, device=device)
        ids = torch.ones(count, 8, dtype=torch.long, device=device)
        with accelerator.autocast():
            made = network(given[:, :3], given, torch.ones(count, device=device), ids)
        made.mean().backward()
    except Exception as exc:  # noqa: BLE001 - compilers fail in every way there is
        _log.warning("not compiled: %s", str(exc).splitlines()[0] if str(exc) else type(exc).__name__)
        network.unet._compiled_call_impl = None
        return False
    finally:
        network.zero_grad(set_to_none=True)
    return True


class Adversary:
    """The discriminator with its optimiser; every process holds the same."""

    def __init__(self, config: TrainConfig, device: torch.device) -> None:
        self.after = config.adversarial_after
        self.network = Discriminator().to(device).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        self.parameters = list(self.network.parameters())
        self.optimizer = torch.optim.AdamW(
            self.parameters, config.discriminator_rate, (0.5, 0.99), weight_decay=0.0, fused=device.type == "cuda"
        )

    def learns(self, progress: float) -> bool:
        """Whether the discriminator is in training; it gets ahead of the model first."""
        return progress >= self.after - 0.05

    def counts(self, progress: float) -> bool:
        """Whether the model hears it."""
        return progress >= self.after

    def judge(self, made: torch.Tensor, batch: Batch, accelerator: Accelerator) -> torch.Tensor:
        """The model's loss."""
        for p in self.parameters:
            p.requires_grad_(False)
        self.network.eval()
        with accelerator.autocast():
            scores = self.network(made, condition_of(batch.given))
        for p in self.parameters:
            p.requires_grad_(True)
        return fake_loss(scores)

    def learn(self, made: torch.Tensor, batch: Batch, accelerator: Accelerator) -> torch.Tensor:
        """One step of the discriminator; returns its loss."""
        self.network.train()
        condition = condition_of(batch.given)
        with accelerator.autocast():
            scores = self.network(torch.cat([batch.wanted, made]), torch.cat([condition, condition]))
        real, fake = scores.chunk(2)
        loss = real_loss(real, fake)
        self.optimizer.zero_grad(set_to_none=True)
        cast(Any, loss).backward()
        if accelerator.num_processes > 1:
            for p in self.parameters:
                p.grad = cast(torch.Tensor, accelerator.reduce(p.grad, "mean"))
        self.optimizer.step()
        return loss.detach()


class State:
    """What a checkpoint holds beside the model and its optimiser."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer

    def state_dict(self) -> dict[str, Any]:
        """Plain data and tensors."""
        t = self.trainer
        rest = {"step": t.step, "spent": t.spent, "history": t.history, "watch": t.watch.state_dict()}
        if t.adversary is not None:
            rest["discriminator"] = t.adversary.network.state_dict()
            rest["discriminator_optimizer"] = t.adversary.optimizer.state_dict()
        return {**rest, "averaged": t.averaged.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take it up; a discriminator that was not there before starts anew."""
        t = self.trainer
        t.averaged.load_state_dict(state["averaged"])
        t.step, t.spent, t.history = int(state["step"]), float(state["spent"]), list(state["history"])
        t.watch.load_state_dict(state["watch"])
        if t.adversary is not None and "discriminator" in state:
            t.adversary.network.load_state_dict(state["discriminator"])
            t.adversary.optimizer.load_state_dict(state["discriminator_optimizer"])


def start_of(batch: Batch, chance: torch.Generator, drop: float) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Where the network starts: 85 % at zero, 5 % at noise, the rest on the path, half of it without noise.

    Returns:
        Noisy pictures, sigmas, token ids with fields left open by chance.
    """
    wanted = batch.wanted
    count, device = len(wanted), wanted.device
    pick, level, half = torch.rand(3, count, generator=chance, device=device)
    loud = ((pick >= 0.85) & (pick < 0.9)) | ((pick >= 0.9) & (half < 0.5))
    sigma = torch.where(pick < 0.9, torch.ones_like(pick), level.clamp(0.02, 1.0))
    pairs = len(batch.motion)
    if pairs:  # two consecutive pictures start alike
        sigma = torch.cat([sigma[:pairs], sigma[:pairs], sigma[2 * pairs :]])
        loud = torch.cat([loud[:pairs], loud[:pairs], loud[2 * pairs :]])
    noise = torch.randn(wanted.shape, generator=chance, device=device) * loud.float().view(-1, 1, 1, 1)
    s = sigma.view(-1, 1, 1, 1)
    return (1 - s) * wanted + s * noise, sigma, _open_fields(batch.ids, chance, drop)


def _open_fields(ids: torch.Tensor, chance: torch.Generator, drop: float) -> torch.Tensor:
    gone = torch.rand(ids.shape, generator=chance, device=ids.device) < drop
    return torch.where(gone & (ids > ANY), torch.full_like(ids, ANY), ids)
